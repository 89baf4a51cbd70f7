//! The words that narrow a list or the help: who takes the keys for them, and what ends that.

use crossterm::event::KeyEvent;

use crate::tui::app::{App, Over, Page};
use crate::tui::keymap::Action;
use crate::tui::layout::Pane;
use crate::tui::pane::help::Help;

/// What is narrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Narrowed {
    Agents,
    Runs,
    Help,
}

impl App {
    /// Where words are typed now.
    pub(super) fn typing(&self) -> Option<Narrowed> {
        let typing = match self.narrowed()? {
            Narrowed::Agents => self.agents.is_typing(),
            Narrowed::Runs => self.runs.is_typing(),
            Narrowed::Help => matches!(&self.over, Some(Over::Help(help)) if help.is_typing()),
        };
        self.narrowed().filter(|_| typing)
    }

    /// What has the focus, where words can narrow it.
    fn narrowed(&self) -> Option<Narrowed> {
        match (&self.over, self.focus) {
            (Some(over), _) => matches!(over, Over::Help(_)).then_some(Narrowed::Help),
            (None, _) if !self.pages.is_empty() => None,
            (None, Pane::Agents) => Some(Narrowed::Agents),
            (None, Pane::Runs) => Some(Narrowed::Runs),
            (None, Pane::Procs | Pane::Main) => None,
        }
    }

    fn help(&mut self) -> Option<&mut Help> {
        match &mut self.over {
            Some(Over::Help(help)) => Some(help),
            _ => None,
        }
    }

    /// Begins to narrow what has the focus.
    pub(super) fn narrow(&mut self) {
        match self.narrowed() {
            Some(Narrowed::Agents) => self.agents.narrow(),
            Some(Narrowed::Runs) => self.runs.narrow(),
            Some(Narrowed::Help) => self.help().into_iter().for_each(Help::narrow),
            None => {}
        }
    }

    /// A key for the words; whether words are typed.
    pub(super) fn key_in_words(&mut self, key: KeyEvent) -> bool {
        let typing = self.typing();
        match typing {
            Some(Narrowed::Agents) => self.agents.key(key, &self.world),
            Some(Narrowed::Runs) => self.runs.key(key, &self.world, self.now),
            Some(Narrowed::Help) => self.help().into_iter().for_each(|help| help.key(key)),
            None => {}
        }
        typing.is_some()
    }

    /// A pasted text, for what is typed into.
    pub(super) fn paste(&mut self, text: &str) {
        if self.paste_in_palette(text) {
            return;
        }
        match self.typing() {
            Some(Narrowed::Agents) => self.agents.paste(text, &self.world),
            Some(Narrowed::Runs) => self.runs.paste(text, &self.world, self.now),
            Some(Narrowed::Help) => self.help().into_iter().for_each(|help| help.paste(text)),
            None => match (&mut self.over, self.pages.last_mut()) {
                (Some(Over::Saving(saving)), _) => saving.paste(text),
                (Some(Over::Settings(page)), _) => page.paste(text),
                (Some(Over::SaveAs(dialog)), _) => dialog.paste(text),
                (None, Some(Page::Form(form))) => form.paste(text),
                (None, Some(Page::Run(page))) => page.paste(text),
                (None, None) if self.focus == Pane::Main => {
                    self.main_run.iter_mut().for_each(|page| page.paste(text));
                }
                (Some(_) | None, _) => {}
            },
        }
    }

    /// An action while words are typed: they are kept, or all is back; whether the action was taken.
    pub(super) fn act_on_words(&mut self, action: Action) -> bool {
        if self.typing().is_none() {
            return false;
        }
        if action == Action::Back {
            return self.widen();
        }
        let nothing = match self.narrowed() {
            Some(Narrowed::Agents) => self.agents.finds_nothing(&self.world),
            Some(Narrowed::Runs) => self.runs.finds_nothing(&self.world, self.now),
            Some(Narrowed::Help) | None => false,
        };
        if action == Action::Confirm && nothing {
            return true;
        }
        if matches!(action, Action::Confirm | Action::Next | Action::Previous) {
            self.keep_words();
        }
        action == Action::Confirm
    }

    /// The words stay as they are, and the keys are commands again.
    pub(super) fn keep_words(&mut self) {
        match self.typing() {
            Some(Narrowed::Agents) => self.agents.keep_narrow(),
            Some(Narrowed::Runs) => self.runs.keep_narrow(),
            Some(Narrowed::Help) => self.help().into_iter().for_each(Help::keep_narrow),
            None => {}
        }
    }

    /// All of what has the focus again; whether it was narrow.
    pub(super) fn widen(&mut self) -> bool {
        match self.narrowed() {
            Some(Narrowed::Agents) => self.agents.widen(&self.world),
            Some(Narrowed::Runs) => self.runs.widen(),
            Some(Narrowed::Help) => self.help().is_some_and(Help::widen),
            None => false,
        }
    }
}
