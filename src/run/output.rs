//! What a run printed, as lines with stream and time: a window over the files, never a copy of them.
//!
//! The timeline is walked once, in order; every quarter of a mebibyte a checkpoint is kept, from which any line
//! can be found again. So memory grows by some dozens of bytes per 256 KiB of output, and showing a window costs
//! what the window holds. A line stands where it was completed, with the time of its first byte; the unfinished
//! last lines of the two streams come after all others. Where the middle of a stream is not kept, one line stands
//! in its place; while that hole grows, the index is mended at its edge and not made anew.

mod progress;
mod scan;
mod stream;

use std::io::{self, Read as _, Seek as _, SeekFrom};

use crate::run::dir::{self, RunDir};
use crate::run::hole::{Hole, Holes, Rest, Shape};
use crate::run::output::progress::drawn_over;
use crate::run::walk::{Place, Record, Walk};

pub use crate::run::output::progress::last_state;
pub use crate::run::output::scan::Scanned;
pub use crate::run::output::stream::Stream;

/// Bytes of one timeline record: u64 microseconds, u8 stream, three zero bytes, u32 length; little-endian.
pub const RECORD: usize = 16;

/// Bytes of output between two checkpoints.
const INTERVAL: u64 = 256 * 1024;

/// Longest part of a line that is read for showing.
pub const LONGEST: u64 = 64 * 1024;

/// Encodes one record of the timeline.
#[must_use]
pub fn record(t_us: u64, stream: Stream, length: u32) -> [u8; RECORD] {
    let mut bytes = [0; RECORD];
    bytes[..8].copy_from_slice(&t_us.to_le_bytes());
    bytes[8] = stream.number();
    bytes[12..].copy_from_slice(&length.to_le_bytes());
    bytes
}

/// One line of output, without its newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of the first byte; microseconds since the run started.
    pub t_us: u64,
    pub stream: Stream,
    /// Bytes of the stream before it.
    pub start: u64,
    /// The raw bytes, at most 64 KiB of them.
    pub bytes: Vec<u8>,
    /// Bytes of the line that were left out.
    pub cut: u64,
    /// Bytes of the stream that are not kept; this line, which has none, stands in their place. 0: a printed line.
    pub lost: u64,
}

impl Line {
    /// What a terminal would show of it in the end.
    #[must_use]
    pub fn visible(&self) -> &[u8] {
        last_state(&self.bytes)
    }
}

/// A run's output, indexed as far as it was looked at.
#[derive(Clone, Debug)]
pub struct Output {
    dir: RunDir,
    cursor: Cursor,
    checkpoints: Vec<Cursor>,
    /// Bytes looked at since the last checkpoint.
    since: u64,
    holes: Holes,
    /// The holes that the index knows.
    shape: Shape,
}

/// A place in the timeline, and what was open there.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    /// Records before this place.
    record: u64,
    streams: [OpenLine; 2],
    /// Lines completed before this place.
    lines: u64,
    t_us: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct OpenLine {
    /// Bytes of the stream before this place.
    position: u64,
    /// Where the unfinished line began.
    start: u64,
    t_us: u64,
    /// The last bytes are not kept, and their line is counted.
    in_hole: bool,
}

#[derive(Clone, Copy)]
struct Span {
    t_us: u64,
    stream: Stream,
    start: u64,
    end: u64,
    /// It stands in the place of what is not kept.
    hole: bool,
}

impl Output {
    /// The output of a run; nothing is read yet.
    #[must_use]
    pub fn new(dir: RunDir) -> Self {
        Self {
            dir,
            cursor: Cursor::default(),
            checkpoints: vec![Cursor::default()],
            since: 0,
            holes: Holes::default(),
            shape: [Hole::NONE; 2],
        }
    }

    /// Lines completed so far, as far as was looked. A growing hole makes them fewer.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.cursor.lines
    }

    /// Bytes of both streams looked at so far, kept or not.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.cursor.streams.iter().map(|stream| stream.position).sum()
    }

    /// The holes by which lines are counted now: when they change, lines have other numbers.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Time of the last output that was looked at; microseconds since the run started.
    #[must_use]
    pub fn last_us(&self) -> u64 {
        self.cursor.t_us
    }

    /// Looks at what is new, at most about `budget` bytes of it. Returns whether there is more.
    pub fn advance(&mut self, budget: u64) -> io::Result<bool> {
        let shape = self.holes.look(&self.dir)?;
        for stream in [Stream::Out, Stream::Err] {
            if shape[stream.index()] != self.shape[stream.index()] {
                self.mend(stream, shape[stream.index()])?;
            }
        }
        let Some(mut walk) = Walk::open(&self.dir, self.cursor.place(), self.shape)? else {
            return Ok(false);
        };
        let mut looked = 0;
        while let Some(record) = walk.next()? {
            if record.has_zeros() && self.holes.look(&self.dir)? != self.shape {
                return Ok(true);
            }
            self.cursor.take(&record, |_, _| {});
            looked += record.kept() + RECORD as u64;
            self.since += record.kept();
            if self.since >= INTERVAL {
                self.checkpoints.push(self.cursor);
                self.since = 0;
            }
            if looked >= budget {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes note of a new or larger hole. Only what stands between its old end and its new one is walked again; all
    /// that comes later keeps its place, with other numbers.
    fn mend(&mut self, stream: Stream, hole: Hole) -> io::Result<()> {
        let old = std::mem::replace(&mut self.shape[stream.index()], hole);
        let position = |cursor: &Cursor| cursor.streams[stream.index()].position;
        if hole.rest != Rest::InPlace || position(&self.cursor) <= hole.from {
            return Ok(());
        }
        let edge = if old == Hole::NONE { hole.from } else { old.to };
        let first = self.checkpoints.partition_point(|at| position(at) <= edge).saturating_sub(1);
        let beyond = self.checkpoints.partition_point(|at| position(at) < hole.to).max(first + 1);
        let target = *self.checkpoints.get(beyond).unwrap_or(&self.cursor);
        let mut at = self.checkpoints[first];
        let mut since = 0;
        let mut later = self.checkpoints.split_off(beyond);
        self.checkpoints.truncate(first + 1);
        if let Some(mut walk) = Walk::open(&self.dir, at.place(), self.shape)? {
            while at.record < target.record
                && let Some(record) = walk.next()?
            {
                at.take(&record, |_, _| {});
                since += record.kept();
                if since >= INTERVAL {
                    self.checkpoints.push(at);
                    since = 0;
                }
            }
        }
        if at.record < target.record {
            // What was there is not to be read any more: from here on everything is looked at again.
            (self.cursor, self.since) = (at, 0);
            return Ok(());
        }
        for cursor in later.iter_mut().chain([&mut self.cursor]) {
            cursor.lines = (cursor.lines + at.lines).saturating_sub(target.lines);
            let (open, edge) = (&mut cursor.streams[stream.index()], at.streams[stream.index()]);
            if cursor.record == target.record || open.start < hole.to {
                *open = OpenLine { position: open.position, ..edge };
            }
        }
        self.checkpoints.extend(later);
        Ok(())
    }

    /// The completed lines from number `first` on (counted from 0), at most `count`.
    pub fn window(&self, first: u64, count: usize) -> io::Result<Vec<Line>> {
        let at = self.checkpoints.partition_point(|checkpoint| checkpoint.lines <= first).saturating_sub(1);
        let mut cursor = self.checkpoints[at];
        let Some(mut walk) = Walk::open(&self.dir, cursor.place(), self.shape)? else {
            return Ok(Vec::new());
        };
        let mut spans = Vec::new();
        let end = self.cursor.lines.min(first.saturating_add(count as u64));
        let mut walked = 0;
        while cursor.lines < end && cursor.record < self.cursor.record {
            // In a line of many megabytes nothing is to be seen before its end.
            if walked >= 2 * INTERVAL {
                let last = self.checkpoints.partition_point(|other| other.lines <= cursor.lines);
                let last = self.checkpoints[last.saturating_sub(1)];
                if last.record > cursor.record {
                    (cursor, walked) = (last, 0);
                    let Some(further) = Walk::open(&self.dir, cursor.place(), self.shape)? else { break };
                    walk = further;
                }
            }
            let Some(record) = walk.next()? else { break };
            walked += record.kept();
            cursor.take(&record, |number, span| {
                if (first..end).contains(&number) {
                    spans.push(span);
                }
            });
        }
        let lines: io::Result<Vec<_>> = spans.into_iter().map(|span| self.read(&mut walk, span)).collect();
        let mut lines = lines?;
        let zeros = |line: &Line| line.bytes.contains(&0);
        if lines.iter().any(zeros) && Holes::default().look(&self.dir)? != self.shape {
            // A hole has come since the index was made, and reads as zeros: the next look tells of it.
            lines.retain(|line| !zeros(line));
        }
        Ok(lines)
    }

    /// The unfinished last lines, at most one of each stream, the older first.
    pub fn open_lines(&self) -> io::Result<Vec<Line>> {
        let mut spans: Vec<_> = [Stream::Out, Stream::Err]
            .into_iter()
            .map(|stream| {
                let open = self.cursor.streams[stream.index()];
                Span { t_us: open.t_us, stream, start: open.start, end: open.position, hole: false }
            })
            .filter(|span| span.start < span.end)
            .collect();
        spans.sort_by_key(|span| span.t_us);
        if spans.is_empty() {
            return Ok(Vec::new());
        }
        let Some(mut walk) = Walk::open(&self.dir, self.cursor.place(), self.shape)? else {
            return Ok(Vec::new());
        };
        spans.into_iter().map(|span| self.read(&mut walk, span)).collect()
    }

    fn read(&self, walk: &mut Walk, span: Span) -> io::Result<Line> {
        let Span { t_us, stream, .. } = span;
        if span.hole {
            let lost = self.shape[stream.index()].bytes();
            return Ok(Line { t_us, stream, start: span.start, bytes: Vec::new(), cut: 0, lost });
        }
        let length = span.end - span.start;
        if length > LONGEST {
            // Progress that is drawn on one line for hours: its last state counts.
            let end = walk.range(stream, span.end - LONGEST, span.end)?;
            if let Some(last) = drawn_over(&end) {
                return Ok(Line { t_us, stream, start: span.start, bytes: last.to_vec(), cut: 0, lost: 0 });
            }
        }
        let bytes = walk.range(stream, span.start, span.start + length.min(LONGEST))?;
        Ok(Line { t_us, stream, start: span.start, bytes, cut: length.saturating_sub(LONGEST), lost: 0 })
    }
}

impl Cursor {
    fn place(&self) -> Place {
        Place { record: self.record, positions: self.streams.map(|stream| stream.position) }
    }

    /// Takes a record; tells of each line that it completes.
    fn take(&mut self, record: &Record, mut line: impl FnMut(u64, Span)) {
        self.t_us = record.t_us;
        self.record += 1;
        self.print(record, &record.before, &mut line);
        let open = &mut self.streams[record.stream.index()];
        if record.lost > 0 {
            let span = Span {
                t_us: open.t_us,
                stream: record.stream,
                start: open.start,
                end: open.position,
                hole: false,
            };
            if open.start < open.position {
                line(self.lines, span);
                self.lines += 1;
            }
            if !std::mem::replace(&mut open.in_hole, true) {
                line(self.lines, Span { t_us: record.t_us, hole: true, ..span });
                self.lines += 1;
            }
            open.position += record.lost;
            open.start = open.position;
        }
        self.print(record, &record.after, &mut line);
    }

    fn print(&mut self, record: &Record, bytes: &[u8], line: &mut impl FnMut(u64, Span)) {
        if bytes.is_empty() {
            return;
        }
        let (t_us, stream) = (record.t_us, record.stream);
        let open = &mut self.streams[stream.index()];
        open.in_hole = false;
        if open.start == open.position {
            open.t_us = t_us;
        }
        for at in memchr::memchr_iter(b'\n', bytes) {
            let end = open.position + at as u64;
            line(self.lines, Span { t_us: open.t_us, stream, start: open.start, end, hole: false });
            self.lines += 1;
            (open.start, open.t_us) = (end + 1, t_us);
        }
        open.position += bytes.len() as u64;
    }
}

/// Time of a run's last output, from the timeline's last record alone; microseconds since the run started.
pub fn last_us(dir: &RunDir) -> io::Result<u64> {
    let mut timeline = dir::open(&dir.timeline())?;
    let records = timeline.metadata()?.len() / RECORD as u64;
    if records == 0 {
        return Ok(0);
    }
    timeline.seek(SeekFrom::Start((records - 1) * RECORD as u64))?;
    let mut t_us = [0; 8];
    timeline.read_exact(&mut t_us)?;
    Ok(u64::from_le_bytes(t_us))
}

/// The file of one stream.
#[must_use]
pub fn stream_path(dir: &RunDir, stream: Stream) -> std::path::PathBuf {
    match stream {
        Stream::Out => dir.stdout(),
        Stream::Err => dir.stderr(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write as _;

    use super::*;
    use crate::run::event::{self, Event};
    use crate::run::hole::tail_path;
    use crate::run::walk::StreamFile;

    fn print(dir: &RunDir, parts: &[(u64, Stream, &[u8])]) {
        for (t_us, stream, bytes) in parts {
            let append = |path, bytes: &[u8]| {
                let mut file = File::options().create(true).append(true).open(path).unwrap();
                file.write_all(bytes).unwrap();
            };
            append(dir.stdout(), b"");
            append(dir.stderr(), b"");
            append(stream_path(dir, *stream), bytes);
            append(dir.timeline(), &record(*t_us, *stream, u32::try_from(bytes.len()).unwrap()));
        }
    }

    fn texts(lines: &[Line]) -> Vec<(u64, Stream, String)> {
        let text = |line: &Line| String::from_utf8_lossy(line.visible()).into_owned();
        lines.iter().map(|line| (line.t_us, line.stream, text(line))).collect()
    }

    #[test]
    fn lines_of_two_streams_stand_in_the_order_of_their_completion() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        let mut output = Output::new(dir.clone());
        assert!(!output.advance(u64::MAX).unwrap());
        print(
            &dir,
            &[
                (1, Stream::Err, b"hal"),
                (2, Stream::Out, b"a\nb\n"),
                (3, Stream::Err, b"f\n10%\r20%"),
                (4, Stream::Out, b"c"),
            ],
        );
        output.advance(u64::MAX).unwrap();
        let expected =
            [(2, Stream::Out, "a".into()), (2, Stream::Out, "b".into()), (1, Stream::Err, "half".into())];
        assert_eq!(texts(&output.window(0, 10).unwrap()), expected);
        assert_eq!(texts(&output.window(1, 1).unwrap()), expected[1..2]);
        let open = [(3, Stream::Err, "20%".into()), (4, Stream::Out, "c".into())];
        assert_eq!(texts(&output.open_lines().unwrap()), open);
    }

    #[test]
    fn any_line_of_a_long_output_is_found_from_a_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        let text: Vec<u8> = (0..1_000).flat_map(|n| format!("{n:0100}\n").into_bytes()).collect();
        for t_us in 0..30 {
            print(&dir, &[(t_us, Stream::Out, &text)]);
        }
        let mut output = Output::new(dir);
        while output.advance(50_000).unwrap() {}
        assert_eq!(output.lines(), 30_000);
        assert!(output.checkpoints.len() > 5);
        let line = &output.window(23_456, 1).unwrap()[0];
        assert_eq!((line.t_us, line.bytes.clone()), (23, format!("{:0100}", 456).into_bytes()));
        assert!(output.window(30_000, 5).unwrap().is_empty());
    }

    #[test]
    fn a_very_long_line_is_cut_for_showing() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        print(&dir, &[(0, Stream::Out, &vec![b'x'; 100_000]), (0, Stream::Out, b"\n")]);
        let mut output = Output::new(dir);
        output.advance(u64::MAX).unwrap();
        let line = &output.window(0, 1).unwrap()[0];
        assert_eq!((line.bytes.len(), line.cut), (65_536, 34_464));
    }

    #[test]
    fn of_progress_on_one_line_the_last_state_is_kept_however_long_the_line_is() {
        let line = |bytes: &[u8]| Line {
            t_us: 0,
            stream: Stream::Out,
            start: 0,
            bytes: bytes.to_vec(),
            cut: 0,
            lost: 0,
        };
        for (bytes, seen) in [
            (&b"one\rtwo"[..], &b"two"[..]),
            (b"one\rtwo\r", b"two"),
            (b"one\r\r", b"one"),
            (b"one", b"one"),
            (b"\r", b""),
            (b"", b""),
        ] {
            assert_eq!(line(bytes).visible(), seen);
        }
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        let steps: Vec<_> = (0..20_000).map(|step| format!("\rstep {step} of 20000")).collect();
        print(&dir, &[(0, Stream::Err, steps.concat().as_bytes())]);
        let mut output = Output::new(dir.clone());
        output.advance(u64::MAX).unwrap();
        let open = &output.open_lines().unwrap()[0];
        assert_eq!((open.visible(), open.cut), (&b"step 19999 of 20000"[..], 0));
        print(&dir, &[(1, Stream::Err, b"\r\r\nnext\n")]);
        output.advance(u64::MAX).unwrap();
        let expected = ["step 19999 of 20000", "next"].map(str::to_owned);
        let texts: Vec<_> = texts(&output.window(0, 9).unwrap()).into_iter().map(|line| line.2).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn what_stands_around_a_huge_line_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        print(&dir, &[(1, Stream::Out, b"before\n")]);
        for _ in 0..20 {
            print(&dir, &[(2, Stream::Out, &vec![b'x'; 1 << 20]), (2, Stream::Err, b"")]);
        }
        print(&dir, &[(3, Stream::Err, b"beside\n"), (4, Stream::Out, b"\nafter\n")]);
        let mut output = Output::new(dir);
        while output.advance(1 << 20).unwrap() {}
        let lines = output.window(0, 10).unwrap();
        let seen: Vec<_> = lines.iter().map(|line| (line.t_us, line.bytes.len(), line.cut)).collect();
        assert_eq!(seen, [(1, 6, 0), (3, 6, 0), (2, 65_536, (20 << 20) - 65_536), (4, 5, 0)]);
        assert_eq!(output.window(3, 1).unwrap()[0].bytes, b"after");
    }

    fn tell(dir: &RunDir, stream: Stream, from: u64, to: Option<u64>, tail: bool) {
        let event = Event::Hole { stream: stream.number(), from, to, tail };
        let mut line = serde_json::to_vec(&event::Record::new(0, event)).unwrap();
        line.push(b'\n');
        let mut file = File::options().create(true).append(true).open(dir.events()).unwrap();
        file.write_all(&line).unwrap();
    }

    /// Gives back bytes of standard output; false where this file system cannot.
    fn punch(dir: &RunDir, from: u64, to: u64) -> bool {
        let file = File::options().write(true).open(dir.stdout()).unwrap();
        let flags = rustix::fs::FallocateFlags::PUNCH_HOLE | rustix::fs::FallocateFlags::KEEP_SIZE;
        rustix::fs::fallocate(&file, flags, from, to - from).is_ok()
    }

    /// All lines as a new reader counts them.
    fn anew(dir: &RunDir) -> Vec<Line> {
        let mut output = Output::new(dir.clone());
        while output.advance(100_000).unwrap() {}
        output.window(0, usize::MAX).unwrap()
    }

    #[test]
    fn an_index_that_a_hole_overtakes_is_as_one_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        let mut output = Output::new(dir.clone());
        let mut number = 0;
        let (from, mut to) = (400 * 4096, 400 * 4096);
        tell(&dir, Stream::Out, from, None, false);
        for round in 0..30 {
            for t_us in 0..20 {
                let text: Vec<u8> = (0..600)
                    .flat_map(|_| {
                        number += 1;
                        format!("{number:099}\n").into_bytes()
                    })
                    .collect();
                let err = format!("beside {round} {t_us}\n");
                let t_us = round * 100 + t_us;
                print(&dir, &[(t_us, Stream::Out, &text), (t_us, Stream::Err, err.as_bytes())]);
            }
            // Now it has seen what goes next, and now it has not.
            if round % 3 == 0 {
                while output.advance(100_000).unwrap() {}
            }
            if round >= 2 {
                let more = to + 250 * 4096;
                if !punch(&dir, to, more) {
                    eprintln!("skipped: this file system has no holes");
                    return;
                }
                to = more;
            }
            while output.advance(100_000).unwrap() {}
            assert_eq!(output.window(0, usize::MAX).unwrap(), anew(&dir), "{round}");
        }
        tell(&dir, Stream::Out, from, Some(to), false);
        while output.advance(100_000).unwrap() {}
        let lines = anew(&dir);
        assert_eq!(output.lines(), lines.len() as u64);
        let lost: Vec<_> = lines.iter().filter(|line| line.lost > 0).map(|line| line.lost).collect();
        assert_eq!(lost, [to - from]);
        assert!(lines.iter().all(|line| !line.bytes.contains(&0)));
        let beside = lines.iter().filter(|line| line.stream == Stream::Err).count();
        assert_eq!(beside, 600, "the other stream has lost nothing");
        let last = format!("{number:099}").into_bytes();
        assert!(lines.iter().any(|line| line.bytes == last));
        let some = output.window(output.lines() - 50, 10).unwrap();
        assert_eq!(some, lines[lines.len() - 50..lines.len() - 40]);
        assert!(output.checkpoints.len() as u64 <= 2 * (output.bytes() - (to - from)) / INTERVAL);
    }

    #[test]
    fn the_end_in_a_file_of_its_own_is_read_when_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        print(&dir, &[(1, Stream::Out, b"one\ntw")]);
        tell(&dir, Stream::Out, 6, None, true);
        let mut timeline = File::options().append(true).open(dir.timeline()).unwrap();
        for t_us in [2, 3] {
            timeline.write_all(&record(t_us, Stream::Out, 8)).unwrap();
        }
        let mut output = Output::new(dir.clone());
        assert!(!output.advance(u64::MAX).unwrap());
        assert_eq!((output.lines(), output.bytes()), (1, 6));
        std::fs::write(tail_path(&dir, Stream::Out), "x\nlast\n").unwrap();
        tell(&dir, Stream::Out, 6, Some(15), true);
        output.advance(u64::MAX).unwrap();
        let lines = output.window(0, 10).unwrap();
        let seen: Vec<_> = lines.iter().map(|line| (line.t_us, line.bytes.as_slice(), line.lost)).collect();
        assert_eq!(seen, [(1, &b"one"[..], 0), (1, b"tw", 0), (2, b"", 9), (3, b"x", 0), (3, b"last", 0)]);
        let mut source = StreamFile::of(&dir, Stream::Out).unwrap();
        assert_eq!(source.range(4, 17).unwrap(), b"twx\n");
        assert_eq!(source.length().unwrap(), 22);
    }
}
