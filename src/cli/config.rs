//! `plugdeck config`: every setting with its value in effect, as the file that would set them all.

use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;

use crate::cli::failure::Failure;
use crate::cli::print;
use crate::config::table::SETTINGS;
use crate::config::{Loaded, Settings, file};
use crate::ops::Context;
use crate::tui::looks;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Page {
    /// The file that is read.
    file: String,
    exists: bool,
    problems: Vec<String>,
    settings: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    key: &'static str,
    value: Value,
    default: Value,
    /// It stands in the file.
    set: bool,
    expected: String,
    doc: &'static str,
}

/// The exit code is 1 when something is wrong with the file.
pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let path = context.paths.settings();
    let loaded = Loaded::read(&context.paths.config);
    let mut problems: Vec<_> = loaded.problems.iter().map(|problem| problem.sentence.clone()).collect();
    problems.extend(looks::trouble(context));
    let code = if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if args.json {
        let row = |setting: &crate::config::table::Setting| Row {
            key: setting.key,
            value: setting.json(&loaded.settings),
            default: setting.json(&Settings::default()),
            set: loaded.set.contains(&setting.key),
            expected: setting.expected(),
            doc: setting.doc,
        };
        print::json(&Page {
            file: path.display().to_string(),
            exists: path.exists(),
            problems,
            settings: SETTINGS.iter().map(row).collect(),
        })?;
        return Ok(code);
    }
    let is = if path.exists() { "is read" } else { "is not there: everything is as by default" };
    print::talk_bytes(format!("{} {is}", context.paths.shorten(&path)).as_bytes());
    for problem in &problems {
        print::talk_bytes(format!("error: {problem}").as_bytes());
    }
    print::data(&file::written(&loaded.settings))?;
    Ok(code)
}
