//! What can be done when no agent is installed.

use ratatui::text::Line;

use crate::tui::pane::Look;
use crate::tui::widget::line::{blank, bold, span, wrap};

/// The page's lines; `folder` is where agents are looked for.
#[must_use]
pub fn lines(folder: &str, columns: usize, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let mut lines = vec![Line::default()];
    lines.extend(
        wrap(&format!("No agents in {folder}"), columns).into_iter().map(|line| bold(line, t.bright).into()),
    );
    lines.push(Line::default());
    lines.extend(
        wrap("plugdeck looks there first. You can:", columns).into_iter().map(|line| span(line, t.fg).into()),
    );
    lines.push(Line::default());
    let ways: [(&str, &str, &str); 4] = [
        (
            "d",
            "try the built-in agents",
            "leaves this dashboard and opens that of `plugdeck demo`; no network, no keys",
        ),
        ("", "install an agent with AgentHub", "agenthub install NAMESPACE/AGENT; it appears here by itself"),
        ("", "put a folder there", "namespace/agent/ with agent.yaml and agent.py"),
        ("D", "check this machine", "Pythons, uv, folders, rights, models: what `plugdeck doctor` says"),
    ];
    for (key, what, how) in ways {
        let mut lead = bold(format!("  {key:<3}"), t.accent);
        for line in wrap(what, columns.saturating_sub(5)) {
            lines.push(Line::from(vec![std::mem::replace(&mut lead, blank(5)), bold(line, t.fg)]));
        }
        for line in wrap(how, columns.saturating_sub(5)) {
            lines.push(Line::from(span(format!("     {line}"), t.dim)));
        }
        lines.push(Line::default());
    }
    lines
}
