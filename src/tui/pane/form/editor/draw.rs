//! A text on the screen: the rows that fit, the cursor always among them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::tui::pane::form::editor::Editor;
use crate::tui::pane::form::editor::text::Place;
use crate::tui::pane::form::editor::wrap::{self, Row, cells};
use crate::tui::pane::form::standin;

/// The styles an editor is drawn with.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub text: Style,
    /// `None`: not being typed into, the cursor is not shown.
    pub cursor: Option<Style>,
    pub selection: Style,
    /// Characters that are shown by a sign.
    pub sign: Style,
}

impl Editor {
    /// Draws the text; the row with the cursor is always among those shown.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, look: Look) {
        if area.is_empty() {
            return;
        }
        self.columns.set(area.width);
        let rows = self.rows_around_cursor(usize::from(area.width), usize::from(area.height));
        self.top.set(rows.first().map(|row| row.place()).unwrap_or_default());
        buffer.set_style(area, look.text);
        for (y, row) in (area.y..area.bottom()).zip(&rows) {
            self.draw_row(*row, Rect { y, height: 1, ..area }, buffer, look);
        }
    }

    fn rows_around_cursor(&self, columns: usize, height: usize) -> Vec<Row> {
        let text = &self.text;
        let top = text.clamp(self.top.get());
        let cursor = wrap::row(text, self.cursor, columns);
        if self.loose {
            let rows = wrap::from(text, top, columns, height);
            return if rows.len() < height { wrap::up_to(text, text.end(), columns, height) } else { rows };
        }
        if self.cursor < top {
            return wrap::from(text, self.cursor, columns, height);
        }
        let rows = wrap::from(text, top, columns, height);
        if !rows.contains(&cursor) {
            return wrap::up_to(text, self.cursor, columns, height);
        }
        if rows.len() < height {
            return wrap::up_to(text, text.end(), columns, height);
        }
        rows
    }

    fn draw_row(&self, row: Row, area: Rect, buffer: &mut Buffer, look: Look) {
        let columns = usize::from(area.width);
        let selected = self.selection();
        let style_at = |at: usize| {
            let place = Place { line: row.line, at };
            let is_selected = selected.is_some_and(|(from, to)| from <= place && place < to);
            let style = if is_selected { look.text.patch(look.selection) } else { look.text };
            match look.cursor {
                Some(cursor) if place == self.cursor => style.patch(cursor),
                Some(_) | None => style,
            }
        };
        let mut column = 0;
        let put = |buffer: &mut Buffer, column: usize, symbol: &str, style: Style| {
            let x = area.x + u16::try_from(column).unwrap_or(u16::MAX);
            if let Some(cell) = buffer.cell_mut((x, area.y)) {
                cell.set_symbol(symbol).set_style(style);
            }
        };
        for (at, character) in self.text.line(row.line)[row.start..row.end].grapheme_indices(true) {
            let at = row.start + at;
            let style = style_at(at);
            let taken = cells(character, column);
            if column + taken > columns {
                // A blank behind the last column: only the cursor on it is seen.
                if self.cursor == (Place { line: row.line, at }) {
                    put(buffer, columns - 1, " ", style);
                }
                continue;
            }
            match standin::sign(character) {
                Some(sign) => {
                    let mut bytes = [0; 4];
                    put(buffer, column, sign.encode_utf8(&mut bytes), look.sign.patch(style));
                }
                None if character == "\t" => {
                    (column..column + taken).for_each(|column| put(buffer, column, " ", style));
                }
                None if crate::text::width(character) == 0 => {
                    // A mark that has nothing to stand on.
                    put(buffer, column, &format!("◌{character}"), style);
                }
                None => {
                    put(buffer, column, character, style);
                    (column + 1..column + taken).for_each(|column| put(buffer, column, " ", style));
                }
            }
            column += taken;
        }
        let ends = row.end == self.text.line(row.line).len();
        let place = Place { line: row.line, at: row.end };
        let is_cursor = place == self.cursor && look.cursor.is_some();
        let goes_on = selected.is_some_and(|(from, to)| from <= place && place < to);
        if ends && (is_cursor || goes_on) && column < columns {
            put(buffer, column, " ", style_at(row.end));
        }
    }

    /// The rows on screen after [`Self::draw`] over so many rows; those below the text are left out.
    pub fn visible_rows(&self, height: u16) -> Vec<Row> {
        let top = self.text.clamp(self.top.get());
        wrap::from(&self.text, top, usize::from(self.columns.get()), usize::from(height))
    }

    /// Where a line and column (from 1, in characters) stand on screen after [`Self::draw`] on this area.
    pub fn position(&self, area: Rect, line: usize, column: usize) -> Option<Position> {
        let line = line.checked_sub(1).filter(|line| *line < self.text.lines())?;
        let at = byte(self.text.line(line), column.checked_sub(1)?);
        self.position_of(area, Place { line, at })
    }

    /// Where a place stands on screen after [`Self::draw`] on this area.
    pub fn position_of(&self, area: Rect, place: Place) -> Option<Position> {
        let row = wrap::row(&self.text, place, usize::from(area.width));
        let y = self.visible_rows(area.height).iter().position(|shown| *shown == row)?;
        let x = wrap::column(&self.text, row, place.at);
        let position =
            Position { x: area.x.checked_add(u16::try_from(x).ok()?)?, y: area.y + u16::try_from(y).ok()? };
        area.contains(position).then_some(position)
    }

    /// Rows the text takes at this width, counted up to `most`.
    pub fn rows(&self, columns: u16, most: u16) -> u16 {
        let rows = wrap::from(&self.text, Place::default(), usize::from(columns), usize::from(most));
        u16::try_from(rows.len()).unwrap_or(most)
    }
}

/// The byte of a character of a line; both from 0.
pub fn byte(line: &str, column: usize) -> usize {
    line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}
