//! Builds an agent's environment: a run of several steps.

use crate::ops::{Context, Rejected};
use crate::run::view::RunView;
use crate::venv::plan::Plan;

/// What would be done for this agent (`namespace/folder`).
pub fn plan(context: &Context, agent: &str) -> Result<Plan, Rejected> {
    let _ = (context, agent);
    Err(Rejected::new(crate::ops::Why::NotFound, ""))
}

/// Starts the build of this agent; returns as soon as its supervisor runs.
pub fn start(context: &Context, agent: &str) -> Result<RunView, Rejected> {
    let _ = (context, agent);
    Err(Rejected::new(crate::ops::Why::NotFound, ""))
}

/// What a person allows a build to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Replace an environment that plugdeck did not build.
    pub replace_foreign: bool,
}

pub fn start_forked(context: &Context, agent: &str, options: Options) -> Result<RunView, Rejected> {
    let _ = options;
    start(context, agent)
}
