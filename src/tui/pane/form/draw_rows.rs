//! The rows inside a list or an object, under one another in the box of their field.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text;
use crate::tui::pane::form::draw_field::Shown;
use crate::tui::pane::form::field::{Entry, Field};
use crate::tui::pane::form::point::{Hit, Spot};
use crate::tui::pane::form::rows::Rows;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{bold, put, row, span};

/// Widest column of names.
const NAMES: u16 = 18;

/// Most rows that one value takes.
const HIGHEST: u16 = 5;

/// A value inside, and how it is shown.
pub struct Inner<'a> {
    /// The way to it, from the outermost rows on.
    path: Vec<usize>,
    depth: u16,
    name: String,
    field: &'a Field,
    selected: bool,
    /// The place for a new item.
    new: bool,
}

/// The values inside rows, from the top, those of rows inside them too.
fn inner<'a>(rows: &'a Rows, depth: u16, selected: bool, way: &[usize]) -> Vec<Inner<'a>> {
    let last = rows.fields.len().saturating_sub(1);
    let mut all = Vec::new();
    for (index, field) in rows.fields.iter().enumerate() {
        let new = rows.is_list() && index == last && !field.is_present();
        let name = match (rows.is_list(), new) {
            (true, true) => "+".to_owned(),
            (true, false) => index.to_string(),
            (false, _) => {
                let star = if field.is_required() { " *" } else { "" };
                format!("{}{star}", text::safe(field.name.as_bytes()))
            }
        };
        let selected = selected && index == rows.selected;
        let inside = field.rows();
        let path = [way, &[index]].concat();
        all.push(Inner {
            path: path.clone(),
            depth,
            name,
            field,
            selected: selected && inside.is_none(),
            new,
        });
        if let Some(inside) = inside {
            all.extend(inner(inside, depth + 1, selected, &path));
        }
    }
    all
}

impl Inner<'_> {
    /// The value as it is shown inside a field.
    fn shown(&self, around: &Shown) -> Shown<'_> {
        Shown {
            field: self.field,
            problem: None,
            hint: None,
            selected: self.selected,
            typing: self.selected && around.typing,
            rows: (1, HIGHEST),
            new: self.new,
        }
    }

    fn height(&self, width: u16) -> u16 {
        match self.field.entry() {
            Entry::Rows | Entry::Switch => 1,
            Entry::Line | Entry::Lines | Entry::Json => self.field.editor.rows(width, HIGHEST).max(1),
        }
    }
}

/// The columns that names take, and so the width of the values, for a box this wide.
fn columns(all: &[Inner], width: u16) -> (u16, u16) {
    let wide = |inner: &Inner| u16::try_from(text::width(&inner.name)).unwrap_or(NAMES) + 2 * inner.depth;
    let names = all.iter().map(wide).max().unwrap_or(0).min(NAMES).min(width / 2) + 2;
    (names, width.saturating_sub(names))
}

/// Those that fit into so many rows, the selected one among them, and the rows they take.
fn fitting<'a, 'b>(all: &'b [Inner<'a>], width: u16, most: u16) -> (&'b [Inner<'a>], u16) {
    let selected = all.iter().position(|inner| inner.selected).unwrap_or(0);
    let Some(height) = all.get(selected).map(|inner| inner.height(width)) else { return (all, 0) };
    let (mut from, mut to, mut taken) = (selected, selected + 1, height);
    loop {
        let above = from.checked_sub(1).map(|at| all[at].height(width)).filter(|more| taken + more <= most);
        let below = all.get(to).map(|inner| inner.height(width)).filter(|more| taken + more <= most);
        match (above, below) {
            (Some(more), below) if below.is_none() || selected - from <= to - selected => {
                (from, taken) = (from - 1, taken + more);
            }
            (_, Some(more)) => (to, taken) = (to + 1, taken + more),
            (Some(_) | None, None) => return (&all[from..to], taken),
        }
    }
}

/// Rows that the inside of a field takes.
pub fn height(rows: &Rows, selected: bool, width: u16, most: u16) -> u16 {
    let all = inner(rows, 0, selected, &[]);
    let (_, values) = columns(&all, width);
    fitting(&all, values, most).1.max(1)
}

/// Draws the inside of a field over an area.
pub fn draw(shown: &Shown, rows: &Rows, buffer: &mut Buffer, area: Rect, theme: &Theme) {
    for Row { inner, place, value } in shown_rows(&inner(rows, 0, shown.selected, &[]), area) {
        let name = Rect { width: (value.x - place.x).saturating_sub(1), ..row(place, 0) };
        let label = text::fit(&inner.name, usize::from(name.width)).into_owned();
        put(buffer, name, if inner.selected { bold(label, theme.accent) } else { span(label, theme.dim) });
        if inner.field.rows().is_none() {
            inner.shown(shown).draw_value(buffer, value, theme);
        }
    }
}

/// What stands at a cell of the inside of a field, drawn over an area.
pub fn at(shown: &Shown, rows: &Rows, area: Rect, at: Position) -> Hit {
    let all = inner(rows, 0, shown.selected, &[]);
    let row = shown_rows(&all, area).into_iter().find(|row| {
        let y = row.place.y..row.place.bottom();
        y.contains(&at.y)
    });
    let Some(Row { inner, value, .. }) = row else { return Hit::of(Spot::Rest) };
    let spot = match inner.field.rows() {
        Some(_) => Spot::Rest,
        None => inner.shown(shown).value_at(value, at).spot,
    };
    Hit { path: inner.path.clone(), spot }
}

/// A value inside and its place: the whole of it from its name on, and the value's own.
struct Row<'a, 'b> {
    inner: &'b Inner<'a>,
    place: Rect,
    value: Rect,
}

fn shown_rows<'a, 'b>(all: &'b [Inner<'a>], area: Rect) -> Vec<Row<'a, 'b>> {
    let (names, values) = columns(all, area.width);
    let mut at = 0;
    let mut rows = Vec::new();
    for inner in fitting(all, values, area.height).0 {
        let height = inner.height(values).min(area.height.saturating_sub(at));
        let indent = (2 * inner.depth).min(names);
        let place = Rect { x: area.x + indent, y: area.y + at, width: area.width - indent, height };
        let value = Rect { x: area.x + names, width: values, ..place }.intersection(area);
        rows.push(Row { inner, place, value });
        at += height;
    }
    rows
}
