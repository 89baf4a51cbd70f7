//! The line that asks under which name something is saved.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ops::save::What;
use crate::run::dir::RunDir;
use crate::run::output::Stream;
use crate::tui::effect::LinesWanted;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::{Look, sign};
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{bold, put, row, span, wrap};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::widget::prompt::Prompt;

/// Columns of the box.
const WIDTH: u16 = 72;

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    Asking,
    /// There is a file of this name: the next enter overwrites it.
    Exists,
    /// It is being written.
    Saving,
    /// It could not be; one sentence.
    Failed(String),
}

/// What is saved, and the name for it.
#[derive(Debug)]
pub struct SaveAs {
    pub run: RunDir,
    /// Lines that are selected, and nothing else.
    pub lines: Option<LinesWanted>,
    /// What can be saved, each with the name that is offered; the first one is wanted first.
    choices: Vec<(What, String)>,
    at: usize,
    prompt: Prompt,
    pub stage: Stage,
}

impl SaveAs {
    /// Asks for a name; `None` where there is nothing to save.
    #[must_use]
    pub fn new(run: RunDir, choices: Vec<(What, String)>) -> Option<Self> {
        let prompt = Prompt::new(&choices.first()?.1);
        Some(Self { run, lines: None, choices, at: 0, prompt, stage: Stage::Asking })
    }

    /// Asks for a name for these lines.
    #[must_use]
    pub fn lines(run: RunDir, lines: LinesWanted, name: String) -> Self {
        let prompt = Prompt::new(&name);
        Self {
            run,
            lines: Some(lines),
            choices: vec![(What::Lines, name)],
            at: 0,
            prompt,
            stage: Stage::Asking,
        }
    }

    /// What is saved under which name, and whether a file of that name is overwritten.
    #[must_use]
    pub fn chosen(&self) -> Option<(What, String, bool)> {
        let typed = self.prompt.text().trim();
        let ready = !typed.is_empty() && self.stage != Stage::Saving;
        ready.then(|| (self.choices[self.at].0, typed.to_owned(), self.stage == Stage::Exists))
    }

    /// Takes a key that is not in the table.
    pub fn key(&mut self, key: KeyEvent) {
        if self.stage != Stage::Saving && self.prompt.key(key) {
            self.stage = Stage::Asking;
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        if self.stage != Stage::Saving {
            self.prompt.paste(text);
            self.stage = Stage::Asking;
        }
    }

    /// Turns to something else to save; a name that was offered goes with it, one that was typed stays.
    pub fn turn(&mut self, forward: bool) {
        if self.stage == Stage::Saving {
            return;
        }
        let offered = self.prompt.text() == self.choices[self.at].1;
        let count = self.choices.len();
        self.at = (self.at + if forward { 1 } else { count - 1 }) % count;
        if offered {
            self.prompt = Prompt::new(&self.choices[self.at].1);
        }
        self.stage = Stage::Asking;
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let save = if self.stage == Stage::Exists { "overwrite it" } else { "save" };
        let mut hints = vec![Hint::new("enter", save)];
        if self.choices.len() > 1 {
            hints.push(Hint::new("tab", "something else"));
        }
        hints.push(Hint::new("esc", "back"));
        hints
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let inner = dialog(buffer, centred(screen, WIDTH, 10), "Save to a file", Vec::new(), t);
        let columns = usize::from(inner.width);
        let words = match (self.choices[self.at].0, &self.lines) {
            (_, Some(lines)) => {
                let count = usize::try_from(lines.rows.end - lines.rows.start).unwrap_or(usize::MAX);
                format!("{}, as y copies them", sign::count(count, "selected line", "selected lines"))
            }
            (What::Result, None) => "the result, byte for byte as the agent wrote it".to_owned(),
            (What::Lines, None) => "both streams line by line, as text without colours".to_owned(),
            (What::Stream(Stream::Out), None) => "stdout, byte for byte".to_owned(),
            (What::Stream(Stream::Err), None) => "stderr, byte for byte".to_owned(),
        };
        put(buffer, row(inner, 0), Line::from(vec![span("what  ", t.dim), span(words, t.fg)]));
        let mut line = vec![span("name  ", t.dim)];
        line.extend(self.prompt.spans(columns.saturating_sub(6), t));
        put(buffer, row(inner, 1), Line::from(line));
        let said = match &self.stage {
            Stage::Asking => Vec::new(),
            Stage::Exists => vec![bold("▲ there is a file of this name: enter overwrites it", t.warn)],
            Stage::Saving => vec![span("saving…", t.dim)],
            Stage::Failed(reason) => {
                wrap(&sign::safe(reason), columns).into_iter().map(|line| span(line, t.err)).collect()
            }
        };
        for (y, line) in (3..inner.height.saturating_sub(1)).zip(said) {
            put(buffer, row(inner, y), line);
        }
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&self.hints(), look));
    }
}

/// The name that is offered for something of a run: `./coding-agent-explain-0f3a.json`.
#[must_use]
pub fn offered(agent: &str, what: &str, short_id: &str, ending: &str) -> String {
    let folder = agent.rsplit('/').find(|part| !part.is_empty()).unwrap_or(agent);
    let name = format!("{folder}-{what}-{short_id}.{ending}");
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    format!("./{}", name.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_offered_for_each_thing_and_one_that_was_typed_stays() {
        assert_eq!(
            offered("a/coding agent", "ex/plain", "0f3a", "json"),
            "./coding-agent-ex-plain-0f3a.json"
        );
        let run = RunDir { path: "/runs/x".into() };
        assert!(SaveAs::new(run.clone(), Vec::new()).is_none());
        let choices =
            vec![(What::Lines, "./x.log".to_owned()), (What::Stream(Stream::Err), "./x.err".to_owned())];
        let mut dialog = SaveAs::new(run, choices).unwrap();
        dialog.turn(true);
        let err = What::Stream(Stream::Err);
        assert_eq!(dialog.chosen(), Some((err, "./x.err".to_owned(), false)));
        dialog.stage = Stage::Exists;
        assert_eq!(dialog.chosen(), Some((err, "./x.err".to_owned(), true)));
        dialog.paste("or");
        assert_eq!(dialog.chosen(), Some((err, "./x.error".to_owned(), false)));
        dialog.turn(false);
        assert_eq!(dialog.chosen(), Some((What::Lines, "./x.error".to_owned(), false)));
        dialog.stage = Stage::Saving;
        assert_eq!(dialog.chosen(), None);
    }
}
