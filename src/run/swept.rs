//! What a look for the escapees of a lost run has found: `notes/<id>.json`, beside the run directories, into which
//! only supervisors write. A run with a note is not looked at again.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::process::id::ProcessId;
use crate::run::dir;
use crate::run::event::Leftover;
use crate::run::spec::{FORMAT, RunId};

/// The folder of marks among the notes: a file for each run, named as its note is.
pub const MARKS: &str = "marks";

/// A process that was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    #[serde(flatten)]
    pub process: ProcessId,
    /// Its command line, made safe; empty when it could not be read.
    pub command: String,
}

/// What became of those that a lost run had left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    pub v: u32,
    pub run: RunId,
    pub ended: Vec<Ended>,
    /// What could not be ended.
    pub left: Vec<Leftover>,
}

impl Swept {
    /// A note on a run with nothing in it.
    #[must_use]
    pub fn of(run: RunId) -> Self {
        Self { v: FORMAT, run, ended: Vec::new(), left: Vec::new() }
    }

    /// The note on this run; `None` while there is none that can be read.
    #[must_use]
    pub fn read(notes: &Path, run: &RunId) -> Option<Self> {
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut dir::open(&path(notes, run)).ok()?, &mut bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Whether there is a note on this run.
    #[must_use]
    pub fn exists(notes: &Path, run: &RunId) -> bool {
        path(notes, run).exists()
    }

    /// Writes the note by write-then-rename.
    pub fn write(&self, notes: &Path) -> io::Result<()> {
        dir::make_private(notes)?;
        let half = notes.join(format!(".{}.{}", self.run, std::process::id()));
        let written = dir::private(&half).and_then(|mut file| file.write_all(&serde_json::to_vec(self)?));
        written.and_then(|()| fs::rename(&half, path(notes, &self.run))).inspect_err(|_| {
            let _ = fs::remove_file(&half);
        })
    }
}

/// Removes the notes on runs that are no longer kept, and the marks in their output. What is not named after a run
/// is somebody else's, and stays.
pub fn forget_missing(notes: &Path, runs: &Path) {
    // Where the runs cannot be seen, none is known to be missing.
    if !runs.is_dir() {
        return;
    }
    for folder in [notes.to_path_buf(), notes.join(MARKS)] {
        for note in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = note.file_name();
            let run = name.to_str().and_then(run_of).map(|id| runs.join(id));
            let is_gone = |run: PathBuf| {
                fs::symlink_metadata(run).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
            };
            if run.is_some_and(is_gone) {
                let _ = fs::remove_file(note.path());
            }
        }
    }
}

/// The run that a note is named after, or the half of one that a killed writer has left: `<id>.json`, `.<id>.…`.
fn run_of(name: &str) -> Option<&str> {
    let (hidden, name) = name.strip_prefix('.').map_or((false, name), |name| (true, name));
    let (id, ending) = name.split_once('.')?;
    let (second, random) = id.split_once('-')?;
    let is_id = second.len() == 15
        && second.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && random.len() == 4
        && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_id && (hidden || ending == "json")).then_some(id)
}

fn path(notes: &Path, run: &RunId) -> PathBuf {
    notes.join(format!("{run}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_back_and_goes_with_its_run() {
        let folder = tempfile::tempdir().unwrap();
        let (notes, runs) = (folder.path().join("notes"), folder.path().join("runs"));
        let process = ProcessId { pid: 7, start_time: 9 };
        let left = Leftover { process, command: None, reason: "disk wait".into() };
        let ended = vec![Ended { process, command: "sleep 50".into() }];
        let note = Swept { ended, left: vec![left], ..Swept::of(RunId("20260101T000000-0f3a".into())) };
        note.write(&notes).unwrap();
        note.write(&notes).unwrap();
        assert_eq!(Swept::read(&notes, &note.run), Some(note.clone()));
        fs::create_dir_all(runs.join(&note.run.0)).unwrap();
        forget_missing(&notes, &runs);
        assert!(Swept::exists(&notes, &note.run));
        fs::remove_dir(runs.join(&note.run.0)).unwrap();
        forget_missing(&notes, &runs);
        assert_eq!(fs::read_dir(&notes).unwrap().count(), 0);
    }

    #[test]
    fn only_what_is_named_after_a_missing_run_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (notes, runs) = (folder.path().join("notes"), folder.path().join("runs"));
        fs::create_dir_all(notes.join(MARKS)).unwrap();
        fs::create_dir_all(notes.join("drafts")).unwrap();
        fs::create_dir_all(runs.join("20260101T000000-00aa")).unwrap();
        let stays = [
            "accepted.json",
            "20260101T000000-00aa.json",
            "20260101T000000-00ab.txt",
            "drafts/20260101T000000-00ab.json",
            "marks/20260101T000000-00aa.json",
            "marks/.20260101T000000-00aa.json.77",
            "marks/of a person.json",
        ];
        let goes = [
            "20260101T000000-00ab.json",
            "marks/20260101T000000-00ab.json",
            "marks/.20260101T000000-00ab.json.7",
        ];
        for name in stays.iter().chain(&goes) {
            fs::write(notes.join(name), "x").unwrap();
        }
        forget_missing(&notes, &folder.path().join("no runs"));
        assert!(goes.iter().all(|name| notes.join(name).exists()));
        forget_missing(&notes, &runs);
        assert!(stays.iter().all(|name| notes.join(name).exists()));
        assert!(goes.iter().all(|name| !notes.join(name).exists()));
    }
}
