//! What is wrong with a payload, as advice: everything can be sent anyway.

use crate::agent::manifest::Method;
use crate::agent::payload::{self, Payload};
use crate::text;
use crate::tui::pane::form::field::{Field, Trouble};
use crate::tui::pane::form::json::{Pair, Whole};
use crate::tui::pane::form::secrets;

/// Bytes that one argument of a program holds: what `agenthub exec` can send.
const ARGUMENT: usize = 131_071;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The parameter it is about; `None` when it is about the payload.
    pub parameter: Option<String>,
    /// One sentence.
    pub message: String,
}

/// A payload that could be sent, and what speaks against it.
#[derive(Clone, Debug)]
pub struct Checked {
    pub payload: Payload,
    pub problems: Vec<Problem>,
    /// What is worth knowing before it is sent, and wrong in no way.
    pub notes: Vec<Problem>,
    /// Bytes of the payload as it is sent.
    pub size: usize,
}

impl Checked {
    /// Checks what the fields make.
    pub fn fields(method: &Method, fields: &[Field], payload: Payload, extra: &[Pair]) -> Self {
        let troubles: Vec<Problem> = fields.iter().filter_map(trouble).collect();
        let mut problems = troubles.clone();
        // A text that could not be read has been named; that it is a text now is no second problem.
        problems.extend(
            declared(method, &payload)
                .into_iter()
                .filter(|problem| troubles.iter().all(|trouble| trouble.parameter != problem.parameter)),
        );
        let place =
            |problem: &Problem| fields.iter().position(|f| Some(&f.name) == problem.parameter.as_ref());
        problems.sort_by_key(|problem| place(problem).unwrap_or(usize::MAX));
        problems.extend(around(method, &payload, extra));
        Self::new(payload, problems)
    }

    /// Checks what the JSON text says.
    pub fn whole(method: &Method, whole: &Whole) -> Self {
        let twice = whole.twice.iter().map(|name| Problem {
            parameter: Some(name.clone()),
            message: format!("{name} stands more than once: the last one counts"),
        });
        let mut problems: Vec<Problem> = twice.collect();
        problems.extend(declared(method, &whole.payload));
        problems.extend(around(method, &whole.payload, &whole.extra));
        Self::new(whole.payload.clone(), problems)
    }

    fn new(payload: Payload, problems: Vec<Problem>) -> Self {
        let size = size(&payload);
        Self { notes: notes(&payload, size), size, payload, problems }
    }
}

fn trouble(field: &Field) -> Option<Problem> {
    let message = match field.value()?.as_ref().err()? {
        Trouble::Json(error) => format!("{} is not JSON: {error}", field.name),
        Trouble::Kind(message) => message.clone(),
    };
    Some(Problem { parameter: Some(field.name.clone()), message })
}

fn declared(method: &Method, payload: &Payload) -> Vec<Problem> {
    payload::check(method, &payload.parameters)
        .into_iter()
        .map(|error| Problem { parameter: Some(error.parameter), message: error.message })
        .collect()
}

/// What stands around the parameters.
fn around(method: &Method, payload: &Payload, extra: &[Pair]) -> Vec<Problem> {
    let other = (payload.method != method.name)
        .then(|| format!("the payload calls {}, but it is checked as {}", payload.method, method.name));
    let extra = extra
        .iter()
        .map(|(key, _)| format!("{key} is not sent: a payload has only method, parameters and tool_context"));
    other.into_iter().chain(extra).map(|message| Problem { parameter: None, message }).collect()
}

/// What is said beside the problems: keys that would be kept, and a size that not everything can send.
fn notes(payload: &Payload, size: usize) -> Vec<Problem> {
    let keys = payload.parameters.iter().filter_map(|(name, value)| {
        let message = secrets::sentence(&quote(name), secrets::find(value.get())?);
        Some(Problem { parameter: Some(name.clone()), message })
    });
    let context = payload.tool_context.iter().filter_map(|value| {
        let message = secrets::sentence("`tool_context`", secrets::find(value.get())?);
        Some(Problem { parameter: None, message })
    });
    let large = (size > ARGUMENT).then(|| {
        let message = format!(
            "an argument holds {ARGUMENT} bytes: this payload goes in memory, agenthub exec cannot send it"
        );
        Problem { parameter: None, message }
    });
    keys.chain(context).chain(large).collect()
}

fn quote(name: &str) -> String {
    format!("`{}`", text::fit(&text::safe(name.as_bytes()), 24))
}

fn size(payload: &Payload) -> usize {
    serde_json::to_string(payload).map_or(0, |json| json.len())
}
