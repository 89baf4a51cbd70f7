//! Why a text is no strict JSON, and at which byte.

use std::ops::Range;

use serde_json::value::RawValue;

/// What is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// One phrase with the place; empty: the text is only begun, and that is nobody's fault.
    pub sentence: String,
    /// The same without the place, which the caret shows.
    pub what: String,
    /// The byte that does not belong there; the text's length: more should come.
    pub at: Option<usize>,
}

impl Fault {
    /// What is wrong with a text, if anything.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let error = serde_json::from_str::<&RawValue>(text).err()?;
        let sentence = error.to_string();
        let what = sentence.split(" at line ").next().unwrap_or_default().to_owned();
        let at = if error.is_eof() {
            text.trim_end().len()
        } else {
            let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len);
            // Columns are bytes, counted from 1; a column 0 is the end of the line before. Of control characters
            // they are those of the byte before.
            let control = usize::from(what.starts_with("control character"));
            (before.sum::<usize>() + error.column() + control).saturating_sub(1)
        };
        Some(Self { sentence, what, at: Some(text.floor_char_boundary(at)) })
    }
}

/// Whether this byte of a text stands in a piece of a line of it; the end of a line in its last piece.
pub fn is_in(text: &str, piece: &Range<usize>, at: usize) -> bool {
    let ends_line = piece.end == text.len() || text.as_bytes()[piece.end] == b'\n';
    piece.contains(&at) || (at == piece.end && ends_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, at: usize, what: &str) {
        let fault = Fault::of(text).unwrap();
        assert_eq!((fault.at, fault.what.as_str()), (Some(at), what), "{fault:?}");
    }

    #[test]
    fn the_byte_is_the_one_that_does_not_belong_there() {
        check("{\"a\": NaN}", 6, "expected value");
        check("{\"é\": 1,\n \"b\" 2}", 15, "expected `:`");
        check("{\"a\": \"the rest is mis", 22, "EOF while parsing a string");
        check("{\"a\": \n", 5, "EOF while parsing a value");
        check("[1]\n]", 4, "trailing characters");
        check("[\"a\nb\"]", 3, "control character (\\u0000-\\u001F) found while parsing a string");
        assert_eq!(Fault::of("{\"a\": 1}"), None);
    }
}
