//! Which rows tell an error, and before which there was a pause.

use std::time::Duration;

use crate::ops::words::PAUSE;
use crate::text;
use crate::tui::find::What;
use crate::tui::seen::{Row, Source};
use crate::tui::tail::rows::Item;

/// Bytes of a line in which a logger's level stands.
const LEVEL: usize = 120;

/// What the rows before this one were.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before {
    t_us: Option<u64>,
    /// Of each stream: its last line belongs to a traceback that goes on.
    traceback: [bool; 2],
}

impl Before {
    /// Takes a row; whether it is what is looked for.
    pub fn take(&mut self, what: What, item: &Item) -> bool {
        match what {
            What::Hit => false,
            What::Gap => self.pause(item.t_us),
            What::Trouble => self.trouble(item.source, &item.text()),
        }
    }

    /// Takes a row; whether there was a pause before it.
    pub fn pause(&mut self, t_us: u64) -> bool {
        let before = self.t_us.replace(t_us);
        before.is_some_and(|before| Duration::from_micros(t_us.saturating_sub(before)) >= PAUSE)
    }

    /// Takes a row; whether it tells an error, or begins a traceback. A traceback counts once.
    pub fn trouble(&mut self, source: Source, text: &str) -> bool {
        let Source::Output(stream) = source else { return false };
        let inside = &mut self.traceback[stream.index()];
        if is_head(text) {
            *inside = true;
            return true;
        }
        if *inside {
            // The first line that is not indented names the exception, and is the last one.
            *inside = is_inside(text);
            return false;
        }
        tells_an_error(text)
    }
}

/// Whether a line is how uv, pip or what they call begin to say why they failed.
#[must_use]
pub fn begins_a_reason(row: &Row) -> bool {
    let text = text::safe(row.text.as_bytes());
    let word = text.split_whitespace().next().unwrap_or_default().trim_end_matches(':');
    row.source != Source::Supervisor
        && (matches!(word, "×" | "error" | "Error" | "ERROR" | "Because" | "fatal")
            || word.starts_with("error["))
}

fn is_head(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("Traceback (most recent call last)") || text.starts_with("+ Exception Group Traceback")
}

fn is_inside(text: &str) -> bool {
    text.is_empty() || text.starts_with(' ')
}

/// Whether a line says by itself that something went wrong: it begins with the word, names an exception, or has a
/// logger's level.
fn tells_an_error(text: &str) -> bool {
    let first = text.split_ascii_whitespace().next().unwrap_or_default();
    let word = first.trim_end_matches(':');
    if matches!(word, "×" | "error" | "Error" | "ERROR" | "fatal" | "FATAL" | "CRITICAL" | "panicked")
        || word.starts_with("error[")
    {
        return true;
    }
    let named = ["Error", "Exception"].iter().any(|end| word.ends_with(end));
    let plain = word.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
    if named && plain && (first.ends_with(':') || text.trim() == first) && !text.starts_with(' ') {
        return true;
    }
    let head = text.as_bytes();
    let head = &head[..head.len().min(LEVEL)];
    [&b"ERROR"[..], b"CRITICAL", b"FATAL"].iter().any(|level| {
        let is_word = |at: Option<usize>| {
            at.and_then(|at| head.get(at)).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        memchr::memmem::find(head, level)
            .is_some_and(|at| !is_word(at.checked_sub(1)) && !is_word(Some(at + level.len())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::output::Stream;

    #[test]
    fn a_traceback_counts_once_and_errors_by_their_words() {
        let rows = [
            ("starting", false),
            ("Traceback (most recent call last):", true),
            ("  File \"agent.py\", line 3, in f", false),
            ("    raise ValueError(1)", false),
            ("ValueError: 1", false),
            ("ValueError: said by itself", true),
            ("json.decoder.JSONDecodeError: no", true),
            ("MyError", true),
            ("an Error: in a sentence", false),
            ("2026-01-01 10:00:00 ERROR agent: no", true),
            ("[CRITICAL] no", true),
            ("ERRORS: 0", false),
            ("error: no", true),
            ("0 errors", false),
        ];
        let mut before = Before::default();
        let err = Source::Output(Stream::Err);
        for (text, expected) in rows {
            assert_eq!(before.trouble(err, text), expected, "{text}");
        }
    }
}
