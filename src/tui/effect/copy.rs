//! Copying: into the clipboard where that is possible, else into a private file; what is said tells which way it was.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::ops::commands;
use crate::ops::export::Written;
use crate::ops::save;
use crate::text;
use crate::tui::clipboard::{Clipboard, Handed};
use crate::tui::effect::forms::{Copied, FormNews};
use crate::tui::effect::{To, Worker};
use crate::tui::message::Message;
use crate::tui::pane::output::times::Moment;
use crate::tui::tail::excerpt::Excerpt;

impl Worker {
    /// Hands a text over: by the clipboard, or by a file that `put` writes. The error is one sentence.
    pub(super) fn hand(&self, text: &str) -> Result<Handed, String> {
        let clipboard = self.clipboard();
        match clipboard.hand(text) {
            Some(handed) => Ok(handed),
            None => self.in_file(&clipboard, commands::put_aside(&self.context, text)),
        }
    }

    /// Copies lines of output, or saves them.
    pub(super) fn give_lines(&self, excerpt: &Excerpt) -> Message {
        match &excerpt.wanted.to {
            To::Clipboard => Message::Form(Box::new(FormNews::Copied(self.copy_lines(excerpt)))),
            To::File { run, typed, overwrite } => {
                let home = &self.context.paths.home;
                let saved = save::save_by(home, typed, *overwrite, |out| {
                    let bytes = write(excerpt, out)?;
                    Ok(Written { bytes, lost: 0 })
                });
                Message::Saved { run: run.clone(), saved }
            }
        }
    }

    /// Copies lines of output. What is too large for every clipboard goes into a file as it is read, so that any number
    /// of lines takes the memory of a few. The error is one sentence.
    pub(super) fn copy_lines(&self, excerpt: &Excerpt) -> Result<Copied, String> {
        let clipboard = self.clipboard();
        let unreadable = |error: io::Error| format!("the lines cannot be read: {error}");
        let mut text = String::new();
        let whole = lines(excerpt, |line| {
            text.push_str(line);
            text.push('\n');
            Ok(text.len() <= clipboard.most())
        });
        let whole = whole.map_err(unreadable)?;
        // A line that is pasted is not to run by itself.
        text.pop();
        let mut size = text.len() as u64;
        let handed = if let Some(handed) = whole.then(|| clipboard.hand(&text)).flatten() {
            handed
        } else {
            let path = commands::put_aside_by(&self.context, |file| {
                let mut file = BufWriter::new(file);
                size = write(excerpt, &mut file)?;
                file.flush()
            });
            self.in_file(&clipboard, path)?
        };
        let count = match excerpt.len() {
            1 => "1 line".to_owned(),
            count => format!("{count} lines"),
        };
        let says = format!("{count} · {} {}", text::size(size), handed.way);
        Ok(Copied { sequence: handed.sequence, says })
    }

    fn clipboard(&self) -> Clipboard {
        Clipboard::find(self.context.settings.clipboard, |name| std::env::var(name).ok())
    }

    fn in_file(&self, clipboard: &Clipboard, path: io::Result<impl AsRef<Path>>) -> Result<Handed, String> {
        let path = path.map_err(|error| format!("the file for it cannot be written: {error}"))?;
        let path = self.context.paths.shorten(path.as_ref());
        let why = if clipboard.is_file() { "in" } else { "too large for a terminal, so in" };
        Ok(Handed { sequence: None, way: format!("{why} {path}") })
    }
}

/// Writes the lines one by one, so that any number of them takes the memory of a few: how many bytes that were.
fn write(excerpt: &Excerpt, out: &mut impl Write) -> io::Result<u64> {
    let mut bytes = 0;
    lines(excerpt, |line| {
        bytes += line.len() as u64 + 1;
        writeln!(out, "{line}").map(|()| true)
    })?;
    Ok(bytes)
}

/// The lines as they are given away, with the time beside them where that is shown.
fn lines(excerpt: &Excerpt, mut take: impl FnMut(&str) -> io::Result<bool>) -> io::Result<bool> {
    let wanted = &excerpt.wanted;
    let mut before_us = None;
    excerpt.each(|t_us, text| {
        let moment = Moment { t_us, before_us, started_ms: wanted.started_ms };
        before_us = Some(t_us);
        let time = wanted.times.of(moment, wanted.now);
        if time.is_empty() { take(text) } else { take(&format!("{time} {text}")) }
    })
}
