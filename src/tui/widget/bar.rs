//! The header and the footer: one row each, on the surface.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, put, span, spread, width};

/// Columns between two hints.
const APART: usize = 3;

/// A key and what it does, for the footer and for dialogs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub key: String,
    pub label: String,
}

impl Hint {
    /// A hint of these words.
    pub fn new(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into() }
    }

    fn columns(&self) -> usize {
        text_width(&self.key) + 1 + text_width(&self.label)
    }
}

fn text_width(text: &str) -> usize {
    crate::text::width(text)
}

/// Draws the header: the program's name, where one is, and what needs attention. `right` holds groups in the
/// order they are shown; where room is short they are dropped from the end of `drop_order` (indices, first one
/// first), before the place is cut.
pub fn header(
    buffer: &mut Buffer,
    area: Rect,
    place: Vec<Span<'static>>,
    mut right: Vec<Vec<Span<'static>>>,
    drop_order: &[usize],
    theme: &Theme,
) {
    buffer.set_style(area, theme.surface());
    let mut left = vec![bold(" plugdeck", theme.accent), blank(2)];
    left.extend(place);
    let columns = usize::from(area.width);
    let taken =
        |right: &[Vec<Span>]| right.iter().filter(|g| !g.is_empty()).map(|g| width(g) + 2).sum::<usize>();
    for index in drop_order {
        if width(&left) + 2 + taken(&right) <= columns {
            break;
        }
        if let Some(group) = right.get_mut(*index) {
            group.clear();
        }
    }
    let mut end = Vec::new();
    for group in right.into_iter().filter(|group| !group.is_empty()) {
        if !end.is_empty() {
            end.push(blank(2));
        }
        end.extend(group);
    }
    end.push(blank(1));
    put(buffer, area, spread(left, end, columns));
}

/// Draws the footer: hints of what has the focus on the left, the constant ones on the right. Whole hints are
/// left out where room is short, never a word.
pub fn footer(buffer: &mut Buffer, area: Rect, left: &[Hint], right: &[Hint], theme: &Theme) {
    buffer.set_style(area, theme.surface());
    let columns = usize::from(area.width);
    let right = hints(right, columns.saturating_sub(2), theme);
    let room = columns.saturating_sub(width(&right) + 2 + APART);
    let mut start = vec![blank(1)];
    start.extend(hints(left, room, theme));
    let mut end = right;
    end.push(blank(1));
    put(buffer, area, spread(start, end, columns));
}

/// The hint of a footer that stands at this column.
#[must_use]
pub fn hint_at<'a>(area: Rect, left: &'a [Hint], right: &'a [Hint], column: u16) -> Option<&'a Hint> {
    let columns = usize::from(area.width);
    let at = usize::from(column.checked_sub(area.x)?);
    let right = fitting(right, columns.saturating_sub(2));
    let end = taken(right);
    let left = fitting(left, columns.saturating_sub(end + 2 + APART));
    let find = |hints: &'a [Hint], mut from: usize| {
        hints.iter().find(|hint| {
            let here = (from..from + hint.columns()).contains(&at);
            from += hint.columns() + APART;
            here
        })
    };
    find(left, 1).or_else(|| find(right, columns.saturating_sub(end + 1)))
}

/// Those of the hints that fit.
fn fitting(hints: &[Hint], columns: usize) -> &[Hint] {
    let fit = (1..=hints.len()).take_while(|count| taken(&hints[..*count]) <= columns).last();
    &hints[..fit.unwrap_or(0)]
}

/// Columns that hints take, with those between them.
fn taken(hints: &[Hint]) -> usize {
    let between = APART * hints.len().saturating_sub(1);
    hints.iter().map(Hint::columns).sum::<usize>() + between
}

/// The hints that fit, as one piece of a line.
#[must_use]
pub fn hints(hints: &[Hint], columns: usize, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans: Vec<Span> = Vec::new();
    for hint in fitting(hints, columns) {
        spans.push(blank(if spans.is_empty() { 0 } else { APART }));
        spans.push(bold(hint.key.clone(), theme.accent));
        spans.push(span(format!(" {}", hint.label), theme.dim));
    }
    spans
}
