//! What stands out in the lines: the hits of a search, and the marks that a person has made between them.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::find::Pattern;
use crate::tui::pane::output::Output;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::{Page, Row, Run};
use crate::tui::theme::Depth;
use crate::tui::widget::line::{blank, bold, span};
use crate::tui::world::Mark;

impl Output {
    /// A mark at the row of the last jump, or at the top; at the end, while that is followed.
    #[must_use]
    pub fn mark(&self, run: &Run, page: &Page, wall_ms: i64) -> Mark {
        let jumped = self.finding.current.and_then(|row| page.place_of(row));
        let at = if self.follows() { page.rows.len() } else { jumped.unwrap_or(0) };
        let clock = |row: &Row| run.created_ms + i64::try_from(row.t_us / 1_000).unwrap_or(0);
        if let Some(row) = page.rows.get(at) {
            return Mark { row: page.number(at), wall_ms: clock(row) };
        }
        let last = page.rows.last().map_or(run.created_ms, clock);
        let row = at.checked_sub(1).map_or(0, |last| page.number(last) + 1);
        Mark { row, wall_ms: if run.is_live() { wall_ms } else { last } }
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
            t.solid(t.warn)
        };
        hits(spans, search, style)
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

/// The same text with every place that matches in this style, whatever its colours were.
fn hits(spans: Vec<Span<'static>>, pattern: &Pattern, style: Style) -> Vec<Span<'static>> {
    let text = flat(&spans);
    let mut places = pattern.places(&text).peekable();
    if places.peek().is_none() {
        return spans;
    }
    let mut out = Vec::new();
    let mut at = 0;
    for span in spans {
        let end = at + span.content.len();
        let mut from = at;
        while from < end {
            while places.next_if(|place| place.end <= from).is_some() {}
            let (to, hit) = match places.peek() {
                Some(place) if place.start <= from => (place.end.min(end), true),
                Some(place) => (place.start.min(end), false),
                None => (end, false),
            };
            out.push(Span::styled(text[from..to].to_owned(), if hit { style } else { span.style }));
            from = to;
        }
        at = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_marked_across_colours() {
        let spans = vec![Span::raw("ab"), Span::styled("cd", Style::new().bold()), Span::raw("ab")];
        let pattern = Pattern::new("bc").unwrap().unwrap();
        let style = Style::new().reversed();
        let out = hits(spans, &pattern, style);
        let seen: Vec<_> = out.iter().map(|span| (span.content.as_ref(), span.style == style)).collect();
        assert_eq!(seen, [("a", false), ("b", true), ("c", true), ("d", false), ("ab", false)]);
    }
}
