//! What a form gives away, and takes back: a preset's values, a call to copy, a text for the editor.

use std::path::PathBuf;

use crate::agent::layout::indented;
use crate::agent::payload::Payload;
use crate::ops::commands::Call;
use crate::ops::drafts::Content;
use crate::ops::presets::{Preset, Values};
use crate::tui::keymap::Layer;
use crate::tui::pane::form::field::Entry;
use crate::tui::pane::form::options::Stop;
use crate::tui::pane::form::{Form, Side};
use crate::tui::pane::presets::Owner;
use crate::tui::pane::sign;
use crate::tui::scratch::{Back, Scratch, ending};

impl Form {
    /// Whose presets it shows.
    pub fn owner(&self) -> Owner {
        let agent = &self.listed.agent;
        Owner {
            agent: agent.name.clone(),
            directory: agent.directory.clone(),
            method: self.method.name.clone(),
        }
    }

    /// The payload as it would be sent; `None` while its text is no JSON.
    fn payload(&self) -> Option<Payload> {
        match self.side {
            Side::Fields => Some(self.gather().payload),
            Side::Json => self.whole.as_ref().ok().map(|whole| whole.payload.clone()),
        }
    }

    /// The method that is called and what it is called with, for a preset; `None` while the text is no JSON.
    pub fn values(&self) -> Option<(String, Values)> {
        let Payload { method, parameters, tool_context } = self.payload()?;
        Some((method, Values { parameters, tool_context }))
    }

    /// The text that is selected, where one is typed into.
    pub fn copy_selected(&mut self) -> Option<String> {
        if self.layer() != Layer::Text {
            return None;
        }
        let stop = self.stop().filter(|_| self.side == Side::Fields);
        match (self.side, stop) {
            (Side::Json, _) => self.json.copy(),
            (Side::Fields, Some(Stop::Head)) => None,
            (Side::Fields, Some(Stop::Row(row))) => self.options.editor_mut(row)?.copy(),
            (Side::Fields, Some(Stop::Context)) => self.options.context.editor.copy(),
            (Side::Fields, None) => {
                let mut copied = None;
                let field = self.fields.get_mut(self.selected)?;
                field.inside(&self.method, |field, _| {
                    copied = field.editor.copy();
                    false
                });
                copied
            }
        }
    }

    /// The call as it would be sent, for copying. The error says in one sentence what keeps it from being one.
    pub fn call(&self) -> Result<Call, String> {
        const NO_JSON: &str = "what is no JSON cannot be copied as a call: mend the text first";
        let agent = &self.listed.agent;
        Ok(Call {
            agent: agent.name.to_string(),
            directory: agent.directory.clone(),
            payload: self.payload().ok_or(NO_JSON)?,
            options: self.options.read().map_err(|wrong| sign::safe(&wrong.message))?,
            typed: (self.side == Side::Json).then(|| self.json.text()),
        })
    }

    /// Puts a preset's values in place of what is there.
    pub fn load_preset(&mut self, preset: &Preset) {
        let Values { parameters, tool_context } = preset.values.clone();
        let payload = Payload { method: self.method.name.clone(), parameters, tool_context }.to_json();
        let as_json = self.side == Side::Json;
        let payload = if as_json { indented(&payload) } else { payload };
        self.load(&preset.name, &Content { as_json, payload, ..Content::default() });
    }

    /// The selected text, or on the JSON side the whole payload, for the editor; `None` for a value that is not typed.
    pub fn scratch(&self, folder: PathBuf) -> Option<Scratch> {
        let (agent, method) = self.of();
        if self.side == Side::Json {
            let back = Back { agent, method, field: None };
            return Some(Scratch { folder, name: "payload.json".to_owned(), text: self.json.text(), back });
        }
        let field = self.fields.get(self.selected)?;
        let json = match field.entry() {
            Entry::Switch | Entry::Rows => return None,
            Entry::Json => true,
            Entry::Lines | Entry::Line => false,
        };
        // The name is the manifest's: only plain letters of it become a file's name.
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        let name: String = field.name.chars().filter(plain).take(40).collect();
        let name = if name.is_empty() { "value".to_owned() } else { name };
        let name = format!("{name}.{}", ending(&field.name, json));
        let back = Back { agent, method, field: Some(field.name.clone()) };
        Some(Scratch { folder, name, text: field.editor.text(), back })
    }

    /// Takes a text back from the editor, as one edit.
    pub fn take_edited(&mut self, field: Option<&str>, text: &str) {
        let Some(name) = field else {
            let content = Content { as_json: true, payload: text.to_owned(), ..Content::default() };
            return self.replace(&content);
        };
        // A payload has taken the place of the fields meanwhile, or the manifest has changed.
        let Some(at) = self.fields.iter().position(|field| field.name == name) else { return };
        self.as_one_change(|form| {
            form.fields[at].rewrite(&form.method, text);
            form.check();
        });
    }
}
