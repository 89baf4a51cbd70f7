//! What `run` and `build` do with a run that has started: attend it, answer, and end with its code.

use std::io::{self, ErrorKind};
use std::process::ExitCode;
use std::time::Duration;

use crate::cli::attend::{Show, attend};
use crate::cli::ear::{Ear, Held};
use crate::cli::failure;
use crate::cli::report::Report;
use crate::cli::{exit, pretty, print};
use crate::ops::{Context, sweep};
use crate::run::status::State;
use crate::run::view::RunView;
use crate::text;
use crate::venv::explain::Explanation;

/// What was asked for.
#[derive(Debug)]
pub struct Wish<'a> {
    /// One JSON object, and nothing else.
    pub json: bool,
    /// What of the run's talk is shown, where there is no JSON.
    pub show: Show,
    /// What is said before that, line by line.
    pub first: String,
    /// Warnings from before the start.
    pub warnings: &'a [String],
}

/// Stays with a run to its end and answers.
pub fn conclude(context: &Context, mut run: RunView, held: Held, wish: Wish<'_>) -> ExitCode {
    let mut ear = match held.listen() {
        Ok(ear) => ear,
        Err(error) => {
            let report = Report::of(&run).unknown(&format!("no signals can be heard: {error}"));
            if wish.json {
                return failure::printed(print::json(&report), exit::UNKNOWN);
            }
            print::talk(said(&report).trim_end());
            return ExitCode::from(exit::UNKNOWN);
        }
    };
    let (show, first) = if wish.json { (Show::Nothing, String::new()) } else { (wish.show, wish.first) };
    let (report, code) = match attend(&mut run, show, first, &mut ear) {
        Ok(()) => (Report::of(&run), exit::of_run(run.state(), run.status.outcome.as_ref(), ear.first())),
        Err(error) if error.kind() == ErrorKind::Interrupted => return signalled(&ear),
        Err(error) => (Report::of(&run).unknown(&error.to_string()), exit::UNKNOWN),
    };
    let report = report.warned(wish.warnings);
    let done = print_answer(&report, wish.json, &mut ear);
    print::swept(&sweep::after(context, &run.dir, || ear.heard() == 0));
    match done {
        Err(error) if error.kind() == ErrorKind::Interrupted => signalled(&ear),
        done => failure::printed(done, code),
    }
}

/// What a signal ended while plugdeck waited for whoever reads.
fn signalled(ear: &Ear) -> ExitCode {
    ExitCode::from(exit::of_signal(ear.first().unwrap_or(libc::SIGTERM)))
}

/// The result to standard output, all else to standard error; with JSON all is one answer.
fn print_answer(report: &Report, json: bool, ear: &mut Ear) -> io::Result<()> {
    let answer = match (json, &report.result) {
        (true, _) => print::json_line(report)?,
        (false, Some(result)) => format!("{}\n", pretty::pretty(result.get())),
        (false, None) => String::new(),
    };
    match print::patiently(rustix::stdio::stdout(), answer.as_bytes(), ear, None) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error),
        Ok(()) | Err(_) if json => return Ok(()),
        Ok(()) | Err(_) => {}
    }
    match print::patiently(rustix::stdio::stderr(), said(report).as_bytes(), ear, Some(print::PATIENCE)) {
        Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
        // There is nowhere to say that nothing can be said.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Warnings, the error, and how it ended.
fn said(report: &Report) -> String {
    let mut said = String::new();
    for warning in &report.warnings {
        said += &format!("warning: {}\n", text::safe(warning.as_bytes()));
    }
    if let Some(error) = &report.error {
        said += &format!("error: {}\n", text::safe_lines(error.as_bytes()));
    }
    if let Some(explanation) = &report.explanation {
        said += &explained(explanation);
    }
    let word = report.state.map_or("", State::word);
    let seconds = Duration::from_millis(report.duration_ms.unwrap_or(0)).as_secs_f64();
    said += &format!("{word} after {seconds:.2} s · run {}\n", report.run.as_deref().unwrap_or_default());
    said
}

/// Why a build failed, in two lines, and what to do.
fn explained(explanation: &Explanation) -> String {
    let head = format!("{}: ", explanation.kind.words());
    let mut said = String::new();
    for (at, line) in explanation.lines.iter().enumerate() {
        let before = if at == 0 { head.clone() } else { " ".repeat(head.len()) };
        said += &format!("{before}{}\n", text::safe(line.as_bytes()));
    }
    said + &format!("next: {}\n", explanation.action)
}
