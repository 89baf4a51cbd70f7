//! Exit codes: part of the contract with scripts.

use crate::ops::Why;
use crate::run::status::{Outcome, State};

/// The code for a run that ended like this. `heard` is the signal that made `run` stop its run.
#[must_use]
pub fn of_run(state: State, outcome: Option<&Outcome>, heard: Option<i32>) -> u8 {
    match state {
        State::Succeeded => 0,
        State::SoftError | State::Failed => outcome.and_then(|outcome| outcome.signal).map_or(1, of_signal),
        State::TimedOut => 124,
        State::Killed => of_signal(heard.unwrap_or(libc::SIGTERM)),
        State::Rejected => of_refusal(Why::Machine),
        State::Lost | State::Starting | State::Running | State::Stopping => UNKNOWN,
    }
}

/// The code where it is not known how a run ended.
pub const UNKNOWN: u8 = 125;

/// The code for what a signal ended.
#[must_use]
pub fn of_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// The code for what was refused before anything ran.
#[must_use]
pub fn of_refusal(why: Why) -> u8 {
    match why {
        Why::Request => 2,
        Why::NotFound => 3,
        Why::NotReady => 4,
        Why::Machine => 125,
    }
}
