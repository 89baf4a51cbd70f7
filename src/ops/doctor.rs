//! What plugdeck finds on this machine, and what to do about what is missing. Changes nothing; a variable that may
//! hold a secret is only ever named.

mod folders;
mod models;
mod rights;
mod terminal;
mod tools;

use serde::Serialize;

use crate::config::Loaded;
use crate::ops::{Context, runs};
use crate::run::store;
use crate::text;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// One or two words, for example `uv`.
    #[serde(rename = "check")]
    pub name: &'static str,
    pub state: Standing,
    /// What was found.
    pub sentence: String,
    /// What to do, where there is something to do.
    pub action: Option<String>,
}

/// How a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Ok,
    /// Works, with less than there could be.
    Note,
    /// Something of plugdeck cannot work.
    Problem,
}

impl Check {
    fn ok(name: &'static str, sentence: impl Into<String>) -> Self {
        Self { name, state: Standing::Ok, sentence: sentence.into(), action: None }
    }

    fn note(name: &'static str, sentence: impl Into<String>, action: &str) -> Self {
        Self { name, state: Standing::Note, sentence: sentence.into(), action: Some(action.to_owned()) }
    }

    fn problem(name: &'static str, sentence: impl Into<String>, action: impl Into<String>) -> Self {
        Self { name, state: Standing::Problem, sentence: sentence.into(), action: Some(action.into()) }
    }
}

impl Standing {
    /// Its sign.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Note => "▲",
            Self::Problem => "✗",
        }
    }
}

/// The checks as a person reads them: a line each, and one more for what is to be done.
#[must_use]
pub fn page(checks: &[Check]) -> String {
    let safe = |part: &str| text::safe(part.as_bytes());
    let lines = |check: &Check| {
        let action = check.action.as_deref().map(|action| format!("{:15}→ {}\n", "", safe(action)));
        let head = format!("{} {:<12} {}\n", check.state.sign(), check.name, safe(&check.sentence));
        head + &action.unwrap_or_default()
    };
    checks.iter().map(lines).collect()
}

/// Looks at everything; takes a second or two, since every Python is asked for its version.
#[must_use]
pub fn examine(context: &Context) -> Vec<Check> {
    let mut checks = tools::checks(context);
    checks.extend(folders::checks(context));
    checks.push(settings(context));
    checks.push(runs_kept(context));
    checks.extend(rights::checks());
    checks.extend(terminal::checks());
    checks.push(models::servers());
    checks.push(models::keys());
    checks.push(models::file(context));
    checks
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

fn settings(context: &Context) -> Check {
    let file = context.paths.settings();
    let shown = context.paths.shorten(&file);
    match Loaded::read(&context.paths.config).sentence() {
        None if file.exists() => Check::ok("settings", format!("{shown} is read")),
        None => Check::ok("settings", format!("there is no {shown}: everything is as by default")),
        Some(problems) => Check::problem("settings", problems, "correct the file, or move it away"),
    }
}

fn runs_kept(context: &Context) -> Check {
    let listed = match runs::list(context) {
        Ok(listed) => listed,
        Err(error) => {
            return Check::problem("runs", error.message, "make the folder readable, or set XDG_STATE_HOME");
        }
    };
    let dirs = runs::store(context).list().unwrap_or_default();
    let bytes: u64 = dirs.iter().map(store::size).sum();
    let live = listed.iter().flatten().filter(|run| run.state().is_live()).count();
    let lost = listed.iter().flatten().filter(|run| run.lost).count();
    let damaged = listed.iter().filter(|run| run.is_err()).count();
    let sentence = format!("{} kept in {}, {live} live", listed.len(), folders::amount(bytes));
    match (lost, damaged) {
        (0, 0) => Check::ok("runs", sentence),
        (lost, damaged) => Check::note(
            "runs",
            format!("{sentence}, {lost} lost, {damaged} damaged"),
            "`plugdeck ps --all` names them; a lost run's supervisor was killed, a damaged one's folder can go",
        ),
    }
}
