//! What stands at the other end of a descriptor that a thread waits for: a peer, a process of the tree, nobody.

use std::time::Duration;

use crate::process::cause::{Cause, Judge, rank, unknown_call};
use crate::process::descriptors::Target;
use crate::process::facts::{Process, Thread};
use crate::process::sockets::{self, Protocol, Socket};
use crate::process::verdict::{Confidence, Kind, seconds};

/// Milliseconds: an answer that has begun and paused for less than this may be a slow one.
const SLOW: u64 = 5_000;

/// What a wait for several descriptors names.
pub(super) struct Wanted<'a> {
    pub read: &'a [i32],
    pub write: &'a [i32],
    pub timer: bool,
    pub epoll: bool,
}

impl<'a> Judge<'a> {
    /// A connection of this process on which data came between the looks.
    pub(super) fn receives(&self, process: &Process) -> Option<(u64, &'a Socket)> {
        process.open.iter().flatten().find_map(|descriptor| {
            let Target::Socket(inode) = descriptor.target else { return None };
            let (before, now) = self.scene.tcp.get(&inode)?;
            let came = now.received.saturating_sub(before.as_ref()?.received);
            (came > 0).then_some((came, self.scene.sockets.get(&inode)?))
        })
    }

    pub(super) fn read(&mut self, process: &'a Process, thread: &Thread, fd: i32) -> Cause {
        let pid = process.id.pid;
        let waits = |kind, text: String| Cause {
            kind,
            confidence: Confidence::High,
            text,
            pid,
            tid: None,
            subject: pid,
        };
        let is_stdin = fd == 0;
        match process.descriptor(fd).map(|descriptor| &descriptor.target) {
            Some(Target::Socket(_)) => {
                self.socket(process, fd, false).unwrap_or_else(|| unknown_call(process, thread))
            }
            Some(Target::Pipe { inode, .. }) => self.pipe(process, fd, *inode),
            Some(Target::Path(path))
                if is_stdin || path.starts_with("/dev/pts/") || path.starts_with("/dev/tty") =>
            {
                waits(
                    Kind::Stdin,
                    format!("waits for input on descriptor {fd} ({})", crate::text::safe(path.as_bytes())),
                )
            }
            Some(Target::Path(path)) => {
                let path = crate::text::safe(path.as_bytes());
                waits(Kind::Pipe, format!("waits for somebody to write into {path}"))
            }
            Some(Target::Anonymous(name)) if name == "timerfd" => waits(Kind::Sleep, "sleeps".to_owned()),
            Some(Target::Anonymous(name)) if name == "eventfd" => {
                waits(Kind::Lock, "waits inside itself, for an event".to_owned())
            }
            Some(Target::Epoll(_) | Target::Process(_) | Target::Anonymous(_)) | None => {
                unknown_call(process, thread)
            }
        }
    }

    /// Who could write into a pipe this process reads.
    pub(super) fn pipe(&mut self, process: &'a Process, fd: i32, inode: u64) -> Cause {
        let pid = process.id.pid;
        let writes = |other: &&Process| {
            let end = |target: &Target| matches!(target, Target::Pipe { inode: i, writes: true, .. } if *i == inode);
            other.open.iter().flatten().any(|descriptor| end(&descriptor.target))
        };
        let writers: Vec<&Process> = self.scene.after.iter().filter(writes).collect();
        if let Some(found) = self.others(process, &writers) {
            return found;
        }
        let (kind, text) = if fd == 0 {
            (Kind::Stdin, "waits for input on its standard input".to_owned())
        } else if let Some(other) = writers.iter().find(|writer| writer.id.pid != pid) {
            let text = format!("waits for {} ({}), which waits in its turn", other.id.pid, other.command);
            (Kind::Pipe, format!("{text}: a circle"))
        } else {
            (
                Kind::Pipe,
                format!("waits on a pipe (descriptor {fd}) into which nobody else of this run can write"),
            )
        };
        Cause { kind, confidence: Confidence::High, text, pid, tid: None, subject: pid }
    }

    pub(super) fn write(&self, process: &Process, fd: i32) -> Option<Cause> {
        let pid = process.id.pid;
        let target = &process.descriptor(fd)?.target;
        let (kind, text) = match target {
            Target::Socket(inode) => {
                let peer = self.scene.sockets.get(inode).map_or("its peer".to_owned(), name);
                (Kind::Socket, format!("cannot send: {peer} takes no more data"))
            }
            Target::Pipe { inode, .. } => {
                let reads = |other: &&Process| {
                    let end = |target: &Target| matches!(target, Target::Pipe { inode: i, reads: true, .. } if i == inode);
                    other.id.pid != pid
                        && other.open.iter().flatten().any(|descriptor| end(&descriptor.target))
                };
                let reader = self.scene.after.iter().find(reads);
                let reader = reader.map_or("nobody of this run reads it".to_owned(), |reader| {
                    format!("{} ({}) does not read it", reader.id.pid, reader.command)
                });
                (Kind::PipeFull, format!("cannot write into descriptor {fd}: the pipe is full, and {reader}"))
            }
            Target::Path(path) => {
                let path = crate::text::safe(path.as_bytes());
                (Kind::PipeFull, format!("cannot write into {path}: nobody reads it"))
            }
            Target::Epoll(_) | Target::Process(_) | Target::Anonymous(_) => return None,
        };
        Some(Cause { kind, confidence: Confidence::High, text, pid, tid: None, subject: pid })
    }

    pub(super) fn file_lock(&self, process: &Process, fd: i32) -> String {
        let file = match process.descriptor(fd).map(|descriptor| &descriptor.target) {
            Some(Target::Path(path)) => {
                if let Some(run) = self.scene.run_of_lock(path) {
                    return format!("waits for run {} to end", crate::text::safe(run.as_bytes()));
                }
                crate::text::safe(path.as_bytes())
            }
            Some(_) | None => format!("descriptor {fd}"),
        };
        let holder = process.lock_holder.as_ref();
        let holder = holder.map(|(pid, command)| format!(", held by {pid} ({command})"));
        format!("waits for the lock on {file}{}", holder.unwrap_or_default())
    }

    /// Several descriptors, or one with a time limit: whichever tells most.
    pub(super) fn many(&mut self, process: &'a Process, thread: &'a Thread, wanted: &Wanted) -> Cause {
        let pid = process.id.pid;
        let mut causes = Vec::new();
        let mut connections = 0;
        for fd in wanted.write {
            causes.extend(self.socket(process, *fd, true).or_else(|| self.write(process, *fd)));
        }
        for fd in wanted.read {
            match process.descriptor(*fd).map(|descriptor| &descriptor.target) {
                Some(Target::Socket(inode)) => {
                    let Some(mut cause) = self.socket(process, *fd, false) else { continue };
                    connections += 1;
                    let asked = self.scene.tcp.get(inode).is_none_or(|(_, now)| {
                        now.received == 0 || now.since_sent_ms < now.since_received_ms
                    });
                    // An idle connection is kept and watched, and is no reason to wait.
                    if wanted.epoll && !asked {
                        cause.confidence = cause.confidence.min(Confidence::Maybe);
                    }
                    causes.push(cause);
                }
                Some(Target::Pipe { inode, .. }) => {
                    let cause = self.pipe(process, *fd, *inode);
                    // Its own pipe is how it wakes itself.
                    if cause.kind != Kind::Pipe {
                        causes.push(cause);
                    } else if wanted.read.len() == 1 && !wanted.epoll {
                        return cause;
                    }
                }
                Some(Target::Process(child)) => causes.push(self.child(process, Some(*child))),
                Some(Target::Path(_)) => causes.push(self.read(process, thread, *fd)),
                Some(Target::Epoll(_) | Target::Anonymous(_)) | None => {}
            }
        }
        let best = causes.into_iter().max_by_key(|cause| (rank(cause.kind), cause.confidence));
        let (kind, text) = match best {
            Some(mut cause) => {
                if connections > 1 {
                    cause.confidence = cause.confidence.min(Confidence::Maybe);
                }
                return cause;
            }
            None if wanted.timer => (Kind::Sleep, "sleeps, until a timer wakes it".to_owned()),
            None => (Kind::Lock, "waits inside itself, for an event that nobody causes".to_owned()),
        };
        let known = !wanted.read.is_empty() || wanted.epoll;
        let confidence = if known { Confidence::High } else { Confidence::Maybe };
        Cause { kind, confidence, text, pid, tid: None, subject: pid }
    }

    /// A wait on a socket; `None` where it is one end of the process's own pair, or no socket.
    pub(super) fn socket(&mut self, process: &'a Process, fd: i32, to_write: bool) -> Option<Cause> {
        let pid = process.id.pid;
        let Target::Socket(inode) = process.descriptor(fd)?.target else { return None };
        let cause =
            |kind, confidence, text| Some(Cause { kind, confidence, text, pid, tid: None, subject: pid });
        let Some(socket) = self.scene.sockets.get(&inode) else {
            return cause(Kind::Socket, Confidence::Maybe, format!("waits on a socket (descriptor {fd})"));
        };
        let peer = name(socket);
        if socket.state == "SYN_SENT" {
            let text = format!("waits for a connection to {peer}{}", self.scene.for_silence());
            return cause(Kind::Connecting, Confidence::High, text);
        }
        if socket.state == "LISTEN" {
            let at = socket.end(socket.local);
            return cause(Kind::Socket, Confidence::High, format!("waits for somebody to connect to {at}"));
        }
        if socket.protocol == Protocol::Unix {
            return self.pair(process, inode, &peer);
        }
        if to_write {
            return cause(Kind::Socket, Confidence::High, format!("cannot send: {peer} takes no more data"));
        }
        let Some((before, now)) = self.scene.tcp.get(&inode) else {
            let text = format!("gets no answer from {peer}{}", self.scene.for_silence());
            return cause(Kind::Socket, Confidence::High, text);
        };
        let came = before.map_or(0, |before| now.received.saturating_sub(before.received));
        if came > 0 {
            let text = format!("receives data from {peer}: {came} bytes in {}", seconds(self.scene.between));
            return cause(Kind::Healthy, Confidence::High, text);
        }
        let silent = seconds(Duration::from_millis(now.since_received_ms));
        if now.received > 0 && now.since_received_ms < SLOW && now.since_received_ms < now.since_sent_ms {
            let text = format!("got no data from {peer} for {silent}; a slow answer, or none");
            return cause(Kind::Socket, Confidence::Maybe, text);
        }
        cause(Kind::Socket, Confidence::High, format!("gets no answer from {peer} for {silent}"))
    }

    /// A unix socket: its other end may be another process of the tree, or this one.
    pub(super) fn pair(&mut self, process: &'a Process, inode: u64, peer: &str) -> Option<Cause> {
        let pid = process.id.pid;
        let other = self.scene.unix_peers.get(&inode).copied();
        let holds = |holder: &&Process| {
            let end = |target: &Target| matches!(target, Target::Socket(inode) if Some(*inode) == other);
            holder.open.iter().flatten().any(|descriptor| end(&descriptor.target))
        };
        let holders: Vec<&Process> = self.scene.after.iter().filter(holds).collect();
        if holders.iter().any(|holder| holder.id.pid == pid) {
            return None;
        }
        self.others(process, &holders).or_else(|| {
            let confidence =
                if other.is_some() && holders.is_empty() { Confidence::High } else { Confidence::Maybe };
            let text = format!("gets no answer from {peer}{}", self.scene.for_silence());
            Some(Cause { kind: Kind::Socket, confidence, text, pid, tid: None, subject: pid })
        })
    }
}

/// A peer and what is known to stand there: `127.0.0.1:11434 (Ollama)`.
fn name(socket: &Socket) -> String {
    let end = socket.end(socket.peer);
    match socket.peer_port().and_then(sockets::service) {
        Some(service) => format!("{end} ({service})"),
        None => end,
    }
}
