//! The payload form: a field for each parameter, and the whole payload as JSON beside it.
//!
//! Both sides show one payload. What is typed is read after every key and never written back under the cursor;
//! going from one side to the other loses nothing: order, spelling and keys the method does not declare stay.
//! Checks are advice, and what they refuse can be sent all the same. Drawing is in `draw`; nothing here starts
//! a run.

mod check;
mod choices;
mod draw;
mod editor;
mod field;
mod json;
mod preview;
mod standin;
#[cfg(test)]
mod tests;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use serde_json::value::RawValue;

use crate::agent::manifest::Method;
use crate::agent::payload::{Parameters, Payload};
use crate::tui::pane::form::check::{Checked, Problem};
use crate::tui::pane::form::editor::{Editor, Typed};
use crate::tui::pane::form::field::{Entry, Field};
use crate::tui::pane::form::json::{JsonError, Pair, Whole};

/// What the dashboard must do after the form took a key.
#[derive(Debug)]
pub enum FormEvent {
    /// The key means nothing here.
    Unhandled,
    Handled,
    /// A step back, out of the form. It keeps everything as long as it is kept.
    Leave,
    Submit {
        payload: Payload,
        /// The person has seen what is wrong and wants it sent.
        force: bool,
    },
}

/// Which of the two ways to see a payload is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Fields,
    Json,
}

/// A payload under edit.
#[derive(Debug)]
pub struct Form {
    /// `namespace/folder`.
    pub agent: String,
    pub method: Method,
    /// Declared parameters in the manifest's order, then keys the method does not declare.
    fields: Vec<Field>,
    /// Keys in the order they are sent; keys that are not listed follow in the order of the fields.
    order: Vec<String>,
    /// The method the payload calls: this one, unless the JSON side says otherwise.
    calls: String,
    tool_context: Option<Box<RawValue>>,
    /// Keys that stand beside the parameters and cannot be sent; kept so that the JSON side still has them.
    extra: Vec<Pair>,
    selected: usize,
    /// Keys go into the text; else they walk between the fields.
    typing: bool,
    side: Side,
    json: Editor,
    /// What the JSON side's text says.
    whole: Result<Whole, JsonError>,
    checked: Checked,
    /// What is wrong was shown, and the next submit sends it anyway.
    asked: bool,
}

impl Form {
    /// A form in which nothing is filled in.
    #[must_use]
    pub fn new(agent: &str, method: &Method) -> Self {
        let payload =
            Payload { method: method.name.clone(), parameters: Parameters::new(), tool_context: None };
        Self::filled(agent, method, &payload)
    }

    /// A form with the values of a payload that was sent before; it need not fit the method any more.
    #[must_use]
    pub fn filled(agent: &str, method: &Method, payload: &Payload) -> Self {
        let whole = Whole { payload: payload.clone(), extra: Vec::new(), twice: Vec::new() };
        let mut form = Self {
            agent: agent.to_owned(),
            method: method.clone(),
            fields: method.parameters.iter().map(Field::new).collect(),
            order: Vec::new(),
            calls: method.name.clone(),
            tool_context: None,
            extra: Vec::new(),
            selected: 0,
            typing: true,
            side: Side::Fields,
            json: Editor::new(""),
            checked: Checked::whole(method, &whole),
            whole: Ok(whole.clone()),
            asked: false,
        };
        form.take(&whole);
        form.check();
        form
    }

    /// Which side is shown.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// Whether keys go into a text: then nothing printable is a command.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing && (self.side == Side::Json || !self.fields.is_empty())
    }

    /// Whether anything is filled in that leaving for good would lose.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.checked.payload.parameters.is_empty() && self.whole.is_ok()
    }

    /// The payload as it would be sent now; `None` while the JSON side is no JSON.
    #[must_use]
    pub fn payload(&self) -> Option<&Payload> {
        match (self.side, &self.whole) {
            (Side::Json, Err(_)) => None,
            (Side::Json, Ok(_)) | (Side::Fields, _) => Some(&self.checked.payload),
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> FormEvent {
        if key.kind == KeyEventKind::Release {
            return FormEvent::Unhandled;
        }
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::F(2) => self.switch_side(),
            KeyCode::F(5) => return self.submit(),
            KeyCode::Enter if alt => return self.submit(),
            KeyCode::Char('r') if ctrl => return self.submit(),
            // The dashboard's own keys, which a text would swallow.
            KeyCode::F(_) => return FormEvent::Unhandled,
            KeyCode::Char('c' | 'g' | 'l' | 'o' | 'p' | 's' | 't' | 'z' | ' ') if ctrl => {
                return FormEvent::Unhandled;
            }
            KeyCode::Up | KeyCode::Down if alt => return FormEvent::Unhandled,
            KeyCode::Esc if self.asked => self.asked = false,
            KeyCode::Esc if self.is_typing() => self.typing = false,
            KeyCode::Esc => return FormEvent::Leave,
            KeyCode::Tab if self.side == Side::Fields => self.walk(1),
            KeyCode::BackTab if self.side == Side::Fields => self.walk(-1),
            KeyCode::Tab | KeyCode::BackTab => return FormEvent::Unhandled,
            _ if self.is_typing() => return self.type_key(key),
            _ => return self.walk_key(key),
        }
        FormEvent::Handled
    }

    /// Takes a pasted text, as one edit.
    pub fn paste(&mut self, text: &str) {
        match self.side {
            Side::Json => {
                self.json.paste(text);
                self.read_json();
            }
            Side::Fields => {
                let Some(field) = self.fields.get_mut(self.selected) else { return };
                self.typing = true;
                if field.paste(&self.method, text) {
                    self.check();
                }
            }
        }
    }

    /// Asks for a run. Where something is wrong it is said first, and the next time it is sent anyway; a text
    /// that is no JSON cannot be sent at all.
    pub fn submit(&mut self) -> FormEvent {
        if let (Side::Json, Err(error)) = (self.side, &self.whole) {
            self.json.go_to(error.line, error.column);
            self.typing = true;
            return FormEvent::Handled;
        }
        let force = !self.checked.problems.is_empty();
        if force && !self.asked {
            self.asked = true;
            let first = self.checked.problems.iter().find_map(|problem| problem.parameter.as_deref());
            if let Some(index) = first.and_then(|name| self.fields.iter().position(|f| f.name == name)) {
                self.selected = index;
            }
            return FormEvent::Handled;
        }
        self.asked = false;
        FormEvent::Submit { payload: self.checked.payload.clone(), force }
    }

    /// Shows the other side. A text that is no JSON is not left: its values are nowhere else.
    pub fn switch_side(&mut self) {
        self.asked = false;
        match self.side {
            Side::Fields => {
                let whole = self.gather();
                // A text that says the same stays as it was typed.
                if self.json.is_empty() || !self.whole.as_ref().is_ok_and(|typed| same(typed, &whole)) {
                    self.json.replace(&json::write(&whole.payload, &whole.extra));
                    self.json.go_to(1, 1);
                }
                self.side = Side::Json;
                self.typing = true;
                self.read_json();
            }
            Side::Json => match self.whole.clone() {
                Ok(whole) => {
                    self.side = Side::Fields;
                    self.take(&whole);
                    self.check();
                }
                Err(error) => self.json.go_to(error.line, error.column),
            },
        }
    }

    /// What is wrong with the payload as it is now.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.checked.problems
    }

    fn type_key(&mut self, key: KeyEvent) -> FormEvent {
        if self.side == Side::Json {
            let typed = if key.code == KeyCode::Enter {
                self.json.newline_indented();
                Typed::Changed
            } else {
                self.json.key(key)
            };
            match typed {
                Typed::Changed | Typed::Undone => self.read_json(),
                Typed::Unchanged => {}
            }
            return FormEvent::Handled;
        }
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let Some(field) = self.fields.get_mut(self.selected) else { return FormEvent::Unhandled };
        let changed = match (field.entry(), key.code) {
            (_, KeyCode::Char('a')) if alt => field.omit(&self.method),
            (_, KeyCode::Char('j')) if alt => field.toggle_json(&self.method),
            (Entry::Line | Entry::Switch, KeyCode::Enter | KeyCode::Down) => {
                self.walk(1);
                false
            }
            (Entry::Line | Entry::Switch, KeyCode::Up) => {
                self.walk(-1);
                false
            }
            (Entry::Lines | Entry::Line | Entry::Switch | Entry::Json, _) => field.key(&self.method, key),
        };
        if changed {
            self.check();
        }
        FormEvent::Handled
    }

    fn walk_key(&mut self, key: KeyEvent) -> FormEvent {
        let last = self.fields.len().saturating_sub(1);
        match (self.side, key.code) {
            (_, KeyCode::Enter | KeyCode::Char('i')) => self.typing = true,
            (Side::Json, _) => return FormEvent::Unhandled,
            (Side::Fields, KeyCode::Char('j') | KeyCode::Down) => self.selected = (self.selected + 1).min(last),
            (Side::Fields, KeyCode::Char('k') | KeyCode::Up) => self.selected = self.selected.saturating_sub(1),
            (Side::Fields, KeyCode::Char('g') | KeyCode::Home) => self.selected = 0,
            (Side::Fields, KeyCode::Char('G') | KeyCode::End) => self.selected = last,
            (Side::Fields, KeyCode::Char('a')) if key.modifiers.contains(KeyModifiers::ALT) => {
                return self.type_key(key);
            }
            (Side::Fields, KeyCode::Left | KeyCode::Right | KeyCode::Char(' ')) => {
                let Some(field) = self.fields.get_mut(self.selected) else { return FormEvent::Unhandled };
                let right = KeyEvent::new(KeyCode::Right, KeyModifiers::NONE);
                let key = if key.code == KeyCode::Char(' ') { right } else { key };
                if field.turns() && field.key(&self.method, key) {
                    self.check();
                }
            }
            (Side::Fields, _) => return FormEvent::Unhandled,
        }
        FormEvent::Handled
    }

    /// Goes to the next or the previous field, round the ends.
    fn walk(&mut self, step: isize) {
        let count = self.fields.len().cast_signed();
        if count > 0 {
            self.selected = (self.selected.cast_signed() + step).rem_euclid(count).unsigned_abs();
        }
    }

    /// Reads the fields into one payload, in the order the keys came.
    fn gather(&self) -> Whole {
        let place = |field: &&Field| self.order.iter().position(|name| *name == field.name).unwrap_or(usize::MAX);
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        fields.sort_by_key(place);
        let parameters =
            fields.into_iter().filter_map(|field| Some((field.name.clone(), field.forced()?))).collect();
        let payload =
            Payload { method: self.calls.clone(), parameters, tool_context: self.tool_context.clone() };
        Whole { payload, extra: self.extra.clone(), twice: Vec::new() }
    }

    /// Puts a payload into the fields.
    fn take(&mut self, whole: &Whole) {
        let parameters = &whole.payload.parameters;
        self.order = parameters.keys().cloned().collect();
        self.calls.clone_from(&whole.payload.method);
        self.tool_context.clone_from(&whole.payload.tool_context);
        self.extra.clone_from(&whole.extra);
        self.fields.retain(|field| field.parameter.is_some() || parameters.contains_key(&field.name));
        for name in parameters.keys() {
            if self.fields.iter().all(|field| field.name != *name) {
                self.fields.push(Field::undeclared(name));
            }
        }
        for field in &mut self.fields {
            field.set(&self.method, parameters.get(&field.name).map(|value| &**value));
        }
        self.selected = self.selected.min(self.fields.len().saturating_sub(1));
    }

    /// Checks the fields, after every change to one.
    fn check(&mut self) {
        self.asked = false;
        let whole = self.gather();
        self.checked = Checked::fields(&self.method, &self.fields, whole.payload, &whole.extra);
    }

    /// Reads and checks the JSON side, after every change to it.
    fn read_json(&mut self) {
        self.asked = false;
        self.whole = json::read(&self.json.text(), &self.method.name);
        if let Ok(whole) = &self.whole {
            self.checked = Checked::whole(&self.method, whole);
        }
    }
}

/// Whether two payloads are written with the same values in the same order.
fn same(a: &Whole, b: &Whole) -> bool {
    let text = |whole: &Whole| json::write(&whole.payload, &whole.extra);
    text(a) == text(b)
}
