//! A text under the mouse: the place at a cell, a word, rows that are looked at while the cursor stays where it is.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::tui::pane::form::editor::Editor;
use crate::tui::pane::form::editor::text::Place;
use crate::tui::pane::form::editor::wrap;

impl Editor {
    /// The place at a cell, both counted from the corner of the area of this height that the text was drawn on last.
    /// In the row above the area stands the row before the first one shown; below the text, its end.
    pub fn place_at(&self, height: u16, x: u16, y: i32) -> Place {
        let columns = usize::from(self.columns.get());
        let rows = self.visible_rows(height);
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return self.text.end() };
        let row = match usize::try_from(y) {
            Err(_) => wrap::up_to(&self.text, first.place(), columns, 2).first().copied(),
            Ok(y) if y < rows.len() => rows.get(y).copied(),
            Ok(_) => wrap::from(&self.text, last.place(), columns, 2).get(1).copied(),
        };
        row.map_or(self.text.end(), |row| wrap::at_column(&self.text, row, usize::from(x)))
    }

    /// Puts the cursor at a place; what lies between it and where it was is selected, where that is wanted.
    pub fn point(&mut self, place: Place, selects: bool) {
        self.move_to(self.text.clamp(place), selects);
        self.column = None;
    }

    /// Selects the word at a place, or the run of other characters there.
    pub fn select_word(&mut self, place: Place) {
        let line = self.text.line(place.line);
        let words = line.split_word_bound_indices().map(|(from, word)| (from, from + word.len()));
        // Behind the end of a line its last word is meant.
        let Some((from, to)) = words.take_while(|(from, _)| *from <= place.at).last() else { return };
        self.point(Place { at: from, ..place }, false);
        self.point(Place { at: to, ..place }, true);
    }

    /// Shows other rows, the cursor left where it is until the next key; whether there are more rows than these.
    pub fn scroll(&mut self, by: isize, height: u16) -> bool {
        let (columns, height) = (usize::from(self.columns.get()), usize::from(height));
        if wrap::from(&self.text, Place::default(), columns, height + 1).len() <= height {
            return false;
        }
        let (top, most) = (self.text.clamp(self.top.get()), by.unsigned_abs() + 1);
        let to = match by {
            ..0 => wrap::up_to(&self.text, top, columns, most).first().copied(),
            0.. => wrap::from(&self.text, top, columns, most).last().copied(),
        };
        let lowest = wrap::up_to(&self.text, self.text.end(), columns, height).first().copied();
        let places = [to, lowest].into_iter().flatten().map(wrap::Row::place);
        self.top.set(places.min().unwrap_or_default());
        self.loose = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::tui::pane::form::editor::Look;

    /// An editor that has been drawn, and what is shown.
    fn draw(editor: &Editor, width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let plain = Style::new();
        editor.draw(area, &mut buffer, Look { text: plain, cursor: None, selection: plain, sign: plain });
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..height).map(row).collect()
    }

    #[test]
    fn a_cell_leads_to_the_character_that_stands_there() {
        let editor = Editor::new("a日e\u{301}b\nsecond line that wraps\n\tend");
        draw(&editor, 12, 8);
        let at = |x, y| {
            let place = editor.place_at(8, x, y);
            (place.line, place.at)
        };
        assert_eq!(at(0, 0), (0, 0));
        assert_eq!((at(1, 0), at(2, 0)), ((0, 1), (0, 1)), "both cells of a wide character are it");
        assert_eq!((at(3, 0), at(4, 0)), ((0, 4), (0, 7)), "a character with its mark is one");
        assert_eq!((at(5, 0), at(11, 0)), ((0, 8), (0, 8)), "behind the line is its end");
        assert_eq!(at(0, 2), (1, 12), "the second row of a line");
        assert_eq!((at(2, 3), at(4, 3)), ((2, 0), (2, 1)), "a tab is one character");
        assert_eq!((at(0, 4), at(9, 7)), ((2, 4), (2, 4)), "below the text is its end");
        assert_eq!(at(0, -1), (0, 0));
    }

    #[test]
    fn a_word_is_selected_whole() {
        let mut editor = Editor::new("one snake_case (日本) e\u{301}te\u{301}.");
        let mut select = |at| {
            editor.select_word(Place { line: 0, at });
            editor.selected()
        };
        assert_eq!((select(0).as_str(), select(8).as_str()), ("one", "snake_case"));
        assert_eq!(select(3), " ");
        assert_eq!(select(15), "(");
        assert_eq!(select(24), "e\u{301}te\u{301}");
        assert_eq!(select(99), ".");
        let mut empty = Editor::new("");
        empty.select_word(Place::default());
        assert_eq!(empty.selection(), None);
    }

    #[test]
    fn rows_are_looked_at_while_the_cursor_stays() {
        let mut editor = Editor::new(&(0..20).map(|n| n.to_string()).collect::<Vec<_>>().join("\n"));
        assert_eq!(draw(&editor, 8, 3), ["17", "18", "19"]);
        assert!(editor.scroll(-5, 3));
        assert_eq!(draw(&editor, 8, 3), ["12", "13", "14"]);
        assert_eq!(editor.place_at(3, 0, 1).line, 13);
        editor.scroll(-99, 3);
        assert_eq!(draw(&editor, 8, 3), ["0", "1", "2"]);
        editor.scroll(99, 3);
        assert_eq!(draw(&editor, 8, 3), ["17", "18", "19"]);
        editor.scroll(-99, 3);
        editor.insert("x");
        assert_eq!(draw(&editor, 8, 3), ["17", "18", "19x"], "a key leads back to the cursor");
        assert!(!Editor::new("one\ntwo\nthree").scroll(1, 3), "there is nothing more to see");
    }
}
