//! Python versions, and the texts that say which of them an agent accepts: `requires-python`, and the manifest's
//! `python_version`, where `3.11+` is usual. Knows no more of the specifier grammar than interpreters need.

use std::fmt;

/// A Python's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub micro: u32,
}

impl Version {
    /// Reads `3.12.1`; what follows the numbers (`3.13.0rc1`, `3.12.1+`) is passed over.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = release(text.trim())?.0.into_iter();
        Some(Self { major: parts.next()?, minor: parts.next()?, micro: parts.next().unwrap_or(0) })
    }

    fn parts(self) -> [u32; 3] {
        [self.major, self.minor, self.micro]
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

/// The leading numbers of a version, and what follows them.
fn release(text: &str) -> Option<(Vec<u32>, &str)> {
    let mut numbers = Vec::new();
    let mut rest = text;
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        numbers.push(rest[..digits].parse().ok()?);
        rest = &rest[digits..];
        match rest.strip_prefix('.') {
            Some(more) if more.starts_with(|c: char| c.is_ascii_digit()) => rest = more,
            _ => return Some((numbers, rest)),
        }
    }
}

/// Which versions are accepted: every condition must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    conditions: Vec<(Operator, Vec<u32>)>,
    /// The one minor version a bare `3.11` names: taken where it is there, else anything newer.
    pub favourite: Option<(u32, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
    NotEqual,
    /// `==3.12.*`
    Within,
    /// `!=3.12.*`
    NotWithin,
}

impl Wanted {
    /// Reads `>=3.11,<4`, `~=3.11`, `==3.12.*`, `^3.11`, `3.11+`, `3.11`. `None` when it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        let mut wanted = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            wanted.condition(part)?;
        }
        (!wanted.conditions.is_empty()).then_some(wanted)
    }

    fn condition(&mut self, part: &str) -> Option<()> {
        let at = part.find(|c: char| c.is_ascii_digit())?;
        let (operator, version) = (part[..at].trim(), part[at..].trim());
        let (numbers, rest) = release(version)?;
        let rest = rest.trim();
        let star = rest == ".*";
        if !(star || rest.is_empty() || rest == "+" && operator.is_empty()) {
            return None;
        }
        match operator {
            ">=" => self.conditions.push((Operator::AtLeast, numbers)),
            "<=" => self.conditions.push((Operator::AtMost, numbers)),
            ">" => self.conditions.push((Operator::Above, numbers)),
            "<" => self.conditions.push((Operator::Below, numbers)),
            "" | "==" if star => self.conditions.push((Operator::Within, numbers)),
            "!=" if star => self.conditions.push((Operator::NotWithin, numbers)),
            "" => {
                if rest.is_empty() {
                    self.favourite = Some((numbers[0], *numbers.get(1)?));
                }
                self.conditions.push((Operator::AtLeast, numbers));
            }
            "==" | "===" | "=" => self.conditions.push((Operator::Equal, numbers)),
            "!=" => self.conditions.push((Operator::NotEqual, numbers)),
            // PEP 440's compatible release, and the caret and tilde of other tools.
            "~=" | "~" | "^" => {
                let kept = match operator {
                    "^" => 1,
                    "~" => 2,
                    _ => numbers.len().checked_sub(1).filter(|kept| *kept > 0)?,
                };
                self.conditions.push((Operator::Within, numbers[..kept.min(numbers.len())].to_vec()));
                self.conditions.push((Operator::AtLeast, numbers));
            }
            _ => return None,
        }
        Some(())
    }

    /// Whether this version is accepted.
    pub fn accepts(&self, version: Version) -> bool {
        let have = version.parts();
        self.conditions.iter().all(|(operator, numbers)| {
            let mut padded = [0; 3];
            let kept = numbers.len().min(3);
            padded[..kept].copy_from_slice(&numbers[..kept]);
            match operator {
                Operator::AtLeast => have >= padded,
                Operator::AtMost => have <= padded,
                Operator::Above => have > padded,
                Operator::Below => have < padded,
                Operator::Equal => have == padded,
                Operator::NotEqual => have != padded,
                Operator::Within => have[..kept] == padded[..kept],
                Operator::NotWithin => have[..kept] != padded[..kept],
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The accepted ones of some versions.
    #[track_caller]
    fn check(text: &str, accepted: &[&str]) {
        let wanted = Wanted::parse(text).unwrap();
        let all = ["3.8.18", "3.11.7", "3.12.0", "3.12.1", "3.13.0", "4.0.0"];
        let found: Vec<_> =
            all.into_iter().filter(|version| wanted.accepts(Version::parse(version).unwrap())).collect();
        assert_eq!(found, accepted, "{text}");
    }

    #[test]
    fn specifiers_choose() {
        check(">=3.12", &["3.12.0", "3.12.1", "3.13.0", "4.0.0"]);
        check(" >= 3.11 , < 3.13 ", &["3.11.7", "3.12.0", "3.12.1"]);
        check("3.12+", &["3.12.0", "3.12.1", "3.13.0", "4.0.0"]);
        check("3.12", &["3.12.0", "3.12.1", "3.13.0", "4.0.0"]);
        check("~=3.12", &["3.12.0", "3.12.1", "3.13.0"]);
        check("~=3.12.1", &["3.12.1"]);
        check("^3.11", &["3.11.7", "3.12.0", "3.12.1", "3.13.0"]);
        check("~3.12", &["3.12.0", "3.12.1"]);
        check("==3.12.*", &["3.12.0", "3.12.1"]);
        check("==3.12", &["3.12.0"]);
        check("<=3.12,!=3.8.*", &["3.11.7", "3.12.0"]);
        check(">3.12.0,!=3.13.0", &["3.12.1", "4.0.0"]);
    }

    #[test]
    fn what_is_no_specifier_is_told_apart() {
        for text in ["", "latest", ">=three", "3.11 or 3.12", "~=3", "3.", ">=3.12rc1"] {
            assert_eq!(Wanted::parse(text), None, "{text:?}");
        }
        assert_eq!(Wanted::parse("3.11").unwrap().favourite, Some((3, 11)));
        assert_eq!(Wanted::parse("3.11+").unwrap().favourite, None);
    }

    #[test]
    fn versions_read_and_show() {
        for (text, shown) in [("3.12.1", "3.12.1"), ("3.13.0rc1", "3.13.0"), ("3.9", "3.9.0")] {
            assert_eq!(Version::parse(text).unwrap().to_string(), shown);
        }
        assert_eq!(Version::parse("miniconda"), None);
        assert_eq!(Version::parse("99999999999.1"), None);
    }
}
