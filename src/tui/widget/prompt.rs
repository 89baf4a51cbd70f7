//! A line to type into: what is searched for, or a file's name.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::text;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{bold, span};

/// Longest text, in bytes.
const LONGEST: usize = 4096;

/// A line under edit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    text: String,
    /// The caret's place; a byte where a character begins, or the end.
    at: usize,
}

impl Prompt {
    /// A line with this text, the caret behind it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.len() }
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes a key that is not in the table; whether the text has changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let before = self.text.len();
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('a') if ctrl => self.at = 0,
            KeyCode::Home => self.at = 0,
            KeyCode::Char('e') if ctrl => self.at = self.text.len(),
            KeyCode::End => self.at = self.text.len(),
            KeyCode::Left => self.at = self.left(),
            KeyCode::Right => self.at = self.right(),
            KeyCode::Backspace | KeyCode::Char('h') if key.code == KeyCode::Backspace || ctrl => {
                self.cut(self.left(), self.at);
            }
            KeyCode::Delete => self.cut(self.at, self.right()),
            KeyCode::Char('u') if ctrl => self.cut(0, self.at),
            KeyCode::Char('k') if ctrl => self.cut(self.at, self.text.len()),
            KeyCode::Char('w') if ctrl => self.cut(self.word(), self.at),
            KeyCode::Char(c) if !ctrl && !alt => self.insert(c),
            _ => {}
        }
        self.text.len() != before
    }

    /// Takes a pasted text: one line of it.
    pub fn paste(&mut self, text: &str) {
        text.trim_matches('\n').chars().take_while(|c| *c != '\n').for_each(|c| self.insert(c));
    }

    fn insert(&mut self, c: char) {
        if !c.is_control() && self.text.len() < LONGEST {
            self.text.insert(self.at, c);
            self.at += c.len_utf8();
        }
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.at = from;
    }

    fn left(&self) -> usize {
        self.text[..self.at].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.at + self.text[self.at..].graphemes(true).next().map_or(0, str::len)
    }

    /// Where the word before the caret begins; parts of a path are words.
    fn word(&self) -> usize {
        let apart = |c: char| c.is_whitespace() || c == '/';
        let end = self.text[..self.at].trim_end_matches(apart);
        end.rfind(apart).map_or(0, |at| at + 1)
    }

    /// The text with its caret, on at most so many columns: what stands around the caret.
    #[must_use]
    pub fn spans(&self, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
        let [mut before, after] =
            [&self.text[..self.at], &self.text[self.at..]].map(|part| text::safe(part.as_bytes()));
        let room = columns.saturating_sub(1);
        let rest = text::fit(&after, room.saturating_sub(before.width().min(room / 2))).into_owned();
        while before.width() + rest.width() > room && !before.is_empty() {
            let first = before.graphemes(true).next().map_or(0, str::len);
            before.drain(..first);
        }
        vec![bold(before, theme.bright), span("▏", theme.accent), bold(rest, theme.bright)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Palette, shelf};

    fn typed(prompt: &mut Prompt, keys: &str) {
        for c in keys.chars() {
            prompt.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    #[test]
    fn a_line_is_typed_and_mended() {
        let mut prompt = Prompt::new("./one/two");
        let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        assert!(prompt.key(ctrl('w')));
        assert_eq!(prompt.text(), "./one/");
        typed(&mut prompt, "dré");
        assert!(prompt.key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE)));
        assert!(!prompt.key(ctrl('a')));
        typed(&mut prompt, ">");
        assert_eq!(prompt.text(), ">./one/dr");
        assert!(prompt.key(KeyEvent::new(KeyCode::Delete, KeyModifiers::NONE)) && prompt.key(ctrl('k')));
        assert_eq!(prompt.text(), ">");
        prompt.paste("a\u{7}b\nnot this");
        assert_eq!(prompt.text(), ">ab");
        assert!(prompt.key(ctrl('u')) && prompt.text().is_empty() && !prompt.key(ctrl('h')));
    }

    #[test]
    fn what_is_around_the_caret_is_shown() {
        let theme = shelf::built_in(false, Palette::Rgb);
        let shown = |prompt: &Prompt, columns| -> String {
            prompt.spans(columns, &theme).iter().map(|span| span.content.as_ref()).collect()
        };
        let mut prompt = Prompt::new("abcdefgh");
        assert_eq!((shown(&prompt, 20), shown(&prompt, 5)), ("abcdefgh▏".into(), "efgh▏".into()));
        prompt.key(KeyEvent::new(KeyCode::Home, KeyModifiers::NONE));
        assert_eq!(shown(&prompt, 5), "▏abc…");
        assert_eq!(shown(&prompt, 0), "▏");
    }
}
