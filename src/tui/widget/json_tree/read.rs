//! Reading one level of a JSON text: where its values stand, not what they are.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

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

/// Why a text is no strict JSON.
pub fn fault(text: &str) -> Option<String> {
    serde_json::from_str::<&RawValue>(text).err().map(|error| error.to_string())
}

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

/// The text that a JSON string means; `None` when it is no Unicode text.
pub fn string(text: &str) -> Option<String> {
    serde_json::from_str(text).ok()
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
