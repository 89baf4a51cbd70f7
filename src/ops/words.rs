//! What happened to a run, in words: what the supervisor did, as lines between an agent's own and as the steps of a
//! stop; silence; what is left out. Every view says it in these.

use std::sync::Arc;
use std::time::Duration;

use crate::process::signal;
use crate::run::event::{Event, Record, StopCause};
use crate::run::evidence::Occasion;
use crate::run::spec::{Kind, RunSpec};
use crate::run::status::{Outcome, Status};
use crate::text;
use crate::text::spell;

/// Longest command shown, in columns.
const COMMAND: usize = 160;

/// A pause between two lines that is worth a line of its own.
pub const PAUSE: Duration = Duration::from_secs(10);

/// For how long nothing was printed: `silent 62 s`.
#[must_use]
pub fn silent(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 120 { format!("silent {seconds} s") } else { format!("silent {}", spell::live_time(time)) }
}

/// What stands behind a line of which so many bytes are left out.
#[must_use]
pub fn cut(bytes: u64) -> String {
    format!(" … {} more", text::size(bytes))
}

/// The line for a journal record; `None` for what a person need not read.
#[must_use]
pub fn note(record: &Record, spec: &RunSpec) -> Option<String> {
    let build = spec.kind == Kind::Build;
    let step = |index: usize| if build { format!("step {} ", index + 1) } else { String::new() };
    Some(match &record.event {
        // What is not kept has a line of its own where it would stand.
        Event::Starting { .. }
        | Event::Hole { tail: false, .. }
        | Event::Hole { to: Some(_), .. }
        | Event::Unknown => {
            return None;
        }
        Event::Hole { stream, to: None, tail: true, .. } => {
            let stream = if *stream == 1 { "stdout" } else { "stderr" };
            format!("too much output to keep: what {stream} says last is shown when the run has ended")
        }
        Event::Started { step: index, process, argv, .. } => match spec.steps.get(*index) {
            Some(planned) if build => format!("{}{}", step(*index), safe(&planned.title)),
            Some(_) | None => format!("spawned pid {} · {}", process.pid, command(argv)),
        },
        Event::Skipped { step: index, reason } => format!("{}skipped: {}", step(*index), safe(reason)),
        Event::NotStarted { step: index, error } => {
            format!("{}could not be started: {}", step(*index), safe(error))
        }
        Event::Exited { step: index, exit_code, signal } => {
            format!("{}{}", step(*index), exit(*exit_code, *signal))
        }
        Event::StopRequested { cause } => match cause {
            StopCause::Stop => "a stop was asked for".to_owned(),
            StopCause::Silence => "silent for too long".to_owned(),
            StopCause::Limit => "a limit was reached".to_owned(),
            StopCause::Timeout => "the time is over".to_owned(),
            StopCause::Exit => "the program has ended and left processes behind".to_owned(),
        },
        Event::Silence { silence_ms } => format!("nothing printed for {} s", silence_ms / 1_000),
        Event::Evidence { n, why } => match why {
            Occasion::Asked => format!("looked at, as evidence {n}"),
            Occasion::Timeout | Occasion::Stop => {
                format!("looked at before the first signal, as evidence {n}")
            }
        },
        Event::Signalled { signal, pids } => format!("{} → {}", signal::name(*signal), list(pids)),
        Event::Dropped { stream, from, to, error } => {
            let stream = if *stream == 1 { "stdout" } else { "stderr" };
            format!("{} of {stream} are not recorded: {}", text::size(to.saturating_sub(*from)), safe(error))
        }
        Event::Leftovers { killed, left } if left.is_empty() => format!(
            "{} left behind, ended",
            spell::count(usize::try_from(*killed).unwrap_or(usize::MAX), "process", "processes")
        ),
        Event::Leftovers { left, .. } => {
            let left: Vec<_> = left.iter().map(|leftover| safe(&leftover.sentence())).collect();
            format!("could not be ended: {}", left.join(", "))
        }
        Event::Ended { outcome } => ended(outcome),
    })
}

/// Most steps of an ending that are kept; a tree that is killed in rounds has one line for all of them.
const STEPS: usize = 100;

/// The steps of an ending, with the ones that these records add: microseconds since it began, and a phrase.
#[must_use]
pub fn ending(
    before: &Arc<Vec<(u64, String)>>,
    records: &[Record],
    status: &Status,
) -> Arc<Vec<(u64, String)>> {
    let mut steps = Vec::clone(before);
    for record in records {
        // What came before is no part of it.
        let at = record.t_us.checked_sub(status.stopping_us);
        let Some(at) = at.filter(|_| status.stopping.is_some()) else { continue };
        let phrase = match &record.event {
            Event::Signalled { signal, pids } if pids.is_empty() => {
                format!("{} → nobody left", signal::name(*signal))
            }
            Event::Signalled { signal, pids } => {
                let count = spell::count(pids.len(), "process", "processes");
                format!("{} → {count}: {}", signal::name(*signal), list(pids))
            }
            Event::Exited { step, exit_code, signal } => {
                let process = status.steps.get(*step).and_then(|step| step.process);
                let who = process.map_or("the program".to_owned(), |process| process.pid.to_string());
                format!("{who} {}", exit(*exit_code, *signal))
            }
            Event::StopRequested { .. } => {
                // An end before this one was that of a build's earlier step.
                steps.clear();
                continue;
            }
            Event::Evidence { n, .. } => format!("looked at first, as evidence {n}"),
            Event::Starting { .. }
            | Event::Silence { .. }
            | Event::Started { .. }
            | Event::Skipped { .. }
            | Event::NotStarted { .. }
            | Event::Dropped { .. }
            | Event::Hole { .. }
            | Event::Leftovers { .. }
            | Event::Ended { .. }
            | Event::Unknown => continue,
        };
        if steps.len() < STEPS {
            steps.push((at, phrase));
        }
    }
    Arc::new(steps)
}

/// How a program ended: `exit 0`, `ended by SIGTERM`.
#[must_use]
pub fn exit(code: Option<i32>, signal: Option<i32>) -> String {
    match (code, signal) {
        (_, Some(signal)) => format!("ended by {}", signal::name(signal)),
        (Some(code), None) => format!("exit {code}"),
        (None, None) => "ended".to_owned(),
    }
}

fn ended(outcome: &Outcome) -> String {
    let took = spell::took(Duration::from_millis(outcome.duration_ms));
    format!("{} after {took}", outcome.state.word())
}

/// Program and arguments as one line; of the program only its name.
fn command(argv: &[String]) -> String {
    let mut words = argv.iter();
    let program = words.next().map_or("", |path| path.rsplit('/').next().unwrap_or(path));
    let line = std::iter::once(program).chain(words.map(String::as_str)).collect::<Vec<_>>().join(" ");
    text::fit(&safe(&line), COMMAND).into_owned()
}

fn list(pids: &[i32]) -> String {
    pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn safe(text: &str) -> String {
    text::safe(text.as_bytes())
}
