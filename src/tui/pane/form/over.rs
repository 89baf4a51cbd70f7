//! What lies over the fields and brings a text or a value into one: the path of a file, a value of an earlier run.

use crossterm::event::KeyEvent;

use crate::tui::effect::lookup::{Found, Lookup};
use crate::tui::keymap::{Action, Layer};
use crate::tui::pane::Asked;
use crate::tui::pane::form::field::Field;
use crate::tui::pane::form::file::{FileLine, For};
use crate::tui::pane::form::options::{Row, Stop};
use crate::tui::pane::form::pick::{Picked, Picker};
use crate::tui::pane::form::{Form, Side, json};

/// One of them.
#[derive(Debug)]
pub enum Over {
    File(Box<FileLine>),
    Pick(Box<Picker>),
}

impl Over {
    /// Which keys apply.
    pub fn layer(&self) -> Layer {
        match self {
            Self::File(file) if file.purpose == For::Typing => Layer::Path,
            Self::File(_) => Layer::File,
            Self::Pick(_) => Layer::Pick,
        }
    }
}

impl Form {
    /// What the form wants to know since this was asked last.
    pub fn lookups(&mut self) -> impl Iterator<Item = Lookup> {
        std::mem::take(&mut self.lookups).into_iter()
    }

    /// Something that a form wanted to know.
    pub fn looked_up(&mut self, found: Found) {
        let own = self.of();
        match (found, &mut self.over) {
            (Found::Paths { typed, offers }, _) if self.at => self.offer_at(&typed, offers),
            (Found::Paths { typed, offers }, Some(Over::File(file))) => file.offer(&typed, offers),
            (
                Found::File { path, text: Err(sentence) } | Found::Variables { path, file: Err(sentence) },
                Some(Over::File(file)),
            ) => file.fail(&path, sentence),
            (Found::Variables { path, file: Ok(found) }, Some(Over::File(file))) if file.waits_for(&path) => {
                self.over = None;
                self.add_env_file(found);
            }
            (Found::File { path, text: Ok(text) }, Some(Over::File(file))) if file.waits_for(&path) => {
                let replaces = file.purpose != For::Insert;
                (self.over, self.at) = (None, false);
                self.put_text(&text, replaces);
            }
            (Found::Calls(calls), Some(Over::Pick(picker))) => self.lookups.extend(picker.calls(calls)),
            (Found::Texts { run, texts }, Some(Over::Pick(picker))) => picker.texts(&run, texts),
            (Found::Values { agent, method, values }, _) if own.0 == agent && own.1 == method => {
                for (name, values) in values {
                    if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
                        field.offer_earlier(values);
                    }
                }
            }
            // It was closed, or is about something else by now.
            (
                Found::Paths { .. }
                | Found::File { .. }
                | Found::Variables { .. }
                | Found::Calls(_)
                | Found::Texts { .. }
                | Found::Values { .. },
                _,
            ) => {}
        }
    }

    /// Opens the line for a file's path; `@path` in the field is its beginning. Where variables from files are chosen, a
    /// file of them is meant.
    pub(super) fn ask_for_file(&mut self) {
        if self.side == Side::Fields && self.stop() == Some(Stop::Row(Row::EnvFiles)) {
            return self.open_file_line("", For::Variables);
        }
        let text = match self.side {
            Side::Fields => {
                self.fields.get(self.selected).map(|field| field.innermost().editor.first_line().to_owned())
            }
            Side::Json => None,
        };
        let start = text.as_deref().and_then(|text| text.strip_prefix('@'));
        if self.has_value() {
            let purpose = if start.is_some() { For::Replace } else { For::Insert };
            self.open_file_line(start.unwrap_or_default(), purpose);
        }
    }

    /// Opens the line for a path that begins like this.
    pub(super) fn open_file_line(&mut self, start: &str, purpose: For) {
        let (file, lookup) = FileLine::new(start, purpose);
        self.over = Some(Over::File(Box::new(file)));
        self.lookups.push(lookup);
    }

    /// Opens the picker of earlier values.
    pub(super) fn ask_for_value(&mut self) {
        if self.has_value() {
            let (picker, lookup) = Picker::new();
            self.over = Some(Over::Pick(Box::new(picker)));
            self.lookups.push(lookup);
        }
    }

    /// Whether what is selected can take a value: options have none.
    fn has_value(&self) -> bool {
        self.side == Side::Json || self.fields.get(self.selected).is_some()
    }

    pub(super) fn act_over(&mut self, action: Action) -> Asked {
        if action == Action::Back {
            (self.over, self.at) = (None, false);
            return Asked::Nothing;
        }
        if self.at && is_own(action) {
            return self.act_at(action);
        }
        match &mut self.over {
            Some(Over::File(file)) if is_own(action) => self.lookups.extend(file.act(action)),
            Some(Over::Pick(picker)) if is_own(action) => match picker.act(action) {
                Picked::Nothing => {}
                Picked::LookUp(lookup) => self.lookups.push(lookup),
                Picked::Value(value) => {
                    self.over = None;
                    self.put_value(&value);
                }
            },
            Some(_) | None => return Asked::NotMine,
        }
        Asked::Nothing
    }

    pub(super) fn key_over(&mut self, key: KeyEvent) -> Asked {
        if self.at {
            self.type_at(key);
            return Asked::Nothing;
        }
        if let Some(Over::File(file)) = &mut self.over {
            self.lookups.extend(file.key(key));
        }
        Asked::Nothing
    }

    pub(super) fn paste_over(&mut self, text: &str) {
        if self.at {
            return self.paste_at(text);
        }
        if let Some(Over::File(file)) = &mut self.over {
            let lookup = file.paste(text);
            self.lookups.push(lookup);
        }
    }

    /// Puts a text where the cursor is, as one edit; as JSON where JSON is typed.
    fn put_text(&mut self, text: &str, replaces: bool) {
        self.typing = true;
        match self.side {
            Side::Json => {
                self.json.insert(&as_json(text));
                self.check();
            }
            Side::Fields => self.change(|field, method| field.insert(method, text, replaces)),
        }
    }

    /// Puts a value, given as JSON, into the field, or where the cursor is in the payload's JSON.
    fn put_value(&mut self, value: &str) {
        self.typing = true;
        match self.side {
            Side::Json => {
                self.json.insert(value);
                self.check();
            }
            Side::Fields => self.change(|field, method| match json::value(value) {
                Ok(value) => Field::take_value(field, method, &value),
                Err(_) => false,
            }),
        }
    }
}

/// What a person means by a file's text among JSON: itself where it is JSON, else a string.
pub fn as_json(text: &str) -> String {
    match json::value(text) {
        Ok(value) => value.get().to_owned(),
        Err(_) => json::string(text).get().to_owned(),
    }
}

/// Whether an action is about what lies over the fields; the rest is everywhere's.
fn is_own(action: Action) -> bool {
    !matches!(
        action,
        Action::Help | Action::Interrupt | Action::Redraw | Action::Suspend | Action::ChooseTheme
    )
}
