//! The only place that prints. Standard output is data, standard error is talk.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::text;

/// Prints text as it is; the caller has made it safe. A reader that has gone away is no error.
pub fn data(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints one JSON value on one line. Controls that JSON allows raw are written out.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(json) => data(&format!("{}\n", text::safe_json(&json))),
        Err(error) => talk(&format!("error: the answer could not be written as JSON: {error}")),
    }
}

/// Says one line to the person.
pub fn talk(line: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{line}");
}

/// Says one line of others' bytes, made safe.
pub fn talk_bytes(line: &[u8]) {
    talk(&text::safe(line));
}
