//! What a run has given, written somewhere else: exact bytes, or lines as a person reads them.

use std::io::{self, Write};

use crate::run::dir::RunDir;
use crate::run::output::{Line, Output, Stream};
use crate::run::walk::StreamFile;
use crate::text;

/// Bytes that are read at a time.
const PIECE: u64 = 256 << 10;

/// Bytes of output that are looked at between two writes, and lines of one write.
const BUDGET: u64 = 4 << 20;
const LINES: u64 = 512;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub bytes: u64,
    /// Bytes that the run has printed and that are not kept.
    pub lost: u64,
}

/// The result exactly as the agent wrote it.
pub fn result(run: &RunDir, out: &mut impl Write) -> io::Result<Written> {
    let range = run.read_end()?.and_then(|end| end.result);
    let (start, end) = range.ok_or_else(|| io::Error::other("the run has no result"))?;
    let written = copy(run, Stream::Out, start, end, out)?;
    match written.lost {
        0 => Ok(written),
        lost => Err(io::Error::other(format!("{} of the result are missing", text::size(lost)))),
    }
}

/// The bytes of a stream, as far as they are kept.
pub fn stream(run: &RunDir, stream: Stream, out: &mut impl Write) -> io::Result<Written> {
    let length = match StreamFile::of(run, stream).and_then(|source| source.length()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Written::default()),
        other => other?,
    };
    copy(run, stream, 0, length, out)
}

fn copy(run: &RunDir, stream: Stream, start: u64, end: u64, out: &mut impl Write) -> io::Result<Written> {
    let mut source = StreamFile::of(run, stream)?;
    let mut written = Written::default();
    let mut at = start;
    while at < end {
        let to = end.min(at + PIECE);
        let bytes = source.range(at, to)?;
        out.write_all(&bytes)?;
        written.bytes += bytes.len() as u64;
        at = to;
    }
    written.lost = end.saturating_sub(start) - written.bytes;
    Ok(written)
}

/// The lines of both streams in the order in which they were completed, safe for a terminal, none of them cut; of a
/// line that was drawn over, its last state.
pub fn lines(run: &RunDir, colours: bool, out: &mut impl Write) -> io::Result<Written> {
    let mut output = Output::new(run.clone());
    let mut scribe = Scribe { run, colours, out, written: Written::default() };
    let mut next = 0;
    loop {
        let more = output.advance(BUDGET)?;
        while next < output.lines() {
            let count = (output.lines() - next).min(LINES);
            for line in output.window(next, usize::try_from(count).unwrap_or(usize::MAX))? {
                scribe.line(&line)?;
            }
            next += count;
        }
        if !more {
            break;
        }
    }
    for line in output.open_lines()? {
        scribe.line(&line)?;
    }
    Ok(scribe.written)
}

struct Scribe<'a, W> {
    run: &'a RunDir,
    colours: bool,
    out: &'a mut W,
    written: Written,
}

impl<W: Write> Scribe<'_, W> {
    fn line(&mut self, line: &Line) -> io::Result<()> {
        if line.lost > 0 {
            self.written.lost += line.lost;
            self.write(&text::not_kept(line.stream.name(), line.lost))?;
        } else if line.cut == 0 {
            self.write(&self.safe(line.visible()))?;
        } else {
            self.long(line)?;
        }
        self.write("\n")
    }

    /// A line of any length, a piece at a time.
    fn long(&mut self, line: &Line) -> io::Result<()> {
        let mut source = StreamFile::of(self.run, line.stream)?;
        let end = line.start + line.bytes.len() as u64 + line.cut;
        let (mut at, mut rest) = (line.start, Vec::new());
        while at < end {
            let to = end.min(at + PIECE);
            rest.extend(source.range(at, to)?);
            at = to;
            // A piece ends behind a space, where there is one near: neither a character nor a colour goes over it.
            let near = rest.len().saturating_sub(4096);
            let cut = match memchr::memrchr(b' ', &rest[near..]) {
                _ if at == end => rest.len(),
                Some(space) => near + space + 1,
                None => whole_characters(&rest),
            };
            let later = rest.split_off(cut);
            self.write(&self.safe(&rest))?;
            rest = later;
        }
        Ok(())
    }

    fn safe(&self, bytes: &[u8]) -> String {
        if self.colours { text::safe_coloured(bytes) } else { text::safe(bytes) }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.written.bytes += text.len() as u64;
        self.out.write_all(text.as_bytes())
    }
}

/// How many bytes there are without the beginning of a character at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    let begun = bytes.iter().rev().take(4).position(|byte| byte & 0xc0 != 0x80).map_or(0, |at| at + 1);
    let first = bytes.get(bytes.len() - begun).copied().unwrap_or_default();
    if begun > 0 && first >= 0xc0 { bytes.len() - begun } else { bytes.len() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::run::output::record;

    fn run(parts: &[(Stream, &[u8])]) -> (tempfile::TempDir, RunDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        let mut files = [Vec::new(), Vec::new(), Vec::new()];
        for (stream, bytes) in parts {
            files[stream.index()].extend_from_slice(bytes);
            files[2].extend(record(0, *stream, u32::try_from(bytes.len()).unwrap()));
        }
        for (path, bytes) in [dir.stdout(), dir.stderr(), dir.timeline()].into_iter().zip(files) {
            fs::write(path, bytes).unwrap();
        }
        (folder, dir)
    }

    #[test]
    fn lines_stand_in_their_order_and_are_safe() {
        let (_folder, dir) = run(&[
            (Stream::Err, b"half"),
            (Stream::Out, b"one \x1b[31mred\x1b[2J\n10%\r20%\n"),
            (Stream::Err, b" a line\x1b]0;title\x07\n"),
            (Stream::Out, b"\xff open"),
        ]);
        let mut text = Vec::new();
        let written = lines(&dir, true, &mut text).unwrap();
        let expected = "one \u{1b}[31mred\u{1b}[0m\n20%\nhalf a line\n� open\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
        assert_eq!(written.bytes, expected.len() as u64);
        let mut plain = Vec::new();
        lines(&dir, false, &mut plain).unwrap();
        assert!(!plain.contains(&0x1b));
        let mut exact = Vec::new();
        stream(&dir, Stream::Err, &mut exact).unwrap();
        assert_eq!(exact, b"half a line\x1b]0;title\x07\n");
    }

    #[test]
    fn a_line_of_any_length_is_whole() {
        for long in ["ä".repeat(500_000), "word é ".repeat(100_000)] {
            let (_folder, dir) = run(&[(Stream::Out, long.as_bytes()), (Stream::Out, b"\nnext\n")]);
            let mut text = Vec::new();
            lines(&dir, true, &mut text).unwrap();
            assert!(String::from_utf8(text).unwrap() == format!("{long}\nnext\n"));
        }
        assert_eq!(["aé", "a", ""].map(|text| whole_characters(text.as_bytes())), [1, 1, 0]);
    }

    #[test]
    fn a_run_that_has_printed_nothing_gives_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        assert_eq!(stream(&dir, Stream::Out, &mut Vec::new()).unwrap(), Written::default());
        assert_eq!(lines(&dir, true, &mut Vec::new()).unwrap(), Written::default());
        assert!(result(&dir, &mut Vec::new()).unwrap_err().to_string().contains("no result"));
    }
}
