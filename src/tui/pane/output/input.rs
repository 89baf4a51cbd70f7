//! The line at the bottom in which a search or a filter is written.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::pane::Look;
use crate::tui::widget::line::{bold, put, span, width};
use crate::tui::widget::needle::Needle;
use crate::tui::widget::prompt::Prompt;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    Search,
    Filter,
}

/// The line.
#[derive(Debug)]
pub(super) struct Input {
    pub of: For,
    prompt: Prompt,
    /// What it means, or what is wrong with it.
    pub needle: Result<Option<Needle>, String>,
}

impl Input {
    /// A line with this text in it.
    pub fn new(of: For, text: &str) -> Self {
        Self { of, prompt: Prompt::new(text), needle: Needle::new(text) }
    }

    /// Takes a key; whether the text means something else now.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.prompt.key(key) && self.read()
    }

    /// Takes a pasted text as one line; whether the text means something else now.
    pub fn paste(&mut self, text: &str) -> bool {
        self.prompt.paste(text);
        self.read()
    }

    fn read(&mut self) -> bool {
        let needle = Needle::new(self.prompt.text());
        let changed = needle != self.needle;
        self.needle = needle;
        changed
    }

    /// Draws it, with a fact at its right end.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, fact: Vec<Span<'static>>, look: Look) {
        let t = look.theme;
        buffer.set_style(area, t.surface());
        let name = match self.of {
            For::Search => " / ",
            For::Filter => " & ",
        };
        let right = match &self.needle {
            Err(reason) => vec![span(format!("{reason} "), t.err)],
            Ok(None) => {
                let does = match self.of {
                    For::Search => "text, or /regex/ ",
                    For::Filter => "only lines with this text, or /regex/; empty: all lines ",
                };
                vec![span(does, t.dim)]
            }
            Ok(Some(_)) => fact,
        };
        // The text comes first: half of the line is its own.
        let taken = u16::try_from(width(&right)).unwrap_or(u16::MAX);
        let taken = if taken <= area.width / 2 || self.needle.is_err() { taken.min(area.width) } else { 0 };
        put(buffer, area, bold(name, t.accent));
        let room = area.width.saturating_sub(3 + taken).max(area.width.saturating_sub(3).min(12));
        let field = Rect { x: area.x + 3, width: room, ..area };
        put(buffer, field, self.prompt.spans(room.into(), t));
        if taken > 0 {
            let x = field.right().max(area.right().saturating_sub(taken));
            put(buffer, Rect { x, width: area.right().saturating_sub(x), ..area }, right);
        }
    }
}
