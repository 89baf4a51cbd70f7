//! What is there in an agent's folder that says how its environment is to be built. Looks, and decides only what
//! weighs most; the machine's half is in `venv::machine`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::agent::manifest::Manifest;
use crate::venv::pins;
use crate::venv::pyproject::Pyproject;

/// What an environment is built from: the first that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// `uv.lock` and `pyproject.toml`.
    Lock,
    /// A `pyproject.toml` with a `[project]`.
    Project,
    /// `requirements.txt`.
    Requirements,
    /// A package of the older kind: `setup.py`, or a build system without a `[project]`.
    Package,
    /// The manifest's `dependencies`.
    Dependencies,
    /// The manifest's `installation.commands`.
    Commands,
    /// Nothing says anything: an empty environment.
    Nothing,
}

impl Basis {
    /// The word that stands for it in files and in arguments.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Project => "project",
            Self::Requirements => "requirements",
            Self::Package => "package",
            Self::Dependencies => "dependencies",
            Self::Commands => "commands",
            Self::Nothing => "nothing",
        }
    }

    /// How a person reads it.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Lock => "uv.lock and pyproject.toml",
            Self::Project => "pyproject.toml",
            Self::Requirements => "requirements.txt",
            Self::Package => "setup.py or a build system",
            Self::Dependencies => "the manifest's dependencies",
            Self::Commands => "the manifest's commands",
            Self::Nothing => "nothing: no file says what it needs",
        }
    }

    /// Every basis, the weightiest first.
    pub const ALL: [Self; 7] = [
        Self::Lock,
        Self::Project,
        Self::Requirements,
        Self::Package,
        Self::Dependencies,
        Self::Commands,
        Self::Nothing,
    ];
}

/// Files in an agent's folder that uv or pip open by themselves.
const READ_BY_TOOLS: [&str; 7] =
    ["pyproject.toml", "uv.lock", "uv.toml", "requirements.txt", "setup.py", "setup.cfg", ".python-version"];

/// Which of the files that the tools will open is a pipe, a socket or a device: they would wait for it, or read it,
/// for ever.
#[must_use]
pub fn endless(directory: &Path) -> Option<&'static str> {
    let odd = |found: fs::Metadata| !found.is_file() && !found.is_dir();
    READ_BY_TOOLS.into_iter().find(|name| directory.join(name).metadata().is_ok_and(odd))
}

/// What an agent's folder and its manifest say about its environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The agent's folder, absolute.
    pub directory: PathBuf,
    /// `uv.lock` is there.
    pub lock: bool,
    /// How `uv.lock` differs from `pyproject.toml`, as one sentence.
    pub mismatch: Option<String>,
    /// `pyproject.toml`, where it is there.
    pub(super) pyproject: Option<Pyproject>,
    /// `requirements.txt` is there.
    pub requirements: bool,
    /// `setup.py` is there.
    pub setup: bool,
    /// The manifest's, as written.
    pub python_version: Option<String>,
    /// The manifest's.
    pub dependencies: Vec<String>,
    /// The manifest's `installation.commands`.
    pub commands: Vec<String>,
}

impl Found {
    /// Looks into an agent's folder. A file that cannot be read counts as an empty one: the tools name the reason.
    #[must_use]
    pub fn look(directory: &Path, manifest: &Manifest) -> Self {
        let is_file = |name: &str| directory.join(name).is_file();
        let pyproject = is_file("pyproject.toml").then(|| {
            let bytes = fs::read(directory.join("pyproject.toml")).unwrap_or_default();
            Pyproject::parse(&String::from_utf8_lossy(&bytes))
        });
        let lock = is_file("uv.lock");
        let mismatch = pyproject.as_ref().filter(|_| lock).and_then(|project| {
            let bytes = fs::read(directory.join("uv.lock")).unwrap_or_default();
            pins::mismatch(&String::from_utf8_lossy(&bytes), &project.dependencies)
        });
        Self {
            directory: directory.to_path_buf(),
            lock,
            mismatch,
            pyproject,
            requirements: is_file("requirements.txt"),
            setup: is_file("setup.py"),
            python_version: manifest.python_version.clone(),
            dependencies: manifest.dependencies.clone(),
            commands: manifest.install_commands.clone(),
        }
    }

    /// What weighs most. A `pyproject.toml` that only configures tools is no project.
    #[must_use]
    pub fn basis(&self) -> Basis {
        match &self.pyproject {
            Some(_) if self.lock => Basis::Lock,
            Some(pyproject) if pyproject.project => Basis::Project,
            _ if self.requirements => Basis::Requirements,
            Some(pyproject) if pyproject.package => Basis::Package,
            _ if self.setup => Basis::Package,
            _ if !self.dependencies.is_empty() => Basis::Dependencies,
            _ if self.commands.iter().any(|command| !command.trim().is_empty()) => Basis::Commands,
            _ => Basis::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], manifest: &Manifest, expected: Basis) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(Found::look(folder.path(), manifest).basis(), expected, "{files:?}");
    }

    #[test]
    fn the_weightiest_basis_is_taken() {
        let silent = Manifest::default();
        let commands = Manifest { install_commands: vec!["pip install x".into()], ..silent.clone() };
        let both = Manifest { dependencies: vec!["x".into()], ..commands.clone() };
        let project = ("pyproject.toml", "[project]\nname = 'x'");
        let tools = ("pyproject.toml", "[tool.black]\n");
        check(&[project, ("uv.lock", ""), ("requirements.txt", "")], &both, Basis::Lock);
        check(&[project, ("requirements.txt", "")], &both, Basis::Project);
        check(&[("uv.lock", ""), ("requirements.txt", "")], &both, Basis::Requirements);
        check(&[tools, ("requirements.txt", "")], &both, Basis::Requirements);
        check(&[("pyproject.toml", "[build-system]\n")], &both, Basis::Package);
        check(&[("setup.py", "")], &both, Basis::Package);
        check(&[tools], &both, Basis::Dependencies);
        check(&[], &commands, Basis::Commands);
        check(&[], &silent, Basis::Nothing);
    }
}
