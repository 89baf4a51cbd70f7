//! A run's lines in order, each once: what `logs` and whoever attends a run have in common.

use std::fs;
use std::io;

use crate::run::dir::RunDir;
use crate::run::hole::{Hole, Holes, Shape};
use crate::run::output::{LONGEST, Line, RECORD, Stream};
use crate::run::view::RunView;
use crate::run::walk::{Place, Record, Walk};

/// Bytes that are looked at before what was found is given out.
const BUDGET: u64 = 1 << 20;

/// How far a run's output was given out.
#[derive(Debug)]
pub struct Follower {
    dir: RunDir,
    place: Place,
    holes: Holes,
    shape: Shape,
    open: [Open; 2],
}

/// The unfinished line of a stream.
#[derive(Debug, Default)]
struct Open {
    t_us: u64,
    /// Bytes of the stream before it.
    start: u64,
    /// Something of it has come.
    begun: bool,
    bytes: Vec<u8>,
    cut: u64,
    /// Bytes before it that are not kept, and since when.
    lost: u64,
    lost_us: u64,
}

impl Follower {
    /// From the beginning of the output.
    #[must_use]
    pub fn new(run: &RunView) -> Self {
        Self {
            dir: run.dir.clone(),
            place: Place::default(),
            holes: run.holes.clone(),
            shape: [Hole::NONE; 2],
            open: [Open::default(), Open::default()],
        }
    }

    /// The next completed lines; none when there are no more by now. Whoever reads so slowly that a hole overtakes
    /// them gets one line that says what they have missed, and goes on after the hole.
    pub fn next_lines(&mut self) -> io::Result<Vec<Line>> {
        let mut lines = Vec::new();
        // Most looks find nothing new: nothing is opened for that.
        match fs::symlink_metadata(self.dir.timeline()) {
            Ok(timeline) if timeline.len() > self.place.record * RECORD as u64 => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(_) | Err(_) => return Ok(lines),
        }
        let mut looked = 0;
        while let Some(mut walk) = Walk::open(&self.dir, self.place, self.shape)? {
            while looked < BUDGET || lines.is_empty() {
                let record = walk.next()?.filter(|record| !record.has_zeros() || !self.has_moved());
                let Some(record) = record else { break };
                self.place = walk.place();
                looked += record.kept() + RECORD as u64;
                self.take(&record, &mut lines);
            }
            // At what looks like the end there may be a hole; only a new one is a reason to look again.
            let shape = self.holes.look(&self.dir)?;
            if std::mem::replace(&mut self.shape, shape) == shape || looked >= BUDGET {
                break;
            }
        }
        Ok(lines)
    }

    /// The unfinished last lines, the older first: for when there will be no more.
    pub fn open_lines(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        for stream in [Stream::Out, Stream::Err] {
            self.open[stream.index()].close(stream, &mut lines);
        }
        lines.sort_by_key(|line| line.t_us);
        lines
    }

    /// Whether there are other holes than those that are walked around.
    fn has_moved(&mut self) -> bool {
        // What cannot be told now shows at the end of the walk.
        self.holes.look(&self.dir).map_or(true, |shape| shape != self.shape)
    }

    fn take(&mut self, record: &Record, lines: &mut Vec<Line>) {
        let end = self.place.positions[record.stream.index()];
        let after = end.saturating_sub(record.after.len() as u64);
        let before = after.saturating_sub(record.lost + record.before.len() as u64);
        let open = &mut self.open[record.stream.index()];
        open.print(record, before, &record.before, lines);
        if record.lost > 0 {
            if open.begun {
                open.close(record.stream, lines);
            }
            if open.lost == 0 {
                open.lost_us = record.t_us;
            }
            open.lost += record.lost;
        }
        open.print(record, after, &record.after, lines);
    }
}

impl Open {
    /// Takes what was printed from this byte of the stream on.
    fn print(&mut self, record: &Record, start: u64, bytes: &[u8], lines: &mut Vec<Line>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (part, after) = rest.split_at(memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1));
            rest = after;
            if !std::mem::replace(&mut self.begun, true) {
                self.t_us = record.t_us;
                self.start = start + (bytes.len() - rest.len() - part.len()) as u64;
            }
            let text = part.strip_suffix(b"\n").unwrap_or(part);
            let room = usize::try_from(LONGEST).unwrap_or(usize::MAX).saturating_sub(self.bytes.len());
            self.bytes.extend_from_slice(&text[..text.len().min(room)]);
            self.cut += text.len().saturating_sub(room) as u64;
            if text.len() < part.len() {
                self.close(record.stream, lines);
            }
        }
    }

    /// Gives out what there is, the line for what is not kept before it.
    fn close(&mut self, stream: Stream, lines: &mut Vec<Line>) {
        let open = std::mem::take(self);
        if open.lost > 0 {
            let (t_us, start, bytes) = (open.lost_us, open.start, Vec::new());
            lines.push(Line { t_us, stream, start, bytes, cut: 0, lost: open.lost });
        }
        if open.begun {
            let Open { t_us, start, bytes, cut, .. } = open;
            lines.push(Line { t_us, stream, start, bytes, cut, lost: 0 });
        }
    }
}
