//! The dashboard's state: messages in, effects out, and a frame drawn from it. Nothing here blocks, and nothing
//! looks at a clock.

mod act;
mod chart;
mod draw;
mod inspect;
mod learn;
mod mouse;
mod stopping;
#[cfg(test)]
mod tests;
mod why;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::{Rect, Size};

use crate::ops::Context;
use crate::ops::call::Request;
use crate::process::id::ProcessId;
use crate::run::spec::RunId;
use crate::tui::app::inspect::Inspection;
use crate::tui::effect::{Effect, Watch};
use crate::tui::keymap::Layer;
use crate::tui::layout::{self, Pane};
use crate::tui::message::{Message, Now};
use crate::tui::pane::agents::{Agents, Item};
use crate::tui::pane::dialog::Dialog;
use crate::tui::pane::form::Form;
use crate::tui::pane::help::Help;
use crate::tui::pane::plan::PlanDialog;
use crate::tui::pane::procs::{self, Procs, Selected};
use crate::tui::pane::run_page::{Place, RunPage};
use crate::tui::pane::runs::Runs;
use crate::tui::pane::signals::Signals;
use crate::tui::pane::stop::Stop;
use crate::tui::pane::toast::Toast;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Reply;
use crate::tui::theme::Theme;
use crate::tui::world::World;

/// Between two frames while something counts: seconds are shown, not more.
const SECOND_US: u64 = 1_000_000;

/// Everything that is shown, and everything that is remembered for showing it.
pub struct App {
    world: World,
    theme: Theme,
    now: Now,
    screen: Rect,
    /// The store's agents folder, as a person reads it.
    folder: String,
    /// How long a call may take, where nothing else is said.
    call_timeout: Option<Duration>,
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
    /// How far the main pane's text is scrolled.
    scroll: usize,
    /// Pages over the workbench; the last one is shown.
    pages: Vec<Page>,
    /// Forms that were left, by agent and method: nothing that was typed is lost.
    drafts: HashMap<(String, String), Box<Form>>,
    over: Option<Over>,
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
    Help(Help),
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
    pub fn new(context: &Context, theme: Theme, size: Size, now: Now) -> Self {
        Self {
            world: World::new(context.settings.silence_notice),
            theme,
            now,
            screen: Rect::new(0, 0, size.width, size.height),
            folder: sign::safe(&context.paths.shorten(&context.paths.agents())),
            call_timeout: context.settings.call_timeout,
            focus: Pane::Agents,
            followed: Pane::Agents,
            agents: Agents::default(),
            runs: Runs::default(),
            procs: Procs::default(),
            main_run: None,
            inspection: Inspection::default(),
            scroll: 0,
            pages: Vec::new(),
            drafts: HashMap::new(),
            over: None,
            toast: None,
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
        self.changed
    }

    /// The state has been drawn.
    pub fn drawn(&mut self) {
        self.changed = false;
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
        second.into_iter().chain(toast).chain(orphans).min().map(Duration::from_micros)
    }

    /// Takes one message; says what is to be done outside.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let mut effects = Vec::new();
        match message {
            Message::Tick(now) => self.tick(now),
            Message::Key(key) => effects = self.key(key),
            Message::Mouse(mouse) => effects = self.mouse(mouse),
            Message::Paste(text) => {
                if let (None, Some(Page::Form(form))) = (&self.over, self.pages.last_mut()) {
                    form.paste(&text);
                    self.changed = true;
                }
            }
            Message::Resized(columns, rows) => {
                self.screen = Rect::new(0, 0, columns, rows);
                self.changed = true;
            }
            Message::Resumed => self.changed = true,
            Message::Runs(_)
            | Message::Detail(_)
            | Message::Page(_)
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
            | Message::NotOpened(_)
            | Message::Swept(_)
            | Message::Orphans(_)
            | Message::OrphanStep { .. }
            | Message::OrphanEnded { .. }
            | Message::Signalled { .. }
            | Message::Found(_)
            | Message::Theme(_) => {
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

    /// Fits everything to what is known now, and asks for what is missing.
    fn settle(&mut self, effects: &mut Vec<Effect>) {
        let bench = self.bench();
        let rows = |area: Rect| area.height.saturating_sub(2);
        self.agents.settle(&self.world);
        self.agents.fit(rows(bench.agents), &self.world);
        self.runs.settle(&self.world, rows(bench.runs), self.now);
        self.procs.settle(&self.world, rows(bench.procs));
        self.follow_run();
        self.inspect(effects);
        self.look_for_orphans(effects);
        for page in self.pages.iter_mut().filter_map(Page::run) {
            page.settle(&self.world);
        }
        for page in self.pages.iter_mut().filter_map(Page::run).chain(&mut self.main_run) {
            if let Some(reply) = self.reply.as_ref().filter(|_| page.wants_reply(&self.world)) {
                page.replied(&reply.run, &Ok(Arc::clone(reply)));
            }
            effects.extend(page.ask_why(&self.world).map(Effect::Explain));
            effects.extend(page.ask_look(&self.world, self.now));
        }
        if let Some(Page::Form(form)) = self.pages.last_mut() {
            effects.extend(form.lookups().map(Effect::LookUp));
        }
        self.fit_cursor();
        let place = self.run_place();
        let shown = match self.pages.last() {
            Some(Page::Run(page)) => Some(page.as_ref()),
            Some(Page::Form(_)) => None,
            None => self.main_run.as_ref(),
        };
        let watch = shown.map(|page| page.watch(place, &self.world));
        if self.reading.is_none()
            && let Some(page) = shown.filter(|page| page.wants_reply(&self.world))
            && let Some(run) = self.world.run(&page.run)
        {
            self.reading = Some(page.run.clone());
            effects.push(Effect::ReadReply(run.dir.clone()));
        }
        if watch != self.watched {
            self.watched.clone_from(&watch);
            effects.push(Effect::Watch(watch));
        }
    }

    /// Keeps the main pane's view of a run on the run that is followed.
    fn follow_run(&mut self) {
        let Subject::Run(id) = self.subject() else {
            self.main_run = None;
            return;
        };
        if self.main_run.as_ref().is_none_or(|page| page.run != id) {
            self.main_run = self.world.run(&id).map(|run| RunPage::new(run));
        }
        if let Some(page) = &mut self.main_run {
            page.settle(&self.world);
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
            None if self.world.agents.is_some() => Subject::Welcome,
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
        let open = if self.focus == Pane::Main { self.followed } else { self.focus };
        let rows = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let rows = layout::Rows {
            agents: rows(self.agents.rows(&self.world)),
            // With a heading for their day; more than the screen has rows need not be counted.
            runs: rows(self.world.runs().len() + 1),
            procs: rows(procs::count(&self.world)),
        };
        layout::workbench(layout::frame(self.screen).body, open, rows)
    }

    /// Where a run is shown: on a page of its own, or in the main pane.
    fn run_place(&self) -> Place {
        if self.pages.is_empty() {
            Place::Pane(self.bench().main)
        } else {
            Place::Page(layout::frame(self.screen).body)
        }
    }

    /// The layer of what has the focus.
    fn layer(&self) -> Layer {
        match (&self.over, self.pages.last()) {
            (Some(Over::Help(_)), _) => Layer::Help,
            (Some(Over::Dialog(_)), _) => Layer::Dialog,
            (Some(Over::Plan(_)), _) => Layer::Plan,
            (Some(Over::Stop(_)), _) => Layer::Stop,
            (Some(Over::Signals(_)), _) => Layer::Signals,
            (None, Some(Page::Form(form))) => form.layer(),
            (None, Some(Page::Run(page))) => page.layer(),
            (None, None) => match (self.focus, self.subject()) {
                (Pane::Agents | Pane::Main, Subject::Welcome) => Layer::Welcome,
                (Pane::Agents, _) => Layer::Agents,
                (Pane::Runs, _) => Layer::Runs,
                (Pane::Procs, _) | (Pane::Main, Subject::Orphan(_)) => Layer::Procs,
                (Pane::Main, Subject::Run(_)) => self.main_run.as_ref().map_or(Layer::Output, RunPage::layer),
                (Pane::Main, _) => Layer::Page,
            },
        }
    }
}
