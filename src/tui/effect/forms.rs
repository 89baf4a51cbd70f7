//! What forms want from outside, and what comes back.

use crate::ops::drafts::{self, Draft, Keep};
use crate::ops::payloads;
use crate::run::dir::RunDir;
use crate::tui::effect::Worker;
use crate::tui::message::Message;

/// One thing to do for a form.
#[derive(Debug)]
pub enum FormWork {
    /// Keeps what was typed for the next time; answered only where that fails.
    Keep(Box<Keep>),
    /// Reads what was kept; answered by `Kept`, where there is something.
    ReadKept { agent: String, method: String },
    /// Reads the payloads of these runs, the newest first; answered by `Payloads`.
    ReadPayloads { agent: String, method: String, runs: Vec<RunDir> },
}

/// What has come back.
#[derive(Debug)]
pub enum FormNews {
    /// What a form holds cannot be kept; one sentence.
    NotKept(String),
    /// The draft of a method's form, or why it cannot be read.
    Kept { agent: String, method: String, draft: Result<Draft, String> },
    /// The distinct payloads of earlier runs: the run's last digits, and the JSON.
    Payloads { agent: String, method: String, found: Vec<(String, String)> },
}

impl Worker {
    /// Does one thing for a form.
    pub(super) fn form_work(&self, work: FormWork) -> Option<Message> {
        let news = match work {
            FormWork::Keep(keep) => FormNews::NotKept(self.keep(*keep).err()?),
            FormWork::ReadKept { agent, method } => {
                let draft = drafts::read(&self.context, &agent, &method).transpose()?;
                FormNews::Kept { agent, method, draft }
            }
            FormWork::ReadPayloads { agent, method, runs } => {
                FormNews::Payloads { agent, method, found: payloads::distinct(&runs) }
            }
        };
        Some(Message::Form(Box::new(news)))
    }

    /// Keeps what was typed. The error is one sentence.
    pub fn keep(&self, keep: Keep) -> Result<(), String> {
        self.drafts
            .keep(&self.context, keep)
            .map_err(|error| format!("what is typed here is not kept for the next time: {error}"))
    }
}
