//! What a form wants to know from outside while it is filled in. Reading happens on a thread of the worker.

use std::path::PathBuf;

use serde_json::value::RawValue;

use crate::ops::earlier::{self, Call, Texts};
use crate::ops::files;
use crate::run::dir::RunDir;
use crate::tui::effect::Worker;

/// One thing to find out.
#[derive(Debug)]
pub enum Lookup {
    /// Ways to go on with a path; `variables`: of a file with variables.
    Paths { typed: String, variables: bool },
    /// The text of a file.
    File { path: String },
    /// Where a file of variables is.
    Variables { path: String },
    /// The values that a method's parameters had before.
    Values { agent: String, method: String },
    /// The newest calls of any method.
    Calls,
    /// What a call was given and has answered.
    Texts(RunDir),
}

/// What was found out; the questions again, and the answers.
#[derive(Debug)]
pub enum Found {
    Paths {
        typed: String,
        offers: Vec<String>,
    },
    /// The text, or one sentence why there is none.
    File {
        path: String,
        text: Result<String, String>,
    },
    /// Its absolute path, or one sentence why it is none.
    Variables {
        path: String,
        file: Result<PathBuf, String>,
    },
    Values {
        agent: String,
        method: String,
        values: Vec<(String, Vec<Box<RawValue>>)>,
    },
    Calls(Vec<Call>),
    Texts {
        run: RunDir,
        texts: Result<Texts, String>,
    },
}

impl Worker {
    /// Finds out one thing.
    pub(super) fn look_up(&self, lookup: Lookup) -> Found {
        let home = &self.context.paths.home;
        match lookup {
            Lookup::Paths { typed, variables } => {
                let offers = files::complete(home, &typed, variables);
                Found::Paths { typed, offers }
            }
            Lookup::File { path } => {
                let text = files::read_text(home, &path);
                Found::File { path, text }
            }
            Lookup::Variables { path } => {
                let file = files::of_variables(home, &path);
                Found::Variables { path, file }
            }
            Lookup::Values { agent, method } => {
                let values = earlier::values(&self.context, &agent, &method);
                Found::Values { agent, method, values }
            }
            Lookup::Calls => Found::Calls(earlier::calls(&self.context)),
            Lookup::Texts(run) => {
                let texts = earlier::texts(&run).map_err(|rejected| rejected.message);
                Found::Texts { run, texts }
            }
        }
    }
}
