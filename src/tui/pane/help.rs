//! The help: the keys that hold where one is, then all others, from the table.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::fuzzy::Pattern;
use crate::tui::keymap::{self, Binding, Layer};
use crate::tui::pane::Look;
use crate::tui::pane::query::{Narrowing, marked};
use crate::tui::widget::line::{blank, bold, page, put, row, section, span, wrap};
use crate::tui::widget::popup::{centred, dialog};

/// Columns of the keys.
const KEYS: usize = 14;
/// Columns of the box.
const WIDTH: u16 = 76;
/// Columns that the box's title takes more than that of a pane.
const TITLE: u16 = 12;

/// The help popup.
#[derive(Debug)]
pub struct Help {
    /// Those that hold where one is come first.
    layers: Vec<Layer>,
    here: usize,
    filter: Narrowing<()>,
    pub scroll: usize,
}

impl Help {
    /// Help for these layers, the most particular one first; then for all others.
    #[must_use]
    pub fn new(mut layers: Vec<Layer>) -> Self {
        let here = layers.len();
        let others = Layer::ALL.into_iter().filter(|layer| !layers.contains(layer)).collect::<Vec<_>>();
        layers.extend(others);
        Self { layers, here, filter: Narrowing::default(), scroll: 0 }
    }

    /// Looks for words, or goes on with those that are there.
    pub fn narrow(&mut self) {
        self.filter.begin(None);
    }

    /// Whether keys go into the words.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// A key for the words.
    pub fn key(&mut self, key: KeyEvent) {
        if self.filter.key(key) {
            self.scroll = 0;
        }
    }

    /// A pasted text for the words.
    pub fn paste(&mut self, text: &str) {
        if self.filter.paste(text) {
            self.scroll = 0;
        }
    }

    /// The words stay as they are.
    pub fn keep_narrow(&mut self) {
        self.filter.keep();
    }

    /// All keys again; whether some were left out.
    pub fn widen(&mut self) -> bool {
        self.filter.end().is_some()
    }

    /// Scrolls by rows.
    pub fn scroll(&mut self, by: isize, screen: Rect, look: Look) {
        let most = {
            let place = place(screen);
            self.lines(place, look).len().saturating_sub(usize::from(place.height.saturating_sub(4)))
        };
        self.scroll = self.scroll.saturating_add_signed(by).min(most);
    }

    /// Draws the popup over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let area = place(screen);
        let lines = self.lines(area, look);
        let title = format!("Keys: {}", self.layers.first().map_or("", |layer| layer.title()).to_lowercase());
        let fact = match self.filter.filter() {
            Some(filter) => {
                let keys = || self.layers.iter().flat_map(|layer| keymap::rows(*layer));
                let found = keys().filter(|binding| self.fits(binding)).count();
                let width = area.width.saturating_sub(TITLE);
                let [fact, _] = filter.fact(width, Vec::new(), (found, keys().count()), t);
                fact
            }
            None => vec![
                bold("/", t.accent),
                span(" searches, ", t.dim),
                bold("esc", t.accent),
                span(" closes", t.dim),
            ],
        };
        let inner = dialog(buffer, area, &title, fact, t);
        if lines.is_empty() {
            put(buffer, row(inner, 0), span("no key has these words", t.dim));
        }
        page(buffer, inner, lines, self.scroll);
    }

    /// Whether a key has the words that are looked for.
    fn fits(&self, row: &Binding) -> bool {
        let fits = |words: &Pattern| words.score_any(&[row.help, row.label, &row.key_names()]).is_some();
        self.filter.pattern().is_none_or(fits)
    }

    /// All rows for a box of this size.
    fn lines(&self, area: Rect, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let columns = usize::from(area.width.saturating_sub(6));
        let words = self.filter.pattern();
        let mut lines = Vec::new();
        for (at, layer) in self.layers.iter().enumerate() {
            let mut rows = keymap::rows(*layer).filter(|binding| self.fits(binding)).peekable();
            if rows.peek().is_none() {
                continue;
            }
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            let elsewhere = if at < self.here { Vec::new() } else { vec![span("elsewhere", t.dim)] };
            lines.push(section(vec![bold(layer.title(), t.bright)], elsewhere, columns, t));
            for binding in rows {
                let keys = binding.key_names();
                let pad = KEYS.saturating_sub(crate::text::width(&keys)).max(2);
                let taken = crate::text::width(&keys) + pad;
                let mut lead = vec![bold(keys, t.accent), blank(pad)];
                for help in wrap(binding.help, columns.saturating_sub(taken)) {
                    let plain = span(help.clone(), t.fg);
                    match words {
                        Some(words) => lead.extend(marked(&help, words, plain, t)),
                        None => lead.push(plain),
                    }
                    lines.push(Line::from(std::mem::replace(&mut lead, vec![blank(taken)])));
                }
            }
        }
        lines
    }
}

fn place(screen: Rect) -> Rect {
    centred(screen, WIDTH, screen.height.saturating_sub(4))
}
