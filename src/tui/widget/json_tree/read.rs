//! Reading one level of a JSON text: where its values stand, not what they are.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::text;

/// Longest string, in characters, that is shown beside its key.
const SHORT: usize = 60;

/// What a value is, as far as one level tells.
pub enum Shape {
    Group {
        children: usize,
        list: bool,
    },
    String,
    /// A number or a word: what it is called.
    Other(&'static str),
}

/// The key (as written) and the text of each value of a group; of other values, nothing.
#[derive(Default)]
pub struct Children<'a>(pub Vec<(Option<&'a str>, &'a str)>);

/// What a JSON text is.
pub fn shape(text: &str) -> Shape {
    match text.trim_start().as_bytes().first() {
        Some(first @ (b'{' | b'[')) => {
            Shape::Group { children: children(text).0.len(), list: *first == b'[' }
        }
        Some(b'"') => Shape::String,
        Some(b'n') => Shape::Other("null"),
        Some(b't' | b'f') => Shape::Other("boolean"),
        Some(_) | None => Shape::Other("number"),
    }
}

/// The values one level below.
pub fn children(text: &str) -> Children<'_> {
    serde_json::from_str(text).unwrap_or_default()
}

/// The first byte of a value: what it is.
pub fn first(text: &str) -> Option<u8> {
    text.trim_start().bytes().next()
}

/// The text that a JSON string means, or at least its first `most` bytes, and how many of the written bytes come
/// after. What is no Unicode text (half of a pair) or does something to a terminal stays as it is written. A string
/// whose end was cut off is read as far as it goes.
pub fn string(written: &str, most: usize) -> (String, u64) {
    read(written, most, |c| matches!(c, '\n' | '\r' | '\t' | '"' | '\\'))
}

/// A JSON string on one line, in its quotes, with all characters that can be shown instead of their escapes.
pub fn quoted(written: &str) -> String {
    format!("\"{}\"", read(written, usize::MAX, |_| false).0)
}

/// Reads the escapes of visible characters and those that are `also` wanted.
fn read(written: &str, most: usize, also: impl Fn(char) -> bool) -> (String, u64) {
    let inside = written.trim();
    let inside = inside.strip_prefix('"').unwrap_or(inside);
    let mut rest = inside.strip_suffix('"').unwrap_or(inside);
    let mut out = String::with_capacity(rest.len().min(most));
    while out.len() < most {
        let plain = rest.find('\\').unwrap_or(rest.len());
        let end = plain.min(rest.floor_char_boundary(most - out.len()));
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        if end < plain || rest.is_empty() {
            break;
        }
        let (length, meant) = escape(rest);
        match meant.filter(|c| also(*c) || is_visible(*c)) {
            Some(c) => out.push(c),
            None => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    (out, rest.len() as u64)
}

/// The bytes of the escape that begins here, and its character; none for half of a pair.
fn escape(text: &str) -> (usize, Option<char>) {
    let unit = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let simple = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'/') => '/',
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(_) | None => {
            let Some(high) = unit(0) else { return (1, None) };
            let low = unit(6).filter(|low| (0xdc00..0xe000).contains(low));
            return match (high, low) {
                (0xd800..0xdc00, Some(low)) => {
                    (12, char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)))
                }
                (high, _) => (6, char::from_u32(high)),
            };
        }
    };
    (2, Some(simple))
}

/// Whether a character can stand for its escape: it is drawn, and it neither controls nor turns what is around it.
fn is_visible(c: char) -> bool {
    let joins_pictures = matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{200d}');
    let shown = || text::safe(c.encode_utf8(&mut [0; 4]).as_bytes());
    joins_pictures || !matches!(c, '"' | '\\') && !c.is_control() && shown().chars().eq([c])
}

/// Where the string that begins here ends: behind its closing quote, or with the text.
pub fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// Whether a text needs rows of its own.
pub fn is_long(text: &str) -> bool {
    text.contains('\n') || text.chars().nth(SHORT).is_some()
}

impl<'de: 'a, 'a> Deserialize<'de> for Children<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Level;
        impl<'de> Visitor<'de> for Level {
            type Value = Children<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array or an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut children = Vec::new();
                while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    children.push((Some(key.get()), value.get()));
                }
                Ok(Children(children))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut children = Vec::new();
                while let Some(value) = seq.next_element::<&RawValue>()? {
                    children.push((None, value.get()));
                }
                Ok(Children(children))
            }
        }
        deserializer.deserialize_any(Level)
    }
}
