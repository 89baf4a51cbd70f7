//! The settings: their page, and what a changed one changes while the dashboard is open. And what is found on this
//! machine, in a box like theirs.

use crate::config::Settings;
use crate::ops::call::Options;
use crate::ops::doctor::Check;
use crate::tui::app::{App, Over};
use crate::tui::effect::settings::{SettingsNews, SettingsWork};
use crate::tui::effect::{Effect, ForLoop};
use crate::tui::keymap::Action;
use crate::tui::pane::doctor::Doctor;
use crate::tui::pane::settings::SettingsPage;
use crate::tui::theme::shelf;

impl App {
    /// Opens the settings, or what is found on this machine.
    pub(super) fn open_machine(&mut self, action: Action) -> Vec<Effect> {
        if action == Action::Settings {
            return self.open_settings();
        }
        self.over = Some(Over::Doctor(Doctor::default()));
        vec![Effect::Examine]
    }

    /// This machine was looked at.
    pub(super) fn examined(&mut self, checks: Vec<Check>) {
        if let Some(Over::Doctor(doctor)) = &mut self.over {
            doctor.learn(checks);
        }
    }

    /// Opens the page.
    fn open_settings(&mut self) -> Vec<Effect> {
        self.over = Some(Over::Settings(SettingsPage::new(self.looks.settings.clone())));
        vec![Effect::Settings(SettingsWork::Read)]
    }

    /// The file was read, or changed.
    pub(super) fn learn_settings(&mut self, news: &SettingsNews) -> Vec<Effect> {
        if let Some(Over::Settings(page)) = &mut self.over {
            page.learn(news);
        } else if let Some(changed) = &news.changed {
            self.theme_kept(&changed.as_ref().map(|_| ()).map_err(Clone::clone));
        }
        match news.changed {
            Some(Ok(_)) => self.use_settings(news.loaded.settings.clone()),
            Some(Err(_)) | None => Vec::new(),
        }
    }

    /// Lets changed settings hold. What the command line has asked for stays, until its own setting changes.
    fn use_settings(&mut self, settings: Settings) -> Vec<Effect> {
        let before = std::mem::replace(&mut self.context.settings, settings.clone());
        self.usual = Options::usual(&settings);
        let mut effects = Vec::new();
        if before.mouse != settings.mouse && settings.mouse != self.view.mouse.on {
            effects.extend(self.switch_mouse());
        }
        if before.ascii != settings.ascii {
            self.looks.ascii = settings.ascii;
        }
        if before.theme != settings.theme {
            self.looks.named = settings.theme.is_some();
            let by_paper = || shelf::by_paper(self.looks.light).to_owned();
            effects.push(Effect::LoadTheme(settings.theme.clone().unwrap_or_else(by_paper)));
        }
        effects.push(Effect::Loop(ForLoop::UseSettings(Box::new(settings))));
        effects
    }
}
