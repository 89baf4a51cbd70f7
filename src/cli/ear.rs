//! Hears INT, TERM and HUP for `run` and `build`: from their first moment, so that there is an answer at every
//! ending, and to their last, so that no slow reader makes them deaf.
//!
//! Handlers are set up only after the fork, since the supervisor must not inherit them; before it the signals are
//! held back and looked for. A signal that was ignored from the start (`nohup`, `cmd &` in a script) stays so.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::failure::Failure;
use crate::supervisor::launch;

/// Before the start: signals wait.
#[derive(Debug)]
pub struct Held {
    heeded: Vec<i32>,
}

impl Held {
    /// Holds the signals back from now on.
    #[must_use]
    pub fn new() -> Self {
        launch::hold_signals();
        let asks = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];
        Self { heeded: asks.into_iter().filter(|signal| !launch::is_ignored(*signal)).collect() }
    }

    /// Fails when a signal has come: then nothing is to be started.
    pub fn check(&self) -> Result<(), Failure> {
        match launch::pending_signal().filter(|signal| self.heeded.contains(signal)) {
            Some(signal) => Err(Failure::Stopped(signal)),
            None => Ok(()),
        }
    }

    /// Listens, once the run has started; what came meanwhile is heard now.
    pub fn listen(self) -> io::Result<Ear> {
        let (pipe, end) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        let mut flags = Vec::new();
        for signal in self.heeded {
            let flag = Arc::<AtomicBool>::default();
            signal_hook::flag::register(signal, flag.clone())?;
            signal_hook::low_level::pipe::register(signal, end.try_clone()?)?;
            flags.push((signal, flag));
        }
        launch::release_signals();
        Ok(Ear { pipe, flags, first: None })
    }
}

/// From the start on: signals are counted.
#[derive(Debug)]
pub struct Ear {
    pipe: UnixStream,
    flags: Vec<(i32, Arc<AtomicBool>)>,
    first: Option<i32>,
}

impl Ear {
    /// How many signals came since the last call.
    pub fn heard(&mut self) -> usize {
        let count = self.pipe.read(&mut [0; 64]).unwrap_or(0);
        if count > 0 && self.first.is_none() {
            let come = self.flags.iter().find(|(_, flag)| flag.load(Ordering::Relaxed));
            self.first = come.map(|(signal, _)| *signal);
        }
        count
    }

    /// The first signal that was heard: the one the exit code tells of.
    #[must_use]
    pub fn first(&self) -> Option<i32> {
        self.first
    }
}

/// Readable when a signal has come.
impl AsFd for Ear {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}
