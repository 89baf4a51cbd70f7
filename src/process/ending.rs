//! Ends a tree that nobody supervises, step by step, and proves it. plugdeck is not its parent, so what a process
//! starts while it is being ended would be lost from sight: before each list the whole tree is held.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::process::id::ProcessId;
use crate::process::signal::{self, Sent};
use crate::process::sweep::{self, Condemned};
use crate::process::tree;

/// From one look at the tree to the next.
const ROUND: Duration = Duration::from_millis(20);

/// Looks for new children while the tree is being held: each finds only what was started before the one before.
const HOLDS: usize = 50;

/// What was done, at which moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Milliseconds since the beginning.
    pub at_ms: u64,
    pub done: Done,
}

/// One thing that was done or seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// TERM to these.
    Terminated(Vec<i32>),
    /// KILL to these.
    Killed(Vec<i32>),
    /// These have ended.
    Gone(Vec<i32>),
}

/// How a tree is to be ended.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From TERM to KILL; none: KILL at once.
    pub grace: Duration,
    /// From the first KILL until what still lives is given up.
    pub sweep: Duration,
}

/// Ends these processes and everything below them. `spares` says who is to be left alone; every step is told.
/// Returns everybody that belonged to the tree, with the reason for those that live on.
pub fn end(
    roots: &[ProcessId],
    patience: Patience,
    spares: impl Fn(ProcessId) -> bool,
    tell: impl FnMut(Step),
) -> Vec<(ProcessId, Option<&'static str>)> {
    let tree = roots.iter().map(|root| (*root, true)).collect();
    let mut ending = Ending { tree, spares, tell, began: Instant::now() };
    if !patience.grace.is_zero() {
        ending.hold();
        let told = ending.send(Signal::TERM);
        // A stopped process never runs its handler.
        ending.send(Signal::CONT);
        ending.say(Done::Terminated(told));
        let over = Instant::now() + patience.grace;
        while ending.lives() && Instant::now() < over {
            std::thread::sleep(ROUND);
            ending.look();
        }
    }
    let over = Instant::now() + patience.sweep;
    sweep::until_gone(&mut ending, || {
        std::thread::sleep(ROUND);
        Instant::now() < over
    });
    ending.tree.into_keys().map(|process| (process, sweep::why_alive(process))).collect()
}

struct Ending<S, T> {
    /// Everybody that was ever seen in the tree, and whether they were there at the last look.
    tree: BTreeMap<ProcessId, bool>,
    spares: S,
    tell: T,
    began: Instant,
}

impl<S: Fn(ProcessId) -> bool, T: FnMut(Step)> Ending<S, T> {
    fn say(&mut self, done: Done) {
        let (Done::Terminated(pids) | Done::Killed(pids) | Done::Gone(pids)) = &done;
        if !pids.is_empty() {
            let at_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            (self.tell)(Step { at_ms, done });
        }
    }

    fn lives(&self) -> bool {
        self.tree.values().any(|lives| *lives)
    }

    fn living(&self) -> Vec<ProcessId> {
        self.tree.iter().filter(|(_, lives)| **lives).map(|(process, _)| *process).collect()
    }

    /// Looks who has come and who has gone; whether somebody has come.
    fn look(&mut self) -> bool {
        let mut come = false;
        for process in self.living() {
            for child in tree::descendants(process.pid) {
                if child.is_alive() && !(self.spares)(child) && !self.tree.contains_key(&child) {
                    self.tree.insert(child, true);
                    come = true;
                }
            }
        }
        let gone: Vec<_> = self.living().into_iter().filter(|process| !process.is_alive()).collect();
        for process in &gone {
            self.tree.insert(*process, false);
        }
        self.say(Done::Gone(gone.iter().map(|process| process.pid).collect()));
        come
    }

    /// Stops everybody, until nobody new is found: who is stopped starts nothing.
    fn hold(&mut self) {
        for _ in 0..HOLDS {
            self.look();
            self.send(Signal::STOP);
            if !self.look() {
                return;
            }
        }
    }

    /// Sends to everybody that lives; returns who has it.
    fn send(&self, signal: Signal) -> Vec<i32> {
        let living = self.living().into_iter();
        living.filter(|one| signal::send(*one, signal) == Sent::Delivered).map(|one| one.pid).collect()
    }
}

impl<S: Fn(ProcessId) -> bool, T: FnMut(Step)> Condemned for Ending<S, T> {
    fn are_gone(&mut self) -> bool {
        self.look();
        !self.lives()
    }

    fn kill(&mut self) {
        self.hold();
        let told = self.send(Signal::KILL);
        self.say(Done::Killed(told));
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A shell with a child, both started now.
    fn shell(script: &str) -> (Child, ProcessId) {
        let mut shell = Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(shell.stdout.take().unwrap()), &mut line)
            .unwrap();
        let id = ProcessId::of(i32::try_from(shell.id()).unwrap()).unwrap();
        (shell, id)
    }

    fn ended(script: &str, grace: Duration) -> (usize, Vec<Done>) {
        let (mut shell, root) = shell(script);
        let waits = std::thread::spawn(move || shell.wait());
        let mut steps = Vec::new();
        let patience = Patience { grace, sweep: Duration::from_secs(10) };
        let tree = end(&[root], patience, |_| false, |step| steps.push(step.done));
        waits.join().unwrap().unwrap();
        assert!(tree.iter().all(|(process, left)| left.is_none() && !process.is_alive()), "{tree:?}");
        (tree.len(), steps)
    }

    #[test]
    fn who_hears_term_needs_no_kill() {
        let (count, steps) = ended("sleep 50 & echo ready; wait", Duration::from_secs(20));
        assert_eq!(count, 2);
        assert!(matches!(&steps[0], Done::Terminated(pids) if pids.len() == 2), "{steps:?}");
        assert!(!steps.iter().any(|step| matches!(step, Done::Killed(_))), "{steps:?}");
    }

    #[test]
    fn who_is_deaf_is_killed_after_the_grace_or_at_once() {
        for grace in [Duration::from_millis(50), Duration::ZERO] {
            let (_, steps) = ended("trap '' TERM; sleep 50 & echo ready; wait; wait", grace);
            assert!(steps.iter().any(|step| matches!(step, Done::Killed(_))), "{grace:?} {steps:?}");
            assert_eq!(matches!(steps[0], Done::Terminated(_)), !grace.is_zero());
        }
    }

    #[test]
    fn who_is_spared_lives() {
        let (mut shell, root) = shell("trap '' TERM; sleep 50 & echo ready; wait; wait");
        let child = tree::descendants(root.pid)[0];
        let waits = std::thread::spawn(move || shell.wait());
        let patience = Patience { grace: Duration::ZERO, sweep: Duration::from_secs(10) };
        let tree = end(&[root], patience, |process| process == child, |_| ());
        waits.join().unwrap().unwrap();
        assert_eq!(tree, [(root, None)]);
        assert!(child.is_alive());
        assert_eq!(signal::send(child, Signal::KILL), Sent::Delivered);
    }
}
