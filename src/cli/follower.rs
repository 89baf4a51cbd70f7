//! A run's lines in order, each once: what `logs` and whoever attends a run have in common.

use std::io;

use crate::run::output::{Line, Output};
use crate::run::view::RunView;

/// Bytes that are looked at before what was found is given out.
const BUDGET: u64 = 1 << 20;

/// Lines given out at once: many, since each window is searched from a checkpoint, but not more than fit well into
/// memory where lines are long.
const LINES: std::ops::RangeInclusive<u64> = 16..=1_000;

/// How far a run's output was given out.
#[derive(Debug)]
pub struct Follower {
    output: Output,
    given: u64,
}

impl Follower {
    /// From the beginning of the output.
    #[must_use]
    pub fn new(run: &RunView) -> Self {
        Self { output: Output::new(run.dir.clone()), given: 0 }
    }

    /// The next completed lines; none when there are no more by now. Reads nothing ahead.
    pub fn next_lines(&mut self) -> io::Result<Vec<Line>> {
        let mut more = true;
        while self.given >= self.output.lines() && more {
            more = self.output.advance(BUDGET)?;
        }
        let average = self.output.bytes() / self.output.lines().max(1);
        let count = (BUDGET / average.max(1)).clamp(*LINES.start(), *LINES.end());
        let lines = self.output.window(self.given, usize::try_from(count).unwrap_or(1))?;
        self.given += lines.len() as u64;
        Ok(lines)
    }

    /// The unfinished last lines: for when there will be no more.
    pub fn open_lines(&self) -> io::Result<Vec<Line>> {
        self.output.open_lines()
    }
}
