//! The descendants of the supervisor: waited for, signalled, and proved gone.

use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};

use crate::process::id::ProcessId;
use crate::process::signal::{self, Sent};
use crate::process::sweep::{self, Condemned};
use crate::process::tree;
use crate::run::event::Leftover;

/// What a round of waiting found.
#[derive(Debug, Default)]
pub struct Reaped {
    /// Processes that ended, and how.
    pub exits: Vec<(Pid, WaitStatus)>,
    /// There is no child left, living or dead (ECHILD).
    pub none_left: bool,
}

/// Takes note of every child that has ended, without waiting.
pub fn reap() -> Reaped {
    let mut reaped = Reaped::default();
    loop {
        // Any child: a wait for the own group only would miss whatever left the session.
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some(exit)) => reaped.exits.push(exit),
            Ok(None) => return reaped,
            Err(Errno::INTR) => {}
            Err(_) => {
                reaped.none_left = true;
                return reaped;
            }
        }
    }
}

/// Every descendant of the calling process, which has one thread.
pub fn descendants() -> Vec<ProcessId> {
    tree::descendants_of_this_thread()
}

/// The pids of the descendants that have not ended.
pub fn living() -> impl Iterator<Item = i32> {
    descendants().into_iter().filter(|process| !tree::is_zombie(*process)).map(|process| process.pid)
}

/// Sends TERM to every descendant, and CONT with it: a stopped process never runs its handler. Returns whom.
pub fn terminate() -> Vec<i32> {
    let told = send_to_all(Signal::TERM);
    send_to_all(Signal::CONT);
    told
}

/// Sends KILL to every descendant of this moment; others may have appeared since, so this is done again and
/// again until none is left. Returns whom.
pub fn kill() -> Vec<i32> {
    send_to_all(Signal::KILL)
}

fn send_to_all(signal: Signal) -> Vec<i32> {
    descendants()
        .into_iter()
        .filter(|process| !tree::is_zombie(*process) && signal::send(*process, signal) == Sent::Delivered)
        .map(|process| process.pid)
        .collect()
}

/// From one round of [`sweep()`] to the next.
const ROUND: Duration = Duration::from_millis(10);

/// Lists, kills and reaps until nothing is left or the time is over. For a caller whose supervisor has vanished:
/// what the supervisor had adopted has fallen to the caller then. Children that the caller's process had before it
/// started the supervisor (a shell that has become plugdeck by `exec`) are not the run's, nor is what is below them.
pub fn sweep(supervisor: Option<ProcessId>, limit: Duration) {
    let deadline = Instant::now() + limit;
    sweep::until_gone(&mut Fallen { supervisor, list: Vec::new() }, || {
        std::thread::sleep(ROUND);
        Instant::now() < deadline
    });
}

/// What has fallen to the calling process from this supervisor.
struct Fallen {
    supervisor: Option<ProcessId>,
    list: Vec<ProcessId>,
}

impl Fallen {
    fn is_older(&self, child: ProcessId) -> bool {
        let age = |process: ProcessId| (process.start_time, process.pid);
        self.supervisor.is_some_and(|supervisor| age(child) < age(supervisor))
    }
}

impl Condemned for Fallen {
    fn are_gone(&mut self) -> bool {
        if reap().none_left {
            return true;
        }
        let this = rustix::process::getpid().as_raw_nonzero().get();
        let fallen = tree::children(this).into_iter().filter(|child| !self.is_older(*child));
        self.list = fallen.flat_map(|child| [vec![child], tree::descendants(child.pid)].concat()).collect();
        self.list.is_empty()
    }

    fn kill(&mut self) {
        for process in std::mem::take(&mut self.list) {
            let _ = signal::send(process, Signal::KILL);
        }
    }
}

/// What still lives, each with the reason as far as it is known.
pub fn leftovers() -> Vec<Leftover> {
    descendants().into_iter().filter_map(Leftover::of).collect()
}
