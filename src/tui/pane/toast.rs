//! A sentence at the bottom right that goes away by itself; errors stay until a key.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::tui::message::Now;
use crate::tui::pane::Look;
use crate::tui::theme::Theme;
use crate::tui::widget::popup::toast;

/// Microseconds that good news stay.
const STAYS_US: u64 = 4_000_000;

/// How a toast is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Note,
    Bad,
}

impl Tone {
    /// Its sign and its colour.
    #[must_use]
    pub fn sign(self, t: &Theme) -> (&'static str, Color) {
        match self {
            Self::Good => ("✓", t.ok),
            Self::Note => ("›", t.info),
            Self::Bad => ("✗", t.err),
        }
    }
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub tone: Tone,
    pub text: String,
    /// Microseconds of the monotonic clock; `None`: until a key.
    until_us: Option<u64>,
}

impl Toast {
    /// A toast that is shown from now on. The text is safe.
    #[must_use]
    pub fn new(tone: Tone, text: impl Into<String>, now: Now) -> Self {
        let until_us = match tone {
            Tone::Good | Tone::Note => Some(now.clock_us + STAYS_US),
            Tone::Bad => None,
        };
        Self { tone, text: text.into(), until_us }
    }

    /// When it goes away by itself.
    #[must_use]
    pub fn until_us(&self) -> Option<u64> {
        self.until_us
    }

    /// Draws it above the footer.
    pub fn render(&self, buffer: &mut Buffer, body: Rect, look: Look) {
        let t = look.theme;
        let (glyph, colour) = self.tone.sign(t);
        toast(buffer, body, glyph, colour, &self.text, t);
    }
}
