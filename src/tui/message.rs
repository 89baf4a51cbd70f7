//! Everything that can change the dashboard's state.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{Event, KeyEvent, KeyEventKind, MouseEvent};

use crate::ops::Rejected;
use crate::ops::agents::Listed;
use crate::ops::call::{Options, Request};
use crate::ops::clean::Cleaned;
use crate::ops::doctor::Check;
use crate::ops::profile::Looked;
use crate::ops::save::{SaveError, Saved};
use crate::ops::why::Found;
use crate::process::ending::Step;
use crate::process::id::ProcessId;
use crate::run::dir::RunDir;
use crate::run::evidence::Evidence;
use crate::run::spec::{Added, Kind, RunId};
use crate::tui::effect::forms::FormNews;
use crate::tui::effect::lookup;
use crate::tui::effect::notes::NotesNews;
use crate::tui::effect::settings::SettingsNews;
use crate::tui::pane::result::search::Ticket;
use crate::tui::seen::{Detail, OrphanTree, Page, Reply, Run};
use crate::tui::tail::excerpt::Excerpt;
use crate::tui::theme::Theme;
use crate::tui::theme::shelf::Choice;
use crate::tui::widget::json_tree::search::Hits;
use crate::venv::details::Details;
use crate::venv::explain::Explanation;
use crate::venv::plan::{Plan, Wish};

/// The time, told by the loop: nothing else in the dashboard's state looks at a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Microseconds on the monotonic clock: what live runs are counted in.
    pub clock_us: u64,
    /// Milliseconds since the machine was started, with the time in which it slept: what ages are counted in.
    pub uptime_ms: u64,
    /// Milliseconds since 1970, for showing.
    pub wall_ms: i64,
    /// Seconds east of UTC, for showing.
    pub utc_offset: i32,
}

/// One thing that happened.
#[derive(Debug)]
pub enum Message {
    // From the terminal.
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    /// The new size: columns, rows.
    Resized(u16, u16),
    // From the clock; comes only while something on screen counts.
    Tick(Now),
    // From the run directories.
    /// All runs, the newest first; only rows that changed are new.
    Runs(Vec<Arc<Run>>),
    /// How many runs there are; the list may not have them all, or not yet.
    RunsInAll(usize),
    /// What is known of the watched run.
    Detail(Box<Detail>),
    /// A window of the watched run's output.
    Page(Box<Page>),
    /// Lines of the watched run's output that were asked for.
    Excerpt(Box<Excerpt>),
    /// The orphans that are known now, with what they use.
    Orphans(Vec<Arc<OrphanTree>>),
    /// Something in the store of agents is not as it was.
    AgentsChanged,
    // From the worker.
    Agents(Vec<Listed>, Vec<(PathBuf, String)>),
    /// A run was started; its supervisor is there.
    Started {
        run: RunId,
        kind: Kind,
        agent: String,
    },
    /// Something that was asked for is not done; the sentence says why. A call comes back whole.
    Refused {
        reason: Rejected,
        call: Option<Box<Request>>,
    },
    Planned {
        agent: String,
        /// What was asked for.
        wish: Wish,
        /// And whether it replaces an environment that plugdeck did not build.
        plan: Result<(Plan, bool), Rejected>,
    },
    /// What an ended run answered, or why that cannot be read. Comes for every reading that was asked for.
    Replied {
        run: RunId,
        reply: Result<Arc<Reply>, String>,
    },
    /// Why a build failed, as far as that is understood. Comes for every reading that was asked for.
    Explained {
        run: RunId,
        explanation: Option<Explanation>,
    },
    /// Why a run does not go on: what was found, `None` where nobody has looked, or why there is no answer. Comes for
    /// every look that was asked for.
    Looked {
        run: RunId,
        found: Result<Option<Arc<Evidence>>, String>,
    },
    /// Everything that is known of an agent's environment.
    Inspected {
        agent: String,
        details: Arc<Details>,
    },
    /// The payload and the options of an earlier run, for filling a form.
    Recalled {
        run: RunId,
        agent: String,
        method: String,
        payload: String,
        /// Without the tool context, which is in the payload.
        options: Box<Options>,
    },
    /// What profiles an agent in this folder has, and the names of these variables.
    Profiles {
        directory: PathBuf,
        added: Added,
        looked: Looked,
    },
    /// What a search in a result has found.
    Searched {
        run: RunId,
        ticket: Ticket,
        hits: Hits,
    },
    /// What became of a file that was to be saved.
    Saved {
        run: RunDir,
        saved: Result<Saved, SaveError>,
    },
    /// The editor or the pager did not open what it should; the sentence says why.
    NotOpened(String),
    /// What was done about those that lost runs had left behind; safe sentences.
    Swept(Vec<String>),
    /// Why an orphan does not go on. Comes for every look that was asked for.
    OrphanLooked {
        root: ProcessId,
        found: Arc<Found>,
    },
    /// A step of the end of an orphaned tree.
    OrphanStep {
        root: ProcessId,
        step: Step,
    },
    /// An orphaned tree was ended, or not.
    OrphanEnded {
        root: ProcessId,
        cleaned: Vec<Cleaned>,
    },
    /// What became of a signal: a safe sentence, and whether it was delivered.
    Signalled {
        sentence: String,
        delivered: bool,
    },
    /// What came back for a form.
    Form(Box<FormNews>),
    /// What a person has noted on runs.
    Notes(NotesNews),
    /// What a form wanted to know.
    Found(Box<lookup::Found>),
    Theme(Result<Theme, String>),
    /// The file of settings was read, or changed.
    Settings(Box<SettingsNews>),
    /// Every theme there is, to choose one.
    Themes(Vec<Choice>),
    /// What the palette offers besides agents and runs: what was chosen last, and every theme.
    Palette {
        recent: Vec<String>,
        themes: Vec<Choice>,
    },
    /// What was found on this machine.
    Examined(Vec<Check>),
    /// What the terminal paints behind its text.
    Paper {
        light: bool,
    },
    /// The process goes on after it was stopped: everything may look different.
    Resumed,
}

impl Message {
    /// An event of the terminal; `None` for what changes nothing.
    #[must_use]
    pub fn of(event: Event) -> Option<Self> {
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => None,
            Event::Key(key) => Some(Self::Key(key)),
            Event::Mouse(mouse) => Some(Self::Mouse(mouse)),
            Event::Paste(text) => Some(Self::Paste(text)),
            Event::Resize(columns, rows) => Some(Self::Resized(columns, rows)),
            Event::FocusGained | Event::FocusLost => None,
        }
    }
}
