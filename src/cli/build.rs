//! `plugdeck build NS/AGENT`: builds an environment and shows what uv or pip say while they say it.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::answer::{Wish, conclude};
use crate::cli::attend::Show;
use crate::cli::ear::Held;
use crate::cli::failure::Failure;
use crate::cli::print;
use crate::ops::launch::How;
use crate::ops::{Context, build};
use crate::run::spec::Step;
use crate::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, as `plugdeck list` shows it, or the path of its folder: `./…` or `/…`
    #[arg(value_name = "NS/AGENT")]
    pub agent: String,
    /// Only say what would be done
    #[arg(long)]
    plan: bool,
    /// Replace an environment that plugdeck did not build
    #[arg(long)]
    yes: bool,
    /// Print one JSON object at the end, as `plugdeck run --json` does
    #[arg(long)]
    pub json: bool,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let held = Held::new();
    if args.plan {
        return plan(context, args, &held);
    }
    let prepared = build::prepare(context, &args.agent, build::Options { replace_foreign: args.yes })?;
    held.check()?;
    let run = prepared.start(context, How::Fork)?;
    let wish = Wish {
        json: args.json,
        show: Show::Everything,
        first: steps(&run.spec.steps),
        warnings: &prepared.warnings,
    };
    Ok(conclude(context, run, held, wish))
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

fn plan(context: &Context, args: &Args, held: &Held) -> Result<ExitCode, Failure> {
    let plan = build::plan(context, &args.agent)?;
    held.check()?;
    if args.json {
        let report = PlanReport {
            agent: &args.agent,
            tool: &plan.tool,
            interpreter: &plan.interpreter,
            python_version: &plan.python_version,
            steps: &plan.steps,
        };
        print::json(&report)?;
    } else {
        print::talk(&format!("with {}, python {} ({})", plan.tool, plan.python_version, plan.interpreter));
        print::talk(steps(&plan.steps).trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// The steps and their reasons, a line each.
fn steps(steps: &[Step]) -> String {
    let line = |(number, step): (usize, &Step)| {
        let line = format!("{}. {}   ({})", number + 1, step.title, step.reason);
        text::safe(line.as_bytes()) + "\n"
    };
    steps.iter().enumerate().map(line).collect()
}
