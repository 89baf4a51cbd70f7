//! The way to the next row that is meant, a part at a time.

use std::io;

use crate::tui::find::{Seek, Sought, What};
use crate::tui::seen::Row;
use crate::tui::tail::rows::{Item, Rows};
use crate::tui::tail::tally::{Query, Tally};
use crate::tui::tail::trouble::Before;

/// What a step knows besides the rows.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub rows: Rows<'a>,
    /// The rows behind all parts, in their order.
    pub last: &'a [Row],
    /// The rows to stay in, `from..to`.
    pub within: (u64, u64),
    /// All output that is there is indexed.
    pub all: bool,
    /// What was counted of the rows that are looked for.
    pub tally: Option<&'a Tally>,
}

/// How far a step has led.
enum Way {
    /// Not to the end.
    On,
    /// To this row, or to nothing.
    To(Option<u64>),
}

/// A seek on its way.
pub struct Seeking {
    pub seek: Seek,
    query: Query,
    /// The part to look into next; `None` at the start.
    next: Option<usize>,
    /// Backward: the rows behind the parts were looked at.
    seen_last: bool,
    wrapped: bool,
    /// Nothing more can be done before more of the output is indexed.
    pub waits: bool,
    /// What stands before a part, where the one before it was looked through.
    before: Option<(usize, Before)>,
}

impl Seeking {
    /// A seek among the rows that are meant.
    #[must_use]
    pub fn new(seek: Seek, query: Query) -> Self {
        Self { seek, query, next: None, seen_last: false, wrapped: false, waits: false, before: None }
    }

    /// Begins again: rows have other numbers now.
    pub fn restart(&mut self) {
        *self = Self::new(self.seek, self.query.clone());
    }

    /// Looks into one part more; `None` while it is not decided.
    pub fn step(&mut self, around: Around) -> io::Result<Option<Sought>> {
        self.waits = false;
        let way = if self.seek.forward { self.forward(around)? } else { self.backward(around)? };
        Ok(match way {
            Way::On => None,
            Way::To(row) => Some(Sought { id: self.seek.id, row, wrapped: self.wrapped }),
        })
    }

    /// Which rows count now.
    fn range(&self, (low, high): (u64, u64)) -> (u64, u64) {
        let from = self.seek.from.clamp(low, high);
        if self.seek.forward == self.wrapped { (low, from) } else { (from, high) }
    }

    fn forward(&mut self, around: Around) -> io::Result<Way> {
        let Around { rows, .. } = around;
        let (from, to) = self.range(around.within);
        let part = self.skip(self.next.unwrap_or_else(|| rows.part_of(from)), around);
        self.next = Some(part);
        let last = rows.output.parts() - 1;
        if part < last || (part == last && around.all) {
            let mut found = None;
            self.look(part, rows, |row, is_it| {
                if is_it && found.is_none() && (from..to).contains(&row) {
                    found = Some(row);
                }
            })?;
            self.next = Some(part + 1);
            let over = rows.of_part(part).1 >= to && part < last;
            return Ok(match found {
                Some(row) => Way::To(Some(row)),
                None if over => self.turn(),
                None => Way::On,
            });
        }
        if part == last {
            self.waits = true;
            return Ok(Way::On);
        }
        let found = self.of_last(around, from, to)?.into_iter().next();
        Ok(if found.is_some() { Way::To(found) } else { self.turn() })
    }

    fn backward(&mut self, around: Around) -> io::Result<Way> {
        let Around { rows, .. } = around;
        let (from, to) = self.range(around.within);
        if !self.seen_last {
            if self.wrapped && !around.all {
                self.waits = true;
                return Ok(Way::On);
            }
            self.seen_last = true;
            if let Some(row) = self.of_last(around, from, to)?.pop() {
                return Ok(Way::To(Some(row)));
            }
        }
        let start = rows.part_of(to.saturating_sub(1).min(rows.placed().saturating_sub(1)));
        let mut part = self.next.unwrap_or(start);
        while part > 0 && self.is_empty(part, around) {
            part -= 1;
        }
        let mut found = None;
        self.look(part, rows, |row, is_it| {
            if is_it && (from..to).contains(&row) {
                found = Some(row);
            }
        })?;
        if found.is_some() {
            return Ok(Way::To(found));
        }
        if part == 0 || rows.of_part(part).0 <= from {
            return Ok(self.turn());
        }
        self.next = Some(part - 1);
        Ok(Way::On)
    }

    /// Nothing there: a search goes on at the other end, once.
    fn turn(&mut self) -> Way {
        match self.seek.what {
            What::Hit if !self.wrapped => {
                *self = Self { wrapped: true, ..Self::new(self.seek, self.query.clone()) };
                Way::On
            }
            What::Hit | What::Trouble | What::Gap => Way::To(None),
        }
    }

    fn skip(&self, mut part: usize, around: Around) -> usize {
        while self.is_empty(part, around) {
            part += 1;
        }
        part
    }

    fn is_empty(&self, part: usize, around: Around) -> bool {
        self.seek.what == What::Hit && around.tally.is_some_and(|tally| tally.is_empty(part, around.rows))
    }

    /// Tells of every row of a part whether it is what is looked for.
    fn look(&mut self, part: usize, rows: Rows, mut tell: impl FnMut(u64, bool)) -> io::Result<()> {
        let what = self.seek.what;
        let mut before = match self.before {
            _ if what == What::Hit => Before::default(),
            Some((next, before)) if next == part => before,
            Some(_) | None => before_of(part, rows, what)?,
        };
        let query = &self.query;
        rows.scan(part, |item: &Item| {
            let is_it = match what {
                What::Hit => query.means(item),
                What::Gap => before.take(what, item),
                // A line of a traceback counts for those after it, shown or not.
                What::Trouble => before.take(what, item) && query.means(item),
            };
            tell(item.row, is_it);
        })?;
        self.before = Some((part + 1, before));
        Ok(())
    }

    /// The same among the rows behind all parts.
    fn of_last(&self, around: Around, from: u64, to: u64) -> io::Result<Vec<u64>> {
        let parts = around.rows.output.parts();
        let mut before = match self.before {
            Some((next, before)) if next == parts => before,
            Some(_) | None if self.seek.what == What::Hit || around.last.is_empty() => Before::default(),
            Some(_) | None => before_of(parts, around.rows, self.seek.what)?,
        };
        let mut found = Vec::new();
        for (row, line) in (around.rows.placed()..).zip(around.last) {
            let text = crate::text::safe(line.text.as_bytes());
            let is_it = match self.seek.what {
                What::Hit => self.query.means_row(line),
                What::Gap => before.pause(line.t_us),
                What::Trouble => before.trouble(line.source, &text) && self.query.means_row(line),
            };
            if is_it && (from..to).contains(&row) {
                found.push(row);
            }
        }
        Ok(found)
    }
}

/// What stands before a part, as far as the part before it tells.
fn before_of(part: usize, rows: Rows, what: What) -> io::Result<Before> {
    let (from, _) = rows.output.part_lines(part);
    let mut before = Before::default();
    if let Some(line) = from.checked_sub(1) {
        rows.scan(rows.output.part_of(line), |item| {
            before.take(what, item);
        })?;
    }
    Ok(before)
}
