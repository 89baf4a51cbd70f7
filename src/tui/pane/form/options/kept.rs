//! The options as they were typed, for the next time.

use crate::ops::drafts;
use crate::tui::pane::form::options::row::LIMITS;
use crate::tui::pane::form::options::{Chosen, Row};

impl Chosen {
    /// What was typed; `None` where a new form has the same.
    pub fn typed(&self) -> Option<drafts::Options> {
        Some(self.texts()).filter(|texts| *texts != self.untouched)
    }

    /// Whether this limit was changed.
    pub fn is_unusual(&self, row: Row) -> bool {
        self.untouched.limits.get(row.label()).is_none_or(|usual| *usual != self.text(row))
    }

    /// What a new form has.
    pub fn untouched(&self) -> drafts::Options {
        self.untouched.clone()
    }

    /// Puts in what was typed another time. A limit that is not there any more is passed over.
    pub fn put(&mut self, typed: &drafts::Options) {
        for (editor, row) in self.limits.iter_mut().zip(LIMITS) {
            if let Some(text) = typed.limits.get(row.label())
                && editor.text() != *text
            {
                editor.replace(text);
            }
        }
        self.profile.clone_from(&typed.profile);
        self.env_files.clone_from(&typed.env_files);
    }

    /// All that is typed.
    pub fn texts(&self) -> drafts::Options {
        let limits = LIMITS.iter().zip(&self.limits);
        drafts::Options {
            limits: limits.map(|(row, editor)| (row.label().to_owned(), editor.text())).collect(),
            profile: self.profile.clone(),
            env_files: self.env_files.clone(),
        }
    }
}
