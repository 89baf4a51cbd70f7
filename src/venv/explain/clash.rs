//! What a resolver could not do, from its own reasoning: who asks for what, and which two of these cannot both be
//! had. uv says "Because A depends on B and C depends on D, we can conclude that …"; pip lists lines "A depends on B".

use crate::venv::explain::said::{AGENT, Said, after};
use crate::venv::explain::{Explanation, Kind};
use crate::venv::version::{Version, Wanted};

/// Somebody asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fact {
    /// `left`, `left 1.0`, `the agent`.
    who: String,
    /// `base>=2`.
    what: String,
}

/// How uv and pip say that somebody asks.
const ASKS: &[&str] = &[" depends on ", " depend on ", " requires ", " require ", "user requested "];

pub fn explain(said: &Said) -> Option<Explanation> {
    if let Some(derivation) = derivation(said) {
        return by_uv(said, &derivation);
    }
    if !said.joined().contains("conflicting dependencies") {
        return None;
    }
    let from = said.lines().iter().position(|line| line.contains("The conflict is caused by:"));
    let listed = from.map_or(&[][..], |at| &said.lines()[at + 1..]);
    let facts: Vec<Fact> =
        listed.iter().take_while(|line| !line.is_empty()).filter_map(|line| fact(line)).collect();
    let lines = match clash(&facts) {
        Some(pair) => pair.map(|fact| sentence(fact, &facts)).to_vec(),
        None => vec![said.line(&["conflicting dependencies"])?.to_owned()],
    };
    Some(Kind::Conflict.with(lines))
}

/// What stands from uv's first "Because" to its last conclusion.
fn derivation(said: &Said) -> Option<String> {
    let rest = after(said.joined(), "No solution found when resolving")?;
    let begin = rest.find("ecause ")?;
    let rest = &rest[begin + "ecause ".len()..];
    let end = rest.rfind("unsatisfiable").unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

fn by_uv(said: &Said, derivation: &str) -> Option<Explanation> {
    // The conclusions follow from the rest; what is given stands before them.
    let premises = derivation
        .split(". And because ")
        .flat_map(|part| part.split(". Because "))
        .map(|part| part.split(", we can conclude").next().unwrap_or(part));
    let (mut facts, mut others) = (Vec::new(), Vec::new());
    for premise in premises {
        let mut who: Option<String> = None;
        for piece in premise.split(" and ").map(str::trim) {
            if let Some(fact) = fact(piece) {
                who = Some(fact.who.clone());
                facts.push(fact);
            } else if let (Some(who), false) = (&who, piece.contains(' ')) {
                facts.push(Fact { who: who.clone(), what: piece.to_owned() });
            } else {
                who = None;
                others.push(piece);
            }
        }
    }
    let asked = |name: &str| facts.iter().find(|fact| name_of(&fact.what) == name_of(name));
    let other = |part: &str| others.iter().find(|other| other.contains(part)).copied();
    if let Some(missing) = other(" not found in ") {
        let name = missing.split(' ').next().unwrap_or(missing);
        let mut lines = vec![missing.to_owned()];
        let offline = said.joined().contains("network was disabled") || missing.ends_with("in the cache");
        lines.extend(asked(name).map(|fact| sentence(fact, &facts)));
        if !offline {
            return Some(Kind::MissingPackage.with(lines));
        }
        let action = "Allow the network (UV_OFFLINE is set, or uv's `offline`), and build again.";
        return Some(Explanation { action: action.to_owned(), ..Kind::NoNetwork.with(lines) });
    }
    if let Some(fact) = facts.iter().find(|fact| name_of(&fact.what) == "python") {
        let mut lines = vec![sentence(fact, &facts)];
        let has = said.line(&["Using CPython ", "Using Python "]);
        let has =
            has.and_then(|line| line.split(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit())));
        let demanded = other(" Python version ").map(str::to_owned);
        lines.extend(demanded.or_else(|| has.map(|has| format!("the environment has Python {has}"))));
        return Some(Kind::NoPython.with(lines));
    }
    if let Some(pair) = clash(&facts) {
        return Some(Kind::Conflict.with(pair.map(|fact| sentence(fact, &facts)).to_vec()));
    }
    // `there is no version of base==3.0`, `only base<=2.0 is available`, `base has no wheels with a matching tag`.
    let missing = other(" no version").or_else(|| other(" wheels ")).or_else(|| other("nly "));
    let mut lines: Vec<String> = missing.map(str::to_owned).into_iter().collect();
    lines.extend(facts.last().map(|fact| sentence(fact, &facts)));
    (!lines.is_empty()).then(|| match missing {
        Some(_) => Kind::MissingPackage.with(lines),
        None => Kind::Conflict.with(lines),
    })
}

/// `all versions of left depend on base<2` and the like.
fn fact(text: &str) -> Option<Fact> {
    let (who, what) = ASKS.iter().find_map(|asks| text.split_once(asks))?;
    let who = who.trim().trim_start_matches("all versions of ");
    let who = match who.rsplit(' ').next() {
        // pip's "The user requested".
        Some("The" | "you" | "project" | "workspace") => AGENT.to_owned(),
        Some(_) | None => who.to_owned(),
    };
    let what = what.trim().trim_end_matches('.').trim_start_matches("(constraint) ");
    let what = what.strip_prefix("Python ").map_or_else(|| what.to_owned(), |rest| format!("Python{rest}"));
    (!what.is_empty() && !who.is_empty()).then_some(Fact { who, what })
}

/// Who asks, and for whom where that is somebody else.
fn sentence(fact: &Fact, facts: &[Fact]) -> String {
    let name = name_of(&fact.who);
    let wanted_by = facts.iter().find(|other| other.who != AGENT && name_of(&other.what) == name);
    let through = wanted_by.map_or_else(String::new, |other| format!(" (which {} asks for)", other.who));
    format!("{}{through} asks for {}", fact.who, fact.what)
}

/// The name in `Base_One[extra]>=2`, as it is compared.
fn name_of(requirement: &str) -> String {
    let end = requirement.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-')));
    requirement[..end.unwrap_or(requirement.len())].to_lowercase().replace(['_', '.'], "-")
}

/// The specifiers in `base[extra]>=2,<3; python_version < "4"`.
fn specifiers(requirement: &str) -> &str {
    let requirement = requirement.split([';', '{']).next().unwrap_or(requirement);
    let begin = requirement.find(['<', '>', '=', '!', '~']).unwrap_or(requirement.len());
    requirement[begin..].trim()
}

/// Two that ask for the same package in ways that no version satisfies; where that cannot be seen from their
/// numbers, the first two that ask differently.
fn clash(facts: &[Fact]) -> Option<[&Fact; 2]> {
    let pairs = || {
        facts.iter().enumerate().flat_map(|(at, a)| facts[at + 1..].iter().map(move |b| (a, b))).filter(
            |(a, b)| {
                name_of(&a.what) == name_of(&b.what)
                    && specifiers(&a.what) != specifiers(&b.what)
                    && !specifiers(&a.what).is_empty()
                    && !specifiers(&b.what).is_empty()
            },
        )
    };
    let apart = pairs().find(|(a, b)| exclude(specifiers(&a.what), specifiers(&b.what)));
    apart.or_else(|| pairs().next()).map(|(a, b)| [a, b])
}

/// Whether no version near the numbers that these two name satisfies both.
fn exclude(a: &str, b: &str) -> bool {
    let (Some(first), Some(second)) = (Wanted::parse(a), Wanted::parse(b)) else { return false };
    let numbers = [a, b].into_iter().flat_map(|text| text.split(',')).filter_map(|part| {
        let begin = part.find(|c: char| c.is_ascii_digit())?;
        Version::parse(&part[begin..]).or_else(|| Version::parse(&format!("{}.0", &part[begin..])))
    });
    let near = numbers.flat_map(|version| {
        let Version { major, minor, micro } = version;
        let below = match (major, minor, micro) {
            (_, _, 1..) => Version { micro: micro - 1, ..version },
            (_, 1.., 0) => Version { minor: minor - 1, micro: u32::MAX, ..version },
            (1.., 0, 0) => Version { major: major - 1, minor: u32::MAX, micro: u32::MAX },
            (0, 0, 0) => version,
        };
        [below, version, Version { micro: micro.saturating_add(1), ..version }]
    });
    near.into_iter().all(|version| !(first.accepts(version) && second.accepts(version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_exclude_one_another_are_seen() {
        for (a, b) in [("<2", ">=2"), ("==1.0", "==2.0"), ("<1.5,>=1", "~=2.1"), (">2.1", "<=2.1")] {
            assert!(exclude(a, b) && exclude(b, a), "{a} {b}");
        }
        for (a, b) in [("<2", ">=1"), ("==1.0", "<=1.0"), (">=1", ">=2"), ("!=1", ">0.5"), ("<2", "*")] {
            assert!(!exclude(a, b), "{a} {b}");
        }
    }
}
