//! Searching a whole tree, folded or not: done aside, where it may take a while.

use std::borrow::Cow;
use std::sync::Arc;

use crate::tui::widget::json_tree::{Tree, read};
use crate::tui::widget::needle::Needle;

/// Most places that are kept.
const MOST: usize = 100_000;

/// What is searched.
#[derive(Clone, Debug)]
pub struct Haystack {
    text: Arc<str>,
    /// Keys and values, each by itself; else the lines of the text as it is written.
    json: bool,
}

/// One place of the needle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The key or the value begins at this byte of the text; 0 for lines.
    pub at: usize,
    pub key: bool,
    /// Byte of what the key or the value means.
    pub offset: usize,
}

/// All places, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    pub places: Vec<Hit>,
    /// There are more than these.
    pub more: bool,
}

impl Tree {
    /// What a search in the view that is shown goes through.
    #[must_use]
    pub fn haystack(&self) -> Haystack {
        Haystack { text: Arc::clone(&self.text), json: !self.raw }
    }
}

impl Haystack {
    /// Finds every place of the needle; `goes_on` is asked now and then, and ends a search that nobody wants any more.
    #[must_use]
    pub fn find(&self, needle: &Needle, goes_on: impl Fn() -> bool) -> Hits {
        let mut hits = Hits::default();
        if !self.json {
            hits.take(needle, &self.text, 0, false);
            return hits;
        }
        let bytes = self.text.as_bytes();
        let mut at = 0;
        let mut asked = 0;
        while at < bytes.len() && !hits.more {
            if at - asked > 1 << 20 {
                asked = at;
                if !goes_on() {
                    return Hits::default();
                }
            }
            match bytes[at] {
                b'"' => {
                    let end = read::end_of_string(bytes, at);
                    let written = &self.text[at..end];
                    let after = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace());
                    let inside = written[1..].strip_suffix('"').unwrap_or(&written[1..]);
                    let means = match inside.contains('\\') {
                        true => Cow::Owned(read::string(written, usize::MAX).0),
                        false => Cow::Borrowed(inside),
                    };
                    hits.take(needle, &means, at, after == Some(&b':'));
                    at = end;
                }
                byte if byte.is_ascii_whitespace() || b"{}[],:".contains(&byte) => at += 1,
                _ => {
                    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
                    let end = bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length);
                    hits.take(needle, &self.text[at..end], at, false);
                    at = end;
                }
            }
        }
        hits
    }
}

impl Hits {
    fn take(&mut self, needle: &Needle, text: &str, at: usize, key: bool) {
        let mut start = 0;
        for line in text.split('\n') {
            for place in needle.places(line) {
                if self.places.len() >= MOST {
                    self.more = true;
                    return;
                }
                self.places.push(Hit { at, key, offset: start + place.start });
            }
            start += line.len() + 1;
        }
    }

    /// The number of the first place at or behind this byte, the first of all where none is; `None` without any.
    #[must_use]
    pub fn from(&self, byte: usize) -> Option<usize> {
        let at = self.places.partition_point(|hit| (hit.at, hit.offset) < (byte, 0));
        (!self.places.is_empty()).then(|| at % self.places.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, needle: &str) -> Vec<Hit> {
        let tree = Tree::new(text, 0, "");
        tree.haystack().find(&Needle::new(needle).unwrap().unwrap(), || true).places
    }

    #[test]
    fn keys_and_values_are_searched_as_what_they_mean() {
        let text = r#"{"a\u0062c": "x\nab ab", "n": [1e3, "ab\\"]}"#;
        let at = |part| text.find(part).unwrap();
        let (key, value, last) = (at("\"a"), at("\"x"), at("\"ab\\"));
        let expected = [(key, true, 0), (value, false, 2), (value, false, 5), (last, false, 0)];
        assert_eq!(find(text, "ab"), expected.map(|(at, key, offset)| Hit { at, key, offset }));
        assert_eq!(find(text, "1e3").len(), 1);
        assert_eq!(find(text, "/^ab$/").len(), 0);
        assert_eq!(find(text, "/^ab/").len(), 3, "lines and values begin");
        assert!(find(text, "\": ").is_empty(), "what is written between values is none");
        assert_eq!(find("{\"a\": NaN,\n NaN", "nan").len(), 2, "what is no JSON is its lines");
    }

    #[test]
    fn a_search_that_nobody_wants_ends_and_places_have_a_limit() {
        let text = format!("[{}\"needle\"]", "\"aaaaaaaa\",".repeat(200_000));
        let tree = Tree::new(&text, 0, "");
        let find =
            |needle: &str, goes_on| tree.haystack().find(&Needle::new(needle).unwrap().unwrap(), || goes_on);
        assert_eq!((find("needle", true).places.len(), find("needle", false).places.len()), (1, 0));
        let hits = find("a", true);
        assert!(hits.more && hits.places.len() == MOST);
        assert_eq!((hits.from(0), hits.from(text.len())), (Some(0), Some(0)));
    }
}
