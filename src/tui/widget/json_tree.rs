//! A JSON text as rows that fold: read level by level as it is opened, so that depth and size cost only what is
//! looked at. Values are shown as they were written; a long string is a block of its real lines. Text that is no
//! strict JSON (`NaN`, a cut end) is shown as text, and so is any on request. Nothing here recurses.

mod read;
mod show;

use std::ops::Range;
use std::sync::Arc;

use crate::tui::widget::json_tree::read::{Children, Shape};

/// Most rows that one opening brings; a row for the rest opens the next ones.
const MOST: usize = 10_000;

/// Rows up to which a new tree opens by itself.
const OPENED: usize = 120;

/// Most lines of a string that is opened by itself.
const OPENED_LINES: usize = 60;

/// Most columns of a piece of a line: a row stays smaller than a screen however long the line is.
const PIECE: usize = 400;

/// What a row shows.
#[derive(Clone, Debug)]
enum What {
    /// A value that is one short line.
    Short(Range<usize>),
    /// An array or an object.
    Group { range: Range<usize>, children: usize, list: bool, open: bool },
    /// A string of several lines, or a long one.
    Text { text: Arc<str>, lines: usize, open: bool },
    /// A part of a text.
    Line { text: Arc<str>, range: Range<usize> },
    /// The rest of the group or of the text above, from this child or byte on.
    More { of: More, from: usize, left: usize },
}

#[derive(Clone, Debug)]
enum More {
    Group(Range<usize>),
    Text(Arc<str>),
}

/// The name of a value among its siblings.
#[derive(Clone, Debug)]
enum Name {
    None,
    /// As it is written, quotes included.
    Key(Range<usize>),
    Index(usize),
}

#[derive(Clone, Debug)]
struct Row {
    depth: usize,
    name: Name,
    what: What,
}

/// A foldable view of a text.
#[derive(Clone, Debug)]
pub struct Tree {
    text: Arc<str>,
    /// Why the text is no JSON.
    fault: Option<String>,
    raw: bool,
    rows: Vec<Row>,
}

impl Tree {
    /// A tree of a JSON text, its first levels open; of other text, its lines.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let fault = read::fault(text);
        let raw = fault.is_some();
        let mut tree = Self { text: text.into(), fault, raw, rows: Vec::new() };
        tree.start();
        tree
    }

    /// A text as its lines, whatever it is.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut tree = Self { text: text.into(), fault: Some(String::new()), raw: true, rows: Vec::new() };
        tree.start();
        tree
    }

    /// Why the text is shown as text; `None` when it is JSON.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Whether the text is shown as it was written.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.raw
    }

    /// Shows the text as it was written, or as a tree where it is JSON.
    pub fn set_raw(&mut self, raw: bool) {
        self.raw = raw || self.fault.is_some();
        self.start();
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// What the whole value is, for example `object · 4 keys`.
    #[must_use]
    pub fn kind(&self) -> String {
        match (&self.fault, read::shape(&self.text)) {
            (Some(_), _) => "text".to_owned(),
            (None, Shape::Group { children, list }) => show::group(children, list).1,
            (None, Shape::String) => "string".to_owned(),
            (None, Shape::Other(word)) => word.to_owned(),
        }
    }

    /// Opens what is closed and closes what is open; nothing for rows that cannot.
    pub fn toggle(&mut self, at: usize) {
        match self.open(at) {
            Some(true) => self.close(at),
            Some(false) => self.unfold(at),
            None => {}
        }
    }

    /// Closes this row or, where it is not open, the one it belongs to. Returns the row that was closed.
    pub fn fold(&mut self, at: usize) -> usize {
        let Some(depth) = self.rows.get(at).map(|row| row.depth) else { return at };
        let at = if self.open(at) == Some(true) {
            at
        } else {
            match self.rows[..at].iter().rposition(|row| row.depth < depth) {
                Some(parent) => parent,
                None => return at,
            }
        };
        self.close(at);
        at
    }

    /// Opens this row.
    pub fn unfold(&mut self, at: usize) {
        let Some(row) = self.rows.get_mut(at) else { return };
        let depth = row.depth;
        let rows = match &mut row.what {
            What::Group { range, open, .. } if !*open => {
                *open = true;
                let range = range.clone();
                self.children(&range, 0, depth + 1)
            }
            What::Text { text, open, .. } if !*open => {
                *open = true;
                lines(text, 0, depth + 1)
            }
            What::More { of, from, .. } => {
                let (of, from) = (of.clone(), *from);
                let rows = match &of {
                    More::Group(range) => self.children(range, from, depth),
                    More::Text(text) => lines(text, from, depth),
                };
                self.rows.splice(at..=at, rows);
                return;
            }
            What::Group { .. } | What::Text { .. } | What::Short(_) | What::Line { .. } => return,
        };
        let below = self.rows.split_off(at + 1);
        self.rows.extend(rows.into_iter().chain(below));
    }

    fn close(&mut self, at: usize) {
        let depth = self.rows[at].depth;
        match &mut self.rows[at].what {
            What::Group { open, .. } | What::Text { open, .. } => *open = false,
            What::Short(_) | What::Line { .. } | What::More { .. } => return,
        }
        let end = self.rows[at + 1..].iter().position(|row| row.depth <= depth);
        let end = end.map_or(self.rows.len(), |rows| at + 1 + rows);
        self.rows.drain(at + 1..end);
    }

    /// Whether a row is open; `None` when it cannot be. What stands for more is closed.
    fn open(&self, at: usize) -> Option<bool> {
        match &self.rows.get(at)?.what {
            What::Group { open, .. } | What::Text { open, .. } => Some(*open),
            What::More { .. } => Some(false),
            What::Short(_) | What::Line { .. } => None,
        }
    }

    fn start(&mut self) {
        if self.raw {
            self.rows = lines(&self.text, 0, 0);
            return;
        }
        let whole = 0..self.text.len();
        self.rows = match read::shape(&self.text) {
            // The outermost value needs no row of its own.
            Shape::Group { children, .. } if children > 0 => self.children(&whole, 0, 0),
            Shape::String => match read::string(&self.text) {
                Some(text) if read::is_long(&text) => lines(&text.into(), 0, 0),
                Some(_) | None => vec![self.row(0, Name::None, whole)],
            },
            Shape::Group { .. } | Shape::Other(_) => vec![self.row(0, Name::None, whole)],
        };
        let mut at = 0;
        while at < self.rows.len() && self.rows.len() < OPENED {
            let opens = match &self.rows[at].what {
                What::Group { children, open, .. } => !*open && self.rows.len() + children <= OPENED,
                What::Text { lines, open, .. } => !*open && *lines <= OPENED_LINES,
                What::Short(_) | What::Line { .. } | What::More { .. } => false,
            };
            if opens {
                self.unfold(at);
            }
            at += 1;
        }
    }

    /// The rows of a group's children, from one of them on.
    fn children(&self, range: &Range<usize>, from: usize, depth: usize) -> Vec<Row> {
        let Children(children) = read::children(&self.text[range.clone()]);
        let left = children.len().saturating_sub(from + MOST);
        let place = |part: &str| {
            let start = part.as_ptr() as usize - self.text.as_ptr() as usize;
            start..start + part.len()
        };
        let mut rows: Vec<Row> = children
            .iter()
            .enumerate()
            .skip(from)
            .take(MOST)
            .map(|(index, (key, value))| {
                let name = key.map_or(Name::Index(index), |key| Name::Key(place(key)));
                self.row(depth, name, place(value))
            })
            .collect();
        if left > 0 {
            let what = What::More { of: More::Group(range.clone()), from: from + MOST, left };
            rows.push(Row { depth, name: Name::None, what });
        }
        rows
    }

    /// A closed row of the value at this place.
    fn row(&self, depth: usize, name: Name, range: Range<usize>) -> Row {
        let written = &self.text[range.clone()];
        let what = match read::shape(written) {
            Shape::Group { children, list } if children > 0 => {
                What::Group { range, children, list, open: false }
            }
            Shape::String => match read::string(written) {
                Some(text) if read::is_long(&text) => {
                    What::Text { lines: text.split('\n').count(), text: text.into(), open: false }
                }
                // A string that is no Unicode text is shown as it is written.
                None if read::is_long(written) => What::Text { lines: 1, text: written.into(), open: false },
                Some(_) | None => What::Short(range),
            },
            Shape::Other(_) if read::is_long(written) => {
                What::Text { lines: 1, text: written.into(), open: false }
            }
            Shape::Group { .. } | Shape::Other(_) => What::Short(range),
        };
        Row { depth, name, what }
    }
}

/// The rows of a text's lines from this byte on, long ones in pieces.
fn lines(text: &Arc<str>, from: usize, depth: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut at = from;
    loop {
        let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        let piece = text[at..end].char_indices().nth(PIECE).map_or(end, |(length, _)| at + length);
        let what = What::Line { text: Arc::clone(text), range: at..piece };
        rows.push(Row { depth, name: Name::None, what });
        // A piece is followed by the next at once, a line by its newline.
        let next = if piece < end { piece } else { end + 1 };
        if next > text.len() {
            return rows;
        }
        at = next;
        if rows.len() >= MOST {
            let left = text[at..].split('\n').count();
            let what = What::More { of: More::Text(Arc::clone(text)), from: at, left };
            rows.push(Row { depth, name: Name::None, what });
            return rows;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tree: &Tree, columns: usize) -> Vec<String> {
        let theme = crate::tui::theme::Theme::built_in(false, crate::tui::theme::Palette::Rgb);
        (0..tree.len())
            .flat_map(|at| tree.lines(at, columns, &theme))
            .map(|line| line.spans.iter().map(|span| span.content.as_ref()).collect::<String>())
            .collect()
    }

    #[test]
    fn values_are_shown_as_written_and_long_texts_as_their_lines() {
        let tree = Tree::new(
            r#"{"n": 1e3, "e": {}, "é\u00e9": "x", "list": [1, {"deep": null}], "code": "def f():\n\treturn \"a\"\n"}"#,
        );
        let expected = [
            "  \"n\": 1e3",
            "  \"e\": {}",
            "  \"é\\u00e9\": \"x\"",
            "▾ \"list\": 2 items",
            "    0: 1",
            "  ▾ 1: 1 key",
            "      \"deep\": null",
            "▾ \"code\": 3 lines",
            "  def f():",
            "          return \"a\"",
            "  ",
        ];
        assert_eq!(shown(&tree, 60), expected);
        assert_eq!(tree.kind(), "object · 5 keys");
    }

    #[test]
    fn rows_fold_and_unfold() {
        let mut tree = Tree::new(r#"{"a": [1, 2], "b": 3}"#);
        assert_eq!(tree.len(), 4);
        assert_eq!(tree.fold(2), 0, "a leaf closes what it belongs to");
        assert_eq!(shown(&tree, 60), ["▸ \"a\": 2 items", "  \"b\": 3"]);
        tree.toggle(0);
        assert_eq!(tree.len(), 4);
        assert_eq!(tree.fold(3), 3, "nothing is above the outermost rows");
    }

    #[test]
    fn what_is_no_json_is_text() {
        let mut tree = Tree::new("{\"a\": NaN}\nsecond");
        assert!(tree.is_raw() && tree.fault().is_some());
        tree.set_raw(false);
        assert_eq!(shown(&tree, 60), ["{\"a\": NaN}", "second"]);
    }

    #[test]
    fn depth_and_size_are_no_danger() {
        let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
        let tree = Tree::new(&deep);
        assert!(tree.len() >= 100 && tree.len() <= OPENED);
        assert!(shown(&tree, 40).iter().all(|line| crate::text::width(line) <= 40));
        let wide = format!("[{}0]", "0,".repeat(2 * MOST));
        let mut tree = Tree::new(&wide);
        assert_eq!(tree.len(), MOST + 1);
        tree.unfold(MOST);
        tree.unfold(2 * MOST);
        assert_eq!(tree.len(), 2 * MOST + 1);
        let long = format!("\"{}\"", "a".repeat(1_000_000));
        assert_eq!(shown(&Tree::new(&long), 60).concat().matches('a').count(), 1_000_000);
    }

    #[test]
    fn scalars_have_a_row_too() {
        for (text, kind) in
            [("null", "null"), ("{}", "object · 0 keys"), ("1e3", "number"), ("\"x\"", "string")]
        {
            let tree = Tree::new(text);
            assert_eq!((shown(&tree, 60), tree.kind().as_str()), (vec![format!("  {text}")], kind));
        }
    }
}
