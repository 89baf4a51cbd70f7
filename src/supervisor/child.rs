//! Starts a step's program as a shell would: nothing of the supervisor's leaks into it, but what it is given.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

use crate::agent::dotenv::Variables;
use crate::process::escapee::MARKER;
use crate::process::id::ProcessId;
use crate::process::stack;
use crate::run::dir::{RunDir, is_private, make_private, private, read, secure};
use crate::run::spec::Step;
use crate::supervisor::spawn::{Program, spawn};

/// The descriptor the payload has in the agent, until the hook has read it. The same file then takes the stacks.
const PAYLOAD_FD: RawFd = 3;

/// Runs inside the agent's interpreter before any of the agent's code.
const HOOK: &str = include_str!("hook.py");

/// A program that runs, and the reading ends of its pipes.
pub struct Started {
    pub process: ProcessId,
    pub out: OwnedFd,
    pub err: OwnedFd,
    /// Inodes of the two pipes.
    pub pipes: [u64; 2],
}

/// What a call hands over.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    Hook(&'a str),
    Argument(&'a str),
}

/// What a program gets beside what its step says.
pub struct Surroundings {
    /// The caller's.
    pub umask: u32,
    /// Beside the inherited variables; they win.
    pub variables: Variables,
    /// Most descriptors that it may have; `None`: as many as its caller.
    pub open_files: Option<u64>,
}

/// Starts a program of a run.
pub fn start(
    dir: &RunDir,
    step: &Step,
    payload: Option<Payload>,
    surroundings: &Surroundings,
) -> io::Result<Started> {
    let (out, out_end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    let (err, err_end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    let pipes = [rustix::fs::fstat(&out)?.st_ino, rustix::fs::fstat(&err)?.st_ino];
    let mut arguments: Vec<_> = step.argv.iter().map(OsString::from).collect();
    let mut environment: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    for name in &step.remove {
        environment.remove(OsStr::new(name));
    }
    let mut set = |name: &str, value: OsString| environment.insert(name.into(), value);
    let given = step.set.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in given.chain(surroundings.variables.iter()) {
        set(name, value.into());
    }
    set(MARKER, dir.id().0.into());
    let payload = match payload {
        None => None,
        Some(Payload::Argument(payload)) => {
            arguments.push(payload.into());
            None
        }
        Some(Payload::Hook(payload)) => {
            install_hook(dir)?;
            set("PYTHONPATH", python_path(dir, &surroundings.variables)?);
            set("PLUGDECK_STACK_DIR", dir.stacks().into());
            set("PLUGDECK_PAYLOAD_FD", PAYLOAD_FD.to_string().into());
            Some(memory_file(stack::MEMORY, payload.as_bytes())?)
        }
    };
    let program = Program::new(&arguments, &environment, &step.cwd)?;
    let nothing = File::open("/dev/null")?;
    let streams = [nothing.as_raw_fd(), out_end.as_raw_fd(), err_end.as_raw_fd()];
    let supervisor = rustix::process::getpid();
    let Surroundings { umask, open_files, .. } = *surroundings;
    let payload_fd = payload.as_ref().map(File::as_raw_fd);
    let pid = spawn(&program, streams, &mut || before_exec(supervisor, payload_fd, umask, open_files))?;
    // What is the program's alone makes room for what is opened now, where there is little.
    drop((payload, nothing, out_end, err_end));
    // The child is not waited for yet, so its entry in /proc is there, whatever became of it.
    let process = ProcessId::of(pid).ok_or_else(|| io::Error::other("no entry in /proc"))?;
    Ok(Started { process, out, err, pipes })
}

/// Writes the hook under the name that Python looks for at its start, unless it is there. All runs share it, so
/// that Python compiles it once.
fn install_hook(dir: &RunDir) -> io::Result<()> {
    let folder = dir.hook();
    let hook = folder.join("sitecustomize.py");
    // What stands there runs in every agent. The way to the folder above the runs was looked at when this run was made.
    if !folder.ancestors().take(2).all(is_private) {
        make_private(&folder)?;
        secure(&folder)?;
    }
    if read(&hook).is_ok_and(|bytes| bytes == HOOK.as_bytes()) {
        return Ok(());
    }
    // Whole or not there: another run may start at this moment.
    let half = dir.hook().join(format!(".{}", dir.id()));
    private(&half)?.write_all(HOOK.as_bytes())?;
    fs::rename(half, hook)?;
    // What Python compiled of another text only costs time; where the user wants no bytecode, nobody else replaces it.
    let _ = fs::remove_dir_all(dir.hook().join("__pycache__"));
    Ok(())
}

/// The hook's folder first, then the user's own entries.
fn python_path(dir: &RunDir, variables: &Variables) -> io::Result<OsString> {
    let added = variables.get("PYTHONPATH").map(OsString::from);
    let users = added.or_else(|| std::env::var_os("PYTHONPATH")).filter(|path| !path.is_empty());
    let paths = std::iter::once(dir.hook()).chain(users.iter().flat_map(std::env::split_paths));
    std::env::join_paths(paths).map_err(io::Error::other)
}

/// A file in memory that only this descriptor reaches.
pub fn memory_file(name: &str, bytes: &[u8]) -> io::Result<File> {
    let mut file = File::from(rustix::fs::memfd_create(name, rustix::fs::MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

/// What an agent started from a shell would find: a session of its own, the caller's umask, and no descriptor but the three and the payload's, nor room for more than it may have.
fn before_exec(
    supervisor: rustix::process::Pid,
    payload: Option<RawFd>,
    umask: u32,
    open_files: Option<u64>,
) -> io::Result<()> {
    rustix::process::setsid()?;
    // The agent dies with its supervisor. Should that have died before this line, nobody would tell.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    if rustix::process::getppid() != Some(supervisor) {
        return Err(rustix::io::Errno::SRCH.into());
    }
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(umask));
    // SAFETY: plain system calls on numbers, in a table of descriptors of this process's own.
    unsafe {
        let first = libc::c_uint::try_from(PAYLOAD_FD).unwrap_or(3);
        libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC);
        if let Some(payload) = payload {
            if payload == PAYLOAD_FD {
                libc::fcntl(payload, libc::F_SETFD, 0);
            } else if libc::dup2(payload, PAYLOAD_FD) < 0 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    if let Some(most) = open_files {
        let limit = rustix::process::Rlimit { current: Some(most), maximum: Some(most) };
        rustix::process::setrlimit(rustix::process::Resource::Nofile, limit)?;
    }
    Ok(())
}
