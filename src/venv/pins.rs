//! The versions in `uv.lock`, as constraints for pip: without uv a locked agent still gets what was locked, and pip
//! need not search. (One real agent took 417 s without them and 13 s with them.)

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::venv::error::Error;
use crate::venv::folder::{self, ENVIRONMENT};

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
}
