//! Why one thread, one process, one tree does not go on. From the first process downwards: where it waits for
//! another of the tree, that one is judged; where it only waits inside itself, its threads and children are.

use std::time::Duration;

use crate::process::cause::ends::Wanted;
use crate::process::facts::{Process, Thread};
use crate::process::syscall::Doing;
use crate::process::verdict::{Confidence, Kind, Scene, seconds};
use crate::process::wait::Wait;

mod ends;

/// This share of the time on a processor, or ready for one, is busy.
const BUSY: f64 = 0.8;

/// And so much of it in each half of the time: less is a pause, and a short half is measured less well.
const BUSY_HALF: f64 = 0.6;

/// Looks in a row at a busy thread in the same function that make a loop of it.
pub const SAME_PLACE: usize = 3;

/// Pauses a second, above which a process does not wait but looks around.
const RESTLESS: f64 = 100.0;

/// Why something does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub kind: Kind,
    pub confidence: Confidence,
    /// Without who it is: `waits for its child 42 (sleep 50)`.
    pub text: String,
    /// Who is to blame.
    pub pid: i32,
    pub tid: Option<i32>,
    /// Who does what the text says.
    pub subject: i32,
}

/// Why this process, and all that it waits for, does not go on.
#[must_use]
pub fn of_tree(scene: &Scene, first: &Process) -> Cause {
    Judge { scene, visited: Vec::new() }.process(first)
}

struct Judge<'a> {
    scene: &'a Scene,
    /// Who waits, from the first process on: whoever waits for one of these closes a circle.
    visited: Vec<i32>,
}

impl<'a> Judge<'a> {
    fn process(&mut self, process: &'a Process) -> Cause {
        let pid = process.id.pid;
        self.visited.push(pid);
        let whole = |kind, text: &str| Cause {
            kind,
            confidence: Confidence::High,
            text: text.to_owned(),
            pid,
            tid: Some(pid),
            subject: pid,
        };
        match process.state {
            'T' => return whole(Kind::Stopped, "is stopped: somebody sent it STOP; CONT lets it go on"),
            't' => return whole(Kind::Stopped, "is held by a debugger"),
            'Z' => return whole(Kind::Zombie, "has ended, and its parent takes no note of it"),
            _ => {}
        }
        let mut threads = process.threads.iter();
        let Some(main) = threads.next() else {
            return unknown(pid, None, "cannot be seen into".to_owned());
        };
        let cause = self.thread(process, main);
        // Where the first thread only waits inside the process, another one knows better.
        if !matches!(cause.kind, Kind::Lock | Kind::Unknown) {
            return cause;
        }
        let mut others: Vec<Cause> = threads.map(|thread| self.thread(process, thread)).collect();
        let children: Vec<&Process> = self.children(pid).filter(|child| child.state != 'Z').collect();
        for child in children {
            if !self.visited.contains(&child.id.pid) {
                others.push(self.process(child));
            }
        }
        others.retain(|other| rank(other.kind) > rank(cause.kind));
        others.sort_by_key(|other| std::cmp::Reverse(rank(other.kind)));
        // A timer beside a wait for a file lock is how long that may take.
        let differs = |other: &&Cause| {
            other.kind != others[0].kind && (others[0].kind, other.kind) != (Kind::FileLock, Kind::Sleep)
        };
        let several = others.iter().any(|other| differs(&other));
        let Some(mut worst) = others.into_iter().next() else { return cause };
        // A worker that sleeps may be no part of it: a heartbeat.
        if several || worst.kind == Kind::Sleep {
            worst.confidence = worst.confidence.min(Confidence::Maybe);
        }
        worst
    }

    fn children(&self, pid: i32) -> impl Iterator<Item = &'a Process> + use<'a> {
        self.scene.after.iter().filter(move |process| process.parent == pid)
    }

    fn thread(&mut self, process: &'a Process, thread: &'a Thread) -> Cause {
        let cause = |kind, confidence, text| Cause {
            kind,
            confidence,
            text,
            pid: process.id.pid,
            tid: Some(thread.tid),
            subject: process.id.pid,
        };
        let before = self.scene.earlier(process.id.pid);
        let moved = Moved::between(before, process, thread, self.scene);
        if let Some(share) = moved.share.filter(|share| *share >= BUSY) {
            let (confidence, text) = self.busy(thread.tid, share, moved.halves);
            return cause(Kind::Busy, confidence, text);
        }
        if moved.switches > RESTLESS {
            let works = moved.io > 0 || self.receives(process).is_some();
            return if works {
                cause(Kind::Healthy, Confidence::Maybe, "works: data comes and goes".to_owned())
            } else {
                let text =
                    format!("looks around {:.0} times a second and finds nothing to do", moved.switches);
                cause(Kind::Busy, Confidence::Maybe, text)
            };
        }
        let surely = if moved.same { Confidence::High } else { Confidence::Maybe };
        if thread.state == 'D' && !matches!(thread.wait, Wait::Child(_)) {
            let call = thread.doing.call().map_or("", |call| call.name.as_str());
            let text = format!(
                "waits for a disk or a file server, where no signal reaches it ({call} {})",
                thread.wchan
            );
            return cause(Kind::Disk, surely, text);
        }
        let mut found = match &thread.wait {
            Wait::Read(fd) => self.read(process, thread, *fd),
            Wait::Write(fd) => self.write(process, *fd).unwrap_or_else(|| unknown_call(process, thread)),
            Wait::Connect(fd) => self.socket(process, *fd, true).unwrap_or_else(|| {
                cause(Kind::Connecting, Confidence::High, "waits for a connection".to_owned())
            }),
            Wait::Many { read, write, timer, epoll } => {
                self.many(process, thread, &Wanted { read, write, timer: *timer, epoll: *epoll })
            }
            Wait::Sleep => cause(Kind::Sleep, Confidence::High, "sleeps".to_owned()),
            Wait::Lock => {
                let text = "waits inside itself, for a lock, a queue or a thread".to_owned();
                cause(Kind::Lock, Confidence::High, text)
            }
            Wait::Child(child) => self.child(process, *child),
            Wait::FileLock(fd) => cause(Kind::FileLock, Confidence::High, self.file_lock(process, *fd)),
            Wait::Signal => cause(Kind::Signal, Confidence::High, "waits for a signal".to_owned()),
            Wait::Open(path) => {
                let name =
                    path.as_ref().map_or("a FIFO".to_owned(), |path| crate::text::safe(path.as_bytes()));
                let sure = thread.wchan.contains("partner") || thread.wchan.contains("fifo");
                let confidence = if sure { Confidence::High } else { Confidence::Maybe };
                cause(Kind::Pipe, confidence, format!("waits for somebody to open the other end of {name}"))
            }
            Wait::Other => match moved.progress() {
                true => {
                    cause(Kind::Healthy, Confidence::Maybe, "works: it computes, reads or writes".to_owned())
                }
                false => unknown_call(process, thread),
            },
        };
        found.tid = found.tid.or(Some(thread.tid));
        if found.pid == process.id.pid && found.kind != Kind::Unknown {
            found.confidence = found.confidence.min(surely);
        }
        found
    }

    /// Why the others do not go on that this process waits for; `None` where all of them wait themselves for it.
    fn others(&mut self, process: &Process, others: &[&'a Process]) -> Option<Cause> {
        let mut causes = Vec::new();
        for other in others {
            if !self.visited.contains(&other.id.pid) {
                causes.push((*other, self.process(other)));
            }
        }
        let several = causes.len() > 1;
        let (other, mut cause) = causes.into_iter().max_by_key(|(_, cause)| rank(cause.kind))?;
        if !cause.kind.is_vague() {
            if several {
                cause.confidence = cause.confidence.min(Confidence::Maybe);
            }
            return Some(cause);
        }
        // It waits for another that has nothing better to tell.
        let whose = if other.parent == process.id.pid { "its child " } else { "" };
        let who = format!("{whose}{} ({})", other.id.pid, other.command);
        Some(Cause {
            kind: Kind::Child,
            confidence: if several { Confidence::Maybe } else { Confidence::High },
            text: format!("waits for {who}, which {}", cause.text),
            pid: cause.pid,
            tid: None,
            subject: process.id.pid,
        })
    }

    /// How sure it is that a busy thread turns in a loop, and the words. Three stacks of one look would tell, but they
    /// are three signals, and one is what a process is asked for. So a look takes three samples of the processor's time
    /// and one stack, and the stacks of the looks before are compared with it.
    fn busy(&self, tid: i32, share: f64, halves: Option<[f64; 2]>) -> (Confidence, String) {
        let over = seconds(self.scene.between);
        if !halves.is_some_and(|halves| halves.iter().all(|half| *half >= BUSY_HALF)) {
            let percent = (share * 100.0).min(100.0);
            return (Confidence::Maybe, format!("computes, busy for {percent:.0} % of the last {over}"));
        }
        let busy = format!("busy in three samples over {over}");
        match self.scene.stays.get(&tid) {
            Some(looks) if *looks >= SAME_PLACE => {
                let text =
                    format!("computes without a pause in one function: {busy}, at {looks} looks in a row");
                (Confidence::High, text)
            }
            Some(_) => (Confidence::Maybe, format!("turns in a loop, {busy}")),
            None => (Confidence::Maybe, format!("computes without a pause, {busy}")),
        }
    }

    fn child(&mut self, process: &'a Process, child: Option<i32>) -> Cause {
        let pid = process.id.pid;
        let wanted = |other: &&Process| child.is_none_or(|child| other.id.pid == child) && other.state != 'Z';
        let children: Vec<&Process> = self.children(pid).filter(wanted).collect();
        self.others(process, &children).unwrap_or(Cause {
            kind: Kind::Child,
            confidence: Confidence::Maybe,
            text: "waits for a child that cannot be seen".to_owned(),
            pid,
            tid: None,
            subject: pid,
        })
    }
}

/// What changed in a thread between the two looks.
struct Moved {
    /// It is in the same call, with the same first argument.
    same: bool,
    /// Of the time, on a processor or ready for one.
    share: Option<f64>,
    /// The same of each half of the time, where there was a sample between.
    halves: Option<[f64; 2]>,
    /// A second.
    switches: f64,
    /// Bytes read and written by the whole process.
    io: u64,
}

impl Moved {
    #[expect(clippy::cast_precision_loss, reason = "shares of a second")]
    fn between(before: Option<&Process>, process: &Process, thread: &Thread, scene: &Scene) -> Self {
        let time = scene.between;
        let earlier =
            before.and_then(|process| process.threads.iter().find(|earlier| earlier.tid == thread.tid));
        let Some((before, earlier)) = before.zip(earlier).filter(|_| !time.is_zero()) else {
            return Self { same: false, share: None, halves: None, switches: 0.0, io: 0 };
        };
        let call = |thread: &Thread| thread.doing.call().map(|call| (call.name.clone(), call.args[0]));
        let (first, last) = (earlier.used_ns(), thread.used_ns());
        let share =
            |from: u64, to: u64, time: Duration| to.saturating_sub(from) as f64 / time.as_nanos() as f64;
        let halves = scene.halfway.get(&thread.tid).filter(|_| !scene.halfway_at.is_zero());
        let halves = halves.and_then(|half| {
            let rest = time.checked_sub(scene.halfway_at).filter(|rest| !rest.is_zero())?;
            Some([share(first, *half, scene.halfway_at), share(*half, last, rest)])
        });
        Self {
            same: call(thread).is_some() && call(thread) == call(earlier),
            share: Some(share(first, last, time)),
            halves,
            switches: thread.switches.saturating_sub(earlier.switches) as f64 / time.as_secs_f64(),
            io: process.io.saturating_sub(before.io),
        }
    }

    fn progress(&self) -> bool {
        self.io > 0 || self.share.is_some_and(|share| share > 0.2)
    }
}

/// What was seen of a thread that cannot be judged.
fn unknown_call(process: &Process, thread: &Thread) -> Cause {
    let text = match &thread.doing {
        Doing::Running => "runs, and was not busy all the time".to_owned(),
        Doing::Call(call) => format!("is in {} (state {}, {})", call.name, thread.state, thread.wchan),
        Doing::Inside => format!("is in the kernel (state {}, {})", thread.state, thread.wchan),
        Doing::Hidden => format!(
            "is in state {}, {}; the system does not show its system call",
            thread.state, thread.wchan
        ),
    };
    unknown(process.id.pid, Some(thread.tid), text)
}

fn unknown(pid: i32, tid: Option<i32>, text: String) -> Cause {
    Cause { kind: Kind::Unknown, confidence: Confidence::None, text, pid, tid, subject: pid }
}

/// Of several causes the higher one explains more.
fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Unknown => 0,
        Kind::Lock => 1,
        Kind::Sleep => 2,
        Kind::Zombie => 3,
        Kind::Child => 4,
        Kind::Healthy => 5,
        Kind::Pipe => 6,
        Kind::Signal => 7,
        Kind::Stdin => 8,
        Kind::PipeFull => 9,
        Kind::MemoryGrowing => 10,
        Kind::Socket => 11,
        Kind::Connecting => 12,
        Kind::FileLock => 13,
        Kind::Busy => 14,
        Kind::Disk => 15,
        Kind::Stopped => 16,
    }
}
