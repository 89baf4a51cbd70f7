//! What is different where not every line is shown.

use ratatui::text::Line;

use std::time::Duration;

use crate::tui::pane::output::{Output, marks};
use crate::tui::pane::{Look, sign, silence};
use crate::tui::seen::{From, Page, Row, Run};
use crate::tui::tail::trouble::PAUSE;
use crate::tui::world::World;

impl Output {
    /// What stands above this row, or below the last one: a pause, a gap, marks.
    pub(super) fn between(
        &self,
        at: usize,
        page: &Page,
        run: &Run,
        world: &World,
        columns: usize,
        look: Look,
    ) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        let before = at.checked_sub(1);
        if let (Some(before), Some(line)) = (before, page.rows.get(at)) {
            let pause = Duration::from_micros(line.t_us.saturating_sub(page.rows[before].t_us));
            if self.finding.is_all() && pause >= PAUSE {
                lines.push(silence::line(pause, None, columns, false, look));
            }
            if self.finding.has_context() && page.number(at) > page.number(before) + 1 {
                lines.push(marks::gap(look));
            }
        }
        let from = match before {
            Some(before) => page.number(before) + 1,
            // What is marked at the top is marked above its row.
            None if page.first > 0 => page.number(0),
            None => 0,
        };
        let all = page.first + page.rows.len() as u64 >= page.total;
        let ends = if self.finding.is_all() { all } else { page.found.ends };
        let to = if at < page.rows.len() {
            page.number(at) + 1
        } else if ends {
            u64::MAX
        } else {
            from
        };
        for (number, mark) in world.marks_of(&run.id) {
            if (from..to).contains(&mark.row) {
                lines.push(marks::mark(number, mark, columns, look));
            }
        }
        lines
    }

    /// Scrolls where lines stand around those that are counted: by as many as those rows hold.
    pub(super) fn scroll_filtered(&mut self, by: isize, page: &Page) {
        if by > 0 && page.found.ends {
            self.from = From::End;
            return;
        }
        let is_hit =
            |row: &&Row| self.finding.filter.as_ref().is_some_and(|f| f.is_in(&sign::safe(&row.text)));
        let shown = page.rows.iter().filter(is_hit).count().max(1);
        let rows = by.unsigned_abs().min(page.rows.len().max(1));
        let step = (rows * shown / page.rows.len().max(1)).max(1) as u64;
        if self.follows() {
            self.seen = page.total;
        }
        let far = by.unsigned_abs() > page.rows.len();
        self.from = From::Row(match by > 0 {
            true => (page.first + step).min(page.total.saturating_sub(1)),
            false if far => 0,
            false => page.first.saturating_sub(step),
        });
    }
}
