//! What the page of settings wants from outside, and what comes back.

use crate::config::Loaded;
use crate::config::table::Setting;
use crate::ops::settings;
use crate::tui::effect::Worker;
use crate::tui::message::Message;
use crate::tui::theme::shelf;

/// One thing to do with the file of settings.
#[derive(Debug)]
pub enum SettingsWork {
    Read,
    /// Writes one setting into it.
    Set {
        setting: &'static Setting,
        value: String,
    },
}

/// The file, as it is now.
#[derive(Debug)]
pub struct SettingsNews {
    pub loaded: Loaded,
    /// Every theme that can be used.
    pub themes: Vec<String>,
    /// What became of a change; else the file was only read.
    pub changed: Option<Result<&'static Setting, String>>,
}

impl Worker {
    pub(super) fn settings_work(&self, work: SettingsWork) -> Message {
        let changed = match work {
            SettingsWork::Read => None,
            SettingsWork::Set { setting, value } => {
                Some(settings::set(&self.context, setting, &value).map(|()| setting))
            }
        };
        let themes = shelf::all(&self.themes(), self.palette);
        Message::Settings(Box::new(SettingsNews {
            loaded: Loaded::read(&self.context.paths.config),
            themes: themes
                .into_iter()
                .filter(|choice| choice.theme.is_ok())
                .map(|choice| choice.name)
                .collect(),
            changed,
        }))
    }
}
