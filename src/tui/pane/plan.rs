//! What a build would do, before it is done.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ops::Rejected;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::{Look, sign, steps};
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{bold, fact, page, put, row, span, wrap};
use crate::tui::widget::popup::{centred, dialog};
use crate::venv::plan::Plan;

/// Columns of the box.
const WIDTH: u16 = 76;

/// A plan that is asked for, or known.
#[derive(Debug)]
pub struct PlanDialog {
    /// `namespace/folder`.
    pub agent: String,
    /// `None`: still being made.
    pub plan: Option<Result<(Plan, bool), Rejected>>,
}

impl PlanDialog {
    /// Whether there is something to start.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.plan, Some(Ok(_)))
    }

    /// Whether it replaces an environment that plugdeck did not build.
    #[must_use]
    pub fn replaces_foreign(&self) -> bool {
        matches!(self.plan, Some(Ok((_, true))))
    }

    /// The keys and what they do, in the words of box and footer alike.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let start = self.is_ready().then(|| Hint::new("enter", "build"));
        start.into_iter().chain([Hint::new("esc", "not now")]).collect()
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let columns = usize::from(WIDTH.min(screen.width).saturating_sub(6));
        let mut lines: Vec<Line> = Vec::new();
        match &self.plan {
            None => lines
                .push(Line::from(span("looking at the agent, uv and the Pythons of this machine…", t.dim))),
            Some(Err(rejected)) => {
                lines.extend(
                    wrap(&sign::safe(&rejected.message), columns)
                        .into_iter()
                        .map(|line| Line::from(span(line, t.fg))),
                );
            }
            Some(Ok((plan, foreign))) => {
                let python = vec![
                    span(format!("python {}", sign::safe(&plan.python_version)), t.fg),
                    span(format!("  {}", sign::safe(&plan.interpreter)), t.dim),
                ];
                lines.push(fact("with", python, t));
                lines.push(fact("by", vec![span(sign::safe(&plan.tool), t.fg)], t));
                lines.push(Line::default());
                lines.extend(steps::planned(&plan.steps, columns, t));
                if *foreign {
                    lines.push(Line::default());
                    let text = "This replaces a .venv that plugdeck did not build.";
                    lines.push(Line::from(vec![bold("▲ ", t.warn), span(text, t.fg)]));
                }
            }
        }
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(6).min(screen.height);
        let title = format!("Build {}?", sign::safe(&self.agent));
        let inner = dialog(buffer, centred(screen, WIDTH, height), &title, Vec::new(), t);
        page(buffer, Rect { height: inner.height.saturating_sub(2), ..inner }, lines, 0);
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&self.hints(), look));
    }
}
