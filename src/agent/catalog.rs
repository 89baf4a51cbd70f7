//! The installed agents, as found on disk. Broken ones stay listed with their reason.
//!
//! The store is `agents/NAMESPACE/FOLDER/`. Folders that begin with a dot are no part of it, and plain files
//! beside the folders are nobody's. A symbolic link is listed but never followed: it could lead anywhere. A folder
//! elsewhere is an agent only where a person names its path.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::agent::folder;
use crate::agent::manifest::{Manifest, Problem, Severity};
use crate::text;
use crate::text::nearest;

/// Bytes that a file name may have on Linux.
const LONGEST_NAME: usize = 255;

/// An agent's place in the store: `namespace/folder`, as found on disk. For a folder elsewhere the two are its
/// absolute path, parted at the last slash, so that its name is that path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentName {
    pub namespace: String,
    pub folder: String,
}

impl AgentName {
    /// Reads `namespace/folder`, and lets nothing through that could lead out of the store.
    ///
    /// # Errors
    /// One sentence that says what is wrong with the name.
    pub fn parse(name: &str) -> Result<Self, String> {
        let shown = text::fit(&text::safe(name.as_bytes()), 60).into_owned();
        let refuse =
            |why: &str| Err(format!("the agent name `{shown}` {why}: name it as `plugdeck list` does"));
        let Some((namespace, folder)) = name.split_once('/').filter(|(_, folder)| !folder.contains('/'))
        else {
            return refuse("is not of the form namespace/agent");
        };
        for part in [namespace, folder] {
            if let Some(fault) = name_fault(part) {
                return refuse(&format!("has a part that {fault}"));
            }
        }
        Ok(Self { namespace: namespace.to_owned(), folder: folder.to_owned() })
    }
}

impl std::fmt::Display for AgentName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.folder)
    }
}

/// One folder of the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    pub name: AgentName,
    /// Absolute.
    pub directory: PathBuf,
    /// `None` when nothing can be run; then `problems` says why.
    pub manifest: Option<Manifest>,
    pub problems: Vec<Problem>,
}

impl Agent {
    /// Reads one agent without looking at the others: by its name in the store, or by the path of its folder.
    /// `None` when there is no such folder in the store.
    ///
    /// # Errors
    /// One sentence, when the name is not one that an agent can have, or there is no folder at the path.
    pub fn load(agents: &Path, name: &str) -> Result<Option<Self>, String> {
        if is_path(name) {
            return Self::at(agents, name);
        }
        let name = AgentName::parse(name)?;
        let namespace = absolute(agents).join(&name.namespace);
        let directory = namespace.join(&name.folder);
        // As in a scan, a file is no agent, but whatever cannot even be looked at is one with a problem.
        match fs::symlink_metadata(&directory) {
            Ok(metadata) if metadata.is_file() => return Ok(None),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Ok(_) | Err(_) => {}
        }
        let refused = is_link(&namespace).then(|| folder::linked_folder("the namespace folder", &directory));
        Ok(Some(Self::read(name, directory, refused)))
    }

    /// Reads the agent in a folder that a person has named by its path. The person may mean a link; what counts from
    /// here on is where it leads, so that one folder has one name, in the store too.
    fn at(agents: &Path, path: &str) -> Result<Option<Self>, String> {
        let shown = text::fit(&text::safe(path.as_bytes()), 200).into_owned();
        let refuse =
            |why: &str| Err(format!("the path `{shown}` {why}: name the folder that holds agent.yaml"));
        let directory = match fs::canonicalize(path) {
            Ok(directory) if directory.is_dir() => directory,
            Ok(_) => return refuse("is no folder"),
            Err(error) => return refuse(&format!("leads nowhere ({error})")),
        };
        let Some(real) = directory.to_str() else { return refuse("is not UTF-8") };
        if let Some(fault) = real.split('/').find_map(odd_characters) {
            return refuse(&format!("has a part that {fault}"));
        }
        let store = fs::canonicalize(agents).unwrap_or_else(|_| absolute(agents));
        let in_store = directory.strip_prefix(store).ok().and_then(Path::to_str).map(AgentName::parse);
        if let Some(Ok(name)) = in_store {
            return Self::load(agents, &name.to_string());
        }
        let (namespace, folder) = real.rsplit_once('/').unwrap_or_default();
        let name = AgentName { namespace: namespace.to_owned(), folder: folder.to_owned() };
        Ok(Some(Self::read(name, directory.clone(), None)))
    }

    /// Whether the manifest meets the strict rules.
    #[must_use]
    pub fn valid(&self) -> bool {
        self.manifest.is_some() && self.problems.iter().all(|problem| problem.severity == Severity::Warning)
    }

    /// Why nothing can be run, or else why the manifest is not valid: one sentence with its line. `None` when all
    /// is well. A fault of the folder comes before those of lines, since it is what keeps the agent from running;
    /// a warning is never the reason.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let errors = || self.problems.iter().filter(|problem| problem.severity == Severity::Error);
        let problem = errors().find(|problem| problem.line == 0).or_else(|| errors().next())?;
        Some(match problem.line {
            0 => problem.message.clone(),
            line => format!("line {line}: {}", problem.message),
        })
    }

    /// Reads the folder of an agent, unless there is a reason already why it must not be run.
    fn read(name: AgentName, directory: PathBuf, refused: Option<String>) -> Self {
        let refused = refused
            .or_else(|| is_link(&directory).then(|| folder::linked_folder("the agent's folder", &directory)));
        let (manifest, problems) = match refused {
            Some(message) => (None, vec![folder::error(message)]),
            None => folder::read(&directory),
        };
        Self { name, directory, manifest, problems }
    }
}

/// All agents of a store, sorted by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    pub agents: Vec<Agent>,
    /// Folders that could not be read: path and reason.
    pub unreadable: Vec<(PathBuf, String)>,
}

impl Catalog {
    /// Reads every agent under `agents` (the store's `agents` folder). A missing folder is an empty catalogue.
    #[must_use]
    pub fn scan(agents: &Path) -> Self {
        let mut catalog = Self::default();
        let agents = absolute(agents);
        for namespace in catalog.folders(&agents) {
            let linked = is_link(&namespace);
            let before = catalog.agents.len();
            for directory in catalog.folders(&namespace) {
                // Behind a link stands no store: only what looks like an agent is worth a line.
                if !linked || has_manifest(&directory) {
                    let refused = linked.then(|| folder::linked_folder("the namespace folder", &directory));
                    catalog.add(&namespace, directory, refused);
                }
            }
            if linked && catalog.agents.len() == before {
                let message = folder::link_message("the namespace folder", &namespace);
                catalog.unreadable.retain(|(path, _)| *path != namespace);
                catalog.unreadable.push((namespace, message));
            }
        }
        catalog.agents.sort_by(|a, b| a.name.cmp(&b.name));
        catalog.unreadable.sort();
        catalog
    }

    /// The existing agents most like a mistyped name, the nearest first. Without a `/` only the folder counts.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Vec<String> {
        if name.contains('/') {
            let names: Vec<_> = self.agents.iter().map(|agent| agent.name.to_string()).collect();
            return nearest::nearest(name, names.iter().map(String::as_str));
        }
        let near = nearest::nearest(name, self.agents.iter().map(|agent| agent.name.folder.as_str()));
        let mut names: Vec<String> = Vec::new();
        for folder in near {
            let of_folder = self.agents.iter().filter(|agent| agent.name.folder == folder);
            names.extend(of_folder.map(|agent| agent.name.to_string()));
        }
        names.truncate(3);
        names
    }

    fn add(&mut self, namespace: &Path, directory: PathBuf, refused: Option<String>) {
        let parts = [namespace.file_name(), directory.file_name()].map(Option::unwrap_or_default);
        let fault = parts.iter().find_map(|part| match part.to_str() {
            Some(part) => name_fault(part),
            None => Some("is not UTF-8"),
        });
        let refused = refused
            .or_else(|| fault.map(|fault| format!("the name of this folder {fault}: rename the folder")));
        let [namespace, folder] = parts.map(|part| part.to_string_lossy().into_owned());
        self.agents.push(Agent::read(AgentName { namespace, folder }, directory, refused));
    }

    /// The folders in a folder, and links to some; what cannot be read is noted.
    fn folders(&mut self, parent: &Path) -> Vec<PathBuf> {
        let entries = match fs::read_dir(parent) {
            Ok(entries) => entries,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    self.unreadable.push((parent.to_owned(), format!("this folder cannot be read: {error}")));
                }
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) if !is_hidden(&entry.file_name()) => {
                    // A link counts unless it leads to a file: one that leads nowhere was meant as something.
                    let kind = entry.file_type();
                    let is_folder = kind.as_ref().is_ok_and(fs::FileType::is_dir);
                    let is_link = kind.is_ok_and(|kind| kind.is_symlink()) && !entry.path().is_file();
                    if is_folder || is_link {
                        found.push(entry.path());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    self.unreadable
                        .push((parent.to_owned(), format!("this folder cannot be read to its end: {error}")));
                    break;
                }
            }
        }
        found
    }
}

/// Whether a person has named a folder where the name of an agent could stand.
fn is_path(name: &str) -> bool {
    [".", ".."].contains(&name) || ["./", "../", "/"].iter().any(|start| name.starts_with(start))
}

/// What is wrong with one part of an agent's name; `None` when nothing is.
fn name_fault(part: &str) -> Option<&'static str> {
    if part.is_empty() {
        Some("is empty")
    } else if part == "." || part == ".." {
        Some("climbs out of the store")
    } else if part.starts_with('.') {
        Some("begins with a dot, and such folders are no agents")
    } else if part.contains('/') {
        Some("has a slash")
    } else if part.len() > LONGEST_NAME {
        Some("is too long")
    } else {
        odd_characters(part)
    }
}

/// What keeps a text from being shown as it is; `None` when nothing does.
fn odd_characters(part: &str) -> Option<&'static str> {
    // Characters that a screen shows as nothing or that turn the text around them.
    let invisible = |c: char| {
        matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if part.chars().any(char::is_control) {
        Some("has control characters")
    } else if part.chars().any(invisible) {
        Some("has invisible characters")
    } else {
        None
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

fn has_manifest(directory: &Path) -> bool {
    folder::MANIFESTS.iter().any(|name| fs::symlink_metadata(directory.join(name)).is_ok())
}

/// The path from the root, links kept. Only an empty one cannot be made absolute.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    const MANIFEST: &str = "name: t\nversion: '1'\ndescription: d\nauthor: a\ninterface:\n  methods:\n    \
                            ping:\n      description: Ping\n";

    /// A store in a folder of its own.
    struct Store(tempfile::TempDir);

    impl Store {
        fn new() -> Self {
            Self(tempfile::tempdir().expect("a folder can be made"))
        }

        fn path(&self) -> &Path {
            self.0.path()
        }

        /// Makes a whole agent and gives its folder.
        fn agent(&self, name: impl AsRef<Path>) -> PathBuf {
            let directory = self.path().join(name);
            fs::create_dir_all(&directory).expect("a folder can be made");
            fs::write(directory.join("agent.yaml"), MANIFEST).expect("a file can be written");
            fs::write(directory.join("agent.py"), "").expect("a file can be written");
            directory
        }

        /// Each agent as its name and what is wrong with it, and what could not be read.
        fn listed(&self) -> Vec<String> {
            let catalog = Catalog::scan(self.path());
            let agents = catalog.agents.iter().map(|agent| {
                let problems: Vec<_> =
                    agent.problems.iter().map(|problem| problem.message.as_str()).collect();
                assert_eq!(agent.manifest.is_some(), agent.valid(), "{problems:?}");
                format!("{}: {}", agent.name, problems.join(" + "))
            });
            let unreadable = catalog.unreadable.iter().map(|(path, reason)| {
                format!("({}): {reason}", path.strip_prefix(self.path()).unwrap_or(path).display())
            });
            agents.chain(unreadable).collect()
        }

        /// The listing has these lines, of which each is the beginning of one and, after `…`, a part.
        #[track_caller]
        fn check(&self, expected: &[&str]) {
            let found = self.listed();
            assert_eq!(found.len(), expected.len(), "{found:#?}");
            for (line, expected) in found.iter().zip(expected) {
                let (start, part) = expected.split_once('…').unwrap_or((expected, ""));
                assert!(line.starts_with(start) && line.contains(part), "{line}\nis not {expected}");
            }
        }
    }

    #[test]
    fn agents_are_listed_by_name_and_nothing_vanishes() {
        let store = Store::new();
        store.agent("b/two");
        store.agent("a/one");
        store.agent(".hidden/x");
        store.agent("a/.hidden");
        fs::create_dir(store.path().join("a/empty")).expect("a folder can be made");
        fs::write(store.path().join("README"), "").expect("a file can be written");
        fs::write(store.path().join("a/notes"), "").expect("a file can be written");
        store.check(&["a/empty: there is no agent.yaml", "a/one: ", "b/two: "]);
    }

    #[test]
    fn a_store_that_is_not_there_is_empty() {
        let store = Store::new();
        assert_eq!(Catalog::scan(&store.path().join("nowhere")), Catalog::default());
    }

    #[test]
    fn the_first_manifest_counts_and_the_program_must_be_there() {
        let store = Store::new();
        let yml = store.agent("a/yml");
        fs::rename(yml.join("agent.yaml"), yml.join("agent.yml")).expect("a file can be renamed");
        let both = store.agent("a/both");
        fs::write(both.join("agent.yml"), "not: a manifest").expect("a file can be written");
        fs::remove_file(store.agent("a/nopy").join("agent.py")).expect("a file can be removed");
        store.check(&["a/both: ", "a/nopy: there is no agent.py", "a/yml: "]);
    }

    #[test]
    fn the_reason_is_what_keeps_an_agent_from_running() {
        let store = Store::new();
        let reason = |directory: &Path, extra: &str| {
            fs::write(directory.join("agent.yaml"), format!("{MANIFEST}{extra}"))
                .expect("a file can be written");
            let agent = Catalog::scan(store.path()).agents.remove(0);
            (agent.manifest.is_some(), agent.reason().unwrap_or_default())
        };
        let directory = store.agent("a/one");
        assert_eq!(reason(&directory, "name: again\n"), (true, String::new()));
        let (runs, why) = reason(&directory, "license: [1]\n");
        assert!(runs && why.starts_with("line 9: "), "{why}");
        fs::remove_file(directory.join("agent.py")).expect("a file can be removed");
        for extra in ["name: again\n", "license: [1]\n"] {
            let (runs, why) = reason(&directory, extra);
            assert!(!runs && why.starts_with("there is no agent.py"), "{why}");
        }
    }

    #[test]
    fn links_are_refused_with_their_real_path() {
        let store = Store::new();
        let elsewhere = Store::new();
        let real = elsewhere.agent("space/real");
        fs::create_dir(store.path().join("a")).expect("a folder can be made");
        symlink(&real, store.path().join("a/link")).expect("a link can be made");
        symlink("nowhere", store.path().join("a/dangling")).expect("a link can be made");
        symlink(elsewhere.path().join("space"), store.path().join("b")).expect("a link can be made");
        symlink("/", store.path().join("root")).expect("a link can be made");
        symlink("nowhere", store.path().join("void")).expect("a link can be made");
        for name in ["agent.py", "agent.yaml"] {
            let directory = store.agent(format!("c/{name}"));
            fs::remove_file(directory.join(name)).expect("a file can be removed");
            symlink(real.join(name), directory.join(name)).expect("a link can be made");
        }
        store.check(&[
            "a/dangling: the agent's folder is a symbolic link to nowhere",
            "a/link: the agent's folder is a link and not followed: …space/real METHOD`",
            "b/real: the namespace folder is a link and not followed: …space/real METHOD`",
            "c/agent.py: agent.py is a symbolic link to …space/real/agent.py",
            "c/agent.yaml: agent.yaml is a symbolic link to",
            "(root): the namespace folder is a symbolic link to /,",
            "(void): the namespace folder is a symbolic link to nowhere",
        ]);
    }

    #[test]
    fn what_is_no_file_is_refused_without_waiting() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let store = Store::new();
        for name in ["agent.py", "agent.yaml"] {
            let directory = store.agent(format!("a/{name}"));
            fs::remove_file(directory.join(name)).expect("a file can be removed");
            mknodat(CWD, directory.join(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
                .expect("a FIFO can be made");
        }
        let directory = store.agent("a/folder");
        fs::remove_file(directory.join("agent.yaml")).expect("a file can be removed");
        fs::create_dir(directory.join("agent.yaml")).expect("a folder can be made");
        store.check(&[
            "a/agent.py: agent.py is a named pipe",
            "a/agent.yaml: agent.yaml is a named pipe",
            "a/folder: agent.yaml is a folder",
        ]);
    }

    #[test]
    fn manifests_must_be_small_text() {
        let store = Store::new();
        fs::write(store.agent("a/big").join("agent.yaml"), vec![b'#'; 1024 * 1024 + 1])
            .expect("a file can be written");
        fs::write(store.agent("a/largest").join("agent.yaml"), {
            let mut text = MANIFEST.to_owned() + "#";
            text.extend(std::iter::repeat_n('x', 1024 * 1024 - text.len()));
            text
        })
        .expect("a file can be written");
        fs::write(store.agent("a/utf16").join("agent.yaml"), b"\xff\xfen\0").expect("a file can be written");
        store.check(&[
            "a/big: agent.yaml is larger than 1 MiB",
            "a/largest: ",
            "a/utf16: agent.yaml is not UTF-8",
        ]);
    }

    #[test]
    fn odd_names_are_listed_and_refused() {
        let store = Store::new();
        store.agent("a/bell\u{7}");
        store.agent("a/turned\u{202e}");
        store.agent("a/with space");
        store.agent(PathBuf::from("a").join(OsString::from_vec(b"\xff".to_vec())));
        store.check(&[
            "a/bell\u{7}: the name of this folder has control characters",
            "a/turned\u{202e}: the name of this folder has invisible characters",
            "a/with space: ",
            "a/�: the name of this folder is not UTF-8",
        ]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let store = Store::new();
        let agent = store.agent("a/locked");
        fs::set_permissions(agent.join("agent.yaml"), fs::Permissions::from_mode(0o000))
            .expect("a mode can be set");
        fs::set_permissions(store.agent("b/x").join(".."), fs::Permissions::from_mode(0o000))
            .expect("a mode can be set");
        if fs::read_dir(store.path().join("b")).is_ok() {
            eprintln!("skipped: this user may read everything");
        } else {
            store.check(&["a/locked: agent.yaml cannot be read", "(b): this folder cannot be read"]);
        }
        fs::set_permissions(store.path().join("b"), fs::Permissions::from_mode(0o700))
            .expect("a mode can be set");
    }

    #[test]
    fn one_agent_loads_like_in_a_scan() {
        let store = Store::new();
        store.agent("a/one");
        fs::create_dir(store.path().join("a/empty")).expect("a folder can be made");
        fs::write(store.path().join("a/file"), "").expect("a file can be written");
        symlink("a", store.path().join("b")).expect("a link can be made");
        let catalog = Catalog::scan(store.path());
        for name in ["a/one", "a/empty", "b/one"] {
            let loaded = Agent::load(store.path(), name).expect("the name is good");
            assert_eq!(
                loaded.as_ref(),
                catalog.agents.iter().find(|agent| agent.name.to_string() == name),
                "{name}"
            );
            assert!(loaded.is_some(), "{name}");
        }
        for name in ["a/two", "c/one", "a/file"] {
            assert_eq!(Agent::load(store.path(), name), Ok(None), "{name}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let store = Store::new();
        for (name, part) in [
            ("", "not of the form"),
            ("one", "not of the form"),
            ("a/b/c", "not of the form"),
            ("/etc/passwd", "is no folder"),
            ("/nowhere/x\u{1b}[31m", "leads nowhere"),
            ("./x\0", "leads nowhere"),
            ("../nowhere/nothing", "leads nowhere"),
            ("a/", "is empty"),
            ("a/..", "climbs"),
            ("a/../b", "not of the form"),
            ("a/.x", "begins with a dot"),
            ("a/x\u{1b}[31m", "control characters"),
            ("a/x\0", "control characters"),
            ("a\n/x", "control characters"),
        ] {
            let why = Agent::load(store.path(), name).expect_err("the name is refused");
            assert!(why.contains(part) && !why.contains(char::is_control), "{name:?}: {why}");
        }
        let long = "x".repeat(300);
        assert!(Agent::load(store.path(), &format!("a/{long}")).is_err_and(|why| why.contains("too long")));
    }

    #[test]
    fn a_folder_elsewhere_is_an_agent_when_its_path_is_named() {
        let (store, elsewhere) = (Store::new(), Store::new());
        store.agent("a/one");
        let real = elsewhere.agent("my agent");
        symlink(&real, elsewhere.path().join("link")).expect("a link can be made");
        let load = |path: &Path| Agent::load(store.path(), path.to_str().expect("it is UTF-8"));
        let found = load(&real).expect("it is there").expect("it is there");
        assert!(found.valid() && found.directory == real, "{found:?}");
        assert_eq!(found.name.to_string(), real.to_string_lossy());
        assert_eq!(load(&elsewhere.path().join("link")), Ok(Some(found.clone())));
        assert_eq!(load(&real.join("../my agent/.")), Ok(Some(found)));
        assert_eq!(load(&store.path().join("a/one")), Agent::load(store.path(), "a/one"));
        // Its files are as strictly looked at as those of the store.
        fs::remove_file(real.join("agent.py")).expect("a file can be removed");
        symlink("/dev/zero", real.join("agent.py")).expect("a link can be made");
        let found = load(&real).expect("it is there").expect("it is there");
        assert!(found.reason().is_some_and(|why| why.contains("symbolic link to /dev/zero")), "{found:?}");
        let odd = elsewhere.agent("turned\u{202e}");
        assert!(load(&odd).is_err_and(|why| why.contains("invisible") && !why.contains('\u{202e}')));
        assert_eq!(load(Path::new("/")).map(|agent| agent.map(|agent| agent.valid())), Ok(Some(false)));
    }

    #[test]
    fn mistyped_names_find_their_agent() {
        let store = Store::new();
        for name in ["agentplug/coding-agent", "agentplug/analysis-agent", "me/coding-agent"] {
            store.agent(name);
        }
        let catalog = Catalog::scan(store.path());
        assert_eq!(catalog.nearest("agentplug/codign-agent"), ["agentplug/coding-agent"]);
        assert_eq!(catalog.nearest("coding-agnet"), ["agentplug/coding-agent", "me/coding-agent"]);
        assert_eq!(catalog.nearest("other/thing"), Vec::<String>::new());
    }
}
