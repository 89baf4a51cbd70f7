//! One look at a process: its threads, what each of them does, what is open, what was used so far. Only reads, and
//! only below `/proc/PID`; no look harms or stops anybody.

use std::fs;
use std::os::unix::fs::FileExt as _;

use crate::process::descriptors::{self, Descriptor};
use crate::process::id::{ProcessId, Stat};
use crate::process::locks;
use crate::process::proc;
use crate::process::syscall::Doing;
use crate::process::wait::{self, Wait};

/// Most threads looked at of one process.
const MOST: usize = 64;

/// A process at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub id: ProcessId,
    pub parent: i32,
    /// Made safe.
    pub command: String,
    /// The kernel's letter.
    pub state: char,
    pub rss_bytes: u64,
    /// Bytes read and written by calls, those of sockets left out.
    pub io: u64,
    pub signals: Signals,
    /// The main thread first.
    pub threads: Vec<Thread>,
    /// `None`: they must not be seen.
    pub open: Option<Vec<Descriptor>>,
    /// Who holds the file lock that is waited for, and its command, made safe.
    pub lock_holder: Option<(i32, String)>,
}

/// One thread at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub tid: i32,
    /// Made safe.
    pub name: String,
    pub state: char,
    pub wchan: String,
    pub doing: Doing,
    pub wait: Wait,
    /// Nanoseconds on a processor.
    pub ran_ns: u64,
    /// Nanoseconds ready to run, while others ran.
    pub queued_ns: u64,
    /// How often it gave the processor away by itself.
    pub switches: u64,
}

/// The signal masks that matter, of a process's main thread; bit 0 is signal 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    pub caught: u64,
    pub blocked: u64,
    /// Sent, and not taken yet: to the thread or the whole process.
    pub pending: u64,
}

impl Signals {
    /// Reads them; `None` when the process is gone.
    #[must_use]
    pub fn read(pid: i32) -> Option<Self> {
        Some(Self::parse(&proc::text(format!("/proc/{pid}/status")).ok()?))
    }

    fn parse(status: &str) -> Self {
        let mask =
            |name| field(status, name).and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0);
        Self { caught: mask("SigCgt:"), blocked: mask("SigBlk:"), pending: mask("SigPnd:") | mask("ShdPnd:") }
    }
}

impl Process {
    /// Looks; `None` when this very process is gone.
    #[must_use]
    pub fn look(id: ProcessId) -> Option<Self> {
        let command = id.command()?;
        let pid = id.pid;
        let status = proc::text(format!("/proc/{pid}/status")).ok()?;
        let open = descriptors::of(pid);
        let threads = threads(pid, open.as_deref().unwrap_or_default());
        let waits = |thread: &Thread| matches!(thread.wait, Wait::FileLock(_));
        let io = proc::text(format!("/proc/{pid}/io")).unwrap_or_default();
        let bytes = |name| number(&io, name);
        Some(Self {
            id,
            parent: i32::try_from(number(&status, "PPid:")).unwrap_or(0),
            command,
            state: Stat::read(pid)?.state,
            rss_bytes: number(&status, "VmRSS:") * 1_024,
            io: bytes("rchar:") + bytes("wchar:"),
            signals: Signals::parse(&status),
            lock_holder: threads.iter().any(waits).then(|| locks::holder(pid)).flatten(),
            threads,
            open,
        })
    }

    /// The present [`Thread::used_ns`] of its threads, by tid; those that are gone are left out.
    pub fn used_now(&self) -> impl Iterator<Item = (i32, u64)> {
        let of =
            |thread: &Thread| used(self.id.pid, thread.tid).map(|(ran, queued)| (thread.tid, ran + queued));
        self.threads.iter().filter_map(of)
    }

    /// What a descriptor of it stands for.
    #[must_use]
    pub fn descriptor(&self, number: i32) -> Option<&Descriptor> {
        self.open.iter().flatten().find(|descriptor| descriptor.number == number)
    }
}

impl Thread {
    fn has_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }

    /// Nanoseconds on a processor or ready for one.
    #[must_use]
    pub fn used_ns(&self) -> u64 {
        self.ran_ns + self.queued_ns
    }

    /// Looks at one thread; `None` when it is gone.
    #[must_use]
    pub fn look(pid: i32, tid: i32, open: &[Descriptor]) -> Option<Self> {
        let read = |file| proc::text(format!("/proc/{pid}/task/{tid}/{file}"));
        let status = read("status").ok()?;
        let doing = read("syscall").map_or(Doing::Hidden, |line| Doing::parse(&line));
        let (ran_ns, queued_ns) = used(pid, tid).unwrap_or_default();
        Some(Self {
            tid,
            name: field(&status, "Name:").unwrap_or_default().to_owned(),
            state: state(&status),
            wchan: read("wchan").ok().filter(|name| name != "0").unwrap_or_default(),
            wait: doing
                .call()
                .map_or(Wait::Other, |call| wait::of(call, open, |at, length| memory(pid, at, length))),
            doing,
            ran_ns,
            queued_ns,
            switches: number(&status, "voluntary_ctxt_switches:"),
        })
    }
}

/// Nanoseconds of a thread on a processor, and ready for one; `None` when it is gone.
fn used(pid: i32, tid: i32) -> Option<(u64, u64)> {
    let used = proc::text(format!("/proc/{pid}/task/{tid}/schedstat")).ok()?;
    let mut used = used.split_whitespace().map_while(|word| word.parse().ok());
    Some((used.next()?, used.next()?))
}

fn threads(pid: i32, open: &[Descriptor]) -> Vec<Thread> {
    let entries = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let tids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let mut threads: Vec<_> = tids.take(MOST).filter_map(|tid| Thread::look(pid, tid, open)).collect();
    // The first thread's entry stays until the last one ends.
    if threads.iter().any(|thread| !thread.has_ended()) {
        threads.retain(|thread| !thread.has_ended());
    }
    threads.sort_unstable_by_key(|thread| (thread.tid != pid, thread.tid));
    threads
}

/// Bytes of a process's memory, as far as they can be had.
fn memory(pid: i32, at: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    let read = fs::File::open(format!("/proc/{pid}/mem")).ok()?.read_at(&mut bytes, at).ok()?;
    bytes.truncate(read);
    Some(bytes)
}

/// The first word after a name at the beginning of a line.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next())
}

fn number(text: &str, name: &str) -> u64 {
    field(text, name).and_then(|word| word.parse().ok()).unwrap_or(0)
}

fn state(status: &str) -> char {
    field(status, "State:").and_then(|word| word.chars().next()).unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_read_as_the_kernel_writes_them() {
        let status = "Name:\tpython3\nState:\tS (sleeping)\nPPid:\t7\nSigPnd:\t0000000000000001\n\
                      ShdPnd:\t1000000000000000\nSigBlk:\t0000000000000200\nSigIgn:\t0000000001001000\n\
                      SigCgt:\t1000000000000002\n";
        let expected = Signals { caught: 1 << 60 | 2, blocked: 0x200, pending: 1 << 60 | 1 };
        assert_eq!((Signals::parse(status), state(status)), (expected, 'S'));
    }

    #[test]
    fn an_own_thread_is_seen_waiting() {
        let (reader, writer) = std::io::pipe().unwrap();
        let fd = std::os::fd::AsRawFd::as_raw_fd(&reader);
        let waiting = std::thread::spawn(move || std::io::Read::read(&mut { reader }, &mut [0]));
        let pid = ProcessId::current();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        loop {
            let seen = Process::look(pid).unwrap();
            if seen.threads.iter().any(|thread| thread.doing == Doing::Hidden) {
                eprintln!("skipped: system calls cannot be seen here");
                break;
            }
            if seen.threads.iter().any(|thread| thread.wait == Wait::Read(fd)) {
                break;
            }
            assert!(std::time::Instant::now() < deadline);
        }
        drop(writer);
        waiting.join().unwrap().unwrap();
    }
}
