//! Starts a step's program as a shell would: nothing of the supervisor's leaks into it, but what it is given.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use crate::process::id::ProcessId;
use crate::run::dir::{RunDir, private};
use crate::run::spec::Step;

/// The descriptor the payload has in the agent, until the hook has read it.
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

/// Starts a program of a run. `payload` is handed over by the hook, for calls; `umask` is the caller's.
pub fn start(dir: &RunDir, step: &Step, payload: Option<&str>, umask: u32) -> io::Result<Started> {
    let (program, arguments) =
        step.argv.split_first().ok_or_else(|| io::Error::other("the step has no program"))?;
    let (out, out_end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    let (err, err_end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    let pipes = [rustix::fs::fstat(&out)?.st_ino, rustix::fs::fstat(&err)?.st_ino];
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&step.cwd).stdin(Stdio::null()).stdout(out_end).stderr(err_end);
    for name in &step.remove {
        command.env_remove(name);
    }
    command.envs(step.set.iter().map(|(name, value)| (name, value)));
    command.env("PLUGDECK_RUN_ID", dir.id().0);
    let payload = match payload {
        Some(payload) => {
            install_hook(dir)?;
            command.env("PYTHONPATH", python_path(dir)?);
            command.env("PLUGDECK_PAYLOAD_FD", PAYLOAD_FD.to_string());
            Some(payload_file(dir, payload)?)
        }
        None => None,
    };
    let supervisor = rustix::process::getpid();
    let payload_fd = payload.as_ref().map(File::as_raw_fd);
    // SAFETY: between fork and exec only system calls are made; nothing allocates, locks or panics.
    unsafe {
        command.pre_exec(move || before_exec(supervisor, payload_fd, umask));
    }
    let child = command.spawn()?;
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    // The child is not waited for yet, so its entry in /proc is there, whatever became of it.
    let process = ProcessId::of(pid).ok_or_else(|| io::Error::other("no entry in /proc"))?;
    Ok(Started { process, out, err, pipes })
}

/// Writes the hook under the name that Python looks for at its start.
fn install_hook(dir: &RunDir) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(dir.hook())?;
    private(&dir.hook().join("sitecustomize.py"))?.write_all(HOOK.as_bytes())
}

/// The hook's folder first, then the user's own entries.
fn python_path(dir: &RunDir) -> io::Result<OsString> {
    let users = std::env::var_os("PYTHONPATH").filter(|path| !path.is_empty());
    let paths = std::iter::once(dir.hook()).chain(users.iter().flat_map(std::env::split_paths));
    std::env::join_paths(paths).map_err(io::Error::other)
}

/// An unlinked file that only this descriptor reaches.
fn payload_file(dir: &RunDir, payload: &str) -> io::Result<File> {
    let path = dir.path.join(".payload");
    private(&path)?.write_all(payload.as_bytes())?;
    let mut file = File::open(&path)?;
    fs::remove_file(&path)?;
    file.rewind()?;
    Ok(file)
}

/// What an agent started from a shell would find: a session of its own, default signals, the caller's umask,
/// and no descriptor but the three and the payload's.
fn before_exec(supervisor: rustix::process::Pid, payload: Option<RawFd>, umask: u32) -> io::Result<()> {
    rustix::process::setsid()?;
    // The agent dies with its supervisor. Should that have died before this line, nobody would tell.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    if rustix::process::getppid() != Some(supervisor) {
        return Err(io::Error::other("the supervisor is gone"));
    }
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(umask));
    // SAFETY: plain system calls on numbers; `Command` has arranged descriptors 0 to 2 before.
    unsafe {
        for signal in 1..=libc::SIGRTMAX() {
            // KILL, STOP and the C library's own two are refused, which is right.
            libc::signal(signal, libc::SIG_DFL);
        }
        // Close-on-exec for all, so that the pipe by which `Command` reports a failed exec still works.
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
    Ok(())
}

/// What the reaped processes of this supervisor used.
pub struct Usage {
    pub cpu_ms: u64,
    /// The largest of any one process.
    pub peak_rss_bytes: u64,
}

/// Asks the system what all reaped descendants used.
#[must_use]
pub fn usage_of_reaped() -> Usage {
    // SAFETY: the structure is plain numbers, for which zero is valid, and the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let ms = |time: libc::timeval| {
        u64::try_from(time.tv_sec).unwrap_or(0) * 1_000 + u64::try_from(time.tv_usec).unwrap_or(0) / 1_000
    };
    Usage {
        cpu_ms: ms(usage.ru_utime) + ms(usage.ru_stime),
        peak_rss_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1_024,
    }
}

/// Closes every descriptor from 3 on but the given ones: what the caller's shell had open stays out of the
/// supervisor, which may live for hours.
pub fn close_others(keep: &[RawFd]) {
    let mut keep: Vec<_> = keep.iter().filter_map(|fd| libc::c_uint::try_from(*fd).ok()).collect();
    keep.sort_unstable();
    let mut first = 3;
    for fd in keep.into_iter().chain([libc::c_uint::MAX]) {
        if fd > first {
            // SAFETY: nobody but this function's caller owns a descriptor yet; those are kept.
            unsafe { libc::syscall(libc::SYS_close_range, first, fd - 1, 0) };
        }
        first = fd.saturating_add(1);
    }
}

/// Splits the calling process in two; `None` in the new one. Only for single-threaded processes: in the new one
/// no other thread exists, and a lock that one held would stay locked.
pub fn fork() -> io::Result<Option<i32>> {
    // SAFETY: the caller is single-threaded, as demanded, so the copy is a whole program.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(Some(pid)),
    }
}

/// Ends a forked process without running what belongs to the other half (buffers, destructors).
pub fn leave(well: bool) -> ! {
    // SAFETY: `_exit` does not return and touches nothing of the process's memory.
    unsafe { libc::_exit(i32::from(!well)) }
}

/// Changes what a process list shows: name and command line. The command line is written over the old one, as
/// far as that reaches, so the caller's arguments do not stay to be read.
pub fn retitle(title: &str) {
    let mut name: Vec<u8> = title.bytes().take(15).collect();
    name.push(0);
    if let Ok(name) = std::ffi::CStr::from_bytes_with_nul(&name) {
        let _ = rustix::thread::set_name(name);
    }
    let Some((start, end)) = arguments_area() else { return };
    let title = &title.as_bytes()[..title.len().min(end - start - 1)];
    // SAFETY: the kernel says that the arguments lie there, on the stack's bottom, which is this process's own
    // writable memory; nobody reads them after this, since the standard library's copies are not used again.
    unsafe {
        let area = std::slice::from_raw_parts_mut(start as *mut u8, end - start);
        area.fill(0);
        area[..title.len()].copy_from_slice(title);
    }
}

/// Where the command line stands in memory: fields 48 and 49 of `/proc/self/stat`.
fn arguments_area() -> Option<(usize, usize)> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(45);
    let (start, end) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (start != 0 && start + 1 < end).then_some((start, end))
}

/// Holds back INT, TERM and HUP, which a forking caller wants to hear of, or lets them through again. What came
/// meanwhile comes then.
pub fn hold_signals(hold: bool) {
    // SAFETY: the set is initialised before its use, and the calls touch nothing else.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            libc::sigaddset(&raw mut set, signal);
        }
        let how = if hold { libc::SIG_BLOCK } else { libc::SIG_UNBLOCK };
        libc::pthread_sigmask(how, &raw const set, std::ptr::null_mut());
    }
}
