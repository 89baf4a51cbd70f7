//! Calls a method: checks first, then one run.

use std::time::Duration;

use serde_json::value::RawValue;

use crate::agent::payload::Parameters;
use crate::ops::{Context, Rejected};
use crate::run::view::RunView;

/// What to call, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// `namespace/folder`.
    pub agent: String,
    pub method: String,
    pub parameters: Parameters,
    pub tool_context: Option<Box<RawValue>>,
    /// `None`: no limit.
    pub timeout: Option<Duration>,
    /// Sends what the checks refuse.
    pub force: bool,
}

/// Starts a call; returns as soon as its supervisor runs. Nothing is recorded when it is rejected.
pub fn start(context: &Context, request: &Request) -> Result<RunView, Rejected> {
    let _ = (context, request);
    Err(Rejected::new(crate::ops::Why::NotFound, ""))
}
