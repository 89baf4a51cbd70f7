//! What a thread waits for, read off its system call and the call's arguments. Decided by the call, never by wchan,
//! whose names differ between kernels.

use crate::process::descriptors::{Descriptor, Target};
use crate::process::syscall::Call;

/// What ends the waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    Read(i32),
    Write(i32),
    Connect(i32),
    /// Any of several descriptors; `timer`: time ends it too.
    Many {
        read: Vec<i32>,
        write: Vec<i32>,
        timer: bool,
        epoll: bool,
    },
    Sleep,
    /// Something inside the process: a lock, a queue, a thread.
    Lock,
    /// This child; `None`: any.
    Child(Option<i32>),
    FileLock(i32),
    Signal,
    /// The other end of a FIFO that is being opened, by its name where it could be read.
    Open(Option<String>),
    /// None of these.
    Other,
}

/// Most descriptors read out of a process's memory.
const MOST: usize = 256;

/// The longest name of a file.
const PATH: usize = 4096;

/// Reads the call. `memory` reads so many bytes of the process at an address, or fewer, where that is allowed.
#[must_use]
pub fn of(call: &Call, open: &[Descriptor], memory: impl Fn(u64, usize) -> Option<Vec<u8>>) -> Wait {
    let fd = |at: usize| low(call.args[at]);
    let count = |at: usize| usize::try_from(low(call.args[at])).unwrap_or(0).min(MOST);
    match call.name.as_str() {
        "read" | "readv" | "pread64" | "recvfrom" | "recvmsg" | "recvmmsg" | "accept" | "accept4" => {
            Wait::Read(fd(0))
        }
        "write" | "writev" | "pwrite64" | "sendto" | "sendmsg" | "sendmmsg" => Wait::Write(fd(0)),
        "connect" => Wait::Connect(fd(0)),
        "poll" => polled(&call.args, count(1), low(call.args[2]) >= 0, memory),
        "ppoll" => polled(&call.args, count(1), call.args[2] != 0, memory),
        "select" | "pselect6" => selected(&call.args, memory),
        "epoll_wait" | "epoll_pwait" => watched(fd(0), low(call.args[3]) >= 0, open),
        "epoll_pwait2" => watched(fd(0), call.args[3] != 0, open),
        "futex" | "futex_waitv" | "futex_wait" | "semop" | "semtimedop" => Wait::Lock,
        "wait4" => Wait::Child(Some(fd(0)).filter(|pid| *pid > 0)),
        "waitid" => waited(&call.args, open),
        "vfork" | "clone" | "clone3" => Wait::Child(None),
        "nanosleep" | "clock_nanosleep" => Wait::Sleep,
        "pause" | "rt_sigsuspend" | "rt_sigtimedwait" => Wait::Signal,
        "flock" => Wait::FileLock(fd(0)),
        // F_SETLKW and F_OFD_SETLKW; the other commands wait for nothing.
        "fcntl" if matches!(call.args[1], 7 | 38) => Wait::FileLock(fd(0)),
        "open" => Wait::Open(text(memory(call.args[0], PATH))),
        "openat" | "openat2" => Wait::Open(text(memory(call.args[1], PATH))),
        _ => Wait::Other,
    }
}

/// The C library hands over an `int` in 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "the upper half means nothing")]
fn low(argument: u64) -> i32 {
    argument as i32
}

/// `struct pollfd`: descriptor, wanted, happened.
fn polled(
    args: &[u64; 6],
    count: usize,
    timer: bool,
    memory: impl Fn(u64, usize) -> Option<Vec<u8>>,
) -> Wait {
    if count == 0 {
        return if timer { Wait::Sleep } else { Wait::Signal };
    }
    let Some(bytes) = memory(args[0], count * 8) else { return Wait::Other };
    let (mut read, mut write) = (Vec::new(), Vec::new());
    for one in bytes.chunks_exact(8) {
        let fd = i32::from_ne_bytes([one[0], one[1], one[2], one[3]]);
        let wanted = u16::from_ne_bytes([one[4], one[5]]);
        if fd >= 0 {
            // POLLOUT alone waits for room, or for a connection.
            if wanted & 5 == 4 { write.push(fd) } else { read.push(fd) }
        }
    }
    Wait::Many { read, write, timer, epoll: false }
}

/// Three sets of bits.
fn selected(args: &[u64; 6], memory: impl Fn(u64, usize) -> Option<Vec<u8>>) -> Wait {
    let count = usize::try_from(low(args[0])).unwrap_or(0).min(4096);
    let timer = args[4] != 0;
    if count == 0 || args[1..4] == [0, 0, 0] {
        return if timer { Wait::Sleep } else { Wait::Signal };
    }
    let set = |address: u64| -> Option<Vec<i32>> {
        if address == 0 {
            return Some(Vec::new());
        }
        let bytes = memory(address, count.div_ceil(64) * 8)?;
        let has = |fd: &i32| {
            let at = usize::try_from(*fd).unwrap_or(0);
            bytes.get(at / 8).is_some_and(|byte| byte & (1 << (at % 8)) != 0)
        };
        Some((0..i32::try_from(count).unwrap_or(0)).filter(has).take(MOST).collect())
    };
    match (set(args[1]), set(args[2])) {
        (Some(read), Some(write)) => Wait::Many { read, write, timer, epoll: false },
        _ => Wait::Other,
    }
}

/// What an epoll descriptor watches is for the system to tell, not the memory.
fn watched(fd: i32, timer: bool, open: &[Descriptor]) -> Wait {
    let watched = open.iter().find_map(|descriptor| match &descriptor.target {
        Target::Epoll(watched) if descriptor.number == fd => Some(watched.clone()),
        _ => None,
    });
    let read = watched.unwrap_or_default();
    Wait::Many { read, write: Vec::new(), timer, epoll: true }
}

/// `waitid`: any child, one by its pid, one by its descriptor.
fn waited(args: &[u64; 6], open: &[Descriptor]) -> Wait {
    let id = low(args[1]);
    Wait::Child(match args[0] {
        1 => Some(id),
        3 => open.iter().find_map(|descriptor| match descriptor.target {
            Target::Process(pid) if descriptor.number == id => Some(pid),
            _ => None,
        }),
        _ => None,
    })
}

fn text(bytes: Option<Vec<u8>>) -> Option<String> {
    let bytes = bytes?;
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, args: [u64; 6], memory: &[u8], expected: &Wait) {
        let call = Call { name: name.to_owned(), args, stack_pointer: 0 };
        let open = [
            Descriptor { number: 4, target: Target::Epoll(vec![5, 6]) },
            Descriptor { number: 9, target: Target::Process(77) },
        ];
        let found = of(&call, &open, |_, length| Some(memory[..memory.len().min(length)].to_vec()));
        assert_eq!(found, *expected);
    }

    #[test]
    fn a_call_tells_what_is_waited_for() {
        let minus_one = u64::from(u32::MAX);
        check("recvfrom", [7, 0, 0, 0, 0, 0], b"", &Wait::Read(7));
        check("wait4", [minus_one, 0, 0, 0, 0, 0], b"", &Wait::Child(None));
        check("wait4", [42, 0, 0, 0, 0, 0], b"", &Wait::Child(Some(42)));
        check("waitid", [3, 9, 0, 4, 0, 0], b"", &Wait::Child(Some(77)));
        check("fcntl", [3, 7, 0, 0, 0, 0], b"", &Wait::FileLock(3));
        check("fcntl", [3, 1, 0, 0, 0, 0], b"", &Wait::Other);
        check("openat", [0, 1, 0, 0, 0, 0], b"/tmp/fifo\0x", &Wait::Open(Some("/tmp/fifo".into())));
        check("pselect6", [0, 0, 0, 0, 1, 0], b"", &Wait::Sleep);
        let watched = |timer| Wait::Many { read: vec![5, 6], write: vec![], timer, epoll: true };
        check("epoll_wait", [4, 0, 1, minus_one, 0, 0], b"", &watched(false));
        check("epoll_wait", [4, 0, 1, 250, 0, 0], b"", &watched(true));
    }

    #[test]
    fn sets_of_descriptors_are_read_from_the_memory() {
        let memory = [3, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0];
        let expected = Wait::Many { read: vec![3], write: vec![8], timer: true, epoll: false };
        check("poll", [1, 2, 5000, 0, 0, 0], &memory, &expected);
        let expected = Wait::Many { read: vec![1, 9], write: vec![], timer: false, epoll: false };
        check("select", [10, 1, 0, 0, 0, 0], &[2, 2, 0, 0, 0, 0, 0, 0], &expected);
    }
}
