//! A field whose value is a list or an object, with fields inside.

use serde_json::value::RawValue;

use crate::agent::manifest::{Method, Parameter};
use crate::tui::pane::form::editor::Editor;
use crate::tui::pane::form::field::{Entry, Field, LONG_TEXTS};
use crate::tui::pane::form::rows::Rows;

impl Field {
    /// A field inside another one: texts take one line there, unless their name says otherwise.
    pub fn inside_of(parameter: &Parameter, method: &Method, value: Option<&RawValue>) -> Self {
        let mut field = Self::new(parameter);
        if field.entry == Entry::Lines && !LONG_TEXTS.contains(&parameter.name.to_lowercase().as_str()) {
            field.entry = Entry::Line;
        }
        field.set(method, value);
        field
    }

    /// The rows that the value is typed in, where it is.
    pub fn rows(&self) -> Option<&Rows> {
        self.rows.as_ref()
    }

    /// The field that keys are for: this one, or the selected one inside it.
    pub fn innermost(&self) -> &Self {
        let inner = self.rows.as_ref().and_then(|rows| rows.fields.get(rows.selected));
        inner.map_or(self, Self::innermost)
    }

    /// The way to it: the selected row of each field inside.
    pub fn path(&self) -> Vec<usize> {
        let Some((rows, inner)) =
            self.rows.as_ref().and_then(|rows| Some((rows, rows.fields.get(rows.selected)?)))
        else {
            return Vec::new();
        };
        [vec![rows.selected], inner.path()].concat()
    }

    /// The field inside at the end of a way.
    pub fn inner_mut(&mut self, path: &[usize]) -> Option<&mut Self> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        self.rows.as_mut()?.fields.get_mut(*first)?.inner_mut(rest)
    }

    /// Selects the field inside at the end of a way; of one that has rows itself, the first.
    pub fn go_to(&mut self, path: &[usize]) {
        match (&mut self.rows, path.split_first()) {
            (Some(rows), Some((first, rest))) => {
                rows.selected = *first;
                if let Some(field) = rows.fields.get_mut(*first) {
                    field.go_to(rest);
                }
            }
            (Some(rows), None) => rows.enter(1),
            (None, _) => {}
        }
    }

    /// Changes the field that keys are for; whether the value may have changed.
    pub fn inside(&mut self, method: &Method, change: impl FnOnce(&mut Self, &Method) -> bool) -> bool {
        let Some(rows) = &mut self.rows else { return change(self, method) };
        rows.change(change) && self.take_rows(method)
    }

    /// Moves the selected item of the innermost list; whether that could be.
    pub fn move_item(&mut self, step: isize) -> bool {
        self.rows.as_mut().is_some_and(|rows| rows.move_item(step))
    }

    /// Takes what the rows say now.
    pub fn take_rows(&mut self, method: &Method) -> bool {
        let text = self.rows.as_ref().and_then(Rows::text).map(str::to_owned);
        self.editor = Editor::new(text.as_deref().unwrap_or_default());
        self.present = text.is_some();
        self.loaded = None;
        self.read(method);
        true
    }

    /// Goes to the next or the previous row inside; whether there was one.
    pub fn walk(&mut self, step: isize) -> bool {
        self.rows.as_mut().is_some_and(|rows| rows.walk(step))
    }

    /// Selects the first row inside, or the last one.
    pub fn enter(&mut self, step: isize) {
        if let Some(rows) = &mut self.rows {
            rows.enter(step);
        }
    }

    /// Shows the value as rows or as JSON; whether there is a choice.
    pub(super) fn toggle_rows(&mut self) -> bool {
        let Some(parameter) = self.parameter.as_ref().filter(|_| !self.as_json) else { return false };
        if !Rows::are_possible(parameter) {
            return false;
        }
        self.in_rows = self.rows.is_none();
        self.settle_rows();
        true
    }

    /// Makes the rows anew where the value has changed without them.
    pub(super) fn settle_rows(&mut self) {
        let wanted = self.parameter.as_ref().filter(|_| self.in_rows && !self.as_json);
        self.rows = match (wanted, &self.value) {
            (None, _) | (_, Some(Err(_))) => None,
            (Some(parameter), value) => {
                let value = value.as_ref().and_then(|value| value.as_deref().ok());
                match self.rows.take().filter(|rows| rows.show(value)) {
                    Some(rows) => Some(rows),
                    None => Rows::of(parameter, value),
                }
            }
        };
    }
}
