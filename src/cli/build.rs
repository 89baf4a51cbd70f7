//! `plugdeck build NS/AGENT`: builds an environment and shows what uv or pip say while they say it.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::answer::{self, conclude};
use crate::cli::attend::Show;
use crate::cli::ear::Held;
use crate::cli::failure::Failure;
use crate::cli::print;
use crate::ops::launch::How;
use crate::ops::{Context, build};
use crate::run::spec::Step;
use crate::text;
use crate::venv::plan::{Plan, Wish};

#[expect(clippy::struct_excessive_bools, reason = "each is a flag that a person types")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, as `plugdeck list` shows it, or the path of its folder: `./…` or `/…`
    #[arg(value_name = "NS/AGENT")]
    pub agent: String,
    /// Only say what would be done
    #[arg(long)]
    plan: bool,
    /// Follow the manifest's own installation.commands, and nothing else
    #[arg(long)]
    literal: bool,
    /// Where there is no uv, fetch one with pip into plugdeck's own cache
    #[arg(long)]
    fetch_uv: bool,
    /// Replace an environment that plugdeck did not build
    #[arg(long)]
    yes: bool,
    /// Print one JSON object at the end, as `plugdeck run --json` does
    #[arg(long)]
    pub json: bool,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let held = Held::new();
    let wish = Wish { literal: args.literal, fetch_uv: args.fetch_uv };
    if args.plan {
        return plan(context, args, wish, &held);
    }
    let ready = build::prepare(context, &args.agent, build::Options { replace_foreign: args.yes, wish })?;
    held.check()?;
    tell_of_uv(&ready.plan, wish);
    let mut prepared = ready.run;
    if args.json {
        prepared.warnings.extend(ready.plan.warnings);
    } else {
        warn(&ready.plan);
    }
    let run = prepared.start(context, How::Fork)?;
    let wish = answer::Wish {
        json: args.json,
        show: Show::Everything,
        first: steps(&run.spec.steps),
        warnings: &prepared.warnings,
    };
    let code = conclude(context, run, held, wish);
    build::settle(context, &args.agent);
    Ok(code)
}

/// Says what will not be as one may expect.
fn warn(plan: &Plan) {
    for warning in &plan.warnings {
        print::talk_bytes(format!("warning: {warning}").as_bytes());
    }
}

/// Says that there is no uv, and how to get it; or that there is one, where it was to be fetched.
fn tell_of_uv(plan: &Plan, wish: Wish) {
    match (plan.lacks_uv, wish.fetch_uv) {
        (true, false) if plan.brings_uv => {
            print::talk("no uv was found; the manifest's own commands install one into the environment");
        }
        (true, false) => {
            print::talk("no uv was found, so pip builds, which is slower; --fetch-uv fetches it once");
        }
        (false, true) => print::talk(&format!("{} is here already: --fetch-uv changes nothing", plan.tool)),
        (true, true) | (false, false) => {}
    }
}

/// What `--plan --json` says.
#[derive(Serialize)]
struct PlanReport<'a> {
    agent: &'a str,
    tool: &'a str,
    interpreter: &'a str,
    python_version: &'a str,
    steps: &'a [Step],
    warnings: &'a [String],
}

fn plan(context: &Context, args: &Args, wish: Wish, held: &Held) -> Result<ExitCode, Failure> {
    let plan = build::plan(context, &args.agent, wish)?;
    held.check()?;
    tell_of_uv(&plan, wish);
    if args.json {
        let report = PlanReport {
            agent: &args.agent,
            tool: &plan.tool,
            interpreter: &plan.interpreter,
            python_version: &plan.python_version,
            steps: &plan.steps,
            warnings: &plan.warnings,
        };
        print::json(&report)?;
    } else {
        print::talk(&format!("with {}, python {} ({})", plan.tool, plan.python_version, plan.interpreter));
        print::talk(steps(&plan.steps).trim_end());
        warn(&plan);
    }
    Ok(ExitCode::SUCCESS)
}

/// The steps and their reasons, a line each.
fn steps(steps: &[Step]) -> String {
    let line = |(number, step): (usize, &Step)| {
        let why = step.skip.as_ref().map_or_else(|| step.reason.clone(), |skip| format!("skipped: {skip}"));
        let line = format!("{}. {}   ({why})", number + 1, step.title);
        text::safe(line.as_bytes()) + "\n"
    };
    steps.iter().enumerate().map(line).collect()
}
