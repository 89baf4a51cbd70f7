//! Ways to rows that are folded away: to one that holds a place, and to all at once.

use std::ops::Range;

use crate::tui::widget::json_tree::code::{Kind, Part};
use crate::tui::widget::json_tree::search::Hit;
use crate::tui::widget::json_tree::text::text_rows;
use crate::tui::widget::json_tree::{MOST, More, Name, Row, Tree, What, read};

/// Rows up to which everything is unfolded at once: hundreds of screens.
const ALL: usize = 20_000;

impl Tree {
    /// The row of a place that was found, unfolded where it has to be. Of what is not shown of a text, the row that
    /// says so.
    pub fn reveal(&mut self, hit: &Hit) -> Option<usize> {
        if self.raw || matches!(read::first(&self.text), Some(b'"')) && self.is_text() {
            return Some(self.line_at(0, hit.offset));
        }
        let (mut at, mut depth) = (0, 0);
        loop {
            at = self.holder(at, depth, hit.at)?;
            match &self.rows[at].what {
                What::Group { open, .. } => {
                    if hit.key && self.key(at).is_some_and(|key| key.contains(&hit.at)) {
                        return Some(at);
                    }
                    if !*open {
                        self.unfold(at);
                    }
                    (at, depth) = (at + 1, depth + 1);
                }
                What::Text { open, .. } if !hit.key => {
                    if !*open {
                        self.unfold(at);
                    }
                    return Some(self.line_at(at + 1, hit.offset));
                }
                What::Text { .. }
                | What::Short(_)
                | What::Line { .. }
                | What::More { .. }
                | What::Cut { .. } => return Some(at),
            }
        }
    }

    /// Whether the whole value is a text of several rows.
    fn is_text(&self) -> bool {
        self.rows.first().is_some_and(|row| matches!(row.what, What::Line { .. }))
    }

    /// The byte of the text at which a row's value begins, for a search that begins at the cursor.
    #[must_use]
    pub fn byte_of(&self, at: usize) -> usize {
        let above = self.rows.get(..=at).unwrap_or_default().iter().rev();
        above.filter_map(extent).map(|extent| extent.start).next().unwrap_or(0)
    }

    /// The row of this level, which begins at `at`, that holds a byte of the text.
    fn holder(&mut self, mut at: usize, depth: usize, byte: usize) -> Option<usize> {
        while let Some(row) = self.rows.get(at).filter(|row| row.depth >= depth) {
            if row.depth == depth {
                let holds = extent(row).is_some_and(|extent| byte < extent.end);
                match &row.what {
                    _ if holds => return Some(at),
                    What::More { of: More::Group(range), from, .. } => {
                        let (range, from) = (range.clone(), *from);
                        let most = self.children_up_to(&range, from, byte).next_multiple_of(MOST).max(MOST);
                        let rows = self.children(&range, from, most, depth);
                        self.rows.splice(at..=at, rows);
                        continue;
                    }
                    What::More { .. }
                    | What::Short(_)
                    | What::Group { .. }
                    | What::Text { .. }
                    | What::Line { .. }
                    | What::Cut { .. } => {}
                }
            }
            at += 1;
        }
        None
    }

    /// How many of a group's values, from one of them on, stand up to a byte of the text.
    fn children_up_to(&self, range: &Range<usize>, from: usize, byte: usize) -> usize {
        let read::Children(children) = read::children(&self.text[range.clone()]);
        let start = |value: &str| value.as_ptr() as usize - self.text.as_ptr() as usize;
        // A key stands before its value.
        children.iter().skip(from).take_while(|(_, value)| start(value) <= byte).count() + 1
    }

    /// The row of a byte of the text whose lines begin at `at`.
    fn line_at(&mut self, mut at: usize, offset: usize) -> usize {
        loop {
            match self.rows.get(at).map(|row| &row.what) {
                // A line's end belongs to it.
                Some(What::Line { range, .. }) if offset < range.end.max(range.start + 1) => return at,
                Some(What::Line { .. }) => at += 1,
                Some(What::More { of: More::Text(..), .. }) => self.unfold(at),
                Some(What::Cut { .. }) => return at,
                Some(What::More { .. } | What::Short(_) | What::Group { .. } | What::Text { .. }) | None => {
                    return at.saturating_sub(1);
                }
            }
        }
    }

    /// Where the key of a row is written.
    fn key(&self, at: usize) -> Option<&Range<usize>> {
        match &self.rows[at].name {
            Name::Key(range) => Some(range),
            Name::None | Name::Index(_) => None,
        }
    }

    /// Unfolds everything, from the top on as far as that stays quick. The row `at` stands in the row that is returned;
    /// with it, whether everything is unfolded now.
    pub fn unfold_all(&mut self, at: usize) -> (usize, bool) {
        let rows = std::mem::take(&mut self.rows);
        let mut to = at;
        // The next row is the last one; with the number that it had.
        let mut todo: Vec<(Option<usize>, Row)> =
            rows.into_iter().enumerate().map(|(number, row)| (Some(number), row)).rev().collect();
        let mut out: Vec<Row> = Vec::new();
        let mut all = true;
        while let Some((number, mut row)) = todo.pop() {
            if number == Some(at) {
                to = out.len();
            }
            let room = out.len() + todo.len() < ALL;
            let below = match &mut row.what {
                What::Group { range, open, .. } if !*open && room => {
                    *open = true;
                    self.children(&range.clone(), 0, MOST, row.depth + 1)
                }
                What::Text { text, kind, open, left, .. } if !*open && room => {
                    *open = true;
                    text_rows(text, *kind, *left, row.depth + 1)
                }
                What::Group { open, .. } | What::Text { open, .. } => {
                    all &= *open;
                    Vec::new()
                }
                What::More { .. } => {
                    all = false;
                    Vec::new()
                }
                What::Short(_) | What::Line { .. } | What::Cut { .. } => Vec::new(),
            };
            out.push(row);
            todo.extend(below.into_iter().rev().map(|row| (None, row)));
        }
        self.rows = out;
        (to, all)
    }

    /// Folds everything; returns the row that `at` stands in now.
    pub fn fold_all(&mut self, at: usize) -> usize {
        let outermost = self.rows.iter().take(at + 1).filter(|row| row.depth == 0).count();
        self.rows.retain_mut(|row| {
            if let What::Group { open, .. } | What::Text { open, .. } = &mut row.what {
                *open = false;
            }
            row.depth == 0
        });
        outermost.saturating_sub(1)
    }

    /// Whether a row is a line of code: those are not broken, but can be moved sideways.
    #[must_use]
    pub fn is_code(&self, at: usize) -> bool {
        match self.rows.get(at).map(|row| &row.what) {
            Some(What::Line { part, .. }) => *part != Part::Prose,
            Some(What::Text { kind, .. }) => *kind != Kind::Prose,
            Some(What::Short(_) | What::Group { .. } | What::More { .. } | What::Cut { .. }) | None => false,
        }
    }
}

/// Where a row's key and value stand in the text.
fn extent(row: &Row) -> Option<Range<usize>> {
    match &row.what {
        What::Short(range) | What::Group { range, .. } | What::Text { range, .. } => {
            let start = match &row.name {
                Name::Key(key) => key.start,
                Name::None | Name::Index(_) => range.start,
            };
            Some(start..range.end)
        }
        What::Line { .. } | What::More { .. } | What::Cut { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widget::needle::Needle;

    fn find(tree: &Tree, needle: &str) -> Vec<Hit> {
        tree.haystack().find(&Needle::new(needle).unwrap().unwrap(), || true).places
    }

    #[test]
    fn a_place_is_unfolded_wherever_it_is() {
        let text = r#"{"a": {"b": [1, {"needle": "one\ntwo needle"}]}, "needles": {"x": 1}, "c": "needle"}"#;
        let mut tree = Tree::new(text, 0, "");
        tree.fold_all(0);
        assert_eq!(tree.len(), 3);
        let hits = find(&tree, "needle");
        let paths: Vec<_> = hits
            .iter()
            .map(|hit| {
                let at = tree.reveal(hit).unwrap();
                tree.path(at)
            })
            .collect();
        assert_eq!(paths, [".a.b[1].needle", ".a.b[1].needle", ".needles", ".c"]);
        let line = tree.reveal(&hits[1]).unwrap();
        assert!(matches!(&tree.rows[line].what, What::Line { range, .. } if range.start == 4));
        assert_eq!(tree.byte_of(line), text.find("\"needle\"").unwrap());
    }

    #[test]
    fn places_behind_the_rows_of_the_first_opening_are_reached() {
        let text =
            format!("{{\"list\": [{}\"needle\", {}1]}}", "\"hay\",".repeat(25_000), "0,".repeat(9_000));
        let mut tree = Tree::new(&text, 0, "");
        let hit = find(&tree, "needle")[0];
        let at = tree.reveal(&hit).unwrap();
        assert_eq!(tree.path(at), ".list[25000]");
        assert!(tree.len() > 30_000);
        let long = format!("\"{}needle\"", "line\\n".repeat(12_000));
        let mut tree = Tree::new(&long, 0, "");
        let hit = find(&tree, "needle")[0];
        assert_eq!(tree.reveal(&hit), Some(12_000));
        let longer = format!("[\"{}needle\"]", "line\\n".repeat(90_000));
        let mut tree = Tree::new(&longer, 0, "");
        let hit = find(&tree, "needle")[0];
        let at = tree.reveal(&hit).unwrap();
        assert!(matches!(tree.rows[at].what, What::Cut { .. }));
        tree.set_raw(true);
        let mut plain = Tree::new("one\ntwo needle\n", 0, "");
        let hit = find(&plain, "needle")[0];
        assert_eq!(plain.reveal(&hit), Some(1));
    }

    #[test]
    fn everything_unfolds_as_far_as_it_stays_quick_and_folds_again() {
        let text = r#"{"a": {"b": [1, {"c": "x\ny"}]}, "d": {"e": {"f": {"g": 1}}}}"#;
        let mut tree = Tree::new(text, 0, "");
        let open = tree.len();
        assert_eq!(tree.fold_all(open - 1), 1);
        assert_eq!(tree.unfold_all(1), (7, true));
        assert_eq!((tree.len(), tree.path(7)), (open, ".d".to_owned()));

        let node = r#"{"name": "x", "tags": ["a", "b"], "more": {"y": 1}},"#;
        let large = format!("[{}1]", node.repeat(100_000));
        let mut tree = Tree::new(&large, 0, "");
        let (_, all) = tree.unfold_all(0);
        assert!(!all && tree.len() >= ALL && tree.len() < 2 * ALL);
    }
}
