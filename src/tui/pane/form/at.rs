//! `@` at the beginning of an empty text: the files that may be meant are offered while one goes on typing.
//!
//! What is typed is typed into the field, and into nothing else: the offers only follow it. They stand there as long
//! as there are any, and take a file's text only where one was chosen or is named whole.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::effect::lookup::Lookup;
use crate::tui::keymap::Action;
use crate::tui::pane::Asked;
use crate::tui::pane::form::editor::Editor;
use crate::tui::pane::form::field::Entry;
use crate::tui::pane::form::file::{FileLine, For};
use crate::tui::pane::form::over::Over;
use crate::tui::pane::form::{Form, Side};

/// Bytes of a path, at most (`PATH_MAX`).
const LONGEST: usize = 4096;

impl Form {
    /// Takes a key that goes into the selected field's text.
    pub(super) fn type_at(&mut self, key: KeyEvent) {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        self.at |= plain && key.code == KeyCode::Char('@') && self.typed_text().is_some_and(Editor::is_empty);
        self.change(|field, method| field.key(method, key));
        self.follow_at();
    }

    /// Takes a pasted text that goes there.
    pub(super) fn paste_at(&mut self, text: &str) {
        self.change(|field, method| field.paste(method, text));
        self.follow_at();
    }

    /// Does an action while files are offered.
    pub(super) fn act_at(&mut self, action: Action) -> Asked {
        let Some(Over::File(file)) = &mut self.over else { return Asked::NotMine };
        match action {
            Action::Confirm if !file.means_file() => {
                self.leave_at();
                return self.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
            }
            Action::Confirm | Action::Next | Action::Previous | Action::Down | Action::Up => {
                let lookup = file.act(action);
                let path = file.path();
                self.lookups.extend(lookup);
                if self.path().is_some_and(|typed| typed != path) {
                    self.change(|field, method| field.rewrite(method, &format!("@{path}")));
                }
            }
            // Everything else is what it is without the offers.
            _ => {
                self.leave_at();
                return self.act(action);
            }
        }
        Asked::Nothing
    }

    /// Ways to go on with what stood behind the `@` when they were asked for.
    pub(super) fn offer_at(&mut self, typed: &str, offers: Vec<String>) {
        if self.path().as_deref() != Some(typed) {
            return;
        }
        match &mut self.over {
            _ if offers.is_empty() => self.over = None,
            Some(Over::File(file)) => file.offer(typed, offers),
            Some(Over::Pick(_)) => {}
            None => {
                let (mut file, _) = FileLine::new(typed, For::Typing);
                file.offer(typed, offers);
                self.over = Some(Over::File(Box::new(file)));
            }
        }
    }

    /// Nothing is offered any more, until an `@` is typed again.
    pub(super) fn leave_at(&mut self) {
        if std::mem::take(&mut self.at) {
            self.over = None;
        }
    }

    fn follow_at(&mut self) {
        if !self.at {
            return;
        }
        let Some(path) = self.path() else { return self.leave_at() };
        let lookup = match &mut self.over {
            Some(Over::File(file)) if file.path() == path => return,
            Some(Over::File(file)) => file.follow(&path),
            Some(Over::Pick(_)) | None => Lookup::Paths { typed: path, variables: false },
        };
        self.lookups.push(lookup);
    }

    /// What stands behind the `@` of the selected field.
    fn path(&self) -> Option<String> {
        let path = self.typed_text()?.first_line().strip_prefix('@')?;
        (path.len() <= LONGEST).then(|| path.to_owned())
    }

    /// The text of the selected field, where one is typed.
    fn typed_text(&self) -> Option<&Editor> {
        let field = self.fields.get(self.selected).filter(|_| self.side == Side::Fields)?.innermost();
        match field.entry() {
            Entry::Switch | Entry::Rows => None,
            Entry::Lines | Entry::Line | Entry::Json => Some(&field.editor),
        }
    }
}
