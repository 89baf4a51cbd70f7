//! The command line: one verb a file, each parses, asks `ops`, prints. Standard output is data, standard error
//! is talk; the exit codes stand in `exit.rs`.

mod answer;
mod attend;
mod build;
mod clean;
mod config;
mod demo;
mod doctor;
mod ear;
mod environment;
mod exit;
mod failure;
mod follower;
mod info;
mod kill;
mod list;
mod logs;
mod options;
mod orphan_rows;
mod parameters;
mod pretty;
mod print;
mod ps;
mod quiet;
mod report;
mod run;
mod story;
mod why;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::cli::failure::Failure;
use crate::cli::report::Report;
use crate::config::Loaded;
use crate::ops::{Context, Rejected, Why};
use crate::paths::Paths;
use crate::supervisor::launch;
use crate::tui::looks::Asked;
use crate::tui::{self, Ended};
use crate::venv::verb;

/// Builds, calls and watches AgentHub agents. Without a command: opens the dashboard.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,

    /// Theme of the dashboard, for example `light`
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,

    /// Draw the dashboard with nothing but ASCII
    #[arg(long)]
    ascii: bool,

    /// Leave the mouse to the terminal
    #[arg(long)]
    no_mouse: bool,
}

// A call of a small agent takes a few hundredths of a second: of all verbs only the one that was typed is built up.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Verb {
    /// Open the dashboard on a store of its own, with agents to play with
    Demo(demo::Args),
    /// List the installed agents and their methods
    List(list::Args),
    /// Show one agent: manifest, problems, environment
    Info(info::Args),
    /// Build an agent's environment
    Build(build::Args),
    /// Call a method and wait for its result
    Run(Box<run::Args>),
    /// List runs and their processes
    Ps(ps::Args),
    /// Say what a run waits for, and where in its code
    Why(why::Args),
    /// Show the Python stacks of a run
    Stack(why::Args),
    /// Print what a run printed
    Logs(logs::Args),
    /// Stop a run and wait for the proof
    Kill(kill::Args),
    /// End processes that nobody watches any more, with proof
    Clean(clean::Args),
    /// Print every setting with its value in effect, as a file of settings
    Config(config::Args),
    /// Check this machine: Pythons, uv, folders, rights, terminal, models
    Doctor(doctor::Args),
}

/// Runs plugdeck with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let [_, verb, rest @ ..] = arguments.as_slice() {
        if let ([dir], true) = (rest, verb == launch::VERB) {
            return launch::supervise(Path::new(dir));
        }
        if verb == verb::NAME {
            return build_step(rest);
        }
    }
    // A file size limit shows as an error of the write, not as the end of plugdeck without a word. Where that cannot
    // be arranged, all else still works.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap prints each to its own stream.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let asked = cli.verb.as_ref().and_then(Verb::report);
    let done = context(cli.verb.as_ref()).map_err(Failure::from);
    let done = done.and_then(|(context, trouble)| perform(context, cli, trouble));
    done.unwrap_or_else(|failure| failure.tell(asked))
}

impl Verb {
    /// The report to be filled in should this verb be refused; `None` where no JSON was asked for.
    fn report(&self) -> Option<Report> {
        match self {
            Self::Demo(_) => None,
            Self::List(args) => args.json.then(Report::default),
            Self::Info(args) => args.json.then(|| Report::about(&args.agent, None)),
            Self::Build(args) => args.json.then(|| Report::about(&args.agent, None)),
            Self::Run(args) => args.json.then(|| Report::about(&args.agent, Some(&args.method))),
            Self::Ps(args) => args.json.then(Report::default),
            Self::Why(args) | Self::Stack(args) => args.json.then(Report::default),
            Self::Logs(args) => args.json.then(Report::default),
            Self::Kill(args) => args.json.then(Report::default),
            Self::Clean(args) => args.json.then(Report::default),
            Self::Config(args) => args.json.then(Report::default),
            Self::Doctor(args) => args.json.then(Report::default),
        }
    }

    /// Whether it tells itself what is wrong with the settings. All others are refused then: who has set a timeout
    /// must not get a run with another one.
    fn tells_settings(&self) -> bool {
        matches!(self, Self::Demo(_) | Self::Config(_) | Self::Doctor(_))
    }
}

/// Performs a verb; `trouble` is what is wrong with the settings.
fn perform(context: Context, cli: Cli, trouble: Option<String>) -> Result<ExitCode, Failure> {
    let looks = Asked { theme: cli.theme, ascii: cli.ascii, no_mouse: cli.no_mouse, trouble };
    match cli.verb {
        None => Ok(dashboard(&context, &looks)?),
        Some(Verb::Demo(args)) => Ok(demo::perform(context, &args, &looks)?),
        Some(Verb::List(args)) => list::perform(&context, &args),
        Some(Verb::Info(args)) => info::perform(&context, &args),
        Some(Verb::Build(args)) => build::perform(&context, &args),
        Some(Verb::Run(args)) => run::perform(&context, &args),
        Some(Verb::Ps(args)) => ps::perform(&context, &args),
        Some(Verb::Why(args)) => why::perform(&context, &args),
        Some(Verb::Stack(args)) => why::perform_stack(&context, &args),
        Some(Verb::Logs(args)) => logs::perform(&context, &args),
        Some(Verb::Kill(args)) => kill::perform(&context, &args),
        Some(Verb::Clean(args)) => clean::perform(&context, &args),
        Some(Verb::Config(args)) => config::perform(&context, &args),
        Some(Verb::Doctor(args)) => doctor::perform(&context, &args),
    }
}

/// Opens the dashboard and stays until it is closed.
fn dashboard(context: &Context, looks: &Asked) -> Result<ExitCode, Rejected> {
    let ended = tui::run(context.clone(), looks).map_err(|error| match error {
        tui::Error::Theme(sentence) => Rejected::new(Why::Request, sentence),
        tui::Error::Terminal(_) => {
            Rejected::new(Why::Machine, format!("the dashboard could not run: {error}"))
        }
    })?;
    match ended {
        Ended::Demo => return demo::perform(context.clone(), &demo::Args::default(), looks),
        Ended::Closed { live: 0 } => {}
        Ended::Closed { live: 1 } => print::talk("1 run goes on; the next dashboard shows it"),
        Ended::Closed { live } => print::talk(&format!("{live} runs go on; the next dashboard shows them")),
    }
    Ok(ExitCode::SUCCESS)
}

/// What every verb needs, from this process's environment, and what is wrong with the settings.
fn context(verb: Option<&Verb>) -> Result<(Context, Option<String>), Rejected> {
    let machine = |error: &dyn std::fmt::Display| Rejected::new(Why::Machine, error.to_string());
    let program = std::env::current_exe().map_err(|error| machine(&error))?;
    let paths = Paths::from_env().map_err(|error| machine(&error))?;
    let loaded = Loaded::read(&paths.config);
    match loaded.sentence() {
        Some(sentence) if verb.is_some_and(|verb| !verb.tells_settings()) => {
            Err(Rejected::new(Why::Request, sentence))
        }
        trouble => Ok((Context { paths, settings: loaded.settings, program }, trouble)),
    }
}

/// A step of a build that plugdeck does itself; its talk is part of the build's log.
fn build_step(words: &[OsString]) -> ExitCode {
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    match verb::run(&words, |line| print::talk_bytes(line.as_bytes())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::talk_bytes(format!("error: {error}").as_bytes());
            ExitCode::FAILURE
        }
    }
}
