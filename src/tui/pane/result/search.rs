//! Searching the result: a line to type into, the places that were found aside, and the ways to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossterm::event::KeyEvent;
use ratatui::text::Span;

use crate::tui::keymap::Action;
use crate::tui::pane::result::{ResultView, Row};
use crate::tui::theme::Theme;
use crate::tui::widget::json_tree::search::{Haystack, Hits};
use crate::tui::widget::line::{bold, span};
use crate::tui::widget::needle::Needle;
use crate::tui::widget::prompt::Prompt;

/// A search to be done aside.
#[derive(Clone, Debug)]
pub struct Request {
    pub haystack: Haystack,
    pub needle: Needle,
    pub ticket: Ticket,
}

/// Tells a search from those before and after it, and whether it is still wanted.
#[derive(Clone, Debug)]
pub struct Ticket {
    latest: Arc<AtomicU64>,
    number: u64,
}

impl Ticket {
    /// Whether nothing else was searched for since.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.latest.load(Ordering::Relaxed) == self.number
    }

    fn is_of(&self, latest: &Arc<AtomicU64>) -> bool {
        Arc::ptr_eq(&self.latest, latest) && self.is_wanted()
    }
}

/// What is searched for, and what was found.
#[derive(Debug)]
pub(super) struct Search {
    prompt: Prompt,
    /// The keys are the line's.
    pub(super) typing: bool,
    pub(super) needle: Option<Needle>,
    error: Option<String>,
    /// `None` until it is known.
    found: Option<Hits>,
    /// The number of the place that was gone to last, and the row the cursor had then.
    at: Option<(usize, usize)>,
    /// The byte from which on is searched.
    origin: usize,
}

impl ResultView {
    /// Whether keys are typed into the line.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.typing)
    }

    /// Does what a key of the table asks of a search; whether the action was one of these.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all actions, these are the search's")]
    pub(super) fn act_on_search(&mut self, action: Action) -> bool {
        match action {
            Action::Search if self.tree.is_some() => self.begin_search(),
            Action::NextHit => self.next_hit(true),
            Action::PreviousHit => self.next_hit(false),
            Action::Confirm if self.is_typing() => {
                self.search.take_if(|search| search.needle.is_none());
                if let Some(search) = &mut self.search {
                    search.typing = false;
                }
            }
            Action::Back if self.search.is_some() => self.forget_search(),
            _ => return false,
        }
        true
    }

    fn begin_search(&mut self) {
        let origin = self.byte();
        self.forget_search();
        self.search = Some(Search {
            prompt: Prompt::default(),
            typing: true,
            needle: None,
            error: None,
            found: None,
            at: None,
            origin,
        });
    }

    fn forget_search(&mut self) {
        self.latest.fetch_add(1, Ordering::Relaxed);
        (self.search, self.wanted) = (None, false);
    }

    /// The byte of the result at which the cursor is.
    fn byte(&self) -> usize {
        match (self.rows.get(self.cursor), &self.tree) {
            (Some(Row::Tree(at)), Some(tree)) => tree.byte_of(*at),
            (Some(_) | None, _) => 0,
        }
    }

    /// Takes a key that is not in the table.
    pub fn key(&mut self, key: KeyEvent) {
        let changed = self.search.as_mut().is_some_and(|search| search.typing && search.prompt.key(key));
        if changed {
            self.needle_changed();
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        if let Some(search) = self.search.as_mut().filter(|search| search.typing) {
            search.prompt.paste(text);
            self.needle_changed();
        }
    }

    fn needle_changed(&mut self) {
        let Some(search) = &mut self.search else { return };
        (search.needle, search.error) = match Needle::new(search.prompt.text()) {
            Ok(needle) => (needle, None),
            Err(error) => (None, Some(error)),
        };
        self.search_again();
    }

    /// Has the search done, as things are now.
    pub(super) fn search_again(&mut self) {
        self.latest.fetch_add(1, Ordering::Relaxed);
        if let Some(search) = &mut self.search {
            (search.found, search.at) = (None, None);
            self.wanted = search.needle.is_some();
        }
    }

    /// The search that is to be done aside now.
    pub fn ask_search(&mut self) -> Option<Request> {
        let wanted = std::mem::take(&mut self.wanted);
        let (search, tree) = (self.search.as_ref()?, self.tree.as_ref()?);
        let needle = search.needle.clone().filter(|_| wanted)?;
        let number = self.latest.load(Ordering::Relaxed);
        let ticket = Ticket { latest: Arc::clone(&self.latest), number };
        Some(Request { haystack: tree.haystack(), needle, ticket })
    }

    /// Takes what was found, and goes to the first place from where the search began.
    pub fn found(&mut self, ticket: &Ticket, hits: &Hits) {
        let Some(search) = self.search.as_mut().filter(|_| ticket.is_of(&self.latest)) else { return };
        let first = hits.from(search.origin);
        search.found = Some(hits.clone());
        self.go_to(first);
    }

    /// Goes to another place: the next of the last one, or of the cursor where that has gone elsewhere.
    fn next_hit(&mut self, forward: bool) {
        let byte = self.byte();
        let Some((search, hits)) =
            self.search.as_ref().and_then(|search| Some((search, search.found.as_ref()?)))
        else {
            return;
        };
        let count = hits.places.len();
        let to = match search.at.filter(|(_, row)| *row == self.cursor) {
            Some((at, _)) if forward => Some(at + 1),
            Some((at, _)) => Some(at + count.saturating_sub(1)),
            None if forward => hits.from(byte + 1),
            None => hits.from(byte).map(|at| at + count.saturating_sub(1)),
        };
        let to = to.filter(|_| count > 0).map(|to| to % count);
        self.go_to(to);
    }

    fn go_to(&mut self, place: Option<usize>) {
        let (Some(search), Some(tree), Some(number)) = (&mut self.search, &mut self.tree, place) else {
            return;
        };
        let hit = search.found.as_ref().and_then(|found| found.places.get(number));
        let Some(row) = hit.and_then(|hit| tree.reveal(hit)) else { return };
        self.arrange();
        self.move_to(self.tree_at + row);
        let cursor = self.cursor;
        if let Some(search) = &mut self.search {
            search.at = Some((number, cursor));
        }
    }

    /// The line that is typed into, at most so many columns of it.
    pub(super) fn search_line(&self, columns: usize, theme: &Theme) -> Option<Vec<Span<'static>>> {
        let search = self.search.as_ref().filter(|search| search.typing)?;
        let mut spans = vec![bold("/", theme.accent)];
        spans.extend(search.prompt.spans(columns.saturating_sub(1), theme));
        Some(spans)
    }

    /// How the search stands: `3/17`.
    pub(super) fn search_fact(&self, theme: &Theme) -> Vec<Span<'static>> {
        let Some(search) = &self.search else { return Vec::new() };
        let said = match (&search.error, &search.needle, &search.found) {
            (Some(error), ..) => span(error.clone(), theme.err),
            (None, None, _) => span("keys and values; /…/ is a regular expression", theme.dim),
            (None, Some(_), None) => span("searching…", theme.dim),
            (None, Some(_), Some(hits)) if hits.places.is_empty() => span("not found", theme.warn),
            (None, Some(_), Some(hits)) => {
                let at = search.at.map_or(0, |(number, _)| number + 1);
                let more = if hits.more { "+" } else { "" };
                let part = self.tree.as_ref().filter(|tree| !tree.is_whole());
                let part = part.map_or(String::new(), |_| " of the beginning".to_owned());
                span(format!("{at}/{}{more}{part}", hits.places.len()), theme.fg)
            }
        };
        if search.typing {
            return vec![said];
        }
        let typed = crate::text::safe(search.prompt.text().as_bytes());
        let typed = crate::text::fit(&typed, 24).into_owned();
        vec![span(format!("/{typed} "), theme.dim), said, bold(" n N", theme.accent)]
    }
}
