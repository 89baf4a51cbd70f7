//! What a call can be copied as.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ops::commands::{As, Call};
use crate::run::dir::RunDir;
use crate::tui::keymap::Action;
use crate::tui::pane::Look;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::list::Cursor;
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{blank, bold, put, row, span};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::widget::select::select;

/// Columns of the box.
const WIDTH: u16 = 68;

/// The choices: what is copied, its key, what it is for.
const CHOICES: [(As, Action, &str, &str); 4] = [
    (As::Plugdeck, Action::CopyCommand, "c", "with plugdeck, in any shell"),
    (As::Python, Action::CopyPython, "d", "the agent alone, nobody watches it"),
    (As::Agenthub, Action::CopyAgenthub, "a", "with AgentHub's own program"),
    (As::Payload, Action::CopyPayload, "p", "what the agent is called with"),
];

/// What is copied from.
#[derive(Clone, Debug)]
pub enum Source {
    Run(RunDir),
    Call(Box<Call>),
}

/// The menu.
#[derive(Debug)]
pub struct CopyMenu {
    pub source: Source,
    cursor: Cursor,
}

impl CopyMenu {
    /// For this call.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source, cursor: Cursor::default() }
    }

    /// Moves; whether the action was one that moves.
    pub fn act(&mut self, action: Action) -> bool {
        self.cursor.act(action, u16::try_from(CHOICES.len()).unwrap_or(0), CHOICES.len())
    }

    /// What an action chooses.
    #[must_use]
    pub fn chosen(&self, action: Action) -> Option<As> {
        let own = CHOICES.iter().find(|(_, key, ..)| *key == action).map(|(what, ..)| *what);
        own.or_else(|| (action == Action::Confirm).then(|| CHOICES[self.cursor.selected()].0))
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints() -> Vec<Hint> {
        vec![Hint::new("enter", "copy"), Hint::new("j k", "choose"), Hint::new("esc", "back")]
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let area = centred(screen, WIDTH, u16::try_from(CHOICES.len()).unwrap_or(0) + 6);
        let inner = dialog(buffer, area, "Copy as", Vec::new(), t);
        for (y, (at, (what, _, key, does))) in (0..).zip(CHOICES.iter().enumerate()) {
            let place = row(inner, y);
            let line = vec![
                blank(2),
                bold(*key, t.accent),
                bold(format!("  {:<20}", what.words()), t.fg),
                span(*does, t.dim),
            ];
            put(buffer, place, Line::from(line));
            if at == self.cursor.selected() {
                select(buffer, place, true, t);
            }
        }
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&Self::hints(), look));
    }
}
