//! Everything the dashboard's state may ask for, and the worker that does it: whatever may block is done there.

mod copy;
mod earlier;
pub mod forms;
pub mod lookup;
pub mod notes;
mod others;
pub mod settings;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::ops::call::Request;
use crate::ops::drafts::Keeper;
use crate::ops::orphans::{Origin, Orphan};
use crate::ops::save::What;
use crate::ops::{
    Context, Rejected, Why, agents, build, call, clean, doctor, explain, orphans, profile, recent, runs,
    save, signals, stop, sweep, why,
};
use crate::process::id::ProcessId;
use crate::run::dir::RunDir;
use crate::run::spec::{Added, RunId};
use crate::run::view::RunView;
use crate::tui::effect::forms::FormWork;
use crate::tui::effect::lookup::Lookup;
use crate::tui::effect::notes::NotesWork;
use crate::tui::effect::settings::SettingsWork;
use crate::tui::message::Message;
use crate::tui::pane::result::search;
use crate::tui::reply;
use crate::tui::tail::Ask;
use crate::tui::tail::excerpt::Excerpt;
use crate::tui::theme::{Palette, shelf};
use crate::venv::details::Details;
use crate::venv::plan::Wish;

pub use crate::tui::effect::others::{ForLoop, LinesWanted, To, Watch};

/// Between a stop and the second one that kills: two signals at the same moment are one.
const SECOND_STOP: Duration = Duration::from_millis(100);

/// One thing to do outside the state.
#[derive(Debug)]
pub enum Effect {
    // For the worker: answered by a message.
    ListAgents,
    /// Ends what lost runs have left behind; answered by `Swept`, where there is something to tell.
    SweepLost,
    /// Starts a call; answered by `Started` or `Refused`.
    Call(Box<Request>),
    /// Starts a run of the same agent, method and payload; answered as a call.
    Rerun(RunDir),
    /// Reads an earlier run's payload and options; answered by `Recalled`.
    Recall(RunDir),
    /// Looks at the profiles of an agent in this folder, and at the names of these variables; answered by `Profiles`.
    LookAtProfiles {
        directory: PathBuf,
        added: Added,
    },
    /// Reads what an ended call answered; answered by `Replied`.
    ReadReply(RunDir),
    /// Searches a result; answered by `Searched`.
    Search {
        run: RunId,
        request: Box<search::Request>,
    },
    /// Saves what a run has given to a file; answered by `Saved`.
    Save {
        run: RunDir,
        what: What,
        typed: String,
        overwrite: bool,
    },
    /// Copies lines of a run's output, or saves them; answered by `Form` or by `Saved`.
    GiveLines(Box<Excerpt>),
    /// Reads why a build failed; answered by `Explained`.
    Explain(RunDir),
    /// Why a run does not go on: with `anew` a live one is looked at now, else what was found last is read; answered
    /// by `Looked`.
    Look {
        run: RunDir,
        anew: bool,
    },
    /// Reads an agent's environment; answered by `Inspected`.
    Inspect {
        agent: String,
        directory: PathBuf,
    },
    /// What a build of this agent would do; answered by `Planned`.
    Plan {
        agent: String,
        wish: Wish,
    },
    /// Starts a build; answered by `Started` or `Refused`.
    Build {
        agent: String,
        options: build::Options,
    },
    /// TERM, grace, KILL for the whole tree; with `now`, KILL at once.
    Stop {
        run: RunDir,
        now: bool,
    },
    /// Looks for processes that nobody watches; the tail tells what it sees of them.
    LookForOrphans,
    /// Why an orphaned tree does not go on; with `ask` it may be asked for its stacks. Answered by `OrphanLooked`.
    LookAtOrphan {
        orphans: Vec<Orphan>,
        ask: bool,
    },
    /// Ends an orphaned tree; answered by `OrphanStep`s and `OrphanEnded`.
    EndOrphan {
        orphans: Vec<Orphan>,
        now: bool,
    },
    /// Sends a signal to one process; answered by `Signalled`.
    Signal {
        process: ProcessId,
        signal: i32,
    },
    /// Finds something out for a form; answered by `Found`.
    LookUp(Lookup),
    /// Something for a form; answered by `Form`, if at all.
    Form(FormWork),
    /// Something with what a person has noted on runs.
    Notes(NotesWork),
    /// Reads what the palette offers besides agents and runs; answered by `Palette`.
    ReadPalette,
    /// Keeps what was chosen in the palette, the last choice first.
    KeepPalette(Vec<String>),
    /// Looks at this machine; answered by `Examined`.
    Examine,
    /// Reads every theme; answered by `Themes`.
    ListThemes,
    /// Reads the theme of this name; answered by `Theme`.
    LoadTheme(String),
    /// Reads or changes the file of settings; answered by `Settings`.
    Settings(SettingsWork),
    // For the tail.
    /// Look at this run closely, or at none.
    Watch(Option<Watch>),
    /// These lines are to be given away; answered by `Excerpt`.
    Excerpt(LinesWanted),
    // For the loop, which owns the terminal.
    Loop(ForLoop),
}

/// Does what the state asks for, on threads where it may block.
#[derive(Clone)]
pub struct Worker {
    pub context: Context,
    pub palette: Palette,
    pub messages: Sender<Message>,
    pub asks: SyncSender<Ask>,
    pub drafts: Keeper,
}

impl Worker {
    /// Does one thing; what only the loop can do comes back.
    pub fn perform(&self, effect: Effect) -> Option<ForLoop> {
        match effect {
            Effect::Loop(own) => return Some(own),
            // A full queue means the tail is busy; the window asked for next will be answered.
            Effect::Watch(watch) => drop(self.asks.try_send(Ask::Watch(watch.map(Box::new)))),
            Effect::ListAgents
            | Effect::SweepLost
            | Effect::Call(_)
            | Effect::Rerun(_)
            | Effect::Recall(_)
            | Effect::LookAtProfiles { .. }
            | Effect::ReadReply(_)
            | Effect::GiveLines(_)
            | Effect::Excerpt(_)
            | Effect::Plan { .. }
            | Effect::Search { .. }
            | Effect::Save { .. }
            | Effect::Explain(_)
            | Effect::Look { .. }
            | Effect::Inspect { .. }
            | Effect::Build { .. }
            | Effect::Stop { .. }
            | Effect::LookForOrphans
            | Effect::LookAtOrphan { .. }
            | Effect::EndOrphan { .. }
            | Effect::Signal { .. }
            | Effect::LookUp(_)
            | Effect::Form(_)
            | Effect::Notes(_)
            | Effect::ReadPalette
            | Effect::KeepPalette(_)
            | Effect::Examine
            | Effect::ListThemes
            | Effect::LoadTheme(_)
            | Effect::Settings(_) => {
                let worker = self.clone();
                tokio::task::spawn_blocking(move || {
                    let Some(message) = worker.answer(effect) else { return };
                    let started =
                        if let Message::Started { run, .. } = &message { Some(run.clone()) } else { None };
                    // Nobody listens any more: the dashboard is closing.
                    let _ = worker.messages.blocking_send(message);
                    if let Some(run) = started {
                        let kept = runs::store(&worker.context).count().unwrap_or(0);
                        // One in sixteen.
                        runs::prune_if_due(&worker.context, kept, run.0.ends_with('0'));
                    }
                });
            }
        }
        None
    }

    fn answer(&self, effect: Effect) -> Option<Message> {
        match effect {
            Effect::ListAgents => {
                let (agents, unreadable) = agents::list(&self.context);
                Some(Message::Agents(agents, unreadable))
            }
            Effect::SweepLost => {
                let swept = sweep::all(&self.context, || true);
                let sentences: Vec<_> = swept.iter().flat_map(sweep::sentences).collect();
                (!sentences.is_empty()).then_some(Message::Swept(sentences))
            }
            Effect::Call(request) => Some(self.call(request)),
            Effect::Rerun(dir) => Some(match earlier::request_of(&dir) {
                Ok(request) => self.call(Box::new(request)),
                Err(reason) => Message::Refused { reason, call: None },
            }),
            Effect::Recall(dir) => Some(earlier::recall(&dir)),
            Effect::LookAtProfiles { directory, added } => {
                let looked = profile::look(&self.context, &directory, &added);
                Some(Message::Profiles { directory, added, looked })
            }
            Effect::ReadReply(dir) => {
                Some(Message::Replied { run: dir.id(), reply: reply::read(&dir).map(Arc::new) })
            }
            Effect::Search { run, request } => {
                let search::Request { haystack, needle, ticket } = *request;
                let hits = haystack.find(&needle, || ticket.is_wanted());
                Some(Message::Searched { run, ticket, hits })
            }
            Effect::Save { run, what, typed, overwrite } => {
                let saved = save::save(&self.context.paths.home, &run, what, &typed, overwrite);
                Some(Message::Saved { run, saved })
            }
            Effect::GiveLines(excerpt) => Some(self.give_lines(&excerpt)),
            Effect::Excerpt(wanted) => {
                // Nobody looks any more: the dashboard is closing.
                let _ = self.asks.send(Ask::Excerpt(wanted));
                None
            }
            Effect::Explain(dir) => {
                Some(Message::Explained { run: dir.id(), explanation: explain::explain(&dir) })
            }
            Effect::Look { run, anew } => Some(looked(&run, anew)),
            Effect::Inspect { agent, directory } => {
                Some(Message::Inspected { agent, details: Arc::new(Details::read(&directory)) })
            }
            Effect::Plan { agent, wish } => {
                let plan = build::plan(&self.context, &agent, wish)
                    .and_then(|plan| Ok((plan, build::replaces_foreign(&self.context, &agent)?)));
                Some(Message::Planned { agent, wish, plan })
            }
            Effect::Build { agent, options } => {
                Some(self.started(build::start(&self.context, &agent, options), None))
            }
            Effect::Stop { run, now } => {
                stop(&run, now).err().map(|reason| Message::Refused { reason, call: None })
            }
            Effect::LookForOrphans => {
                // A full queue means the tail is busy; the next look tells it.
                let _ = self.asks.try_send(Ask::Orphans(orphans::look(&self.context)));
                None
            }
            Effect::LookAtOrphan { orphans, ask } => {
                let root = orphans.first()?.root;
                let found = Arc::new(why::of_orphan(&self.context, &orphans, ask));
                Some(Message::OrphanLooked { root, found })
            }
            Effect::EndOrphan { orphans, now } => self.end_orphan(&orphans, now),
            Effect::Signal { process, signal } => {
                let (sentence, delivered) = signals::send(process, signal);
                Some(Message::Signalled { sentence, delivered })
            }
            Effect::LookUp(lookup) => Some(Message::Found(Box::new(self.look_up(lookup)))),
            Effect::Form(work) => self.form_work(work),
            Effect::Notes(work) => Some(Message::Notes(self.notes_work(work))),
            Effect::ReadPalette => Some(Message::Palette {
                recent: recent::read(&self.context),
                themes: shelf::all(&self.themes(), self.palette),
            }),
            Effect::KeepPalette(chosen) => {
                // What is not kept is only not offered first the next time.
                let _ = recent::keep(&self.context, &chosen);
                None
            }
            Effect::Examine => Some(Message::Examined(doctor::examine(&self.context))),
            Effect::ListThemes => Some(Message::Themes(shelf::all(&self.themes(), self.palette))),
            Effect::LoadTheme(name) => Some(Message::Theme(shelf::load(&name, &self.themes(), self.palette))),
            Effect::Settings(work) => Some(self.settings_work(work)),
            Effect::Watch(_) | Effect::Loop(_) => None,
        }
    }

    fn end_orphan(&self, tree: &[Orphan], now: bool) -> Option<Message> {
        let root = tree.first()?.root;
        let top = tree.iter().find(|orphan| orphan.process == root)?;
        let cleaned = match top.origin {
            Origin::Plugdeck => clean::end(&self.context, tree),
            Origin::Foreign => {
                let grace = if now { Duration::ZERO } else { self.context.settings.grace };
                let tell = |step| drop(self.messages.blocking_send(Message::OrphanStep { root, step }));
                clean::end_foreign(&self.context, top, tree, grace, tell)
            }
        };
        Some(Message::OrphanEnded { root, cleaned })
    }

    fn call(&self, request: Box<Request>) -> Message {
        self.started(call::start(&self.context, &request), Some(request))
    }

    fn started(&self, run: Result<RunView, Rejected>, call: Option<Box<Request>>) -> Message {
        match run {
            Ok(run) => {
                let _ = self.asks.try_send(Ask::LookNow);
                Message::Started { run: run.id, kind: run.spec.kind, agent: run.spec.agent }
            }
            Err(reason) => Message::Refused { reason, call },
        }
    }

    fn themes(&self) -> PathBuf {
        self.context.paths.themes()
    }
}

fn looked(dir: &RunDir, anew: bool) -> Message {
    let found = if anew { open(dir).and_then(|mut run| why::look(&mut run)) } else { why::kept(dir) };
    Message::Looked {
        run: dir.id(),
        found: found.map(|evidence| evidence.map(Arc::new)).map_err(|reason| reason.message),
    }
}

fn open(dir: &RunDir) -> Result<RunView, Rejected> {
    RunView::open(dir.clone()).map_err(|error| {
        Rejected::new(Why::Machine, format!("run {} cannot be read: {error}", dir.id().short()))
    })
}

fn stop(dir: &RunDir, now: bool) -> Result<(), Rejected> {
    let run = open(dir)?;
    let stopping = run.status.stopping.is_some();
    stop::request(&run)?;
    if now && !stopping {
        std::thread::sleep(SECOND_STOP);
        stop::request(&open(dir)?)?;
    }
    Ok(())
}
