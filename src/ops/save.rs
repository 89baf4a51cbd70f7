//! What a run has given, saved to a file of a person's choice: whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::ops::export::{self, Written};
use crate::ops::files::meant;
use crate::ops::private;
use crate::run::dir::{self, RunDir};
use crate::run::output::Stream;

/// What is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The result's exact bytes.
    Result,
    /// The exact bytes of one stream.
    Stream(Stream),
    /// The lines of both streams, as text without colours.
    Lines,
}

/// A file that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Absolute.
    pub path: PathBuf,
    pub written: Written,
}

/// Why nothing was saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    #[error("{} exists: save again to overwrite it", .0.display())]
    Exists(PathBuf),
    /// One sentence.
    #[error("{0}")]
    Failed(String),
}

/// Saves to the path that was typed; `~/…` is in the home folder. The file is its user's alone: results may be
/// private. Nothing is overwritten unless that was asked.
pub fn save(home: &Path, run: &RunDir, what: What, typed: &str, overwrite: bool) -> Result<Saved, SaveError> {
    save_by(home, typed, overwrite, |out| match what {
        What::Result => export::result(run, out),
        What::Stream(stream) => export::stream(run, stream, out),
        What::Lines => export::lines(run, false, out),
    })
}

/// The same for what is written in another way.
pub fn save_by(
    home: &Path,
    typed: &str,
    overwrite: bool,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<Written>,
) -> Result<Saved, SaveError> {
    let failed =
        |error: &dyn std::fmt::Display| SaveError::Failed(format!("{typed} cannot be saved: {error}"));
    let path = std::path::absolute(meant(home, typed)).map_err(|error| failed(&error))?;
    // What a link leads to is written, not the link.
    let path = fs::canonicalize(&path).unwrap_or(path);
    if path.is_dir() || typed.ends_with('/') {
        return Err(SaveError::Failed(format!("{typed} is a folder: add a file's name")));
    }
    match fs::symlink_metadata(&path) {
        Ok(found) if !found.is_file() => return Err(failed(&"it is no plain file")),
        Ok(_) if !overwrite => return Err(SaveError::Exists(path)),
        Ok(_) | Err(_) => {}
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(failed(&"it has no name"));
    };
    if !folder.is_dir() {
        return Err(failed(&format!("there is no folder {}", folder.display())));
    }
    let half = folder.join(format!(".{}.{}.part", name.display(), std::process::id()));
    let written = || {
        private::remove(&half)?;
        let mut out = BufWriter::new(dir::private(&half)?);
        let written = write(&mut out)?;
        out.flush()?;
        fs::rename(&half, &path)?;
        Ok::<_, io::Error>(written)
    };
    let written = written().map_err(|error| {
        let _ = fs::remove_file(&half);
        failed(&error)
    })?;
    Ok(Saved { path, written })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_private_asked_about_and_whole() {
        let home = tempfile::tempdir().unwrap();
        let runs = tempfile::tempdir().unwrap();
        let run = RunDir { path: runs.path().into() };
        fs::write(run.stdout(), "\u{1b}[2Jexact\0").unwrap();
        let out = What::Stream(Stream::Out);
        let save = |typed: &str, overwrite| save(home.path(), &run, out, typed, overwrite);
        let saved = save("~/out.txt", false).unwrap();
        assert_eq!((saved.path.clone(), saved.written.bytes), (home.path().join("out.txt"), 10));
        assert_eq!(fs::read(&saved.path).unwrap(), b"\x1b[2Jexact\0");
        assert_eq!(fs::metadata(&saved.path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&saved.path, "before").unwrap();
        assert_eq!(save("~/out.txt", false), Err(SaveError::Exists(saved.path.clone())));
        assert_eq!(fs::read(&saved.path).unwrap(), b"before");
        std::os::unix::fs::symlink(&saved.path, home.path().join("link")).unwrap();
        save("~/link", true).unwrap();
        assert!(fs::symlink_metadata(home.path().join("link")).unwrap().is_symlink());
        assert_eq!(fs::read(&saved.path).unwrap().len(), 10);
        for (typed, words) in [
            ("~", "is a folder: add a file's name"),
            ("~/x/", "is a folder"),
            ("~/none/x", "there is no folder"),
            ("/dev/null", "no plain file"),
        ] {
            let error = save(typed, true).unwrap_err().to_string();
            assert!(error.contains(words) && error.lines().count() == 1, "{error}");
        }
        // What fails leaves nothing behind.
        assert!(super::save(home.path(), &run, What::Result, "~/r.json", false).is_err());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    }
}
