//! Jumps: where they set out, and how the row they lead to is shown.

use ratatui::layout::Rect;

use crate::text;
use crate::tui::find::What;
use crate::tui::pane::output::Output;
use crate::tui::pane::output::fold::{Items, Part};
use crate::tui::pane::sign;
use crate::tui::seen::{From, Page};

impl Output {
    /// The line on the screen that a row of all belongs to, where the page is the one that was asked for.
    pub(super) fn on_screen(&self, row: u64, items: &Items, page: &Page, area: Rect) -> Option<usize> {
        let current = self.follows() || page.found.is_filtered() || self.top(items, page, area) == page.first;
        let at = items.at(page.counted(row)?).filter(|_| current)?;
        self.shown(items, page, area).contains(&at).then_some(at)
    }

    /// Sets out from the row of the last jump, where that is on the screen, else from the top.
    pub(super) fn jump(&mut self, what: What, forward: bool, area: Rect, page: Option<&Page>) {
        let Some(page) = page else { return };
        if self.finding.seek.is_some_and(|seek| (seek.what, seek.forward) == (what, forward)) {
            self.finding.again += 1;
            return;
        }
        let from = self.start(forward, area, page);
        self.finding.seek(what, forward, from);
    }

    /// Where a jump sets out: the first row that counts; backward, the one after it.
    pub(super) fn start(&self, forward: bool, area: Rect, page: &Page) -> u64 {
        let items = self.folds.items(page);
        let top = self.top_number(page, area);
        let is_seen = |row: &u64| match self.from {
            // Its window may not have come yet.
            From::At { row: asked, .. } if asked == *row => true,
            From::At { .. } | From::End | From::Row(_) | From::Trouble | From::Time(_) => {
                *row == top || self.on_screen(*row, &items, page, area).is_some()
            }
        };
        match self.finding.current.filter(is_seen) {
            Some(row) => row + u64::from(forward),
            None => top,
        }
    }

    /// Shows a row: it stays where it is on the screen, or has some lines above it.
    pub(super) fn show(&mut self, row: u64, what: What, page: &Page, area: Rect) {
        self.finding.back = None;
        (self.finding.current, self.finding.unseen) = (Some(row), Some(what));
        if self.follows() {
            self.seen = page.total;
        }
        self.unfold_at(row, what, page);
        let items = self.folds.items(page);
        let third = area.height / 3;
        let shown = self.shown(&items, page, area);
        let above = |at: usize| -> usize {
            items.all[shown.start..at].iter().map(|item| self.height(item, area)).sum()
        };
        let is_high = |at: &usize| above(*at) < usize::from(2 * third) && !self.finding.has_context();
        let place = page.counted(row).and_then(|row| items.at(row)).filter(|at| shown.contains(at));
        self.from = match place.filter(is_high) {
            Some(_) => From::At { row: page.number(items.all[shown.start].rows.start), above: 0 },
            // Nobody knows how many rows those above would take.
            None if self.wrap || self.finding.has_context() => From::At { row, above: 0 },
            None => From::At { row, above: third },
        };
    }

    /// Unfolds the traceback that a jump has led into. What begins with this row is seen as it is, but for a hit.
    fn unfold_at(&mut self, row: u64, what: What, page: &Page) {
        let items = self.folds.items(page);
        let Some(row) = page.counted(row) else { return };
        let Some(item) = items.at(row).map(|at| &items.all[at]) else { return };
        if let (Part::Folded, Some(traceback)) = (item.part, item.traceback)
            && (what == What::Hit || row > item.rows.start)
        {
            self.folds.choose(&items, traceback, true);
        }
    }

    /// Brings the row that a jump has led to into sight, once it is here.
    pub(super) fn bring_into_sight(&mut self, page: &Page, area: Rect) {
        let (Some(row), Some(what)) = (self.finding.current, self.finding.unseen) else { return };
        let Some(counted) = page.counted(row) else { return };
        self.unfold_at(row, what, page);
        let items = self.folds.items(page);
        let Some(at) = items.at(counted) else { return };
        if !page.found.is_filtered() && self.top(&items, page, area) != page.first {
            return;
        }
        self.finding.unseen = None;
        self.show_sideways(&items.all[at].row.text, area);
        // Lines that are wrapped, and those of pauses, take room.
        let shown = self.shown(&items, page, area);
        let rows = items.all.get(shown.start..=at).unwrap_or_default();
        let used: usize = rows.iter().map(|item| self.height(item, area)).sum();
        if !page.found.is_filtered() && used > usize::from(area.height) && at > shown.start {
            self.from = From::Row(self.lowest(counted, &items, area));
        }
    }

    /// Scrolls sideways, where a hit would not be seen.
    fn show_sideways(&mut self, line: &str, area: Rect) {
        let Some(search) = self.finding.search.as_ref().filter(|_| !self.wrap) else { return };
        let plain = sign::safe(line);
        let Some(place) = search.places(&plain).next() else { return };
        let columns = usize::from(area.width).saturating_sub(self.indent());
        let (from, to) = (text::width(&plain[..place.start]), text::width(&plain[..place.end]));
        if from < self.aside || to > self.aside + columns {
            self.aside = if to <= columns { 0 } else { from.saturating_sub(columns / 3) };
        }
    }
}
