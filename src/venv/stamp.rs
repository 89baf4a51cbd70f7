//! Whether an agent's environment can be used, and what it was built from. Cheap enough to ask for a thousand
//! agents: some system calls each, and no process.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::venv::folder::{self, ENVIRONMENT, Marker, OLD, Place};
use crate::venv::inputs::Inputs;
use crate::venv::machine;
use crate::venv::probe::Basis;

/// The stamp's file name, inside the environment.
const FILE: &str = ".plugdeck.json";

/// Where an agent's environment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Environment {
    /// There is no `.venv`.
    None,
    Ready {
        /// For example `3.12.1`, when `.venv/pyvenv.cfg` says it.
        python: Option<String>,
    },
    /// Usable, but something changed since the build; the reason is one sentence.
    Stale { python: Option<String>, reason: String },
    /// There, but not usable; the reason is one sentence.
    Broken { reason: String },
    /// A build of it is running.
    Building,
}

impl Environment {
    /// One word, the same in JSON, on screen and in the documentation.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ready { .. } => "ready",
            Self::Stale { .. } => "stale",
            Self::Broken { .. } => "broken",
            Self::Building => "building",
        }
    }
}

/// `.venv/.plugdeck.json`: an environment that plugdeck built, and from what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamp {
    pub v: u32,
    /// The build's own name, the same as in its marker.
    pub build: String,
    /// The version of plugdeck that built it.
    pub plugdeck: String,
    /// Milliseconds since 1970.
    pub built_ms: i64,
    pub basis: Basis,
    /// `uv 0.13.9` or `pip`.
    pub tool: String,
    /// The Python it was made with, as the plan named it.
    pub interpreter: String,
    /// The file behind `.venv/bin/python` at that time.
    pub real_interpreter: String,
    pub inputs: Inputs,
}

impl Stamp {
    /// Reads the stamp of this environment; `None` when plugdeck did not build it.
    #[must_use]
    pub fn read(environment: &Path) -> Option<Self> {
        // A linked environment is somebody else's, whatever stands in it.
        fs::symlink_metadata(environment).ok().filter(fs::Metadata::is_dir)?;
        serde_json::from_slice(&folder::read_small(&environment.join(FILE)).ok()?).ok()
    }

    /// Writes it into an environment.
    pub(super) fn write(&self, environment: &Path) -> Result<(), crate::venv::Error> {
        folder::write_whole(&environment.join(FILE), self)
    }
}

/// Looks at the environment of the agent in this folder; changes nothing. A build says [`Environment::Building`]
/// from its first step on; before that only its run knows. What an unfinished build left behind is seen here and
/// cleaned up by [`crate::venv::swap::settle`].
#[must_use]
pub fn look(directory: &Path) -> Environment {
    let environment = directory.join(ENVIRONMENT);
    match Marker::read(directory) {
        Ok(None) => {}
        Ok(Some(marker)) if marker.is_alive() => return Environment::Building,
        Ok(Some(marker)) => {
            if is_unfinished(directory, &marker) {
                return broken("the last build did not finish; build it again");
            }
        }
        Err(error) => return broken(&error.to_string()),
    }
    match fs::metadata(&environment) {
        Ok(file) if file.is_dir() => {}
        Ok(_) => return broken(".venv is a file, not a folder; move it elsewhere and build"),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return match fs::read_link(&environment) {
                Ok(target) => broken(&format!(".venv is a link to {}, which is gone", target.display())),
                Err(_) => Environment::None,
            };
        }
        Err(error) => return broken(&format!(".venv cannot be read: {error}")),
    }
    let interpreter = environment.join("bin/python");
    if !machine::is_program(&interpreter) {
        return broken(&match fs::read_link(&interpreter) {
            Ok(target) => format!("its interpreter {} is gone; build it again", target.display()),
            Err(_) => "there is no .venv/bin/python to run; build it again".to_owned(),
        });
    }
    let python = version(&environment);
    match Stamp::read(&environment).and_then(|stamp| changed(directory, &interpreter, &stamp)) {
        Some(reason) => Environment::Stale { python, reason },
        None => Environment::Ready { python },
    }
}

/// Whether `.venv` is what a build that is gone has left half done.
fn is_unfinished(directory: &Path, marker: &Marker) -> bool {
    let environment = directory.join(ENVIRONMENT);
    match marker.place {
        _ if marker.waiting => false,
        // The old one stays untouched until the exchange.
        Place::Beside => false,
        Place::InPlace => {
            let begun = !marker.replaces || folder::exists(&directory.join(OLD));
            let committed = Stamp::read(&environment).is_some_and(|stamp| stamp.build == marker.build);
            begun && !committed && (marker.replaces || folder::exists(&environment))
        }
    }
}

fn changed(directory: &Path, interpreter: &Path, stamp: &Stamp) -> Option<String> {
    let real = fs::canonicalize(interpreter).ok()?;
    if real != Path::new(&stamp.real_interpreter) {
        return Some(format!(
            "its interpreter is now {}, and was {}",
            real.display(),
            stamp.real_interpreter
        ));
    }
    stamp.inputs.changed(directory, stamp.basis)
}

/// The version in `pyvenv.cfg`: `version` as Python's own venv writes it, `version_info` as uv and virtualenv do.
pub(super) fn version(environment: &Path) -> Option<String> {
    let text = setting(environment, "version").or_else(|| setting(environment, "version_info"))?;
    Some(text.split('.').take(3).collect::<Vec<_>>().join("."))
}

/// One line of `pyvenv.cfg`.
pub(super) fn setting(environment: &Path, key: &str) -> Option<String> {
    let settings = folder::read_small(&environment.join("pyvenv.cfg")).ok()?;
    String::from_utf8_lossy(&settings).lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| crate::text::safe(value.trim().as_bytes()))
    })
}

fn broken(reason: &str) -> Environment {
    Environment::Broken { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// How an agent's folder looks after this was done to it.
    #[track_caller]
    fn check(prepare: impl Fn(&Path), word: &str, reason: &str) {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let environment = look(folder.path());
        let said = match &environment {
            Environment::Stale { reason, .. } | Environment::Broken { reason } => reason.as_str(),
            _ => "",
        };
        assert_eq!(environment.word(), word);
        assert!(said.contains(reason) && said.is_empty() == reason.is_empty(), "{said:?} for {reason:?}");
    }

    fn environment(directory: &Path) {
        fs::create_dir_all(directory.join(".venv/bin")).unwrap();
        symlink("/bin/sh", directory.join(".venv/bin/python")).unwrap();
        fs::write(directory.join(".venv/pyvenv.cfg"), "home = /x\nversion_info = 3.12.1.final.0\n").unwrap();
    }

    fn stamped(directory: &Path) {
        environment(directory);
        let stamp = Stamp {
            v: folder::FORMAT,
            build: "b".into(),
            plugdeck: "0".into(),
            built_ms: 0,
            basis: Basis::Requirements,
            tool: "pip".into(),
            interpreter: "/bin/sh".into(),
            real_interpreter: fs::canonicalize("/bin/sh").unwrap().display().to_string(),
            inputs: Inputs::take(directory, Basis::Requirements),
        };
        stamp.write(&directory.join(".venv")).unwrap();
    }

    #[test]
    fn what_can_be_used_is_ready() {
        check(|_| {}, "none", "");
        check(environment, "ready", "");
        check(stamped, "ready", "");
        let folder = tempfile::tempdir().unwrap();
        environment(folder.path());
        assert_eq!(look(folder.path()), Environment::Ready { python: Some("3.12.1".into()) });
    }

    #[test]
    fn what_changed_since_the_build_is_stale() {
        let new = |at: &Path| {
            stamped(at);
            fs::write(at.join("requirements.txt"), "x").unwrap();
        };
        check(new, "stale", "requirements.txt is new since the build");
        let interpreter = |at: &Path| {
            stamped(at);
            fs::remove_file(at.join(".venv/bin/python")).unwrap();
            symlink("/bin/ls", at.join(".venv/bin/python")).unwrap();
        };
        check(interpreter, "stale", "its interpreter is now");
        let foreign = |at: &Path| {
            environment(at);
            fs::write(at.join("requirements.txt"), "x").unwrap();
        };
        check(foreign, "ready", "");
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        check(|at| fs::write(at.join(".venv"), "").unwrap(), "broken", ".venv is a file");
        check(
            |at| symlink("/nowhere", at.join(".venv")).unwrap(),
            "broken",
            "link to /nowhere, which is gone",
        );
        check(|at| fs::create_dir(at.join(".venv")).unwrap(), "broken", "no .venv/bin/python");
        let gone = |at: &Path| {
            environment(at);
            fs::remove_file(at.join(".venv/bin/python")).unwrap();
            symlink("/nowhere/python3", at.join(".venv/bin/python")).unwrap();
        };
        check(gone, "broken", "its interpreter /nowhere/python3 is gone");
        check(|at| fs::write(at.join(".venv.building"), "?").unwrap(), "broken", "in the way");
    }
}
