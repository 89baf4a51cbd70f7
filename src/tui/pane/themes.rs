//! A theme to choose, while the screen behind shows it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::run::status::State;
use crate::tui::keymap::Action;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::list::Cursor;
use crate::tui::pane::{Look, sign};
use crate::tui::theme::shelf::Choice;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{below, blank, bold, put, row, span, spread};
use crate::tui::widget::popup::dialog;
use crate::tui::widget::select::{scroll, select};
use crate::tui::widget::wrap::words;

/// Columns of the box, and of the screen that stay free at its right.
const WIDTH: u16 = 46;
const BESIDE: u16 = 2;
/// Rows of the box that are no themes: border, padding, the note or the sample with air around, the keys.
const OTHER: u16 = 9;
/// Rows of the sample, or of what is wrong with a theme.
const NOTE: u16 = 3;

/// The choice.
#[derive(Debug)]
pub struct Themes {
    choices: Vec<Choice>,
    cursor: Cursor,
    /// What comes back when nothing is chosen.
    before: Theme,
}

impl Themes {
    /// All themes, the one that is shown now selected.
    #[must_use]
    pub fn new(choices: Vec<Choice>, now: Theme) -> Self {
        let mut cursor = Cursor::default();
        cursor.settle(choices.iter().position(|choice| choice.name == now.name), choices.len());
        Self { choices, cursor, before: now }
    }

    /// Moves; whether the action was one that moves.
    pub fn act(&mut self, action: Action) -> bool {
        let rows = u16::try_from(self.choices.len()).unwrap_or(u16::MAX);
        self.cursor.act(action, rows, self.choices.len())
    }

    /// The selected theme; the one from before, where it cannot be used.
    #[must_use]
    pub fn shown(&self) -> &Theme {
        self.chosen().unwrap_or(&self.before)
    }

    /// The selected theme, if it can be used.
    #[must_use]
    pub fn chosen(&self) -> Option<&Theme> {
        self.choices.get(self.cursor.selected())?.theme.as_ref().ok()
    }

    /// The theme from before.
    #[must_use]
    pub fn before(self) -> Theme {
        self.before
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let keep = self.chosen().map(|_| Hint::new("enter", "keep"));
        keep.into_iter().chain([Hint::new("j k", "choose"), Hint::new("esc", "back")]).collect()
    }

    /// Draws the box at the right of a screen, which shows the theme around it.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let rows = u16::try_from(self.choices.len()).unwrap_or(u16::MAX);
        let (width, height) = (WIDTH.min(screen.width), rows.saturating_add(OTHER).min(screen.height));
        let x = screen.right() - width - BESIDE.min(screen.width - width);
        let area = Rect { x, y: screen.y + (screen.height - height) / 2, width, height };
        let inner = dialog(buffer, area, "Themes", Vec::new(), t);
        let list = Rect { height: inner.height.saturating_sub(OTHER - 4), ..inner };
        let first = scroll(0, self.cursor.selected(), self.choices.len(), usize::from(list.height));
        for (y, (at, choice)) in (0..list.height).zip(self.choices.iter().enumerate().skip(first)) {
            let place = row(list, y);
            let name = sign::safe(&choice.name);
            let (name, fact) = match &choice.theme {
                Ok(_) if choice.own => (bold(name, t.fg), span("yours ", t.dim)),
                Ok(_) => (bold(name, t.fg), blank(0)),
                Err(_) => (bold(name, t.dim), span("✗ cannot be used ", t.err)),
            };
            put(buffer, place, spread(vec![blank(2), name], vec![fact], usize::from(place.width)));
            if at == self.cursor.selected() {
                select(buffer, place, true, t);
            }
        }
        let note = Rect { height: NOTE, ..below(inner, list.height + 1) };
        for (y, line) in (0..NOTE).zip(self.note(usize::from(inner.width), t)) {
            put(buffer, row(note, y), line);
        }
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&self.hints(), look));
    }

    /// What is wrong with the selected theme, else the states in its colours.
    fn note(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        let said = |text: &str, colour| {
            words(text, columns, usize::from(NOTE))
                .into_iter()
                .map(|line| Line::from(span(line, colour)))
                .collect::<Vec<_>>()
        };
        if let Some(Err(why)) = self.choices.get(self.cursor.selected()).map(|choice| &choice.theme) {
            return said(&sign::safe(why), t.err);
        }
        let states = |states: &[State]| {
            let spans = states.iter().flat_map(|of| {
                let (glyph, colour) = sign::state(*of, t);
                [bold(glyph, colour), span(format!(" {}  ", of.word()), colour)]
            });
            Line::from(spans.collect::<Vec<Span>>())
        };
        let mut lines = vec![
            states(&[State::Running, State::Succeeded, State::Killed]),
            states(&[State::SoftError, State::Failed, State::TimedOut]),
        ];
        // Where no theme has its own colours, it is the terminal that has none to show.
        if !self.choices.iter().flat_map(|choice| &choice.theme).any(|theme| theme.depth == Depth::Full) {
            lines.extend(said("too few colours here: most look alike", t.dim));
        }
        lines
    }
}
