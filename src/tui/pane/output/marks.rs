//! What stands out in the lines: the hits of a search, and the marks that a person has made between them.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::ops::marks::Mark;
use crate::tui::find::What;
use crate::tui::pane::output::Output;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::{From, Page, Row};
use crate::tui::theme::Depth;
use crate::tui::widget::line::{blank, bold, span};
use crate::tui::widget::needle;

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
        let row = self.end(page);
        Mark { row, wall_ms: ends_ms.unwrap_or(last.map_or(started_ms, |item| clock(item.row))) }
    }

    /// Goes to the next mark, or to the one before, as other jumps do.
    pub fn jump_to_mark(&mut self, forward: bool, marks: &[(usize, Mark)], area: Rect, page: &Page) {
        let area = self.room(area);
        let shown: Vec<_> = inside(marks.iter().copied(), page).collect();
        let from = if self.follows() { self.end(page) } else { self.start(forward, area, page) };
        let found = match forward {
            true => shown.iter().find(|(_, mark)| mark.row >= from),
            false => shown.iter().rfind(|(_, mark)| mark.row < from),
        };
        let note = match found {
            Some((number, mark)) => {
                self.moved();
                // Below the last line there is no row to go to.
                if page.found.is_filtered() || mark.row < page.number(page.total) {
                    self.show(mark.row, What::Gap, page, area);
                } else {
                    self.from = From::End;
                }
                format!("mark {number} of {}", marks.len())
            }
            None if marks.is_empty() => "no mark here yet: m makes one".to_owned(),
            None if forward => "no mark after this line".to_owned(),
            None => "no mark before this line".to_owned(),
        };
        self.finding.note = Some(note);
    }

    /// The row that a jump has led to and whose window is not here yet.
    #[must_use]
    pub fn unseen(&self) -> Option<u64> {
        self.finding.current.filter(|_| self.finding.unseen.is_some() && !self.follows())
    }

    /// The row after the last one, while the end is followed. The window may be of the moment before; its count of
    /// all rows holds all the same, where all are shown.
    fn end(&self, page: &Page) -> u64 {
        if !page.found.is_filtered() {
            return page.number(page.total);
        }
        let items = self.folds.items(page);
        items.all.last().map_or(0, |item| page.number(item.rows.end - 1) + 1)
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

/// The marks among the rows that the page counts, and right below: of a build maybe those of one step alone.
pub(super) fn inside(
    marks: impl Iterator<Item = (usize, Mark)>,
    page: &Page,
) -> impl Iterator<Item = (usize, Mark)> {
    let rows = match page.found.is_filtered() {
        true => 0..=u64::MAX,
        false => page.number(0)..=page.number(page.total),
    };
    marks.filter(move |(_, mark)| rows.contains(&mark.row))
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
