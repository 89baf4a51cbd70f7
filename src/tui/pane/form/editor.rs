//! One text under edit: readline's keys, a selection, undo; a paste is one edit.
//!
//! It knows nothing of fields. A key costs what it changes and what is shown, however large the text is.

mod draw;
mod history;
mod point;
mod text;
mod wrap;

use std::cell::Cell;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::tui::pane::form::editor::draw::byte;
use crate::tui::pane::form::editor::history::{History, Kind};
use crate::tui::pane::form::editor::text::{Text, is_dark, is_word};

use crate::tui::pane::form::{brackets, json};

pub use crate::tui::pane::form::editor::draw::Look;
pub use crate::tui::pane::form::editor::text::Place;
pub use crate::tui::pane::form::editor::wrap::cells;

/// What a key did to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    Changed,
    /// The text went back to what it was before.
    Undone,
    /// The cursor moved, or nothing happened.
    Unchanged,
}

/// A text with a cursor, a selection and a history.
#[derive(Debug)]
pub struct Editor {
    text: Text,
    cursor: Place,
    /// The other end of the selection.
    anchor: Option<Place>,
    /// The column that a walk up or down keeps to.
    column: Option<usize>,
    history: History,
    /// What was cut last, for `ctrl-y`.
    cut: String,
    /// Where the first row shown begins, and how wide rows are: known by drawing alone.
    top: Cell<Place>,
    columns: Cell<u16>,
    /// The rows shown were chosen by the wheel: the cursor need not be among them.
    loose: bool,
}

impl Editor {
    /// An editor of this text, the cursor at its end.
    pub fn new(text: &str) -> Self {
        let text = Text::new(text);
        Self {
            cursor: text.end(),
            text,
            anchor: None,
            column: None,
            history: History::default(),
            cut: String::new(),
            top: Cell::default(),
            columns: Cell::new(u16::MAX),
            loose: false,
        }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.text.whole()
    }

    pub fn bytes(&self) -> usize {
        self.text.bytes()
    }

    pub fn is_empty(&self) -> bool {
        self.text.bytes() == 0
    }

    /// Lines of the text; an empty text has one.
    pub fn lines(&self) -> usize {
        self.text.lines()
    }

    /// A line, from 0; empty behind the last one.
    pub fn line(&self, index: usize) -> &str {
        self.text.line(index)
    }

    /// The first line, where it is the only one; else nothing.
    pub fn first_line(&self) -> &str {
        if self.lines() == 1 { self.line(0) } else { "" }
    }

    #[cfg(test)]
    pub fn cursor(&self) -> Place {
        self.cursor
    }

    /// The two places of the brackets that the cursor is at, where the text is JSON so far.
    pub fn brackets(&self) -> Option<(Place, Place)> {
        let is_near = |at: Option<Place>| {
            let at = at.filter(|at| at.line == self.cursor.line)?;
            self.line(at.line).as_bytes().get(at.at).filter(|byte| b"{}[]".contains(byte))
        };
        // Most keys are not typed at a bracket: then nothing is looked through.
        is_near(Some(self.cursor)).or_else(|| is_near(self.text.before(self.cursor)))?;
        let (a, b) = brackets::pair(&self.text(), self.text.byte_of(self.cursor))?;
        Some((self.text.place_of(a), self.text.place_of(b)))
    }

    /// What is selected, the first place before the second.
    pub fn selection(&self) -> Option<(Place, Place)> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.cursor)?;
        Some((anchor.min(self.cursor), anchor.max(self.cursor)))
    }

    /// Puts another text in place of this one; undo brings the old one back.
    pub fn replace(&mut self, text: &str) {
        self.edit((Place::default(), self.text.end()), text, Kind::Alone);
    }

    /// The same; but the first text that is ever put in has nothing before it that undo could bring back.
    pub fn load(&mut self, text: &str) {
        if self.is_empty() && self.history.is_new() {
            *self = Self { columns: self.columns.clone(), ..Self::new(text) };
        } else {
            self.replace(text);
        }
    }

    /// Inserts a pasted text as one edit. Terminals send line ends as carriage returns, so every line end
    /// becomes a newline.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.insert(&text);
    }

    /// Inserts a text as it is, as one edit, in place of what is selected.
    pub fn insert(&mut self, text: &str) {
        self.edit(self.selection().unwrap_or((self.cursor, self.cursor)), text, Kind::Alone);
    }

    /// Lays out a text that is JSON, as one edit; whether that changed it.
    pub fn lay_out(&mut self) -> bool {
        let text = self.text();
        let Ok(value) = json::value(&text) else { return false };
        let layout = brackets::layout(value.get());
        if layout == text {
            return false;
        }
        self.replace(&layout);
        true
    }

    /// Inserts a newline and keeps the indentation; one step deeper after an opening bracket.
    pub fn newline_indented(&mut self) {
        let before = &self.text.line(self.cursor.line)[..self.cursor.at];
        let mut indent: String = before.chars().take_while(|c| *c == ' ').collect();
        if before.trim_end().ends_with(['{', '[']) {
            indent.push_str("  ");
        }
        self.insert(&format!("\n{indent}"));
    }

    /// Moves to a line and column, both counted from 1, in characters.
    pub fn go_to(&mut self, line: usize, column: usize) {
        let line = line.saturating_sub(1).min(self.lines() - 1);
        let at = byte(self.text.line(line), column.saturating_sub(1));
        self.move_to(Place { line, at }, false);
    }

    /// The selected text, which `ctrl-y` puts in from now on; nothing where none is selected.
    pub fn copy(&mut self) -> Option<String> {
        self.selection()?;
        self.cut = self.selected();
        Some(self.cut.clone())
    }

    /// Takes a key as readline would. Keys with a meaning of their own to the form must not get here.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        if key.kind == KeyEventKind::Release {
            return Typed::Unchanged;
        }
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let shift = key.modifiers.contains(KeyModifiers::SHIFT);
        match key.code {
            // Terminals send ctrl-_ as 0x1F, which is read as ctrl-7 or ctrl-/ too.
            KeyCode::Char('_' | '7' | '/') if ctrl => return self.undo(),
            KeyCode::Char('u') if alt => return self.undo(),
            KeyCode::Char('r') if alt => return self.redo(),
            KeyCode::Char(c) if !ctrl && !alt => {
                let mut bytes = [0; 4];
                let range = self.selection().unwrap_or((self.cursor, self.cursor));
                return self.edit(range, c.encode_utf8(&mut bytes), Kind::Typed);
            }
            KeyCode::Tab => return self.edit_here("\t"),
            KeyCode::Enter => return self.edit_here("\n"),
            KeyCode::Char('j' | 'm') if ctrl => return self.edit_here("\n"),
            KeyCode::Char('y') if ctrl => {
                let cut = self.cut.clone();
                return self.edit_here(&cut);
            }
            KeyCode::Char('x') if ctrl => return self.delete(Some(self.cursor), true, Kind::Alone),
            KeyCode::Char('w') if alt => {
                self.copy();
                return Typed::Unchanged;
            }
            _ => {}
        }
        if let Some((to, keeps, kind)) = self.deletion(key, ctrl, alt) {
            return self.delete(to, keeps, kind);
        }
        // Without shift a selection is left at the end that the key points to.
        let (from, to) = self.selection().unzip();
        let place = match (key.code, ctrl || shift) {
            (KeyCode::Left, false) if from.is_some() => from,
            (KeyCode::Right, false) if to.is_some() => to,
            _ => self.destination(key.code, ctrl, alt),
        };
        if let Some(place) = place {
            self.move_to(place, shift);
        }
        Typed::Unchanged
    }

    /// What a key takes away: up to where, whether it is kept for `ctrl-y`, and how it is undone.
    fn deletion(&self, key: KeyEvent, ctrl: bool, alt: bool) -> Option<(Option<Place>, bool, Kind)> {
        let here = self.cursor;
        let line = self.text.line(here.line);
        let word = |is_part| self.text.word_before(here, is_part);
        Some(match key.code {
            KeyCode::Backspace if ctrl || alt => (word(is_word), true, Kind::Alone),
            KeyCode::Backspace => (self.text.before(here), false, Kind::Deleted),
            KeyCode::Delete if ctrl || alt => (self.text.word_after(here), true, Kind::Alone),
            KeyCode::Delete => (self.text.after(here), false, Kind::Alone),
            KeyCode::Char('h') if ctrl => (self.text.before(here), false, Kind::Deleted),
            KeyCode::Char('d') if ctrl => (self.text.after(here), false, Kind::Alone),
            KeyCode::Char('w') if ctrl => (word(is_dark), true, Kind::Alone),
            KeyCode::Char('h') if alt => (word(is_word), true, Kind::Alone),
            KeyCode::Char('d') if alt => (self.text.word_after(here), true, Kind::Alone),
            // At an end of the line the newline itself goes.
            KeyCode::Char('u') if ctrl && here.at > 0 => (Some(Place { at: 0, ..here }), true, Kind::Alone),
            KeyCode::Char('u') if ctrl => (self.text.before(here), true, Kind::Alone),
            KeyCode::Char('k') if ctrl && here.at < line.len() => {
                (Some(Place { at: line.len(), ..here }), true, Kind::Alone)
            }
            KeyCode::Char('k') if ctrl => (self.text.after(here), true, Kind::Alone),
            _ => return None,
        })
    }

    /// Where a key leads.
    fn destination(&mut self, code: KeyCode, ctrl: bool, alt: bool) -> Option<Place> {
        let here = self.cursor;
        let head = Place { at: 0, ..here };
        let end = Place { at: self.text.line(here.line).len(), ..here };
        match code {
            KeyCode::Left if ctrl || alt => self.text.word_before(here, is_word),
            KeyCode::Right if ctrl || alt => self.text.word_after(here),
            KeyCode::Home if ctrl => Some(Place::default()),
            KeyCode::End if ctrl => Some(self.text.end()),
            KeyCode::Left => self.text.before(here),
            KeyCode::Right => self.text.after(here),
            KeyCode::Up => self.vertical(-1),
            KeyCode::Down => self.vertical(1),
            KeyCode::PageUp => self.vertical(-PAGE),
            KeyCode::PageDown => self.vertical(PAGE),
            KeyCode::Home => Some(head),
            KeyCode::End => Some(end),
            KeyCode::Char('b') if ctrl => self.text.before(here),
            KeyCode::Char('f') if ctrl => self.text.after(here),
            KeyCode::Char('n') if ctrl => self.vertical(1),
            KeyCode::Char('a') if ctrl => Some(head),
            KeyCode::Char('e') if ctrl => Some(end),
            KeyCode::Char('b') if alt => self.text.word_before(here, is_word),
            KeyCode::Char('f') if alt => self.text.word_after(here),
            KeyCode::Char('<') if alt => Some(Place::default()),
            KeyCode::Char('>') if alt => Some(self.text.end()),
            _ => None,
        }
    }

    /// So many rows down, or up, in the column where the walk began.
    fn vertical(&mut self, by: isize) -> Option<Place> {
        let columns = usize::from(self.columns.get());
        let row = wrap::row(&self.text, self.cursor, columns);
        let column = self.column.unwrap_or_else(|| wrap::column(&self.text, row, self.cursor.at));
        let most = by.unsigned_abs() + 1;
        let to = if by < 0 {
            wrap::up_to(&self.text, self.cursor, columns, most).first().copied()
        } else {
            wrap::from(&self.text, self.cursor, columns, most).last().copied()
        };
        let place = wrap::at_column(&self.text, to.filter(|to| *to != row)?, column);
        self.column = Some(column);
        Some(place)
    }

    fn move_to(&mut self, place: Place, selects: bool) {
        let is_walk = wrap::row(&self.text, place, usize::from(self.columns.get()))
            != wrap::row(&self.text, self.cursor, usize::from(self.columns.get()));
        if !is_walk {
            self.column = None;
        }
        self.anchor = if selects { self.anchor.or(Some(self.cursor)) } else { None };
        (self.cursor, self.loose) = (place, false);
        self.history.close();
    }

    fn selected(&self) -> String {
        self.selection().map_or_else(String::new, |(from, to)| self.text.slice(from, to))
    }

    fn edit_here(&mut self, text: &str) -> Typed {
        self.edit(self.selection().unwrap_or((self.cursor, self.cursor)), text, Kind::Alone)
    }

    /// Takes away what is selected, else what is between the cursor and a place.
    fn delete(&mut self, to: Option<Place>, keeps: bool, kind: Kind) -> Typed {
        let (range, kind) = match (self.selection(), to) {
            (Some(range), _) => (range, Kind::Alone),
            (None, Some(to)) => ((to.min(self.cursor), to.max(self.cursor)), kind),
            (None, None) => return Typed::Unchanged,
        };
        if range.0 == range.1 {
            return Typed::Unchanged;
        }
        if keeps {
            self.cut = self.text.slice(range.0, range.1);
        }
        self.edit(range, "", kind)
    }

    fn edit(&mut self, range: (Place, Place), text: &str, kind: Kind) -> Typed {
        (self.anchor, self.column, self.loose) = (None, None, false);
        if range.0 == range.1 && text.is_empty() {
            return Typed::Unchanged;
        }
        self.cursor = self.history.edit(&mut self.text, range, text, self.cursor, kind);
        Typed::Changed
    }

    fn undo(&mut self) -> Typed {
        let Some(cursor) = self.history.undo(&mut self.text) else { return Typed::Unchanged };
        (self.cursor, self.anchor, self.column) = (self.text.clamp(cursor), None, None);
        self.loose = false;
        Typed::Undone
    }

    fn redo(&mut self) -> Typed {
        let Some(cursor) = self.history.redo(&mut self.text) else { return Typed::Unchanged };
        (self.cursor, self.anchor, self.column) = (cursor, None, None);
        self.loose = false;
        Typed::Changed
    }
}

/// Rows of a page.
const PAGE: isize = 10;

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn press(editor: &mut Editor, keys: &[(KeyModifiers, char)]) {
        for (modifiers, c) in keys {
            editor.key(KeyEvent::new(KeyCode::Char(*c), *modifiers));
        }
    }

    #[test]
    fn a_paste_of_many_lines_is_one_edit() {
        let mut editor = Editor::new("");
        let text = "a\tb\r\n".repeat(10_000);
        editor.paste(&text);
        assert_eq!(editor.text(), "a\tb\n".repeat(10_000));
        press(&mut editor, &[(KeyModifiers::CONTROL, '_')]);
        assert_eq!(editor.text(), "");
        press(&mut editor, &[(KeyModifiers::ALT, 'r')]);
        assert_eq!(editor.lines(), 10_001);
    }

    #[test]
    fn keys_are_readlines() {
        let mut editor = Editor::new("one two");
        press(&mut editor, &[(KeyModifiers::CONTROL, 'w')]);
        assert_eq!(editor.text(), "one ");
        press(&mut editor, &[(KeyModifiers::CONTROL, 'u')]);
        assert_eq!(editor.text(), "");
        press(&mut editor, &[(KeyModifiers::CONTROL, 'y'), (KeyModifiers::NONE, '!')]);
        assert_eq!(editor.text(), "one !");
        press(&mut editor, &[(KeyModifiers::ALT, 'u'), (KeyModifiers::ALT, 'u')]);
        assert_eq!(editor.text(), "");
        press(&mut editor, &[(KeyModifiers::ALT, 'r')]);
        assert_eq!(editor.text(), "one ");
    }

    #[test]
    fn replacing_can_be_undone() {
        for new in ["", "new", "new\nlines"] {
            let mut editor = Editor::new("old\ntext");
            editor.replace(new);
            assert_eq!(editor.text(), new);
            editor.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::ALT));
            assert_eq!(editor.text(), "old\ntext");
        }
    }

    #[test]
    fn control_characters_stay_and_are_drawn_as_signs() {
        let mut editor = Editor::new("");
        editor.paste("a\u{1b}[2Jb");
        assert_eq!(editor.text(), "a\u{1b}[2Jb");
        let area = Rect::new(0, 0, 10, 1);
        let mut buf = Buffer::empty(area);
        let plain = Style::new();
        editor.draw(area, &mut buf, Look { text: plain, cursor: None, selection: plain, sign: plain });
        let drawn: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(drawn, "a␛[2Jb    ");
    }

    #[test]
    fn a_place_is_found_on_a_wrapped_line() {
        let editor = Editor::new("{\n  \"key\": oops }");
        let area = Rect::new(2, 1, 10, 6);
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 10));
        let plain = Style::new();
        editor.draw(area, &mut buf, Look { text: plain, cursor: None, selection: plain, sign: plain });
        let position = editor.position(area, 2, 10).unwrap();
        assert_eq!(buf[position].symbol(), "o");
        assert_eq!(editor.position(area, 9, 1), None);
    }

    fn keys(editor: &mut Editor, codes: &[(KeyCode, KeyModifiers)]) {
        for (code, modifiers) in codes {
            editor.key(KeyEvent::new(*code, *modifiers));
        }
    }

    #[test]
    fn shift_selects_and_what_is_typed_takes_its_place() {
        let mut editor = Editor::new("one two");
        let (shift, none) = (KeyModifiers::SHIFT, KeyModifiers::NONE);
        keys(&mut editor, &[(KeyCode::Left, shift), (KeyCode::Left, shift), (KeyCode::Left, shift)]);
        press(&mut editor, &[(none, '3')]);
        assert_eq!(editor.text(), "one 3");
        press(&mut editor, &[(KeyModifiers::ALT, 'u')]);
        assert_eq!(editor.text(), "one two", "one undo");
        keys(&mut editor, &[(KeyCode::Home, shift), (KeyCode::Left, none)]);
        press(&mut editor, &[(none, '>')]);
        assert_eq!(editor.text(), ">one two", "without shift the selection is left at its beginning");
        keys(&mut editor, &[(KeyCode::End, shift)]);
        press(
            &mut editor,
            &[(KeyModifiers::CONTROL, 'x'), (KeyModifiers::CONTROL, 'y'), (KeyModifiers::CONTROL, 'y')],
        );
        assert_eq!(editor.text(), ">one twoone two");
    }

    #[test]
    fn words_are_undone_whole_and_an_edit_elsewhere_stands_alone() {
        let mut editor = Editor::new("");
        let type_in = |editor: &mut Editor, text: &str| {
            text.chars().for_each(|c| press(editor, &[(KeyModifiers::NONE, c)]));
        };
        type_in(&mut editor, "one two");
        press(&mut editor, &[(KeyModifiers::ALT, 'u')]);
        assert_eq!(editor.text(), "one ");
        keys(&mut editor, &[(KeyCode::Home, KeyModifiers::NONE)]);
        type_in(&mut editor, "x");
        press(&mut editor, &[(KeyModifiers::ALT, 'u')]);
        assert_eq!(editor.text(), "one ");
        keys(&mut editor, &[(KeyCode::End, KeyModifiers::NONE)]);
        keys(&mut editor, &[(KeyCode::Backspace, KeyModifiers::NONE); 3]);
        assert_eq!(editor.text(), "o");
        press(&mut editor, &[(KeyModifiers::ALT, 'u')]);
        assert_eq!(editor.text(), "one ");
    }

    #[test]
    fn up_and_down_walk_over_rows_in_one_column() {
        let mut editor = Editor::new("0123456789\nab\n\t日本");
        let area = Rect::new(0, 0, 6, 6);
        let plain = Style::new();
        editor.draw(
            area,
            &mut Buffer::empty(area),
            Look { text: plain, cursor: None, selection: plain, sign: plain },
        );
        editor.go_to(1, 4);
        let mut columns = Vec::new();
        for _ in 0..5 {
            keys(&mut editor, &[(KeyCode::Down, KeyModifiers::NONE)]);
            columns.push((editor.cursor().line, editor.cursor().at));
        }
        assert_eq!(columns, [(0, 9), (1, 2), (2, 0), (2, 7), (2, 7)]);
    }

    /// What a key costs is what it changes and what is shown: the text is large, and almost none of it is read.
    #[test]
    fn the_end_of_a_large_text_is_shown_and_typed_at() {
        for text in ["line of text\n".repeat(200_000), "one line ".repeat(250_000)] {
            let mut editor = Editor::new("");
            editor.paste(&text);
            press(&mut editor, &[(KeyModifiers::NONE, 'E')]);
            let area = Rect::new(0, 0, 40, 8);
            let mut buffer = Buffer::empty(area);
            let plain = Style::new();
            editor.draw(area, &mut buffer, Look { text: plain, cursor: None, selection: plain, sign: plain });
            let drawn: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
            assert!(drawn.trim_end().ends_with('E'), "{drawn:?}");
            assert_eq!(editor.bytes(), text.len() + 1);
            keys(&mut editor, &[(KeyCode::Up, KeyModifiers::NONE); 20]);
            editor.draw(area, &mut buffer, Look { text: plain, cursor: None, selection: plain, sign: plain });
            let shown = editor.visible_rows(8);
            assert!(shown.contains(&wrap::row(&editor.text, editor.cursor, 40)));
        }
    }
}
