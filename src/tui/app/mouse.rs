//! What the mouse does: a click focuses and selects, a second one opens; the wheel scrolls what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::tui::app::lines::Button;
use crate::tui::app::{App, Over, Page};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::layout::Pane;
use crate::tui::pane::Look;

/// Rows that one turn of the wheel goes.
const WHEEL: isize = 3;

impl App {
    /// A button or the wheel.
    pub(super) fn mouse(&mut self, event: MouseEvent) -> Vec<Effect> {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollDown => self.wheel(at, WHEEL),
            MouseEventKind::ScrollUp => self.wheel(at, -WHEEL),
            MouseEventKind::Down(MouseButton::Left) => return self.click(at),
            MouseEventKind::Drag(MouseButton::Left) => return self.point_at_lines(at, &Button::Moved),
            MouseEventKind::Up(MouseButton::Left) => return self.point_at_lines(at, &Button::Up),
            MouseEventKind::Down(_)
            | MouseEventKind::Up(_)
            | MouseEventKind::Drag(_)
            | MouseEventKind::Moved
            | MouseEventKind::ScrollLeft
            | MouseEventKind::ScrollRight => {}
        }
        Vec::new()
    }

    fn wheel(&mut self, at: Position, by: isize) {
        self.changed = true;
        let screen = self.screen;
        let place = self.run_place();
        let look = Look { theme: &self.theme, now: self.now, focused: true };
        match &mut self.over {
            Some(Over::Help(help)) => return help.scroll(by, screen, look),
            Some(_) => return,
            None => {}
        }
        match self.pages.last_mut() {
            Some(Page::Run(page)) => return page.scroll(by, place, &self.world, look),
            Some(Page::Form(_)) => return,
            None => {}
        }
        let bench = self.bench();
        let rows = |area: Rect| area.height.saturating_sub(2);
        match self.pane_at(at) {
            Some(Pane::Agents) => self.agents.wheel(by, rows(bench.agents), &self.world),
            Some(Pane::Runs) => self.runs.wheel(by, rows(bench.runs), &self.world, self.now),
            Some(Pane::Procs) => self.procs.wheel(by, rows(bench.procs), &self.world),
            Some(Pane::Main) => match &mut self.main_run {
                Some(page) => {
                    let look = Look { theme: &self.theme, now: self.now, focused: true };
                    page.scroll(by, place, &self.world, look);
                }
                None => self.scroll_text(by),
            },
            None => {}
        }
    }

    fn click(&mut self, at: Position) -> Vec<Effect> {
        if self.over.is_some() {
            return Vec::new();
        }
        self.changed = true;
        let place = self.run_place();
        match self.pages.last_mut() {
            Some(Page::Run(page)) => {
                if !page.click(at.x, at.y, place) && !page.point(at, place, &self.world) {
                    return self.point_at_lines(at, &Button::Down);
                }
                return Vec::new();
            }
            Some(Page::Form(_)) => return Vec::new(),
            None => {}
        }
        if at.y == 0 {
            // The header counts the runs that seem stuck.
            self.why_of_stuck();
            return Vec::new();
        }
        let Some(pane) = self.pane_at(at) else { return Vec::new() };
        let before = self.focus;
        // As it was when it was clicked: the focus may make the pane higher.
        let bench = self.bench();
        self.focus_on(pane);
        let inside = |area: Rect| at.y.checked_sub(area.y + 1).filter(|_| at.y + 1 < area.bottom());
        let again = match pane {
            Pane::Agents => inside(bench.agents).is_some_and(|y| self.agents.click(y, &self.world)),
            Pane::Runs => inside(bench.runs).is_some_and(|y| self.runs.click(y, &self.world, self.now)),
            Pane::Procs => inside(bench.procs).is_some_and(|y| self.procs.click(y, &self.world)),
            Pane::Main => {
                let chart = self.main_run.as_mut().is_some_and(|page| page.point(at, place, &self.world));
                if !chart {
                    return self.point_at_lines(at, &Button::Down);
                }
                false
            }
        };
        if again && before == pane { self.act(Action::Open) } else { Vec::new() }
    }

    fn pane_at(&self, at: Position) -> Option<Pane> {
        let bench = self.bench();
        [
            (bench.agents, Pane::Agents),
            (bench.runs, Pane::Runs),
            (bench.procs, Pane::Procs),
            (bench.main, Pane::Main),
        ]
        .into_iter()
        .find_map(|(area, pane)| area.contains(at).then_some(pane))
    }
}
