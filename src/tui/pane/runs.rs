//! The runs: live ones first, then by day, the newest first.

mod narrow;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::run::spec::RunId;
use crate::tui::fuzzy::Pattern;
use crate::tui::keymap::Action;
use crate::tui::message::Now;
use crate::tui::pane::list::Cursor;
use crate::tui::pane::query::{Narrowing, marked};
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Run;
use crate::tui::widget::line::{blank, bold, group, page, put, row, span, spread, width, wrap};
use crate::tui::widget::pane::{Frame, padded_area, title};
use crate::tui::widget::select::select;
use crate::tui::world::World;

/// From this inner width on, a run's state stands there as a word too.
const WORDS: u16 = 46;

/// The list's state.
#[derive(Debug, Default)]
pub struct Runs {
    selected: Option<RunId>,
    cursor: Cursor,
    filter: Narrowing<RunId>,
    /// What the words find.
    hits: narrow::Hits,
}

/// What a row shows.
enum Entry<'a> {
    /// Of a run of that day, in milliseconds since 1970.
    Day(i64),
    Run(&'a Arc<Run>),
}

impl Runs {
    /// What is selected.
    #[must_use]
    pub fn selected(&self) -> Option<&RunId> {
        self.selected.as_ref()
    }

    /// Selects a run, also one that is not listed yet.
    pub fn select(&mut self, run: RunId) {
        self.filter.end();
        self.selected = Some(run);
    }

    /// Fits the state to what is there now.
    pub fn settle(&mut self, world: &World, height: u16, now: Now) {
        self.find(world);
        let entries = self.entries(world, now);
        let known =
            |id: &RunId| entries.iter().position(|entry| matches!(entry, Entry::Run(run) if run.id == *id));
        match self.selected.as_ref().map(known) {
            // One that was started just now: the list will have it in a moment.
            Some(None) if world.runs.is_none() => {}
            Some(Some(at)) => self.cursor.settle(Some(at), entries.len()),
            Some(None) | None => {
                if self.selected.is_none() {
                    self.cursor.settle(None, entries.len());
                    self.selected = nearest(&entries, self.cursor.selected());
                }
            }
        }
        self.cursor.fit(height, entries.len());
        // The heading above the first run is worth its row.
        if self.cursor.selected() == 1 && self.cursor.offset() == 1 {
            self.cursor = Cursor::default();
            self.cursor.step(1, height.max(2), entries.len());
        }
    }

    /// Forgets a selected run that is nowhere any more.
    pub fn forget_missing(&mut self, world: &World) {
        if self.selected.as_ref().is_some_and(|id| world.runs.is_some() && world.run(id).is_none()) {
            self.selected = None;
        }
    }

    /// Moves; whether the action was one that moves.
    pub fn act(&mut self, action: Action, height: u16, world: &World, now: Now) -> bool {
        let entries = self.entries(world, now);
        let before = self.cursor.selected();
        if !self.cursor.act(action, height, entries.len()) {
            return false;
        }
        self.land(&entries, before, height);
        true
    }

    /// Moves the selection by rows, for the wheel.
    pub fn wheel(&mut self, rows: isize, height: u16, world: &World, now: Now) {
        let entries = self.entries(world, now);
        let before = self.cursor.selected();
        self.cursor.step(rows, height, entries.len());
        self.land(&entries, before, height);
    }

    /// Selects the row that stands at this height of the pane; whether it was selected before.
    pub fn click(&mut self, y: u16, world: &World, now: Now) -> bool {
        let entries = self.entries(world, now);
        match entries.get(self.cursor.offset() + usize::from(y)) {
            Some(Entry::Run(run)) => {
                let again = self.selected.as_ref() == Some(&run.id);
                self.selected = Some(run.id.clone());
                again
            }
            Some(Entry::Day(_)) | None => false,
        }
    }

    /// Never stays on a heading: goes on in the same direction, or back.
    fn land(&mut self, entries: &[Entry], before: usize, height: u16) {
        let at = self.cursor.selected();
        let is_run = |at: &usize| matches!(entries.get(*at), Some(Entry::Run(_)));
        let further =
            if at >= before { (at..entries.len()).find(is_run) } else { (0..=at).rev().find(is_run) };
        let back = if at >= before { (0..at).rev().find(is_run) } else { (at..entries.len()).find(is_run) };
        if let Some(at) = further.or(back) {
            self.cursor.settle(Some(at), entries.len());
            self.cursor.fit(height, entries.len());
            self.selected = nearest(entries, at);
        }
    }

    /// Every row, from the top.
    fn entries<'a>(&self, world: &'a World, now: Now) -> Vec<Entry<'a>> {
        let mut entries: Vec<_> = self.found(world).filter(|run| run.is_live()).map(Entry::Run).collect();
        let mut day = None;
        for run in self.found(world).filter(|run| !run.is_live()) {
            let this = sign::day_number(run.created_ms, now);
            if day != Some(this) {
                entries.push(Entry::Day(run.created_ms));
                day = Some(this);
            }
            entries.push(Entry::Run(run));
        }
        entries
    }

    /// Draws the pane.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, world: &World, look: Look) {
        let t = look.theme;
        let live = world.live().count();
        let kept = match world.runs().len() {
            listed if listed < world.runs_in_all => format!("{listed} of {}", world.runs_in_all),
            listed => listed.to_string(),
        };
        let fact = match (world.runs.is_some(), live, area.width) {
            (false, ..) => "reading…".to_owned(),
            (true, 0, _) => format!("{kept} kept"),
            (true, live, ..36) => format!("{live} live"),
            (true, live, _) => format!("{live} live · {kept} kept"),
        };
        let mut fact = [vec![span(fact, t.dim)], Vec::new()];
        if let Some(filter) = self.filter.filter() {
            let all = world.runs().len();
            let ([own, _], found) = (fact, self.count_found().unwrap_or(all));
            fact = filter.fact(area.width, own, (found, all), t);
        }
        let [fact, below] = fact;
        let frame = Frame::new(title("2", "Runs", look.focused, t), look.focused);
        let inner = frame.fact(fact).below(below).draw(buffer, area, t);
        if world.runs.is_some() && world.runs().is_empty() {
            let place = padded_area(inner);
            let words = wrap("no runs yet — enter on a method", usize::from(place.width));
            page(buffer, place, words.into_iter().map(|line| span(line, t.dim).into()).collect(), 0);
        }
        let entries = self.entries(world, look.now);
        if entries.is_empty() && self.pattern().is_some() {
            put(buffer, row(padded_area(inner), 0), span("no run has these words", t.dim));
        }
        for (y, entry) in (0..inner.height).zip(entries.iter().skip(self.cursor.offset())) {
            let place = row(inner, y);
            match entry {
                Entry::Day(ms) => {
                    let day = sign::day(*ms, look.now);
                    put(buffer, place, group(&day, usize::from(inner.width), t));
                }
                Entry::Run(run) => {
                    let selected = self.selected.as_ref() == Some(&run.id);
                    let line = line(run, self.pattern(), selected && look.focused, inner.width, look);
                    put(buffer, place, line);
                    if selected {
                        select(buffer, place, look.focused, t);
                    }
                }
            }
        }
    }
}

/// One run as a row: glyph, id, what, whose, how long.
fn line(run: &Run, pattern: Option<&Pattern>, selected: bool, columns: u16, look: Look) -> Line<'static> {
    let t = look.theme;
    let (glyph, colour) = sign::run(run, t);
    let name = sign::safe(run.what());
    let mut left =
        vec![blank(1), bold(glyph, colour), span(format!(" {} ", sign::safe(run.id.short())), t.dim)];
    let plain = if selected { bold(name.clone(), t.bright) } else { span(name.clone(), t.fg) };
    match pattern {
        Some(pattern) => left.extend(marked(&name, pattern, plain, t)),
        None => left.push(plain),
    }
    if let Some(reason) = &run.unreadable {
        left.truncate(3);
        left.push(span(format!("unreadable: {reason}"), t.err));
        return spread(left, Vec::new(), usize::from(columns));
    }
    let time = sign::elapsed(run, look.now);
    let time = span(format!("{time:>6} "), if run.is_live() { colour } else { t.fg });
    let mut right = vec![span(sign::short_agent(&run.agent), t.dim), blank(1), time.clone()];
    if columns >= WORDS {
        right.insert(0, span(format!("{}  ", run.state.word()), colour));
    }
    if width(&left) + width(&right) + 1 > usize::from(columns) {
        right = vec![time];
    }
    spread(left, right, usize::from(columns))
}

fn nearest(entries: &[Entry], at: usize) -> Option<RunId> {
    let run = |entry: &Entry| match entry {
        Entry::Run(run) => Some(run.id.clone()),
        Entry::Day(_) => None,
    };
    let below = entries.iter().skip(at).find_map(run);
    below.or_else(|| entries.iter().take(at).rev().find_map(run))
}
