//! Ends orphans and proves that they are gone.

use std::time::Duration;

use crate::ops::orphans::{self, Origin, Orphan};
use crate::ops::{Context, sweep};
use crate::process::ending::{self, Patience, Step};
use crate::process::id::ProcessId;
use crate::process::orphans as recognised;
use crate::process::sweep::why_alive;

/// What became of one process of an orphaned tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleaned {
    pub orphan: Orphan,
    /// Why it lives on; `None`: it has ended.
    pub left: Option<String>,
}

/// The orphans that a clean-up is about: plugdeck's own, and the others where that is asked for.
#[must_use]
pub fn meant(context: &Context, foreign: bool) -> (Vec<Orphan>, Vec<Orphan>) {
    let meant = |orphan: &Orphan| match orphan.origin {
        Origin::Plugdeck => true,
        Origin::Foreign => foreign,
    };
    orphans::look(context).into_iter().partition(meant)
}

/// Ends these orphans. plugdeck's own get KILL as always; foreign ones TERM and their grace first.
pub fn end(context: &Context, orphans: &[Orphan]) -> Vec<Cleaned> {
    let mut cleaned = Vec::new();
    let own: Vec<_> = orphans.iter().filter(|orphan| orphan.origin == Origin::Plugdeck).collect();
    if !own.is_empty() {
        let swept = sweep::all_again(context);
        for orphan in own {
            cleaned.push(Cleaned { orphan: orphan.clone(), left: left(orphan.process) });
        }
        // What has appeared since the look.
        for swept in swept {
            for ended in swept.ended {
                if orphans.iter().all(|orphan| orphan.process != ended.process) {
                    let orphan = Orphan {
                        process: ended.process,
                        parent: 0,
                        root: ended.process,
                        command: ended.command,
                        origin: Origin::Plugdeck,
                        run: Some(swept.run.clone()),
                        call: None,
                    };
                    cleaned.push(Cleaned { orphan, left: None });
                }
            }
        }
    }
    let roots = orphans.iter().filter(|orphan| orphan.origin == Origin::Foreign);
    for root in roots.filter(|orphan| orphan.process == orphan.root) {
        cleaned.extend(end_foreign(context, root, orphans, context.settings.grace, |_| ()));
    }
    cleaned
}

/// Ends the tree of a foreign orphan; every step is told. What it was taken for is looked at once more before: it may
/// have become something else, or somebody else's.
pub fn end_foreign(
    context: &Context,
    root: &Orphan,
    seen: &[Orphan],
    grace: Duration,
    tell: impl FnMut(Step),
) -> Vec<Cleaned> {
    let in_tree = seen.iter().filter(|orphan| orphan.root == root.root);
    let still = root.call.as_ref().is_some_and(|call| {
        let orphan = recognised::Orphan { process: root.root, call: call.clone() };
        recognised::is_still(&orphan, &context.paths.agents())
    });
    if !still {
        let changed = "it is no longer what it was taken for";
        return in_tree
            .map(|orphan| Cleaned {
                orphan: orphan.clone(),
                left: orphan.process.is_alive().then(|| changed.to_owned()),
            })
            .collect();
    }
    let spared = sweep::spared(context);
    let patience = Patience { grace, sweep: context.settings.sweep };
    // What had been seen and lost its parent since is of the tree all the same.
    let roots: Vec<_> = in_tree.map(|orphan| orphan.process).filter(|one| !spared.contains(one)).collect();
    let ended = ending::end(&roots, patience, |process| spared.contains(&process), tell);
    ended
        .into_iter()
        .map(|(process, left)| {
            let known = seen.iter().find(|orphan| orphan.process == process).cloned();
            let orphan = known.unwrap_or_else(|| Orphan {
                process,
                parent: 0,
                command: process.command().unwrap_or_default(),
                ..root.clone()
            });
            Cleaned { orphan, left: left.map(str::to_owned) }
        })
        .collect()
}

fn left(process: ProcessId) -> Option<String> {
    why_alive(process).map(str::to_owned)
}
