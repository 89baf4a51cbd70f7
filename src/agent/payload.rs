//! What is sent to an agent: made from texts or JSON, checked against the manifest, spelled as it was typed.

use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::agent::manifest::Method;

/// Named values in order; each keeps the spelling it was given (`1e3`, thirty digits).
pub type Parameters = IndexMap<String, Box<RawValue>>;

/// The one JSON object an agent is called with.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Payload {
    pub method: String,
    pub parameters: Parameters,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_context: Option<Box<RawValue>>,
}

/// What is wrong with one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub parameter: String,
    /// One sentence that names the parameter and what to do.
    pub message: String,
}

/// Reads a JSON object of parameters. The error is one sentence with line and column.
pub fn parameters(json: &str) -> Result<Parameters, String> {
    let _ = json;
    Err(String::new())
}

/// The value of one parameter from the text a person typed: text for string parameters (and for ones the
/// method does not declare, unless the text is JSON), else JSON. The error is one sentence.
pub fn value_from_text(method: Option<&Method>, name: &str, text: &str) -> Result<Box<RawValue>, FieldError> {
    let _ = (method, name, text);
    Err(FieldError { parameter: String::new(), message: String::new() })
}

/// Checks parameters against a method: missing required, wrong-typed, unknown, not among the options.
#[must_use]
pub fn check(method: &Method, parameters: &Parameters) -> Vec<FieldError> {
    let _ = (method, parameters);
    Vec::new()
}
