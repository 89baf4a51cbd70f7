//! What is different where not every line is shown.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ops::marks::Mark;
use crate::tui::pane::output::fold::{Item, Items};
use crate::tui::pane::output::{Drawing, Output, marks};
use crate::tui::pane::{sign, silence};
use crate::tui::seen::{From, Page, Row};

impl Output {
    /// What stands between two lines, above the first one, or below the last one: a pause, a gap, marks.
    pub(super) fn between(
        &self,
        before: Option<&Item>,
        item: Option<&Item>,
        page: &Page,
        marks: &[(usize, Mark)],
        drawing: &Drawing,
    ) -> Vec<Line<'static>> {
        let (columns, look) = (drawing.columns, drawing.look);
        let mut lines = Vec::new();
        if let (Some(before), Some(item)) = (before, item) {
            let pause = item.pause.map(|pause: Duration| silence::line(pause, None, columns, false, look));
            lines.extend(pause);
            if self.is_gap(before, item, page) {
                lines.push(marks::gap(look));
            }
        }
        let from = match before {
            Some(before) => page.number(before.rows.start) + 1,
            // What is marked at the top is marked above its row.
            None => item.filter(|item| item.rows.start > 0).map_or(0, |item| page.number(item.rows.start)),
        };
        let to = item.map_or(u64::MAX, |item| page.number(item.rows.start) + 1);
        let here = marks.iter().filter(|(_, mark)| (from..to).contains(&mark.row));
        lines.extend(here.map(|(number, mark)| marks::mark(*number, *mark, columns, look)));
        lines
    }

    /// Whether lines are left out between these, of those around a filter's.
    fn is_gap(&self, before: &Item, item: &Item, page: &Page) -> bool {
        let number = |item: &Item| page.number(item.rows.start);
        page.found.is_filtered() && self.finding.has_context() && number(item) > number(before) + 1
    }

    /// Whether the lines of this page need no more than the screen.
    pub(super) fn all_fits(&self, items: &Items, page: &Page, area: Rect) -> bool {
        let lines: usize = items.all.iter().map(|item| self.height(item, area)).sum();
        let gaps = items.all.windows(2).filter(|two| self.is_gap(&two[0], &two[1], page)).count();
        lines + gaps <= usize::from(area.height)
    }

    /// Scrolls where lines stand around those that are counted: by as many as those rows hold.
    pub(super) fn scroll_filtered(&mut self, by: isize, page: &Page) {
        if by > 0 && page.found.ends() {
            self.from = From::End;
            return;
        }
        let is_hit =
            |row: &&Row| self.finding.filter.as_ref().is_some_and(|f| f.is_in(&sign::safe(&row.text)));
        let shown = page.rows.iter().filter(is_hit).count().max(1);
        let rows = by.unsigned_abs().min(page.rows.len().max(1));
        let step = (rows * shown / page.rows.len().max(1)).max(1) as u64;
        let far = by.unsigned_abs() > page.rows.len();
        let to = match by > 0 {
            true => (page.first + step).min(page.total.saturating_sub(1)),
            false if far => 0,
            false => page.first.saturating_sub(step),
        };
        self.stay(page, to);
    }

    /// Whether nothing can be selected, because lines that are selected are neighbours; then that is said.
    pub(super) fn refuses_selection(&mut self, page: &Page) -> bool {
        let refuses = page.found.is_filtered() || !self.finding.is_all();
        if refuses {
            let way = if self.finding.filter.is_some() { "esc shows" } else { "O goes on to" };
            self.finding.note = Some(format!("lines are selected where all are shown: {way} all of them"));
        }
        refuses
    }
}
