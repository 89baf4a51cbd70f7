//! The agents that plugdeck brings along: those of the demonstration and those that misbehave on purpose.
//!
//! Their one source is `tests/agents/`, whose files become part of the binary here. Everything else about them,
//! environments above all, is left to the ordinary verbs: an installed agent is an agent like any other.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::ops::{Context, runs, stop};

/// Agents as `namespace/folder`, each with its files as name and text.
type Agents = &'static [(&'static str, &'static [(&'static str, &'static str)])];

/// One folder of `tests/agents/` with its two files.
macro_rules! agent {
    ($name:literal) => {
        (
            $name,
            &[
                ("agent.yaml", include_str!(concat!("../../tests/agents/", $name, "/agent.yaml"))),
                ("agent.py", include_str!(concat!("../../tests/agents/", $name, "/agent.py"))),
            ],
        )
    };
}

/// What a new user meets, in the namespace `demo`.
const AGENTS: Agents = &[
    agent!("demo/broken"),
    agent!("demo/chatty"),
    agent!("demo/crasher"),
    agent!("demo/hanger"),
    agent!("demo/json-shaper"),
    agent!("demo/leaver"),
    agent!("demo/memory-eater"),
    agent!("demo/no-model"),
    agent!("demo/slow-worker"),
    agent!("demo/text-stats"),
];

/// Agents that each break a rule on purpose, in the namespace `faults`.
const FAULTS: Agents = &[
    agent!("faults/busy"),
    agent!("faults/closes"),
    agent!("faults/crash"),
    agent!("faults/daemon"),
    agent!("faults/deaf"),
    agent!("faults/deletes"),
    agent!("faults/descriptors"),
    agent!("faults/escape"),
    agent!("faults/flood"),
    agent!("faults/forker"),
    agent!("faults/holder"),
    agent!("faults/kills-parent"),
    agent!("faults/memory"),
    agent!("faults/noise"),
    agent!("faults/ok"),
    agent!("faults/respawner"),
    agent!("faults/silent"),
    agent!("faults/slow"),
    agent!("faults/soft-error"),
    agent!("faults/stdin"),
    agent!("faults/stopped"),
    agent!("faults/stuck"),
    agent!("faults/tty"),
    agent!("faults/zombies"),
];

/// Makes the demonstration ready in its own store and state folders; `fresh` empties both first, which leaves
/// runs that are still alive without a place, so their supervisors are asked to stop before.
///
/// # Errors
/// When a folder cannot be emptied or written; the error names it.
pub fn open(context: &Context, fresh: bool, faults: bool) -> io::Result<()> {
    if fresh {
        for run in runs::live(context).unwrap_or_default().into_iter().flatten() {
            // A run that does not end now loses its directory, and its supervisor ends it all the same.
            let _ = stop::request(&run);
        }
        for folder in [&context.paths.store, &context.paths.state] {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(naming(folder, &error)),
                _ => {}
            }
        }
    }
    install(&context.paths.store, faults)
}

/// Writes the agents of the demonstration, and with `faults` the misbehaving ones too, into
/// `store/agents/<namespace>/<folder>/`. A file that already holds the right text stays untouched, so that an
/// agent's age says when it changed; one that differs is written anew. Nothing is ever removed: environments and
/// whatever else stands in the folders stay.
///
/// # Errors
/// When a folder or file cannot be written; the error names it.
pub fn install(store: &Path, faults: bool) -> io::Result<()> {
    let misbehaving: Agents = if faults { FAULTS } else { &[] };
    for (name, files) in AGENTS.iter().chain(misbehaving) {
        let folder = store.join("agents").join(name);
        fs::create_dir_all(&folder).map_err(|error| naming(&folder, &error))?;
        for (file, text) in *files {
            let path = folder.join(file);
            write_if_different(&path, text).map_err(|error| naming(&path, &error))?;
        }
    }
    Ok(())
}

/// Brings a file to this text, by write-then-rename: an agent that starts just now never reads half a program.
fn write_if_different(path: &Path, text: &str) -> io::Result<()> {
    let there = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    if there && fs::read(path)? == text.as_bytes() {
        return Ok(());
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}.new", std::process::id()));
    fs::write(&unfinished, text)?;
    fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o644))?;
    fs::rename(&unfinished, path)
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::MetadataExt as _;

    use super::*;
    use crate::agent::catalog::Catalog;

    #[test]
    fn every_folder_is_embedded_with_all_its_files() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agents");
        let mut on_disk = BTreeSet::new();
        for namespace in ["demo", "faults"] {
            for folder in fs::read_dir(root.join(namespace)).unwrap() {
                let folder = folder.unwrap();
                for file in fs::read_dir(folder.path()).unwrap() {
                    let file = file.unwrap().file_name().into_string().unwrap();
                    if !file.starts_with('.') && file != "__pycache__" {
                        on_disk.insert(format!("{namespace}/{}/{file}", folder.file_name().display()));
                    }
                }
            }
        }
        let embedded: BTreeSet<String> = AGENTS
            .iter()
            .chain(FAULTS)
            .flat_map(|(name, files)| files.iter().map(move |(file, _)| format!("{name}/{file}")))
            .collect();
        assert_eq!(embedded, on_disk);
    }

    #[test]
    fn every_misbehaviour_is_there_and_told() {
        let store = tempfile::tempdir().unwrap();
        install(store.path(), true).unwrap();
        let catalog = Catalog::scan(&store.path().join("agents"));
        assert_eq!(catalog.agents.len(), AGENTS.len() + FAULTS.len());
        for agent in &catalog.agents {
            let name = agent.name.to_string();
            assert_eq!(agent.valid(), name != "demo/broken", "{name}: {:?}", agent.problems);
            let manifest = agent.manifest.as_ref().unwrap();
            assert!(manifest.description.as_ref().is_some_and(|text| text.len() > 10), "{name}");
        }
        for (name, method) in [
            ("faults/ok", "say"),
            ("faults/slow", "tick"),
            ("faults/silent", "never_speaks"),
            ("demo/chatty", "talk"),
            ("faults/flood", "lines"),
            ("faults/flood", "huge_line"),
            ("faults/flood", "garbage"),
            ("faults/noise", "around"),
            ("faults/crash", "exit_code"),
            ("faults/crash", "fault"),
            ("faults/soft-error", "failing"),
            ("faults/deaf", "ignore"),
            ("faults/stopped", "stop_self"),
            ("faults/busy", "spin"),
            ("faults/forker", "leave_children"),
            ("faults/daemon", "daemonize"),
            ("faults/respawner", "chain"),
            ("faults/holder", "hold"),
            ("faults/memory", "eat"),
            ("faults/descriptors", "run_out"),
            ("faults/stdin", "read"),
            ("faults/tty", "write"),
            ("faults/escape", "print_codes"),
            ("faults/deletes", "delete"),
            ("faults/noise", "big_result"),
        ] {
            let agent = catalog.agents.iter().find(|agent| agent.name.to_string() == name).unwrap();
            let method = agent.manifest.as_ref().unwrap().method(method).unwrap();
            assert!(method.description.len() > 10, "{name}: {method:?}");
        }
    }

    #[test]
    fn install_writes_what_differs_and_leaves_the_rest() {
        let store = tempfile::tempdir().unwrap();
        install(store.path(), false).unwrap();
        let agent = store.path().join("agents/demo/text-stats");
        let (program, manifest) = (agent.join("agent.py"), agent.join("agent.yaml"));
        assert_eq!(fs::metadata(&program).unwrap().mode() & 0o777, 0o644);
        assert!(!store.path().join("agents/faults").exists());

        let inode = fs::metadata(&manifest).unwrap().ino();
        let original = fs::read(&program).unwrap();
        fs::write(&program, "an older version").unwrap();
        fs::create_dir_all(agent.join(".venv")).unwrap();
        fs::write(agent.join(".venv/pyvenv.cfg"), "edited by hand").unwrap();
        install(store.path(), true).unwrap();

        assert_eq!(fs::read(&program).unwrap(), original);
        assert_eq!(fs::metadata(&manifest).unwrap().ino(), inode, "an unchanged file was written again");
        assert_eq!(fs::read_to_string(agent.join(".venv/pyvenv.cfg")).unwrap(), "edited by hand");
        assert_eq!(fs::read_dir(&agent).unwrap().count(), 3, "something was left over");
        assert!(store.path().join("agents/faults/kills-parent/agent.py").exists());
    }
}
