//! The JSON side on the page: the text in its colours, and the place of an error.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthChar as _;

use crate::tui::pane::form::Form;
use crate::tui::pane::form::draw_field::look;
use crate::tui::pane::form::editor::Editor;
use crate::tui::pane::form::json::JsonError;
use crate::tui::pane::sign;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widget::json_text;
use crate::tui::widget::line::{below, put, span};
use crate::tui::widget::pane::{Frame, chip, padded_area};

/// Longest line that gets colours: those of longer ones would cost more than they tell.
const LONGEST: usize = 64 * 1024;

/// Draws the whole payload's text over an area, and under it what keeps it from being JSON.
pub fn draw(form: &Form, buffer: &mut Buffer, area: Rect, focused: bool, theme: &Theme) {
    let size = form.json.bytes() as u64;
    let fact = format!("{} · {}", sign::count(form.json.lines(), "line", "lines"), sign::size(size));
    let title = if focused { vec![chip("payload", theme)] } else { vec![span("payload", theme.fg)] };
    let frame = Frame::new(title, focused).fact(vec![span(fact, theme.dim)]);
    let error = form.whole.as_ref().err();
    let boxed = Rect { height: area.height.saturating_sub(u16::from(error.is_some())), ..area };
    let inner = padded_area(frame.draw(buffer, boxed, theme));
    let look = look(theme, true, focused && form.typing);
    form.json.draw(inner, buffer, look);
    colour(buffer, inner, &form.json, theme);
    let Some(error) = error else { return };
    mark(buffer, inner, &form.json, error, theme);
    let note = below(Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area }, boxed.height);
    put(buffer, note, span(error.to_string(), theme.err));
}

/// Marks the place of an error in an editor that has just been drawn on this area.
pub fn mark(buffer: &mut Buffer, area: Rect, editor: &Editor, error: &JsonError, theme: &Theme) {
    let Some(position) = editor.position(area, error.line, error.column) else { return };
    let style = match theme.depth {
        Depth::Full => Style::new().fg(theme.bg).bg(theme.err),
        Depth::Sixteen | Depth::Mono => Style::new().fg(theme.err).add_modifier(Modifier::UNDERLINED),
    };
    buffer[position].set_style(style);
}

/// Puts colours on an editor that has just been drawn on this area. The cell under the cursor keeps its own.
pub fn colour(buffer: &mut Buffer, area: Rect, editor: &Editor, theme: &Theme) {
    let rows = editor.visible_rows(area.height);
    for (index, (line, column)) in rows.iter().enumerate() {
        let text = editor.line(*line);
        if text.len() > LONGEST {
            continue;
        }
        let end = rows.get(index + 1).filter(|next| next.0 == *line).map_or(usize::MAX, |next| next.1);
        let colours = json_text::tokens(text)
            .into_iter()
            .flat_map(|(token, piece)| piece.chars().map(move |c| (c, token.colour(theme))));
        let mut x = area.x;
        for (c, colour) in colours.skip(*column).take(end - column) {
            let width = u16::try_from(c.width().unwrap_or(0)).unwrap_or(0);
            let Some(cell) = buffer.cell_mut((x, area.y + u16::try_from(index).unwrap_or(u16::MAX))) else {
                break;
            };
            let is_cursor = cell.bg == theme.accent && theme.depth == Depth::Full;
            if x < area.right() && !is_cursor {
                cell.set_fg(colour);
            }
            x = x.saturating_add(width);
        }
    }
}
