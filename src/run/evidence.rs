//! What was found when a run's tree was looked at: `evidence/<n>.json`. Asked for by a person, or taken before the
//! first signal of a stop or a timeout; it stays with the run.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::process::id::ProcessId;
use crate::process::verdict::Verdict;
use crate::run::dir::{self, RunDir};

/// Why the tree was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// Somebody wanted to know.
    Asked,
    /// The time was over.
    Timeout,
    /// The run was to end.
    Stop,
}

/// One look, with what it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub v: u32,
    /// Counted from 1.
    pub n: u32,
    /// Microseconds since the run started.
    pub t_us: u64,
    pub why: Occasion,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// From the first look to the second.
    pub between_ms: u64,
    /// For how long nothing was printed; `None` of an orphan, to whom nobody listens.
    pub silence_ms: Option<u64>,
    /// Of the whole tree; 100 is one core.
    pub cpu_percent: f32,
    pub rss_bytes: u64,
    /// The last line that was printed, as printed.
    pub last_output: Option<LastOutput>,
    /// Parents before children.
    pub processes: Vec<Looked>,
    /// What was not there in time, and why; a sentence each.
    pub left_out: Vec<String>,
}

/// The end of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastOutput {
    pub age_ms: u64,
    pub stream: String,
    pub text: String,
}

/// One process of the tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Looked {
    #[serde(flatten)]
    pub id: ProcessId,
    pub ppid: i32,
    /// Made safe.
    pub command: String,
    pub state: char,
    pub cpu_percent: f32,
    pub rss_bytes: u64,
    /// From the first look to the second; negative where it became less.
    pub rss_change: i64,
    /// How often its threads gave the processor away by themselves, from the first look to the second.
    pub switches: u64,
    /// Bytes read and written, but for those of sockets, from the first look to the second.
    pub io_bytes: u64,
    pub kernel: Vec<KernelThread>,
    pub python: Python,
    pub sockets: Vec<Socket>,
    pub files: Vec<File>,
}

/// A thread as the kernel sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KernelThread {
    pub tid: i32,
    pub name: String,
    pub state: char,
    /// Where in the kernel it waits; empty where the kernel does not tell.
    pub wchan: String,
    /// `recvfrom(fd 7)`; `running`; `None`: hidden.
    pub syscall: Option<String>,
}

/// A process's Python stack, or why there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Python {
    pub threads: Vec<PythonThread>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One Python thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PythonThread {
    /// `MainThread`, or the number by which the kernel knows it, or its address.
    pub thread: String,
    /// The innermost first.
    pub frames: Vec<Frame>,
}

/// One frame. Its texts are made safe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub file: String,
    pub line: u32,
    pub function: String,
    /// In the agent's own folder, and not in its environment.
    pub in_agent: bool,
}

/// One socket of a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Socket {
    pub fd: i32,
    pub state: String,
    pub local: String,
    pub peer: String,
    /// What is known to listen on the peer's port.
    pub service: Option<String>,
    /// Bytes that came and were not read; bytes that the peer does not have yet.
    pub received: u64,
    pub sent: u64,
}

impl Socket {
    /// The heads of a table of sockets.
    #[must_use]
    pub fn heads() -> [String; 7] {
        ["fd", "state", "local", "peer", "rx", "tx", "service"].map(str::to_owned)
    }

    /// Its row; not made safe.
    #[must_use]
    pub fn row(&self) -> [String; 7] {
        [
            self.fd.to_string(),
            self.state.clone(),
            self.local.clone(),
            self.peer.clone(),
            self.received.to_string(),
            self.sent.to_string(),
            self.service.clone().unwrap_or_default(),
        ]
    }
}

/// An open file, pipe or device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub fd: i32,
    pub path: String,
}

impl Evidence {
    /// Writes it by write-then-rename, so that it is whole or not there.
    pub fn write(&self, dir: &RunDir) -> io::Result<()> {
        dir::make_private(&dir.evidence())?;
        let half = dir.evidence().join(format!(".{}.json", self.n));
        dir::private(&half)?.write_all(&serde_json::to_vec(self)?)?;
        fs::rename(half, path(dir, self.n))
    }

    /// Reads one.
    pub fn read(dir: &RunDir, n: u32) -> io::Result<Self> {
        let mut bytes = Vec::new();
        dir::open(&path(dir, n))?.read_to_end(&mut bytes)?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// The process that is to blame.
    #[must_use]
    pub fn blamed(&self) -> Option<&Looked> {
        self.processes.iter().find(|process| Some(process.id.pid) == self.verdict.pid)
    }

    /// Whose Python stack tells most: that of who is to blame, or, where it has none, of the next above it that
    /// has one.
    #[must_use]
    pub fn stack_of(&self) -> Option<&Looked> {
        let blamed = self.blamed()?;
        let mut at = blamed;
        // No tree is deeper than it has processes.
        for _ in &self.processes {
            if !at.python.threads.is_empty() {
                return Some(at);
            }
            let Some(parent) = self.processes.iter().find(|process| process.id.pid == at.ppid) else { break };
            at = parent;
        }
        Some(blamed)
    }
}

fn path(dir: &RunDir, n: u32) -> PathBuf {
    dir.evidence().join(format!("{n}.json"))
}

/// The number of the last one; `None` where there is none.
#[must_use]
pub fn last(dir: &RunDir) -> Option<u32> {
    let names = fs::read_dir(dir.evidence()).ok()?.flatten();
    names.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok()).max()
}
