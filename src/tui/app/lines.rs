//! Lines of output that are selected and copied.

use ratatui::layout::Position;

use crate::tui::app::{App, Page};
use crate::tui::effect::Effect;
use crate::tui::pane::run_page::RunPage;
use crate::tui::pane::toast::Tone;
use crate::tui::pane::{Look, sign};

/// Lines that are copied before anybody wonders whether something happens.
const SOON: u64 = 20_000;

/// What the mouse does with its left button.
pub(super) enum Button {
    Down,
    Moved,
    Up,
}

impl App {
    /// Copies the lines that are selected.
    pub(super) fn copy_lines(&mut self) -> Vec<Effect> {
        let wanted = match self.pages.last_mut() {
            Some(Page::Run(page)) => page.take_lines(&self.world, self.now),
            Some(Page::Form(_)) => None,
            None => self.main_run.as_mut().and_then(|page| page.take_lines(&self.world, self.now)),
        };
        let Some(wanted) = wanted else { return Vec::new() };
        let lines = wanted.rows.end - wanted.rows.start;
        if lines > SOON {
            let lines = sign::count(usize::try_from(lines).unwrap_or(usize::MAX), "line", "lines");
            self.say(Tone::Note, format!("copying {lines}…"));
        }
        vec![Effect::Excerpt(wanted)]
    }

    /// The mouse on the lines of a run that is shown.
    pub(super) fn point_at_lines(&mut self, at: Position, button: &Button) -> Vec<Effect> {
        let place = self.run_place();
        let look = Look { theme: &self.theme, now: self.now, focused: true };
        let page: Option<&mut RunPage> = match self.pages.last_mut() {
            _ if self.over.is_some() => None,
            Some(Page::Run(page)) => Some(page),
            Some(Page::Form(_)) => None,
            None => self.main_run.as_mut(),
        };
        let Some(page) = page else { return Vec::new() };
        self.changed = true;
        let dropped = match button {
            Button::Down => {
                page.press(at, place, &self.world, look);
                false
            }
            Button::Moved => {
                page.drag(at, place, &self.world, look);
                false
            }
            Button::Up => page.release(&self.world),
        };
        if dropped { self.copy_lines() } else { Vec::new() }
    }
}
