//! A cursor in a list: which row is selected, and which is the first one shown.

use crate::tui::keymap::Action;
use crate::tui::widget::select::scroll;

/// Both counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    selected: usize,
    offset: usize,
}

impl Cursor {
    /// The selected row.
    #[must_use]
    pub fn selected(self) -> usize {
        self.selected
    }

    /// The first row shown.
    #[must_use]
    pub fn offset(self) -> usize {
        self.offset
    }

    /// Selects the row where the selected thing stands now; the nearest one when it is gone.
    pub fn settle(&mut self, at: Option<usize>, rows: usize) {
        self.selected = at.unwrap_or(self.selected).min(rows.saturating_sub(1));
    }

    /// Makes the selected row one of those shown.
    pub fn fit(&mut self, height: u16, rows: usize) {
        self.offset = scroll(self.offset, self.selected, rows, usize::from(height));
    }

    /// Selects the row so many rows further.
    pub fn step(&mut self, by: isize, height: u16, rows: usize) {
        self.selected = self.selected.saturating_add_signed(by).min(rows.saturating_sub(1));
        self.fit(height, rows);
    }

    /// Moves as the action says; whether it was one that moves.
    pub fn act(&mut self, action: Action, height: u16, rows: usize) -> bool {
        let Some(by) = distance(action, height) else { return false };
        self.step(by, height, rows);
        true
    }
}

/// How many rows an action moves; `None` when it is not one that moves. To the ends it is as far as can be.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "of all actions, these move")]
pub fn distance(action: Action, height: u16) -> Option<isize> {
    let page = isize::try_from(height.max(2)).unwrap_or(isize::MAX);
    Some(match action {
        Action::Down => 1,
        Action::Up => -1,
        Action::First => isize::MIN,
        Action::Last => isize::MAX,
        Action::HalfDown => page / 2,
        Action::HalfUp => -page / 2,
        Action::PageDown => page - 1,
        Action::PageUp => 1 - page,
        _ => return None,
    })
}
