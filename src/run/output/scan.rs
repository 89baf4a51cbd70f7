//! All lines of an output, a part at a time: for whoever looks for something in all of them.
//!
//! A part is what stands between two checkpoints, so looking through one is a bounded piece of work. Parts keep their
//! place while the output grows, and when a hole takes the middle away; only the last one is still open.

use std::io;

use crate::run::output::progress::drawn_over;
use crate::run::output::{LONGEST, Output, Span, Stream};
use crate::run::walk::{Record, Walk};

/// One completed line, as it goes by.
#[derive(Clone, Copy, Debug)]
pub struct Scanned<'a> {
    /// Counted from 0.
    pub number: u64,
    /// Of the first byte; microseconds since the run started.
    pub t_us: u64,
    pub stream: Stream,
    /// Bytes of the stream before it.
    pub start: u64,
    /// The raw bytes, at most 64 KiB of them.
    pub bytes: &'a [u8],
    /// Bytes of the line that were left out.
    pub cut: u64,
    /// Bytes of the stream that are not kept, and in whose place this line stands. 0: a printed line.
    pub lost: u64,
}

impl Output {
    /// How many parts there are; the last one may still grow.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.checkpoints.len()
    }

    /// The numbers of the lines of a part, `from..to`.
    #[must_use]
    pub fn part_lines(&self, part: usize) -> (u64, u64) {
        let line = |part: usize| self.checkpoints.get(part).map_or(self.cursor.lines, |at| at.lines);
        (line(part), line(part + 1))
    }

    /// The part in which a line was completed.
    #[must_use]
    pub fn part_of(&self, line: u64) -> usize {
        self.checkpoints.partition_point(|checkpoint| checkpoint.lines <= line).saturating_sub(1)
    }

    /// What a part is known by, however lines are numbered: the records that it is made of, `from..to`.
    #[must_use]
    pub fn part_key(&self, part: usize) -> (u64, u64) {
        let record = |part: usize| self.checkpoints.get(part).map_or(self.cursor.record, |at| at.record);
        (record(part), record(part + 1))
    }

    /// Whether something of a part is not kept.
    #[must_use]
    pub fn is_holed(&self, part: usize) -> bool {
        let (Some(from), to) = (self.checkpoints.get(part), self.checkpoints.get(part + 1)) else {
            return false;
        };
        let to = to.unwrap_or(&self.cursor);
        self.shape.iter().zip(from.streams.iter().zip(to.streams)).any(|(hole, (from, to))| {
            // The line before a hole ends where the hole begins, so the edges count too.
            from.position <= hole.to && hole.from <= to.position
        })
    }

    /// Tells every completed line of a part, in order; at most some 256 KiB of output are read.
    pub fn scan(&self, part: usize, mut tell: impl FnMut(Scanned)) -> io::Result<()> {
        let Some(mut cursor) = self.checkpoints.get(part).copied() else { return Ok(()) };
        let end = self.part_key(part).1;
        let Some(mut walk) = Walk::open(&self.dir, cursor.place(), self.shape)? else { return Ok(()) };
        let mut open = [Vec::new(), Vec::new()];
        for stream in [Stream::Out, Stream::Err] {
            let line = cursor.streams[stream.index()];
            let to = line.position.min(line.start + LONGEST);
            open[stream.index()] = walk.range(stream, line.start, to)?;
        }
        while cursor.record < end {
            let Some(record) = walk.next()? else { break };
            let stream = record.stream;
            let before = cursor.streams[stream.index()].position;
            let pieces = Pieces { record: &record, before, open: &mut open[stream.index()] };
            let lost = self.shape[stream.index()];
            cursor.take(&record, {
                let mut pieces = pieces;
                let (tell, walk) = (&mut tell, &mut walk);
                move |number, span| {
                    // Progress that is drawn on one line for hours: its last state counts.
                    let end = (!span.hole && span.end - span.start > LONGEST)
                        .then(|| walk.range(stream, span.end - LONGEST, span.end).ok())
                        .flatten();
                    if let Some(bytes) = end.as_deref().and_then(drawn_over) {
                        tell(Scanned {
                            number,
                            t_us: span.t_us,
                            stream,
                            start: span.start,
                            bytes,
                            cut: 0,
                            lost: 0,
                        });
                        pieces.open.clear();
                        return;
                    }
                    let (bytes, lost) =
                        if span.hole { (&[][..], lost.bytes()) } else { (pieces.line(span), 0) };
                    let cut = if span.hole { 0 } else { span.end - span.start - bytes.len() as u64 };
                    tell(Scanned { number, t_us: span.t_us, stream, start: span.start, bytes, cut, lost });
                    pieces.open.clear();
                }
            });
            let line = cursor.streams[stream.index()];
            let mut pieces = Pieces { record: &record, before, open: &mut open[stream.index()] };
            pieces.keep(line.start, line.position);
        }
        Ok(())
    }
}

/// A record, and the beginning of the line that was open before it.
struct Pieces<'a, 'b> {
    record: &'a Record,
    /// Where in its stream it begins.
    before: u64,
    open: &'b mut Vec<u8>,
}

impl Pieces<'_, '_> {
    /// The bytes of a line that ends in this record; at most [`LONGEST`].
    fn line(&mut self, span: Span) -> &[u8] {
        if span.start >= self.before {
            let bytes = self.range(span.start, span.end);
            return &bytes[..bytes.len().min(usize::try_from(LONGEST).unwrap_or(usize::MAX))];
        }
        self.keep(span.start, span.end);
        self.open
    }

    /// Takes what this record has of the line `start..end`, which goes on.
    fn keep(&mut self, start: u64, end: u64) {
        let from = start.max(self.before);
        let room = LONGEST.saturating_sub(self.open.len() as u64);
        let to = end.min(from.saturating_add(room));
        if from < to {
            let bytes = self.range(from, to).to_vec();
            self.open.extend(bytes);
        }
    }

    /// Bytes of the record, given by their place in the stream; all of them on one side of a hole.
    fn range(&self, start: u64, end: u64) -> &[u8] {
        let after = self.before + self.record.before.len() as u64 + self.record.lost;
        let (bytes, base) =
            if start >= after { (&self.record.after, after) } else { (&self.record.before, self.before) };
        let at =
            |place: u64| usize::try_from(place.saturating_sub(base)).unwrap_or(usize::MAX).min(bytes.len());
        &bytes[at(start)..at(end)]
    }
}
