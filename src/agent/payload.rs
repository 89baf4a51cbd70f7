//! What is sent to an agent: made from texts or JSON, checked against the manifest, spelled as it was typed.
//! Agents themselves don't check, so this is the only place that can say no before a call.

use indexmap::IndexMap;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::agent::json;
use crate::agent::manifest::{Kind, Method, Parameter};
use crate::text;
use crate::text::nearest;

/// Columns that a value may take inside a sentence.
const QUOTE_WIDTH: usize = 40;

/// Options that a sentence lists at most.
const LISTED: usize = 6;

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

impl Payload {
    /// The payload as JSON on one line: every value as it was spelled, blanks outside texts left out.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = format!("{{\"method\":{},\"parameters\":{{", string(&self.method));
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            json.extend([comma, &string(name), ":", &json::compact(value.get())]);
        }
        json.push('}');
        if let Some(context) = &self.tool_context {
            json.extend([",\"tool_context\":", &json::compact(context.get())]);
        }
        json.push('}');
        json
    }
}

/// What is wrong with one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub parameter: String,
    /// One sentence that names the parameter and what to do.
    pub message: String,
}

impl FieldError {
    fn new(parameter: &str, message: String) -> Self {
        Self { parameter: parameter.to_owned(), message }
    }
}

/// Reads a JSON object of parameters.
///
/// # Errors
/// One sentence with line and column.
pub fn parameters(json: &str) -> Result<Parameters, String> {
    let noun = match json.trim_ascii_start().as_bytes().first() {
        None => Some("nothing"),
        Some(b'[') => Some("an array"),
        Some(b'"') => Some("a text"),
        Some(b't' | b'f' | b'n' | b'-' | b'0'..=b'9') => Some("a single value"),
        _ => None,
    };
    if let Some(noun) = noun {
        return Err(format!(
            "the parameters must be a JSON object such as {{\"name\": \"value\"}}, not {noun}"
        ));
    }
    serde_json::from_str(json).map_err(|error| format!("the parameters are not a JSON object: {error}"))
}

/// The value of one parameter from the text a person typed: text for string parameters (and for ones the
/// method does not declare or whose type is not known, unless the text is JSON), else JSON.
///
/// # Errors
/// One sentence, when the text is not JSON where it must be.
pub fn value_from_text(method: Option<&Method>, name: &str, text: &str) -> Result<Box<RawValue>, FieldError> {
    let declared =
        method.and_then(|method| method.parameters.iter().find(|parameter| parameter.name == name));
    let kind = declared.map_or(Kind::Unknown, |parameter| parameter.kind);
    if kind == Kind::String {
        return Ok(text_value(text));
    }
    match RawValue::from_string(text.trim_ascii().to_owned()) {
        Ok(value) => Ok(value),
        Err(_) if kind == Kind::Unknown => Ok(text_value(text)),
        Err(_) => {
            let found = if text.trim().is_empty() { "nothing".to_owned() } else { quote(text) };
            Err(FieldError::new(name, format!("{} must be {}, not {found}", quote(name), kind.noun())))
        }
    }
}

/// Checks parameters against a method: missing required, wrong-typed, unknown, not among the options. Errors
/// come in the order of the manifest, unknown ones last.
#[must_use]
pub fn check(method: &Method, parameters: &Parameters) -> Vec<FieldError> {
    let mut errors: Vec<_> = method
        .parameters
        .iter()
        .filter_map(|parameter| {
            let message = match parameters.get(&parameter.name) {
                Some(value) => wrong_value(parameter, value.get())?,
                None if parameter.required => {
                    format!("{} is required: give it {}", quote(&parameter.name), parameter.kind.noun())
                }
                None => return None,
            };
            Some(FieldError::new(&parameter.name, message))
        })
        .collect();
    let declared = || method.parameters.iter().map(|parameter| parameter.name.as_str());
    for name in parameters.keys().filter(|name| !declared().any(|declared| declared == *name)) {
        let near = nearest::nearest(name, declared());
        let all: Vec<_> = declared().take(LISTED).map(quote).collect();
        let hint = match (near.first(), all.is_empty()) {
            (Some(near), _) => format!("did you mean {}?", quote(near)),
            (None, false) => format!("it takes {}", all.join(", ")),
            (None, true) => "it takes none".to_owned(),
        };
        let message = format!("{} is no parameter of {}: {hint}", quote(name), quote(&method.name));
        errors.push(FieldError::new(name, message));
    }
    errors
}

/// Why a value does not fit its parameter.
fn wrong_value(parameter: &Parameter, value: &str) -> Option<String> {
    let name = quote(&parameter.name);
    let found = Found::of(value);
    if found == Found::Null && parameter.kind != Kind::Unknown {
        return parameter.required.then(|| format!("{name} is required: give it {}", parameter.kind.noun()));
    }
    if !found.fits(parameter.kind) {
        return Some(format!("{name} must be {}, not {}", parameter.kind.noun(), quote(value)));
    }
    if let Some(range) = parameter.range().filter(|_| !is_within(parameter, value)) {
        return Some(format!("{name} must be {range}, not {}", quote(value)));
    }
    if let Some(message) = wrong_inside(parameter, value) {
        return Some(message);
    }
    if parameter.options.is_empty()
        || parameter.options.iter().any(|option| same(parameter.kind, option, value))
    {
        return None;
    }
    let options: Vec<_> =
        parameter.options.iter().take(LISTED).map(|option| quote(&option.to_string())).collect();
    let more = if parameter.options.len() > LISTED { ", …" } else { "" };
    Some(format!("{name} must be one of {}{more}, not {}", options.join(", "), quote(value)))
}

/// What is wrong inside a list or an object, as far as the manifest says what it holds.
fn wrong_inside(parameter: &Parameter, value: &str) -> Option<String> {
    let named = |name: String, inner: &Parameter| Parameter { name, ..inner.clone() };
    if let Some(item) = &parameter.item {
        let items: Vec<&RawValue> = serde_json::from_str(value).ok()?;
        return items.iter().enumerate().find_map(|(index, value)| {
            wrong_value(&named(format!("{}[{index}]", parameter.name), item), value.get())
        });
    }
    if parameter.properties.is_empty() {
        return None;
    }
    let has: IndexMap<String, &RawValue> = serde_json::from_str(value).ok()?;
    parameter.properties.iter().find_map(|inner| {
        let whole = named(format!("{}.{}", parameter.name, inner.name), inner);
        match has.get(&inner.name) {
            Some(value) => wrong_value(&whole, value.get()),
            None if inner.required => {
                Some(format!("{} is required: give it {}", quote(&whole.name), inner.kind.noun()))
            }
            None => None,
        }
    })
}

/// Whether a number is within its parameter's bounds; what is no number has none.
fn is_within(parameter: &Parameter, value: &str) -> bool {
    if !matches!(parameter.kind, Kind::Integer | Kind::Number) {
        return true;
    }
    let Ok(value) = value.trim_ascii().parse::<f64>() else { return true };
    let bound = |number: &Option<serde_json::Number>| number.as_ref().and_then(serde_json::Number::as_f64);
    bound(&parameter.minimum).is_none_or(|least| value >= least)
        && bound(&parameter.maximum).is_none_or(|most| value <= most)
}

/// What a JSON value is, by its first character and, for numbers, its spelling.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Null,
    Boolean,
    Integer,
    Fraction,
    Text,
    Array,
    Object,
}

impl Found {
    fn of(value: &str) -> Self {
        match value.trim_ascii_start().as_bytes().first() {
            Some(b'"') => Self::Text,
            Some(b'[') => Self::Array,
            Some(b'{') => Self::Object,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'n') | None => Self::Null,
            // `3.0` and `3e0` are floats to Python.
            Some(_) if value.contains(['.', 'e', 'E']) => Self::Fraction,
            Some(_) => Self::Integer,
        }
    }

    fn fits(self, kind: Kind) -> bool {
        match kind {
            Kind::String => self == Self::Text,
            Kind::Integer => self == Self::Integer,
            Kind::Number => matches!(self, Self::Integer | Self::Fraction),
            Kind::Boolean => self == Self::Boolean,
            Kind::Array => self == Self::Array,
            Kind::Object => self == Self::Object,
            Kind::Unknown => true,
        }
    }
}

/// Whether a value is this option. An option that a manifest writes as a number is also met by its text where
/// the parameter is one.
fn same(kind: Kind, option: &Value, value: &str) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(value) else { return false };
    let numbers = option.as_f64().zip(value.as_f64());
    *option == value
        || numbers.is_some_and(|(option, value)| option.total_cmp(&value).is_eq())
        || (kind == Kind::String
            && !option.is_string()
            && value.as_str() == Some(option.to_string().as_str()))
}

/// A text as a JSON value.
fn text_value(text: &str) -> Box<RawValue> {
    // A JSON string is always JSON; null stands in for what cannot happen.
    RawValue::from_string(string(text)).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn string(text: &str) -> String {
    Value::from(text).to_string()
}

fn quote(text: &str) -> String {
    format!("`{}`", text::fit(&text::safe(text.as_bytes()), QUOTE_WIDTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str, kind: Kind, required: bool) -> Parameter {
        Parameter { name: name.to_owned(), kind, required, ..Parameter::default() }
    }

    fn method() -> Method {
        let mut mode = parameter("mode", Kind::String, false);
        mode.options = vec!["fast".into(), "slow".into(), 1.into()];
        let mut level = parameter("level", Kind::Number, false);
        level.options = vec![1.into(), 2.into()];
        let mut share = parameter("share", Kind::Number, false);
        (share.minimum, share.maximum) = (Some(0.into()), serde_json::Number::from_f64(1.5));
        let mut names = parameter("names", Kind::Array, false);
        names.item = Some(Box::new(parameter("", Kind::String, false)));
        let mut server = parameter("server", Kind::Object, false);
        server.properties =
            vec![parameter("host", Kind::String, true), parameter("port", Kind::Integer, false)];
        let parameters = vec![
            parameter("prompt", Kind::String, true),
            parameter("count", Kind::Integer, false),
            parameter("rate", Kind::Number, false),
            parameter("flag", Kind::Boolean, false),
            parameter("items", Kind::Array, false),
            parameter("extra", Kind::Object, false),
            parameter("any", Kind::Unknown, true),
            mode,
            level,
            share,
            names,
            server,
        ];
        Method { name: "go".to_owned(), parameters, ..Method::default() }
    }

    /// The members of `json`, beside the required ones, give errors that contain these parts, in order.
    #[track_caller]
    fn check_with(members: &str, expected: &[&str]) {
        let comma = if members.is_empty() { "" } else { "," };
        check_all(&format!("{{\"prompt\":\"x\",\"any\":1{comma}{members}}}"), expected);
    }

    #[track_caller]
    fn check_all(json: &str, expected: &[&str]) {
        let found = check(&method(), &parameters(json).expect("the test is JSON"));
        assert_eq!(found.len(), expected.len(), "{json}: {found:?}");
        for (error, part) in found.iter().zip(expected) {
            assert!(error.message.contains(part), "{json}: {}", error.message);
            assert!(error.message.contains(&error.parameter), "{}", error.message);
        }
    }

    #[test]
    fn required_parameters_must_be_there() {
        check_all("{}", &["`prompt` is required: give it a text", "`any` is required"]);
        check_all(r#"{"prompt": null, "any": null}"#, &["`prompt` is required"]);
        check_all(r#"{"prompt": "", "any": 0}"#, &[]);
    }

    #[test]
    fn values_must_have_their_type() {
        check_with(r#""count": 3, "rate": 3, "flag": true, "items": [], "extra": {}"#, &[]);
        check_with(r#""rate": 1.5e3, "count": -12345678901234567890123"#, &[]);
        check_with(r#""count": 3.0"#, &["`count` must be an integer, not `3.0`"]);
        check_with(r#""count": 3e0"#, &["an integer"]);
        check_with(r#""count": true"#, &["an integer"]);
        check_with(r#""count": "3""#, &["an integer"]);
        check_with(r#""rate": "1""#, &["a number"]);
        check_with(r#""flag": 1"#, &["true or false"]);
        check_with(r#""items": {}"#, &["a JSON array"]);
        check_with(r#""extra": []"#, &["a JSON object"]);
        check_with(r#""count": null, "extra": null"#, &[]);
        check_all(r#"{"prompt": 5, "any": 1}"#, &["`prompt` must be a text, not `5`"]);
    }

    #[test]
    fn unknown_parameters_name_the_nearest() {
        check_with(r#""cuont": 3"#, &["`cuont` is no parameter of `go`: did you mean `count`?"]);
        check_with(r#""zzz": 3"#, &["it takes `prompt`, `count`"]);
        let none = Method { name: "ping".to_owned(), ..Method::default() };
        let found = check(&none, &parameters(r#"{"a": 1}"#).expect("the test is JSON"));
        assert!(found[0].message.ends_with("it takes none"), "{}", found[0].message);
    }

    #[test]
    fn values_must_be_among_the_options() {
        check_with(r#""mode": "fast""#, &[]);
        check_with(r#""mode": "1""#, &[]);
        check_with(r#""mode": "f\u0061st""#, &[]);
        check_with(r#""mode": "Fast""#, &[r#"`mode` must be one of `"fast"`, `"slow"`, `1`, not `"Fast"`"#]);
        check_with(r#""level": 1.0"#, &[]);
        check_with(r#""level": 3"#, &["one of `1`, `2`"]);
    }

    #[test]
    fn what_is_inside_must_fit_too() {
        check_with(r#""names": ["a"], "server": {"host": "h", "port": 1, "more": 2}"#, &[]);
        check_with(r#""names": ["a", 2]"#, &["`names[1]` must be a text, not `2`"]);
        check_with(r#""server": {"port": 1}"#, &["`server.host` is required: give it a text"]);
        check_with(r#""server": {"host": "h", "port": "x"}"#, &["`server.port` must be an integer"]);
    }

    #[test]
    fn numbers_must_be_within_their_bounds() {
        check_with(r#""share": 1.5"#, &[]);
        check_with(r#""share": -0.1"#, &["`share` must be 0 … 1.5, not `-0.1`"]);
        check_with(r#""share": 1e400"#, &["`share` must be 0 … 1.5"]);
        check_with(r#""share": null"#, &[]);
        check_with(r#""share": "2""#, &["`share` must be a number"]);
    }

    #[track_caller]
    fn check_text(name: &str, text: &str, expected: Result<&str, &str>) {
        let found = value_from_text(Some(&method()), name, text);
        match (&found, expected) {
            (Ok(value), Ok(expected)) => assert_eq!(value.get(), expected),
            (Err(error), Err(part)) => assert!(error.message.contains(part), "{}", error.message),
            _ => panic!("{name}={text}: {found:?}"),
        }
    }

    #[test]
    fn typed_text_becomes_what_its_parameter_is() {
        check_text("prompt", "5", Ok("\"5\""));
        check_text("prompt", " a\n\"b\" ", Ok("\" a\\n\\\"b\\\" \""));
        check_text("count", " 5 ", Ok("5"));
        check_text("count", "five", Err("`count` must be an integer, not `five`"));
        check_text("count", "", Err("not nothing"));
        check_text("flag", "True", Err("true or false"));
        check_text("items", "[1, 1e3]", Ok("[1, 1e3]"));
        check_text("any", "[1", Ok("\"[1\""));
        check_text("undeclared", "5", Ok("5"));
        check_text("undeclared", "hello", Ok("\"hello\""));
        assert_eq!(value_from_text(None, "x", "{}").map(|value| value.get().to_owned()), Ok("{}".to_owned()));
    }

    #[test]
    fn parameters_must_be_an_object() {
        for (json, part) in [
            ("", "not nothing"),
            ("[1]", "not an array"),
            ("\"x\"", "not a text"),
            ("5", "not a single value"),
            ("{\"a\": }", "line 1 column 7"),
            ("{\"a\": 1\n,}", "line 2 column 2"),
            ("hello", "line 1 column 1"),
            ("{} x", "line 1 column 4"),
        ] {
            let error = parameters(json).expect_err("this is no object");
            assert!(error.contains(part) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn spelling_and_order_survive() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let json = format!(
            "{{ \"z\": 1e3,\n \"a\": 1.50, \"n\": {}, \"s\": \"\\ud800 \\u0041\", \"d\": {deep} }}",
            "9".repeat(30)
        );
        let parameters = parameters(&json).expect("the test is JSON");
        let payload = Payload { method: "g\"o".to_owned(), parameters, tool_context: None };
        let expected = format!(
            "{{\"method\":\"g\\\"o\",\"parameters\":{{\"z\":1e3,\"a\":1.50,\"n\":{},\"s\":\"\\ud800 \\u0041\",\"d\":{deep}}}}}",
            "9".repeat(30)
        );
        assert_eq!(payload.to_json(), expected);
        let again: Payload = serde_json::from_str(&payload.to_json()).expect("the payload is JSON");
        assert_eq!(again.to_json(), expected);
    }

    #[test]
    fn a_tool_context_goes_along() {
        let context = RawValue::from_string("{ \"tools\": [] }".to_owned()).expect("the test is JSON");
        let payload =
            Payload { method: "m".to_owned(), parameters: Parameters::new(), tool_context: Some(context) };
        assert_eq!(payload.to_json(), r#"{"method":"m","parameters":{},"tool_context":{"tools":[]}}"#);
    }
}
