//! How a run ended: derived once, from the bytes and the exit, when the tree is gone.

use std::fs;

use crate::agent::protocol::{self, Reply};
use crate::process::signal;
use crate::run::dir::RunDir;
use crate::run::event::StopCause;
use crate::run::output::Stream;
use crate::run::spec::{Kind, RunSpec};
use crate::run::status::State;
use crate::supervisor::capture::Gap;
use crate::text;

/// A larger standard output is not read as a reply.
const LARGEST_REPLY: u64 = 512 << 20;

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

/// The verdict on a run, without what it used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub state: State,
    pub rule: Option<String>,
    pub error: Option<String>,
    pub warnings: Vec<String>,
    pub result: Option<(u64, u64)>,
}

/// Judges a run whose programs could all be started. `exit` is the last program's; `step` its number.
#[must_use]
pub fn judge(
    dir: &RunDir,
    spec: &RunSpec,
    cause: Option<StopCause>,
    exit: Exit,
    step: usize,
    gaps: &[Gap],
) -> Verdict {
    let mut verdict = match spec.kind {
        Kind::Call => {
            let cut = gaps.iter().find(|gap| gap.stream == Stream::Out);
            judge_call(dir, spec, cause, exit, cut)
        }
        Kind::Build => judge_build(dir, spec, cause, exit, step),
    };
    verdict.warnings.extend(gaps.iter().map(Gap::sentence));
    verdict
}

fn judge_call(
    dir: &RunDir,
    spec: &RunSpec,
    cause: Option<StopCause>,
    exit: Exit,
    cut: Option<&Gap>,
) -> Verdict {
    let stdout = match fs::metadata(dir.stdout()) {
        // Half an output may hold half a truth: a later line could have been the answer, or a second one.
        _ if cut.is_some() => Err("stdout was not wholly recorded, so there is no result".to_owned()),
        Ok(file) if file.len() > LARGEST_REPLY => {
            Err(format!("the agent printed {} bytes on stdout, too many for one reply", file.len()))
        }
        Ok(_) => fs::read(dir.stdout()).map_err(|error| format!("stdout could not be read again: {error}")),
        Err(error) => Err(format!("stdout was not recorded: {error}")),
    };
    let (reply, warnings) = match &stdout {
        Ok(bytes) => {
            let answer = protocol::read(bytes);
            (answer.reply, answer.warnings)
        }
        Err(sentence) => (Reply::Malformed(sentence.clone()), Vec::new()),
    };
    let mut verdict = Verdict { state: State::Failed, rule: None, error: None, warnings, result: None };
    if let Reply::Result(range) = &reply {
        verdict.result = Some((range.start as u64, range.end as u64));
    }
    let said = match &reply {
        Reply::Error(text) => Some(text.clone()),
        Reply::Result(_) | Reply::Malformed(_) => None,
    };
    if let Some((state, sentence)) = ended_from_outside(spec, cause) {
        (verdict.state, verdict.error) = (state, Some(said.unwrap_or(sentence)));
        return verdict;
    }
    if !exit.well() {
        verdict.error = Some(said.unwrap_or_else(|| match exit.signal {
            // After a signal the last line is whatever the agent happened to say before.
            Some(_) => describe(exit),
            None => with_last_line(dir, describe(exit)),
        }));
        return verdict;
    }
    match reply {
        Reply::Error(text) => verdict.error = Some(text),
        Reply::Malformed(sentence) => verdict.error = Some(sentence),
        Reply::Result(range) => {
            let text = stdout.as_deref().map_or("", |bytes| str::from_utf8(&bytes[range]).unwrap_or(""));
            if let Some(soft) = protocol::soft_error(text) {
                verdict.state = State::SoftError;
                verdict.rule = Some(soft.rule.to_owned());
                verdict.error =
                    Some(format!("exit code 0, but the result looks like an error (rule {})", soft.rule));
            } else {
                verdict.state = State::Succeeded;
            }
        }
    }
    verdict
}

fn judge_build(dir: &RunDir, spec: &RunSpec, cause: Option<StopCause>, exit: Exit, step: usize) -> Verdict {
    let mut verdict =
        Verdict { state: State::Succeeded, rule: None, error: None, warnings: Vec::new(), result: None };
    if let Some((state, sentence)) = ended_from_outside(spec, cause) {
        (verdict.state, verdict.error) = (state, Some(sentence));
    } else if !exit.well() {
        let title = spec.steps.get(step).map_or("", |step| &step.title);
        let sentence = format!("step {} of {}, {title}: {}", step + 1, spec.steps.len(), describe(exit));
        (verdict.state, verdict.error) = (State::Failed, Some(with_last_line(dir, sentence)));
    }
    verdict
}

fn ended_from_outside(spec: &RunSpec, cause: Option<StopCause>) -> Option<(State, String)> {
    match cause? {
        StopCause::Timeout => {
            let seconds = spec.limits.timeout().unwrap_or_default().as_secs_f64();
            Some((State::TimedOut, format!("no end after {seconds} s; the whole tree was ended")))
        }
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
fn with_last_line(dir: &RunDir, sentence: String) -> String {
    let Ok(stderr) = tail(dir) else { return sentence };
    let stderr = String::from_utf8_lossy(&stderr);
    match stderr.lines().rev().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => format!("{sentence}: {}", text::safe(line.as_bytes())),
        None => sentence,
    }
}

/// The last 4 KiB of standard error.
fn tail(dir: &RunDir) -> std::io::Result<Vec<u8>> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut file = fs::File::open(dir.stderr())?;
    let from = file.metadata()?.len().saturating_sub(4096);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
