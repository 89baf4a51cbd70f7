//! What is looked for in the watched run's output, a few milliseconds at a time: windows are answered in between.

use std::io;
use std::time::{Duration, Instant};

use crate::tui::find::{Found, Sought, Wanted, What};
use crate::tui::seen::Row;
use crate::tui::tail::rows::Rows;
use crate::tui::tail::seek::{Around, Seeking};
use crate::tui::tail::tally::{Query, Tally};
use crate::tui::tail::watched::Watched;

/// Work between two answers.
const SLICE: Duration = Duration::from_millis(8);

/// Between two messages that tell how far it is.
const TELL: Duration = Duration::from_millis(100);

/// What is looked for, and what is known of it.
#[derive(Default)]
pub struct Finder {
    wanted: Wanted,
    /// The rows that are shown, where not all are.
    pub view: Option<Tally>,
    search: Option<Tally>,
    seeking: Option<Seeking>,
    sought: Option<Sought>,
    busy: bool,
    told: Option<Instant>,
}

impl Finder {
    /// Whether there is more to look through.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Rows have other numbers now.
    pub fn restart(&mut self) {
        if let Some(seeking) = &mut self.seeking {
            seeking.restart();
        }
    }

    /// Takes what is wanted. What is wanted no longer is forgotten at once.
    pub fn want(&mut self, wanted: &Wanted) {
        if *wanted == self.wanted {
            return;
        }
        self.busy = true;
        let shown = Query { streams: wanted.streams, patterns: wanted.filter.iter().cloned().collect() };
        let mut hits = shown.clone();
        hits.patterns.extend(wanted.search.clone());
        keep(&mut self.view, (!wanted.is_all()).then(|| shown.clone()));
        keep(&mut self.search, wanted.search.is_some().then(|| hits.clone()));
        let same = self.wanted.filter == wanted.filter
            && self.wanted.search == wanted.search
            && self.wanted.streams == wanted.streams;
        if !same || wanted.seek != self.wanted.seek {
            self.sought = None;
            self.seeking =
                wanted.seek.map(|seek| Seeking::new(seek, if seek.what == What::Hit { hits } else { shown }));
        }
        self.wanted = wanted.clone();
    }

    /// Looks on for a while; whether there is something to tell.
    fn step(&mut self, rows: Rows, last: &[Row], within: (u64, u64), all: bool) -> io::Result<bool> {
        let begun = Instant::now();
        let was_busy = self.busy;
        let mut decided = false;
        loop {
            let mut more = false;
            if let Some(seeking) = &mut self.seeking {
                let around = Around { rows, last, within, all, tally: self.search.as_ref() };
                self.sought = seeking.step(around)?;
                if self.sought.is_some() {
                    (self.seeking, decided) = (None, true);
                }
                more = self.seeking.as_ref().is_some_and(|seeking| !seeking.waits);
            }
            for tally in [&mut self.view, &mut self.search].into_iter().flatten() {
                more |= tally.step(rows, all)?;
            }
            self.busy = more;
            if !more || begun.elapsed() >= SLICE {
                break;
            }
        }
        let due = self.told.is_none_or(|told| told.elapsed() >= TELL);
        let tell = decided || (was_busy && (due || !self.busy));
        if tell {
            self.told = Some(Instant::now());
        }
        Ok(tell)
    }
}

fn keep(tally: &mut Option<Tally>, query: Option<Query>) {
    if tally.as_ref().map(|tally| &tally.query) != query.as_ref() {
        *tally = query.map(Tally::new);
    }
}

impl Watched {
    /// Looks for what is wanted; whether there is something to tell.
    pub(super) fn find(&mut self) -> io::Result<bool> {
        self.finder.want(&self.watch.wanted);
        if self.watch.wanted == Wanted::default() {
            self.finder.busy = false;
            return Ok(false);
        }
        let last = self.last_rows()?;
        let rows = self.rows();
        let within = self.within(rows.placed() + last.len() as u64)?;
        let rows = Rows { output: &self.output, notes: &self.notes };
        self.finder.step(rows, &last, within, !self.reading)
    }

    /// What is known of what is looked for.
    pub(super) fn found(&self, (low, high): (u64, u64), last: &[Row]) -> io::Result<Found> {
        let (rows, finder) = (self.rows(), &self.finder);
        let mut found = Found { sought: finder.sought, ..Found::default() };
        let is_counted = |tally: &Tally| tally.is_complete(rows) && !self.reading;
        found.filtering = finder.view.as_ref().is_some_and(|tally| !is_counted(tally));
        let Some(tally) = &finder.search else { return Ok(found) };
        found.searching = !is_counted(tally);
        let placed = rows.placed();
        let before = |row: u64| -> io::Result<u64> {
            let behind = (placed..row).zip(last).filter(|(_, row)| tally.query.means_row(row)).count();
            Ok(tally.before(row.min(placed), rows)? + if found.searching { 0 } else { behind as u64 })
        };
        let first = if low == 0 { 0 } else { before(low)? };
        found.hits = before(high)?.saturating_sub(first);
        // A row that was not counted yet has no number.
        let is_known = |row: u64| tally.knows(row, rows) || !found.searching;
        if let Some(row) = self.watch.wanted.current.filter(|row| is_known(*row)) {
            found.rank = Some(before(row)?.saturating_sub(first) + 1);
        }
        Ok(found)
    }
}
