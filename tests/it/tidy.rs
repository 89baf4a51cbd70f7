//! The shape of `src/`: which room may name which, which crates each owns, how a file begins and how long it may
//! grow.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms and lone files from the bottom up: the rooms each may name, and the crates it owns.
const ROOMS: &[(&str, &[&str], &[&str])] = &[
    ("text", &[], &[]),
    ("yaml", &[], &["serde_yaml"]),
    ("paths", &[], &["etcetera"]),
    ("config", &["text", "yaml"], &[]),
    ("agent", &["text", "yaml"], &[]),
    ("process", &["text"], &["sysinfo", "rustix::process"]),
    ("run", &["process"], &[]),
    ("venv", &["agent", "process", "run", "text", "paths"], &[]),
    ("supervisor", &["agent", "process", "run", "text"], &["rustix::process"]),
    (
        "ops",
        &["agent", "config", "paths", "process", "run", "supervisor", "text", "venv"],
        &["rustix::process"],
    ),
    (
        "tui",
        &["agent", "config", "ops", "paths", "process", "run", "text", "venv", "yaml"],
        &["ratatui", "crossterm"],
    ),
    (
        "cli",
        &["agent", "config", "ops", "paths", "process", "run", "supervisor", "text", "tui", "venv"],
        &["clap", "rustix::process"],
    ),
    ("lib", &["cli"], &[]),
    ("main", &[], &[]),
    ("build", &[], &[]),
];
const MAX_LINES: usize = 400;

#[test]
fn rooms_name_only_rooms_below() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let Some((room, below, owned)) = ROOMS.iter().find(|(room, ..)| room_of(&path) == *room) else {
            wrong.push(format!("src/{}: stands in no room", path.display()));
            continue;
        };
        let foreign_rooms = ROOMS.iter().map(|(r, ..)| r).filter(|r| *r != room && !below.contains(r));
        let foreign_crates = ROOMS.iter().flat_map(|(.., c)| *c).filter(|c| !owned.contains(c));
        let forbidden = foreign_rooms
            .map(|r| format!("crate::{r}"))
            .chain(foreign_crates.map(|c| format!("{c}::")))
            .chain(["crate::{".into(), "super::super".into()]);
        wrong.extend(
            forbidden.filter(|f| names(&code, f)).map(|f| format!("src/{}: names `{f}`", path.display())),
        );
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn files_say_what_they_hold_and_stay_short() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        if !code.starts_with("//!") {
            wrong.push(format!("src/{}: begin with `//!`", path.display()));
        }
        let lines = code.split("\n#[cfg(test)]\n").next().map_or(0, |c| c.lines().count());
        if lines > MAX_LINES {
            wrong.push(format!("src/{}: {lines} lines, at most {MAX_LINES}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The folder or, at the top, the file's own name.
fn room_of(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Whether the code (comments left out) names `path` as whole words.
fn names(code: &str, path: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    code.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(path).any(|(at, _)| {
            let after = &line[at + path.len()..];
            !line[..at].ends_with(word) && (path.ends_with([':', '{']) || !after.starts_with(word))
        })
    })
}

/// Every Rust file: its path under `src/`, and its text.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut dirs, mut files) = (vec![root.clone()], Vec::new());
    while let Some(dir) = dirs.pop() {
        for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    files
}

#[test]
fn names_whole_words() {
    assert!(names("use nix::unistd;", "nix::"));
    assert!(!names("use std::os::unix::fs;\n// nix::unistd", "nix::"));
    assert!(names("crate::tui::run()", "crate::tui") && !names("crate::tuition::x", "crate::tui"));
}
