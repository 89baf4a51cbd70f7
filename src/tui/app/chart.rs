//! The cursor on a run's charts, as far as it is the application's.

use crate::tui::app::{App, Page};
use crate::tui::pane::toast::Tone;

impl App {
    /// Says why there is no cursor on the charts.
    pub(super) fn say_no_cursor(&mut self) {
        let place = self.run_place();
        if let Some(reason) = self.shown_page().map(|page| page.no_cursor(place, &self.world)) {
            self.say(Tone::Note, reason);
        }
    }

    /// Takes the cursor away where the charts are not shown any more.
    pub(super) fn fit_cursor(&mut self) {
        let place = self.run_place();
        match self.pages.last_mut() {
            Some(Page::Run(page)) => page.fit_cursor(place),
            Some(Page::Form(_)) => {}
            None => {
                if let Some(page) = &mut self.main_run {
                    page.fit_cursor(place);
                }
            }
        }
    }
}
