//! Searching in a run's output, as far as it is the page's; and where keys go while a search is written.

use crossterm::event::KeyEvent;

use crate::ops::marks::Mark;
use crate::run::spec::Kind;
use crate::tui::keymap::Action;
use crate::tui::message::Now;
use crate::tui::pane::result::ResultView;
use crate::tui::pane::run_page::{Place, RunPage, Tab};
use crate::tui::world::World;

impl RunPage {
    /// Whether a text to search for is being written: then it takes the keys.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        let result = self.kind == Kind::Call && self.tab == Tab::Result;
        (self.shows_lines() && self.output.types())
            || (result && self.shown_result().is_some_and(ResultView::is_typing))
    }

    /// Takes a key that is not in the table.
    pub fn key(&mut self, key: KeyEvent) {
        if !self.is_typing() {
            return;
        }
        if self.shows_lines() {
            self.output.key(key);
        } else if let Some(result) = self.result() {
            result.key(key);
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        if !self.is_typing() {
            return;
        }
        if self.shows_lines() {
            self.output.paste(text);
        } else if let Some(result) = self.result() {
            result.paste(text);
        }
    }

    /// Whether there is something to search.
    #[must_use]
    pub fn can_search(&self) -> bool {
        self.shows_lines() || self.shown_result().is_some_and(ResultView::has_tree)
    }

    /// Whether something is searched for in the output.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.shows_lines() && self.output.searches()
    }

    /// Learns of a new window of the output; something may have been found.
    pub fn learn(&mut self, place: Place, world: &World) {
        if let Some(page) = world.page_of(&self.run) {
            let area = self.output_area(place, world);
            self.output.learn(page, area);
        }
    }

    /// Something to be said once.
    pub fn take_note(&mut self) -> Option<String> {
        self.output.take_note()
    }

    /// Goes to another mark; whether the action was one of these.
    pub(super) fn act_on_marks(&mut self, action: Action, place: Place, world: &World) -> bool {
        if !self.shows_lines() || !matches!(action, Action::NextMark | Action::PreviousMark) {
            return false;
        }
        if let Some(page) = world.page_of(&self.run) {
            let marks: Vec<_> = world.marks_of(&self.run).collect();
            let area = self.output_area(place, world);
            self.output.jump_to_mark(action == Action::NextMark, &marks, area, page);
        }
        true
    }

    /// A mark in the output, where that is shown; one that was jumped to is itself, also before it is seen.
    #[must_use]
    pub fn mark(&self, place: Place, world: &World, now: Now) -> Option<Mark> {
        let unseen = self.output.unseen().filter(|_| self.shows_lines());
        let mut marks = world.marks_of(&self.run);
        if let Some((_, mark)) = unseen.and_then(|row| marks.find(|(_, mark)| mark.row == row)) {
            return Some(mark);
        }
        let (run, page) = (world.run(&self.run)?, world.page_of(&self.run)?);
        let area = self.output_area(place, world);
        let ends_ms = run.is_live().then_some(now.wall_ms);
        self.shows_lines().then(|| self.output.mark(page, area, world.started_ms(run), ends_ms))
    }
}
