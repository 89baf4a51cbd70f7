//! What `run` lets a person choose beside the parameters: limits, variables, tool context.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::cli::ear::Held;
use crate::cli::failure::Failure;
use crate::cli::parameters;
use crate::ops::call::Options;
use crate::ops::{Context, Rejected, Why};
use crate::text::amount;

#[derive(Debug, clap::Args)]
pub struct Chosen {
    /// The `tool_context` of the payload; `@FILE` reads a file, `-` is standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    tool_context: Option<String>,
    /// End the run after this many seconds; decimals are fine, 0 is no limit [default: 310]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Limits")]
    timeout: Option<Timeout>,
    /// End the run when it has printed nothing for this many seconds [default: it may be silent]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Limits")]
    silence: Option<Timeout>,
    /// Call the run stuck when it has printed nothing for this many seconds, with a line in its log; 0 or `off` never
    /// [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Limits")]
    silence_notice: Option<Timeout>,
    /// End the run when its processes together have more resident memory: 512M, 2G, plain bytes.
    /// This and the next two are looked at four times a second: between two looks it can be more
    #[arg(long, value_name = "SIZE", value_parser = amount::size, help_heading = "Limits")]
    memory: Option<u64>,
    /// End the run when it has more processes than this
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    processes: Option<u64>,
    /// End the run when all its processes together have computed longer than this, ended ones too
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Limits")]
    cpu: Option<Timeout>,
    /// Let each process have this many descriptors; the system refuses it more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    open_files: Option<u64>,
    /// Add the variables of `env/NAME.env` in your settings, else of `.env.NAME` in the agent's folder;
    /// `.env` is that folder's `.env`. Values are passed as they stand, without expanding `$`, and never recorded
    #[arg(long, value_name = "NAME", help_heading = "Variables")]
    profile: Option<String>,
    /// Add the variables of this file, after the profile's; may be given again, and the later one wins
    #[arg(long, value_name = "FILE", help_heading = "Variables")]
    env_file: Vec<PathBuf>,
}

/// `None`: no limit.
#[derive(Clone, Copy, Debug)]
struct Timeout(Option<Duration>);

fn seconds(text: &str) -> Result<Timeout, String> {
    amount::seconds(text).map(Timeout)
}

/// The options from all flags.
pub fn options(context: &Context, chosen: &Chosen, held: &Held) -> Result<Options, Failure> {
    let limit = |Timeout(limit)| limit;
    let usual = Options::usual(&context.settings);
    Ok(Options {
        timeout: chosen.timeout.map_or(usual.timeout, limit),
        silence: chosen.silence.and_then(limit),
        silence_notice: chosen.silence_notice.map_or(usual.silence_notice, limit),
        memory_bytes: chosen.memory,
        processes: chosen.processes,
        cpu: chosen.cpu.and_then(limit),
        open_files: chosen.open_files,
        tool_context: chosen.tool_context.as_ref().map(|text| tool_context(text, held)).transpose()?,
        profile: chosen.profile.clone(),
        env_files: chosen.env_file.clone(),
    })
}

fn tool_context(text: &str, held: &Held) -> Result<Box<RawValue>, Failure> {
    let json = match text.strip_prefix('@') {
        Some(path) => parameters::read("--tool-context @", path.as_ref(), held)?,
        None if text == "-" => parameters::read("--tool-context ", "-".as_ref(), held)?,
        None => text.to_owned(),
    };
    RawValue::from_string(json.trim_ascii().to_owned())
        .map_err(|error| Rejected::new(Why::Request, format!("--tool-context is no JSON: {error}")).into())
}
