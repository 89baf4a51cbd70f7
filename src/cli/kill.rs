//! `plugdeck kill RUN`: stops a run and waits for the proof that nothing is left.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::cli::print;
use crate::cli::report::Report;
use crate::ops::{Context, Rejected, Why, runs, stop};

/// From one look at the journal to the next.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What a supervisor may take beyond its own limits before it counts as not answering.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the last four digits
    run: String,
    /// Print one JSON object, as `plugdeck run --json` does
    #[arg(long)]
    json: bool,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Rejected> {
    let mut run = runs::find(context, &args.run)?;
    let was_live = run.state().is_live();
    stop::request(&run)?;
    let deadline = Instant::now() + run.spec.limits.grace() + run.spec.limits.sweep() + PATIENCE;
    while run.state().is_live() {
        if Instant::now() >= deadline {
            let sentence = format!("the supervisor of run {} does not answer", run.id);
            return Err(Rejected::new(Why::Machine, sentence));
        }
        std::thread::sleep(LOOK_EVERY);
        run.refresh().map_err(|error| {
            Rejected::new(Why::Machine, format!("run {} cannot be read: {error}", run.id))
        })?;
    }
    let left = run.status.outcome.as_ref().map_or(&[][..], |outcome| &outcome.leftovers);
    if args.json {
        print::json(&Report::of(&run));
    } else {
        for leftover in left {
            print::talk(&format!("still there: process {} ({})", leftover.process.pid, leftover.reason));
        }
        let word = run.state().word();
        print::talk(&match (was_live, left.is_empty()) {
            (true, true) => format!("{word}: run {}, nothing of it is left", run.id),
            (true, false) => format!("{word}: run {}", run.id),
            (false, _) => format!("run {} had ended before: {word}", run.id),
        });
    }
    Ok(if left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
