//! Everything the dashboard's state may ask for, and the worker that does it: nothing else there blocks.

use crate::ops::call::Request;
use crate::run::dir::RunDir;
use crate::run::spec::RunId;
use crate::tui::seen::From;

/// One thing to do outside the state.
#[derive(Debug)]
pub enum Effect {
    // For the worker: answered by a message.
    ListAgents,
    /// Starts a call; answered by `Started` or `Refused`.
    Call(Box<Request>),
    /// Starts a run of the same agent, method and payload.
    Rerun(RunDir),
    /// Reads an earlier run's payload; answered by `Recalled`.
    Recall(RunDir),
    /// Reads what an ended call answered; answered by `Replied`.
    ReadReply(RunDir),
    /// What a build of this agent would do; answered by `Planned`.
    Plan(String),
    Build(String),
    /// TERM, grace, KILL for the whole tree; with `now`, KILL at once.
    Stop {
        run: RunDir,
        now: bool,
    },
    /// The next theme after the one of this name; answered by `Theme`.
    NextTheme(String),
    // For the tail.
    /// Look at this run closely, or at none.
    Watch(Option<Watch>),
    /// Look at the runs folder now.
    LookNow,
    // For the loop.
    Redraw,
    Suspend,
    Quit,
}

/// The run that is looked at, and which part of its output is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    pub run: RunId,
    pub from: From,
    pub height: u16,
}
