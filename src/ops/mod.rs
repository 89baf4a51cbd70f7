//! What a user can ask for, one verb a file: the same for the dashboard and the command line. Blocking; prints
//! nothing.

use std::path::PathBuf;

use crate::config::Settings;
use crate::paths::Paths;

pub mod accepted;
pub mod agents;
pub mod build;
pub mod call;
pub mod clean;
pub mod commands;
pub mod demo;
pub mod doctor;
pub mod drafts;
pub mod earlier;
pub mod explain;
pub mod export;
pub mod files;
pub mod input;
pub mod launch;
pub mod marks;
pub mod orphans;
pub mod payloads;
pub mod presets;
pub mod private;
pub mod profile;
pub mod recent;
pub mod runs;
pub mod save;
pub mod settings;
pub mod signals;
pub mod stop;
pub mod sweep;
pub mod why;
pub mod words;

/// What every verb needs to know.
#[derive(Clone, Debug)]
pub struct Context {
    pub paths: Paths,
    pub settings: Settings,
    /// plugdeck's own program file, for starting supervisors.
    pub program: PathBuf,
}

/// Why something was refused before anything ran.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejected {
    pub why: Why,
    /// One sentence that names the thing and the next action.
    pub message: String,
}

/// The kinds of refusal; the command line has an exit code for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The request itself: payload, flags, a manifest that nothing can be run from.
    Request,
    /// No such agent, method or run.
    NotFound,
    /// The agent's environment cannot be used.
    NotReady,
    /// The machine refused: folders, processes, descriptors.
    Machine,
}

impl Rejected {
    /// A refusal of this kind.
    pub fn new(why: Why, message: impl Into<String>) -> Self {
        Self { why, message: message.into() }
    }
}

#[cfg(test)]
pub mod tests {
    use std::path::Path;

    use super::*;

    /// Everything below one folder.
    pub fn context(home: &Path) -> Context {
        Context {
            paths: Paths {
                store: home.join("store"),
                state: home.join("state"),
                config: home.join("config"),
                cache: home.join("cache"),
                home: home.to_path_buf(),
            },
            settings: Settings::default(),
            program: "/bin/plugdeck".into(),
        }
    }
}
