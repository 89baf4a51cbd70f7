//! Stays with a run to its end: shows what it says, and stops it when plugdeck itself is told to stop.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::WaitOptions;

use crate::cli::print;
use crate::ops::{Rejected, stop};
use crate::process::signal;
use crate::run::output::{Line, Output, Stream};
use crate::run::view::RunView;
use crate::supervisor::launch;

/// From one look at the output to the next. The end of the run is seen at once.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Lines taken at once.
const WINDOW: usize = 1_000;

/// What of the output is shown while it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    Nothing,
    /// A call's standard error: the rest is the reply.
    StandardError,
    /// Both streams: a build.
    Everything,
}

/// Waits for the end of a run that this process has forked. Returns the signal that made it stop the run.
pub fn attend(run: &mut RunView, show: Show) -> io::Result<Option<i32>> {
    let (mut heard_pipe, end) = UnixStream::pair()?;
    heard_pipe.set_nonblocking(true)?;
    let heard: Vec<_> = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP]
        .into_iter()
        .map(|signal| -> io::Result<_> {
            let flag = std::sync::Arc::<std::sync::atomic::AtomicBool>::default();
            signal_hook::flag::register(signal, flag.clone())?;
            signal_hook::low_level::pipe::register(signal, end.try_clone()?)?;
            Ok((signal, flag))
        })
        .collect::<io::Result<_>>()?;
    launch::release_signals();
    run.refresh()?;
    let supervisor = run.status.supervisor.and_then(|supervisor| signal::open(supervisor).ok());
    let mut follower = Follower::new(run, show);
    let mut by = None;
    while supervisor.is_some() {
        let mut fds = vec![PollFd::new(&heard_pipe, PollFlags::IN)];
        fds.extend(supervisor.iter().map(|pidfd| PollFd::new(pidfd, PollFlags::IN)));
        let wait = match show {
            Show::Nothing => None,
            Show::StandardError | Show::Everything => Timespec::try_from(LOOK_EVERY).ok(),
        };
        match poll(&mut fds, wait.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ended = fds.last().is_some_and(|fd| !fd.revents().is_empty());
        // Every signal asks once more: the second one kills at once.
        let asked = heard_pipe.read(&mut [0; 64]).unwrap_or(0);
        for _ in 0..asked {
            by = by.or_else(|| {
                let first = heard.iter().find(|(_, flag)| flag.load(std::sync::atomic::Ordering::Relaxed));
                first.map(|(signal, _)| *signal)
            });
            stop::request(run).map_err(|Rejected { message, .. }| io::Error::other(message))?;
        }
        follower.show_new()?;
        if ended {
            break;
        }
    }
    if let Some(supervisor) = run.status.supervisor {
        // It was forked here, so its exit is this process's to take note of.
        let _ =
            rustix::process::waitpid(rustix::process::Pid::from_raw(supervisor.pid), WaitOptions::empty());
    }
    run.refresh()?;
    follower.show_new()?;
    follower.show_rest()?;
    Ok(by)
}

/// Prints a run's lines as they come.
pub struct Follower {
    output: Output,
    show: Show,
    shown: u64,
}

impl Follower {
    /// A follower from the beginning of the output.
    #[must_use]
    pub fn new(run: &RunView, show: Show) -> Self {
        Self { output: Output::new(run.dir.clone()), show, shown: 0 }
    }

    /// Prints the lines that were completed since the last call.
    pub fn show_new(&mut self) -> io::Result<()> {
        if self.show == Show::Nothing {
            return Ok(());
        }
        loop {
            let more = self.output.advance(1 << 20)?;
            while self.shown < self.output.lines() {
                let lines = self.output.window(self.shown, WINDOW)?;
                if lines.is_empty() {
                    break;
                }
                self.shown += lines.len() as u64;
                for line in &lines {
                    self.print(line);
                }
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Prints the unfinished last lines: there will be no more.
    pub fn show_rest(&mut self) -> io::Result<()> {
        if self.show != Show::Nothing {
            self.output.open_lines()?.iter().for_each(|line| self.print(line));
        }
        Ok(())
    }

    fn print(&self, line: &Line) {
        if line.stream == Stream::Err || self.show == Show::Everything {
            print::talk_bytes(line.visible());
            if line.cut > 0 {
                print::talk(&format!("… {} bytes of this line left out", line.cut));
            }
        }
    }
}
