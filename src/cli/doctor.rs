//! `plugdeck doctor`: what is there on this machine, what is not, and what to do about it.

use std::process::ExitCode;

use crate::cli::failure::Failure;
use crate::cli::print;
use crate::ops::Context;
use crate::ops::doctor::{self, Standing};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON array
    #[arg(long)]
    pub json: bool,
}

/// The exit code is 1 when there is a problem.
pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let checks = doctor::examine(context);
    if args.json {
        print::json(&checks)?;
    } else {
        print::data(&doctor::page(&checks))?;
    }
    let problems = checks.iter().any(|check| check.state == Standing::Problem);
    Ok(if problems { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
