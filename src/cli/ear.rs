//! Hears INT, TERM and HUP for `run` and `build`: from their first moment, so that there is an answer at every
//! ending, and to their last, so that no slow reader makes them deaf.
//!
//! They are held back all the time: before the start they are looked for, after it they are read. A signal that was
//! ignored from the start (`nohup`, `cmd &` in a script) stays so.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use crate::cli::failure::Failure;
use crate::supervisor::signals::{self, Inbox};

/// Before the start: signals wait.
#[derive(Debug)]
pub struct Held {
    heeded: Vec<i32>,
}

impl Held {
    /// Holds the signals back from now on.
    #[must_use]
    pub fn new() -> Self {
        Self { heeded: signals::hold() }
    }

    /// Fails when a signal has come: then nothing is to be started.
    pub fn check(&self) -> Result<(), Failure> {
        match signals::pending().filter(|signal| self.heeded.contains(signal)) {
            Some(signal) => Err(Failure::Stopped(signal)),
            None => Ok(()),
        }
    }

    /// Listens, once the run has started; what came meanwhile is heard now.
    pub fn listen(self) -> io::Result<Ear> {
        Ok(Ear { inbox: Inbox::open(&self.heeded)?, first: None })
    }
}

/// From the start on: signals are counted.
#[derive(Debug)]
pub struct Ear {
    inbox: Inbox,
    first: Option<i32>,
}

impl Ear {
    /// How many signals came since the last call.
    pub fn heard(&mut self) -> usize {
        let signals = self.inbox.read();
        self.first = self.first.or(signals.first().copied());
        signals.len()
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
        self.inbox.as_fd()
    }
}
