//! Stops a run: asks its supervisor, which ends the whole tree and proves it.

use std::time::Duration;

use rustix::process::Signal;

use crate::ops::{Rejected, Why};
use crate::process::signal::{self, Sent};
use crate::run::spec::Limits;
use crate::run::view::RunView;

/// What a supervisor may take beyond its own limits before it counts as not answering.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait for the end of a run after its stop was requested. Whoever is still there then is stopped
/// itself, or on a machine that is.
#[must_use]
pub fn patience(limits: &Limits) -> Duration {
    limits.grace() + limits.sweep() + PATIENCE
}

/// Asks for the end of a run: TERM, grace, KILL; a second time: KILL at once. Returns when the supervisor has
/// been told, not when the tree is gone: the journal says that. A run that has ended is left alone.
pub fn request(run: &RunView) -> Result<(), Rejected> {
    if !run.state().is_live() {
        return Ok(());
    }
    let Some(supervisor) = run.status.supervisor else {
        let sentence = format!("run {} is only starting: try again in a moment", run.id.short());
        return Err(Rejected::new(Why::Machine, sentence));
    };
    match signal::send(supervisor, Signal::TERM) {
        // Gone: it ended in this moment, and the journal says how.
        Sent::Delivered | Sent::Gone => Ok(()),
        Sent::Refused => {
            let sentence = format!("the supervisor of run {} belongs to another user", run.id.short());
            Err(Rejected::new(Why::Machine, sentence))
        }
    }
}
