//! A signal for one process: a short list to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ops::signals::CHOICES;
use crate::process::id::ProcessId;
use crate::process::sampler::ProcessSample;
use crate::process::signal;
use crate::tui::keymap::Action;
use crate::tui::pane::Look;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::list::Cursor;
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{below, blank, bold, put, row, span};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::widget::select::select;

/// Columns of the box.
const WIDTH: u16 = 68;

/// The choice.
#[derive(Debug)]
pub struct Signals {
    pub process: ProcessId,
    command: String,
    cursor: Cursor,
}

impl Signals {
    /// For this process.
    #[must_use]
    pub fn new(process: &ProcessSample) -> Self {
        let command = process.command.clone().unwrap_or_default();
        Self { process: process.id(), command, cursor: Cursor::default() }
    }

    /// The signal that is chosen now.
    #[must_use]
    pub fn chosen(&self) -> i32 {
        CHOICES[self.cursor.selected().min(CHOICES.len() - 1)].0
    }

    /// Moves; whether the action was one that moves.
    pub fn act(&mut self, action: Action) -> bool {
        let rows = u16::try_from(CHOICES.len()).unwrap_or(u16::MAX);
        self.cursor.act(action, rows, CHOICES.len())
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let send = format!("send {}", short(self.chosen()));
        vec![Hint::new("enter", send), Hint::new("j k", "choose"), Hint::new("esc", "back")]
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let rows = u16::try_from(CHOICES.len()).unwrap_or(0);
        let area = centred(screen, WIDTH, rows + 8);
        let title = format!("Signal for {}", self.process.pid);
        let inner = dialog(buffer, area, &title, Vec::new(), t);
        put(buffer, row(inner, 0), span(self.command.clone(), t.dim));
        // Where not all fit, the chosen one is among those shown.
        let list = Rect { height: inner.height.saturating_sub(4), ..below(inner, 2) };
        let first = self.cursor.selected().saturating_sub(usize::from(list.height.saturating_sub(1)));
        for (y, (at, (number, does))) in (0..list.height).zip(CHOICES.iter().enumerate().skip(first)) {
            let place = row(list, y);
            let line = vec![
                blank(2),
                bold(format!("{:<6}", short(*number)), t.fg),
                span(format!("  {does}"), t.dim),
            ];
            put(buffer, place, ratatui::text::Line::from(line));
            if at == self.cursor.selected() {
                select(buffer, place, true, t);
            }
        }
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&self.hints(), look));
    }
}

/// `TERM` for SIGTERM.
fn short(number: i32) -> String {
    signal::name(number).trim_start_matches("SIG").to_owned()
}
