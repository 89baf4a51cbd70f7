//! Why a run does not go on: asks its supervisor to look, or reads what was found before the run was ended. At
//! orphans nobody else looks any more, so they are looked at from here.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::ops::orphans::{Origin, Orphan};
use crate::ops::{Context, Rejected, Why, orphans, runs};
use crate::process::signal::{self, Sent};
use crate::run::dir::RunDir;
use crate::run::event::Event;
use crate::run::evidence::{self, Evidence, Occasion};
use crate::run::view::RunView;
use crate::supervisor::evidence::{Gathering, Whose};
use crate::supervisor::portray::{self, Known};

/// From the question to the answer: two looks one second apart, and two seconds beyond.
const PATIENCE: Duration = Duration::from_secs(3);

/// From one look at the journal to the next.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is known of a run, as [`look()`] says; of a lost one, what those do now that it has left behind, where somebody
/// is left.
pub fn look_further(context: &Context, run: &mut RunView) -> Result<Option<Evidence>, Rejected> {
    let found = look(run)?;
    if !run.lost {
        return Ok(found);
    }
    let mut left = orphans::look(context);
    left.retain(|orphan| orphan.run.as_ref() == Some(&run.id));
    Ok(if left.is_empty() { found } else { Some(of_orphan(context, &left, true).evidence) })
}

/// What is known of a run: of a live one, as it is now; of one that has ended, what was found last. `None`: nobody
/// has looked at it before it ended.
pub fn look(run: &mut RunView) -> Result<Option<Evidence>, Rejected> {
    let short = run.id.short().to_owned();
    let unreadable = |error: std::io::Error| {
        Rejected::new(Why::Machine, format!("what was found of run {short} cannot be read: {error}"))
    };
    run.refresh().map_err(unreadable)?;
    if run.state().is_live() {
        ask(run)?;
        let deadline = Instant::now() + PATIENCE;
        while run.state().is_live() {
            let records = run.refresh().map_err(unreadable)?;
            let answer = records.iter().rev().find_map(|record| match record.event {
                Event::Evidence { n, .. } => Some(n),
                _ => None,
            });
            if let Some(n) = answer {
                return Evidence::read(&run.dir, n).map(Some).map_err(unreadable);
            }
            if Instant::now() >= deadline {
                let sentence = format!(
                    "the supervisor of run {short} does not answer; `plugdeck ps` shows its processes"
                );
                return Err(Rejected::new(Why::Machine, sentence));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
    kept(&run.dir)
}

/// What was found last, without looking again. `None`: nobody has looked.
pub fn kept(dir: &RunDir) -> Result<Option<Evidence>, Rejected> {
    evidence::last(dir).map(|n| Evidence::read(dir, n)).transpose().map_err(|error| {
        let sentence = format!("what was found of run {} cannot be read: {error}", dir.id().short());
        Rejected::new(Why::Machine, sentence)
    })
}

/// What was found of an orphaned tree.
#[derive(Debug)]
pub struct Found {
    pub evidence: Evidence,
    /// The folder of the agent that it runs; empty where that is not known.
    pub directory: PathBuf,
}

/// Looks at an orphaned tree, which takes one second and more. It is the user's own, but nobody's descendant here, so
/// the system may hide some of it: that is said. Only with `ask`, and only a tree of plugdeck's own, is asked for its
/// stacks: who merely looks sends no signal, and what another tool has started has no hook.
#[must_use]
pub fn of_orphan(context: &Context, tree: &[Orphan], ask: bool) -> Found {
    let first = tree.first();
    let run = first.and_then(|orphan| orphan.run.as_ref());
    let run = run.and_then(|run| runs::find(context, &run.0).ok());
    let foreign = first.is_some_and(|orphan| orphan.origin == Origin::Foreign);
    let folder = match &run {
        _ if foreign => Err("what another tool has started has no stack hook".to_owned()),
        _ if !ask => Err("nobody has asked for it yet: w does".to_owned()),
        Some(run) => Ok(run.dir.stacks()),
        None => Err("its run cannot be read any more".to_owned()),
    };
    let called = first.and_then(|orphan| orphan.call.as_ref());
    let called = called.map(|call| context.paths.agents().join(&call.agent));
    let directory = run.map(|run| run.spec.directory).or(called).unwrap_or_default();
    let whose = Whose::Left(tree.iter().map(|orphan| orphan.process).collect());
    let mut gathering = Gathering::new(Occasion::Asked, whose, folder, directory.clone(), Instant::now());
    while !gathering.step(Instant::now()) {
        let now = Instant::now();
        std::thread::sleep(gathering.due(now).saturating_duration_since(now));
    }
    let known = Known {
        n: 0,
        t_us: 0,
        agent: first.map(|orphan| orphan.root.pid),
        silence: None,
        usual_gap: None,
        growth: None,
        last_output: None,
        runs: context.paths.runs().canonicalize().ok(),
        earlier: Vec::new(),
    };
    Found { evidence: portray::of(gathering, known), directory }
}

/// Asks the supervisor to look.
fn ask(run: &RunView) -> Result<(), Rejected> {
    let refused = |sentence: String| Err(Rejected::new(Why::Machine, sentence));
    let short = run.id.short();
    let Some(supervisor) = run.status.supervisor else {
        return refused(format!("run {short} is only starting: try again in a moment"));
    };
    match signal::send(supervisor, Signal::USR1) {
        // Gone: it ended in this moment, and the journal says how.
        Sent::Delivered | Sent::Gone => Ok(()),
        Sent::Refused => refused(format!("the supervisor of run {short} belongs to another user")),
    }
}
