//! What lies over a screen: the backdrop and the box of a dialog, and a toast.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::{Clear, Widget as _};
use unicode_width::UnicodeWidthStr as _;

use crate::tui::theme::{Depth, Theme};
use crate::tui::widget::line::{bold, put, row, span, wrap};
use crate::tui::widget::pane::{Frame, chip};

/// Widest toast.
const TOAST: u16 = 60;

/// Most rows of a toast's sentence.
const TOAST_ROWS: usize = 5;

/// Takes the colours out of a screen, so that what lies over it stands out. Wide signs go too: their colours are
/// the font's own and would shine through.
pub fn backdrop(buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let style = match theme.depth {
        Depth::Full => Style::new().fg(theme.line).bg(theme.bg),
        Depth::Sixteen => Style::reset().fg(theme.line),
        Depth::Mono => Style::reset(),
    };
    for position in area.positions() {
        let cell = &mut buffer[position];
        let heavy = matches!(cell.symbol(), "▌" | "━");
        if cell.symbol().width() > 1 {
            cell.set_symbol(" ");
        }
        cell.modifier = Modifier::empty();
        cell.set_style(style);
        if heavy && theme.depth == Depth::Full {
            cell.set_fg(theme.rule);
        }
    }
}

/// A rectangle of at most this size in the middle of an area.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Draws a dialog's box with a chip title; returns what is inside its padding (two columns, one row).
pub fn dialog(buffer: &mut Buffer, area: Rect, title: &str, fact: Vec<Span<'static>>, theme: &Theme) -> Rect {
    Clear.render(area, buffer);
    buffer.set_style(area, theme.surface());
    let inner = Frame::new(vec![chip(title, theme)], true).fact(fact).draw(buffer, area, theme);
    Rect {
        x: inner.x + 2.min(inner.width),
        y: inner.y + 1.min(inner.height),
        width: inner.width.saturating_sub(4),
        height: inner.height.saturating_sub(2),
    }
}

/// Draws a toast at the bottom right of an area.
pub fn toast(buffer: &mut Buffer, area: Rect, glyph: &str, colour: Color, text: &str, theme: &Theme) {
    let wanted = u16::try_from(text.width()).unwrap_or(u16::MAX).saturating_add(6);
    let width = wanted.min(TOAST.max(area.width / 2)).min(area.width);
    let mut lines = wrap(text, usize::from(width.saturating_sub(5)));
    lines.truncate(TOAST_ROWS);
    let rows = u16::try_from(lines.len()).unwrap_or(1).max(1);
    let height = (rows + 2).min(area.height);
    let place = Rect {
        x: area.right() - width - u16::from(area.width > width + 1),
        y: area.bottom() - height,
        width,
        height,
    };
    Clear.render(place, buffer);
    buffer.set_style(place, theme.surface());
    for y in 0..place.height {
        put(buffer, Rect { width: 1, ..row(place, y) }, span("▌", colour));
    }
    for (at, line) in (1..).zip(lines) {
        let inner = Rect { x: place.x + 2, width: place.width.saturating_sub(3), ..row(place, at) };
        let glyph = if at == 1 { format!("{glyph} ") } else { "  ".to_owned() };
        put(buffer, inner, ratatui::text::Line::from(vec![bold(glyph, colour), span(line, theme.fg)]));
    }
}
