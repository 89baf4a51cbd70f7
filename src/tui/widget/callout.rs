//! A callout: a claim and its evidence on the surface, with a bar in the colour of a state. One a screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::text::Line;

use crate::tui::theme::Theme;
use crate::tui::widget::line::{put, row, span};

/// Draws the callout over the area, its lines in the middle of the height: four rows on pages, two in panes.
pub fn callout(buffer: &mut Buffer, area: Rect, colour: Color, lines: Vec<Line<'static>>, theme: &Theme) {
    buffer.set_style(area, theme.surface());
    for y in 0..area.height {
        put(buffer, Rect { width: area.width.min(1), ..row(area, y) }, span("▌", colour));
    }
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let first = area.height.saturating_sub(count) / 2;
    let inner = Rect { x: area.x + 2.min(area.width), width: area.width.saturating_sub(3), ..area };
    for (y, line) in (first..).zip(lines) {
        put(buffer, row(inner, y), line);
    }
}
