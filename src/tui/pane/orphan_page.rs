//! An orphan: what it is, why it does not go on, why it is taken for one, its tree with its use of the machine.

use std::sync::Arc;

use ratatui::text::Line;

use crate::ops::why::Found;
use crate::process::forest;
use crate::process::id::ProcessId;
use crate::tui::effect::Effect;
use crate::tui::message::Now;
use crate::tui::pane::why::Scene;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::OrphanTree;
use crate::tui::widget::line::{bold, fact, section, span, spread, wrap};

/// Why the orphan that is shown does not go on: looked at when it comes into sight, and when somebody asks.
#[derive(Debug, Default)]
pub struct OrphanWhy {
    root: Option<ProcessId>,
    /// And when: milliseconds since 1970.
    found: Option<(Arc<Found>, i64)>,
    wanted: Option<Wanted>,
    /// A look is under way, at whichever orphan: there is one at a time, however fast one passes by.
    under_way: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// To pass by must not disturb anybody: nothing is sent.
    Read,
    /// Somebody wants to know: stacks may be asked for.
    Ask,
}

impl OrphanWhy {
    /// Takes note of which orphan is shown; what to do for it now.
    pub fn ask(&mut self, tree: Option<&OrphanTree>) -> Option<Effect> {
        let root = tree.map(|tree| tree.root);
        if root != self.root {
            (self.root, self.found, self.wanted) = (root, None, root.map(|_| Wanted::Read));
        }
        let tree = tree.filter(|_| !self.under_way)?;
        let wanted = self.wanted.take()?;
        self.under_way = true;
        Some(Effect::LookAtOrphan { orphans: tree.orphans.clone(), ask: wanted == Wanted::Ask })
    }

    /// Somebody wants to know.
    pub fn ask_again(&mut self) {
        self.wanted = Some(Wanted::Ask);
    }

    /// Takes what was found, if it is still of interest.
    pub fn learn(&mut self, root: ProcessId, found: Arc<Found>, now: Now) {
        self.under_way = false;
        if self.root == Some(root) {
            self.found = Some((found, now.wall_ms));
        }
    }
}

/// The page's lines, `columns` wide.
#[must_use]
pub fn lines(tree: &OrphanTree, why: &OrphanWhy, columns: usize, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let root = tree.processes.iter().find(|process| process.id() == tree.root);
    let mut lines = vec![Line::default()];
    let what = match (&tree.call, &tree.run) {
        (Some(call), _) => format!("{} of {}, left by another tool", call.method, call.agent),
        (None, Some(run)) => format!("left behind by run {}", sign::safe(run.short())),
        (None, None) => "left behind".to_owned(),
    };
    lines.extend(wrap(&what, columns).into_iter().map(|line| Line::from(bold(line, t.bright))));
    lines.push(Line::default());
    let scene = why.found.as_ref().filter(|_| why.root == Some(tree.root)).map(|(found, at_ms)| Scene {
        evidence: &found.evidence,
        at_ms: *at_ms,
        directory: Some(&found.directory),
        usage: &[],
        all: false,
    });
    match &scene {
        Some(scene) => {
            lines.extend(scene.verdict(columns, false, t));
            let clock = sign::clock(scene.at_ms, look.now);
            let again =
                if why.under_way { "looking again…".to_owned() } else { format!("looked at {clock}") };
            lines.push(span(again, t.dim).into());
        }
        None => lines.push(span("looking at what it does…", t.info).into()),
    }
    lines.push(Line::default());
    let why = match tree.call {
        Some(_) => {
            "Believed, not proven: it is a Python with an agent of the store, called as every tool calls one, and its parent is not who started it."
        }
        None => {
            "Proven: it carries the run's mark or its pipes, or was seen in its tree; the supervisor is gone."
        }
    };
    lines.extend(wrap(why, columns).into_iter().map(|line| Line::from(span(line, t.dim))));
    lines.push(Line::default());
    let mut say = |label: &str, value: String| lines.push(fact(label, vec![span(value, t.fg)], t));
    say("pid", tree.root.pid.to_string());
    if let Some(root) = root {
        say("parent", root.ppid.to_string());
        say("age", sign::age(root.start_time, look.now));
        say("state", root.state.to_string());
    }
    let cpu = tree.processes.iter().map(|process| process.cpu_percent).sum();
    say("cpu", sign::percent(cpu));
    say("memory", sign::memory(tree.processes.iter().map(|process| process.rss_bytes).sum()));
    say("threads", tree.processes.iter().map(|process| process.threads).sum::<u32>().to_string());
    lines.push(Line::default());
    let count = sign::count(tree.processes.len(), "process", "processes");
    lines.push(section(vec![bold("Tree", t.bright)], vec![span(count, t.dim)], columns, t));
    for (branch, process) in forest::rows(&tree.processes, |process| (process.pid, process.ppid)) {
        let left = vec![
            span(format!("{} {branch}", process.pid), t.dim),
            span(process.command.clone().unwrap_or_default(), t.fg),
        ];
        let right = format!("{} {}", sign::percent(process.cpu_percent), sign::memory(process.rss_bytes));
        lines.push(spread(left, vec![span(right, t.fg)], columns));
    }
    lines.push(Line::default());
    if let Some(scene) = &scene {
        lines.extend(scene.facts(columns, look));
        lines.push(Line::default());
    }
    for (key, does) in [("w", " looks again"), ("x", " ends the tree, with proof; asks once")] {
        lines.push(Line::from(vec![bold(key, t.accent), span(does, t.dim)]));
    }
    lines
}
