//! All rows of a run in their order, a part of the output at a time: the lines that were printed, and the
//! supervisor's own between them.

use std::borrow::Cow;
use std::io;

use crate::run::output::{Line, Output, Scanned, last_state};
use crate::text;
use crate::tui::seen::{Row, Source};
use crate::tui::tail::watched::{LONGEST, Note, row};

/// Where rows come from.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub output: &'a Output,
    pub notes: &'a [Note],
}

/// One row, as it goes by.
pub struct Item<'a> {
    /// Counted from 0.
    pub row: u64,
    /// Microseconds since the run started.
    pub t_us: u64,
    pub source: Source,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Line(Scanned<'a>),
    Note(&'a Note),
}

impl Item<'_> {
    /// Its text as it is shown, without colours; nothing where it stands for what is not kept.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.kind {
            Kind::Note(note) => Cow::Borrowed(&note.text),
            Kind::Line(line) => {
                let visible = last_state(line.bytes);
                text::shown(&visible[..visible.len().min(LONGEST)])
            }
        }
    }

    /// As a row of a page.
    #[must_use]
    pub fn to_row(&self) -> Row {
        match &self.kind {
            Kind::Note(note) => note.row(),
            Kind::Line(line) => row(&Line {
                t_us: line.t_us,
                stream: line.stream,
                start: line.start,
                bytes: line.bytes.to_vec(),
                cut: line.cut,
                lost: line.lost,
            }),
        }
    }
}

impl<'a> Rows<'a> {
    /// How many rows have their place: all but the unfinished lines, and the notes at the end.
    #[must_use]
    pub fn placed(&self) -> u64 {
        self.edge(self.output.lines())
    }

    /// The rows of a part, `from..to`.
    #[must_use]
    pub fn of_part(&self, part: usize) -> (u64, u64) {
        let (from, to) = self.output.part_lines(part);
        (self.edge(from), self.edge(to))
    }

    /// The part that a row stands in; of one behind all parts, the last.
    #[must_use]
    pub fn part_of(&self, row: u64) -> usize {
        let (mut low, mut high) = (0, self.output.parts());
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.of_part(middle).0 <= row {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The notes of a part, and how many stand before them.
    #[must_use]
    pub fn notes_of(&self, part: usize) -> (&'a [Note], usize) {
        let (from, to) = self.output.part_lines(part);
        let at = |line: u64| self.notes.partition_point(|note| note.line < line);
        (&self.notes[at(from)..at(to)], at(from))
    }

    /// Tells every row of a part, in order.
    pub fn scan(&self, part: usize, mut tell: impl FnMut(&Item)) -> io::Result<()> {
        let (notes, mut above) = self.notes_of(part);
        let mut notes = notes.iter().peekable();
        self.output.scan(part, |line| {
            while let Some(note) = notes.next_if(|note| note.line <= line.number) {
                let row = line.number + above as u64;
                tell(&Item { row, t_us: note.t_us, source: Source::Supervisor, kind: Kind::Note(note) });
                above += 1;
            }
            let source = if line.lost > 0 { Source::Supervisor } else { Source::Output(line.stream) };
            let row = line.number + above as u64;
            tell(&Item { row, t_us: line.t_us, source, kind: Kind::Line(line) });
        })
    }

    /// The row of this line, or of the first note before it.
    fn edge(&self, line: u64) -> u64 {
        line + self.notes.partition_point(|note| note.line < line) as u64
    }
}
