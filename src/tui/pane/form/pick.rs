//! A value out of an earlier run: its answer or its payload as a tree, the newest run first.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

use crate::ops::earlier::{Call, Texts};
use crate::run::dir::RunDir;
use crate::text;
use crate::tui::effect::lookup::Lookup;
use crate::tui::keymap::Action;
use crate::tui::pane::list::distance;
use crate::tui::pane::sign;
use crate::tui::theme::Theme;
use crate::tui::widget::json_tree::Tree;
use crate::tui::widget::line::{blank, bold, put, row, span, spread};
use crate::tui::widget::pane::{Frame, chip, padded_area};
use crate::tui::widget::select;

/// The trees of one run.
#[derive(Debug)]
struct Trees {
    answered: Option<Tree>,
    given: Tree,
    state: &'static str,
}

/// Choosing a value.
#[derive(Debug)]
pub struct Picker {
    /// `None` until they are read.
    calls: Option<Vec<Call>>,
    /// Which of the calls is shown.
    at: usize,
    /// `None` while they are read.
    trees: Option<Result<Trees, String>>,
    /// The payload is shown, not the answer.
    given: bool,
    cursor: usize,
    offset: Cell<usize>,
    height: Cell<u16>,
}

/// What came of a key.
pub enum Picked {
    Nothing,
    LookUp(Lookup),
    /// A value as JSON.
    Value(String),
}

impl Picker {
    /// A picker that knows nothing yet, and what is to be found out for it.
    pub fn new() -> (Self, Lookup) {
        let picker = Self {
            calls: None,
            at: 0,
            trees: None,
            given: false,
            cursor: 0,
            offset: Cell::new(0),
            height: Cell::new(1),
        };
        (picker, Lookup::Calls)
    }

    /// The calls are there.
    pub fn calls(&mut self, calls: Vec<Call>) -> Option<Lookup> {
        self.calls = Some(calls);
        self.go_to(0)
    }

    /// What a run was given and has answered.
    pub fn texts(&mut self, run: &RunDir, texts: Result<Texts, String>) {
        if self.call().is_none_or(|call| call.dir != *run) {
            return;
        }
        let whole = run.path.display().to_string();
        self.trees = Some(texts.map(|texts| Trees {
            answered: texts.result.map(|result| Tree::new(&result, 0, &whole)),
            given: Tree::new(&texts.payload, 0, &whole),
            state: texts.state.word(),
        }));
        if let Some(Ok(trees)) = &self.trees {
            self.given = trees.answered.is_none();
        }
        self.cursor = 0;
    }

    /// Does what a key of the table asks for.
    pub fn act(&mut self, action: Action) -> Picked {
        let cursor = self.cursor;
        match action {
            Action::Confirm => {
                let value = self.tree().and_then(|tree| tree.value(cursor));
                return value.map_or(Picked::Nothing, Picked::Value);
            }
            Action::NextTab | Action::PreviousTab => {
                let step = if action == Action::NextTab { 1 } else { -1 };
                let at = self.at.saturating_add_signed(step);
                let lookup = if at == self.at { None } else { self.go_to(at) };
                return lookup.map_or(Picked::Nothing, Picked::LookUp);
            }
            Action::Next | Action::Previous => {
                self.given = !self.given;
                self.cursor = 0;
            }
            Action::Open => self.in_tree(|tree| {
                tree.toggle(cursor);
                cursor
            }),
            Action::Right => self.in_tree(|tree| {
                tree.unfold(cursor);
                cursor
            }),
            Action::Left => self.in_tree(|tree| tree.fold(cursor)),
            // The others that a picker has a say in move.
            _ => {
                if let Some(by) = distance(action, self.height.get()) {
                    self.cursor = self.cursor.saturating_add_signed(by);
                }
            }
        }
        let rows = self.tree().map_or(0, Tree::len);
        self.cursor = self.cursor.min(rows.saturating_sub(1));
        Picked::Nothing
    }

    fn call(&self) -> Option<&Call> {
        self.calls.as_ref()?.get(self.at)
    }

    fn go_to(&mut self, at: usize) -> Option<Lookup> {
        let call = self.calls.as_ref()?.get(at)?;
        let lookup = Lookup::Texts(call.dir.clone());
        (self.at, self.trees) = (at, None);
        Some(lookup)
    }

    fn in_tree(&mut self, change: impl FnOnce(&mut Tree) -> usize) {
        let given = self.given;
        let tree = match &mut self.trees {
            Some(Ok(trees)) if given => Some(&mut trees.given),
            Some(Ok(trees)) => trees.answered.as_mut(),
            Some(Err(_)) | None => None,
        };
        if let Some(tree) = tree {
            self.cursor = change(tree);
        }
    }

    fn tree(&self) -> Option<&Tree> {
        let trees = self.trees.as_ref()?.as_ref().ok()?;
        if self.given { Some(&trees.given) } else { trees.answered.as_ref() }
    }

    /// Draws the picker over an area.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        Clear.render(area, buffer);
        buffer.set_style(area, theme.surface());
        let fact = match &self.calls {
            Some(calls) if !calls.is_empty() => format!("run {} of {}", self.at + 1, calls.len()),
            Some(_) | None => String::new(),
        };
        let title = vec![chip("value of an earlier run", theme)];
        let inner = Frame::new(title, true).fact(vec![span(fact, theme.dim)]).draw(buffer, area, theme);
        let inner = padded_area(inner);
        let columns = usize::from(inner.width);
        let Some(call) = self.call() else {
            let words = if self.calls.is_some() { "there is no earlier run" } else { "reading the runs…" };
            put(buffer, row(inner, 0), span(words, theme.dim));
            return;
        };
        put(buffer, row(inner, 0), self.head(call, columns, theme));
        let rows = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        let words = match (&self.trees, self.tree()) {
            (Some(Ok(_)), Some(tree)) => return self.draw_tree(tree, buffer, rows, theme),
            (Some(Ok(_)), None) => "it has no result".to_owned(),
            (Some(Err(error)), _) => text::safe(error.as_bytes()),
            (None, _) => "reading…".to_owned(),
        };
        put(buffer, row(rows, 0), span(text::fit(&words, columns), theme.dim));
    }

    fn head(&self, call: &Call, columns: usize, theme: &Theme) -> ratatui::text::Line<'static> {
        let state = match &self.trees {
            Some(Ok(trees)) => trees.state,
            Some(Err(_)) | None => "",
        };
        let left = vec![
            bold(call.dir.id().short().to_owned(), theme.accent),
            blank(1),
            span(sign::safe(&call.agent), theme.dim),
            span(" ▸ ", theme.line),
            bold(sign::safe(&call.method), theme.bright),
            span(format!("  {state}"), theme.dim),
        ];
        let (on, off) = (theme.bright, theme.dim);
        let (answered, given) = if self.given { (off, on) } else { (on, off) };
        let right = vec![
            span("result", answered),
            span(" · ", theme.dim),
            span("payload ", given),
            bold("tab", theme.accent),
        ];
        spread(left, right, columns)
    }

    fn draw_tree(&self, tree: &Tree, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        if area.height < 2 {
            return;
        }
        // The last row tells the path.
        let height = area.height - 1;
        self.height.set(height);
        let offset = select::scroll(self.offset.get(), self.cursor, tree.len(), usize::from(height));
        self.offset.set(offset);
        let columns = usize::from(area.width);
        for (at, index) in (0..height).zip(offset..tree.len()) {
            let place = row(area, at);
            // Of a long value its first row is enough to choose it.
            if let Some(line) = tree.lines(index, columns, theme).into_iter().next() {
                put(buffer, place, line);
            }
            if index == self.cursor {
                let line = Rect { x: place.x.saturating_sub(1), width: place.width + 2, ..place };
                select::select(buffer, line, true, theme);
            }
        }
        let path = tree.path(self.cursor);
        let path = if path.is_empty() { "the whole".to_owned() } else { text::safe(path.as_bytes()) };
        put(buffer, row(area, height), span(text::fit(&path, columns), theme.dim));
    }
}
