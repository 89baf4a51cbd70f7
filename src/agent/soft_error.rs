//! Results that look like an error although the agent ended well: real agents report a missing model, a refused
//! key or an exception of their own as an ordinary result with exit code 0.
//!
//! Each rule has a name that is shown, looks at values and never at mere words, and was made for something a
//! real agent prints. A wrong guess costs a person one "not an error", a missed one a wrong success; so the
//! rules for texts ask for the whole shape of such a message, not for a word in it.

use crate::agent::json;

/// What the rules say of a result of an agent that ended with exit code 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The first rule by which it looks like an error, and which is not accepted; for example `text-error-prefix`.
    pub rule: Option<&'static str>,
    /// Accepted rules by which it looks like one, before that.
    pub accepted: Vec<&'static str>,
}

/// Asks one rule after the other.
struct Judge<'a> {
    /// The names of the rules that a person has called wrong for this method.
    accepted: &'a [String],
    judgement: Judgement,
}

impl Judge<'_> {
    /// Takes note of a rule that sees an error, unless an earlier one did.
    fn sees(&mut self, rule: &'static str) {
        if self.judgement.rule.is_some() {
            return;
        }
        if !self.accepted.iter().any(|accepted| accepted == rule) {
            self.judgement.rule = Some(rule);
        } else if !self.judgement.accepted.contains(&rule) {
            self.judgement.accepted.push(rule);
        }
    }
}

/// Levels below the result that are looked at, and values in all: errors stand near the top.
const DEEPEST: usize = 3;
const MOST_VALUES: usize = 10_000;

/// Characters of a text that are looked at.
const LOOKED_AT: usize = 2_000;

/// Characters that a bare message such as `Error: …` has at most; a longer text talks about an error.
const LONGEST_MESSAGE: usize = 300;

/// Members whose text is the answer itself, so that the rules for texts hold for it.
const ANSWERS: [&str; 12] = [
    "analysis",
    "answer",
    "code",
    "content",
    "explanation",
    "message",
    "output",
    "response",
    "result",
    "summary",
    "text",
    "value",
];

/// Members whose own members say how it went.
const ENVELOPES: [&str; 4] = ["data", "metadata", "response", "result"];

/// What the rules see in a result, given as the JSON text the agent wrote; those of these names are accepted. What is
/// not JSON is no error by these rules.
#[must_use]
pub fn soft_error(result: &str, accepted: &[String]) -> Judgement {
    let mut judge = Judge { accepted, judgement: Judgement::default() };
    let result = result.trim_ascii();
    let mut waiting = vec![Part { text: result.as_bytes(), level: 0, answers: true, reports: true }];
    let mut values = 0;
    let mut next = 0;
    while let Some(&part) = waiting.get(next) {
        next += 1;
        match part.text.first() {
            Some(b'"') => {
                for rule in text_rules(&beginning(part.text), part.answers) {
                    judge.sees(rule);
                }
            }
            Some(b'{') => {
                let mut seen = Vec::new();
                let visited = json::members(part.text, |key, value| {
                    let key = json::decode(key).to_lowercase();
                    let text = &part.text[value.range];
                    if part.reports {
                        // In an object of any size there are three of them at most.
                        seen.extend(member_rule(&key, text).filter(|rule| !seen.contains(rule)));
                    }
                    values += 1;
                    if part.level < DEEPEST && values < MOST_VALUES {
                        let answers = part.answers && ANSWERS.contains(&key.as_str());
                        let reports = part.reports && ENVELOPES.contains(&key.as_str());
                        waiting.push(Part { text, level: part.level + 1, answers, reports });
                    }
                });
                if visited.is_ok() {
                    for rule in seen {
                        judge.sees(rule);
                    }
                }
            }
            Some(b'[') => {
                let visited = json::items(part.text, |value| {
                    values += 1;
                    if part.level < DEEPEST && values < MOST_VALUES {
                        let text = &part.text[value.range];
                        waiting.push(Part { text, level: part.level + 1, answers: false, reports: false });
                    }
                });
                let _ = visited;
            }
            _ => {}
        }
        if judge.judgement.rule.is_some() {
            break;
        }
    }
    judge.judgement
}

/// A value of the result that is still to be looked at.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a [u8],
    level: usize,
    /// Whether a text here is the answer, or only some text.
    answers: bool,
    /// Whether members here say how the call went.
    reports: bool,
}

/// `error`, `status` and `success`, by their values.
fn member_rule(key: &str, value: &[u8]) -> Option<&'static str> {
    match key {
        "error" => says_error(value).then_some("error-member"),
        "status" => {
            let status = beginning(value).to_lowercase();
            let failed =
                value.first() == Some(&b'"') && matches!(status.as_str(), "error" | "failed" | "failure");
            failed.then_some("status-error")
        }
        "success" => (value == b"false").then_some("success-false"),
        _ => None,
    }
}

/// Whether the value of `error` tells of one. Numbers are counts and rates.
fn says_error(value: &[u8]) -> bool {
    match value.first() {
        Some(b'"') => {
            let text = beginning(value);
            !matches!(text.trim().to_lowercase().as_str(), "" | "none" | "null" | "no" | "false" | "no error")
        }
        Some(b'{') => json::members(value, |_, _| ()).is_ok() && value[1..].trim_ascii() != b"}",
        Some(b't') => value == b"true",
        _ => false,
    }
}

/// The rules that see an error in a text, in their order; those that only fit an answer are left out elsewhere.
fn text_rules(text: &str, answers: bool) -> Vec<&'static str> {
    let mut rules = Vec::new();
    let text = text.trim();
    let lower = text.to_lowercase();
    let words = text.split_whitespace().count();
    if lower.starts_with("ai service temporarily unavailable")
        || lower.starts_with("aisuite not available")
        || (answers && words <= 5 && (lower.ends_with(" not available") || lower.ends_with(" unavailable")))
    {
        rules.push("text-unavailable");
    }
    if !answers {
        return rules;
    }
    let (comment, message) = match lower.strip_prefix('#') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, lower.as_str()),
    };
    let short = text.chars().count() <= LONGEST_MESSAGE && !text.contains('\n');
    let rule = if comment { "text-error-comment" } else { "text-error-prefix" };
    if doing_something(message)
        || (short && message.strip_prefix("error:").is_some_and(|rest| !rest.is_empty()))
    {
        rules.push(rule);
    }
    if !comment && message.starts_with("traceback (most recent call last):\n") {
        rules.push("text-traceback");
    }
    rules
}

/// `error generating code: …` and its like: what the agent was doing, then the cause. Headings such as
/// `error handling: …` name a subject instead.
fn doing_something(message: &str) -> bool {
    const SUBJECTS: [&str; 8] =
        ["handling", "checking", "logging", "reporting", "tracking", "monitoring", "correcting", "messaging"];
    let Some(rest) = message.strip_prefix("error ") else { return false };
    let Some((doing, cause)) = rest.split_once(':') else { return false };
    let mut words = doing.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let objects = words.count();
    verb.ends_with("ing")
        && !SUBJECTS.contains(&verb)
        && (1..=4).contains(&objects)
        && !doing.contains('\n')
        && cause.starts_with([' ', '\n'])
        && !cause.trim().is_empty()
}

/// The beginning of a JSON string, decoded; enough for every rule.
fn beginning(string: &[u8]) -> String {
    let cut = string.len().min(LOOKED_AT);
    json::decode(&string[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(result: &str, rule: &str) {
        assert_eq!(soft_error(result, &[]).rule.unwrap_or(""), rule, "{result}");
    }

    #[test]
    fn accepted_rules_are_passed_over_and_the_next_one_counts() {
        let check = |result: &str, accepted: &[&str], rule: Option<&'static str>, passed: &[&'static str]| {
            let accepted: Vec<_> = accepted.iter().map(ToString::to_string).collect();
            let judgement = Judgement { rule, accepted: passed.to_vec() };
            assert_eq!(soft_error(result, &accepted), judgement, "{result}");
        };
        let both = r#"{"error": "no model", "status": "error", "message": "Error: no model"}"#;
        check(both, &["error-member"], Some("status-error"), &["error-member"]);
        check(both, &["status-error"], Some("error-member"), &[]);
        let two = &["status-error", "error-member"];
        check(both, two, Some("text-error-prefix"), &["error-member", "status-error"]);
        let all = &["status-error", "error-member", "text-error-prefix"];
        check(both, all, None, &["error-member", "status-error", "text-error-prefix"]);
        // Two rules for the same text; one rule that sees two errors.
        let text = r#""Error: x not available""#;
        check(text, &[], Some("text-unavailable"), &[]);
        check(text, &["text-unavailable"], Some("text-error-prefix"), &["text-unavailable"]);
        let twice = r#"{"answer": "Error: a", "text": "Error: b"}"#;
        check(twice, &["text-error-prefix"], None, &["text-error-prefix"]);
        // What nobody sees needs no acceptance.
        check(r#"{"answer": 42}"#, &["error-member", "no such rule"], None, &[]);
    }

    #[test]
    fn what_real_agents_print_without_a_model_is_seen() {
        check(r#""AISuite not available""#, "text-unavailable");
        check(r##""# Error generating code: HTTP Error 401: Unauthorized""##, "text-error-comment");
        check(r##""# Error generating code: Connection error.\n""##, "text-error-comment");
        check(
            r#"{"analysis": "AI service temporarily unavailable. Please check your API keys.", "status": "success"}"#,
            "text-unavailable",
        );
        check(
            r#"{"insights": ["AI service temporarily unavailable."], "status": "success"}"#,
            "text-unavailable",
        );
        check(r#"{"error": "Error analyzing text: timed out", "status": "error"}"#, "error-member");
        check(r#"{"content": "AISuite not available", "sources": []}"#, "text-unavailable");
        check(r#"{"content": "Error synthesizing sources: timed out"}"#, "text-error-prefix");
        check(
            r#""Error summarizing content: x. Please check your API key and internet connection.""#,
            "text-error-prefix",
        );
        check(r#"{"data": {"error": "no active session"}}"#, "error-member");
        check(r#"{"content": "x", "metadata": {"error": true}}"#, "error-member");
    }

    #[test]
    fn members_are_judged_by_their_value() {
        for fine in ["null", "\"\"", "\"None\"", "false", "0", "0.02", "{}", "{ }", "[]"] {
            check(&format!("{{\"error\": {fine}}}"), "");
        }
        check(r#"{"failed": 0, "passed": 3}"#, "");
        check(r#"{"errors": ["line 3: unused"], "status": "done"}"#, "");
        check(r#"{"error": {"code": 5}}"#, "error-member");
        check(r#"{"status": "Error"}"#, "status-error");
        check(r#"{"status": "failed", "reason": "x"}"#, "status-error");
        check(r#"{"success": false}"#, "success-false");
        check(r#"{"success": true, "error": null, "status": "success"}"#, "");
        check(r#"{"steps": {"one": {"error": "caught and solved"}}}"#, "");
        check(r#"[{"status": "error"}]"#, "");
    }

    #[test]
    fn texts_about_errors_are_no_errors() {
        for text in [
            "# Error handling example\\ntry:\\n    run()",
            "# Error handling: what to do\\nprint(1)",
            "# Error: raised when the file is missing\\nclass Missing(Exception): pass",
            "Error handling in Python is done with try and except.",
            "The error means that the service is temporarily unavailable.",
            "This explains the error: a name was used before it was defined.",
            "Errors are values.",
            "Python 2 is old, and its newest version is 2.7; on this system it is not available",
            "error generating code happens when no model answers",
            "",
        ] {
            check(&format!("\"{text}\""), "");
        }
        let long = format!("\"Error: a NameError says that {}\"", "a name is not defined and ".repeat(20));
        check(&long, "");
        check(r#"{"code": "raise ValueError('Error: x')", "title": "Error: what it is"}"#, "");
    }

    #[test]
    fn bare_messages_are_errors() {
        check(r#""Error: Division by zero""#, "text-error-prefix");
        check(r##""# Error: no code generated""##, "text-error-comment");
        check(
            "\"Traceback (most recent call last):\\n  File \\\"a.py\\\"\\nKeyError: 'x'\"",
            "text-traceback",
        );
        check(r#""Ollama unavailable""#, "text-unavailable");
    }

    #[test]
    fn results_that_are_not_strict_are_looked_at_too() {
        check(r#"{"score": NaN, "error": "failed"}"#, "error-member");
        check(r#"{"x": "\ud800", "status": "error"}"#, "status-error");
        check(r#"{"error": "x""#, "");
        check("oops", "");
        check("", "");
        check("NaN", "");
    }

    #[test]
    fn depth_and_size_are_no_danger() {
        check(&("[".repeat(1_000_000) + &"]".repeat(1_000_000)), "");
        check(&("{\"result\":".repeat(100_000) + "1" + &"}".repeat(100_000)), "");
        check(&format!("[{}\"\"]", "\"AISuite not\",".repeat(1_000_000)), "");
        check(&format!("\"Error generating code: {}\"", "é".repeat(1_000_000)), "text-error-prefix");
    }
}
