//! Lines of a run's output to be given away: read from its files when somebody takes them, however many there are.

use std::io;
use std::ops::Range;

use crate::ops::save::SaveError;
use crate::run::output::{Line, Output};
use crate::text;
use crate::tui::effect::forms::FormNews;
use crate::tui::effect::{LinesWanted, To};
use crate::tui::message::Message;
use crate::tui::tail::Tail;
use crate::tui::tail::watched::{Note, Watched, merged};

/// Lines read at a time; the longest parts of lines that are read make 4 MiB of them.
const CHUNK: u64 = 64;

/// Lines of a run, as they stood when they were asked for.
#[derive(Debug)]
pub struct Excerpt {
    pub wanted: LinesWanted,
    output: Output,
    notes: Vec<Note>,
    /// Of the completed lines and the notes between them.
    rows: Range<u64>,
    /// Unfinished lines, and notes after the last line.
    last: Vec<(u64, String)>,
}

impl Watched {
    /// The lines of these rows. Nothing is read yet but what is unfinished.
    pub fn excerpt(&self, wanted: LinesWanted) -> io::Result<Excerpt> {
        let low = self.watch.within.map_or(Ok(0), |(from_us, _)| self.row_at(from_us))?;
        let last = self.last_rows()?;
        let middle = self.rows().placed();
        let rows = wanted.rows.start.saturating_add(low)..wanted.rows.end.saturating_add(low);
        let skip = usize::try_from(rows.start.saturating_sub(middle)).unwrap_or(usize::MAX);
        let room = usize::try_from(rows.end.saturating_sub(middle.max(rows.start))).unwrap_or(usize::MAX);
        Ok(Excerpt {
            wanted,
            output: self.output.clone(),
            notes: self.notes.clone(),
            rows: rows.start.min(middle)..rows.end.min(middle),
            last: last
                .into_iter()
                .skip(skip)
                .take(room)
                .map(|row| (row.t_us, text::safe(row.text.as_bytes())))
                .collect(),
        })
    }
}

impl Tail {
    /// The lines of the run that is watched, or why there are none.
    pub fn excerpt(&self, wanted: LinesWanted) -> Message {
        let watched = self.watched.as_ref().filter(|watched| watched.watch.run == wanted.run);
        let to = wanted.to.clone();
        let excerpt = watched.map(|watched| watched.excerpt(wanted));
        match excerpt {
            Some(Ok(excerpt)) => Message::Excerpt(Box::new(excerpt)),
            Some(Err(error)) => not_given(to, &error),
            None => not_given(to, &"another run is looked at by now"),
        }
    }
}

impl Excerpt {
    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows.end - self.rows.start + self.last.len() as u64
    }

    /// Gives every line in order: its time in microseconds since the run started, and its text without colours, in
    /// which nothing can harm a terminal. Ends early when `take` says false; whether it has not.
    pub fn each(&self, mut take: impl FnMut(u64, &str) -> io::Result<bool>) -> io::Result<bool> {
        let mut at = self.rows.start;
        while at < self.rows.end {
            let end = (at + CHUNK).min(self.rows.end);
            for (t_us, text) in merged(&self.output, &self.notes, at..end, given, Note::given)? {
                if !take(t_us, &text)? {
                    return Ok(false);
                }
            }
            at = end;
        }
        for (t_us, text) in &self.last {
            if !take(*t_us, text)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Note {
    fn given(&self) -> (u64, String) {
        (self.t_us, self.text.clone())
    }
}

fn not_given(to: To, why: &dyn std::fmt::Display) -> Message {
    match to {
        To::Clipboard => Message::Form(Box::new(FormNews::Copied(Err(why.to_string())))),
        To::File { run, typed, .. } => {
            let sentence = format!("{typed} cannot be saved: {why}");
            Message::Saved { run, saved: Err(SaveError::Failed(sentence)) }
        }
    }
}

/// A line as it is given away: whole but for what is not read of very long ones, and that is said.
fn given(line: &Line) -> (u64, String) {
    if line.lost > 0 {
        return (line.t_us, text::not_kept(line.stream.name(), line.lost));
    }
    let mut text = text::plain(line.visible());
    if line.cut > 0 {
        text.push_str(&format!(" … {} more", text::size(line.cut)));
    }
    (line.t_us, text)
}
