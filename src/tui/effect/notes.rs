//! What a person notes on runs: kept and read where that may block.

use crate::ops::marks::{self, Mark};
use crate::run::spec::RunId;
use crate::tui::effect::Worker;

/// One thing to do.
#[derive(Debug)]
pub enum NotesWork {
    /// Reads the marks in the output of a run; answered by `Marks`.
    ReadMarks(RunId),
    /// Answered by `MarksKept`.
    KeepMarks(marks::Keep),
}

/// What has come back.
#[derive(Debug)]
pub enum NotesNews {
    /// The marks of a run, or one sentence that says why they cannot be read.
    Marks { run: RunId, marks: Result<Vec<Mark>, String> },
    /// The marks of this number are on the disk, or one sentence says why they are not.
    MarksKept { run: RunId, number: u64, kept: Result<(), String> },
}

impl Worker {
    /// Does one thing with notes.
    pub(super) fn notes_work(&self, work: NotesWork) -> NotesNews {
        match work {
            NotesWork::ReadMarks(run) => {
                let marks = marks::read(&self.context, &run);
                NotesNews::Marks { run, marks }
            }
            NotesWork::KeepMarks(keep) => {
                let (run, number) = (keep.run.clone(), keep.number);
                NotesNews::MarksKept { run, number, kept: self.keep_marks(keep) }
            }
        }
    }

    /// Keeps the marks of a run. The error is one sentence.
    pub(super) fn keep_marks(&self, keep: marks::Keep) -> Result<(), String> {
        marks::keep(&self.context, &self.drafts, keep)
            .map_err(|error| format!("marks are not kept for the next time: {error}"))
    }
}
