//! What stands on the screen, one file a pane: its state, its update, its drawing.
//!
//! A pane draws itself with `render(&self, buffer, area, look)`, and changes by methods of its own that the
//! application calls; what it wants done outside is a list of [`crate::tui::effect::Effect`]. It never blocks and
//! never looks at a clock: the time stands in [`Look`].
//!
//! The form, a page that takes keys itself, has this shape, so that the application needs to know nothing else:
//!
//! - `layer(&self) -> Layer`: which keys apply now (`Form` between its fields, `Text` inside one);
//! - `act(&mut self, action: Action) -> Asked`: a key of the table, `Back` among them;
//! - `key(&mut self, event: KeyEvent) -> Asked`: any other key, in a text field;
//! - `paste(&mut self, text: &str)`;
//! - `render(&self, buffer, area, look)`: everything between header and footer, tab strip included;
//! - `place(&self, theme)` and `facts(&self, look)`: the left and the right part of the header.
//!
//! It asks for `Effect::Call`, and is told with `refused(&mut self, &Rejected)` when that is turned down. The result
//! is a tab of a run: `act` and `render` alone.

pub mod agent_page;
pub mod agents;
pub mod copy_menu;
pub mod dialog;
pub mod doctor;
pub mod env_page;
pub mod form;
pub mod help;
mod indented;
mod input;
pub mod list;
pub mod method;
pub mod orphan_page;
pub mod output;
pub mod palette;
pub mod plan;
pub mod presets;
pub mod procs;
pub mod query;
pub mod result;
pub mod run_page;
pub mod runs;
pub mod save_as;
pub mod settings;
pub mod sign;
pub mod signals;
mod silence;
mod stats;
mod steps;
pub mod stop;
pub mod themes;
pub mod toast;
mod usage;
pub mod welcome;
mod why;

use crate::tui::effect::Effect;
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

/// What a page asks of the application after a key.
#[derive(Debug)]
pub enum Asked {
    /// The key was taken, and no more is needed.
    Nothing,
    /// The key is not the page's own: the application does what it does everywhere (`Back` leaves the page).
    NotMine,
    /// To be done outside.
    Do(Vec<Effect>),
}
