//! Stops a run: asks its supervisor, which ends the whole tree and proves it.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::ops::{Rejected, Why};
use crate::process::signal::{self, Sent};
use crate::run::spec::Limits;
use crate::run::view::RunView;

/// What a supervisor may take beyond its own limits before it counts as not answering.
const PATIENCE: Duration = Duration::from_secs(3);

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
    let sent = signal::send(supervisor, Signal::TERM);
    // A stopped one hears nothing before it goes on.
    let _ = signal::send(supervisor, Signal::CONT);
    match sent {
        // Gone: it ended in this moment, and the journal says how.
        Sent::Delivered | Sent::Gone => Ok(()),
        Sent::Refused => {
            let sentence = format!("the supervisor of run {} belongs to another user", run.id.short());
            Err(Rejected::new(Why::Machine, sentence))
        }
    }
}

/// What to do about a supervisor that is over its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Push {
    /// Ask it for the end, and wake it, should it be stopped.
    Ask,
    /// End it: what it watched falls to its caller.
    Kill,
    /// Even that did not help.
    GiveUp,
}

/// A caller's own deadline for its supervisor: whoever waits for a run is not to hang with it.
#[derive(Debug)]
pub struct Insistence {
    limits: Limits,
    next: Push,
    /// `None`: a run without a timeout may take for ever.
    pub due: Option<Instant>,
}

impl Insistence {
    /// For a run that starts now.
    #[must_use]
    pub fn new(limits: Limits, now: Instant) -> Self {
        let over = |timeout: Duration| now.checked_add(timeout.saturating_add(limits.grace() + PATIENCE));
        Self { due: limits.timeout().and_then(over), next: Push::Ask, limits }
    }

    /// Its end was asked for.
    pub fn asked(&mut self, now: Instant) {
        if self.next == Push::Ask {
            (self.next, self.due) = (Push::Kill, now.checked_add(patience(&self.limits)));
        }
    }

    /// What is due, once.
    pub fn push(&mut self, now: Instant) -> Option<Push> {
        self.due.take_if(|due| now >= *due)?;
        let push = self.next;
        match push {
            Push::Ask => self.asked(now),
            Push::Kill => (self.next, self.due) = (Push::GiveUp, now.checked_add(PATIENCE)),
            Push::GiveUp => {}
        }
        Some(push)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_asked_then_killed_then_given_up() {
        let limits =
            Limits { timeout_ms: Some(5_000), grace_ms: 1_000, sweep_ms: 10_000, ..Limits::default() };
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut insistence = Insistence::new(limits, start);
        let pushes: Vec<_> =
            (0..60).filter_map(|second| Some((second, insistence.push(at(second))?))).collect();
        assert_eq!(pushes, [(9, Push::Ask), (23, Push::Kill), (26, Push::GiveUp)]);
        let mut endless = Insistence::new(Limits { timeout_ms: None, ..limits }, start);
        assert_eq!(endless.push(at(1_000)), None);
        endless.asked(at(1_000));
        endless.asked(at(1_010));
        let pushes: Vec<_> =
            (1_000..1_060).filter_map(|second| Some((second, endless.push(at(second))?))).collect();
        assert_eq!(pushes, [(1_014, Push::Kill), (1_017, Push::GiveUp)]);
    }
}
