//! The user's settings, with what holds where nothing is set.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::yaml;

/// What a person may choose.
#[derive(Clone, Debug, PartialEq)]
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
    /// How the dashboard copies.
    pub clipboard: Clipboard,
}

/// How a text reaches the clipboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
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
            clipboard: Clipboard::Auto,
        }
    }
}

/// The settings as `config.yaml` writes them: seconds, and every key optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    /// 0: no limit.
    timeout: Option<f64>,
    grace: Option<f64>,
    sweep: Option<f64>,
    keep_runs: Option<usize>,
    keep_bytes: Option<u64>,
    keep_output: Option<u64>,
    silence_notice: Option<f64>,
    payload: Option<Way>,
    theme: Option<String>,
    ascii: bool,
    clipboard: Clipboard,
}

/// How a payload reaches its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    Hook,
    Argv,
}

impl Settings {
    /// Reads `config.yaml` in this folder; where there is none, everything is as by default. The error is one
    /// sentence with the place in the file.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let path = folder.join("config.yaml");
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(|error| format!("{}: {error}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        let file: File = yaml::from_str(text).map_err(|fault| fault.to_string())?;
        let mut settings = Self::default();
        let seconds = |name: &str, value: f64| {
            Duration::try_from_secs_f64(value)
                .map_err(|_| format!("{name}: it must be a number of seconds, 0 or more"))
        };
        if let Some(value) = file.timeout {
            settings.call_timeout = Some(seconds("timeout", value)?).filter(|limit| !limit.is_zero());
        }
        for (name, value, setting) in [
            ("grace", file.grace, &mut settings.grace),
            ("sweep", file.sweep, &mut settings.sweep),
            ("silence_notice", file.silence_notice, &mut settings.silence_notice),
        ] {
            if let Some(value) = value {
                *setting = seconds(name, value)?;
            }
        }
        settings.keep_runs = file.keep_runs.unwrap_or(settings.keep_runs);
        settings.keep_bytes = file.keep_bytes.unwrap_or(settings.keep_bytes);
        settings.keep_output = file.keep_output.unwrap_or(settings.keep_output);
        settings.payload_in_argv = file.payload == Some(Way::Argv);
        settings.theme = file.theme;
        settings.ascii = file.ascii;
        settings.clipboard = file.clipboard;
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_as_by_default() {
        assert_eq!(Settings::parse("# nothing\n"), Ok(Settings::default()));
        let settings = Settings::parse("timeout: 0\ngrace: 0.5\npayload: argv\n").unwrap();
        let expected = Settings {
            call_timeout: None,
            grace: Duration::from_millis(500),
            payload_in_argv: true,
            ..Settings::default()
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = Settings::parse("grcae: 1\n").unwrap_err();
        assert!(error.contains("grcae"), "{error}");
        let error = Settings::parse("payload: file\n").unwrap_err();
        assert!(error.contains("line 1") && error.contains("argv"), "{error}");
    }
}
