//! An orphan: what it is, why it is taken for one, its tree with its use of the machine.

use ratatui::text::Line;

use crate::process::forest;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::OrphanTree;
use crate::tui::widget::line::{bold, fact, section, span, spread, wrap};

/// The page's lines, `columns` wide.
#[must_use]
pub fn lines(tree: &OrphanTree, columns: usize, look: Look) -> Vec<Line<'static>> {
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
    let keys = [bold("x", t.accent), span(" ends the tree, with proof; asks once", t.dim)];
    lines.push(Line::from(keys.to_vec()));
    lines
}
