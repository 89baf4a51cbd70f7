//! A build that says nothing: one line that counts the seconds, on a terminal only, and says what is being done. It is
//! wiped away before anything else is said.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use rustix::termios::tcgetwinsize;

use crate::process::locks;
use crate::run::samples;
use crate::run::status::StepStatus;
use crate::run::view::RunView;
use crate::text;

/// Silence that is worth a line.
const WORTH: Duration = Duration::from_secs(3);

/// Goes to the line's beginning and wipes it.
const WIPE: &str = "\r\x1b[K";

/// Columns of a terminal that does not tell its width.
const COLUMNS: u16 = 80;

/// The silence on a terminal.
#[derive(Debug)]
pub struct Quiet {
    since: Instant,
    /// The seconds that stand on the screen.
    shown: Option<u64>,
    samples: samples::Reader,
    latest: Vec<i32>,
}

impl Quiet {
    /// `None` where standard error is no terminal: a changing line is nothing for a file.
    #[must_use]
    pub fn new() -> Option<Self> {
        let new = || Self {
            since: Instant::now(),
            shown: None,
            samples: samples::Reader::default(),
            latest: Vec::new(),
        };
        io::stderr().is_terminal().then(new)
    }

    /// Something is about to be said: what wipes the line away, where there is one.
    #[must_use]
    pub fn over(&mut self) -> &'static str {
        self.since = Instant::now();
        if self.shown.take().is_some() { WIPE } else { "" }
    }

    /// The line, where another second has passed.
    pub fn line(&mut self, run: &mut RunView) -> Option<String> {
        let silent = self.since.elapsed();
        if silent < WORTH || self.shown == Some(silent.as_secs()) {
            return None;
        }
        self.shown = Some(silent.as_secs());
        // What cannot be read is not told; the run goes on all the same.
        let _ = run.refresh();
        if let Some(sample) = self.samples.read_new(&run.dir.samples()).ok().and_then(|mut new| new.pop()) {
            self.latest = sample.processes.iter().map(|process| process.pid).collect();
        }
        let columns = tcgetwinsize(io::stderr()).map_or(COLUMNS, |size| size.ws_col);
        let columns = usize::from(if columns == 0 { COLUMNS } else { columns });
        let line = text::safe(self.sentence(run, silent.as_secs()).as_bytes());
        Some(format!("{WIPE}{}", text::fit(&line, columns.saturating_sub(1))))
    }

    fn sentence(&self, run: &RunView, seconds: u64) -> String {
        let mut line = format!("… silent for {seconds} s");
        let running = |step: &StepStatus| step.started_us.is_some() && step.ended_us.is_none();
        let at = run.status.steps.iter().position(running);
        let step = at.and_then(|at| run.spec.steps.get(at));
        // Writing to a text cannot fail.
        if let Some(step) = step {
            let _ = write!(line, ": {}", step.title);
        }
        if let Some(wait) = locks::waiting(&self.latest) {
            let _ = write!(line, ", waiting for a lock on {}", wait.file.display());
            if let Some((pid, name)) = wait.holder {
                let _ = write!(line, " held by {name} (pid {pid})");
            }
        }
        line
    }
}
