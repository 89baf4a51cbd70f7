//! Processes that nobody watches any more: what lost runs have left behind, and agents of the store that another tool
//! has started and left. A look alone: it ends nothing and notes nothing.

use std::collections::HashSet;

use serde::Serialize;

use crate::ops::{Context, sweep};
use crate::process::id::{ProcessId, Stat};
use crate::process::orphans::{self, Call};
use crate::process::tree;
use crate::run::spec::RunId;

/// Longest command line, in bytes: what tells agents apart stands behind long folders.
const COMMAND: usize = 400;

/// Where an orphan comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A run of plugdeck's own: proven.
    Plugdeck,
    /// Another tool that runs agents of the store: believed.
    Foreign,
}

/// One process of an orphaned tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Orphan {
    pub process: ProcessId,
    /// 0 where that is not known.
    pub parent: i32,
    /// The process at the top of its tree.
    pub root: ProcessId,
    /// Made safe; empty when it could not be read.
    pub command: String,
    pub origin: Origin,
    /// plugdeck's own only.
    pub run: Option<RunId>,
    /// What the tree calls; foreign ones only.
    pub call: Option<Call>,
}

/// Every orphan there is, tree by tree, parents before children.
#[must_use]
pub fn look(context: &Context) -> Vec<Orphan> {
    let mut found = own(context);
    let known: HashSet<ProcessId> = found.iter().map(|orphan| orphan.process).collect();
    let agents = context.paths.agents();
    for orphan in orphans::find(&agents, || sweep::spared(context)) {
        if known.contains(&orphan.process) {
            continue;
        }
        let below = tree::descendants(orphan.process.pid);
        for process in std::iter::once(orphan.process).chain(below).filter(|process| process.is_alive()) {
            let mut of_tree = Orphan::new(process, orphan.process, Origin::Foreign);
            of_tree.call = Some(orphan.call.clone());
            found.push(of_tree);
        }
    }
    found
}

/// What lost runs have left behind, and what could not be ended with its run.
fn own(context: &Context) -> Vec<Orphan> {
    let left = sweep::left(context).into_iter().map(|(run, left)| (left.process, run));
    let mut all = sweep::escapees(context);
    for one in left {
        if !all.iter().any(|(process, _)| *process == one.0) {
            all.push(one);
        }
    }
    let mut found: Vec<Orphan> = Vec::new();
    for (process, run) in all {
        let mut orphan = Orphan::new(process, process, Origin::Plugdeck);
        // Older processes come first, so a parent is known before its children.
        if let Some(parent) = found.iter().find(|known| known.process.pid == orphan.parent) {
            orphan.root = parent.root;
        }
        orphan.run = Some(run);
        found.push(orphan);
    }
    found.sort_by_key(|orphan| (orphan.root.start_time, orphan.root.pid));
    found
}

impl Orphan {
    fn new(process: ProcessId, root: ProcessId, origin: Origin) -> Self {
        let parent = Stat::read(process.pid).map_or(0, |stat| stat.parent);
        let command = process.command_line(COMMAND).unwrap_or_default();
        Self { process, parent, root, command, origin, run: None, call: None }
    }
}
