//! Turns what was gathered into the evidence that is kept: judged, and each process as it is shown.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::descriptors::Target;
use crate::process::facts::{Process, Thread};
use crate::process::sockets::{self, Socket};
use crate::process::stack::{self, PythonThread};
use crate::process::syscall::Doing;
use crate::process::verdict::{self, Growth, Kind, Scene};
use crate::run::evidence::{self, Evidence, Frame, KernelThread, LastOutput, Looked, Python};
use crate::run::spec::FORMAT;
use crate::supervisor::evidence::Gathering;

/// Most files named of one process.
const FILES: usize = 200;

/// What the supervisor knows beside what was gathered.
pub struct Known {
    pub n: u32,
    pub t_us: u64,
    /// The step's program.
    pub agent: Option<i32>,
    /// `None`: nobody listens to it any more.
    pub silence: Option<Duration>,
    pub usual_gap: Option<Duration>,
    pub growth: Option<Growth>,
    pub last_output: Option<LastOutput>,
    /// The folder of all runs, where it really stands.
    pub runs: Option<PathBuf>,
    /// What the looks before have found, the last one first.
    pub earlier: Vec<Evidence>,
}

/// The evidence, judged.
#[must_use]
pub fn of(gathering: Gathering, known: Known) -> Evidence {
    let own = gathering.folder.as_ref().ok().map(|folder| folder.to_string_lossy().into_owned());
    let Gathering { occasion, first, halfway, second, mut stacks, mut left_out, .. } = gathering;
    left_out.extend(hidden(&second.processes));
    let between = first.at.zip(second.at).map_or(Duration::ZERO, |(first, second)| second - first);
    let tcp = second.tcp.iter().map(|(inode, now)| (*inode, (first.tcp.get(inode).copied(), *now))).collect();
    let scene = Scene {
        agent: known.agent,
        before: first.processes,
        after: second.processes,
        between,
        sockets: second.sockets,
        tcp,
        unix_peers: second.unix_peers,
        halfway: halfway.used,
        halfway_at: first.at.zip(halfway.at).map_or(Duration::ZERO, |(first, half)| half - first),
        silence: known.silence,
        usual_gap: known.usual_gap,
        growth: known.growth,
        places: stacks.iter().flat_map(|(pid, python)| places(*pid, python)).collect(),
        runs: known.runs,
        stays: stacks.iter().flat_map(|(pid, python)| stays(*pid, python, &known.earlier)).collect(),
    };
    let verdict = verdict::judge(&scene);
    let processes: Vec<_> = scene
        .after
        .iter()
        .map(|process| {
            let python = stacks.remove(&process.id.pid).unwrap_or_default();
            looked(&scene, process, python, own.as_deref())
        })
        .collect();
    Evidence {
        v: FORMAT,
        n: known.n,
        t_us: known.t_us,
        why: occasion,
        verdict,
        between_ms: u64::try_from(between.as_millis()).unwrap_or(0),
        silence_ms: known.silence.and_then(|silence| u64::try_from(silence.as_millis()).ok()),
        cpu_percent: processes.iter().map(|process| process.cpu_percent).sum(),
        rss_bytes: processes.iter().map(|process| process.rss_bytes).sum(),
        last_output: known.last_output,
        processes,
        left_out,
    }
}

/// The threads of a dump, each with its kernel thread where that is certain.
#[must_use]
pub fn python(threads: &[PythonThread], kernel: &[Thread], agent: &Path) -> Vec<evidence::PythonThread> {
    let name = |which: usize| match stack::kernel_thread(threads, which, kernel) {
        _ if which + 1 == threads.len() => "MainThread".to_owned(),
        Some(tid) => tid.to_string(),
        None => format!("{:#x}", threads[which].address),
    };
    let frame = |frame: &stack::Frame| Frame {
        file: frame.file.clone(),
        line: frame.line,
        function: frame.function.clone(),
        in_agent: is_in_agent(&frame.file, agent),
    };
    let one = |(which, thread): (usize, &PythonThread)| evidence::PythonThread {
        thread: name(which),
        frames: thread.frames.iter().map(frame).collect(),
    };
    // The main thread first, as people look for it.
    threads.iter().enumerate().rev().map(one).collect()
}

/// Whether a file is the agent's own: under its folder, and not in its environment. A name without a folder is
/// counted from there.
fn is_in_agent(file: &str, agent: &Path) -> bool {
    if file.starts_with('<') {
        return false;
    }
    let real = std::fs::canonicalize(agent).unwrap_or_else(|_| agent.to_path_buf());
    [agent, &real].into_iter().any(|agent| {
        let file = agent.join(file);
        file.strip_prefix(agent).is_ok_and(|inside| !inside.starts_with(".venv"))
    })
}

/// Where each thread of a process stands in the agent's own code, by its kernel thread.
fn places(pid: i32, python: &Python) -> HashMap<i32, String> {
    let place = |thread: &evidence::PythonThread| {
        let tid = tid(pid, thread)?;
        let frame = thread.frames.iter().find(|frame| frame.in_agent)?;
        let file = Path::new(&frame.file).file_name()?.to_string_lossy();
        Some((tid, format!("{} ({file}:{})", frame.function, frame.line)))
    };
    python.threads.iter().filter_map(place).collect()
}

/// The kernel's number of a Python thread, where that is certain.
fn tid(pid: i32, thread: &evidence::PythonThread) -> Option<i32> {
    if thread.thread == "MainThread" { Some(pid) } else { thread.thread.parse().ok() }
}

/// How many looks in a row, this one with them, found each thread busy in the function that it is in now: the agent's
/// own where there is one, else the innermost.
fn stays(pid: i32, python: &Python, earlier: &[Evidence]) -> HashMap<i32, usize> {
    let function = |thread: &evidence::PythonThread| {
        let frame = thread.frames.iter().find(|frame| frame.in_agent).or(thread.frames.first())?;
        Some((frame.file.clone(), frame.function.clone()))
    };
    let same = |before: &&Evidence, now: &evidence::PythonThread| {
        let verdict = &before.verdict;
        let process = before.blamed().filter(|process| process.id.pid == pid);
        let thread = process
            .and_then(|process| process.python.threads.iter().find(|thread| tid(pid, thread) == verdict.tid));
        verdict.kind == Kind::Busy
            && verdict.tid == tid(pid, now)
            && thread.and_then(function) == function(now)
    };
    let stay = |thread: &evidence::PythonThread| {
        let before = earlier.iter().take_while(|before| same(before, thread)).count();
        Some((tid(pid, thread)?, before + 1))
    };
    python.threads.iter().filter_map(stay).collect()
}

/// What the system keeps from the looker, and why; a sentence each.
fn hidden(processes: &[Process]) -> Vec<String> {
    let pids = |hides: fn(&Process) -> bool| -> Vec<String> {
        let of = processes.iter().filter(|process| process.state != 'Z' && hides(process));
        of.map(|process| process.id.pid.to_string()).collect()
    };
    let calls = pids(|process| {
        !process.threads.is_empty() && process.threads.iter().all(|thread| thread.doing == Doing::Hidden)
    });
    let open = pids(|process| process.open.is_none());
    let mut sentences = Vec::new();
    if !calls.is_empty() {
        let yama = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").unwrap_or_default();
        let why = match yama.trim() {
            "" | "0" => String::new(),
            scope => format!(" (kernel.yama.ptrace_scope is {scope}: only who started a process may)"),
        };
        sentences.push(format!("the system does not show the calls of process {}{why}", calls.join(", ")));
    }
    if !open.is_empty() {
        sentences.push(format!("the system does not show what process {} has open", open.join(", ")));
    }
    sentences
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a percentage")]
fn looked(scene: &Scene, process: &Process, python: Python, own: Option<&str>) -> Looked {
    let before = scene.earlier(process.id.pid);
    let sum = |process: &Process, of: fn(&Thread) -> u64| process.threads.iter().map(of).sum::<u64>();
    let change =
        |of: fn(&Thread) -> u64| before.map_or(0, |before| sum(process, of).saturating_sub(sum(before, of)));
    let share = if scene.between.is_zero() {
        0.0
    } else {
        change(|thread| thread.ran_ns) as f64 / scene.between.as_nanos() as f64
    };
    let memory = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    Looked {
        id: process.id,
        ppid: process.parent,
        command: process.command.clone(),
        state: process.state,
        cpu_percent: (share * 100.0) as f32,
        rss_bytes: process.rss_bytes,
        rss_change: before.map_or(0, |before| memory(process.rss_bytes) - memory(before.rss_bytes)),
        switches: change(|thread| thread.switches),
        io_bytes: before.map_or(0, |before| process.io.saturating_sub(before.io)),
        kernel: process.threads.iter().map(kernel).collect(),
        python,
        sockets: open_sockets(scene, process),
        files: files(process, own),
    }
}

fn kernel(thread: &Thread) -> KernelThread {
    KernelThread {
        tid: thread.tid,
        name: thread.name.clone(),
        state: thread.state,
        wchan: thread.wchan.clone(),
        syscall: match &thread.doing {
            Doing::Running => Some("running".to_owned()),
            Doing::Call(call) => Some(call.shown()),
            Doing::Inside => Some("none".to_owned()),
            Doing::Hidden => None,
        },
    }
}

fn open_sockets(scene: &Scene, process: &Process) -> Vec<evidence::Socket> {
    let one = |fd: i32, socket: &Socket| evidence::Socket {
        fd,
        state: socket.state.to_owned(),
        local: socket.end(socket.local),
        peer: socket.end(socket.peer),
        service: socket.peer_port().and_then(sockets::service).map(str::to_owned),
        received: socket.received,
        sent: socket.sent,
    };
    let open = process.open.iter().flatten();
    open.filter_map(|descriptor| match descriptor.target {
        Target::Socket(inode) => Some(one(descriptor.number, scene.sockets.get(&inode)?)),
        Target::Pipe { .. }
        | Target::Epoll(_)
        | Target::Process(_)
        | Target::Anonymous(_)
        | Target::Path(_) => None,
    })
    .collect()
}

/// What is open, but for plugdeck's stack file: in memory, or in its `own` folder.
fn files(process: &Process, own: Option<&str>) -> Vec<evidence::File> {
    let is_own = |path: &str| path == stack::IN_MEMORY || own.is_some_and(|own| path.starts_with(own));
    let name = |target: &Target| match target {
        Target::Path(path) => (!is_own(path)).then(|| path.clone()),
        Target::Pipe { inode, .. } => Some(format!("pipe:[{inode}]")),
        Target::Socket(_) | Target::Epoll(_) | Target::Process(_) | Target::Anonymous(_) => None,
    };
    let open = process.open.iter().flatten();
    open.filter_map(|descriptor| {
        Some(evidence::File { fd: descriptor.number, path: name(&descriptor.target)? })
    })
    .take(FILES)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::id::ProcessId;

    #[test]
    fn the_agents_own_code_is_told_from_its_environment() {
        let agent = Path::new("/store/a/b");
        for (file, expected) in [
            ("/store/a/b/agent.py", true),
            ("/store/a/b/lib/x.py", true),
            ("agent.py", true),
            ("/store/a/b/.venv/lib/x.py", false),
            ("/usr/lib/python3/socket.py", false),
            ("/store/a/bc/agent.py", false),
            ("<frozen importlib._bootstrap>", false),
        ] {
            assert_eq!(is_in_agent(file, agent), expected, "{file}");
        }
    }

    #[test]
    fn what_the_system_hides_is_said() {
        let mut hidden = Process::look(ProcessId::current()).unwrap();
        assert_eq!(super::hidden(std::slice::from_ref(&hidden)), Vec::<String>::new());
        let pid = hidden.id.pid;
        hidden.open = None;
        hidden.threads.iter_mut().for_each(|thread| thread.doing = Doing::Hidden);
        let sentences = super::hidden(&[hidden.clone()]);
        assert!(sentences[0].starts_with(&format!("the system does not show the calls of process {pid}")));
        assert_eq!(sentences[1], format!("the system does not show what process {pid} has open"));
        hidden.state = 'Z';
        assert_eq!(super::hidden(&[hidden]), Vec::<String>::new());
    }
}
