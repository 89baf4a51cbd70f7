//! Texts of files as values, and the paths that a person may mean.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::ops::profile;

/// Largest file that is taken as a value; bytes.
const LARGEST: u64 = 16 << 20;

/// Most paths offered.
const OFFERED: usize = 200;

/// Entries of a folder that are looked at.
const LOOKED_AT: usize = 20_000;

/// The path a person means: `~/…` is in the home folder, the rest counts from the working folder.
pub fn meant(home: &Path, typed: &str) -> PathBuf {
    match typed.strip_prefix('~') {
        Some("") => home.to_path_buf(),
        Some(rest) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        Some(_) | None => PathBuf::from(typed),
    }
}

/// Ways to go on with a path, each typed out whole, folders with a `/` behind them; in the order of their names.
/// Hidden files only where a dot was typed, or where variables are looked for and it may be a `.env`.
#[must_use]
pub fn complete(home: &Path, typed: &str, variables: bool) -> Vec<String> {
    if typed == "~" {
        return vec!["~/".to_owned()];
    }
    let (folder, start) = typed.rfind('/').map_or(("", typed), |at| typed.split_at(at + 1));
    let place = if folder.is_empty() { PathBuf::from(".") } else { meant(home, folder) };
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let mut offers: Vec<String> = entries
        .flatten()
        .take(LOOKED_AT)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !(variables && name.starts_with(".env"));
            let fits = name.starts_with(start) && (!hidden || start.starts_with('.'));
            let slash = if fits && entry.path().is_dir() { "/" } else { "" };
            fits.then(|| format!("{folder}{name}{slash}"))
        })
        .collect();
    offers.sort();
    offers.truncate(OFFERED);
    offers
}

/// The absolute path of a file of variables. What is in it is read when a run starts.
///
/// # Errors
/// One sentence that names the file.
pub fn of_variables(home: &Path, typed: &str) -> Result<PathBuf, String> {
    let path = meant(home, typed);
    let failed = |error: std::io::Error| format!("{typed} cannot be read: {error}");
    if fs::metadata(&path).map_err(failed)?.is_dir() {
        return Err(format!("{typed} is a folder: choose a file in it"));
    }
    let path = std::path::absolute(&path).map_err(failed)?;
    if profile::is_descriptor(&path) { Err(profile::cannot_be_repeated(&path)) } else { Ok(path) }
}

/// The whole text of a file.
///
/// # Errors
/// One sentence that names the file.
pub fn read_text(home: &Path, typed: &str) -> Result<String, String> {
    let path = meant(home, typed);
    let failed = |error: std::io::Error| format!("{typed} cannot be read: {error}");
    // Nothing else is opened: a pipe would never end, and some devices act when they are opened.
    let found = fs::metadata(&path).map_err(failed)?;
    if found.is_dir() {
        return Err(format!("{typed} is a folder: choose a file in it"));
    }
    if !found.is_file() {
        return Err(format!("{typed} is no plain file"));
    }
    let mut bytes = Vec::new();
    File::open(&path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("{typed} is larger than {} MB: give the agent its path instead", LARGEST >> 20));
    }
    if bytes.contains(&0) {
        return Err(format!("{typed} is binary, not a text: give the agent its path instead"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("{typed} is not UTF-8 (byte {at}): give the agent its path instead")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_completed_in_order_and_folders_say_so() {
        let home = tempfile::tempdir().unwrap();
        for name in ["notes.md", "node.txt", ".hidden", ".env.dev", "other"] {
            fs::write(home.path().join(name), name).unwrap();
        }
        fs::create_dir(home.path().join("nested")).unwrap();
        fs::write(home.path().join("nested/deep.txt"), "x").unwrap();
        let variables = |typed: &str| complete(home.path(), typed, true);
        let complete = |typed: &str| complete(home.path(), typed, false);
        assert_eq!(complete("~"), ["~/"]);
        assert_eq!(complete("~/n"), ["~/nested/", "~/node.txt", "~/notes.md"]);
        assert_eq!(complete("~/nested/"), ["~/nested/deep.txt"]);
        assert_eq!(complete("~/."), ["~/.env.dev", "~/.hidden"]);
        assert_eq!(variables("~/").first().map(String::as_str), Some("~/.env.dev"));
        assert_eq!(variables("~/.h"), ["~/.hidden"]);
        assert!(complete("~/nothing/x").is_empty());
        let absolute = format!("{}/o", home.path().display());
        assert_eq!(complete(&absolute), [format!("{absolute}ther")]);
    }

    #[test]
    fn a_file_of_variables_is_named_by_its_whole_path() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("mine.env"), "A=1").unwrap();
        let of = |typed: &str| of_variables(home.path(), typed);
        assert_eq!(of("~/mine.env"), Ok(home.path().join("mine.env")));
        assert!(of("~").unwrap_err().contains("is a folder"));
        assert!(of("~/none").unwrap_err().contains("~/none cannot be read: No such file"));
        assert!(of("/dev/fd/0").unwrap_err().contains("cannot be read again"));
    }

    #[test]
    fn a_text_is_read_whole_and_anything_else_is_a_sentence() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        fs::write(path("text"), "a\r\nb\n").unwrap();
        fs::write(path("binary"), b"a\0b").unwrap();
        fs::write(path("latin"), b"caf\xe9").unwrap();
        File::create(path("large")).unwrap().set_len(LARGEST + 1).unwrap();
        let read = |typed: &str| read_text(home.path(), typed);
        assert_eq!(read("~/text").as_deref(), Ok("a\r\nb\n"));
        for (typed, words) in [
            ("~/binary", "~/binary is binary"),
            ("~/latin", "not UTF-8 (byte 3)"),
            ("~/large", "larger than 16 MB"),
            ("~", "is a folder"),
            ("~/none", "cannot be read: No such file"),
            ("/dev/null", "no plain file"),
        ] {
            let error = read(typed).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
