//! What a scalar means: YAML 1.1 as PyYAML reads it, since that is what AgentHub reads manifests with.
//! So `1.0` is a number, `no` a boolean and `2024-01-15` a date, where quotes would make them text.

use super::tree::Content;

/// Digits a decimal number may have before Python refuses to read it.
const LONGEST_INTEGER: usize = 4300;

/// The meaning of a plain scalar. The error says why a reader would stop here.
pub(super) fn plain(text: &str) -> Result<Content, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Content::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Ok(Content::Boolean(true));
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Ok(Content::Boolean(false));
        }
        "<<" => return Ok(Content::Merge),
        "=" => return Ok(Content::Equals),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return Ok(Content::Text);
    }
    if let Some(float) = float(text) {
        return Ok(Content::Float(float));
    }
    if let Some(integer) = integer(text) {
        return integer.map(Content::Integer);
    }
    if let Some(exists) = date(text) {
        return if exists { Ok(Content::Date) } else { Err(format!("{text} is no date that exists")) };
    }
    Ok(Content::Text)
}

/// The meaning of a scalar with a tag of YAML's own, for example `!!int "3"`.
pub(super) fn tagged(tag: &str, text: &str) -> Result<Content, String> {
    let content = match tag {
        "str" => Some(Content::Text),
        "binary" => Some(Content::Binary),
        "null" => Some(Content::Null),
        "bool" | "int" | "float" | "timestamp" => match (tag, plain(text)?) {
            ("bool", content @ Content::Boolean(_))
            | ("int", content @ Content::Integer(_))
            | ("float", content @ Content::Float(_))
            | ("timestamp", content @ Content::Date) => Some(content),
            ("float", Content::Integer(digits)) => digits.parse().ok().map(Content::Float),
            _ => None,
        },
        _ => return Err(format!("the tag !!{tag} does not fit a single value")),
    };
    content.ok_or_else(|| format!("the value does not fit its tag !!{tag}"))
}

/// A YAML 1.1 float; an exponent needs a dot before it and a sign in it, so that `1e3` is text.
fn float(text: &str) -> Option<f64> {
    let (sign, rest) = sign(text);
    match rest {
        ".inf" | ".Inf" | ".INF" => return Some(if sign == "-" { f64::NEG_INFINITY } else { f64::INFINITY }),
        ".nan" | ".NaN" | ".NAN" if sign.is_empty() => return Some(f64::NAN),
        _ => {}
    }
    let (whole, fraction) = rest.split_once('.')?;
    let (fraction, exponent) = match fraction.find(['e', 'E']) {
        Some(at) => fraction.split_at(at),
        None => (fraction, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let starts_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if !digits(fraction) || !(exponent.is_empty() || is_exponent(exponent)) {
        return None;
    }
    if let Some((first, sixtieths)) = whole.split_once(':') {
        let fits = exponent.is_empty() && starts_with_digit(first) && digits(first) && is_base_60(sixtieths);
        let value = whole.split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + number(part)?));
        return if fits { Some(signed(sign, value? + number(&format!("0.{fraction}"))?)) } else { None };
    }
    let fits = if whole.is_empty() {
        sign.is_empty() && starts_with_digit(fraction)
    } else {
        starts_with_digit(whole) && digits(whole)
    };
    if fits {
        number(&format!("0{whole}.{fraction}0{exponent}")).map(|value| signed(sign, value))
    } else {
        None
    }
}

/// A YAML 1.1 integer as decimal digits; `None` when the text is none, an error when it is one that Python
/// refuses. Numbers too large for 128 bits keep their digits; other bases that large are kept as written.
fn integer(text: &str) -> Option<Result<String, String>> {
    let (sign, rest) = sign(text);
    let only = |text: &str, allowed: &str| !text.is_empty() && text.chars().all(|c| allowed.contains(c));
    let based = |digits: &str, base: u32| {
        let digits = digits.replace('_', "");
        if digits.is_empty() {
            return Err(format!("{text} is a number without digits"));
        }
        let value = u128::from_str_radix(&digits, base);
        Ok(value.map_or_else(|_| text.to_owned(), |value| decimal(sign, &value.to_string())))
    };
    if let Some(digits) = rest.strip_prefix("0b").filter(|digits| only(digits, "01_")) {
        return Some(based(digits, 2));
    }
    if let Some(digits) = rest.strip_prefix("0x").filter(|digits| only(digits, "0123456789abcdefABCDEF_")) {
        return Some(based(digits, 16));
    }
    if rest == "0" {
        return Some(Ok("0".to_owned()));
    }
    if let Some(digits) = rest.strip_prefix('0').filter(|digits| only(digits, "01234567_")) {
        return Some(if digits.contains(|c: char| c != '_') { based(digits, 8) } else { Ok("0".to_owned()) });
    }
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if only(rest, "0123456789_") {
        if rest.starts_with('0') {
            return None;
        }
        let digits = rest.replace('_', "");
        if digits.len() > LONGEST_INTEGER {
            return Some(Err(format!(
                "a number of {} digits is too long ({LONGEST_INTEGER} at most): put it in quotes",
                digits.len()
            )));
        }
        return Some(Ok(decimal(sign, &digits)));
    }
    let (first, sixtieths) = rest.split_once(':')?;
    if first.starts_with('0') || !only(first, "0123456789_") || !is_base_60(sixtieths) {
        return None;
    }
    let value = rest
        .split(':')
        .try_fold(0_u128, |sum, part| sum.checked_mul(60)?.checked_add(part.replace('_', "").parse().ok()?));
    Some(Ok(value.map_or_else(|| text.to_owned(), |value| decimal(sign, &value.to_string()))))
}

/// Whether a text written as a date names one that exists; `None` when it is not written as one.
fn date(text: &str) -> Option<bool> {
    let mut rest = Cursor(text);
    let year = rest.digits(4, 4)?;
    let (month, day, long_month, long_day) = {
        rest.eat("-")?;
        let before = rest.0.len();
        let month = rest.digits(1, 2)?;
        let long_month = before - rest.0.len() == 2;
        rest.eat("-")?;
        let before = rest.0.len();
        let day = rest.digits(1, 2)?;
        (month, day, long_month, before - rest.0.len() == 2)
    };
    let day_exists = year >= 1 && (1..=12).contains(&month) && (1..=days(year, month)).contains(&day);
    if rest.0.is_empty() {
        return (long_month && long_day).then_some(day_exists);
    }
    rest.eat("T").or_else(|| rest.eat("t")).or_else(|| rest.blanks())?;
    let hour = rest.digits(1, 2)?;
    rest.eat(":")?;
    let minute = rest.digits(2, 2)?;
    rest.eat(":")?;
    let second = rest.digits(2, 2)?;
    if rest.eat(".").is_some() {
        rest.0 = rest.0.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let mut zone_exists = true;
    if !rest.0.is_empty() {
        let _ = rest.blanks();
        if rest.eat("Z").is_none() {
            rest.eat("+").or_else(|| rest.eat("-"))?;
            let hours = rest.digits(1, 2)?;
            let minutes = if rest.eat(":").is_some() { rest.digits(2, 2)? } else { 0 };
            zone_exists = hours * 60 + minutes < 24 * 60;
        }
    }
    rest.0.is_empty().then_some(day_exists && hour < 24 && minute < 60 && second < 60 && zone_exists)
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What is left of a text that is read from the front.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn eat(&mut self, sign: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(sign)?;
        Some(())
    }

    fn blanks(&mut self) -> Option<()> {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let found = rest.len() < self.0.len();
        self.0 = rest;
        found.then_some(())
    }

    /// A number of `least` to `most` digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        if count < least { None } else { digits.parse().ok() }
    }
}

fn sign(text: &str) -> (&str, &str) {
    text.split_at(usize::from(text.starts_with(['+', '-'])))
}

fn signed(sign: &str, value: f64) -> f64 {
    if sign == "-" { -value } else { value }
}

fn decimal(sign: &str, digits: &str) -> String {
    if sign == "-" && digits != "0" { format!("-{digits}") } else { digits.to_owned() }
}

fn number(text: &str) -> Option<f64> {
    text.replace('_', "").parse().ok()
}

/// `e+3`, after the letter was found.
fn is_exponent(text: &str) -> bool {
    text[1..]
        .strip_prefix(['+', '-'])
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The parts after the first `:` of a number in base 60, each 0 to 59.
fn is_base_60(text: &str) -> bool {
    text.split(':').all(|part| {
        (1..=2).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|part| part < 60)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match plain(text) {
            Ok(Content::Float(float)) => format!("float {float}"),
            Ok(Content::Integer(digits)) => format!("integer {digits}"),
            Ok(content) => format!("{content:?}"),
            Err(_) => "refused".to_owned(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_of_yaml_1_1_are_no_text() {
        check("", "Null");
        check("~", "Null");
        check("No", "Boolean(false)");
        check("on", "Boolean(true)");
        check("nO", "Text");
        check("y", "Text");
        check("=", "Equals");
        check("<<", "Merge");
    }

    #[test]
    fn integers_come_in_five_spellings() {
        check("+12", "integer 12");
        check("-1_000", "integer -1000");
        check("0", "integer 0");
        check("-0", "integer 0");
        check("017", "integer 15");
        check("0x1F", "integer 31");
        check("0b11", "integer 3");
        check("1:30", "integer 90");
        check("123456789012345678901234567890", "integer 123456789012345678901234567890");
        check(&"9".repeat(5000), "refused");
        check("0x_", "refused");
    }

    #[test]
    fn near_numbers_are_text() {
        for text in
            ["09", "0o17", "1e3", "1e+3", "0.1e5", "1:60", "1.2.3", "+", "-", ".", "._1", "3.11+", "-.5"]
        {
            check(text, "Text");
        }
    }

    #[test]
    fn floats_need_a_dot() {
        check("1.0", "float 1");
        check("1.", "float 1");
        check(".5", "float 0.5");
        check("1.0e+3", "float 1000");
        check("-1_0.5", "float -10.5");
        check("1:30.5", "float 90.5");
        check("-.inf", "float -inf");
        check(".nan", "float NaN");
    }

    #[test]
    fn dates_must_exist() {
        check("2024-01-15", "Date");
        check("2024-02-29", "Date");
        check("2023-02-29", "refused");
        check("2024-13-45", "refused");
        check("2024-1-5", "Text");
        check("2024-1-5 10:00:00", "Date");
        check("2024-01-15T10:00:00.5+02:00", "Date");
        check("2024-01-15T10:00:00 Z", "Date");
        check("2024-01-15T25:00:00Z", "refused");
        check("2024-01-15 notes", "Text");
    }

    #[test]
    fn tags_must_fit() {
        assert!(matches!(tagged("str", "1.0"), Ok(Content::Text)));
        assert!(matches!(tagged("int", "3"), Ok(Content::Integer(_))));
        assert!(tagged("int", "three").is_err());
        assert!(tagged("python/object", "x").is_err());
    }
}
