//! The value that a row of a tree stands for.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use crate::tui::widget::json_tree::{Name, Row, Tree, What, read};

/// A value of a tree, to be read aside: it may be long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    text: Arc<str>,
    range: Range<usize>,
    /// To be shown as it was written.
    raw: bool,
}

impl Node {
    /// What was written, for a clipboard or a program that reads JSON.
    #[must_use]
    pub fn written(&self) -> &str {
        self.text[self.range.clone()].trim()
    }

    /// What is copied: a string as its text, anything else as it was written.
    #[must_use]
    pub fn copied(&self) -> String {
        match read::first(self.written()) {
            Some(b'"') => self.readable(),
            Some(_) | None => self.written().to_owned(),
        }
    }

    /// What a person reads: a string as the text that it means, anything else as JSON laid out over lines.
    #[must_use]
    pub fn readable(&self) -> String {
        readable(self.written(), self.raw)
    }
}

/// A result that is read as a person reads it; `raw`: as it was written.
#[must_use]
pub fn readable(written: &str, raw: bool) -> String {
    match read::first(written) {
        _ if raw => written.to_owned(),
        // Half of a pair of surrogates is no text; then the escapes that are none stay.
        Some(b'"') => serde_json::from_str(written).unwrap_or_else(|_| read::string(written, usize::MAX).0),
        Some(_) | None => laid_out(written),
    }
}

/// JSON over lines, two columns for each level, every value spelled as it was written. What is no JSON stays readable
/// too. Nothing here recurses.
#[must_use]
pub fn laid_out(json: &str) -> String {
    /// Deeper levels move no further to the right: their indents alone would be longer than the text.
    const DEEPEST: usize = 200;
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0usize;
    let bytes = json.as_bytes();
    let mut at = 0;
    let new_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
    };
    let next = |from: usize| bytes[from..].iter().find(|byte| !byte.is_ascii_whitespace());
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'"' => {
                let end = read::end_of_string(bytes, at);
                out.push_str(&json[at..end]);
                at = end;
                continue;
            }
            b'{' | b'[' => {
                out.push(char::from(byte));
                depth += 1;
                if !matches!(next(at + 1), Some(b'}' | b']')) {
                    new_line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if !out.ends_with(['{', '[']) {
                    new_line(&mut out, depth);
                }
                out.push(char::from(byte));
            }
            b',' => {
                out.push(',');
                new_line(&mut out, depth);
            }
            b':' => out.push_str(": "),
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
                let end = bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length);
                out.push_str(&json[at..end]);
                at = end;
                continue;
            }
        }
        at += 1;
    }
    out
}

impl Tree {
    /// The value of a row, or all of it in the raw view; of a line of a text, the whole text. `None` where only a part
    /// of the value is here.
    #[must_use]
    pub fn node(&self, at: usize) -> Option<Node> {
        let raw = self.raw;
        let range = if raw { self.whole_range() } else { self.range(at) };
        Some(Node { text: Arc::clone(&self.text), range: range?, raw })
    }

    /// The whole value; `None` where only a part of it is here.
    #[must_use]
    pub fn whole(&self) -> Option<Node> {
        Some(Node { text: Arc::clone(&self.text), range: self.whole_range()?, raw: self.raw })
    }

    /// Whether the whole value is here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.left == 0
    }

    /// The value of a row as JSON, as it was written; what is no JSON, as a JSON string. `None` where only a part of
    /// the value is here.
    #[must_use]
    pub fn value(&self, at: usize) -> Option<String> {
        let written = self.text[self.range(at)?].trim();
        Some(match self.fault {
            Some(_) => Value::from(self.text.as_ref()).to_string(),
            None => written.to_owned(),
        })
    }

    fn range(&self, at: usize) -> Option<Range<usize>> {
        let row = self.rows.get(at)?;
        match &row.what {
            What::Short(range) | What::Group { range, .. } | What::Text { range, .. } => {
                // The last value of a text that goes on behind it may go on too.
                Some(range.clone()).filter(|range| self.left == 0 || range.end < self.text.len())
            }
            What::Line { .. } | What::More { .. } | What::Cut { .. } => match self.parent(at, row) {
                Some(parent) => self.range(parent),
                None => self.whole_range(),
            },
        }
    }

    fn parent(&self, at: usize, row: &Row) -> Option<usize> {
        self.rows[..at].iter().rposition(|above| above.depth < row.depth)
    }

    fn whole_range(&self) -> Option<Range<usize>> {
        (self.left == 0).then_some(0..self.text.len())
    }

    /// Where a row's value stands in the whole, as jq understands it: `.items[2].name`; `.` for the whole.
    #[must_use]
    pub fn path(&self, at: usize) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut depth = usize::MAX;
        for row in self.rows.get(..=at).unwrap_or_default().iter().rev() {
            if row.depth >= depth {
                continue;
            }
            depth = row.depth;
            match &row.name {
                Name::Key(range) => {
                    let key = &self.text[range.clone()];
                    parts.push(match serde_json::from_str::<String>(key) {
                        Ok(key) if is_plain(&key) => format!(".{key}"),
                        Ok(_) | Err(_) => format!("[{}]", read::quoted(key)),
                    });
                }
                Name::Index(index) => parts.push(format!("[{index}]")),
                Name::None => {}
            }
            if depth == 0 {
                break;
            }
        }
        let path: String = parts.into_iter().rev().collect();
        if path.starts_with('.') { path } else { format!(".{path}") }
    }
}

/// Whether a key needs no quotes in a path.
fn is_plain(key: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    key.starts_with(letter) && key.chars().all(|c| letter(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(tree: &Tree, row: usize) -> (String, Option<String>) {
        (tree.path(row), tree.value(row))
    }

    #[test]
    fn every_row_has_its_value_and_its_path() {
        let tree = Tree::new(r#"{"n": 1e3, "list": [1, {"deep key": null}], "code": "a\nb"}"#, 0, "");
        let some = |path: &str, value: &str| (path.to_owned(), Some(value.to_owned()));
        assert_eq!(at(&tree, 0), some(".n", "1e3"));
        assert_eq!(at(&tree, 1), some(".list", r#"[1, {"deep key": null}]"#));
        assert_eq!(at(&tree, 3), some(".list[1]", r#"{"deep key": null}"#));
        assert_eq!(at(&tree, 4), some(r#".list[1]["deep key"]"#, "null"));
        assert_eq!(at(&tree, 5), some(".code", r#""a\nb""#));
        assert_eq!(at(&tree, 7), some(".code", r#""a\nb""#), "a line of a text is the text");
        assert_eq!(at(&tree, 99), (".".to_owned(), None));
        assert_eq!(Tree::new(r#"[{"ä-1": 2}]"#, 0, "").path(1), r#".[0]["ä-1"]"#);
        assert_eq!(Tree::new(r#"{"\ud800\u001b\"": 2}"#, 0, "").path(0), r#".["\ud800\u001b\""]"#);
    }

    #[test]
    fn the_whole_is_a_value_too_and_a_part_of_one_is_not() {
        assert_eq!(at(&Tree::new(r#""a\nb""#, 0, ""), 1).1.as_deref(), Some(r#""a\nb""#));
        assert_eq!(
            at(&Tree::new("not JSON\n\"at all", 0, ""), 0).1.as_deref(),
            Some(r#""not JSON\n\"at all""#)
        );
        assert_eq!(at(&Tree::new("\"only the begin", 7, ""), 0).1, None);
        assert_eq!(Tree::new("\"only the begin", 7, "").node(0), None);
        let long = format!("[\"{}\"]", "x".repeat(3_000_000));
        assert_eq!(Tree::new(&long, 0, "").value(0).map(|value| value.len()), Some(3_000_002));
    }

    #[test]
    fn a_person_reads_texts_and_lines() {
        let mut tree =
            Tree::new(r#"{"a":{"e":{},"l":[ ],"n":-1.50},"s":"one\n\ttwo \"\u00e9\ud800\""}"#, 0, "");
        let readable = |tree: &Tree, at: usize| tree.node(at).unwrap().readable();
        assert_eq!(readable(&tree, 0), "{\n  \"e\": {},\n  \"l\": [],\n  \"n\": -1.50\n}");
        assert_eq!(readable(&tree, 4), "one\n\ttwo \"é\\ud800\"");
        tree.set_raw(true);
        assert_eq!(readable(&tree, 0), tree.written());
        assert_eq!(
            laid_out("[1,[2,{\"a\":\"}\"}]]"),
            "[\n  1,\n  [\n    2,\n    {\n      \"a\": \"}\"\n    }\n  ]\n]"
        );
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(laid_out(&deep).len() < 100_000 * 1_000);
    }
}
