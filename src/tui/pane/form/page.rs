//! Where the parts of the form's page stand: for drawing it, and for pointing at it.

use ratatui::layout::{Position, Rect};

use crate::text;
use crate::tui::keymap::Layer;
use crate::tui::pane::Look;
use crate::tui::pane::form::draw_field::Shown;
use crate::tui::pane::form::field::Field;
use crate::tui::pane::form::options::Drawn;
use crate::tui::pane::form::{Form, Side};
use crate::tui::widget::line::{below, row};
use crate::tui::widget::{tabs, wrap};

/// The two sides, as the tab strip names them.
pub const SIDES: [&str; 2] = ["Form", "JSON"];

/// The chip that starts the run, at the right end of the page's last line.
pub const BUTTON: &str = " ctrl-r  run ";

/// Least height of a page on which tabs get a strip of their own and sections air; below it they share rows.
const ROOMY: u16 = 24;

/// Widest column of fields: longer lines read badly.
pub const WIDEST: u16 = 100;

/// Most rows of the question that stands before sending what is wrong.
const ASKING: u16 = 4;

/// The parts of the page between header and footer.
pub struct Areas {
    /// The tabs; a strip where the page is roomy, else one row.
    pub tabs: Rect,
    pub roomy: bool,
    /// Fields and options, or the payload's text.
    pub body: Rect,
    /// The last lines: whether this can be sent.
    pub status: Rect,
}

impl Areas {
    /// The parts of a page whose last lines are so many.
    pub fn new(area: Rect, lines: usize) -> Self {
        let roomy = area.height >= ROOMY;
        let tabs = if roomy { area } else { padded(row(area, 0)) };
        let body = below(area, if roomy { tabs::STRIP + 1 } else { 1 });
        let rows = u16::try_from(lines).unwrap_or(1).min(ASKING);
        let air = u16::from(roomy);
        let at = body.height.saturating_sub(rows + air);
        let width = body.width.min(WIDEST).saturating_sub(4);
        let status = Rect { x: body.x + 2, width, height: rows, ..below(body, at) };
        Self { tabs, roomy, body: Rect { height: at.saturating_sub(air), ..body }, status }
    }

    /// The column of the fields, and the box of the payload's text.
    pub fn column(&self) -> Rect {
        Rect { x: self.body.x + 1, width: self.body.width.min(WIDEST).saturating_sub(2), ..self.body }
    }

    /// The side whose name stands here.
    pub fn tab_at(&self, at: Position, shown: Side) -> Option<Side> {
        let active = usize::from(shown == Side::Json);
        let index = if self.roomy {
            tabs::places(self.tabs, &SIDES).position(|place| place.contains(at))
        } else {
            let column = at.x.checked_sub(self.tabs.x).filter(|_| self.tabs.contains(at))?;
            tabs::title_at(&SIDES, active, false, column)
        };
        index.map(|index| if index == 0 { Side::Fields } else { Side::Json })
    }

    /// Where the chip stands that starts the run.
    pub fn button(&self) -> Rect {
        let width = u16::try_from(BUTTON.len()).unwrap_or(0).min(self.status.width);
        Rect {
            x: self.status.right() - width,
            width,
            ..row(self.status, self.status.height.saturating_sub(1))
        }
    }
}

/// A part of the page that is walked to.
pub enum Part<'a> {
    Field(Shown<'a>),
    Option(Drawn<'a>),
}

/// The parts of the fields' side, each at its row of a page as long as it takes.
pub struct Laid<'a> {
    /// Lines above the first part.
    pub head: Vec<String>,
    pub parts: Vec<Part<'a>>,
    /// The first row of each.
    pub tops: Vec<i32>,
    /// Rows of them all.
    pub rows: i32,
    /// The row at the top of the screen; before the first one where a click must not move what it points at.
    pub offset: i32,
    pub column: Rect,
}

/// How far the page was scrolled by the mouse.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub offset: i32,
    /// What was selected then: nothing else is held where it is.
    pub selected: usize,
    /// Not a row further; else as far as the selected part takes to be in sight.
    pub exact: bool,
}

impl Part<'_> {
    pub fn height(&self, width: u16) -> u16 {
        match self {
            Self::Field(field) => field.height(width),
            Self::Option(option) => option.height(width),
        }
    }
}

impl Laid<'_> {
    /// Which part stands at a cell of the screen, and the rectangle it takes as if all of it were in sight: with rows
    /// that count from its own first one, and columns from that of the fields.
    pub fn at(&self, at: Position) -> Option<(usize, Rect, Position)> {
        let y = i32::from(at.y.checked_sub(self.column.y)?) + self.offset;
        let x = at.x.checked_sub(self.column.x).filter(|_| self.column.contains(at))?;
        let index = self.tops.iter().rposition(|top| *top <= y)?;
        let height = self.parts.get(index)?.height(self.column.width);
        let y = u16::try_from(y - self.tops.get(index)?).ok().filter(|y| *y < height)?;
        Some((index, Rect { x: 0, y: 0, width: self.column.width, height }, Position { x, y }))
    }
}

impl Form {
    /// Lays out fields and options over the page's body.
    pub(super) fn laid(&self, areas: &Areas, look: Look) -> Laid<'_> {
        let (column, height) = (areas.column(), areas.body.height);
        let fields = self.fields.iter().enumerate();
        let fields = fields.map(|(index, field)| Part::Field(self.shown(index, field, height, look)));
        let options = self.drawn_options(height, look).into_iter().map(Part::Option);
        let parts: Vec<Part> = fields.chain(options).collect();
        let head = self.head(column.width, height);
        let mut tops = Vec::new();
        let mut rows = i32::try_from(head.len()).unwrap_or(0);
        for part in &parts {
            tops.push(rows);
            rows += i32::from(part.height(column.width));
        }
        let height = i32::from(height);
        let selected = parts.get(self.selected).zip(tops.get(self.selected));
        let selected = selected.map(|(part, top)| (*top, i32::from(part.height(column.width))));
        let held = self.held.filter(|held| held.selected == self.selected);
        let offset = match (selected, held) {
            (Some(_), Some(held)) if held.exact => held.offset,
            (Some((top, taken)), Some(held)) => {
                held.offset.max(top + taken - height).min(top).min(rows - height).max(0)
            }
            // The selected field stays in the middle, as far as there is something above and below it.
            (Some((top, taken)), None) => {
                (top + taken / 2 - height / 2).max(0).min((rows - height).max(0)).min(top)
            }
            (None, _) => 0,
        };
        Laid { head, parts, tops, rows, offset, column }
    }

    /// The lines above the first field.
    fn head(&self, width: u16, height: u16) -> Vec<String> {
        let description = text::safe(self.method.description.as_bytes());
        let roomy = height + 5 >= ROOMY;
        let mut lines = Vec::new();
        if !description.trim().is_empty() {
            lines =
                wrap::words(&description, usize::from(width.saturating_sub(2)), if roomy { 3 } else { 1 });
        }
        if self.fields.is_empty() {
            lines.extend([String::new(), "this method takes no parameters — ctrl-r runs it".to_owned()]);
        } else if roomy && !lines.is_empty() {
            lines.push(String::new());
        }
        lines
    }

    fn shown<'a>(&'a self, index: usize, field: &'a Field, height: u16, look: Look) -> Shown<'a> {
        let selected = look.focused && index == self.selected;
        let wrong =
            self.checked.problems.iter().find(|problem| problem.parameter.as_ref() == Some(&field.name));
        let least = match height {
            0..14 => 1,
            14..24 => 3,
            24.. => 5,
        };
        let hint = self.checked.notes.iter().find(|note| note.parameter.as_ref() == Some(&field.name));
        Shown {
            field,
            hint: hint.map(|note| note.message.as_str()),
            // That nothing is there yet is no news before a person wanted to go on.
            problem: wrong
                .filter(|_| field.is_present() || self.tried)
                .map(|problem| problem.message.as_str()),
            new: false,
            selected,
            typing: selected && matches!(self.layer(), Layer::Text | Layer::Path),
            rows: (least, (height / 2).max(least)),
        }
    }
}

/// A line without the page's margin.
fn padded(line: Rect) -> Rect {
    Rect { x: line.x + 2, width: line.width.saturating_sub(4), ..line }
}
