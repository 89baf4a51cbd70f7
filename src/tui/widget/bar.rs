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

/// The hints that fit, as one piece of a line.
#[must_use]
pub fn hints(hints: &[Hint], columns: usize, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans: Vec<Span> = Vec::new();
    let mut taken = 0;
    for hint in hints {
        let apart = if spans.is_empty() { 0 } else { APART };
        if taken + apart + hint.columns() > columns {
            break;
        }
        taken += apart + hint.columns();
        spans.push(blank(apart));
        spans.push(bold(hint.key.clone(), theme.accent));
        spans.push(span(format!(" {}", hint.label), theme.dim));
    }
    spans
}
