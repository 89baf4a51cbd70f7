//! Texts that look like keys. Only what wears a well-known form counts: a warning that is mostly wrong is not read.

use memchr::memmem;

/// The beginning of a key, the least of its letters behind that, and which these are.
type Form = (&'static str, usize, fn(u8) -> bool);

/// Known ones.
const FORMS: [Form; 15] = [
    ("sk-", 20, is_loose),
    ("ghp_", 36, is_letter),
    ("gho_", 36, is_letter),
    ("ghu_", 36, is_letter),
    ("ghs_", 36, is_letter),
    ("ghr_", 36, is_letter),
    ("github_pat_", 40, is_loose),
    ("glpat-", 20, is_loose),
    ("AKIA", 16, is_capital),
    ("ASIA", 16, is_capital),
    ("AIza", 35, is_loose),
    ("hf_", 30, is_letter),
    ("xoxb-", 20, is_loose),
    ("xoxp-", 20, is_loose),
    ("-----BEGIN ", 0, is_letter),
];

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_loose(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// How the first thing in a JSON text that looks like a key begins, for a sentence: `sk-…`, `a private key`.
pub fn find(json: &str) -> Option<&'static str> {
    let bytes = json.as_bytes();
    FORMS.iter().find_map(|&(start, least, is_part)| {
        memmem::find_iter(bytes, start).find_map(|at| {
            let rest = &bytes[at + start.len()..];
            if start == "-----BEGIN " {
                let line = &rest[..rest.len().min(40)];
                return memmem::find(line, b"PRIVATE KEY-----").map(|_| "a private key");
            }
            let key = &rest[..rest.iter().take_while(|byte| is_part(**byte)).count()];
            // Words have no digits: `sk-learn-and-other-things` is none.
            let is_key = key.len() >= least && key.iter().any(u8::is_ascii_digit);
            (is_key && begins_word(bytes, at)).then_some(start)
        })
    })
}

/// Whether no word goes on here; the letter of an escape such as `\n` is of no word.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| bytes[at]);
    match before(1) {
        Some(byte) if is_loose(byte) => {
            before(2) == Some(b'\\') && matches!(byte, b'n' | b't' | b'r') && before(3) != Some(b'\\')
        }
        Some(_) | None => true,
    }
}

/// The sentence about it.
pub fn sentence(name: &str, found: &str) -> String {
    let what = if found.contains(' ') { found.to_owned() } else { format!("a key ({found}…)") };
    format!("{name} looks like {what}: the payload is kept in the run's folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: Option<&str>) {
        assert_eq!(find(json), expected, "{json}");
    }

    /// Put together here, so that nobody who looks for keys stops at this file.
    fn key(start: &str, letters: usize) -> String {
        format!("{start}{}", "A1b2".repeat(20).chars().take(letters).collect::<String>())
    }

    #[test]
    fn known_forms_are_found_wherever_they_stand() {
        check(&format!("\"{}\"", key("sk-", 40)), Some("sk-"));
        check(&format!("{{\"a\": [\"x {} y\"]}}", key("ghp_", 36)), Some("ghp_"));
        check(&format!("\"line\\n{}\"", key("sk-proj-", 30)), Some("sk-"));
        check(&format!("\"AWS={}\"", key("AKIA", 16).to_uppercase()), Some("AKIA"));
        check(&format!("\"-----BEGIN {}PRIVATE {}-----\\nMII\"", "RSA ", "KEY"), Some("a private key"));
    }

    #[test]
    fn words_and_other_texts_are_not() {
        for json in [
            "\"ask-someone-who-knows-better-than-this\"",
            "\"sk-learn-and-many-other-packages-here\"",
            "\"sk-short1\"",
            "\"task-1234567890123456789012345\"",
            "\"-----BEGIN CERTIFICATE-----\"",
            "\"AKIA is a prefix\"",
            "\"d41d8cd98f00b204e9800998ecf8427e\"",
            "\"https://example.org/hf_space/ghp_help\"",
        ] {
            check(json, None);
        }
        check(&format!("\"di{}\"", key("sk-", 40)), None);
    }

    #[test]
    fn a_sentence_says_where_it_is_kept() {
        assert_eq!(
            sentence("`a`", "sk-"),
            "`a` looks like a key (sk-…): the payload is kept in the run's folder"
        );
        assert!(sentence("`a`", "a private key").starts_with("`a` looks like a private key: "));
    }
}
