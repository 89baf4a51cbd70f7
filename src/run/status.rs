//! What a run is doing, and how it ended: the fold of its journal. There is no second record of it.

use serde::{Deserialize, Serialize};

use crate::process::id::ProcessId;
use crate::process::sampler::ProcessSample;
use crate::run::event::{Event, Leftover, Record, StopCause};

/// One word for where a run stands; the same in JSON, on screen and in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Starting,
    Running,
    Stopping,
    Succeeded,
    /// Exit code 0, but the value looks like an error.
    SoftError,
    Failed,
    TimedOut,
    /// A person, a caller or a limit ended it.
    Killed,
    /// Refused before anything ran.
    Rejected,
    /// The supervisor vanished: how the agent ended is not known.
    Lost,
}

impl State {
    /// The word itself.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Succeeded => "succeeded",
            Self::SoftError => "soft_error",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Killed => "killed",
            Self::Rejected => "rejected",
            Self::Lost => "lost",
        }
    }

    /// Whether the run goes on.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Stopping)
    }
}

/// How a run ended, and what it used: the `ended` event and `end.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub state: State,
    /// The rule that saw an error in the result; `soft_error` only.
    #[serde(default)]
    pub rule: Option<String>,
    /// One sentence or the agent's own error text.
    #[serde(default)]
    pub error: Option<String>,
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
    /// From the start of the supervisor to the end of the tree.
    pub duration_ms: u64,
    pub stdout_bytes: u64,
    pub stderr_bytes: u64,
    pub stderr_lines: u64,
    /// The larger of reaped processes' maximum and the samples' sum over the tree.
    pub peak_rss_bytes: u64,
    /// User and system time of the whole tree.
    pub cpu_ms: u64,
    pub leftovers_killed: u32,
    /// What could not be ended.
    #[serde(default)]
    pub leftovers: Vec<Leftover>,
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Where in the bytes of `stdout` the result's JSON text stands: first byte, and the byte after the last.
    #[serde(default)]
    pub result: Option<(u64, u64)>,
}

/// Where one step of a run stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepStatus {
    pub process: Option<ProcessId>,
    /// Inodes of the pipes it was given.
    pub pipes: [u64; 2],
    pub started_us: Option<u64>,
    pub ended_us: Option<u64>,
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
    pub skipped: Option<String>,
    /// Why the program could not be started.
    pub error: Option<String>,
}

/// A run as its journal tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    pub supervisor: Option<ProcessId>,
    /// Milliseconds since 1970.
    pub started_wall_ms: i64,
    /// Microseconds on the monotonic clock.
    pub started_clock_us: u64,
    pub boot_id: String,
    pub steps: Vec<StepStatus>,
    pub stopping: Option<StopCause>,
    /// When its end was asked for last.
    pub stopping_us: u64,
    pub outcome: Option<Outcome>,
    /// Of the last line read.
    pub last_us: u64,
}

impl Status {
    /// Where the run stands by the journal alone; a supervisor that vanished is seen by its lock, not here.
    #[must_use]
    pub fn state(&self) -> State {
        if let Some(outcome) = &self.outcome {
            outcome.state
        } else if self.stopping.is_some() {
            State::Stopping
        } else if self.steps.iter().any(|step| step.started_us.is_some()) {
            State::Running
        } else {
            State::Starting
        }
    }

    /// Whether a process is no longer in the session that one of the run's programs was given at its start.
    #[must_use]
    pub fn has_left_session(&self, process: &ProcessSample) -> bool {
        let given = |step: &StepStatus| step.process.is_some_and(|program| program.pid == process.session);
        process.session != 0 && !self.steps.iter().any(given)
    }

    /// Takes the next line of the journal.
    pub fn apply(&mut self, record: &Record) {
        self.last_us = self.last_us.max(record.t_us);
        let at = Some(record.t_us);
        match &record.event {
            Event::Starting { wall_ms, clock_us, boot_id, supervisor } => {
                self.supervisor = Some(*supervisor);
                self.started_wall_ms = *wall_ms;
                self.started_clock_us = *clock_us;
                self.boot_id.clone_from(boot_id);
            }
            Event::Started { step, process, pipes, .. } => {
                let step = self.step(*step);
                (step.process, step.pipes, step.started_us) = (Some(*process), *pipes, at);
                // What the step before had left behind was ended; this one runs.
                self.stopping = None;
            }
            Event::Skipped { step, reason } => self.step(*step).skipped = Some(reason.clone()),
            Event::NotStarted { step, error } => {
                let step = self.step(*step);
                (step.error, step.ended_us) = (Some(error.clone()), at);
            }
            Event::Exited { step, exit_code, signal } => {
                let step = self.step(*step);
                (step.ended_us, step.exit_code, step.signal) = (at, *exit_code, *signal);
            }
            Event::StopRequested { cause } => {
                (self.stopping, self.stopping_us) = (Some(*cause), record.t_us);
            }
            Event::Ended { outcome } => self.outcome = Some(outcome.as_ref().clone()),
            Event::Signalled { .. }
            | Event::Dropped { .. }
            | Event::Hole { .. }
            | Event::Silence { .. }
            | Event::Evidence { .. }
            | Event::Leftovers { .. }
            | Event::Unknown => {}
        }
    }

    fn step(&mut self, index: usize) -> &mut StepStatus {
        // A damaged line must not ask for gigabytes of steps.
        let index = index.min(1_000);
        if self.steps.len() <= index {
            self.steps.resize(index + 1, StepStatus::default());
        }
        &mut self.steps[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: ProcessId = ProcessId { pid: 42, start_time: 7 };

    #[track_caller]
    fn check(events: &[Event], expected: State) {
        let mut status = Status::default();
        for (t_us, event) in (0u64..).zip(events) {
            status.apply(&Record::new(t_us, event.clone()));
        }
        assert_eq!(status.state(), expected);
    }

    fn started() -> Event {
        Event::Started { step: 0, process: AGENT, argv: vec![], pipes: [1, 2] }
    }

    #[test]
    fn an_empty_journal_is_a_start() {
        check(&[], State::Starting);
    }

    #[test]
    fn a_started_step_runs_and_a_stop_is_on_its_way() {
        check(&[started()], State::Running);
        check(&[started(), Event::StopRequested { cause: StopCause::Stop }], State::Stopping);
    }

    #[test]
    fn between_two_steps_the_run_goes_on() {
        let exited = Event::Exited { step: 0, exit_code: Some(0), signal: None };
        check(&[started(), exited], State::Running);
    }

    #[test]
    fn the_end_has_the_last_word() {
        let outcome = Outcome {
            state: State::Failed,
            rule: None,
            error: Some("exit code 3".into()),
            exit_code: Some(3),
            signal: None,
            duration_ms: 1,
            stdout_bytes: 0,
            stderr_bytes: 0,
            stderr_lines: 0,
            peak_rss_bytes: 0,
            cpu_ms: 0,
            leftovers_killed: 0,
            leftovers: vec![],
            warnings: vec![],
            result: None,
        };
        check(&[started(), Event::Ended { outcome: Box::new(outcome) }], State::Failed);
    }
}
