//! Tabs: in a pane's title, or as a strip under the header of a page.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::text;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, put, row, rule, span, spread};
use crate::tui::widget::pane::chip;

/// Columns between the names of a strip.
const APART: u16 = 4;

/// Rows that a strip takes: names and the rule below them.
pub const STRIP: u16 = 2;

/// Tabs for a pane's title: the active one is underlined, or a chip where the pane has the focus.
#[must_use]
pub fn title(names: &[&str], active: usize, focused: bool, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            spans.push(blank(2));
        }
        spans.push(match (index == active, focused) {
            (false, _) => span(*name, theme.dim),
            (true, true) => chip(name, theme),
            (true, false) => Span::styled(
                (*name).to_owned(),
                Style::new().fg(theme.bright).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            ),
        });
    }
    spans
}

/// The tab whose name stands at this column of a [`title`], counted from its beginning.
#[must_use]
pub fn title_at(names: &[&str], active: usize, focused: bool, column: u16) -> Option<usize> {
    let mut from = 0;
    names.iter().enumerate().position(|(index, name)| {
        let air = if index == active && focused { 2 } else { 0 };
        let here = (from..from + text::width(name) + air).contains(&usize::from(column));
        from += text::width(name) + air + 2;
        here
    })
}

/// Draws a page's tab strip over the first two rows of `area` (the whole width of the page): names, and under
/// them a rule that is heavy below the active one.
pub fn strip(
    buffer: &mut Buffer,
    area: Rect,
    names: &[&str],
    active: usize,
    fact: Vec<Span<'static>>,
    theme: &Theme,
) {
    rule(buffer, row(area, 1), theme);
    let mut spans = Vec::new();
    for (index, name) in names.iter().enumerate() {
        spans.push(if index == active { bold(*name, theme.bright) } else { span(*name, theme.dim) });
        spans.push(blank(usize::from(APART)));
    }
    for (index, place) in places(area, names).enumerate() {
        if index == active {
            let heavy = Rect { x: place.x - 1, y: area.y + 1, width: place.width + 2, height: 1 };
            let heavy = heavy.intersection(row(area, 1));
            put(buffer, heavy, bold("━".repeat(usize::from(heavy.width)), theme.accent));
        }
    }
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..row(area, 0) };
    put(buffer, inner, spread(spans, fact, usize::from(inner.width)));
}

/// Where the names of a strip stand, for clicks.
pub fn places(area: Rect, names: &[&str]) -> impl Iterator<Item = Rect> {
    let mut x = area.x + 2;
    let widths: Vec<_> =
        names.iter().map(|name| u16::try_from(text::width(name)).unwrap_or(u16::MAX)).collect();
    widths.into_iter().map(move |width| {
        let place = Rect { x, y: area.y, width, height: 1 };
        x = x.saturating_add(width).saturating_add(APART);
        place
    })
}
