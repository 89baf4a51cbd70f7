//! The user's settings, with what holds where nothing is set. The table of all of them is in `table`: it makes the
//! checks, the file that `plugdeck config` prints, the page in the dashboard and the section of the README.

pub mod edit;
pub mod file;
pub mod table;

use std::path::Path;
use std::time::Duration;

use crate::config::table::SETTINGS;
use crate::text::nearest::nearest;
use crate::yaml::{self, Content, Document, Fault};

/// What a person may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    /// How long a call may take. A real agent's own model timeout ends at 300.8 s: its answer should still come.
    pub call_timeout: Option<Duration>,
    /// From TERM to KILL.
    pub grace: Duration,
    /// From the first KILL until plugdeck gives up on what still lives.
    pub sweep: Duration,
    /// Most runs kept; a sixteenth more may stand for a while.
    pub keep_runs: usize,
    /// Most bytes of runs kept.
    pub keep_bytes: u64,
    /// Most bytes of output kept of a run.
    pub keep_output: u64,
    /// Silence that is worth a notice.
    pub silence_notice: Duration,
    /// Calls hand the payload over as the program's argument, where everybody on the machine can read it, and
    /// leave the agent's Python alone: for an interpreter that runs no hook.
    pub payload_in_argv: bool,
    /// A theme's name; `None`: chosen by the terminal.
    pub theme: Option<String>,
    /// The dashboard draws with nothing but ASCII.
    pub ascii: bool,
    /// The terminal's bell rings when a run has ended.
    pub bell: bool,
    /// The terminal's title tells what runs.
    pub title: bool,
    /// The dashboard takes the mouse; else it stays the terminal's.
    pub mouse: bool,
    /// How the dashboard copies.
    pub clipboard: Clipboard,
}

/// How a text reaches the clipboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clipboard {
    /// By a program of the desktop, by the terminal, into a file: the first of them that can.
    #[default]
    Auto,
    Native,
    Osc52,
    File,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            call_timeout: Some(Duration::from_secs(310)),
            grace: Duration::from_secs(2),
            sweep: Duration::from_secs(10),
            keep_runs: 500,
            keep_bytes: 5 << 30,
            keep_output: 1 << 30,
            silence_notice: Duration::from_secs(60),
            payload_in_argv: false,
            theme: None,
            ascii: false,
            bell: false,
            title: true,
            mouse: true,
            clipboard: Clipboard::Auto,
        }
    }
}

/// The settings as they were read: what is wrong costs the setting it belongs to, and no other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub settings: Settings,
    /// In the order of the file.
    pub problems: Vec<Problem>,
    /// The keys that stand in the file, right or wrong.
    pub set: Vec<&'static str>,
}

/// Something in the file that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting that is as by default for it; `None` where it belongs to none.
    pub key: Option<&'static str>,
    /// One sentence, with the place in the file.
    pub sentence: String,
}

impl Loaded {
    /// Reads `config.yaml` in this folder; where there is none, everything is as by default. The sentences name the
    /// file.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let path = folder.join("config.yaml");
        let mut loaded = match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                let sentence = format!("{} cannot be read: {error}", path.display());
                return Self { problems: vec![Problem { key: None, sentence }], ..Self::default() };
            }
        };
        for problem in &mut loaded.problems {
            problem.sentence = format!("{}: {}", path.display(), problem.sentence);
        }
        loaded
    }

    /// Reads the text of a file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut loaded = Self::default();
        match yaml::parse(text) {
            Ok(document) => loaded.take(&document),
            Err(fault) => loaded.problem(None, &fault),
        }
        loaded
    }

    /// Everything that is wrong, as one sentence; `None` where nothing is.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let sentences: Vec<_> = self.problems.iter().map(|problem| problem.sentence.as_str()).collect();
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }

    fn take(&mut self, document: &Document) {
        let Some(root) = document.root() else { return };
        if !root.is_mapping() {
            let message = "settings are lines like `grace: 2`".to_owned();
            return self.problem(None, &Fault { place: root.place(), message });
        }
        for (key, value) in root.entries() {
            let name = key.written();
            let Some(setting) = table::find(name) else {
                self.problem(None, &Fault { place: key.place(), message: unknown(name) });
                continue;
            };
            self.set.push(setting.key);
            // A key without a value is as if it were not there.
            if *value.content() != Content::Null && !setting.take(&mut self.settings, value) {
                let message = format!(
                    "{name} must be {}; until then it is {}",
                    setting.expected(),
                    setting.written(&self.settings)
                );
                self.problem(Some(setting.key), &Fault { place: value.place(), message });
            }
        }
        for repeat in &document.repeats {
            let Some(setting) = table::find(&repeat.path) else { continue };
            let message = format!(
                "{} stands on line {} already: keep one; the last one counts",
                repeat.path, repeat.first.line
            );
            self.problem(Some(setting.key), &Fault { place: repeat.place, message });
        }
    }

    fn problem(&mut self, key: Option<&'static str>, fault: &Fault) {
        self.problems.push(Problem { key, sentence: fault.to_string() });
    }
}

fn unknown(name: &str) -> String {
    match nearest(name, SETTINGS.iter().map(|setting| setting.key)).first() {
        Some(meant) => format!("there is no setting {name}: did you mean {meant}?"),
        None => format!("there is no setting {name}: `plugdeck config` shows those there are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Settings, problems: &[&str]) {
        let loaded = Loaded::parse(text);
        assert_eq!(&loaded.settings, expected, "{text}");
        let found: Vec<_> = loaded.problems.iter().map(|problem| problem.sentence.as_str()).collect();
        assert_eq!(found, problems, "{text}");
    }

    #[test]
    fn what_is_not_set_is_as_by_default() {
        check("", &Settings::default(), &[]);
        check("# nothing\n", &Settings::default(), &[]);
        check("grace:\ntheme: auto\n", &Settings::default(), &[]);
        let expected = Settings {
            call_timeout: None,
            grace: Duration::from_millis(500),
            payload_in_argv: true,
            keep_bytes: 3 << 30,
            theme: Some("nord".to_owned()),
            bell: true,
            ..Settings::default()
        };
        let text = "timeout: 0\ngrace: 0.5\npayload: argv\nkeep_bytes: 3G\ntheme: nord\nbell: yes\n";
        check(text, &expected, &[]);
    }

    #[test]
    fn what_is_wrong_costs_its_own_setting_alone() {
        let expected = Settings { ascii: true, ..Settings::default() };
        check(
            "grcae: 1\nascii: true\n",
            &expected,
            &["line 1, column 1: there is no setting grcae: did you mean grace?"],
        );
        check(
            "quite_else: 1\nascii: true\n",
            &expected,
            &["line 1, column 1: there is no setting quite_else: `plugdeck config` shows those there are"],
        );
        check(
            "payload: file\nascii: true\n",
            &expected,
            &["line 1, column 10: payload must be hook or argv; until then it is hook"],
        );
        check(
            "ascii: true\ngrace: -1\nkeep_runs: 1.5\nkeep_output: lots\ntitle: 3\ntheme: [a]\n",
            &expected,
            &[
                "line 2, column 8: grace must be a number of seconds, 0 or more; until then it is 2",
                "line 3, column 12: keep_runs must be a whole number, 0 or more; until then it is 500",
                "line 4, column 14: keep_output must be bytes, or a size such as 512M or 2G; until then it is 1G",
                "line 5, column 8: title must be true or false; until then it is true",
                "line 6, column 8: theme must be a theme's name, or auto; until then it is auto",
            ],
        );
        check(
            "ascii: false\nascii: true\n",
            &expected,
            &["line 2, column 1: ascii stands on line 1 already: keep one; the last one counts"],
        );
    }

    #[test]
    fn what_are_no_settings_at_all_is_one_problem() {
        check("- a\n", &Settings::default(), &["line 1, column 1: settings are lines like `grace: 2`"]);
        let loaded = Loaded::parse("grace: 1\nascii: a: b\n");
        assert_eq!((loaded.settings, loaded.problems.len()), (Settings::default(), 1));
        assert!(loaded.problems[0].sentence.starts_with("line 2, column "), "{:?}", loaded.problems);
    }
}
