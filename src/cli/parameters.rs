//! The parameters of a call, from all the flags that give some.

use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::agent::payload::{self, Parameters};
use crate::cli::ear::Held;
use crate::cli::failure::Failure;
use crate::cli::run;
use crate::ops::{Context, Rejected, Why, agents, input, presets};

#[derive(Debug, clap::Args)]
pub struct Given {
    /// All parameters as one JSON object
    #[arg(long, value_name = "JSON", conflicts_with = "params_file")]
    params: Option<String>,
    /// The same from a file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    params_file: Option<PathBuf>,
    /// The values of a saved preset, under all that is given here; `plugdeck.presets.json` beside the agent, or your own
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// One parameter: text for string parameters, else JSON; `key=@file` reads a file
    #[arg(short = 'p', value_name = "KEY=VALUE", value_parser = key_value)]
    parameter: Vec<(String, String)>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as key=value".to_owned()),
    }
}

/// The parameters from all flags, and the tool context of a preset; a later `-p` wins over an earlier one, and over the
/// object, which wins over a preset.
pub fn parameters(
    context: &Context,
    args: &run::Args,
    held: &Held,
) -> Result<(Parameters, Option<Box<RawValue>>), Failure> {
    let request = |sentence: String| Rejected::new(Why::Request, sentence);
    let given = &args.given;
    let object = match (&given.params, &given.params_file) {
        (Some(json), _) => Some(("--params".to_owned(), json.clone())),
        (None, Some(path)) => Some((path.display().to_string(), read("--params-file ", path, held)?)),
        (None, None) => None,
    };
    let (mut parameters, tool_context) = match &given.preset {
        Some(name) => {
            let agent = agents::find(context, &args.agent)?.agent;
            let preset = presets::find(context, &agent, &args.method, name)?;
            (preset.parameters, preset.tool_context)
        }
        None => Default::default(),
    };
    if let Some((source, json)) = object {
        let object = payload::parameters(&json).map_err(|error| request(format!("{source}: {error}")))?;
        parameters.extend(object);
    }
    if given.parameter.is_empty() {
        return Ok((parameters, tool_context));
    }
    let listed = agents::find(context, &args.agent)?;
    let method = listed.agent.manifest.as_ref().and_then(|manifest| manifest.method(&args.method));
    for (key, value) in &given.parameter {
        let text = match value.strip_prefix('@') {
            Some(path) => read(&format!("-p {key}=@"), path.as_ref(), held)?,
            None => value.clone(),
        };
        let value = match payload::value_from_text(method, key, &text) {
            // Without a declaration whatever is no JSON goes as a text.
            Err(_) if args.force => payload::value_from_text(None, key, &text),
            value => value,
        };
        let value =
            value.map_err(|error| request(format!("{}; --force sends it as a text", error.message)))?;
        parameters.insert(key.clone(), value);
    }
    Ok((parameters, tool_context))
}

/// Reads a file that a flag names. It may be a pipe or a terminal: a signal ends the waiting for it.
pub fn read(flag: &str, path: &Path, held: &Held) -> Result<String, Failure> {
    let request = |sentence: String| Failure::from(Rejected::new(Why::Request, sentence));
    if path.as_os_str().is_empty() {
        return Err(request(format!("{flag} names no file: write one after it, or - for standard input")));
    }
    let unreadable =
        |error: &dyn std::fmt::Display| request(format!("{} cannot be read: {error}", path.display()));
    let bytes = input::read(path, usize::MAX, || held.check().is_ok()).or_else(|error| {
        held.check()?;
        Err(unreadable(&error))
    })?;
    String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8 text"))
}
