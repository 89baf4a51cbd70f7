//! The theme: chosen from a list while the screen shows it, or by the paper that the terminal has.

use crate::tui::app::{App, Over};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::pane::sign;
use crate::tui::pane::themes::Themes;
use crate::tui::pane::toast::Tone;
use crate::tui::theme::shelf::{self, Choice};

impl App {
    /// Opens the list; under a question that waits for its answer nothing else begins.
    pub(super) fn choose_theme(&mut self, choices: Vec<Choice>) {
        if self.over.is_none() {
            self.over = Some(Over::Themes(Themes::new(choices, self.theme.clone())));
        }
    }

    /// An action while the list is open: moving shows, `Confirm` keeps, `Back` restores; whether it was taken.
    pub(super) fn act_on_themes(&mut self, action: Action) -> bool {
        let Some(Over::Themes(mut themes)) = self.over.take_if(|over| matches!(over, Over::Themes(_))) else {
            return false;
        };
        match action {
            Action::Confirm if themes.chosen().is_some() => {
                let name = sign::safe(&self.theme.name);
                if self.theme != themes.before() {
                    self.looks.named = true;
                    let file = &self.looks.settings;
                    self.say(Tone::Note, format!("`theme: {name}` in {file} keeps it"));
                }
                true
            }
            Action::Back | Action::Interrupt => {
                self.theme = themes.before();
                action == Action::Back
            }
            action => {
                let moved = themes.act(action);
                self.theme = themes.shown().clone();
                self.over = Some(Over::Themes(themes));
                moved
            }
        }
    }

    /// The theme that was to be shown cannot be.
    pub(super) fn theme_failed(&mut self, why: &str) {
        match &mut self.over {
            Some(Over::Settings(page)) => page.failed(why),
            Some(_) | None => self.say(Tone::Bad, sign::safe(why)),
        }
    }

    /// Takes the theme for this paper, where nobody has named one.
    pub(super) fn learn_paper(&mut self, light: bool) -> Vec<Effect> {
        self.looks.light = light;
        let name = shelf::by_paper(light);
        if self.looks.named || self.theme.name == name || matches!(self.over, Some(Over::Themes(_))) {
            return Vec::new();
        }
        vec![Effect::LoadTheme(name.to_owned())]
    }
}
