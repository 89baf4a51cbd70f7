//! Questions before something that cannot be taken back: what will happen, to whom, what is kept.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::ops::call::Request;
use crate::tui::pane::{Look, sign};
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{blank, bold, put, row, span, wrap};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::world::World;
use crate::venv::stamp::Environment;

/// Columns of a dialog's box.
const WIDTH: u16 = 68;

/// What is asked.
#[derive(Debug)]
pub enum Dialog {
    /// Leave the dashboard, while so many runs go on.
    Quit { live: usize },
    /// Build the agent's environment, then call it.
    BuildFirst { request: Box<Request>, reason: String },
}

impl Dialog {
    /// The keys and what they do here, in the words of box and footer alike: first what is asked, last the way out.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let keys: &[(&str, &str)] = match self {
            Self::Quit { .. } => &[("enter", "quit"), ("ctrl-c", "quit too"), ("esc", "stay")],
            Self::BuildFirst { .. } => &[("enter", "build, then run"), ("esc", "not now")],
        };
        keys.iter().map(|(key, label)| Hint::new(*key, *label)).collect()
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, world: &World, look: Look) {
        let keys = self.hints();
        match self {
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
