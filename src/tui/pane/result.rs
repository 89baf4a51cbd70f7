//! The result view: how a call ended, what it answered, and the end of what it said besides.
//!
//! A list of rows that scrolls as one: the result as a tree or as text, then the last of standard error. What a
//! person must know first stands above it and does not scroll; the end of standard error, which mostly names the
//! exception, is brought onto the first screen where that can be. Drawing is in `draw`, wording in `words`.

mod draw;
pub mod search;
#[cfg(test)]
mod tests;
mod words;

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::text;
use crate::tui::keymap::Action;
use crate::tui::pane::Asked;
use crate::tui::pane::result::search::Search;
use crate::tui::seen::Reply;
use crate::tui::widget::json_tree::Tree;
use crate::tui::widget::json_tree::value::Node;

/// Longest piece of a line that is one row: a row stays smaller than a screen.
const PIECE: usize = 400;

/// Columns that one step sideways goes in code.
const ASIDE: usize = 10;

/// Lines of standard output that may stand between a failure and the last of standard error.
const FEW: usize = 3;

/// One row of the page.
#[derive(Clone, Debug)]
enum Row {
    /// The head of a section: its name, and a fact about it.
    Section(&'static str, String),
    /// The head of the last of standard error.
    Stderrs,
    Blank,
    /// A row of the tree.
    Tree(usize),
    /// A safe line.
    Line(String),
    /// A safe line about the value, not of it.
    Note(String),
    /// A safe line of standard error.
    Stderr(String),
    Warning(String),
}

impl Row {
    /// Whether the cursor rests on it.
    fn rests(&self) -> bool {
        match self {
            Self::Section(..) | Self::Stderrs | Self::Blank => false,
            Self::Tree(_) | Self::Line(_) | Self::Note(_) | Self::Stderr(_) | Self::Warning(_) => true,
        }
    }
}

/// What an ended call answered, as it is shown.
#[derive(Debug)]
pub struct ResultView {
    reply: Arc<Reply>,
    /// The reply's own, as this view has folded it; else what was printed, where that is JSON that breaks off.
    tree: Option<Tree>,
    rows: Vec<Row>,
    /// The first row of the tree.
    tree_at: usize,
    /// The rows of standard error's lines.
    stderr: Range<usize>,
    /// The row with the cursor.
    cursor: usize,
    /// The first and the last row shown when it was drawn last: only drawing knows how high rows are.
    top: Cell<usize>,
    bottom: Cell<usize>,
    /// Rows at the beginning of standard error's that the last drawing had no room for.
    hidden: Cell<usize>,
    /// Columns that code is moved to the left.
    aside: usize,
    search: Option<Search>,
    /// The search is to be done.
    wanted: bool,
    /// The number of the last search; shared with those that are being done.
    latest: Arc<AtomicU64>,
}

impl ResultView {
    /// A view of an ended call's reply.
    #[must_use]
    pub fn new(reply: Arc<Reply>) -> Self {
        let mut view = Self {
            tree: reply.result.clone().or_else(|| words::broken(&reply)),
            reply,
            rows: Vec::new(),
            tree_at: 0,
            stderr: 0..0,
            cursor: 0,
            top: Cell::new(0),
            bottom: Cell::new(0),
            hidden: Cell::new(0),
            aside: 0,
            search: None,
            wanted: false,
            latest: Arc::default(),
        };
        view.arrange();
        view.begin();
        view
    }

    /// Does what a key of the table asks for.
    pub fn act(&mut self, action: Action) -> Asked {
        if self.act_on_search(action) {
            return Asked::Nothing;
        }
        let half = (self.bottom.get().saturating_sub(self.top.get()) / 2).max(1).cast_signed();
        match action {
            Action::Down => self.step(1),
            Action::Up => self.step(-1),
            Action::HalfDown => self.step(half),
            Action::HalfUp => self.step(-half),
            Action::PageDown => {
                // The last row of this page is the first of the next: no row is passed over.
                self.top.set(self.bottom.get());
                self.move_to(self.bottom.get().max(self.cursor));
            }
            Action::PageUp => {
                let first = self.top.replace(0);
                self.move_to(first.min(self.cursor));
            }
            Action::First => self.move_to(0),
            Action::Last => self.move_to(self.rows.len()),
            Action::Open => self.in_tree(|tree, at| {
                tree.toggle(at);
                at
            }),
            Action::Right => self.in_tree(|tree, at| {
                tree.unfold(at);
                at
            }),
            Action::Left => self.in_tree(Tree::fold),
            Action::UnfoldAll => self.in_tree(|tree, at| tree.unfold_all(at).0),
            Action::FoldAll => self.in_tree(Tree::fold_all),
            Action::FarLeft => self.aside = self.aside.saturating_sub(ASIDE),
            Action::FarRight if self.shows_code() => self.aside += ASIDE,
            Action::FarRight => {}
            Action::ToggleRaw => self.toggle_raw(),
            // A result has no say in the other actions, nor in those that come to the table later.
            _ => return Asked::NotMine,
        }
        Asked::Nothing
    }

    fn toggle_raw(&mut self) {
        let Some(tree) = &mut self.tree else { return };
        tree.set_raw(!tree.is_raw());
        self.arrange();
        self.begin();
        self.search_again();
    }

    /// Goes to the beginning, or to where the text is no JSON any more.
    fn begin(&mut self) {
        self.top.set(0);
        self.move_to(0);
        if let Some(row) = self.tree.as_ref().and_then(Tree::fault_row) {
            self.move_to(self.tree_at + row);
        }
    }

    /// Whether some code is in sight that could be moved.
    fn shows_code(&self) -> bool {
        let Some(tree) = &self.tree else { return false };
        let seen = self.top.get()..=self.bottom.get();
        seen.filter_map(|at| at.checked_sub(self.tree_at)).any(|at| tree.is_code(at))
    }

    /// The path of the selected node; `None` where something else is selected.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        let tree = self.tree.as_ref().filter(|tree| self.reply.result.is_some() && !tree.is_raw())?;
        match self.rows.get(self.cursor)? {
            Row::Tree(at) => Some(tree.path(*at)),
            Row::Section(..)
            | Row::Stderrs
            | Row::Blank
            | Row::Line(_)
            | Row::Note(_)
            | Row::Stderr(_)
            | Row::Warning(_) => None,
        }
    }

    /// The selected node, the whole where none is selected; `None` where not all of it is here.
    #[must_use]
    pub fn node(&self) -> Option<Node> {
        let at = self.cursor.checked_sub(self.tree_at).filter(|_| self.path().is_some());
        let tree = self.tree.as_ref()?;
        match at {
            Some(at) => tree.node(at),
            None => tree.whole(),
        }
    }

    /// Whether the call has answered, and whether that is JSON.
    #[must_use]
    pub fn has_result(&self) -> Option<bool> {
        self.reply.result.as_ref().map(|tree| tree.fault().is_none_or(str::is_empty))
    }

    /// Whether there is something that folds and can be searched.
    #[must_use]
    pub fn has_tree(&self) -> bool {
        self.tree.is_some()
    }

    /// Whether it is shown as it was written.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.tree.as_ref().is_some_and(Tree::is_raw)
    }

    /// Folds or unfolds at the cursor; the cursor goes to the row that is given back.
    fn in_tree(&mut self, change: impl FnOnce(&mut Tree, usize) -> usize) {
        let (Some(Row::Tree(at)), Some(tree)) = (self.rows.get(self.cursor), &mut self.tree) else { return };
        let first = self.cursor - at;
        let at = change(tree, *at);
        self.arrange();
        self.move_to(first + at);
    }

    /// Moves the cursor by rows on which it rests.
    fn step(&mut self, by: isize) {
        self.move_to(self.cursor.saturating_add_signed(by));
    }

    /// Moves the cursor to this row, or to the nearest one on which it rests: the next, else the one before. On the
    /// way up over a section's head it is the one before.
    fn move_to(&mut self, row: usize) {
        let rests = |at: &usize| self.rests(*at);
        let row = row.min(self.rows.len().saturating_sub(1));
        let before = (0..=row).rev().find(rests);
        let after = (row..self.rows.len()).find(rests);
        let nearest = if row < self.cursor { before.or(after) } else { after.or(before) };
        self.cursor = nearest.unwrap_or(0);
    }

    /// Whether the cursor rests on this row.
    fn rests(&self, at: usize) -> bool {
        self.rows.get(at).is_some_and(Row::rests) && !self.is_hidden(at)
    }

    fn is_hidden(&self, at: usize) -> bool {
        let first = self.stderr.start;
        (first..first + self.hidden.get()).contains(&at)
    }

    /// Lists the rows anew, after every change to the tree.
    fn arrange(&mut self) {
        let outcome = &self.reply.outcome;
        let mut rows = Vec::new();
        if let Some(error) = words::error(outcome) {
            rows.push(Row::Section("Error", String::new()));
            rows.extend(lines(&error).map(Row::Line));
            rows.push(Row::Blank);
        }
        let mut stderr = Vec::new();
        if !self.reply.last_stderr.is_empty() {
            stderr.push(Row::Stderrs);
            let all = self.reply.last_stderr.iter();
            stderr.extend(all.flat_map(|row| pieces(&row.text)).map(Row::Stderr));
        }
        // What went wrong stands there, and not in what a call without a result has printed besides.
        let few = self.reply.stdout.lines().take(FEW + 1).count() <= FEW;
        let stderr_first = self.reply.result.is_none() && !few && !stderr.is_empty();
        if stderr_first {
            rows.append(&mut stderr);
            rows.push(Row::Blank);
        }
        rows.push(Row::Section("Result", words::fact(self.reply.result.as_ref())));
        rows.extend(words::note(&self.reply, self.tree.as_ref()).map(Row::Note));
        self.tree_at = rows.len();
        match &self.tree {
            Some(tree) => rows.extend((0..tree.len()).map(Row::Tree)),
            None if self.reply.stdout.trim().is_empty() => {}
            None => rows.extend(lines(&self.reply.stdout).map(Row::Line)),
        }
        let left =
            outcome.leftovers.iter().map(|left| format!("process {} could not be ended", left.sentence()));
        let warnings = left.chain(outcome.warnings.iter().cloned());
        rows.extend(warnings.map(|warning| Row::Warning(text::safe(warning.as_bytes()))));
        if !stderr.is_empty() {
            rows.push(Row::Blank);
            rows.append(&mut stderr);
        }
        let is_stderr = |row: &Row| matches!(row, Row::Stderr(_));
        let first = rows.iter().rposition(|row| matches!(row, Row::Stderrs)).map_or(0, |head| head + 1);
        self.stderr = first..first + rows[first..].iter().take_while(|row| is_stderr(row)).count();
        self.rows = rows;
    }
}

/// The lines of others' text, safe, long ones in pieces.
fn lines(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<String> =
        text.trim_end().split('\n').flat_map(|line| pieces(&text::safe(line.as_bytes()))).collect();
    lines.into_iter()
}

fn pieces(line: &str) -> Vec<String> {
    let chars: Vec<char> = line.chars().collect();
    if chars.is_empty() {
        return vec![String::new()];
    }
    chars.chunks(PIECE).map(|piece| piece.iter().collect()).collect()
}
