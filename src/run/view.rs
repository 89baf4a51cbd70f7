//! One run as a view sees it: its spec, its journal so far, and whether its supervisor is still there.

use std::io;
use std::time::Duration;

use crate::process::id;
use crate::run::dir::RunDir;
use crate::run::event::Record;
use crate::run::hole::Holes;
use crate::run::output;
use crate::run::samples;
use crate::run::spec::{RunId, RunSpec};
use crate::run::status::{State, Status};

/// A run that can be looked at again and again; each look reads only what is new.
#[derive(Debug)]
pub struct RunView {
    pub id: RunId,
    pub dir: RunDir,
    pub spec: RunSpec,
    pub status: Status,
    /// The supervisor is gone and has left no end.
    pub lost: bool,
    /// Of a lost run: when it did something for the last time, as far as any of its files tells; microseconds since
    /// its start.
    last_seen_us: u64,
    /// The journal, as far as it was read.
    pub holes: Holes,
}

impl RunView {
    /// Opens a run and reads how it stands. Of one that has ended only the spec and the end are read.
    pub fn open(dir: RunDir) -> io::Result<Self> {
        let spec = dir.read_spec()?;
        let mut view = Self::unread(dir, spec);
        match view.dir.read_end() {
            Ok(Some(outcome)) => {
                view.status.started_wall_ms = view.spec.created_ms;
                view.status.outcome = Some(outcome);
            }
            // A damaged end: the journal is right.
            Ok(None) | Err(_) => drop(view.refresh()?),
        }
        Ok(view)
    }

    /// A run with this spec, whose supervisor has said a moment ago that it has started, and how it stands.
    pub fn started(dir: RunDir, spec: RunSpec) -> io::Result<Self> {
        let mut view = Self::unread(dir, spec);
        view.read_new(true)?;
        Ok(view)
    }

    fn unread(dir: RunDir, spec: RunSpec) -> Self {
        let id = dir.id();
        let (status, holes) = (Status::default(), Holes::default());
        Self { id, dir, spec, status, lost: false, last_seen_us: 0, holes }
    }

    /// Reads what the journal has got since, and says what it was. Reading goes on after the end too, from the
    /// beginning where only the end had been read.
    pub fn refresh(&mut self) -> io::Result<Vec<Record>> {
        // The lock first: a supervisor that ends between the two looks has written its end by then.
        let supervised = self.status.outcome.is_some() || self.dir.is_supervised();
        self.read_new(supervised)
    }

    fn read_new(&mut self, supervised: bool) -> io::Result<Vec<Record>> {
        let records = self.holes.read_new(&self.dir)?;
        for record in &records {
            self.status.apply(record);
        }
        if !supervised && self.status.outcome.is_none() {
            // A journal that a full disk has cut short: the end may have fitted all the same.
            self.status.outcome = self.dir.read_end().ok().flatten();
        }
        self.lost = !supervised && self.status.outcome.is_none();
        if self.lost {
            let printed = output::last_us(&self.dir).unwrap_or(0);
            let sampled = samples::last_us(&self.dir.samples()).unwrap_or(0);
            self.last_seen_us = self.status.last_us.max(printed).max(sampled);
        }
        Ok(records)
    }

    /// Where the run stands.
    #[must_use]
    pub fn state(&self) -> State {
        if self.lost { State::Lost } else { self.status.state() }
    }

    /// How long the run took, or has been going on by now; of a lost run, how far it is known to have gone.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        if let Some(outcome) = &self.status.outcome {
            return Duration::from_millis(outcome.duration_ms);
        }
        let live = self.status.boot_id == id::boot_id();
        Duration::from_micros(match (self.lost, live) {
            (true, _) => self.last_seen_us,
            (false, true) => clock_us().saturating_sub(self.status.started_clock_us),
            (false, false) => self.status.last_us,
        })
    }

    /// Journal lines that could not be read.
    #[must_use]
    pub fn damaged_lines(&self) -> usize {
        self.holes.damaged_lines()
    }
}

/// Microseconds on the monotonic clock: it never jumps, and every process of this boot sees the same.
#[must_use]
pub fn clock_us() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0) / 1_000
}
