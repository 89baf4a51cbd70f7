//! Which texts are code, and how a line of it is coloured: enough to read it, in any language, without knowing one.

use ratatui::text::Span;

use crate::tui::theme::Theme;
use crate::tui::widget::line::span;

/// Words in the name of a value that is code.
const NAMES: [&str; 8] = ["code", "script", "source", "python", "diff", "patch", "sql", "snippet"];

/// How lines of code begin and those of prose do not.
const BEGINNINGS: [&str; 16] = [
    "#!",
    "#include",
    "def ",
    "class ",
    "import ",
    "from ",
    "function ",
    "const ",
    "let ",
    "var ",
    "fn ",
    "use ",
    "pub ",
    "package ",
    "async ",
    "<?",
];

/// Words that a language keeps for itself, of the usual languages together.
const KEYWORDS: [&str; 44] = [
    "and", "as", "async", "await", "break", "case", "catch", "class", "const", "continue", "def", "elif",
    "else", "enum", "except", "export", "finally", "fn", "for", "from", "func", "function", "if", "impl",
    "import", "in", "is", "let", "match", "not", "or", "pass", "pub", "raise", "return", "struct", "switch",
    "throw", "try", "use", "var", "while", "with", "yield",
];

/// Longest line of code, in bytes; prose has its paragraphs in longer ones.
const LONGEST: usize = 160;

/// What a row of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Prose,
    /// A line of code with its number, or the beginning of a long one.
    Code(usize),
    /// Where a long line of code goes on.
    GoesOn,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Prose,
    Code,
    /// Prose with code between lines of three backticks.
    Fenced,
}

impl Kind {
    /// What a text is, by its key and by how it looks.
    #[must_use]
    pub fn of(key: Option<&str>, text: &str) -> Self {
        if !text.contains('\n') {
            return Self::Prose;
        }
        if text.lines().any(is_fence) {
            return Self::Fenced;
        }
        let key = key.map(str::to_lowercase);
        if key.is_some_and(|key| NAMES.iter().any(|name| key.contains(name))) || looks_like_code(text) {
            return Self::Code;
        }
        Self::Prose
    }
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// Whether lines are indented, and none is as long as a paragraph.
fn looks_like_code(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.len() < 2 || lines.iter().any(|line| line.len() > LONGEST) {
        return false;
    }
    let indented = lines.iter().filter(|line| line.starts_with('\t') || line.starts_with("  ")).count();
    let begins = BEGINNINGS.iter().any(|beginning| lines[0].starts_with(beginning));
    (lines.len() >= 4 && indented * 3 >= lines.len()) || (begins && indented > 0)
}

/// The numbers of lines of code, one after the other.
pub struct Numbers {
    kind: Kind,
    /// Between two fences.
    inside: bool,
    number: usize,
}

impl Numbers {
    /// From behind this beginning of the text on.
    #[must_use]
    pub fn new(kind: Kind, before: &str) -> Self {
        let mut numbers = Self { kind, inside: false, number: 0 };
        // A piece of a line is no line of its own.
        let whole = before.rfind('\n').map_or("", |newline| &before[..newline]);
        if !before.is_empty() && kind != Kind::Prose && before.contains('\n') {
            for line in whole.split('\n') {
                numbers.next(line);
            }
        }
        numbers
    }

    /// The number of the next line, if it is code.
    pub fn next(&mut self, line: &str) -> Option<usize> {
        match self.kind {
            Kind::Prose => return None,
            Kind::Fenced if is_fence(line) => {
                (self.inside, self.number) = (!self.inside, 0);
                return None;
            }
            Kind::Fenced if !self.inside => return None,
            Kind::Code | Kind::Fenced => {}
        }
        self.number += 1;
        Some(self.number)
    }
}

/// A safe line of code in its colours: names of the language, comments, the rest.
#[must_use]
pub fn spans(line: &str, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    let bytes = line.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    while at < bytes.len() {
        let rest = &line[at..];
        let apart = at == 0 || bytes[at - 1] == b' ';
        if apart && (rest.starts_with("# ") || rest.starts_with("//") || rest == "#") {
            break;
        }
        at += match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => string_length(rest.as_bytes(), quote),
            byte if is_word(byte) => {
                let length = rest.bytes().position(|byte| !is_word(byte)).unwrap_or(rest.len());
                if KEYWORDS.binary_search(&&rest[..length]).is_ok() {
                    spans.push(span(&line[plain..at], theme.fg));
                    spans.push(span(&rest[..length], theme.syn));
                    plain = at + length;
                }
                length
            }
            _ => 1,
        };
    }
    spans.push(span(&line[plain..at], theme.fg));
    spans.push(span(&line[at..], theme.dim));
    spans.retain(|span| !span.content.is_empty());
    spans
}

/// The bytes of a string that begins here; a quote that is never closed is a sign like any other.
fn string_length(text: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if *byte == quote => return at + 1,
            _ => {}
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Palette, shelf};

    #[test]
    fn code_is_known_by_its_key_its_fences_and_its_look() {
        for (key, text, kind) in [
            (Some("generated_code"), "a\nb", Kind::Code),
            (Some("code"), "one line", Kind::Prose),
            (None, "words\n```python\nx = 1\n```\n", Kind::Fenced),
            (None, "def f():\n    return 1\n", Kind::Code),
            (None, "{\n  a: 1,\n  b: 2\n}", Kind::Code),
            (None, "One sentence.\nAnother one.\n\nAnd a third.", Kind::Prose),
            (None, "# Error generating code: no\n# Please check", Kind::Prose),
            (Some("text"), &format!("{}\n  a\n  b\n  c\n", "long ".repeat(40)), Kind::Prose),
        ] {
            assert_eq!(Kind::of(key, text), kind, "{text}");
        }
    }

    #[test]
    fn lines_are_numbered_inside_fences_from_any_line_on() {
        let text = "a\n```\nb\nc\n```\nd\n```\ne\n```";
        let mut numbers = Numbers::new(Kind::Fenced, "");
        let all: Vec<_> = text.lines().map(|line| numbers.next(line)).collect();
        assert_eq!(all, [None, None, Some(1), Some(2), None, None, None, Some(1), None]);
        let mut later = Numbers::new(Kind::Fenced, "a\n```\nb\n");
        assert_eq!(later.next("c"), Some(2));
        assert_eq!(Numbers::new(Kind::Code, "one\ntwo\n").next("three"), Some(3));
    }

    #[test]
    fn keywords_and_comments_stand_out_and_nothing_is_lost() {
        assert!(KEYWORDS.is_sorted());
        let theme = shelf::built_in(false, Palette::Rgb);
        for line in
            ["", "  if x # not in \"that", "s = 'if # no' // yes", "don't # that", "größe = 'é", "#x #"]
        {
            let text: String = spans(line, &theme).iter().map(|span| span.content.as_ref()).collect();
            assert_eq!(text, line);
        }
        let coloured = spans("  if x in y:  # why", &theme);
        let parts: Vec<_> = coloured.iter().map(|span| (span.content.as_ref(), span.style.fg)).collect();
        let (fg, syn, dim) = (Some(theme.fg), Some(theme.syn), Some(theme.dim));
        assert_eq!(parts, [("  ", fg), ("if", syn), (" x ", fg), ("in", syn), (" y:  ", fg), ("# why", dim)]);
    }
}
