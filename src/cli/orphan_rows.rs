//! What `ps --orphans` and `clean` say of an orphan.

use serde::Serialize;

use crate::ops::orphans::{Origin, Orphan};
use crate::text;

/// One process of an orphaned tree.
#[derive(Serialize)]
pub struct Row {
    pub pid: i32,
    pub ppid: i32,
    pub command: String,
    /// The run that left it behind; null of foreign ones.
    pub run: Option<String>,
    pub origin: Origin,
    pub age_ms: u64,
    /// What a foreign one calls: `namespace/folder`.
    pub agent: Option<String>,
    pub method: Option<String>,
}

impl Row {
    /// As it is now.
    #[must_use]
    pub fn of(orphan: &Orphan) -> Self {
        Self {
            pid: orphan.process.pid,
            ppid: orphan.parent,
            command: orphan.command.clone(),
            run: orphan.run.as_ref().map(ToString::to_string),
            origin: orphan.origin,
            age_ms: orphan.process.age_ms(),
            agent: orphan.call.as_ref().map(|call| call.agent.clone()),
            method: orphan.call.as_ref().map(|call| call.method.clone()),
        }
    }

    /// One safe line without its end: pid, age, where it comes from, command.
    #[must_use]
    pub fn line(&self) -> String {
        let origin = match (&self.run, &self.agent, &self.method) {
            (Some(run), ..) => format!("run {run}"),
            (None, Some(agent), Some(method)) => format!("another tool's {agent} {method}"),
            (None, ..) => "another tool's".to_owned(),
        };
        let age = age(self.age_ms);
        text::safe(format!("{:>8} {age:>6}  {origin}: {}", self.pid, self.command).as_bytes())
    }
}

/// An age as short as can be: `41s`, `12m`, `3h`, `5d`.
#[must_use]
pub fn age(ms: u64) -> String {
    match ms / 1_000 {
        seconds @ ..120 => format!("{seconds}s"),
        seconds @ 120..7_200 => format!("{}m", seconds / 60),
        seconds @ 7_200..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}
