//! A terminal whose columns stay where they are, whatever it thinks of the width of a sign. Terminals differ on
//! pictures, joined letters and marks; behind such a sign the cursor is told where it is, so that one line of an agent
//! cannot push a border aside.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// Draws as crossterm does, on a grid that holds.
pub struct Grid<W: Write> {
    terminal: CrosstermBackend<W>,
}

impl<W: Write> Grid<W> {
    /// A grid on what is written to here.
    pub fn new(writer: W) -> Self {
        Self { terminal: CrosstermBackend::new(writer) }
    }
}

/// Whether terminals may differ on how wide a sign is.
fn is_doubtful(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    let first = chars.next().unwrap_or(' ');
    // Latin, Greek, Cyrillic; lines, blocks and braille, which plugdeck draws with.
    let known = matches!(first, ' '..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{2500}'..='\u{259f}' | '\u{2800}'..='\u{28ff}');
    !known || chars.next().is_some()
}

impl<W: Write> Backend for Grid<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut run = Vec::new();
        for (x, y, cell) in content {
            if !is_doubtful(cell.symbol()) {
                run.push((x, y, cell));
                continue;
            }
            // A terminal that draws it narrow would leave the second of two columns as it was.
            let mut blank = cell.clone();
            blank.set_symbol(" ");
            self.terminal.draw(run.drain(..))?;
            if crate::text::width(cell.symbol()) > 1 {
                self.terminal.draw([(x, y, &blank), (x + 1, y, &blank)].into_iter())?;
            }
            self.terminal.draw(std::iter::once((x, y, cell)))?;
        }
        self.terminal.draw(run.into_iter())
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.terminal.append_lines(lines)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.terminal.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.terminal.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.terminal.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.terminal.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    fn clear_region(&mut self, what: ClearType) -> io::Result<()> {
        self.terminal.clear_region(what)
    }

    fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.terminal.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.terminal)
    }
}

impl<W: Write> Write for Grid<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.terminal.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.terminal)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn drawn(text: &str) -> String {
        let area = Rect::new(0, 0, 8, 1);
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, text, Style::new());
        let mut bytes = Vec::new();
        let empty = Buffer::empty(area);
        Grid::new(&mut bytes).draw(empty.diff(&buffer).into_iter()).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn behind_a_sign_of_doubtful_width_the_column_is_said() {
        let column = |x: usize| format!("\u{1b}[1;{x}H");
        assert_eq!(drawn("ab│c").matches('H').count(), 1);
        // A letter with a mark, a flat picture, a letter that lost its vowel: one column each.
        for sign in ["e\u{301}", "\u{26a0}", "\u{915}\u{94d}"] {
            assert!(drawn(&format!("a{sign}b")).contains(&format!("{}b", column(3))), "{sign}");
        }
        let wide = drawn("a👍b");
        let blank = wide.find(&format!("{}  ", column(2))).unwrap();
        let sign = wide.find(&format!("{}👍", column(2))).unwrap();
        assert!(blank < sign && wide.contains(&format!("{}b", column(4))), "{wide:?}");
    }
}
