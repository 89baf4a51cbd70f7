//! The versions in `uv.lock`, as constraints for pip: without uv a locked agent still gets what was locked, and pip
//! need not search. (One real agent took 417 s without them and 13 s with them.) And whether a lock still belongs to
//! its project: `uv sync --frozen` does not ask.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::venv::error::Error;
use crate::venv::folder::{self, ENVIRONMENT};
use crate::venv::packages::normal;

/// The constraints' file, beneath the agent's folder.
pub const FILE: &str = ".venv/.plugdeck-pins.txt";

/// Writes the constraints into an environment that is being built in place.
pub fn write(directory: &Path) -> Result<(), Error> {
    let lock = directory.join("uv.lock");
    let bytes = fs::read(&lock).map_err(Error::io("read", lock))?;
    let environment = directory.join(ENVIRONMENT);
    if !fs::symlink_metadata(&environment).is_ok_and(|file| file.is_dir()) || !folder::is_marked(directory) {
        return Err(Error::NotPrepared(directory.into()));
    }
    let path = directory.join(FILE);
    fs::write(&path, constraints(&String::from_utf8_lossy(&bytes))).map_err(Error::io("write", path))
}

/// Every package from an index that has one version; where several are locked, each for other systems, pip chooses.
fn constraints(lock: &str) -> String {
    let mut versions: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |key: &str| {
            let line = package.lines().find(|line| line.starts_with(key))?;
            line[key.len()..].strip_prefix(" = ").map(|value| value.trim().trim_matches('"'))
        };
        let (Some(name), Some(version), Some(source)) = (field("name"), field("version"), field("source"))
        else {
            continue;
        };
        if source.starts_with("{ registry") && is_plain(name) && is_plain(version) {
            versions.entry(name).and_modify(|other| *other = None).or_insert(Some(version));
        }
    }
    versions.iter().filter_map(|(name, version)| Some(format!("{name}=={}\n", (*version)?))).collect()
}

/// What a project asks for and its lock does not have, as one sentence; `None` as long as that is not certain.
#[must_use]
pub fn mismatch(lock: &str, requirements: &[String]) -> Option<String> {
    let packages: Vec<&str> = lock.split("[[package]]").skip(1).collect();
    let names: BTreeSet<String> = packages.iter().filter_map(|package| name(package)).collect();
    let asked: Vec<(String, BTreeSet<String>)> = packages.iter().flat_map(|package| asked(package)).collect();
    let differs = |requirement: &&String| {
        let (name, rest) = split(requirement);
        let mut before = asked.iter().filter(|(known, _)| *known == name);
        match (before.next(), before.next()) {
            _ if name.is_empty() => false,
            _ if !names.contains(&name) => true,
            (Some((_, versions)), None) => specifiers(rest).is_some_and(|asked| asked != *versions),
            // Not the lock's own word, or several for different systems.
            _ => false,
        }
    };
    let requirement = requirements.iter().find(differs)?.trim();
    Some(format!(
        "uv.lock does not match pyproject.toml, which asks for {requirement}: uv builds what the lock says; \
         `uv lock` in the agent's folder writes it anew"
    ))
}

fn name(package: &str) -> Option<String> {
    let name = package.lines().find_map(|line| line.strip_prefix("name = "))?;
    Some(normal(name.trim().trim_matches('"')))
}

/// What the agent's own package asked for when the lock was written: names and versions. One that is bound to more
/// than versions is left out.
fn asked(package: &str) -> Vec<(String, BTreeSet<String>)> {
    let own = ["source = { editable = \".\" }", "source = { virtual = \".\" }"];
    if !package.lines().any(|line| own.contains(&line)) {
        return Vec::new();
    }
    let Ok(table) = format!("[[package]]{package}").parse::<toml::Table>() else { return Vec::new() };
    let requires = table["package"]
        .get(0)
        .and_then(|package| package.get("metadata")?.get("requires-dist")?.as_array())
        .into_iter()
        .flatten();
    let one = |entry: &toml::Value| {
        let known = |key: &String| matches!(key.as_str(), "name" | "extras" | "specifier");
        let entry = entry.as_table().filter(|entry| entry.keys().all(known))?;
        let versions = entry.get("specifier").map_or(Some(""), toml::Value::as_str)?;
        Some((normal(entry.get("name")?.as_str()?), specifiers(versions)?))
    };
    requires.filter_map(one).collect()
}

/// The name of a requirement, and what follows it.
fn split(requirement: &str) -> (String, &str) {
    let requirement = requirement.trim();
    let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    let (name, rest) = requirement.split_at(end.unwrap_or(requirement.len()));
    (normal(name), rest)
}

/// The versions that stand behind a name, in no order; `None` for what can be written in more than one way.
fn specifiers(rest: &str) -> Option<BTreeSet<String>> {
    let rest = rest.trim_start();
    let rest = if rest.starts_with('[') { rest.split_once(']')?.1 } else { rest };
    let plain = |c: char| c.is_ascii_digit() || "<>=!~.,* ".contains(c);
    let parts = rest.split(',').map(|part| part.replace(' ', "")).filter(|part| !part.is_empty());
    rest.chars().all(plain).then(|| parts.collect())
}

/// Nothing that would be another directive in a constraints file.
fn is_plain(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+!".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_with_one_version_are_pinned() {
        let lock = r#"
version = 1
requires-python = ">=3.11"

[[package]]
name = "a"
version = "1.0+cpu"
source = { registry = "https://host/simple" }
dependencies = [
    { name = "b" },
]

[[package]]
name = "self"
version = "1.0.0"
source = { editable = "." }

[[package]]
name = "b"
version = "1"
source = { registry = "https://host/simple" }
[[package]]
name = "b"
version = "2"
source = { registry = "https://host/simple" }
[[package]]
name = "c --hash"
version = "2"
source = { registry = "https://host/simple" }
"#;
        assert_eq!(constraints(lock), "a==1.0+cpu\n");
        assert_eq!(constraints("rubbish [[package]] name"), "");
    }

    #[test]
    fn a_lock_that_lacks_what_the_project_asks_for_is_told() {
        let lock = r#"
version = 1

[[package]]
name = "rich"
version = "13.0"
source = { registry = "https://host/simple" }

[[package]]
name = "self"
version = "1.0.0"
source = { editable = "." }
dependencies = [{ name = "rich" }]

[package.metadata]
requires-dist = [
    { name = "rich", extras = ["x"], specifier = ">=13,<14" },
    { name = "other", marker = "sys_platform == 'win32'", specifier = ">=1" },
]
"#;
        let told = |requirement: &str| {
            let sentence = mismatch(lock, &["rich < 14, >=13".into(), requirement.into()])?;
            Some(
                sentence
                    .strip_prefix("uv.lock does not match pyproject.toml, which asks for ")?
                    .split_once(": uv")?
                    .0
                    .to_owned(),
            )
        };
        for same in [
            "Rich[x]>=13,<14",
            "rich<14,>= 13",
            "rich>=13a1",
            "rich (>=13)",
            "rich; os_name == 'nt'",
            "self",
            "",
        ] {
            assert_eq!(told(same), None, "{same}");
        }
        for other in ["rich>=14", "rich", "rich[x]==13.*", "httpx", "httpx>=1; os_name == 'nt'", "other>=1"] {
            assert_eq!(told(other).as_deref(), Some(other));
        }
        assert_eq!(mismatch("version = 1\n[[package]]\nname = \"rich\"\n", &["rich>=99".into()]), None);
    }
}
