//! What orphans use of the machine: they have no supervisor that would look. Which ones there are, the worker finds
//! out now and then; here only these are looked at.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ops::orphans::Orphan;
use crate::process::id::ProcessId;
use crate::process::sampler::{ProcessSample, Sampler};
use crate::process::tree;
use crate::text;
use crate::tui::seen::OrphanTree;

/// The orphans that are known.
#[derive(Default)]
pub struct Orphans {
    known: Vec<Orphan>,
    sampler: Option<Sampler>,
    commands: HashMap<ProcessId, String>,
    shown: Vec<Arc<OrphanTree>>,
}

impl Orphans {
    /// Takes what a look at all processes has found.
    pub fn learn(&mut self, found: Vec<Orphan>) {
        self.known = found;
    }

    /// Whether there is anybody to look at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.shown.is_empty()
    }

    /// Looks at them; what is shown of them, if that has changed.
    pub fn look(&mut self) -> Option<Vec<Arc<OrphanTree>>> {
        self.known.retain(|orphan| orphan.process.is_alive());
        if self.known.is_empty() {
            (self.sampler, self.commands) = (None, HashMap::new());
        } else if self.sampler.is_none() {
            self.sampler = Sampler::new();
        }
        let mut trees: Vec<(ProcessId, Vec<ProcessId>)> = Vec::new();
        for orphan in &self.known {
            let of = trees.iter().position(|(root, _)| *root == orphan.root).unwrap_or(trees.len());
            if of == trees.len() {
                trees.push((orphan.root, Vec::new()));
            }
            for process in std::iter::once(orphan.process).chain(tree::descendants(orphan.process.pid)) {
                if !trees[of].1.contains(&process) {
                    trees[of].1.push(process);
                }
            }
        }
        let all: Vec<ProcessId> = trees.iter().flat_map(|(_, processes)| processes).copied().collect();
        let mut samples = self.sampler.as_mut().map_or(Vec::new(), |sampler| sampler.sample(&all));
        for sample in &mut samples {
            match &sample.command {
                Some(command) => drop(self.commands.insert(sample.id(), command.clone())),
                None => sample.command = self.commands.get(&sample.id()).cloned(),
            }
        }
        let shown: Vec<_> =
            trees.iter().map(|(root, ids)| Arc::new(self.tree(*root, ids, &samples))).collect();
        (shown != self.shown).then(|| {
            self.shown.clone_from(&shown);
            shown
        })
    }

    fn tree(&self, root: ProcessId, ids: &[ProcessId], samples: &[ProcessSample]) -> OrphanTree {
        let orphans: Vec<_> = self.known.iter().filter(|orphan| orphan.root == root).cloned().collect();
        let first = orphans.first();
        OrphanTree {
            root,
            run: first.and_then(|orphan| orphan.run.clone()),
            call: first.and_then(|orphan| orphan.call.clone()).map(|mut call| {
                call.agent = text::safe(call.agent.as_bytes());
                call.method = text::safe(call.method.as_bytes());
                call
            }),
            processes: samples.iter().filter(|sample| ids.contains(&sample.id())).cloned().collect(),
            orphans,
        }
    }
}
