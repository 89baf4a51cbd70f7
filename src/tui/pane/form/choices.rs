//! Values a field offers: those its manifest allows, else those its description names.

use serde_json::Value;

use crate::agent::manifest::{Kind, Parameter};

/// Offered values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choices {
    pub values: Vec<Value>,
    /// Only guessed from the description: any other value is as good.
    pub guessed: bool,
}

impl Choices {
    /// What to offer for a parameter; nothing for most.
    pub fn of(parameter: &Parameter) -> Self {
        if !parameter.options.is_empty() {
            return Self { values: parameter.options.clone(), guessed: false };
        }
        let mut words = match parameter.kind {
            Kind::String => listed(&parameter.description),
            Kind::Integer | Kind::Number | Kind::Boolean | Kind::Array | Kind::Object | Kind::Unknown => {
                Vec::new()
            }
        };
        let default =
            parameter.default.as_ref().and_then(Value::as_str).filter(|default| !default.is_empty());
        if let Some(default) = default.filter(|default| !words.is_empty() && !words.contains(default)) {
            words.insert(0, default);
        }
        Self { values: words.into_iter().map(Value::from).collect(), guessed: true }
    }
}

/// The words of a list in brackets, as in `Type of analysis (sentiment, key_points, summary)`.
fn listed(description: &str) -> Vec<&str> {
    let brackets = description.rsplit_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let Some((inside, _)) = brackets else { return Vec::new() };
    let words: Vec<&str> = inside
        .split([',', '|', '/'])
        .map(|word| word.trim().trim_start_matches("or ").trim_matches(['"', '\'', '`', ' ']))
        .filter(|word| !matches!(*word, "..." | "…" | "etc" | "etc."))
        .collect();
    let is_word = |word: &&str| {
        !word.is_empty()
            && word.len() <= 24
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '#'))
    };
    // "(optional)" and "(see the docs, please)" are no lists of values.
    if words.len() >= 2 && words.len() <= 12 && words.iter().all(is_word) { words } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(description: &str, expected: &[&str]) {
        assert_eq!(listed(description), expected);
    }

    #[test]
    fn lists_in_brackets_are_found_and_nothing_else() {
        check("Type of analysis (sentiment, key_points, summary)", &["sentiment", "key_points", "summary"]);
        check("Language (\"python\", 'c++', or go, etc.)", &["python", "c++", "go"]);
        check("Depth (low|high)", &["low", "high"]);
        check("Text (optional)", &[]);
        check("Text (see the docs, if there are any)", &[]);
        check("no list", &[]);
    }

    #[test]
    fn the_default_is_offered_first() {
        let parameter = Parameter {
            default: Some("general".into()),
            description: "Type (sentiment, summary)".into(),
            ..Parameter::default()
        };
        assert_eq!(Choices::of(&parameter).values, ["general", "sentiment", "summary"]);
        let options = Parameter { options: vec![1.into(), 2.into()], ..parameter };
        assert_eq!(Choices::of(&options), Choices { values: vec![1.into(), 2.into()], guessed: false });
    }
}
