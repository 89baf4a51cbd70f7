//! The run that is looked at: its journal, its use of the machine, and a window of its output.
//!
//! The supervisor's own lines stand between the agent's. Where, is known by time: a note is put before the first
//! line that is later. Lines that end later than they began may therefore stand after a note that came in between.

pub mod excerpt;

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::ops::words;
use crate::run::dir::RunDir;
use crate::run::event::Record;
use crate::run::jsonl;
use crate::run::output::{Line, Output};
use crate::run::samples::{Reader, Sample};
use crate::run::spec::{Kind, RunSpec};
use crate::run::view::RunView;
use crate::text;
use crate::tui::effect::Watch;
use crate::tui::find::Found;
use crate::tui::seen::{Detail, From, Page, Row, Run, Source, Usage};
use crate::tui::tail::around;
use crate::tui::tail::finder::Finder;
use crate::tui::tail::known::row_of;
use crate::tui::tail::rows::Rows;
use crate::tui::tail::stall::Stall;
use crate::tui::tail::trouble::begins_a_reason;

/// Bytes of output looked at between two messages: some ten milliseconds of work.
const BUDGET: u64 = 4 << 20;

/// Longest part of a line that is shown, in bytes.
pub(super) const LONGEST: usize = 16 * 1024;

/// Most moments kept of the tree's use; then every second one goes. Far more than a screen has columns.
const MOMENTS: usize = 8_192;

/// Rows that are searched for an error, and how many at a time.
const SEARCHED: u64 = 20_000;
const CHUNK: u64 = 256;

/// A run under close watch.
pub struct Watched {
    pub watch: Watch,
    view: RunView,
    spec: Arc<RunSpec>,
    pub(super) output: Output,
    samples: Reader,
    usage: Arc<Vec<Usage>>,
    latest: Option<Sample>,
    stall: Stall,
    /// In order of time.
    pub(super) notes: Vec<Note>,
    /// Journal lines that have no place yet, because the output before them was not looked at.
    waiting: Vec<Note>,
    pub(super) finder: Finder,
    /// More output is on disk than was looked at.
    pub(super) reading: bool,
    /// Nothing more will come.
    over: bool,
    shown: bool,
}

/// A line of the supervisor's.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub t_us: u64,
    /// The number of the output line it stands before.
    pub line: u64,
    pub text: String,
}

/// What a look brought.
#[derive(Default)]
pub struct News {
    pub detail: Option<Box<Detail>>,
    pub page: Option<Box<Page>>,
}

impl Watched {
    /// Begins to watch; nothing is read yet but the spec.
    pub fn open(dir: RunDir, watch: Watch) -> io::Result<Self> {
        let view = RunView::open(dir.clone())?;
        Ok(Self {
            watch,
            spec: Arc::new(view.spec.clone()),
            view,
            output: Output::new(dir),
            samples: Reader::default(),
            usage: Arc::default(),
            latest: None,
            stall: Stall::default(),
            notes: Vec::new(),
            waiting: Vec::new(),
            finder: Finder::default(),
            reading: true,
            over: false,
            shown: false,
        })
    }

    /// Whether looking again may bring something without a new window being asked for.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether there is more to look through than was looked through.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.reading || self.finder.is_busy()
    }

    /// Reads what is new.
    pub fn look(&mut self) -> io::Result<News> {
        let records = self.new_records()?;
        let samples = self.samples.read_new(&self.view.dir.samples())?;
        let (bytes, shape) = (self.output.bytes(), self.output.shape());
        self.reading = self.output.advance(BUDGET)?;
        let reshaped = self.output.shape() != shape;
        let printed = self.output.bytes() != bytes || reshaped;
        if reshaped {
            // Lines have other numbers now, so notes stand elsewhere.
            self.waiting.splice(0..0, self.notes.drain(..));
            self.finder.restart();
        }
        for record in &records {
            if let Some(text) = words::note(record, &self.spec) {
                self.waiting.push(Note { t_us: record.t_us, line: 0, text });
            }
        }
        let placed = self.place()?;
        let mut detail = !self.shown || !records.is_empty() || !samples.is_empty();
        self.take(samples);
        if self.spec.kind == Kind::Build && self.view.state().is_live() {
            let last_us = self.output.last_us().max(self.notes.last().map_or(0, |note| note.t_us));
            let silent = self.view.elapsed().saturating_sub(Duration::from_micros(last_us));
            detail |= self.stall.look(silent, self.latest.as_ref());
        }
        let found = self.find()?;
        self.over = !self.is_reading() && !self.view.state().is_live();
        let first = !std::mem::replace(&mut self.shown, true);
        Ok(News {
            detail: detail.then(|| Box::new(self.detail())),
            page: if first || printed || placed || found { Some(Box::new(self.page()?)) } else { None },
        })
    }

    /// What stands in the window that is wanted.
    pub fn page(&self) -> io::Result<Page> {
        let last = self.last_rows()?;
        let middle = self.rows().placed();
        let total = middle + last.len() as u64;
        let (low, high) = self.within(total)?;
        if !self.watch.wanted.is_all() {
            return self.filtered((low, high), &last);
        }
        let count = high.saturating_sub(low);
        let height = u64::from(self.watch.height);
        let end = count.saturating_sub(height);
        let first = match self.watch.from {
            From::End => end,
            From::Row(first) => first.min(count.saturating_sub(1)),
            From::Trouble => self.trouble(low, high.min(middle))?.map_or(end, |row| row - low),
            From::Time(t_us) => {
                let row = self.row_from(t_us, &last)?;
                Some(row.saturating_sub(low)).filter(|row| *row < count).unwrap_or(end)
            }
            From::At { row, above: 0 } => row.saturating_sub(low).min(count.saturating_sub(1)),
            From::At { row, above } => row.saturating_sub(low).saturating_sub(above.into()).min(end),
        };
        let (from, to) = (low + first, (low + first + height).min(high));
        let rows = self.some_rows(from, to, &last)?;
        let read = |from: u64, to: u64| self.some_rows(from, to, &last);
        let around = around::look(&rows, from, (low, high), height, read)?;
        let numbers = (from..).take(rows.len()).collect();
        let found = Found { numbers, ..self.found((low, high), &last)? };
        Ok(Page { above: around.above, below: around.below, ..self.page_of(first, rows, count, found) })
    }

    pub(super) fn page_of(&self, first: u64, rows: Vec<Row>, total: u64, found: Found) -> Page {
        Page {
            run: self.view.id.clone(),
            first,
            rows,
            above: Vec::new(),
            below: Vec::new(),
            total,
            last_us: self.output.last_us(),
            bytes: self.output.bytes(),
            reading: self.reading,
            found,
        }
    }

    pub(super) fn rows(&self) -> Rows<'_> {
        Rows { output: &self.output, notes: &self.notes }
    }

    /// The rows behind all that have their place: the unfinished lines, and the notes at the end.
    pub(super) fn last_rows(&self) -> io::Result<Vec<Row>> {
        let lines = self.output.lines();
        let before = self.notes.partition_point(|note| note.line < lines);
        let mut last: Vec<Row> = self.notes[before..].iter().map(Note::row).collect();
        last.extend(self.output.open_lines()?.into_iter().map(|line| row(&line)));
        last.sort_by_key(|row| row.t_us);
        Ok(last)
    }

    /// The rows that are asked for at all, `from..to` of so many.
    pub(super) fn within(&self, total: u64) -> io::Result<(u64, u64)> {
        Ok(match self.watch.within {
            None => (0, total),
            // The last rows have no place yet: they belong to whatever goes on to the end.
            Some((from_us, u64::MAX)) => (self.row_at(from_us)?, total),
            Some((from_us, to_us)) => (self.row_at(from_us)?, self.row_at(to_us)?.min(total)),
        })
    }

    /// The rows `from..to`, those behind all others included.
    pub(super) fn some_rows(&self, from: u64, to: u64, last: &[Row]) -> io::Result<Vec<Row>> {
        let middle = self.rows().placed();
        let mut rows = self.completed(from, to.min(middle))?;
        let skip = usize::try_from(from.saturating_sub(middle)).unwrap_or(usize::MAX);
        let room = usize::try_from(to.saturating_sub(from)).unwrap_or(0).saturating_sub(rows.len());
        rows.extend(last.iter().skip(skip).take(room).cloned());
        Ok(rows)
    }

    /// The row at or after this time, those behind all others included.
    pub(super) fn row_from(&self, t_us: u64, last: &[Row]) -> io::Result<u64> {
        let middle = self.rows().placed();
        let row = self.row_at(t_us)?;
        let late = || last.iter().take_while(|row| row.t_us < t_us).count() as u64;
        Ok(if row >= middle { middle + late() } else { row })
    }

    /// The journal's new lines; the first time all of them, also those that opening the run has read already.
    fn new_records(&mut self) -> io::Result<Vec<Record>> {
        if self.shown {
            return self.view.refresh();
        }
        let mut records: Vec<Record> = jsonl::Reader::default().read_new(&self.view.dir.events())?;
        let late = self.view.refresh()?;
        let missing: Vec<_> = late.into_iter().filter(|record| !records.contains(record)).collect();
        records.extend(missing);
        Ok(records)
    }

    /// Gives waiting notes their place, as far as the output was looked at.
    fn place(&mut self) -> io::Result<bool> {
        let mut placed = false;
        let waiting = std::mem::take(&mut self.waiting);
        for mut note in waiting {
            if self.reading && note.t_us >= self.output.last_us() {
                self.waiting.push(note);
                continue;
            }
            note.line = self.line_at(note.t_us)?.max(self.notes.last().map_or(0, |last| last.line));
            self.notes.push(note);
            placed = true;
        }
        Ok(placed)
    }

    /// The number of the first line that is later than this time.
    fn line_at(&self, t_us: u64) -> io::Result<u64> {
        let lines = self.output.lines();
        if self.output.last_us() <= t_us {
            return Ok(lines);
        }
        let (mut low, mut high) = (0, lines);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.output.window(middle, 1)?.first() {
                Some(line) if line.t_us <= t_us => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }

    /// The row at or after this time.
    fn row_at(&self, t_us: u64) -> io::Result<u64> {
        let notes = self.notes.partition_point(|note| note.t_us < t_us);
        Ok(self.line_at(t_us.saturating_sub(1))? + notes as u64)
    }

    /// The first of these rows in which a program tells an error.
    pub(super) fn trouble(&self, from: u64, to: u64) -> io::Result<Option<u64>> {
        let mut at = from;
        while at < to.min(from + SEARCHED) {
            let rows = self.completed(at, (at + CHUNK).min(to))?;
            if let Some(found) = (at..).zip(&rows).find(|(_, row)| begins_a_reason(row)) {
                return Ok(Some(found.0));
            }
            at += CHUNK;
        }
        Ok(None)
    }

    /// The rows of finished lines and the notes between them, `first..end`.
    fn completed(&self, first: u64, end: u64) -> io::Result<Vec<Row>> {
        merged(&self.output, &self.notes, first..end, row, Note::row)
    }

    fn take(&mut self, samples: Vec<Sample>) {
        if samples.is_empty() {
            return;
        }
        let usage = Arc::make_mut(&mut self.usage);
        usage.extend(samples.iter().map(|sample| Usage {
            t_us: sample.t_us,
            cpu_percent: sample.cpu_percent(),
            rss_bytes: sample.rss_bytes(),
            processes: sample.processes.len(),
        }));
        while usage.len() > MOMENTS {
            let mut keep = false;
            usage.retain(|_| {
                keep = !keep;
                keep
            });
        }
        self.latest = samples.into_iter().next_back();
    }

    fn detail(&self) -> Detail {
        let run: Arc<Run> = Arc::new(row_of(&self.view, self.latest.clone()));
        Detail {
            run,
            spec: Arc::clone(&self.spec),
            status: self.view.status.clone(),
            usage: Arc::clone(&self.usage),
            latest: self.latest.clone(),
            waits: self.stall.wait.clone(),
            damaged: self.view.damaged_lines(),
        }
    }
}

impl Note {
    pub fn row(&self) -> Row {
        Row { t_us: self.t_us, source: Source::Supervisor, text: self.text.clone(), cut: 0 }
    }
}

/// Finished lines and the notes between them: the rows of this range, each as `line` or `note` makes it.
fn merged<T>(
    output: &Output,
    notes: &[Note],
    rows: Range<u64>,
    line: impl Fn(&Line) -> T,
    note: impl Fn(&Note) -> T,
) -> io::Result<Vec<T>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    // A note's own row is the line it stands before, and all notes above it.
    let rows_of = notes.iter().zip(0u64..).map(|(note, above)| (note.line + above, note));
    let above = rows_of.clone().filter(|(row, _)| *row < rows.start).count() as u64;
    let inside: Vec<_> = rows_of.filter(|(row, _)| rows.contains(row)).collect();
    let count = usize::try_from(rows.end - rows.start).unwrap_or(0).saturating_sub(inside.len());
    let mut lines = output.window(rows.start - above, count)?.into_iter();
    let mut notes = inside.into_iter().peekable();
    let mut merged = Vec::new();
    for at in rows {
        if let Some((_, own)) = notes.next_if(|(row, _)| *row == at) {
            merged.push(note(own));
        } else if let Some(own) = lines.next() {
            merged.push(line(&own));
        }
    }
    Ok(merged)
}

/// A line of output as it is shown.
pub(super) fn row(line: &Line) -> Row {
    if line.lost > 0 {
        let text = text::not_kept(line.stream.name(), line.lost);
        return Row { t_us: line.t_us, source: Source::Supervisor, text, cut: 0 };
    }
    let visible = line.visible();
    let shown = &visible[..visible.len().min(LONGEST)];
    Row {
        t_us: line.t_us,
        source: Source::Output(line.stream),
        text: text::safe_coloured(shown),
        cut: line.cut + (visible.len() - shown.len()) as u64,
    }
}
