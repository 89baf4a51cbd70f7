//! The fields of a manifest: texts, lists of texts and keys, each with a problem at its place where it is not
//! what it should be.

use crate::agent::manifest::{Problem, Severity};
use crate::text;
use crate::yaml::{Content, Node, Place};

/// Columns that a piece of a manifest may take inside a sentence.
const QUOTE_WIDTH: usize = 60;

/// What a text field must be.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Rule {
    Optional,
    Required,
    /// Required, and not empty.
    Filled,
}

/// Reads the fields of a manifest, and keeps what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn report(&mut self, severity: Severity, place: Place, path: &str, message: String) {
        let Place { line, column } = place;
        self.problems.push(Problem { line, column, path: path.to_owned(), message, severity });
    }

    pub(super) fn error(&mut self, node: Node<'_>, path: &str, message: String) {
        self.report(Severity::Error, node.place(), path, message);
    }

    pub(super) fn warn(&mut self, node: Node<'_>, path: &str, message: String) {
        self.report(Severity::Warning, node.place(), path, message);
    }

    /// A list that must hold only texts.
    pub(super) fn texts(&mut self, node: Node<'_>, path: &str) -> Vec<String> {
        if !matches!(node.content(), Content::Sequence(_)) {
            let message = format!("`{path}` must be a list of texts, not {}: write `- …` lines", shown(node));
            self.error(node, path, message);
        }
        let mut found = Vec::new();
        for (index, item) in node.items().enumerate() {
            match item.text() {
                Some(text) => found.push(text.to_owned()),
                None => self.not_text(item, &join(path, &index.to_string()), "this entry"),
            }
        }
        found
    }

    /// A text field. What is written as a number is kept as it was written, beside the error.
    pub(super) fn text(&mut self, parent: Node<'_>, path: &str, key: &str, rule: Rule) -> Option<String> {
        let path = &join(path, key);
        let Some(node) = parent.get(key) else {
            if rule != Rule::Optional {
                self.error(parent, path, format!("`{key}` is missing: add `{key}: …`"));
            }
            return None;
        };
        if let Some(text) = node.text() {
            if rule == Rule::Filled && text.is_empty() {
                self.error(node, path, format!("`{key}` is empty: write something"));
            }
            return Some(text.to_owned());
        }
        self.not_text(node, path, &format!("`{key}`"));
        let written = node.written();
        (*node.content() != Content::Null && !written.is_empty()).then(|| written.to_owned())
    }

    pub(super) fn not_text(&mut self, node: Node<'_>, path: &str, what: &str) {
        let written = node.written();
        let message = match node.content() {
            Content::Null => format!("{what} is empty: write a text"),
            Content::Sequence(_) | Content::Mapping(_) | Content::Set => {
                format!("{what} must be a text, not {}", node.content())
            }
            Content::Boolean(_)
            | Content::Integer(_)
            | Content::Float(_)
            | Content::Text
            | Content::Date
            | Content::Binary
            | Content::Merge
            | Content::Equals => {
                let quoted = text::fit(&text::safe(written.as_bytes()), QUOTE_WIDTH).into_owned();
                format!("{what} must be a text, and {quoted} is {}: write \"{quoted}\"", node.content())
            }
        };
        self.error(node, path, message);
    }

    /// Keys must be texts: `on:` is a boolean and `1:` a number, and AgentHub takes neither.
    pub(super) fn text_keys(&mut self, mapping: Node<'_>, path: &str) {
        for (key, _) in mapping.entries().filter(|(key, _)| key.text().is_none()) {
            let name = quote(key.written());
            let message = format!("a key must be a text, and {name} is {}: put it in quotes", key.content());
            self.error(key, &join(path, key.written()), message);
        }
    }
}

/// A boolean as AgentHub's schema reads texts and numbers.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

/// Whether AgentHub's schema reads a text as a whole number: `1`, ` +1 `, `1_000`, `1.0`.
pub(super) fn is_whole_number(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = digits
        .split_once('.')
        .filter(|(_, zeros)| zeros.bytes().all(|byte| byte == b'0'))
        .map_or(digits, |(whole, _)| whole);
    digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A value in a sentence: what it is, and how it is written where that is short.
pub(super) fn shown(node: Node<'_>) -> String {
    match node.written() {
        written if *node.content() != Content::Null && !written.is_empty() => quote(written),
        _ => node.content().to_string(),
    }
}

pub(super) fn quote(text: &str) -> String {
    format!("`{}`", text::fit(&text::safe(text.as_bytes()), QUOTE_WIDTH))
}
