//! The dashboard's state: messages in, effects out, and a frame drawn from it. Nothing here blocks, and nothing
//! looks at a clock.

mod act;
mod chart;
mod draw;
mod finding;
mod focus;
mod footer;
mod forms;
mod giving;
mod handing;
mod inspect;
mod learn;
mod lines;
mod mouse;
mod notes;
mod over;
mod palette;
mod settings;
mod settle;
mod small;
mod stopping;
#[cfg(test)]
mod tests;
mod themes;
mod told;
mod view;
mod why;
mod words;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::{Rect, Size};

use crate::ops::Context;
use crate::ops::call::{Options, Request};
use crate::process::id::ProcessId;
use crate::run::spec::RunId;
use crate::tui::app::forms::Keeping;
use crate::tui::app::inspect::Inspection;
use crate::tui::app::notes::Notes;
use crate::tui::app::palette::Commands;
use crate::tui::app::view::View;
use crate::tui::effect::{Effect, Watch};
use crate::tui::layout::{self, Pane};
use crate::tui::looks::Looks;
use crate::tui::message::{Message, Now};
use crate::tui::pane::agents::{Agents, Item};
use crate::tui::pane::copy_menu::CopyMenu;
use crate::tui::pane::dialog::Dialog;
use crate::tui::pane::doctor::Doctor;
use crate::tui::pane::form::Form;
use crate::tui::pane::help::Help;
use crate::tui::pane::orphan_page::OrphanWhy;
use crate::tui::pane::plan::PlanDialog;
use crate::tui::pane::presets::{Presets, Saving};
use crate::tui::pane::procs::{self, Procs, Selected};
use crate::tui::pane::run_page::{Place, RunPage};
use crate::tui::pane::runs::Runs;
use crate::tui::pane::save_as::SaveAs;
use crate::tui::pane::settings::SettingsPage;
use crate::tui::pane::signals::Signals;
use crate::tui::pane::stop::Stop;
use crate::tui::pane::themes::Themes;
use crate::tui::pane::toast::{Toast, Tone};
use crate::tui::pane::{Look, sign};
use crate::tui::seen::{Reply, Run};
use crate::tui::theme::Theme;
use crate::tui::world::World;

/// Between two frames while something counts: seconds are shown, not more.
const SECOND_US: u64 = 1_000_000;

/// Everything that is shown, and everything that is remembered for showing it.
pub struct App {
    world: World,
    theme: Theme,
    /// What the theme was at the start, and the looks that stay.
    looks: Looks,
    now: Now,
    screen: Rect,
    context: Context,
    /// The store's agents folder, as a person reads it.
    folder: String,
    /// The options of a call where nothing else is said.
    usual: Options,
    focus: Pane,
    /// The list that the main pane follows.
    followed: Pane,
    agents: Agents,
    runs: Runs,
    procs: Procs,
    /// The followed run in the main pane.
    main_run: Option<RunPage>,
    /// The followed agent's environment.
    inspection: Inspection,
    /// Why the followed orphan does not go on.
    orphan: OrphanWhy,
    /// How far the main pane's text is scrolled.
    scroll: usize,
    /// Pages over the workbench; the last one is shown.
    pages: Vec<Page>,
    /// Forms that were left, by agent and method: nothing that was typed is lost.
    drafts: HashMap<(String, String), Box<Form>>,
    keeping: Keeping,
    notes: Notes,
    /// To be done outside, from where no effects are returned.
    outbox: Vec<Effect>,
    over: Option<Over>,
    /// The run that ended last, until a key is pressed.
    ended: Option<Arc<Run>>,
    /// The palette lies over everything else.
    commands: Commands,
    view: View,
    toast: Option<Toast>,
    /// What is to run when its agent's environment has been built.
    after_build: Option<AfterBuild>,
    /// What the tail was asked for last.
    watched: Option<Watch>,
    /// The run whose answer is being read.
    reading: Option<RunId>,
    /// The answer that was read last: a page opened on the same run does not have it read again.
    reply: Option<Arc<Reply>>,
    /// The lost runs that were seen: for a new one, what it left behind is looked for.
    lost: HashSet<RunId>,
    /// When to look for orphans again; microseconds of the monotonic clock.
    orphans_due_us: u64,
    changed: bool,
}

/// A page over the workbench.
enum Page {
    Form(Box<Form>),
    Run(Box<RunPage>),
}

impl Page {
    fn run(&mut self) -> Option<&mut RunPage> {
        match self {
            Self::Run(page) => Some(page),
            Self::Form(_) => None,
        }
    }
}

/// What lies over everything else, and takes all keys.
enum Over {
    Dialog(Dialog),
    Plan(PlanDialog),
    Stop(Stop),
    Signals(Signals),
    Saving(Saving),
    Presets(Presets),
    Copy(CopyMenu),
    SaveAs(SaveAs),
    Themes(Themes),
    Settings(SettingsPage),
    Help(Help),
    Doctor(Doctor),
}

/// A call that waits for a build.
struct AfterBuild {
    agent: String,
    /// `None` until the build has been started.
    build: Option<RunId>,
    request: Box<Request>,
}

/// What the main pane shows.
enum Subject {
    Welcome,
    Agent(String),
    Method {
        agent: String,
        method: String,
    },
    Namespace(String),
    Unreadable(PathBuf),
    Run(RunId),
    /// The process at the top of its tree.
    Orphan(ProcessId),
    Nothing,
}

impl App {
    /// How many runs go on.
    #[must_use]
    pub fn live_runs(&self) -> usize {
        self.world.live().count()
    }

    /// The state at the start: nothing is known yet.
    #[must_use]
    pub fn new(context: &Context, mut looks: Looks, size: Size, now: Now) -> Self {
        let trouble = looks.trouble.take().map(|why| Toast::new(Tone::Bad, sign::safe(&why), now));
        Self {
            world: World::default(),
            theme: looks.theme.clone(),
            view: View::new(looks.mouse),
            commands: Commands::default(),
            looks,
            now,
            screen: Rect::new(0, 0, size.width, size.height),
            context: context.clone(),
            folder: sign::safe(&context.paths.shorten(&context.paths.agents())),
            usual: Options::usual(&context.settings),
            focus: Pane::Agents,
            followed: Pane::Agents,
            agents: Agents::default(),
            runs: Runs::default(),
            procs: Procs::default(),
            main_run: None,
            inspection: Inspection::default(),
            orphan: OrphanWhy::default(),
            scroll: 0,
            pages: Vec::new(),
            drafts: HashMap::new(),
            keeping: Keeping::default(),
            notes: Notes::default(),
            outbox: Vec::new(),
            over: None,
            ended: None,
            toast: trouble,
            after_build: None,
            watched: None,
            reading: None,
            reply: None,
            lost: HashSet::new(),
            orphans_due_us: 0,
            changed: true,
        }
    }

    /// Whether a frame would look different from the last one.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.changed && !self.view.is_still()
    }

    /// The state has been drawn.
    pub fn drawn(&mut self) {
        self.changed = false;
        self.view.drawn();
    }

    /// When to tell the time although nothing else happens; `None` while nothing counts.
    #[must_use]
    pub fn next_tick(&self) -> Option<Duration> {
        let counting = self.world.live().any(|run| run.live_since_us.is_some());
        let second = counting.then(|| SECOND_US - self.now.clock_us % SECOND_US);
        let toast = self.toast.as_ref().and_then(Toast::until_us);
        let toast = toast.map(|until| until.saturating_sub(self.now.clock_us));
        let orphans = self.orphans_due_us.saturating_sub(self.now.clock_us);
        let orphans = self.shows_processes().then_some(orphans);
        let next = second.into_iter().chain(toast).chain(orphans).min().map(Duration::from_micros);
        next.into_iter().chain(self.until_kept()).min()
    }

    /// Takes one message; says what is to be done outside.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let mut effects = Vec::new();
        match message {
            Message::Tick(now) => self.tick(now),
            Message::Key(key) => effects = self.key(key),
            Message::Mouse(mouse) => effects = self.mouse(mouse),
            Message::Paste(text) => {
                self.paste(&text);
                self.changed = true;
            }
            Message::Resized(columns, rows) => {
                self.screen = Rect::new(0, 0, columns, rows);
                self.forms().for_each(Form::loosen);
                self.view.thaw();
                self.changed = true;
            }
            Message::Resumed => {
                self.view.thaw();
                self.changed = true;
            }
            Message::Runs(_)
            | Message::RunsInAll(_)
            | Message::Detail(_)
            | Message::Page(_)
            | Message::Excerpt(_)
            | Message::AgentsChanged
            | Message::Agents(..)
            | Message::Started { .. }
            | Message::Refused { .. }
            | Message::Planned { .. }
            | Message::Replied { .. }
            | Message::Explained { .. }
            | Message::Looked { .. }
            | Message::Inspected { .. }
            | Message::Recalled { .. }
            | Message::Profiles { .. }
            | Message::Searched { .. }
            | Message::Saved { .. }
            | Message::NotOpened(_)
            | Message::Swept(_)
            | Message::Orphans(_)
            | Message::OrphanLooked { .. }
            | Message::OrphanStep { .. }
            | Message::OrphanEnded { .. }
            | Message::Signalled { .. }
            | Message::Found(_)
            | Message::Form(_)
            | Message::Notes(_)
            | Message::Theme(_)
            | Message::Settings(_)
            | Message::Themes(_)
            | Message::Palette { .. }
            | Message::Examined(_)
            | Message::Paper { .. } => {
                effects = self.learn(message);
                self.changed = true;
            }
        }
        self.settle(&mut effects);
        effects
    }

    fn tick(&mut self, now: Now) {
        let seconds = now.clock_us / SECOND_US != self.now.clock_us / SECOND_US;
        let counting = self.world.live().any(|run| run.live_since_us.is_some());
        self.changed |= seconds && counting;
        self.now = now;
        if self.toast.as_ref().and_then(Toast::until_us).is_some_and(|until| until <= now.clock_us) {
            self.toast = None;
            self.changed = true;
        }
    }

    fn subject(&self) -> Subject {
        let of_agents = || match self.agents.selected() {
            Some(Item::Agent(agent)) => Subject::Agent(agent.clone()),
            Some(Item::Method { agent, method }) => {
                Subject::Method { agent: agent.clone(), method: method.clone() }
            }
            Some(Item::Namespace(namespace)) => Subject::Namespace(namespace.clone()),
            Some(Item::Unreadable(path)) => Subject::Unreadable(path.clone()),
            None if self.world.has_no_agents() => Subject::Welcome,
            None => Subject::Nothing,
        };
        let run = match self.followed {
            Pane::Runs => self.runs.selected().cloned(),
            Pane::Procs => match self.procs.selected(&self.world) {
                Some(Selected::Run(run)) => Some(run),
                Some(Selected::Orphan(root)) => return Subject::Orphan(root),
                None => None,
            },
            Pane::Agents | Pane::Main => None,
        };
        run.map_or_else(of_agents, Subject::Run)
    }

    fn look(&self, focused: bool) -> Look<'_> {
        Look { theme: &self.theme, now: self.now, focused }
    }

    fn bench(&self) -> layout::Workbench {
        let body = layout::frame(self.screen).body;
        if self.view.zoom {
            return layout::zoomed(body, self.focus);
        }
        let rows = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let rows = layout::Rows {
            agents: rows(self.agents.rows(&self.world)),
            // With a heading for their day; more than the screen has rows need not be counted.
            runs: rows(self.world.runs().len() + 1),
            procs: rows(procs::count(&self.world)),
        };
        layout::workbench(body, self.open_pane(), rows, self.view.moved)
    }

    /// Where a run is shown: on a page of its own, or in the main pane.
    fn run_place(&self) -> Place {
        if self.pages.is_empty() {
            Place::Pane(self.bench().main)
        } else {
            Place::Page(layout::frame(self.screen).body)
        }
    }
}
