//! `plugdeck run NS/AGENT METHOD`: the main job of the command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use crate::agent::manifest::Method;
use crate::agent::payload::{self, Parameters};
use crate::cli::attend::{Show, attend};
use crate::cli::report::Report;
use crate::cli::{exit, print};
use crate::ops::runs::{self, ResultText};
use crate::ops::{Context, Rejected, Why, agents, call};
use crate::run::status::State;
use crate::run::view::RunView;
use crate::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, as `plugdeck list` shows it
    #[arg(value_name = "NS/AGENT")]
    agent: String,
    /// One of its methods
    method: String,
    /// All parameters as one JSON object
    #[arg(long, value_name = "JSON", conflicts_with = "params_file")]
    params: Option<String>,
    /// The same from a file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    params_file: Option<PathBuf>,
    /// One parameter: text for string parameters, else JSON; `key=@file` reads a file
    #[arg(short = 'p', value_name = "KEY=VALUE", value_parser = key_value)]
    parameter: Vec<(String, String)>,
    /// End the run after this many seconds; decimals are fine, 0 is no limit [default: 310]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Timeout>,
    /// Print one JSON object at the end, whatever the end is
    #[arg(long)]
    json: bool,
    /// Return as soon as the agent has started
    #[arg(long)]
    detach: bool,
    /// Send what the checks of method and parameters refuse
    #[arg(long)]
    force: bool,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as key=value".to_owned()),
    }
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

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Rejected> {
    let mut run = match start(context, args) {
        Ok(run) => run,
        Err(rejected) if args.json => {
            print::json(&Report::rejected(&args.agent, Some(&args.method), &rejected.message));
            return Ok(ExitCode::from(exit::of_refusal(rejected.why)));
        }
        Err(rejected) => return Err(rejected),
    };
    if args.detach {
        print::json(&Detached {
            run: run.id.to_string(),
            state: State::Running,
            directory: run.dir.path.display().to_string(),
        });
        return Ok(ExitCode::SUCCESS);
    }
    let show = if args.json { Show::Nothing } else { Show::StandardError };
    let heard = attend(&mut run, show).map_err(|error| {
        Rejected::new(Why::Machine, format!("run {} cannot be followed: {error}", run.id))
    })?;
    if args.json {
        print::json(&Report::of(&run));
    } else {
        tell(&run);
    }
    runs::prune_if_due(context);
    Ok(ExitCode::from(exit::of_run(run.state(), run.status.outcome.as_ref(), heard)))
}

fn start(context: &Context, args: &Args) -> Result<RunView, Rejected> {
    let request = call::Request {
        agent: args.agent.clone(),
        method: args.method.clone(),
        parameters: parameters(context, args)?,
        tool_context: None,
        timeout: args.timeout.map_or(context.settings.call_timeout, |Timeout(limit)| limit),
        force: args.force,
    };
    call::start_forked(context, &request)
}

/// The parameters from all flags; a later `-p` wins over an earlier one, and over the object.
fn parameters(context: &Context, args: &Args) -> Result<Parameters, Rejected> {
    let request = |sentence: String| Rejected::new(Why::Request, sentence);
    let object = match (&args.params, &args.params_file) {
        (Some(json), _) => Some(("--params".to_owned(), json.clone())),
        (None, Some(path)) => Some((path.display().to_string(), read(path).map_err(request)?)),
        (None, None) => None,
    };
    let mut parameters = match object {
        Some((source, json)) => {
            payload::parameters(&json).map_err(|error| request(format!("{source}: {error}")))?
        }
        None => Parameters::default(),
    };
    if args.parameter.is_empty() {
        return Ok(parameters);
    }
    let listed = agents::find(context, &args.agent)?;
    let method: Option<&Method> =
        listed.agent.manifest.as_ref().and_then(|manifest| manifest.method(&args.method));
    for (key, value) in &args.parameter {
        let text = match value.strip_prefix('@') {
            Some(path) => read(path.as_ref()).map_err(request)?,
            None => value.clone(),
        };
        let value = payload::value_from_text(method, key, &text).map_err(|error| request(error.message))?;
        parameters.insert(key.clone(), value);
    }
    Ok(parameters)
}

fn read(path: &std::path::Path) -> Result<String, String> {
    let text = match path.to_str() {
        Some("-") => std::io::read_to_string(std::io::stdin()),
        _ => std::fs::read_to_string(path),
    };
    text.map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// The result to standard output, all else to standard error.
fn tell(run: &RunView) {
    match runs::result(run) {
        Ok(ResultText::None) => {}
        Ok(ResultText::Json(json)) => print::data(&format!("{}\n", pretty(&json))),
        Ok(ResultText::Text(text, reason)) => {
            print::data(&format!("{}\n", text::safe_lines(text.as_bytes())));
            print::talk(&format!("warning: the result {reason}, so it is given as the agent's own text"));
        }
        Err(error) => print::talk(&format!("warning: the result could not be read: {error}")),
    }
    let outcome = run.status.outcome.as_ref();
    for warning in outcome.iter().flat_map(|outcome| &outcome.warnings) {
        print::talk_bytes(format!("warning: {warning}").as_bytes());
    }
    if let Some(error) = outcome.and_then(|outcome| outcome.error.as_deref()) {
        print::talk(&format!("error: {}", text::safe_lines(error.as_bytes())));
    } else if run.lost {
        print::talk("error: the supervisor vanished, so how the agent ended is not known");
    }
    let seconds = run.elapsed().as_secs_f64();
    print::talk(&format!("{} after {seconds:.2} s · run {}", run.state().word(), run.id));
}

/// A text as its characters, anything else as indented JSON; safe for a terminal.
fn pretty(json: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(json) {
        Ok(serde_json::Value::String(text)) => text::safe_lines(text.as_bytes()),
        Ok(_) => text::safe_json(&indent(json)).into_owned(),
        Err(_) => text::safe_lines(json.as_bytes()),
    }
}

/// Indents JSON that stands on one line, without touching how its values are spelled.
fn indent(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let mut chars = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = chars.next() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            out.push(c);
            continue;
        }
        match c {
            '{' | '[' if matches!(chars.peek(), Some('}' | ']')) => {
                out.push(c);
                out.extend(chars.next());
            }
            '{' | '[' => {
                out.push(c);
                depth += 1;
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            '"' => {
                in_string = true;
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indenting_keeps_every_value_as_it_is_spelled() {
        let json = r#"{"a":[1.50,{}],"b":"x\"{,:","c":[]}"#;
        let expected = "{\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"b\": \"x\\\"{,:\",\n  \"c\": []\n}";
        assert_eq!(indent(json), expected);
    }

    #[test]
    fn no_seconds_are_no_limit() {
        assert_eq!(seconds("0"), Ok(Timeout(None)));
        assert_eq!(seconds("2.5"), Ok(Timeout(Some(Duration::from_millis(2_500)))));
        assert!(seconds("-1").is_err() && seconds("soon").is_err() && seconds("1e999").is_err());
    }
}
