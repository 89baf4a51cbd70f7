//! Where the values of a form came from, and the way back to earlier ones: the draft that was left, the payloads of
//! earlier runs, presets.
//!
//! Earlier payloads stand above what is being typed, the newest first, as in a shell. What is changed while an earlier
//! one is shown becomes what is being typed; what was typed before is then the first of the earlier ones.

use crate::ops::drafts::{Content, Draft, Keep};
use crate::tui::message::Now;
use crate::tui::pane::form::Form;
use crate::tui::pane::sign;

/// What a form shows that was not typed into it.
#[derive(Clone, Debug)]
pub struct Origin {
    /// As the form says it, for example `run 0f3a`.
    text: String,
    /// The form's revision when it was put in: from the next change on it is no longer what is shown.
    revision: u64,
    /// Said after a change too.
    lasts: bool,
}

/// One earlier content.
#[derive(Clone, Debug)]
struct Entry {
    text: String,
    content: Content,
}

/// The earlier contents of a form.
#[derive(Debug, Default)]
pub struct History {
    /// The newest first.
    entries: Vec<Entry>,
    /// The payloads of earlier runs are among them.
    complete: bool,
    /// The one that is shown; `None`: what is being typed.
    at: Option<usize>,
    /// What was being typed when the first one was shown.
    typed: Option<Content>,
    /// A step back waits for the payloads.
    waits: bool,
}

impl Origin {
    /// The same for a form that was brought back to how it was at a revision.
    pub(super) fn moved(mut self, from: u64, to: u64) -> Self {
        if self.revision == from {
            self.revision = to;
        }
        self
    }
}

impl History {
    /// The entry that is shown.
    pub(super) fn place(&self) -> Option<usize> {
        self.at
    }

    /// This entry is shown.
    pub(super) fn go_to(&mut self, at: Option<usize>) {
        self.at = at.filter(|at| *at < self.entries.len());
    }
}

/// What became of a step in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Done,
    /// The payloads of earlier runs are wanted; then the step is made.
    Wanted,
    /// There is nothing in that direction.
    End,
}

impl Form {
    /// Goes to the content before the one that is shown, or with `later` to the one after it.
    pub fn step(&mut self, later: bool) -> Step {
        self.settle_history();
        if later {
            return self.step_later();
        }
        if !self.history.complete {
            self.history.waits = true;
            return Step::Wanted;
        }
        let shown = self.content();
        let mut next = self.history.at.map_or(0, |at| at + 1);
        // What would look the same is no step.
        while self.history.entries.get(next).is_some_and(|entry| self.is_same(&entry.content, &shown)) {
            next += 1;
        }
        if next >= self.history.entries.len() {
            return Step::End;
        }
        if self.history.at.is_none() {
            self.history.typed = Some(shown);
        }
        self.show(next);
        Step::Done
    }

    fn step_later(&mut self) -> Step {
        let Some(at) = self.history.at else { return Step::End };
        if let Some(at) = at.checked_sub(1) {
            self.show(at);
            return Step::Done;
        }
        let typed = self.history.typed.take().unwrap_or_else(|| self.nothing());
        self.replace(&typed);
        self.history.at = None;
        self.origin = None;
        Step::Done
    }

    /// The payloads of earlier runs of this method are there, the newest first: the run's last digits, and the JSON.
    /// Whether a step that waited for them could not be made.
    pub fn payloads(&mut self, found: Vec<(String, String)>) -> bool {
        let shown =
            self.history.at.and_then(|at| self.history.entries.get(at)).map(|entry| entry.text.clone());
        // What was put aside here stays in front of what was kept by the runs.
        self.history.entries.retain(|entry| !entry.text.starts_with(RUN));
        let runs = found.into_iter().map(|(run, payload)| Entry {
            text: format!("{RUN}{run}"),
            content: Content { as_json: false, payload, ..Content::default() },
        });
        self.history.entries.extend(runs);
        self.history.complete = true;
        if let Some(shown) = shown {
            let content = self.content();
            let entries = &self.history.entries;
            // The same payload may stand under a newer run.
            self.history.at = entries
                .iter()
                .position(|entry| entry.text == shown)
                .or_else(|| entries.iter().position(|entry| self.is_same(&entry.content, &content)));
            if self.history.at.is_none() {
                let entry = Entry { text: shown, content };
                self.history.entries.insert(0, entry);
                self.history.at = Some(0);
            }
        }
        std::mem::take(&mut self.history.waits) && self.step(false) == Step::End
    }

    /// The draft that was kept of this form. It is shown where nothing was typed yet; else it is the first of the
    /// earlier ones, and where an earlier run's payload is shown, it is what comes after that.
    pub fn found(&mut self, draft: &Draft, now: Now) {
        let (day, clock) = (sign::day(draft.saved_ms, now), sign::clock(draft.saved_ms, now));
        let clock = &clock[..clock.len() - ":00".len()];
        let text = match day == sign::day(now.wall_ms, now) {
            true => format!("draft of {clock}"),
            false => format!("draft of {day} {clock}"),
        };
        let content = &draft.content;
        self.settle_history();
        if self.is_nothing(content) || self.is_same(content, &self.content()) {
            return;
        }
        match (self.history.at, &self.history.typed) {
            (Some(_), typed) if typed.as_ref().is_none_or(|typed| self.is_nothing(typed)) => {
                self.history.typed = Some(content.clone());
            }
            (None, _) if self.is_nothing(&self.content()) => {
                self.put(content);
                self.kept = self.revision;
                self.said(format!("{text} restored · alt-x empties"), false);
            }
            (Some(_) | None, _) => self.put_aside(text, content.clone()),
        }
    }

    /// A form that was opened with the payload of a run; `typed` is what the form held before that.
    #[must_use]
    pub fn recalled(mut self, run: &str, typed: Option<Content>) -> Self {
        let text = format!("{RUN}{run}");
        self.history.entries.push(Entry { text: text.clone(), content: self.content() });
        self.history.at = Some(0);
        self.history.typed = typed;
        self.said(text, false);
        self
    }

    /// Puts what a preset of this name holds in place of what is there.
    pub(super) fn load(&mut self, name: &str, content: &Content) {
        self.settle_history();
        self.replace(content);
        self.history.at = None;
        self.is_preset(name);
    }

    /// The form holds what this preset does now.
    pub fn is_preset(&mut self, name: &str) {
        self.said(format!("{PRESET}{}", sign::safe(name)), true);
    }

    /// The preset that it came from.
    pub fn preset(&self) -> Option<&str> {
        self.origin.as_ref()?.text.strip_prefix(PRESET)
    }

    /// Takes every value out, and what was chosen for the run.
    pub fn empty(&mut self) {
        self.settle_history();
        let nothing = self.nothing();
        if self.options.typed().is_none() && self.is_same(&nothing, &self.content()) {
            return;
        }
        self.replace(&Content { options: Some(self.options.untouched()), ..nothing });
        self.history.at = None;
        self.said("emptied · alt-u brings it back".to_owned(), false);
    }

    /// Undoes the last change of the whole form, or of the text that is typed in.
    pub fn undo(&mut self) -> bool {
        self.settle_history();
        self.undo_replace()
    }

    /// Runs may have been added since the payloads were read.
    pub fn outdate_history(&mut self) {
        self.history.complete = false;
    }

    /// Where what is shown came from, for a person.
    pub fn origin(&self) -> Option<String> {
        let origin = self.origin.as_ref()?;
        let unchanged = origin.revision == self.revision;
        let place = self.history.at.filter(|_| self.history.complete && unchanged);
        match (unchanged, place) {
            (true, Some(at)) => Some(format!("{} · {}/{}", origin.text, at + 1, self.history.entries.len())),
            (true, None) => Some(origin.text.clone()),
            (false, _) => origin.lasts.then(|| format!("{}, changed", origin.text)),
        }
    }

    /// Whether something was changed since it was kept.
    pub fn is_unkept(&self) -> bool {
        self.kept != self.revision
    }

    /// What to keep of this form for the next time. While an earlier payload is only looked at, that is what had been
    /// typed before.
    pub fn keep(&mut self, number: u64, saved_ms: i64) -> Keep {
        self.kept = self.revision;
        let (agent, method) = self.of();
        let content = self.typed();
        Keep { number, agent, method, saved_ms, content }
    }

    /// What was typed into this form; `None` for nothing.
    #[must_use]
    pub fn typed(&mut self) -> Option<Content> {
        self.settle_history();
        let content = match (self.history.at, &self.history.typed) {
            (Some(_), typed) => typed.clone(),
            (None, _) => Some(Content { options: self.options.typed(), ..self.content() }),
        };
        content.filter(|content| !self.is_nothing(content))
    }

    fn show(&mut self, at: usize) {
        let Some(entry) = self.history.entries.get(at).cloned() else { return };
        self.replace(&entry.content);
        self.history.at = Some(at);
        self.said(entry.text, false);
    }

    /// An earlier payload that was changed is what is being typed now.
    fn settle_history(&mut self) {
        let unchanged = self.origin.as_ref().is_some_and(|origin| origin.revision == self.revision);
        if self.history.at.is_none() || unchanged {
            return;
        }
        self.history.at = None;
        if let Some(typed) = self.history.typed.take()
            && !self.is_nothing(&typed)
        {
            self.put_aside("typed before".to_owned(), typed);
        }
    }

    fn put_aside(&mut self, text: String, content: Content) {
        self.history.entries.insert(0, Entry { text, content });
        self.history.at = self.history.at.map(|at| at + 1);
    }

    fn said(&mut self, text: String, lasts: bool) {
        self.origin = Some(Origin { text, revision: self.revision, lasts });
    }

    /// Whether two contents are one payload, whatever its blanks.
    fn is_same(&self, a: &Content, b: &Content) -> bool {
        let read = |content: &Content| {
            let whole = crate::tui::pane::form::json::read(&content.payload, &self.method.name).ok()?;
            Some((whole.payload.to_json(), whole.extra.len()))
        };
        a == b
            || (a.options == b.options
                && a.half.is_empty()
                && b.half.is_empty()
                && read(a).is_some_and(|a| Some(a) == read(b)))
    }
}

/// How a run is called in front of its digits.
const RUN: &str = "run ";
const PRESET: &str = "preset ";
