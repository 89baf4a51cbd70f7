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
mod fuzzy;
mod grid;
mod heard;
mod keymap;
mod layout;
pub mod looks;
mod message;
mod pager;
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
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream};
use futures_lite::StreamExt as _;
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
use crate::tui::heard::{Heard, Signals};
use crate::tui::looks::{Asked, Looks};
use crate::tui::message::{Message, Now};
use crate::tui::pager::View;
use crate::tui::paper::{Paper, Taken};
use crate::tui::scratch::Scratch;
use crate::tui::tail::Tail;
use crate::tui::terminal::{Guard, Screen};
use crate::tui::theme::Palette;

/// Between two frames: some sixty a second.
const FRAME: Duration = Duration::from_millis(16);
/// The same where a person waits for an answer: a key is shown at once, and a burst of keys by some frames.
const ANSWER: Duration = Duration::from_millis(1);
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
    tail::start(tail, (asks.clone(), asked), messages.clone())?;

    // Before the terminal is changed.
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    let (guard, screen) = terminal::enter(looks.mouse)?;
    let size = screen.size()?;
    let paper = terminal::ask_for_paper(!looks.named && palette <= Palette::Indexed)?;
    let app = App::new(&context, looks, size, now());
    let worker = Worker { context, palette, messages, asks, drafts: Keeper::default() };
    let mut dashboard = Dashboard {
        app,
        worker,
        screen,
        guard,
        paper,
        last_frame: None,
        asked: false,
        title: None,
        edit: None,
    };
    let ended = runtime.block_on(dashboard.run(received, &mut signals));
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
    /// A key or the mouse has not been answered by a frame yet.
    asked: bool,
    /// The terminal's title, where it is ours.
    title: Option<String>,
    /// To be opened in the editor or the pager.
    edit: Option<Edit>,
}

/// What the editor or the pager is to open.
enum Edit {
    Place(Place),
    Text(Box<Scratch>),
    View(Box<View>),
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
    Heard(Heard),
}

impl Dashboard {
    /// The loop.
    async fn run(&mut self, mut received: mpsc::Receiver<Message>, signals: &mut Signals) -> io::Result<End> {
        let mut input = EventStream::new();
        self.perform(vec![Effect::ListAgents, Effect::ReadPalette])?;
        loop {
            self.draw()?;
            let deadline = self.deadline();
            let wake = tokio::select! {
                event = input.next() => Wake::Input(event),
                message = received.recv() => Wake::Message(message),
                heard = signals.next() => Wake::Heard(heard),
                () = sleep_until(deadline) => Wake::Time,
            };
            let mut batch = Vec::new();
            match wake {
                Wake::Input(None) | Wake::Message(None) => return Ok(End::Quit),
                Wake::Input(Some(event)) => {
                    self.asked = true;
                    match self.paper.take(event?) {
                        Taken::Events(events) => batch.extend(events.into_iter().filter_map(Message::of)),
                        Taken::Answer(light) => batch.extend(light.map(|light| Message::Paper { light })),
                    }
                }
                Wake::Message(Some(message)) => batch.push(message),
                Wake::Time => {}
                Wake::Heard(Heard::Continued) => self.come_back()?,
                Wake::Heard(Heard::End(signal)) => return Ok(End::Signal(signal)),
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
                Some(Edit::Place(place)) => self.edit(&place, signals).await?,
                Some(Edit::Text(scratch)) => self.edit_text(*scratch, signals).await?,
                Some(Edit::View(view)) => self.view(*view, signals).await?,
                None => {}
            }
        }
    }

    /// Draws a frame if something changed and the last one is long enough ago.
    fn draw(&mut self) -> io::Result<()> {
        let early = self.last_frame.is_some_and(|last| last.elapsed() < self.pause());
        if self.app.is_changed() && !early {
            self.screen.draw(|frame| self.app.render(frame))?;
            self.tell_title()?;
            self.app.drawn();
            self.asked = false;
            self.last_frame = Some(Instant::now());
        }
        Ok(())
    }

    /// From one frame to the next.
    fn pause(&self) -> Duration {
        if self.asked { ANSWER } else { FRAME }
    }

    /// Gives the terminal the title that is wanted now, or its own one back.
    fn tell_title(&mut self) -> io::Result<()> {
        let wanted = self.app.title();
        if wanted == self.title {
            return Ok(());
        }
        let sequence = terminal::title(wanted.as_deref());
        self.title = wanted;
        self.screen.backend_mut().write_all(sequence.as_bytes())?;
        self.screen.backend_mut().flush()
    }

    /// When the loop must go on although nothing comes.
    fn deadline(&self) -> Option<Instant> {
        if self.app.is_changed() {
            return self.last_frame.map(|last| last + self.pause());
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
                Some(ForLoop::View(view)) => self.edit = Some(Edit::View(view)),
                Some(ForLoop::Terminal(text)) => {
                    self.screen.backend_mut().write_all(text.as_bytes())?;
                    self.screen.backend_mut().flush()?;
                }
                Some(ForLoop::UseSettings(settings)) => self.worker.context.settings = *settings,
                Some(ForLoop::Mouse(on)) => self.guard.take_mouse(on)?,
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
    async fn edit(&mut self, place: &Place, signals: &mut Signals) -> io::Result<()> {
        let file = place.file.display();
        let Some(mut command) = editor::command(place, |name| std::env::var(name).ok()) else {
            let name = place.file.file_name().unwrap_or_default().display();
            return self.not_opened(format!("set VISUAL or EDITOR to open {name}:{}", place.line));
        };
        if !place.file.is_file() {
            return self.not_opened(format!("{file} is not there any more"));
        }
        let ended = self.hand_over(move || command.status(), signals).await?;
        match editor::failure(ended) {
            None => Ok(()),
            Some(reason) => self.not_opened(reason),
        }
    }

    /// Shows something in the pager.
    async fn view(&mut self, view: View, signals: &mut Signals) -> io::Result<()> {
        let variable = |name: &str| std::env::var(name).ok();
        let command = match pager::command(variable) {
            Ok(command) => command,
            Err(reason) => return self.not_opened(reason),
        };
        let ended = self.hand_over(move || pager::show(command, view), signals).await?;
        match pager::failure(ended, variable) {
            None => Ok(()),
            Some(reason) => self.not_opened(reason),
        }
    }

    /// Gives a text to the editor, and to the state what comes back.
    async fn edit_text(&mut self, scratch: Scratch, signals: &mut Signals) -> io::Result<()> {
        let back = scratch.back.clone();
        let begun = scratch.clone();
        let begun = tokio::task::spawn_blocking(move || begun.begin()).await?;
        let command = begun.and_then(|place| {
            let command = editor::command(&place, |name| std::env::var(name).ok());
            command.ok_or_else(|| "set VISUAL or EDITOR to edit a text there".to_owned())
        });
        let ended = match command {
            Ok(mut command) => {
                let ended = self.hand_over(move || command.status(), signals).await?;
                editor::failure(ended).map_or(Ok(()), Err)
            }
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

    /// Gives the terminal to a command until that ends; the inner error is the command's.
    async fn hand_over(
        &mut self,
        command: impl FnOnce() -> io::Result<ExitStatus> + Send + 'static,
        signals: &mut Signals,
    ) -> io::Result<io::Result<ExitStatus>> {
        self.guard.leave();
        let mut command = tokio::task::spawn_blocking(command);
        let ended = loop {
            tokio::select! {
                ended = &mut command => break ended,
                () = signals.key() => {}
            }
        };
        self.come_back()?;
        Ok(ended.map_err(io::Error::from).flatten())
    }

    fn not_opened(&mut self, reason: String) -> io::Result<()> {
        let effects = self.app.update(Message::NotOpened(reason));
        self.perform(effects).map(drop)
    }

    fn come_back(&mut self) -> io::Result<()> {
        self.guard.set()?;
        terminal::clear(&mut self.screen)?;
        self.title = None;
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
