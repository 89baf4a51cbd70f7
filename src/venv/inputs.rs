//! What an environment was built from, and whether that has changed since. Looking costs one `stat` for each file;
//! only a file whose size or time differs is read.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::agent::manifest::{self, Manifest};
use crate::text;
use crate::venv::folder;
use crate::venv::probe::Basis;

/// A manifest's names; the first that is there counts.
const MANIFESTS: [&str; 2] = ["agent.yaml", "agent.yml"];

/// pip's and uv's own name.
const REQUIREMENTS: &str = "requirements.txt";

/// Files that requirements may include; what they include beyond that is not watched.
const MOST_INCLUDED: usize = 32;

/// Bytes of an input that are read; what comes after them is told apart by the size alone.
const MOST: u64 = 16 << 20;

/// The files that decide what an environment holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    files: Vec<Input>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Input {
    name: String,
    /// `None`: the file was not there.
    print: Option<Print>,
}

/// A file at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Print {
    bytes: u64,
    mtime_ns: i128,
    /// Of the contents; of a manifest only what concerns the environment.
    hash: u64,
}

impl Inputs {
    /// How they stand now.
    #[must_use]
    pub fn take(directory: &Path, basis: Basis) -> Self {
        let mut all: Vec<String> = names(basis).iter().map(|name| (*name).to_owned()).collect();
        if names(basis).contains(&REQUIREMENTS) {
            include(directory, &mut all);
        }
        let one = |name: String| Input { print: print(directory, &name, basis), name };
        Self { files: all.into_iter().map(one).collect() }
    }

    /// Takes those that were not there before and are there now: a build may write `uv.lock` itself.
    pub fn complete(&mut self, directory: &Path, basis: Basis) {
        for input in self.files.iter_mut().filter(|input| input.print.is_none()) {
            input.print = print(directory, &input.name, basis);
        }
    }

    /// What has changed since they were taken, as one sentence.
    #[must_use]
    pub fn changed(&self, directory: &Path, basis: Basis) -> Option<String> {
        self.files.iter().find_map(|input| {
            let (name, change) = (&input.name, input.change(directory, basis));
            match change {
                Change::None | Change::Absent => None,
                Change::Contents if MANIFESTS.contains(&name.as_str()) => {
                    Some(format!("what {name} requires changed since the build"))
                }
                Change::New | Change::Gone | Change::Contents => {
                    Some(format!("{name} {} since the build", change.word()))
                }
            }
        })
    }

    /// How each of them stands; those that were never there are left out.
    #[must_use]
    pub fn changes(&self, directory: &Path, basis: Basis) -> Vec<(String, Change)> {
        let all = self.files.iter().map(|input| (input.name.clone(), input.change(directory, basis)));
        all.filter(|(_, change)| *change != Change::Absent).collect()
    }
}

/// What became of an input since the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing that concerns the environment.
    None,
    /// It was not there and is not there.
    Absent,
    New,
    Gone,
    Contents,
}

impl Change {
    /// How a person reads it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "unchanged",
            Self::Absent => "not there",
            Self::New => "is new",
            Self::Gone => "is gone",
            Self::Contents => "changed",
        }
    }
}

impl Input {
    fn change(&self, directory: &Path, basis: Basis) -> Change {
        let now = fs::metadata(directory.join(&self.name)).ok().filter(fs::Metadata::is_file);
        match (&self.print, now) {
            (None, None) => Change::Absent,
            (None, Some(_)) => Change::New,
            (Some(_), None) => Change::Gone,
            (Some(before), Some(now)) => {
                let untouched = before.bytes == now.len() && before.mtime_ns == mtime_ns(&now);
                match untouched || Some(before.hash) == hash(directory, &self.name, basis) {
                    true => Change::None,
                    false => Change::Contents,
                }
            }
        }
    }
}

/// A file that weighs less than the basis decides nothing; one that weighs more would be the basis itself.
fn names(basis: Basis) -> &'static [&'static str] {
    match basis {
        Basis::Lock | Basis::Project => &["uv.lock", "pyproject.toml", "agent.yaml", "agent.yml"],
        Basis::Requirements => &[REQUIREMENTS, "pyproject.toml", "agent.yaml", "agent.yml"],
        Basis::Package | Basis::Dependencies | Basis::Nothing => {
            &[REQUIREMENTS, "pyproject.toml", "setup.py", "agent.yaml", "agent.yml"]
        }
        // Where the manifest is followed although there is more, its commands may read all of it.
        Basis::Commands => {
            &["uv.lock", REQUIREMENTS, "pyproject.toml", "setup.py", "agent.yaml", "agent.yml"]
        }
    }
}

/// Adds the files that requirements include, those that they include, and so on: each once, and none from outside
/// the agent's folder.
fn include(directory: &Path, all: &mut Vec<String>) {
    let mut waiting = vec![REQUIREMENTS.to_owned()];
    let mut room = MOST_INCLUDED;
    while let Some(name) = waiting.pop() {
        let bytes = folder::read_at_most(&directory.join(&name), MOST).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let beside = Path::new(&name).parent().unwrap_or(Path::new(""));
        for file in text.lines().filter_map(included) {
            let Some(path) = within(&beside.join(file)).filter(|path| room > 0 && !all.contains(path)) else {
                continue;
            };
            room -= 1;
            all.push(path.clone());
            waiting.push(path);
        }
    }
}

/// The file that a line of requirements includes: `-r FILE`, `--constraint=FILE`.
fn included(line: &str) -> Option<&str> {
    let line = line.split(" #").next()?.trim();
    let flags = ["--requirement", "--constraint", "-r", "-c"];
    let rest = flags.into_iter().find_map(|flag| line.strip_prefix(flag))?;
    let file = rest.trim_start_matches('=').trim().trim_matches(['"', '\'']);
    (!file.is_empty() && !file.contains("://")).then_some(file)
}

/// A relative path without its dots; `None` for one that leads out.
fn within(path: &Path) -> Option<String> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            Component::ParentDir => clean.pop().then_some(())?,
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    // It is shown as it is.
    clean.into_os_string().into_string().ok().filter(|path| text::safe(path.as_bytes()) == *path)
}

fn print(directory: &Path, name: &str, basis: Basis) -> Option<Print> {
    let file = fs::metadata(directory.join(name)).ok().filter(fs::Metadata::is_file)?;
    Some(Print { bytes: file.len(), mtime_ns: mtime_ns(&file), hash: hash(directory, name, basis)? })
}

fn mtime_ns(file: &fs::Metadata) -> i128 {
    i128::from(file.mtime()) * 1_000_000_000 + i128::from(file.mtime_nsec())
}

fn hash(directory: &Path, name: &str, basis: Basis) -> Option<u64> {
    // A file that has become a FIFO since must not hold the reader.
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = fs::OpenOptions::new().read(true).custom_flags(nonblock).open(directory.join(name)).ok()?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).ok()?;
    if MANIFESTS.contains(&name) {
        let (manifest, _) = manifest::parse(&String::from_utf8_lossy(&bytes));
        return Some(hash_of_manifest(&manifest.unwrap_or_default(), basis));
    }
    Some(fnv(&bytes))
}

/// Dependencies and commands that a weightier basis overrules don't count.
fn hash_of_manifest(manifest: &Manifest, basis: Basis) -> u64 {
    let counts = matches!(basis, Basis::Dependencies | Basis::Commands | Basis::Nothing);
    let dependencies = if counts { manifest.dependencies.as_slice() } else { &[] };
    fnv(format!("{:?}{:?}{dependencies:?}", manifest.python_version, manifest.install_commands).as_bytes())
}

/// FNV-1a: the same in every version of every program, and enough to see a change nobody hides.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_named_and_a_touch_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("uv.lock"), "1").unwrap();
        fs::write(path("pyproject.toml"), "1").unwrap();
        let inputs = Inputs::take(folder.path(), Basis::Lock);
        let changed = || inputs.changed(folder.path(), Basis::Lock);
        assert_eq!(changed(), None);
        fs::write(path("uv.lock"), "1").unwrap();
        fs::write(path("requirements.txt"), "1").unwrap();
        assert_eq!(changed(), None);
        fs::write(path("uv.lock"), "22").unwrap();
        assert_eq!(changed().as_deref(), Some("uv.lock changed since the build"));
        fs::remove_file(path("uv.lock")).unwrap();
        assert_eq!(changed().as_deref(), Some("uv.lock is gone since the build"));
    }

    #[test]
    fn what_requirements_include_counts_too() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        write(
            "requirements.txt",
            "a\n-r sub/more.txt # why\n-c /etc/hosts\n-r ../../up.txt\n-r https://host/r.txt\n",
        );
        write("sub/more.txt", "--constraint=./pins.txt\n-r ../requirements.txt\n-rmore.txt\n");
        let inputs = Inputs::take(folder.path(), Basis::Requirements);
        let names: Vec<_> = inputs.files.iter().map(|file| file.name.as_str()).collect();
        let usual = ["requirements.txt", "pyproject.toml", "agent.yaml", "agent.yml"];
        assert_eq!(names, [&usual[..], &["sub/more.txt", "sub/pins.txt"]].concat());
        let changed = || inputs.changed(folder.path(), Basis::Requirements);
        assert_eq!(changed(), None);
        write("sub/pins.txt", "a==1\n");
        assert_eq!(changed().as_deref(), Some("sub/pins.txt is new since the build"));
        let endless = (0..99).map(|n| format!("-r {n}.txt")).collect::<Vec<_>>().join("\n");
        write("requirements.txt", &endless);
        assert_eq!(Inputs::take(folder.path(), Basis::Requirements).files.len(), usual.len() + MOST_INCLUDED);
    }

    #[test]
    fn what_the_build_wrote_is_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let mut inputs = Inputs::take(folder.path(), Basis::Project);
        fs::write(folder.path().join("uv.lock"), "1").unwrap();
        let before = inputs.changed(folder.path(), Basis::Project);
        assert_eq!(before.as_deref(), Some("uv.lock is new since the build"));
        inputs.complete(folder.path(), Basis::Project);
        assert_eq!(inputs.changed(folder.path(), Basis::Project), None);
    }

    #[test]
    fn only_what_concerns_the_environment_counts_in_a_manifest() {
        let manifest = Manifest { dependencies: vec!["a".into()], ..Manifest::default() };
        let more = Manifest { dependencies: vec!["a".into(), "b".into()], ..Manifest::default() };
        let described = Manifest { description: Some("x".into()), ..manifest.clone() };
        let hash = hash_of_manifest;
        assert_eq!(hash(&manifest, Basis::Dependencies), hash(&described, Basis::Dependencies));
        assert_eq!(hash(&manifest, Basis::Lock), hash(&more, Basis::Lock));
        assert_ne!(hash(&manifest, Basis::Dependencies), hash(&more, Basis::Dependencies));
    }
}
