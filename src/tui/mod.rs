//! The dashboard: a view over the run directories, and a caller of `ops`. Killed at any time, nothing is lost.
//!
//! A loop feeds messages (keys, looks at the run directories, answers of the worker, the time) to
//! [`app::App::update`], which changes the state and returns effects; `render` draws the state. Neither blocks,
//! and a frame is drawn only when something changed.

mod app;
mod ascii;
mod clipboard;
mod editor;
mod effect;
mod find;
mod keymap;
mod layout;
pub mod looks;
mod message;
mod pane;
mod paper;
mod reply;
mod scratch;
mod seen;
mod tail;
mod terminal;
mod theme;
mod widget;
mod world;

use std::io::{self, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_lite::StreamExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use crate::ops::drafts::Keeper;
use crate::ops::{Context, runs};
use crate::process::id::uptime_ms;
use crate::process::signal::suspend_own_group;
use crate::run::view::clock_us;
use crate::tui::app::App;
use crate::tui::editor::Place;
use crate::tui::effect::forms::FormNews;
use crate::tui::effect::{Effect, ForLoop, Worker};
use crate::tui::looks::{Asked, Looks};
use crate::tui::message::{Message, Now};
use crate::tui::paper::{Paper, Taken};
use crate::tui::scratch::Scratch;
use crate::tui::tail::Tail;
use crate::tui::terminal::{Guard, Screen};
use crate::tui::theme::Palette;

/// Between two frames: some sixty a second.
const FRAME: Duration = Duration::from_millis(16);
/// Messages that wait for the loop; who sends more waits too.
const QUEUE: usize = 64;
/// Messages taken between two frames at most.
const BATCH: usize = 256;
/// Threads for what blocks.
const WORKERS: usize = 4;

/// Why the dashboard could not be shown, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Theme(String),
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
}

/// How a dashboard was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was closed, while so many runs go on.
    Closed { live: usize },
    /// The demonstration is to follow.
    Demo,
}

/// Shows the dashboard until it is closed. Ends by the signal that asked for its end, if one did.
pub fn run(context: Context, asked: &Asked) -> Result<Ended, Error> {
    let variable = |name: &str| std::env::var(name).ok();
    let palette = terminal::palette(variable);
    let looks = Looks::find(&context, asked, palette, variable).map_err(Error::Theme)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(WORKERS).build()?;

    let (messages, received) = mpsc::channel(QUEUE);
    let (asks, asked) = std::sync::mpsc::sync_channel(QUEUE);
    let tail = Tail::new(runs::store(&context), context.paths.agents());
    let told = messages.clone();
    std::thread::Builder::new().name("tail".to_owned()).spawn(move || tail::follow(tail, &asked, &told))?;

    let (guard, screen) = terminal::enter()?;
    let size = screen.size()?;
    let paper = terminal::ask_for_paper(!looks.named && palette <= Palette::Indexed)?;
    let app = App::new(&context, looks, size, now());
    let worker = Worker { context, palette, messages, asks, drafts: Keeper::default() };
    let mut dashboard = Dashboard { app, worker, screen, guard, paper, last_frame: None, edit: None };
    let ended = runtime.block_on(dashboard.run(received));
    dashboard.guard.leave();
    for keep in dashboard.app.unkept() {
        // There is no screen left to say on that it failed.
        let _ = dashboard.worker.keep(keep);
    }
    // What still blocks has nobody left to tell.
    runtime.shutdown_background();
    match ended? {
        End::Demo => return Ok(Ended::Demo),
        End::Signal(signal) => signal_hook::low_level::emulate_default_handler(signal)?,
        End::Quit => {}
    }
    Ok(Ended::Closed { live: dashboard.app.live_runs() })
}

/// The time, for the state: nothing else looks at a clock.
fn now() -> Now {
    let wall = jiff::Zoned::now();
    Now {
        clock_us: clock_us(),
        uptime_ms: uptime_ms(),
        wall_ms: wall.timestamp().as_millisecond(),
        utc_offset: wall.offset().seconds(),
    }
}

/// The state and everything around it.
struct Dashboard {
    app: App,
    worker: Worker,
    screen: Screen,
    guard: Guard,
    /// Where the terminal's answer is awaited.
    paper: Paper,
    last_frame: Option<Instant>,
    /// To be opened in the editor.
    edit: Option<Edit>,
}

/// What the editor is to open.
enum Edit {
    Place(Place),
    Text(Box<Scratch>),
}

/// What the loop ended for.
enum End {
    Quit,
    Demo,
    Signal(i32),
}

/// What the loop woke up for.
enum Wake {
    Input(Option<io::Result<Event>>),
    Message(Option<Message>),
    Time,
    Continued,
    Signal(i32),
}

impl Dashboard {
    /// The loop.
    async fn run(&mut self, mut received: mpsc::Receiver<Message>) -> io::Result<End> {
        let mut input = EventStream::new();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut quit = signal(SignalKind::quit())?;
        let mut goes_on = signal(SignalKind::from_raw(libc::SIGCONT))?;
        self.perform(vec![Effect::ListAgents])?;
        loop {
            self.draw()?;
            let deadline = self.deadline();
            let wake = tokio::select! {
                event = input.next() => Wake::Input(event),
                message = received.recv() => Wake::Message(message),
                _ = terminate.recv() => Wake::Signal(libc::SIGTERM),
                _ = hangup.recv() => Wake::Signal(libc::SIGHUP),
                _ = interrupt.recv() => Wake::Signal(libc::SIGINT),
                _ = quit.recv() => Wake::Signal(libc::SIGQUIT),
                _ = goes_on.recv() => Wake::Continued,
                () = sleep_until(deadline) => Wake::Time,
            };
            let mut batch = Vec::new();
            match wake {
                Wake::Input(None) | Wake::Message(None) => return Ok(End::Quit),
                Wake::Input(Some(event)) => match self.paper.take(event?) {
                    Taken::Events(events) => batch.extend(events.into_iter().filter_map(translate)),
                    Taken::Answer(light) => batch.extend(light.map(|light| Message::Paper { light })),
                },
                Wake::Message(Some(message)) => batch.push(message),
                Wake::Time => {}
                Wake::Continued => {
                    self.guard.set()?;
                    terminal::clear(&mut self.screen)?;
                    batch.push(Message::Resumed);
                }
                Wake::Signal(signal) => return Ok(End::Signal(signal)),
            }
            while batch.len() < BATCH
                && let Ok(message) = received.try_recv()
            {
                batch.push(message);
            }
            batch.insert(0, Message::Tick(now()));
            for message in batch {
                let effects = self.app.update(message);
                if let Some(end) = self.perform(effects)? {
                    return Ok(end);
                }
            }
            match self.edit.take() {
                Some(Edit::Place(place)) => self.edit(&place, &mut interrupt, &mut quit).await?,
                Some(Edit::Text(scratch)) => self.edit_text(*scratch, &mut interrupt, &mut quit).await?,
                None => {}
            }
        }
    }

    /// Draws a frame if something changed and the last one is long enough ago.
    fn draw(&mut self) -> io::Result<()> {
        let early = self.last_frame.is_some_and(|last| last.elapsed() < FRAME);
        if self.app.is_changed() && !early {
            self.screen.draw(|frame| self.app.render(frame))?;
            self.app.drawn();
            self.last_frame = Some(Instant::now());
        }
        Ok(())
    }

    /// When the loop must go on although nothing comes.
    fn deadline(&self) -> Option<Instant> {
        if self.app.is_changed() {
            return self.last_frame.map(|last| last + FRAME);
        }
        self.app.next_tick().map(|wait| Instant::now() + wait)
    }

    /// Does what the state asks for; says so if that was to end.
    fn perform(&mut self, effects: Vec<Effect>) -> io::Result<Option<End>> {
        for effect in effects {
            match self.worker.perform(effect) {
                None => {}
                Some(ForLoop::Quit) => return Ok(Some(End::Quit)),
                Some(ForLoop::Demo) => return Ok(Some(End::Demo)),
                Some(ForLoop::Edit(place)) => self.edit = Some(Edit::Place(place)),
                Some(ForLoop::EditText(scratch)) => self.edit = Some(Edit::Text(scratch)),
                Some(ForLoop::Terminal(text)) => {
                    self.screen.backend_mut().write_all(text.as_bytes())?;
                    self.screen.backend_mut().flush()?;
                }
                Some(ForLoop::Redraw) => terminal::clear(&mut self.screen)?,
                Some(ForLoop::Suspend) => {
                    self.guard.leave();
                    suspend_own_group()?;
                    self.come_back()?;
                }
            }
        }
        Ok(None)
    }

    /// Gives the terminal to the editor until it is left. Keys for signals are the editor's meanwhile.
    async fn edit(&mut self, place: &Place, interrupt: &mut Signal, quit: &mut Signal) -> io::Result<()> {
        let file = place.file.display();
        let Some(command) = editor::command(place, |name| std::env::var(name).ok()) else {
            let name = place.file.file_name().unwrap_or_default().display();
            return self.not_opened(format!("set VISUAL or EDITOR to open {name}:{}", place.line));
        };
        if !place.file.is_file() {
            return self.not_opened(format!("{file} is not there any more"));
        }
        match self.hand_over(command, interrupt, quit).await? {
            Ok(()) => Ok(()),
            Err(reason) => self.not_opened(reason),
        }
    }

    /// Gives a text to the editor, and to the state what comes back.
    async fn edit_text(
        &mut self,
        scratch: Scratch,
        interrupt: &mut Signal,
        quit: &mut Signal,
    ) -> io::Result<()> {
        let back = scratch.back.clone();
        let begun = scratch.clone();
        let begun = tokio::task::spawn_blocking(move || begun.begin()).await?;
        let command = begun.and_then(|place| {
            let command = editor::command(&place, |name| std::env::var(name).ok());
            command.ok_or_else(|| "set VISUAL or EDITOR to edit a text there".to_owned())
        });
        let ended = match command {
            Ok(command) => self.hand_over(command, interrupt, quit).await?,
            Err(reason) => Err(reason),
        };
        let edited = tokio::task::spawn_blocking(move || match ended {
            Ok(()) => scratch.end(),
            Err(reason) => {
                scratch.discard();
                Err(format!("nothing changed: {reason}"))
            }
        });
        let edited = edited.await?;
        let effects = self.app.update(Message::Form(Box::new(FormNews::Edited { back, edited })));
        self.perform(effects).map(drop)
    }

    /// Gives the terminal to a command until it ends; the inner error is one sentence.
    async fn hand_over(
        &mut self,
        mut command: Command,
        interrupt: &mut Signal,
        quit: &mut Signal,
    ) -> io::Result<Result<(), String>> {
        self.guard.leave();
        let mut editor = tokio::task::spawn_blocking(move || command.status());
        let ended = loop {
            tokio::select! {
                ended = &mut editor => break ended,
                _ = interrupt.recv() => {}
                _ = quit.recv() => {}
            }
        };
        self.come_back()?;
        Ok(match ended.map_err(io::Error::from).flatten() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("the editor failed: {status}")),
            Err(error) => Err(format!("the editor does not start: {error}")),
        })
    }

    fn not_opened(&mut self, reason: String) -> io::Result<()> {
        let effects = self.app.update(Message::NotOpened(reason));
        self.perform(effects).map(drop)
    }

    fn come_back(&mut self) -> io::Result<()> {
        self.guard.set()?;
        terminal::clear(&mut self.screen)?;
        let _ = self.app.update(Message::Resumed);
        Ok(())
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// An event of the terminal as a message; `None` for what changes nothing.
fn translate(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Message::Key(key)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(columns, rows) => Some(Message::Resized(columns, rows)),
        Event::FocusGained | Event::FocusLost => None,
    }
}
