//! What plugdeck finds on this machine: what `plugdeck doctor` says, in a box.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ops::doctor::{self, Check, Standing};
use crate::text;
use crate::tui::pane::toast::Tone;
use crate::tui::pane::{Look, sign};
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{blank, bold, page, put, row, span, wrap};
use crate::tui::widget::popup::{centred, dialog};

/// Columns of the box.
const WIDTH: u16 = 100;
/// Columns of a check's sign and word, and of its name.
const WORD: usize = 10;
const NAME: usize = 13;
/// Columns of the box below which a sentence has rows of its own.
const BESIDE: usize = 64;

/// The box.
#[derive(Debug, Default)]
pub struct Doctor {
    /// `None` until everything was looked at.
    checks: Option<Vec<Check>>,
    scroll: usize,
    /// What became of a copy.
    said: Option<(Tone, String)>,
}

impl Doctor {
    /// Everything was looked at.
    pub fn learn(&mut self, checks: Vec<Check>) {
        self.checks = Some(checks);
    }

    /// Says what became of a copy: over the box no other sentence is shown.
    pub fn say(&mut self, tone: Tone, text: String) {
        self.said = Some((tone, text));
    }

    /// The whole text, as the command line prints it.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.checks.as_deref().map(doctor::page)
    }

    /// Scrolls by rows.
    pub fn scroll(&mut self, by: isize, screen: Rect, look: Look) {
        self.said = None;
        let (area, lines) = self.laid(screen, look);
        let most = lines.len().saturating_sub(usize::from(area.height.saturating_sub(4)));
        self.scroll = self.scroll.saturating_add_signed(by).min(most);
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let copy = self.checks.as_ref().map(|_| Hint::new("y", "copy"));
        copy.into_iter().chain([Hint::new("j k", "scroll"), Hint::new("esc", "close")]).collect()
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let (area, lines) = self.laid(screen, look);
        let count = |state, one, many| {
            let of_it = self.checks.iter().flatten().filter(|check| check.state == state).count();
            (of_it > 0).then(|| sign::count(of_it, one, many))
        };
        let counts =
            [count(Standing::Problem, "problem", "problems"), count(Standing::Note, "note", "notes")];
        let counts: Vec<_> = counts.into_iter().flatten().collect();
        let fact = match (&self.checks, counts.is_empty()) {
            (None, _) => Vec::new(),
            (Some(_), true) => vec![span("all well", t.dim)],
            (Some(_), false) => vec![span(counts.join(" · "), t.dim)],
        };
        let inner = dialog(buffer, area, "This machine", fact, t);
        if self.checks.is_none() {
            put(buffer, row(inner, 0), span("looking…", t.dim));
        }
        page(buffer, inner, lines, self.scroll);
        if let Some((tone, said)) = &self.said {
            let (glyph, colour) = tone.sign(t);
            let padding = Rect { y: inner.bottom(), height: 1, ..inner };
            put(buffer, padding, vec![bold(format!("{glyph} "), colour), span(said.clone(), t.fg)]);
        }
    }

    /// The box's place, and its rows.
    fn laid(&self, screen: Rect, look: Look) -> (Rect, Vec<Line<'static>>) {
        let columns = usize::from(WIDTH.min(screen.width).saturating_sub(6));
        let lines = self.lines(columns, look);
        let rows = u16::try_from(lines.len().max(1)).unwrap_or(u16::MAX).saturating_add(4);
        (centred(screen, WIDTH, rows.min(screen.height.saturating_sub(2))), lines)
    }

    fn lines(&self, columns: usize, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let safe = |part: &str| text::safe(part.as_bytes());
        let beside = columns >= BESIDE;
        let indent = if beside { WORD + NAME } else { 2 };
        let mut lines = Vec::new();
        for check in self.checks.iter().flatten() {
            let (colour, word) = match check.state {
                Standing::Ok => (t.ok, "ok"),
                Standing::Note => (t.warn, "note"),
                Standing::Problem => (t.err, "problem"),
            };
            let sign = format!("{} {word:<width$}", check.state.sign(), width = WORD - 2);
            let mut head = vec![bold(sign, colour), bold(format!("{:<NAME$}", check.name), t.bright)];
            if !beside {
                lines.push(Line::from(std::mem::take(&mut head)));
            }
            for line in wrap(&safe(&check.sentence), columns.saturating_sub(indent)) {
                let lead = if head.is_empty() { vec![blank(indent)] } else { std::mem::take(&mut head) };
                lines.push(Line::from([lead, vec![span(line, t.fg)]].concat()));
            }
            let action = check.action.as_deref().map(safe).unwrap_or_default();
            let mut arrow = Some(bold("→ ", t.accent));
            for line in wrap(&action, columns.saturating_sub(indent + 2)) {
                let lead = arrow.take().unwrap_or_else(|| blank(2));
                lines.push(Line::from(vec![blank(indent), lead, span(line, t.dim)]));
            }
        }
        lines
    }
}
