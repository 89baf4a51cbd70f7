//! What stands out in the lines: the hits of a search, and the marks that a person has made between them.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::tui::pane::output::Output;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::{Page, Row};
use crate::tui::theme::Depth;
use crate::tui::widget::line::{blank, bold, span};
use crate::tui::widget::needle;
use crate::tui::world::Mark;

impl Output {
    /// A mark at the row of the last jump, or at the top; at the end, while that is followed. The run began at
    /// `started_ms`, and for a live one its end is now, at `ends_ms`; milliseconds since 1970.
    #[must_use]
    pub fn mark(&self, page: &Page, area: Rect, started_ms: i64, ends_ms: Option<i64>) -> Mark {
        let items = self.folds.items(page);
        let clock = |row: &Row| started_ms + i64::try_from(row.t_us / 1_000).unwrap_or(0);
        let shown = self.shown(&items, page, area);
        let jumped = || {
            let row = self.finding.current?;
            let at = items.at(page.counted(row)?).filter(|at| shown.contains(at))?;
            Some((row, items.all[at].row))
        };
        let top = || items.all.get(shown.start).map(|item| (page.number(item.rows.start), item.row));
        if !self.follows()
            && let Some((row, line)) = jumped().or_else(top)
        {
            return Mark { row, wall_ms: clock(line) };
        }
        let last = items.all.last();
        let row = last.map_or(0, |item| page.number(item.rows.end - 1) + 1);
        Mark { row, wall_ms: ends_ms.unwrap_or(last.map_or(started_ms, |item| clock(item.row))) }
    }

    /// A line's text with the hits in it; a line that is only near a filter's is dim.
    pub(super) fn highlighted(
        &self,
        spans: Vec<Span<'static>>,
        row: u64,
        shown: bool,
        look: Look,
    ) -> Vec<Span<'static>> {
        let t = look.theme;
        let mut spans = spans;
        if self.finding.has_context()
            && let Some(filter) = &self.finding.filter
            && !filter.is_in(&flat(&spans))
        {
            for span in &mut spans {
                span.style = span.style.fg(t.dim);
            }
        }
        let Some(search) = self.finding.search.as_ref().filter(|_| shown) else { return spans };
        let style = if self.finding.current == Some(row) {
            let more = if t.depth == Depth::Full { Modifier::empty() } else { Modifier::UNDERLINED };
            t.solid(t.accent).add_modifier(more)
        } else {
            needle::hit(t)
        };
        let places: Vec<_> = search.places(&flat(&spans)).collect();
        needle::mark(spans, &places, style)
    }
}

/// The line of a mark.
pub(super) fn mark(number: usize, mark: Mark, columns: usize, look: Look) -> Line<'static> {
    let t = look.theme;
    let words = format!(" mark {number} · {} ", sign::clock(mark.wall_ms, look.now));
    let dashes = columns.saturating_sub(7 + 2 + crate::text::width(&words) + 1).min(120);
    Line::from(vec![blank(7), span("──", t.info), bold(words, t.bright), span("─".repeat(dashes), t.info)])
}

/// Between lines that do not follow each other.
pub(super) fn gap(look: Look) -> Line<'static> {
    Line::from(vec![blank(7), span("──", look.theme.line)])
}

fn flat(spans: &[Span<'static>]) -> String {
    spans.iter().map(|span| span.content.as_ref()).collect()
}
