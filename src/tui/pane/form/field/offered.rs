//! Values that are not typed: chosen among those offered, picked elsewhere, read from a file.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::agent::manifest::Method;
use crate::tui::pane::form::editor::Typed;
use crate::tui::pane::form::field::{Entry, Field};
use crate::tui::pane::form::json;
use crate::tui::pane::form::over::as_json;

impl Field {
    /// Lays out the JSON that is typed here, if it is some.
    pub fn lay_out(&mut self, method: &Method) -> bool {
        self.entry() == Entry::Json && self.editor.lay_out() && self.typed(method, Typed::Changed)
    }

    /// Inserts a file's text as one edit, or puts it in place of all there is.
    pub fn insert(&mut self, method: &Method, text: &str, replaces: bool) -> bool {
        let json;
        let text = match self.entry() {
            Entry::Switch => return self.paste(method, text),
            Entry::Json => {
                json = as_json(text);
                &json
            }
            Entry::Rows => return false,
            Entry::Line if !self.is_text() => text.trim(),
            Entry::Line | Entry::Lines => text,
        };
        match replaces {
            true => self.editor.replace(text),
            false => self.editor.insert(text),
        }
        self.typed(method, Typed::Changed)
    }

    /// Takes a value that a person has chosen. Where a text is wanted, what is none is put in as its JSON text.
    pub fn take_value(&mut self, method: &Method, value: &RawValue) -> bool {
        if self.is_text() && json::as_text(value).is_none() {
            self.editor.replace(value.get());
            return self.typed(method, Typed::Changed);
        }
        self.set(method, Some(value));
        true
    }

    /// Values of earlier runs, to be offered beside the choices.
    pub fn offer_earlier(&mut self, values: Vec<Box<RawValue>>) {
        let is_choice = |value: &RawValue| {
            let value = serde_json::from_str::<Value>(value.get());
            value.is_ok_and(|value| self.choices.values.contains(&value))
        };
        self.earlier = values.into_iter().filter(|value| !is_choice(value)).collect();
    }

    /// Which of the offered values this is, if it is one.
    pub fn choice(&self) -> Option<usize> {
        if self.choices.values.is_empty() {
            return None;
        }
        let value = self.value.as_ref()?.as_ref().ok()?;
        let value: Value = serde_json::from_str(value.get()).ok()?;
        self.choices.values.iter().position(|choice| *choice == value)
    }

    /// Whether left and right walk over offered values instead of moving the cursor.
    pub(super) fn offers(&self) -> bool {
        !self.choices.values.is_empty() && (!self.present || self.choice().is_some())
    }

    /// Whether a space goes to the next offered value, as in a switch. Where the values are only guessed, a text that
    /// was typed may go on behind one of them, and the space is a space.
    pub fn is_chosen(&self) -> bool {
        self.turns() && !(self.choices.guessed && self.present && self.typed)
    }

    /// Whether left and right change the value at once, without going into the field.
    pub fn turns(&self) -> bool {
        self.entry() == Entry::Switch || (self.entry() == Entry::Line && self.offers())
    }

    /// Whether there is anything to choose among.
    pub fn has_choices(&self) -> bool {
        self.entry() == Entry::Switch || !self.choices.values.is_empty() || !self.earlier.is_empty()
    }

    /// Goes to the next offered value, those of earlier runs behind the choices; then to the value that was there
    /// before, and round.
    pub fn suggest(&mut self, method: &Method) -> bool {
        if self.entry() == Entry::Switch || self.earlier.is_empty() {
            return self.has_choices() && self.cycle(method, 1);
        }
        let choices = self.choices.values.iter().filter_map(|value| json::value(&value.to_string()).ok());
        let offered: Vec<_> = choices.chain(self.earlier.iter().cloned()).collect();
        let now = self.forced();
        let place = offered.iter().position(|one| now.as_ref().is_some_and(|now| now.get() == one.get()));
        let next = place.map_or(0, |at| at + 1);
        if place.is_none() {
            self.own = now;
        }
        let value = offered.get(next).cloned().or_else(|| self.own.take());
        self.set(method, value.as_deref());
        true
    }

    /// Goes to the next offered value; a value that may be absent is so between the last and the first.
    pub fn cycle(&mut self, method: &Method, step: isize) -> bool {
        let offered: Vec<Value> = match self.entry {
            Entry::Switch => vec![true.into(), false.into()],
            Entry::Lines | Entry::Line | Entry::Json | Entry::Rows => self.choices.values.clone(),
        };
        let places = offered.len().cast_signed() + isize::from(!self.is_required());
        let last = offered.len().cast_signed();
        let now = match self.entry {
            Entry::Switch => ["true", "false"].iter().position(|word| *word == self.editor.text()),
            Entry::Lines | Entry::Line | Entry::Json | Entry::Rows => self.choice(),
        };
        // Absent stands behind the last; from it, a step forward is the first and a step back the last.
        let next = match now {
            Some(now) => (now.cast_signed() + step).rem_euclid(places),
            None if step > 0 => 0,
            None => last - 1,
        };
        let value = offered.get(next.unsigned_abs()).and_then(|value| json::value(&value.to_string()).ok());
        self.set(method, value.as_deref());
        true
    }
}
