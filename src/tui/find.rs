//! What is looked for in a run's output: patterns, which lines are shown, and the way to the next line that is meant.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::run::output::Stream;
use crate::text;
use crate::tui::seen::Source;

/// Most memory that a compiled pattern may take, in bytes.
const LARGEST: usize = 1 << 20;

/// A text to be found: plain, or a regular expression where it is written `/like this/`. Without a capital in it, it
/// means capitals too.
#[derive(Clone, Debug)]
pub struct Pattern {
    written: String,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// The pattern that a person wrote, or one sentence that says what is wrong with it. An empty text is none.
    pub fn new(written: &str) -> Result<Option<Self>, String> {
        let inner = written.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let (source, capitals) = match inner {
            Some(regex) => (regex.to_owned(), has_capitals(regex)),
            None => (regex::escape(written), written.contains(char::is_uppercase)),
        };
        if source.is_empty() {
            return Ok(None);
        }
        let regex = RegexBuilder::new(&source)
            .case_insensitive(!capitals)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .build()
            .map_err(|error| sentence(&error))?;
        Ok(Some(Self { written: written.to_owned(), regex }))
    }

    /// As it was written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it is in a text as it is shown.
    #[must_use]
    pub fn is_in(&self, shown: &str) -> bool {
        self.regex.is_match(shown)
    }

    /// Where it is in a text as it is shown; what matches nothing at all is left out.
    pub fn places<'a>(&'a self, shown: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.regex.find_iter(shown).map(|found| found.range()).filter(|range| !range.is_empty())
    }
}

/// Whether a regular expression asks for a capital; `\W` and its kind do not.
fn has_capitals(regex: &str) -> bool {
    let mut chars = regex.chars();
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
        regex::Error::Syntax(report) => {
            let last = report.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
        other => other.to_string(),
    };
    text::safe(format!("no regular expression: {reason}").as_bytes())
}

/// Whose lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Streams {
    #[default]
    Both,
    Only(Source),
}

impl Streams {
    /// The next one round: both, standard output, standard error, the supervisor's.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Both => Self::Only(Source::Output(Stream::Out)),
            Self::Only(Source::Output(Stream::Out)) => Self::Only(Source::Output(Stream::Err)),
            Self::Only(Source::Output(Stream::Err)) => Self::Only(Source::Supervisor),
            Self::Only(Source::Supervisor) => Self::Both,
        }
    }

    /// As a person reads it; nothing for both.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Both => None,
            Self::Only(Source::Output(stream)) => Some(stream.name()),
            Self::Only(Source::Supervisor) => Some("supervisor"),
        }
    }

    /// Whether lines of this source are shown.
    #[must_use]
    pub fn show(self, source: Source) -> bool {
        match self {
            Self::Both => true,
            Self::Only(only) => only == source,
        }
    }
}

/// What is wanted of the lines besides a window of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub streams: Streams,
    /// Only lines with it are shown, …
    pub filter: Option<Pattern>,
    /// … and so many before and after each.
    pub context: u16,
    /// To be counted.
    pub search: Option<Pattern>,
    /// The row whose place among the hits is asked for.
    pub current: Option<u64>,
    pub seek: Option<Seek>,
}

impl Wanted {
    /// Every row is shown.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.streams == Streams::Both && self.filter.is_none()
    }
}

/// A way to go. Rows are numbered among all rows of the run, shown or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seek {
    /// Tells this one from others of the same view.
    pub id: u64,
    pub what: What,
    pub forward: bool,
    /// The first row that counts; backward, the one after it.
    pub from: u64,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A line with the search's text; at the end it goes on at the beginning.
    Hit,
    /// A line that tells an error, or begins a traceback.
    Trouble,
    /// A line before which nothing was printed for a while.
    Gap,
}

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The number among all rows of each row of the page; empty where all are shown from the page's first on.
    pub numbers: Vec<u64>,
    /// Lines with the search's text so far.
    pub hits: u64,
    /// Which of them the current row is, from 1.
    pub rank: Option<u64>,
    /// Not everything was looked through yet: for the search, and for what is shown.
    pub searching: bool,
    pub filtering: bool,
    /// Of a filtered page: its last row is the last one there is.
    pub ends: bool,
    pub sought: Option<Sought>,
}

/// How a seek ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sought {
    pub id: u64,
    pub row: Option<u64>,
    /// It went on at the other end.
    pub wrapped: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<(usize, usize)> {
        let pattern = Pattern::new(pattern).unwrap().unwrap();
        pattern.places(text).map(|place| (place.start, place.end)).collect()
    }

    #[test]
    fn plain_text_means_itself_and_small_letters_mean_both() {
        assert_eq!(found("a.b", "aXb a.b A.B"), [(4, 7), (8, 11)]);
        assert_eq!(found("A.b", "a.b A.b"), [(4, 7)]);
        assert_eq!(found("größe", "GRÖSSE GRÖßE"), [(8, 15)]);
        assert_eq!(found("/", "a/b"), [(1, 2)]);
        assert!(Pattern::new("").unwrap().is_none() && Pattern::new("//").unwrap().is_none());
    }

    #[test]
    fn a_regular_expression_stands_between_slashes() {
        assert_eq!(found(r"/a\d+/", "a1 A22 a"), [(0, 2), (3, 6)]);
        assert_eq!(found(r"/\Ba/", "ba Ba"), [(1, 2), (4, 5)]);
        assert_eq!(found(r"/A\W/", "a! A!"), [(3, 5)]);
        assert_eq!(found("/x*/", "axxb"), [(1, 3)]);
        let wrong = Pattern::new("/(a/").unwrap_err();
        assert_eq!(wrong, "no regular expression: unclosed group");
        let large = Pattern::new("/(a{1000}){1000}/").unwrap_err();
        assert_eq!(large, "no regular expression: it would take too much memory");
    }
}
