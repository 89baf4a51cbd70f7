//! The wire: what an agent's standard output means.

use std::ops::Range;

/// What an agent said on its standard output. Ranges are byte ranges of that output, so that a view can show
/// the value exactly as it was written without reading it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The value under `result`.
    Result(Range<usize>),
    /// The value under `error`, as text.
    Error(String),
    /// Neither; one sentence says why.
    Malformed(String),
}

/// A reply, and what is worth saying about how it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub reply: Reply,
    /// For example: other text stood around the JSON object.
    pub warnings: Vec<String>,
}

/// Reads the whole standard output of an agent.
#[must_use]
pub fn read(stdout: &[u8]) -> Answer {
    let _ = stdout;
    Answer { reply: Reply::Malformed(String::new()), warnings: Vec::new() }
}

/// A named rule by which a result looks like an error although the agent ended with exit code 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftError {
    /// For example `text-error-prefix`.
    pub rule: &'static str,
}

/// The first rule that sees an error in a result, given as the JSON text the agent wrote.
#[must_use]
pub fn soft_error(result: &str) -> Option<SoftError> {
    let _ = result;
    None
}
