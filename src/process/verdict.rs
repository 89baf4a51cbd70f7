//! What a tree of processes waits for, in one sentence: pure, from two looks at all of it. Who cannot be judged is
//! `unknown`; a wrong confident sentence is worse than none.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::process::cause::{self, Cause};
use crate::process::diag::TcpInfo;
use crate::process::facts::Process;
use crate::process::sockets::Socket;

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Socket,
    Connecting,
    Stdin,
    Child,
    Sleep,
    Lock,
    FileLock,
    Busy,
    Disk,
    Stopped,
    MemoryGrowing,
    /// Nobody reads what is written.
    PipeFull,
    /// The other end of a FIFO or a pipe.
    Pipe,
    Signal,
    Zombie,
    Healthy,
    Unknown,
}

impl Kind {
    /// The word, as JSON has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Connecting => "connecting",
            Self::Stdin => "stdin",
            Self::Child => "child",
            Self::Sleep => "sleep",
            Self::Lock => "lock",
            Self::FileLock => "file_lock",
            Self::Busy => "busy",
            Self::Disk => "disk",
            Self::Stopped => "stopped",
            Self::MemoryGrowing => "memory_growing",
            Self::PipeFull => "pipe_full",
            Self::Pipe => "pipe",
            Self::Signal => "signal",
            Self::Zombie => "zombie",
            Self::Healthy => "healthy",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it says only that something waits, and not for what: a better reason is worth more.
    #[must_use]
    pub fn is_vague(self) -> bool {
        match self {
            Self::Sleep | Self::Lock | Self::Unknown | Self::Child => true,
            Self::Socket
            | Self::Connecting
            | Self::Stdin
            | Self::FileLock
            | Self::Busy
            | Self::Disk
            | Self::Stopped
            | Self::MemoryGrowing
            | Self::PipeFull
            | Self::Pipe
            | Self::Signal
            | Self::Zombie
            | Self::Healthy => false,
        }
    }
}

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    None,
    Maybe,
    High,
}

impl Confidence {
    /// The word, as JSON has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Maybe => "maybe",
            Self::High => "high",
        }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub kind: Kind,
    pub confidence: Confidence,
    pub sentence: String,
    /// The process that is to blame; `None` where there is none.
    pub pid: Option<i32>,
    /// Its thread, where the cause is one's.
    pub tid: Option<i32>,
}

/// Everything a verdict rests on.
#[derive(Debug, Default)]
pub struct Scene {
    /// The step's program.
    pub agent: Option<i32>,
    pub before: Vec<Process>,
    /// The second look; parents before children.
    pub after: Vec<Process>,
    pub between: Duration,
    /// At the second look, by inode.
    pub sockets: HashMap<u64, Socket>,
    /// By inode: at the first look, where there was one, and at the second.
    pub tcp: HashMap<u64, (Option<TcpInfo>, TcpInfo)>,
    /// The other end's inode, of unix sockets.
    pub unix_peers: HashMap<u64, u64>,
    /// Of threads, by tid: their time on a processor, or ready for one, when half of [`Self::between`] was over; and
    /// when that was, counted from the first look.
    pub halfway: HashMap<i32, u64>,
    pub halfway_at: Duration,
    /// For how long nothing has been printed; `None` where nobody listens.
    pub silence: Option<Duration>,
    /// The usual time from one output to the next.
    pub usual_gap: Option<Duration>,
    pub growth: Option<Growth>,
    /// Where a thread stands in the agent's own code: `call (agent.py:20)`.
    pub places: HashMap<i32, String>,
    /// The folder of all runs: the lock that stands in a run's is held as long as the run goes on.
    pub runs: Option<PathBuf>,
    /// Of busy threads, by tid: how many looks in a row, this one with them, found them busy in the same function.
    pub stays: HashMap<i32, usize>,
}

/// Memory that has grown and grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    pub bytes: u64,
    pub over: Duration,
}

/// Growth that has lasted so long is no start-up any more.
const LASTING: Duration = Duration::from_secs(5);

/// Judges.
#[must_use]
pub fn judge(scene: &Scene) -> Verdict {
    let Some(first) = scene.process(scene.agent).or_else(|| scene.after.first()) else {
        return Verdict {
            kind: Kind::Unknown,
            confidence: Confidence::None,
            sentence: "no process of this run is left to look at".to_owned(),
            pid: None,
            tid: None,
        };
    };
    let mut cause = cause::of_tree(scene, first);
    if let Some(zombie) = zombie(scene, &cause) {
        cause = zombie;
    }
    if let Some(healthy) = healthy(scene, first, &cause) {
        cause = healthy;
    }
    if let Some(growing) = growing(scene, first, &cause) {
        cause = growing;
    }
    told(scene, first.id.pid, &cause)
}

/// The sentence around a cause: who, what, where in the agent's code.
fn told(scene: &Scene, agent: i32, cause: &Cause) -> Verdict {
    let who = match scene.process(Some(cause.subject)) {
        Some(process) if cause.subject != agent => {
            format!("process {} ({}) ", cause.subject, process.command)
        }
        _ => String::new(),
    };
    let maybe = if cause.confidence == Confidence::Maybe { "maybe: " } else { "" };
    let place = cause.tid.and_then(|tid| scene.places.get(&tid));
    let place = place.map(|place| format!(", in {place}")).unwrap_or_default();
    Verdict {
        kind: cause.kind,
        confidence: cause.confidence,
        sentence: format!("{maybe}{who}{}{place}", cause.text),
        pid: Some(cause.pid),
        tid: cause.tid,
    }
}

/// A child that has ended and that nobody takes note of, where nothing better explains the waiting.
fn zombie(scene: &Scene, cause: &Cause) -> Option<Cause> {
    if !matches!(cause.kind, Kind::Sleep | Kind::Lock | Kind::Unknown | Kind::Pipe) {
        return None;
    }
    let lasting = |process: &&Process| {
        process.state == 'Z' && scene.earlier(process.id.pid).is_some_and(|before| before.state == 'Z')
    };
    let dead: Vec<_> = scene.after.iter().filter(lasting).collect();
    let parent = dead.first()?.parent;
    let siblings = dead.iter().filter(|process| process.parent == parent);
    let (first, count) = (dead.first()?.id.pid, siblings.count());
    let dead = if count == 1 {
        format!("its child {first} has ended")
    } else {
        format!("{count} of its children have ended")
    };
    Some(Cause {
        kind: Kind::Zombie,
        confidence: Confidence::Maybe,
        text: format!("takes no note that {dead}; meanwhile it {}", cause.text),
        pid: scene.process(Some(parent)).map_or(cause.pid, |parent| parent.id.pid),
        tid: None,
        subject: parent,
    })
}

/// A pause that is usual is none: the rhythm of its output says more than what it does just now.
fn healthy(scene: &Scene, first: &Process, cause: &Cause) -> Option<Cause> {
    let (gap, silence) = scene.usual_gap.zip(scene.silence)?;
    let usual = silence < gap * 2 + Duration::from_millis(200);
    if !usual || matches!(cause.kind, Kind::Stopped) {
        return None;
    }
    Some(Cause {
        kind: Kind::Healthy,
        confidence: Confidence::High,
        text: format!("prints something every {}, and did {} ago", seconds(gap), seconds(silence)),
        pid: first.id.pid,
        tid: None,
        subject: first.id.pid,
    })
}

/// More and more memory: said where nothing outside explains the waiting.
fn growing(scene: &Scene, first: &Process, cause: &Cause) -> Option<Cause> {
    let growth = scene.growth.or_else(|| scene.growth_between(cause))?;
    let lasting = growth.over >= LASTING;
    let says_less = cause.kind.is_vague() || cause.kind == Kind::Busy;
    let works = cause.kind == Kind::Healthy && lasting;
    if !(says_less || works) {
        return None;
    }
    let grown = |process: &Process| {
        let before = scene.earlier(process.id.pid).map_or(process.rss_bytes, |before| before.rss_bytes);
        process.rss_bytes.saturating_sub(before)
    };
    let most = scene.after.iter().max_by_key(|process| (grown(process), process.rss_bytes)).unwrap_or(first);
    Some(Cause {
        kind: Kind::MemoryGrowing,
        confidence: if lasting { Confidence::High } else { Confidence::Maybe },
        text: format!(
            "takes more and more memory: {} more in {}",
            crate::text::size(growth.bytes),
            seconds(growth.over)
        ),
        pid: most.id.pid,
        tid: Some(most.id.pid),
        subject: most.id.pid,
    })
}

/// A time in a sentence: `62 s`, `3.2 s`.
#[must_use]
pub fn seconds(time: Duration) -> String {
    match time.as_secs_f64() {
        short if short < 9.95 => format!("{short:.1} s"),
        long => format!("{long:.0} s"),
    }
}

/// Growth from one look to the next that is worth telling; less is a cache, a buffer.
const WORTH_TELLING: u64 = 8 << 20;

impl Scene {
    /// Growth from the first look to the second, of a tree that does not compute: else it may just be starting.
    fn growth_between(&self, cause: &Cause) -> Option<Growth> {
        let sum = |processes: &[Process]| processes.iter().map(|process| process.rss_bytes).sum::<u64>();
        let (before, after) = (sum(&self.before), sum(&self.after));
        let bytes = after.saturating_sub(before);
        let waits = matches!(cause.kind, Kind::Sleep | Kind::Lock | Kind::Unknown);
        let over = self.between;
        (waits && before > 0 && bytes >= WORTH_TELLING && bytes >= after / 20)
            .then_some(Growth { bytes, over })
    }

    /// The run whose lock this file is.
    #[must_use]
    pub fn run_of_lock<'a>(&self, file: &'a str) -> Option<&'a str> {
        let inside = Path::new(file).strip_prefix(self.runs.as_ref()?).ok()?;
        inside.to_str()?.strip_suffix("/lock").filter(|run| !run.contains('/'))
    }

    /// ` for 62 s`, as far as that is known.
    #[must_use]
    pub fn for_silence(&self) -> String {
        self.silence.map_or(String::new(), |silence| format!(" for {}", seconds(silence)))
    }

    /// A process at the second look.
    #[must_use]
    pub fn process(&self, pid: Option<i32>) -> Option<&Process> {
        self.after.iter().find(|process| Some(process.id.pid) == pid)
    }

    /// The same process at the first look.
    #[must_use]
    pub fn earlier(&self, pid: i32) -> Option<&Process> {
        let now = self.process(Some(pid))?;
        self.before.iter().find(|process| process.id == now.id)
    }
}

#[cfg(test)]
mod tests;
