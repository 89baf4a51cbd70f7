//! Python stacks: whether a process may be asked for one, and reading what its `faulthandler` has written.

use std::fs::{self, DirEntry, File, Metadata, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::process::facts::{Signals, Thread};
use crate::process::syscall::Doing;
use crate::text;

/// Asks for a stack. A real-time signal that neither the C library nor anybody else uses; the hook knows the same
/// number.
pub const SIGNAL: i32 = 61;

/// The name of the file in memory that a process gets for its payload, and writes its stacks into afterwards.
pub const MEMORY: &str = "plugdeck-stack";

/// What stands in /proc for a descriptor of such a file.
pub const IN_MEMORY: &str = "/memfd:plugdeck-stack (deleted)";

/// The hook takes no descriptor from here on.
const HIGHEST: i32 = 1_024;

/// Most bytes read of a stack file: a hundred threads of a hundred frames.
const LONGEST: u64 = 1 << 20;

const BIT: u64 = 1 << (SIGNAL - 1);

/// One Python thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonThread {
    /// The address by which the C library knows it: its stack lies just below.
    pub address: u64,
    /// Innermost first.
    pub frames: Vec<Frame>,
}

/// One frame of a Python stack. Its texts are made safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub file: String,
    pub line: u32,
    pub function: String,
}

/// The file into which a process writes its stacks, open.
pub struct StackFile {
    file: File,
    /// The process's own descriptor of it.
    descriptor: i32,
}

/// Where a process can be asked for its stack without harm: the file that it will write to. Its supervisor gave it one
/// in memory, or it made one of its own in `folder`. The error says why it must not be asked.
pub fn may_ask(pid: i32, folder: &Path) -> Result<StackFile, String> {
    let found = StackFile::of(pid, folder);
    let signals = Signals::read(pid).ok_or("it has ended")?;
    if signals.caught & BIT == 0 {
        let reason = match found {
            None => "it has no stack hook",
            Some(_) => "it does not listen for the stack signal any more",
        };
        return Err(reason.to_owned());
    }
    if signals.blocked & BIT != 0 {
        return Err("it blocks the stack signal".to_owned());
    }
    let found = found.filter(|file| file.is_held(pid)).ok_or("its stack file is closed")?;
    let main = Thread::look(pid, pid, &[]).ok_or("it has ended")?;
    match main.state {
        'T' | 't' => return Err("it is stopped".to_owned()),
        'D' => return Err("it is in a wait that no signal ends".to_owned()),
        'Z' | 'X' => return Err("its main thread has ended".to_owned()),
        _ => {}
    }
    match &main.doing {
        Doing::Call(call) if is_delicate(&call.name, call.args[0]) => {
            Err(format!("a signal would disturb the call it is in ({})", call.name))
        }
        Doing::Call(_) | Doing::Running | Doing::Inside | Doing::Hidden => Ok(found),
    }
}

impl StackFile {
    /// Finds the file. Its first line names the descriptor, and the process whose descriptor that is: a process that was
    /// only just forked has its parent's.
    fn of(pid: i32, folder: &Path) -> Option<Self> {
        let number = |entry: DirEntry| entry.file_name().to_str()?.parse::<i32>().ok();
        let numbers = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut numbers: Vec<_> = numbers.filter_map(number).filter(|number| *number < HIGHEST).collect();
        // The hook takes the highest that it can have.
        numbers.sort_unstable_by(|one, other| other.cmp(one));
        let mut links = numbers.into_iter().map(|number| link(pid, number));
        let in_memory = links.find(|link| fs::read_link(link).is_ok_and(|name| name == Path::new(IN_MEMORY)));
        let file = match in_memory {
            Some(link) => plain_file(&link, 0),
            None => plain_file(&folder.join(pid.to_string()), libc::O_NOFOLLOW),
        }?;
        let head = from(&file, 0)?;
        let (descriptor, owner) = head.lines().next()?.split_once(' ')?;
        (owner.parse() == Ok(pid)).then_some(Self { file, descriptor: descriptor.parse().ok()? })
    }

    /// Whether the process still has it open. A closed descriptor may have been used again: the stack would land in
    /// whatever file that is now.
    fn is_held(&self, pid: i32) -> bool {
        let link = link(pid, self.descriptor);
        // By name first: what else stands there may be on a file system that hangs.
        let own = fs::read_link(format!("/proc/self/fd/{}", self.file.as_raw_fd())).ok();
        let identity = |file: Metadata| (file.dev(), file.ino());
        own.is_some()
            && own == fs::read_link(&link).ok()
            && fs::metadata(link).map(identity).ok() == self.file.metadata().map(identity).ok()
    }

    /// How much stands in it.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |file| file.len())
    }

    /// What stands in it from there on. It is the agent's to write, and not read without end.
    #[must_use]
    pub fn from(&self, from: u64) -> Option<String> {
        self::from(&self.file, from)
    }

    /// Whether a process that was asked has written all it has to say.
    #[must_use]
    pub fn has_answer(&self, pid: i32, before: u64) -> bool {
        // While its handler runs, the signal is blocked.
        self.length() > before
            && Signals::read(pid).is_none_or(|signals| (signals.pending | signals.blocked) & BIT == 0)
    }
}

fn link(pid: i32, descriptor: i32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/fd/{descriptor}"))
}

/// Opens nothing but a plain file, and waits for none.
fn plain_file(path: &Path, flags: i32) -> Option<File> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | flags).open(path).ok()?;
    file.metadata().ok().filter(Metadata::is_file)?;
    Some(file)
}

fn from(file: &File, from: u64) -> Option<String> {
    let mut file = file;
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Calls that a signal ends, or cuts short.
fn is_delicate(name: &str, first: u64) -> bool {
    matches!(name, "pause" | "rt_sigsuspend")
        || (matches!(name, "write" | "writev") && matches!(first, 1 | 2))
}

/// Reads what `faulthandler` has written: threads, the newest first, so the main one is the last.
#[must_use]
pub fn parse(dump: &str) -> Vec<PythonThread> {
    let mut threads: Vec<PythonThread> = Vec::new();
    for line in dump.lines() {
        if let Some(address) = heading(line) {
            threads.push(PythonThread { address, frames: Vec::new() });
        } else if let (Some(frame), Some(thread)) = (frame(line), threads.last_mut()) {
            thread.frames.push(frame);
        }
    }
    threads
}

/// `Thread 0x00007f… (most recent call first):`, `Current thread 0x… [name] (…):`
fn heading(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("Thread 0x").or_else(|| line.strip_prefix("Current thread 0x"))?;
    u64::from_str_radix(rest.split_once(' ')?.0, 16).ok()
}

/// `  File "/x/agent.py", line 12 in call`
fn frame(line: &str) -> Option<Frame> {
    let (file, rest) = line.strip_prefix("  File \"")?.rsplit_once("\", line ")?;
    let (line, function) = rest.split_once(" in ")?;
    let safe = |text: &str| text::safe(plain(text).as_bytes());
    Some(Frame { file: safe(file), line: line.parse().unwrap_or(0), function: safe(function) })
}

/// Undoes the hexadecimal spelling of what is not ASCII: `\xe9`, `\u20ac`, `\U0001f642`.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let digits = match rest.as_bytes().get(1) {
            Some(b'x') => 2,
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => 0,
        };
        let code = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let (c, length) = match code.and_then(char::from_u32) {
            Some(c) if digits > 0 => (c, 2 + digits),
            _ => ('\\', 1),
        };
        out.push(c);
        rest = &rest[length..];
    }
    out + rest
}

/// Which kernel thread a Python thread is: its stack pointer lies below its own address, and above the next lower
/// one's. The main thread's stack lies elsewhere; it is the last one written.
#[must_use]
pub fn kernel_thread(threads: &[PythonThread], which: usize, kernel: &[Thread]) -> Option<i32> {
    if which + 1 == threads.len() {
        return kernel.first().map(|thread| thread.tid);
    }
    let address = threads[which].address;
    let below =
        threads.iter().map(|thread| thread.address).filter(|other| *other < address).max().unwrap_or(0);
    let mut found = kernel.iter().skip(1).filter(|thread| {
        thread.doing.call().is_some_and(|call| (below..address).contains(&call.stack_pointer))
    });
    let first = found.next()?;
    // Two would be a guess: a thread that is not Python's own may lie there too.
    found.next().is_none().then_some(first.tid)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "1016 7\nThread 0x00007f0000002000 (most recent call first):\n  \
        File \"/usr/lib/python3.11/socket.py\", line 706 in readinto\n  \
        File \"/home/caf\\xe9/agent.py\", line 20 in call\n\n\
        Current thread 0x00007f0000009000 [main] (most recent call first):\n  \
        File \"agent.py\", line 3 in <module>\n";

    #[test]
    fn a_dump_becomes_threads_and_frames() {
        let threads = parse(DUMP);
        assert_eq!(threads.len(), 2);
        let inner = &threads[0].frames;
        assert_eq!((inner[0].function.as_str(), inner[1].line), ("readinto", 20));
        assert_eq!(inner[1].file, "/home/café/agent.py");
        assert_eq!(threads[1].frames[0].function, "<module>");
        assert!(parse("rubbish\n  File \"x\n").is_empty());
    }

    #[test]
    fn the_hook_listens_for_this_signal() {
        let hook = include_str!("../supervisor/hook.py");
        assert!(hook.contains(&format!("STACK_SIGNAL = {SIGNAL}\n")));
        assert!(IN_MEMORY.contains(MEMORY) && hook.contains(&format!(", {HIGHEST})\n")));
    }

    #[test]
    fn who_has_no_hook_is_never_asked() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let reason = || may_ask(pid, folder.path()).err().unwrap();
        assert_eq!(reason(), "it has no stack hook");
        fs::write(folder.path().join(pid.to_string()), format!("0 {pid}\n")).unwrap();
        assert_eq!(reason(), "it does not listen for the stack signal any more");
    }

    #[test]
    fn calls_that_a_signal_would_end_are_left_alone() {
        assert!(is_delicate("pause", 0) && is_delicate("write", 1) && is_delicate("writev", 2));
        assert!(!is_delicate("write", 3) && !is_delicate("clock_nanosleep", 0));
    }
}
