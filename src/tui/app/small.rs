//! What is left on a screen that is too small to work on: that it is, and what goes on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::layout::SMALLEST;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Run;
use crate::tui::widget::line::{bold, put, row, span, width};
use crate::tui::world::World;

/// Draws one line that counts what goes on and says what is wanted, and below it the live runs; what has no room is
/// counted.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, world: &World, look: Look) {
    let t = look.theme;
    let mut line = counts(world, look);
    let (columns, rows) = SMALLEST;
    let left = usize::from(area.width).saturating_sub(width(&line));
    let ways =
        [format!("plugdeck: too small, {columns}x{rows} or more"), format!("too small: {columns}x{rows}")];
    let words = ways.into_iter().find(|words| text::width(words) <= left);
    line.push(bold(words.unwrap_or_else(|| "too small".to_owned()), t.accent));
    put(buffer, row(area, 0), Line::from(line));
    let live: Vec<_> = world.live().collect();
    let room = usize::from(area.height.saturating_sub(1));
    let shown = if live.len() > room { room.saturating_sub(1) } else { room };
    for (y, run) in (1..area.height).zip(live.iter().take(shown)) {
        put(buffer, row(area, y), run_line(run, look));
    }
    if live.len() > room && room > 0 {
        let more = format!("… {} more", live.len() - shown);
        put(buffer, row(area, area.height - 1), span(more, t.dim));
    }
}

/// `▶1 ◐1 ☠1  `: what is zero is left out.
fn counts(world: &World, look: Look) -> Vec<Span<'static>> {
    let t = look.theme;
    let counts = [
        ("▶", t.info, world.live().count()),
        (sign::STUCK, t.warn, world.live().filter(|run| run.stuck).count()),
        ("☠", t.err, world.orphans.len()),
    ];
    let mut line = Vec::new();
    for (glyph, colour, count) in counts {
        if count > 0 {
            line.extend([bold(glyph, colour), span(format!("{count} "), t.fg)]);
        }
    }
    line
}

fn run_line(run: &Run, look: Look) -> Line<'static> {
    let t = look.theme;
    let (glyph, colour) = sign::run(run, t);
    Line::from(vec![
        bold(format!("{glyph} "), colour),
        span(format!("{} ", run.id.short()), t.dim),
        span(format!("{} ", sign::elapsed(run, look.now)), colour),
        span(sign::safe(run.what()), t.fg),
    ])
}
