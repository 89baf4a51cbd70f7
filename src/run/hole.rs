//! What is no longer kept of a stream: the journal says that there is a hole, and the file how far it reaches while
//! it still grows. Offsets into a stream stay true whatever is missing.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use rustix::fs::SeekFrom;

use crate::run::dir::{self, RunDir};
use crate::run::event::{Event, Record};
use crate::run::jsonl;
use crate::run::output::{Stream, stream_path};

/// Bytes `from..to` of a stream, which are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    pub from: u64,
    pub to: u64,
    pub rest: Rest,
}

/// Where the bytes after a hole are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// At their own offsets in the stream's file.
    InPlace,
    /// In `stdout.tail` or `stderr.tail`, which begins with the byte at `to`.
    InTail,
    /// Nowhere to be read before the run has ended.
    NotYet,
}

/// The holes of both streams.
pub type Shape = [Hole; 2];

impl Hole {
    /// Everything is kept.
    pub const NONE: Self = Self { from: u64::MAX, to: u64::MAX, rest: Rest::InPlace };

    /// Bytes that are not kept.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.to - self.from
    }

    /// How many of the bytes `start..end` stand before the hole, in it, and after it.
    #[must_use]
    pub fn split(self, start: u64, end: u64) -> (u64, u64, u64) {
        let before = end.min(self.from).saturating_sub(start);
        let after = end.saturating_sub(start.max(self.to));
        (before, end.saturating_sub(start) - before - after, after)
    }
}

/// The file with the last bytes of a stream, where the file system knows no holes.
#[must_use]
pub fn tail_path(dir: &RunDir, stream: Stream) -> PathBuf {
    stream_path(dir, stream).with_extension("tail")
}

/// Reads the journal again and again, each time only what is new, and knows the holes of which it tells.
#[derive(Clone, Debug, Default)]
pub struct Holes {
    journal: jsonl::Reader,
    told: [Option<Told>; 2],
}

/// What the journal says of one stream. Without `to` the hole still grows.
#[derive(Clone, Copy, Debug)]
struct Told {
    from: u64,
    to: Option<u64>,
    tail: bool,
}

impl Holes {
    /// What the journal has got since the last look.
    pub fn read_new(&mut self, dir: &RunDir) -> io::Result<Vec<Record>> {
        let records = self.journal.read_new::<Record>(&dir.events())?;
        for record in &records {
            if let Event::Hole { stream, from, to, tail } = record.event
                && let Some(told) = self.told.get_mut(usize::from(stream).wrapping_sub(1))
            {
                *told = Some(Told { from, to: to.map(|to| to.max(from)), tail });
            }
        }
        Ok(records)
    }

    /// Journal lines so far that could not be read.
    #[must_use]
    pub fn damaged_lines(&self) -> usize {
        self.journal.damaged
    }

    /// The holes as they are now. The journal's line stands before the hole is made: whoever has read the zeros of
    /// a hole finds it here.
    pub fn look(&mut self, dir: &RunDir) -> io::Result<Shape> {
        self.read_new(dir)?;
        let hole = |stream: Stream| -> io::Result<Hole> {
            match self.told[stream.index()] {
                None => Ok(Hole::NONE),
                Some(Told { from, to: Some(to), tail: false }) => Ok(Hole { from, to, rest: Rest::InPlace }),
                Some(Told { from, to: Some(to), tail: true }) => Ok(Hole { from, to, rest: Rest::InTail }),
                Some(Told { from, to: None, tail: true }) => {
                    Ok(Hole { from, to: u64::MAX, rest: Rest::NotYet })
                }
                Some(Told { from, to: None, tail: false }) => {
                    let to = data_after(&dir::open(&stream_path(dir, stream))?, from)?;
                    Ok(Hole { from, to, rest: Rest::InPlace })
                }
            }
        };
        Ok([hole(Stream::Out)?, hole(Stream::Err)?])
    }
}

/// Where the next bytes stand that are kept; the offset itself, where there are none.
fn data_after(file: &File, offset: u64) -> io::Result<u64> {
    match rustix::fs::seek(file, SeekFrom::Data(offset)) {
        Ok(data) => Ok(data),
        Err(rustix::io::Errno::NXIO) => Ok(offset),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_split_by_what_is_kept() {
        let hole = Hole { from: 10, to: 20, rest: Rest::InPlace };
        for ((start, end), expected) in [
            ((0, 10), (10, 0, 0)),
            ((5, 15), (5, 5, 0)),
            ((5, 25), (5, 10, 5)),
            ((12, 18), (0, 6, 0)),
            ((15, 25), (0, 5, 5)),
            ((20, 25), (0, 0, 5)),
        ] {
            assert_eq!(hole.split(start, end), expected, "{start}..{end}");
        }
        assert_eq!(Hole::NONE.split(0, 1 << 60), (1 << 60, 0, 0));
    }
}
