//! Searching in the output that is shown, as far as it is the application's.

use crate::tui::app::{App, Page};
use crate::tui::pane::run_page::RunPage;
use crate::tui::pane::toast::Tone;
use crate::tui::seen::Page as Window;

impl App {
    /// A new window of the output has come: something may have been found.
    pub(super) fn learn_page(&mut self, page: Box<Window>) {
        self.world.page = Some(page);
        let place = self.run_place();
        let page = match self.pages.last_mut() {
            Some(Page::Run(page)) => Some(page.as_mut()),
            Some(Page::Form(_)) => None,
            None => self.main_run.as_mut(),
        };
        if let Some(page) = page {
            page.learn(place, &self.world);
        }
    }

    /// Says what the output has to say.
    pub(super) fn say_found(&mut self) {
        if let Some(note) = self.shown_page_mut().and_then(RunPage::take_note) {
            self.say(Tone::Note, note);
        }
    }

    pub(super) fn shown_page_mut(&mut self) -> Option<&mut RunPage> {
        match self.pages.last_mut() {
            Some(Page::Run(page)) => Some(page),
            Some(Page::Form(_)) => None,
            None => self.main_run.as_mut(),
        }
    }
}
