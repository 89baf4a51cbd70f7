//! Half-filled forms, kept for the next time: one private file for each agent and method, in `notes/drafts` beside
//! the runs. Values may be secrets.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::ops::{Context, private};

/// The format of the files.
const FORMAT: u32 = 1;

/// Everything that a form holds, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The payload is edited as one JSON text, which need not be JSON yet.
    pub as_json: bool,
    /// That text; else the payload that the fields make.
    pub payload: String,
    /// Fields whose text is no value yet; in the payload they stand as texts.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub half: IndexMap<String, Half>,
    /// Limits and variables that were chosen; `None`: none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Options>,
}

/// The options of a run as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The text of each limit.
    pub limits: IndexMap<String, String>,
    pub profile: Option<String>,
    pub env_files: Vec<PathBuf>,
}

/// The text of a field that is no value yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Half {
    pub text: String,
    /// JSON was typed for a value that is not JSON by its type.
    pub as_json: bool,
}

/// A content and when it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Milliseconds since 1970.
    pub saved_ms: i64,
    pub content: Content,
}

/// One thing to keep.
#[derive(Clone, Debug)]
pub struct Keep {
    /// Of two for the same form the higher one is the newer.
    pub number: u64,
    /// `namespace/folder`.
    pub agent: String,
    pub method: String,
    /// Milliseconds since 1970.
    pub saved_ms: i64,
    /// `None`: the form is untouched, and there is nothing to come back to.
    pub content: Option<Content>,
}

/// A draft's file.
#[derive(Serialize, Deserialize)]
struct File {
    v: u32,
    agent: String,
    method: String,
    saved_ms: i64,
    #[serde(flatten)]
    content: Content,
}

/// Writes drafts and marks, from several threads: what is older never replaces what is newer.
#[derive(Clone, Debug, Default)]
pub struct Keeper {
    written: Arc<Mutex<HashMap<PathBuf, u64>>>,
}

impl Keeper {
    /// Writes a draft, or removes the one that is there.
    pub fn keep(&self, context: &Context, keep: Keep) -> io::Result<()> {
        let (folder, name) = place(context, &keep.agent, &keep.method);
        let Keep { number, agent, method, saved_ms, content } = keep;
        let file = content.map(|content| File { v: FORMAT, agent, method, saved_ms, content });
        let bytes = file.map(|file| serde_json::to_vec(&file)).transpose()?;
        self.write(&folder, &name, number, bytes.as_deref())
    }

    /// Writes a file, or removes it, unless a newer one was written: of two for the same file the one with the higher
    /// number is the newer.
    pub fn write(&self, folder: &Path, name: &str, number: u64, bytes: Option<&[u8]>) -> io::Result<()> {
        let path = folder.join(name);
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.get(&path).is_some_and(|last| *last > number) {
            return Ok(());
        }
        match bytes {
            Some(bytes) => drop(private::write(folder, name, bytes)?),
            None => private::remove(&path)?,
        }
        written.insert(path, number);
        Ok(())
    }
}

/// The draft of a method's form; `None` where there is none. The error is one sentence.
pub fn read(context: &Context, agent: &str, method: &str) -> Result<Option<Draft>, String> {
    let (folder, name) = place(context, agent, method);
    let path = folder.join(name);
    let broken = |error: &dyn std::fmt::Display| {
        format!("the draft {} cannot be read: {error}", context.paths.shorten(&path))
    };
    let Some(text) = private::read(&path).map_err(|error| broken(&error))? else { return Ok(None) };
    let file: File = serde_json::from_str(&text).map_err(|error| broken(&error))?;
    let mine = file.v == FORMAT && file.agent == agent && file.method == method;
    Ok(mine.then_some(Draft { saved_ms: file.saved_ms, content: file.content }))
}

fn place(context: &Context, agent: &str, method: &str) -> (PathBuf, String) {
    let name = format!("{}.json", private::name_of_method(agent, method));
    (context.paths.notes().join("drafts"), name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::tests::context;

    #[test]
    fn a_draft_reads_back_and_what_is_older_never_replaces_it() {
        let home = tempfile::tempdir().unwrap();
        let context = context(home.path());
        let keeper = Keeper::default();
        let keep = |number, payload: Option<&str>| Keep {
            number,
            agent: "a/b".into(),
            method: "m/ä".into(),
            saved_ms: 7,
            content: payload.map(|payload| Content {
                as_json: true,
                payload: payload.into(),
                half: IndexMap::from([(
                    "count".to_owned(),
                    Half { text: "12x\u{1b}".into(), as_json: false },
                )]),
                options: Some(Options { profile: Some("dev".into()), ..Options::default() }),
            }),
        };
        let half = "{ \"method\": \"m\", \"text\": \"\\ud800 ü";
        keeper.keep(&context, keep(2, Some(half))).unwrap();
        keeper.keep(&context, keep(1, Some("older"))).unwrap();
        let draft = read(&context, "a/b", "m/ä").unwrap().unwrap();
        assert_eq!((draft.saved_ms, draft.content), (7, keep(2, Some(half)).content.unwrap()));
        assert_eq!(read(&context, "a/b", "m").unwrap(), None);
        keeper.keep(&context, keep(3, None)).unwrap();
        assert_eq!(read(&context, "a/b", "m/ä").unwrap(), None);
        let (folder, name) = place(&context, "a/b", "m/ä");
        std::fs::write(folder.join(name), "{\n  damaged").unwrap();
        let sentence = read(&context, "a/b", "m/ä").unwrap_err();
        assert!(sentence.contains("line 2"), "{sentence}");
    }
}
