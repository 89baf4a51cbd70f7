//! What the mouse does: a click focuses and selects, a double click opens, one on a hint or a tab does it, the right
//! button asks what can be done; the wheel scrolls what is under it; the edge between left and main pane is dragged.
//! A form takes the mouse itself.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::tui::app::lines::Button;
use crate::tui::app::{App, Over, Page};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Layer};
use crate::tui::layout::{self, Pane};
use crate::tui::pane::Look;
use crate::tui::pane::toast::Tone;

/// Rows that one turn of the wheel goes.
const WHEEL: isize = 3;

/// Two clicks within this time are a double click; microseconds.
const DOUBLE_US: u64 = 500_000;

impl App {
    /// A button or the wheel.
    pub(super) fn mouse(&mut self, event: MouseEvent) -> Vec<Effect> {
        let at = Position::new(event.column, event.row);
        let presses =
            !matches!(event.kind, MouseEventKind::Up(_) | MouseEventKind::Drag(_) | MouseEventKind::Moved);
        if presses && self.view.thaw() {
            self.changed = true;
            return Vec::new();
        }
        let sideways = event.modifiers.contains(KeyModifiers::SHIFT);
        match event.kind {
            MouseEventKind::ScrollDown if sideways => self.wheel_sideways(at, Action::Right),
            MouseEventKind::ScrollUp if sideways => self.wheel_sideways(at, Action::Left),
            MouseEventKind::ScrollRight => self.wheel_sideways(at, Action::Right),
            MouseEventKind::ScrollLeft => self.wheel_sideways(at, Action::Left),
            MouseEventKind::ScrollDown => self.wheel(at, WHEEL),
            MouseEventKind::ScrollUp => self.wheel(at, -WHEEL),
            MouseEventKind::Down(MouseButton::Left) => return self.press(at),
            MouseEventKind::Down(MouseButton::Right) => self.ask_what(at),
            MouseEventKind::Drag(MouseButton::Left) => return self.drag(at),
            MouseEventKind::Up(MouseButton::Left) => return self.release(at),
            MouseEventKind::Down(MouseButton::Middle)
            | MouseEventKind::Up(_)
            | MouseEventKind::Drag(_)
            | MouseEventKind::Moved => {}
        }
        Vec::new()
    }

    fn wheel(&mut self, at: Position, by: isize) {
        self.changed = true;
        let screen = self.above();
        if let Some(palette) = &mut self.commands.open {
            return palette.step(by, screen);
        }
        let place = self.run_place();
        let look = Look { theme: &self.theme, now: self.now, focused: true };
        match &mut self.over {
            Some(Over::Help(help)) => return help.scroll(by, screen, look),
            Some(Over::Doctor(doctor)) => return doctor.scroll(by, screen, look),
            Some(_) => return,
            None => {}
        }
        match self.pages.last_mut() {
            Some(Page::Run(page)) => return page.scroll(by, place, &self.world, look),
            Some(Page::Form(form)) => return form.wheel(at, by, layout::frame(self.screen).body, look),
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

    /// Moves the lines of output under the pointer sideways; elsewhere nothing goes that way.
    fn wheel_sideways(&mut self, at: Position, action: Action) {
        let place = self.run_place();
        let on_main = self.bench().main.contains(at);
        let look = Look { theme: &self.theme, now: self.now, focused: true };
        let page = match self.pages.last_mut() {
            Some(page) => page.run(),
            None => self.main_run.as_mut().filter(|_| on_main),
        };
        let lines = |page: &&mut crate::tui::pane::run_page::RunPage| {
            matches!(page.layer(), Layer::Output | Layer::Build)
        };
        if let (Some(page), true) = (page.filter(lines), self.over.is_none() && self.commands.open.is_none())
        {
            self.changed = true;
            page.act(action, place, &self.world, look);
        }
    }

    /// The left button went down.
    fn press(&mut self, at: Position) -> Vec<Effect> {
        self.changed = true;
        let last = self.view.mouse.clicked.replace((at, self.now.clock_us));
        let double = last
            .is_some_and(|(place, when)| place == at && self.now.clock_us.saturating_sub(when) <= DOUBLE_US);
        let boxed = self.over.is_some() && self.commands.open.is_none();
        if boxed || layout::frame(self.screen).footer.contains(at) {
            return self.hint_at(at).map_or_else(Vec::new, |action| self.act(action));
        }
        let above = self.above();
        if let Some(palette) = &mut self.commands.open {
            return match palette.point(at, above) {
                Some(true) => self.confirm_palette(),
                Some(false) => Vec::new(),
                None => self.act(Action::Back),
            };
        }
        if self.over.is_none() && self.is_edge(at) {
            self.view.mouse.drags = true;
            return Vec::new();
        }
        let look = Look { theme: &self.theme, now: self.now, focused: true };
        if let Some(Page::Form(form)) = self.pages.last_mut() {
            let action = form.press(at, double, layout::frame(self.screen).body, look);
            return action.map_or_else(Vec::new, |action| self.act(action));
        }
        if self.click(at) && double { self.act(Action::Open) } else { Vec::new() }
    }

    /// The left button is held down: the edge follows, lines are selected, and it is said once who else selects text.
    fn drag(&mut self, at: Position) -> Vec<Effect> {
        if self.view.mouse.drags {
            self.changed = true;
            self.put_edge(at.x + 1);
            return Vec::new();
        }
        if let (None, Some(Page::Form(form))) = (&self.over, self.pages.last_mut())
            && form.drag(at)
        {
            self.changed = true;
            return Vec::new();
        }
        if !std::mem::replace(&mut self.view.mouse.told, true) {
            self.changed = true;
            self.say(Tone::Note, "M turns the mouse off; shift and drag selects text too");
        }
        self.point_at_lines(at, &Button::Moved)
    }

    /// The left button went up.
    fn release(&mut self, at: Position) -> Vec<Effect> {
        if let Some(Page::Form(form)) = self.pages.last_mut() {
            form.release();
        }
        match std::mem::take(&mut self.view.mouse.drags) {
            true => Vec::new(),
            false => self.point_at_lines(at, &Button::Up),
        }
    }

    /// What can be done with what stands here.
    fn ask_what(&mut self, at: Position) {
        self.changed = true;
        if self.over.is_some() || self.commands.open.is_some() {
            return;
        }
        self.click(at);
        let title = format!("{}: what to do", self.layer().title());
        self.open_menu(&title);
    }

    /// Focuses and selects; whether it is a row that was selected before.
    fn click(&mut self, at: Position) -> bool {
        if self.over.is_some() {
            return false;
        }
        let place = self.run_place();
        let focused = self.focus == Pane::Main;
        match self.pages.last_mut() {
            Some(Page::Run(page)) => {
                if !page.click(at.x, at.y, place, true, &self.world) && !page.point(at, place, &self.world) {
                    self.point_at_lines(at, &Button::Down);
                }
                return false;
            }
            Some(Page::Form(_)) => return false,
            None => {}
        }
        if at.y == 0 {
            // The header counts the runs that seem stuck.
            self.why_of_stuck();
            return false;
        }
        let Some(pane) = self.pane_at(at) else { return false };
        let before = self.focus;
        // As it was when it was clicked: the focus may make the pane higher.
        let bench = self.bench();
        self.focus_on(pane);
        let inside = |area: Rect| at.y.checked_sub(area.y + 1).filter(|_| at.y + 1 < area.bottom());
        let again = match pane {
            Pane::Agents => inside(bench.agents).is_some_and(|y| self.agents.click(y, &self.world)),
            Pane::Runs => inside(bench.runs).is_some_and(|y| self.runs.click(y, &self.world, self.now)),
            Pane::Procs => inside(bench.procs).is_some_and(|y| {
                let column = at.x.saturating_sub(bench.procs.x + 1);
                self.procs.click(column, y, bench.procs.width.saturating_sub(2), &self.world)
            }),
            Pane::Main => {
                if let Some(page) = &mut self.main_run {
                    if !page.click(at.x, at.y, place, focused, &self.world)
                        && !page.point(at, place, &self.world)
                    {
                        self.point_at_lines(at, &Button::Down);
                    }
                } else if at.y == bench.main.y {
                    self.click_agent_tab(at.x.saturating_sub(bench.main.x + 2), focused);
                }
                false
            }
        };
        again && before == pane
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
