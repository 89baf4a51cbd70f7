//! Marks that a person has made in the output of runs, kept for the next time: one private file for each run, in
//! `notes/marks` beside the runs.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::ops::drafts::Keeper;
use crate::ops::{Context, private};
use crate::run::spec::RunId;
use crate::run::swept::MARKS;

/// Most marks in one run's output.
pub const MOST: usize = 99;

/// The format of the files.
const FORMAT: u32 = 1;

/// A mark above a row of a run's output; above no row there are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Counted from 0 among all rows.
    pub row: u64,
    /// Milliseconds since 1970.
    pub wall_ms: i64,
}

/// The marks of a run, to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Of two for the same run the higher one is the newer.
    pub number: u64,
    pub run: RunId,
    pub marks: Vec<Mark>,
}

/// A run's file.
#[derive(Serialize, Deserialize)]
struct File {
    v: u32,
    run: RunId,
    marks: Vec<Mark>,
}

/// Keeps the marks of a run; where there are none, no file is left.
pub fn keep(context: &Context, keeper: &Keeper, keep: Keep) -> io::Result<()> {
    let (folder, name) = place(context, &keep.run);
    let bytes = match keep.marks.is_empty() {
        true => None,
        false => Some(serde_json::to_vec(&File { v: FORMAT, run: keep.run, marks: keep.marks })?),
    };
    keeper.write(&folder, &name, keep.number, bytes.as_deref())
}

/// The marks of a run, as they stand in its output. The error is one sentence.
pub fn read(context: &Context, run: &RunId) -> Result<Vec<Mark>, String> {
    let (folder, name) = place(context, run);
    let path = folder.join(name);
    let broken = |error: &dyn std::fmt::Display| {
        let path = context.paths.shorten(&path);
        format!("the marks of run {} are not shown: {path} cannot be read: {error}", run.short())
    };
    let Some(text) = private::read(&path).map_err(|error| broken(&error))? else { return Ok(Vec::new()) };
    let file: File = serde_json::from_str(&text).map_err(|error| broken(&error))?;
    if file.v != FORMAT {
        return Err(broken(&"another plugdeck wrote it"));
    }
    let mut marks = file.marks;
    marks.sort_unstable_by_key(|mark| mark.row);
    marks.dedup_by_key(|mark| mark.row);
    marks.truncate(MOST);
    Ok(marks)
}

fn place(context: &Context, run: &RunId) -> (PathBuf, String) {
    (context.paths.notes().join(MARKS), format!("{run}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::tests::context;

    #[test]
    fn marks_read_back_in_their_order_and_the_newest_writing_stays() {
        let home = tempfile::tempdir().unwrap();
        let context = context(home.path());
        let keeper = Keeper::default();
        let run = RunId("20260101T000000-0f3a".into());
        let mark = |row| Mark { row, wall_ms: 7 };
        let write = |number, marks: &[Mark]| {
            keep(&context, &keeper, Keep { number, run: run.clone(), marks: marks.to_vec() }).unwrap();
        };
        assert_eq!(read(&context, &run), Ok(Vec::new()));
        write(2, &[mark(9), mark(4), mark(4)]);
        write(1, &[mark(1)]);
        assert_eq!(read(&context, &run), Ok(vec![mark(4), mark(9)]));
        write(3, &[]);
        assert_eq!(read(&context, &run), Ok(Vec::new()));
        let (folder, name) = place(&context, &run);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        for damaged in
            ["{\"v\":1,\"run\":\"x\",\"marks\":[{\"row\":", "", "[]", "{\"v\":2,\"run\":\"x\",\"marks\":[]}"]
        {
            std::fs::write(folder.join(&name), damaged).unwrap();
            let sentence = read(&context, &run).unwrap_err();
            assert!(sentence.contains("0f3a are not shown") && sentence.lines().count() == 1, "{sentence}");
        }
    }
}
