//! What was seen of the runs, as the panes show it: plain data, made by the tail and the worker. Every text in it
//! that came from an agent has been made safe.

use std::sync::Arc;
use std::time::Duration;

use crate::ops::orphans::Orphan;
use crate::process::id::ProcessId;
use crate::process::locks::Wait;
use crate::process::orphans::Call;
use crate::process::sampler::ProcessSample;
use crate::run::dir::RunDir;
use crate::run::output::Stream;
use crate::run::samples::Sample;
use crate::run::spec::{Kind, RunId, RunSpec};
use crate::run::status::{Outcome, State, Status};
use crate::tui::find::Found;
use crate::tui::message::Now;
use crate::tui::widget::json_tree::Tree;

/// One row of the runs.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: RunId,
    pub dir: RunDir,
    pub kind: Kind,
    /// `namespace/folder`.
    pub agent: String,
    /// Calls only.
    pub method: Option<String>,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    pub state: State,
    /// It lives, and has been silent for longer than is worth a notice.
    pub stuck: bool,
    pub outcome: Option<Outcome>,
    /// Of a live run: when it started, in microseconds of the monotonic clock.
    pub live_since_us: Option<u64>,
    /// How long it took, or how far it is known to have gone, when it is not live.
    pub took: Duration,
    /// The last look at its processes, while it is live.
    pub latest: Option<Sample>,
    /// What could not be ended and lives on, each with the reason.
    pub left: Vec<(ProcessSample, String)>,
    /// The sessions that its programs were given at their start.
    pub sessions: Vec<i32>,
    /// What was done since its end began: microseconds since then, and one safe phrase.
    pub ending: Arc<Vec<(u64, String)>>,
    /// Why the run directory cannot be read; then most of the above is empty.
    pub unreadable: Option<String>,
}

impl Run {
    /// How long the run took, or has been going on.
    #[must_use]
    pub fn elapsed(&self, now: Now) -> Duration {
        self.live_since_us
            .map_or(self.took, |since| Duration::from_micros(now.clock_us.saturating_sub(since)))
    }

    /// Whether it goes on.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.unreadable.is_none() && self.state.is_live()
    }

    /// Whether a process is no longer in the session of the agent.
    #[must_use]
    pub fn has_left_session(&self, process: &ProcessSample) -> bool {
        process.session != 0 && !self.sessions.is_empty() && !self.sessions.contains(&process.session)
    }

    /// What a person calls it: the method, or `build`.
    #[must_use]
    pub fn what(&self) -> &str {
        match self.kind {
            Kind::Build => "build",
            Kind::Call => self.method.as_deref().unwrap_or("?"),
        }
    }
}

/// A tree that nobody watches.
#[derive(Clone, Debug, PartialEq)]
pub struct OrphanTree {
    pub root: ProcessId,
    /// plugdeck's own: the run that has left it behind.
    pub run: Option<RunId>,
    /// Another tool's: what it calls; safe.
    pub call: Option<Call>,
    /// The last look at its processes.
    pub processes: Vec<ProcessSample>,
    /// As they were found.
    pub orphans: Vec<Orphan>,
}

/// The run that is looked at: everything but its output.
#[derive(Clone, Debug)]
pub struct Detail {
    pub run: Arc<Run>,
    /// With its payload; as written, not made safe.
    pub spec: Arc<RunSpec>,
    pub status: Status,
    /// The tree's use over time, the oldest first.
    pub usage: Arc<Vec<Usage>>,
    /// The last look at its processes.
    pub latest: Option<Sample>,
    /// Of a build that says nothing: the lock that one of its processes waits for.
    pub waits: Option<Wait>,
    /// Journal lines that could not be read.
    pub damaged: usize,
}

/// What the tree used at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Microseconds since the run started.
    pub t_us: u64,
    /// 100 is one core.
    pub cpu_percent: f32,
    pub rss_bytes: u64,
    pub processes: usize,
}

/// Which part of a run's output is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Its end.
    End,
    /// From this row on, counted from 0.
    Row(u64),
    /// From the first line on that tells an error; the end, where none does.
    Trouble,
    /// From the first row on of this time, in microseconds since the run started, or later; the end, where none is.
    Time(u64),
    /// From this row of all on, or from the next one that is shown, with so many shown rows above it.
    At { row: u64, above: u16 },
}

/// A window of a run's output: what is shown, and how much there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub run: RunId,
    /// The number of the first row.
    pub first: u64,
    pub rows: Vec<Row>,
    /// Some of those right above, and right below: a folded traceback is one line, and needs more than the screen has.
    pub above: Vec<Row>,
    pub below: Vec<Row>,
    /// All rows there are, unfinished last lines and the supervisor's own included.
    pub total: u64,
    /// Of the last output; microseconds since the run started.
    pub last_us: u64,
    /// Bytes of both streams so far.
    pub bytes: u64,
    /// There is more on disk than was looked at: the count still grows.
    pub reading: bool,
    /// Of what is looked for.
    pub found: Found,
}

impl Page {
    /// The number among all rows of a row as this page counts them.
    #[must_use]
    pub fn number(&self, row: u64) -> u64 {
        let inside = row.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        match inside.and_then(|at| self.found.numbers.get(at)) {
            Some(number) => *number,
            None => (row + self.top()).saturating_sub(self.first),
        }
    }

    /// A row of all as this page counts them; where some are left out, only one that is shown.
    #[must_use]
    pub fn counted(&self, number: u64) -> Option<u64> {
        if self.found.is_filtered() {
            let at = self.found.numbers.binary_search(&number).ok()?;
            return Some(self.first + at as u64);
        }
        (number + self.first).checked_sub(self.top())
    }

    /// The number among all rows of the first one here.
    fn top(&self) -> u64 {
        self.found.numbers.first().copied().unwrap_or(self.first)
    }
}

/// One line of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Microseconds since the run started.
    pub t_us: u64,
    pub source: Source,
    /// Safe; with its colours (SGR).
    pub text: String,
    /// Bytes that were left out at its end.
    pub cut: u64,
}

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Output(Stream),
    /// The supervisor: something the journal tells.
    Supervisor,
}

/// What an ended call answered, and the end of what it said besides.
#[derive(Clone, Debug)]
pub struct Reply {
    pub run: RunId,
    pub outcome: Outcome,
    /// The result as the agent wrote it, where there is one, ready to be looked at.
    pub result: Option<Tree>,
    /// Why a result that was recorded cannot be read any more.
    pub missing: Option<String>,
    /// Without a result: the beginning of standard output, as printed; not made safe.
    pub stdout: String,
    /// Standard output is the error that the outcome tells; then it is not here once more.
    pub says_error: bool,
    /// The last lines of standard error; safe, without colours.
    pub last_stderr: Vec<Row>,
}
