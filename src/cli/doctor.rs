//! `plugdeck doctor`: what is there on this machine, what is not, and what to do about it.

use std::process::ExitCode;

use crate::cli::failure::Failure;
use crate::cli::print;
use crate::ops::Context;
use crate::ops::doctor::{self, Check, Standing};
use crate::text;

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
        let page: String = checks.iter().map(lines).collect();
        print::data(&page)?;
    }
    let problems = checks.iter().any(|check| check.state == Standing::Problem);
    Ok(if problems { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A check as a person reads it.
fn lines(check: &Check) -> String {
    let safe = |part: &str| text::safe(part.as_bytes());
    let sign = match check.state {
        Standing::Ok => "✓",
        Standing::Note => "▲",
        Standing::Problem => "✗",
    };
    let action =
        check.action.as_ref().map_or_else(String::new, |action| format!("{:15}→ {}\n", "", safe(action)));
    format!("{sign} {:<12} {}\n{action}", check.name, safe(&check.sentence))
}
