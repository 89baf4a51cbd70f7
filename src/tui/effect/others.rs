//! What others than the worker do: the loop, which owns the terminal, and the tail.

use std::ops::Range;

use crate::config::Settings;
use crate::run::dir::RunDir;
use crate::run::spec::RunId;
use crate::tui::editor::Place;
use crate::tui::find::Wanted;
use crate::tui::message::Now;
use crate::tui::pager::View;
use crate::tui::pane::output::times::Times;
use crate::tui::scratch::Scratch;
use crate::tui::seen::From;

/// What only the loop can do.
#[derive(Debug, PartialEq, Eq)]
pub enum ForLoop {
    Redraw,
    Suspend,
    /// Opens a place in the person's editor, which has the terminal meanwhile.
    Edit(Place),
    /// Opens a text in the person's editor; answered by what became of it.
    EditText(Box<Scratch>),
    /// Shows something in the person's pager.
    View(Box<View>),
    /// Sent to the terminal as it is; nothing of it is shown.
    Terminal(String),
    /// What is done from now on is done with these settings.
    UseSettings(Box<Settings>),
    /// Whether the terminal is to report the mouse.
    Mouse(bool),
    Quit,
    /// Quit, and go on with the demonstration.
    Demo,
}

/// The run that is looked at, and which part of its output is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    pub run: RunId,
    /// Only what was printed in this time, `from..to` in microseconds since the start; rows are counted in it alone.
    pub within: Option<(u64, u64)>,
    pub from: From,
    pub height: u16,
    pub wanted: Wanted,
}

/// Lines of the run that is looked at, to be given away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinesWanted {
    pub run: RunId,
    /// As the run's page counts them.
    pub rows: Range<u64>,
    /// The time that stands beside each of them.
    pub times: Times,
    /// When the run started; milliseconds since 1970.
    pub started_ms: i64,
    pub now: Now,
    pub to: To,
}

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    Clipboard,
    /// A file, whose name was typed.
    File {
        run: RunDir,
        typed: String,
        overwrite: bool,
    },
}
