//! Everything that can be done or gone to, by name: what was chosen last first, then what fits the typed words best.
//! With the actions of one thing alone it is that thing's menu.

use std::cmp::Reverse;
use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use crate::tui::keymap::Action;
use crate::tui::pane::list::Cursor;
use crate::tui::pane::query::{Query, counted, marked};
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Run;
use crate::tui::theme::Theme;
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{blank, bold, put, row, span, spread};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::widget::select::select;

/// Columns of the box, and most of its rows.
const WIDTH: u16 = 84;
const HEIGHT: u16 = 24;
/// Rows of the box that are no entries: border, padding, the typed line with the air below it.
const OTHER: u16 = 6;
/// Most entries that are listed; who looks for another one types more.
const MOST: usize = 200;
/// What it is worth to have been chosen lately, beside how well the name fits.
const RECENT: i32 = 6;

/// What an entry does or leads to.
#[derive(Clone, Debug)]
pub enum Target {
    Action(Action),
    /// `namespace/folder`.
    Agent(String),
    Method {
        agent: String,
        method: String,
    },
    Run(Arc<Run>),
    Theme(Box<Theme>),
}

/// One entry.
#[derive(Debug)]
pub struct Entry {
    pub target: Target,
    /// Name, what it is about, and its kind, in one text; safe.
    text: String,
    /// Bytes of the name, and of what it is about.
    name: usize,
    about: usize,
    /// The key of an action.
    key: String,
    /// Its place among what was chosen last.
    rank: usize,
}

/// The palette.
#[derive(Debug)]
pub struct Palette {
    title: String,
    entries: Vec<Entry>,
    query: Query,
    /// The best entries, and how many fit.
    shown: Vec<usize>,
    fitting: usize,
    cursor: Cursor,
}

impl Target {
    /// What it is remembered by.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Action(action) => format!("action {action:?}"),
            Self::Agent(agent) => format!("agent {agent}"),
            Self::Method { agent, method } => format!("method {agent} {method}"),
            Self::Run(run) => format!("run {}", run.id),
            Self::Theme(theme) => format!("theme {}", theme.name),
        }
    }
}

impl Entry {
    /// An entry of this name; `kind` is looked through too.
    #[must_use]
    pub fn new(target: Target, name: &str, about: &str, kind: &str, key: String) -> Self {
        let (name, about) = (sign::safe(name), sign::safe(about));
        let (text, lengths) = (format!("{name} {about} {kind}"), (name.len(), about.len()));
        Self { target, text, name: lengths.0, about: lengths.1, key, rank: usize::MAX }
    }

    fn parts(&self) -> (&str, &str, &str) {
        let about = self.name + 1;
        let kind = about + self.about + 1;
        (&self.text[..self.name], &self.text[about..about + self.about], &self.text[kind..])
    }
}

impl Palette {
    /// Of these entries, those that were chosen lately first.
    #[must_use]
    pub fn new(title: &str, mut entries: Vec<Entry>, recent: &[String]) -> Self {
        for entry in entries.iter_mut().filter(|_| !recent.is_empty()) {
            let id = entry.target.id();
            entry.rank = recent.iter().position(|other| *other == id).unwrap_or(usize::MAX);
        }
        let mut palette = Self {
            title: sign::safe(title),
            entries,
            query: Query::default(),
            shown: Vec::new(),
            fitting: 0,
            cursor: Cursor::default(),
        };
        palette.look();
        palette
    }

    /// A key that is no command goes into the line.
    pub fn key(&mut self, key: KeyEvent) {
        if self.query.key(key) {
            self.look();
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        self.query.paste(text);
        self.look();
    }

    /// Finds what fits.
    fn look(&mut self) {
        let pattern = self.query.pattern();
        let scored = self.entries.iter().enumerate().filter_map(|(at, entry)| {
            let recent = if entry.rank < usize::MAX { RECENT } else { 0 };
            let score = pattern.score(&entry.text)? + recent;
            // Without words the last choice comes first.
            let rank = if pattern.is_empty() { entry.rank } else { 0 };
            // Of two that fit as well a name comes before a sentence, while runs keep their order.
            let sentence = matches!(entry.target, Target::Action(_)) && !pattern.is_empty();
            Some((rank, Reverse(score), sentence, at))
        });
        let mut scored: Vec<_> = scored.collect();
        self.fitting = scored.len();
        if scored.len() > MOST {
            scored.select_nth_unstable(MOST);
            scored.truncate(MOST);
        }
        scored.sort_unstable();
        self.shown = scored.into_iter().map(|(.., at)| at).collect();
        self.cursor = Cursor::default();
    }

    /// What is selected.
    #[must_use]
    pub fn chosen(&self) -> Option<&Target> {
        Some(&self.entries[*self.shown.get(self.cursor.selected())?].target)
    }

    /// Moves; whether the action was one that moves.
    pub fn act(&mut self, action: Action, screen: Rect) -> bool {
        let rows = rows(place(screen, self.entries.len()));
        self.cursor.act(action, rows, self.shown.len())
    }

    /// Moves by rows, for the wheel.
    pub fn step(&mut self, by: isize, screen: Rect) {
        let rows = rows(place(screen, self.entries.len()));
        self.cursor.step(by, rows, self.shown.len());
    }

    /// Selects what stands here: `None` outside of the box, else whether there is an entry.
    pub fn point(&mut self, at: Position, screen: Rect) -> Option<bool> {
        let area = place(screen, self.entries.len());
        if !area.contains(at) {
            return None;
        }
        let first = area.y + OTHER - 2;
        let inside = at.y >= first && at.y < first + rows(area);
        let hit = usize::from(at.y.saturating_sub(first)) + self.cursor.offset();
        let hit = inside && hit < self.shown.len();
        if hit {
            let at = usize::from(at.y - first) + self.cursor.offset();
            self.cursor.settle(Some(at), self.shown.len());
        }
        Some(hit)
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let does = match self.chosen() {
            Some(Target::Action(_)) => Some("do it"),
            Some(Target::Theme(_)) => Some("use it"),
            Some(_) => Some("go there"),
            None => None,
        };
        let enter = does.map(|does| Hint::new("enter", does));
        enter.into_iter().chain([Hint::new("↑ ↓", "choose"), Hint::new("esc", "back")]).collect()
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let area = place(screen, self.entries.len());
        let count = if self.query.is_empty() {
            self.entries.len().to_string()
        } else {
            counted(self.fitting, self.entries.len())
        };
        let inner = dialog(buffer, area, &self.title, vec![span(count, t.dim)], t);
        let columns = usize::from(inner.width);
        put(buffer, row(inner, 0), ratatui::text::Line::from(self.query.spans(": ", columns, true, t)));
        if self.shown.is_empty() {
            put(buffer, row(inner, 2), span("nothing has these words: ctrl-u takes them out", t.dim));
        }
        let shown = self.shown.iter().enumerate().skip(self.cursor.offset());
        for (y, (at, entry)) in (0..rows(area)).zip(shown) {
            let place = row(inner, y + 2);
            let (left, right) = self.line(&self.entries[*entry], t);
            put(buffer, place, spread(left, right, columns));
            if at == self.cursor.selected() {
                select(buffer, place, true, t);
            }
        }
    }

    fn line(&self, entry: &Entry, t: &Theme) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
        let pattern = self.query.pattern();
        let (name, about, kind) = entry.parts();
        let mut left = vec![blank(2)];
        let mut right = Vec::new();
        match &entry.target {
            Target::Action(_) => right.push(bold(entry.key.clone(), t.accent)),
            Target::Run(run) => {
                let (glyph, colour) = sign::run(run, t);
                right.extend([span(kind.to_owned(), t.dim), blank(1), bold(glyph, colour)]);
            }
            Target::Agent(_) | Target::Method { .. } | Target::Theme(_) => {
                right.push(span(kind.to_owned(), t.dim));
            }
        }
        right.push(blank(1));
        left.extend(marked(name, pattern, span(name, t.fg), t));
        left.push(blank(2));
        left.extend(marked(about, pattern, span(about, t.dim), t));
        (left, right)
    }
}

/// The box; as high as it is at first, so that it does not jump while one types.
fn place(screen: Rect, entries: usize) -> Rect {
    let most = HEIGHT.min(screen.height.saturating_sub(2));
    let wanted = u16::try_from(entries).unwrap_or(u16::MAX).saturating_add(OTHER);
    centred(screen, WIDTH.min(screen.width.saturating_sub(4)), wanted.min(most))
}

fn rows(area: Rect) -> u16 {
    area.height.saturating_sub(OTHER)
}
