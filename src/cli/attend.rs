//! Stays with a run to its end: shows what it says, and stops it when plugdeck itself is told to stop. Nothing
//! that plugdeck waits for here, neither a slow reader nor a supervisor that does not answer, makes it deaf.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions};

use crate::cli::ear::Ear;
use crate::cli::follower::Follower;
use crate::cli::print;
use crate::cli::quiet::Quiet;
use crate::ops::Rejected;
use crate::ops::stop::{self, Insistence, Push};
use crate::process::signal;
use crate::run::output::{Line, Stream};
use crate::run::view::RunView;
use crate::supervisor::reap;
use crate::text;

/// From one look at the output to the next. The end of the run is seen at once.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What of the output is shown while it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    Nothing,
    /// A call's standard error: the rest is the reply.
    StandardError,
    /// Both streams: a build.
    Everything,
}

/// Waits for the end of a run that this process has forked a moment ago, and says `first` before anything else.
/// `Interrupted`: the run has ended, and a signal has ended the waiting for a slow reader. Any other error: how the run
/// ends is not known here.
pub fn attend(run: &mut RunView, show: Show, first: String, ear: &mut Ear) -> io::Result<()> {
    let supervisor = run.status.supervisor.and_then(|supervisor| signal::of_child(supervisor.pid).ok());
    let quiet = (show == Show::Everything).then(Quiet::new).flatten();
    let mut talk =
        Talk { follower: Follower::new(run), show, quiet, waiting: first.into_bytes(), written: 0 };
    let mut insistence = Insistence::new(run.spec.limits, Instant::now());
    loop {
        let more = talk.fill();
        if !more {
            talk.count(run);
        }
        let look = if more && !talk.is_waiting() {
            Some(Duration::ZERO)
        } else if supervisor.is_none() || (talk.show != Show::Nothing && !talk.is_waiting()) {
            Some(LOOK_EVERY)
        } else {
            None
        };
        let left = insistence.due.map(|due| due.saturating_duration_since(Instant::now()));
        let wait = look.into_iter().chain(left).min().and_then(|wait| Timespec::try_from(wait).ok());
        let stderr = rustix::stdio::stderr();
        let mut fds = vec![PollFd::new(ear, PollFlags::IN)];
        fds.extend(supervisor.iter().map(|pidfd| PollFd::new(pidfd, PollFlags::IN)));
        if talk.is_waiting() {
            fds.push(PollFd::new(&stderr, PollFlags::OUT));
        }
        match poll(&mut fds, wait.as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let ready = |index: usize| fds.get(index).is_some_and(|fd| !fd.revents().is_empty());
        // Without a word of the supervisor in the journal only its lock tells of its end.
        let ended = if supervisor.is_some() { ready(1) } else { !run.dir.is_supervised() };
        let room = ready(1 + usize::from(supervisor.is_some()));
        // Every signal asks once more: the second one kills at once.
        for _ in 0..ear.heard() {
            stop::request(run).map_err(|Rejected { message, .. }| io::Error::other(message))?;
            insistence.asked(Instant::now());
        }
        if room {
            talk.write();
        }
        if ended {
            run.refresh()?;
            let silent = run.status.outcome.as_ref().is_some_and(|outcome| outcome.stderr_bytes == 0);
            if silent && talk.show == Show::StandardError {
                // What the agent printed is not gone through for nothing.
                talk.show = Show::Nothing;
            }
            break;
        }
        match insistence.push(Instant::now()) {
            None => {}
            Some(Push::Ask) => drop(stop::request(run)),
            Some(Push::Kill) => {
                if let Some(supervisor) = run.status.supervisor {
                    let _ = signal::send(supervisor, Signal::KILL);
                }
            }
            Some(Push::GiveUp) => {
                let sentence = format!("the supervisor of run {} does not answer", run.id);
                return Err(io::Error::new(ErrorKind::TimedOut, sentence));
            }
        }
    }
    if let Some(supervisor) = run.status.supervisor {
        // It was forked here, so its exit is this process's to take note of.
        let _ = rustix::process::waitpid(Pid::from_raw(supervisor.pid), WaitOptions::NOHANG);
    }
    if run.lost {
        reap::sweep(run.status.supervisor, run.spec.limits.sweep());
    }
    talk.finish(ear)
}

/// What a run says, on its way to standard error. Lines are read only when those before are written.
struct Talk {
    follower: Follower,
    show: Show,
    /// Counts the silence of a build on a terminal.
    quiet: Option<Quiet>,
    waiting: Vec<u8>,
    written: usize,
}

impl Talk {
    fn is_waiting(&self) -> bool {
        self.written < self.waiting.len()
    }

    /// Takes the next lines, if nothing waits. Returns whether there were any, shown ones or not.
    fn fill(&mut self) -> bool {
        if self.is_waiting() || self.show == Show::Nothing {
            return false;
        }
        let lines = self.follower.next_lines();
        self.take(lines)
    }

    fn take(&mut self, lines: io::Result<Vec<Line>>) -> bool {
        (self.waiting, self.written) = (Vec::new(), 0);
        match lines {
            Ok(lines) => {
                let shown = |line: &&Line| line.stream == Stream::Err || self.show == Show::Everything;
                let mut shown = lines.iter().filter(shown).peekable();
                if let (Some(quiet), Some(_)) = (&mut self.quiet, shown.peek()) {
                    self.waiting.extend_from_slice(quiet.over().as_bytes());
                }
                for line in shown {
                    speak(line, &mut self.waiting);
                }
                !lines.is_empty()
            }
            Err(error) => {
                // The run goes on and has its result; only nobody can watch it.
                let wipe = self.quiet.as_mut().map_or("", Quiet::over);
                self.waiting =
                    format!("{wipe}warning: what the run prints cannot be read: {error}\n").into_bytes();
                self.show = Show::Nothing;
                true
            }
        }
    }

    /// Counts on, where nothing else is being said.
    fn count(&mut self, run: &mut RunView) {
        if self.is_waiting() || self.show == Show::Nothing {
            return;
        }
        if let Some(line) = self.quiet.as_mut().and_then(|quiet| quiet.line(run)) {
            (self.waiting, self.written) = (line.into_bytes(), 0);
        }
    }

    /// Writes as much as surely goes without waiting.
    fn write(&mut self) {
        match print::some(rustix::stdio::stderr(), &self.waiting[self.written..]) {
            Ok(written) => self.written += written,
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            // Nobody reads it any more, which is no reason to end the run.
            Err(_) => (self.show, self.waiting, self.written) = (Show::Nothing, Vec::new(), 0),
        }
    }

    /// Writes all that is left, after the end of the run.
    fn finish(mut self, ear: &mut Ear) -> io::Result<()> {
        let mut last = false;
        loop {
            let rest = &self.waiting[self.written..];
            match print::patiently(rustix::stdio::stderr(), rest, ear, Some(print::PATIENCE)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => return Err(error),
                Err(_) => return Ok(()),
                Ok(()) => self.written = self.waiting.len(),
            }
            if last || self.show == Show::Nothing {
                return Ok(());
            }
            if !self.fill() {
                let lines = self.follower.open_lines();
                self.take(Ok(lines));
                let wipe = self.quiet.as_mut().map_or("", Quiet::over);
                self.waiting.extend_from_slice(wipe.as_bytes());
                last = true;
            }
        }
    }
}

/// Adds a line as it is shown.
fn speak(line: &Line, talk: &mut Vec<u8>) {
    if line.lost > 0 {
        talk.extend_from_slice(format!("{}\n", text::not_kept(line.stream.name(), line.lost)).as_bytes());
        return;
    }
    talk.extend_from_slice(print::shown(line.visible(), &io::stderr()).as_bytes());
    talk.push(b'\n');
    if line.cut > 0 {
        talk.extend_from_slice(format!("… {} bytes of this line left out\n", line.cut).as_bytes());
    }
}
