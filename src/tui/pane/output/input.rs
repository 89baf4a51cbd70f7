//! The line at the bottom in which a search or a filter is written.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::tui::find::Pattern;
use crate::tui::pane::Look;
use crate::tui::pane::form::editor::{self, Editor, Typed};
use crate::tui::widget::line::{bold, put, span, width};

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
    editor: Editor,
    /// What it means, or what is wrong with it.
    pub pattern: Result<Option<Pattern>, String>,
}

impl Input {
    /// A line with this text in it.
    pub fn new(of: For, text: &str) -> Self {
        Self { of, editor: Editor::new(text), pattern: Pattern::new(text) }
    }

    /// Takes a key; whether the text is another one now.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let typed = self.editor.key(key);
        typed != Typed::Unchanged && self.read()
    }

    /// Takes a pasted text as one line.
    pub fn paste(&mut self, text: &str) -> bool {
        self.editor.paste(text.trim_matches(['\r', '\n']));
        self.read()
    }

    fn read(&mut self) -> bool {
        let text = self.editor.text();
        if text.contains('\n') {
            self.editor.replace(&text.replace('\n', " "));
        }
        let pattern = Pattern::new(&self.editor.text());
        let changed = pattern != self.pattern;
        self.pattern = pattern;
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
        let right = match &self.pattern {
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
        let taken = if taken <= area.width / 2 || self.pattern.is_err() { taken.min(area.width) } else { 0 };
        put(buffer, area, bold(name, t.accent));
        let room = area.width.saturating_sub(3 + taken).max(area.width.saturating_sub(3).min(12));
        let field = Rect { x: area.x + 3, width: room, ..area };
        let style = t.surface().fg(t.bright).add_modifier(Modifier::BOLD);
        let cursor = Style::new().add_modifier(Modifier::REVERSED);
        let look = editor::Look {
            text: style,
            cursor: Some(cursor),
            selection: t.solid(t.accent),
            sign: Style::new().fg(t.dim),
        };
        self.editor.draw(field, buffer, look);
        if taken > 0 {
            let x = field.right().max(area.right().saturating_sub(taken));
            put(buffer, Rect { x, width: area.right().saturating_sub(x), ..area }, right);
        }
    }
}
