//! Which agents are there, and how they stand.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::agent::catalog::{Agent, Catalog};
use crate::ops::{Context, Rejected, Why, runs};
use crate::run::spec::Kind;
use crate::venv::stamp::{self, Environment};
use crate::venv::swap;

/// An agent and its environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub agent: Agent,
    pub environment: Environment,
}

/// Every folder of the store, broken ones too, sorted by name; and what could not be read: path and reason.
#[must_use]
pub fn list(context: &Context) -> (Vec<Listed>, Vec<(PathBuf, String)>) {
    let catalog = Catalog::scan(&context.paths.agents());
    let building = being_built(context);
    let listed = catalog
        .agents
        .into_iter()
        .map(|agent| {
            let environment = match building.contains(&agent.name.to_string()) {
                true => Environment::Building,
                false => look(&agent.directory),
            };
            Listed { agent, environment }
        })
        .collect();
    (listed, catalog.unreadable)
}

/// One agent by its `namespace/folder`, and its environment. A broken one is found too.
pub fn find(context: &Context, name: &str) -> Result<Listed, Rejected> {
    let agent = match Agent::load(&context.paths.agents(), name) {
        Ok(Some(agent)) => agent,
        Ok(None) => return Err(not_found(context, name, &format!("no agent {name:?} is installed"))),
        Err(sentence) => return Err(not_found(context, name, &sentence)),
    };
    let building = being_built(context).contains(name);
    let environment = if building { Environment::Building } else { look(&agent.directory) };
    Ok(Listed { agent, environment })
}

/// Looks at an environment; one that a failed or killed build has left behind is put right first.
fn look(directory: &Path) -> Environment {
    match stamp::look(directory) {
        Environment::Broken { .. } if swap::settle(directory).unwrap_or(false) => stamp::look(directory),
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

/// Names of the agents whose environment is being built right now.
fn being_built(context: &Context) -> HashSet<String> {
    runs::live(context)
        .into_iter()
        .filter(|run| run.spec.kind == Kind::Build)
        .map(|run| run.spec.agent)
        .collect()
}
