//! A run's output record by record, in the order of the timeline, over whatever is kept of the two streams.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;

use crate::run::dir::{self, RunDir};
use crate::run::hole::{Hole, Holes, Rest, Shape, tail_path};
use crate::run::output::{RECORD, Stream, stream_path};

/// Bytes read ahead: small records cost no read each.
const AHEAD: usize = 64 * 1024;

/// A place between two records.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// Records before it.
    pub record: u64,
    /// Bytes of each stream before it.
    pub positions: [u64; 2],
}

/// One record of the timeline and what is kept of its bytes.
#[derive(Debug)]
pub struct Record {
    pub t_us: u64,
    pub stream: Stream,
    /// Before the hole; all of them where there is none.
    pub before: Vec<u8>,
    /// How many are in the hole.
    pub lost: u64,
    /// After the hole.
    pub after: Vec<u8>,
}

impl Record {
    /// Bytes that are kept.
    #[must_use]
    pub fn kept(&self) -> u64 {
        (self.before.len() + self.after.len()) as u64
    }

    /// Whether some of it may have been read where a hole has just been made: a hole reads as zeros.
    #[must_use]
    pub fn has_zeros(&self) -> bool {
        self.before.contains(&0) || self.after.contains(&0)
    }
}

/// The three files, each read in order.
pub struct Walk {
    timeline: BufReader<File>,
    streams: [StreamFile; 2],
    place: Place,
}

impl Walk {
    /// Begins at this place; `None` while the run has no files yet.
    pub fn open(dir: &RunDir, place: Place, shape: Shape) -> io::Result<Option<Self>> {
        let open = || -> io::Result<Self> {
            let mut timeline = dir::open(&dir.timeline())?;
            timeline.seek(SeekFrom::Start(place.record * RECORD as u64))?;
            Ok(Self {
                timeline: BufReader::with_capacity(AHEAD, timeline),
                streams: [
                    StreamFile::open(dir, Stream::Out, shape[0])?,
                    StreamFile::open(dir, Stream::Err, shape[1])?,
                ],
                place,
            })
        };
        match open() {
            Ok(walk) => Ok(Some(walk)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where the next record begins.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// The next record; `None` at the end, or before one whose bytes cannot be read yet.
    pub fn next(&mut self) -> io::Result<Option<Record>> {
        let mut head = [0; RECORD];
        match self.timeline.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let number = |range: std::ops::Range<usize>| {
            head[range].iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let stream = if head[8] == Stream::Out.number() { Stream::Out } else { Stream::Err };
        let source = &mut self.streams[stream.index()];
        let position = &mut self.place.positions[stream.index()];
        let end = *position + number(12..16);
        let (before, lost, after) = source.hole.split(*position, end);
        if source.hole.rest == Rest::NotYet && lost > 0 {
            return Ok(None);
        }
        let Some(before) = source.read(*position, before)? else { return Ok(None) };
        let Some(after) = source.read(end - after, after)? else { return Ok(None) };
        *position = end;
        self.place.record += 1;
        Ok(Some(Record { t_us: number(0..8), stream, before, lost, after }))
    }

    /// Bytes of a stream that stand in no hole.
    pub fn range(&mut self, stream: Stream, start: u64, end: u64) -> io::Result<Vec<u8>> {
        self.streams[stream.index()].range(start, end)
    }
}

/// What is kept of one stream.
pub struct StreamFile {
    file: File,
    /// What comes after the hole, where that is a file of its own.
    tail: Option<File>,
    hole: Hole,
    /// Bytes of the stream from `at` on.
    buffer: Vec<u8>,
    at: u64,
}

impl StreamFile {
    /// What is kept of a stream by now.
    pub fn of(dir: &RunDir, stream: Stream) -> io::Result<Self> {
        let hole = Holes::default().look(dir)?[stream.index()];
        Self::open(dir, stream, hole)
    }

    /// Opens the files of a stream with this hole in it.
    pub fn open(dir: &RunDir, stream: Stream, hole: Hole) -> io::Result<Self> {
        let tail = match hole.rest {
            Rest::InTail => Some(dir::open(&tail_path(dir, stream))?),
            Rest::InPlace | Rest::NotYet => None,
        };
        Ok(Self { file: dir::open(&stream_path(dir, stream))?, tail, hole, buffer: Vec::new(), at: 0 })
    }

    /// Bytes that were printed, kept or not, as far as they are recorded.
    pub fn length(&self) -> io::Result<u64> {
        match &self.tail {
            Some(tail) => Ok(self.hole.to + tail.metadata()?.len()),
            None => Ok(self.file.metadata()?.len()),
        }
    }

    /// The bytes between two offsets, as far as they are there; those in a hole are left out.
    pub fn range(&mut self, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let (before, _, after) = self.hole.split(start, end);
        for (start, length) in [(start, before), (end - after, after)] {
            if length <= AHEAD as u64 {
                bytes.extend_from_slice(self.some(start, length)?);
            } else {
                // One copy of what may be the largest part of a stream is enough.
                let kept = bytes.len();
                bytes.resize(kept + self.there(start, length)?, 0);
                let filled = self.fill(start, &mut bytes[kept..])?;
                bytes.truncate(kept + filled);
            }
        }
        Ok(bytes)
    }

    /// So many bytes from this offset on, on one side of the hole; `None` where they are not all there.
    fn read(&mut self, start: u64, length: u64) -> io::Result<Option<Vec<u8>>> {
        let bytes = self.some(start, length)?;
        Ok((bytes.len() as u64 == length).then(|| bytes.to_vec()))
    }

    /// The same, as many as are there.
    fn some(&mut self, start: u64, length: u64) -> io::Result<&[u8]> {
        if length == 0 {
            return Ok(&[]);
        }
        if start < self.at || start + length > self.at + self.buffer.len() as u64 {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.resize(self.there(start, length.max(AHEAD as u64))?, 0);
            let filled = self.fill(start, &mut buffer)?;
            buffer.truncate(filled);
            (self.buffer, self.at) = (buffer, start);
        }
        let from = usize::try_from(start - self.at).map_err(io::Error::other)?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        Ok(&self.buffer[from..self.buffer.len().min(from + length)])
    }

    /// How many of these bytes the file has: a length that a damaged timeline tells is not believed.
    fn there(&self, start: u64, length: u64) -> io::Result<usize> {
        let (file, offset) = self.file_of(start);
        usize::try_from(file.metadata()?.len().saturating_sub(offset).min(length)).map_err(io::Error::other)
    }

    /// Reads until `bytes` are full or the file ends; how many were read.
    fn fill(&self, start: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let (file, offset) = self.file_of(start);
        let mut filled = 0;
        while filled < bytes.len() {
            match file.read_at(&mut bytes[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// The file that has the byte at this offset, and where in it.
    fn file_of(&self, start: u64) -> (&File, u64) {
        match &self.tail {
            Some(tail) if start >= self.hole.to => (tail, start - self.hole.to),
            Some(_) | None => (&self.file, start),
        }
    }
}
