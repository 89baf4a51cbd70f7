//! Which agents are there, and how they stand.

use std::path::{Path, PathBuf};

use crate::agent::catalog::{Agent, Catalog};
use crate::ops::{Context, Rejected, Why};
use crate::venv::stamp::{self, Environment};
use crate::venv::swap;

/// An agent and its environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub agent: Agent,
    pub environment: Environment,
}

/// Every folder of the store, broken ones too, sorted by name; and what could not be read: path and reason. What
/// a killed build has left behind in one is put right on the way.
#[must_use]
pub fn list(context: &Context) -> (Vec<Listed>, Vec<(PathBuf, String)>) {
    let catalog = Catalog::scan(&context.paths.agents());
    let listed = catalog.agents.into_iter().map(Listed::of).collect();
    (listed, catalog.unreadable)
}

/// One agent by its `namespace/folder` or the path that a person named, and its environment, as in [`list`]. A broken one is found too.
pub fn find(context: &Context, name: &str) -> Result<Listed, Rejected> {
    let agent = match Agent::load(&context.paths.agents(), name) {
        Ok(Some(agent)) => agent,
        Ok(None) => return Err(not_found(context, name, &format!("no agent {name:?} is installed"))),
        Err(sentence) => return Err(not_found(context, name, &sentence)),
    };
    Ok(Listed::of(agent))
}

impl Listed {
    /// Looks at the agent's environment. That a build of it runs is known by the marker in its folder: looking
    /// through all runs would cost more than many a call.
    fn of(agent: Agent) -> Self {
        let environment = match agent.manifest {
            Some(_) => settled(&agent.directory),
            // It may be a link to anywhere: nothing is touched there.
            None => stamp::look(&agent.directory),
        };
        Self { agent, environment }
    }
}

/// How an environment stands, after what a failed or killed build has left behind is put right: its unfinished
/// folders are deleted and the former environment is put back. Nobody else would do it before the next build, and
/// an agent that was ready would stay broken. What is sound costs one system call more than the look.
fn settled(directory: &Path) -> Environment {
    match stamp::look(directory) {
        Environment::Building => Environment::Building,
        _ if swap::settle(directory).unwrap_or(false) => stamp::look(directory),
        environment => environment,
    }
}

/// The sentence of an unknown agent, with the nearest names.
fn not_found(context: &Context, name: &str, sentence: &str) -> Rejected {
    let near = Catalog::scan(&context.paths.agents()).nearest(name);
    let hint = match near.as_slice() {
        [] => "`plugdeck list` shows what is installed".to_owned(),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    Rejected::new(Why::NotFound, format!("{sentence}; {hint}"))
}
