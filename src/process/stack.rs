//! Python stacks: whether a process may be asked for one, and reading what its `faulthandler` has written.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::process::facts::{Signals, Thread};
use crate::process::syscall::Doing;
use crate::text;

/// Asks for a stack. A real-time signal that neither the C library nor anybody else uses; the hook knows the same
/// number.
pub const SIGNAL: i32 = 61;

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

/// Whether this process can be asked for its stack without harm. `file` is where it would write; the error says why
/// it must not be asked.
pub fn may_ask(pid: i32, file: &Path) -> Result<(), String> {
    let Some(head) = read(file, 0) else {
        return Err("it has no stack hook".to_owned());
    };
    let signals = Signals::read(pid).ok_or("it has ended")?;
    if signals.caught & BIT == 0 {
        return Err("it does not listen for the stack signal any more".to_owned());
    }
    if signals.blocked & BIT != 0 {
        return Err("it blocks the stack signal".to_owned());
    }
    // A closed descriptor may have been used again: the stack would land in whatever file that is now.
    let number = head.lines().next().unwrap_or_default().parse::<i32>().unwrap_or(-1);
    let link = format!("/proc/{pid}/fd/{number}");
    // By name first: what else stands there may be on a file system that hangs.
    let named = fs::read_link(&link).ok().is_some_and(|held| fs::canonicalize(file).ok() == Some(held));
    let identity = |path: &Path| fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    if !named || identity(Path::new(&link)) != identity(file) {
        return Err("its stack file is closed".to_owned());
    }
    let main = Thread::look(pid, pid, &[]).ok_or("it has ended")?;
    match main.state {
        'T' | 't' => return Err("it is stopped".to_owned()),
        'D' => return Err("it is in a wait that no signal ends".to_owned()),
        'Z' | 'X' => return Err("it has ended".to_owned()),
        _ => {}
    }
    match &main.doing {
        Doing::Call(call) if is_delicate(&call.name, call.args[0]) => {
            Err(format!("a signal would disturb the call it is in ({})", call.name))
        }
        Doing::Call(_) | Doing::Running | Doing::Inside | Doing::Hidden => Ok(()),
    }
}

/// Calls that a signal ends, or cuts short.
fn is_delicate(name: &str, first: u64) -> bool {
    matches!(name, "pause" | "rt_sigsuspend")
        || (matches!(name, "write" | "writev") && matches!(first, 1 | 2))
}

/// Whether a process that was asked has written all it has to say.
#[must_use]
pub fn has_answered(pid: i32, file: &Path, before: u64) -> bool {
    // While its handler runs, the signal is blocked.
    length(file) > before
        && Signals::read(pid).is_none_or(|signals| (signals.pending | signals.blocked) & BIT == 0)
}

/// How much stands in a stack file.
#[must_use]
pub fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}

/// What stands in a stack file from there on. It is the agent's to write: nothing but a plain file is read, and
/// not without end.
#[must_use]
pub fn read(file: &Path, from: u64) -> Option<String> {
    let mut file =
        OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(file).ok()?;
    file.metadata().ok().filter(Metadata::is_file)?;
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
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

    const DUMP: &str = "1016\nThread 0x00007f0000002000 (most recent call first):\n  \
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
    }

    #[test]
    fn who_has_no_hook_is_never_asked() {
        let pid = i32::try_from(std::process::id()).unwrap();
        assert!(may_ask(pid, Path::new("/nowhere")).is_err());
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "0\n").unwrap();
        assert_eq!(
            may_ask(pid, file.path()).unwrap_err(),
            "it does not listen for the stack signal any more"
        );
    }

    #[test]
    fn calls_that_a_signal_would_end_are_left_alone() {
        assert!(is_delicate("pause", 0) && is_delicate("write", 1) && is_delicate("writev", 2));
        assert!(!is_delicate("write", 3) && !is_delicate("clock_nanosleep", 0));
    }
}
