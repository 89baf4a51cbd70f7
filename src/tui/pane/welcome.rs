//! What can be done when no agent is installed.

use ratatui::text::Line;

use crate::tui::pane::Look;
use crate::tui::widget::line::{bold, span, wrap};

/// The page's lines; `folder` is where agents are looked for.
#[must_use]
pub fn lines(folder: &str, columns: usize, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let mut lines = vec![
        Line::default(),
        Line::from(bold(format!("No agents in {folder}"), t.bright)),
        Line::default(),
        Line::from(span("plugdeck looks there first. You can:", t.fg)),
        Line::default(),
    ];
    let ways: [(&str, &str, &str); 3] = [
        (
            "d",
            "try the built-in agents",
            "leaves this dashboard and opens that of `plugdeck demo`; no network, no keys",
        ),
        ("", "install an agent with AgentHub", "agenthub install NAMESPACE/AGENT; it appears here by itself"),
        ("", "put a folder there", "namespace/agent/ with agent.yaml and agent.py"),
    ];
    for (key, what, how) in ways {
        lines.push(Line::from(vec![bold(format!("  {key:<3}"), t.accent), bold(what, t.fg)]));
        for line in wrap(how, columns.saturating_sub(5)) {
            lines.push(Line::from(span(format!("     {line}"), t.dim)));
        }
        lines.push(Line::default());
    }
    lines
}
