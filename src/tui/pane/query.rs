//! A line of a few typed words, and a list that is narrowed by one.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::text::Span;

use crate::text::fit_end;
use crate::tui::fuzzy::Pattern;
use crate::tui::pane::sign;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, span, width as columns};
use crate::tui::widget::prompt::Prompt;

/// Longest line, in characters.
const LONGEST: usize = 120;

/// The line.
#[derive(Debug, Default)]
pub struct Query {
    line: Prompt,
    pattern: Pattern,
}

/// What narrows a list: the words, and what was selected before.
#[derive(Debug)]
pub struct Filter<T> {
    query: Query,
    /// Keys go into the line.
    pub typing: bool,
    pub before: Option<T>,
}

/// A list that a filter may narrow.
#[derive(Debug)]
pub struct Narrowing<T>(Option<Filter<T>>);

impl Query {
    /// What is looked for.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Whether nothing is typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pattern.is_empty()
    }

    /// A key that is no command; whether the text is another one now.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let full = self.line.text().chars().count() >= LONGEST;
        let changed =
            !(full && matches!(key.code, KeyCode::Char(_)) && key.modifiers.is_empty()) && self.line.key(key);
        if changed {
            self.pattern = Pattern::new(self.line.text());
        }
        changed
    }

    /// Takes a pasted text, all of it as one line.
    pub fn paste(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.line.text().chars().count());
        let line = text.chars().filter(|c| c.is_whitespace() || !c.is_control()).take(room);
        self.line.paste(&line.map(|c| if c.is_whitespace() { ' ' } else { c }).collect::<String>());
        self.pattern = Pattern::new(self.line.text());
    }

    /// The line in at most so many columns, its end where not all fits, with a caret while it is typed.
    #[must_use]
    pub fn spans(&self, sign: &'static str, columns: usize, typing: bool, t: &Theme) -> Vec<Span<'static>> {
        let mut spans = vec![bold(sign, t.accent)];
        if typing {
            spans.extend(self.line.spans(columns.saturating_sub(1), t));
        } else {
            let text = sign::safe(self.line.text());
            spans.push(bold(fit_end(&text, columns.saturating_sub(2)).into_owned(), t.bright));
        }
        spans
    }
}

impl<T> Default for Narrowing<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone> Narrowing<T> {
    /// Begins to narrow, or goes on with the words that are there.
    pub fn begin(&mut self, selected: Option<T>) {
        let new = || Filter { query: Query::default(), typing: true, before: selected };
        self.0.get_or_insert_with(new).typing = true;
    }

    /// What narrows the list, typed yet or not.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter<T>> {
        self.0.as_ref()
    }

    /// Whether keys go into the words.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.0.as_ref().is_some_and(|filter| filter.typing)
    }

    /// The words, where there are any.
    #[must_use]
    pub fn pattern(&self) -> Option<&Pattern> {
        self.0.as_ref().map(|filter| filter.query.pattern()).filter(|pattern| !pattern.is_empty())
    }

    /// What was selected before.
    #[must_use]
    pub fn before(&self) -> Option<T> {
        self.0.as_ref()?.before.clone()
    }

    /// A key for the words; whether they are others now.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.0.as_mut().is_some_and(|filter| filter.query.key(key))
    }

    /// A pasted text for the words; whether they are others now.
    pub fn paste(&mut self, text: &str) -> bool {
        self.0.as_mut().map(|filter| filter.query.paste(text)).is_some()
    }

    /// The words stay as they are; without any the list is whole again.
    pub fn keep(&mut self) {
        self.0.take_if(|filter| filter.query.is_empty());
        if let Some(filter) = &mut self.0 {
            filter.typing = false;
        }
    }

    /// The whole list again: what has narrowed it.
    pub fn end(&mut self) -> Option<Filter<T>> {
        self.0.take()
    }
}

impl<T> Filter<T> {
    /// The line in at most so many columns.
    #[must_use]
    pub fn words(&self, columns: usize, t: &Theme) -> Vec<Span<'static>> {
        self.query.spans("/", columns, self.typing, t)
    }

    /// What stands in the frame of a pane of this width: the words, and how many of all have them; the pane's own fact
    /// until there are some. The second part is what does not fit beside the words.
    #[must_use]
    pub fn fact(
        &self,
        width: u16,
        own: Vec<Span<'static>>,
        (found, all): (usize, usize),
        t: &Theme,
    ) -> [Vec<Span<'static>>; 2] {
        // Without the pane's name and the lines around it.
        let room = usize::from(width).saturating_sub(20);
        let (mut fact, has_words) = (self.words(room, t), !self.query.is_empty());
        let beside = if has_words { vec![span(counted(found, all), t.dim)] } else { own };
        if columns(&fact) + 2 + columns(&beside) > room {
            return [fact, if has_words { beside } else { Vec::new() }];
        }
        fact.push(blank(2));
        fact.extend(beside);
        [fact, Vec::new()]
    }
}

/// How many of all have the words of a filter.
#[must_use]
pub fn counted(found: usize, all: usize) -> String {
    format!("{found} of {all}")
}

/// A text in a colour, the characters that a pattern finds in it standing out.
#[must_use]
pub fn marked(text: &str, pattern: &Pattern, plain: Span<'static>, t: &Theme) -> Vec<Span<'static>> {
    let hits = pattern.hits(text);
    if hits.is_empty() {
        return vec![plain];
    }
    let mut spans: Vec<Span> = Vec::new();
    let mut last = None;
    for (at, c) in text.chars().enumerate() {
        let hit = hits.binary_search(&at).is_ok();
        match spans.last_mut().filter(|_| last == Some(hit)) {
            Some(span) => span.content.to_mut().push(c),
            None if hit => spans.push(bold(c.to_string(), t.syn)),
            None => spans.push(Span::styled(c.to_string(), plain.style)),
        }
        last = Some(hit);
    }
    spans
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn a_line_is_typed_shortened_and_pasted() {
        let mut query = Query::default();
        let plain = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        "one two".chars().for_each(|c| assert!(query.key(plain(c))));
        assert!(!query.key(control('r')));
        query.key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
        assert_eq!(query.line.text(), "one tw");
        query.key(control('w'));
        assert_eq!(query.line.text(), "one ");
        query.paste("a\nb\u{1b}");
        assert_eq!(query.line.text(), "one a b");
        query.key(control('u'));
        assert!(query.is_empty());
    }
}
