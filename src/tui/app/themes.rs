//! The theme: chosen from a list while the screen shows it, or by the paper that the terminal has.

use crate::config::table;
use crate::tui::app::{App, Over};
use crate::tui::effect::Effect;
use crate::tui::effect::settings::SettingsWork;
use crate::tui::keymap::Action;
use crate::tui::pane::sign;
use crate::tui::pane::themes::Themes;
use crate::tui::pane::toast::Tone;
use crate::tui::theme::shelf::{self, Choice};

/// The setting that names the theme.
pub(super) const THEME: &str = "theme";

impl App {
    /// Opens the list; under a question that waits for its answer nothing else begins.
    pub(super) fn choose_theme(&mut self, choices: Vec<Choice>) {
        if self.over.is_none() {
            self.over = Some(Over::Themes(Themes::new(choices, self.theme.clone())));
        }
    }

    /// An action while the list is open: moving shows, `Confirm` keeps, `Back` restores; `None` where it was not taken.
    pub(super) fn act_on_themes(&mut self, action: Action) -> Option<Vec<Effect>> {
        let Some(Over::Themes(mut themes)) = self.over.take_if(|over| matches!(over, Over::Themes(_))) else {
            return None;
        };
        match action {
            Action::Confirm if themes.chosen().is_some() => {
                // What was only tried with `--theme` is not in the file yet.
                let is_new = self.theme != themes.before()
                    || (self.looks.asked.is_some() && self.context.settings.theme != self.looks.asked);
                Some(if is_new { self.keep_theme() } else { Vec::new() })
            }
            Action::Back | Action::Interrupt => {
                self.theme = themes.before();
                (action == Action::Back).then(Vec::new)
            }
            action => {
                let moved = themes.act(action);
                self.theme = themes.shown().clone();
                self.over = Some(Over::Themes(themes));
                moved.then(Vec::new)
            }
        }
    }

    /// Lets the theme that is shown hold from now on, the next dashboards included.
    pub(super) fn keep_theme(&mut self) -> Vec<Effect> {
        self.looks.named = true;
        let value = self.theme.name.clone();
        table::find(THEME)
            .map(|setting| Effect::Settings(SettingsWork::Set { setting, value }))
            .into_iter()
            .collect()
    }

    /// Says what became of a theme that was to be kept.
    pub(super) fn theme_kept(&mut self, kept: &Result<(), String>) {
        let (name, file) = (sign::safe(&self.theme.name), &self.looks.settings);
        match kept {
            Ok(()) => {
                let mut text = format!("theme {name}, written to {file}");
                if let Some(asked) = self.looks.asked.as_ref().filter(|asked| **asked != self.theme.name) {
                    text.push_str(&format!("; where `--theme {}` is given, that wins", sign::safe(asked)));
                } else if self.looks.colourless {
                    text.push_str("; NO_COLOR wins over its colours");
                }
                self.say(Tone::Good, text);
            }
            Err(why) => {
                let file = if why.contains(file.as_str()) { String::new() } else { format!("{file}: ") };
                self.say(Tone::Bad, format!("theme {name} holds until you quit. {file}{}", sign::safe(why)));
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
