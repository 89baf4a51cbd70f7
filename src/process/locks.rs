//! Who waits for a file lock, and who holds it, as `/proc/locks` tells. Only locks of this machine and of one's own
//! user's processes can be named; what cannot be told is left out.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::process::id::ProcessId;
use crate::text;

/// Descriptors of one process that are looked through.
const MOST: usize = 4_096;

/// A process that waits for a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub pid: i32,
    /// The locked file, as the waiting process has opened it.
    pub file: PathBuf,
    /// Who holds it: pid and name; `None` where that is not told.
    pub holder: Option<(i32, String)>,
}

/// One line of `/proc/locks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    /// Shared by the holder of a lock and those who wait for it.
    number: u64,
    waits: bool,
    pid: i32,
    inode: u64,
}

/// The first of these processes that waits for a lock.
#[must_use]
pub fn waiting(pids: &[i32]) -> Option<Wait> {
    let rows = parse(&fs::read_to_string("/proc/locks").ok()?);
    let row = rows.iter().find(|row| row.waits && pids.contains(&row.pid))?;
    let holder = held_by(&rows, row).map(|holder| (holder, name(holder)));
    Some(Wait { pid: row.pid, file: opened(row.pid, row.inode)?, holder })
}

/// The process that holds what this one waits for, and its command, made safe.
#[must_use]
pub fn holder(waiter: i32) -> Option<(i32, String)> {
    let rows = parse(&fs::read_to_string("/proc/locks").ok()?);
    let holder = held_by(&rows, rows.iter().find(|row| row.waits && row.pid == waiter)?)?;
    Some((holder, ProcessId::of(holder)?.command()?))
}

/// The table names who has taken a lock. That one may be gone, its lock inherited by a child and its pid by a stranger:
/// so it counts only while it has the file open.
fn held_by(rows: &[Row], waiter: &Row) -> Option<i32> {
    let holds = |row: &&Row| !row.waits && row.number == waiter.number && row.pid > 0;
    let holder = rows.iter().find(holds)?.pid;
    opened(holder, waiter.inode).map(|_| holder)
}

/// `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`, with `->` before the kind for one who waits. The device is left
/// out: some file systems tell another one here than elsewhere.
fn parse(locks: &str) -> Vec<Row> {
    let row = |line: &str| {
        let mut words = line.split_whitespace().peekable();
        let number = words.next()?.strip_suffix(':')?.parse().ok()?;
        let waits = words.next_if_eq(&"->").is_some();
        let pid = words.nth(3)?.parse().ok()?;
        let inode = words.next()?.rsplit(':').next()?.parse().ok()?;
        Some(Row { number, waits, pid, inode })
    };
    locks.lines().filter_map(row).collect()
}

/// The name under which a process has opened this file.
fn opened(pid: i32, inode: u64) -> Option<PathBuf> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let mut links = entries.flatten().take(MOST).map(|entry| entry.path());
    let link = links.find(|link| fs::metadata(link).is_ok_and(|file| file.ino() == inode))?;
    fs::read_link(link).ok()
}

/// The name of a process; empty when it is gone.
#[must_use]
pub fn name(pid: i32) -> String {
    let name = fs::read(Path::new("/proc").join(pid.to_string()).join("comm")).unwrap_or_default();
    text::safe(name.trim_ascii_end())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn holders_and_waiters_share_a_number() {
        let text = "1: FLOCK  ADVISORY  WRITE 28234 fe:00:10199826 0 EOF\n\
                    1: -> FLOCK  ADVISORY  WRITE 77 fe:00:10199826 0 EOF\n\
                    2: OFDLCK ADVISORY  READ  -1 00:06:38 0 EOF\n\
                    rubbish\n3: x\n";
        let row = |number, waits, pid, inode| Row { number, waits, pid, inode };
        assert_eq!(
            parse(text),
            [row(1, false, 28234, 10_199_826), row(1, true, 77, 10_199_826), row(2, false, -1, 38)]
        );
    }

    #[test]
    fn a_holder_counts_only_while_it_has_the_file_open() {
        let file = tempfile::tempfile().unwrap();
        let inode = file.metadata().unwrap().ino();
        let this = i32::try_from(std::process::id()).unwrap();
        let row = |waits, pid, inode| Row { number: 1, waits, pid, inode };
        let held = |holder, inode| {
            held_by(&[row(false, holder, inode), row(true, 77, inode)], &row(true, 77, inode))
        };
        assert_eq!(held(this, inode), Some(this));
        assert_eq!((held(this, u64::MAX), held(i32::MAX, inode)), (None, None));
        let waiter = row(true, 77, inode);
        assert_eq!(held_by(&[waiter], &waiter), None);
    }

    #[test]
    fn a_waiting_process_is_found_with_its_file_and_the_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("lock");
        let held = fs::File::create(&path).unwrap();
        held.lock().unwrap();
        let script = "import fcntl,sys\nf=open(sys.argv[1])\nprint('ready',flush=True)\nfcntl.flock(f,2)";
        let mut waiter =
            Command::new("python3").args(["-c", script]).arg(&path).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(waiter.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let pid = i32::try_from(waiter.id()).unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let found = loop {
            match waiting(&[pid]) {
                None if std::time::Instant::now() < until => std::thread::yield_now(),
                found => break found,
            }
        };
        drop(held);
        waiter.wait().unwrap();
        let this = i32::try_from(std::process::id()).unwrap();
        assert_eq!(found, Some(Wait { pid, file: path, holder: Some((this, name(this))) }));
    }
}
