//! Whole lines that are selected, to be copied: with keys from a cursor, or with the mouse.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::tui::keymap::Action;
use crate::tui::pane::list::distance;
use crate::tui::pane::output::Output;
use crate::tui::pane::output::fold::{Items, Part};
use crate::tui::pane::output::times::Times;
use crate::tui::seen::{From, Page};
use crate::tui::theme::{Depth, Theme};

/// The lines between where a selection began and its cursor, both with it; as rows of the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    anchor: Range<u64>,
    cursor: Range<u64>,
    /// The end was followed when it began, and is again when it is left.
    followed: bool,
}

/// The lines that are selected, and how the time beside them is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    pub rows: Range<u64>,
    pub times: Times,
}

impl Selection {
    fn rows(&self) -> Range<u64> {
        self.anchor.start.min(self.cursor.start)..self.anchor.end.max(self.cursor.end)
    }
}

impl Output {
    /// Whether lines are being selected.
    #[must_use]
    pub fn selects(&self) -> bool {
        self.selection.is_some()
    }

    /// What is selected.
    #[must_use]
    pub fn selected(&self) -> Option<Selected> {
        let rows = self.selection.as_ref()?.rows();
        Some(Selected { rows, times: self.times })
    }

    /// Selects nothing any more; where the end was followed it is again.
    pub fn unselect(&mut self) {
        if self.selection.take().is_some_and(|selection| selection.followed) {
            self.from = From::End;
        }
    }

    /// Begins a selection with one line, which the mouse has pointed at.
    pub fn select_from(&mut self, rows: Range<u64>, area: Rect, page: &Page) {
        if self.refuses_selection(page) {
            return;
        }
        self.moved();
        let items = self.folds.items(page);
        let (followed, top) = (self.follows(), self.top(&items, page, area));
        self.selection = Some(Selection { anchor: rows.clone(), cursor: rows, followed });
        // What is pointed at must not move away.
        self.stay(page, top);
    }

    /// Extends a selection to the line that stands at this row of the screen; beyond the edges it scrolls.
    pub fn select_to(&mut self, rows: Option<Range<u64>>, beyond: isize, area: Rect, page: &Page) {
        match (&mut self.selection, rows) {
            (Some(selection), Some(rows)) if beyond == 0 => selection.cursor = rows,
            (Some(_), _) => self.move_cursor(beyond, area, page),
            (None, _) => {}
        }
    }

    /// Takes an action while lines are selected, or the one that begins that; whether it was one of these.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all actions, these are the selection's")]
    pub(super) fn act_on_selection(&mut self, action: Action, area: Rect, page: Option<&Page>) -> bool {
        let Some(page) = page.filter(|page| page.total > 0) else { return false };
        match action {
            Action::SelectLines if !self.selects() => self.begin_selection(area, page),
            Action::SelectLines | Action::Back if self.selects() => self.unselect(),
            Action::Last if self.selects() => {
                self.move_cursor(isize::MAX, area, page);
                self.from = From::End;
            }
            other if self.selects() => match distance(other, area.height) {
                Some(by) => self.move_cursor(by, area, page),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// The cursor begins at the line of the last jump, where that is on the screen, else at the top one; while the end
    /// is followed, at the last one.
    fn begin_selection(&mut self, area: Rect, page: &Page) {
        let items = self.folds.items(page);
        let top = self.top(&items, page, area);
        let jumped = self.finding.current.and_then(|row| self.on_screen(row, &items, page, area));
        let from = jumped.map_or(top, |at| items.all[at].rows.start);
        let row = if self.follows() { page.total - 1 } else { from.min(page.total - 1) };
        self.select_from(items.whole(row), area, page);
    }

    fn move_cursor(&mut self, by: isize, area: Rect, page: &Page) {
        let items = self.folds.items(page);
        let top = self.top(&items, page, area);
        let Some(selection) = &mut self.selection else { return };
        let row = items.step(selection.cursor.start, by).min(page.total - 1);
        selection.cursor = items.whole(row);
        let top = if row < top { row } else { self.lowest(row, &items, area).max(top) };
        self.stay(page, top);
    }

    /// The first row to be shown at least, so that this one is seen.
    pub(super) fn lowest(&self, row: u64, items: &Items, area: Rect) -> u64 {
        let height = usize::from(area.height);
        let Some(at) = items.at(row) else { return row.saturating_sub(u64::from(area.height) - 1) };
        let (mut used, mut first) = (self.height(&items.all[at], area), at);
        while first > 0 && used + self.height(&items.all[first - 1], area) <= height {
            first -= 1;
            used += self.height(&items.all[first], area);
        }
        // Above what is known each row is a line.
        items.all[first].rows.start.saturating_sub(if first == 0 {
            (height - used.min(height)) as u64
        } else {
            0
        })
    }

    /// A click on the line of this row: one that stands for a traceback unfolds it, its first line folds it.
    pub fn click(&mut self, row: u64, page: &Page) {
        let items = self.folds.items(page);
        let Some(item) = items.at(row).map(|at| &items.all[at]) else { return };
        if let (Some(traceback), Part::Folded | Part::Head) = (item.traceback, item.part) {
            self.folds.choose(&items, traceback, item.part == Part::Folded);
        }
    }

    /// The row of the cursor.
    pub(super) fn cursor_row(&self) -> Option<u64> {
        self.selection.as_ref().map(|selection| selection.cursor.start)
    }

    /// Fits the ends of a selection to lines that were folded or unfolded.
    pub(super) fn fit_selection(&mut self, items: &Items) {
        if let Some(selection) = &mut self.selection {
            selection.anchor = items.whole(selection.anchor.start);
            selection.cursor = items.whole(selection.cursor.start);
        }
    }

    /// Marks a line on the screen, if it is selected: a tint, and beside the cursor's a bar in the column before.
    pub(super) fn tint(&self, buffer: &mut Buffer, line: Rect, rows: &Range<u64>, t: &Theme) {
        let Some(selection) = &self.selection else { return };
        let all = selection.rows();
        if line.is_empty() || rows.end <= all.start || rows.start >= all.end {
            return;
        }
        let style = match t.depth {
            Depth::Full => Style::new().bg(t.sel),
            Depth::Sixteen | Depth::Mono => Style::reset().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        };
        buffer.set_style(line, style);
        if rows.start == selection.cursor.start && line.x > 0 {
            let sign = if t.depth == Depth::Full { "▌" } else { "›" };
            buffer[(line.x - 1, line.y)].set_symbol(sign).set_style(Style::new().fg(t.accent));
        }
    }
}
