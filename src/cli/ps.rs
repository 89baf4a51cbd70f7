//! `plugdeck ps`: runs and their processes, as last recorded.

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use crate::cli::failure::Failure;
use crate::cli::orphan_rows::{self, age};
use crate::cli::print;
use crate::ops::{Context, orphans, runs, sweep};
use crate::process::forest;
use crate::process::sampler::ProcessSample;
use crate::run::samples::Sample;
use crate::run::status::State;
use crate::run::view::RunView;
use crate::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ended runs too
    #[arg(long)]
    all: bool,
    /// Processes that nobody watches any more; only looks, ends nothing
    #[arg(long, conflicts_with = "all")]
    orphans: bool,
    /// Print one JSON array
    #[arg(long)]
    pub json: bool,
}

#[derive(Default, Serialize)]
struct RunRow {
    run: String,
    /// Null, like all else, of a run that cannot be read.
    agent: Option<String>,
    method: Option<String>,
    state: Option<State>,
    elapsed_ms: Option<u64>,
    silence_ms: Option<u64>,
    /// It has been silent for longer than is worth a notice.
    stuck: Option<bool>,
    /// Of all its processes together: for people, a program adds up by itself.
    #[serde(skip)]
    cpu_percent: Option<f32>,
    #[serde(skip)]
    rss_bytes: Option<u64>,
    processes: Vec<ProcessRow>,
}

#[derive(Serialize)]
struct ProcessRow {
    pid: i32,
    ppid: i32,
    state: char,
    cpu_percent: f32,
    rss_bytes: u64,
    command: String,
    // For people only: the keys above are what scripts rely on.
    #[serde(skip)]
    threads: u32,
    #[serde(skip)]
    age_ms: u64,
    /// It has left its agent's session.
    #[serde(skip)]
    own_session: bool,
}

impl RunRow {
    fn of(run: &RunView) -> Self {
        let live = run.state().is_live();
        let sample = live.then(|| runs::last_sample(run)).flatten();
        Self {
            run: run.id.to_string(),
            agent: Some(run.spec.agent.clone()),
            method: run.spec.method.clone(),
            state: Some(run.state()),
            elapsed_ms: u64::try_from(run.elapsed().as_millis()).ok(),
            silence_ms: runs::silence_ms(run),
            stuck: Some(runs::is_stuck(run)),
            cpu_percent: sample.as_ref().map(Sample::cpu_percent),
            rss_bytes: sample.as_ref().map(Sample::rss_bytes),
            processes: sample.map_or(Vec::new(), |sample| {
                sample.processes.into_iter().map(|process| row(process, run)).collect()
            }),
        }
    }
}

fn row(process: ProcessSample, run: &RunView) -> ProcessRow {
    ProcessRow {
        threads: process.threads,
        age_ms: process.id().age_ms(),
        own_session: run.status.has_left_session(&process),
        pid: process.pid,
        ppid: process.ppid,
        state: process.state,
        cpu_percent: process.cpu_percent,
        rss_bytes: process.rss_bytes,
        command: process.command.unwrap_or_default(),
    }
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if args.orphans {
        return look_for_orphans(context, args.json);
    }
    print::swept(&sweep::all(context, || true));
    let found = if args.all { runs::list(context)? } else { runs::live(context)? };
    let mut rows = Vec::new();
    for run in found {
        rows.push(match run {
            Ok(run) => RunRow::of(&run),
            Err((id, error)) => {
                print::talk_bytes(format!("warning: run {id} cannot be read: {error}").as_bytes());
                RunRow { run: id.to_string(), ..RunRow::default() }
            }
        });
    }
    for (run, left) in sweep::left(context) {
        print::talk_bytes(sweep::still_there(&run, &left).as_bytes());
    }
    if args.json {
        print::json(&rows)?;
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print::talk(if args.all {
            "no runs yet"
        } else {
            "nothing runs; `plugdeck ps --all` lists ended runs"
        });
    }
    for row in &rows {
        print::data(&lines(row))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists what nobody watches any more.
fn look_for_orphans(context: &Context, json: bool) -> Result<ExitCode, Failure> {
    let found = orphans::look(context);
    let rows: Vec<_> = found.iter().map(orphan_rows::Row::of).collect();
    if json {
        print::json(&rows)?;
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print::talk("no orphans");
    }
    for row in rows {
        print::data(&format!("{}\n", row.line()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(row: &RunRow) -> String {
    let run = text::safe(row.run.as_bytes());
    let (Some(agent), Some(state), Some(elapsed_ms)) = (&row.agent, row.state, row.elapsed_ms) else {
        return format!("{run}  cannot be read\n");
    };
    let what = format!("{agent} {}", row.method.as_deref().unwrap_or("(build)"));
    let elapsed = Duration::from_millis(elapsed_ms).as_secs_f64();
    let stuck = if row.stuck == Some(true) { "◐" } else { " " };
    let mut lines =
        format!("{run} {stuck}{:<10} {elapsed:>8.1} s  {}\n", state.word(), text::safe(what.as_bytes()));
    let count = row.processes.len();
    if let (Some(cpu), Some(rss), 2..) = (row.cpu_percent, row.rss_bytes, count) {
        lines += &format!("  {count:>8} together {cpu:>3.0}% {:>7.1} MiB\n", mebibytes(rss));
    }
    for (branch, process) in forest::rows(&row.processes, |process| (process.pid, process.ppid)) {
        lines += &format!(
            "    {:>8} {} {:>5.0}% {:>7.1} MiB {:>3} thr {:>5}  {branch}{}{}\n",
            process.pid,
            process.state,
            process.cpu_percent,
            mebibytes(process.rss_bytes),
            process.threads,
            age(process.age_ms),
            text::safe(process.command.as_bytes()),
            if process.own_session { "  ⚑ own session" } else { "" }
        );
    }
    lines
}

fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0
}
