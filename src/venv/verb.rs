//! plugdeck as a step of its own builds: the words of the hidden verb, written and read in one place.
//!
//! ```text
//! plugdeck __venv prepare DIR PLACE BASIS PYTHON TOOL RUNS
//! plugdeck __venv keep-uv DIR
//! plugdeck __venv pin DIR
//! plugdeck __venv commit DIR
//! ```
//!
//! `PLACE` is `beside` or `in-place`, `BASIS` a word of [`Basis`], `TOOL` for example `uv 0.13.9`, `RUNS` the folder
//! of the run directories, where the calls stand that a build waits for. Exit code 0, or 1 with one sentence on
//! standard error. The parent process is the build's supervisor.

use std::path::{Path, PathBuf};

use crate::process::id::{ProcessId, Stat};
use crate::venv::error::Error;
use crate::venv::fetched;
use crate::venv::folder::{ENVIRONMENT, Place};
use crate::venv::pins;
use crate::venv::probe::Basis;
use crate::venv::stamp::Stamp;
use crate::venv::swap::{self, Begin};
use crate::venv::wait;

/// The first word.
pub const NAME: &str = "__venv";

/// What the hidden verb is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    Prepare {
        directory: PathBuf,
        begin: Begin,
        runs: PathBuf,
    },
    /// Keeps the uv that pip has installed into this environment of plugdeck's own.
    KeepUv {
        made: PathBuf,
    },
    /// Gives pip the versions of `uv.lock`.
    Pin {
        directory: PathBuf,
    },
    Commit {
        directory: PathBuf,
    },
}

impl Verb {
    /// The words after the program's name.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        match self {
            Self::Prepare { directory, begin, runs } => vec![
                NAME.to_owned(),
                "prepare".to_owned(),
                text(directory),
                begin.place.word().to_owned(),
                begin.basis.word().to_owned(),
                begin.interpreter.clone(),
                begin.tool.clone(),
                text(runs),
            ],
            Self::KeepUv { made } => vec![NAME.to_owned(), "keep-uv".to_owned(), text(made)],
            Self::Pin { directory } => vec![NAME.to_owned(), "pin".to_owned(), text(directory)],
            Self::Commit { directory } => vec![NAME.to_owned(), "commit".to_owned(), text(directory)],
        }
    }

    /// Reads the words after `__venv`.
    pub fn parse(words: &[String]) -> Result<Self, Error> {
        let unknown = || Error::Verb(words.join(" "));
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["prepare", directory, place, basis, interpreter, tool, runs] => {
                let begin = Begin {
                    place: [Place::Beside, Place::InPlace]
                        .into_iter()
                        .find(|known| known.word() == *place)
                        .ok_or_else(unknown)?,
                    basis: Basis::ALL.into_iter().find(|known| known.word() == *basis).ok_or_else(unknown)?,
                    interpreter: (*interpreter).into(),
                    tool: (*tool).into(),
                };
                Ok(Self::Prepare { directory: directory.into(), begin, runs: runs.into() })
            }
            ["keep-uv", made] => Ok(Self::KeepUv { made: made.into() }),
            ["pin", directory] => Ok(Self::Pin { directory: directory.into() }),
            ["commit", directory] => Ok(Self::Commit { directory: directory.into() }),
            _ => Err(unknown()),
        }
    }

    /// Does it. What is said on the way is for standard error, a line each.
    pub fn perform(&self, builder: ProcessId, mut say: impl FnMut(&str)) -> Result<(), Error> {
        match self {
            Self::Prepare { directory, begin, runs } => {
                swap::prepare(directory, begin, builder, || wait::for_calls(directory, runs, say))
            }
            Self::KeepUv { made } => fetched::keep(made),
            Self::Pin { directory } => pins::write(directory),
            Self::Commit { directory } => {
                if let Some(error) = swap::commit(directory, builder)? {
                    say(&format!("the new environment is in place, but {error}"));
                } else if let Some(stamp) = Stamp::read(&directory.join(ENVIRONMENT)) {
                    say(&stamp.told());
                    // uv has done what the lock says, which is not what the project asks for.
                    if let Some(problem) = stamp.mismatch(directory) {
                        say(&format!("warning: {problem}"));
                    }
                }
                Ok(())
            }
        }
    }
}

/// The build's supervisor: the parent of this process.
#[must_use]
pub fn builder() -> ProcessId {
    let this = ProcessId::current();
    let parent = Stat::read(this.pid).and_then(|stat| ProcessId::of(stat.parent));
    parent.unwrap_or(this)
}

/// The whole of `plugdeck __venv …`: `words` are those after `__venv`.
pub fn run(words: &[String], say: impl FnMut(&str)) -> Result<(), Error> {
    Verb::parse(words)?.perform(builder(), say)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_plan_read_back() {
        let begin = Begin {
            place: Place::InPlace,
            basis: Basis::Requirements,
            interpreter: "/usr/bin/python3".into(),
            tool: "pip".into(),
        };
        let directory = PathBuf::from("/a b");
        for verb in [
            Verb::Prepare { directory: directory.clone(), begin, runs: "/r".into() },
            Verb::KeepUv { made: "/c/new-1".into() },
            Verb::Pin { directory },
            Verb::Commit { directory: "/a b".into() },
        ] {
            assert_eq!(Verb::parse(&verb.words()[1..]).unwrap(), verb);
        }
        let error = Verb::parse(&["prepare".into(), "/".into()]).unwrap_err();
        assert_eq!(error.to_string(), "`__venv prepare /` is not something a plan asks for");
    }
}
