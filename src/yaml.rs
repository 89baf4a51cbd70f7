//! YAML text to values with their places: the one place that names the YAML library. Below all rooms.
//!
//! A [`Document`] is read as AgentHub's own YAML 1.1 reader reads it ([`scalar`] says what a plain word means),
//! so that what is valid there is valid here. Aliases share their node instead of copying it: a bomb of aliases
//! takes no more room than its text, and a node may contain itself, so whoever walks a document must bound it.
//!
//! Left different, since no real file was seen to need it: a `#` right behind a quoted text is refused here, and
//! U+0085, U+2028 and U+2029 are no line breaks here.

mod scalar;
mod tree;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use indexmap::IndexMap;
use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, Span, Tag, options};

use tree::{Id, Stored};

pub use tree::{Content, Document, Fault, Node, Place, Repeat};

/// Pairs that merge keys (`<<`) may copy in one document: more than any real file, less than a bomb needs.
const MOST_MERGED: usize = 200_000;

/// Reads one document.
///
/// # Errors
/// The first fault, when the text is not YAML or has more than one document.
pub fn parse(text: &str) -> Result<Document, Fault> {
    if let Some((at, c)) = text.char_indices().find(|&(_, c)| !is_printable(c)) {
        let message = format!("the control character U+{:04X} has no place in YAML: remove it", u32::from(c));
        return Err(Fault { place: place_of(text, at), message });
    }
    let mut builder = Builder::default();
    // As PyYAML does it, and with the names of anchors.
    let options = options! {
        bom_inside_document_as_content: true,
        block_scalar_eof_without_line_feed: true,
        emit_anchor_events: true,
    };
    for step in Parser::new_from_str_with_options(text, options) {
        let (event, span) = step.map_err(|error| Fault {
            place: place(error.marker().line(), error.marker().col()),
            message: format!("this is not YAML: {}", error.info()),
        })?;
        builder.take(event, &span)?;
    }
    if let Some(at) = stray_tab(text, &builder.opaque) {
        let message = "a tab stands where YAML takes only spaces: replace it".to_owned();
        return Err(Fault { place: place_of(text, at), message });
    }
    Ok(builder.document)
}

/// Makes a document of parser events. Deep nesting costs no stack: open collections wait in a list.
#[derive(Default)]
struct Builder {
    document: Document,
    open: Vec<Open>,
    anchors: HashMap<usize, Id>,
    anchor_names: HashSet<String>,
    documents: usize,
    merged: usize,
    /// Byte ranges of quoted and block scalars, where a tab is content.
    opaque: Vec<Range<usize>>,
}

/// A list or mapping whose end has not come yet.
struct Open {
    id: Id,
    is_mapping: bool,
    is_set: bool,
    /// Items, or keys and values by turns.
    items: Vec<Id>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), Fault> {
        let begin = span.tag_start().unwrap_or(span.start);
        let at = place(begin.line(), begin.col());
        let fault = |message: String| Fault { place: at, message };
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(fault("a second document begins here: keep one, without `---`".to_owned()));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if style != ScalarStyle::Plain {
                    self.opaque.extend(span.byte_range());
                }
                let content = match uri(tag.as_deref()).as_deref() {
                    Some("!") => scalar::plain(&text),
                    Some(uri) => own_tag(uri).and_then(|tag| scalar::tagged(tag, &text)),
                    None if style == ScalarStyle::Plain => scalar::plain(&text),
                    None => Ok(Content::Text),
                };
                let content = content.map_err(fault)?;
                // The parser gives a `~` for what is not there at all.
                let text = if span.is_empty() { String::new() } else { text.into_owned() };
                self.add(Stored { place: at, text, content }, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => {
                match uri(tag.as_deref()).as_deref().map(own_tag).transpose().map_err(fault)? {
                    None | Some("seq" | "omap" | "pairs" | "!") => {}
                    Some(tag) => return Err(fault(format!("the tag !!{tag} does not fit a list"))),
                }
                let content = Content::Sequence(Vec::new());
                let id = self.add(Stored { place: at, text: String::new(), content }, anchor);
                self.open.push(Open { id, is_mapping: false, is_set: false, items: Vec::new() });
            }
            Event::MappingStart(_, anchor, tag) => {
                let is_set = match uri(tag.as_deref()).as_deref().map(own_tag).transpose().map_err(fault)? {
                    None | Some("map" | "!") => false,
                    Some("set") => true,
                    Some(tag) => return Err(fault(format!("the tag !!{tag} does not fit a mapping"))),
                };
                let content = Content::Mapping(Vec::new());
                let id = self.add(Stored { place: at, text: String::new(), content }, anchor);
                self.open.push(Open { id, is_mapping: true, is_set, items: Vec::new() });
            }
            Event::Anchor(_, name) => {
                // PyYAML knows only these, and each once.
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                if !name.chars().all(plain) {
                    return Err(fault("an anchor's name has letters, digits, - and _: rename it".to_owned()));
                }
                if !self.anchor_names.insert(name.into_owned()) {
                    return Err(fault("an anchor of this name was there before: rename one".to_owned()));
                }
            }
            Event::Alias(anchor) => {
                let id = self.anchors.get(&anchor).copied();
                let id = id.ok_or_else(|| fault("this alias names no anchor".to_owned()))?;
                if let Some(open) = self.open.last_mut() {
                    open.items.push(id);
                }
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            // Nothing else carries a value, and the events that are optional are not asked for.
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, stored: Stored, anchor: usize) -> Id {
        let id = self.document.nodes.len();
        self.document.nodes.push(stored);
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        if let Some(open) = self.open.last_mut() {
            open.items.push(id);
        }
        id
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let content = if open.is_mapping {
            let pairs = self.pairs(&open)?;
            if open.is_set { Content::Set } else { Content::Mapping(pairs) }
        } else {
            for &item in &open.items {
                self.refuse_indicator(item)?;
            }
            Content::Sequence(open.items)
        };
        self.document.nodes[open.id].content = content;
        Ok(())
    }

    /// The pairs of a finished mapping: merged ones first, own ones over them, the last of equal keys kept.
    fn pairs(&mut self, open: &Open) -> Result<Vec<(Id, Id)>, Fault> {
        let mut merged = Vec::new();
        let mut own: IndexMap<String, (Id, Id)> = IndexMap::new();
        for pair in open.items.chunks_exact(2) {
            let (key, value) = (pair[0], pair[1]);
            if self.content(key) == &Content::Merge {
                self.merge(open.id, value, &mut merged)?;
                continue;
            }
            self.refuse_indicator(value)?;
            if self.content(key) == &Content::Null && self.text(key).is_empty() {
                let message = "a key is missing before this colon: write a text".to_owned();
                return Err(Fault { place: self.place(key), message });
            }
            if self.content(key) == &Content::Equals {
                self.document.nodes[key].content = Content::Text;
            }
            let identity = self.identity(key)?;
            if let Some((first, _)) = own.get(&identity) {
                let (first, place) = (self.place(*first), self.place(key));
                let path = self.path_of(key);
                self.document.repeats.push(Repeat { place, first, path });
            }
            own.entry(identity).and_modify(|pair| pair.1 = value).or_insert((key, value));
        }
        if merged.is_empty() {
            return Ok(own.into_values().collect());
        }
        let mut all: IndexMap<String, (Id, Id)> = IndexMap::new();
        for (key, value) in merged {
            all.insert(self.identity(key)?, (key, value));
        }
        all.extend(own);
        Ok(all.into_values().collect())
    }

    /// Adds what a `<<` brings: one mapping, or a list of them of which the first counts most.
    fn merge(&mut self, into: Id, source: Id, merged: &mut Vec<(Id, Id)>) -> Result<(), Fault> {
        let fault = |at, message: &str| Fault { place: at, message: message.to_owned() };
        let sources = match self.content(source) {
            Content::Sequence(items) => items.iter().rev().copied().collect(),
            _ => vec![source],
        };
        for source in sources {
            let at = self.place(source);
            let Content::Mapping(pairs) = &self.document.nodes[source].content else {
                return Err(fault(at, "`<<` merges mappings, and this is none: name an anchor of one"));
            };
            if source == into || self.open.iter().any(|open| open.id == source) {
                return Err(fault(at, "this mapping merges itself: remove the `<<`"));
            }
            merged.extend_from_slice(pairs);
            self.merged += pairs.len();
            if self.merged > MOST_MERGED {
                return Err(fault(at, "the `<<` keys of this file bring too much: merge less"));
            }
        }
        Ok(())
    }

    /// What makes two keys the same. Lists and mappings are no keys, as in Python.
    fn identity(&self, key: Id) -> Result<String, Fault> {
        let stored = &self.document.nodes[key];
        Ok(match &stored.content {
            Content::Null => "null".to_owned(),
            Content::Boolean(value) => format!("boolean {value}"),
            Content::Integer(digits) => format!("number {digits}"),
            Content::Float(value) => format!("number {value}"),
            Content::Text | Content::Equals | Content::Merge => format!("text {}", stored.text),
            Content::Date | Content::Binary => format!("other {}", stored.text),
            Content::Set | Content::Sequence(_) | Content::Mapping(_) => {
                let message = "a list or mapping cannot be a key: quote it if it is meant as text".to_owned();
                return Err(Fault { place: stored.place, message });
            }
        })
    }

    fn refuse_indicator(&self, id: Id) -> Result<(), Fault> {
        match self.content(id) {
            Content::Merge | Content::Equals => {
                let stored = &self.document.nodes[id];
                let message = format!("`{0}` alone means nothing here: write \"{0}\"", stored.text);
                Err(Fault { place: stored.place, message })
            }
            Content::Null
            | Content::Boolean(_)
            | Content::Integer(_)
            | Content::Float(_)
            | Content::Text
            | Content::Date
            | Content::Binary
            | Content::Set
            | Content::Sequence(_)
            | Content::Mapping(_) => Ok(()),
        }
    }

    /// The keys that lead to a key of the mapping that closes right now.
    fn path_of(&self, key: Id) -> String {
        let steps = self.open.iter().map(|open| {
            let last = open.items.len().saturating_sub(1);
            if open.is_mapping {
                open.items.get(last.saturating_sub(1)).map_or("", |&id| self.text(id)).to_owned()
            } else {
                last.to_string()
            }
        });
        steps.chain([self.text(key).to_owned()]).collect::<Vec<_>>().join(".")
    }

    fn content(&self, id: Id) -> &Content {
        &self.document.nodes[id].content
    }

    fn place(&self, id: Id) -> Place {
        self.document.nodes[id].place
    }

    fn text(&self, id: Id) -> &str {
        &self.document.nodes[id].text
    }
}

/// A tag in full; `!` alone asks for the plain meaning.
fn uri(tag: Option<&Tag>) -> Option<String> {
    tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()))
}

/// The name of one of YAML's own tags.
fn own_tag(uri: &str) -> Result<&str, String> {
    let name = if uri == "!" { Some("!") } else { uri.strip_prefix("tag:yaml.org,2002:") };
    name.ok_or_else(|| format!("the tag {uri} means nothing here: remove it"))
}

/// Whether YAML 1.1 lets a character stand in a text.
fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

/// The first tab outside quoted and block scalars and comments, where YAML 1.1 takes only spaces. The parser,
/// which reads YAML 1.2, lets it pass.
fn stray_tab(text: &str, opaque: &[Range<usize>]) -> Option<usize> {
    if !text.contains('\t') {
        return None;
    }
    let mut opaque = opaque.iter();
    let mut next = opaque.next();
    let mut in_comment = false;
    let mut before = '\n';
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        while let Some(range) = next.filter(|range| range.start <= at) {
            skip_to = skip_to.max(range.end);
            next = opaque.next();
        }
        if at < skip_to {
            before = 'x';
            continue;
        }
        match c {
            '\n' => in_comment = false,
            '#' if matches!(before, ' ' | '\t' | '\n' | '\r') => in_comment = true,
            '\t' if !in_comment => return Some(at),
            _ => {}
        }
        before = c;
    }
    None
}

/// The place of a byte of a text.
fn place_of(text: &str, at: usize) -> Place {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    place(text[..at].matches('\n').count() + 1, text[line_start..at].chars().count())
}

/// A place from a line counted from 1 and a column counted from 0.
fn place(line: usize, column: usize) -> Place {
    let counted = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: counted(line), column: counted(column + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `path: value` lines of a whole document, to compare it at a glance.
    #[track_caller]
    fn check(text: &str, json: &str) {
        let document = parse(text).expect("the text is YAML");
        let value = document.root().and_then(Node::to_json).expect("the document is small");
        assert_eq!(value.to_string(), json, "{text}");
    }

    #[track_caller]
    fn check_fault(text: &str, line: u32, column: u32, part: &str) {
        let fault = parse(text).expect_err("the text has a fault");
        assert_eq!((fault.place.line, fault.place.column), (line, column), "{fault}");
        assert!(fault.message.contains(part), "{fault}");
        assert!(!fault.message.contains('\n'), "{fault}");
    }

    #[test]
    fn values_keep_their_order_and_meaning() {
        check("b: 1\na: [x, 1.5, ~, yes]\n", r#"{"b":1,"a":["x",1.5,null,true]}"#);
        check("a: '1'\nb: \"no\"\nc: |\n  1\n", r#"{"a":"1","b":"no","c":"1\n"}"#);
        check(
            "a: 2024-01-15\nb: 123456789012345678901234567890\n",
            r#"{"a":"2024-01-15","b":"123456789012345678901234567890"}"#,
        );
        check("a: |\n  no newline", r#"{"a":"no newline"}"#);
        check("a: ! 5\nb: !!str 5\n", r#"{"a":5,"b":"5"}"#);
    }

    #[test]
    fn merge_keys_bring_what_is_not_there() {
        check(
            "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3, c: 4}\n",
            r#"{"x":{"a":1,"b":2},"y":{"a":1,"b":3,"c":4}}"#,
        );
        check("x: &x {a: 1}\ny: &y {a: 2}\nz: {<<: [*x, *y]}\n", r#"{"x":{"a":1},"y":{"a":2},"z":{"a":1}}"#);
        check_fault("a:\n  <<: 5\n", 2, 7, "merges mappings");
        check_fault("a: &a\n  <<: *a\n", 2, 3, "merges itself");
    }

    #[test]
    fn the_last_of_equal_keys_counts_and_is_reported() {
        let document = parse("a: {n: 1, n: 2}\nlist:\n  - k: 1\n    k: 2\n").expect("the text is YAML");
        let found: Vec<_> =
            document.repeats.iter().map(|repeat| (repeat.path.as_str(), repeat.place.line)).collect();
        assert_eq!(found, [("a.n", 1), ("list.0.k", 4)]);
        check("a: 1\nb: 2\na: 3\n", r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn aliases_that_contain_themselves_end() {
        let document = parse("a: &a [1, *a]\n").expect("the text is YAML");
        assert_eq!(document.root().and_then(Node::to_json), None);
    }

    #[test]
    fn alias_bombs_stay_small() {
        use std::fmt::Write as _;
        let mut text = "a0: &a0 {k: 1}\n".to_owned();
        for level in 1..60 {
            let before = format!("*a{}", level - 1);
            let _ = writeln!(text, "a{level}: &a{level} [{}]", [before.as_str(); 9].join(", "));
        }
        let document = parse(&text).expect("the text is YAML");
        assert!(document.nodes.len() < 1000);
        assert_eq!(document.root().and_then(Node::to_json), None);
    }

    #[test]
    fn faults_have_a_place_and_one_line() {
        check_fault("a: b: c\n", 1, 5, "this is not YAML");
        check_fault("a: *nope\n", 1, 4, "unknown anchor");
        check_fault("a: !mytag 5\n", 1, 4, "!mytag");
        check_fault("é: [1\n", 1, 4, "this is not YAML");
        check_fault("a: 1\n---\nb: 2\n", 2, 1, "second document");
        check_fault("%YAML 2.0\n---\na: 1\n", 1, 1, "YAML major version");
        check_fault("a: 2024-13-45\n", 1, 4, "no date");
        check_fault("a: =\n", 1, 4, "`=`");
        check_fault("a: 1\n: 2\n", 2, 1, "a key is missing");
        check_fault("a: &x 1\nb: &x 2\n", 2, 4, "was there before");
        check_fault("a: &x! 1\n", 1, 4, "rename it");
        check_fault("? [a]\n: 1\n", 1, 3, "cannot be a key");
        check_fault("a: \u{0}\n", 1, 4, "U+0000");
        check_fault(&"[".repeat(100_000), 1, 256, "this is not YAML");
    }

    #[test]
    fn tabs_are_content_only_inside_quotes_blocks_and_comments() {
        check_fault("{\n\t\"a\": 1\n}\n", 2, 1, "tab");
        check_fault("a: b\t# c\n", 1, 5, "tab");
        check_fault("a:\tb\n", 1, 3, "tab");
        check(
            "a: \"x\ty\" # tab\there\nb: |\n  x\ty\nc: 'x\ty'\n",
            r#"{"a":"x\ty","b":"x\ty\n","c":"x\ty"}"#,
        );
    }

    #[test]
    fn an_empty_text_has_no_root() {
        assert!(parse("# nothing\n").expect("the text is YAML").root().is_none());
        assert!(parse("").expect("the text is YAML").root().is_none());
    }
}
