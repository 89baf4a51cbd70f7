//! `plugdeck run NS/AGENT METHOD`: the main job of the command line.

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use crate::cli::answer::{Wish, conclude};
use crate::cli::attend::Show;
use crate::cli::ear::Held;
use crate::cli::failure::{self, Failure};
use crate::cli::parameters::{Given, parameters};
use crate::cli::print;
use crate::ops::launch::How;
use crate::ops::{Context, call, runs, sweep};
use crate::run::status::State;
use crate::supervisor::launch;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, as `plugdeck list` shows it, or the path of its folder: `./…` or `/…`
    #[arg(value_name = "NS/AGENT")]
    pub agent: String,
    /// One of its methods
    pub method: String,
    #[command(flatten)]
    pub given: Given,
    /// End the run after this many seconds; decimals are fine, 0 is no limit [default: 310]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Timeout>,
    /// End the run when it has printed nothing for this many seconds [default: it may be silent]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    silence: Option<Timeout>,
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

/// `None`: no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timeout(Option<Duration>);

fn seconds(text: &str) -> Result<Timeout, String> {
    match text.parse::<f64>() {
        Ok(0.0) => Ok(Timeout(None)),
        Ok(seconds) => Duration::try_from_secs_f64(seconds)
            .map(|limit| Timeout(Some(limit)))
            .map_err(|_| "it must be a number of seconds, 0 or more".to_owned()),
        Err(_) => Err("it must be a number of seconds, for example 2.5".to_owned()),
    }
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
    let request = call::Request {
        agent: args.agent.clone(),
        method: args.method.clone(),
        parameters,
        tool_context,
        timeout: args.timeout.map_or(context.settings.call_timeout, |Timeout(limit)| limit),
        silence: args.silence.and_then(|Timeout(limit)| limit),
        force: args.force,
    };
    let prepared = call::prepare(context, &request)?;
    held.check()?;
    let run = prepared.start(context, How::Fork).or_else(|rejected| {
        // Whoever was told to stop while it waited has that answer.
        held.check()?;
        Err(Failure::from(rejected))
    })?;
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
        print::swept(&sweep::newest(context, || launch::pending_signal().is_none()));
        runs::prune_if_due(context, &run.id);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_seconds_are_no_limit() {
        assert_eq!(seconds("0"), Ok(Timeout(None)));
        assert_eq!(seconds("2.5"), Ok(Timeout(Some(Duration::from_millis(2_500)))));
        assert!(seconds("-1").is_err() && seconds("soon").is_err() && seconds("1e999").is_err());
    }
}
