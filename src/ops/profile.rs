//! Named sets of variables for a run, from files of the user and of the agent. What is found reaches the agent and
//! nothing else: no run directory, no message, no other process.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::agent::dotenv::{self, Variables};
use crate::ops::{Context, Rejected, Why, call, input};
use crate::run::spec::Added;
use crate::supervisor::signals;

/// The profile that is the file `.env` itself. It is taken where it is asked for, and never by itself.
const PLAIN: &str = ".env";

/// Most bytes of one file.
const MOST: usize = 1 << 20;

/// For a file that is a pipe.
const PATIENCE: Duration = Duration::from_secs(60);

/// Variables from files, and what the person should know of them.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub variables: Variables,
    pub warnings: Vec<String>,
}

/// What can be chosen for an agent, and what is behind a choice; no values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Profiles by their names.
    pub profiles: Vec<String>,
    /// The names of the variables that are added, or why they cannot be had. `None` where a file is a pipe: it can
    /// be read once, and that is for the run.
    pub variables: Option<Result<Vec<String>, String>>,
    pub warnings: Vec<String>,
}

/// Looks at the profiles of an agent in this folder, and at what a call with these would add.
#[must_use]
pub fn look(context: &Context, directory: &Path, added: &Added) -> Looked {
    let profiles = names(context, directory);
    if let Some(file) = added.files.iter().find(|file| is_descriptor(file)) {
        let variables = Some(Err(cannot_be_repeated(file)));
        return Looked { profiles, variables, warnings: Vec::new() };
    }
    // What cannot be found is told by the reading.
    let chosen = added.profile.as_ref().and_then(|name| Some(find(context, directory, name).ok()?.0));
    let is_pipe = |file: &Path| fs::metadata(file).is_ok_and(|file| !file.is_file() && !file.is_dir());
    if chosen.iter().chain(&added.files).any(|file| is_pipe(file)) {
        return Looked { profiles, ..Looked::default() };
    }
    match load(context, directory, added, call::REMOVED) {
        Ok(Loaded { variables, warnings }) => {
            let names = variables.names().map(str::to_owned).collect();
            Looked { profiles, variables: Some(Ok(names)), warnings }
        }
        Err(rejected) => Looked { profiles, variables: Some(Err(rejected.message)), warnings: Vec::new() },
    }
}

/// Reads a profile, then the files, for an agent in this folder; later values win. `refused` are names that no agent
/// gets: they are left out with a warning.
pub fn load(
    context: &Context,
    directory: &Path,
    added: &Added,
    refused: &[&str],
) -> Result<Loaded, Rejected> {
    let mut loaded = Loaded::default();
    let mut files = added.files.clone();
    if let Some(name) = &added.profile {
        let (file, shadowed) = find(context, directory, name)?;
        if let Some(shadowed) = shadowed {
            let [file, shadowed] = [&file, &shadowed].map(|path| context.paths.shorten(path));
            loaded.warnings.push(format!("profile {name}: taken from {file}, not from {shadowed}"));
        }
        files.insert(0, file);
    }
    for file in &files {
        let request =
            |why: &str| Rejected::new(Why::Request, format!("{}: {why}", context.paths.shorten(file)));
        let text = read(file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                request("cannot be read: it is not there; put it back, or start without it")
            }
            _ => request(&format!("cannot be read: {error}")),
        })?;
        let variables = dotenv::parse(&text).map_err(|error| request(&error))?;
        if let Some(name) = variables.names().find(|name| name.starts_with("PLUGDECK_")) {
            return Err(request(&format!("{name} is plugdeck's own to set; take it out")));
        }
        loaded.variables.extend(variables);
    }
    for name in refused {
        if loaded.variables.remove(name) {
            loaded.warnings.push(format!("{name} is not passed: plugdeck keeps it from every agent"));
        }
    }
    Ok(loaded)
}

/// Whether a path means another file to every process, as what a shell makes of `<(pass show keys)` does. It was one of
/// whoever named it, and whoever comes later must not read it: there it may be anything.
#[must_use]
pub fn is_descriptor(path: &Path) -> bool {
    let path = path.to_string_lossy();
    let is_process = path.starts_with("/proc/") && path.contains("/fd/");
    is_process || path.starts_with("/dev/fd/") || path == "/dev/stdin"
}

/// What is said of such a path.
#[must_use]
pub fn cannot_be_repeated(path: &Path) -> String {
    format!(
        "{} was a pipe of the shell that had it read, and cannot be read again: put its variables into a file",
        path.display()
    )
}

/// The names of the profiles that an agent in this folder can have, sorted.
#[must_use]
pub fn names(context: &Context, directory: &Path) -> Vec<String> {
    let listed = |folder: &Path, name: fn(&str) -> Option<&str>| -> Vec<String> {
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let names = entries.flatten().map(|entry| entry.file_name());
        names.filter_map(|file| Some(name(file.to_str()?)?.to_owned())).filter(|name| is_name(name)).collect()
    };
    let mut names = listed(&context.paths.profiles(), |file| file.strip_suffix(".env"));
    names.extend(listed(directory, |file| match file {
        PLAIN => Some(PLAIN),
        _ => file.strip_prefix(".env."),
    }));
    names.sort_unstable();
    names.dedup();
    names
}

/// Where a profile stands, and the other file of that name that is not taken.
fn find(context: &Context, directory: &Path, name: &str) -> Result<(PathBuf, Option<PathBuf>), Rejected> {
    let refuse = |sentence: String| Err(Rejected::new(Why::Request, sentence));
    if !is_name(name) {
        return refuse(format!(
            "{name:?} is no name of a profile: it is a file's name without folders, or {PLAIN}"
        ));
    }
    let places = match name {
        PLAIN => vec![directory.join(PLAIN)],
        _ => {
            vec![context.paths.profiles().join(format!("{name}.env")), directory.join(format!(".env.{name}"))]
        }
    };
    // One that cannot be looked at is there: reading it says why it cannot be had.
    let is_there =
        |path: &PathBuf| !matches!(fs::metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound);
    let mut found = places.iter().filter(|path| is_there(path)).cloned();
    if let Some(file) = found.next() {
        return Ok((file, found.next()));
    }
    let shown: Vec<_> = places.iter().map(|path| context.paths.shorten(path)).collect();
    let nowhere = match shown.as_slice() {
        [only] => format!("{only} is not there"),
        places => format!("neither {} is there", places.join(" nor ")),
    };
    let others = match names(context, directory) {
        names if names.is_empty() => "make one, with a NAME=value on each line".to_owned(),
        names => format!("there are {}", names.join(", ")),
    };
    refuse(format!("no profile {name:?}: {nowhere}; {others}"))
}

/// Whether a profile may have this name: nothing that leads out of its folder.
fn is_name(name: &str) -> bool {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']);
    name == PLAIN || (plain && !name.chars().any(char::is_control))
}

/// The text of a file. One that is a pipe (`<(pass show keys)`) is waited for, until somebody says stop.
fn read(path: &Path) -> io::Result<String> {
    let end = Instant::now() + PATIENCE;
    let regular = fs::metadata(path)?.is_file();
    let go_on = || regular || (signals::pending().is_none() && Instant::now() < end);
    String::from_utf8(input::read(path, MOST, go_on)?).map_err(|_| io::Error::other("it is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_known_by_their_paths() {
        for path in ["/dev/fd/63", "/dev/stdin", "/proc/self/fd/11", "/proc/4711/fd/3"] {
            assert!(is_descriptor(Path::new(path)), "{path}");
        }
        for path in ["/home/me/.env", "/dev/fd", "/proc/self/environ", "/home/me/fd/x"] {
            assert!(!is_descriptor(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn no_name_leads_out_of_its_folder() {
        for name in ["", "..", ".", "../dev", "a/b", ".hidden", "a\nb"] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(is_name("dev") && is_name("my keys") && is_name(".env") && is_name("a.b"));
    }
}
