//! A run's output as it arrives: a window over the files, with time and stream beside each line.

mod filtered;
mod finding;
mod found;
mod input;
mod marks;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::run::output::Stream;
use crate::run::spec::RunId;
use crate::tui::effect::Watch;
use crate::tui::keymap::Action;
use crate::tui::pane::list::distance;
use crate::tui::pane::output::finding::Finding;
use crate::tui::pane::{Look, sign, silence};
use crate::tui::seen::{From, Page, Row, Run, Source};
use crate::tui::tail::stall;
use crate::tui::widget::coloured;
use crate::tui::widget::line::{blank, bold, put, row, span, width};
use crate::tui::widget::{sideways, wrap};
use crate::tui::world::World;

/// Silence at the end of a live run that is told.
const SILENCE: Duration = Duration::from_secs(5);

/// Columns that one step sideways goes.
const ASIDE: usize = 20;

/// Columns of the time beside each line, with the space after it.
const TIME: usize = 7;

/// How a log is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An agent's own lines, with their stream.
    Plain,
    /// A build's lines: the verbs of its tool stand out.
    Build,
}

/// What is shown of the output, and how.
#[derive(Debug)]
pub struct Output {
    kind: Kind,
    from: From,
    wrap: bool,
    times: bool,
    aside: usize,
    /// Rows there were when following was left.
    seen: u64,
    finding: Finding,
}

impl Output {
    /// A view that follows the end. Why a build failed stands in sentences, so its lines are wrapped at first.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let wrap = kind == Kind::Build;
        let finding = Finding::default();
        Self { kind, from: From::End, wrap, times: true, aside: 0, seen: 0, finding }
    }

    /// Whether the end is shown as it grows.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.from == From::End
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
        if self.act_on_finding(action, page) {
            return true;
        }
        match action {
            Action::Follow | Action::Last => {
                self.moved();
                self.from = From::End;
            }
            Action::Wrap => self.wrap = !self.wrap,
            Action::Times => self.times = !self.times,
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

    /// Scrolls by rows; at the end it follows again.
    pub fn scroll(&mut self, by: isize, area: Rect, page: Option<&Page>) {
        let Some(page) = page else { return };
        // Where all that is shown fits, there is nowhere to go.
        if !self.finding.is_all() && page.first == 0 && page.found.ends {
            return;
        }
        let area = self.room(area);
        self.moved();
        if self.finding.has_context() {
            return self.scroll_filtered(by, page);
        }
        let last = page.total.saturating_sub(u64::from(area.height));
        let first = match self.from {
            From::End => last,
            From::Row(first) => first,
            From::Trouble | From::Time(_) | From::At { .. } => page.first,
        };
        let to = first.saturating_add_signed(i64::try_from(by).unwrap_or(i64::MAX));
        // A jump may have gone beyond where scrolling ends.
        if first <= last && to >= last && (by > 0 || !self.wrap) && self.is_the_end(to, area, page) {
            self.from = From::End;
            return;
        }
        if self.follows() {
            self.seen = page.total;
        }
        self.from = From::Row(to.min(page.total.saturating_sub(1)));
    }

    /// Whether everything from this row on fits; wrapped lines take more than one.
    fn is_the_end(&self, row: u64, area: Rect, page: &Page) -> bool {
        let skip = usize::try_from(row.saturating_sub(page.first)).unwrap_or(usize::MAX);
        if !self.wrap || row < page.first || skip >= page.rows.len() {
            return true;
        }
        let room = usize::from(area.width).saturating_sub(self.indent()).max(1);
        let rows = |line: &Row| wrap::starts(&sign::safe(&line.text), room).len();
        page.rows.iter().skip(skip).map(rows).sum::<usize>() <= usize::from(area.height)
    }

    /// Columns before a line's text.
    fn indent(&self) -> usize {
        let time = if self.times { TIME } else { 1 };
        time + if self.kind == Kind::Build { 1 } else { 6 }
    }

    /// What stands on the frame: `follow`, or how much is new below.
    #[must_use]
    pub fn fact(&self, page: Option<&Page>, look: Look) -> Vec<Span<'static>> {
        let Some(page) = page else { return Vec::new() };
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
        let columns = usize::from(area.width);
        let mut lines = Vec::new();
        for (at, line) in page.rows.iter().enumerate() {
            lines.extend(self.between(at, page, run, world, columns, look));
            lines.extend(self.lines(line, page.number(at), columns, look));
        }
        lines.extend(self.between(page.rows.len(), page, run, world, columns, look));
        let at_end = page.first + page.rows.len() as u64 >= page.total;
        if run.is_live() && at_end && self.finding.is_all() {
            // What plugdeck says is no sign of an agent's life; of a build it tells that a step has begun.
            let counts = |row: &&Row| self.kind == Kind::Build || row.source != Source::Supervisor;
            let last = page.rows.iter().rev().find(counts).map_or(0, |row| row.t_us).max(page.last_us);
            let silent = run.elapsed(look.now).saturating_sub(Duration::from_micros(last));
            let (enough, doing) = match self.kind {
                Kind::Plain => (SILENCE, None),
                Kind::Build => (stall::SILENCE, world.detail_of(&run.id).and_then(silence::doing)),
            };
            if silent >= enough {
                let warn = run.stuck || silent >= world.silence_notice;
                lines.push(silence::line(silent, doing.as_deref(), columns, warn, look));
            }
        }
        let skip = if self.follows() { lines.len().saturating_sub(usize::from(area.height)) } else { 0 };
        for (y, line) in (0..area.height).zip(lines.into_iter().skip(skip)) {
            put(buffer, row(area, y), line);
        }
    }

    /// One line of output, as one or more lines on screen.
    fn lines(&self, line: &Row, number: u64, columns: usize, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let mut head = Vec::new();
        if self.times {
            head.push(span(format!("{:>1$} ", seconds(line.t_us), TIME - 1), t.dim));
        } else {
            head.push(blank(1));
        }
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
                build_line(&line.text, look)
            }
            (Kind::Build, Source::Supervisor) | (Kind::Plain, _) => {
                head.extend([span(tag, tag_colour), gutter.clone()]);
                under.extend([blank(tag.len()), gutter]);
                coloured::spans(&line.text, Style::new().fg(colour), t)
            }
        };
        text = self.highlighted(text, number, self.finding.shows(line), look);
        if line.cut > 0 {
            text.push(span(format!(" … {} more", sign::size(line.cut)), t.warn));
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

/// Seconds since the start, in at most six columns.
fn seconds(t_us: u64) -> String {
    let hundredths = t_us / 10_000;
    match t_us / 1_000_000 {
        whole @ 0..1_000 => format!("{whole}.{:02}", hundredths % 100),
        whole @ 1_000..10_000 => format!("{whole}.{}", hundredths / 10 % 10),
        whole => whole.to_string(),
    }
}

/// A line of uv's or pip's with its verb in a column of its own.
fn build_line(text: &str, look: Look) -> Vec<Span<'static>> {
    let t = look.theme;
    let plain = sign::safe(text);
    let trimmed = plain.trim_start();
    let (word, rest) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
    let verb = |colour, strong: bool| {
        let verb = format!("{:<12}", word.trim_end_matches(':'));
        let (subject, context) = subject(word, rest);
        let context = if context.is_empty() { String::new() } else { format!(" {context}") };
        let subject = if strong { bold(subject, t.bright) } else { bold(subject, t.fg) };
        vec![if strong { bold(verb, colour) } else { span(verb, colour) }, subject, span(context, t.dim)]
    };
    let package = |colour| {
        let (name, version) =
            rest.split_once("==").map_or((rest, String::new()), |(n, v)| (n, format!("=={v}")));
        vec![span(format!("{word:>11} "), colour), span(name.to_owned(), t.fg), span(version, t.dim)]
    };
    match word {
        "Resolved" | "Prepared" | "Installed" | "Uninstalled" | "Audited" | "Successfully" => {
            verb(t.ok, true)
        }
        "Downloading" | "Downloaded" | "Building" | "Built" | "Using" | "Creating" | "Collecting"
        | "Installing" | "Updating" | "Updated" => verb(t.info, false),
        "warning:" | "WARNING:" => {
            vec![bold(format!("{:<12}", "warning"), t.warn), span(rest.to_owned(), t.fg)]
        }
        "error:" | "ERROR:" => vec![bold(format!("{:<12}", "error"), t.err), span(rest.to_owned(), t.fg)],
        "+" if !rest.is_empty() => package(t.ok),
        "-" if !rest.is_empty() => package(t.err),
        "~" if !rest.is_empty() => package(t.warn),
        _ => coloured::spans(text, Style::new().fg(t.fg), t),
    }
}

/// What a verb's line is about, and the rest: `61 packages` of `61 packages in 247ms`.
fn subject<'a>(verb: &str, rest: &'a str) -> (String, &'a str) {
    let words = if rest.starts_with(|c: char| c.is_ascii_digit()) || matches!(verb, "Using" | "Creating") {
        2
    } else {
        1
    };
    let end = rest.match_indices(' ').nth(words - 1).map_or(rest.len(), |(at, _)| at);
    (rest[..end].to_owned(), rest[end..].trim_start())
}

fn vec_line(spans: Vec<Span<'static>>) -> Line<'static> {
    Line::from(spans)
}

#[cfg(test)]
mod tests;
