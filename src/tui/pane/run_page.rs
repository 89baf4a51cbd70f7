//! One run: its output, what it answered, its numbers, its payload; of a build its steps and its log. The same in
//! the workbench's main pane and on a page of its own.

mod cursor;
mod draw;
mod finding;
mod give;
mod lines;
mod look;
mod step;
mod why;

use std::sync::Arc;

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::run::spec::{Kind, RunId};
use crate::run::status::State;
use crate::tui::effect::Watch;
use crate::tui::keymap::{Action, Layer};
use crate::tui::layout::{is_roomy, run_parts};
use crate::tui::pane::list::distance;
use crate::tui::pane::output::{self, Output};
use crate::tui::pane::result::ResultView;
use crate::tui::pane::run_page::why::Why;
use crate::tui::pane::{Asked, Look, stats};
use crate::tui::seen::{Reply, Run};
use crate::tui::widget::line::below;
use crate::tui::widget::tabs::{self, STRIP};
use crate::tui::world::World;

/// One of the views of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Output,
    Result,
    Stats,
    Why,
    Payload,
    Steps,
    Log,
}

/// The tabs of a call, and of a build.
const CALL: &[Tab] = &[Tab::Output, Tab::Result, Tab::Stats, Tab::Why, Tab::Payload];
const BUILD: &[Tab] = &[Tab::Steps, Tab::Log, Tab::Stats, Tab::Why];

/// Where a run is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the workbench's main pane.
    Pane(Rect),
    /// On a page of its own, between header and footer.
    Page(Rect),
}

/// The view's state.
#[derive(Debug)]
pub struct RunPage {
    pub run: RunId,
    kind: Kind,
    tab: Tab,
    /// The tabs were used: then the result does not come to the front by itself.
    touched: bool,
    /// It was live when it was looked at last.
    was_live: bool,
    output: Output,
    /// Where the cursor on the charts is, in microseconds since the start.
    cursor: Option<u64>,
    scroll: usize,
    /// `None`: the step that runs.
    step: Option<usize>,
    /// Of a build that failed the reason was brought into sight once.
    explained: bool,
    why: Why,
    mouse: lines::Mouse,
    look: look::State,
    /// Of an ended call, once it was read; or why it cannot be.
    result: Option<Result<ResultView, String>>,
}

impl Place {
    fn area(self) -> Rect {
        match self {
            Self::Pane(area) | Self::Page(area) => area,
        }
    }

    /// Whether the view has a frame with its tabs in the title; else it has a strip of tabs above.
    fn is_framed(self) -> bool {
        match self {
            Self::Pane(_) => true,
            Self::Page(area) => !is_roomy(area),
        }
    }

    /// Everything below a strip of tabs; of a framed view all of it.
    fn content(self) -> Rect {
        if self.is_framed() { self.area() } else { below(self.area(), STRIP + 1) }
    }

    /// What text can be put on, without frames and margins.
    fn inside(self, part: Rect) -> Rect {
        let edge = u16::from(self.is_framed());
        Rect {
            x: part.x + 1,
            y: part.y + edge,
            width: part.width.saturating_sub(2),
            height: part.height.saturating_sub(2 * edge),
        }
    }

    /// The same for text of sentences, which wants some air at both sides.
    fn text(self) -> Rect {
        // Such pages begin with an empty row of their own.
        let content = if self.is_framed() { self.area() } else { below(self.area(), STRIP) };
        let inside = self.inside(content);
        Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
    }
}

impl RunPage {
    /// A view of this run.
    #[must_use]
    pub fn new(run: &Run) -> Self {
        let mut page = Self::of(run.id.clone(), run.kind, run.is_live());
        // Of a call that has ended the answer is what one looks for.
        if run.kind == Kind::Call && !run.is_live() && run.state != State::Killed {
            page.tab = Tab::Result;
        }
        page
    }

    /// A view of a run that may not be listed yet.
    #[must_use]
    pub fn of(run: RunId, kind: Kind, was_live: bool) -> Self {
        let tab = match kind {
            Kind::Call => Tab::Output,
            Kind::Build => Tab::Steps,
        };
        Self {
            run,
            kind,
            tab,
            touched: false,
            was_live,
            output: Output::new(match kind {
                Kind::Call => output::Kind::Plain,
                Kind::Build => output::Kind::Build,
            }),
            cursor: None,
            scroll: 0,
            step: None,
            explained: false,
            why: Why::default(),
            mouse: lines::Mouse::default(),
            look: look::State::default(),
            result: None,
        }
    }

    /// Which keys apply.
    #[must_use]
    pub fn layer(&self) -> Layer {
        match (self.tab, self.kind) {
            _ if self.is_typing() => Layer::Search,
            (Tab::Output, _) if self.points() => Layer::Chart,
            (Tab::Output | Tab::Log | Tab::Steps, _) if self.output.selects() => Layer::Select,
            (Tab::Output, _) => Layer::Output,
            (Tab::Result, _) => Layer::Result,
            (Tab::Why, _) => Layer::Why,
            (Tab::Stats | Tab::Payload, Kind::Call) => Layer::Facts,
            (Tab::Steps | Tab::Log, _) | (Tab::Stats | Tab::Payload, Kind::Build) => Layer::Build,
        }
    }

    /// Whether the answer of an ended call is wanted.
    #[must_use]
    pub fn wants_reply(&self, world: &World) -> bool {
        let ended = world.run(&self.run).is_some_and(|run| !run.is_live() && run.unreadable.is_none());
        self.kind == Kind::Call && ended && self.result.is_none()
    }

    /// Takes what a call answered, if it is this one.
    pub fn replied(&mut self, run: &RunId, reply: &Result<Arc<Reply>, String>) {
        if *run == self.run {
            self.result = Some(reply.clone().map(ResultView::new));
        }
    }

    /// Takes note of what the run has become: at its end the result comes to the front by itself.
    pub fn settle(&mut self, world: &World) {
        let Some(run) = world.run(&self.run) else { return };
        let untouched =
            !self.touched && self.tab == Tab::Output && self.output.follows() && self.cursor.is_none();
        // Who stopped it wants to see that it stopped.
        if self.was_live && !run.is_live() && untouched && run.state != State::Killed {
            self.tab = Tab::Result;
        }
        if self.was_live && !run.is_live() {
            self.look.outdate(self.tab == Tab::Why);
        }
        self.was_live = run.is_live();
        self.output.settle(run);
        self.explain(world);
    }

    /// What to ask of the tail.
    #[must_use]
    pub fn watch(&self, place: Place, world: &World) -> Watch {
        self.output.watch(self.run.clone(), self.within(world), self.output_area(place, world))
    }

    /// Moves, scrolls, changes tabs; whether the action was one of these.
    pub fn act(&mut self, action: Action, place: Place, world: &World, look: Look) -> bool {
        if self.shows_lines() && self.is_typing() {
            let area = self.output_area(place, world);
            return self.output.act(action, area, world.page_of(&self.run));
        }
        if matches!(action, Action::NextTab | Action::PreviousTab) {
            self.turn(if action == Action::NextTab { 1 } else { self.tabs().len() - 1 });
            self.show_step(world);
            return true;
        }
        if self.tab == Tab::Steps && !self.output.selects() {
            if matches!(action, Action::Down | Action::Up) {
                self.move_step(action == Action::Down, world);
                return true;
            }
            if action == Action::Follow {
                self.step = None;
            }
        }
        if self.act_on_marks(action, place, world) || self.act_on_cursor(action, place, world) {
            return true;
        }
        let area = self.output_area(place, world);
        match self.tab {
            Tab::Output | Tab::Log | Tab::Steps => self.output.act(action, area, world.page_of(&self.run)),
            Tab::Result => {
                let result = self.result.as_mut().and_then(|result| result.as_mut().ok());
                result.is_some_and(|result| matches!(result.act(action), Asked::Nothing))
            }
            Tab::Why if action == Action::AllFrames => {
                self.look.all = !self.look.all;
                true
            }
            Tab::Stats | Tab::Payload | Tab::Why => match distance(action, place.text().height) {
                Some(by) => {
                    self.scroll(by, place, world, look);
                    true
                }
                None => false,
            },
        }
    }

    /// Scrolls by rows, for the wheel.
    pub fn scroll(&mut self, by: isize, place: Place, world: &World, look: Look) {
        match self.tab {
            Tab::Output | Tab::Log | Tab::Steps => {
                let area = self.output_area(place, world);
                self.output.scroll(by, area, world.page_of(&self.run));
            }
            Tab::Result => {
                let action = if by > 0 { Action::Down } else { Action::Up };
                if let Some(Ok(result)) = &mut self.result {
                    (0..by.unsigned_abs()).for_each(|_| drop(result.act(action)));
                }
            }
            Tab::Stats | Tab::Payload | Tab::Why => {
                let text = place.text();
                let lines = self.lines(usize::from(text.width), world, look).len();
                let most = lines.saturating_sub(usize::from(text.height));
                self.scroll = self.scroll.saturating_add_signed(by).min(most);
            }
        }
    }

    /// Turns to the tab whose name stands at this column and row; whether there is one.
    pub fn click(&mut self, column: u16, row: u16, place: Place, focused: bool, world: &World) -> bool {
        let names = self.names();
        let hit = if place.is_framed() {
            let active = self.tabs().iter().position(|tab| *tab == self.tab).unwrap_or(0);
            // Border and air, and in a pane the run's sign and name.
            let before = match (place, world.run(&self.run)) {
                (Place::Pane(_), Some(run)) => 6 + u16::try_from(run.id.short().len()).unwrap_or(0),
                (Place::Pane(_), None) | (Place::Page(_), _) => 2,
            };
            let from = column.checked_sub(place.area().x + before).filter(|_| row == place.area().y);
            from.and_then(|column| tabs::title_at(&names, active, focused && !self.points(), column))
        } else {
            tabs::places(place.area(), &names).position(|name| name.contains((column, row).into()))
        };
        if let Some(tab) = hit.and_then(|at| self.tabs().get(at)) {
            (self.tab, self.touched, self.scroll) = (*tab, true, 0);
            self.shown();
            self.show_step(world);
        }
        hit.is_some()
    }

    fn turn(&mut self, by: usize) {
        let tabs = self.tabs();
        let at = tabs.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        self.tab = tabs[(at + by) % tabs.len()];
        (self.touched, self.scroll) = (true, 0);
        self.shown();
    }

    fn tabs(&self) -> &'static [Tab] {
        match self.kind {
            Kind::Call => CALL,
            Kind::Build => BUILD,
        }
    }

    fn names(&self) -> Vec<&'static str> {
        self.tabs().iter().map(|tab| tab.name()).collect()
    }

    /// Where lines of output are drawn.
    fn output_area(&self, place: Place, world: &World) -> Rect {
        match self.tab {
            Tab::Output => place.inside(run_parts(place.content()).output),
            Tab::Steps => self.step_parts(place, world).log,
            Tab::Log | Tab::Result | Tab::Stats | Tab::Why | Tab::Payload => place.inside(place.content()),
        }
    }

    /// The lines of a tab that is text.
    fn lines(&self, columns: usize, world: &World, look: Look) -> Vec<Line<'static>> {
        let detail = world.detail_of(&self.run);
        match (self.tab, detail) {
            (Tab::Why, detail) => self.why_page(detail, columns, world, look),
            (Tab::Stats, Some(detail)) => stats::numbers(detail, columns, look),
            (Tab::Payload, Some(detail)) => stats::payload(detail, columns, look),
            (Tab::Output | Tab::Result | Tab::Steps | Tab::Log, _) | (_, None) => Vec::new(),
        }
    }
}

impl Tab {
    fn name(self) -> &'static str {
        match self {
            Self::Output => "Output",
            Self::Result => "Result",
            Self::Stats => "Stats",
            Self::Why => "Why",
            Self::Payload => "Payload",
            Self::Steps => "Steps",
            Self::Log => "Log",
        }
    }
}
