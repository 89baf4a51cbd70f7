//! Why a build says nothing: the lock that one of its processes waits for. Looked at only while a watched build is
//! silent, and then once a second.

use std::time::{Duration, Instant};

use crate::process::locks::{self, Wait};
use crate::run::samples::Sample;

/// Silence of a build that is worth a look.
pub const SILENCE: Duration = Duration::from_secs(3);

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// What was seen last.
#[derive(Debug, Default)]
pub struct Stall {
    pub wait: Option<Wait>,
    looked: Option<Instant>,
}

impl Stall {
    /// Looks again, if it is time; whether something is different.
    pub fn look(&mut self, silent: Duration, latest: Option<&Sample>) -> bool {
        if silent < SILENCE {
            self.looked = None;
            return self.wait.take().is_some();
        }
        if self.looked.is_some_and(|looked| looked.elapsed() < EVERY) {
            return false;
        }
        self.looked = Some(Instant::now());
        let pids: Vec<i32> = latest.iter().flat_map(|sample| &sample.processes).map(|one| one.pid).collect();
        let wait = locks::waiting(&pids);
        let changed = wait != self.wait;
        self.wait = wait;
        changed
    }
}
