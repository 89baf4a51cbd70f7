//! A pane's frame: rounded and thin, its name on the border. The focused one has the accent colour and its title
//! as a solid chip, which survives without colour; there is exactly one such chip on a screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget as _};

use crate::tui::theme::{Depth, Theme};
use crate::tui::widget::line::{blank, bold, cut, span, width};

/// What stands on the border.
pub struct Frame {
    pub title: Vec<Span<'static>>,
    /// One dim fact, at the right end.
    pub fact: Vec<Span<'static>>,
    /// The same at the right end of the border below, where there is more to say than fits above.
    pub below: Vec<Span<'static>>,
    pub focused: bool,
}

impl Frame {
    /// A frame with a title made by [`title`], [`chip`] or [`crate::tui::widget::tabs::title`].
    #[must_use]
    pub fn new(title: Vec<Span<'static>>, focused: bool) -> Self {
        Self { title, fact: Vec::new(), below: Vec::new(), focused }
    }

    /// With a fact at the right end of the border.
    #[must_use]
    pub fn fact(mut self, fact: Vec<Span<'static>>) -> Self {
        self.fact = fact;
        self
    }

    /// With a fact on the border below.
    #[must_use]
    pub fn below(mut self, below: Vec<Span<'static>>) -> Self {
        self.below = below;
        self
    }

    /// Draws the frame; returns what is inside it, the padding column at both sides still included.
    pub fn draw(self, buffer: &mut Buffer, area: Rect, theme: &Theme) -> Rect {
        let thick = self.focused && theme.depth == Depth::Mono;
        let colour = if self.focused { theme.accent } else { theme.line };
        let room = usize::from(area.width).saturating_sub(6);
        let title = cut(self.title, room);
        let fact = if width(&title) + width(&self.fact) + 3 > room { Vec::new() } else { self.fact };
        let mut block = Block::bordered()
            .border_type(if thick { BorderType::Thick } else { BorderType::Rounded })
            .border_style(Style::new().fg(colour));
        if !title.is_empty() {
            block = block.title_top(padded(title));
        }
        if !fact.is_empty() {
            block = block.title_top(padded(fact).right_aligned());
        }
        if !self.below.is_empty() {
            block = block.title_bottom(padded(cut(self.below, room)).right_aligned());
        }
        let inner = block.inner(area);
        block.render(area, buffer);
        inner
    }
}

/// `2 Runs`, or a chip of it where the pane has the focus.
#[must_use]
pub fn title(key: &str, name: &str, focused: bool, theme: &Theme) -> Vec<Span<'static>> {
    if focused {
        return vec![chip(&format!("{key} {name}"), theme)];
    }
    vec![span(format!("{key} "), theme.accent), bold(name, theme.fg)]
}

/// A solid chip in the accent colour: the title of what has the focus.
#[must_use]
pub fn chip(text: &str, theme: &Theme) -> Span<'static> {
    Span::styled(format!(" {text} "), theme.solid(theme.accent))
}

/// The inside of a frame without its padding columns.
#[must_use]
pub fn padded_area(inner: Rect) -> Rect {
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

fn padded(spans: Vec<Span<'static>>) -> Line<'static> {
    let mut line = vec![blank(1)];
    line.extend(spans);
    line.push(blank(1));
    Line::from(line)
}
