//! Ends what lost runs have left behind: once for each, by whoever looks next. Only the dead are inherited from: the
//! run's lock must be free and its supervisor gone, at every single signal.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::ops::{Context, runs};
use crate::process::escapee::{self, Signs};
use crate::process::id::{self, ProcessId};
use crate::process::signal::{self, Sent};
use crate::process::sweep::{self, Condemned};
use crate::run::dir::RunDir;
use crate::run::event::Leftover;
use crate::run::samples;
use crate::run::spec::RunId;
use crate::run::store;
use crate::run::swept::{self, Ended, Swept};
use crate::run::view::RunView;
use crate::text;

/// From one look at all processes to the next, while there are escapees.
const ROUND: Duration = Duration::from_millis(20);

/// Looks in a row that must meet nobody: a list of all processes takes its time, and what moves on meanwhile may stand
/// on none of it.
const LOOKS: usize = 5;

/// Between two of them.
const BETWEEN: Duration = Duration::from_millis(7);

/// Runs that a verb looks at whose business is another one: a look at all of a full store costs more than a call.
const NEWEST: usize = 16;

/// Runs of which a list costs next to nothing.
const FEW: usize = 64;

/// How the ids of some runs end, one in sixteen: each looks at sixteen.
const SOMETIMES: char = '0';

/// Bytes of a run that is small beside what all may take.
const SMALL: u64 = 1 << 20;

/// How the ids of some small runs end: one in 256.
const SELDOM: &str = "00";

/// Most processes that a sentence names.
const NAMED: usize = 8;

/// Looks for escapees of every lost run that nobody has looked at yet. `goes_on` is asked between two rounds.
/// What comes back has something to tell.
pub fn all(context: &Context, goes_on: impl FnMut() -> bool) -> Vec<Swept> {
    sweep(context, runs::store(context).list().unwrap_or_default(), goes_on)
}

/// What a verb whose business is this run does for the others: it looks for escapees of the newest ones, and removes
/// old runs where it is time to. Beside many most runs look at none: a list of all would cost more than they do.
pub fn after(context: &Context, run: &RunDir, goes_on: impl FnMut() -> bool) -> Vec<Swept> {
    let all = runs::store(context);
    let (newest, kept) = match all.folders() {
        Some(kept) if kept > FEW && !run.id().0.ends_with(SOMETIMES) => (Vec::new(), kept),
        Some(_) | None => all.newest(NEWEST).unwrap_or_default(),
    };
    let swept = sweep(context, newest, goes_on);
    // Of small ones it takes many until they are worth a look at the sizes of all.
    let weighed = store::size(run) > SMALL || run.id().0.ends_with(SELDOM);
    runs::prune_if_due(context, kept, weighed);
    swept
}

/// Looks for escapees of one run, whether it was looked at before or not: nothing, where it is not lost.
pub fn again(context: &Context, run: &RunView) -> Option<Swept> {
    let lost = RunView::open(run.dir.clone()).ok().filter(is_lost)?;
    end(context, &[lost], || true).pop()
}

/// Looks for escapees of every lost run of this boot, whether it was looked at before or not.
pub fn all_again(context: &Context) -> Vec<Swept> {
    let lost = lost(context);
    if lost.is_empty() { Vec::new() } else { end(context, &lost, || true) }
}

/// Who has escaped from the lost runs of this boot, and from which one; nothing is ended and nothing is noted.
#[must_use]
pub fn escapees(context: &Context) -> Vec<(ProcessId, RunId)> {
    let lost = lost(context);
    if lost.is_empty() {
        return Vec::new();
    }
    let mut escapees = Escapees::of(context, &lost);
    escapees.are_gone();
    escapees.found.iter().map(|(process, run)| (*process, lost[*run].id.clone())).collect()
}

/// Every lost run of this boot.
fn lost(context: &Context) -> Vec<RunView> {
    let dirs = runs::store(context).list().unwrap_or_default().into_iter();
    let without_end = dirs.filter(|dir| !dir.end().exists() && dir.is_free());
    without_end.filter_map(|dir| RunView::open(dir).ok()).filter(is_lost).collect()
}

/// Who must be left alone: the calling process with all above and below it, and live supervisors with their trees.
#[must_use]
pub fn spared(context: &Context) -> HashSet<ProcessId> {
    let live = runs::live(context).unwrap_or_default().into_iter().flatten();
    escapee::spared(live.filter_map(|run| run.status.supervisor))
}

fn sweep(context: &Context, dirs: Vec<RunDir>, goes_on: impl FnMut() -> bool) -> Vec<Swept> {
    let notes = context.paths.notes();
    let mut lost = Vec::new();
    for dir in dirs {
        // The cheap looks first: most runs have ended.
        if dir.end().exists() || Swept::exists(&notes, &dir.id()) || !dir.is_free() {
            continue;
        }
        let Ok(run) = RunView::open(dir) else { continue };
        if is_lost(&run) {
            lost.push(run);
        } else if run.lost && run.status.supervisor.is_none_or(|supervisor| !supervisor.is_alive()) {
            // Nothing had begun, or it was before the machine was started: there is nothing to look for.
            let _ = Swept::of(run.id).write(&notes);
        }
    }
    if lost.is_empty() { Vec::new() } else { end(context, &lost, goes_on) }
}

/// Whether a supervisor of this boot has vanished: there is no end, the lock is free, and the process is gone.
fn is_lost(run: &RunView) -> bool {
    run.lost
        && run.status.boot_id == id::boot_id()
        && run.status.supervisor.is_some_and(|supervisor| !supervisor.is_alive())
        && run.dir.is_free()
        && !run.dir.end().exists()
}

/// Ends the escapees of these runs and notes what was done.
fn end(context: &Context, lost: &[RunView], mut goes_on: impl FnMut() -> bool) -> Vec<Swept> {
    let limit = lost.iter().map(|run| run.spec.limits.sweep()).max().unwrap_or_default();
    let deadline = Instant::now() + limit;
    let mut escapees = Escapees::of(context, lost);
    let mut given_up = false;
    sweep::until_gone(&mut escapees, || {
        std::thread::sleep(ROUND);
        given_up |= !goes_on();
        !given_up && Instant::now() < deadline
    });
    let mut swept = escapees.swept();
    let notes = context.paths.notes();
    for note in &swept {
        // Another plugdeck may have done it in the same moment.
        let mut noted = Swept::read(&notes, &note.run).unwrap_or_else(|| Swept::of(note.run.clone()));
        noted.ended.extend(note.ended.iter().cloned());
        noted.left.clone_from(&note.left);
        // Where the folder refuses or somebody had no patience, the next one looks again.
        let _ = if given_up { Ok(()) } else { noted.write(&notes) };
    }
    swept.retain(|swept| !swept.ended.is_empty() || !swept.left.is_empty());
    swept
}

/// The processes that some lost runs have left behind.
struct Escapees<'a> {
    context: &'a Context,
    lost: &'a [RunView],
    signs: Signs,
    found: Vec<(ProcessId, usize)>,
    /// Whom KILL was sent to.
    killed: BTreeMap<(usize, u64, i32), Ended>,
    /// Whom the system protects.
    refused: BTreeMap<(usize, u64, i32), ProcessId>,
}

impl<'a> Escapees<'a> {
    fn of(context: &'a Context, lost: &'a [RunView]) -> Self {
        let mut signs = Signs::default();
        for (number, run) in lost.iter().enumerate() {
            signs.ids.insert(run.id.0.clone(), number);
            signs.since.push(run.status.supervisor.map_or(u64::MAX, |supervisor| supervisor.start_time));
            for step in &run.status.steps {
                signs
                    .pipes
                    .extend(step.pipes.into_iter().filter(|inode| *inode != 0).map(|inode| (inode, number)));
                signs.seen.extend(step.process.map(|process| (process, number)));
            }
            let samples = samples::Reader::default().read_new(&run.dir.samples()).unwrap_or_default();
            let seen = samples.iter().flat_map(|sample| &sample.processes);
            let id = |pid, start_time| (ProcessId { pid, start_time }, number);
            signs.seen.extend(seen.map(|process| id(process.pid, process.start_time)));
        }
        let (killed, refused) = (BTreeMap::new(), BTreeMap::new());
        Self { context, lost, signs, found: Vec::new(), killed, refused }
    }

    /// What became of each run's.
    fn swept(self) -> Vec<Swept> {
        let mut swept: Vec<_> = self.lost.iter().map(|run| Swept::of(run.id.clone())).collect();
        let tried = self.killed.iter().map(|(key, ended)| (key, ended.process));
        for ((run, ..), process) in tried.chain(self.refused.iter().map(|(key, process)| (key, *process))) {
            swept[*run].left.extend(Leftover::of(process));
        }
        for ((run, ..), ended) in self.killed {
            if !swept[run].left.iter().any(|left| left.process == ended.process) {
                swept[run].ended.push(ended);
            }
        }
        swept
    }
}

impl Condemned for Escapees<'_> {
    fn are_gone(&mut self) -> bool {
        let known: HashSet<_> = self.refused.values().copied().collect();
        for _ in 0..LOOKS {
            self.found = escapee::find(&self.signs, || spared(self.context));
            self.found.retain(|(process, _)| !known.contains(process));
            if !self.found.is_empty() {
                return false;
            }
            std::thread::sleep(BETWEEN);
        }
        true
    }

    fn kill(&mut self) {
        for (process, run) in std::mem::take(&mut self.found) {
            if !is_lost(&self.lost[run]) {
                continue;
            }
            let key = (run, process.start_time, process.pid);
            let command = process.command().unwrap_or_default();
            match signal::send(process, Signal::KILL) {
                Sent::Delivered => drop(self.killed.entry(key).or_insert(Ended { process, command })),
                Sent::Refused => drop(self.refused.insert(key, process)),
                Sent::Gone => {}
            }
        }
    }
}

/// What was done, a sentence a line.
#[must_use]
pub fn sentences(swept: &Swept) -> Vec<String> {
    let run = text::safe(swept.run.short().as_bytes());
    let mut sentences = Vec::new();
    if !swept.ended.is_empty() {
        let count = match swept.ended.len() {
            1 => "1 process".to_owned(),
            many => format!("{many} processes"),
        };
        let named =
            |ended: &Ended| format!("{} ({})", ended.process.pid, text::safe(ended.command.as_bytes()));
        let mut names: Vec<_> = swept.ended.iter().take(NAMED).map(named).collect();
        if swept.ended.len() > NAMED {
            names.push(format!("{} more", swept.ended.len() - NAMED));
        }
        sentences.push(format!(
            "ended {count} that run {run} left behind when its supervisor vanished: {}",
            names.join(", ")
        ));
    }
    sentences.extend(swept.left.iter().map(|left| still_there(&swept.run, left)));
    sentences
}

/// A process that could not be ended, and whose it is.
#[must_use]
pub fn still_there(run: &RunId, left: &Leftover) -> String {
    format!("still there: process {}, of run {run}", left.sentence())
}

/// What could not be ended and lives on, of all runs that are kept.
pub fn left(context: &Context) -> Vec<(RunId, Leftover)> {
    let notes = context.paths.notes();
    let left = |dir: RunDir| {
        let noted = || Swept::read(&notes, &dir.id()).map(|note| note.left);
        let left = match dir.read_end() {
            Ok(Some(outcome)) => Some(outcome.leftovers),
            Ok(None) | Err(_) => noted(),
        };
        let id = dir.id();
        left.unwrap_or_default().into_iter().map(move |left| (id.clone(), left))
    };
    let dirs = runs::store(context).list().unwrap_or_default();
    dirs.into_iter().flat_map(left).filter(|(_, left)| left.process.is_alive()).collect()
}

/// Forgets what was noted on runs that are no longer kept.
pub fn forget_missing(context: &Context) {
    swept::forget_missing(&context.paths.notes(), &context.paths.runs());
}
