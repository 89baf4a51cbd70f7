//! The processes of all live runs, each run's as a tree with its sum; below them what could not be ended with its run,
//! and orphans.

mod draw;

use crate::process::forest;
use crate::process::id::ProcessId;
use crate::process::sampler::ProcessSample;
use crate::run::samples::Sample;
use crate::run::spec::RunId;
use crate::tui::keymap::Action;
use crate::tui::pane::list::Cursor;
use crate::tui::seen::{OrphanTree, Run};
use crate::tui::world::World;

pub use draw::{tree, tree_heads};

/// The list's state. Processes come and go: what is selected is known by pid and start time.
#[derive(Debug, Default)]
pub struct Procs {
    selected: Option<Key>,
    cursor: Cursor,
    order: Order,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Run(RunId),
    Process(ProcessId),
    Orphans,
}

/// What is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selected {
    Run(RunId),
    /// The process at the top of an orphaned tree.
    Orphan(ProcessId),
}

/// What comes first: among runs, and among the children of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    #[default]
    Newest,
    Cpu,
    Memory,
    Age,
}

/// A row.
struct Entry<'a> {
    key: Key,
    of: Of<'a>,
    /// `├ `, `└ ` and the like.
    branch: String,
    /// `None`: the head of a run's tree, or of the orphans.
    process: Option<&'a ProcessSample>,
}

enum Of<'a> {
    Run(&'a Run),
    /// It could not be ended with its run, for this reason.
    Left(&'a Run, &'a str),
    Orphan(&'a OrphanTree),
    /// So many processes of orphaned trees.
    Orphans(usize, &'a OrphanTree),
}

impl Order {
    fn next(self) -> Self {
        match self {
            Self::Newest => Self::Cpu,
            Self::Cpu => Self::Memory,
            Self::Memory => Self::Age,
            Self::Age => Self::Newest,
        }
    }

    /// For the title; the usual order needs no word.
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Newest => None,
            Self::Cpu => Some("by cpu"),
            Self::Memory => Some("by mem"),
            Self::Age => Some("by age"),
        }
    }

    /// Puts in order what stands beside each other; `start` is the start of each.
    fn sort<T>(
        self,
        items: &mut [T],
        cpu: impl Fn(&T) -> f32,
        memory: impl Fn(&T) -> u64,
        start: impl Fn(&T) -> i64,
    ) {
        match self {
            Self::Newest => {}
            Self::Cpu => items.sort_by(|a, b| cpu(b).total_cmp(&cpu(a))),
            Self::Memory => items.sort_by_key(|item| std::cmp::Reverse(memory(item))),
            Self::Age => items.sort_by_key(start),
        }
    }
}

impl Procs {
    /// What the selected row belongs to.
    #[must_use]
    pub fn selected(&self, world: &World) -> Option<Selected> {
        let entries = self.entries(world);
        let entry = entries.iter().find(|entry| Some(&entry.key) == self.selected.as_ref())?;
        Some(match entry.of {
            Of::Run(run) | Of::Left(run, _) => Selected::Run(run.id.clone()),
            Of::Orphan(tree) | Of::Orphans(_, tree) => Selected::Orphan(tree.root),
        })
    }

    /// The selected process; of a run's head the first of its processes.
    #[must_use]
    pub fn selected_process<'a>(&self, world: &'a World) -> Option<&'a ProcessSample> {
        let entries = self.entries(world);
        let mut from = entries.iter().skip_while(|entry| Some(&entry.key) != self.selected.as_ref());
        from.find_map(|entry| entry.process)
    }

    /// Fits the state to what is there now.
    pub fn settle(&mut self, world: &World, height: u16) {
        let entries = self.entries(world);
        let at = self.selected.as_ref().and_then(|key| entries.iter().position(|entry| entry.key == *key));
        let rows = entries.len();
        self.cursor.settle(at, rows);
        self.land(world, height);
    }

    /// Moves, or sorts; whether the action was one of these.
    pub fn act(&mut self, action: Action, height: u16, world: &World) -> bool {
        if action == Action::Sort {
            self.order = self.order.next();
            self.settle(world, height);
            return true;
        }
        let rows = self.entries(world).len();
        let moved = self.cursor.act(action, height.saturating_sub(1), rows);
        self.land(world, height);
        moved
    }

    /// Moves the selection by rows, for the wheel.
    pub fn wheel(&mut self, rows: isize, height: u16, world: &World) {
        let entries = self.entries(world).len();
        self.cursor.step(rows, height.saturating_sub(1), entries);
        self.land(world, height);
    }

    /// Selects the row that stands at this height of a pane of so many columns, or sorts by the column whose head
    /// stands there; whether the row was selected before.
    pub fn click(&mut self, x: u16, y: u16, columns: u16, world: &World) -> bool {
        let Some(at) = usize::from(y).checked_sub(1).map(|y| y + self.cursor.offset()) else {
            self.order = draw::order_at(usize::from(x), usize::from(columns));
            return false;
        };
        let again = at == self.cursor.selected();
        let entries = self.entries(world);
        if let Some(entry) = entries.get(at) {
            let (key, rows) = (entry.key.clone(), entries.len());
            self.selected = Some(key);
            self.cursor.settle(Some(at), rows);
        }
        again
    }

    fn land(&mut self, world: &World, height: u16) {
        let entries = self.entries(world);
        let (rows, key) = (entries.len(), entries.get(self.cursor.selected()).map(|entry| entry.key.clone()));
        self.cursor.fit(height.saturating_sub(1), rows);
        self.selected = key;
    }

    fn entries<'a>(&self, world: &'a World) -> Vec<Entry<'a>> {
        let mut entries = Vec::new();
        let mut live: Vec<_> = world.live().map(std::convert::AsRef::as_ref).collect();
        let latest = |run: &&'a Run| run.latest.as_ref();
        self.order.sort(
            &mut live,
            |run| latest(run).map_or(0.0, Sample::cpu_percent),
            |run| latest(run).map_or(0, Sample::rss_bytes),
            |run| run.created_ms,
        );
        for run in live {
            let processes = run.latest.as_ref().map_or(&[][..], |sample| &sample.processes);
            // One process is its own sum.
            if processes.len() > 1 {
                let key = Key::Run(run.id.clone());
                entries.push(Entry { key, of: Of::Run(run), branch: String::new(), process: None });
            }
            for (branch, process) in self.branches(processes) {
                entries.push(Entry { key: key(process), of: Of::Run(run), branch, process: Some(process) });
            }
        }
        for run in world.left() {
            for (process, reason) in &run.left {
                let of = Of::Left(run, reason);
                entries.push(Entry { key: key(process), of, branch: String::new(), process: Some(process) });
            }
        }
        let known: Vec<Key> = entries.iter().map(|entry| entry.key.clone()).collect();
        let orphans: Vec<_> =
            world.orphans.iter().filter(|tree| !known.contains(&Key::Process(tree.root))).collect();
        if let Some(first) = orphans.first() {
            let count = orphans.iter().map(|tree| tree.processes.len()).sum();
            let of = Of::Orphans(count, first);
            entries.push(Entry { key: Key::Orphans, of, branch: String::new(), process: None });
        }
        for tree in orphans {
            for (branch, process) in self.branches(&tree.processes) {
                let of = Of::Orphan(tree);
                entries.push(Entry { key: key(process), of, branch, process: Some(process) });
            }
        }
        entries
    }

    /// The processes as a tree, those beside each other in this order.
    fn branches<'a>(&self, processes: &'a [ProcessSample]) -> Vec<(String, &'a ProcessSample)> {
        let mut sorted: Vec<&ProcessSample> = processes.iter().collect();
        self.order.sort(
            &mut sorted,
            |process| process.cpu_percent,
            |process| process.rss_bytes,
            |process| i64::try_from(process.start_time).unwrap_or(i64::MAX),
        );
        let rows = forest::rows(&sorted, |process| (process.pid, process.ppid));
        rows.into_iter().map(|(branch, process)| (branch, *process)).collect()
    }
}

fn key(process: &ProcessSample) -> Key {
    Key::Process(process.id())
}

/// How many processes there are to show: without the heads of their trees.
#[must_use]
pub fn processes(world: &World) -> usize {
    Procs::default().entries(world).iter().filter(|entry| entry.process.is_some()).count()
}

/// How many rows there are to show.
#[must_use]
pub fn count(world: &World) -> usize {
    Procs::default().entries(world).len()
}
