//! What `agent.yaml` says: strict for the badge, loose for running. The reading itself is in [`super::schema`].

use serde_json::{Number, Value};

use crate::agent::schema;
use crate::text::nearest;

/// What a manifest says, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    pub name: Option<String>,
    pub version: Option<String>,
    pub description: Option<String>,
    pub author: Option<String>,
    /// As written, for example `3.11+`; `venv` makes a specifier of it.
    pub python_version: Option<String>,
    /// Requirement texts under `dependencies`.
    pub dependencies: Vec<String>,
    /// `installation.commands`, in order; a single text is one command.
    pub install_commands: Vec<String>,
    /// In file order.
    pub methods: Vec<Method>,
}

impl Manifest {
    /// The method of this name.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// The existing methods most like a mistyped name, the nearest first.
    #[must_use]
    pub fn nearest_method(&self, name: &str) -> Vec<String> {
        nearest::nearest(name, self.methods.iter().map(|method| method.name.as_str()))
    }
}

/// Something an agent can be asked to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Method {
    pub name: String,
    pub description: String,
    /// In file order.
    pub parameters: Vec<Parameter>,
    pub returns: Option<Returns>,
}

/// One named value of a method's payload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub kind: Kind,
    /// The type as the manifest writes it, for example `string` or `str`.
    pub type_name: String,
    pub required: bool,
    /// Absent differs from null.
    pub default: Option<Value>,
    pub description: String,
    /// The allowed values from `options`, `enum` or `choices`; empty when any value goes.
    pub options: Vec<Value>,
    /// The least and the greatest number, where the manifest has them.
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    /// What a list holds; its name is empty.
    pub item: Option<Box<Parameter>>,
    /// What an object is declared to have; it may have more.
    pub properties: Vec<Parameter>,
}

impl Parameter {
    /// The bounds of a number as a person reads them: `0 … 1`, `at least 0`.
    #[must_use]
    pub fn range(&self) -> Option<String> {
        match (&self.minimum, &self.maximum) {
            (Some(least), Some(most)) => Some(format!("{least} … {most}")),
            (Some(least), None) => Some(format!("at least {least}")),
            (None, Some(most)) => Some(format!("at most {most}")),
            (None, None) => None,
        }
    }
}

/// What a value must be. Types that plugdeck does not know accept anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    Unknown,
}

impl Kind {
    /// The kind a manifest means by a type name, whatever its case; `list[str]` is a list.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let base = name.split(['[', '<', '(']).next().unwrap_or_default().trim().to_lowercase();
        match base.as_str() {
            "string" | "str" | "text" => Self::String,
            "integer" | "int" | "long" => Self::Integer,
            "number" | "float" | "double" | "decimal" => Self::Number,
            "boolean" | "bool" => Self::Boolean,
            "array" | "list" | "sequence" | "tuple" => Self::Array,
            "object" | "dict" | "dictionary" | "map" | "mapping" => Self::Object,
            _ => Self::Unknown,
        }
    }

    /// How a sentence calls a value of this kind.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::String => "a text",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Array => "a JSON array",
            Self::Object => "a JSON object",
            Self::Unknown => "any value",
        }
    }
}

/// What a method says it answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Returns {
    pub type_name: String,
    pub description: String,
}

/// Something that is wrong with a manifest, and where.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Problem {
    /// Counted from 1; 0 when the place is not known.
    pub line: u32,
    /// Counted from 1, in characters; 0 when the place is not known.
    pub column: u32,
    /// For example `interface.methods.greet.description`; empty for the file as a whole.
    pub path: String,
    /// One sentence, with what to do about it.
    pub message: String,
    /// An error keeps the manifest from being valid; a warning does not.
    #[serde(skip)]
    pub severity: Severity,
}

/// How much a [`Problem`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Warning,
    Error,
}

/// Reads a manifest. `None` when nothing can be run from it: not YAML, not AgentHub's, no methods.
/// The manifest is valid by the strict rules when no problem is an error.
#[must_use]
pub fn parse(text: &str) -> (Option<Manifest>, Vec<Problem>) {
    schema::read(text)
}
