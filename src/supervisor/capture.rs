//! The agent's two pipes into the run directory: every byte that was read is on disk in the next write.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::run::dir::{RunDir, private};
use crate::run::event::Event;
use crate::run::output::{Stream, record};

/// Bytes asked for in one read: what a pipe holds by default.
const CHUNK: usize = 64 * 1024;

/// Reads of one pipe before the rest of the supervisor gets its turn.
const TURNS: usize = 16;

/// For reading what still stands in the pipes at the end.
const LAST_READS: Duration = Duration::from_secs(2);

/// Both streams of a run, over all its steps.
pub struct Capture {
    timeline: File,
    streams: [Recorder; 2],
    buffer: Vec<u8>,
}

/// One stream: its pipe while it is open, and its file.
struct Recorder {
    stream: Stream,
    pipe: Option<OwnedFd>,
    file: File,
    bytes: u64,
    lines: u64,
    ends_with_newline: bool,
    /// Where recording stopped, and why.
    gap: Option<(u64, String)>,
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
        let name = match self.stream {
            Stream::Out => "stdout",
            Stream::Err => "stderr",
        };
        let lost = self.to - self.from;
        format!("{name} could not be recorded from byte {} on ({lost} bytes): {}", self.from, self.error)
    }
}

impl Capture {
    /// Makes the three files.
    pub fn new(dir: &RunDir) -> io::Result<Self> {
        let recorder = |stream, path: std::path::PathBuf| -> io::Result<Recorder> {
            Ok(Recorder {
                stream,
                pipe: None,
                file: private(&path)?,
                bytes: 0,
                lines: 0,
                ends_with_newline: true,
                gap: None,
            })
        };
        Ok(Self {
            timeline: private(&dir.timeline())?,
            streams: [recorder(Stream::Out, dir.stdout())?, recorder(Stream::Err, dir.stderr())?],
            buffer: vec![0; CHUNK],
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

    /// Records what is in the pipes now, without waiting.
    pub fn read(&mut self, t_us: u64) {
        for recorder in &mut self.streams {
            for _ in 0..TURNS {
                if !recorder.read(&mut self.buffer, &mut self.timeline, t_us) {
                    break;
                }
            }
        }
    }

    /// Records what is left, then closes the pipes. A process that could not be ended may write for ever, so there
    /// is an end to this.
    pub fn finish(&mut self, t_us: u64) {
        let deadline = Instant::now() + LAST_READS;
        for recorder in &mut self.streams {
            while recorder.read(&mut self.buffer, &mut self.timeline, t_us) && Instant::now() < deadline {}
            recorder.pipe = None;
        }
    }

    /// Bytes that the agent printed on a stream.
    pub fn bytes(&self, stream: Stream) -> u64 {
        self.recorder(stream).bytes
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
            Some(Gap { stream: recorder.stream, from, to: recorder.bytes, error })
        })
    }

    fn recorder(&self, stream: Stream) -> &Recorder {
        &self.streams[usize::from(stream.number() - 1)]
    }
}

impl Recorder {
    /// Takes one chunk; returns whether there may be more right now.
    fn read(&mut self, buffer: &mut [u8], timeline: &mut File, t_us: u64) -> bool {
        let Some(pipe) = &self.pipe else { return false };
        let length = match rustix::io::read(pipe, &mut *buffer) {
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
        let bytes = &buffer[..length];
        if self.gap.is_none() {
            let head = record(t_us, self.stream, u32::try_from(length).unwrap_or(u32::MAX));
            // The bytes before their record: whoever reads the record finds the bytes.
            if let Err(error) = self.file.write_all(bytes).and_then(|()| timeline.write_all(&head)) {
                // Offsets must stay true, so nothing is recorded after a gap. The agent is never stopped by it.
                let _ = self.file.set_len(self.bytes);
                self.gap = Some((self.bytes, error.to_string()));
            }
        }
        self.bytes += length as u64;
        // The compiler makes vector instructions of this; a crate for it would gain nothing here.
        #[expect(clippy::naive_bytecount, reason = "see above")]
        let newlines = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.lines += newlines as u64;
        self.ends_with_newline = bytes.last() == Some(&b'\n');
        true
    }
}
