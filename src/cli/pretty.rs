//! JSON as a person reads it.

use crate::agent::layout::indented;
use crate::cli::print;
use crate::text;

/// A text as its characters, anything else as indented JSON; safe for a terminal.
#[must_use]
pub fn pretty(json: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(json) {
        Ok(serde_json::Value::String(text)) => text::safe_lines(text.as_bytes()),
        Ok(_) => print::safe_json(&indented(json)),
        Err(_) => text::safe_lines(json.as_bytes()),
    }
}
