//! What stands at a cell of one of the options.

use ratatui::layout::{Position, Rect};

use crate::tui::pane::form::options::draw::{Drawn, LIMIT, VALUE};
use crate::tui::pane::form::options::{Row, Stop};
use crate::tui::pane::form::point::{Spot, word_at};
use crate::tui::pane::sign;
use crate::tui::widget::line::row;
use crate::tui::widget::pane::padded_area;

impl Drawn<'_> {
    /// What stands at a cell of an area that it takes.
    pub fn at(&self, area: Rect, at: Position) -> Spot {
        match self.stop {
            Stop::Head if at.y == area.y + 1 => Spot::Fold,
            Stop::Context if at.y == area.y => Spot::Fold,
            Stop::Context => {
                let height = self.text_rows(area.width);
                let inner =
                    Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height };
                if at.y <= inner.bottom() { Spot::Text(padded_area(inner)) } else { Spot::Rest }
            }
            Stop::Row(choice) if at.y == area.y => self.row_at(choice, area, at),
            Stop::Head | Stop::Row(_) => Spot::Rest,
        }
    }

    fn row_at(&self, choice: Row, area: Rect, at: Position) -> Spot {
        let width = LIMIT.min(area.width.saturating_sub(VALUE + 1));
        match choice {
            Row::Profile => {
                let columns = usize::from(area.width.saturating_sub(VALUE));
                let (first, names) = self.shown_profiles(columns);
                let column = at.x.checked_sub(area.x + VALUE - 1).map(usize::from);
                let column = column.filter(|column| *column < columns);
                let names = names.into_iter().map(|name| sign::safe(name.unwrap_or("none")));
                let profile = column.and_then(|column| word_at(names, column));
                profile.map_or(Spot::Rest, |at| Spot::Profile(first + at))
            }
            Row::EnvFiles => Spot::Rest,
            Row::Timeout
            | Row::Silence
            | Row::Notice
            | Row::Memory
            | Row::Processes
            | Row::Cpu
            | Row::OpenFiles => Spot::Text(Rect { x: area.x + VALUE, width, ..row(area, 0) }),
        }
    }
}
