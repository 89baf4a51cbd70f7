//! The journal's lines: `{"v":1,"t_us":…,"event":"…",…}`. What a run is doing is the fold of these.

use serde::{Deserialize, Serialize};

use crate::process::id::ProcessId;
use crate::process::sweep;
use crate::run::evidence::Occasion;
use crate::run::spec::FORMAT;
use crate::run::status::Outcome;

/// One line of `events.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub v: u32,
    /// Microseconds since the supervisor started, on a clock that never jumps.
    pub t_us: u64,
    #[serde(flatten)]
    pub event: Event,
}

impl Record {
    /// A line of the present format.
    #[must_use]
    pub fn new(t_us: u64, event: Event) -> Self {
        Self { v: FORMAT, t_us, event }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The supervisor is there; nothing runs yet.
    Starting {
        /// Milliseconds since 1970, for showing.
        wall_ms: i64,
        /// Microseconds on the monotonic clock: what live times are counted from.
        clock_us: u64,
        boot_id: String,
        supervisor: ProcessId,
    },
    /// A step's program runs.
    Started {
        step: usize,
        #[serde(flatten)]
        process: ProcessId,
        argv: Vec<String>,
        /// Inodes of the pipes for standard output and error: an escaped process is known by them.
        pipes: [u64; 2],
    },
    /// A step had nothing to do.
    Skipped { step: usize, reason: String },
    /// A step's program could not be started.
    NotStarted { step: usize, error: String },
    /// A step's program ended, by itself or by a signal.
    Exited { step: usize, exit_code: Option<i32>, signal: Option<i32> },
    /// The tree is to end.
    StopRequested { cause: StopCause },
    /// A signal went to these processes.
    Signalled { signal: i32, pids: Vec<i32> },
    /// Output that could not be recorded (a full disk): bytes `from..to` of the stream are not in its file.
    Dropped { stream: u8, from: u64, to: u64, error: String },
    /// More was printed than is kept of a run: bytes `from..to` of the stream are given back. Written before the
    /// first of them goes, then without `to`, and again at the end.
    Hole {
        stream: u8,
        from: u64,
        to: Option<u64>,
        /// The file system has no holes: the file ends at `from`, and what comes after `to` stands in a file of its
        /// own (`stdout.tail`, `stderr.tail`), which is there from the end on.
        #[serde(default)]
        tail: bool,
    },
    /// Nothing was printed for so long; once for every silence.
    Silence { silence_ms: u64 },
    /// The tree was looked at: `evidence/<n>.json`.
    Evidence { n: u32, why: Occasion },
    /// What still lived after the program had ended: how many were ended, and what could not be.
    Leftovers { killed: u32, left: Vec<Leftover> },
    /// The last line of every journal.
    Ended { outcome: Box<Outcome> },
    /// A line of a later version; it is passed over.
    #[serde(other)]
    Unknown,
}

/// Why a tree is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// A person or a caller asked for it.
    Stop,
    /// The time was over.
    Timeout,
    /// Nothing was printed for longer than the run was allowed to.
    Silence,
    /// It used more than a limit allows.
    Limit,
    /// The program has ended and left processes behind.
    Exit,
}

/// A process that could not be ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    #[serde(flatten)]
    pub process: ProcessId,
    /// Its command line, made safe; lines of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// For example `disk wait`.
    pub reason: String,
}

impl Leftover {
    /// A process that lives on although KILL was sent to it; `None` when it has ended after all.
    #[must_use]
    pub fn of(process: ProcessId) -> Option<Self> {
        let command = process.command();
        Some(Self { process, command, reason: sweep::why_alive(process)?.to_owned() })
    }

    /// Which process, and why it lives: `1234 sleep 50 (process of another user)`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let command = self.command.as_ref().map(|command| format!(" {command}")).unwrap_or_default();
        format!("{}{command} ({})", self.process.pid, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_flat_and_reads_back() {
        let record = Record::new(7, Event::Exited { step: 0, exit_code: Some(3), signal: None });
        let line = serde_json::to_string(&record).unwrap();
        assert_eq!(line, r#"{"v":1,"t_us":7,"event":"exited","step":0,"exit_code":3,"signal":null}"#);
        assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record);
    }

    #[test]
    fn a_line_of_a_later_version_is_passed_over() {
        let record: Record =
            serde_json::from_str(r#"{"v":9,"t_us":1,"event":"danced","with":"bears"}"#).unwrap();
        assert_eq!(record.event, Event::Unknown);
    }
}
