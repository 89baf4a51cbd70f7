//! The descendants of a process, read from `/proc/PID/task/*/children`: the cost follows the tree, not the machine.

use std::fs;

use crate::process::id::{ProcessId, Stat};
use crate::process::proc;

/// More than any agent should have; a bound, so that a fork bomb cannot hold the reader for ever.
const MOST: usize = 20_000;

/// Every living or unreaped descendant of `root`, parents before children; `root` itself is left out.
#[must_use]
pub fn descendants(root: i32) -> Vec<ProcessId> {
    let mut found = children(root);
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
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let mut pids = Vec::new();
    for thread in threads.flatten() {
        if let Ok(text) = proc::text(thread.path().join("children")) {
            pids.extend(text.split_whitespace().filter_map(|pid| ProcessId::of(pid.parse().ok()?)));
        }
    }
    pids
}

/// Whether a process has ended and only waits for its parent to take note.
#[must_use]
pub fn is_zombie(process: ProcessId) -> bool {
    Stat::read(process.pid).is_some_and(|stat| stat.start_time == process.start_time && stat.state == 'Z')
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
