//! Questions before something that cannot be taken back: what will happen, to whom, what is kept.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::ops::call::Request;
use crate::run::spec::{Kind, RunId};
use crate::tui::pane::{Look, procs, sign};
use crate::tui::seen::Run;
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{blank, bold, put, row, span, spread, wrap};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::world::World;
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
    /// The keys beside enter and esc, for the footer.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let hint = |key: &str, label: &str| Hint::new(key, label);
        match self {
            Self::Stop { now: false, .. } => vec![hint("enter", "TERM, then KILL"), hint("X", "kill now")],
            Self::Stop { now: true, .. } => vec![hint("enter", "kill now")],
            Self::Quit { .. } => vec![hint("enter", "quit")],
            Self::BuildFirst { .. } => vec![hint("enter", "build, then run")],
        }
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, world: &World, look: Look) {
        match self {
            Self::Stop { run, now } => {
                if let Some(run) = world.run(run) {
                    stop(buffer, screen, run, *now, look);
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
                let keys = [Hint::new("ctrl-c", "quit too"), Hint::new("esc", "stay")];
                question(buffer, screen, "Quit plugdeck?", &text, "quit", &keys, look);
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
                let keys = [Hint::new("esc", "not now")];
                question(buffer, screen, "Build, then run?", &text, "build, then run", &keys, look);
            }
        }
    }
}

fn stop(buffer: &mut Buffer, screen: Rect, run: &Arc<Run>, now: bool, look: Look) {
    let t = look.theme;
    let processes = run.latest.as_ref().map_or(&[][..], |sample| &sample.processes);
    let rows = u16::try_from(processes.len()).unwrap_or(u16::MAX).clamp(1, 8);
    let area = centred(screen, WIDTH, rows + 10);
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
    let count = sign::count(processes.len(), "process", "processes");
    let verb = if processes.len() == 1 { "gets" } else { "get" };
    let signals = if now { "KILL at once" } else { "TERM, then KILL if still alive" };
    let first = format!("{count} {verb} {signals}");
    put(
        buffer,
        row(inner, 0),
        spread(vec![span(first, t.fg)], procs::tree_heads(t), usize::from(inner.width)),
    );
    let tree = Rect { y: inner.y + 2, height: rows.min(inner.height.saturating_sub(2)), ..inner };
    if processes.is_empty() {
        put(buffer, tree, span("no process was seen yet", t.dim));
    }
    procs::tree(buffer, tree, processes, t);
    let kept = match run.kind {
        Kind::Call => "The journal and all output so far are kept.",
        Kind::Build => "The log is kept; the environment is left as far as it got.",
    };
    put(buffer, row(inner, rows + 3), span(kept, t.dim));
    let mut keys = vec![Hint::new("esc", "keep it")];
    if !now {
        keys.insert(0, Hint::new("X", "kill now"));
    }
    put(buffer, row(inner, rows + 5), buttons(if now { "kill" } else { "stop" }, &keys, look));
}

fn question(
    buffer: &mut Buffer,
    screen: Rect,
    title: &str,
    text: &str,
    primary: &str,
    keys: &[Hint],
    look: Look,
) {
    let t = look.theme;
    let lines = wrap(text, usize::from(WIDTH.min(screen.width).saturating_sub(6)));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inner = dialog(buffer, centred(screen, WIDTH, rows.saturating_add(6)), title, Vec::new(), t);
    for (y, line) in (0..inner.height).zip(lines) {
        put(buffer, row(inner, y), span(line, t.fg));
    }
    put(buffer, row(inner, rows + 1), buttons(primary, keys, look));
}

/// The last row: the primary button as a solid chip, then the other keys.
fn buttons(primary: &str, keys: &[Hint], look: Look) -> Line<'static> {
    let t = look.theme;
    let mut spans = vec![Span::styled(format!(" enter  {primary} "), t.solid(t.accent))];
    for hint in keys {
        spans.extend([blank(3), bold(hint.key.clone(), t.accent), span(format!(" {}", hint.label), t.dim)]);
    }
    Line::from(spans)
}
