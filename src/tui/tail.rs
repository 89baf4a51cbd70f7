//! Follows the run directories for the dashboard, in a thread of its own: views pull at their own pace, the files
//! are the buffer. Nothing is asked of the supervisors.
//!
//! The run that is looked at is read some sixteen times a second while it lives; the list of live runs twice
//! a second; the folder of runs once a second, so that runs of the command line appear by themselves. When nothing
//! lives, only the last is done.

mod filtered;
mod finder;
mod notes;
mod orphans;
mod rows;
mod seek;
pub mod stall;
mod tally;
pub mod trouble;
mod watched;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc::Sender;

pub use notes::exit;

use crate::ops::orphans::Orphan;
use crate::ops::runs;
use crate::process::sampler::ProcessSample;
use crate::run::dir::RunDir;
use crate::run::event::Leftover;
use crate::run::samples::{Reader, Sample};
use crate::run::spec::{Kind, RunId};
use crate::run::status::State;
use crate::run::store::Store;
use crate::run::view::RunView;
use crate::text;
use crate::tui::effect::Watch;
use crate::tui::message::Message;
use crate::tui::seen::Run;
use crate::tui::tail::watched::Watched;
use crate::venv::packages;

/// Between two looks at the run that is watched.
const WATCHED: Duration = Duration::from_millis(60);
/// Between two looks at the live runs.
const LIVE: Duration = Duration::from_millis(500);
/// Between two looks into the folder of runs.
const FOLDER: Duration = Duration::from_secs(1);
/// Between two looks at orphans.
const ORPHANS: Duration = Duration::from_secs(1);
/// Between two looks for changed agents.
const AGENTS: Duration = Duration::from_secs(2);
/// While old output is still being counted: leaves the rest of the machine some air.
const READING: Duration = Duration::from_millis(2);
/// Files of an agent whose change is worth a look at all of them; the first is the agent's folder.
const LOOKED_AT: [&str; 7] =
    ["", "agent.yaml", "pyproject.toml", "uv.lock", "requirements.txt", ".venv", ".venv/pyvenv.cfg"];
/// Most runs that are shown.
const MOST: usize = 2_000;

/// What the dashboard tells its tail.
#[derive(Debug)]
pub enum Ask {
    Watch(Option<Box<Watch>>),
    /// Something was started: look into the folder now.
    LookNow,
    /// Look at these too, and at nobody else who has no run.
    Orphans(Vec<Orphan>),
}

/// Looks until the dashboard is gone.
pub fn follow(mut tail: Tail, asks: &Receiver<Ask>, messages: &Sender<Message>) {
    loop {
        for message in tail.look(Instant::now()) {
            if messages.blocking_send(message).is_err() {
                return;
            }
        }
        let wait = tail.next_look().saturating_duration_since(Instant::now());
        match asks.recv_timeout(wait) {
            Ok(ask) => {
                tail.ask(ask);
                // Of many windows asked for only the last one counts.
                while let Ok(ask) = asks.try_recv() {
                    tail.ask(ask);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// What was seen last time, and when to look again.
pub struct Tail {
    store: Store,
    agents: PathBuf,
    runs: Vec<Known>,
    watched: Option<Watched>,
    orphans: orphans::Orphans,
    /// A window was asked for that has not been answered.
    unanswered: bool,
    stamp: Option<u64>,
    /// When the runs' folder had changed last, if nothing can have been missed since.
    folder: Option<SystemTime>,
    told: bool,
    due: Due,
}

struct Due {
    watched: Instant,
    live: Instant,
    folder: Instant,
    agents: Instant,
    orphans: Instant,
}

/// A run of the list.
struct Known {
    dir: RunDir,
    row: Arc<Run>,
    /// Only of live ones.
    live: Option<(RunView, Reader)>,
}

impl Tail {
    /// A tail that has seen nothing yet.
    #[must_use]
    pub fn new(store: Store, agents: PathBuf) -> Self {
        let now = Instant::now();
        Self {
            store,
            agents,
            runs: Vec::new(),
            watched: None,
            orphans: orphans::Orphans::default(),
            unanswered: false,
            stamp: None,
            folder: None,
            told: false,
            due: Due { watched: now, live: now, folder: now, agents: now, orphans: now },
        }
    }

    /// Takes what the dashboard wants.
    pub fn ask(&mut self, ask: Ask) {
        let now = Instant::now();
        match ask {
            Ask::LookNow => self.due.folder = now,
            Ask::Orphans(found) => {
                self.orphans.learn(found);
                self.due.orphans = now;
            }
            Ask::Watch(None) => self.watched = None,
            Ask::Watch(Some(watch)) => {
                self.due.watched = now;
                self.unanswered = true;
                match &mut self.watched {
                    Some(watched) if watched.watch.run == watch.run => watched.watch = *watch,
                    Some(_) | None => {
                        let dir = RunDir { path: self.store.runs.join(&watch.run.0) };
                        self.watched = Watched::open(dir, *watch).ok();
                    }
                }
            }
        }
    }

    /// When something is to be looked at again.
    #[must_use]
    pub fn next_look(&self) -> Instant {
        let live = self.runs.iter().any(|known| known.live.is_some()).then_some(self.due.live);
        let watched = self
            .watched
            .as_ref()
            .filter(|watched| !watched.is_over() || self.unanswered)
            .map(|_| self.due.watched);
        let orphans = (!self.orphans.is_empty()).then_some(self.due.orphans);
        let folder = self.due.folder.min(self.due.agents);
        [live, watched, orphans].into_iter().flatten().fold(folder, Instant::min)
    }

    /// Looks at everything that is due; what is new becomes messages.
    pub fn look(&mut self, now: Instant) -> Vec<Message> {
        let mut messages = Vec::new();
        if now >= self.due.watched {
            self.due.watched = now + WATCHED;
            messages.extend(self.look_at_watched());
            if self.watched.as_ref().is_some_and(Watched::is_reading) {
                self.due.watched = now + READING;
            }
        }
        let mut changed = false;
        if now >= self.due.folder {
            self.due.folder = now + FOLDER;
            changed |= self.look_into_folder();
        }
        if now >= self.due.live {
            self.due.live = now + LIVE;
            changed |= self.look_at_live();
        }
        if changed || !std::mem::replace(&mut self.told, true) {
            messages.push(Message::Runs(self.runs.iter().map(|known| Arc::clone(&known.row)).collect()));
        }
        if now >= self.due.orphans && !self.orphans.is_empty() {
            self.due.orphans = now + ORPHANS;
            messages.extend(self.orphans.look().map(Message::Orphans));
        }
        if now >= self.due.agents {
            self.due.agents = now + AGENTS;
            let stamp = stamp(&self.agents);
            if self.stamp.replace(stamp).is_some_and(|before| before != stamp) {
                messages.push(Message::AgentsChanged);
            }
        }
        messages
    }

    fn look_at_watched(&mut self) -> Vec<Message> {
        let Some(watched) = &mut self.watched else { return Vec::new() };
        let unanswered = std::mem::take(&mut self.unanswered);
        let Ok(news) = watched.look() else { return Vec::new() };
        let page = match news.page {
            None if unanswered => watched.page().ok().map(Box::new),
            page => page,
        };
        news.detail.map(Message::Detail).into_iter().chain(page.map(Message::Page)).collect()
    }

    /// Finds new runs and forgets removed ones. A folder that has not changed is not read again.
    fn look_into_folder(&mut self) -> bool {
        let changed = self.store.runs.metadata().and_then(|folder| folder.modified()).ok();
        if changed.is_some() && changed == self.folder {
            return false;
        }
        // A change in the very moment of a look may have the same time as the one before it.
        let settled = |changed: &SystemTime| changed.elapsed().is_ok_and(|age| age > FOLDER);
        self.folder = changed.filter(settled);
        let dirs = self.store.list().unwrap_or_default();
        let same = dirs.len().min(MOST) == self.runs.len()
            && self.runs.iter().zip(&dirs).all(|(known, dir)| known.dir == *dir);
        if same {
            return false;
        }
        let mut before: std::collections::HashMap<_, _> =
            std::mem::take(&mut self.runs).into_iter().map(|known| (known.dir.id(), known)).collect();
        self.runs = dirs
            .into_iter()
            .take(MOST)
            .map(|dir| before.remove(&dir.id()).unwrap_or_else(|| Known::open(dir)))
            .collect();
        true
    }

    fn look_at_live(&mut self) -> bool {
        let mut changed = false;
        for known in &mut self.runs {
            changed |= known.look();
        }
        changed
    }
}

impl Known {
    fn open(dir: RunDir) -> Self {
        match RunView::open(dir.clone()) {
            Ok(view) => {
                let row = Arc::new(row_of(&view, None));
                let live = row.is_live().then(|| (view, Reader::default()));
                Self { dir, row, live }
            }
            Err(error) => Self { row: Arc::new(unreadable(&dir, &error)), dir, live: None },
        }
    }

    /// Looks at a live run again; whether something changed.
    fn look(&mut self) -> bool {
        let Some((view, samples)) = &mut self.live else { return self.look_at_left() };
        let records = view.refresh();
        let latest = samples.read_new(&self.dir.samples()).ok().and_then(|mut new| new.pop());
        let news = latest.is_some() || records.as_ref().is_ok_and(|records| !records.is_empty());
        if !news && view.state() == self.row.state {
            return false;
        }
        let latest = latest.or_else(|| self.row.latest.clone());
        let mut row = row_of(view, latest);
        row.ending = notes::ending(&self.row.ending, records.as_deref().unwrap_or_default(), &view.status);
        self.row = Arc::new(row);
        if !self.row.is_live() {
            self.live = None;
        }
        true
    }

    /// Looks whether what could not be ended has ended after all; whether something changed.
    fn look_at_left(&mut self) -> bool {
        let lives = |(process, _): &(ProcessSample, String)| process.id().is_alive();
        if self.row.left.iter().all(lives) {
            return false;
        }
        let mut row = Run::clone(&self.row);
        row.left.retain(lives);
        self.row = Arc::new(row);
        true
    }
}

/// A process that could not be ended, and why. It uses nothing that anybody looks at.
fn left(left: &Leftover) -> (ProcessSample, String) {
    let process = ProcessSample {
        pid: left.process.pid,
        start_time: left.process.start_time,
        ppid: 0,
        state: '?',
        cpu_percent: 0.0,
        rss_bytes: 0,
        threads: 0,
        session: 0,
        command: left.command.as_ref().map(|command| text::safe(command.as_bytes())),
    };
    (process, text::safe(left.reason.as_bytes()))
}

/// A run as the list shows it.
fn row_of(view: &RunView, latest: Option<Sample>) -> Run {
    let state = view.state();
    let leftovers = view.status.outcome.iter().flat_map(|outcome| &outcome.leftovers);
    let same_boot = view.status.boot_id == crate::process::id::boot_id();
    let live_since_us = (state.is_live() && same_boot).then_some(view.status.started_clock_us);
    Run {
        id: view.id.clone(),
        dir: view.dir.clone(),
        kind: view.spec.kind,
        agent: text::safe(view.spec.agent.as_bytes()),
        method: view.spec.method.as_ref().map(|method| text::safe(method.as_bytes())),
        created_ms: view.spec.created_ms,
        state,
        stuck: runs::is_stuck(view),
        outcome: view.status.outcome.clone(),
        live_since_us,
        took: view.elapsed(),
        latest: latest.filter(|_| state.is_live()),
        sessions: view.status.steps.iter().filter_map(|step| Some(step.process?.pid)).collect(),
        ending: Arc::default(),
        left: leftovers.filter(|left| left.process.is_alive()).map(left).collect(),
        unreadable: None,
    }
}

fn unreadable(dir: &RunDir, error: &std::io::Error) -> Run {
    Run {
        id: RunId(text::safe(dir.id().0.as_bytes())),
        dir: dir.clone(),
        kind: Kind::Call,
        agent: String::new(),
        method: None,
        created_ms: 0,
        state: State::Lost,
        stuck: false,
        outcome: None,
        live_since_us: None,
        took: Duration::ZERO,
        latest: None,
        left: Vec::new(),
        sessions: Vec::new(),
        ending: Arc::default(),
        unreadable: Some(text::safe(error.to_string().as_bytes())),
    }
}

/// Changes when an agent, its manifest or its environment came, went or changed.
fn stamp(agents: &std::path::Path) -> u64 {
    let entries = |folder: &std::path::Path| {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let changed = |path: &std::path::Path| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    let mut hasher = DefaultHasher::new();
    for agent in entries(agents).iter().flat_map(|namespace| entries(namespace)) {
        agent.hash(&mut hasher);
        for file in LOOKED_AT {
            changed(&agent.join(file)).hash(&mut hasher);
        }
        // What is installed by hand changes nothing else.
        packages::site(&agent.join(".venv")).and_then(|site| changed(&site)).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
