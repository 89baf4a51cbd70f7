//! The agent's two pipes into the run directory: every byte that was read is on disk in the next write. Of more
//! than is to be kept the middle is given back to the file system, where that can be done.

use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::fs::{FallocateFlags, OFlags};
use rustix::io::Errno;

use crate::run::dir::{RunDir, private};
use crate::run::event::Event;
use crate::run::hole::{Hole, Rest, Shape, tail_path};
use crate::run::output::{Stream, record};
use crate::supervisor::hole::{Cap, Kept};
use crate::supervisor::ring::Ring;

/// Bytes asked for in one read: what a pipe holds by default.
const CHUNK: usize = 64 * 1024;

/// Bytes that are gone through one by one.
const FEW: usize = 4 * 1024;

/// Reads of one pipe before the rest of the supervisor gets its turn.
const TURNS: usize = 16;

/// For reading what still stands in the pipes at the end.
const LAST_READS: Duration = Duration::from_secs(2);

/// Both streams of a run, over all its steps.
pub struct Capture {
    dir: RunDir,
    cap: Cap,
    timeline: File,
    streams: [Recorder; 2],
    /// Room for one read. What no agent has filled yet takes no memory.
    buffer: Vec<u8>,
    /// When something was read for the last time; microseconds since the run started.
    pub last_us: u64,
}

/// One stream: its pipe while it is open, and its file.
struct Recorder {
    stream: Stream,
    pipe: Option<OwnedFd>,
    file: File,
    kept: Kept,
    /// What was printed since the file was full, where the file system gives nothing back.
    tail: Option<Tail>,
    lines: u64,
    ends_with_newline: bool,
    /// Where recording stopped, and why.
    gap: Option<(u64, String)>,
}

/// The end of a stream beside its file.
struct Tail {
    /// Where the file ends.
    from: u64,
    ring: Ring,
}

/// The end of a stream that could not be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub stream: Stream,
    /// Bytes `from..to` of the stream are in no file.
    pub from: u64,
    pub to: u64,
    pub error: String,
}

impl Gap {
    /// The journal's word for it.
    #[must_use]
    pub fn event(self) -> Event {
        Event::Dropped { stream: self.stream.number(), from: self.from, to: self.to, error: self.error }
    }

    /// A sentence for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let name = self.stream.name();
        let lost = self.to - self.from;
        format!("{name} could not be recorded from byte {} on ({lost} bytes): {}", self.from, self.error)
    }
}

impl Capture {
    /// Makes the three files, for so many bytes.
    pub fn new(dir: &RunDir, keep: u64) -> io::Result<Self> {
        let recorder = |stream, path: std::path::PathBuf| -> io::Result<Recorder> {
            Ok(Recorder {
                stream,
                pipe: None,
                file: private(&path)?,
                kept: Kept::default(),
                tail: None,
                lines: 0,
                ends_with_newline: true,
                gap: None,
            })
        };
        Ok(Self {
            dir: dir.clone(),
            cap: Cap::new(keep),
            timeline: private(&dir.timeline())?,
            streams: [recorder(Stream::Out, dir.stdout())?, recorder(Stream::Err, dir.stderr())?],
            buffer: Vec::with_capacity(CHUNK),
            last_us: 0,
        })
    }

    /// Takes the reading ends of a new step's pipes.
    pub fn attach(&mut self, out: OwnedFd, err: OwnedFd) -> io::Result<()> {
        for (recorder, pipe) in self.streams.iter_mut().zip([out, err]) {
            let flags = rustix::fs::fcntl_getfl(&pipe)?;
            rustix::fs::fcntl_setfl(&pipe, flags | OFlags::NONBLOCK)?;
            recorder.pipe = Some(pipe);
        }
        Ok(())
    }

    /// The pipes that are still open, to be waited on.
    pub fn pipes(&self) -> impl Iterator<Item = &OwnedFd> {
        self.streams.iter().filter_map(|recorder| recorder.pipe.as_ref())
    }

    /// Records what is in the pipes now, without waiting. Tells what the journal must say, before it is done.
    pub fn read(&mut self, t_us: u64, mut tell: impl FnMut(Event)) {
        for index in [0, 1] {
            for _ in 0..TURNS {
                if !self.read_once(index, t_us, &mut tell) {
                    break;
                }
            }
        }
    }

    /// Records what is left, then closes the pipes. A process that could not be ended may write for ever, so there
    /// is an end to this. Returns what is not kept.
    pub fn finish(&mut self, t_us: u64, mut tell: impl FnMut(Event)) -> Shape {
        let deadline = Instant::now() + LAST_READS;
        for index in [0, 1] {
            while self.read_once(index, t_us, &mut tell) && Instant::now() < deadline {}
        }
        let dir = &self.dir;
        self.streams.each_mut().map(|recorder| {
            recorder.pipe = None;
            let hole = recorder.finish(dir);
            if hole != Hole::NONE {
                tell(Event::Hole {
                    stream: recorder.stream.number(),
                    from: hole.from,
                    to: Some(hole.to),
                    tail: hole.rest == Rest::InTail,
                });
            }
            hole
        })
    }

    /// Takes one chunk of a stream; returns whether there may be more right now.
    fn read_once(&mut self, index: usize, t_us: u64, tell: &mut impl FnMut(Event)) -> bool {
        let before = self.streams[index].kept.bytes;
        let more = self.streams[index].read(&mut self.buffer, &mut self.timeline, t_us);
        if self.streams[index].kept.bytes > before {
            self.last_us = t_us;
        }
        let [out, err] = &self.streams;
        if let Some((larger, range)) = self.cap.excess([&out.kept, &err.kept])
            && out.can_give_back()
            && err.can_give_back()
        {
            self.give_back(larger, range, tell);
        }
        more
    }

    /// Gives the middle of a stream back. Where that cannot be done, both files end here.
    fn give_back(&mut self, larger: usize, range: Range<u64>, tell: &mut impl FnMut(Event)) {
        let recorder = &mut self.streams[larger];
        let first = recorder.kept.hole.is_none();
        if first {
            let stream = recorder.stream.number();
            tell(Event::Hole { stream, from: range.start, to: None, tail: false });
        }
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        match rustix::fs::fallocate(&recorder.file, flags, range.start, range.end - range.start) {
            Ok(()) => {
                let from = recorder.kept.hole.as_ref().map_or(range.start, |hole| hole.start);
                recorder.kept.hole = Some(from..range.end);
            }
            Err(error) => {
                for recorder in &mut self.streams {
                    recorder.end_file(&self.dir, error, tell);
                }
            }
        }
    }

    /// Bytes that the agent printed on a stream.
    pub fn bytes(&self, stream: Stream) -> u64 {
        self.recorder(stream).kept.bytes
    }

    /// Lines on a stream; an unfinished last one counts.
    pub fn lines(&self, stream: Stream) -> u64 {
        let recorder = self.recorder(stream);
        recorder.lines + u64::from(!recorder.ends_with_newline)
    }

    /// What could not be recorded.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        self.streams.iter().filter_map(|recorder| {
            let (from, error) = recorder.gap.clone()?;
            Some(Gap { stream: recorder.stream, from, to: recorder.kept.bytes, error })
        })
    }

    fn recorder(&self, stream: Stream) -> &Recorder {
        &self.streams[usize::from(stream.number() - 1)]
    }
}

impl Recorder {
    /// Takes one chunk; returns whether there may be more right now.
    fn read(&mut self, buffer: &mut Vec<u8>, timeline: &mut File, t_us: u64) -> bool {
        let Some(pipe) = &self.pipe else { return false };
        buffer.clear();
        let length = match rustix::io::read(pipe, spare_capacity(buffer)) {
            Ok(0) => {
                self.pipe = None;
                return false;
            }
            Ok(length) => length,
            Err(Errno::INTR) => return true,
            Err(Errno::AGAIN) => return false,
            Err(_) => {
                self.pipe = None;
                return false;
            }
        };
        let bytes = buffer.as_slice();
        if self.gap.is_none() {
            let head = record(t_us, self.stream, u32::try_from(length).unwrap_or(u32::MAX));
            let written = match &mut self.tail {
                None => self.file.write_all(bytes),
                Some(tail) => tail.ring.write(bytes),
            };
            // The bytes before their record: whoever reads the record finds the bytes.
            if let Err(error) = written.and_then(|()| timeline.write_all(&head)) {
                // Offsets must stay true, so nothing is recorded after a gap. The agent is never stopped by it.
                if self.tail.is_none() {
                    let _ = self.file.set_len(self.kept.bytes);
                }
                self.gap = Some((self.kept.bytes, error.to_string()));
            }
        }
        self.kept.bytes += length as u64;
        self.lines += count_lines(bytes);
        self.ends_with_newline = bytes.last() == Some(&b'\n');
        true
    }

    /// Whether it goes on being recorded into its file.
    fn can_give_back(&self) -> bool {
        self.tail.is_none() && self.gap.is_none()
    }

    /// Ends the file, since what it takes cannot be given back for this reason; of what comes only the last bytes
    /// are kept.
    fn end_file(&mut self, dir: &RunDir, error: Errno, tell: &mut impl FnMut(Event)) {
        let from = self.kept.bytes;
        // Two places without bytes would be one too many for whoever reads it.
        let ring = if self.kept.hole.is_some() {
            Err(error.into())
        } else {
            tell(Event::Hole { stream: self.stream.number(), from, to: None, tail: true });
            Ring::new(&tail_path(dir, self.stream))
        };
        match ring {
            Ok(ring) => self.tail = Some(Tail { from, ring }),
            Err(error) => self.gap = Some((from, error.to_string())),
        }
    }

    /// What is not kept, when nothing more comes.
    fn finish(&mut self, dir: &RunDir) -> Hole {
        if let Some(Tail { from, ring }) = self.tail.take() {
            let end = self.gap.as_ref().map_or(self.kept.bytes, |(at, _)| *at);
            return match ring.finish(&tail_path(dir, self.stream)) {
                Ok(kept) => Hole { from, to: end.saturating_sub(kept).max(from), rest: Rest::InTail },
                Err(error) => {
                    self.gap = Some((from, error.to_string()));
                    Hole::NONE
                }
            };
        }
        match &self.kept.hole {
            Some(hole) => Hole { from: hole.start, to: hole.end, rest: Rest::InPlace },
            None => Hole::NONE,
        }
    }
}

/// How many lines end here. The quick way asks the processor first what it can do, which takes longer than going through
/// a few lines.
fn count_lines(bytes: &[u8]) -> u64 {
    if bytes.len() < FEW {
        return bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum();
    }
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
