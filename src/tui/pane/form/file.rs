//! The line for the path of a file that is wanted, with the ways to go on offered above it.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

use crate::text;
use crate::tui::effect::lookup::Lookup;
use crate::tui::keymap::Action;
use crate::tui::pane::form::draw_field::look;
use crate::tui::pane::form::editor::{Editor, Typed};
use crate::tui::theme::Theme;
use crate::tui::widget::line::{put, row, span};
use crate::tui::widget::pane::{Frame, chip, padded_area};
use crate::tui::widget::select;

/// Offers shown at once.
const SHOWN: u16 = 8;

/// What a file is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Its text goes to where the cursor is.
    Insert,
    /// Its text takes the place of the whole field, which is `@path` so far.
    Replace,
    /// The same, while `@path` is still typed into the field: the line follows it.
    Typing,
    /// Its variables are added to the run.
    Variables,
}

/// A path under edit.
#[derive(Debug)]
pub struct FileLine {
    line: Editor,
    /// Ways to go on with the path.
    offers: Vec<String>,
    chosen: Option<usize>,
    error: Option<String>,
    /// The path of the file that was asked for.
    reading: Option<String>,
    pub purpose: For,
}

impl FileLine {
    /// A line with the beginning of a path, and what is to be found out for it.
    pub fn new(start: &str, purpose: For) -> (Self, Lookup) {
        let line = Editor::new(start);
        let file = Self { line, offers: Vec::new(), chosen: None, error: None, reading: None, purpose };
        let lookup = file.paths();
        (file, lookup)
    }

    /// Does what a key of the table asks for.
    pub fn act(&mut self, action: Action) -> Option<Lookup> {
        match action {
            Action::Confirm => {
                let path = self.chosen.and_then(|at| self.offers.get(at).cloned());
                let path = path.unwrap_or_else(|| self.line.text());
                if path.is_empty() {
                    return None;
                }
                if path.ends_with('/') && self.chosen.is_some() {
                    return Some(self.go_on(&path));
                }
                self.reading = Some(path.clone());
                Some(match self.purpose {
                    For::Insert | For::Replace | For::Typing => Lookup::File { path },
                    For::Variables => Lookup::Variables { path },
                })
            }
            Action::Next => self.complete(),
            Action::Down => self.choose(1),
            Action::Up | Action::Previous => self.choose(-1),
            // A line has no say in the other actions, nor in those that come to the table later.
            _ => None,
        }
    }

    /// Takes a key that is not in the table.
    pub fn key(&mut self, key: KeyEvent) -> Option<Lookup> {
        if matches!(key.code, KeyCode::Enter) {
            return None;
        }
        match self.line.key(key) {
            Typed::Changed | Typed::Undone => Some(self.changed()),
            Typed::Unchanged => None,
        }
    }

    /// Takes a pasted path.
    pub fn paste(&mut self, text: &str) -> Lookup {
        self.line.paste(text.trim().lines().next().unwrap_or_default());
        self.changed()
    }

    /// Ways to go on with what was typed when they were asked for.
    pub fn offer(&mut self, typed: &str, offers: Vec<String>) {
        if typed == self.line.text() {
            self.offers = offers;
            self.chosen = None;
        }
    }

    /// The path as it is typed.
    pub fn path(&self) -> String {
        self.line.text()
    }

    /// Takes the path as it stands in the field.
    pub fn follow(&mut self, path: &str) -> Lookup {
        self.go_on(path)
    }

    /// Whether enter means a file here: one that was chosen, or that is typed out whole.
    pub fn means_file(&self) -> bool {
        self.chosen.is_some() || self.offers.contains(&self.line.text())
    }

    /// Whether the file of this path is what is waited for.
    pub fn waits_for(&self, path: &str) -> bool {
        self.reading.as_deref() == Some(path)
    }

    /// The file of this path cannot be had.
    pub fn fail(&mut self, path: &str, sentence: String) {
        if self.waits_for(path) {
            self.error = Some(sentence);
        }
    }

    fn paths(&self) -> Lookup {
        Lookup::Paths { typed: self.line.text(), variables: self.purpose == For::Variables }
    }

    fn changed(&mut self) -> Lookup {
        (self.chosen, self.error, self.reading) = (None, None, None);
        self.paths()
    }

    fn go_on(&mut self, path: &str) -> Lookup {
        self.line.replace(path);
        self.changed()
    }

    /// Goes on as far as there is only one way; then to the next offer.
    fn complete(&mut self) -> Option<Lookup> {
        let typed = self.line.text();
        let common = common(&self.offers);
        if common.len() > typed.len() && common.starts_with(&typed) {
            let common = common.to_owned();
            return Some(self.go_on(&common));
        }
        self.choose(1)
    }

    fn choose(&mut self, step: isize) -> Option<Lookup> {
        let count = self.offers.len();
        if count > 0 {
            self.chosen = Some(match self.chosen {
                Some(at) => at.checked_add_signed(step).unwrap_or(count - 1) % count,
                None if step > 0 => 0,
                None => count - 1,
            });
        }
        None
    }

    /// Draws the line at the bottom of an area, and the offers above it. What is typed into the field, in this row, is
    /// seen there: the offers stand beside it.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, typed_at: Option<u16>, theme: &Theme) {
        let beside = typed_at.filter(|_| self.purpose == For::Typing);
        let around = 2 + u16::from(beside.is_none()) + u16::from(self.error.is_some());
        let offers = u16::try_from(self.offers.len()).unwrap_or(u16::MAX).min(SHOWN);
        let height = around + offers;
        let area = if let Some(at) = beside {
            next_to(at, height, area)
        } else {
            let height = height.min(area.height);
            Rect { y: area.bottom() - height, height, ..area }
        };
        let offers = offers.min(area.height.saturating_sub(around));
        Clear.render(area, buffer);
        buffer.set_style(area, theme.surface());
        let fact = match self.offers.len() {
            0 => String::new(),
            count if count > usize::from(SHOWN) => format!("{count} ways to go on"),
            _ => "tab completes".to_owned(),
        };
        let (title, fact) = match self.purpose {
            For::Insert | For::Replace => ("text of a file", fact),
            For::Typing => ("text of a file", "tab completes · esc keeps what is typed".to_owned()),
            For::Variables => ("variables of a file, for this run", fact),
        };
        let frame = Frame::new(vec![chip(title, theme)], true).fact(vec![span(fact, theme.dim)]);
        let inner = padded_area(frame.draw(buffer, area, theme));
        let columns = usize::from(inner.width);
        let top = select::scroll(0, self.chosen.unwrap_or(0), self.offers.len(), usize::from(offers));
        for (at, (index, offer)) in (0..offers).zip(self.offers.iter().enumerate().skip(top)) {
            let place = row(inner, at);
            let offer = text::safe(offer.as_bytes());
            put(buffer, place, span(text::fit(&offer, columns), theme.fg));
            if self.chosen == Some(index) {
                let line = Rect { x: place.x.saturating_sub(1), width: place.width + 2, ..place };
                select::select(buffer, line, true, theme);
            }
        }
        if beside.is_none() {
            // The cursor is where one types.
            let here = self.purpose != For::Typing;
            self.line.draw(row(inner, offers), buffer, look(theme, here, here));
        }
        if let Some(error) = &self.error {
            let error = text::safe(error.as_bytes());
            put(
                buffer,
                row(inner, inner.height.saturating_sub(1)),
                span(text::fit(&error, columns), theme.err),
            );
        }
    }
}

/// A place of this height below a row, or above its box where there is more room.
fn next_to(at: u16, height: u16, area: Rect) -> Rect {
    let (above, below) = (at.saturating_sub(area.y + 1), area.bottom().saturating_sub(at + 1));
    if below >= height || below >= above {
        return Rect { y: at + 1, height: height.min(below), ..area };
    }
    let height = height.min(above);
    Rect { y: at - 1 - height, height, ..area }
}

/// What all of these begin with.
fn common(offers: &[String]) -> &str {
    let Some((first, rest)) = offers.split_first() else { return "" };
    let same = |other: &String| {
        first
            .char_indices()
            .zip(other.chars())
            .find(|((_, a), b)| a != b)
            .map_or(first.len().min(other.len()), |((at, _), _)| at)
    };
    &first[..rest.iter().map(same).min().unwrap_or(first.len())]
}

#[cfg(test)]
mod tests {
    #[test]
    fn offers_stand_below_or_above_what_is_typed() {
        let area = super::Rect { x: 0, y: 2, width: 40, height: 18 };
        let place = |at, height| {
            let place = super::next_to(at, height, area);
            (place.y, place.height)
        };
        assert_eq!(place(5, 10), (6, 10));
        assert_eq!(place(16, 10), (5, 10));
        assert_eq!(place(11, 30), (12, 8));
        assert_eq!(place(12, 30), (2, 9));
        assert_eq!(place(10, 30), (11, 9));
        assert_eq!(place(2, 30), (3, 17));
    }

    #[test]
    fn what_is_common_ends_between_characters() {
        let common = |offers: &[&str]| {
            let offers: Vec<_> = offers.iter().map(ToString::to_string).collect();
            super::common(&offers).to_owned()
        };
        assert_eq!(common(&["notes.md", "node"]), "no");
        assert_eq!(common(&["né", "nè"]), "n");
        assert_eq!(common(&["a", "ab"]), "a");
        assert_eq!(common(&["alone/"]), "alone/");
        assert_eq!(common(&[]), "");
    }
}
