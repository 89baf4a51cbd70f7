//! What this machine has for building environments: uv, and the Pythons. Every one of them was asked and answered:
//! names prove nothing (a pyenv shim `python3.12` may say "command not found"), and only what answers is kept.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::run::dir::secure;
use crate::venv::answers::Answers;
use crate::venv::fetched;
use crate::venv::version::Version;

/// How long one program may take to answer: a shim on a busy machine needs some tenths of a second.
const ANSWER: Duration = Duration::from_secs(5);

/// How long all Pythons together may take; those not asked by then are left out.
const ALL: Duration = Duration::from_secs(15);

/// Minor versions of Python 3 looked for by name, and the oldest one the calls work with.
const MINORS: std::ops::RangeInclusive<u32> = 8..=20;

/// The oldest uv that builds into an environment named by `UV_PROJECT_ENVIRONMENT`.
const OLDEST_UV: Version = Version { major: 0, minor: 5, micro: 0 };

/// Prints version, release level, implementation, 1 for a free-threaded build, 1 for ensurepip, and its own path.
const QUESTION: &str = "import os,sys\n\
     v=sys.version_info\n\
     print('%d.%d.%d %s %s %d %d %s'%(v[0],v[1],v[2],v[3],sys.implementation.name,\
     't' in getattr(sys,'abiflags',''),\
     os.path.isdir(os.path.join(os.path.dirname(os.__file__),'ensurepip')),sys.executable))";

/// Where Pythons and uv may be; from the environment, passed by value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `PATH`.
    pub path: OsString,
    /// pyenv's folder.
    pub pyenv: PathBuf,
    /// Where uv keeps the Pythons it installed.
    pub uv_pythons: PathBuf,
    /// Where plugdeck keeps a uv that it fetched: `$XDG_CACHE_HOME/plugdeck/uv`.
    pub fetched: PathBuf,
    /// Where plugdeck keeps what programs answered; `None`: all are asked.
    pub answers: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process; `home` is the user's home directory.
    #[must_use]
    pub fn from_env(home: &Path) -> Self {
        let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let data = folder("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"));
        let cache = folder("XDG_CACHE_HOME").filter(|cache| cache.is_absolute());
        let cache = cache.unwrap_or_else(|| home.join(".cache")).join("plugdeck");
        Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
            pyenv: folder("PYENV_ROOT").unwrap_or_else(|| home.join(".pyenv")),
            uv_pythons: folder("UV_PYTHON_INSTALL_DIR").unwrap_or_else(|| data.join("uv/python")),
            fetched: cache.join("uv"),
            answers: Some(cache),
        }
    }
}

/// The tools of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// plugdeck's own program file: the first and the last step of every plan.
    pub program: PathBuf,
    /// `PATH`, for the manifest's commands.
    pub path: String,
    pub uv: Option<Uv>,
    /// Where a uv that plugdeck fetches will be.
    pub fetched: PathBuf,
    /// Pythons that answered, in the order they were found.
    pub pythons: Vec<Python>,
    /// Where Pythons were looked for, for a person.
    pub looked: String,
}

/// A uv that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uv {
    pub program: PathBuf,
    /// For example `0.13.9`.
    pub version: String,
}

/// A Python that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    pub program: PathBuf,
    pub version: Version,
    /// A released `CPython` with its global lock: what packages are made for.
    pub usual: bool,
    /// It can put pip into a new environment (some systems leave that out).
    pub ensurepip: bool,
}

impl Machine {
    /// Looks around; takes about 20 ms for each Python that is new. `avoid` is the agent's folder: a uv inside the environment
    /// that is being replaced is of no use.
    #[must_use]
    pub fn look(surroundings: &Surroundings, program: &Path, avoid: &Path) -> Self {
        let folders: Vec<PathBuf> = std::env::split_paths(&surroundings.path)
            .filter(|folder| folder.is_absolute() && !folder.starts_with(avoid))
            .collect();
        let mut answers = Answers::of(surroundings.answers.as_deref());
        let (uv, pythons) =
            (uv(surroundings, &folders, &mut answers), pythons(surroundings, &folders, &mut answers));
        answers.keep();
        let minors = format!("python3.{} to python3.{}", MINORS.start(), MINORS.end());
        Self {
            program: program.to_path_buf(),
            path: surroundings.path.to_string_lossy().into_owned(),
            uv,
            fetched: surroundings.fetched.clone(),
            pythons,
            looked: format!(
                "{minors}, python3 and python on PATH, and in {} and {}",
                surroundings.pyenv.display(),
                surroundings.uv_pythons.display()
            ),
        }
    }
}

/// The first uv on `PATH`, else the one that was fetched, that answers and is new enough. A pyenv shim costs ten
/// times what uv itself does and depends on the folder it is started in, so the program behind it is taken.
fn uv(surroundings: &Surroundings, folders: &[PathBuf], answers: &mut Answers) -> Option<Uv> {
    let shims = surroundings.pyenv.join("shims");
    folders
        .iter()
        .filter(|folder| is_program(&folder.join("uv")))
        .flat_map(|folder| {
            if *folder == shims {
                children(&surroundings.pyenv.join("versions"), "bin/uv")
            } else {
                vec![folder.join("uv")]
            }
        })
        .chain(Some(surroundings.fetched.join(fetched::PROGRAM)).filter(|program| {
            // Nobody chose this folder as one for programs, so what others could have put there is none.
            is_program(program) && secure(&surroundings.fetched).is_ok()
        }))
        .find_map(|program| {
            let own = |_: &str| program.canonicalize().is_ok_and(|real| real.ends_with("uv"));
            let answer = answers.ask(&program, &["--version"], ANSWER, own).ok()?;
            let version = answer.split_whitespace().nth(1)?.to_owned();
            let new_enough = Version::parse(&version).is_none_or(|version| version >= OLDEST_UV);
            new_enough.then_some(Uv { program, version })
        })
}

/// Every Python that answers, each once.
fn pythons(surroundings: &Surroundings, folders: &[PathBuf], answers: &mut Answers) -> Vec<Python> {
    let until = Instant::now() + ALL;
    let mut candidates = candidates(surroundings, folders);
    let (mut seen, mut asked) = (HashSet::new(), HashSet::new());
    let mut found: Vec<Python> = Vec::new();
    let mut at = 0;
    while at < candidates.len() && Instant::now() < until {
        let program = candidates[at].clone();
        at += 1;
        let Ok(real) = program.canonicalize() else { continue };
        // Shims of different versions may be links to one program, which is no Python itself.
        let direct = real.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"));
        if (direct && seen.contains(&real)) || !asked.insert(program.clone()) {
            continue;
        }
        let Some(mut python) = examine(&program, answers) else { continue };
        if let Some(base) = base_of(&python.program) {
            candidates.push(base);
            continue;
        }
        // Not before: an environment's Python is a link to the very file that its base is.
        seen.insert(real.clone());
        let own = python.program.canonicalize().unwrap_or_default();
        if own == real {
            python.program = program;
        } else if !seen.insert(own) {
            continue;
        }
        found.push(python);
    }
    found
}

fn candidates(surroundings: &Surroundings, folders: &[PathBuf]) -> Vec<PathBuf> {
    let shims = surroundings.pyenv.join("shims");
    let names =
        MINORS.rev().map(|minor| format!("python3.{minor}")).chain(["python3".into(), "python".into()]);
    let mut candidates: Vec<PathBuf> = names
        .flat_map(|name| {
            folders.iter().filter(|folder| **folder != shims).map(move |folder| folder.join(&name))
        })
        .filter(|program| is_program(program))
        .collect();
    candidates.extend(children(&surroundings.pyenv.join("versions"), "bin/python3"));
    candidates.extend(children(&surroundings.uv_pythons, "bin/python3"));
    candidates
}

/// `<folder>/*/<rest>`, where that is a program; sorted, the highest name first.
fn children(folder: &Path, rest: &str) -> Vec<PathBuf> {
    let mut programs: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join(rest))
        .filter(|program| is_program(program))
        .collect();
    programs.sort_by(|a, b| b.cmp(a));
    programs
}

fn examine(program: &Path, answers: &mut Answers) -> Option<Python> {
    // One without ensurepip is asked again: a package of the system may have brought it. So is one that leads to
    // another file: it may lead elsewhere from another folder.
    let whole = |answer: &str| {
        let mut words = answer.trim_end().splitn(6, ' ').skip(4);
        let itself =
            |executable: &str| Path::new(executable).canonicalize().ok() == program.canonicalize().ok();
        words.next() == Some("1") && words.next().is_some_and(itself)
    };
    let answer = answers.ask(program, &["-I", "-S", "-c", QUESTION], ANSWER, whole).ok()?;
    let mut words = answer.trim_end().splitn(6, ' ');
    let version = Version::parse(words.next()?)?;
    let usual = [words.next()?, words.next()?, words.next()?] == ["final", "cpython", "0"];
    let ensurepip = words.next()? == "1";
    let program = PathBuf::from(words.next()?);
    let fits = version.major == 3 && version.minor >= *MINORS.start() && program.is_absolute();
    fits.then_some(Python { program, version, usual, ensurepip })
}

/// The Python that an environment's Python comes from; `None` for one that is no environment's. An activated
/// environment may be deleted tomorrow, so nothing is built on it.
fn base_of(program: &Path) -> Option<PathBuf> {
    let settings = fs::read_to_string(program.parent()?.parent()?.join("pyvenv.cfg")).ok()?;
    let home = settings.lines().find_map(|line| line.strip_prefix("home")?.trim_start().strip_prefix('='));
    // Without a home there is no base; the empty path is no program and ends the search.
    Some(home.map(|home| Path::new(home.trim()).join("python3")).unwrap_or_default())
}

/// Whether this is a file that somebody may execute.
pub fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Written by a process of its own: a file that this one holds open while another test starts a program could
    /// not be executed.
    fn script(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 755 \"$1\"";
        let written =
            std::process::Command::new("sh").args(["-c", write, "sh"]).arg(path).arg(text).status().unwrap();
        assert!(written.success());
    }

    /// A program that answers as a Python of this version would.
    fn python(path: &Path, version: &str) {
        script(path, &format!("echo {version} final cpython 0 1 {}", path.display()));
    }

    #[test]
    fn only_what_answers_is_kept_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |rest: &str| folder.path().canonicalize().unwrap().join(rest);
        python(&at("bin/python3.12"), "3.12.1");
        symlink(at("bin/python3.12"), at("bin/python3")).unwrap();
        script(&at("bin/python3.13"), "echo 'python3.13: command not found' >&2; exit 127");
        script(&at("bin/python"), "echo Python 2.7.18");
        script(&at("pyenv/shims/python3.11"), "exit 127");
        python(&at("pyenv/versions/3.11.7/bin/python3"), "3.11.7");
        python(&at("pyenv/versions/3.6.1/bin/python3"), "3.6.1");
        script(&at("pyenv/shims/uv"), "exit 127");
        script(&at("pyenv/versions/3.11.7/bin/uv"), "echo 'uv 0.13.9 (linux)'");
        python(&at("uv/cpython-3.13/bin/python3"), "3.13.0");
        let surroundings = Surroundings {
            path: std::env::join_paths([at("pyenv/shims"), at("bin"), "relative".into()]).unwrap(),
            pyenv: at("pyenv"),
            uv_pythons: at("uv"),
            fetched: at("fetched"),
            answers: None,
        };
        let machine = Machine::look(&surroundings, Path::new("/plugdeck"), Path::new("/agent"));
        let found: Vec<_> = machine.pythons.iter().map(|python| python.version.to_string()).collect();
        assert_eq!(found, ["3.12.1", "3.11.7", "3.13.0"]);
        assert_eq!(machine.pythons[0].program, at("bin/python3.12"));
        let uv = machine.uv.unwrap();
        assert_eq!((uv.version.as_str(), uv.program), ("0.13.9", at("pyenv/versions/3.11.7/bin/uv")));
    }

    #[test]
    fn an_environments_python_leads_to_its_base_and_an_old_uv_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |rest: &str| folder.path().canonicalize().unwrap().join(rest);
        python(&at("active/bin/python3"), "3.12.1");
        fs::write(at("active/pyvenv.cfg"), format!("home = {}\n", at("base/bin").display())).unwrap();
        python(&at("base/bin/python3"), "3.12.1");
        // An environment whose Python is a link to its base's, as they are made usually.
        let linked = "echo 3.13.0 final cpython 0 1 $0";
        script(&at("other/bin/python3"), linked);
        fs::create_dir_all(at("linked/bin")).unwrap();
        symlink(at("other/bin/python3"), at("linked/bin/python3")).unwrap();
        fs::write(at("linked/pyvenv.cfg"), format!("home = {}\n", at("other/bin").display())).unwrap();
        // And one that claims to be its own base.
        python(&at("mad/bin/python3"), "3.12.1");
        fs::write(at("mad/pyvenv.cfg"), format!("home = {}\n", at("mad/bin").display())).unwrap();
        script(&at("active/bin/uv"), "echo uv 0.1.3");
        let path = std::env::join_paths([at("mad/bin"), at("active/bin"), at("linked/bin")]).unwrap();
        let surroundings = Surroundings { path, fetched: at("fetched"), ..Surroundings::default() };
        let machine = Machine::look(&surroundings, Path::new("/plugdeck"), Path::new("/agent"));
        let found: Vec<_> = machine.pythons.iter().map(|python| python.program.clone()).collect();
        assert_eq!(found, [at("base/bin/python3"), at("other/bin/python3")]);
        assert_eq!(machine.uv, None);
        script(&at("fetched/uv"), "echo uv 0.13.9");
        let uv = Machine::look(&surroundings, Path::new("/plugdeck"), Path::new("/agent")).uv.unwrap();
        assert_eq!((uv.version.as_str(), uv.program), ("0.13.9", at("fetched/uv")));
        // Where others could have put it, it is none.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(Machine::look(&surroundings, Path::new("/plugdeck"), Path::new("/agent")).uv, None);
    }
}
