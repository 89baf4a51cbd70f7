//! What is searched for: a text, with smart case, or a regular expression between slashes.

use std::ops::Range;

use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use regex::{Regex, RegexBuilder};

use crate::text;
use crate::tui::theme::Theme;

/// Largest compiled expression, in bytes: a person types no larger one, and `a{1000}{1000}` is none to wait for.
const LARGEST: usize = 1 << 20;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Needle {
    typed: String,
    regex: Regex,
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.typed == other.typed
    }
}

impl Eq for Needle {}

impl Needle {
    /// What was typed as a needle; `None` while nothing was typed. Without capital letters it finds both cases. A
    /// wrong expression is an error of a few words.
    pub fn new(typed: &str) -> Result<Option<Self>, String> {
        let (expression, capitals) = match typed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            Some(expression) => (expression.to_owned(), asks_for_capitals(expression)),
            None => (regex::escape(typed), typed.contains(char::is_uppercase)),
        };
        if expression.is_empty() {
            return Ok(None);
        }
        let found = RegexBuilder::new(&expression)
            .case_insensitive(!capitals)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .build();
        found.map(|regex| Some(Self { typed: typed.to_owned(), regex })).map_err(|error| sentence(&error))
    }

    /// As it was typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether it stands in a line.
    #[must_use]
    pub fn is_in(&self, line: &str) -> bool {
        self.regex.is_match(line)
    }

    /// Where it stands in a line; places without a character are none.
    pub fn places<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.regex.find_iter(line).map(|found| found.range()).filter(|place| !place.is_empty())
    }

    /// The spans of a safe line with every place of the needle marked.
    #[must_use]
    pub fn mark(&self, spans: Vec<Span<'static>>, theme: &Theme) -> Vec<Span<'static>> {
        let line: String = spans.iter().map(|span| span.content.as_ref()).collect();
        mark(spans, &self.places(&line).collect::<Vec<_>>(), hit(theme))
    }
}

/// Whether an expression has a capital that stands for itself; that of `\W` and its kind does not.
fn asks_for_capitals(expression: &str) -> bool {
    let mut chars = expression.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c.is_uppercase() {
            return true;
        }
    }
    false
}

fn sentence(error: &regex::Error) -> String {
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it would take too much memory".to_owned(),
        error => {
            // The last line says what is wrong; those before draw the place.
            let said = error.to_string();
            said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    };
    text::safe(format!("no regular expression: {reason}").as_bytes())
}

/// How a place that was found looks.
#[must_use]
pub fn hit(theme: &Theme) -> Style {
    theme.solid(theme.warn).remove_modifier(Modifier::BOLD)
}

/// The spans with these places of their text, in order, in this style.
#[must_use]
pub fn mark(spans: Vec<Span<'static>>, places: &[Range<usize>], marked: Style) -> Vec<Span<'static>> {
    if places.is_empty() {
        return spans;
    }
    let mut out = Vec::new();
    let mut places = places.iter().peekable();
    let mut start = 0;
    for span in spans {
        let text = span.content.as_ref();
        let mut at = 0;
        while at < text.len() {
            while places.peek().is_some_and(|place| place.end <= start + at) {
                places.next();
            }
            let (end, style) = match places.peek() {
                Some(place) if place.start <= start + at => (place.end - start, span.style.patch(marked)),
                Some(place) => (place.start - start, span.style),
                None => (text.len(), span.style),
            };
            let end = end.min(text.len());
            out.push(Span::styled(text[at..end].to_owned(), style));
            at = end;
        }
        start += text.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Palette, shelf};

    #[track_caller]
    fn found(typed: &str, line: &str) -> Vec<String> {
        let needle = Needle::new(typed).unwrap().unwrap();
        needle.places(line).map(|place| line[place].to_owned()).collect()
    }

    #[test]
    fn capital_letters_and_slashes_tell_what_is_meant() {
        assert_eq!(found("err", "Error, err, ERR"), ["Err", "err", "ERR"]);
        assert_eq!(found("Err", "Error, err, ERR"), ["Err"]);
        assert_eq!(found("a.c", "abc a.c"), ["a.c"]);
        assert_eq!(found("/a.c/", "abc a.c ABC"), ["abc", "a.c", "ABC"]);
        assert_eq!(found("/usr", "in /usr/lib"), ["/usr"], "one slash is a text");
        assert_eq!(found("/x*/", "axxb"), ["xx"]);
        assert!(Needle::new("").unwrap().is_none() && Needle::new("//").unwrap().is_none());
        assert_eq!(Needle::new("/a(/").unwrap_err(), "no regular expression: unclosed group");
        let large = Needle::new("/a{1000}{1000}{1000}/").unwrap_err();
        assert_eq!(large, "no regular expression: it would take too much memory");
        assert_eq!(found("größe", "GRÖSSE GRÖßE"), ["GRÖßE"]);
        assert_eq!(found(r"/\Ba/", "ba Ba"), ["a", "a"]);
        assert_eq!(found(r"/A\W/", "a! A!"), ["A!"]);
    }

    #[test]
    fn marks_keep_the_text_and_go_over_spans() {
        let theme = shelf::built_in(false, Palette::Rgb);
        let needle = Needle::new("b c").unwrap().unwrap();
        let marked = needle.mark(vec!["a b".into(), " c d b c".into()], &theme);
        let texts: Vec<_> =
            marked.iter().map(|span| (span.content.as_ref(), span.style.bg.is_some())).collect();
        let expected = [("a ", false), ("b", true), (" c", true), (" d ", false), ("b c", true)];
        assert_eq!(texts, expected);
    }
}
