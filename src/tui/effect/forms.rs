//! What forms want from outside, and what comes back.

use std::path::PathBuf;

use crate::ops::commands::{self, As};
use crate::ops::drafts::{self, Draft, Keep};
use crate::ops::export;
use crate::ops::marks;
use crate::ops::payloads;
use crate::ops::presets::{self, Home, Preset, SaveError};
use crate::run::dir::RunDir;
use crate::text;
use crate::tui::effect::Worker;
use crate::tui::message::Message;
use crate::tui::pane::copy_menu::{Part, Source};
use crate::tui::pane::presets::Owner;
use crate::tui::scratch::Back;

/// One thing to do for a form.
#[derive(Debug)]
pub enum FormWork {
    /// Keeps what was typed for the next time; answered only where that fails.
    Keep(Box<Keep>),
    /// Reads what was kept; answered by `Kept`, where there is something.
    ReadKept {
        agent: String,
        method: String,
    },
    /// Reads the payloads of these runs, the newest first; answered by `Payloads`.
    ReadPayloads {
        agent: String,
        method: String,
        runs: Vec<RunDir>,
    },
    Preset(PresetWork),
    /// Makes a text of a call for the clipboard; answered by `Copied`.
    Copy {
        source: Source,
        what: As,
    },
    /// Puts this text into the clipboard; answered by `Copied`.
    CopyText {
        what: &'static str,
        text: String,
    },
    /// Makes a text of a part of a result for the clipboard; answered by `Copied`.
    CopyPart(Part),
}

/// One thing to do with presets.
#[derive(Debug)]
pub enum PresetWork {
    /// Answered by `Presets`.
    List(Owner),
    /// Answered by `PresetSaved`.
    Save { owner: Owner, preset: Preset, overwrite: bool, instead_of: Option<(Home, String)> },
    /// Answered by `PresetRemoved`, and by `Presets`.
    Remove { owner: Owner, home: Home, name: String },
}

/// What is not on the disk yet, when the dashboard ends.
#[derive(Debug)]
pub enum Unkept {
    Form(Box<Keep>),
    Marks(marks::Keep),
}

/// A text that is copied.
#[derive(Debug)]
pub struct Copied {
    /// What makes the terminal take it; `None`: it is in a file.
    pub sequence: Option<String>,
    /// What was copied, how much, and which way.
    pub says: String,
}

/// What has come back.
#[derive(Debug)]
pub enum FormNews {
    /// What a form holds cannot be kept; one sentence.
    NotKept(String),
    /// The draft of a method's form, or why it cannot be read.
    Kept {
        agent: String,
        method: String,
        draft: Result<Draft, String>,
    },
    /// The distinct payloads of earlier runs: the run's last digits, and the JSON.
    Payloads {
        agent: String,
        method: String,
        found: Vec<(String, String)>,
    },
    /// The presets of a method, and files of them that cannot be read.
    Presets {
        owner: Owner,
        presets: Vec<Preset>,
        troubles: Vec<String>,
    },
    /// The file that a preset was saved in, or why it was not.
    PresetSaved {
        owner: Owner,
        name: String,
        renamed: bool,
        saved: Result<PathBuf, SaveError>,
    },
    PresetRemoved {
        name: String,
        removed: Result<(), String>,
    },
    /// What the editor has made of a text; `None`: nothing was changed.
    Edited {
        back: Back,
        edited: Result<Option<String>, String>,
    },
    Copied(Result<Copied, String>),
}

impl Worker {
    /// Does one thing for a form.
    pub(super) fn form_work(&self, work: FormWork) -> Option<Message> {
        let news = match work {
            FormWork::Keep(keep) => FormNews::NotKept(self.keep(Unkept::Form(keep)).err()?),
            FormWork::ReadKept { agent, method } => {
                let draft = drafts::read(&self.context, &agent, &method).transpose()?;
                FormNews::Kept { agent, method, draft }
            }
            FormWork::ReadPayloads { agent, method, runs } => {
                FormNews::Payloads { agent, method, found: payloads::distinct(&runs) }
            }
            FormWork::Preset(work) => self.preset_work(work),
            FormWork::Copy { source, what } => FormNews::Copied(self.copy(source, what)),
            FormWork::CopyText { what, text } => FormNews::Copied(self.carry(what, &text, "")),
            FormWork::CopyPart(part) => FormNews::Copied(self.copy_part(&part)),
        };
        Some(Message::Form(Box::new(news)))
    }

    fn preset_work(&self, work: PresetWork) -> FormNews {
        let context = &self.context;
        match work {
            PresetWork::List(owner) => {
                let (presets, troubles) =
                    presets::list(context, &owner.agent, &owner.directory, &owner.method);
                FormNews::Presets { owner, presets, troubles }
            }
            PresetWork::Save { owner, preset, overwrite, instead_of } => {
                let (Owner { agent, directory, method }, name) = (&owner, preset.name.clone());
                let saved =
                    presets::save(context, agent, directory, method, preset, overwrite, instead_of.as_ref());
                FormNews::PresetSaved { owner, name, renamed: instead_of.is_some(), saved }
            }
            PresetWork::Remove { owner, home, name } => {
                let Owner { agent, directory, method } = &owner;
                let removed = presets::remove(context, agent, directory, method, home, &name);
                let news = FormNews::PresetRemoved { name, removed };
                // Nobody listens any more: the dashboard is closing.
                let _ = self.messages.blocking_send(Message::Form(Box::new(news)));
                self.preset_work(PresetWork::List(owner))
            }
        }
    }

    fn copy(&self, source: Source, what: As) -> Result<Copied, String> {
        let call = match source {
            Source::Run(run) => commands::of_run(&run)?,
            Source::Call(call) => *call,
        };
        let made = commands::text(&self.context, &call, what)?;
        let file = made.file.map_or(String::new(), |(path, bytes)| {
            format!("; it reads {} in {}", text::size(bytes as u64), self.context.paths.shorten(&path))
        });
        self.carry(what.words(), &made.text, &file)
    }

    fn copy_part(&self, part: &Part) -> Result<Copied, String> {
        let text = match part {
            Part::Value(node) => node.copied(),
            Part::Path(path) => path.clone(),
            Part::Result(run) => {
                let mut bytes = Vec::new();
                export::result(run, &mut bytes).map_err(|error| error.to_string())?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        self.carry(part.words(), &text, "")
    }

    /// A text on its way to the clipboard. `words` say what it is, and `more` what should be known of it.
    fn carry(&self, words: &str, copied: &str, more: &str) -> Result<Copied, String> {
        let handed = self.hand(copied)?;
        let says = format!("{words} · {} {}{more}", text::size(copied.len() as u64), handed.way);
        Ok(Copied { sequence: handed.sequence, says })
    }

    /// Keeps what was typed, or marked. The error is one sentence.
    pub fn keep(&self, keep: Unkept) -> Result<(), String> {
        match keep {
            Unkept::Form(keep) => self
                .drafts
                .keep(&self.context, *keep)
                .map_err(|error| format!("what is typed here is not kept for the next time: {error}")),
            Unkept::Marks(keep) => self.keep_marks(keep),
        }
    }
}
