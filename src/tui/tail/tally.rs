//! How many rows are meant by a question, part by part: so any of them is found again, and its place among them, and
//! the memory is some bytes for 256 KiB of output however many there are.

use std::collections::HashMap;
use std::io;

use crate::run::hole::Shape;
use crate::run::output::Output;
use crate::text;
use crate::tui::find::Streams;
use crate::tui::seen::{Row, Source};
use crate::tui::tail::rows::{Item, Rows};
use crate::tui::tail::watched::Note;
use crate::tui::widget::needle::Needle;

/// Which rows are meant: those of some streams, with all of these patterns in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub streams: Streams,
    pub patterns: Vec<Needle>,
}

impl Query {
    /// Whether this row is meant.
    #[must_use]
    pub fn means(&self, item: &Item) -> bool {
        self.streams.show(item.source) && (self.patterns.is_empty() || self.has_all(&item.text()))
    }

    /// The same of a row of a page.
    #[must_use]
    pub fn means_row(&self, row: &Row) -> bool {
        let text = || text::safe(row.text.as_bytes());
        self.streams.show(row.source) && (self.patterns.is_empty() || self.has_all(&text()))
    }

    /// The same of a note.
    #[must_use]
    pub fn means_note(&self, note: &Note) -> bool {
        self.streams.show(Source::Supervisor) && self.has_all(&note.text)
    }

    fn has_all(&self, text: &str) -> bool {
        self.patterns.iter().all(|pattern| pattern.is_in(text))
    }
}

/// What was counted so far. Parts are counted from the first one on.
pub struct Tally {
    pub query: Query,
    parts: Vec<Part>,
    /// Parts that are counted without a gap.
    counted: usize,
    /// Of the part that still grows: where it ended when it was counted, and its lines.
    open: Option<(u64, u64)>,
    shape: Option<Shape>,
}

/// A part that does not grow any more.
#[derive(Clone, Copy)]
struct Part {
    key: (u64, u64),
    lines: Option<u32>,
}

impl Tally {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new(query: Query) -> Self {
        Self { query, parts: Vec::new(), counted: 0, open: None, shape: None }
    }

    /// Counts one part more, the one that grows only when `all` output is there. Whether there is more to count.
    pub fn step(&mut self, rows: Rows, all: bool) -> io::Result<bool> {
        self.settle(rows.output);
        if let Some(part) = self.parts.get(self.counted) {
            if part.lines.is_none() {
                let lines = self.count(rows, self.counted)?;
                self.parts[self.counted].lines = Some(u32::try_from(lines).unwrap_or(u32::MAX));
            }
            self.counted += 1;
            return Ok(true);
        }
        if all && !self.is_complete(rows) {
            let end = rows.output.part_key(self.counted).1;
            self.open = Some((end, self.count(rows, self.counted)?));
        }
        Ok(false)
    }

    /// Whether all completed lines that are known are counted.
    #[must_use]
    pub fn is_complete(&self, rows: Rows) -> bool {
        let last = rows.output.parts() - 1;
        self.counted == last && self.open.is_some_and(|(end, _)| end == rows.output.part_key(last).1)
    }

    /// All that is meant, as far as was counted.
    #[must_use]
    pub fn total(&self, rows: Rows) -> u64 {
        self.of_parts(rows).map(|(_, rows)| rows).sum()
    }

    /// How many are meant before this row, as far as was counted.
    pub fn before(&self, row: u64, rows: Rows) -> io::Result<u64> {
        let part = rows.part_of(row);
        let mut before: u64 = self.of_parts(rows).take(part).map(|(_, rows)| rows).sum();
        let (from, to) = rows.of_part(part);
        if part >= self.known_parts() || row <= from {
            return Ok(before);
        }
        if row >= to {
            return Ok(self.total(rows));
        }
        rows.scan(part, |item| {
            before += u64::from(item.row < row && self.query.means(item));
        })?;
        Ok(before)
    }

    /// Those from number `first` on, at most `count`, with their numbers among all rows.
    pub fn window(&self, first: u64, count: u64, rows: Rows) -> io::Result<Vec<(u64, Row)>> {
        let mut found = Vec::new();
        let mut before = 0;
        for (part, inside) in self.of_parts(rows) {
            let end = first.saturating_add(count);
            if before >= end {
                break;
            }
            if inside > 0 && before + inside > first {
                let mut number = before;
                rows.scan(part, |item| {
                    if number < end && self.query.means(item) {
                        if number >= first {
                            found.push((item.row, item.to_row()));
                        }
                        number += 1;
                    }
                })?;
            }
            before += inside;
        }
        Ok(found)
    }

    /// Whether it is known that none is in this part.
    #[must_use]
    pub fn is_empty(&self, part: usize, rows: Rows) -> bool {
        let none = self.parts.get(part).is_some_and(|part| part.lines == Some(0));
        none && self.notes(part, rows) == 0
    }

    /// How many are meant in each part that was counted.
    fn of_parts<'a>(&'a self, rows: Rows<'a>) -> impl Iterator<Item = (usize, u64)> + 'a {
        let closed = self.parts[..self.counted].iter().map(|part| u64::from(part.lines.unwrap_or(0)));
        let open = self.open.filter(|_| self.counted == self.parts.len()).map(|(_, lines)| lines);
        let quiet = rows.notes.is_empty();
        closed
            .chain(open)
            .enumerate()
            .map(move |(part, lines)| (part, lines + if quiet { 0 } else { self.notes(part, rows) }))
    }

    /// Whether everything before this row was counted.
    #[must_use]
    pub fn knows(&self, row: u64, rows: Rows) -> bool {
        rows.part_of(row) < self.known_parts()
    }

    fn known_parts(&self) -> usize {
        self.counted + usize::from(self.open.is_some() && self.counted == self.parts.len())
    }

    fn notes(&self, part: usize, rows: Rows) -> u64 {
        rows.notes_of(part).0.iter().filter(|note| self.query.means_note(note)).count() as u64
    }

    /// The lines that are meant in a part; notes may come later, so they are not among them.
    fn count(&self, rows: Rows, part: usize) -> io::Result<u64> {
        let mut lines = 0;
        let alone = Rows { notes: &[], ..rows };
        alone.scan(part, |item| lines += u64::from(self.query.means(item)))?;
        Ok(lines)
    }

    /// Fits the parts to those of the output. What a hole has not touched needs not be counted again.
    fn settle(&mut self, output: &Output) {
        let closed = output.parts() - 1;
        if self.shape != Some(output.shape()) {
            let known: HashMap<_, _> =
                self.parts.drain(..).filter_map(|part| Some((part.key, part.lines?))).collect();
            self.parts = (0..closed)
                .map(|part| {
                    let key = output.part_key(part);
                    Part { key, lines: known.get(&key).copied().filter(|_| !output.is_holed(part)) }
                })
                .collect();
            (self.counted, self.open, self.shape) = (0, None, Some(output.shape()));
        }
        for part in self.parts.len()..closed {
            self.parts.push(Part { key: output.part_key(part), lines: None });
        }
    }
}
