//! Signals that are held back and read where it suits, from a descriptor that can be waited on like any other: nothing
//! is interrupted, nothing runs in a handler, and what was held back from the start is read as well.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd as _, OwnedFd};

/// To the supervisor: a child ended.
pub const CHILD_ENDED: i32 = libc::SIGCHLD;

/// To the supervisor: the tree is to end; a second time: at once.
pub const STOP: i32 = libc::SIGTERM;

/// To the supervisor: somebody wants to know what the tree is doing.
pub const LOOK: i32 = libc::SIGUSR1;

/// By these a caller is asked to stop.
const STOPPING: [i32; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

/// Bytes of one signal in an inbox; its number stands first.
const RECORD: usize = size_of::<libc::signalfd_siginfo>();

/// Where signals arrive. Like all signals, several of one kind that come before anybody looks are one.
#[derive(Debug)]
pub struct Inbox(OwnedFd);

impl Inbox {
    /// Holds these signals back from now on, for this inbox, and ignores none of them. What a program that is started
    /// then inherits is the starter's business.
    pub fn open(signals: &[i32]) -> io::Result<Self> {
        let set = set(signals);
        // SAFETY: the set is initialised, and a descriptor that was just made is nobody else's.
        let inbox = unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
            for signal in signals {
                // A parent may have left CHLD ignored, and then nobody could wait for a child.
                libc::signal(*signal, libc::SIG_DFL);
            }
            match libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) {
                -1 => return Err(io::Error::last_os_error()),
                inbox => OwnedFd::from_raw_fd(inbox),
            }
        };
        Ok(Self(inbox))
    }

    /// The signals that came since the last call.
    #[must_use]
    pub fn read(&self) -> Vec<i32> {
        let mut bytes = [0; 8 * RECORD];
        // Nothing there, or interrupted: the next look finds it.
        let filled = rustix::io::read(&self.0, &mut bytes).unwrap_or(0);
        let number = |record: &[u8; RECORD]| {
            let [a, b, c, d, ..] = *record;
            i32::from_ne_bytes([a, b, c, d])
        };
        bytes[..filled].as_chunks().0.iter().map(number).collect()
    }
}

/// Readable when a signal has come.
impl AsFd for Inbox {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Holds INT, TERM and HUP back, but those that are ignored: one that comes before there is an inbox for it is seen by
/// [`pending`]. Returns which.
pub fn hold() -> Vec<i32> {
    let heeded: Vec<_> = STOPPING.into_iter().filter(|signal| !is_ignored(*signal)).collect();
    let set = set(&heeded);
    // SAFETY: the set is initialised.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) };
    heeded
}

/// The first of INT, TERM and HUP that came while they were held back.
#[must_use]
pub fn pending() -> Option<i32> {
    let mut pending = set(&[]);
    // SAFETY: the set is filled by the call before it is read.
    unsafe {
        libc::sigpending(&raw mut pending);
        STOPPING.into_iter().find(|signal| libc::sigismember(&raw const pending, *signal) == 1)
    }
}

/// Whether a signal is ignored.
fn is_ignored(signal: i32) -> bool {
    // SAFETY: the structure is plain numbers, for which zero is valid; the call changes nothing and fills it.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
    }
}

/// Ignores these signals from now on.
pub fn ignore(signals: &[i32]) {
    for signal in signals {
        // SAFETY: no handler of this process's own is called.
        unsafe { libc::signal(*signal, libc::SIG_IGN) };
    }
}

fn set(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: plain numbers, for which zero is valid, filled before their use.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
        }
        set
    }
}
