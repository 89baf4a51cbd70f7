//! Colours for a line of JSON text, read by itself: a JSON string never goes over a line's end, so no line needs
//! to know the one before. Text that is no JSON gets colours too, just less telling ones.

use ratatui::style::Color;
use ratatui::text::Span;

use crate::tui::theme::Theme;
use crate::tui::widget::line::span;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Key,
    /// A string, a number or a word.
    Value,
    /// Brackets, commas, colons and space.
    Punctuation,
}

impl Token {
    /// Keys are names, values are text, the rest is quiet. State colours never appear in a text.
    #[must_use]
    pub fn colour(self, theme: &Theme) -> Color {
        match self {
            Self::Key => theme.syn,
            Self::Value => theme.fg,
            Self::Punctuation => theme.dim,
        }
    }
}

/// The pieces of a line, in order; together they are the line.
#[must_use]
pub fn tokens(line: &str) -> Vec<(Token, &str)> {
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let is_punctuation = |c: char| c.is_whitespace() || "{}[],:".contains(c);
        let (end, token) = if first == '"' {
            let end = end_of_string(rest);
            let is_key = rest[end..].trim_start().starts_with(':');
            (end, if is_key { Token::Key } else { Token::Value })
        } else if is_punctuation(first) {
            (rest.find(|c| !is_punctuation(c)).unwrap_or(rest.len()), Token::Punctuation)
        } else {
            let end = rest.find(|c| is_punctuation(c) || c == '"').unwrap_or(rest.len());
            (end, Token::Value)
        };
        let (piece, after) = rest.split_at(end);
        tokens.push((token, piece));
        rest = after;
    }
    tokens
}

/// A line in its colours. The text has been made safe before.
#[must_use]
pub fn spans(line: &str, theme: &Theme) -> Vec<Span<'static>> {
    tokens(line).into_iter().map(|(token, text)| span(text, token.colour(theme))).collect()
}

/// Where a string that begins here ends: behind its closing quote, or with the line.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::Token::{Key, Punctuation, Value};
    use super::*;

    #[test]
    fn keys_values_and_the_rest_are_told_apart() {
        let line = r#"{ "a\"b" : "x: y", "n": -1e3, [true"#;
        let expected = [
            (Punctuation, "{ "),
            (Key, r#""a\"b""#),
            (Punctuation, " : "),
            (Value, r#""x: y""#),
            (Punctuation, ", "),
            (Key, r#""n""#),
            (Punctuation, ": "),
            (Value, "-1e3"),
            (Punctuation, ", ["),
            (Value, "true"),
        ];
        assert_eq!(tokens(line), expected);
        assert_eq!(tokens("\"open").len(), 1);
    }
}
