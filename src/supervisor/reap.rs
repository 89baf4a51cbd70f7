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

/// Every descendant of the calling process.
pub fn descendants() -> Vec<ProcessId> {
    tree::descendants(rustix::process::getpid().as_raw_nonzero().get())
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
/// what the supervisor had adopted has fallen to the caller then.
pub fn sweep(limit: Duration) {
    let deadline = Instant::now() + limit;
    sweep::until_gone(&mut Descendants, || {
        std::thread::sleep(ROUND);
        Instant::now() < deadline
    });
}

/// All below the calling process.
struct Descendants;

impl Condemned for Descendants {
    fn are_gone(&mut self) -> bool {
        reap().none_left
    }

    fn kill(&mut self) {
        kill();
    }
}

/// What still lives, each with the reason as far as it is known.
pub fn leftovers() -> Vec<Leftover> {
    descendants().into_iter().filter_map(Leftover::of).collect()
}
