//! What was asked of a run: `spec.json`. Names of passed variables stand in it, never their values.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Version of the run directory's format, in `spec.json`, `end.json` and every journal line.
pub const FORMAT: u32 = 1;

/// Bytes of output that are kept of a run by default.
pub const KEEP_OUTPUT: u64 = 1 << 30;

/// A run's name: UTC second and four random hex digits, for example `20261122T140322-0f3a`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub String);

impl RunId {
    /// The last four digits: what a person sees and types.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.rsplit('-').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Calls a method: one step, whose standard output is the reply.
    Call,
    /// Builds an environment: steps one after the other until one fails.
    Build,
}

/// Everything the supervisor needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunSpec {
    pub v: u32,
    /// The version of plugdeck that asked.
    pub plugdeck: String,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    pub kind: Kind,
    /// `namespace/folder`, or the path of a folder that a person named.
    pub agent: String,
    /// The agent's folder, absolute.
    pub directory: PathBuf,
    /// Calls only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The payload's exact JSON text; calls only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Box<RawValue>>,
    /// The payload goes as the program's argument instead of through the hook.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub payload_in_argv: bool,
    /// Rules for soft errors that a person has called wrong for this method: they do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    pub steps: Vec<Step>,
    pub limits: Limits,
    /// Names of the variables that the steps inherit.
    pub variables: Vec<String>,
    /// Variables beside those.
    #[serde(default, skip_serializing_if = "Added::is_none")]
    pub added: Added,
}

/// Variables that a person has added from files, the later ones winning. Their values are in no file of a run: who
/// repeats it reads them anew from where they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Added {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Absolute; they come after the profile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PathBuf>,
    /// The names of all of them.
    pub names: Vec<String>,
}

impl Added {
    /// Whether nothing was asked for.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.profile.is_none() && self.files.is_empty()
    }
}

/// One program to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What a person reads, for example `uv sync --frozen`.
    pub title: String,
    /// Why this step is there, for example `uv.lock found`.
    pub reason: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Absolute.
    pub cwd: PathBuf,
    /// Variables set by plugdeck, beside the inherited ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<(String, String)>,
    /// Inherited variables that the program must not see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// Why there is nothing to do here; such a step is shown and not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<String>,
}

/// How long a run may take and be silent, what it may use, how its end is brought about, and how much is kept of what
/// it prints. Milliseconds, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// `None`: no limit.
    pub timeout_ms: Option<u64>,
    /// From TERM to KILL.
    pub grace_ms: u64,
    /// From the first KILL until plugdeck gives up on what still lives.
    pub sweep_ms: u64,
    /// Most bytes kept of both streams together; of more the middle is given back.
    #[serde(default = "keep_output")]
    pub keep_output: u64,
    /// Silence that is worth a notice; `None`: none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_notice_ms: Option<u64>,
    /// Silence that ends the run; `None`: none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_end_ms: Option<u64>,
    /// Resident memory of the whole tree; more ends the run, as do the next two. Shared pages count for every process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Processes of the tree at one time; those that have ended and that nobody took note of count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
    /// Processor time of the whole tree, with what has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<u64>,
    /// Descriptors of each process, held by the system (`RLIMIT_NOFILE`): an agent that wants more gets an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_files: Option<u64>,
}

/// What is kept where nothing else is said.
fn keep_output() -> u64 {
    KEEP_OUTPUT
}

impl Limits {
    /// From the start of the run to TERM.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }

    /// Silence that is worth a notice.
    #[must_use]
    pub fn silence_notice(&self) -> Option<Duration> {
        self.silence_notice_ms.map(Duration::from_millis)
    }

    /// Silence that ends the run.
    #[must_use]
    pub fn silence_end(&self) -> Option<Duration> {
        self.silence_end_ms.map(Duration::from_millis)
    }

    /// From TERM to KILL.
    #[must_use]
    pub fn grace(&self) -> Duration {
        Duration::from_millis(self.grace_ms)
    }

    /// From the first KILL until plugdeck gives up.
    #[must_use]
    pub fn sweep(&self) -> Duration {
        Duration::from_millis(self.sweep_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_an_older_plugdeck_read() {
        let limits: Limits =
            serde_json::from_str(r#"{"timeout_ms":null,"grace_ms":1,"sweep_ms":1}"#).unwrap();
        assert_eq!(limits.keep_output, KEEP_OUTPUT);
    }

    #[test]
    fn rules_that_nobody_has_accepted_leave_the_file_as_it_was() {
        let spec = crate::run::dir::tests::spec();
        let text = serde_json::to_string(&spec).unwrap();
        assert!(!text.contains("accepted"), "{text}");
        assert!(serde_json::from_str::<RunSpec>(&text).unwrap().accepted.is_empty());
        let text = serde_json::to_string(&RunSpec { accepted: vec!["a-rule".into()], ..spec }).unwrap();
        assert_eq!(serde_json::from_str::<RunSpec>(&text).unwrap().accepted, ["a-rule"]);
    }
}
