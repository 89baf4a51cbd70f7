//! A uv of plugdeck's own, where the machine has none and a person asked for one: pip fetches it into an environment
//! of its own, and only the program is kept, which needs nothing beside it.
//!
//! Two fetches at once each have a folder of their own; the later one replaces the program of the earlier one in one
//! move, and whoever runs that goes on with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::venv::ask::ask;
use crate::venv::error::Error;

/// The program, in the folder of what was fetched.
pub const PROGRAM: &str = "uv";

/// What the folders of fetches begin with.
const NEW: &str = "new-";

/// How long the new program may take to say its version, on a busy machine.
const ANSWER: Duration = Duration::from_secs(30);

/// A folder for one fetch, which nobody else uses.
#[must_use]
pub fn folder(fetched: &Path) -> PathBuf {
    let now = jiff::Timestamp::now().as_microsecond();
    fetched.join(format!("{NEW}{now}-{}", std::process::id()))
}

/// Takes the program out of the environment `made`, which goes, and keeps it in the folder above.
pub fn keep(made: &Path) -> Result<(), Error> {
    let (Some(folder), true) = (made.parent(), is_fetch(made)) else {
        return Err(Error::Verb(format!("keep-uv {}", made.display())));
    };
    let program = made.join("bin").join(PROGRAM);
    ask(&program, &["--version"], ANSWER).map_err(Error::Fetched)?;
    fs::rename(&program, folder.join(PROGRAM)).map_err(Error::io("rename", program))?;
    // What stays is only room on the disk, and the next fetch tries again.
    let _ = fs::remove_dir_all(made);
    Ok(())
}

/// Removes what fetches that failed or were stopped have left behind. `fetched` is the folder of them all; `goes_on`
/// says whether a build that lives fetches into this one, which is there no earlier than its build.
pub fn tidy(fetched: &Path, goes_on: impl Fn(&Path) -> bool) {
    let entries = fs::read_dir(fetched).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| is_fetch(path) && !goes_on(path)) {
        let _ = fs::remove_dir_all(path);
    }
}

fn is_fetch(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(NEW.as_bytes()))
}
