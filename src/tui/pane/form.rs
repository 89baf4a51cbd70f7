//! The payload form: a field for each parameter, and the whole payload as JSON beside it.
//!
//! Both sides show one payload. What is typed is read after every key and never written back under the cursor;
//! going from one side to the other loses nothing: order, spelling and keys the method does not declare stay.
//! Checks are advice, and what they refuse can be sent all the same. Drawing is in `draw`; nothing here starts
//! a run.

mod at;
mod brackets;
mod check;
mod choices;
mod content;
mod draw;
mod draw_field;
mod draw_json;
mod draw_rows;
pub mod editor;
mod field;
mod file;
mod handing;
pub mod history;
mod json;
mod options;
mod over;
mod page;
mod pick;
mod point;
mod preview;
mod rows;
mod secrets;
mod standin;
mod submit;
#[cfg(test)]
mod tests;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::agent::manifest::Method;
use crate::agent::payload::{Parameters, Payload};
use crate::ops::Rejected;
use crate::ops::agents::Listed;
use crate::ops::call::Options;
use crate::tui::effect::lookup::Lookup;
use crate::tui::keymap::{Action, Layer};
use crate::tui::pane::Asked;
use crate::tui::pane::form::check::Checked;
use crate::tui::pane::form::content::Change;
use crate::tui::pane::form::editor::{Editor, Typed};
use crate::tui::pane::form::field::{Entry, Field};
use crate::tui::pane::form::history::{History, Origin};
use crate::tui::pane::form::json::{JsonError, Pair, Whole};
use crate::tui::pane::form::options::Chosen;
use crate::tui::pane::form::over::Over;
use crate::tui::pane::form::page::Held;
use crate::tui::pane::form::point::Grab;

/// Which of the two ways to see a payload is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Fields,
    Json,
}

/// The key that an editor takes for undo.
const UNDO: KeyEvent = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::ALT);

/// A payload under edit.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each stands alone: they make no state together")]
pub struct Form {
    /// The agent as it was when the form was opened.
    listed: Listed,
    method: Method,
    /// Declared parameters in the manifest's order, then keys the method does not declare.
    fields: Vec<Field>,
    /// Keys in the order they are sent; keys that are not listed follow in the order of the fields.
    order: Vec<String>,
    /// The method the payload calls: this one, unless the JSON side says otherwise.
    calls: String,
    options: Chosen,
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
    /// A submit was tried: from now on missing values are marked too.
    tried: bool,
    /// Why the last submit was turned down.
    refused: Option<String>,
    /// Counts the changes.
    revision: u64,
    /// The revision that was kept for the next time.
    kept: u64,
    changes: Vec<Change>,
    history: History,
    origin: Option<Origin>,
    over: Option<Over>,
    /// An `@` began the selected text, and files are offered as long as it goes on like a path.
    at: bool,
    /// What is to be found out.
    lookups: Vec<Lookup>,
    held: Option<Held>,
    grab: Option<Grab>,
}

impl Form {
    /// A form for a method; with the payload of an earlier run (its JSON text), every value of it, whether or not
    /// the method still declares it. `usual` are the options where nothing is chosen.
    #[must_use]
    pub fn new(listed: &Listed, method: &Method, payload: Option<&str>, usual: &Options) -> Self {
        let empty =
            Payload { method: method.name.clone(), parameters: Parameters::new(), tool_context: None };
        let whole = Whole { payload: empty, extra: Vec::new(), twice: Vec::new() };
        let mut form = Self {
            listed: listed.clone(),
            method: method.clone(),
            fields: method.parameters.iter().map(Field::new).collect(),
            order: Vec::new(),
            calls: method.name.clone(),
            options: Chosen::new(usual),
            extra: Vec::new(),
            selected: 0,
            typing: true,
            side: Side::Fields,
            json: Editor::new(""),
            checked: Checked::whole(method, &whole),
            whole: Ok(whole),
            asked: false,
            tried: false,
            refused: None,
            revision: 0,
            kept: 0,
            changes: Vec::new(),
            history: History::default(),
            origin: None,
            over: None,
            at: false,
            lookups: Vec::new(),
            held: None,
            grab: None,
        };
        let (agent, name) = form.of();
        form.lookups.push(Lookup::Values { agent, method: name });
        match payload.map(|text| (text, json::read(text, &method.name))) {
            Some((_, Ok(whole))) => form.take(&whole),
            // Not a payload: only the JSON side can hold it.
            Some((text, Err(_))) => {
                form.json = Editor::new(text);
                form.side = Side::Json;
            }
            None => {}
        }
        form.check();
        form.kept = form.revision;
        form
    }

    /// Whose form it is: the agent's `namespace/folder`, and the method.
    #[must_use]
    pub fn of(&self) -> (String, String) {
        (self.listed.agent.name.to_string(), self.method.name.clone())
    }

    /// Whether it is the form of this agent's method.
    #[must_use]
    pub fn is_of(&self, agent: &str, method: &str) -> bool {
        self.method.name == method && self.listed.agent.name.to_string() == agent
    }

    /// The form as it was left, for the agent as it is now. Where the manifest has changed meanwhile, the values go
    /// into the new fields.
    #[must_use]
    pub fn resume(mut self, listed: &Listed, method: &Method, usual: &Options) -> Self {
        if self.method != *method {
            let content = self.content();
            let mut form = Self::new(listed, method, None, usual);
            form.put(&content);
            form.options.keep(self.options);
            return form;
        }
        self.outdate_history();
        self.listed.clone_from(listed);
        self.options.outdate();
        self.held = None;
        (self.typing, self.asked, self.refused, self.over, self.at) = (true, false, None, None, false);
        let (agent, method) = self.of();
        self.lookups = vec![Lookup::Values { agent, method }];
        self.recheck();
        self
    }

    /// Which keys apply now: inside a text nothing printable is a command.
    #[must_use]
    pub fn layer(&self) -> Layer {
        if let Some(over) = &self.over {
            return over.layer();
        }
        let has_text = self.side == Side::Json || self.has_text();
        if self.typing && has_text { Layer::Text } else { Layer::Form }
    }

    /// Says that a submit was turned down before anything ran.
    pub fn refused(&mut self, rejected: &Rejected) {
        self.refused = Some(rejected.message.clone());
    }

    /// Does what a key of the table asks for.
    pub fn act(&mut self, action: Action) -> Asked {
        self.loosen();
        if self.over.is_some() {
            return self.act_over(action);
        }
        self.at = false;
        if self.act_on_option(action) {
            return Asked::Nothing;
        }
        let last = self.places() - 1;
        match (action, self.side) {
            (Action::Submit, _) => return self.submit(),
            (Action::Clear, _) => self.empty(),
            (Action::Undo, _) if self.undo() => {}
            (Action::Undo, Side::Json) => {
                if self.json.key(UNDO) != Typed::Unchanged {
                    self.check();
                }
            }
            (Action::Undo, Side::Fields) => self.change(|field, method| field.key(method, UNDO)),
            (Action::ToggleJson, _) => self.switch_side(),
            (Action::EnterField, _) => self.typing = true,
            (Action::LayOut, Side::Json) => {
                if self.json.lay_out() {
                    self.check();
                }
            }
            (Action::LayOut, Side::Fields) => self.change(Field::lay_out),
            (Action::InsertFile, _) => self.ask_for_file(),
            (Action::PickValue, _) => self.ask_for_value(),
            (Action::Back, _) if self.asked => self.asked = false,
            (Action::Back, _) if self.layer() == Layer::Text => self.typing = false,
            (Action::Down, Side::Fields) if self.selected == last => drop(self.walk_inside(1)),
            (Action::Up, Side::Fields) if self.selected == 0 => drop(self.walk_inside(-1)),
            (Action::Next | Action::Down, Side::Fields) => self.walk(1),
            (Action::Previous | Action::Up, Side::Fields) => self.walk(-1),
            (Action::ItemUp, Side::Fields) => self.move_item(-1),
            (Action::ItemDown, Side::Fields) => self.move_item(1),
            (Action::First, Side::Fields) => self.selected = 0,
            (Action::Last, Side::Fields) => self.selected = last,
            (Action::Left, Side::Fields) => {
                self.change(|field, method| field.turns() && field.cycle(method, -1));
            }
            (Action::Right, Side::Fields) => {
                self.change(|field, method| field.turns() && field.cycle(method, 1));
            }
            (Action::Suggest, Side::Fields) => {
                self.change(Field::suggest);
            }
            (Action::Omit, Side::Fields) => self.change(Field::omit),
            (Action::Null, Side::Fields) => self.change(Field::toggle_null),
            (Action::AsJson, Side::Fields) => self.toggle_json(),
            // A form has no say in the other actions, nor in those that come to the table later.
            _ => return Asked::NotMine,
        }
        Asked::Nothing
    }

    /// Takes a key that is not in the table: it goes into the text.
    pub fn key(&mut self, key: KeyEvent) -> Asked {
        self.loosen();
        if self.over.is_some() {
            return self.key_over(key);
        }
        if key.kind == KeyEventKind::Release || self.layer() != Layer::Text {
            return Asked::NotMine;
        }
        if self.side == Side::Json {
            let typed = if key.code == KeyCode::Enter {
                self.json.newline_indented();
                Typed::Changed
            } else {
                self.json.key(key)
            };
            match typed {
                Typed::Changed | Typed::Undone => self.check(),
                Typed::Unchanged => {}
            }
            return Asked::Nothing;
        }
        if self.key_on_option(key) {
            return Asked::Nothing;
        }
        let entry = self.fields.get(self.selected).map(|field| field.innermost().entry());
        match (entry, key.code) {
            (Some(Entry::Line | Entry::Switch), KeyCode::Enter | KeyCode::Down) => self.walk(1),
            (Some(Entry::Line | Entry::Switch), KeyCode::Up) => self.walk(-1),
            _ => self.type_at(key),
        }
        Asked::Nothing
    }

    /// Takes a pasted text, as one edit.
    pub fn paste(&mut self, text: &str) {
        self.loosen();
        if self.over.is_some() {
            return self.paste_over(text);
        }
        self.typing = true;
        match self.side {
            Side::Json => {
                self.json.paste(text);
                self.check();
            }
            Side::Fields => {
                if !self.paste_on_option(text) {
                    self.paste_at(text);
                }
            }
        }
    }

    /// Shows the other side. A text that is no JSON is not left: its values are nowhere else.
    fn switch_side(&mut self) {
        match (self.side, self.whole.clone()) {
            (Side::Fields, typed) => {
                let whole = self.gather();
                // A text that says the same stays as it was typed.
                if self.json.is_empty() || !typed.is_ok_and(|typed| same(&typed, &whole)) {
                    self.json.load(&json::write(&whole.payload, &whole.extra));
                    self.json.go_to(1, 1);
                }
                self.side = Side::Json;
                self.typing = true;
            }
            (Side::Json, Ok(whole)) => {
                self.side = Side::Fields;
                self.take(&whole);
            }
            (Side::Json, Err(error)) => {
                self.json.go_to(error.line, error.column);
                self.tried = true;
            }
        }
        self.check();
    }

    /// Changes the selected field, and checks where that changed the payload.
    fn change(&mut self, change: impl FnOnce(&mut Field, &Method) -> bool) {
        let field = self.fields.get_mut(self.selected);
        if field.is_some_and(|field| field.inside(&self.method, change)) {
            self.check();
        }
    }

    /// Goes to the next or the previous field or option, round the ends.
    fn walk(&mut self, step: isize) {
        self.at = false;
        if self.walk_inside(step) {
            return;
        }
        let count = self.places().cast_signed();
        self.selected = (self.selected.cast_signed() + step).rem_euclid(count).unsigned_abs();
        if let Some(field) = self.fields.get_mut(self.selected) {
            field.enter(step);
        }
    }

    /// Reads the fields into one payload, in the order the keys came.
    fn gather(&self) -> Whole {
        let place =
            |field: &&Field| self.order.iter().position(|name| *name == field.name).unwrap_or(usize::MAX);
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        fields.sort_by_key(place);
        let parameters =
            fields.into_iter().filter_map(|field| Some((field.name.clone(), field.forced()?))).collect();
        let payload =
            Payload { method: self.calls.clone(), parameters, tool_context: self.options.context.forced() };
        Whole { payload, extra: self.extra.clone(), twice: Vec::new() }
    }

    /// Puts a payload into the fields.
    fn take(&mut self, whole: &Whole) {
        let parameters = &whole.payload.parameters;
        self.order = parameters.keys().cloned().collect();
        self.calls.clone_from(&whole.payload.method);
        self.options.context.set(&self.method, whole.payload.tool_context.as_deref());
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
        self.selected = self.selected.min(self.places() - 1);
    }

    /// Reads and checks the side that is shown, after every change to it.
    fn check(&mut self) {
        self.revision += 1;
        self.recheck();
    }

    fn recheck(&mut self) {
        self.asked = false;
        self.refused = None;
        match self.side {
            Side::Fields => {
                let whole = self.gather();
                self.checked = Checked::fields(&self.method, &self.fields, whole.payload, &whole.extra);
                self.checked.problems.extend(self.options.problem());
            }
            Side::Json => {
                self.whole = json::read(&self.json.text(), &self.method.name);
                if let Ok(whole) = &self.whole {
                    self.checked = Checked::whole(&self.method, whole);
                }
            }
        }
    }
}

/// Whether two payloads are written with the same values in the same order.
fn same(a: &Whole, b: &Whole) -> bool {
    let text = |whole: &Whole| json::write(&whole.payload, &whole.extra);
    text(a) == text(b)
}
