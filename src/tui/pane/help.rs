//! The help: the keys that hold where one is, from the table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::keymap::{self, Layer};
use crate::tui::pane::Look;
use crate::tui::widget::line::{blank, bold, page, section, span};
use crate::tui::widget::popup::{centred, dialog};

/// Columns of the keys.
const KEYS: usize = 14;
/// Columns of the box.
const WIDTH: u16 = 76;

/// The help popup.
#[derive(Debug)]
pub struct Help {
    layers: Vec<Layer>,
    pub scroll: usize,
}

impl Help {
    /// Help for these layers, the most particular one first.
    #[must_use]
    pub fn new(layers: Vec<Layer>) -> Self {
        Self { layers, scroll: 0 }
    }

    /// Scrolls by rows.
    pub fn scroll(&mut self, by: isize, screen: Rect, look: Look) {
        let most = self.lines(look).len().saturating_sub(usize::from(place(screen).height.saturating_sub(4)));
        self.scroll = self.scroll.saturating_add_signed(by).min(most);
    }

    /// Draws the popup over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let lines = self.lines(look);
        let area = place(screen);
        let area =
            centred(screen, area.width, area.height.min(u16::try_from(lines.len()).unwrap_or(u16::MAX) + 4));
        let title = format!("Keys: {}", self.layers.first().map_or("", |layer| layer.title()).to_lowercase());
        let inner = dialog(buffer, area, &title, vec![span("esc closes", t.dim)], t);
        page(buffer, inner, lines, self.scroll);
    }

    fn lines(&self, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let columns = usize::from(WIDTH.saturating_sub(6));
        let mut lines = Vec::new();
        for layer in &self.layers {
            if keymap::rows(*layer).next().is_none() {
                continue;
            }
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.push(section(vec![bold(layer.title(), t.bright)], Vec::new(), columns, t));
            for binding in keymap::rows(*layer) {
                let keys = binding.key_names();
                let pad = KEYS.saturating_sub(crate::text::width(&keys)).max(2);
                lines.push(Line::from(vec![bold(keys, t.accent), blank(pad), span(binding.help, t.fg)]));
            }
        }
        lines
    }
}

fn place(screen: Rect) -> Rect {
    centred(screen, WIDTH, screen.height.saturating_sub(4))
}
