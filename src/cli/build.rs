//! `plugdeck build NS/AGENT`: builds an environment and shows what uv or pip say while they say it.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::attend::{Show, attend};
use crate::cli::report::Report;
use crate::cli::{exit, print};
use crate::ops::{Context, Rejected, Why, build, runs};
use crate::run::spec::Step;
use crate::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, as `plugdeck list` shows it
    #[arg(value_name = "NS/AGENT")]
    agent: String,
    /// Only say what would be done
    #[arg(long)]
    plan: bool,
    /// Replace an environment that plugdeck did not build
    #[arg(long)]
    yes: bool,
    /// Print one JSON object at the end, as `plugdeck run --json` does
    #[arg(long)]
    json: bool,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Rejected> {
    if args.plan {
        return plan(context, args);
    }
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
        tell_steps(&run.spec.steps);
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
    runs::prune_if_due(context);
    Ok(ExitCode::from(exit::of_run(run.state(), run.status.outcome.as_ref(), heard)))
}

/// What `--plan --json` says.
#[derive(Serialize)]
struct PlanReport<'a> {
    agent: &'a str,
    tool: &'a str,
    interpreter: &'a str,
    python_version: &'a str,
    steps: &'a [Step],
}

fn plan(context: &Context, args: &Args) -> Result<ExitCode, Rejected> {
    let plan = build::plan(context, &args.agent)?;
    if args.json {
        print::json(&PlanReport {
            agent: &args.agent,
            tool: &plan.tool,
            interpreter: &plan.interpreter,
            python_version: &plan.python_version,
            steps: &plan.steps,
        });
    } else {
        print::talk(&format!("with {}, python {} ({})", plan.tool, plan.python_version, plan.interpreter));
        tell_steps(&plan.steps);
    }
    Ok(ExitCode::SUCCESS)
}

/// The steps and their reasons, before they run.
fn tell_steps(steps: &[Step]) {
    for (number, step) in steps.iter().enumerate() {
        let line = format!("{}. {}   ({})", number + 1, step.title, step.reason);
        print::talk_bytes(line.as_bytes());
    }
}
