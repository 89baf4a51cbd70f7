//! Looks at a tree twice and takes the stacks, in small steps: the loop goes on between them, so that the pipes
//! are drained and signals are heard. Reading comes first; a stack signal comes last, once, to one process at a time.
//! Orphans, whose supervisor is gone, are looked at in the same way by whoever shows them.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::process::descriptors::Target;
use crate::process::diag::{Diag, TcpInfo};
use crate::process::facts::Process;
use crate::process::id::ProcessId;
use crate::process::signal::{self, Sent};
use crate::process::sockets::{self, Protocol, Socket};
use crate::process::stack::{self, StackFile};
use crate::process::syscall::Doing;
use crate::process::tree;
use crate::run::evidence::{Occasion, Python};
use crate::supervisor::{portray, reap};

/// From the first look to the second, when somebody asked.
const APART: Duration = Duration::from_secs(1);

/// The whole of it, when somebody asked.
const ASKED: Duration = Duration::from_millis(1_900);

/// From the first look to the second, before the first signal of a stop.
const APART_BEFORE_END: Duration = Duration::from_millis(80);

/// The whole of it, before the first signal of a stop.
const BEFORE_END: Duration = Duration::from_millis(280);

/// One step: the pipes wait for so long at most.
const SLICE: Duration = Duration::from_millis(10);

/// From one look at a stack file to the next.
const ANSWER_ROUND: Duration = Duration::from_millis(4);

/// For one process's stack, when somebody asked.
const ONE_STACK: Duration = Duration::from_millis(400);

/// Most connections that TCP is asked about.
const CONNECTIONS: usize = 128;

/// One look at the whole tree.
#[derive(Default)]
pub struct Look {
    pub at: Option<Instant>,
    pub processes: Vec<Process>,
    pub sockets: HashMap<u64, Socket>,
    pub tcp: HashMap<u64, TcpInfo>,
    pub unix_peers: HashMap<u64, u64>,
    to_come: VecDeque<ProcessId>,
}

/// Whose tree is looked at.
pub enum Whose {
    /// The calling process's: an ancestor may see everything.
    Own,
    /// These, and what is below them. Of a process that is not below it, the looker may not see which call it is in:
    /// then no signal is sent, since it might be a delicate one.
    Left(Vec<ProcessId>),
}

impl Whose {
    /// Everybody there is now, parents before children.
    fn list(&self) -> Vec<ProcessId> {
        let Self::Left(left) = self else { return reap::descendants() };
        let mut list: Vec<ProcessId> = Vec::new();
        for process in left.iter().filter(|process| ProcessId::of(process.pid) == Some(**process)) {
            for one in std::iter::once(*process).chain(tree::descendants(process.pid)) {
                if !list.contains(&one) {
                    list.push(one);
                }
            }
        }
        list
    }
}

/// The processors' time of the first look's threads, halfway to the second.
#[derive(Default)]
pub struct Halfway {
    pub at: Option<Instant>,
    pub used: HashMap<i32, u64>,
    /// So many of the processes were asked.
    asked: usize,
}

/// What was gathered so far.
pub struct Gathering {
    pub occasion: Occasion,
    pub first: Look,
    pub halfway: Halfway,
    pub second: Look,
    pub stacks: HashMap<i32, Python>,
    pub left_out: Vec<String>,
    stage: Stage,
    whose: Whose,
    /// Where stacks are written that are not in memory; or why none is asked for.
    pub folder: Result<PathBuf, String>,
    /// The folder of the agent.
    agent: PathBuf,
    apart: Duration,
    deadline: Instant,
    to_ask: VecDeque<ProcessId>,
}

enum Stage {
    First,
    Half(Instant),
    Halfway,
    Between(Instant),
    Second,
    Ask,
    Answer { process: ProcessId, file: StackFile, before: u64, until: Instant },
    Done,
}

impl Gathering {
    /// Begins. Stacks are written into `folder`, or it says why none is asked for; `agent` is where the agent's own
    /// code stands.
    #[must_use]
    pub fn new(
        occasion: Occasion,
        whose: Whose,
        folder: Result<PathBuf, String>,
        agent: PathBuf,
        now: Instant,
    ) -> Self {
        let (apart, whole) = match occasion {
            Occasion::Asked => (APART, ASKED),
            Occasion::Timeout | Occasion::Stop => (APART_BEFORE_END, BEFORE_END),
        };
        Self {
            occasion,
            first: Look::begin(&whose),
            halfway: Halfway::default(),
            second: Look::default(),
            stacks: HashMap::new(),
            left_out: Vec::new(),
            stage: Stage::First,
            whose,
            folder,
            agent,
            apart,
            deadline: now + whole,
            to_ask: VecDeque::new(),
        }
    }

    /// When the next step is due.
    #[must_use]
    pub fn due(&self, now: Instant) -> Instant {
        match &self.stage {
            Stage::Half(until) | Stage::Between(until) => *until,
            Stage::Answer { .. } => now + ANSWER_ROUND,
            Stage::First | Stage::Halfway | Stage::Second | Stage::Ask | Stage::Done => now,
        }
    }

    /// Goes on for a little; returns whether there is nothing left to do.
    pub fn step(&mut self, now: Instant) -> bool {
        let late = now >= self.deadline;
        match &self.stage {
            Stage::First => {
                if self.first.go_on(now, late, &mut self.left_out) {
                    self.stage = Stage::Half(now + self.apart / 2);
                }
            }
            Stage::Half(until) => {
                if now >= *until || late {
                    self.stage = Stage::Halfway;
                }
            }
            Stage::Halfway => {
                if self.halfway.go_on(now, late, &self.first.processes) {
                    let since = self.first.at.unwrap_or(now);
                    self.stage = Stage::Between(since + self.apart);
                }
            }
            Stage::Between(until) => {
                if now >= *until || late {
                    self.second = Look::begin(&self.whose);
                    self.stage = Stage::Second;
                }
            }
            Stage::Second => {
                if self.second.go_on(now, late, &mut self.left_out) {
                    self.to_ask = self.second.processes.iter().map(|process| process.id).collect();
                    self.stage = Stage::Ask;
                }
            }
            Stage::Ask => self.ask(now, late),
            Stage::Answer { process, file, before, until } => {
                if file.has_answer(process.pid, *before) || now >= *until {
                    let (process, answer) = (*process, file.from(*before));
                    self.take(process, &answer.unwrap_or_default());
                    self.stage = Stage::Ask;
                }
            }
            Stage::Done => {}
        }
        matches!(self.stage, Stage::Done)
    }

    /// Sends the one signal to the next process that may be asked.
    fn ask(&mut self, now: Instant, late: bool) {
        let Some(process) = self.to_ask.pop_front() else {
            self.stage = Stage::Done;
            return;
        };
        let asked = self.may_ask(process, late).and_then(|file| {
            let before = file.length();
            match signal::send(process, signal::stack()) {
                Sent::Delivered => Ok((file, before)),
                Sent::Gone => Err("it has ended".to_owned()),
                Sent::Refused => Err("the system does not allow the stack signal".to_owned()),
            }
        });
        match asked {
            Ok((file, before)) => {
                let until = self.deadline.min(now + ONE_STACK);
                self.stage = Stage::Answer { process, file, before, until };
            }
            Err(reason) => {
                let none = Python { threads: Vec::new(), reason: Some(reason) };
                self.stacks.insert(process.pid, none);
            }
        }
    }

    fn may_ask(&self, process: ProcessId, late: bool) -> Result<StackFile, String> {
        let folder = self.folder.as_ref().map_err(Clone::clone)?;
        if late {
            return Err("there was no time left".to_owned());
        }
        let seen = self.second.processes.iter().find(|seen| seen.id == process);
        let main = seen.and_then(|seen| seen.threads.first());
        let hidden = main.is_none_or(|main| main.doing == Doing::Hidden);
        if hidden && matches!(self.whose, Whose::Left(_)) {
            return Err(
                "the system does not show which call it is in, and a signal might disturb it".to_owned()
            );
        }
        stack::may_ask(process.pid, folder)
    }

    /// Keeps what a process has written.
    fn take(&mut self, process: ProcessId, answer: &str) {
        let threads = stack::parse(answer);
        let kernel = self.second.processes.iter().find(|seen| seen.id == process);
        let kernel = kernel.map(|seen| seen.threads.as_slice()).unwrap_or_default();
        let threads = portray::python(&threads, kernel, &self.agent);
        let reason = threads.is_empty().then(|| "it did not answer the stack signal in time".to_owned());
        if reason.is_some() {
            self.left_out.push(format!("process {} did not write its stack in time", process.pid));
        }
        self.stacks.insert(process.pid, Python { threads, reason });
    }
}

impl Halfway {
    /// Asks some more processes; returns whether all have been asked, or there is no time for more.
    fn go_on(&mut self, now: Instant, late: bool, processes: &[Process]) -> bool {
        self.at.get_or_insert(now);
        let end = now + SLICE;
        for process in processes.iter().skip(self.asked) {
            if late {
                break;
            }
            if Instant::now() >= end {
                return false;
            }
            self.used.extend(process.used_now());
            self.asked += 1;
        }
        true
    }
}

impl Look {
    fn begin(whose: &Whose) -> Self {
        Self { to_come: whose.list().into(), ..Self::default() }
    }

    /// Looks at some more processes; returns whether all are looked at, or there is no time for more.
    fn go_on(&mut self, now: Instant, late: bool, left_out: &mut Vec<String>) -> bool {
        self.at.get_or_insert(now);
        let end = now + SLICE;
        while let Some(process) = self.to_come.pop_front() {
            if late {
                left_out.push(format!("{} processes were not looked at in time", self.to_come.len() + 1));
                self.to_come.clear();
                break;
            }
            self.processes.extend(Process::look(process));
            if Instant::now() >= end && !self.to_come.is_empty() {
                return false;
            }
        }
        self.look_at_sockets();
        true
    }

    fn look_at_sockets(&mut self) {
        let inodes: Vec<u64> = self
            .processes
            .iter()
            .flat_map(|process| process.open.iter().flatten())
            .filter_map(|descriptor| match descriptor.target {
                Target::Socket(inode) => Some(inode),
                _ => None,
            })
            .collect();
        let Some(process) = self.processes.first().filter(|_| !inodes.is_empty()) else { return };
        let mut table = sockets::table(process.id.pid);
        table.retain(|inode, _| inodes.contains(inode));
        if let Some(diag) = Diag::new() {
            for (inode, socket) in table.iter().take(CONNECTIONS) {
                match socket.protocol {
                    Protocol::Tcp => self.tcp.extend(diag.tcp(socket).map(|info| (*inode, info))),
                    Protocol::Unix => {
                        self.unix_peers.extend(diag.unix_peer(*inode).map(|peer| (*inode, peer)));
                    }
                    Protocol::Udp => {}
                }
            }
        }
        self.sockets = table;
    }
}
