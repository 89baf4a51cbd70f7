//! `plugdeck logs RUN`: what a run printed, a line a line, each with its time and stream; with `--plain` also what
//! happened to it.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use crate::cli::failure::Failure;
use crate::cli::follower::Follower;
use crate::cli::print;
use crate::cli::story::Story;
use crate::ops::{Context, Rejected, Why, runs, sweep, words};
use crate::run::output::{Line, Stream};
use crate::text;

/// From one look at the files to the next, with `-f`.
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the last four digits
    run: String,
    /// Go on until the run ends
    #[arg(short, long)]
    follow: bool,
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "plain")]
    pub json: bool,
    /// Also say what happened, in the dashboard's words; no colours
    #[arg(long)]
    plain: bool,
}

#[derive(Serialize)]
struct Row {
    t_us: u64,
    stream: &'static str,
    text: String,
    /// So many bytes stood here that are not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_kept: Option<u64>,
    /// So many bytes of a very long line follow, which stand in the run's file alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let mut run = runs::find(context, &args.run)?;
    let mut follower = Follower::new(&run);
    let mut story = args.plain.then(|| Story::new(&run));
    let unreadable = |error: io::Error| {
        Rejected::new(Why::Machine, format!("the output of run {} cannot be read: {error}", args.run))
    };
    let show = |lines: &[Line], story: &mut Option<Story>| match story {
        Some(story) => print::data(&story.lines(lines)),
        None => show(lines, args.json),
    };
    loop {
        // Whether it lives is looked at first: what it printed before it ended is read after.
        let live = args.follow && run.state().is_live();
        if let Some(story) = &mut story {
            story.look().map_err(unreadable)?;
        }
        loop {
            let lines = follower.next_lines().map_err(unreadable)?;
            if lines.is_empty() {
                break;
            }
            show(&lines, &mut story)?;
        }
        if !live {
            break;
        }
        if let Some(story) = &mut story {
            print::data(&story.rest())?;
        }
        if print::reader_left_within(LOOK_EVERY) {
            return Ok(ExitCode::SUCCESS);
        }
        run.refresh().map_err(unreadable)?;
    }
    show(&follower.open_lines(), &mut story)?;
    if let Some(mut story) = story {
        print::data(&story.end(run.state()))?;
        return Ok(ExitCode::SUCCESS);
    }
    for left in run.status.outcome.iter().flat_map(|outcome| &outcome.leftovers) {
        print::talk_bytes(sweep::still_there(&run.id, left).as_bytes());
    }
    Ok(ExitCode::SUCCESS)
}

fn show(lines: &[Line], json: bool) -> io::Result<()> {
    let shown: io::Result<String> = lines.iter().map(|line| shown(line, json)).collect();
    print::data(&shown?)
}

fn shown(line: &Line, json: bool) -> io::Result<String> {
    let stream = match line.stream {
        Stream::Out => "out",
        Stream::Err => "err",
    };
    if json {
        let text = String::from_utf8_lossy(&line.bytes).into_owned();
        let not_kept = Some(line.lost).filter(|lost| *lost > 0);
        let left_out = Some(line.cut).filter(|cut| *cut > 0);
        return print::json_line(&Row { t_us: line.t_us, stream, text, not_kept, left_out });
    }
    let text = match line.lost {
        0 => print::shown(line.visible(), &io::stdout()),
        lost => text::not_kept(line.stream.name(), lost),
    };
    let seconds = Duration::from_micros(line.t_us).as_secs_f64();
    let more = if line.cut > 0 { words::cut(line.cut) } else { String::new() };
    Ok(format!("{seconds:>8.2} {stream} {text}{more}\n"))
}
