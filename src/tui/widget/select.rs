//! The selected row of a list, and how a list scrolls.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::tui::theme::{Depth, Theme};

/// Marks a row that was drawn before as the selected one: a bar in its first column (the padding column) and a
/// tint over its whole width. Without tints it is reverse video without the cells' own colours: else every
/// coloured sign would become a coloured block.
pub fn select(buffer: &mut Buffer, row: Rect, focused: bool, theme: &Theme) {
    if row.is_empty() {
        return;
    }
    match theme.depth {
        Depth::Full => {
            buffer.set_style(row, Style::new().bg(if focused { theme.sel } else { theme.sel_idle }));
            // Lines are for bare paper, and too faint on a tint.
            for position in row.positions() {
                let cell = &mut buffer[position];
                if cell.fg == theme.line {
                    cell.set_fg(theme.dim);
                }
            }
            let bar = if focused { theme.accent } else { theme.dim };
            buffer[(row.x, row.y)].set_symbol("▌").set_style(Style::new().fg(bar));
        }
        Depth::Sixteen | Depth::Mono => {
            if focused {
                let style = Style::reset().add_modifier(Modifier::REVERSED | Modifier::BOLD);
                buffer.set_style(row, style);
            }
            buffer[(row.x, row.y)].set_symbol("›");
        }
    }
}

/// The first row to show, so that the selected one is among the `height` shown: as near to `offset`, the one
/// shown before, as can be.
#[must_use]
pub fn scroll(offset: usize, selected: usize, rows: usize, height: usize) -> usize {
    let lowest = selected.saturating_sub(height.saturating_sub(1));
    offset.clamp(lowest, selected.max(lowest)).min(rows.saturating_sub(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_row_is_always_shown() {
        assert_eq!(scroll(0, 3, 10, 5), 0);
        assert_eq!(scroll(0, 5, 10, 5), 1);
        assert_eq!(scroll(5, 2, 10, 5), 2);
        assert_eq!(scroll(9, 9, 10, 5), 5);
        assert_eq!(scroll(3, 1, 2, 5), 0);
        assert_eq!(scroll(0, 0, 0, 0), 0);
    }
}
