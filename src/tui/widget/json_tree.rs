//! A JSON text as rows that fold: read level by level as it is opened, so that depth and size cost only what is
//! looked at. Numbers are shown as they were written, strings with their escapes read; a long string is a block of its
//! real lines, of a very long one the first of them. Text that is no strict JSON (`NaN`, a cut end) is shown as text,
//! and any is shown as it was written on request. Nothing here recurses.

mod code;
mod fault;
mod reach;
mod read;
pub mod search;
pub mod show;
mod text;
pub mod value;

use std::ops::Range;
use std::sync::Arc;

use crate::tui::widget::json_tree::code::{Kind, Part};
use crate::tui::widget::json_tree::fault::Fault;
use crate::tui::widget::json_tree::read::{Children, Shape};
use crate::tui::widget::json_tree::text::text_rows;

/// Most rows that one opening brings; a row for the rest opens the next ones.
const MOST: usize = 10_000;

/// Rows up to which a new tree opens by itself.
const OPENED: usize = 120;

/// Most lines of a string that is opened by itself.
const OPENED_LINES: usize = 60;

/// Most bytes of one text that are shown: nobody reads on for longer, and all of it is on disk.
const SHOWN: usize = 256 << 10;

/// What a row shows.
#[derive(Clone, Debug)]
enum What {
    /// A value that is one short line.
    Short(Range<usize>),
    /// An array or an object.
    Group { range: Range<usize>, children: usize, list: bool, open: bool },
    /// A string of several lines, or a long one: where it is written, what it means, bytes of that that are not shown.
    Text { range: Range<usize>, text: Arc<str>, kind: Kind, lines: usize, open: bool, left: u64 },
    /// A part of a text.
    Line { text: Arc<str>, range: Range<usize>, part: Part },
    /// The rest of the group or of the text above, from this child or byte on.
    More { of: More, from: usize, left: usize },
    /// The end of what is shown of a text: bytes that come after it.
    Cut { left: u64 },
}

#[derive(Clone, Debug)]
enum More {
    Group(Range<usize>),
    Text(Arc<str>, Kind),
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
    /// Bytes of the value behind the text.
    left: u64,
    /// Where a person finds what is not shown; safe.
    whole: Arc<str>,
    /// Why the text is no JSON, and where.
    fault: Option<Fault>,
    /// What the whole value is: found once, because that means reading all of it.
    kind: String,
    raw: bool,
    rows: Vec<Row>,
    /// The rows of the other view, once it was looked at: neither is read twice.
    other: Vec<Row>,
}

impl Tree {
    /// A tree of a JSON text, its first levels open; of other text, its lines. `left` bytes come after the text, which
    /// is only the beginning then; all of it is at `whole`, in words that are safe.
    #[must_use]
    pub fn new(text: &str, left: u64, whole: &str) -> Self {
        let fault = match left {
            0 => Fault::of(text),
            // What is only begun is no JSON, and nobody's fault; of a string the beginning can be read.
            _ => (!matches!(read::first(text), Some(b'"'))).then(Fault::default),
        };
        let kind = match (&fault, read::first(text)) {
            (Some(_), _) => "text".to_owned(),
            (None, Some(b'"')) => "string".to_owned(),
            (None, _) => match read::shape(text) {
                Shape::Group { children, list } => show::group(children, list).1,
                Shape::String => "string".to_owned(),
                Shape::Other(word) => word.to_owned(),
            },
        };
        let raw = fault.is_some();
        let (text, whole) = (text.into(), whole.into());
        let mut tree = Self { text, left, whole, fault, kind, raw, rows: Vec::new(), other: Vec::new() };
        tree.start();
        tree
    }

    /// The value as it was written, or the beginning of it.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.text
    }

    /// Bytes of the whole value as it was written.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.text.len() as u64 + self.left
    }

    /// Why the text is shown as text; `None` when it is JSON.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_ref().map(|fault| fault.sentence.as_str())
    }

    /// The row with the byte at which the text is no JSON any more.
    #[must_use]
    pub fn fault_row(&self) -> Option<usize> {
        let at = self.fault.as_ref()?.at?;
        self.rows.iter().position(|row| match &row.what {
            What::Line { text, range, .. } => fault::is_in(text, range, at),
            What::Short(_)
            | What::Group { .. }
            | What::Text { .. }
            | What::More { .. }
            | What::Cut { .. } => false,
        })
    }

    /// Whether the text is shown as it was written.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.raw
    }

    /// Shows the text as it was written, or as a tree where it is JSON.
    pub fn set_raw(&mut self, raw: bool) {
        let raw = raw || self.fault.is_some();
        if self.raw == raw {
            return;
        }
        self.raw = raw;
        std::mem::swap(&mut self.rows, &mut self.other);
        if self.rows.is_empty() {
            self.start();
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// What the whole value is, for example `object · 4 keys`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
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
                self.children(&range, 0, MOST, depth + 1)
            }
            What::Text { text, kind, open, left, .. } if !*open => {
                *open = true;
                text_rows(text, *kind, *left, depth + 1)
            }
            What::More { of, from, .. } => {
                let (of, from) = (of.clone(), *from);
                let rows = match &of {
                    More::Group(range) => self.children(range, from, MOST, depth),
                    More::Text(text, kind) => text::lines(text, *kind, from, depth),
                };
                self.rows.splice(at..=at, rows);
                return;
            }
            What::Group { .. }
            | What::Text { .. }
            | What::Short(_)
            | What::Line { .. }
            | What::Cut { .. } => return,
        };
        let below = self.rows.split_off(at + 1);
        self.rows.extend(rows.into_iter().chain(below));
    }

    fn close(&mut self, at: usize) {
        let depth = self.rows[at].depth;
        match &mut self.rows[at].what {
            What::Group { open, .. } | What::Text { open, .. } => *open = false,
            What::Short(_) | What::Line { .. } | What::More { .. } | What::Cut { .. } => return,
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
            What::Short(_) | What::Line { .. } | What::Cut { .. } => None,
        }
    }

    fn start(&mut self) {
        if self.raw {
            let shown = &self.text[..self.text.floor_char_boundary(SHOWN)];
            let left = self.bytes() - shown.len() as u64;
            self.rows = text_rows(&shown.into(), Kind::Prose, left, 0);
            return;
        }
        let whole = 0..self.text.len();
        self.rows = match read::first(&self.text) {
            Some(b'"') => {
                let (text, left) = read::string(&self.text, SHOWN);
                match read::is_long(&text) {
                    true => text_rows(&text.as_str().into(), Kind::of(None, &text), left + self.left, 0),
                    false => vec![self.row(0, Name::None, whole)],
                }
            }
            // The outermost value needs no row of its own.
            Some(b'{' | b'[') => match self.children(&whole, 0, MOST, 0) {
                none if none.is_empty() => vec![self.row(0, Name::None, whole)],
                children => children,
            },
            Some(_) | None => vec![self.row(0, Name::None, whole)],
        };
        let mut at = 0;
        while at < self.rows.len() && self.rows.len() < OPENED {
            let opens = match &self.rows[at].what {
                What::Group { children, open, .. } => !*open && self.rows.len() + children <= OPENED,
                What::Text { lines, open, left, .. } => !*open && *lines <= OPENED_LINES && *left == 0,
                What::Short(_) | What::Line { .. } | What::More { .. } | What::Cut { .. } => false,
            };
            if opens {
                self.unfold(at);
            }
            at += 1;
        }
    }

    /// The rows of a group's children, from one of them on, at most so many, and one for the rest.
    fn children(&self, range: &Range<usize>, from: usize, most: usize, depth: usize) -> Vec<Row> {
        let Children(children) = read::children(&self.text[range.clone()]);
        let left = children.len().saturating_sub(from + most);
        let place = |part: &str| {
            let start = part.as_ptr() as usize - self.text.as_ptr() as usize;
            start..start + part.len()
        };
        let mut rows: Vec<Row> = children
            .iter()
            .enumerate()
            .skip(from)
            .take(most)
            .map(|(index, (key, value))| {
                let name = key.map_or(Name::Index(index), |key| Name::Key(place(key)));
                self.row(depth, name, place(value))
            })
            .collect();
        if left > 0 {
            let what = What::More { of: More::Group(range.clone()), from: from + most, left };
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
            Shape::String => match read::string(written, SHOWN) {
                (text, left) if read::is_long(&text) => {
                    let key = match &name {
                        Name::Key(key) => Some(read::string(&self.text[key.clone()], SHOWN).0),
                        Name::None | Name::Index(_) => None,
                    };
                    let (kind, lines) = (Kind::of(key.as_deref(), &text), text.split('\n').count());
                    What::Text { range, text: text.into(), kind, lines, open: false, left }
                }
                _ => What::Short(range),
            },
            Shape::Other(_) if read::is_long(written) => {
                let shown = &written[..written.floor_char_boundary(SHOWN)];
                let left = (written.len() - shown.len()) as u64;
                let text = shown.into();
                What::Text { range, text, kind: Kind::Prose, lines: 1, open: false, left }
            }
            Shape::Group { .. } | Shape::Other(_) => What::Short(range),
        };
        Row { depth, name, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Tree {
        Tree::new(text, 0, "/runs/x/stdout")
    }

    fn shown(tree: &Tree, columns: usize) -> Vec<String> {
        let theme = crate::tui::theme::shelf::built_in(false, crate::tui::theme::Palette::Rgb);
        (0..tree.len())
            .flat_map(|at| tree.lines(at, columns, &theme))
            .map(|line| line.spans.iter().map(|span| span.content.as_ref()).collect::<String>())
            .collect()
    }

    #[test]
    fn values_are_shown_as_written_and_long_texts_as_their_lines() {
        let tree = of(
            r#"{"n": 1e3, "e": {}, "é\u00e9": "x", "list": [1, {"deep": null}], "code": "def f():\n\treturn \"a\"\n"}"#,
        );
        let expected = [
            "  \"n\": 1e3",
            "  \"e\": {}",
            "  \"éé\": \"x\"",
            "▾ \"list\": 2 items",
            "    0: 1",
            "  ▾ 1: 1 key",
            "      \"deep\": null",
            "▾ \"code\": 3 lines",
            "       1 │ def f():",
            "       2 │         return \"a\"",
            "       3 │ ",
        ];
        assert_eq!(shown(&tree, 60), expected);
        assert_eq!(tree.kind(), "object · 5 keys");
    }

    #[test]
    fn rows_fold_and_unfold() {
        let mut tree = of(r#"{"a": [1, 2], "b": 3}"#);
        assert_eq!(tree.len(), 4);
        assert_eq!(tree.fold(2), 0, "a leaf closes what it belongs to");
        assert_eq!(shown(&tree, 60), ["▸ \"a\": 2 items", "  \"b\": 3"]);
        tree.toggle(0);
        assert_eq!(tree.len(), 4);
        assert_eq!(tree.fold(3), 3, "nothing is above the outermost rows");
    }

    #[test]
    fn what_is_no_json_is_text() {
        let mut tree = of("{\"a\": NaN}\nsecond");
        assert!(tree.is_raw() && tree.fault().is_some());
        tree.set_raw(false);
        assert_eq!(shown(&tree, 60), ["{\"a\": NaN}", "      ^ expected value", "second"]);
        let wrapped = of("{\"one\": \"two three four\", \"five\" 6}");
        assert_eq!(wrapped.fault_row(), Some(0));
        let expected = ["{\"one\": \"two three ", "four\", \"five\" 6}", " expected `:` ^"];
        assert_eq!(shown(&wrapped, 19), expected);
    }

    #[test]
    fn depth_and_size_are_no_danger() {
        let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
        let tree = of(&deep);
        assert!(tree.len() >= 100 && tree.len() <= OPENED);
        assert!(shown(&tree, 40).iter().all(|line| crate::text::width(line) <= 40));
        let wide = format!("[{}0]", "0,".repeat(2 * MOST));
        let mut tree = of(&wide);
        assert_eq!(tree.len(), MOST + 1);
        tree.unfold(MOST);
        tree.unfold(2 * MOST);
        assert_eq!(tree.len(), 2 * MOST + 1);
    }

    #[test]
    fn of_a_very_long_text_the_beginning_is_shown_and_where_the_rest_is() {
        let check = |text: &str, left| {
            let tree = Tree::new(text, left, "/the/file");
            let rows = shown(&tree, 60);
            let (last, rows) = rows.split_last().unwrap();
            assert_eq!(rows.concat().matches('a').count(), SHOWN);
            assert_eq!(last, "… 2.7 MB more: the whole stands in /the/file");
            assert_eq!(tree.kind(), "string");
        };
        check(&format!("\"{}\"", "a".repeat(3_000_000)), 0);
        check(&format!("\"{}", "a".repeat(500_000)), 2_500_000);
        let inside = format!("[\"{}\"]", "a".repeat(3_000_000));
        let mut tree = of(&inside);
        assert_eq!(shown(&tree, 60), ["▸ 0: 3.0 MB of text"]);
        tree.unfold(0);
        assert_eq!(shown(&tree, 60).last().unwrap(), "  … 2.7 MB more: the whole stands in /runs/x/stdout");
        tree.set_raw(true);
        assert!(tree.len() < 1_000);
        tree.set_raw(false);
        assert!(tree.len() > 600, "what was open stays open");
    }

    #[test]
    fn strings_are_shown_as_what_they_mean_and_raw_as_they_were_written() {
        let check = |written: &str, expected: &str| {
            assert_eq!(shown(&of(&format!("[{written}]")), 60), [format!("  0: {expected}")]);
        };
        check(r#""\u00e4\u00f6\u00fc \ud83c\udf89 \/""#, "\"äöü 🎉 /\"");
        check(r#""half \ud83d and \udc00""#, r#""half \ud83d and \udc00""#);
        check(r#""say \"a\\b\"\t""#, r#""say \"a\\b\"\t""#);
        check(r#""\u001b[31m \u202e \u009b""#, r#""\u001b[31m \u202e \u009b""#);
        let mut broken = of(r#"["one\n\u00e4\ud83d\u001b[2J", 1]"#);
        assert_eq!(shown(&broken, 60)[1..3], ["    one", r"    ä\ud83d\u001b[2J"]);
        broken.set_raw(true);
        assert_eq!(shown(&broken, 60), [r#"["one\n\u00e4\ud83d\u001b[2J", 1]"#]);
    }

    #[test]
    fn scalars_have_a_row_too() {
        for (text, kind) in
            [("null", "null"), ("{}", "object · 0 keys"), ("1e3", "number"), ("\"x\"", "string")]
        {
            let tree = of(text);
            assert_eq!((shown(&tree, 60), tree.kind()), (vec![format!("  {text}")], kind));
        }
    }
}
