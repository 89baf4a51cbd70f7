//! The supervisor's life: the order of its start, then one loop of waiting, deciding and doing.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::agent::dotenv::Variables;
use crate::process::id::{self, ProcessId};
use crate::process::signal;
use crate::run::dir::RunDir;
use crate::run::event::{Event, Leftover, StopCause};
use crate::run::evidence::Occasion;
use crate::run::hole::Shape;
use crate::run::output::Stream;
use crate::run::spec::{Kind, RunSpec};
use crate::run::status::{Outcome, State};
use crate::supervisor::capture::Capture;
use crate::supervisor::child::{self, Payload, Surroundings};
use crate::supervisor::machine::{Effect, Input, Machine};
use crate::supervisor::outcome::{self, Ending, Exit, Recorded};
use crate::supervisor::raw;
use crate::supervisor::reap;
use crate::supervisor::record::{FIRST_SAMPLE, Recording, SAMPLE_EVERY};
use crate::supervisor::signals::{self, CHILD_ENDED, Inbox, LOOK, STOP};
use crate::supervisor::watch::Watch;
use crate::supervisor::witness::Witness;

/// From one list–KILL–reap round to the next: a tree that moves is met where it went.
const SWEEP_ROUND: Duration = Duration::from_millis(10);

/// What the caller reads when the first program runs; anything else is a sentence.
pub const READY: &[u8] = b"ready";

/// What a run is served with.
pub struct Errand {
    /// Held as long as this process lives.
    pub lock: File,
    /// What was asked, where the caller has told; else it is read.
    pub spec: Option<RunSpec>,
    /// For the run's programs alone.
    pub variables: Variables,
}

/// Serves one run to its end. `ready` is the caller's ear. The calling process must be single-threaded and of no other
/// use afterwards.
pub fn serve(dir: &RunDir, ready: OwnedFd, errand: Errand) -> io::Result<()> {
    let mut ready = Some(File::from(ready));
    let done = supervise(dir, errand, &mut ready);
    if let (Err(error), Some(mut ready)) = (&done, ready) {
        // A caller that has gone needs no answer.
        let _ = ready.write_all(format!("its supervisor could not begin: {error}").as_bytes());
    }
    done
}

fn supervise(dir: &RunDir, errand: Errand, ready: &mut Option<File>) -> io::Result<()> {
    let Errand { lock, spec, variables } = errand;
    // A session of its own: no terminal's signals, and no terminal at all.
    let _ = rustix::process::setsid();
    // The folder the caller stood in must not be held busy.
    let _ = rustix::process::chdir("/");
    // What the caller's shell had open stays out; the lock says from the first moment that this run lives.
    raw::close_others(&[lock.as_raw_fd(), ready.as_ref().map_or(0, AsRawFd::as_raw_fd)]);
    rustix::io::fcntl_setfd(&lock, rustix::io::FdFlags::CLOEXEC)?;
    if let Some(ready) = ready {
        rustix::io::fcntl_setfd(ready, rustix::io::FdFlags::CLOEXEC)?;
    }
    // Orphans of the tree come here instead of to process 1: nothing can leave by double fork.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    // Files are private whatever the caller's umask; the agent gets that back.
    let umask = rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
    // XFSZ: a file size limit shows as an error of the write, not as the end of the supervisor.
    signals::ignore(&[libc::SIGINT, libc::SIGHUP, libc::SIGPIPE, libc::SIGXFSZ]);
    let inbox = Inbox::open(&[CHILD_ENDED, STOP, LOOK])?;
    let spec = spec.map_or_else(|| dir.read_spec(), Ok)?;
    let mut recording = Recording::new(dir.clone())?;
    let capture = Capture::new(dir, spec.limits.keep_output)?;
    recording.event(Event::Starting {
        wall_ms: jiff::Timestamp::now().as_millisecond(),
        clock_us: recording.started_us(),
        boot_id: id::boot_id().to_owned(),
        supervisor: ProcessId::current(),
    });
    let mut supervisor = Supervisor {
        dir,
        surroundings: Surroundings { umask: umask.bits(), variables, open_files: spec.limits.open_files },
        watch: Watch::new(spec.limits),
        deadline: spec.limits.timeout().and_then(|timeout| Instant::now().checked_add(timeout)),
        spec,
        capture,
        recording,
        ready,
        agent: None,
        step: 0,
        exit: Exit::default(),
        not_started: None,
        grace: None,
        sweep: None,
        killing: false,
        left_behind: HashSet::new(),
        next_sample: Instant::now() + FIRST_SAMPLE,
        witness: Witness::default(),
    };
    supervisor.run(&inbox)?;
    // The process ends here: what it holds, the lock too, goes with it.
    std::mem::forget((supervisor, lock));
    Ok(())
}

struct Supervisor<'a> {
    dir: &'a RunDir,
    spec: RunSpec,
    surroundings: Surroundings,
    capture: Capture,
    recording: Recording,
    /// The caller's ear, until it has heard.
    ready: &'a mut Option<File>,
    /// The step's program, and the descriptor that becomes readable when it ends.
    agent: Option<(ProcessId, OwnedFd)>,
    step: usize,
    exit: Exit,
    not_started: Option<String>,
    deadline: Option<Instant>,
    grace: Option<Instant>,
    sweep: Option<Instant>,
    killing: bool,
    /// What still lived when a step's program had ended, or did not end by TERM.
    left_behind: HashSet<i32>,
    next_sample: Instant,
    witness: Witness,
    watch: Watch,
}

impl Supervisor<'_> {
    fn run(&mut self, inbox: &Inbox) -> io::Result<()> {
        let (mut machine, effects) = Machine::new(self.spec.steps.len());
        let mut over = self.perform(&mut machine, effects);
        while !over {
            self.wait(inbox)?;
            self.capture.read(self.recording.now_us(), |event| self.recording.event(event));
            let signals = inbox.read();
            let stops = signals.iter().filter(|signal| **signal == STOP).count();
            if signals.contains(&LOOK) && !self.killing {
                self.witness.look(Occasion::Asked, self.dir, &self.spec);
            }
            if Instant::now() >= self.next_sample {
                self.recording.sample(&reap::descendants());
                self.next_sample = Instant::now() + SAMPLE_EVERY;
                raw::release_code();
            }
            for input in self.inputs(stops, machine.cause()) {
                let effects = machine.step(input);
                over |= self.perform(&mut machine, effects);
            }
        }
        self.end(&machine);
        Ok(())
    }

    /// Sleeps until a pipe has bytes, a process ended, a signal came, or something is due.
    fn wait(&self, inbox: &Inbox) -> io::Result<()> {
        let round = self.killing.then(|| Instant::now() + SWEEP_ROUND);
        let noticed = self.witness.due(&self.spec.limits, &self.capture, &self.recording);
        let due =
            [self.deadline, self.grace, self.sweep, round, noticed, self.watch.due(), Some(self.next_sample)];
        let wait = due
            .into_iter()
            .flatten()
            .min()
            .map_or(SAMPLE_EVERY, |due| due.saturating_duration_since(Instant::now()));
        let mut fds = vec![PollFd::new(inbox, PollFlags::IN)];
        if let Some((_, pidfd)) = &self.agent {
            fds.push(PollFd::from_borrowed_fd(pidfd.as_fd(), PollFlags::IN));
        }
        fds.extend(self.capture.pipes().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        let wait = Timespec::try_from(wait).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
        match poll(&mut fds, Some(&wait)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What has happened since the last look, in the order in which it must be judged.
    fn inputs(&mut self, stops: usize, cause: Option<StopCause>) -> Vec<Input> {
        let now = Instant::now();
        let mut inputs = Vec::new();
        let reaped = reap::reap();
        let agent = self.agent.as_ref().map(|(process, _)| process.pid);
        for (pid, status) in reaped.exits {
            if Some(pid.as_raw_nonzero().get()) == agent {
                self.agent = None;
                self.exit = Exit { exit_code: status.exit_status(), signal: status.terminating_signal() };
                self.recording.event(Event::Exited {
                    step: self.step,
                    exit_code: self.exit.exit_code,
                    signal: self.exit.signal,
                });
                // When the whole tree is being ended, its other processes are no leftovers yet.
                if !reaped.none_left && cause.is_none() {
                    self.left_behind.extend(reap::living());
                }
                inputs.push(Input::Exited { well: self.exit.well(), tree_empty: reaped.none_left });
            }
        }
        if reaped.none_left && self.agent.is_none() && inputs.is_empty() {
            inputs.push(Input::TreeEmpty);
        } else if self.killing && !reaped.none_left {
            inputs.push(Input::StillThere);
        }
        let passed = |due: &mut Option<Instant>| due.take_if(|due| now >= *due).is_some();
        // A stop that is heard with the deadline came after it: this process stood still, and was asked why.
        let stops = if passed(&mut self.deadline) {
            inputs.push(Input::Deadline);
            stops.saturating_sub(1)
        } else {
            stops
        };
        inputs.extend(std::iter::repeat_n(Input::Stop, stops));
        if self.witness.listen(&self.spec.limits, &self.capture, &mut self.recording) {
            inputs.push(Input::Silent);
        }
        if self.watch.look(&mut self.recording) {
            inputs.push(Input::Limit);
        }
        match self.witness.go_on(self.dir, agent, &mut self.recording) {
            Some(Occasion::Timeout | Occasion::Stop) => inputs.push(Input::Recorded),
            Some(Occasion::Asked) | None => {}
        }
        for (due, input) in [(&mut self.grace, Input::GraceOver), (&mut self.sweep, Input::SweepOver)] {
            if passed(due) {
                inputs.push(input);
            }
        }
        inputs
    }

    /// Does what the machine asks; returns whether the run is over.
    fn perform(&mut self, machine: &mut Machine, effects: Vec<Effect>) -> bool {
        let mut over = false;
        for effect in effects {
            match effect {
                Effect::Start(step) => {
                    if let Err(input) = self.start(step) {
                        let effects = machine.step(input);
                        over |= self.perform(machine, effects);
                    }
                }
                Effect::Announce(cause) => {
                    self.watch.leave();
                    self.recording.event(Event::StopRequested { cause });
                }
                Effect::Record(cause) => {
                    let occasion = match cause {
                        StopCause::Timeout => Occasion::Timeout,
                        StopCause::Stop | StopCause::Silence | StopCause::Limit | StopCause::Exit => {
                            Occasion::Stop
                        }
                    };
                    self.witness.look(occasion, self.dir, &self.spec);
                }
                Effect::Terminate => {
                    let pids = reap::terminate();
                    self.recording.event(Event::Signalled { signal: libc::SIGTERM, pids });
                }
                Effect::Kill => {
                    self.witness.leave();
                    let pids = self.kill();
                    // The rounds after the first are no news: the end counts whom they met.
                    if !std::mem::replace(&mut self.killing, true) {
                        self.recording.event(Event::Signalled { signal: libc::SIGKILL, pids });
                    }
                }
                Effect::ArmGrace => self.grace = Some(Instant::now() + self.spec.limits.grace()),
                Effect::ArmSweep => self.sweep = Some(Instant::now() + self.spec.limits.sweep()),
                Effect::Finish => over = true,
            }
        }
        over
    }

    /// Starts a step, or says why there is nothing to wait for.
    fn start(&mut self, number: usize) -> Result<(), Input> {
        self.step = number;
        (self.grace, self.sweep, self.killing) = (None, None, false);
        let step = self.spec.steps[number].clone();
        if let Some(reason) = step.skip {
            self.recording.event(Event::Skipped { step: number, reason });
            self.exit = Exit { exit_code: Some(0), signal: None };
            self.tell(READY);
            return Err(Input::Exited { well: true, tree_empty: true });
        }
        let way = if self.spec.payload_in_argv { Payload::Argument } else { Payload::Hook };
        let payload = match self.spec.kind {
            Kind::Call => self.spec.payload.as_deref().map(|payload| way(payload.get())),
            Kind::Build => None,
        };
        let started = child::start(self.dir, &step, payload, &self.surroundings).and_then(|started| {
            self.capture.attach(started.out, started.err)?;
            let pidfd = signal::of_child(started.process.pid).map_err(io::Error::from);
            Ok((started.process, started.pipes, pidfd?))
        });
        match started {
            Ok((process, pipes, pidfd)) => {
                self.recording.event(Event::Started { step: number, process, argv: step.argv, pipes });
                self.agent = Some((process, pidfd));
                self.watch.begin();
                self.tell(READY);
                Ok(())
            }
            Err(error) => {
                // What was begun after all must not go on with nobody to watch it.
                reap::sweep(None, self.spec.limits.sweep());
                let program = step.argv.first().map_or("", String::as_str);
                let error = format!("{program} could not be started: {error}");
                self.recording.event(Event::NotStarted { step: number, error: error.clone() });
                self.not_started = Some(error);
                Err(Input::NotStarted)
            }
        }
    }

    fn tell(&mut self, word: &[u8]) {
        if let Some(mut ready) = self.ready.take() {
            // A caller that has gone needs no answer.
            let _ = ready.write_all(word);
        }
    }

    fn kill(&mut self) -> Vec<i32> {
        let pids = reap::kill();
        let agent = self.agent.as_ref().map(|(process, _)| process.pid);
        self.left_behind.extend(pids.iter().filter(|pid| Some(**pid) != agent));
        pids
    }

    /// Records the end. The journal first: where the two differ, it is right.
    fn end(&mut self, machine: &Machine) {
        let leftovers = reap::leftovers();
        let holes = self.capture.finish(self.recording.now_us(), |event| self.recording.event(event));
        self.recording.finish_samples();
        for gap in self.capture.gaps() {
            self.recording.event(gap.event());
        }
        let killed = self.left_behind.len().saturating_sub(leftovers.len());
        let killed = u32::try_from(killed).unwrap_or(u32::MAX);
        if killed > 0 || !leftovers.is_empty() {
            self.recording.event(Event::Leftovers { killed, left: leftovers.clone() });
        }
        let outcome = self.outcome(machine, killed, leftovers, holes);
        let error = outcome.error.clone();
        self.recording.event(Event::Ended { outcome: Box::new(outcome.clone()) });
        let _ = self.dir.write_end(&outcome);
        self.tell(error.unwrap_or_default().as_bytes());
    }

    fn outcome(&self, machine: &Machine, killed: u32, leftovers: Vec<Leftover>, holes: Shape) -> Outcome {
        let usage = raw::usage_of_reaped();
        let verdict = match &self.not_started {
            None => {
                let gaps: Vec<_> = self.capture.gaps().collect();
                let recorded = Recorded { dir: self.dir, gaps: &gaps, holes };
                let ending = Ending {
                    cause: machine.cause(),
                    limit: self.watch.sentence(),
                    exit: self.exit,
                    step: self.step,
                };
                outcome::judge(recorded, &self.spec, ending)
            }
            Some(error) => outcome::Verdict {
                state: if self.step == 0 { State::Rejected } else { State::Failed },
                rule: None,
                error: Some(error.clone()),
                warnings: Vec::new(),
                result: None,
            },
        };
        Outcome {
            state: verdict.state,
            rule: verdict.rule,
            error: verdict.error,
            exit_code: self.exit.exit_code,
            signal: self.exit.signal,
            duration_ms: self.recording.now_us() / 1_000,
            stdout_bytes: self.capture.bytes(Stream::Out),
            stderr_bytes: self.capture.bytes(Stream::Err),
            stderr_lines: self.capture.lines(Stream::Err),
            peak_rss_bytes: usage.peak_rss_bytes.max(self.recording.peak_rss_bytes()),
            cpu_ms: usage.cpu_ms,
            leftovers_killed: killed,
            leftovers,
            warnings: verdict.warnings,
            result: verdict.result,
        }
    }
}
