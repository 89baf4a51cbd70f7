//! The wire: what an agent's standard output means.

use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::agent::json;

pub use crate::agent::soft_error::soft_error;

/// Levels of nesting that a strict reader of the result still takes, the object around it not counted.
/// `serde_json` stops at its 128th level.
const STRICT_LEVELS: usize = 126;

/// What an agent said on its standard output. Ranges are byte ranges of that output, so that a view can show
/// the value exactly as it was written without reading it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The value under `result`.
    Result(Range<usize>),
    /// The value under `error`, as text.
    Error(String),
    /// Neither; one sentence says why.
    Malformed(String),
}

/// A reply, and what is worth saying about how it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub reply: Reply,
    /// For example: other text stood around the JSON object.
    pub warnings: Vec<String>,
}

/// Reads the whole standard output of an agent: one JSON object, or exactly one line of it that is an object
/// with `result` or `error`.
#[must_use]
pub fn read(stdout: &[u8]) -> Answer {
    let answer = |reply| Answer { reply, warnings: Vec::new() };
    if stdout.trim_ascii().is_empty() {
        return answer(Reply::Malformed("the agent printed nothing on stdout".to_owned()));
    }
    if let Some(envelope) = Envelope::read(stdout) {
        return answer(envelope.reply(stdout));
    }
    let mut answers = lines(stdout).filter_map(|line| {
        let text = stdout[line.clone()].trim_ascii();
        if !(text.starts_with(b"{") && text.ends_with(b"}")) {
            return None;
        }
        let envelope = Envelope::read(&stdout[line.clone()])?;
        envelope.answers().then_some((line, envelope))
    });
    let Some((line, envelope)) = answers.next() else {
        return answer(Reply::Malformed(no_answer(stdout)));
    };
    let more = answers.count();
    if more > 0 {
        let message = format!(
            "{} lines of stdout are an object with `result` or `error`, so none of them is the answer: print one",
            more + 1
        );
        return answer(Reply::Malformed(message));
    }
    let others = lines(stdout).filter(|line| !stdout[line.clone()].trim_ascii().is_empty()).count() - 1;
    let plural = if others == 1 { " stands" } else { "s stand" };
    let reply = match envelope.reply(&stdout[line.clone()]) {
        Reply::Result(range) => Reply::Result(range.start + line.start..range.end + line.start),
        reply @ (Reply::Error(_) | Reply::Malformed(_)) => reply,
    };
    let warning = format!("{others} other line{plural} on stdout beside the answer: logs belong on stderr");
    Answer { reply, warnings: vec![warning] }
}

/// The result as JSON on one line that a strict reader takes, also one level down in another object. Numbers
/// and texts keep their spelling.
///
/// # Errors
/// Why it is not such JSON, as the end of a sentence that begins with "the result".
pub fn strict(result: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(result)
        .map_err(|error| format!("is not UTF-8 at byte {}", error.valid_up_to() + 1))?;
    let value = json::whole(result).map_err(|broken| format!("is not JSON at byte {}", broken.at + 1))?;
    if value.not_finite {
        return Err("holds NaN or Infinity, which JSON does not have".to_owned());
    }
    if value.depth > STRICT_LEVELS {
        return Err(format!("is {} levels deep, where readers stop at 128", value.depth));
    }
    serde_json::from_str::<Strict>(text).map_err(|error| match error.to_string() {
        // The escapes themselves are whole, or the text would not have come this far.
        why if why.contains("escape") || why.contains("surrogate") => {
            "holds half of a character (a lone surrogate)".to_owned()
        }
        why => format!("is not strict JSON: {why}"),
    })?;
    Ok(json::compact(text))
}

/// What stands at the top level of an object.
#[derive(Default)]
struct Envelope {
    result: Option<Range<usize>>,
    error: Option<Range<usize>>,
    /// The first few other keys, for the sentence that names them.
    others: Vec<String>,
}

impl Envelope {
    /// Other keys that are remembered.
    const NAMED: usize = 5;

    fn read(text: &[u8]) -> Option<Self> {
        let mut envelope = Self::default();
        let visit = |key: &[u8], value: json::Value| match json::decode(key).as_str() {
            "result" => envelope.result = Some(value.range),
            "error" => envelope.error = Some(value.range),
            other if envelope.others.len() < Self::NAMED => envelope.others.push(other.to_owned()),
            _ => {}
        };
        json::members(text, visit).is_ok().then_some(envelope)
    }

    fn answers(&self) -> bool {
        self.result.is_some() || self.error.is_some()
    }

    fn reply(self, text: &[u8]) -> Reply {
        match (self.result, self.error) {
            (Some(result), Some(error)) if matches!(&text[error.clone()], b"null" | b"false" | b"\"\"") => {
                Reply::Result(result)
            }
            (_, Some(error)) if text[error.start] == b'"' => Reply::Error(json::decode(&text[error])),
            (_, Some(error)) => Reply::Error(String::from_utf8_lossy(&text[error]).into_owned()),
            (Some(result), None) => Reply::Result(result),
            (None, None) if self.others.is_empty() => {
                Reply::Malformed("the agent printed an empty object, without `result` or `error`".to_owned())
            }
            (None, None) => {
                let keys: Vec<_> = self.others.iter().map(|key| quote(key)).collect();
                let found = keys.join(", ");
                Reply::Malformed(format!(
                    "the agent printed an object without `result` or `error`; its keys are {found}"
                ))
            }
        }
    }
}

/// The lines of a text as ranges, their ends left out.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split(|&byte| byte == b'\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end + 1;
        range
    })
}

/// Why no object was found at all.
fn no_answer(stdout: &[u8]) -> String {
    // What JSON takes for white space, which is less than what is white elsewhere.
    let is_text = |byte: &u8| !b" \t\n\r".contains(byte);
    let start = stdout.iter().position(is_text).unwrap_or_default();
    let text = &stdout[start..stdout.iter().rposition(is_text).map_or(start, |last| last + 1)];
    let noun = match text[0] {
        b'[' => "an array",
        b'"' => "a text",
        _ => "a value",
    };
    match json::whole(text) {
        Ok(_) => format!("the agent printed {noun} instead of a JSON object with `result` or `error`"),
        Err(broken) if text[0] == b'{' => {
            let line = lines(&text[..broken.at]).count();
            let cut = if broken.at == text.len() { "ends too early" } else { "is broken" };
            format!("the JSON object that the agent printed {cut} in line {line}, at byte {}", broken.at + 1)
        }
        Err(_) => "no line of what the agent printed is a JSON object with `result` or `error`".to_owned(),
    }
}

fn quote(text: &str) -> String {
    format!("`{}`", crate::text::fit(&crate::text::safe(text.as_bytes()), 40))
}

/// Any value, read strictly and dropped: `IgnoredAny` would pass over numbers and escapes unread.
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(text: &str) -> String {
        format!("result {text}")
    }

    /// The reply in one word and text, with a `!` for each warning.
    #[track_caller]
    fn check(stdout: impl AsRef<[u8]>, expected: &str) {
        let stdout = stdout.as_ref();
        let answer = read(stdout);
        let reply = match answer.reply {
            Reply::Result(range) => result(&String::from_utf8_lossy(&stdout[range])),
            Reply::Error(text) => format!("error {text}"),
            Reply::Malformed(why) => format!("malformed {why}"),
        };
        let found = format!("{}{reply}", "!".repeat(answer.warnings.len()));
        let fits = expected.strip_suffix('…').map_or(found == expected, |start| found.starts_with(start));
        assert!(fits, "found    {found}\nexpected {expected}");
    }

    #[test]
    fn the_result_stays_as_it_was_written() {
        check(r#"{"result": "ok"}"#, r#"result "ok""#);
        check("\n{ \"result\" : {\"n\": 1.50} , \"x\": 1 }\n", r#"result {"n": 1.50}"#);
        check(r#"{"result": 123456789012345678901234567890}"#, "result 123456789012345678901234567890");
        check(r#"{"result": [NaN, -Infinity, "\ud800"]}"#, r#"result [NaN, -Infinity, "\ud800"]"#);
        check(r#"{"result": null}"#, "result null");
        check(r#"{"\u0072esult": 1}"#, "result 1");
        check(b"{\"result\": \"\xff\"}", "result \"�\"");
        check("{\n  \"result\": [\n    1\n  ]\n}\n", "result [\n    1\n  ]");
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        check(r#"{"result": 1, "result": 2}"#, "result 2");
    }

    #[test]
    fn an_error_wins_unless_it_says_nothing() {
        check(r#"{"error": "no \"key\"\n"}"#, "error no \"key\"\n");
        check(r#"{"result": 1, "error": "x"}"#, "error x");
        check(r#"{"error": {"code": 5}}"#, r#"error {"code": 5}"#);
        check(r#"{"error": null, "result": 1}"#, "result 1");
        check(r#"{"error": "", "result": 1}"#, "result 1");
        check(r#"{"error": null}"#, "error null");
        check(r#"{"error": ""}"#, "error ");
    }

    #[test]
    fn noise_around_one_answer_is_flagged() {
        check("loading\n{\"result\": 1}\n", "!result 1");
        check("{\"result\": 1}\r\nbye\r\n\n", "!result 1");
        check("{\"progress\": 5}\n{\"error\": \"x\"}\n", "!error x");
        check(b"\xff\xfe noise\n  {\"result\": [1]}", "!result [1]");
        let answer = read(b"a\nb\n\n{\"result\": 1}\n");
        assert_eq!(
            answer.warnings,
            ["2 other lines stand on stdout beside the answer: logs belong on stderr"]
        );
        assert_eq!(answer.reply, Reply::Result(16..17));
    }

    #[test]
    fn no_single_answer_is_malformed() {
        check("", "malformed the agent printed nothing on stdout");
        check(" \n", "malformed the agent printed nothing on stdout");
        check("{\"result\": 1}\n{\"result\": 2}\n", "malformed 2 lines of stdout are…");
        check("{}", "malformed the agent printed an empty object…");
        check(
            r#"{"a": 1, "b": 2}"#,
            "malformed the agent printed an object without `result` or `error`; its keys are `a`, `b`",
        );
        check("[1]", "malformed the agent printed an array instead…");
        check("\"x\"", "malformed the agent printed a text instead…");
        check("hello\nworld", "malformed no line of what the agent printed…");
        check(
            r#"{"result": [1, 2"#,
            "malformed the JSON object that the agent printed ends too early in line 1, at byte 17",
        );
        check(
            "{\"result\":\n oops}",
            "malformed the JSON object that the agent printed is broken in line 2…",
        );
        check(
            "{\"result\": 1}\u{c}\n",
            "malformed the JSON object that the agent printed is broken in line 1, at byte 14",
        );
    }

    #[test]
    fn size_and_depth_are_no_limits() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        check(format!("{{\"result\": {deep}}}"), &result(&deep));
        let long = format!("\"{}\"", "x".repeat(50_000_000));
        check(format!("{{\"result\": {long}}}"), &result(&long));
    }

    #[track_caller]
    fn check_strict(text: &str, expected: Result<&str, &str>) {
        match (strict(text.as_bytes()), expected) {
            (Ok(found), Ok(expected)) => {
                assert_eq!(found, expected);
                let wrapped = format!("{{\"result\":{found}}}");
                serde_json::from_str::<serde_json::Value>(&wrapped).expect("a strict reader takes it");
            }
            (Err(found), Err(part)) => assert!(found.contains(part), "{found}"),
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn strict_json_is_one_line_with_every_spelling_kept() {
        check_strict("{ \"a\": [ 1.50, 1e3 ],\n \"b\": \"x  y\" }", Ok(r#"{"a":[1.50,1e3],"b":"x  y"}"#));
        check_strict("123456789012345678901234567890", Ok("123456789012345678901234567890"));
        check_strict("\"\\ud83c\\udf89 é\"", Ok("\"\\ud83c\\udf89 é\""));
        let deep = "[".repeat(STRICT_LEVELS) + &"]".repeat(STRICT_LEVELS);
        check_strict(&deep, Ok(&deep));
    }

    #[test]
    fn what_strict_readers_refuse_has_a_reason() {
        check_strict("[NaN]", Err("NaN"));
        check_strict("-Infinity", Err("Infinity"));
        check_strict("\"\\ud800\"", Err("surrogate"));
        check_strict("1e999", Err("out of range"));
        check_strict("{\"\\ud800\": 1}", Err("surrogate"));
        check_strict(&("[".repeat(127) + &"]".repeat(127)), Err("127 levels"));
        check_strict(&("[".repeat(1_000_000) + &"]".repeat(1_000_000)), Err("1000000 levels"));
        check_strict("[1", Err("not JSON"));
        assert!(strict(b"\"\xff\"").is_err_and(|why| why.contains("not UTF-8 at byte 2")));
    }
}
