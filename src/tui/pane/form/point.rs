//! The mouse on the form's page: a click goes to what it points at, and into a text at its very character; a drag
//! selects there, a double click a word. The wheel moves the text under it where there is more of that than is shown,
//! else the page. What is typed is changed by nothing but a value that is clicked on, and undo has it back.

use ratatui::layout::{Position, Rect};

use crate::tui::keymap::Action;
use crate::tui::pane::Look;
use crate::tui::pane::form::draw::status_columns;
use crate::tui::pane::form::editor::Editor;
use crate::tui::pane::form::field::{Entry, Field};
use crate::tui::pane::form::json;
use crate::tui::pane::form::options::Stop;
use crate::tui::pane::form::page::{Areas, Held, Part};
use crate::tui::pane::form::{Form, Side, draw_json};

/// What stands at a cell of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A text, over this area of the part.
    Text(Rect),
    /// One of the values that are offered below the selected text, or one of those of earlier runs.
    Choice(usize),
    Earlier(usize),
    /// A word of a switch; `None` leaves the value out.
    Word(Option<bool>),
    /// A profile, by its place among those offered.
    Profile(usize),
    /// What unfolds and folds rows.
    Fold,
    Rest,
}

/// What stands at a cell: which of the fields inside one another, and what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub path: Vec<usize>,
    pub spot: Spot,
}

impl Hit {
    /// Something of the part itself.
    pub fn of(spot: Spot) -> Self {
        Self { path: Vec::new(), spot }
    }
}

/// A text that the mouse holds.
#[derive(Clone, Copy, Debug)]
pub struct Grab {
    /// Where it stands on the screen; its first row may be above the page.
    area: Rect,
    top: i32,
}

impl Form {
    /// Takes a click of the left button; a second one at the same place is double. What comes back is an action that
    /// it is another way to.
    pub fn press(&mut self, at: Position, double: bool, area: Rect, look: Look) -> Option<Action> {
        self.grab = None;
        // Offers only follow what is typed; everything else that lies over the page has to be answered first.
        self.leave_at();
        if self.over.is_some() {
            return None;
        }
        let areas = self.areas(area, look);
        if let Some(side) = areas.tab_at(at, self.side) {
            return (side != self.side).then_some(Action::ToggleJson);
        }
        if areas.button().contains(at) {
            return Some(Action::Submit);
        }
        match self.side {
            Side::Json if areas.column().contains(at) => {
                let area = draw_json::inner(self, areas.column());
                self.grab = Some(Grab { area, top: area.y.into() });
            }
            Side::Json => {}
            Side::Fields => self.press_part(at, &areas, look)?,
        }
        if let (Some(grab), Some(editor)) = (self.grab, self.shown_editor()) {
            let place = grab.place(editor, at);
            if double {
                editor.select_word(place);
            } else {
                editor.point(place, false);
            }
            self.typing = true;
        }
        None
    }

    /// Takes the pointer moved with the button held down; whether a text follows it.
    pub fn drag(&mut self, at: Position) -> bool {
        let (Some(grab), Some(editor)) = (self.grab, self.shown_editor()) else { return false };
        let place = grab.place(editor, at);
        editor.point(place, true);
        true
    }

    /// The button is up again.
    pub fn release(&mut self) {
        self.grab = None;
    }

    /// Takes the wheel: so many rows down, or up.
    pub fn wheel(&mut self, at: Position, by: isize, area: Rect, look: Look) {
        if self.over.is_some() {
            for _ in 0..by.unsigned_abs() {
                drop(self.act(if by < 0 { Action::Up } else { Action::Down }));
            }
            return;
        }
        let areas = self.areas(area, look);
        if self.side == Side::Json {
            let height = draw_json::inner(self, areas.column()).height;
            self.json.scroll(by, height);
            return;
        }
        let laid = self.laid(&areas, look);
        let hit =
            laid.at(at).and_then(|(index, whole, at)| Some((index, laid.parts.get(index)?.at(whole, at))));
        let (offset, most) = (laid.offset, laid.rows - i32::from(areas.body.height));
        if let Some((index, Hit { path, spot: Spot::Text(text) })) = hit
            && self.editor_at(index, &path).is_some_and(|editor| editor.scroll(by, text.height))
        {
            return;
        }
        let offset = (offset + i32::try_from(by).unwrap_or(0)).min(most).max(0);
        self.held = Some(Held { offset, selected: self.selected, exact: true });
    }

    /// A key was pressed, or the screen has another size: what is selected comes into sight.
    pub fn loosen(&mut self) {
        let held = self.held.filter(|held| held.selected == self.selected);
        self.held = held.map(|held| Held { exact: false, ..held });
    }

    fn areas(&self, area: Rect, look: Look) -> Areas {
        Areas::new(area, self.status(look.theme, status_columns(area)).len())
    }

    /// A click on the fields' side: `None` where it points at nothing.
    fn press_part(&mut self, at: Position, areas: &Areas, look: Look) -> Option<()> {
        let laid = self.laid(areas, look);
        let (index, whole, inside) = laid.at(at)?;
        let hit = laid.parts.get(index)?.at(whole, inside);
        let row = laid.tops.get(index)? - laid.offset;
        self.go_to(index, &hit.path);
        self.choose_hit(&hit);
        // What was clicked stays under the pointer, whatever the rows above it take now.
        self.held = None;
        let laid = self.laid(areas, look);
        let top = *laid.tops.get(index)?;
        // Of what was unfolded as much comes into sight as can.
        let end = laid.rows - i32::from(areas.body.height);
        let offset = if hit.spot == Spot::Fold { (top - row).max(end.min(top)) } else { top - row };
        let again = laid.parts.get(index)?.at(whole, inside);
        let column = laid.column;
        if let Hit { path, spot: Spot::Text(text) } = again
            && path == hit.path
        {
            let area = Rect { x: column.x + text.x, y: column.y, ..text };
            self.grab = Some(Grab { area, top: i32::from(column.y) + top - offset + i32::from(text.y) });
        }
        self.held = Some(Held { offset, selected: self.selected, exact: true });
        Some(())
    }

    /// Selects a part, and a field inside it.
    fn go_to(&mut self, index: usize, path: &[usize]) {
        self.selected = index;
        if let Some(field) = self.fields.get_mut(index) {
            field.go_to(path);
            self.typing = true;
        } else if matches!(self.stop(), Some(Stop::Row(_))) {
            self.typing = true;
        }
    }

    /// Chooses the value that was clicked on.
    fn choose_hit(&mut self, hit: &Hit) {
        match hit.spot {
            Spot::Choice(at) => self.change(|field, method| {
                let value =
                    field.choices.values.get(at).and_then(|value| json::value(&value.to_string()).ok());
                value.is_some_and(|value| field.take_value(method, &value))
            }),
            Spot::Earlier(at) => self.change(|field, method| {
                let value = field.earlier.get(at).cloned();
                value.is_some_and(|value| field.take_value(method, &value))
            }),
            Spot::Word(word) => self.change(|field, method| {
                let value = word.and_then(|word| json::value(if word { "true" } else { "false" }).ok());
                field.set(method, value.as_deref());
                true
            }),
            Spot::Profile(at) => self.choose_profile(at),
            Spot::Fold => self.fold_stop(),
            Spot::Text(_) | Spot::Rest => {}
        }
    }

    /// The text that keys go into, where there is one.
    fn shown_editor(&mut self) -> Option<&mut Editor> {
        if self.side == Side::Json {
            return Some(&mut self.json);
        }
        let path = self.fields.get(self.selected).map(Field::path).unwrap_or_default();
        self.editor_at(self.selected, &path)
    }

    /// The text of a part, or of a field inside it.
    fn editor_at(&mut self, index: usize, path: &[usize]) -> Option<&mut Editor> {
        if index < self.fields.len() {
            let field = self.fields.get_mut(index)?.inner_mut(path)?;
            return match field.entry() {
                Entry::Lines | Entry::Line | Entry::Json => Some(&mut field.editor),
                Entry::Switch | Entry::Rows => None,
            };
        }
        match *self.options.stops().get(index - self.fields.len())? {
            Stop::Head => None,
            Stop::Row(row) => self.options.editor_mut(row),
            Stop::Context => Some(&mut self.options.context.editor),
        }
    }
}

impl Grab {
    /// The place of a text that stands at a cell of the screen.
    fn place(&self, editor: &Editor, at: Position) -> crate::tui::pane::form::editor::Place {
        let x = at.x.saturating_sub(self.area.x);
        editor.place_at(self.area.height, x, i32::from(at.y) - self.top)
    }
}

impl Part<'_> {
    /// What stands at a cell of this part, which takes all of `whole`.
    fn at(&self, whole: Rect, at: Position) -> Hit {
        match self {
            Self::Field(field) => field.at(whole, at),
            Self::Option(option) => Hit::of(option.at(whole, at)),
        }
    }
}

/// Which of these words stands at a column, each with a blank on both sides as [`super::draw_field::choice`] has it.
pub fn word_at(words: impl IntoIterator<Item = String>, column: usize) -> Option<usize> {
    let mut end = 0;
    words.into_iter().position(|word| {
        end += crate::text::width(&word) + 2;
        column < end
    })
}
