//! What a tool said, in a shape that is easy to search.

use crate::text;

/// Who asks where it is the agent itself.
pub const AGENT: &str = "the agent";

/// The lines of an output, without the marks that tools put before them.
pub struct Said {
    lines: Vec<String>,
    joined: String,
}

impl Said {
    /// Reads an output. Escapes and control characters are made harmless.
    pub fn new(text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(|line| bare(&text::safe(line.as_bytes()))).collect();
        let joined = lines.iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" ");
        Self { lines, joined }
    }

    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// All of it as one line: uv breaks sentences where it likes.
    pub fn joined(&self) -> &str {
        &self.joined
    }

    /// The first line that contains one of these.
    pub fn line(&self, parts: &[&str]) -> Option<&str> {
        self.lines.iter().find(|line| parts.iter().any(|part| line.contains(part))).map(String::as_str)
    }

    /// The last line that contains one of these.
    pub fn last_line(&self, parts: &[&str]) -> Option<&str> {
        self.lines.iter().rev().find(|line| parts.iter().any(|part| line.contains(part))).map(String::as_str)
    }

    /// The line above the first line from `from` on that only points at something.
    pub fn above_caret(&self, from: usize) -> Option<&str> {
        let caret = |line: &String| !line.is_empty() && line.chars().all(|c| c == '^' || c == '~');
        let at = self.lines[from..].iter().position(caret)?;
        self.lines.get((from + at).checked_sub(1)?).map(String::as_str)
    }

    /// Where and why a TOML file cannot be read: `line 1, column 9: unclosed table, expected ]`.
    pub fn toml_error(&self) -> Option<String> {
        let at = self.lines.iter().rposition(|line| line.contains("TOML parse error at "))?;
        let place = after(&self.lines[at], "TOML parse error at ")?;
        // Below stand the line itself, numbered, and a caret.
        let shown = |line: &&String| {
            let number = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
            !line.is_empty()
                && !number.starts_with('|')
                && !line.chars().all(|c| matches!(c, '^' | '|' | ' '))
        };
        let reasons: Vec<_> = self.lines[at + 1..].iter().take(8).filter(shown).take(2).collect();
        let reason = reasons
            .iter()
            .take_while(|line| !line.starts_with("hint") && !line.starts_with("error"))
            .map(|line| line.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Some(if reason.is_empty() { place.to_owned() } else { format!("{place}: {reason}") })
    }
}

/// A line without the box, the arrow and the word that say that a cause follows.
fn bare(line: &str) -> String {
    let marks = |c: char| c.is_whitespace() || matches!(c, '×' | '│' | '╰' | '├' | '─' | '▶' | '>' | '┬');
    let mut line = line.trim_end().trim_start_matches(marks);
    for word in ["error: ", "ERROR: ", "cause: ", "Caused by: "] {
        line = line.strip_prefix(word).unwrap_or(line);
    }
    line.trim_start_matches(marks).to_owned()
}

/// What follows the first `part`.
pub fn after<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    text.split_once(part).map(|(_, rest)| rest)
}

/// What stands between the first `open` and the next `close`.
pub fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    after(text, open)?.split_once(close).map(|(inner, _)| inner)
}

/// The address in a line, without the name and the password that it may have in it.
pub fn address(line: &str) -> Option<String> {
    let scheme = ["https://", "http://", "ssh://"].into_iter().find(|scheme| line.contains(scheme))?;
    let rest = after(line, scheme)?;
    let rest = rest.split(|c: char| c.is_whitespace() || matches!(c, '`' | '\'' | '"' | ')' | ',')).next()?;
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = host.rsplit('@').next().unwrap_or(host);
    Some(format!("{scheme}{host}{path}"))
}

/// The last few of a list, with a mark where there are more.
pub fn last_words(list: &str, separator: &str, most: usize) -> String {
    let words: Vec<_> = list.split(separator).collect();
    let from = words.len().saturating_sub(most);
    let mark = if from > 0 { "…, " } else { "" };
    format!("{mark}{}", words[from..].join(separator))
}
