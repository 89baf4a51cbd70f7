//! JSON on several lines. Only blanks between values change: keys keep their order, values their spelling.

use crate::agent::json;

/// The same JSON with an indentation of two blanks.
#[must_use]
pub fn indented(text: &str) -> String {
    indent(&json::compact(text))
}

/// The same JSON without blanks between values.
#[must_use]
pub fn compact(text: &str) -> String {
    json::compact(text)
}

/// Indents JSON that stands on one line, without touching how its values are spelled.
fn indent(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let mut chars = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = chars.next() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            out.push(c);
            continue;
        }
        match c {
            '{' | '[' if matches!(chars.peek(), Some('}' | ']')) => {
                out.push(c);
                out.extend(chars.next());
            }
            '{' | '[' => {
                out.push(c);
                depth += 1;
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            '"' => {
                in_string = true;
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blanks_change() {
        let text = r#"{"a" : [1.50,{ }],
            "b":"x\"{,: ","c":[]}"#;
        let expected = "{\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"b\": \"x\\\"{,: \",\n  \"c\": []\n}";
        assert_eq!(indented(text), expected);
    }
}
