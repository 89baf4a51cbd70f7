//! The end of a tree: what will be ended, then what happened at which second, then the proof.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::ops::clean::Cleaned;
use crate::process::ending::{Done, Step};
use crate::process::id::ProcessId;
use crate::process::sampler::ProcessSample;
use crate::run::spec::{Kind, RunId, Step as Planned};
use crate::run::status::State;
use crate::tui::message::Now;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::{Look, procs, sign};
use crate::tui::seen::Run;
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{below, bold, put, row, span, spread, wrap};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::world::World;
use crate::venv::folder::Place;

/// Columns of the box.
const WIDTH: u16 = 70;

/// Most rows of the list of processes.
const LISTED: u16 = 8;

/// Whose tree it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Run(RunId),
    /// The process at its top.
    Orphan(ProcessId),
}

/// The question, and what came of it.
#[derive(Debug)]
pub struct Stop {
    pub target: Target,
    /// Without grace.
    pub now: bool,
    /// What was there when it was agreed to.
    listed: Option<Vec<ProcessSample>>,
    /// Of an orphan: milliseconds since the beginning, and a phrase.
    steps: Vec<(u64, String)>,
    /// When it was agreed to: the processes are shown as they were then.
    began: Now,
    /// Of an orphan: what could not be ended; `None` until it is over.
    left: Option<Vec<String>>,
}

impl Stop {
    /// The question.
    #[must_use]
    pub fn new(target: Target, now: bool) -> Self {
        Self { target, now, listed: None, steps: Vec::new(), began: Now::default(), left: None }
    }

    /// It was agreed to.
    pub fn begin(&mut self, world: &World, now: Now) {
        if self.listed.is_none() {
            self.listed = Some(self.processes(world).to_vec());
            self.began = now;
        }
    }

    /// Whether it was agreed to.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.listed.is_some()
    }

    /// Whether there is nothing more to come.
    #[must_use]
    pub fn is_over(&self, world: &World) -> bool {
        match &self.target {
            Target::Run(run) => world.run(run).is_none_or(|run| !run.is_live()),
            Target::Orphan(_) => self.left.is_some(),
        }
    }

    /// Takes a step of the end of an orphaned tree.
    pub fn step(&mut self, step: &Step, clock_us: u64) {
        let (what, pids) = match &step.done {
            Done::Terminated(pids) => ("SIGTERM → ", pids),
            Done::Killed(pids) => ("SIGKILL → ", pids),
            Done::Gone(pids) => ("", pids),
        };
        let names = pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let phrase = match &step.done {
            Done::Gone(_) => format!("{names} gone"),
            Done::Terminated(_) | Done::Killed(_) => {
                format!("{what}{}: {names}", sign::count(pids.len(), "process", "processes"))
            }
        };
        self.steps.push((clock_us.saturating_sub(self.began.clock_us) / 1_000, phrase));
    }

    /// Takes the end of an orphaned tree.
    pub fn ended(&mut self, cleaned: &[Cleaned]) {
        let left = cleaned.iter().filter_map(|one| {
            let reason = one.left.as_ref()?;
            Some(format!("{} {} ({})", one.orphan.process.pid, one.orphan.command, sign::safe(reason)))
        });
        self.left = Some(left.collect());
    }

    /// The keys and what they do here, in the words of box and footer alike: first what is asked, last the way out.
    #[must_use]
    pub fn hints(&self, world: &World) -> Vec<Hint> {
        let build = match &self.target {
            Target::Run(run) => world.run(run).is_some_and(|run| run.kind == Kind::Build),
            Target::Orphan(_) => false,
        };
        let keys: &[(&str, &str)] = match (self.has_begun(), self.now, build) {
            (true, ..) if self.is_over(world) => &[("enter", "close")],
            (true, true, _) => &[("esc", "close, it goes on")],
            (true, false, _) => &[("X", "kill now"), ("esc", "close, it goes on")],
            (false, true, _) => &[("enter", "kill now"), ("esc", "keep it")],
            (false, false, true) => {
                &[("enter", "cancel it"), ("X", "kill now"), ("S", "signal…"), ("esc", "keep it")]
            }
            (false, false, false) => {
                &[("enter", "stop"), ("X", "kill now"), ("S", "signal…"), ("esc", "keep it")]
            }
        };
        keys.iter().map(|(key, label)| Hint::new(*key, *label)).collect()
    }

    /// The processes that it is about: those of now until it was agreed to, then those of that moment.
    pub fn processes<'a>(&'a self, world: &'a World) -> &'a [ProcessSample] {
        match (&self.listed, &self.target) {
            (Some(listed), _) => listed,
            (None, Target::Run(run)) => {
                let latest = world.run(run).and_then(|run| run.latest.as_ref());
                latest.map_or(&[], |sample| &sample.processes)
            }
            (None, Target::Orphan(root)) => world.orphan(*root).map_or(&[], |tree| &tree.processes),
        }
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, world: &World, look: Look) {
        let t = look.theme;
        let columns = usize::from(WIDTH.min(screen.width).saturating_sub(6));
        let processes = self.processes(world);
        let (title, fact) = self.title(world, look);
        let heads = procs::tree_heads(u16::try_from(columns).unwrap_or(u16::MAX), t);
        let first = self.first(processes.len(), columns);
        let text =
            if self.has_begun() { self.story(world, columns, look) } else { self.kept(world, columns, look) };
        // Frame, padding, the keys and the air between the parts.
        let around = u16::try_from(first.len() + text.len()).unwrap_or(u16::MAX).saturating_add(8);
        let room = screen.height.saturating_sub(around).clamp(1, LISTED);
        let rows = u16::try_from(processes.len()).unwrap_or(u16::MAX).clamp(1, room);
        let inner = dialog(buffer, centred(screen, WIDTH, rows + around), &title, fact, t);
        let mut at = 0;
        for line in first {
            put(buffer, row(inner, at), span(line, t.fg));
            at += 1;
        }
        put(buffer, row(inner, at), spread(Vec::new(), heads, usize::from(inner.width)));
        let tree = Rect { height: rows.min(below(inner, at + 1).height), ..below(inner, at + 1) };
        if processes.is_empty() {
            put(buffer, tree, span("no process was seen yet", t.dim));
        }
        let run = match &self.target {
            Target::Run(run) => world.run(run),
            Target::Orphan(_) => None,
        };
        let then = if self.has_begun() { self.began } else { look.now };
        let has_left = |one: &ProcessSample| run.is_some_and(|run| run.has_left_session(one));
        procs::tree(buffer, tree, processes, has_left, Look { now: then, ..look });
        at += rows + 2;
        // Of a long story the end.
        let fits = usize::from(inner.height.saturating_sub(at + 2));
        let skipped = if self.has_begun() { text.len().saturating_sub(fits) } else { 0 };
        for line in text.into_iter().skip(skipped) {
            put(buffer, row(inner, at), line);
            at += 1;
        }
        put(buffer, row(inner, at + 1), buttons(&self.hints(world), look));
    }

    fn title(&self, world: &World, look: Look) -> (String, Vec<Span<'static>>) {
        let t = look.theme;
        match &self.target {
            Target::Run(id) => {
                let Some(run) = world.run(id) else { return (String::new(), Vec::new()) };
                let what = match (self.has_begun(), self.is_over(world), run.kind, self.now) {
                    (true, true, ..) => "Stopped",
                    (true, false, ..) => "Stopping",
                    (false, _, Kind::Call, false) => "Stop run",
                    (false, _, Kind::Call, true) => "Kill run",
                    (false, _, Kind::Build, false) => "Cancel build",
                    (false, _, Kind::Build, true) => "Kill build",
                };
                let (glyph, colour) = sign::state(run.state, t);
                let asks = if self.has_begun() { "" } else { "?" };
                (
                    format!("{what} {}{asks}", sign::safe(id.short())),
                    vec![bold(glyph, colour), span(format!(" {}", sign::elapsed(run, look.now)), t.fg)],
                )
            }
            Target::Orphan(root) => {
                let title = match (self.has_begun(), self.left.is_some()) {
                    (false, _) => format!("End orphan {}?", root.pid),
                    (true, false) => format!("Ending orphan {}", root.pid),
                    (true, true) => format!("Ended orphan {}", root.pid),
                };
                (title, vec![bold("☠", t.err)])
            }
        }
    }

    /// Who is told what.
    fn first(&self, count: usize, columns: usize) -> Vec<String> {
        let them = sign::count(count, "process", "processes");
        let text = match (self.has_begun(), self.now) {
            (true, _) => them,
            (false, now) => {
                let verb = if count == 1 { "gets" } else { "get" };
                let signals = if now { "KILL at once" } else { "TERM, then KILL if still alive" };
                format!("{them} {verb} {signals}")
            }
        };
        wrap(&text, columns)
    }

    /// What is still there afterwards, or what should be thought of before.
    fn kept(&self, world: &World, columns: usize, look: Look) -> Vec<Line<'static>> {
        let text = match &self.target {
            Target::Run(run) => world.run(run).map_or(String::new(), |run| kept(run, world).to_owned()),
            Target::Orphan(root) => {
                let call = world.orphan(*root).and_then(|tree| tree.call.as_ref());
                let what = call.map_or(String::new(), |call| format!(" of {} {}", call.agent, call.method));
                format!(
                    "Another tool started this call{what} and is gone. plugdeck believes so from its command line and its parent; it did not start it."
                )
            }
        };
        wrap(&text, columns).into_iter().map(|line| Line::from(span(line, look.theme.dim))).collect()
    }

    /// What happened at which second, and the verdict.
    fn story(&self, world: &World, columns: usize, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let (steps, verdict) = match &self.target {
            Target::Run(id) => {
                let run = world.run(id);
                let steps = run.map_or_else(Vec::new, |run| {
                    run.ending.iter().map(|(us, phrase)| (us / 1_000, phrase.clone())).collect()
                });
                (steps, run.and_then(|run| verdict(run)))
            }
            Target::Orphan(_) => (self.steps.clone(), self.left.clone()),
        };
        let mut lines = Vec::new();
        for (ms, phrase) in &steps {
            let at = format!("{:>3}.{}s  ", ms / 1_000, ms % 1_000 / 100);
            let indent = at.len();
            for (number, line) in wrap(phrase, columns.saturating_sub(indent)).into_iter().enumerate() {
                let at = if number == 0 { at.clone() } else { " ".repeat(indent) };
                lines.push(Line::from(vec![span(at, t.dim), span(line, t.fg)]));
            }
        }
        match verdict.as_deref() {
            None => lines.push(Line::from(span("waiting for them to end…", t.dim))),
            Some([]) => {
                let mut line = vec![bold("✓ verified: 0 processes left", t.ok)];
                if let Target::Run(_) = self.target {
                    line.push(span(" (no child to wait for, empty scan)", t.dim));
                }
                lines.push(Line::from(line));
            }
            Some(left) => {
                for line in left.iter().flat_map(|left| wrap(&format!("✗ still there: {left}"), columns)) {
                    lines.push(Line::from(bold(line, t.err)));
                }
            }
        }
        lines
    }
}

/// What a run that has ended has left; `None` while it goes on.
fn verdict(run: &Run) -> Option<Vec<String>> {
    if run.is_live() {
        return None;
    }
    let lost = (run.state == State::Lost)
        .then(|| "not known, since the supervisor vanished; what it left behind is looked for".to_owned());
    let left = run.outcome.iter().flat_map(|outcome| &outcome.leftovers);
    Some(left.map(|left| sign::safe(&left.sentence())).chain(lost).collect())
}

/// What is still there afterwards.
fn kept(run: &Run, world: &World) -> &'static str {
    if run.kind == Kind::Call {
        return "The journal and all output so far are kept. Services and containers that it asked others to start are not its \
                descendants and stay.";
    }
    let Some(detail) = world.detail_of(&run.id) else {
        return "The log is kept. The environment from before stays, or is put back.";
    };
    // uv builds beside the environment, pip in its place.
    let beside = |step: &Planned| step.argv.iter().any(|word| word.ends_with(Place::Beside.folder()));
    if detail.spec.steps.iter().any(beside) {
        "The log is kept. This is built beside .venv, which stays as it is."
    } else {
        "The log is kept. This is built in place: what .venv was before is put back."
    }
}
