//! What is searched for: a text, with smart case, or a regular expression between slashes.

use std::ops::Range;

use ratatui::style::Modifier;
use ratatui::text::Span;
use regex::{Regex, RegexBuilder};

use crate::tui::theme::Theme;

/// Largest compiled expression, in bytes: a person types no larger one, and `a{1000}{1000}` is none to wait for.
const LARGEST: usize = 1 << 20;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Needle {
    regex: Regex,
}

impl Needle {
    /// What was typed as a needle; `None` while nothing was typed. Without capital letters it finds both cases. A
    /// wrong expression is an error of a few words.
    pub fn new(typed: &str) -> Result<Option<Self>, String> {
        let expression = match typed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            Some(expression) => expression.to_owned(),
            None => regex::escape(typed),
        };
        if expression.is_empty() {
            return Ok(None);
        }
        let found = RegexBuilder::new(&expression)
            .case_insensitive(!typed.chars().any(char::is_uppercase))
            .size_limit(LARGEST)
            .build();
        found.map(|regex| Some(Self { regex })).map_err(|error| {
            // The last line says what is wrong; those before draw the place.
            let said = error.to_string();
            let last = said.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("no regular expression: {last}")
        })
    }

    /// Where it stands in a line; places without a character are none.
    pub fn places<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.regex.find_iter(line).map(|found| found.range()).filter(|place| !place.is_empty())
    }

    /// The spans of a safe line with every place of the needle marked.
    #[must_use]
    pub fn mark(&self, spans: Vec<Span<'static>>, theme: &Theme) -> Vec<Span<'static>> {
        let line: String = spans.iter().map(|span| span.content.as_ref()).collect();
        mark(spans, &self.places(&line).collect::<Vec<_>>(), theme)
    }
}

/// The spans with these places of their text, in order, marked.
#[must_use]
pub fn mark(spans: Vec<Span<'static>>, places: &[Range<usize>], theme: &Theme) -> Vec<Span<'static>> {
    if places.is_empty() {
        return spans;
    }
    let marked = theme.solid(theme.warn).remove_modifier(Modifier::BOLD);
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
        assert!(Needle::new("/a{1000}{1000}{1000}/").is_err());
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
