//! `plugdeck demo`: the dashboard on a store of its own, with agents that plugdeck brings along.

use std::process::ExitCode;

use crate::cli::dashboard;
use crate::ops::{Context, Rejected, Why, demo};
use crate::tui::looks::Asked;

#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Empty the demonstration's store and runs first
    #[arg(long)]
    fresh: bool,
    /// Bring along the agents that misbehave on purpose too
    #[arg(long)]
    faults: bool,
}

pub fn perform(context: Context, args: &Args, looks: &Asked) -> Result<ExitCode, Rejected> {
    let context = Context { paths: context.paths.demo(), ..context };
    demo::open(&context, args.fresh, args.faults).map_err(|error| {
        Rejected::new(Why::Machine, format!("the demonstration could not be set up: {error}"))
    })?;
    dashboard(&context, looks)
}
