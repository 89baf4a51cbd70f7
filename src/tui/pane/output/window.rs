//! Which lines stand on the screen, and how they scroll.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::tui::pane::output::Output;
use crate::tui::pane::output::fold::{Item, Items, Part};
use crate::tui::pane::sign;
use crate::tui::seen::{From, Page};
use crate::tui::widget::wrap;

impl Output {
    /// Scrolls by lines; at the end it follows again.
    pub fn scroll(&mut self, by: isize, area: Rect, page: Option<&Page>) {
        let Some(page) = page else { return };
        let area = self.room(area);
        let filtered = page.found.is_filtered();
        if by == isize::MIN && (filtered || !self.finding.is_all()) {
            // The beginning is the beginning, whatever the page that comes next will show.
            self.moved();
            return self.begin();
        }
        let items = self.folds.items(page);
        let fits = || page.first == 0 && page.found.ends() && self.all_fits(&items, page, area);
        // What is asked for has not come yet, or there is nowhere to go.
        if filtered == self.finding.is_all() || filtered && fits() {
            return;
        }
        self.moved();
        if filtered && self.finding.has_context() {
            return self.scroll_filtered(by, page);
        }
        let first = self.top(&items, page, area);
        let to = items.step(first, by);
        // A jump may have gone beyond where scrolling ends.
        let below = !self.follows() && self.is_below_the_end(first, &items, page, area);
        if !below && self.is_the_end(to, &items, page, area) {
            self.from = From::End;
            return;
        }
        self.stay(page, to.min(page.total.saturating_sub(1)));
    }

    /// Shows the lines from this row on, whatever comes.
    pub(super) fn stay(&mut self, page: &Page, row: u64) {
        if self.follows() {
            self.seen = page.total;
        }
        self.from = From::Row(row);
    }

    /// The row at the top. A page that was asked for may not have come yet.
    pub(super) fn top(&self, items: &Items, page: &Page, area: Rect) -> u64 {
        match self.from {
            From::Row(row) => row,
            From::At { row, above } if !page.found.is_filtered() => {
                let row = page.counted(row).unwrap_or(0);
                let last = if above == 0 { 1 } else { u64::from(area.height) };
                row.saturating_sub(above.into()).min(page.total.saturating_sub(last))
            }
            From::Trouble | From::Time(_) | From::At { .. } => page.first,
            From::End if items.end() < page.total => page.total.saturating_sub(u64::from(area.height)),
            From::End => items.all.get(self.last_top(items, area)).map_or(0, |item| item.rows.start),
        }
    }

    /// The lines on the screen; the first one may be cut above, the last one below.
    pub(super) fn shown(&self, items: &Items, page: &Page, area: Rect) -> Range<usize> {
        let height = usize::from(area.height);
        let mut used = 0;
        if self.follows() && (page.found.is_filtered() || items.end() >= page.total) {
            let mut start = items.all.len();
            while start > 0 && used < height {
                start -= 1;
                used += self.height(&items.all[start], area);
            }
            return start..items.all.len();
        }
        let start = items.at(page.first).unwrap_or(0);
        let mut end = start;
        while end < items.all.len() && used < height {
            used += self.height(&items.all[end], area);
            end += 1;
        }
        start..end
    }

    /// The first line from which on everything fits.
    fn last_top(&self, items: &Items, area: Rect) -> usize {
        let mut used = 0;
        let fits = |item: &&Item| {
            used += self.height(item, area);
            used <= usize::from(area.height)
        };
        items.all.len() - items.all.iter().rev().take_while(fits).count().max(1).min(items.all.len())
    }

    /// Whether everything from this row on fits.
    fn is_the_end(&self, row: u64, items: &Items, page: &Page, area: Rect) -> bool {
        match items.at(row) {
            Some(at) if items.end() >= page.total => at >= self.last_top(items, area),
            Some(_) | None => row.saturating_add(u64::from(area.height)) >= page.total,
        }
    }

    /// Whether the line above this row would fit as well.
    fn is_below_the_end(&self, row: u64, items: &Items, page: &Page, area: Rect) -> bool {
        items.end() >= page.total && items.at(row).is_some_and(|at| at > self.last_top(items, area))
    }

    /// Rows on the screen that a line takes, with that of a pause before it.
    pub(super) fn height(&self, item: &Item, area: Rect) -> usize {
        let lines = if self.wrap && item.part != Part::Folded {
            let room = usize::from(area.width).saturating_sub(self.indent()).max(1);
            wrap::starts(&sign::safe(&item.row.text), room).len()
        } else {
            1
        };
        lines + usize::from(item.pause.is_some())
    }

    /// Columns before a line's text.
    pub(super) fn indent(&self) -> usize {
        self.times.columns() + self.kind.gutter()
    }
}
