//! The payload as one JSON text: read with places for what is wrong, written so that reading gives the same.
//!
//! Values are never read deeper than needed: each stays the text it was written as, whatever its spelling or
//! depth. Keys keep their order, and a key that stands twice is said to.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::agent::payload::{Parameters, Payload};

/// Why a text is not what it should be, and where; line and column are counted from 1, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    pub line: usize,
    pub column: usize,
    /// One sentence without its place.
    pub message: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// A key and its value's text, as one after the other stands in an object.
pub type Pair = (String, Box<RawValue>);

/// Everything a payload's text says, also what cannot be sent.
#[derive(Clone, Debug)]
pub struct Whole {
    pub payload: Payload,
    /// Keys beside the three that a payload has.
    pub extra: Vec<Pair>,
    /// Parameters that stand more than once; the last one counts.
    pub twice: Vec<String>,
}

/// Reads one JSON value and keeps its spelling.
pub fn value(text: &str) -> Result<Box<RawValue>, JsonError> {
    serde_json::from_str::<Box<RawValue>>(text).map_err(|error| explain(text, &error))
}

/// A JSON string that means this text.
pub fn string(text: &str) -> Box<RawValue> {
    // Neither can fail: a text has a JSON form, and that form is JSON.
    let json = serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned());
    RawValue::from_string(json).unwrap_or_default()
}

/// The text that a JSON string means; `None` for other values, and for strings that are no Unicode text.
pub fn as_text(value: &RawValue) -> Option<String> {
    if value.get().starts_with('"') { serde_json::from_str(value.get()).ok() } else { None }
}

/// Reads a whole payload. `method` stands in where the text names none.
pub fn read(text: &str, method: &str) -> Result<Whole, JsonError> {
    let start = text.trim_start();
    if !start.is_empty() && !start.starts_with('{') {
        let message = "a payload is an object: { \"method\": …, \"parameters\": { … } }";
        return Err(place(text, text.len() - start.len(), message.to_owned()));
    }
    let Pairs(pairs) = serde_json::from_str(text).map_err(|error| explain(text, &error))?;
    let mut whole = Whole {
        payload: Payload { method: method.to_owned(), parameters: Parameters::new(), tool_context: None },
        extra: Vec::new(),
        twice: Vec::new(),
    };
    for (key, raw) in pairs {
        let wrong = |message: &str| place(text, offset(text, raw.get()), message.to_owned());
        match key.as_str() {
            "method" => {
                whole.payload.method = as_text(raw).ok_or_else(|| wrong("`method` must be a text"))?;
            }
            "parameters" => {
                let Pairs(pairs) = serde_json::from_str(raw.get())
                    .map_err(|_| wrong("`parameters` must be an object: { \"name\": value, … }"))?;
                whole.payload.parameters.clear();
                for (key, raw) in pairs {
                    // A later one takes the place of an earlier one, as in every JSON reader.
                    if whole.payload.parameters.shift_remove(&key).is_some() {
                        whole.twice.push(key.clone());
                    }
                    whole.payload.parameters.insert(key, raw.to_owned());
                }
            }
            "tool_context" => whole.payload.tool_context = Some(raw.to_owned()),
            _ => whole.extra.push((key, raw.to_owned())),
        }
    }
    Ok(whole)
}

/// Writes a whole payload over several lines; the values as they are.
pub fn write(payload: &Payload, extra: &[Pair]) -> String {
    let mut text = format!("{{\n  \"method\": {},\n  \"parameters\": {{", string(&payload.method));
    for (index, (key, value)) in payload.parameters.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        text.push_str(&format!("{comma}\n    {}: {value}", string(key)));
    }
    text.push_str(if payload.parameters.is_empty() { "}" } else { "\n  }" });
    let context = payload.tool_context.iter().map(|value| ("tool_context", value));
    for (key, value) in context.chain(extra.iter().map(|(key, value)| (key.as_str(), value))) {
        text.push_str(&format!(",\n  {}: {value}", string(key)));
    }
    text.push_str("\n}");
    text
}

/// The keys and values of an object, in order, repeated keys too; `None` for anything else.
pub fn pairs(text: &str) -> Option<Vec<(String, &RawValue)>> {
    serde_json::from_str::<Pairs>(text).ok().map(|Pairs(pairs)| pairs)
}

/// The places of an object's values in its text. Order and repeated keys are kept, which maps do not.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object: { \"name\": value, … }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Object).map(Pairs)
    }
}

/// Where a part of a text begins in it, in bytes.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

fn explain(text: &str, error: &serde_json::Error) -> JsonError {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    if error.is_eof() {
        return ends_early(text, message);
    }
    let start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // The reader counts bytes, and stands behind the one it could not take.
    let at = (start + error.column().saturating_sub(1)).min(text.len());
    place(text, at, plain(message).to_owned())
}

/// The reader's own words for what people do wrong most, in plain ones.
fn plain(message: &str) -> &str {
    match message {
        "expected value" => "a value is expected here",
        "expected ident" => "the only words are `true`, `false` and `null`",
        "trailing comma" => "there is a comma too many",
        "key must be a string" => "a key must stand in double quotes",
        "trailing characters" => "there is something after the end",
        "invalid escape" => "this is no escape: a backslash is written `\\\\`",
        _ if message.starts_with("control character") => "a line end inside a string is written `\\n`",
        _ => message,
    }
}

/// A text that stops in the middle: the bracket or quote that was never closed says more than the end does.
fn ends_early(text: &str, message: &str) -> JsonError {
    if text.trim().is_empty() {
        return place(text, 0, "nothing is here yet".to_owned());
    }
    let mut open: Vec<(usize, char)> = Vec::new();
    let (mut string, mut escaped) = (None, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if string.is_some() => escaped = true,
            '"' => string = if string.is_some() { None } else { Some(at) },
            '{' | '[' if string.is_none() => open.push((at, c)),
            '}' | ']' if string.is_none() => drop(open.pop()),
            _ => {}
        }
    }
    match string.map(|at| (at, '"')).or(open.pop()) {
        Some((at, c)) => place(text, at, format!("this {c} is never closed")),
        None => place(text, text.len(), message.to_owned()),
    }
}

fn place(text: &str, at: usize, message: String) -> JsonError {
    let mut at = at;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    JsonError {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrong(text: &str, expected: &str) {
        assert_eq!(read(text, "m").unwrap_err().to_string(), expected);
    }

    #[test]
    fn errors_stand_where_a_person_looks() {
        wrong("", "line 1, column 1: nothing is here yet");
        wrong("[]", "line 1, column 1: a payload is an object: { \"method\": …, \"parameters\": { … } }");
        wrong("{\n  \"é\": oops\n}", "line 2, column 8: a value is expected here");
        wrong(
            "{ \"method\": \"m\",\n  \"parameters\": { \"a\": [1, 2 }\n",
            "line 2, column 30: expected `,` or `]`",
        );
        wrong("{ \"a\": {\n  \"b\": 1\n", "line 1, column 8: this { is never closed");
        wrong("{ \"a\": \"b }", "line 1, column 8: this \" is never closed");
        wrong("{ \"method\": 1 }", "line 1, column 13: `method` must be a text");
        wrong(
            "{\n\"parameters\": []}",
            "line 2, column 15: `parameters` must be an object: { \"name\": value, … }",
        );
    }

    #[test]
    fn repeated_keys_are_said_and_the_last_counts() {
        let whole = read(r#"{"parameters": {"a": 1, "b": 2, "a": 3}}"#, "m").unwrap();
        assert_eq!(whole.twice, ["a"]);
        let keys: Vec<_> = whole.payload.parameters.iter().map(|(k, v)| format!("{k}{v}")).collect();
        assert_eq!(keys, ["b2", "a3"]);
    }

    #[test]
    fn very_deep_values_are_read() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let text = format!("{{\"parameters\": {{\"a\": {deep}}}}}");
        assert_eq!(read(&text, "m").unwrap().payload.parameters["a"].get(), deep);
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = r#"{"method": "m", "parameters": {"z": 1e3, "\u0000": "\ud800", "a": [1,
            2]}, "tool_context": {"k": null}, "other": 1.0}"#;
        let whole = read(text, "x").unwrap();
        let again = read(&write(&whole.payload, &whole.extra), "x").unwrap();
        assert_eq!(format!("{whole:?}"), format!("{again:?}"));
    }
}
