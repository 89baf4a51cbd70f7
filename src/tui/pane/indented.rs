//! JSON as lines to read: indented, with colours, and every value spelled as it was written.

use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::theme::Theme;
use crate::tui::widget::line::span;
use crate::tui::widget::sideways::broken;

/// Most lines; a payload of megabytes is not read to its end on this page.
const MOST: usize = 2_000;

/// The text, which must be JSON, as lines of at most `columns`.
#[must_use]
pub fn lines(json: &str, columns: usize, t: &Theme) -> Vec<Line<'static>> {
    let mut lines: Vec<Vec<Span<'static>>> = vec![Vec::new()];
    let mut depth = 0usize;
    let mut rest = json.trim();
    while let Some(c) = rest.chars().next() {
        if lines.len() > MOST {
            lines.push(vec![span("… the rest is in spec.json of the run's folder", t.dim)]);
            break;
        }
        let length = match c {
            '"' => string_length(rest),
            '{' | '[' | '}' | ']' | ',' | ':' => 1,
            c if c.is_whitespace() => {
                rest = rest.trim_start();
                continue;
            }
            _ => rest.find([',', '}', ']', ' ', '\n', '\r', '\t']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length.max(c.len_utf8()));
        rest = after.trim_start();
        let new_line = |lines: &mut Vec<Vec<Span<'static>>>, depth: usize| {
            lines.push(vec![Span::raw("  ".repeat(depth))]);
        };
        let (text, colour) = match token {
            "{" | "[" | "," => (token, t.dim),
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                (token, t.dim)
            }
            ":" => (": ", t.dim),
            _ if rest.starts_with(':') => (token, t.syn),
            _ => (token, t.fg),
        };
        let closes_empty = matches!(token, "{" | "[") && rest.starts_with(['}', ']']);
        if matches!(token, "}" | "]") && !lines.last().is_some_and(|line| ends_open(line)) {
            new_line(&mut lines, depth);
        }
        if let Some(line) = lines.last_mut() {
            line.push(span(text::safe(text.as_bytes()), colour));
        }
        match token {
            "{" | "[" => {
                depth += 1;
                if !closes_empty {
                    new_line(&mut lines, depth);
                }
            }
            "," => new_line(&mut lines, depth),
            _ => {}
        }
    }
    lines.into_iter().flat_map(|line| broken(line, columns.max(8))).map(Line::from).collect()
}

/// Whether a line ends with the bracket that would be closed now: `{}` and `[]` stay on one line.
fn ends_open(line: &[Span]) -> bool {
    line.last().is_some_and(|span| matches!(span.content.as_ref(), "{" | "["))
}

/// Bytes of the string at the start of a text, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Palette, shelf};

    #[test]
    fn values_keep_their_spelling_and_empty_ones_their_line() {
        let theme = shelf::built_in(false, Palette::Mono);
        let json = r#"{"a":1.50,"b":[true, {}, []],"c\"":"x, {y}"}"#;
        let lines: Vec<_> = lines(json, 80, &theme)
            .iter()
            .map(|line| line.spans.iter().map(|span| span.content.as_ref()).collect::<String>())
            .collect();
        assert_eq!(
            lines,
            [
                "{",
                "  \"a\": 1.50,",
                "  \"b\": [",
                "    true,",
                "    {},",
                "    []",
                "  ],",
                "  \"c\\\"\": \"x, {y}\"",
                "}"
            ]
        );
    }
}
