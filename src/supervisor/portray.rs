//! Turns what was gathered into the evidence that is kept: judged, and each process as it is shown.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use crate::process::descriptors::Target;
use crate::process::facts::{Process, Thread};
use crate::process::sockets::{self, Socket};
use crate::process::stack::{self, PythonThread};
use crate::process::syscall::Doing;
use crate::process::verdict::{self, Growth, Scene};
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
    pub silence: Duration,
    pub usual_gap: Option<Duration>,
    pub growth: Option<Growth>,
    pub last_output: Option<LastOutput>,
}

/// The evidence, judged.
#[must_use]
pub fn of(gathering: Gathering, known: Known) -> Evidence {
    let own = gathering.folder.to_string_lossy().into_owned();
    let Gathering { occasion, first, second, mut stacks, left_out, .. } = gathering;
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
        silence: known.silence,
        usual_gap: known.usual_gap,
        growth: known.growth,
        places: stacks.iter().flat_map(|(pid, python)| places(*pid, python)).collect(),
    };
    let verdict = verdict::judge(&scene);
    let processes: Vec<_> = scene
        .after
        .iter()
        .map(|process| {
            let python = stacks.remove(&process.id.pid).unwrap_or_default();
            looked(&scene, process, python, &own)
        })
        .collect();
    Evidence {
        v: FORMAT,
        n: known.n,
        t_us: known.t_us,
        why: occasion,
        verdict,
        between_ms: u64::try_from(between.as_millis()).unwrap_or(0),
        silence_ms: u64::try_from(known.silence.as_millis()).unwrap_or(0),
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
        let tid = if thread.thread == "MainThread" { pid } else { thread.thread.parse().ok()? };
        let frame = thread.frames.iter().find(|frame| frame.in_agent)?;
        let file = Path::new(&frame.file).file_name()?.to_string_lossy();
        Some((tid, format!("{} ({file}:{})", frame.function, frame.line)))
    };
    python.threads.iter().filter_map(place).collect()
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a percentage")]
fn looked(scene: &Scene, process: &Process, python: Python, own: &str) -> Looked {
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

/// What is open, but for plugdeck's `own` folder.
fn files(process: &Process, own: &str) -> Vec<evidence::File> {
    let name = |target: &Target| match target {
        Target::Path(path) => (!path.starts_with(own)).then(|| path.clone()),
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
}
