//! Starts a program in the memory of its parent, which waits until it is one of its own, as `posix_spawn` does: a copy
//! of the supervisor that is thrown away at once would cost more than all its system calls. What `posix_spawn` itself
//! cannot do between (the death signal, the umask, limits) is the caller's part.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::ptr;

/// Bytes for the new process's calls until it is a program: system calls only.
const STACK: usize = 16 * 1024;

/// What a shell searches where there is no `PATH`.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// A program, ready to be started.
pub struct Program {
    /// Where it may be, the first that can be run is; more than one where `PATH` is to be searched.
    places: Vec<CString>,
    arguments: Vec<CString>,
    environment: Vec<CString>,
    directory: CString,
}

impl Program {
    /// A program by its path, or by its name in the environment's `PATH`; its own name is the first argument. An
    /// error: something holds a NUL.
    pub fn new(
        arguments: &[OsString],
        environment: &BTreeMap<OsString, OsString>,
        directory: &Path,
    ) -> io::Result<Self> {
        let name = arguments.first().ok_or_else(|| io::Error::other("the step has no program"))?;
        let path = environment.get(OsStr::new("PATH")).map_or(OsStr::new(DEFAULT_PATH), OsString::as_os_str);
        let places = match name.as_bytes().contains(&b'/') {
            true => vec![PathBuf::from(name)],
            false => std::env::split_paths(path).map(|folder| folder.join(name)).collect(),
        };
        let entry = |(name, value): (&OsString, &OsString)| {
            let mut entry = name.clone();
            entry.push("=");
            entry.push(value);
            entry
        };
        Ok(Self {
            places: texts(places.into_iter().map(PathBuf::into_os_string))?,
            arguments: texts(arguments.iter().cloned())?,
            environment: texts(environment.iter().map(entry))?,
            directory: CString::new(directory.as_os_str().as_bytes())?,
        })
    }
}

fn texts(all: impl Iterator<Item = OsString>) -> io::Result<Vec<CString>> {
    all.map(|text| Ok(CString::new(text.into_vec())?)).collect()
}

/// What the new process finds in its parent's memory.
struct Child<'a> {
    program: &'a Program,
    arguments: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    streams: [RawFd; 3],
    before: &'a mut dyn FnMut() -> io::Result<()>,
    /// Why it became no program.
    error: Option<io::Error>,
}

/// Starts a program with these three as its standard streams: its pid. `before` runs in the new process, after its
/// directory and streams are set: it may make system calls, and neither allocate, lock nor panic. An error is why it
/// could not be started; then nothing is left to be waited for.
pub fn spawn(
    program: &Program,
    streams: [RawFd; 3],
    before: &mut dyn FnMut() -> io::Result<()>,
) -> io::Result<i32> {
    let arguments = pointers(&program.arguments);
    let environment = pointers(&program.environment);
    let mut child = Child { program, arguments, environment, streams, before, error: None };
    let mut stack = [MaybeUninit::<u128>::uninit(); STACK / size_of::<u128>()];
    // SAFETY: the stack is the new process's alone, its end aligned as a stack has to be, and both it and `child`
    // outlive the call: the parent goes on only after the new process has become a program or ended. No handler of the
    // parent's may run there meanwhile, on the memory of both, so no signal is let in.
    let (pid, refused) = unsafe {
        let mut all = std::mem::zeroed::<libc::sigset_t>();
        let mut usual = std::mem::zeroed::<libc::sigset_t>();
        libc::sigfillset(&raw mut all);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const all, &raw mut usual);
        let end = stack.as_mut_ptr().add(stack.len());
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        let pid = libc::clone(begin, end.cast(), flags, (&raw mut child).cast());
        let refused = io::Error::last_os_error();
        libc::sigprocmask(libc::SIG_SETMASK, &raw const usual, ptr::null_mut());
        (pid, refused)
    };
    if pid < 0 {
        return Err(refused);
    }
    let Some(error) = child.error else { return Ok(pid) };
    // SAFETY: it is this process's own child, which has ended.
    unsafe { libc::waitpid(pid, ptr::null_mut(), 0) };
    Err(error)
}

/// The list that system calls take, ending in null.
fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
}

/// The new process. Returns only where it became no program, which ends it.
extern "C" fn begin(child: *mut c_void) -> c_int {
    // SAFETY: the parent gave it, and does not touch it before this process is gone.
    let child = unsafe { &mut *child.cast::<Child>() };
    child.error = Some(become_program(child));
    127
}

/// Why it could not.
fn become_program(child: &mut Child) -> io::Error {
    let settled = settle(child.streams, &child.program.directory);
    if let Err(error) = settled.and_then(|()| (child.before)()).and_then(|()| let_signals_in()) {
        return error;
    }
    let mut reason = libc::ENOENT;
    for place in &child.program.places {
        // SAFETY: both lists end in null, and their texts live as long as the parent waits.
        unsafe { libc::execve(place.as_ptr(), child.arguments.as_ptr(), child.environment.as_ptr()) };
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::ENOENT | libc::ENOTDIR) => {}
            // Another of that name may be one that can be run; this is what is told if none can.
            Some(libc::EACCES) => reason = libc::EACCES,
            _ => return error,
        }
    }
    io::Error::from_raw_os_error(reason)
}

/// Its standard streams and its directory.
fn settle(streams: [RawFd; 3], directory: &CStr) -> io::Result<()> {
    for (stream, number) in streams.into_iter().zip(0..) {
        // SAFETY: a plain system call on numbers, in a table of descriptors of this process's own.
        done(unsafe { libc::dup2(stream, number) })?;
    }
    // SAFETY: the text ends in NUL.
    done(unsafe { libc::chdir(directory.as_ptr()) })
}

/// Holds no signal back any more, now that none would run what its parent does then.
fn let_signals_in() -> io::Result<()> {
    // SAFETY: plain system calls on numbers, and on a set which the call fills.
    unsafe {
        for signal in 1..=libc::SIGRTMAX() {
            // KILL, STOP and the C library's own two are refused, which is right.
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&raw mut none);
        done(libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut()))
    }
}

fn done(result: c_int) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(arguments: &[&str], directory: &str) -> io::Result<i32> {
        let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
        let environment = std::env::vars_os().collect();
        let program = Program::new(&arguments, &environment, Path::new(directory))?;
        spawn(&program, [0, 1, 2], &mut || Ok(()))
    }

    fn code(pid: i32) -> i32 {
        let mut status = 0;
        // SAFETY: the number is filled by the call.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        libc::WEXITSTATUS(status)
    }

    #[test]
    fn a_program_is_found_by_its_name_and_by_its_path() {
        assert_eq!(code(start(&["sh", "-c", "exit 3"], "/").unwrap()), 3);
        assert_eq!(code(start(&["/bin/sh", "-c", "test \"$PWD\" = /usr"], "/usr").unwrap()), 0);
    }

    #[test]
    fn why_a_program_could_not_be_started_is_told() {
        let error = |arguments: &[&str], directory: &str| start(arguments, directory).unwrap_err().kind();
        assert_eq!(error(&["/nowhere/at/all"], "/"), io::ErrorKind::NotFound);
        assert_eq!(error(&["no-such-program-anywhere"], "/"), io::ErrorKind::NotFound);
        assert_eq!(error(&["sh"], "/nowhere/at/all"), io::ErrorKind::NotFound);
        assert_eq!(error(&["/etc/passwd"], "/"), io::ErrorKind::PermissionDenied);
        assert_eq!(error(&["sh", "-c", "a\0b"], "/"), io::ErrorKind::InvalidInput);
        let refused = io::Error::from_raw_os_error(libc::EMFILE).to_string();
        let program = Program::new(&["sh".into()], &BTreeMap::new(), Path::new("/")).unwrap();
        let never = &mut || Err(io::Error::from_raw_os_error(libc::EMFILE));
        assert_eq!(spawn(&program, [0, 1, 2], never).unwrap_err().to_string(), refused);
    }
}
