//! Everything that is known of one agent's environment, for the page of the agent that is looked at. Reads some
//! thousand files' sizes, so this is never asked for a list.

use std::fs;
use std::path::Path;

use crate::text;
use crate::venv::disk::Disk;
use crate::venv::folder::{ENVIRONMENT, exists, read_at_most};
use crate::venv::inputs::Change;
use crate::venv::packages::{self, Package};
use crate::venv::pins;
use crate::venv::pyproject::Pyproject;
use crate::venv::stamp::{self, Environment, Stamp};

/// Bytes read of a file that says what to install.
const MOST: u64 = 16 << 20;

/// One agent's environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    pub state: Environment,
    /// For example `3.12.1`.
    pub python: Option<String>,
    /// The file behind `.venv/bin/python`; safe.
    pub interpreter: Option<String>,
    /// What plugdeck wrote when it built it; `None` where somebody else did.
    pub stamp: Option<Stamp>,
    /// The files it was built from, and how they stand.
    pub inputs: Vec<(String, Change)>,
    /// What is wrong with the files that the next build reads, a sentence each; safe.
    pub problems: Vec<String>,
    pub packages: Vec<Package>,
    /// `None` where there is no environment.
    pub disk: Option<Disk>,
}

impl Details {
    /// Reads all of it; changes nothing.
    #[must_use]
    pub fn read(directory: &Path) -> Self {
        let environment = directory.join(ENVIRONMENT);
        let stamp = Stamp::read(&environment);
        let real = fs::canonicalize(environment.join("bin/python")).ok();
        Self {
            state: stamp::look(directory),
            python: stamp::version(&environment),
            interpreter: real.map(|path| text::safe(path.to_string_lossy().as_bytes())),
            inputs: stamp.as_ref().map_or(Vec::new(), |stamp| stamp.inputs.changes(directory, stamp.basis)),
            stamp,
            problems: problems(directory),
            packages: packages::read(&environment),
            disk: exists(&environment).then(|| Disk::count(&environment)),
        }
    }
}

/// What is surely wrong with the files that say what to install: the tools would find it out after the plan.
fn problems(directory: &Path) -> Vec<String> {
    let read = |name: &str| -> Option<Result<String, String>> {
        let path = directory.join(name);
        if !exists(&path) {
            return None;
        }
        Some(match read_at_most(&path, MOST).map(String::from_utf8) {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(_)) => Err(format!("{name} is not UTF-8; save it as UTF-8, then build")),
            Err(error) => Err(format!("{name} cannot be read: {error}")),
        })
    };
    let mut problems = Vec::new();
    let mut wanted = Vec::new();
    match read("pyproject.toml") {
        Some(Ok(text)) => {
            let project = Pyproject::parse(&text);
            problems.extend(
                project
                    .wrong
                    .map(|wrong| format!("pyproject.toml cannot be read: {wrong}; correct it, then build")),
            );
            wanted = project.dependencies;
        }
        Some(Err(problem)) => problems.push(problem),
        None => {}
    }
    match read("uv.lock") {
        Some(Ok(lock)) => problems.extend(pins::mismatch(&lock, &wanted)),
        Some(Err(problem)) => problems.push(problem),
        None => {}
    }
    match read("requirements.txt") {
        Some(Ok(text)) => problems.extend(bad_line(&text).map(|(line, text)| {
            format!("requirements.txt line {line} is no requirement: {text:?}; correct it, then build")
        })),
        Some(Err(problem)) => problems.push(problem),
        None => {}
    }
    problems.into_iter().map(|problem| text::safe(problem.as_bytes())).collect()
}

fn name_of(requirement: &str) -> String {
    requirement.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect()
}

/// The first line of a `requirements.txt` that pip and uv surely refuse, with its number.
fn bad_line(text: &str) -> Option<(usize, String)> {
    let mut continued = false;
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let follows = std::mem::replace(&mut continued, line.ends_with('\\'));
        let code = line.split_once(" #").map_or(line, |(code, _)| code).trim().trim_end_matches('\\').trim();
        let is_other =
            code.starts_with(['#', '-', '.', '/']) || code.contains("://") || code.contains(['$', '/']);
        if follows || code.is_empty() || is_other {
            continue;
        }
        let rest = code[name_of(code).len()..].trim_start();
        let fits = rest.is_empty() || rest.starts_with(['[', ';', '@', '(', '<', '>', '=', '!', '~', ',']);
        let options = rest.starts_with("--");
        if name_of(code).is_empty() || !(fits || options) {
            return Some((number, code.chars().take(80).collect()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(Details::read(folder.path()).problems, expected);
    }

    #[test]
    fn files_that_cannot_be_used_are_told_with_their_line() {
        check(&[], &[]);
        check(
            &[("pyproject.toml", "[project]\nname = \"x\n")],
            &[
                "pyproject.toml cannot be read: line 2: invalid basic string, expected `\"`; correct it, then build",
            ],
        );
        let lock = "version = 1\n[[package]]\nname = \"rich\"\n";
        let project = |dependency: &str| format!("[project]\ndependencies = [{dependency:?}]\n");
        check(&[("pyproject.toml", &project("Rich[x]>=13")), ("uv.lock", lock)], &[]);
        check(
            &[("pyproject.toml", &project("httpx")), ("uv.lock", lock)],
            &["uv.lock does not match pyproject.toml, which asks for httpx: uv builds what the lock says; \
               `uv lock` in the agent's folder writes it anew"],
        );
    }

    #[test]
    fn only_lines_that_surely_are_no_requirements_are_told() {
        let good = "\u{feff}# comment\n\na\nb==1 # why\nc[x]>=1,<2; python_version < '4'\nd @ https://host/d.whl\n-r x\n\
                    ./local\ngit+https://host/x\ne==1 \\\n  --hash=sha256:0\n--index-url x\nf (>1)\ng --hash=sha256:0\n";
        check(&[("requirements.txt", good)], &[]);
        for (line, shown) in [("a b", "a b"), ("==1.0", "==1.0"), ("a b # why", "a b")] {
            let told =
                format!("requirements.txt line 2 is no requirement: {shown:?}; correct it, then build");
            check(&[("requirements.txt", &format!("ok\n{line}\n"))], &[&told]);
        }
    }
}
