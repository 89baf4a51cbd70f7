//! Why a run does not go on: what was found, and asking for it.

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::text::{Line, Span};

use crate::run::evidence::Evidence;
use crate::run::spec::RunId;
use crate::tui::editor::Place;
use crate::tui::effect::Effect;
use crate::tui::message::Now;
use crate::tui::pane::run_page::{RunPage, Tab};
use crate::tui::pane::why::{self, Scene};
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Detail;
use crate::tui::widget::line::{span, wrap};
use crate::tui::world::World;

/// What is known, and what is asked.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The newest; `None` until it was read, or where nobody has looked.
    found: Option<Arc<Evidence>>,
    /// It was read at least once, or could not be.
    known: bool,
    refused: Option<String>,
    wanted: Option<Wanted>,
    /// The question that is under way, and since when, in microseconds of the clock.
    asked: Option<(Wanted, u64)>,
    /// Every frame and file is shown, not only what matters.
    pub all: bool,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// What was found last.
    Kept,
    /// A new look, which an ended run cannot give: then what was found last.
    New,
}

impl State {
    /// There may be newer evidence: the run has ended, and was looked at before its first signal.
    pub fn outdate(&mut self, shown: bool) {
        self.known = false;
        if shown {
            self.wanted = Some(Wanted::Kept);
        }
    }
}

impl RunPage {
    /// Turns to the reasons, and looks anew.
    pub fn why(&mut self) {
        (self.tab, self.touched, self.scroll) = (Tab::Why, true, 0);
        if !matches!(self.look.asked, Some((Wanted::New, _))) {
            self.look.wanted = Some(Wanted::New);
        }
    }

    /// A tab was turned to.
    pub(super) fn shown(&mut self) {
        // To pass by must not disturb the agent: nobody looks at it before that is asked for.
        if self.tab == Tab::Why && !self.look.known && self.look.wanted.is_none() {
            self.look.wanted = Some(Wanted::Kept);
        }
    }

    /// What to ask for now; one question at a time.
    pub fn ask_look(&mut self, world: &World, now: Now) -> Option<Effect> {
        let run = world.run(&self.run).filter(|run| run.unreadable.is_none())?;
        if self.look.asked.is_some() {
            return None;
        }
        let wanted = self.look.wanted.take()?;
        self.look.asked = Some((wanted, now.clock_us));
        Some(Effect::Look { run: run.dir.clone(), anew: wanted == Wanted::New && run.is_live() })
    }

    /// Takes what was found, if it is this run's.
    pub fn looked(&mut self, run: &RunId, found: &Result<Option<Arc<Evidence>>, String>) {
        if *run != self.run {
            return;
        }
        (self.look.asked, self.look.known, self.look.refused) = (None, true, None);
        match found {
            Ok(found) => self.look.found.clone_from(found),
            Err(reason) => self.look.refused = Some(reason.clone()),
        }
    }

    /// Whether there is anything to show.
    #[must_use]
    pub fn has_evidence(&self) -> bool {
        self.look.found.is_some()
    }

    /// The frame in the agent's code where it stands.
    #[must_use]
    pub fn frame(&self, world: &World) -> Option<Place> {
        let frame = why::marked(self.look.found.as_deref()?)?;
        let directory =
            world.detail_of(&self.run).map_or_else(PathBuf::new, |detail| detail.spec.directory.clone());
        // A name without a folder is counted from the agent's.
        let file = directory.join(&frame.file);
        file.is_absolute().then_some(Place { file, line: frame.line })
    }

    /// What the frame or the strip says: when it was looked at, or that it is just done.
    pub(super) fn look_fact(&self, world: &World, look: Look) -> Vec<Span<'static>> {
        let t = look.theme;
        let Some(run) = world.run(&self.run) else { return Vec::new() };
        if let Some((Wanted::New, since)) = self.look.asked {
            return vec![span(looking(since, look.now), t.info)];
        }
        let found = self.look.found.as_ref();
        found.map_or_else(Vec::new, |found| {
            vec![span(format!("looked at {}", sign::clock(why::at_ms(found, run), look.now)), t.dim)]
        })
    }

    /// The lines of the page.
    pub(super) fn why_page(
        &self,
        detail: Option<&Detail>,
        columns: usize,
        world: &World,
        look: Look,
    ) -> Vec<Line<'static>> {
        let t = look.theme;
        let Some(run) = world.run(&self.run) else { return Vec::new() };
        let said = |text: &str, colour| -> Vec<Line<'static>> {
            wrap(&sign::safe(text), columns).into_iter().map(|line| span(line, colour).into()).collect()
        };
        let mut lines = vec![Line::default()];
        if let Some(reason) = &self.look.refused {
            lines.extend(said(reason, t.err));
            lines.push(Line::default());
        }
        if let Some(evidence) = &self.look.found {
            let scene = Scene {
                evidence,
                at_ms: why::at_ms(evidence, run),
                directory: detail.map(|detail| detail.spec.directory.as_path()),
                usage: detail.map(|detail| detail.usage.as_slice()).unwrap_or_default(),
                all: self.look.all,
            };
            lines.extend(scene.lines(columns, look));
            return lines;
        }
        match self.look.asked {
            Some((Wanted::New, since)) if run.is_live() => {
                lines.extend(said(&looking(since, look.now), t.info));
                lines.extend(said(LOOKING, t.dim));
            }
            Some(_) => lines.extend(said("reading…", t.dim)),
            None if run.is_live() => {
                lines.extend(said("nobody has looked at this run yet: w looks", t.fg));
                lines.extend(said(LOOKING, t.dim));
            }
            None => {
                lines.extend(said("the run has ended, and nobody looked at it before", t.fg));
                lines.extend(said(NOBODY, t.dim));
            }
        }
        lines
    }
}

/// What looking does.
const LOOKING: &str = "its processes are looked at twice, one second apart, and its Python is asked for its stack by \
                       one signal, where that does no harm";

/// When somebody looks by themselves.
const NOBODY: &str = "before a stop or a timeout ends a run, it is looked at, and what was found is kept here; a run \
                      that ends by itself is not looked at";

fn looking(since: u64, now: Now) -> String {
    format!("looking, {} s…", now.clock_us.saturating_sub(since) / 1_000_000 + 1)
}
