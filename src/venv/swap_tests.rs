//! Builds that end well, fail, and are killed between any two of their moves, with real environments.

use std::os::unix::fs::symlink;
use std::process::Command;

use super::*;
use crate::venv::machine::{Machine, Surroundings};
use crate::venv::stamp::{Environment, look};

/// A build whose supervisor is gone.
const GONE: ProcessId = ProcessId { pid: 1, start_time: u64::MAX };

struct Agent {
    folder: tempfile::TempDir,
}

impl Agent {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("requirements.txt"), "").unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn prepare(&self, place: Place, builder: ProcessId) -> Result<(), Error> {
        let (basis, interpreter, tool) = (Basis::Requirements, "/usr/bin/python3".into(), "pip".into());
        prepare(self.path(), &Begin { place, basis, interpreter, tool }, builder, || Ok(()))
    }

    /// Makes a real environment, with a file in it that tells it from others.
    fn make(&self, name: &str, sign: &str) {
        let environment = self.path().join(name);
        let venv = ["-m", "venv", "--without-pip"];
        let made = Command::new("python3").args(venv).arg(&environment).status().unwrap();
        assert!(made.success());
        fs::write(environment.join("sign"), sign).unwrap();
    }

    /// Makes one that says it can be moved; without packages in it, it truly can.
    fn make_movable(&self, sign: &str) {
        self.make(NEW, sign);
        let settings = self.path().join(NEW).join("pyvenv.cfg");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(settings, format!("{text}relocatable = true\n")).unwrap();
    }

    /// Which environment is in use, and which of a build's files are left.
    #[track_caller]
    fn check(&self, sign: Option<&str>, left: &[&str]) {
        let found = fs::read_to_string(self.path().join(ENVIRONMENT).join("sign")).ok();
        assert_eq!(found.as_deref(), sign);
        let there: Vec<_> =
            [MARKER, NEW, OLD].into_iter().filter(|name| folder::exists(&self.path().join(name))).collect();
        assert_eq!(there, left);
    }

    fn word(&self) -> &'static str {
        look(self.path()).word()
    }
}

#[test]
fn a_build_beside_takes_the_place_of_the_old_one() {
    let agent = Agent::new();
    let this = ProcessId::current();
    for sign in ["first", "second"] {
        agent.prepare(Place::Beside, this).unwrap();
        assert_eq!(agent.word(), "building");
        agent.make_movable(sign);
        assert!(commit(agent.path(), this).unwrap().is_none());
        agent.check(Some(sign), &[]);
        assert_eq!(agent.word(), "ready");
    }
    fs::write(agent.path().join("requirements.txt"), "x").unwrap();
    assert!(matches!(look(agent.path()), Environment::Stale { python: Some(_), .. }));
}

#[test]
fn a_build_in_place_keeps_the_old_one_aside_until_it_is_accepted() {
    let agent = Agent::new();
    let this = ProcessId::current();
    agent.make(ENVIRONMENT, "old");
    agent.prepare(Place::InPlace, this).unwrap();
    agent.check(None, &[MARKER, OLD]);
    agent.make(ENVIRONMENT, "new");
    commit(agent.path(), this).unwrap();
    agent.check(Some("new"), &[]);
    assert_eq!(agent.word(), "ready");
}

#[test]
fn a_killed_build_beside_leaves_what_was_there() {
    for (old, word) in [(false, "none"), (true, "ready")] {
        let agent = Agent::new();
        if old {
            agent.make(ENVIRONMENT, "old");
        }
        agent.prepare(Place::Beside, GONE).unwrap();
        agent.make_movable("new");
        assert_eq!(agent.word(), word);
        assert!(settle(agent.path()).unwrap());
        agent.check(old.then_some("old"), &[]);
        assert_eq!(agent.word(), word);
        assert!(!settle(agent.path()).unwrap());
    }
}

#[test]
fn a_killed_build_in_place_never_counts_and_the_old_one_comes_back() {
    for (old, word) in [(false, "none"), (true, "ready")] {
        let agent = Agent::new();
        if old {
            agent.make(ENVIRONMENT, "old");
        }
        agent.prepare(Place::InPlace, GONE).unwrap();
        agent.make(ENVIRONMENT, "half");
        assert_eq!(agent.word(), "broken");
        assert!(settle(agent.path()).unwrap());
        agent.check(old.then_some("old"), &[]);
        assert_eq!(agent.word(), word);
    }
}

#[test]
fn every_moment_between_two_moves_settles() {
    // Marked, and not yet put aside.
    let agent = Agent::new();
    agent.make(ENVIRONMENT, "old");
    agent.prepare(Place::InPlace, GONE).unwrap();
    fs::rename(agent.path().join(OLD), agent.path().join(ENVIRONMENT)).unwrap();
    assert_eq!(agent.word(), "ready");
    settle(agent.path()).unwrap();
    agent.check(Some("old"), &[]);

    // The unfinished one is out of the way, and the old one is not back yet.
    agent.prepare(Place::InPlace, GONE).unwrap();
    agent.make(NEW, "half");
    settle(agent.path()).unwrap();
    agent.check(Some("old"), &[]);

    // Accepted or exchanged, and the old one is not deleted yet.
    for (place, aside) in [(Place::InPlace, OLD), (Place::Beside, NEW)] {
        agent.prepare(place, GONE).unwrap();
        let marker = fs::read(agent.path().join(MARKER)).unwrap();
        match place {
            Place::InPlace => agent.make(ENVIRONMENT, "new"),
            Place::Beside => agent.make_movable("new"),
        }
        commit(agent.path(), GONE).unwrap();
        fs::write(agent.path().join(MARKER), marker).unwrap();
        agent.make(aside, "older");
        assert_eq!(agent.word(), "ready");
        settle(agent.path()).unwrap();
        agent.check(Some("new"), &[]);
    }

    // A file system that cannot exchange.
    agent.prepare(Place::Beside, GONE).unwrap();
    agent.make_movable("newer");
    fs::rename(agent.path().join(ENVIRONMENT), agent.path().join(OLD)).unwrap();
    settle(agent.path()).unwrap();
    agent.check(Some("new"), &[]);
}

#[test]
fn a_living_build_is_left_alone_and_a_second_one_refused() {
    let agent = Agent::new();
    let mut sleeper = Command::new("sleep").arg("60").spawn().unwrap();
    let builder = ProcessId::of(i32::try_from(sleeper.id()).unwrap()).unwrap();
    agent.prepare(Place::InPlace, builder).unwrap();
    agent.make(ENVIRONMENT, "half");
    assert!(!settle(agent.path()).unwrap());
    let refused = agent.prepare(Place::Beside, ProcessId::current()).unwrap_err().to_string();
    assert!(refused.contains(&format!("is running (process {})", builder.pid)), "{refused}");
    assert!(matches!(commit(agent.path(), ProcessId::current()), Err(Error::NotPrepared(_))));
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    agent.prepare(Place::Beside, ProcessId::current()).unwrap();
    agent.check(None, &[MARKER]);
}

#[test]
fn a_build_that_waits_has_moved_nothing_and_leaves_nothing() {
    let agent = Agent::new();
    let begin = Begin {
        place: Place::InPlace,
        basis: Basis::Requirements,
        interpreter: "/usr/bin/python3".into(),
        tool: "pip".into(),
    };
    let mut waiting = Vec::new();
    let refused = prepare(agent.path(), &begin, ProcessId::current(), || {
        assert_eq!(agent.word(), "building");
        assert!(matches!(Hold::share(agent.path(), || true), Err(Error::Building { .. })));
        waiting = fs::read(agent.path().join(MARKER)).unwrap();
        Err(Error::NoCommands)
    });
    assert!(matches!(refused, Err(Error::NoCommands)));
    agent.check(None, &[]);
    // Killed while it waited, and meanwhile somebody made environments: they are not plugdeck's.
    let mut marker: Marker = serde_json::from_slice(&waiting).unwrap();
    marker.builder = GONE;
    marker.write(agent.path()).unwrap();
    agent.make(ENVIRONMENT, "theirs");
    agent.make(NEW, "theirs too");
    assert_eq!(agent.word(), "ready");
    assert!(settle(agent.path()).unwrap());
    agent.check(Some("theirs"), &[NEW]);
}

#[test]
fn a_build_does_not_begin_while_a_call_makes_its_run() {
    let agent = Agent::new();
    let call = Hold::share(agent.path(), || true).unwrap();
    let other = Hold::share(agent.path(), || true).unwrap();
    assert!(Hold::attempt(agent.path()).unwrap().is_none());
    drop((call, other));
    assert!(Hold::attempt(agent.path()).unwrap().is_some());
}

#[test]
fn what_plugdeck_did_not_make_is_never_deleted() {
    let agent = Agent::new();
    fs::create_dir(agent.path().join(OLD)).unwrap();
    let refused = agent.prepare(Place::InPlace, ProcessId::current()).unwrap_err().to_string();
    assert!(refused.contains(".venv.old is in the way and plugdeck did not make it"), "{refused}");
    agent.check(None, &[OLD]);
    fs::remove_dir(agent.path().join(OLD)).unwrap();

    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("sign"), "elsewhere").unwrap();
    symlink(elsewhere.path(), agent.path().join(ENVIRONMENT)).unwrap();
    agent.prepare(Place::Beside, ProcessId::current()).unwrap();
    agent.make_movable("new");
    commit(agent.path(), ProcessId::current()).unwrap();
    agent.check(Some("new"), &[]);
    assert!(elsewhere.path().join("sign").exists());
}

#[test]
fn what_cannot_be_used_is_not_put_in_place() {
    let agent = Agent::new();
    let this = ProcessId::current();
    agent.make(ENVIRONMENT, "old");
    let refused = || commit(agent.path(), this).unwrap_err().to_string();
    agent.prepare(Place::Beside, this).unwrap();
    assert!(refused().contains("left no folder"));
    agent.make(NEW, "rigid");
    assert!(refused().contains("can no longer be moved"));
    agent.make_movable("new");
    let python = agent.path().join(NEW).join("bin/python");
    fs::remove_file(&python).unwrap();
    symlink("/nowhere", &python).unwrap();
    assert!(refused().contains("does not run"));
    fs::remove_file(&python).unwrap();
    symlink("/bin/false", &python).unwrap();
    assert!(refused().contains("does not run"));
    agent.check(Some("old"), &[MARKER, NEW]);
}

#[test]
fn uvs_environment_moves() {
    let surroundings = Surroundings { answers: None, ..Surroundings::from_env(Path::new("/nowhere")) };
    let Some(uv) = Machine::look(&surroundings, Path::new("/plugdeck"), Path::new("/nowhere")).uv else {
        eprintln!("skipped: there is no uv on PATH");
        return;
    };
    let agent = Agent::new();
    let this = ProcessId::current();
    agent.make(ENVIRONMENT, "old");
    agent.prepare(Place::Beside, this).unwrap();
    let new = agent.path().join(NEW);
    let made =
        Command::new(uv.program).args(["venv", "-q", "--relocatable", "--no-project"]).arg(&new).status();
    assert!(made.unwrap().success());
    fs::write(new.join("sign"), "new").unwrap();
    commit(agent.path(), this).unwrap();
    agent.check(Some("new"), &[]);
    assert_eq!(agent.word(), "ready");
}
