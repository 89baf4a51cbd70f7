//! Help with the brackets of a JSON text: which belongs to the one at the cursor, and a layout on request.

/// Largest text in which a bracket's partner is looked for while it is typed in; bytes.
const LOOKED_THROUGH: usize = 256 << 10;

/// The brackets at a cursor and where they belong: the one under it, else the one before it. Bytes.
pub fn pair(text: &str, cursor: usize) -> Option<(usize, usize)> {
    if text.len() > LOOKED_THROUGH {
        return None;
    }
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut found = None;
    for (at, byte) in marks(text) {
        let pair = match byte {
            b'{' | b'[' => {
                open.push((at, byte));
                continue;
            }
            _ => match open.pop() {
                Some((start, b'{')) if byte == b'}' => (start, at),
                Some((start, b'[')) if byte == b']' => (start, at),
                // From here on nothing fits: more would be guessed.
                Some(_) | None => return found,
            },
        };
        if [pair.0, pair.1].contains(&cursor) {
            return Some(pair);
        }
        if [pair.0 + 1, pair.1 + 1].contains(&cursor) {
            found = Some(pair);
        }
    }
    found
}

/// The brackets of a text that are not inside strings.
fn marks(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let (mut in_string, mut escaped) = (false, false);
    text.bytes().enumerate().filter(move |(_, byte)| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'}' | b'[' | b']' => return !in_string,
            _ => {}
        }
        false
    })
}

/// A JSON text with a line for each value, two blanks a level; every value keeps its spelling. Short lists of plain
/// values stay on their line.
pub fn layout(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut level = 0;
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = json.char_indices();
    while let Some((at, c)) = rest.next() {
        if in_string {
            out.push(c);
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                if let Some(length) = short(&json[at..]) {
                    let words = json[at + 1..at + length - 1].split(',').map(str::trim);
                    out.push(c);
                    out.push_str(&words.collect::<Vec<_>>().join(", "));
                    out.push_str(&json[at + length - 1..at + length]);
                    // All of it was ASCII without strings: a byte is a character.
                    rest.by_ref().take(length - 1).for_each(drop);
                    continue;
                }
                out.push(c);
                level += 1;
                line(&mut out, level);
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                line(&mut out, level);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, level);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

/// Longest list that stays on its line.
const SHORT: usize = 60;

/// The length of a list of numbers, `true`, `false` and `null`, or of an empty group, where it is short.
fn short(json: &str) -> Option<usize> {
    let end = json.bytes().take(SHORT).position(|byte| matches!(byte, b']' | b'}'))? + 1;
    let inside = &json.as_bytes()[1..end - 1];
    let is_plain = inside.iter().all(|byte| !matches!(byte, b'[' | b'{' | b'"') && byte.is_ascii());
    let is_empty = inside.iter().all(u8::is_ascii_whitespace);
    (is_plain && (json.starts_with('[') || is_empty)).then_some(end)
}

fn line(out: &mut String, level: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` stands before the cursor's character.
    #[track_caller]
    fn check(text: &str, expected: Option<(usize, usize)>) {
        let cursor = text.find('|').unwrap();
        assert_eq!(pair(&text.replace('|', ""), cursor), expected, "{text}");
    }

    #[test]
    fn a_bracket_knows_its_partner() {
        check(r#"|{"a": [1]}"#, Some((0, 9)));
        check(r#"{"a": |[1]}"#, Some((6, 8)));
        check(r#"{"a": [|1]}"#, Some((6, 8)));
        check(r#"{"a": [1]|}"#, Some((0, 9)));
        check(r#"{"a": [1]}|"#, Some((0, 9)));
        check(r#"{"|a": [1]}"#, None);
        check(r#"{"[|": 1]}"#, None);
        check(r#"{"\"{": |[]}"#, Some((8, 9)));
        check("|{[}", None);
    }

    #[test]
    fn a_layout_changes_blanks_alone() {
        let json = r#"{"a":1e3,"é":[1, 2,{"x":"{, \" :"}],"e":{},"n":[1,
            2.0, null],"s":[ ]}"#;
        let expected = r#"{
  "a": 1e3,
  "é": [
    1,
    2,
    {
      "x": "{, \" :"
    }
  ],
  "e": {},
  "n": [1, 2.0, null],
  "s": []
}"#;
        assert_eq!(layout(json), expected);
        assert_eq!(layout(expected), expected, "once is enough");
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(bare(&layout(json)), bare(json));
    }
}
