//! What a person notes on runs: kept and read where that may block.

use crate::ops::accepted;
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
    /// Reads which rules are accepted for a method; answered by `Accepted`.
    ReadAccepted { agent: String, method: String, number: u64 },
    /// Accepts rules for a method, or takes that back; answered by `Accepted`.
    Accept { agent: String, method: String, rules: Vec<String>, number: u64 },
}

/// What has come back.
#[derive(Debug)]
pub enum NotesNews {
    /// The marks of a run, or one sentence that says why they cannot be read.
    Marks { run: RunId, marks: Result<Vec<Mark>, String> },
    /// The marks of this number are on the disk, or one sentence says why they are not.
    MarksKept { run: RunId, number: u64, kept: Result<(), String> },
    /// The rules that are accepted for a method now, or one sentence that says why that is not known, or not written.
    /// `turned` are those that were to be accepted or not to be any more. Of two for the same method the one with the
    /// higher number was asked for later.
    Accepted {
        agent: String,
        method: String,
        turned: Vec<String>,
        number: u64,
        accepted: Result<Vec<String>, String>,
    },
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
            NotesWork::ReadAccepted { agent, method, number } => {
                let accepted = accepted::read(&self.context, &agent, &method);
                NotesNews::Accepted { agent, method, turned: Vec::new(), number, accepted }
            }
            NotesWork::Accept { agent, method, rules, number } => {
                let accepted = accepted::turn(&self.context, &agent, &method, &rules);
                NotesNews::Accepted { agent, method, turned: rules, number, accepted }
            }
        }
    }

    /// Keeps the marks of a run. The error is one sentence.
    pub(super) fn keep_marks(&self, keep: marks::Keep) -> Result<(), String> {
        marks::keep(&self.context, &self.drafts, keep)
            .map_err(|error| format!("marks are not kept for the next time: {error}"))
    }
}
