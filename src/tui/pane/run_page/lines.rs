//! Lines of the output in the hand: pointed at, dragged over, given away.

use std::ops::Range;

use ratatui::layout::{Position, Rect};

use crate::tui::effect::{LinesWanted, To};
use crate::tui::message::Now;
use crate::tui::pane::Look;
use crate::tui::pane::run_page::{Place, RunPage, Tab};
use crate::tui::world::World;

/// What the mouse does with lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Mouse {
    /// Where its button went down.
    pressed: Option<Range<u64>>,
    /// It has moved since.
    drags: bool,
}

impl RunPage {
    /// The lines that are selected, to be copied; then none are selected any more.
    pub fn take_lines(&mut self, world: &World, now: Now) -> Option<LinesWanted> {
        let wanted = self.selected_lines(world, now)?;
        self.output.unselect();
        Some(wanted)
    }

    /// The lines that are selected, to be given away.
    #[must_use]
    pub fn selected_lines(&self, world: &World, now: Now) -> Option<LinesWanted> {
        let selected = self.output.selected().filter(|_| self.shows_lines())?;
        let run = world.run(&self.run)?;
        Some(LinesWanted {
            run: self.run.clone(),
            rows: selected.rows,
            times: selected.times,
            started_ms: world.started_ms(run),
            now,
            to: To::Clipboard,
        })
    }

    /// Selects nothing any more.
    pub fn unselect(&mut self) {
        self.output.unselect();
    }

    /// The mouse's button went down.
    pub fn press(&mut self, at: Position, place: Place, world: &World, look: Look) {
        self.output.unselect();
        let area = self.output_area(place, world);
        self.mouse = Mouse::default();
        if self.shows_lines() && !self.is_typing() && area.contains(at) {
            self.mouse.pressed = self.lines_at(at, area, world, look);
        }
    }

    /// The mouse was moved with its button down: whole lines are selected, from where it went down.
    pub fn drag(&mut self, at: Position, place: Place, world: &World, look: Look) {
        let area = self.output_area(place, world);
        let (Some(pressed), Some(page)) = (self.mouse.pressed.clone(), world.page_of(&self.run)) else {
            return;
        };
        if !self.mouse.drags {
            self.mouse.drags = true;
            self.output.select_from(pressed, area, page);
        }
        let beyond = match at.y {
            y if y < area.y => -1,
            y if y >= area.bottom() => 1,
            _ => 0,
        };
        let rows = self.lines_at(at, area, world, look);
        self.output.select_to(rows, beyond, area, page);
    }

    /// The mouse's button went up: what was dragged over is to be copied; a click folds or unfolds a traceback. Whether
    /// there is something to copy.
    pub fn release(&mut self, world: &World) -> bool {
        let mouse = std::mem::take(&mut self.mouse);
        match (mouse.pressed, world.page_of(&self.run)) {
            (Some(pressed), Some(page)) if !mouse.drags => self.output.click(pressed.start, page),
            (Some(_) | None, _) => {}
        }
        mouse.drags && self.output.selects()
    }

    fn lines_at(&self, at: Position, area: Rect, world: &World, look: Look) -> Option<Range<u64>> {
        let run = world.run(&self.run)?;
        self.output.rows_at(at.y.checked_sub(area.y)?, area, run, world, look)
    }

    /// Whether lines of output are shown.
    #[must_use]
    pub fn shows_lines(&self) -> bool {
        matches!(self.tab, Tab::Output | Tab::Log | Tab::Steps)
    }
}
