//! Recognises what another tool has left behind: a process that runs an agent of the store and whose starter is gone.
//! Believed from what the system shows, not proven as plugdeck's own are; so nobody ends one without being asked.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use crate::process::escapee::MARKER;
use crate::process::id::{self, ProcessId, Stat};
use crate::process::proc;
use crate::process::tree;

/// Most words of a command line that calls an agent: three, and options of the interpreter.
const WORDS: usize = 12;

/// What such a process calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `namespace/folder`; not made safe.
    pub agent: String,
    /// Not made safe.
    pub method: String,
}

/// A process without its starter, and what it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub process: ProcessId,
    pub call: Call,
}

/// Every orphan among the user's own processes, in one look at all of them. `spared` is asked, once there is a
/// candidate, who must be left alone; what such a one descends from is no orphan either.
#[must_use]
pub fn find(agents: &Path, spared: impl FnOnce() -> HashSet<ProcessId>) -> Vec<Orphan> {
    let stores = spellings(agents);
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let mut found: Vec<_> = pids.filter_map(|pid| recognise(pid, &stores)).collect();
    if found.is_empty() {
        return found;
    }
    let spared = spared();
    let is_spared = |orphan: &Orphan| {
        spared.contains(&orphan.process)
            || tree::descendants(orphan.process.pid).iter().any(|process| spared.contains(process))
    };
    found.retain(|orphan| !is_spared(orphan));
    found.sort_unstable_by_key(|orphan| (orphan.process.start_time, orphan.process.pid));
    found
}

/// Whether this very process is still what it was taken for: it may have become another program since.
#[must_use]
pub fn is_still(orphan: &Orphan, agents: &Path) -> bool {
    recognise(orphan.process.pid, &spellings(agents)).is_some_and(|now| now == *orphan)
}

/// The folder of agents as it is named and as it really is: a tool may have used either.
fn spellings(agents: &Path) -> Vec<PathBuf> {
    let mut stores = vec![agents.to_owned()];
    stores.extend(agents.canonicalize().ok().filter(|real| real != agents));
    stores
}

fn recognise(pid: i32, stores: &[PathBuf]) -> Option<Orphan> {
    let proc = PathBuf::from(format!("/proc/{pid}"));
    if fs::metadata(&proc).ok()?.uid() != id::user() {
        return None;
    }
    let line = fs::read(proc.join("cmdline")).ok()?;
    let words: Vec<&[u8]> = line.strip_suffix(b"\0").unwrap_or(&line).split(|byte| *byte == 0).collect();
    let cwd = || fs::read_link(proc.join("cwd")).ok();
    let call = stores.iter().find_map(|store| called(&words, store, &cwd()?))?;
    // A command line can be rewritten; the program cannot.
    let program = fs::read_link(proc.join("exe")).ok()?;
    let stat = Stat::read(pid).filter(|stat| !stat.has_ended())?;
    let environ = fs::read(proc.join("environ")).ok()?;
    let value = |name: &str| value(&environ, name);
    let orphaned = is_python(&program)
        && value(MARKER).is_none()
        && is_adopted(pid, stat, &Parent::of(stat.parent)?, value("SYSTEMD_EXEC_PID"));
    orphaned.then_some(Orphan { process: ProcessId { pid, start_time: stat.start_time }, call })
}

/// What a command line calls, if it calls an agent of this store as every tool must: an interpreter, the agent's
/// `agent.py`, and one JSON object that names a method. The interpreter or the script stands in the store.
fn called(words: &[&[u8]], store: &Path, cwd: &Path) -> Option<Call> {
    let path = |word: &[u8]| cwd.join(OsStr::from_bytes(word));
    let (interpreter, rest) = words.get(..words.len().min(WORDS))?.split_first()?;
    let options = rest.iter().take_while(|word| word.starts_with(b"-")).count();
    let [script, payload] = rest.get(options..)? else { return None };
    if words.len() > WORDS || !is_python(&path(interpreter)) {
        return None;
    }
    let script = path(script);
    let folder = script.parent()?;
    let agent = folder.strip_prefix(store).ok()?;
    let names: Option<Vec<&str>> = agent
        .components()
        .map(|name| match name {
            Component::Normal(name) => name.to_str().filter(|name| !name.starts_with('.')),
            Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
        })
        .collect();
    let names =
        names.filter(|names| names.len() == 2 && script.file_name() == Some(OsStr::new("agent.py")))?;
    let payload: serde_json::Value = serde_json::from_slice(payload).ok()?;
    let method = payload.as_object()?.get("method")?.as_str()?;
    Some(Call { agent: names.join("/"), method: method.to_owned() })
}

fn is_python(program: &Path) -> bool {
    let name = program.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with("python") || name.starts_with("pypy")
}

/// The value of a variable, where it is text.
fn value<'a>(environ: &'a [u8], name: &str) -> Option<&'a str> {
    let value = |variable: &'a [u8]| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"=");
    str::from_utf8(environ.split(|byte| *byte == 0).find_map(value)?).ok()
}

/// Who is now the parent of a process.
struct Parent {
    pid: i32,
    session: i32,
    /// systemd, of the system or of the user.
    manages: bool,
    /// May run agents itself: a Python.
    is_python: bool,
}

impl Parent {
    fn of(pid: i32) -> Option<Self> {
        let stat = Stat::read(pid)?;
        let name = proc::text(format!("/proc/{pid}/comm")).unwrap_or_default();
        let name = name.trim_end();
        Some(Self {
            pid,
            session: stat.session,
            manages: name == "systemd",
            is_python: is_python(Path::new(name)),
        })
    }
}

/// Whether a process was given to its present parent because the one that started it is gone. The system keeps no
/// record of that, but a process is born into the session of its parent: who is not the leader of its own session and
/// is in another one than its parent has lost that parent. The leader of a session tells nothing: there the parent
/// must be one that adopts by profession, and not have started the process itself, as a service manager notes with
/// `SYSTEMD_EXEC_PID` and as a Python in the place of init might.
fn is_adopted(pid: i32, stat: Stat, parent: &Parent, started_by_manager: Option<&str>) -> bool {
    if started_by_manager.is_some_and(|by| by == pid.to_string()) || stat.session == parent.session {
        return false;
    }
    stat.session != pid || parent.manages || (parent.pid == 1 && !parent.is_python)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: &str = "/s/agents";

    fn call(line: &[&str], cwd: &str) -> Option<(String, String)> {
        let words: Vec<_> = line.iter().map(|word| word.as_bytes()).collect();
        called(&words, Path::new(STORE), Path::new(cwd)).map(|call| (call.agent, call.method))
    }

    #[test]
    fn a_call_of_an_agent_of_the_store_is_known_in_every_spelling() {
        let (python, payload) = ("/s/agents/ns/a/.venv/bin/python", r#"{"method": "m", "parameters": {}}"#);
        for line in [
            &[python, "agent.py", payload][..],
            &[python, "-u", "-B", "agent.py", payload],
            &[python, "/s/agents/ns/a/agent.py", payload],
            &["/usr/bin/python3.12", "/s/agents/ns/a/agent.py", payload],
            &[".venv/bin/python", "agent.py", payload],
        ] {
            assert_eq!(call(line, "/s/agents/ns/a"), Some(("ns/a".into(), "m".into())), "{line:?}");
        }
    }

    #[test]
    fn what_merely_stands_in_the_store_is_no_call() {
        let (python, payload) = ("/s/agents/ns/a/.venv/bin/python", r#"{"method": "m"}"#);
        for (line, cwd) in [
            (&["sleep", "50"][..], "/s/agents/ns/a"),
            (&["bash"], "/s/agents/ns/a"),
            (&["vim", "agent.py"], "/s/agents/ns/a"),
            (&["vim", "agent.py", payload], "/s/agents/ns/a"),
            (&[python], "/s/agents/ns/a"),
            (&[python, "agent.py"], "/s/agents/ns/a"),
            (&[python, "-m", "http.server"], "/s/agents/ns/a"),
            (&[python, "-c", payload], "/s/agents/ns/a"),
            (&[python, "other.py", payload], "/s/agents/ns/a"),
            (&[python, "agent.py", "not json"], "/s/agents/ns/a"),
            (&[python, "agent.py", r#"{"methods": "m"}"#], "/s/agents/ns/a"),
            (&[python, "agent.py", r#"["method"]"#], "/s/agents/ns/a"),
            (&[python, "agent.py", payload, "more"], "/s/agents/ns/a"),
            (&[python, "agent.py", payload], "/home/me"),
            (&[python, "../agent.py", payload], "/s/agents/ns/a/lib"),
            (&[python, "agent.py", payload], "/s/agents/ns/.a"),
            (&[python, "agent.py", payload], "/s/agents/ns"),
            (&[python, "agent.py", payload], "/s/agents/ns/a/b"),
            (&[""], "/s/agents/ns/a"),
        ] {
            assert_eq!(call(line, cwd), None, "{line:?} in {cwd}");
        }
    }

    #[test]
    fn an_orphan_is_told_from_one_whose_starter_lives() {
        let stat = |session| Stat { state: 'S', parent: 0, session, threads: 1, start_time: 1 };
        let parent = |pid, session| Parent { pid, session, manages: false, is_python: false };
        let manager = |pid| Parent { manages: true, ..parent(pid, pid) };
        let python = |pid| Parent { is_python: true, ..parent(pid, pid) };
        for (session, parent, by_manager, expected) in [
            // In the session of whoever started it, which is not its parent's.
            (40, parent(1, 1), None, true),
            (40, parent(900, 900), None, true),
            (40, python(1), None, true),
            // A child of its starter.
            (40, parent(41, 40), None, false),
            (1, parent(1, 1), None, false),
            // In a session of its own: only by who the parent is.
            (50, parent(1, 1), None, true),
            (50, manager(900), None, true),
            (50, parent(900, 900), None, false),
            (50, python(1), None, false),
            // A service.
            (50, manager(900), Some("50"), false),
            (50, manager(1), Some("50"), false),
            (50, manager(900), Some("7"), true),
        ] {
            let found = is_adopted(50, stat(session), &parent, by_manager);
            assert_eq!(found, expected, "session {session}, parent {}, {by_manager:?}", parent.pid);
        }
    }

    #[test]
    fn a_variable_is_known_by_its_whole_name() {
        let environ = b"A=1\0PLUGDECK_RUN_ID=x\0";
        assert_eq!((value(environ, "A"), value(environ, "RUN_ID")), (Some("1"), None));
        assert_eq!(value(environ, MARKER), Some("x"));
    }
}
