//! What stands at a cell of a field.

use ratatui::layout::{Position, Rect};

use crate::text;
use crate::tui::pane::form::draw_field::{EARLIER_HINT, Shown, raw_words, words};
use crate::tui::pane::form::field::Entry;
use crate::tui::pane::form::point::{Hit, Spot, word_at};
use crate::tui::pane::form::{draw_field, draw_rows};
use crate::tui::widget::pane::padded_area;

impl Shown<'_> {
    /// What stands at a cell of an area that the field takes.
    pub fn at(&self, area: Rect, at: Position) -> Hit {
        let boxed =
            Rect { height: (self.text_rows(area.width.saturating_sub(4)) + 2).min(area.height), ..area };
        let inner = padded_area(Rect {
            x: boxed.x + 1,
            y: boxed.y + 1,
            width: boxed.width.saturating_sub(2),
            height: boxed.height.saturating_sub(2),
        });
        if boxed.contains(at) {
            return self.value_at(inner, at);
        }
        let (line, column) = (at.y.saturating_sub(boxed.bottom()), at.x.checked_sub(area.x + 2));
        let Some(column) = column.filter(|_| at.x + 2 < area.right()).map(usize::from) else {
            return Hit::of(Spot::Rest);
        };
        let (choices, earlier) = (!self.told().choices.values.is_empty(), self.shows_earlier());
        let offered = |label: &str, values: Vec<String>| {
            column.checked_sub(text::width(label)).and_then(|column| word_at(values, column))
        };
        let spot = if choices && line == 0 {
            let values = self.told().choices.values.iter().map(words).collect();
            offered(self.choices_label(), values).map(Spot::Choice)
        } else if earlier && line == u16::from(choices) && column + EARLIER_HINT < usize::from(area.width - 4)
        {
            let values = self.told().earlier.iter().map(|value| raw_words(value)).collect();
            offered(draw_field::EARLIER, values).map(Spot::Earlier)
        } else {
            None
        };
        // What stands below the box is of the selected field inside.
        let path = if self.selected { self.field.path() } else { Vec::new() };
        Hit { path, spot: spot.unwrap_or(Spot::Rest) }
    }

    /// What stands at a cell of the value alone, or beside it.
    pub fn value_at(&self, area: Rect, at: Position) -> Hit {
        if let Some(rows) = self.field.rows() {
            return draw_rows::at(self, rows, area, at);
        }
        match self.field.entry() {
            Entry::Switch => {
                let column = at.x.checked_sub(area.x).filter(|_| area.contains(at));
                let words = self.switch_words().map(|(word, _)| word.to_owned());
                let word = column.and_then(|column| word_at(words, column.into()));
                let values = [None, Some(true), Some(false)];
                Hit::of(word.and_then(|word| values.get(word).copied()).map_or(Spot::Rest, Spot::Word))
            }
            Entry::Lines | Entry::Line | Entry::Json => Hit::of(Spot::Text(self.text_area(area))),
            Entry::Rows => Hit::of(Spot::Rest),
        }
    }
}
