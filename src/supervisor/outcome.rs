//! How a run ended: derived once, from the bytes and the exit, when the tree is gone.

use crate::agent::protocol::{self, Reply};
use crate::process::signal;
use crate::run::dir::RunDir;
use crate::run::event::StopCause;
use crate::run::hole::{Hole, Shape};
use crate::run::output::Stream;
use crate::run::spec::{Kind, RunSpec};
use crate::run::status::State;
use crate::run::walk::StreamFile;
use crate::supervisor::capture::Gap;
use crate::supervisor::reply;
use crate::text;

/// What there is of a run's output.
#[derive(Clone, Copy)]
pub struct Recorded<'a> {
    pub dir: &'a RunDir,
    pub gaps: &'a [Gap],
    pub holes: Shape,
}

/// How a step's program ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
}

impl Exit {
    /// Whether the program itself says that all is well.
    #[must_use]
    pub fn well(self) -> bool {
        self.exit_code == Some(0)
    }
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// Why it was ended from outside.
    pub cause: Option<StopCause>,
    /// Which limit was reached.
    pub limit: Option<&'a str>,
    /// The last program's end, and its number.
    pub exit: Exit,
    pub step: usize,
}

/// The verdict on a run, without what it used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub state: State,
    pub rule: Option<String>,
    pub error: Option<String>,
    pub warnings: Vec<String>,
    pub result: Option<(u64, u64)>,
}

/// Judges a run whose programs could all be started.
#[must_use]
pub fn judge(recorded: Recorded, spec: &RunSpec, ending: Ending) -> Verdict {
    let mut verdict = match spec.kind {
        Kind::Call => judge_call(recorded, spec, ending),
        Kind::Build => judge_build(recorded, spec, ending),
    };
    verdict.warnings.extend(recorded.gaps.iter().map(Gap::sentence));
    for (stream, hole) in [Stream::Out, Stream::Err].into_iter().zip(recorded.holes) {
        if hole.bytes() > 0 {
            verdict.warnings.push(format!(
                "{} has more bytes than are kept: {} to {} are not (setting keep_output)",
                stream.name(),
                hole.from,
                hole.to
            ));
        }
    }
    verdict
}

fn judge_call(recorded: Recorded, spec: &RunSpec, ending: Ending) -> Verdict {
    let exit = ending.exit;
    let answer = if recorded.gaps.iter().any(|gap| gap.stream == Stream::Out) {
        // Half an output may hold half a truth: a later line could have been the answer, or a second one.
        Err("stdout was not wholly recorded, so there is no result".to_owned())
    } else {
        reply::read(recorded.dir, recorded.holes[Stream::Out.index()])
    };
    let (reply, warnings, text, offset) = match &answer {
        Ok(found) => {
            let answer = found.answer.clone();
            (answer.reply, answer.warnings, found.text.as_slice(), found.offset)
        }
        Err(sentence) => (Reply::Malformed(sentence.clone()), Vec::new(), &[][..], 0),
    };
    let mut verdict = Verdict { state: State::Failed, rule: None, error: None, warnings, result: None };
    if let Reply::Result(range) = &reply {
        verdict.result = Some((offset + range.start as u64, offset + range.end as u64));
    }
    let said = match &reply {
        Reply::Error(text) => Some(text.clone()),
        Reply::Result(_) | Reply::Malformed(_) => None,
    };
    if let Some((state, sentence)) = ended_from_outside(spec, ending) {
        // What an agent says of its own when it is told to end does not tell which limit it was.
        let said = said.filter(|_| ending.cause != Some(StopCause::Limit));
        (verdict.state, verdict.error) = (state, Some(said.unwrap_or(sentence)));
        return verdict;
    }
    if !exit.well() {
        verdict.error = Some(said.unwrap_or_else(|| match exit.signal {
            // After a signal the last line is whatever the agent happened to say before.
            Some(_) => describe(exit),
            None => with_last_line(recorded, describe(exit)),
        }));
        return verdict;
    }
    match reply {
        Reply::Error(text) => verdict.error = Some(text),
        Reply::Malformed(sentence) => verdict.error = Some(sentence),
        Reply::Result(range) => {
            let text = str::from_utf8(&text[range]).unwrap_or("");
            let judgement = protocol::soft_error(text, &spec.accepted);
            if let Some(rule) = judgement.rule {
                verdict.state = State::SoftError;
                verdict.rule = Some(rule.to_owned());
                verdict.error =
                    Some(format!("exit code 0, but the result looks like an error (rule {rule})"));
            } else {
                verdict.state = State::Succeeded;
            }
            verdict.warnings.extend(judgement.accepted.into_iter().map(|rule| {
                format!("the result looks like an error, but rule {rule} is accepted for this method")
            }));
        }
    }
    verdict
}

fn judge_build(recorded: Recorded, spec: &RunSpec, ending: Ending) -> Verdict {
    let Ending { exit, step, .. } = ending;
    let mut verdict =
        Verdict { state: State::Succeeded, rule: None, error: None, warnings: Vec::new(), result: None };
    if let Some((state, sentence)) = ended_from_outside(spec, ending) {
        (verdict.state, verdict.error) = (state, Some(sentence));
    } else if !exit.well() {
        let title = spec.steps.get(step).map_or("", |step| &step.title);
        let sentence = format!("step {} of {}, {title}: {}", step + 1, spec.steps.len(), describe(exit));
        (verdict.state, verdict.error) = (State::Failed, Some(with_last_line(recorded, sentence)));
    }
    verdict
}

fn ended_from_outside(spec: &RunSpec, ending: Ending) -> Option<(State, String)> {
    match ending.cause? {
        StopCause::Timeout => {
            let seconds = spec.limits.timeout().unwrap_or_default().as_secs_f64();
            Some((State::TimedOut, format!("no end after {seconds} s; the whole tree was ended")))
        }
        StopCause::Silence => {
            let seconds = spec.limits.silence_end().unwrap_or_default().as_secs_f64();
            Some((State::Killed, format!("nothing was printed for {seconds} s; the whole tree was ended")))
        }
        StopCause::Limit => Some((State::Killed, ending.limit.unwrap_or("a limit was reached").to_owned())),
        StopCause::Stop => Some((State::Killed, "stopped on request".to_owned())),
        StopCause::Exit => None,
    }
}

fn describe(exit: Exit) -> String {
    match exit {
        Exit { signal: Some(number), .. } => format!("ended by {}", signal::name(number)),
        Exit { exit_code: Some(code), .. } => format!("exit code {code}"),
        Exit { exit_code: None, signal: None } => "the end was not seen".to_owned(),
    }
}

/// The last line on standard error is usually the exception, and says more than a number.
fn with_last_line(recorded: Recorded, sentence: String) -> String {
    let Ok(stderr) = tail(recorded.dir, recorded.holes[Stream::Err.index()]) else { return sentence };
    let text = String::from_utf8_lossy(&stderr);
    match text.lines().rev().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => format!("{sentence}: {}", text::safe(line.as_bytes())),
        None => sentence,
    }
}

/// The last 4 KiB of standard error.
fn tail(dir: &RunDir, hole: Hole) -> std::io::Result<Vec<u8>> {
    let mut source = StreamFile::open(dir, Stream::Err, hole)?;
    let end = source.length()?;
    source.range(end.saturating_sub(4096), end)
}
