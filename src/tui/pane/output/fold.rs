//! The lines of a window as they stand on the screen: a folded traceback is one of them.

use std::ops::Range;
use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::ops::words;
use crate::text;
use crate::tui::pane::output::Output;
use crate::tui::pane::sign;
use crate::tui::seen::{Page, Row};
use crate::tui::tail::traceback::{self, Traceback};
use crate::tui::theme::Theme;
use crate::tui::widget::line::{bold, span};

/// Rows from its last line to the end of the output within which a failed run's traceback is what it ended with.
const NEAR: u64 = 12;

/// Columns of a message for which the words beside it give way.
const MESSAGE: usize = 40;

/// Columns of the sign of a fold, with its space.
const SIGN: usize = 2;

/// Which tracebacks a person has folded or unfolded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Folds {
    chosen: Vec<(Key, bool)>,
    /// The run has ended without success: what it ended with is open.
    pub last_is_open: bool,
}

/// Which traceback: rows get other numbers, this stays.
type Key = (u64, String);

/// One line on the screen, unless it is wrapped.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    /// The rows that it stands for: one, or those of a folded traceback.
    pub rows: Range<u64>,
    /// The first of them.
    pub row: &'a Row,
    /// When the row above was printed, where that is known.
    pub before_us: Option<u64>,
    /// How long nothing was printed before it, where that is worth a line of its own.
    pub pause: Option<Duration>,
    /// Which traceback it belongs to, as a place in `Items::tracebacks`.
    pub traceback: Option<usize>,
    pub part: Part,
}

/// What a line is of a traceback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing, or one of its frames.
    Line,
    /// All of it.
    Folded,
    /// The first line of one that is open.
    Head,
    /// The line of an exception.
    Exception,
}

/// Everything that is known of the output around the window.
pub(super) struct Items<'a> {
    pub all: Vec<Item<'a>>,
    pub tracebacks: Vec<Traceback>,
    keys: Vec<Key>,
}

impl Folds {
    /// The lines of a page. Where not every row is shown, nothing is folded, and nobody knows of pauses.
    pub fn items<'a>(&self, page: &'a Page) -> Items<'a> {
        let rows: Vec<&Row> = page.above.iter().chain(&page.rows).chain(&page.below).collect();
        let base = page.first.saturating_sub(page.above.len() as u64);
        let whole = !page.found.is_filtered();
        let tracebacks = if whole { traceback::find(&rows) } else { Vec::new() };
        let key = |one: &Traceback| (rows[one.lines.start].t_us, format!("{}: {}", one.name, one.message));
        let keys: Vec<Key> = tracebacks.iter().map(key).collect();
        let is_open = |at: usize| {
            let own = self.chosen.iter().find(|(key, _)| *key == keys[at]).map(|(_, open)| *open);
            let last = || {
                let end = base + tracebacks[at].lines.end as u64;
                self.last_is_open && at + 1 == tracebacks.len() && page.total <= end + NEAR
            };
            own.unwrap_or_else(last)
        };
        let mut all = Vec::new();
        let mut next = 0;
        let mut at = 0;
        while at < rows.len() {
            while tracebacks.get(next).is_some_and(|one| one.lines.end <= at) {
                next += 1;
            }
            let within = tracebacks.get(next).filter(|one| one.lines.contains(&at));
            let (part, end) = match within {
                Some(one) if at == one.lines.start && !is_open(next) => (Part::Folded, one.lines.end),
                Some(one) if at == one.lines.start => (Part::Head, at + 1),
                Some(one) if one.exceptions.contains(&at) => (Part::Exception, at + 1),
                Some(_) | None => (Part::Line, at + 1),
            };
            let before_us = at.checked_sub(1).map(|before| rows[before].t_us);
            let pause = before_us.map(|before| Duration::from_micros(rows[at].t_us.saturating_sub(before)));
            all.push(Item {
                rows: base + at as u64..base + end as u64,
                row: rows[at],
                before_us,
                pause: pause.filter(|pause| whole && *pause >= words::PAUSE),
                traceback: within.map(|_| next),
                part,
            });
            at = end;
        }
        Items { all, tracebacks, keys }
    }

    /// Folds or unfolds a traceback.
    pub fn choose(&mut self, items: &Items, traceback: usize, open: bool) {
        let Some(key) = items.keys.get(traceback) else { return };
        self.chosen.retain(|(other, _)| other != key);
        self.chosen.push((key.clone(), open));
    }
}

impl Items<'_> {
    /// The row behind the last one that is known.
    pub fn end(&self) -> u64 {
        self.all.last().map_or(0, |item| item.rows.end)
    }

    /// The line that a row belongs to.
    pub fn at(&self, row: u64) -> Option<usize> {
        let at = self.all.partition_point(|item| item.rows.end <= row);
        self.all.get(at).is_some_and(|item| item.rows.start <= row).then_some(at)
    }

    /// The rows of the line that a row belongs to; where nothing is known of it, the row alone.
    pub fn whole(&self, row: u64) -> Range<u64> {
        self.at(row).map_or(row..row + 1, |at| self.all[at].rows.clone())
    }

    /// The row so many lines further. Beyond what is known each row counts as a line.
    pub fn step(&self, row: u64, by: isize) -> u64 {
        let start = self.all.first().map_or(0, |item| item.rows.start);
        let known = i64::try_from(self.all.len()).unwrap_or(i64::MAX);
        let number = |row: u64| i64::try_from(row).unwrap_or(i64::MAX);
        let at = match self.at(row) {
            Some(at) => number(at as u64),
            None if row < start => number(row) - number(start),
            None => known.saturating_add(number(row) - number(self.end())),
        };
        let to = at.saturating_add(i64::try_from(by).unwrap_or(i64::MAX));
        match usize::try_from(to) {
            Err(_) => start.saturating_sub(to.unsigned_abs()),
            Ok(to) => match self.all.get(to) {
                Some(item) => item.rows.start,
                None => self.end().saturating_add((to - self.all.len()) as u64),
            },
        }
    }
}

impl Output {
    /// Unfolds, or folds, the traceback that is meant: the one under the cursor of a selection, else the last one shown
    /// while the end is followed, else the first one. Whether there was one.
    pub(super) fn turn_fold(&mut self, open: bool, area: Rect, page: Option<&Page>) -> bool {
        let Some(page) = page else { return false };
        let items = self.folds.items(page);
        let Some(traceback) = self.meant(&items, page, area, open) else { return false };
        let head =
            items.all.iter().find(|item| item.traceback == Some(traceback)).map(|item| item.rows.start);
        let mut folds = self.folds.clone();
        folds.choose(&items, traceback, open);
        self.folds = folds;
        let turned = self.folds.items(page);
        if let Some(head) = head {
            let hidden = |at| !self.shown(&turned, page, area).contains(&at);
            // Who opens it wants to see its beginning.
            if self.follows() && turned.at(head).is_some_and(hidden) {
                self.stay(page, head);
            }
            self.fit_selection(&turned);
        }
        true
    }

    /// The traceback that would be unfolded, or folded.
    pub(super) fn meant(&self, items: &Items, page: &Page, area: Rect, open: bool) -> Option<usize> {
        let is_turned = |item: &&Item| item.traceback.is_some() && (item.part == Part::Folded) == open;
        if let Some(row) = self.cursor_row() {
            return items.at(row).map(|at| &items.all[at]).filter(is_turned)?.traceback;
        }
        let mut shown = items.all[self.shown(items, page, area)].iter().filter(is_turned);
        if self.follows() { shown.next_back() } else { shown.next() }?.traceback
    }
}

/// `▸ Traceback · 14 frames · ValueError: bad input  (agent.py:31 in run)`, in at most so many columns where that is
/// possible: the name of the exception says most, then its message. Of the one that is meant the sign is a key's.
pub(super) fn folded(traceback: &Traceback, columns: usize, meant: bool, t: &Theme) -> Vec<Span<'static>> {
    let frames = sign::count(traceback.frames, "frame", "frames");
    let place = traceback.place.as_ref().map_or(String::new(), |place| format!("  ({place})"));
    let message =
        if traceback.message.is_empty() { String::new() } else { format!(": {}", traceback.message) };
    let name = text::width(&traceback.name);
    let words = text::width(&message).min(MESSAGE);
    // Where it was raised says more than what the sign says already; the message says more than both.
    let long = format!("Traceback · {frames} · ");
    let short = format!("{frames} · ");
    let ways = [(&*long, &*place), (&short, &place), ("", &place), (&long, ""), (&short, "")];
    let needs = |(head, place): (&str, &str)| SIGN + text::width(head) + name + words + text::width(place);
    let (head, place) = ways.into_iter().find(|way| needs(*way) <= columns).unwrap_or_default();
    let room = columns.saturating_sub(SIGN + text::width(head) + name);
    let message = text::fit(&message, room.saturating_sub(text::width(place))).into_owned();
    let sign = if meant { bold("▸ ", t.accent) } else { span("▸ ", t.dim) };
    vec![
        sign,
        span(head, t.dim),
        span(traceback.name.clone(), t.err),
        span(message, t.fg),
        span(place, t.dim),
    ]
}

/// A line of an exception: its name stands out. A line with colours of its own keeps them.
pub(super) fn exception(text: &str, t: &Theme) -> Option<Vec<Span<'static>>> {
    let line = text.trim_start();
    let name = traceback::exception(line).filter(|_| !text.contains('\u{1b}'))?;
    let indent = text[..text.len() - line.len()].to_owned();
    let rest = line[name.len()..].to_owned();
    Some(vec![span(indent, t.fg), span(name.to_owned(), t.err), span(rest, t.fg)])
}
