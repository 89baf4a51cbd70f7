//! The JSON side on the page: the text in its colours, and the place of an error.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::tui::pane::form::Form;
use crate::tui::pane::form::draw_field::look;
use crate::tui::pane::form::editor::{Editor, cells};
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
    let boxed = boxed(form, area);
    let inner = padded_area(frame.draw(buffer, boxed, theme));
    let look = look(theme, true, focused && form.typing);
    form.json.draw(inner, buffer, look);
    colour(buffer, inner, &form.json, theme);
    if focused && form.typing {
        brackets(buffer, inner, &form.json, theme);
    }
    let Some(error) = error else { return };
    mark(buffer, inner, &form.json, error, theme);
    let note = below(Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area }, boxed.height);
    put(buffer, note, span(error.to_string(), theme.err));
}

/// The text's own area, where all of it is drawn over this one.
pub fn inner(form: &Form, area: Rect) -> Rect {
    padded_area(boxed(form, area).inner(Margin::new(1, 1)))
}

fn boxed(form: &Form, area: Rect) -> Rect {
    Rect { height: area.height.saturating_sub(u16::from(form.whole.is_err())), ..area }
}

/// Marks the brackets that belong together, in an editor that has just been drawn on this area.
pub fn brackets(buffer: &mut Buffer, area: Rect, editor: &Editor, theme: &Theme) {
    let Some((a, b)) = editor.brackets() else { return };
    for position in [a, b].into_iter().filter_map(|place| editor.position_of(area, place)) {
        let cell = &mut buffer[position];
        // The cell under the cursor is marked enough.
        if cell.bg != theme.accent || theme.depth != Depth::Full {
            let style = Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
            cell.set_style(if theme.depth == Depth::Full { style.fg(theme.accent) } else { style });
        }
    }
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
    for (y, row) in (area.y..area.bottom()).zip(editor.visible_rows(area.height)) {
        let line = editor.line(row.line);
        if line.len() > LONGEST {
            continue;
        }
        let (mut at, mut column) = (0, 0);
        for (token, piece) in json_text::tokens(line) {
            let start = at;
            at += piece.len();
            let (from, to) = (start.max(row.start), at.min(row.end));
            if from >= to {
                continue;
            }
            for character in line[from..to].graphemes(true) {
                let x = area.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
                column += cells(character, column);
                let Some(cell) = buffer.cell_mut((x, y)).filter(|_| x < area.right()) else { break };
                let is_cursor = cell.bg == theme.accent && theme.depth == Depth::Full;
                if !is_cursor {
                    cell.set_fg(token.colour(theme));
                }
            }
        }
    }
}
