//! `plugdeck kill RUN`: stops a run and waits for the proof that nothing is left.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::cli::failure::{self, Failure};
use crate::cli::report::{LOST, Report};
use crate::cli::{exit, print};
use crate::ops::{Context, Rejected, Why, runs, stop, sweep};

/// From one look at the journal to the next.
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the last four digits
    run: String,
    /// Print one JSON object, as `plugdeck run --json` does
    #[arg(long)]
    pub json: bool,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let mut run = runs::find(context, &args.run)?;
    let was_live = run.state().is_live();
    stop::request(&run)?;
    let deadline = Instant::now().checked_add(stop::patience(&run.spec.limits));
    while run.state().is_live() && deadline.is_none_or(|deadline| Instant::now() < deadline) {
        std::thread::sleep(LOOK_EVERY);
        run.refresh().map_err(|error| {
            Rejected::new(Why::Machine, format!("run {} cannot be read: {error}", run.id))
        })?;
    }
    let left = run.status.outcome.as_ref().map_or(&[][..], |outcome| &outcome.leftovers);
    let answers = !run.state().is_live();
    let code = match (answers && !run.lost, left.is_empty()) {
        (false, _) => exit::UNKNOWN,
        (true, true) => 0,
        (true, false) => 1,
    };
    let unanswered = format!("the supervisor of run {} does not answer", run.id);
    // Asked for by name, a lost run is looked at whoever has done so before.
    let swept: Vec<_> = sweep::again(context, &run).iter().flat_map(sweep::sentences).collect();
    if args.json {
        let report = Report::of(&run).warned(&swept);
        let report = if answers { report } else { report.unknown(&unanswered) };
        return Ok(failure::printed(print::json(&report), code));
    }
    for sentence in swept {
        print::talk_bytes(sentence.as_bytes());
    }
    for leftover in left {
        print::talk_bytes(sweep::still_there(&run.id, leftover).as_bytes());
    }
    let word = run.state().word();
    print::talk(&if !answers {
        format!("error: {unanswered}")
    } else if run.lost {
        format!("{word}: run {}, {LOST}", run.id)
    } else if !was_live {
        format!("run {} had ended before: {word}", run.id)
    } else if left.is_empty() {
        format!(
            "{word}: run {}, nothing of it is left (services and containers that it asked others to start are not \
             its descendants)",
            run.id
        )
    } else {
        format!("{word}: run {}", run.id)
    });
    Ok(ExitCode::from(code))
}
