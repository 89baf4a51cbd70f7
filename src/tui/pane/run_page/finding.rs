//! Searching in a run's output, as far as it is the page's.

use crossterm::event::KeyEvent;

use crate::tui::pane::run_page::{Place, RunPage, Tab};
use crate::tui::world::{Mark, World};

impl RunPage {
    /// Whether a text to search for is being written: then it takes the keys.
    #[must_use]
    pub fn types(&self) -> bool {
        self.shows_lines() && self.output.types()
    }

    /// Whether something is searched for.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.shows_lines() && self.output.searches()
    }

    /// Takes a key that is not in the table.
    pub fn key(&mut self, key: KeyEvent) {
        if self.types() {
            self.output.key(key);
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        if self.types() {
            self.output.paste(text);
        }
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

    /// A mark in the output, where that is shown.
    #[must_use]
    pub fn mark(&self, wall_ms: i64, world: &World) -> Option<Mark> {
        let (run, page) = (world.run(&self.run)?, world.page_of(&self.run)?);
        self.shows_lines().then(|| self.output.mark(run, page, wall_ms))
    }

    fn shows_lines(&self) -> bool {
        matches!(self.tab, Tab::Output | Tab::Log | Tab::Steps)
    }
}
