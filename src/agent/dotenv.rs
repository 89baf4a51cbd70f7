//! Variables from a text in the usual `.env` format. Nothing in it is expanded, the environment of this process is
//! neither read nor changed, and no value ever stands in a message: a bad line is named by its number alone.

use std::fmt;

use indexmap::IndexMap;

/// Names and values, in the order in which the names came first; a later value wins. Shown, it tells names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables(IndexMap<String, String>);

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Variables {
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Takes a variable out; returns whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.0.shift_remove(name).is_some()
    }

    /// Takes these in; they win.
    pub fn extend(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    /// For another process's memory, never for a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(|(name, value)| [name, "=", value, "\0"]).collect::<String>().into_bytes()
    }

    /// The other half of [`Self::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let entry = |entry: &str| entry.split_once('=').map(|(name, value)| (name.into(), value.into()));
        Self(text.split_terminator('\0').filter_map(entry).collect())
    }
}

/// Reads `NAME=value` lines: `export` before them, blank lines and comments are fine. A value in single quotes is
/// literal; in double quotes `\n`, `\t`, `\r`, `\"`, `\\` and `\$` are what they are elsewhere, and any other
/// backslash stays; both may go over several lines. A value without quotes ends at the line's end or at a `#` after
/// a blank.
///
/// # Errors
/// The line and what it should be.
pub fn parse(text: &str) -> Result<Variables, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let (mut variables, mut rest, mut line) = (Variables::default(), text.as_str(), 1);
    while !rest.is_empty() {
        let (found, after) = entry(rest).map_err(|why| format!("line {line}: {why}"))?;
        if let Some((name, value)) = found {
            variables.0.insert(name, value);
        }
        line += rest[..rest.len() - after.len()].matches('\n').count();
        rest = after;
    }
    Ok(variables)
}

/// What the first line holds, and what comes after it.
type Entry<'a> = (Option<(String, String)>, &'a str);

fn entry(text: &str) -> Result<Entry<'_>, &'static str> {
    let (line, after) = first_line(text);
    if matches!(line.trim_start().chars().next(), None | Some('#')) {
        return Ok((None, after));
    }
    let Some((name, _)) = line.split_once('=') else { return Err("write it as NAME=value") };
    let given = &text[name.len() + 1..];
    let name = name.trim();
    let name = match name.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        Some(_) | None => name,
    };
    if !is_name(name) {
        return Err("a name has letters, digits, _, . and -, and does not begin with a digit");
    }
    let (value, after) = value(given)?;
    if value.contains('\0') {
        return Err("no variable can hold a NUL character");
    }
    Ok((Some((name.to_owned(), value)), after))
}

fn value(given: &str) -> Result<(String, &str), &'static str> {
    let trimmed = given.trim_start_matches([' ', '\t']);
    if trimmed.starts_with(['\'', '"']) {
        return quoted(trimmed)
            .ok_or("the value must end with the quote it begins with, and nothing but a comment may follow");
    }
    let (line, after) = first_line(given);
    let end = line.match_indices('#').find(|(at, _)| line[..*at].ends_with([' ', '\t']));
    let line = end.map_or(line, |(at, _)| &line[..at]);
    Ok((line.trim().to_owned(), after))
}

/// The value in quotes at the beginning of the text, and what comes after its line.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut chars = text.char_indices();
    let (_, quote) = chars.next()?;
    let mut value = String::new();
    loop {
        match chars.next()? {
            (_, '\\') if quote == '"' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                same @ ('"' | '\\' | '$') => value.push(same),
                other => value.extend(['\\', other]),
            },
            (at, found) if found == quote => {
                let (line, after) = first_line(&text[at + 1..]);
                let line = line.trim();
                return (line.is_empty() || line.starts_with('#')).then_some((value, after));
            }
            (_, other) => value.push(other),
        }
    }
}

fn first_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let variables = parse(text).unwrap();
        assert_eq!(variables.iter().collect::<Vec<_>>(), expected, "{text:?}");
        assert_eq!(Variables::from_bytes(&variables.to_bytes()), variables);
    }

    #[test]
    fn usual_lines_are_read() {
        check("", &[]);
        check("# nothing\n\n   \n\t# more", &[]);
        check("A=1\nB = two words \nexport C=3\n", &[("A", "1"), ("B", "two words"), ("C", "3")]);
        check("\u{feff}A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]);
        check("A=1\nB=2\nA=3", &[("A", "3"), ("B", "2")]);
        check("EMPTY=\nE2=''\nexport=x", &[("EMPTY", ""), ("E2", ""), ("export", "x")]);
    }

    #[test]
    fn a_comment_begins_after_a_blank() {
        check("A=1 # one\nB=x#y\nC= # none\nD=#d", &[("A", "1"), ("B", "x#y"), ("C", ""), ("D", "#d")]);
        check("A='1' # one\nB=\"# two\"#", &[("A", "1"), ("B", "# two")]);
    }

    #[test]
    fn nothing_is_expanded() {
        check("A=$HOME\nB=\"${A} \\$A `x`\"\nC='$A'", &[("A", "$HOME"), ("B", "${A} $A `x`"), ("C", "$A")]);
    }

    #[test]
    fn quotes_keep_what_is_in_them() {
        check(r#"A='a\n"b"'"#, &[("A", r#"a\n"b""#)]);
        check(r#"A="a\n\t\"b\" \\ \d""#, &[("A", "a\n\t\"b\" \\ \\d")]);
        check("A='one\ntwo'\nB=\"= # \n\"\nC=a\"b'", &[("A", "one\ntwo"), ("B", "= # \n"), ("C", "a\"b'")]);
        check("A=c:\\new", &[("A", "c:\\new")]);
    }

    #[test]
    fn a_bad_line_is_named_and_its_text_is_not() {
        for (text, line) in [
            ("A=1\nhunter2", 2),
            ("A='x\ny'\n\nhunter2", 4),
            ("A=1\nB='hunter2", 2),
            ("A=\"hunter2\" hunter2", 1),
            ("A=\"hunter2\\", 1),
            ("1hunter2=hunter2", 1),
            ("=hunter2", 1),
            ("a hunter2=1", 1),
            ("A=hunter2\0", 1),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(&format!("line {line}: ")), "{text:?}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_is_shown_are_names() {
        assert_eq!(format!("{:?}", parse("TOKEN=hunter2").unwrap()), r#"{"TOKEN"}"#);
    }
}
