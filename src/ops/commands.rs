//! A call as a command for a shell: pasted there, the agent gets the same bytes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::value::RawValue;

use crate::agent::layout::compact;
use crate::agent::payload::{self, Parameters, Payload};
use crate::ops::call::{LARGEST_ARGUMENT, Options};
use crate::ops::{Context, agents, private, profile};
use crate::run::dir::RunDir;
use crate::text::amount;

/// Bytes of JSON from which a command names a file instead: shells and terminals take long lines badly.
const LARGE: usize = 8 * 1024;

/// Files that such commands name; older ones are removed.
const KEPT: usize = 20;

/// What a call is copied as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    Plugdeck,
    /// The agent's own Python, without anybody who watches.
    Python,
    Agenthub,
    Payload,
}

impl As {
    /// As a person calls it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Plugdeck => "plugdeck run …",
            Self::Python => "python agent.py …",
            Self::Agenthub => "agenthub exec …",
            Self::Payload => "the payload",
        }
    }
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// `namespace/folder`, or the path of a folder elsewhere.
    pub agent: String,
    pub directory: PathBuf,
    pub payload: Payload,
    /// Limits and variables; the tool context is the payload's.
    pub options: Options,
    /// The payload as a person typed it, where that is to be copied instead of the same on one line.
    pub typed: Option<String>,
}

/// A text to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    /// The file that the command reads, and its bytes.
    pub file: Option<(PathBuf, usize)>,
}

/// The call that a run was. The error is one sentence.
pub fn of_run(run: &RunDir) -> Result<Call, String> {
    let broken = |error: &dyn std::fmt::Display| {
        format!("the payload of run {} cannot be read: {error}", run.id().short())
    };
    let spec = run.read_spec().map_err(|error| broken(&error))?;
    let options = Options::of(&spec, None);
    let payload = spec.payload.ok_or_else(|| broken(&"it is not a call"))?;
    let payload = serde_json::from_str(payload.get()).map_err(|error| broken(&error))?;
    Ok(Call { agent: spec.agent, directory: spec.directory, payload, options, typed: None })
}

/// The text for the clipboard. The error is one sentence.
pub fn text(context: &Context, call: &Call, what: As) -> Result<Text, String> {
    let mut command = Command { context, call, words: String::new(), file: None };
    match what {
        As::Plugdeck => command.plugdeck()?,
        As::Python => {
            command.word("cd");
            command.word(&call.directory.to_string_lossy());
            command.words.push_str(" && .venv/bin/python agent.py");
            command.argument(&call.payload.to_json())?;
        }
        As::Agenthub => {
            if call.agent.starts_with('/') {
                return Err(format!(
                    "agenthub calls the agents of its store, and {} is elsewhere",
                    call.agent
                ));
            }
            if call.payload.tool_context.is_some() {
                return Err("agenthub takes no tool_context: copy one of the others".to_owned());
            }
            for word in ["agenthub", "exec", &call.agent, &call.payload.method] {
                command.word(word);
            }
            command.argument(&object(&call.payload.parameters)?)?;
        }
        As::Payload => {
            let text = call.typed.clone().unwrap_or_else(|| call.payload.to_json());
            return Ok(Text { text, file: None });
        }
    }
    Ok(Text { text: command.words, file: command.file })
}

/// Puts a text that is too large for a terminal into a private file; its path.
pub fn put_aside(context: &Context, text: &str) -> io::Result<PathBuf> {
    keep(context, "copied", "txt", text)
}

/// The same for what is written bit by bit.
pub fn put_aside_by(
    context: &Context,
    write: impl FnOnce(&mut fs::File) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let folder = context.paths.notes().join("copied");
    let path =
        private::write_by(&folder, &format!("lines-{}.txt", jiff::Timestamp::now().as_microsecond()), write)?;
    forget_oldest(&folder);
    Ok(path)
}

/// A command that grows word by word.
struct Command<'a> {
    context: &'a Context,
    call: &'a Call,
    words: String,
    file: Option<(PathBuf, usize)>,
}

impl Command<'_> {
    fn word(&mut self, word: &str) {
        if !self.words.is_empty() {
            self.words.push(' ');
        }
        self.words.push_str(&shell_words::quote(word));
    }

    fn plugdeck(&mut self) -> Result<(), String> {
        let Call { agent, payload, .. } = self.call;
        let paths = &self.context.paths;
        // Pasted elsewhere, the same agent is meant.
        if !agent.starts_with('/') && paths.store != paths.home.join(".agenthub") {
            let store = paths.store.to_string_lossy();
            self.words.push_str(&format!("AGENTHUB_DIR={}", shell_words::quote(&store)));
        }
        self.word("plugdeck");
        self.word("run");
        if !self.is_accepted() {
            self.word("--force");
        }
        if !payload.parameters.is_empty() {
            self.json("--params", "--params-file", "", &object(&payload.parameters)?)?;
        }
        if let Some(context) = &payload.tool_context {
            self.json("--tool-context", "--tool-context", "@", &compact(context.get()))?;
        }
        self.options()?;
        // A name may look like an option.
        if agent.starts_with('-') || payload.method.starts_with('-') {
            self.word("--");
        }
        self.word(agent);
        self.word(&payload.method);
        Ok(())
    }

    /// The options that are not what they are without a word.
    fn options(&mut self) -> Result<(), String> {
        let Options {
            timeout,
            silence,
            silence_notice,
            memory_bytes,
            processes,
            cpu,
            open_files,
            profile,
            env_files,
            ..
        } = &self.call.options;
        if let Some(file) = env_files.iter().find(|file| profile::is_descriptor(file)) {
            return Err(profile::cannot_be_repeated(file));
        }
        let usual = Options::usual(&self.context.settings);
        // No limit is a zero.
        let unusual = |time: &Option<Duration>, usual| {
            (*time != usual).then(|| time.map_or_else(|| "0".to_owned(), amount::in_seconds))
        };
        let chosen = [
            ("--timeout", unusual(timeout, usual.timeout)),
            ("--silence", silence.map(amount::in_seconds)),
            ("--silence-notice", unusual(silence_notice, usual.silence_notice)),
            ("--memory", memory_bytes.map(amount::in_size)),
            ("--processes", processes.map(|count| count.to_string())),
            ("--cpu", cpu.map(amount::in_seconds)),
            ("--open-files", open_files.map(|count| count.to_string())),
            ("--profile", profile.clone()),
        ];
        let files = env_files.iter().map(|file| ("--env-file", Some(file.to_string_lossy().into_owned())));
        for (flag, value) in chosen.into_iter().chain(files) {
            if let Some(value) = value {
                self.word(&format!("{flag}={value}"));
            }
        }
        Ok(())
    }

    /// JSON behind an option, or a file of it behind another one.
    fn json(&mut self, option: &str, file_option: &str, mark: &str, json: &str) -> Result<(), String> {
        if json.len() <= LARGE {
            self.word(option);
            self.word(json);
        } else {
            let path = self.file(json)?;
            self.word(file_option);
            self.word(&format!("{mark}{}", path.display()));
        }
        Ok(())
    }

    /// JSON as one argument, which the system limits.
    fn argument(&mut self, json: &str) -> Result<(), String> {
        if json.len() > LARGEST_ARGUMENT {
            return Err(format!(
                "it has {} bytes, and an argument holds {LARGEST_ARGUMENT}: copy `plugdeck run …`, which reads a file",
                json.len()
            ));
        }
        if json.len() <= LARGE {
            self.word(json);
        } else {
            let path = self.file(json)?;
            let path = path.to_string_lossy();
            self.words.push_str(&format!(" \"$(cat {})\"", shell_words::quote(&path)));
        }
        Ok(())
    }

    fn file(&mut self, json: &str) -> Result<PathBuf, String> {
        let name = private::name_of_method(&self.call.agent, &self.call.payload.method);
        let path = keep(self.context, &name, "json", json).map_err(|error| {
            format!("the payload is too large for a line, and its file is not written: {error}")
        })?;
        self.file = Some((path.clone(), json.len()));
        Ok(path)
    }

    /// Whether the checks let this call pass.
    fn is_accepted(&self) -> bool {
        let listed = agents::find(self.context, &self.call.agent).ok();
        let manifest = listed.and_then(|listed| listed.agent.manifest);
        let method = manifest.as_ref().and_then(|manifest| manifest.method(&self.call.payload.method));
        method.is_some_and(|method| payload::check(method, &self.call.payload.parameters).is_empty())
    }
}

/// Parameters as one JSON object on one line, as they are sent.
fn object(parameters: &Parameters) -> Result<String, String> {
    let json = serde_json::to_string(parameters).map_err(|error| error.to_string())?;
    let json = RawValue::from_string(json).map_err(|error| error.to_string())?;
    Ok(compact(json.get()))
}

/// Writes a private file that is named by what is in it, and removes the oldest of its kind.
fn keep(context: &Context, name: &str, ending: &str, text: &str) -> io::Result<PathBuf> {
    let folder = context.paths.notes().join("copied");
    let name = format!("{name}-{}.{ending}", private::fingerprint(text.as_bytes()));
    let path = private::write(&folder, &name, text.as_bytes())?;
    forget_oldest(&folder);
    Ok(path)
}

fn forget_oldest(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    files.sort();
    for (_, path) in files.iter().rev().skip(KEPT) {
        let _ = fs::remove_file(path);
    }
}
