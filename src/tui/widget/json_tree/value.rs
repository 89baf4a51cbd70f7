//! The value that a row of a tree stands for.

use serde_json::Value;

use crate::tui::widget::json_tree::{Name, Tree, What};

impl Tree {
    /// The value of a row as JSON, as it was written where that is known; of a line of a text, the whole text. `None`
    /// where only a part of the value is here.
    #[must_use]
    pub fn value(&self, at: usize) -> Option<String> {
        let row = self.rows.get(at)?;
        match &row.what {
            // The last value of a text that goes on behind it may go on too.
            What::Short(range) | What::Group { range, .. }
                if self.left > 0 && range.end == self.text.len() =>
            {
                None
            }
            What::Short(range) | What::Group { range, .. } => {
                Some(self.text[range.clone()].trim().to_owned())
            }
            What::Text { text, left: 0, .. } => Some(Value::from(text.as_ref()).to_string()),
            What::Text { .. } => None,
            What::Line { .. } | What::More { .. } | What::Cut { .. } => {
                let parent = self.rows[..at].iter().rposition(|above| above.depth < row.depth);
                parent.map_or_else(|| self.whole_value(), |parent| self.value(parent))
            }
        }
    }

    fn whole_value(&self) -> Option<String> {
        match (&self.fault, self.left) {
            (_, 1..) => None,
            (None, 0) => Some(self.text.trim().to_owned()),
            (Some(_), 0) => Some(Value::from(self.text.as_ref()).to_string()),
        }
    }

    /// Where a row's value stands in the whole, as in `items[2].name`; empty for the whole.
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
                    let key = serde_json::from_str::<String>(&self.text[range.clone()]);
                    let dot = if depth == 0 { "" } else { "." };
                    parts.push(format!("{dot}{}", key.unwrap_or_default()));
                }
                Name::Index(index) => parts.push(format!("[{index}]")),
                Name::None => {}
            }
        }
        parts.reverse();
        parts.concat()
    }
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
        assert_eq!(at(&tree, 0), some("n", "1e3"));
        assert_eq!(at(&tree, 1), some("list", r#"[1, {"deep key": null}]"#));
        assert_eq!(at(&tree, 3), some("list[1]", r#"{"deep key": null}"#));
        assert_eq!(at(&tree, 4), some("list[1].deep key", "null"));
        assert_eq!(at(&tree, 5), some("code", r#""a\nb""#));
        assert_eq!(at(&tree, 7), some("code", r#""a\nb""#), "a line of a text is the text");
        assert_eq!(at(&tree, 99), (String::new(), None));
    }

    #[test]
    fn the_whole_is_a_value_too_and_a_part_of_one_is_not() {
        assert_eq!(at(&Tree::new(r#""a\nb""#, 0, ""), 1).1.as_deref(), Some(r#""a\nb""#));
        assert_eq!(
            at(&Tree::new("not JSON\n\"at all", 0, ""), 0).1.as_deref(),
            Some(r#""not JSON\n\"at all""#)
        );
        assert_eq!(at(&Tree::new("\"only the begin", 7, ""), 0).1, None);
    }
}
