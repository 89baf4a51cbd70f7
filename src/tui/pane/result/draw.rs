//! The result's page: the claim above, the rows between, what the call used below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::run::status::State;
use crate::text;
use crate::tui::pane::result::{ResultView, Row, words};
use crate::tui::pane::{Look, sign};
use crate::tui::theme::{Depth, Theme};
use crate::tui::widget::callout::callout;
use crate::tui::widget::json_tree::show::View;
use crate::tui::widget::line::{below, blank, bold, cut, put, row, rule, section, span, spread, width};
use crate::tui::widget::select::select;
use crate::tui::widget::wrap;

/// Least height of a page that has air between its parts.
const ROOMY: u16 = 20;

impl ResultView {
    /// Draws the page on an area for text, below the run's tabs. The mark of the cursor's row stands in the column
    /// before it. The rule that has seen an error may be `accepted` by now.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, accepted: bool, look: Look) {
        let theme = look.theme;
        let roomy = area.height >= ROOMY;
        let mut top = u16::from(roomy);
        if let Some((claim, evidence)) = words::claim(&self.reply.outcome) {
            let rows = if roomy { 4 } else { 2 };
            let boxed = below(area, top);
            // Beside the bar and its air.
            let columns = usize::from(area.width).saturating_sub(3);
            let lines = self.claim(&claim, &evidence, accepted, columns, usize::from(rows) / 2, theme);
            callout(
                buffer,
                Rect { height: rows.min(boxed.height), ..boxed },
                self.colour(theme),
                lines,
                theme,
            );
            top += rows + 1;
        }
        // The place, what the call used, and air.
        let foot = match area.height {
            0..8 => u16::from(self.search.is_some()),
            8..ROOMY => 2,
            ROOMY.. => 3,
        };
        let feet = below(area, area.height - foot.min(area.height));
        self.draw_place(buffer, row(feet, 0), theme);
        self.draw_usage(buffer, below(feet, 1), theme);
        let body = below(Rect { height: area.height.saturating_sub(foot), ..area }, top);
        self.draw_rows(buffer, body, look);
    }

    /// What the tab strip's right end says: how the result is shown, and the key that changes it.
    #[must_use]
    pub fn strip_fact(&self, theme: &Theme) -> Vec<Span<'static>> {
        let Some(tree) = self.tree.as_ref().filter(|tree| tree.fault().is_none()) else { return Vec::new() };
        let (on, off) = (theme.fg, theme.dim);
        let (tree, raw) = if tree.is_raw() { (off, on) } else { (on, off) };
        vec![span("tree", tree), span(" · ", off), span("raw ", raw), bold("T", theme.accent)]
    }

    fn colour(&self, theme: &Theme) -> ratatui::style::Color {
        match self.reply.outcome.state {
            // Someone wanted it so: nothing to alarm about.
            State::Killed => theme.line,
            state => sign::state(state, theme).1,
        }
    }

    /// The lines of the callout: the claim, and its evidence on at most `most` lines.
    fn claim(
        &self,
        claim: &str,
        evidence: &str,
        accepted: bool,
        columns: usize,
        most: usize,
        theme: &Theme,
    ) -> Vec<Line<'static>> {
        let mut claim = vec![bold(text::safe(claim.as_bytes()), theme.bright)];
        if self.reply.outcome.state == State::SoftError {
            let (before, after) =
                if accepted { ("accepted  ", " takes it back") } else { ("", " not an error") };
            let key = vec![span(before, theme.fg), bold("i", theme.accent), span(after, theme.dim)];
            if width(&claim) + 2 + width(&key) <= columns {
                claim = spread(claim, key, columns).spans;
            }
        }
        let mut lines = vec![Line::from(claim)];
        if let Some(rule) = self.reply.outcome.rule.as_ref().filter(|_| accepted) {
            let rule = text::safe(rule.as_bytes());
            let said = format!("Rule {rule} accepted from now on; this run stays as recorded");
            let rows = wrap::words(&said, columns, most);
            lines.extend(rows.into_iter().map(|row| Line::from(span(row, theme.dim))));
            return lines;
        }
        let evidence = text::safe(evidence.as_bytes());
        // The rule's name is what a person looks up.
        let rule = evidence.rsplit_once(' ').filter(|_| self.reply.outcome.state == State::SoftError);
        if let Some((words, rule)) = rule {
            let (before, after) = if text::width(&evidence) > columns {
                ("Rule ".to_owned(), ": AgentHub calls this a success")
            } else {
                (format!("{words} "), "")
            };
            lines.push(Line::from(vec![
                span(before, theme.dim),
                span(rule, theme.fg),
                span(after, theme.dim),
            ]));
        } else if !evidence.is_empty() {
            let rows = wrap::words(&evidence, columns, most);
            lines.extend(rows.into_iter().map(|row| Line::from(span(row, theme.dim))));
        }
        lines
    }

    fn draw_rows(&self, buffer: &mut Buffer, area: Rect, look: Look) {
        let height = usize::from(area.height);
        if area.is_empty() {
            return;
        }
        let columns = usize::from(area.width);
        self.make_room(columns, height, look.theme);
        let (top, first_lines) = self.first_row(columns, height, look.theme);
        self.top.set(top);
        self.bottom.set(top);
        let mut at = 0;
        let mut next = Some(first_lines);
        for index in top..self.rows.len() {
            let lines = next.take().unwrap_or_else(|| self.lines(index, columns, look.theme));
            if usize::from(at) + lines.len() <= height {
                self.bottom.set(index);
            }
            for line in lines {
                let whole = row(area, at);
                if whole.is_empty() {
                    return;
                }
                put(buffer, whole, line.clone());
                if index == self.cursor && look.focused {
                    let x = whole.x.saturating_sub(1);
                    let bar = Rect { x, width: whole.right() + 1 - x, ..whole };
                    select(buffer, bar.intersection(buffer.area), true, look.theme);
                    if self.search.is_some() && look.theme.depth == Depth::Full {
                        // What was found keeps its own paper on the tint.
                        put(buffer, whole, line);
                    }
                }
                at += 1;
            }
        }
    }

    /// Hides so many of the lines of standard error that the last one, which names the exception, is on the first
    /// screen. Where no number of them would do that, and where nothing went wrong, all can be scrolled to.
    fn make_room(&self, columns: usize, height: usize, theme: &Theme) {
        self.hidden.set(0);
        let stderr = self.stderr.clone();
        if stderr.is_empty() || words::claim(&self.reply.outcome).is_none() {
            return;
        }
        let mut room = height;
        for at in 0..stderr.start {
            let Some(left) = room.checked_sub(self.lines(at, columns, theme).len()) else { return };
            room = left;
        }
        let fits = |at: &usize| {
            let left = room.checked_sub(self.lines(*at, columns, theme).len());
            room = left.unwrap_or(0);
            left.is_some()
        };
        let shown = stderr.clone().rev().take_while(fits).count();
        // Where the cursor is, nothing goes away.
        let above = if stderr.contains(&self.cursor) { self.cursor - stderr.start } else { stderr.len() };
        if shown > 0 {
            self.hidden.set((stderr.len() - shown).min(above));
        }
    }

    /// The first row to show and its lines: the one shown last, unless the cursor would be out of sight or the
    /// page would end before the screen does.
    fn first_row(&self, columns: usize, height: usize, theme: &Theme) -> (usize, Vec<Line<'static>>) {
        // The first row from which all rows up to this one fit.
        let from = |last: usize| {
            let mut used = self.lines(last, columns, theme).len();
            let rows = (0..last).rev().take_while(|at| {
                used += self.lines(*at, columns, theme).len();
                used <= height
            });
            rows.last().unwrap_or(last)
        };
        // A section's head is shown with its first row.
        let head = (0..self.cursor).rev().take_while(|at| !self.rests(*at)).last().unwrap_or(self.cursor);
        let highest = from(self.rows.len().saturating_sub(1));
        let top = self.top.get().min(head).min(highest).max(from(self.cursor));
        (top, self.lines(top, columns, theme))
    }

    /// A row as lines of the screen.
    fn lines(&self, index: usize, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
        let wrapped = |text: &str, colour| -> Vec<Line<'static>> {
            wrap::rows(text, columns).into_iter().map(|row| Line::from(span(row, colour))).collect()
        };
        match self.rows.get(index) {
            None => Vec::new(),
            Some(_) if self.is_hidden(index) => Vec::new(),
            Some(Row::Stderrs) => {
                let shown = self.stderr.len() - self.hidden.get();
                let fact = match self.reply.outcome.stderr_lines {
                    0 => format!("last {}", sign::count(shown, "line", "lines")),
                    all if all == shown as u64 => sign::count(shown, "line", "lines"),
                    all => format!("last {shown} of {all} lines"),
                };
                vec![section(
                    vec![bold("Last stderr", theme.bright)],
                    vec![span(fact, theme.dim)],
                    columns,
                    theme,
                )]
            }
            Some(Row::Blank) => vec![Line::default()],
            Some(Row::Section(name, fact)) => {
                let fact = if fact.is_empty() { Vec::new() } else { vec![span(fact, theme.dim)] };
                vec![section(vec![bold(*name, theme.bright)], fact, columns, theme)]
            }
            Some(Row::Tree(at)) => {
                let needle = self.search.as_ref().and_then(|search| search.needle.as_ref());
                let view = View { columns, aside: self.aside, needle, theme };
                self.tree.as_ref().map_or_else(Vec::new, |tree| tree.view(*at, view))
            }
            Some(Row::Line(line)) => wrapped(line, theme.fg),
            Some(Row::Note(note)) => wrapped(note, theme.dim),
            Some(Row::Warning(warning)) => {
                let mut lines = wrapped(&format!("▲ {warning}"), theme.dim);
                if let Some(sign) = lines.first_mut() {
                    *sign = Line::from(vec![
                        span("▲", theme.warn),
                        span(sign.spans[0].content[3..].to_owned(), theme.dim),
                    ]);
                }
                lines
            }
            Some(Row::Stderr(line)) => match exception(line) {
                Some(name) => {
                    let mut lines = wrapped(line, theme.fg);
                    if let Some(first) =
                        lines.first_mut().filter(|first| first.spans[0].content.len() >= name.len())
                    {
                        let shown = first.spans[0].content[name.len()..].to_owned();
                        *first = Line::from(vec![bold(name, theme.err), span(shown, theme.fg)]);
                    }
                    lines
                }
                None if line.trim_start().starts_with("File \"") || line.starts_with("Traceback ") => {
                    wrapped(line, theme.dim)
                }
                None => wrapped(line, theme.fg),
            },
        }
    }

    fn draw_usage(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        if area.is_empty() {
            return;
        }
        let apart = if area.width >= 90 { 5 } else { 3 };
        let mut usage = words::usage(&self.reply.outcome);
        let columns = |usage: &[(&str, String)]| -> usize {
            usage.iter().map(|(label, value)| text::width(label) + text::width(value) + 1 + apart).sum()
        };
        // Whole facts go, the least telling first; how it ended stays.
        for dropped in ["stdout", "stderr", "cpu", "peak"] {
            if columns(&usage) > usize::from(area.width) + apart {
                usage.retain(|(label, _)| *label != dropped);
            }
        }
        let mut spans = Vec::new();
        for (label, value) in usage {
            spans.extend([span(format!("{label} "), theme.dim), span(value, theme.fg), blank(apart)]);
        }
        // Behind the last one there may be no room for it.
        spans.pop();
        put(buffer, area, Line::from(spans));
    }

    /// Where the cursor is, or what is searched for.
    fn draw_place(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        if area.is_empty() {
            return;
        }
        let columns = usize::from(area.width);
        let mut fact = self.search_fact(theme);
        if let Some(line) = self.search_line(columns / 2, theme) {
            let mut fact = cut(fact, columns - columns / 2);
            let room = columns.saturating_sub(width(&line) + width(&fact) + 4);
            if let Some(path) = self.path().filter(|_| room > 8) {
                let path = text::fit_end(&path, room).into_owned();
                fact.splice(0..0, [span(path, theme.dim), blank(2)]);
            }
            return put(buffer, area, spread(line, fact, columns));
        }
        // That of the whole says nothing.
        let Some(path) = self.path().filter(|path| path != ".") else {
            if fact.is_empty() {
                return rule(buffer, area, theme);
            }
            return put(buffer, area, section(Vec::new(), fact, columns, theme));
        };
        let mut room = columns.saturating_sub(width(&fact) + 4);
        if room < text::width(&path).min(columns / 2) {
            // Where one is is more than what was searched for.
            fact = fact.into_iter().skip(1).take(1).collect();
            room = columns.saturating_sub(width(&fact) + 4);
        }
        let path = text::fit_end(&path, room).into_owned();
        put(buffer, area, section(vec![span(path, theme.fg)], fact, columns, theme));
    }
}

/// The exception that a line of a traceback names.
fn exception(line: &str) -> Option<&str> {
    let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let last = name.rsplit('.').next()?;
    let is_name = last.starts_with(char::is_uppercase)
        && ["Error", "Exception", "Interrupt", "Exit", "Iteration", "Warning"]
            .iter()
            .any(|end| last.ends_with(end));
    (is_name && (rest.is_empty() || rest.starts_with(": "))).then_some(name)
}
