//! What was done to a text, for taking it back.

use crate::tui::pane::form::editor::text::{Place, Text};

/// Most edits that are remembered, and most bytes of them; the last one always is.
const EDITS: usize = 1_000;
const BYTES: usize = 64 << 20;

/// Whether an edit goes on with the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A character was typed: those of a word are one edit.
    Typed,
    /// A character was taken away backwards.
    Deleted,
    /// An edit of its own.
    Alone,
}

#[derive(Debug)]
struct Edit {
    from: Place,
    /// The end of what was inserted.
    end: Place,
    removed: String,
    inserted: String,
    cursor: Place,
    kind: Kind,
}

impl Edit {
    fn bytes(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }
}

#[derive(Debug, Default)]
pub struct History {
    done: std::collections::VecDeque<Edit>,
    undone: Vec<Edit>,
    bytes: usize,
    /// The cursor has moved since the last edit: the next one stands alone.
    closed: bool,
}

impl History {
    /// Whether nothing was ever done.
    pub fn is_new(&self) -> bool {
        self.done.is_empty() && self.undone.is_empty()
    }

    /// Ends the edit that typing would go on with.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Makes an edit and remembers it; returns where the new text ends. `cursor` is where the cursor was.
    pub fn edit(
        &mut self,
        text: &mut Text,
        (from, to): (Place, Place),
        new: &str,
        cursor: Place,
        kind: Kind,
    ) -> Place {
        let (removed, end) = text.replace(from, to, new);
        self.bytes -= self.undone.drain(..).map(|edit| edit.bytes()).sum::<usize>();
        self.bytes += removed.len() + new.len();
        if !self.goes_on(from, to, new, &removed, kind, end) {
            let inserted = new.to_owned();
            self.done.push_back(Edit { from, end, removed, inserted, cursor, kind });
        }
        self.closed = false;
        while self.done.len() > EDITS || (self.bytes > BYTES && self.done.len() > 1) {
            self.bytes -= self.done.pop_front().map_or(0, |edit| edit.bytes());
        }
        end
    }

    /// Adds an edit to the last one, where it goes on with it.
    fn goes_on(&mut self, from: Place, to: Place, new: &str, removed: &str, kind: Kind, end: Place) -> bool {
        let Some(last) = self.done.back_mut().filter(|last| !self.closed && last.kind == kind) else {
            return false;
        };
        match kind {
            Kind::Typed => {
                let word_ends =
                    last.inserted.ends_with(char::is_whitespace) && !new.starts_with(char::is_whitespace);
                if !removed.is_empty() || last.end != from || word_ends {
                    return false;
                }
                last.inserted.push_str(new);
                last.end = end;
                true
            }
            Kind::Deleted => {
                if last.from != to || !new.is_empty() {
                    return false;
                }
                last.removed.insert_str(0, removed);
                (last.from, last.end) = (from, from);
                true
            }
            Kind::Alone => false,
        }
    }

    /// Takes the last edit back; returns where the cursor was before it.
    pub fn undo(&mut self, text: &mut Text) -> Option<Place> {
        let edit = self.done.pop_back()?;
        text.replace(edit.from, edit.end, &edit.removed);
        let cursor = edit.cursor;
        self.undone.push(edit);
        self.closed = true;
        Some(cursor)
    }

    /// Does again what was taken back last; returns the end of it.
    pub fn redo(&mut self, text: &mut Text) -> Option<Place> {
        let edit = self.undone.pop()?;
        let to = edit.removed.matches('\n').count();
        let last = edit.removed.rsplit('\n').next().unwrap_or_default().len();
        let to = Place { line: edit.from.line + to, at: if to == 0 { edit.from.at + last } else { last } };
        let (_, end) = text.replace(edit.from, to, &edit.inserted);
        self.done.push_back(edit);
        self.closed = true;
        Some(end)
    }
}
