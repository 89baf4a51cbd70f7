//! The runs narrowed to those with some words in agent, method, id or state.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::tui::fuzzy::Pattern;
use crate::tui::message::Now;
use crate::tui::pane::runs::{Runs, nearest};
use crate::tui::seen::Run;
use crate::tui::world::World;

/// The runs that have the words, by their place among all.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// Of which look at the runs; `None`: the words are others now.
    look: Option<u64>,
    places: Vec<usize>,
}

impl Runs {
    /// Begins to narrow, or goes on with the words that are there.
    pub fn narrow(&mut self) {
        self.filter.begin(self.selected.clone());
    }

    /// Whether keys go into the words.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// A key for the words; the newest run that fits is selected.
    pub fn key(&mut self, key: KeyEvent, world: &World, now: Now) {
        if self.filter.key(key) {
            self.select_first(world, now);
        }
    }

    /// A pasted text for the words.
    pub fn paste(&mut self, text: &str, world: &World, now: Now) {
        if self.filter.paste(text) {
            self.select_first(world, now);
        }
    }

    /// Whether nothing has the words.
    #[must_use]
    pub fn finds_nothing(&self, world: &World, now: Now) -> bool {
        self.pattern().is_some() && self.entries(world, now).is_empty()
    }

    /// The words stay as they are; without any, all runs are back.
    pub fn keep_narrow(&mut self) {
        self.filter.keep();
    }

    /// All runs again: while the words are typed with what was selected before, else with what is selected now.
    /// Whether they were narrow.
    pub fn widen(&mut self) -> bool {
        let Some(filter) = self.filter.end() else { return false };
        if filter.typing {
            self.selected = filter.before.or(self.selected.take());
        }
        true
    }

    /// What narrows the runs.
    pub(super) fn pattern(&self) -> Option<&Pattern> {
        self.filter.pattern()
    }

    /// Finds what has the words, once for each look at the runs: there may be thousands.
    pub(super) fn find(&mut self, world: &World) {
        if self.pattern().is_none() || self.hits.look == Some(world.looks()) {
            return;
        }
        let pattern = self.pattern().cloned().unwrap_or_default();
        let fitting = world.runs().iter().enumerate().filter(|(_, run)| fits(run, &pattern));
        self.hits = Hits { look: Some(world.looks()), places: fitting.map(|(place, _)| place).collect() };
    }

    /// The runs that have the words; all, where there are none.
    pub(super) fn found<'a>(&self, world: &'a World) -> impl Iterator<Item = &'a Arc<Run>> {
        let narrow = self.pattern().is_some();
        let all = world.runs().iter().filter(move |_| !narrow);
        let places = self.hits.places.iter().filter(move |_| narrow);
        all.chain(places.filter_map(|place| world.runs().get(*place)))
    }

    /// How many runs have the words, where there are some.
    #[must_use]
    pub fn count_found(&self) -> Option<usize> {
        self.pattern().map(|_| self.hits.places.len())
    }

    fn select_first(&mut self, world: &World, now: Now) {
        self.hits.look = None;
        self.find(world);
        let before = self.filter.before();
        let first = nearest(&self.entries(world, now), 0);
        let found = if self.pattern().is_some() { first } else { before };
        self.selected = found.or(self.selected.take());
    }
}

/// Whether a run has all of the words.
pub(super) fn fits(run: &Run, pattern: &Pattern) -> bool {
    let state = if run.unreadable.is_some() { "unreadable" } else { run.state.word() };
    let stuck = if run.stuck { "stuck" } else { "" };
    pattern.score_any(&[run.what(), &run.agent, run.id.short(), state, stuck]).is_some()
}
