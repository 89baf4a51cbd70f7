//! One text under edit: the text area with readline's keys, where a paste is one edit.
//!
//! It knows nothing of JSON or of fields. Colours are put on after the text area has drawn itself, so that
//! drawing needs no change to the state and a new theme needs no walk over the editors.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget as _;
use tui_textarea::{CursorMove, TextArea, WrapMode};

use crate::text::width;
use crate::tui::pane::form::standin;

/// How the text area marks the cursor and the selection; [`Editor::draw`] turns the marks into the theme's styles.
const CURSOR: Modifier = Modifier::REVERSED;
const SELECTION: Modifier = Modifier::CROSSED_OUT;

/// Columns a tab stop is wide in an editor.
const TAB: u8 = 4;

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
    area: TextArea<'static>,
}

impl Editor {
    /// An editor of this text, the cursor at its end.
    pub fn new(text: &str) -> Self {
        let mut area: TextArea<'static> = standin::hide(text).split('\n').collect();
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_cursor_line_style(Style::new());
        area.set_cursor_style(Style::new().add_modifier(CURSOR));
        area.set_selection_style(Style::new().add_modifier(SELECTION));
        area.set_tab_length(TAB);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area }
    }

    /// The text a person means.
    pub fn text(&self) -> String {
        standin::reveal(&self.area.lines().join("\n")).into_owned()
    }

    /// Bytes of the text a person means.
    pub fn bytes(&self) -> usize {
        let lines = self.area.lines();
        lines.iter().map(|line| standin::reveal(line).len()).sum::<usize>() + lines.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Lines of the text; an empty text has one.
    pub fn lines(&self) -> usize {
        self.area.lines().len()
    }

    /// Puts another text in place of this one; undo brings the old one back.
    pub fn replace(&mut self, text: &str) {
        self.area.select_all();
        // An empty insertion would leave the selection standing.
        if text.is_empty() {
            let yank = self.area.yank_text();
            self.area.cut();
            self.area.set_yank_text(yank);
        } else {
            self.area.insert_str(standin::hide(text));
        }
    }

    /// Inserts a pasted text as one edit. Terminals send line ends as carriage returns, so every line end
    /// becomes a newline.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.area.insert_str(standin::hide(&text));
    }

    /// Inserts a newline and keeps the indentation; one step deeper after an opening bracket.
    pub fn newline_indented(&mut self) {
        let cursor = self.area.cursor();
        let before: String = self.area.lines()[cursor.0].chars().take(cursor.1).collect();
        let mut indent: String = before.chars().take_while(|c| *c == ' ').collect();
        if before.trim_end().ends_with(['{', '[']) {
            indent.push_str("  ");
        }
        self.area.insert_str(format!("\n{indent}"));
    }

    /// Moves to a line and column, both counted from 1, in characters.
    pub fn go_to(&mut self, line: usize, column: usize) {
        let place = |n: usize| u16::try_from(n.saturating_sub(1)).unwrap_or(u16::MAX);
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(place(line), place(column)));
    }

    /// Takes a key as readline would. Keys with a meaning of their own to the form must not get here.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        if key.kind == KeyEventKind::Release {
            return Typed::Unchanged;
        }
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let changed = match key.code {
            // Terminals send ctrl-_ as 0x1F, which is read as ctrl-7 or ctrl-/ too.
            KeyCode::Char('_' | '7' | '/') if ctrl => return self.undo(),
            KeyCode::Char('u') if alt => return self.undo(),
            KeyCode::Char('r') if alt => self.area.redo(),
            KeyCode::Char('u') if ctrl => self.area.delete_line_by_head(),
            // A line feed: what a newline is on terminals that tell ctrl-j from enter.
            KeyCode::Char('j') if ctrl => {
                self.area.insert_newline();
                true
            }
            // The dashboard's own, and text areas would make an edit of them.
            KeyCode::Char('c' | 'r' | 'z') if ctrl => false,
            KeyCode::Char(c) if !ctrl && !alt => {
                // A key is one character, but its stand-in may be two.
                let mut buffer = [0; 4];
                self.area.insert_str(standin::hide(c.encode_utf8(&mut buffer)))
            }
            _ => self.area.input(key),
        };
        if changed { Typed::Changed } else { Typed::Unchanged }
    }

    fn undo(&mut self) -> Typed {
        if self.area.undo() { Typed::Undone } else { Typed::Unchanged }
    }

    /// Rows the text takes at this width, counted up to `most`; close to the text area's own wrapping.
    pub fn rows(&self, columns: u16, most: u16) -> u16 {
        let columns = usize::from(columns.max(1));
        let mut rows = 0;
        for line in self.area.lines().iter().take(usize::from(most)) {
            // The cursor needs a cell behind the text. Long lines need no exact count: they fill any field.
            let cells = if line.len() > 4_096 { line.len() / 4 } else { width(line) + 1 };
            rows += cells.div_ceil(columns).max(1);
            if rows >= usize::from(most) {
                return most;
            }
        }
        u16::try_from(rows).unwrap_or(most)
    }

    /// Draws the text; the row with the cursor is always among those shown.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look) {
        if area.is_empty() {
            return;
        }
        (&self.area).render(area, buf);
        for position in area.positions() {
            let Some(cell) = buf.cell_mut(position) else { continue };
            let mark = cell.modifier;
            let mut style = look.text;
            if let Some(sign) = only_char(cell.symbol()).and_then(standin::sign) {
                cell.set_char(sign);
                style = style.patch(look.sign);
            }
            if mark.contains(SELECTION) {
                style = style.patch(look.selection);
            }
            if let (true, Some(cursor)) = (mark.contains(CURSOR), look.cursor) {
                style = style.patch(cursor);
            }
            cell.modifier = Modifier::empty();
            cell.set_style(style);
        }
    }

    /// The lines on screen after [`Self::draw`]: for each row its line's text and the column it begins at, both
    /// from 0. Rows below the text are left out.
    pub fn visible_rows(&self, height: u16) -> Vec<(usize, usize)> {
        let top = usize::from(self.area.scroll_offset().0);
        let mut rows: Vec<(usize, usize)> = Vec::new();
        for row in top..top + usize::from(height) {
            let start = self.area.screen_to_data(row, 0);
            let start = (start.0, start.1);
            // Beyond the end the last row is given again.
            if rows.last().is_some_and(|last| *last >= start) {
                break;
            }
            rows.push(start);
        }
        rows
    }

    /// A line as the editor holds it, stand-ins included; from 0.
    pub fn line(&self, index: usize) -> &str {
        self.area.lines().get(index).map_or("", String::as_str)
    }

    /// Where a line and column (from 1, in characters) stand on screen after [`Self::draw`] on this area.
    pub fn position(&self, area: Rect, line: usize, column: usize) -> Option<Position> {
        let (line, column) = (line.checked_sub(1)?, column.checked_sub(1)?);
        let rows = self.visible_rows(area.height);
        let row = rows.iter().rposition(|start| *start <= (line, column))?;
        if rows[row].0 != line {
            return None;
        }
        let before: String = self.line(line).chars().skip(rows[row].1).take(column - rows[row].1).collect();
        let position = Position {
            x: area.x.checked_add(u16::try_from(width(&before)).ok()?)?,
            y: area.y + u16::try_from(row).ok()?,
        };
        area.contains(position).then_some(position)
    }
}

fn only_char(symbol: &str) -> Option<char> {
    let mut chars = symbol.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests {
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
    }

    #[test]
    fn replacing_can_be_undone() {
        let mut editor = Editor::new("old\ntext");
        editor.replace("");
        assert!(editor.is_empty());
        editor.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::ALT));
        assert_eq!(editor.text(), "old\ntext");
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
}
