//! The signals that the dashboard hears: those that end it, and that it goes on.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Heard from the moment on in which this was made: from then on none of them leaves the terminal as it is.
pub struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    quit: Signal,
    goes_on: Signal,
}

/// What was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The dashboard is to end by this signal.
    End(i32),
    /// The process was stopped, and goes on.
    Continued,
}

impl Signals {
    /// To be called where the runtime is known.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            goes_on: signal(SignalKind::from_raw(libc::SIGCONT))?,
        })
    }

    /// Waits for the next one; may be given up at any time.
    pub async fn next(&mut self) -> Heard {
        tokio::select! {
            _ = self.terminate.recv() => Heard::End(libc::SIGTERM),
            _ = self.hangup.recv() => Heard::End(libc::SIGHUP),
            _ = self.interrupt.recv() => Heard::End(libc::SIGINT),
            _ = self.quit.recv() => Heard::End(libc::SIGQUIT),
            _ = self.goes_on.recv() => Heard::Continued,
        }
    }

    /// Waits for what a key sends to whoever has the terminal.
    pub async fn key(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.quit.recv() => {}
        }
    }
}
