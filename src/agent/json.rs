//! Agents' JSON as bytes: where its values stand, without making values of them. As generous as Python's own
//! reader (NaN, Infinity, lone surrogates, any depth, bytes that are not UTF-8 inside texts), in one pass and
//! without recursion, so that a result of any shape stays exactly as it was written.

use std::ops::Range;

/// Where a text stops being JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Byte offset; the length of the text when it ends too early.
    pub(super) at: usize,
}

/// What one value holds beyond its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) range: Range<usize>,
    /// Levels of arrays and objects; 0 for anything else.
    pub(super) depth: usize,
    /// Whether NaN or an infinity is in it.
    pub(super) not_finite: bool,
}

/// The one value that a text is, blanks around it aside.
pub(super) fn whole(text: &[u8]) -> Result<Value, Broken> {
    let value = value(text, skip_blanks(text, 0))?;
    let end = skip_blanks(text, value.range.end);
    if end == text.len() { Ok(value) } else { Err(Broken { at: end }) }
}

/// Calls `visit` with key (in its quotes) and value of each member of the object that a text is, in order.
/// The error may come after some visits.
pub(super) fn members(text: &[u8], mut visit: impl FnMut(&[u8], Value)) -> Result<(), Broken> {
    let mut at = expect(text, skip_blanks(text, 0), b'{')?;
    at = skip_blanks(text, at);
    if text.get(at) == Some(&b'}') {
        return ends(text, at + 1);
    }
    loop {
        at = skip_blanks(text, at);
        let key = at..string(text, at)?;
        at = expect(text, skip_blanks(text, key.end), b':')?;
        let value = value(text, skip_blanks(text, at))?;
        at = skip_blanks(text, value.range.end);
        visit(&text[key], value);
        match text.get(at) {
            Some(b',') => at += 1,
            Some(b'}') => return ends(text, at + 1),
            _ => return Err(Broken { at }),
        }
    }
}

/// Calls `visit` with each item of the array that a text is.
pub(super) fn items(text: &[u8], mut visit: impl FnMut(Value)) -> Result<(), Broken> {
    let mut at = expect(text, skip_blanks(text, 0), b'[')?;
    at = skip_blanks(text, at);
    if text.get(at) == Some(&b']') {
        return ends(text, at + 1);
    }
    loop {
        let value = value(text, skip_blanks(text, at))?;
        at = skip_blanks(text, value.range.end);
        visit(value);
        match text.get(at) {
            Some(b',') => at += 1,
            Some(b']') => return ends(text, at + 1),
            _ => return Err(Broken { at }),
        }
    }
}

/// The text that a JSON string stands for; lone surrogates and broken bytes become `�`.
pub(super) fn decode(string: &[u8]) -> String {
    let inner = string.strip_prefix(b"\"").unwrap_or(string);
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    let inner = String::from_utf8_lossy(inner);
    let mut units: Vec<u16> = Vec::new();
    let mut decoded = String::with_capacity(inner.len());
    let mut rest = inner.as_ref();
    while let Some(at) = rest.find('\\') {
        if at > 0 {
            flush(&mut units, &mut decoded);
        }
        decoded.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        let plain = match after.next() {
            Some('u') => {
                let code = after.as_str().get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
                units.push(code.unwrap_or(0xfffd));
                rest = after.as_str().get(4..).unwrap_or_default();
                continue;
            }
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(c) => c,
            None => break,
        };
        flush(&mut units, &mut decoded);
        decoded.push(plain);
        rest = after.as_str();
    }
    flush(&mut units, &mut decoded);
    decoded.push_str(rest);
    decoded
}

/// Appends escaped UTF-16 units, which may be halves of one character.
fn flush(units: &mut Vec<u16>, decoded: &mut String) {
    decoded.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or('�')));
}

/// The same JSON without blanks outside texts; nothing else changes, numbers keep their spelling.
pub(super) fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(quote) = rest.find('"') {
        compact.extend(rest[..quote].split([' ', '\t', '\n', '\r']));
        let end = string(rest.as_bytes(), quote).unwrap_or(rest.len());
        compact.push_str(&rest[quote..end]);
        rest = &rest[end..];
    }
    compact.extend(rest.split([' ', '\t', '\n', '\r']));
    compact
}

/// The value that begins at `from`.
fn value(text: &[u8], from: usize) -> Result<Value, Broken> {
    // One bit would do per open bracket; a byte is simpler, and a level costs the text two bytes anyway.
    let mut open: Vec<u8> = Vec::new();
    let mut depth = 0;
    let mut not_finite = false;
    let mut at = from;
    loop {
        at = skip_blanks(text, at);
        // A value, or the first thing after an opening bracket.
        match text.get(at) {
            Some(b'{') => {
                open.push(b'}');
                depth = depth.max(open.len());
                at = skip_blanks(text, at + 1);
                if text.get(at) != Some(&b'}') {
                    at = member_key(text, at)?;
                    continue;
                }
            }
            Some(b'[') => {
                open.push(b']');
                depth = depth.max(open.len());
                at = skip_blanks(text, at + 1);
                if text.get(at) != Some(&b']') {
                    continue;
                }
            }
            Some(b'"') => at = string(text, at)?,
            Some(b'-' | b'0'..=b'9') if !text[at..].starts_with(b"-I") => at = number(text, at)?,
            _ => {
                let (end, finite) = word(text, at)?;
                at = end;
                not_finite |= !finite;
            }
        }
        // After a value: close what closes here, then go on with the next value.
        loop {
            let Some(&bracket) = open.last() else {
                return Ok(Value { range: from..at, depth, not_finite });
            };
            at = skip_blanks(text, at);
            match text.get(at) {
                Some(b',') => {
                    at = skip_blanks(text, at + 1);
                    if bracket == b'}' {
                        at = member_key(text, at)?;
                    }
                    break;
                }
                Some(&byte) if byte == bracket => {
                    open.pop();
                    at += 1;
                }
                _ => return Err(Broken { at }),
            }
        }
    }
}

/// Passes a key and its colon.
fn member_key(text: &[u8], at: usize) -> Result<usize, Broken> {
    expect(text, skip_blanks(text, string(text, at)?), b':')
}

/// The end of the string that begins at `at`.
fn string(text: &[u8], at: usize) -> Result<usize, Broken> {
    let mut at = expect(text, at, b'"')?;
    loop {
        let rest = &text[at.min(text.len())..];
        let stop = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
        let Some(stop) = stop else { return Err(Broken { at: text.len() }) };
        at += stop;
        match text[at] {
            b'"' => return Ok(at + 1),
            b'\\' => {
                at += match text.get(at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                    Some(b'u')
                        if text
                            .get(at + 2..at + 6)
                            .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) =>
                    {
                        6
                    }
                    _ => return Err(Broken { at }),
                }
            }
            _ => return Err(Broken { at }),
        }
    }
}

fn number(text: &[u8], at: usize) -> Result<usize, Broken> {
    let digits =
        |at: usize| at + text[at.min(text.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let some_digits = |at: usize| Some(digits(at)).filter(|&end| end > at).ok_or(Broken { at });
    let mut end = at + usize::from(text.get(at) == Some(&b'-'));
    end = if text.get(end) == Some(&b'0') { end + 1 } else { some_digits(end)? };
    if text.get(end) == Some(&b'.') {
        end = some_digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(end) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        end = some_digits(end + 1 + sign)?;
    }
    Ok(end)
}

/// The end of a word, and whether it is one that strict JSON has.
fn word(text: &[u8], at: usize) -> Result<(usize, bool), Broken> {
    const WORDS: [(&[u8], bool); 6] = [
        (b"true", true),
        (b"false", true),
        (b"null", true),
        (b"NaN", false),
        (b"Infinity", false),
        (b"-Infinity", false),
    ];
    let rest = &text[at.min(text.len())..];
    let found = WORDS.iter().find(|(word, _)| rest.starts_with(word));
    found.map(|(word, finite)| (at + word.len(), *finite)).ok_or(Broken { at })
}

fn expect(text: &[u8], at: usize, byte: u8) -> Result<usize, Broken> {
    if text.get(at) == Some(&byte) { Ok(at + 1) } else { Err(Broken { at }) }
}

fn ends(text: &[u8], at: usize) -> Result<(), Broken> {
    let at = skip_blanks(text, at);
    if at == text.len() { Ok(()) } else { Err(Broken { at }) }
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    let rest = &text[at.min(text.len())..];
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(usize, bool), usize>) {
        let found = whole(text.as_bytes());
        assert_eq!(
            found.map(|value| (value.depth, value.not_finite)).map_err(|broken| broken.at),
            expected,
            "{text}"
        );
    }

    #[test]
    fn what_python_reads_is_json() {
        check(" 1 ", Ok((0, false)));
        check(r#"{"a": [1, -0.5e+3, "x\"\u00e9", true, null], "b": {}}"#, Ok((2, false)));
        check("[NaN, Infinity, -Infinity]", Ok((1, true)));
        check(r#""\ud800""#, Ok((0, false)));
        check("123456789012345678901234567890", Ok((0, false)));
    }

    #[test]
    fn the_place_of_a_fault_is_known() {
        check("", Err(0));
        check("{", Err(1));
        check("[1,]", Err(3));
        check("[1}", Err(2));
        check(r#"{"a" 1}"#, Err(5));
        check(r#"{"a": 1,}"#, Err(8));
        check("01", Err(1));
        check("1.", Err(2));
        check("-", Err(1));
        check("nul", Err(0));
        check("'x'", Err(0));
        check("\"a\nb\"", Err(2));
        check(r#""\x""#, Err(1));
        check(r#""\u12""#, Err(1));
        check("{} {}", Err(3));
        check("\"open", Err(5));
    }

    #[test]
    fn depth_costs_no_stack() {
        let levels = 1_000_000;
        check(&("[".repeat(levels) + &"]".repeat(levels)), Ok((levels, false)));
        check(&("{\"a\":".repeat(levels) + "1" + &"}".repeat(levels)), Ok((levels, false)));
        check(&"[".repeat(levels), Err(levels));
    }

    #[test]
    fn members_and_items_come_in_order() {
        let text = br#" {"a": 1 , "b": [2, 3], "a": {"c": 4}} "#;
        let mut found = Vec::new();
        let result = members(text, |key, value| {
            found.push(format!("{}={}", decode(key), String::from_utf8_lossy(&text[value.range])));
        });
        assert_eq!(result, Ok(()));
        assert_eq!(found, ["a=1", "b=[2, 3]", "a={\"c\": 4}"]);
        let mut count = 0;
        assert_eq!(items(b"[1, [2], {}]", |_| count += 1), Ok(()));
        assert_eq!(count, 3);
        assert_eq!(members(b"{}", |_, _| ()), Ok(()));
        assert_eq!(members(b"[1]", |_, _| ()), Err(Broken { at: 0 }));
        assert_eq!(members(br#"{"a": 1} x"#, |_, _| ()), Err(Broken { at: 9 }));
    }

    #[test]
    fn strings_decode_with_what_cannot_be_shown_replaced() {
        assert_eq!(decode(br#""a\n\t\"\\\/\u00e9\ud83c\udf89""#), "a\n\t\"\\/é🎉");
        assert_eq!(decode(br#""\ud83c x \udf89""#), "� x �");
        assert_eq!(decode(b"\"\xff\""), "�");
    }

    #[test]
    fn compact_text_keeps_every_spelling() {
        assert_eq!(
            compact("{ \"a b\" :\n [ 1e3 , 1.50,\t\"x \\\" y\" ] }"),
            r#"{"a b":[1e3,1.50,"x \" y"]}"#
        );
    }
}
