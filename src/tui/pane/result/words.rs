//! How an end is told: the claim above the result, and the sentences where there is none.

use std::time::Duration;

use crate::process::signal;
use crate::run::status::{Outcome, State};
use crate::tui::pane::sign;
use crate::tui::seen::Reply;
use crate::tui::widget::json_tree::Tree;

/// What a person must know before the result: a claim, and its evidence. Nothing when all went well.
pub fn claim(outcome: &Outcome) -> Option<(String, String)> {
    let first_line =
        outcome.error.as_deref().and_then(|error| error.lines().find(|line| !line.trim().is_empty()));
    let evidence = first_line.unwrap_or_default().trim().to_owned();
    let took = sign::took(Duration::from_millis(outcome.duration_ms));
    Some(match outcome.state {
        State::Succeeded => return None,
        State::SoftError => (
            "Exit 0, but the result looks like an error".to_owned(),
            format!(
                "AgentHub would call this a success. Rule {}",
                outcome.rule.as_deref().unwrap_or("unknown")
            ),
        ),
        State::Failed => (format!("Failed: {}", end(outcome)), evidence),
        State::TimedOut => (format!("Timed out after {took}"), evidence),
        State::Killed => (format!("Stopped after {took}: {}", end(outcome)), evidence),
        State::Rejected => ("Rejected before it started".to_owned(), evidence),
        State::Lost => (
            "The supervisor vanished".to_owned(),
            "How the agent ended is not known; what it printed is kept".to_owned(),
        ),
        State::Starting | State::Running | State::Stopping => {
            (format!("The run is {}", outcome.state.word()), evidence)
        }
    })
}

/// How the process ended: `exit code 3` or `SIGSEGV (signal 11)`.
pub fn end(outcome: &Outcome) -> String {
    match (outcome.signal, outcome.exit_code) {
        (Some(number), _) => format!("{} (signal {number})", signal::name(number)),
        (None, Some(0)) => "exit 0 without a result".to_owned(),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "it never started".to_owned(),
    }
}

/// The error as a section of its own: where one line beside the claim does not hold it.
pub fn error(outcome: &Outcome) -> Option<String> {
    let error = outcome.error.as_deref()?.trim();
    let short = error.lines().count() <= 1 && error.len() <= 72;
    (!short && outcome.state != State::SoftError).then(|| error.to_owned())
}

/// What the result is, for its section's head.
pub fn fact(reply: &Reply, tree: Option<&Tree>) -> String {
    let (Some(tree), Some(result)) = (tree, &reply.result) else { return String::new() };
    let size = sign::size(result.len() as u64 + reply.cut);
    format!("{} · {size}", tree.kind())
}

/// A sentence under the section's head: where there is nothing to see, why; where it is odd, how.
pub fn note(reply: &Reply, tree: Option<&Tree>) -> impl Iterator<Item = String> {
    let note = match (reply.result.as_deref().map(str::trim), tree) {
        (None, _) if reply.outcome.state.is_live() => Some("running".to_owned()),
        (None, _) if reply.outcome.stdout_bytes == 0 => {
            Some("no result: the agent printed nothing on stdout".to_owned())
        }
        (None, _) => Some("no result: this is what the agent printed on stdout".to_owned()),
        (Some(_), _) if reply.cut > 0 => {
            Some(format!("the beginning only: {} more are in the run's stdout", sign::size(reply.cut)))
        }
        (Some("null"), _) => Some("the result is null".to_owned()),
        (Some("\"\""), _) => Some("the result is an empty text".to_owned()),
        (Some(result), _) if empty(result, '{', '}') => Some("the result is an empty object".to_owned()),
        (Some(result), _) if empty(result, '[', ']') => Some("the result is an empty array".to_owned()),
        (Some(_), Some(tree)) => {
            tree.fault().map(|fault| format!("shown as text, it is not strict JSON: {fault}"))
        }
        (Some(_), None) => None,
    };
    note.into_iter()
}

fn empty(result: &str, open: char, close: char) -> bool {
    result
        .strip_prefix(open)
        .and_then(|rest| rest.strip_suffix(close))
        .is_some_and(|inside| inside.trim().is_empty())
}

/// What the call used: label and value, the most telling first.
pub fn usage(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let mut usage = vec![
        ("wall", sign::took(Duration::from_millis(outcome.duration_ms))),
        ("cpu", sign::took(Duration::from_millis(outcome.cpu_ms))),
        ("peak", sign::memory(outcome.peak_rss_bytes)),
        ("stdout", sign::size(outcome.stdout_bytes)),
        ("stderr", sign::count(usize::try_from(outcome.stderr_lines).unwrap_or(usize::MAX), "line", "lines")),
    ];
    usage.push(match (outcome.signal, outcome.exit_code) {
        (Some(number), _) => ("signal", signal::name(number)),
        (None, Some(code)) => ("exit", code.to_string()),
        (None, None) => ("exit", "–".to_owned()),
    });
    if outcome.leftovers_killed > 0 {
        usage.push(("left over", format!("{} killed", outcome.leftovers_killed)));
    }
    usage
}
