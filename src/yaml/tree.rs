//! A YAML document in memory: nodes with their places, and the way to walk them.

use std::fmt;

/// Values, and levels of them, that one node may become as JSON; a cycle of aliases ends here.
const MOST_VALUES: usize = 10_000;
const DEEPEST_VALUE: usize = 64;

/// Where something stands, counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// Why a text is not the YAML it should be, in one line without its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", place.line, place.column)]
pub struct Fault {
    pub place: Place,
    pub message: String,
}

/// A key that stands again in the same mapping; the last one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    pub place: Place,
    pub first: Place,
    /// Keys from the root, joined by dots.
    pub path: String,
}

/// One YAML document.
#[derive(Debug, Default)]
pub struct Document {
    pub(super) nodes: Vec<Stored>,
    pub repeats: Vec<Repeat>,
}

#[derive(Debug)]
pub(super) struct Stored {
    pub(super) place: Place,
    /// The text of a scalar, whatever it means; empty for the rest.
    pub(super) text: String,
    pub(super) content: Content,
}

/// What a node is. Lists and mappings are walked through [`Node`].
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Null,
    Boolean(bool),
    /// Decimal digits.
    Integer(String),
    Float(f64),
    Text,
    Date,
    Binary,
    Set,
    Sequence(Vec<Id>),
    Mapping(Vec<(Id, Id)>),
    /// A plain `<<`, which never stays in a finished document.
    Merge,
    /// A plain `=`, which is text as a key and never stays as a value.
    Equals,
}

/// A node's number in its document.
pub type Id = usize;

/// A node of a document; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    document: &'a Document,
    id: Id,
}

impl Document {
    /// The outermost value; `None` in a text without any.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node { document: self, id: 0 })
    }
}

impl<'a> Node<'a> {
    #[must_use]
    pub fn place(self) -> Place {
        self.stored().place
    }

    #[must_use]
    pub fn content(self) -> &'a Content {
        &self.stored().content
    }

    /// A scalar as it was written, whatever it means; empty for lists and mappings.
    #[must_use]
    pub fn written(self) -> &'a str {
        &self.stored().text
    }

    /// The text, when it is one and not a number or the like.
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        (*self.content() == Content::Text).then(|| self.written())
    }

    #[must_use]
    pub fn is_mapping(self) -> bool {
        matches!(self.content(), Content::Mapping(_))
    }

    /// The items of a list; none for anything else.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        let items = if let Content::Sequence(items) = self.content() { items.as_slice() } else { &[] };
        items.iter().map(move |&id| Node { id, ..self })
    }

    /// The pairs of a mapping in file order; none for anything else.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (Node<'a>, Node<'a>)> {
        let pairs = if let Content::Mapping(pairs) = self.content() { pairs.as_slice() } else { &[] };
        pairs.iter().map(move |&(key, value)| (Node { id: key, ..self }, Node { id: value, ..self }))
    }

    /// The value under a key that is text.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.entries().find(|(found, _)| found.text() == Some(key)).map(|(_, value)| value)
    }

    /// The value as JSON. What JSON has no form for (dates, numbers past 64 bits) becomes text as it was
    /// written. `None` when it is larger or deeper than a manifest's value can sensibly be.
    #[must_use]
    pub fn to_json(self) -> Option<serde_json::Value> {
        self.json(DEEPEST_VALUE, &mut MOST_VALUES.clone())
    }

    fn json(self, levels: usize, values: &mut usize) -> Option<serde_json::Value> {
        use serde_json::Value;
        *values = values.checked_sub(1)?;
        let as_written = || Value::from(self.written());
        Some(match self.content() {
            Content::Null => Value::Null,
            Content::Boolean(value) => Value::from(*value),
            Content::Integer(digits) => digits
                .parse::<i64>()
                .map(Value::from)
                .or_else(|_| digits.parse::<u64>().map(Value::from))
                .unwrap_or_else(|_| Value::from(digits.as_str())),
            Content::Float(value) => {
                serde_json::Number::from_f64(*value).map_or_else(as_written, Value::Number)
            }
            Content::Text
            | Content::Date
            | Content::Binary
            | Content::Set
            | Content::Merge
            | Content::Equals => as_written(),
            Content::Sequence(_) => {
                let levels = levels.checked_sub(1)?;
                Value::Array(self.items().map(|item| item.json(levels, values)).collect::<Option<_>>()?)
            }
            Content::Mapping(_) => {
                let levels = levels.checked_sub(1)?;
                let pair = |(key, value): (Node<'_>, Node<'_>)| {
                    Some((key.written().to_owned(), value.json(levels, values)?))
                };
                Value::Object(self.entries().map(pair).collect::<Option<_>>()?)
            }
        })
    }

    fn stored(self) -> &'a Stored {
        &self.document.nodes[self.id]
    }
}

impl fmt::Display for Content {
    /// What a person calls it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Content::Null => "nothing",
            Content::Boolean(_) => "a yes-or-no value",
            Content::Integer(_) | Content::Float(_) => "a number",
            Content::Text | Content::Merge | Content::Equals => "a text",
            Content::Date => "a date",
            Content::Binary => "binary data",
            Content::Set => "a set",
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "a mapping",
        })
    }
}
