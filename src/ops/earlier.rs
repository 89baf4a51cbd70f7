//! What earlier calls were given and have answered, for choosing from.

use std::io;

use serde_json::value::RawValue;

use crate::agent::payload::{Parameters, Payload};
use crate::ops::runs::{self, ResultText};
use crate::ops::{Context, Rejected};
use crate::run::dir::RunDir;
use crate::run::spec::{Kind, RunSpec};
use crate::run::status::State;
use crate::run::view::RunView;

/// The newest runs that are looked at.
const LOOKED_AT: usize = 300;

/// Values kept of one parameter.
const VALUES: usize = 8;

/// Longest value that is offered; a longer one cannot be told from others in a line.
const LONGEST: usize = 200;

/// Largest text that is read of a run's answer.
const LARGEST: u64 = 16 << 20;

/// A call that was recorded.
#[derive(Clone, Debug)]
pub struct Call {
    pub dir: RunDir,
    /// `namespace/folder`.
    pub agent: String,
    pub method: String,
}

/// What one call was given and has answered.
#[derive(Debug)]
pub struct Texts {
    pub payload: String,
    /// `None` while there is none.
    pub result: Option<String>,
    pub state: State,
}

/// The specs of the newest calls, the newest first. What cannot be read is passed over.
fn specs(context: &Context) -> impl Iterator<Item = (RunDir, RunSpec)> {
    let dirs = runs::store(context).list().unwrap_or_default();
    let specs = dirs.into_iter().take(LOOKED_AT).filter_map(|dir| {
        let spec = dir.read_spec().ok()?;
        Some((dir, spec))
    });
    specs.filter(|(_, spec)| spec.kind == Kind::Call)
}

/// The newest calls of any method, the newest first.
#[must_use]
pub fn calls(context: &Context) -> Vec<Call> {
    specs(context)
        .map(|(dir, spec)| Call { dir, agent: spec.agent, method: spec.method.unwrap_or_default() })
        .collect()
}

/// Short values that the parameters of a method had before: distinct ones, the newest first.
#[must_use]
pub fn values(context: &Context, agent: &str, method: &str) -> Vec<(String, Vec<Box<RawValue>>)> {
    let payloads = specs(context)
        .filter(|(_, spec)| spec.agent == agent && spec.method.as_deref() == Some(method))
        .filter_map(|(_, spec)| serde_json::from_str::<Payload>(spec.payload?.get()).ok());
    distinct(payloads.map(|payload| payload.parameters))
}

fn distinct(payloads: impl Iterator<Item = Parameters>) -> Vec<(String, Vec<Box<RawValue>>)> {
    let mut found: Vec<(String, Vec<Box<RawValue>>)> = Vec::new();
    for (name, value) in payloads.flatten().filter(|(_, value)| value.get().len() <= LONGEST) {
        let at = found.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            found.push((name, Vec::new()));
            found.len() - 1
        });
        let known = &mut found[at].1;
        if known.len() < VALUES && known.iter().all(|one| one.get() != value.get()) {
            known.push(value);
        }
    }
    found
}

/// What a call was given, and what it has answered as far as there is an answer.
///
/// # Errors
/// One sentence.
pub fn texts(dir: &RunDir) -> Result<Texts, Rejected> {
    let failed = |error: io::Error| {
        let message = format!("run {} cannot be read: {error}", dir.id().short());
        Rejected::new(crate::ops::Why::Machine, message)
    };
    let run = RunView::open(dir.clone()).map_err(failed)?;
    let bytes = run.status.outcome.as_ref().and_then(|outcome| outcome.result);
    let is_small = bytes.is_some_and(|(start, end)| end.saturating_sub(start) <= LARGEST);
    let result = match is_small.then(|| runs::result(&run)).transpose().map_err(failed)? {
        Some(ResultText::Json(text) | ResultText::Text(text, _)) => Some(text),
        Some(ResultText::None) | None => None,
    };
    let payload = run.spec.payload.as_ref().map(|payload| payload.get().to_owned()).unwrap_or_default();
    Ok(Texts { payload, result, state: run.state() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::payload;

    #[test]
    fn values_are_told_once_the_newest_first_and_long_ones_not() {
        let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(LONGEST));
        let payloads = [r#"{"a": 2, "b": "x"}"#, r#"{"b": "y", "a": 1}"#, r#"{"a": 2, "b": null}"#, &long];
        let found = distinct(payloads.iter().map(|json| payload::parameters(json).unwrap()));
        let found: Vec<String> = found
            .iter()
            .map(|(name, values)| {
                let values: Vec<_> = values.iter().map(|value| value.get()).collect();
                format!("{name}: {}", values.join(" "))
            })
            .collect();
        assert_eq!(found, ["a: 2 1", "b: \"x\" \"y\" null"]);
    }
}
