//! A run's output as it arrives: a window over the files, with time and stream beside each line.

mod build;
mod filtered;
mod finding;
mod fold;
mod found;
mod input;
mod jump;
mod marks;
pub mod select;
pub mod times;
mod window;

use std::ops::Range;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::ops::words;
use crate::run::output::Stream;
use crate::run::spec::RunId;
use crate::run::status::State;
use crate::tui::effect::Watch;
use crate::tui::keymap::Action;
use crate::tui::pane::list::distance;
use crate::tui::pane::output::build::build_line;
use crate::tui::pane::output::finding::Finding;
use crate::tui::pane::output::fold::{Folds, Item, Items, Part};
use crate::tui::pane::output::marks::inside;
use crate::tui::pane::output::select::Selection;
use crate::tui::pane::output::times::{Moment, Times, seconds};
use crate::tui::pane::{Look, sign, silence};
use crate::tui::seen::{From, Page, Row, Run, Source};
use crate::tui::tail::stall;
use crate::tui::widget::coloured;
use crate::tui::widget::line::{blank, put, row, span, width};
use crate::tui::widget::sideways;
use crate::tui::world::World;

/// Silence at the end of a live run that is told.
const SILENCE: Duration = Duration::from_secs(5);

/// Columns that one step sideways goes.
const ASIDE: usize = 20;

/// How a log is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An agent's own lines, with their stream.
    Plain,
    /// A build's lines: the verbs of its tool stand out.
    Build,
}

/// What all lines of a picture are drawn with.
struct Drawing<'a> {
    columns: usize,
    /// When the run started; milliseconds since 1970.
    started_ms: i64,
    /// The traceback that a key would unfold.
    meant: Option<usize>,
    look: Look<'a>,
}

/// What is shown of the output, and how.
#[derive(Debug)]
pub struct Output {
    kind: Kind,
    from: From,
    wrap: bool,
    times: Times,
    aside: usize,
    folds: Folds,
    selection: Option<Selection>,
    /// Rows there were when following was left.
    seen: u64,
    finding: Finding,
}

impl Output {
    /// A view that follows the end. Why a build failed stands in sentences, so its lines are wrapped at first.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            from: From::End,
            wrap: kind == Kind::Build,
            times: Times::Start,
            aside: 0,
            folds: Folds::default(),
            selection: None,
            seen: 0,
            finding: Finding::default(),
        }
    }

    /// Whether the end is shown as it grows.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.from == From::End
    }

    /// Takes note of what the run has become: the traceback that a failed one ended with is open at first.
    pub fn settle(&mut self, run: &Run) {
        self.folds.last_is_open = !run.is_live() && run.state != State::Succeeded;
    }

    /// What to ask of the tail for a pane of this many rows.
    #[must_use]
    pub fn watch(&self, run: RunId, within: Option<(u64, u64)>, area: Rect) -> Watch {
        let height = self.room(area).height;
        Watch { run, within, from: self.from, height, wanted: self.wanted() }
    }

    /// Shows the lines from the first one on.
    pub fn begin(&mut self) {
        (self.from, self.seen) = (From::Row(0), u64::MAX);
    }

    /// Shows the lines from the first one on that tells an error.
    pub fn find_trouble(&mut self) {
        (self.from, self.seen) = (From::Trouble, u64::MAX);
    }

    /// Follows the end again.
    pub fn follow(&mut self) {
        self.from = From::End;
    }

    /// Shows the lines from this time on, in microseconds since the run started.
    pub fn show_from(&mut self, t_us: u64, page: Option<&Page>) {
        if self.follows() {
            self.seen = page.map_or(u64::MAX, |page| page.total);
        }
        self.from = From::Time(t_us);
    }

    /// The time of the first line shown; while the end is followed, that is no place of its own.
    #[must_use]
    pub fn top_us(&self, page: Option<&Page>) -> Option<u64> {
        page?.rows.first().filter(|_| !self.follows()).map(|row| row.t_us)
    }

    /// Scrolls and switches; whether the action was one of these.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all actions, these are the output's")]
    pub fn act(&mut self, action: Action, area: Rect, page: Option<&Page>) -> bool {
        if self.act_on_selection(action, area, page) || self.act_on_finding(action, area, page) {
            return true;
        }
        match action {
            Action::Follow | Action::Last => {
                self.moved();
                self.from = From::End;
            }
            Action::Wrap => self.wrap = !self.wrap,
            Action::Times => self.times = self.times.next(),
            Action::Open => return self.turn_fold(true, area, page),
            Action::Right if self.turn_fold(true, area, page) => {}
            Action::Left if self.aside == 0 && self.turn_fold(false, area, page) => {}
            Action::Left => self.aside = self.aside.saturating_sub(ASIDE),
            Action::Right if !self.wrap => self.aside += ASIDE,
            Action::Right => {}
            other => match distance(other, area.height) {
                Some(by) => self.scroll(by, area, page),
                None => return false,
            },
        }
        true
    }

    /// What stands on the frame: `follow`, or how much is new below.
    #[must_use]
    pub fn fact(&self, page: Option<&Page>, look: Look) -> Vec<Span<'static>> {
        let Some(page) = page else { return Vec::new() };
        let t = look.theme;
        if let Some(selected) = self.selected() {
            let lines = usize::try_from(selected.rows.end - selected.rows.start).unwrap_or(usize::MAX);
            return vec![span(format!("{} selected", sign::count(lines, "line", "lines")), t.accent)];
        }
        let mut fact = self.found_fact(page, look);
        fact.extend(self.place_fact(page, look));
        fact
    }

    fn place_fact(&self, page: &Page, look: Look) -> Vec<Span<'static>> {
        let t = look.theme;
        if self.follows() {
            let lines = sign::count(usize::try_from(page.total).unwrap_or(usize::MAX), "line", "lines");
            let words = if page.reading || page.found.filtering { "reading…" } else { "follow" };
            return vec![span(format!("{words} · {lines}"), t.dim)];
        }
        if let From::Time(t_us) = self.from
            && page.rows.iter().all(|row| row.t_us < t_us)
        {
            let words = format!("nothing printed from {} on", seconds(t_us).trim_end_matches(".00"));
            return vec![span(words, t.warn)];
        }
        let new = page.total.saturating_sub(self.seen);
        let place = format!("{} of {}", (page.first + 1).min(page.total), page.total);
        if new == 0 {
            return vec![span(place, t.dim)];
        }
        vec![Span::styled(format!(" ↓ {new} new "), t.solid(t.info)), span(format!(" {place}"), t.dim)]
    }

    /// Draws the lines.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, run: &Run, world: &World, look: Look) {
        let t = look.theme;
        self.render_input(buffer, area, world.page_of(&run.id), look);
        let area = self.room(area);
        let Some(page) = world.page_of(&run.id) else { return };
        if page.total == 0 {
            if self.render_nothing(buffer, area, page, look) {
                return;
            }
            let text = if run.is_live() {
                format!("no output yet, {}", sign::elapsed(run, look.now))
            } else {
                "nothing was printed".to_owned()
            };
            put(buffer, row(area, 0), vec_line(vec![blank(1), span(text, t.dim)]));
            return;
        }
        for (y, (rows, line)) in (0..area.height).zip(self.picture(area, run, page, world, look)) {
            let place = row(area, y);
            put(buffer, place, line);
            if let Some(rows) = rows {
                self.tint(buffer, place, &rows, t);
            }
        }
    }

    /// The rows that stand at this line of the screen, counted from the top of the area.
    #[must_use]
    pub fn rows_at(&self, y: u16, area: Rect, run: &Run, world: &World, look: Look) -> Option<Range<u64>> {
        let page = world.page_of(&run.id)?;
        self.picture(self.room(area), run, page, world, look).into_iter().nth(y.into())?.0
    }

    /// The lines on the screen, each with the rows that it stands for.
    fn picture(
        &self,
        area: Rect,
        run: &Run,
        page: &Page,
        world: &World,
        look: Look,
    ) -> Vec<(Option<Range<u64>>, Line<'static>)> {
        let columns = usize::from(area.width);
        let items = self.folds.items(page);
        let shown = self.shown(&items, page, area);
        let detail = world.detail_of(&run.id);
        let drawing = Drawing {
            columns,
            started_ms: world.started_ms(run),
            meant: self.meant(&items, page, area, true).filter(|_| look.focused),
            look,
        };
        let marks: Vec<_> = inside(world.marks_of(&run.id), page).collect();
        let mut lines = Vec::new();
        let mut before = None;
        for item in &items.all[shown.clone()] {
            let between = self.between(before, Some(item), page, &marks, &drawing);
            lines.extend(between.into_iter().map(|line| (None, line)));
            let drawn = self.lines(item, page, &items, &drawing);
            lines.extend(drawn.into_iter().map(|line| (Some(item.rows.clone()), line)));
            before = Some(item);
        }
        let ends = if page.found.is_filtered() { page.found.ends() } else { items.end() >= page.total };
        let at_end = shown.end == items.all.len() && ends;
        if at_end {
            let below = self.between(before, None, page, &marks, &drawing);
            lines.extend(below.into_iter().map(|line| (None, line)));
        }
        if run.is_live() && at_end && !page.found.is_filtered() {
            // What plugdeck says is no sign of an agent's life; of a build it tells that a step has begun.
            let counts = |row: &&Row| self.kind == Kind::Build || row.source != Source::Supervisor;
            let last = page.rows.iter().rev().find(counts).map_or(0, |row| row.t_us).max(page.last_us);
            let silent = run.elapsed(look.now).saturating_sub(Duration::from_micros(last));
            let (enough, doing) = match self.kind {
                Kind::Plain => (SILENCE, None),
                Kind::Build => (stall::SILENCE, detail.and_then(silence::doing)),
            };
            if silent >= enough {
                let notice = detail.and_then(|detail| detail.spec.limits.silence_notice());
                let warn = run.stuck || notice.is_some_and(|notice| silent >= notice);
                lines.push((None, silence::line(silent, doing.as_deref(), columns, warn, look)));
            }
        }
        let skip = if self.follows() { lines.len().saturating_sub(usize::from(area.height)) } else { 0 };
        lines.drain(..skip);
        lines
    }

    /// One line of output, as one or more lines on screen.
    fn lines(&self, item: &Item, page: &Page, items: &Items, drawing: &Drawing) -> Vec<Line<'static>> {
        let (line, columns, look) = (item.row, drawing.columns, drawing.look);
        let t = look.theme;
        let moment = Moment { t_us: line.t_us, before_us: item.before_us, started_ms: drawing.started_ms };
        let mut head = vec![span(format!("{} ", self.times.of(moment, look.now)), t.dim)];
        let (tag, tag_colour, colour) = match line.source {
            Source::Output(Stream::Out) => ("out", t.dim, t.fg),
            Source::Output(Stream::Err) => ("err", t.dim, t.fg),
            Source::Supervisor => ("sup", t.info, t.dim),
        };
        let gutter = span(" │ ", t.rule);
        // Under the head, where the line goes on.
        let mut under = vec![blank(width(&head))];
        let mut text = match (self.kind, line.source) {
            (Kind::Build, Source::Output(_)) => {
                head.push(blank(1));
                under.push(blank(1));
                match item.part {
                    Part::Line | Part::Folded | Part::Head => build_line(&line.text, look),
                    Part::Exception => {
                        fold::exception(&line.text, t).unwrap_or_else(|| build_line(&line.text, look))
                    }
                }
            }
            (Kind::Build, Source::Supervisor) | (Kind::Plain, _) => {
                head.extend([span(tag, tag_colour), gutter.clone()]);
                under.extend([blank(tag.len()), gutter]);
                let plain = || coloured::spans(&line.text, Style::new().fg(colour), t);
                match item.part {
                    Part::Line | Part::Folded | Part::Head => plain(),
                    Part::Exception => fold::exception(&line.text, t).unwrap_or_else(plain),
                }
            }
        };
        if let (Part::Folded, Some(traceback)) = (item.part, item.traceback) {
            let room = columns.saturating_sub(width(&head));
            let meant = drawing.meant == Some(traceback);
            head.extend(fold::folded(&items.tracebacks[traceback], room, meant, t));
            return vec![vec_line(head)];
        }
        let number = page.number(item.rows.start);
        text = self.highlighted(text, number, self.finding.shows(line), look);
        if item.part == Part::Head {
            text.insert(0, span("▾ ", t.dim));
        }
        if line.cut > 0 {
            text.push(span(words::cut(line.cut), t.warn));
        }
        if self.wrap {
            let room = columns.saturating_sub(width(&head)).max(1);
            let line = |(at, part): (usize, Vec<Span<'static>>)| {
                let mut spans = if at == 0 { head.clone() } else { under.clone() };
                spans.extend(part);
                vec_line(spans)
            };
            return sideways::broken(text, room).into_iter().enumerate().map(line).collect();
        }
        let mut spans = head;
        match line.source {
            Source::Output(_) => spans.extend(sideways::after(text, self.aside)),
            // plugdeck's own lines are short, and say where the others belong.
            Source::Supervisor => spans.extend(text),
        }
        vec![vec_line(spans)]
    }
}

impl Kind {
    /// Columns between the time and the text.
    fn gutter(self) -> usize {
        match self {
            Self::Plain => 6,
            Self::Build => 1,
        }
    }
}

fn vec_line(spans: Vec<Span<'static>>) -> Line<'static> {
    Line::from(spans)
}

#[cfg(test)]
mod tests;
