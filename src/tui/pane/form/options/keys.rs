//! What keys do to the options.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::keymap::{Action, Layer};
use crate::tui::pane::form::file::For;
use crate::tui::pane::form::options::{Row, Stop};
use crate::tui::pane::form::{Form, Side, UNDO};
use crate::tui::widget::bar::Hint;

impl Form {
    /// Does an action where one of the options is selected; whether it has to do with them.
    pub(in crate::tui::pane::form) fn act_on_option(&mut self, action: Action) -> bool {
        let Some(stop) = self.stop().filter(|_| self.side == Side::Fields) else { return false };
        match (action, stop) {
            (Action::EnterField, Stop::Head) => self.fold(!self.options.open),
            (Action::EnterField, Stop::Context) => {
                self.options.context_open = true;
                self.typing = true;
            }
            (Action::Right, Stop::Head) => self.fold(true),
            (Action::Left, Stop::Head) => self.fold(false),
            (Action::Right, Stop::Context) => self.options.context_open = true,
            (Action::Left, Stop::Context) => self.options.context_open = false,
            (Action::Right | Action::Suggest, Stop::Row(Row::Profile)) => self.turn_profile(1),
            (Action::Left, Stop::Row(Row::Profile)) => self.turn_profile(-1),
            (Action::EnterField | Action::Right | Action::InsertFile, Stop::Row(Row::EnvFiles)) => {
                self.ask_for_file();
            }
            (Action::Omit, Stop::Row(row)) => self.omit_option(row),
            (Action::Omit, Stop::Context) => {
                self.options.context.omit(&self.method);
                self.options.context_open |= self.options.context.is_present();
                self.check();
            }
            (Action::Undo, Stop::Row(row)) => {
                if let Some(editor) = self.options.editor_mut(row) {
                    editor.key(UNDO);
                }
                self.changed_option();
            }
            (Action::Undo, Stop::Context) => {
                if !self.undo() && self.options.context.key(&self.method, UNDO) {
                    self.check();
                }
            }
            // A letter walks, so the next one must not be typed.
            (Action::Down | Action::Up | Action::First | Action::Last, _) => {
                self.typing = false;
                return false;
            }
            // Of fields alone; none of these has anything to change here.
            (Action::Left | Action::Right | Action::Suggest | Action::Omit | Action::AsJson, _) => {}
            _ => return false,
        }
        true
    }

    /// Takes a key where one of the options is typed into; whether it is.
    pub(in crate::tui::pane::form) fn key_on_option(&mut self, key: KeyEvent) -> bool {
        let Some(stop) = self.stop() else { return false };
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match (stop, key.code) {
            (Stop::Head | Stop::Row(_), KeyCode::Enter | KeyCode::Down) => self.walk(1),
            (Stop::Head | Stop::Row(_), KeyCode::Up) => self.walk(-1),
            (Stop::Head, _) => {}
            (Stop::Row(Row::Profile), KeyCode::Char(' ') | KeyCode::Right) if plain => self.turn_profile(1),
            (Stop::Row(Row::Profile), KeyCode::Left) => self.turn_profile(-1),
            (Stop::Row(Row::EnvFiles), KeyCode::Char(c)) if plain => {
                let start = if matches!(c, ' ' | '@') { String::new() } else { c.to_string() };
                self.open_file_line(&start, For::Variables);
            }
            // The last one goes; all of them where the value is left out.
            (Stop::Row(Row::EnvFiles), KeyCode::Backspace | KeyCode::Delete) => {
                self.options.env_files.pop();
                self.changed_option();
            }
            (Stop::Row(Row::Profile), KeyCode::Backspace | KeyCode::Delete) => self.omit_option(Row::Profile),
            (Stop::Row(row), _) => {
                if let Some(editor) = self.options.editor_mut(row) {
                    editor.key(key);
                    self.changed_option();
                }
            }
            (Stop::Context, _) => {
                if self.options.context.key(&self.method, key) {
                    self.check();
                }
            }
        }
        true
    }

    /// Takes a pasted text where one of the options is selected; whether it is.
    pub(in crate::tui::pane::form) fn paste_on_option(&mut self, text: &str) -> bool {
        let Some(stop) = self.stop() else { return false };
        match stop {
            Stop::Head => {}
            Stop::Row(Row::EnvFiles) => {
                let start = text.trim().lines().next().unwrap_or_default();
                self.open_file_line(start, For::Variables);
            }
            Stop::Row(row) => {
                if let Some(editor) = self.options.editor_mut(row) {
                    editor.paste(text.trim());
                    self.changed_option();
                }
            }
            Stop::Context => {
                self.options.context_open = true;
                self.options.context.paste(&self.method, text);
                self.check();
            }
        }
        true
    }

    /// What the selected option's keys do, for the footer.
    pub(in crate::tui::pane::form) fn option_hint(&self) -> Option<Hint> {
        let folds = |open| Hint::new("enter", if open { "fold" } else { "unfold" });
        match self.stop()? {
            Stop::Head => Some(folds(self.options.open)),
            Stop::Context if !self.options.context_open => Some(folds(false)),
            Stop::Context if self.layer() == Layer::Form => Some(Hint::new("←", "fold")),
            Stop::Row(Row::Profile) => Some(Hint::new("space ← →", "choose")),
            Stop::Row(Row::EnvFiles) => Some(Hint::new("space", "add a file")),
            Stop::Context | Stop::Row(_) => None,
        }
    }

    /// Whether this action has something to do with what is selected, for the footer.
    #[must_use]
    pub fn offers(&self, action: Action) -> bool {
        let stop = self.stop().filter(|_| self.side == Side::Fields);
        match (action, stop) {
            (Action::InsertFile, Some(Stop::Row(Row::EnvFiles))) => true,
            (Action::EnterField, Some(Stop::Head))
            | (Action::EditText | Action::InsertFile | Action::PickValue, Some(_)) => false,
            (Action::EnterField, Some(Stop::Context)) => self.options.context_open,
            (Action::Omit, Some(_)) => self.has_text(),
            (Action::Omit, None) => {
                let field = self.fields.get(self.selected).filter(|_| self.side == Side::Fields);
                field.is_some_and(|field| field.innermost().is_present())
            }
            _ => true,
        }
    }

    /// Folds or unfolds what is selected: the rows, or the tool context.
    pub(in crate::tui::pane::form) fn fold_stop(&mut self) {
        match self.stop() {
            Some(Stop::Head) => self.fold(!self.options.open),
            Some(Stop::Context) => {
                self.options.context_open = !self.options.context_open;
                self.typing = self.options.context_open;
            }
            Some(Stop::Row(_)) | None => {}
        }
    }

    /// Chooses one of the profiles that are offered.
    pub(in crate::tui::pane::form) fn choose_profile(&mut self, at: usize) {
        self.options.choose_profile(at);
        self.changed_option();
    }

    fn fold(&mut self, open: bool) {
        self.options.open = open;
        if open {
            self.options.outdate();
        }
    }

    fn turn_profile(&mut self, step: isize) {
        self.options.turn_profile(step);
        self.changed_option();
    }

    /// Adds a file of variables; one that is there already comes last now, and wins.
    pub(in crate::tui::pane::form) fn add_env_file(&mut self, file: PathBuf) {
        let files = &mut self.options.env_files;
        files.retain(|known| *known != file);
        files.push(file);
        self.changed_option();
    }

    fn omit_option(&mut self, row: Row) {
        match row {
            Row::Profile => self.options.profile = None,
            Row::EnvFiles => self.options.env_files.clear(),
            Row::Timeout
            | Row::Silence
            | Row::Notice
            | Row::Memory
            | Row::Processes
            | Row::Cpu
            | Row::OpenFiles => {
                if let Some(editor) = self.options.editor_mut(row).filter(|editor| !editor.is_empty()) {
                    editor.replace("");
                }
            }
        }
        self.changed_option();
    }

    /// Something was changed that is no part of the payload.
    fn changed_option(&mut self) {
        (self.asked, self.refused) = (false, None);
        self.revision += 1;
    }
}
