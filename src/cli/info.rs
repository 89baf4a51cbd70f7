//! `plugdeck info NS/AGENT`: one agent with everything its manifest says.

use std::process::ExitCode;

use serde::Serialize;

use crate::agent::manifest::{Method, Severity};
use crate::cli::environment::{self, EnvironmentRow};
use crate::cli::failure::Failure;
use crate::cli::list::AgentRow;
use crate::cli::print;
use crate::ops::Context;
use crate::ops::agents::{self, Listed};
use crate::text;
use crate::venv::details::Details;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, as `plugdeck list` shows it, or the path of its folder: `./…` or `/…`
    #[arg(value_name = "NS/AGENT")]
    pub agent: String,
    /// Print one JSON object: as in `plugdeck list --json`, and the environment
    #[arg(long)]
    pub json: bool,
}

/// The row of `list --json` and its environment.
#[derive(Serialize)]
struct InfoRow<'a> {
    #[serde(flatten)]
    agent: AgentRow<'a>,
    environment_details: EnvironmentRow<'a>,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let listed = agents::find(context, &args.agent)?;
    let details = Details::read(&listed.agent.directory);
    if args.json {
        let row = InfoRow { agent: AgentRow::of(&listed), environment_details: EnvironmentRow::of(&details) };
        print::json(&row)?;
    } else {
        print::data(&page(context, &listed, &details))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn page(context: &Context, listed: &Listed, details: &Details) -> String {
    let agent = &listed.agent;
    let safe = |part: &str| text::safe(part.as_bytes());
    let mut page = format!("{}\n", safe(&agent.name.to_string()));
    let mut fact = |name: &str, value: &str| page += &format!("  {name:<12} {}\n", safe(value));
    if let Some(manifest) = &agent.manifest {
        let facts = [
            ("name", &manifest.name),
            ("version", &manifest.version),
            ("description", &manifest.description),
            ("author", &manifest.author),
            ("python", &manifest.python_version),
        ];
        for (name, value) in facts {
            if let Some(value) = value {
                fact(name, value);
            }
        }
    }
    if let Some(reason) = agent.reason() {
        fact(if agent.manifest.is_some() { "not valid" } else { "cannot run" }, &reason);
    }
    fact("directory", &context.paths.shorten(&agent.directory));
    fact("environment", &environment::state(&listed.environment));
    page += &environment::page(details);
    for problem in &agent.problems {
        let sign = match problem.severity {
            Severity::Error => "✗",
            Severity::Warning => "▲",
        };
        let place = format!("{sign} agent.yaml:{}:{}", problem.line, problem.column);
        page += &format!("  {place} {}\n", safe(&problem.message));
    }
    for method in agent.manifest.iter().flat_map(|manifest| &manifest.methods) {
        page += &format!("\n{}", method_page(method));
    }
    page
}

fn method_page(method: &Method) -> String {
    let safe = |part: &str| text::safe(part.as_bytes());
    let mut page = format!("{}\n    {}\n", safe(&method.name), safe(&method.description));
    for parameter in &method.parameters {
        let mark = if parameter.required { "*" } else { " " };
        let default = parameter.default.as_ref().map_or(String::new(), |value| format!(" = {value}"));
        let head = format!("{}{mark} {}{default}", parameter.name, parameter.type_name);
        page += &format!("    {:<32} {}\n", safe(&head), safe(&parameter.description));
    }
    if let Some(returns) = &method.returns {
        let head = format!("returns {}", returns.type_name);
        page += &format!("    {:<32} {}\n", safe(&head), safe(&returns.description));
    }
    page
}
