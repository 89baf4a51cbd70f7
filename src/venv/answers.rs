//! What programs of this machine have answered before: asking nine Pythons for their version costs more than building
//! a small environment. An answer holds as long as the very same file stands there, and only a program file's own
//! answer is kept: a script may answer for whatever it finds.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::run::dir::{make_private, private, read};
use crate::venv::ask::ask;

/// The file in plugdeck's cache folder.
const FILE: &str = "answers.json";

/// Known answers, and where they are kept.
#[derive(Debug, Default)]
pub struct Answers {
    /// plugdeck's cache folder; `None`: everything is asked anew and nothing is kept.
    folder: Option<PathBuf>,
    known: BTreeMap<PathBuf, Known>,
    changed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Known {
    /// Device, inode, size, and the two times in nanoseconds.
    file: [i128; 5],
    answer: String,
}

impl Answers {
    /// Those of this folder; none where it cannot be read.
    #[must_use]
    pub fn of(folder: Option<&Path>) -> Self {
        let known = |folder: &Path| serde_json::from_slice(&read(&folder.join(FILE)).ok()?).ok();
        let known = folder.and_then(known).unwrap_or_default();
        Self { folder: folder.map(Path::to_owned), known, changed: false }
    }

    /// The answer of a program, which must always be asked the same. One that `keep` refuses is asked for again.
    pub fn ask(
        &mut self,
        program: &Path,
        arguments: &[&str],
        deadline: Duration,
        keep: impl Fn(&str) -> bool,
    ) -> Result<String, String> {
        let file = self.folder.as_ref().and_then(|_| identity(program));
        if let (Some(file), Some(known)) = (file, self.known.get(program))
            && known.file == file
        {
            return Ok(known.answer.clone());
        }
        let answer = ask(program, arguments, deadline)?;
        if let Some(file) = file.filter(|_| keep(&answer)) {
            self.known.insert(program.to_owned(), Known { file, answer: answer.clone() });
            self.changed = true;
        }
        Ok(answer)
    }

    /// Keeps what is new, whole or not at all. Where that fails everything is asked again.
    pub fn keep(&self) {
        let Some(folder) = self.folder.as_ref().filter(|_| self.changed) else { return };
        let half = folder.join(format!(".{FILE}.{}", std::process::id()));
        let write = || -> std::io::Result<()> {
            make_private(folder)?;
            private(&half)?.write_all(&serde_json::to_vec(&self.known)?)?;
            fs::rename(&half, folder.join(FILE))
        };
        if write().is_err() {
            let _ = fs::remove_file(&half);
        }
    }
}

/// What tells a program file from another one in its place; `None` for anything else.
fn identity(program: &Path) -> Option<[i128; 5]> {
    let mut file = File::open(program).ok()?;
    let mut magic = [0; 4];
    file.read_exact(&mut magic).ok()?;
    let is = file.metadata().ok()?;
    let time = |seconds: i64, nanoseconds: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    (magic == *b"\x7fELF").then(|| {
        [
            is.dev().into(),
            is.ino().into(),
            is.size().into(),
            time(is.mtime(), is.mtime_nsec()),
            time(is.ctime(), is.ctime_nsec()),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_asked_once_and_again_when_it_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        fs::copy("/bin/echo", &program).unwrap();
        let said = |word: &str| {
            let mut answers = Answers::of(Some(folder.path()));
            let answer = answers.ask(&program, &[word], Duration::from_secs(10), |answer| answer != "no\n");
            answers.keep();
            answer.unwrap().trim().to_owned()
        };
        assert_eq!([said("no"), said("one"), said("two")], ["no", "one", "one"]);
        fs::remove_file(&program).unwrap();
        fs::copy("/bin/echo", &program).unwrap();
        assert_eq!(said("three"), "three");
        fs::write(&program, "#!/bin/sh\necho $1").unwrap();
        assert_eq!([said("four"), said("five")], ["four", "five"]);
        fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(said("six"), "six");
    }
}
