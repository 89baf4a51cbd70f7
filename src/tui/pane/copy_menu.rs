//! What a call, or a part of its result, can be copied as.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ops::commands::{As, Call};
use crate::run::dir::RunDir;
use crate::text;
use crate::tui::keymap::Action;
use crate::tui::pane::Look;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::list::Cursor;
use crate::tui::widget::bar::Hint;
use crate::tui::widget::json_tree::value::Node;
use crate::tui::widget::line::{blank, bold, put, row, span};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::widget::select::select;

/// Columns of the box.
const WIDTH: u16 = 68;

/// Columns of what is copied.
const WHAT: usize = 20;

/// A call's choices: what is copied, its key, what it is for.
const CALL: [(As, Action, &str, &str); 4] = [
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

/// A part of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The selected one.
    Value(Node),
    Path(String),
    /// All of it, as the agent wrote it.
    Result(RunDir),
}

/// What is copied.
#[derive(Clone, Debug)]
pub enum Chosen {
    Call(As),
    Part(Part),
}

/// One row of the menu.
#[derive(Debug)]
struct Choice {
    chosen: Chosen,
    action: Action,
    key: &'static str,
    what: String,
    does: String,
}

/// The menu.
#[derive(Debug)]
pub struct CopyMenu {
    pub source: Source,
    choices: Vec<Choice>,
    cursor: Cursor,
}

impl Part {
    /// As a person calls it.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Value(_) => "the selected value",
            Self::Path(_) => "its path",
            Self::Result(_) => "the result",
        }
    }

    fn choice(self) -> Choice {
        let (action, key, does) = match &self {
            Self::Value(_) => (Action::CopyValue, "y", "a string as its text, else as JSON".to_owned()),
            Self::Path(path) => {
                (Action::CopyPath, "P", text::fit_end(&text::safe(path.as_bytes()), 36).into_owned())
            }
            Self::Result(_) => (Action::CopyResult, "r", "all of it as JSON".to_owned()),
        };
        Choice { what: self.words().to_owned(), chosen: Chosen::Part(self), action, key, does }
    }
}

impl CopyMenu {
    /// For this call, and these parts of its result.
    #[must_use]
    pub fn new(source: Source, parts: Vec<Part>) -> Self {
        let call = CALL.map(|(what, action, key, does)| Choice {
            chosen: Chosen::Call(what),
            action,
            key,
            what: what.words().to_owned(),
            does: does.to_owned(),
        });
        let choices = parts.into_iter().map(Part::choice).chain(call).collect();
        Self { source, choices, cursor: Cursor::default() }
    }

    /// Moves; whether the action was one that moves.
    pub fn act(&mut self, action: Action) -> bool {
        self.cursor.act(action, self.rows(), self.choices.len())
    }

    fn rows(&self) -> u16 {
        u16::try_from(self.choices.len()).unwrap_or(0)
    }

    /// What an action chooses.
    #[must_use]
    pub fn chosen(&self, action: Action) -> Option<&Chosen> {
        let own = self.choices.iter().find(|choice| choice.action == action);
        let selected = || self.choices.get(self.cursor.selected()).filter(|_| action == Action::Confirm);
        own.or_else(selected).map(|choice| &choice.chosen)
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints() -> Vec<Hint> {
        vec![Hint::new("enter", "copy"), Hint::new("j k", "choose"), Hint::new("esc", "back")]
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let area = centred(screen, WIDTH, self.rows() + 6);
        let inner = dialog(buffer, area, "Copy as", Vec::new(), t);
        for (y, (at, choice)) in (0..).zip(self.choices.iter().enumerate()) {
            let place = row(inner, y);
            let line = vec![
                blank(2),
                bold(choice.key, t.accent),
                bold(format!("  {:<WHAT$}", choice.what), t.fg),
                span(choice.does.clone(), t.dim),
            ];
            put(buffer, place, Line::from(line));
            if at == self.cursor.selected() {
                select(buffer, place, true, t);
            }
        }
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&Self::hints(), look));
    }
}
