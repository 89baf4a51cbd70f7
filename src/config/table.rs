//! Every setting, once.

use std::time::Duration;

use serde_json::Value;

use crate::config::{Clipboard, Settings};
use crate::text::amount;
use crate::yaml::{self, Content, Node};

/// The word for a theme that the terminal chooses.
pub const AUTO: &str = "auto";

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the file.
    pub key: &'static str,
    pub kind: Kind,
    pub takes: Takes,
    /// What it does, in one sentence without a full stop; its units and what its particular values mean.
    pub doc: &'static str,
}

/// From when on a changed setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Now,
    NextRun,
}

/// What a setting can be, and where it stands among the settings.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Seconds, decimals too.
    Seconds(fn(&mut Settings) -> &mut Duration),
    /// The same; 0 is none.
    Limit(fn(&mut Settings) -> &mut Option<Duration>),
    /// A whole number.
    Count(fn(&mut Settings) -> &mut usize),
    /// Bytes, above 0.
    Size(fn(&mut Settings) -> &mut u64),
    Flag(fn(&mut Settings) -> &mut bool),
    /// One of some words, by its number.
    Word {
        words: &'static [&'static str],
        get: fn(&Settings) -> usize,
        set: fn(&mut Settings, usize),
    },
    /// A theme.
    Theme(fn(&mut Settings) -> &mut Option<String>),
}

/// All settings, in the order of the file.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "timeout",
        kind: Kind::Limit(|settings| &mut settings.call_timeout),
        takes: Takes::NextRun,
        doc: "Seconds that a call may take; 0 is no limit",
    },
    Setting {
        key: "grace",
        kind: Kind::Seconds(|settings| &mut settings.grace),
        takes: Takes::NextRun,
        doc: "Seconds from TERM to KILL",
    },
    Setting {
        key: "sweep",
        kind: Kind::Seconds(|settings| &mut settings.sweep),
        takes: Takes::NextRun,
        doc: "Seconds from KILL until plugdeck says what it could not end",
    },
    Setting {
        key: "silence_notice",
        kind: Kind::Seconds(|settings| &mut settings.silence_notice),
        takes: Takes::Now,
        doc: "Seconds of silence that are worth a notice (◐) where a run has no other; 0: none are",
    },
    Setting {
        key: "payload",
        kind: Kind::Word {
            words: &["hook", "argv"],
            get: |settings| usize::from(settings.payload_in_argv),
            set: |settings, word| settings.payload_in_argv = word == 1,
        },
        takes: Takes::NextRun,
        doc: "How agents get it: hook, in private; argv, as an argument, at most 128 KiB and readable by everybody here",
    },
    Setting {
        key: "keep_runs",
        kind: Kind::Count(|settings| &mut settings.keep_runs),
        takes: Takes::NextRun,
        doc: "Runs that are kept; a sixteenth more may stand for a while",
    },
    Setting {
        key: "keep_bytes",
        kind: Kind::Size(|settings| &mut settings.keep_bytes),
        takes: Takes::NextRun,
        doc: "Bytes that all kept runs may take together",
    },
    Setting {
        key: "keep_output",
        kind: Kind::Size(|settings| &mut settings.keep_output),
        takes: Takes::NextRun,
        doc: "Bytes of output kept of one run, at least 1M; of more the middle is given back",
    },
    Setting {
        key: "theme",
        kind: Kind::Theme(|settings| &mut settings.theme),
        takes: Takes::Now,
        doc: "The theme's name; auto: dark, or light where the terminal's background is light",
    },
    Setting {
        key: "ascii",
        kind: Kind::Flag(|settings| &mut settings.ascii),
        takes: Takes::Now,
        doc: "The dashboard draws with nothing but ASCII",
    },
    Setting {
        key: "mouse",
        kind: Kind::Flag(|settings| &mut settings.mouse),
        takes: Takes::Now,
        doc: "The dashboard takes the mouse, which M switches; else it stays the terminal's",
    },
    Setting {
        key: "clipboard",
        kind: Kind::Word {
            words: &["auto", "native", "osc52", "file"],
            get: |settings| CLIPBOARDS.iter().position(|way| *way == settings.clipboard).unwrap_or_default(),
            set: |settings, word| settings.clipboard = CLIPBOARDS[word],
        },
        takes: Takes::Now,
        doc: "How texts are copied: native by wl-copy or xclip, osc52 by the terminal; auto: the first that can, or tmux",
    },
    Setting {
        key: "bell",
        kind: Kind::Flag(|settings| &mut settings.bell),
        takes: Takes::Now,
        doc: "The terminal's bell rings when a run has ended while the dashboard was open",
    },
    Setting {
        key: "title",
        kind: Kind::Flag(|settings| &mut settings.title),
        takes: Takes::Now,
        doc: "The terminal's title tells how many runs go on, and what ended last",
    },
];

/// The ways to copy, in the order of their words.
const CLIPBOARDS: [Clipboard; 4] = [Clipboard::Auto, Clipboard::Native, Clipboard::Osc52, Clipboard::File];

/// The setting of this name.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

impl Setting {
    /// What it must be, to go behind "must be".
    #[must_use]
    pub fn expected(&self) -> String {
        match self.kind {
            Kind::Seconds(_) => "a number of seconds, 0 or more".to_owned(),
            Kind::Limit(_) => "a number of seconds, or 0 for no limit".to_owned(),
            Kind::Count(_) => "a whole number, 0 or more".to_owned(),
            Kind::Size(_) => "bytes, or a size such as 512M or 2G".to_owned(),
            Kind::Flag(_) => "true or false".to_owned(),
            Kind::Word { words, .. } => words.join(" or "),
            Kind::Theme(_) => format!("a theme's name, or {AUTO}"),
        }
    }

    /// Takes a value of the file; whether it can be one.
    pub fn take(&self, settings: &mut Settings, value: Node) -> bool {
        let digits =
            if let Content::Integer(digits) = value.content() { Some(digits.as_str()) } else { None };
        let seconds = || match value.content() {
            Content::Float(number) => amount::seconds(&number.to_string()).ok(),
            _ => amount::seconds(digits?).ok(),
        };
        match self.kind {
            Kind::Seconds(of) => put(of(settings), seconds().map(Option::unwrap_or_default)),
            Kind::Limit(of) => put(of(settings), seconds()),
            Kind::Count(of) => put(of(settings), digits.and_then(|digits| digits.parse().ok())),
            Kind::Size(of) => {
                put(of(settings), digits.or(value.text()).and_then(|text| amount::size(text).ok()))
            }
            Kind::Flag(of) => {
                let flag = if let Content::Boolean(flag) = value.content() { Some(*flag) } else { None };
                put(of(settings), flag)
            }
            Kind::Word { words, set, .. } => {
                let found = words.iter().position(|word| *word == value.written());
                found.map(|word| set(settings, word)).is_some()
            }
            Kind::Theme(of) => {
                // Lists and mappings have no text.
                let name = Some(value.written().to_owned()).filter(|name| !name.is_empty());
                put(of(settings), name.map(|name| Some(name).filter(|name| name != AUTO)))
            }
        }
    }

    /// Its value, as the file has it.
    #[must_use]
    pub fn written(&self, settings: &Settings) -> String {
        let settings = &mut settings.clone();
        match self.kind {
            Kind::Seconds(of) => amount::in_seconds(*of(settings)),
            Kind::Limit(of) => amount::in_seconds(of(settings).unwrap_or_default()),
            Kind::Count(of) => of(settings).to_string(),
            Kind::Size(of) => amount::in_size(*of(settings)),
            Kind::Flag(of) => of(settings).to_string(),
            Kind::Word { words, get, .. } => words[get(settings)].to_owned(),
            Kind::Theme(of) => of(settings).as_deref().map_or_else(|| AUTO.to_owned(), quoted),
        }
    }

    /// A value that a person has typed, as the file has it.
    #[must_use]
    pub fn typed(&self, text: &str) -> String {
        match self.kind {
            Kind::Theme(_) => quoted(text.trim()),
            Kind::Seconds(_)
            | Kind::Limit(_)
            | Kind::Count(_)
            | Kind::Size(_)
            | Kind::Flag(_)
            | Kind::Word { .. } => text.trim().to_owned(),
        }
    }

    /// Its value as JSON: a number, true or false, or a text.
    #[must_use]
    pub fn json(&self, settings: &Settings) -> Value {
        let written = self.written(settings);
        let document = yaml::parse(&written).ok();
        let value = document.as_ref().and_then(|document| document.root()?.to_json());
        value.unwrap_or(Value::String(written))
    }
}

/// Puts a value in its place; whether there is one.
fn put<T>(place: &mut T, value: Option<T>) -> bool {
    value.map(|value| *place = value).is_some()
}

/// A text as YAML: in quotes where it would not be this text without.
fn quoted(text: &str) -> String {
    let document = yaml::parse(text).ok();
    let plain = document.as_ref().and_then(|document| document.root()?.text());
    if plain == Some(text) { text.to_owned() } else { Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;

    #[test]
    fn every_value_reads_back_as_it_was_written() {
        let changed = Settings {
            call_timeout: None,
            grace: Duration::from_nanos(1_500_000_001),
            sweep: Duration::from_secs(31_536_000),
            keep_runs: 0,
            keep_bytes: 12_345,
            keep_output: 3 << 20,
            silence_notice: Duration::from_millis(100),
            payload_in_argv: true,
            theme: Some("yes: \"it\" # is".to_owned()),
            ascii: true,
            mouse: false,
            clipboard: Clipboard::File,
            bell: true,
            title: false,
        };
        for settings in [Settings::default(), changed] {
            for setting in SETTINGS {
                let line = format!("{}: {}\n", setting.key, setting.written(&settings));
                let loaded = Loaded::parse(&line);
                assert_eq!(loaded.problems, [], "{line}");
                assert_eq!(setting.written(&loaded.settings), setting.written(&settings));
                assert_eq!(loaded.set, [setting.key]);
            }
        }
    }

    #[test]
    fn a_settings_sentence_is_short_and_its_name_is_its_own() {
        for (at, setting) in SETTINGS.iter().enumerate() {
            assert!(setting.doc.chars().count() <= 110 && !setting.doc.ends_with('.'), "{}", setting.doc);
            assert!(SETTINGS[..at].iter().all(|other| other.key != setting.key), "{}", setting.key);
        }
    }
}
