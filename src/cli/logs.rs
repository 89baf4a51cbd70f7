//! `plugdeck logs RUN`: what a run printed, a line a line, each with its time and stream.

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use crate::cli::print;
use crate::ops::{Context, Rejected, Why, runs};
use crate::run::output::{Line, Output, Stream};
use crate::text;

/// From one look at the files to the next, with `-f`.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Lines taken at once.
const WINDOW: usize = 1_000;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the last four digits
    run: String,
    /// Go on until the run ends
    #[arg(short, long)]
    follow: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    t_us: u64,
    stream: &'static str,
    text: String,
}

pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Rejected> {
    let mut run = runs::find(context, &args.run)?;
    let mut output = Output::new(run.dir.clone());
    let mut shown = 0;
    let unreadable = |error: std::io::Error| {
        Rejected::new(Why::Machine, format!("the output of run {} cannot be read: {error}", args.run))
    };
    loop {
        // Whether it lives is looked at first: what it printed before it ended is read after.
        let live = args.follow && run.state().is_live();
        while output.advance(1 << 20).map_err(unreadable)? {}
        while shown < output.lines() {
            let lines = output.window(shown, WINDOW).map_err(unreadable)?;
            if lines.is_empty() {
                break;
            }
            shown += lines.len() as u64;
            for line in &lines {
                show(line, args.json);
            }
        }
        if !live {
            break;
        }
        std::thread::sleep(LOOK_EVERY);
        run.refresh().map_err(unreadable)?;
    }
    for line in output.open_lines().map_err(unreadable)? {
        show(&line, args.json);
    }
    Ok(ExitCode::SUCCESS)
}

fn show(line: &Line, json: bool) {
    let stream = match line.stream {
        Stream::Out => "out",
        Stream::Err => "err",
    };
    if json {
        let text = String::from_utf8_lossy(&line.bytes).into_owned();
        print::json(&Row { t_us: line.t_us, stream, text });
    } else {
        let seconds = Duration::from_micros(line.t_us).as_secs_f64();
        print::data(&format!("{seconds:>8.2} {stream} {}\n", text::safe(line.visible())));
    }
}
