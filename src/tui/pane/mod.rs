//! What stands on the screen, one file a pane: its state, its update, its drawing.
//!
//! A pane draws itself with `render(&self, buffer, area, look)`, and changes by methods of its own that the
//! application calls; what it wants done outside is a list of [`crate::tui::effect::Effect`]. It never blocks and
//! never looks at a clock: the time stands in [`Look`].

pub mod sign;

use crate::tui::message::Now;
use crate::tui::theme::Theme;

/// What a pane needs for drawing besides its own state.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub theme: &'a Theme,
    pub now: Now,
    /// Whether this pane has the focus.
    pub focused: bool,
}
