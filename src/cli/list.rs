//! `plugdeck list`: the installed agents and their methods.

use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;

use crate::agent::manifest::{Method, Problem};
use crate::cli::failure::Failure;
use crate::cli::print;
use crate::ops::Context;
use crate::ops::agents::{self, Listed};
use crate::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON array
    #[arg(long)]
    pub json: bool,
}

/// One agent as `--json` shows it.
#[derive(Serialize)]
pub struct AgentRow<'a> {
    agent: String,
    name: Option<&'a str>,
    version: Option<&'a str>,
    description: Option<&'a str>,
    valid: bool,
    problems: &'a [Problem],
    methods: Vec<MethodRow<'a>>,
    environment: &'static str,
    directory: String,
}

#[derive(Serialize)]
struct MethodRow<'a> {
    name: &'a str,
    description: &'a str,
    parameters: Vec<ParameterRow<'a>>,
}

#[derive(Serialize)]
struct ParameterRow<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    type_name: &'a str,
    required: bool,
    default: Option<&'a Value>,
    description: &'a str,
}

impl<'a> AgentRow<'a> {
    /// The row of one agent.
    #[must_use]
    pub fn of(listed: &'a Listed) -> Self {
        let agent = &listed.agent;
        let manifest = agent.manifest.as_ref();
        Self {
            agent: agent.name.to_string(),
            name: manifest.and_then(|manifest| manifest.name.as_deref()),
            version: manifest.and_then(|manifest| manifest.version.as_deref()),
            description: manifest.and_then(|manifest| manifest.description.as_deref()),
            valid: agent.valid(),
            problems: &agent.problems,
            methods: manifest
                .map_or(Vec::new(), |manifest| manifest.methods.iter().map(method_row).collect()),
            environment: listed.environment.word(),
            directory: agent.directory.display().to_string(),
        }
    }
}

fn method_row(method: &Method) -> MethodRow<'_> {
    let parameters = method
        .parameters
        .iter()
        .map(|parameter| ParameterRow {
            name: &parameter.name,
            type_name: &parameter.type_name,
            required: parameter.required,
            default: parameter.default.as_ref(),
            description: &parameter.description,
        })
        .collect();
    MethodRow { name: &method.name, description: &method.description, parameters }
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let (listed, unreadable) = agents::list(context);
    for (path, reason) in &unreadable {
        print::talk_bytes(format!("warning: {} cannot be read: {reason}", path.display()).as_bytes());
    }
    if args.json {
        print::json(&listed.iter().map(AgentRow::of).collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    if listed.is_empty() {
        let agents = context.paths.agents();
        print::talk(&format!(
            "no agents in {}; `plugdeck demo` shows some",
            text::safe(context.paths.shorten(&agents).as_bytes())
        ));
    }
    for row in &listed {
        print::data(&lines(row))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An agent and its methods as a person reads them.
fn lines(listed: &Listed) -> String {
    let agent = &listed.agent;
    let safe = |part: &str| text::safe(part.as_bytes());
    let mut lines = format!("{:<36} env {}", safe(&agent.name.to_string()), listed.environment.word());
    if let Some(reason) = agent.reason() {
        lines += &format!("   ✗ {}", safe(&reason));
    }
    lines.push('\n');
    for method in agent.manifest.iter().flat_map(|manifest| &manifest.methods) {
        lines += &format!("    {:<32} {}\n", safe(&signature(method)), safe(&method.description));
    }
    lines
}

/// `name(required, [optional])`
fn signature(method: &Method) -> String {
    let parameters: Vec<_> = method
        .parameters
        .iter()
        .map(|parameter| match parameter.required {
            true => parameter.name.clone(),
            false => format!("[{}]", parameter.name),
        })
        .collect();
    format!("{}({})", method.name, parameters.join(", "))
}
