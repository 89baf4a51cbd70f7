//! The descendants of a process, read from `/proc/PID/task/*/children`: the cost follows the tree, not the machine.

use std::fs;
use std::path::Path;

use crate::process::id::{ProcessId, Stat};
use crate::process::proc;

/// More than any agent should have; a bound, so that a fork bomb cannot hold the reader for ever.
const MOST: usize = 20_000;

/// Every living or unreaped descendant of `root`, parents before children; `root` itself is left out.
#[must_use]
pub fn descendants(root: i32) -> Vec<ProcessId> {
    below(children(root))
}

/// Every descendant of the calling thread, in the same order: what a process of one thread need not ask twice.
#[must_use]
pub fn descendants_of_this_thread() -> Vec<ProcessId> {
    below(children_of_thread(Path::new("/proc/thread-self")))
}

/// These, and all that is below them.
fn below(mut found: Vec<ProcessId>) -> Vec<ProcessId> {
    let mut at = 0;
    while at < found.len() && found.len() < MOST {
        found.extend(children(found[at].pid));
        at += 1;
    }
    found
}

/// Direct children, of every thread: a child belongs to the thread that started it.
#[must_use]
pub fn children(pid: i32) -> Vec<ProcessId> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads.flat_map(|thread| children_of_thread(&thread.path())).collect()
}

/// Of one thread, by its folder.
fn children_of_thread(thread: &Path) -> Vec<ProcessId> {
    let text = proc::text(thread.join("children")).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| ProcessId::of(pid.parse().ok()?)).collect()
}

/// Whether a process has ended and only waits for its parent to take note.
#[must_use]
pub fn is_zombie(process: ProcessId) -> bool {
    Stat::read(process.pid).is_some_and(|stat| stat.start_time == process.start_time && stat.has_ended())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_grandchild_is_found() {
        let mut shell = Command::new("sh")
            .args(["-c", "sleep 30 & echo ready; wait"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(shell.stdout.take().unwrap()), &mut line)
            .unwrap();
        let found = descendants(i32::try_from(shell.id()).unwrap());
        for process in &found {
            let _ = crate::process::signal::send(*process, rustix::process::Signal::KILL);
        }
        let _ = shell.kill();
        shell.wait().unwrap();
        assert_eq!(found.len(), 1);
    }
}
