//! The settings as a file of their own: commented, and read back as the same settings.

use crate::config::Settings;
use crate::config::table::SETTINGS;

/// Every setting with its sentence, its value, and its default where that is another one.
#[must_use]
pub fn written(settings: &Settings) -> String {
    let defaults = Settings::default();
    let mut text = String::new();
    for setting in SETTINGS {
        let (value, default) = (setting.written(settings), setting.written(&defaults));
        let note = if value == default { String::new() } else { format!(" (by default {default})") };
        text.push_str(&format!("# {}{note}\n{}: {value}\n", setting.doc, setting.key));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Loaded;

    #[test]
    fn the_file_is_read_back_as_the_same_settings() {
        let changed = Settings {
            call_timeout: None,
            grace: Duration::from_millis(1_500),
            theme: Some("my own".to_owned()),
            bell: true,
            ..Settings::default()
        };
        for settings in [Settings::default(), changed] {
            let text = written(&settings);
            let loaded = Loaded::parse(&text);
            assert_eq!((loaded.settings, loaded.problems), (settings, Vec::new()), "{text}");
            assert_eq!(loaded.set.len(), SETTINGS.len());
        }
        let text = written(&Settings { bell: true, ..Settings::default() });
        assert!(text.contains(" (by default false)\nbell: true\n"), "{text}");
    }

    #[test]
    fn the_readme_shows_this_file() {
        let text = format!("```yaml\n{}```\n", written(&Settings::default()));
        let readme = include_str!("../../README.md");
        let section = readme.split("<!-- settings -->\n").nth(1);
        let section = section.and_then(|rest| rest.split("<!-- /settings -->").next());
        assert!(section == Some(&text), "the README's section on settings should be:\n{text}");
    }
}
