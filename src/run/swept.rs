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

/// Removes the notes on runs that are no longer kept.
pub fn forget_missing(notes: &Path, runs: &Path) {
    for note in fs::read_dir(notes).into_iter().flatten().flatten() {
        if note.path().file_stem().is_some_and(|id| !runs.join(id).exists()) {
            let _ = fs::remove_file(note.path());
        }
    }
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
}
