//! Follows the run directories for the dashboard, in a thread of its own: views pull at their own pace, the files
//! are the buffer. Nothing is asked of the supervisors.
//!
//! The run that is looked at is read some sixteen times a second while it lives; the list of live runs twice
//! a second. Runs of the command line and changed agents appear by themselves: the folders of both are watched, or
//! looked into every second or two where they cannot be.

mod around;
mod filtered;
mod finder;
mod known;
mod orphans;
mod rows;
mod seek;
pub mod stall;
mod stirs;
mod tally;
pub mod traceback;
pub mod trouble;
mod watched;

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc::Sender;

pub use crate::ops::words::exit;
pub use watched::excerpt;

use crate::ops::orphans::Orphan;
use crate::run::dir::RunDir;
use crate::run::store::Store;
use crate::tui::effect::{LinesWanted, Watch};
use crate::tui::message::Message;
use crate::tui::tail::known::Known;
use crate::tui::tail::stirs::Stirs;
use crate::tui::tail::watched::Watched;
use crate::venv::packages;

/// Between two looks at the run that is watched.
const WATCHED: Duration = Duration::from_millis(60);
/// Between two looks at the live runs.
const LIVE: Duration = Duration::from_millis(500);
/// Between two looks into the folder of runs, where nothing tells of its changes.
const FOLDER: Duration = Duration::from_secs(1);
/// Between two looks at orphans.
const ORPHANS: Duration = Duration::from_secs(1);
/// Between two looks for changed agents, where nothing tells of them; and at least, whatever is told.
const AGENTS: Duration = Duration::from_secs(2);
/// Between two looks into a folder whose changes are told.
const TOLD: Duration = Duration::from_secs(10);
/// What is due so soon is done in the same look: one waking instead of two.
const TOGETHER: Duration = Duration::from_millis(100);
/// While old output is still being counted: leaves the rest of the machine some air.
const READING: Duration = Duration::from_millis(2);
/// Folders above that of the runs: the last of them is there before the first run.
const ABOVE: usize = 3;
/// Files of an agent whose change is worth a look at all of them; the first is the agent's folder.
const LOOKED_AT: [&str; 7] =
    ["", "agent.yaml", "pyproject.toml", "uv.lock", "requirements.txt", ".venv", ".venv/pyvenv.cfg"];
/// Most runs that are shown.
const MOST: usize = 10_000;
/// Runs that are opened in one look: the newest are there at once, the others follow.
const SLICE: usize = 500;

/// What the dashboard tells its tail.
#[derive(Debug)]
pub enum Ask {
    Watch(Option<Box<Watch>>),
    /// Something was started: look into the folder now.
    LookNow,
    /// Something happened in a folder that is watched.
    Stirred,
    /// These lines are to be given away.
    Excerpt(LinesWanted),
    /// Look at these too, and at nobody else who has no run.
    Orphans(Vec<Orphan>),
}

/// Starts to look, in a thread of its own.
pub fn start(
    mut tail: Tail,
    (asks, asked): (SyncSender<Ask>, Receiver<Ask>),
    messages: Sender<Message>,
) -> io::Result<()> {
    tail.stirs = Stirs::start(asks)?;
    std::thread::Builder::new().name("tail".to_owned()).spawn(move || follow(tail, &asked, &messages))?;
    Ok(())
}

/// Looks until the dashboard is gone.
fn follow(mut tail: Tail, asks: &Receiver<Ask>, messages: &Sender<Message>) {
    loop {
        for message in tail.look(Instant::now()) {
            if messages.blocking_send(message).is_err() {
                return;
            }
        }
        let wait = tail.next_look().saturating_duration_since(Instant::now());
        match asks.recv_timeout(wait) {
            Ok(ask) => {
                // Of many windows asked for only the last one counts.
                let asked = std::iter::once(ask).chain(asks.try_iter());
                for message in asked.filter_map(|ask| tail.ask(ask)) {
                    if messages.blocking_send(message).is_err() {
                        return;
                    }
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
    /// Runs in the folder, listed or not.
    in_all: usize,
    watched: Option<Watched>,
    orphans: orphans::Orphans,
    /// A window was asked for that has not been answered.
    unanswered: bool,
    stamp: Option<u64>,
    /// When the runs' folder had changed last, if nothing can have been missed since.
    folder: Option<SystemTime>,
    /// The runs have been shown.
    shown: bool,
    stirs: Stirs,
    due: Due,
}

struct Due {
    watched: Instant,
    live: Instant,
    folder: Instant,
    agents: Instant,
    /// When a change among the agents is worth a look.
    agents_again: Instant,
    orphans: Instant,
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
            in_all: 0,
            watched: None,
            orphans: orphans::Orphans::default(),
            unanswered: false,
            stamp: None,
            folder: None,
            shown: false,
            stirs: Stirs::default(),
            due: Due { watched: now, live: now, folder: now, agents: now, orphans: now, agents_again: now },
        }
    }

    /// Takes what the dashboard wants; what needs no look is answered at once.
    pub fn ask(&mut self, ask: Ask) -> Option<Message> {
        let now = Instant::now();
        match ask {
            Ask::LookNow => self.due.folder = now,
            Ask::Stirred => {
                self.due.folder = now;
                self.due.agents = self.due.agents.min(self.due.agents_again);
            }
            Ask::Excerpt(wanted) => return Some(self.excerpt(wanted)),
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
        None
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
        let soon = now + TOGETHER;
        if soon >= self.due.folder {
            let before = self.in_all;
            let heard = self.stirs.hear_coming(&self.store.runs, ABOVE);
            changed |= self.look_into_folder();
            let more = self.runs.len() < self.in_all.min(MOST);
            self.due.folder = match heard {
                _ if more => now,
                true => now + TOLD,
                false => now + FOLDER,
            };
            if before != self.in_all {
                messages.push(Message::RunsInAll(self.in_all));
            }
        }
        if soon >= self.due.live {
            self.due.live = now + LIVE;
            changed |= self.look_at_live();
        }
        if changed || !std::mem::replace(&mut self.shown, true) {
            messages.push(Message::Runs(self.runs.iter().map(|known| Arc::clone(&known.row)).collect()));
        }
        if soon >= self.due.orphans && !self.orphans.is_empty() {
            self.due.orphans = now + ORPHANS;
            messages.extend(self.orphans.look().map(Message::Orphans));
        }
        if soon >= self.due.agents {
            let (stamp, heard) = stamp(&self.agents, &self.stirs);
            self.due.agents_again = now + AGENTS;
            self.due.agents = if heard { now + TOLD } else { self.due.agents_again };
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
        let dirs = self.store.list().unwrap_or_default();
        self.in_all = dirs.len();
        let mut before: HashMap<_, _> =
            std::mem::take(&mut self.runs).into_iter().map(|known| (known.dir.id(), known)).collect();
        let (old, mut opened, mut left_out) = (before.len(), 0, false);
        for dir in dirs.into_iter().take(MOST) {
            let known = before.remove(&dir.id()).or_else(|| {
                opened += 1;
                (opened <= SLICE).then(|| Known::open(dir))
            });
            left_out |= known.is_none();
            self.runs.extend(known);
        }
        // A change in the very moment of a look may have the same time as the one before it.
        let settled = |changed: &SystemTime| changed.elapsed().is_ok_and(|age| age > FOLDER);
        self.folder = changed.filter(settled).filter(|_| !left_out);
        opened > 0 || self.runs.len() != old || !before.is_empty()
    }

    fn look_at_live(&mut self) -> bool {
        let mut changed = false;
        for known in &mut self.runs {
            changed |= known.look();
        }
        changed
    }
}

/// Changes when an agent, its manifest or its environment came, went or changed; and whether such changes are told
/// from now on.
fn stamp(agents: &Path, stirs: &Stirs) -> (u64, bool) {
    let entries = |folder: &Path| {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let changed = |path: &Path| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    let mut hasher = DefaultHasher::new();
    // Each is watched before it is looked at: nothing happens between.
    let mut heard = stirs.hear(agents);
    for namespace in entries(agents) {
        heard = heard && stirs.hear_all([&namespace]);
        for agent in entries(&namespace) {
            let environment = agent.join(".venv");
            // What is installed by hand changes nothing else.
            let site = packages::site(&environment);
            heard = heard && stirs.hear_all([&agent, &environment].into_iter().chain(&site));
            agent.hash(&mut hasher);
            for file in LOOKED_AT {
                changed(&agent.join(file)).hash(&mut hasher);
            }
            site.and_then(|site| changed(&site)).hash(&mut hasher);
        }
    }
    (hasher.finish(), heard)
}

#[cfg(test)]
mod tests;
