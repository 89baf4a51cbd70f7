//! How an end is told: the claim above the result, and the sentences where there is none.

use std::time::Duration;

use crate::process::signal;
use crate::run::status::{Outcome, State};
use crate::tui::pane::sign;
use crate::tui::seen::Reply;
use crate::tui::widget::json_tree::Tree;

/// What a person must know before the result: a claim, and its evidence. Nothing when all went well.
pub fn claim(outcome: &Outcome) -> Option<(String, String)> {
    // What has a section of its own is not said here too.
    let said = if error(outcome).is_some() { None } else { outcome.error.as_deref() };
    let first_line = said.and_then(|error| error.lines().find(|line| !line.trim().is_empty()));
    let evidence = besides_the_end(first_line.unwrap_or_default().trim(), outcome).to_owned();
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
        State::Lost => (format!("Lost after {took}"), evidence),
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

/// What an error says besides how the process ended: the claim has said that.
fn besides_the_end<'a>(error: &'a str, outcome: &Outcome) -> &'a str {
    let ended = match (outcome.signal, outcome.exit_code) {
        (Some(number), _) => format!("ended by {}", signal::name(number)),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => return error,
    };
    match error.strip_prefix(&ended) {
        Some("") => "",
        Some(rest) => rest.strip_prefix(": ").unwrap_or(error),
        None => error,
    }
}

/// The error as a section of its own: where one line beside the claim does not hold it. What the supervisor took from
/// the end of standard error is no such error: it stands there.
pub fn error(outcome: &Outcome) -> Option<String> {
    let error = outcome.error.as_deref()?.trim();
    let short = error.lines().count() <= 1 && error.len() <= 72;
    let own = !matches!(outcome.state, State::SoftError | State::Lost)
        && besides_the_end(error, outcome).len() == error.len();
    (!short && own).then(|| error.to_owned())
}

/// What the result is, for its section's head.
pub fn fact(tree: Option<&Tree>) -> String {
    tree.map_or_else(String::new, |tree| format!("{} · {}", tree.kind(), sign::size(tree.bytes())))
}

/// A sentence under the section's head: where there is nothing to see, why; where it is odd, how.
pub fn note(reply: &Reply, tree: Option<&Tree>) -> impl Iterator<Item = String> {
    let error = reply.outcome.error.as_deref().unwrap_or_default();
    let printed = tree.filter(|_| reply.result.is_none()).and_then(Tree::fault);
    let result = reply.result.as_ref().and(tree);
    let note = match (&reply.missing, result.map(|tree| (tree, tree.written().trim()))) {
        (Some(missing), _) => Some(format!("no result: {missing}")),
        (None, None) if reply.outcome.state.is_live() => Some("running".to_owned()),
        (None, None) if reply.says_error => Some("no result: the agent answered with an error".to_owned()),
        // The error above has said so.
        (None, None) if reply.outcome.stdout_bytes == 0 && error.ends_with("nothing on stdout") => {
            Some("no result".to_owned())
        }
        (None, None) if reply.outcome.stdout_bytes == 0 => {
            Some("no result: the agent printed nothing on stdout".to_owned())
        }
        (None, None) if reply.stdout.is_empty() => {
            Some("no result, and what the agent printed on stdout is missing".to_owned())
        }
        (None, None) if printed.is_some() => Some(format!(
            "no result: what the agent printed on stdout is no whole JSON, {}",
            printed.unwrap_or_default()
        )),
        (None, None) => Some("no result: this is what the agent printed on stdout".to_owned()),
        (None, Some((_, "null"))) => Some("the result is null".to_owned()),
        (None, Some((_, "\"\""))) => Some("the result is an empty text".to_owned()),
        (None, Some((_, result))) if empty(result, '{', '}') => {
            Some("the result is an empty object".to_owned())
        }
        (None, Some((_, result))) if empty(result, '[', ']') => {
            Some("the result is an empty array".to_owned())
        }
        (None, Some((tree, _))) => tree.fault().map(|fault| match fault {
            "" => "shown as text: it is too long for a tree".to_owned(),
            fault => format!("shown as text, it is not strict JSON: {fault}"),
        }),
    };
    note.into_iter()
}

/// What an agent printed instead of a result, where it begins as JSON and is none: shown with the place.
pub fn broken(reply: &Reply) -> Option<Tree> {
    let printed = reply.stdout.trim_end();
    let whole = reply.outcome.stdout_bytes <= reply.stdout.len() as u64 && reply.missing.is_none();
    if !whole || reply.says_error || !printed.trim_start().starts_with(['{', '[']) {
        return None;
    }
    Some(Tree::new(printed, 0, "Output")).filter(|tree| tree.fault().is_some())
}

fn empty(result: &str, open: char, close: char) -> bool {
    result
        .strip_prefix(open)
        .and_then(|rest| rest.strip_suffix(close))
        .is_some_and(|inside| inside.trim().is_empty())
}

/// What the call used: label and value, the most telling first.
pub fn usage(outcome: &Outcome) -> Vec<(&'static str, String)> {
    if outcome.state == State::Lost {
        // Nobody was there to count the rest.
        return vec![
            ("seen for", sign::took(Duration::from_millis(outcome.duration_ms))),
            ("stdout", sign::size(outcome.stdout_bytes)),
            ("stderr", sign::size(outcome.stderr_bytes)),
        ];
    }
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
