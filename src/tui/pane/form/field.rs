//! One value of the payload under edit: absent, or a text that stands for a JSON value.
//!
//! A field that is left alone is absent from the payload, which is not the same as empty: `""`, `0`, `false` and
//! `null` are values. A value that came from elsewhere keeps its very spelling until its text is edited.

mod inside;
mod offered;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::value::RawValue;

use crate::agent::manifest::{Kind, Method, Parameter};
use crate::agent::payload;
use crate::tui::pane::form::choices::Choices;
use crate::tui::pane::form::editor::{Editor, Typed};
use crate::tui::pane::form::json::{self, JsonError};
use crate::tui::pane::form::rows::Rows;

/// Names of text parameters that usually hold more than one line.
pub(super) const LONG_TEXTS: [&str; 16] = [
    "text",
    "code",
    "prompt",
    "content",
    "body",
    "message",
    "query",
    "question",
    "document",
    "input",
    "data",
    "description",
    "instructions",
    "context",
    "html",
    "markdown",
];

/// How a value is typed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Text of many lines: enter is a newline.
    Lines,
    /// A text or a number, enter goes on.
    Line,
    /// Absent, true or false.
    Switch,
    /// JSON of many lines.
    Json,
    /// A field for each value inside.
    Rows,
}

/// What keeps a field's text from being a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The text is no JSON; sent anyway, it goes as a text.
    Json(JsonError),
    /// It is not what the parameter wants; one sentence.
    Kind(String),
}

/// A value as it came, and the text it is shown as; it holds as long as the text is that one.
#[derive(Debug)]
struct Loaded {
    value: Box<RawValue>,
    text: String,
}

/// One parameter of the method, or a key the method does not declare.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each stands alone: they make no state together")]
pub struct Field {
    pub name: String,
    /// `None`: the method does not declare this key.
    pub parameter: Option<Parameter>,
    pub choices: Choices,
    /// Values it had in earlier runs, the newest first; none of them among the choices.
    pub earlier: Vec<Box<RawValue>>,
    pub editor: Editor,
    entry: Entry,
    rows: Option<Rows>,
    /// A list or an object is to be typed in rows, where it can be.
    in_rows: bool,
    /// Whether the payload has this key.
    present: bool,
    /// The text is JSON although the parameter is a text, a number or a switch: for `null` and wrong types.
    as_json: bool,
    loaded: Option<Loaded>,
    /// The value that was there before offered ones were put in its place.
    own: Option<Box<RawValue>>,
    /// What the value was before null was put in its place.
    before_null: Option<Box<RawValue>>,
    /// The text was changed by keys since the value was chosen or loaded.
    typed: bool,
    /// Of the text as it is now; `None` when absent.
    value: Option<Result<Box<RawValue>, Trouble>>,
}

impl Field {
    /// An absent value of this parameter.
    pub fn new(parameter: &Parameter) -> Self {
        let choices = Choices::of(parameter);
        let long =
            || LONG_TEXTS.contains(&parameter.name.to_lowercase().as_str()) || parameter.default.is_none();
        let entry = match parameter.kind {
            Kind::String if choices.values.is_empty() && long() => Entry::Lines,
            Kind::String | Kind::Integer | Kind::Number => Entry::Line,
            Kind::Boolean => Entry::Switch,
            Kind::Array | Kind::Object | Kind::Unknown => Entry::Json,
        };
        let mut field = Self {
            name: parameter.name.clone(),
            parameter: Some(parameter.clone()),
            choices,
            earlier: Vec::new(),
            own: None,
            editor: Editor::new(""),
            entry,
            rows: None,
            in_rows: Rows::are_better(parameter),
            present: false,
            as_json: false,
            loaded: None,
            before_null: None,
            typed: false,
            value: None,
        };
        field.settle_rows();
        field
    }

    /// A key that the method does not declare.
    pub fn undeclared(name: &str) -> Self {
        let parameter = Parameter { name: name.to_owned(), kind: Kind::Unknown, ..Parameter::default() };
        Self { parameter: None, as_json: true, ..Self::new(&parameter) }
    }

    /// How the value is typed in just now.
    pub fn entry(&self) -> Entry {
        match (&self.rows, self.as_json) {
            (Some(_), _) => Entry::Rows,
            (None, true) => Entry::Json,
            (None, false) => self.entry,
        }
    }

    /// Whether JSON is typed for what is not JSON by its type.
    pub fn is_as_json(&self) -> bool {
        self.as_json && self.parameter.is_some() && self.entry != Entry::Json
    }

    pub fn is_required(&self) -> bool {
        self.parameter.as_ref().is_some_and(|parameter| parameter.required)
    }

    pub fn is_present(&self) -> bool {
        self.present
    }

    /// The value as it will be sent; `None` when the payload does not have it.
    pub fn value(&self) -> Option<&Result<Box<RawValue>, Trouble>> {
        self.value.as_ref()
    }

    /// The value for sending whatever it is: what is not JSON goes as a text.
    pub fn forced(&self) -> Option<Box<RawValue>> {
        Some(match self.value.as_ref()? {
            Ok(value) => value.clone(),
            Err(_) => json::string(&self.editor.text()),
        })
    }

    /// Takes a value from elsewhere, or none. The same value changes nothing, not even the cursor.
    pub fn set(&mut self, method: &Method, value: Option<&RawValue>) {
        let same = match (&self.value, value) {
            (None, None) => true,
            (Some(Ok(old)), Some(new)) => old.get() == new.get(),
            // A text that went as a string because it is not JSON stays what it was.
            (Some(Err(_)), Some(new)) => self.forced().is_some_and(|old| old.get() == new.get()),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if same {
            return;
        }
        self.loaded = None;
        self.typed = false;
        self.present = value.is_some();
        let text = if let Some(value) = value {
            self.load(value)
        } else {
            self.as_json = self.parameter.is_none();
            String::new()
        };
        if self.editor.text() != text {
            self.editor.replace(&text);
        }
        self.read(method);
    }

    /// Decides how a value is shown, and remembers its spelling.
    fn load(&mut self, value: &RawValue) -> String {
        let as_text = json::as_text(value);
        let fits = match (self.parameter.as_ref().map(|parameter| parameter.kind), &as_text) {
            (Some(Kind::String), text) => text.is_some(),
            (Some(Kind::Integer | Kind::Number), None) => {
                value.get().starts_with(|c: char| c == '-' || c.is_ascii_digit())
            }
            (Some(Kind::Boolean), None) => matches!(value.get(), "true" | "false"),
            (Some(Kind::Integer | Kind::Number | Kind::Boolean), Some(_)) => false,
            (Some(Kind::Array | Kind::Object | Kind::Unknown) | None, _) => true,
        };
        self.as_json = !fits || self.parameter.is_none();
        let text = match as_text {
            Some(text) if fits && self.is_text() => text,
            Some(_) | None => value.get().to_owned(),
        };
        self.loaded = Some(Loaded { value: value.to_owned(), text: text.clone() });
        text
    }

    /// Whether the text is the value itself, not JSON for it.
    fn is_text(&self) -> bool {
        !self.as_json && self.parameter.as_ref().is_some_and(|parameter| parameter.kind == Kind::String)
    }

    /// Takes a key. Whether the value may have changed.
    pub fn key(&mut self, method: &Method, key: KeyEvent) -> bool {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match (self.entry(), key.code) {
            (Entry::Switch, KeyCode::Char(' ') | KeyCode::Right) if plain => return self.cycle(method, 1),
            (Entry::Switch, KeyCode::Left) if plain => return self.cycle(method, -1),
            (Entry::Switch, KeyCode::Char(c)) if plain => return self.switch(method, c),
            (Entry::Switch, KeyCode::Backspace | KeyCode::Delete) => return self.omit(method),
            (Entry::Line, KeyCode::Char(' ')) if plain && self.is_chosen() => return self.cycle(method, 1),
            (Entry::Line, KeyCode::Right) if plain && self.offers() => return self.cycle(method, 1),
            (Entry::Line, KeyCode::Left) if plain && self.offers() => return self.cycle(method, -1),
            // Nothing is left to delete: the value itself goes.
            (_, KeyCode::Backspace) if self.present && self.editor.is_empty() => return self.omit(method),
            (Entry::Json, KeyCode::Enter) if plain => {
                self.editor.newline_indented();
                self.typed(method, Typed::Changed);
                return true;
            }
            (Entry::Switch | Entry::Rows, _) => return false,
            (Entry::Lines | Entry::Line | Entry::Json, _) => {}
        }
        let typed = self.editor.key(key);
        self.typed(method, typed)
    }

    /// Inserts a pasted text as one edit.
    pub fn paste(&mut self, method: &Method, text: &str) -> bool {
        if self.entry() == Entry::Rows {
            return false;
        }
        if self.entry() == Entry::Switch {
            return text.trim().chars().next().is_some_and(|c| self.switch(method, c));
        }
        self.editor.paste(text);
        self.typed(method, Typed::Changed)
    }

    /// Puts another text in place of the one that was typed, as one edit.
    pub fn rewrite(&mut self, method: &Method, text: &str) -> bool {
        self.editor.replace(text);
        self.typed(method, Typed::Changed)
    }

    /// Takes the value out of the payload; once more gives an empty text back where texts are typed.
    pub fn omit(&mut self, method: &Method) -> bool {
        if self.present {
            if !self.editor.is_empty() {
                self.editor.replace("");
            }
            self.present = false;
        } else {
            self.present = self.is_text();
        }
        self.loaded = None;
        self.read(method);
        true
    }

    /// Puts null in place of the value; once more brings the value back.
    pub fn toggle_null(&mut self, method: &Method) -> bool {
        if matches!(&self.value, Some(Ok(value)) if value.get() == "null") {
            let before = self.before_null.take();
            self.set(method, before.as_deref());
        } else {
            let before = self.forced();
            self.set(method, Some(RawValue::NULL));
            self.before_null = before;
        }
        true
    }

    /// Switches between typing the value and typing JSON for it; the value stays.
    pub fn toggle_json(&mut self, method: &Method) -> bool {
        if self.parameter.is_none() || self.entry == Entry::Json {
            return self.toggle_rows();
        }
        let text = if self.as_json {
            // A JSON text becomes the text it means; anything else is kept as it is spelled.
            json::value(&self.editor.text()).ok().and_then(|value| json::as_text(&value))
        } else if self.is_text() && self.present {
            Some(json::string(&self.editor.text()).get().to_owned())
        } else {
            None
        };
        self.as_json = !self.as_json;
        if self.entry() == Entry::Switch && !matches!(self.editor.text().as_str(), "true" | "false") {
            self.editor.replace("");
        } else if let Some(text) = text {
            self.editor.replace(&text);
        }
        self.present = self.present && (self.is_text() || !self.editor.is_empty());
        self.read(method);
        true
    }

    fn switch(&mut self, method: &Method, c: char) -> bool {
        let word = match c.to_ascii_lowercase() {
            't' | 'y' | '1' => "true",
            'f' | 'n' | '0' => "false",
            _ => return false,
        };
        self.set(method, json::value(word).ok().as_deref());
        true
    }

    fn typed(&mut self, method: &Method, typed: Typed) -> bool {
        match typed {
            Typed::Unchanged => return false,
            // Texts can be empty, other values cannot.
            Typed::Changed => self.present = self.is_text() || !self.editor.is_empty(),
            Typed::Undone => self.present = !self.editor.is_empty(),
        }
        self.typed = true;
        self.read(method);
        true
    }

    /// Reads the value from the text, after every change.
    fn read(&mut self, method: &Method) {
        if !self.present {
            self.value = None;
            self.settle_rows();
            return;
        }
        let text = self.editor.text();
        self.value = Some(match &self.loaded {
            Some(loaded) if loaded.text == text => Ok(loaded.value.clone()),
            Some(_) | None if self.as_json => json::value(&text).map_err(Trouble::Json),
            Some(_) | None => {
                payload::value_from_text(Some(method), &self.name, &text).map_err(|error| {
                    match (self.entry, json::value(&text)) {
                        (Entry::Json, Err(error)) => Trouble::Json(error),
                        (Entry::Lines | Entry::Line | Entry::Switch | Entry::Json | Entry::Rows, _) => {
                            Trouble::Kind(error.message)
                        }
                    }
                })
            }
        });
        self.settle_rows();
    }
}
