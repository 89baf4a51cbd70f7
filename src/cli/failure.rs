//! Every way a verb can end without the answer it was asked for, and what is said then.

use std::io;
use std::process::ExitCode;

use crate::cli::report::Report;
use crate::cli::{exit, print};
use crate::ops::Rejected;
use crate::process::signal;
use crate::text;

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// It was refused.
    Refused(Rejected),
    /// A signal came before anything had started.
    Stopped(i32),
    /// Standard output could not take the answer.
    Unprintable(io::Error),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Refused(rejected)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Unprintable(error)
    }
}

impl Failure {
    /// Says it: as the JSON object that was asked for, which has the verb's subject already, or as a sentence.
    #[must_use]
    pub fn tell(self, asked: Option<Report>) -> ExitCode {
        let (code, report) = match self {
            Self::Refused(rejected) => (
                exit::of_refusal(rejected.why),
                asked.map(|report| report.rejected(&rejected.message)).ok_or(rejected.message),
            ),
            Self::Stopped(by) => {
                let sentence = format!("{} came before anything was started", signal::name(by));
                (exit::of_signal(by), asked.map(|report| report.killed(&sentence)).ok_or(sentence))
            }
            Self::Unprintable(error) => return unprintable(&error),
        };
        match report {
            Ok(report) => printed(print::json(&report), code),
            Err(sentence) => {
                print::talk(&format!("error: {}", text::safe(sentence.as_bytes())));
                ExitCode::from(code)
            }
        }
    }
}

/// The exit code once an answer was printed: a reader that has gone away changes nothing, anything else is said.
#[must_use]
pub fn printed(done: io::Result<()>, code: u8) -> ExitCode {
    match done {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => unprintable(&error),
        Ok(()) | Err(_) => ExitCode::from(code),
    }
}

/// A reader that has gone away wants no more: a quiet end.
fn unprintable(error: &io::Error) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return ExitCode::SUCCESS;
    }
    print::talk(&format!("error: the answer could not be printed: {error}"));
    ExitCode::from(exit::of_refusal(crate::ops::Why::Machine))
}
