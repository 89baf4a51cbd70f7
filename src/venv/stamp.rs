//! Whether an agent's environment can be used, and what it was built from. Cheap enough to ask for a thousand
//! agents: some system calls each, and no process.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::venv::folder::{self, ENVIRONMENT, Marker, OLD, Place};
use crate::venv::inputs::Inputs;
use crate::venv::machine;
use crate::venv::packages::{Changes, Installed};
use crate::venv::pins;
use crate::venv::probe::Basis;
use crate::venv::pyproject::Pyproject;

/// The stamp's file name, inside the environment.
const FILE: &str = ".plugdeck.json";

/// Links from one interpreter to the next that are followed for saying which one is gone; Linux follows 40.
const MOST_LINKS: usize = 40;

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
    /// What it held when it was built; `None` in stamps of earlier versions.
    #[serde(default)]
    pub installed: Option<Installed>,
    /// How it differs from the one it took the place of; `None` where there was none.
    #[serde(default)]
    pub changes: Option<Changes>,
}

impl Stamp {
    /// Reads the stamp of this environment; `None` when plugdeck did not build it.
    #[must_use]
    pub fn read(environment: &Path) -> Option<Self> {
        // A linked environment is somebody else's, whatever stands in it.
        fs::symlink_metadata(environment).ok().filter(fs::Metadata::is_dir)?;
        serde_json::from_slice(&folder::read_small(&environment.join(FILE)).ok()?).ok()
    }

    /// What the build brought, as one line.
    #[must_use]
    pub fn told(&self) -> String {
        let count = self.installed.as_ref().map_or(0, |installed| installed.packages.len());
        let packages = if count == 1 { "1 package".to_owned() } else { format!("{count} packages") };
        match &self.changes {
            None => format!("{packages} installed"),
            Some(changes) if changes.is_empty() => format!("{packages}, the same as before"),
            Some(changes) => format!("{packages}; {}", changes.sentence()),
        }
    }

    /// How the lock that uv has followed differs from the project, as one sentence.
    #[must_use]
    pub fn mismatch(&self, directory: &Path) -> Option<String> {
        let read = |name| fs::read_to_string(directory.join(name)).ok();
        let followed = self.basis == Basis::Lock && self.tool.starts_with("uv");
        let project = Pyproject::parse(&followed.then(|| read("pyproject.toml")).flatten()?);
        pins::mismatch(&read("uv.lock")?, &project.dependencies)
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
    if let Some(reason) = unusable(&environment, &interpreter) {
        return broken(&reason);
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
    if !is_one_file(interpreter, Path::new(&stamp.real_interpreter)) {
        let real = fs::canonicalize(interpreter).ok()?;
        let (now, before) = (real.display(), &stamp.real_interpreter);
        return Some(format!("its interpreter is now {now}, and was {before}"));
    }
    stamp.inputs.changed(directory, stamp.basis).or_else(|| {
        let changes = stamp.installed.as_ref()?.changed(&directory.join(ENVIRONMENT));
        let told =
            || format!("its packages were changed by somebody else since the build ({})", changes.sentence());
        (!changes.is_empty()).then(told)
    })
}

/// Whether two paths lead to the same file: a look at each, where following every folder and link would be a dozen.
fn is_one_file(a: &Path, b: &Path) -> bool {
    let number = |path: &Path| fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    number(a).is_some_and(|one| number(b) == Some(one))
}

/// Why an interpreter cannot run, as far as that is seen without running it.
fn unusable(environment: &Path, interpreter: &Path) -> Option<String> {
    if machine::is_program(interpreter) {
        // A copied interpreter is nothing without the installation that it was copied from.
        let copied = fs::symlink_metadata(interpreter).is_ok_and(|file| file.is_file());
        let home = copied.then(|| setting(environment, "home")).flatten()?;
        // What may not be looked at may well be there.
        let gone = Path::new(&home).is_absolute() && Path::new(&home).try_exists().is_ok_and(|there| !there);
        return gone.then(|| format!("the Python it was made of, {home}, is gone; build it again"));
    }
    let mut path = interpreter.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().map_or(target.clone(), |folder| folder.join(&target));
    }
    Some(match fs::metadata(&path) {
        Ok(file) if file.is_file() => {
            format!("its interpreter {} may not be executed; build it again", path.display())
        }
        Ok(_) => format!("its interpreter {} is no file; build it again", path.display()),
        Err(error) if path == interpreter && error.kind() == ErrorKind::NotFound => {
            "there is no .venv/bin/python to run; build it again".to_owned()
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let missing = path.ancestors().skip(1).take_while(|folder| !folder.exists()).last();
            let why = missing
                .map_or(String::new(), |folder| format!(" (there is no {} any more)", folder.display()));
            format!("its interpreter {} is gone{why}; build it again", path.display())
        }
        Err(error) => format!("its interpreter {} cannot be used: {error}; build it again", path.display()),
    })
}

/// The version in `pyvenv.cfg`: `version` as Python's own venv writes it, `version_info` as uv and virtualenv do.
pub(super) fn version(environment: &Path) -> Option<String> {
    let settings = settings(environment)?;
    let text = value(&settings, "version").or_else(|| value(&settings, "version_info"))?;
    Some(text.split('.').take(3).collect::<Vec<_>>().join("."))
}

/// One line of `pyvenv.cfg`.
pub(super) fn setting(environment: &Path, key: &str) -> Option<String> {
    value(&settings(environment)?, key)
}

fn settings(environment: &Path) -> Option<String> {
    let settings = folder::read_small(&environment.join("pyvenv.cfg")).ok()?;
    Some(String::from_utf8_lossy(&settings).into_owned())
}

fn value(settings: &str, key: &str) -> Option<String> {
    settings.lines().find_map(|line| {
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
        assert_eq!(environment.word(), word, "{reason:?}");
        assert!(said.contains(reason) && said.is_empty() == reason.is_empty(), "{said:?} for {reason:?}");
    }

    fn environment(directory: &Path) {
        fs::create_dir_all(directory.join(".venv/bin")).unwrap();
        symlink("/bin/sh", directory.join(".venv/bin/python")).unwrap();
        fs::write(directory.join(".venv/pyvenv.cfg"), "home = /x\nversion_info = 3.12.1.final.0\n").unwrap();
    }

    fn install(directory: &Path, package: &str) {
        let site = directory.join(".venv/lib/python3.12/site-packages");
        fs::create_dir_all(site.join(format!("{package}.dist-info"))).unwrap();
    }

    fn stamped(directory: &Path) {
        built(directory, Basis::Requirements);
    }

    fn built(directory: &Path, basis: Basis) {
        environment(directory);
        install(directory, "a-1");
        let stamp = Stamp {
            v: folder::FORMAT,
            build: "b".into(),
            plugdeck: "0".into(),
            built_ms: 0,
            basis,
            tool: "pip".into(),
            interpreter: "/bin/sh".into(),
            real_interpreter: fs::canonicalize("/bin/sh").unwrap().display().to_string(),
            inputs: Inputs::take(directory, basis),
            installed: Installed::look(&directory.join(".venv")),
            changes: None,
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

    /// Without methods it would be no manifest.
    const METHODS: &str = "name: a\ninterface: {methods: {m: {description: d}}}\n";

    #[test]
    fn every_input_of_a_basis_is_watched() {
        let requires = "what agent.yaml requires changed since the build";
        let (one, two) = ("dependencies: [a]\n", "dependencies: [a, b]\n");
        let (x, y) = ("installation: {commands: [x]}\n", "installation: {commands: [x, y]}\n");
        let (old, new) = ("python_version: '3.11'\n", "python_version: '3.12+'\n");
        // An empty text: the file is not there. No two have the same length: what is written twice within one tick
        // of the clock would have one time too.
        for (basis, file, before, after, reason) in [
            (Basis::Lock, "uv.lock", "1", "22", "uv.lock changed since the build"),
            (Basis::Lock, "pyproject.toml", "1", "22", "pyproject.toml changed since the build"),
            (Basis::Project, "uv.lock", "", "1", "uv.lock is new since the build"),
            (Basis::Requirements, "requirements.txt", "a", "bb", "requirements.txt changed since the build"),
            (Basis::Requirements, "requirements.txt", "a", "", "requirements.txt is gone since the build"),
            (Basis::Package, "setup.py", "1", "22", "setup.py changed since the build"),
            (Basis::Dependencies, "agent.yaml", one, two, requires),
            (Basis::Dependencies, "agent.yaml", one, "# said otherwise\ndependencies: [a]\n", ""),
            (Basis::Lock, "agent.yaml", one, two, ""),
            (Basis::Commands, "agent.yaml", x, y, requires),
            (Basis::Lock, "agent.yaml", old, new, requires),
        ] {
            let write = |at: &Path, text: &str| match text {
                "" => drop(fs::remove_file(at.join(file))),
                text if file == "agent.yaml" => fs::write(at.join(file), format!("{METHODS}{text}")).unwrap(),
                text => fs::write(at.join(file), text).unwrap(),
            };
            let change = |at: &Path| {
                write(at, before);
                built(at, basis);
                write(at, after);
            };
            check(change, if reason.is_empty() { "ready" } else { "stale" }, reason);
        }
    }

    #[test]
    fn what_somebody_else_installed_is_stale() {
        let by_hand = |at: &Path| {
            stamped(at);
            install(at, "b-2");
        };
        check(by_hand, "stale", "changed by somebody else since the build (added: b 2)");
        let imported = |at: &Path| {
            stamped(at);
            fs::create_dir(at.join(".venv/lib/python3.12/site-packages/__pycache__")).unwrap();
        };
        check(imported, "ready", "");
        // Made anew by others: the stamp is gone with what it told of.
        let anew = |at: &Path| {
            stamped(at);
            fs::remove_dir_all(at.join(".venv")).unwrap();
            environment(at);
        };
        check(anew, "ready", "");
    }

    #[test]
    fn a_stamp_of_an_earlier_version_is_read() {
        let folder = tempfile::tempdir().unwrap();
        stamped(folder.path());
        let path = folder.path().join(".venv").join(FILE);
        let mut stamp: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for key in ["installed", "changes"] {
            stamp.as_object_mut().unwrap().remove(key).unwrap();
        }
        fs::write(&path, stamp.to_string()).unwrap();
        assert!(Stamp::read(&folder.path().join(".venv")).is_some());
        install(folder.path(), "b-2");
        assert_eq!(look(folder.path()).word(), "ready");
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
        check(gone, "broken", "its interpreter /nowhere/python3 is gone (there is no /nowhere any more)");
        let chain = |at: &Path| {
            environment(at);
            fs::remove_file(at.join(".venv/bin/python")).unwrap();
            symlink("python3", at.join(".venv/bin/python")).unwrap();
            symlink("/bin/no-python-here", at.join(".venv/bin/python3")).unwrap();
        };
        check(chain, "broken", "its interpreter /bin/no-python-here is gone; build");
        let locked = |at: &Path| {
            environment(at);
            fs::remove_file(at.join(".venv/bin/python")).unwrap();
            fs::write(at.join(".venv/bin/python"), "").unwrap();
        };
        check(locked, "broken", "may not be executed");
        let copied = |at: &Path| {
            environment(at);
            fs::remove_file(at.join(".venv/bin/python")).unwrap();
            fs::copy("/bin/sh", at.join(".venv/bin/python")).unwrap();
            fs::write(at.join(".venv/pyvenv.cfg"), "home = /nowhere/bin\n").unwrap();
        };
        check(copied, "broken", "the Python it was made of, /nowhere/bin, is gone");
        check(|at| fs::write(at.join(".venv.building"), "?").unwrap(), "broken", "in the way");
    }
}
