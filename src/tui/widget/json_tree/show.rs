//! Rows of a tree as lines of a screen.

use std::ops::Range;

use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::pane::sign;
use crate::tui::theme::Theme;
use crate::tui::widget::json_text;
use crate::tui::widget::json_tree::code::Part;
use crate::tui::widget::json_tree::{Name, Tree, What, code, fault, read};
use crate::tui::widget::line::{blank, bold, cut, span, width};
use crate::tui::widget::needle::{Needle, hit, mark};
use crate::tui::widget::sideways::{after, broken};
use crate::tui::widget::wrap;

/// Columns of the number of a line of code.
const NUMBER: usize = 4;

/// Bytes around a piece of a line in which is looked for what goes over its edges.
const AROUND: usize = 1024;

/// How rows are shown.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub columns: usize,
    /// Columns that lines of code are moved to the left.
    pub aside: usize,
    pub needle: Option<&'a Needle>,
    pub theme: &'a Theme,
}

impl Tree {
    /// A row as it is shown at this width: one line, or several where it is long.
    #[must_use]
    pub fn lines(&self, at: usize, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
        self.view(at, View { columns, aside: 0, needle: None, theme })
    }

    /// The same with what was found in it, and code moved sideways.
    #[must_use]
    pub fn view(&self, at: usize, view: View) -> Vec<Line<'static>> {
        let Some(row) = self.rows.get(at) else { return Vec::new() };
        let View { columns, theme, .. } = view;
        let found = |spans: Vec<Span<'static>>| match view.needle {
            Some(needle) => needle.mark(spans, theme),
            None => spans,
        };
        // Deep rows stop moving to the right, so that something of them stays in sight.
        let indent = (row.depth * 2).min(columns / 3);
        if let What::Line { text, range, part } = &row.what {
            // The lines of a text that is the whole value, or of the raw view, begin at the margin; those below a
            // key stand further in than the keys beside it, which have a place for their sign.
            let indent = if row.depth > 0 { indent + 2 } else { 0 };
            return match part {
                Part::Prose => self.prose(text, range, indent, view),
                Part::Code(number) => vec![code_line(text, range, &number.to_string(), indent, view)],
                Part::GoesOn => vec![code_line(text, range, "", indent, view)],
            };
        }
        let mut head = vec![blank(indent), fold_sign(&row.what, theme)];
        head.extend(found(self.name(&row.name, columns / 2, theme)));
        match &row.what {
            What::Short(range) => {
                let taken = width(&head);
                let written = self.text[range.clone()].trim();
                let value = match read::first(written) {
                    Some(b'"') => text::safe(read::quoted(written).as_bytes()),
                    Some(_) | None => text::safe(written.as_bytes()),
                };
                let value = found(vec![span(value, theme.fg)]);
                let mut rows = broken(value, columns.saturating_sub(taken).max(1)).into_iter();
                head.extend(rows.next().into_iter().flatten());
                let mut lines = vec![Line::from(head)];
                lines.extend(rows.map(|row| {
                    let mut spans = vec![blank(taken)];
                    spans.extend(row);
                    Line::from(spans)
                }));
                return lines;
            }
            What::Group { children, list, .. } => head.push(span(group(*children, *list).0, theme.dim)),
            What::Text { text, lines, left, .. } => {
                let count = match (left, lines) {
                    (0, 1) => format!("{} characters", text.chars().count()),
                    (0, lines) => format!("{lines} lines"),
                    (left, _) => format!("{} of text", sign::size(text.len() as u64 + left)),
                };
                head.push(span(count, theme.dim));
            }
            What::More { left, .. } => head.push(span(format!("{left} more — enter shows them"), theme.dim)),
            What::Cut { left } => {
                let more = format!("… {} more: the whole stands in {}", sign::size(*left), self.whole);
                return wrap::rows(&more, columns.saturating_sub(indent))
                    .into_iter()
                    .map(|row| Line::from(vec![blank(indent), span(row, theme.dim)]))
                    .collect();
            }
            What::Line { .. } => {}
        }
        vec![Line::from(cut(head, columns))]
    }

    /// A line of a text, broken where it is long; where it is no JSON any more, with a caret below.
    fn prose(&self, text: &str, range: &Range<usize>, indent: usize, view: View) -> Vec<Line<'static>> {
        let theme = view.theme;
        let room = view.columns.saturating_sub(indent).max(1);
        let line = text::safe(&text.as_bytes()[range.clone()]);
        let caret = self.fault.as_ref().filter(|_| self.raw).and_then(|fault| {
            let before = range.start..fault.at?;
            let stands = fault::is_in(text, range, before.end);
            stands.then(|| (text::safe(&text.as_bytes()[before]).len().min(line.len()), &fault.what))
        });
        let starts = if caret.is_some() { wrap::starts(&line, room) } else { Vec::new() };
        let spans = if self.raw && self.fault.is_none() {
            json_text::spans(&line, theme)
        } else {
            vec![span(line.clone(), theme.fg)]
        };
        let rows = broken(marked(spans, text, range, view), room);
        let mut lines: Vec<Line> = rows
            .into_iter()
            .map(|row| {
                let mut spans = vec![blank(indent)];
                spans.extend(row);
                Line::from(spans)
            })
            .collect();
        if let Some((at, what)) = caret {
            let row = starts.partition_point(|start| *start <= at).saturating_sub(1);
            let column = text::width(line.get(starts[row]..at).unwrap_or_default());
            let right = column + 2 + text::width(what) <= room;
            let (lead, words) = match right {
                true => (column, format!("^ {what}")),
                false => ((column + 1).saturating_sub(text::width(what) + 2), format!("{what} ^")),
            };
            let caret = Line::from(vec![blank(indent + lead), bold(words, theme.err)]);
            lines.insert((row + 1).min(lines.len()), caret);
        }
        lines
    }

    fn name(&self, name: &Name, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
        match name {
            Name::None => Vec::new(),
            Name::Key(range) => {
                let key = text::safe(read::quoted(&self.text[range.clone()]).as_bytes());
                vec![span(text::fit(&key, columns), theme.syn), span(": ", theme.dim)]
            }
            Name::Index(index) => vec![span(format!("{index}: "), theme.dim)],
        }
    }
}

/// A line of code: with its number, whitespace as it is, not broken.
fn code_line(text: &str, range: &Range<usize>, number: &str, indent: usize, view: View) -> Line<'static> {
    let theme = view.theme;
    let mut spans =
        vec![blank(indent), span(format!("{number:>NUMBER$} "), theme.dim), span("│ ", theme.rule)];
    let line = text::safe(&text.as_bytes()[range.clone()]);
    let coloured = marked(code::spans(&line, theme), text, range, view);
    spans.extend(after(coloured, view.aside));
    Line::from(cut(spans, view.columns))
}

/// A piece of a line with what was found in it marked, also where that begins or ends in another piece.
fn marked(spans: Vec<Span<'static>>, text: &str, range: &Range<usize>, view: View) -> Vec<Span<'static>> {
    let Some(needle) = view.needle else { return spans };
    let start = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |newline| range.end + newline);
    // Of a very long line a part is enough: nobody looks for a longer text.
    let from = text.floor_char_boundary(start.max(range.start.saturating_sub(AROUND)));
    let to = text.ceil_char_boundary(end.min(range.end + AROUND));
    if (from, to) == (range.start, range.end) {
        return needle.mark(spans, view.theme);
    }
    // Where they stand in the safe piece.
    let place = |at: usize| {
        let at = at.clamp(range.start, range.end);
        text::safe(&text.as_bytes()[range.start..at]).len()
    };
    let places: Vec<_> = needle
        .places(&text[from..to])
        .map(|found| place(from + found.start)..place(from + found.end))
        .filter(|place| !place.is_empty())
        .collect();
    mark(spans, &places, hit(view.theme))
}

/// How many values a group has: alone, and with what it is.
pub fn group(children: usize, list: bool) -> (String, String) {
    let s = if children == 1 { "" } else { "s" };
    let count = if list { format!("{children} item{s}") } else { format!("{children} key{s}") };
    let kind = if list { "array" } else { "object" };
    let whole = format!("{kind} · {count}");
    (count, whole)
}

fn fold_sign(what: &What, theme: &Theme) -> Span<'static> {
    match what {
        What::Group { open: true, .. } | What::Text { open: true, .. } => span("▾ ", theme.dim),
        What::Group { open: false, .. } | What::Text { open: false, .. } => span("▸ ", theme.dim),
        What::Short(_) | What::Line { .. } | What::More { .. } | What::Cut { .. } => blank(2),
    }
}
