//! The screen itself: one pane alone, the edge between left and main pane, a picture that stands still, the mouse.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::app::App;
use crate::tui::effect::{Effect, ForLoop};
use crate::tui::keymap::Action;
use crate::tui::layout::{self, Pane};
use crate::tui::pane::toast::Tone;
use crate::tui::widget::bar::{Hint, footer};

/// Columns that one key moves the edge.
const STEP: i16 = 4;

/// What a person has done to the screen; it lasts until the dashboard is closed.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The focused pane has the screen for itself.
    pub zoom: bool,
    /// How far the edge between left and main pane was moved to the right, in columns.
    pub moved: i16,
    pub mouse: Mouse,
    frozen: Option<Frozen>,
}

/// The mouse.
#[derive(Debug, Default)]
pub(super) struct Mouse {
    /// The terminal reports it.
    pub on: bool,
    /// The edge follows it.
    pub drags: bool,
    /// That the terminal's own selection needs it off was said.
    pub told: bool,
    /// The last click: where, and when on the monotonic clock, in microseconds.
    pub clicked: Option<(Position, u64)>,
}

/// A picture that stands still.
#[derive(Debug)]
struct Frozen {
    picture: Buffer,
    shown: bool,
}

impl View {
    /// Nothing done yet.
    pub fn new(mouse: bool) -> Self {
        Self { mouse: Mouse { on: mouse, ..Mouse::default() }, ..Self::default() }
    }

    /// The picture that is shown whatever happens behind it.
    pub fn picture(&self) -> Option<&Buffer> {
        self.frozen.as_ref().map(|frozen| &frozen.picture)
    }

    /// Whether the picture stands, and has been drawn.
    pub fn is_still(&self) -> bool {
        self.frozen.as_ref().is_some_and(|frozen| frozen.shown)
    }

    /// The picture has been drawn.
    pub fn drawn(&mut self) {
        if let Some(frozen) = &mut self.frozen {
            frozen.shown = true;
        }
    }

    /// Lets the picture go on; whether it stood still.
    pub fn thaw(&mut self) -> bool {
        self.frozen.take().is_some()
    }
}

impl App {
    /// An action on the screen itself.
    pub(super) fn act_on_view(&mut self, action: Action) -> Vec<Effect> {
        let on_bench = self.pages.is_empty();
        match action {
            Action::Zoom if on_bench => self.view.zoom = !self.view.zoom,
            Action::Zoom => self.say(Tone::Note, "a page has the whole screen already: esc goes back"),
            Action::EdgeLeft if on_bench => self.move_edge(-STEP),
            Action::EdgeRight if on_bench => self.move_edge(STEP),
            Action::Freeze => self.freeze(),
            Action::Mouse => return self.switch_mouse(),
            _ => {}
        }
        Vec::new()
    }

    fn freeze(&mut self) {
        let mut picture = Buffer::empty(self.screen);
        self.draw(&mut picture);
        let bar = layout::frame(self.screen).footer;
        let hints = [Hint::new("any key", "goes on: the picture is frozen, data is not")];
        footer(&mut picture, bar, &hints, &[], &self.theme);
        self.view.frozen = Some(Frozen { picture, shown: false });
    }

    pub(super) fn switch_mouse(&mut self) -> Vec<Effect> {
        self.view.mouse.on = !self.view.mouse.on;
        let text = if self.view.mouse.on {
            "the mouse is on: M turns it off"
        } else {
            "the mouse is off, and the terminal selects text by itself: M turns it on"
        };
        self.say(Tone::Note, text);
        vec![Effect::Loop(ForLoop::Mouse(self.view.mouse.on))]
    }

    fn move_edge(&mut self, by: i16) {
        let left = self.bench().main.x.saturating_add_signed(by);
        self.put_edge(left);
    }

    /// Puts the edge at this column, as near as both sides stay usable.
    pub(super) fn put_edge(&mut self, column: u16) {
        if self.view.zoom {
            return;
        }
        let (body, open) = (layout::frame(self.screen).body, self.open_pane());
        let usual = layout::usual_left(body, open);
        let difference = |to: u16| i32::from(to) - i32::from(usual);
        self.view.moved = i16::try_from(difference(column)).unwrap_or(0);
        // What lies beyond the limits is not remembered: the next key moves at once.
        let left = self.bench().main.x;
        self.view.moved = i16::try_from(difference(left)).unwrap_or(0);
    }

    /// Whether this column is one of the two borders at the edge.
    pub(super) fn is_edge(&self, at: Position) -> bool {
        let bench = self.bench();
        let edge = at.x + 1 == bench.main.x || at.x == bench.main.x;
        self.pages.is_empty() && !self.view.zoom && edge && bench.main.y < at.y && at.y < bench.main.bottom()
    }

    /// What boxes lie over: the footer stays free of them.
    pub(super) fn above(&self) -> Rect {
        Rect { height: self.screen.height.saturating_sub(1), ..self.screen }
    }

    /// The list that must be open.
    pub(super) fn open_pane(&self) -> Pane {
        if self.focus == Pane::Main { self.followed } else { self.focus }
    }
}
