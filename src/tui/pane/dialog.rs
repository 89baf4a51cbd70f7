//! Questions before something that cannot be taken back: what will happen, to whom, what is kept.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::ops::call::Request;
use crate::run::spec::{Kind, RunId, Step};
use crate::tui::pane::{Look, procs, sign};
use crate::tui::seen::Run;
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{below, blank, bold, put, row, span, spread, width, wrap};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::world::World;
use crate::venv::folder::Place;
use crate::venv::stamp::Environment;

/// Columns of a dialog's box.
const WIDTH: u16 = 68;

/// What is asked.
#[derive(Debug)]
pub enum Dialog {
    /// Stop this run; `now`: without grace.
    Stop { run: RunId, now: bool },
    /// Leave the dashboard, while so many runs go on.
    Quit { live: usize },
    /// Build the agent's environment, then call it.
    BuildFirst { request: Box<Request>, reason: String },
}

impl Dialog {
    /// The keys and what they do here, in the words of box and footer alike: first what is asked, last the way out.
    #[must_use]
    pub fn hints(&self, world: &World) -> Vec<Hint> {
        let keys: &[(&str, &str)] = match self {
            Self::Stop { run, now } => {
                let build = world.run(run).is_some_and(|run| run.kind == Kind::Build);
                match (now, build) {
                    (false, false) => &[("enter", "stop"), ("X", "kill now"), ("esc", "keep it")],
                    (false, true) => &[("enter", "cancel it"), ("X", "kill now"), ("esc", "keep it")],
                    (true, _) => &[("enter", "kill now"), ("esc", "keep it")],
                }
            }
            Self::Quit { .. } => &[("enter", "quit"), ("ctrl-c", "quit too"), ("esc", "stay")],
            Self::BuildFirst { .. } => &[("enter", "build, then run"), ("esc", "not now")],
        };
        keys.iter().map(|(key, label)| Hint::new(*key, *label)).collect()
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, world: &World, look: Look) {
        let keys = self.hints(world);
        match self {
            Self::Stop { run, now } => {
                if let Some(run) = world.run(run) {
                    let kept = kept(run, world);
                    stop(buffer, screen, run, *now, (kept, &keys), look);
                }
            }
            Self::Quit { live } => {
                let runs = sign::count(*live, "run goes on", "runs go on");
                let text = if *live == 0 {
                    "Nothing is running.".to_owned()
                } else {
                    format!(
                        "{runs}: each has a supervisor of its own. Open plugdeck again and it is there, with all it printed meanwhile."
                    )
                };
                question(buffer, screen, "Quit plugdeck?", &text, &keys, look);
            }
            Self::BuildFirst { request, reason } => {
                let agent = sign::safe(&request.agent);
                let took = world
                    .last_build(&request.agent)
                    .filter(|run| !run.is_live())
                    .map_or(String::new(), |run| format!(" The last build took {}.", sign::took(run.took)));
                let state = match world.agent(&request.agent).map(|listed| &listed.environment) {
                    Some(Environment::None) | None => format!("{agent} has no environment yet."),
                    Some(_) => sign::safe(reason),
                };
                let method = sign::safe(&request.method);
                let text =
                    format!("{state}\nIt is built first, then {method} runs with what you filled in.{took}");
                question(buffer, screen, "Build, then run?", &text, &keys, look);
            }
        }
    }
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
    let beside = |step: &Step| step.argv.iter().any(|word| word.ends_with(Place::Beside.folder()));
    if detail.spec.steps.iter().any(beside) {
        "The log is kept. This is built beside .venv, which stays as it is."
    } else {
        "The log is kept. This is built in place: what .venv was before is put back."
    }
}

fn stop(
    buffer: &mut Buffer,
    screen: Rect,
    run: &Arc<Run>,
    now: bool,
    (kept, keys): (&str, &[Hint]),
    look: Look,
) {
    let t = look.theme;
    let processes = run.latest.as_ref().map_or(&[][..], |sample| &sample.processes);
    let columns = usize::from(WIDTH.min(screen.width).saturating_sub(6));
    let heads = procs::tree_heads(t);
    let count = sign::count(processes.len(), "process", "processes");
    let verb = if processes.len() == 1 { "gets" } else { "get" };
    let signals = if now { "KILL at once" } else { "TERM, then KILL if still alive" };
    let mut first = wrap(&format!("{count} {verb} {signals}"), columns.saturating_sub(width(&heads) + 2));
    let kept = wrap(kept, columns);
    // Frame, padding, the keys and the air between the parts.
    let around = u16::try_from(first.len() + kept.len()).unwrap_or(0) + 8;
    let room = screen.height.saturating_sub(around).clamp(1, 8);
    let rows = u16::try_from(processes.len()).unwrap_or(u16::MAX).clamp(1, room);
    let area = centred(screen, WIDTH, rows + around);
    let (glyph, colour) = sign::state(run.state, t);
    let fact = vec![bold(glyph, colour), span(format!(" {}", sign::elapsed(run, look.now)), t.fg)];
    let what = match (run.kind, now) {
        (Kind::Call, false) => "Stop run",
        (Kind::Call, true) => "Kill run",
        (Kind::Build, false) => "Cancel build",
        (Kind::Build, true) => "Kill build",
    };
    let title = format!("{what} {}?", sign::safe(run.id.short()));
    let inner = dialog(buffer, area, &title, fact, t);
    let last = first.pop().unwrap_or_default();
    let mut at = 0;
    for line in first {
        put(buffer, row(inner, at), span(line, t.fg));
        at += 1;
    }
    put(buffer, row(inner, at), spread(vec![span(last, t.fg)], heads, usize::from(inner.width)));
    let tree = Rect { height: rows.min(below(inner, at + 2).height), ..below(inner, at + 2) };
    if processes.is_empty() {
        put(buffer, tree, span("no process was seen yet", t.dim));
    }
    procs::tree(buffer, tree, processes, t);
    at += rows + 3;
    for line in kept {
        put(buffer, row(inner, at), span(line, t.dim));
        at += 1;
    }
    put(buffer, row(inner, at + 1), buttons(keys, look));
}

fn question(buffer: &mut Buffer, screen: Rect, title: &str, text: &str, keys: &[Hint], look: Look) {
    let t = look.theme;
    let lines = wrap(text, usize::from(WIDTH.min(screen.width).saturating_sub(6)));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inner = dialog(buffer, centred(screen, WIDTH, rows.saturating_add(6)), title, Vec::new(), t);
    for (y, line) in (0..inner.height).zip(lines) {
        put(buffer, row(inner, y), span(line, t.fg));
    }
    put(buffer, row(inner, rows + 1), buttons(keys, look));
}

/// The last row of a box: what is asked as a solid chip, then the other keys.
pub fn buttons(keys: &[Hint], look: Look) -> Line<'static> {
    let t = look.theme;
    let mut spans: Vec<Span> = Vec::new();
    for hint in keys {
        if !spans.is_empty() {
            spans.push(blank(3));
        }
        if hint.key == "enter" {
            spans.push(Span::styled(format!(" enter  {} ", hint.label), t.solid(t.accent)));
        } else {
            spans.extend([bold(hint.key.clone(), t.accent), span(format!(" {}", hint.label), t.dim)]);
        }
    }
    Line::from(spans)
}
