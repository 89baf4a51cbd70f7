//! The hints of the footer: drawn, and done where they are clicked.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::tui::app::words::Narrowed;
use crate::tui::app::{App, Over, Page};
use crate::tui::keymap::{self, Action, Layer};
use crate::tui::pane::copy_menu::CopyMenu;
use crate::tui::widget::bar::{Hint, footer};

/// Most hints of what has the focus.
const HINTS: usize = 6;

impl App {
    pub(super) fn draw_footer(&self, buffer: &mut Buffer, bar: Rect) {
        let (left, right) = self.hints();
        footer(buffer, bar, &left, &right, &self.theme);
    }

    /// What the hint that stands here asks for, in the footer or in a box: looked for in what is drawn, so that it is
    /// found wherever it is.
    pub(super) fn hint_at(&self, at: Position) -> Option<Action> {
        let mut buffer = Buffer::empty(self.screen);
        self.draw(&mut buffer);
        let cells: Vec<&str> = (0..self.screen.width).map(|x| buffer[(x, at.y)].symbol()).collect();
        let stands = |words: &str| {
            let words: Vec<&str> = words.graphemes(true).collect();
            let mut starts = cells.windows(words.len()).enumerate().filter(|(_, window)| *window == words);
            starts.any(|(start, _)| (start..start + words.len()).contains(&usize::from(at.x)))
        };
        let (left, right) = self.hints();
        // The first button of a box has its key and its word further apart.
        let mut hints = left.iter().chain(&right);
        let hit = hints.find(|hint| {
            stands(&format!("{} {}", hint.key, hint.label))
                || stands(&format!("{}  {}", hint.key, hint.label))
        })?;
        keymap::named(&self.layer().stack(), &hit.key)
    }

    /// The hints at the left and at the right end.
    fn hints(&self) -> (Vec<Hint>, Vec<Hint>) {
        let constant = |key: &str, label: &str| Hint::new(key, label);
        if let Some(palette) = &self.commands.open {
            return apart(palette.hints());
        }
        if let Some(narrowed) = self.typing() {
            let back = if narrowed == Narrowed::Help { "all keys" } else { "whole list" };
            let left = vec![constant("enter", "keep"), constant("↑ ↓", "choose")];
            return (left, vec![constant("esc", back)]);
        }
        match &self.over {
            Some(Over::Dialog(dialog)) => apart(dialog.hints()),
            Some(Over::Stop(stop)) => apart(stop.hints(&self.world)),
            Some(Over::Signals(signals)) => apart(signals.hints()),
            Some(Over::Saving(saving)) => apart(saving.hints()),
            Some(Over::Presets(presets)) => apart(presets.hints()),
            Some(Over::Copy(_)) => apart(CopyMenu::hints()),
            Some(Over::SaveAs(dialog)) => apart(dialog.hints()),
            Some(Over::Themes(themes)) => apart(themes.hints()),
            Some(Over::Settings(page)) => apart(page.hints()),
            Some(Over::Plan(plan)) => apart(plan.hints()),
            Some(Over::Doctor(doctor)) => apart(doctor.hints()),
            Some(Over::Help(_)) => {
                (vec![constant("j k", "scroll"), constant("/", "search")], vec![constant("esc", "close")])
            }
            None => {
                let layer = self.layer();
                let own: Vec<Layer> = vec![layer];
                let mut left = keymap::hints(&own, |action| self.makes_sense(action));
                if let Some(Page::Form(form)) = self.pages.last() {
                    // Behind the way to run it.
                    let at = left.len().min(1);
                    left.splice(at..at, form.choosing());
                }
                if layer == Layer::Chart {
                    left.insert(0, constant("h l", "move"));
                }
                left.truncate(HINTS);
                if self.judged().is_some_and(|(run, rules)| self.world.is_accepted(&run, &rules)) {
                    let accepts = |hint: &&mut Hint| keymap::named(&own, &hint.key) == Some(Action::Accept);
                    left.iter_mut().filter(accepts).for_each(|hint| hint.label = "an error after all".into());
                }
                let all = constant(":", if self.screen.width < 100 { "all" } else { "commands" });
                let right = match layer {
                    Layer::Search => vec![constant("esc", "leave"), constant("F1", "help")],
                    Layer::File | Layer::Path | Layer::Pick => {
                        vec![constant("esc", "close"), constant("F1", "help")]
                    }
                    Layer::Text | Layer::Form => vec![constant("esc", "back"), constant("F1", "help")],
                    Layer::Chart => vec![constant("esc", "no cursor"), constant("?", "help")],
                    _ if self.view.zoom && self.pages.is_empty() => {
                        vec![all, constant("esc", "no zoom"), constant("?", "help")]
                    }
                    _ if self.pages.is_empty() => vec![all, constant("?", "help"), constant("q", "quit")],
                    _ => vec![all, constant("esc", "back"), constant("?", "help")],
                };
                (left, right)
            }
        }
    }
}

/// The keys of a box for the footer: the way out, the last of them, stands at the right end.
fn apart(mut keys: Vec<Hint>) -> (Vec<Hint>, Vec<Hint>) {
    let out = keys.pop();
    (keys, out.into_iter().collect())
}
