//! Everything a form holds, taken out and put in as a whole, exactly as it was typed; and undoing that.

use crate::agent::payload::{Parameters, Payload};
use crate::ops::drafts::{Content, Half};
use crate::tui::pane::form::field::Field;
use crate::tui::pane::form::history::Origin;
use crate::tui::pane::form::json::{self, Whole};
use crate::tui::pane::form::{Form, Side, same};

/// Changes of the whole form that can be undone.
const MOST_CHANGES: usize = 50;

/// A change of the whole form at once.
#[derive(Debug)]
pub struct Change {
    before: Content,
    /// Where in the history that was, and what was said of it.
    at: Option<usize>,
    origin: Option<Origin>,
    /// The form's revisions around the change: it can be undone while nothing else has changed.
    from: u64,
    to: u64,
}

impl Form {
    /// Everything that was typed into the payload.
    pub(super) fn content(&self) -> Content {
        if self.side == Side::Json {
            return Content { as_json: true, payload: self.json.text(), ..Content::default() };
        }
        let whole = self.gather();
        // A text that says the same keeps its blanks and lines.
        let typed = self.whole.as_ref().is_ok_and(|typed| !self.json.is_empty() && same(typed, &whole));
        let payload = if typed { self.json.text() } else { json::write(&whole.payload, &whole.extra) };
        let half = |field: &Field| {
            let half = Half { text: field.editor.text(), as_json: field.is_as_json() };
            field.value()?.is_err().then(|| (field.name.clone(), half))
        };
        let half = self.fields.iter().filter_map(half).collect();
        Content { as_json: false, payload, half, options: None }
    }

    /// Puts all of it in place of what is there. Undo in a text still brings the text's old words back.
    pub(super) fn put(&mut self, content: &Content) {
        match json::read(&content.payload, &self.method.name) {
            Ok(whole) if !content.as_json => {
                self.side = Side::Fields;
                self.take(&whole);
                for (name, half) in &content.half {
                    let Some(field) = self.fields.iter_mut().find(|field| field.name == *name) else {
                        continue;
                    };
                    field.set(&self.method, None);
                    if half.as_json && !field.is_as_json() {
                        field.toggle_json(&self.method);
                    }
                    field.rewrite(&self.method, &half.text);
                }
                self.whole = Ok(whole);
                self.rewrite_json(&content.payload);
            }
            // What is no payload can only be held by the JSON side.
            Ok(_) | Err(_) => {
                self.side = Side::Json;
                self.rewrite_json(&content.payload);
            }
        }
        if let Some(options) = &content.options {
            self.options.put(options);
        }
        self.check();
    }

    fn rewrite_json(&mut self, text: &str) {
        if self.json.text() != text {
            self.json.load(text);
        }
    }

    /// The content of a form that nobody has touched, on the side that is shown.
    pub(super) fn nothing(&self) -> Content {
        let payload =
            Payload { method: self.method.name.clone(), parameters: Parameters::new(), tool_context: None };
        let payload = json::write(&payload, &[]);
        Content { as_json: self.side == Side::Json, payload, ..Content::default() }
    }

    /// Whether a content is that of a form that nobody has touched.
    pub(super) fn is_nothing(&self, content: &Content) -> bool {
        if content.options.is_some() {
            return false;
        }
        if content.as_json && content.payload.is_empty() {
            return true;
        }
        let empty = |whole: &Whole| {
            let Payload { method, parameters, tool_context } = &whole.payload;
            parameters.is_empty()
                && tool_context.is_none()
                && whole.extra.is_empty()
                && *method == self.method.name
        };
        content.half.is_empty()
            && json::read(&content.payload, &self.method.name).is_ok_and(|whole| empty(&whole))
    }

    /// Puts another content in, in a way that undo takes back.
    pub(super) fn replace(&mut self, content: &Content) {
        self.as_one_change(|form| form.put(content));
    }

    /// Changes several things, in a way that undo takes back at once.
    pub(super) fn as_one_change(&mut self, change: impl FnOnce(&mut Self)) {
        let before = Content { options: Some(self.options.texts()), ..self.content() };
        let from = self.revision;
        let (at, origin) = (self.history.place(), self.origin.clone());
        change(self);
        self.changes.push(Change { before, at, origin, from, to: self.revision });
        if self.changes.len() > MOST_CHANGES {
            self.changes.remove(0);
        }
    }

    /// Takes the last change of the whole form back, when nothing was typed since; whether there was one.
    pub(super) fn undo_replace(&mut self) -> bool {
        let Some(change) = self.changes.pop_if(|change| change.to == self.revision) else { return false };
        self.put(&change.before);
        self.history.go_to(change.at);
        self.origin = change.origin.map(|origin| origin.moved(change.from, self.revision));
        // What was before that one can be taken back in its turn.
        if let Some(last) = self.changes.last_mut().filter(|last| last.to == change.from) {
            last.to = self.revision;
        }
        true
    }
}
