//! The packages that stand in an environment, read from its files: no Python runs, and nothing that an agent's
//! folder holds can make the reader wait, follow a link out of it, or grow without end.
//!
//! Two ways, for two prices. [`Installed`] reads the names of one folder: cheap enough to keep at every build and to
//! compare with at every look. [`read`] opens every package's own files, for the one agent that is looked at.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::text;
use crate::venv::folder::{self, read_at_most};

/// Entries of a folder of packages that are looked at.
const MOST: usize = 20_000;

/// Longest name or version that is kept, in characters.
const LONGEST: usize = 200;

/// Bytes read of a package's description: its head, which comes first, is shorter.
const HEAD: u64 = 64 << 10;

/// Bytes read of a package's list of files.
const LIST: u64 = 16 << 20;

/// Packages of one kind that a sentence names.
const NAMED: usize = 8;

/// One installed package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Package {
    /// As the package writes it; safe, as everything here.
    pub name: String,
    pub version: String,
    /// Sum of its files, as its own list says; `None` where it has no list.
    pub bytes: Option<u64>,
    /// Of one that is not in the environment itself: the folder it is run from.
    pub editable: Option<String>,
}

/// Names (lowercase, with `-`) and versions of what is installed, and when their folder changed last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    pub packages: BTreeMap<String, String>,
    mtime_ns: i128,
}

/// How one set of packages became another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Name and version.
    pub added: Vec<(String, String)>,
    pub removed: Vec<(String, String)>,
    /// Name, version before, version after.
    pub changed: Vec<(String, String, String)>,
}

impl Installed {
    /// What stands in an environment; `None` where it has no folder for packages.
    #[must_use]
    pub fn look(environment: &Path) -> Option<Self> {
        let site = site(environment)?;
        // First the time: what changes while the names are read is seen the next time.
        let mtime_ns = mtime_ns(&site)?;
        let packages = entries(&site).iter().filter_map(|name| split(name)).collect();
        Some(Self { packages, mtime_ns })
    }

    /// What is different now. Costs two system calls where nobody has touched the folder; Python itself may have (its
    /// `__pycache__`), so a new time alone means nothing.
    #[must_use]
    pub fn changed(&self, environment: &Path) -> Changes {
        let untouched = site(environment).and_then(|site| mtime_ns(&site)) == Some(self.mtime_ns);
        if untouched {
            return Changes::default();
        }
        let now = Self::look(environment).unwrap_or_default();
        Changes::between(&self.packages, &now.packages)
    }
}

impl Changes {
    /// From one environment to the one that takes its place; `None` where there was none.
    #[must_use]
    pub fn of(environment: &Path, former: &Path) -> Option<Self> {
        let (before, after) = (Installed::look(former)?, Installed::look(environment)?);
        Some(Self::between(&before.packages, &after.packages))
    }

    /// From one set to another.
    #[must_use]
    pub fn between(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Self {
        let only = |these: &BTreeMap<String, String>, those: &BTreeMap<String, String>| {
            let missing = these.iter().filter(|(name, _)| !those.contains_key(*name));
            missing.map(|(name, version)| (name.clone(), version.clone())).collect()
        };
        let changed = after.iter().filter_map(|(name, new)| {
            let old = before.get(name).filter(|old| *old != new)?;
            Some((name.clone(), old.clone(), new.clone()))
        });
        Self { added: only(after, before), removed: only(before, after), changed: changed.collect() }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// As one line: `changed: rich 13.7 → 13.9; added: httpx 0.27`. Empty where nothing changed.
    #[must_use]
    pub fn sentence(&self) -> String {
        let pair = |(name, version): &(String, String)| format!("{name} {version}");
        let triple = |(name, old, new): &(String, String, String)| format!("{name} {old} → {new}");
        let parts = [
            ("changed", self.changed.iter().map(triple).collect::<Vec<_>>()),
            ("added", self.added.iter().map(pair).collect()),
            ("removed", self.removed.iter().map(pair).collect()),
        ];
        let mut sentence = String::new();
        for (word, packages) in parts.iter().filter(|(_, packages)| !packages.is_empty()) {
            let apart = if sentence.is_empty() { "" } else { "; " };
            let named = &packages[..packages.len().min(NAMED)];
            // Writing to a text cannot fail.
            let _ = write!(sentence, "{apart}{word}: {}", named.join(", "));
            if packages.len() > NAMED {
                let _ = write!(sentence, " and {} more", packages.len() - NAMED);
            }
        }
        sentence
    }
}

/// All packages of an environment with their sizes, by name.
#[must_use]
pub fn read(environment: &Path) -> Vec<Package> {
    let Some(site) = site(environment) else { return Vec::new() };
    let mut packages: Vec<Package> = entries(&site).iter().filter_map(|name| one(&site, name)).collect();
    packages.sort_by_key(|package| package.name.to_lowercase());
    packages
}

/// The folder of packages: `lib/python3.12/site-packages`.
#[must_use]
pub fn site(environment: &Path) -> Option<PathBuf> {
    let library = environment.join("lib");
    let mut pythons = entries(&library);
    pythons.retain(|name| name.starts_with("python") || name.starts_with("pypy"));
    // Where there are several, the environment was made anew with a later Python.
    pythons.sort_by_key(|name| (name.len(), name.clone()));
    let sites = pythons.iter().rev().map(|name| library.join(name).join("site-packages"));
    sites.into_iter().find(|site| fs::symlink_metadata(site).is_ok_and(|file| file.is_dir()))
}

/// The names in a folder that are text.
fn entries(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().take(MOST).filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn mtime_ns(path: &Path) -> Option<i128> {
    let file = fs::symlink_metadata(path).ok()?;
    Some(i128::from(file.mtime()) * 1_000_000_000 + i128::from(file.mtime_nsec()))
}

/// Name and version of `typing_extensions-4.12.2.dist-info`, and of the older forms.
fn split(entry: &str) -> Option<(String, String)> {
    if let Some(name) = entry.strip_suffix(".egg-link") {
        return Some((normal(name), String::new()));
    }
    let stem = entry.strip_suffix(".dist-info").or_else(|| entry.strip_suffix(".egg-info"))?;
    // pip's leftovers of an interrupted removal begin with `~`: Python does not see them.
    if stem.starts_with('~') {
        return None;
    }
    let (name, rest) = stem.split_once('-').unwrap_or((stem, ""));
    // An egg's name has the Python's version at its end: `six-1.16.0-py3.12`.
    let version = rest.split_once("-py").map_or(rest, |(version, _)| version);
    Some((normal(name), short(version)))
}

/// The name as all tools compare it.
pub(super) fn normal(name: &str) -> String {
    let mut normal = String::new();
    for c in short(name).to_lowercase().chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.push(c),
        }
    }
    normal
}

fn short(word: &str) -> String {
    text::safe(word.trim().as_bytes()).chars().take(LONGEST).collect()
}

fn one(site: &Path, entry: &str) -> Option<Package> {
    let (name, version) = split(entry)?;
    let path = site.join(entry);
    if entry.ends_with(".egg-link") {
        let link = read_at_most(&path, HEAD).unwrap_or_default();
        let target = String::from_utf8_lossy(&link).lines().next().map(short);
        return Some(Package { name, version, bytes: None, editable: target });
    }
    let folder = fs::symlink_metadata(&path).is_ok_and(|file| file.is_dir());
    let head = match folder {
        true => ["METADATA", "PKG-INFO"].iter().find_map(|file| read_at_most(&path.join(file), HEAD).ok()),
        false => read_at_most(&path, HEAD).ok(),
    };
    let head = String::from_utf8_lossy(&head.unwrap_or_default()).into_owned();
    let field = |key: &str| {
        let mut lines = head.lines().take_while(|line| !line.is_empty());
        lines
            .find_map(|line| Some(short(line.strip_prefix(key)?.strip_prefix(':')?)))
            .filter(|v| !v.is_empty())
    };
    let list = read_at_most(&path.join("RECORD"), LIST).ok();
    Some(Package {
        name: field("Name").unwrap_or(name),
        version: field("Version").unwrap_or(version),
        bytes: list.map(|list| sum(&String::from_utf8_lossy(&list))),
        editable: editable(&path),
    })
}

/// The sizes of a `RECORD`: `path,hash,size`, where the path may hold commas and the size may be missing.
fn sum(list: &str) -> u64 {
    let size = |line: &str| line.rsplit(',').next()?.trim().parse::<u64>().ok();
    list.lines().filter_map(size).fold(0, u64::saturating_add)
}

/// The folder that an editable package is run from, as `direct_url.json` says.
fn editable(info: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Direct {
        url: String,
        dir_info: Option<Folder>,
    }
    #[derive(Deserialize)]
    struct Folder {
        #[serde(default)]
        editable: bool,
    }
    let direct: Direct =
        serde_json::from_slice(&folder::read_small(&info.join("direct_url.json")).ok()?).ok()?;
    direct.dir_info.filter(|folder| folder.editable)?;
    Some(text::safe(direct.url.strip_prefix("file://").unwrap_or(&direct.url).as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn environment(packages: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("lib/python3.12/site-packages")).unwrap();
        for (name, version) in packages {
            install(folder.path(), name, version);
        }
        folder
    }

    fn install(environment: &Path, name: &str, version: &str) {
        let info = site(environment).unwrap().join(format!("{name}-{version}.dist-info"));
        fs::create_dir_all(&info).unwrap();
        let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: no\n");
        fs::write(info.join("METADATA"), metadata).unwrap();
        fs::write(info.join("RECORD"), "a.py,sha256=x,100\n\"b,c.py\",sha256=y,20\nRECORD,,\n").unwrap();
    }

    #[test]
    fn packages_have_names_versions_and_sizes() {
        let environment = environment(&[("Zope.Interface", "5.0"), ("typing_extensions", "4.12.2")]);
        let site = site(environment.path()).unwrap();
        let direct = r#"{"url": "file:///home/me/agent", "dir_info": {"editable": true}}"#;
        fs::write(site.join("typing_extensions-4.12.2.dist-info/direct_url.json"), direct).unwrap();
        fs::write(site.join("old.egg-link"), "/home/me/old\n.").unwrap();
        fs::write(site.join("six-1.16.0-py3.12.egg-info"), "Name: six\nVersion: 1.16.0\n").unwrap();
        fs::create_dir(site.join("~ip-1.0.dist-info")).unwrap();
        let found: Vec<_> = read(environment.path())
            .into_iter()
            .map(|p| format!("{} {} {:?} {:?}", p.name, p.version, p.bytes, p.editable))
            .collect();
        assert_eq!(
            found,
            [
                r#"old  None Some("/home/me/old")"#,
                "six 1.16.0 None None",
                r#"typing_extensions 4.12.2 Some(120) Some("/home/me/agent")"#,
                "Zope.Interface 5.0 Some(120) None",
            ]
        );
        let installed = Installed::look(environment.path()).unwrap().packages;
        let names: Vec<_> = installed.keys().map(String::as_str).collect();
        assert_eq!(names, ["old", "six", "typing-extensions", "zope-interface"]);
    }

    #[test]
    fn hostile_files_hold_nobody() {
        let environment = environment(&[("a", "1")]);
        let site = site(environment.path()).unwrap();
        for file in ["METADATA", "RECORD", "direct_url.json"] {
            let path = site.join("fifo-9.dist-info").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            rustix::fs::mknodat(
                rustix::fs::CWD,
                &path,
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::RWXU,
                0,
            )
            .unwrap();
        }
        fs::create_dir(site.join("link-2.dist-info")).unwrap();
        symlink("/etc/passwd", site.join("link-2.dist-info/METADATA")).unwrap();
        fs::create_dir(site.join("long-3.dist-info")).unwrap();
        let name = "x".repeat(5000);
        fs::write(site.join("long-3.dist-info/METADATA"), format!("Name: \u{1b}[31m{name}\n")).unwrap();
        fs::write(site.join("long-3.dist-info/RECORD"), format!("a,,{}\nb,,{}\n", u64::MAX, u64::MAX))
            .unwrap();
        let found = read(environment.path());
        let of = |version: &str| found.iter().find(|package| package.version == version).unwrap();
        assert_eq!((of("9").name.as_str(), of("2").name.as_str()), ("fifo", "link"));
        assert_eq!((of("3").name.as_str(), of("3").bytes), ("x".repeat(LONGEST).as_str(), Some(u64::MAX)));
    }

    #[test]
    fn what_somebody_else_did_is_told_and_what_python_does_is_not() {
        let environment = environment(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let before = Installed::look(environment.path()).unwrap();
        assert!(before.changed(environment.path()).is_empty());
        let site = site(environment.path()).unwrap();
        fs::create_dir(site.join("__pycache__")).unwrap();
        assert!(before.changed(environment.path()).is_empty());
        fs::remove_dir_all(site.join("a-1.dist-info")).unwrap();
        fs::rename(site.join("b-1.dist-info"), site.join("b-2.dist-info")).unwrap();
        install(environment.path(), "d", "1");
        let sentence = before.changed(environment.path()).sentence();
        assert_eq!(sentence, "changed: b 1 → 2; added: d 1; removed: a 1");
    }

    #[test]
    fn a_sentence_does_not_grow_without_end() {
        let many = (0..61).map(|n| (format!("p{n:02}"), "1".to_owned())).collect();
        let sentence = Changes::between(&BTreeMap::new(), &many).sentence();
        assert!(sentence.ends_with("p06 1, p07 1 and 53 more"), "{sentence}");
        assert_eq!(Changes::between(&many, &many).sentence(), "");
    }
}
