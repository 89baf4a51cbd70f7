//! `plugdeck run NS/AGENT METHOD`: the main job of the command line.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::answer::{Wish, conclude};
use crate::cli::attend::Show;
use crate::cli::ear::Held;
use crate::cli::failure::{self, Failure};
use crate::cli::options::{Chosen, options};
use crate::cli::parameters::{Given, parameters};
use crate::cli::print;
use crate::ops::launch::How;
use crate::ops::{Context, Rejected, call, sweep};
use crate::run::status::State;
use crate::supervisor::signals;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, as `plugdeck list` shows it, or the path of its folder: `./…` or `/…`
    #[arg(value_name = "NS/AGENT")]
    pub agent: String,
    /// One of its methods
    pub method: String,
    #[command(flatten)]
    pub given: Given,
    #[command(flatten)]
    chosen: Chosen,
    /// Print one JSON object at the end, whatever the end is
    #[arg(long)]
    pub json: bool,
    /// Return as soon as the agent has started
    #[arg(long)]
    detach: bool,
    /// Send what the checks of method and parameters refuse
    #[arg(long)]
    pub force: bool,
}

/// What `--detach` says.
#[derive(Serialize)]
struct Detached {
    run: String,
    state: State,
    directory: String,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let held = Held::new();
    let (parameters, tool_context) = parameters(context, args, &held)?;
    let mut options = options(context, &args.chosen, &held)?;
    options.tool_context = options.tool_context.or(tool_context);
    let request = call::Request {
        agent: args.agent.clone(),
        method: args.method.clone(),
        parameters,
        options,
        force: args.force,
    };
    // Whoever was told to stop while it waited has that answer.
    let refused = |rejected: Rejected| held.check().err().unwrap_or_else(|| Failure::from(rejected));
    let prepared = call::prepare(context, &request).map_err(refused)?;
    held.check()?;
    let run = prepared.start(context, How::Fork).map_err(refused)?;
    if args.detach {
        let detached = Detached {
            run: run.id.to_string(),
            state: State::Running,
            directory: run.dir.path.display().to_string(),
        };
        for warning in &prepared.warnings {
            print::talk_bytes(format!("warning: {warning}").as_bytes());
        }
        let done = print::json(&detached);
        print::swept(&sweep::after(context, &run.dir, || signals::pending().is_none()));
        return Ok(failure::printed(done, 0));
    }
    let wish = Wish {
        json: args.json,
        show: Show::StandardError,
        first: String::new(),
        warnings: &prepared.warnings,
    };
    Ok(conclude(context, run, held, wish))
}
