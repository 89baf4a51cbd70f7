//! What a run printed, as lines with stream and time: a window over the files, never a copy of them.
//!
//! The timeline is walked once, in order; every quarter of a mebibyte a checkpoint is kept, from which any line
//! can be found again. So memory grows by some dozens of bytes per 256 KiB of output, and showing a window costs
//! what the window holds. A line stands where it was completed, with the time of its first byte; the unfinished
//! last lines of the two streams come after all others.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};

use crate::run::dir::{self, RunDir};

/// Bytes of one timeline record: u64 microseconds, u8 stream, three zero bytes, u32 length; little-endian.
pub const RECORD: usize = 16;

/// Bytes of output between two checkpoints.
const INTERVAL: u64 = 256 * 1024;

/// Longest part of a line that is read for showing.
const LONGEST: u64 = 64 * 1024;

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    Out,
    Err,
}

impl Stream {
    /// The number in the timeline and in events: 1 for standard output, 2 for standard error.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Out => 1,
            Self::Err => 2,
        }
    }

    fn index(self) -> usize {
        usize::from(self.number() - 1)
    }
}

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
    /// The raw bytes, at most 64 KiB of them.
    pub bytes: Vec<u8>,
    /// Bytes of the line that were left out.
    pub cut: u64,
}

impl Line {
    /// What a terminal would show in the end: of a line that was drawn over with `\r`, the last state.
    #[must_use]
    pub fn visible(&self) -> &[u8] {
        let line = self.bytes.strip_suffix(b"\r").unwrap_or(&self.bytes);
        let from = line.iter().rposition(|byte| *byte == b'\r').map_or(0, |at| at + 1);
        &line[from..]
    }
}

/// A run's output, indexed as far as it was looked at.
#[derive(Debug)]
pub struct Output {
    dir: RunDir,
    cursor: Cursor,
    checkpoints: Vec<Cursor>,
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
}

#[derive(Clone, Copy)]
struct Span {
    t_us: u64,
    stream: Stream,
    start: u64,
    end: u64,
}

impl Output {
    /// The output of a run; nothing is read yet.
    #[must_use]
    pub fn new(dir: RunDir) -> Self {
        Self { dir, cursor: Cursor::default(), checkpoints: vec![Cursor::default()] }
    }

    /// Lines completed so far, as far as was looked.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.cursor.lines
    }

    /// Bytes of both streams looked at so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.cursor.streams.iter().map(|stream| stream.position).sum()
    }

    /// Time of the last output that was looked at; microseconds since the run started.
    #[must_use]
    pub fn last_us(&self) -> u64 {
        self.cursor.t_us
    }

    /// Looks at what is new, at most about `budget` bytes of it. Returns whether there is more.
    pub fn advance(&mut self, budget: u64) -> io::Result<bool> {
        let Some(mut files) = Files::open(&self.dir, &self.cursor)? else { return Ok(false) };
        let from = self.bytes();
        while let Some((t_us, stream, bytes)) = files.next()? {
            self.cursor.take(t_us, stream, &bytes, |_, _| {});
            self.cursor.record += 1;
            let last = self.checkpoints.last().map_or(0, Cursor::bytes);
            if self.bytes() - last >= INTERVAL {
                self.checkpoints.push(self.cursor);
            }
            if self.bytes() - from >= budget {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The completed lines from number `first` on (counted from 0), at most `count`.
    pub fn window(&self, first: u64, count: usize) -> io::Result<Vec<Line>> {
        let at = self.checkpoints.partition_point(|checkpoint| checkpoint.lines <= first).saturating_sub(1);
        let mut cursor = self.checkpoints[at];
        let Some(mut files) = Files::open(&self.dir, &cursor)? else { return Ok(Vec::new()) };
        let mut spans = Vec::new();
        let end = self.cursor.lines.min(first.saturating_add(count as u64));
        while cursor.lines < end {
            let Some((t_us, stream, bytes)) = files.next()? else { break };
            cursor.take(t_us, stream, &bytes, |number, span| {
                if (first..end).contains(&number) {
                    spans.push(span);
                }
            });
        }
        spans.into_iter().map(|span| self.read(span)).collect()
    }

    /// The unfinished last lines, at most one of each stream, the older first.
    pub fn open_lines(&self) -> io::Result<Vec<Line>> {
        let mut spans: Vec<_> = [Stream::Out, Stream::Err]
            .into_iter()
            .map(|stream| {
                let open = self.cursor.streams[stream.index()];
                Span { t_us: open.t_us, stream, start: open.start, end: open.position }
            })
            .filter(|span| span.start < span.end)
            .collect();
        spans.sort_by_key(|span| span.t_us);
        spans.into_iter().map(|span| self.read(span)).collect()
    }

    /// The exact bytes of one stream between two offsets.
    pub fn read_range(&self, stream: Stream, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let mut file = dir::open(&stream_path(&self.dir, stream))?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(end.saturating_sub(start)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn read(&self, span: Span) -> io::Result<Line> {
        let length = span.end - span.start;
        let bytes = self.read_range(span.stream, span.start, span.start + length.min(LONGEST))?;
        Ok(Line { t_us: span.t_us, stream: span.stream, bytes, cut: length.saturating_sub(LONGEST) })
    }
}

impl Cursor {
    fn bytes(&self) -> u64 {
        self.streams.iter().map(|stream| stream.position).sum()
    }

    /// Takes the bytes of one record; tells of each line they complete.
    fn take(&mut self, t_us: u64, stream: Stream, bytes: &[u8], mut line: impl FnMut(u64, Span)) {
        let open = &mut self.streams[stream.index()];
        self.t_us = t_us;
        if open.start == open.position {
            open.t_us = t_us;
        }
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            let end = open.position + at as u64;
            line(self.lines, Span { t_us: open.t_us, stream, start: open.start, end });
            self.lines += 1;
            (open.start, open.t_us) = (end + 1, t_us);
        }
        open.position += bytes.len() as u64;
    }
}

/// The three files, each read in order.
struct Files {
    timeline: BufReader<File>,
    streams: [BufReader<File>; 2],
}

impl Files {
    /// `None` while the run has no files yet.
    fn open(dir: &RunDir, cursor: &Cursor) -> io::Result<Option<Self>> {
        let open = |path: std::path::PathBuf, at: u64| -> io::Result<BufReader<File>> {
            let mut file = dir::open(&path)?;
            file.seek(SeekFrom::Start(at))?;
            Ok(BufReader::with_capacity(64 * 1024, file))
        };
        let files = || -> io::Result<Self> {
            Ok(Self {
                timeline: open(dir.timeline(), cursor.record * RECORD as u64)?,
                streams: [
                    open(dir.stdout(), cursor.streams[0].position)?,
                    open(dir.stderr(), cursor.streams[1].position)?,
                ],
            })
        };
        match files() {
            Ok(files) => Ok(Some(files)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The next record and its bytes; `None` at the end, or before a record that is not whole yet.
    fn next(&mut self) -> io::Result<Option<(u64, Stream, Vec<u8>)>> {
        let mut head = [0; RECORD];
        if !read_whole(&mut self.timeline, &mut head)? {
            return Ok(None);
        }
        let number = |range: std::ops::Range<usize>| {
            head[range].iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let stream = if head[8] == Stream::Out.number() { Stream::Out } else { Stream::Err };
        let length = usize::try_from(number(12..16)).unwrap_or(0);
        let mut bytes = vec![0; length];
        let whole = read_whole(&mut self.streams[stream.index()], &mut bytes)?;
        Ok(whole.then(|| (number(0..8), stream, bytes)))
    }
}

/// Fills `bytes`; false when the file ends before.
fn read_whole(file: &mut BufReader<File>, bytes: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
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
    use std::io::Write as _;

    use super::*;

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
}
