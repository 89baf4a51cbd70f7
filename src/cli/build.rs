//! `plugdeck build NS/AGENT`: builds an environment and shows what uv or pip say while they say it.

use std::process::ExitCode;

use crate::cli::attend::{Show, attend};
use crate::cli::report::Report;
use crate::cli::{exit, print};
use crate::ops::{Context, Rejected, Why, build};
use crate::run::view::RunView;
use crate::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, as `plugdeck list` shows it
    #[arg(value_name = "NS/AGENT")]
    agent: String,
    /// Replace an environment that plugdeck did not build
    #[arg(long)]
    yes: bool,
    /// Print one JSON object at the end, as `plugdeck run --json` does
    #[arg(long)]
    json: bool,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Rejected> {
    let options = build::Options { replace_foreign: args.yes };
    let mut run = match build::start_forked(context, &args.agent, options) {
        Ok(run) => run,
        Err(rejected) if args.json => {
            print::json(&Report::rejected(&args.agent, None, &rejected.message));
            return Ok(ExitCode::from(exit::of_refusal(rejected.why)));
        }
        Err(rejected) => return Err(rejected),
    };
    if !args.json {
        tell_plan(&run);
    }
    let show = if args.json { Show::Nothing } else { Show::Everything };
    let heard = attend(&mut run, show).map_err(|error| {
        Rejected::new(Why::Machine, format!("run {} cannot be followed: {error}", run.id))
    })?;
    if args.json {
        print::json(&Report::of(&run));
    } else {
        if let Some(error) = run.status.outcome.as_ref().and_then(|outcome| outcome.error.as_deref()) {
            print::talk(&format!("error: {}", text::safe_lines(error.as_bytes())));
        }
        let seconds = run.elapsed().as_secs_f64();
        print::talk(&format!("{} after {seconds:.2} s · run {}", run.state().word(), run.id));
    }
    Ok(ExitCode::from(exit::of_run(run.state(), run.status.outcome.as_ref(), heard)))
}

/// The steps and their reasons, before they run.
fn tell_plan(run: &RunView) {
    for (number, step) in run.spec.steps.iter().enumerate() {
        let line = format!("{}. {}   ({})", number + 1, step.title, step.reason);
        print::talk_bytes(line.as_bytes());
    }
}
