//! The steps of a plan, one after the other: their titles, reasons, arguments and variables. What is to be done is
//! decided in `venv::plan`.

use std::path::Path;

use crate::run::spec::Step;
use crate::venv::command::{Command, Purpose, Site};
use crate::venv::error::Error;
use crate::venv::fetched;
use crate::venv::folder::Place;
use crate::venv::machine::{Machine, Python};
use crate::venv::pins;
use crate::venv::plan::{REMOVED, text};
use crate::venv::probe::{Basis, Found};
use crate::venv::swap::Begin;
use crate::venv::verb::Verb;

/// A plan in the making.
pub struct Draft<'a> {
    pub found: &'a Found,
    pub machine: &'a Machine,
    pub site: Site,
    pub steps: Vec<Step>,
}

impl Draft<'_> {
    fn push(&mut self, title: &str, reason: &str, argv: Vec<String>) -> &mut Step {
        let at = self.steps.len();
        self.steps.push(Step {
            title: title.to_owned(),
            reason: reason.to_owned(),
            argv,
            cwd: self.found.directory.clone(),
            set: Vec::new(),
            remove: REMOVED.map(str::to_owned).to_vec(),
            skip: None,
        });
        &mut self.steps[at]
    }

    /// plugdeck itself.
    fn verb(&mut self, title: &str, reason: &str, verb: &Verb) -> Result<(), Error> {
        text(&self.found.directory)?;
        let mut argv = vec![text(&self.machine.program)?];
        argv.extend(verb.words());
        self.push(title, reason, argv);
        Ok(())
    }

    /// The first step.
    pub fn prepare(&mut self, begin: Begin, runs: &Path) -> Result<(), Error> {
        let (title, reason) = match begin.place {
            Place::Beside => ("make room", "built in .venv.new: what is there stays until the new one works"),
            Place::InPlace => ("make room", "what is there waits in .venv.old and comes back if this fails"),
        };
        text(runs)?;
        let (directory, runs) = (self.found.directory.clone(), runs.to_path_buf());
        self.verb(title, reason, &Verb::Prepare { directory, begin, runs })
    }

    /// A uv of plugdeck's own: pip fetches it with the Python of the environment, or with the first that can.
    pub fn fetch(&mut self, python: &Python) -> Result<(), Error> {
        let able = [python].into_iter().chain(&self.machine.pythons).find(|python| python.ensurepip);
        let Some(python) = able else {
            return Err(Error::NoPip { interpreter: text(&python.program)? });
        };
        let made = fetched::folder(&self.machine.fetched);
        let folder = text(&made)?;
        let version = python.version;
        let title = format!("python{}.{} -m venv", version.major, version.minor);
        let reason = format!("no uv was found: one is fetched into {}", text(&self.machine.fetched)?);
        self.push(&title, &reason, vec![text(&python.program)?, "-m".into(), "venv".into(), folder.clone()]);
        let mut argv = pip_argv(&format!("{folder}/bin/python"));
        argv.push("uv".into());
        self.push("pip install uv", "fetched as asked for", argv);
        self.verb("keep uv", "the later builds find it there", &Verb::KeepUv { made })
    }

    /// The last step.
    pub fn commit(&mut self, place: Place) -> Result<(), Error> {
        let (title, reason) = match place {
            Place::Beside => ("swap it in", "the new environment is checked, then takes the place of .venv"),
            Place::InPlace => ("accept it", "the new environment is checked, then .venv.old is deleted"),
        };
        self.verb(title, reason, &Verb::Commit { directory: self.found.directory.clone() })
    }

    /// The environment itself.
    pub fn make(&mut self, python: &Python, interpreter: &str, why: &str) -> Result<(), Error> {
        let version = python.version;
        let reason = format!("Python {version} is {why}");
        let environment = text(&self.site.environment)?;
        if let Some(uv) = self.site.uv.clone().filter(|_| !self.site.pip) {
            let mut argv = uv_argv(&uv, &["venv"]);
            if self.site.environment.ends_with(Place::Beside.folder()) {
                argv.push("--relocatable".into());
            }
            let name = self.found.directory.file_name().unwrap_or_default().to_string_lossy();
            argv.push(format!("--prompt={name}"));
            argv.extend(["--no-project".into(), "--python".into(), interpreter.into(), environment]);
            self.push(&format!("uv venv --python {version}"), &reason, argv);
            return Ok(());
        }
        if self.site.pip && !python.ensurepip {
            return Err(Error::NoPip { interpreter: interpreter.into() });
        }
        let mut argv = vec![interpreter.to_owned(), "-m".into(), "venv".into()];
        let mut title = format!("python{}.{} -m venv", version.major, version.minor);
        if !self.site.pip {
            argv.push("--without-pip".into());
            title.push_str(" --without-pip");
        }
        argv.push(environment);
        self.push(&title, &reason, argv);
        Ok(())
    }

    /// What the basis says; nothing for commands, which follow by themselves.
    pub fn install(&mut self, basis: Basis) -> Result<(), Error> {
        let project = self.found.pyproject.clone().unwrap_or_default();
        let uv = self.site.uv.is_some();
        match basis {
            Basis::Lock if uv && self.found.mismatch.is_some() => {
                self.sync(&["--frozen"], "uv.lock found, but it does not match pyproject.toml")?;
            }
            Basis::Lock if uv => self.sync(&["--frozen"], "uv.lock and pyproject.toml found")?,
            Basis::Project if uv => self.sync(&[], "pyproject.toml found")?,
            Basis::Lock | Basis::Project if project.package || !project.dependencies.is_empty() => {
                let pins = if basis == Basis::Lock { self.pin()? } else { &[] };
                if project.package {
                    let words = [pins, &["-e", "."]].concat();
                    self.add(&words, "pyproject.toml found; without uv, pip reads it");
                } else {
                    let reason = "pyproject.toml's dependencies; it has no build system";
                    self.requirements(pins, &project.dependencies, reason);
                }
            }
            Basis::Requirements => self.add(&["-r", "requirements.txt"], "requirements.txt found"),
            Basis::Package => {
                let file = if self.found.setup { "setup.py" } else { "pyproject.toml" };
                self.add(&["-e", "."], &format!("{file} found"));
            }
            Basis::Dependencies => {
                let dependencies = self.found.dependencies.clone();
                self.requirements(&[], &dependencies, "the manifest's dependencies");
            }
            Basis::Lock | Basis::Project | Basis::Commands | Basis::Nothing => {}
        }
        Ok(())
    }

    /// Makes pip's constraints of `uv.lock`; returns the flags that use them.
    fn pin(&mut self) -> Result<&'static [&'static str], Error> {
        let verb = Verb::Pin { directory: self.found.directory.clone() };
        self.verb("read uv.lock", "uv.lock found: pip is to install the versions it names", &verb)?;
        Ok(&["-c", pins::FILE])
    }

    fn sync(&mut self, flags: &[&str], reason: &str) -> Result<(), Error> {
        let Some(uv) = &self.site.uv else { return Ok(()) };
        let mut argv = uv_argv(uv, &["sync"]);
        argv.extend(flags.iter().map(|flag| (*flag).to_owned()));
        argv.extend(["--python".to_owned(), self.site.python.clone()]);
        let environment = text(&self.site.environment)?;
        let title = ["uv sync"].iter().chain(flags).copied().collect::<Vec<_>>().join(" ");
        set(self.push(&title, reason, argv), "UV_PROJECT_ENVIRONMENT", &environment);
        Ok(())
    }

    /// Requirements as texts: none of them may be taken for a flag.
    fn requirements(&mut self, flags: &[&str], requirements: &[String], reason: &str) {
        let mut words = flags.to_vec();
        words.push("--");
        words.extend(requirements.iter().map(String::as_str));
        self.add(&words, reason);
    }

    fn add(&mut self, words: &[&str], reason: &str) {
        let python = self.site.python.clone();
        let mut argv = if let Some(uv) = &self.site.uv {
            let mut argv = uv_argv(uv, &["pip", "install"]);
            argv.extend(["--python".to_owned(), python]);
            argv
        } else {
            pip_argv(&python)
        };
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        let tool = if self.site.uv.is_some() { "uv pip install" } else { "pip install" };
        let shown = words.iter().filter(|word| **word != "--").copied();
        let title = [tool].into_iter().chain(shown).collect::<Vec<_>>().join(" ");
        self.push(&title, reason, argv);
    }

    /// A command of the manifest, shown as it is written.
    pub fn command(&mut self, command: &Command, reason: &str) -> Result<(), Error> {
        let environment = text(&self.site.environment)?;
        let (path, foreign) = (self.machine.path.clone(), command.is_foreign());
        let skip = match command.purpose {
            _ if command.runs(self.machine.uv.is_some()) => None,
            Purpose::FetchUv => Some("uv is here already"),
            _ => Some("done already: the environment is there"),
        };
        let argv = command.argv(&self.site);
        let python = self.site.python.clone();
        let out =
            if command.leaves_out() { "; its part that makes the environment is done already" } else { "" };
        let step = self.push(&command.text, &format!("{reason}{out}"), argv);
        step.skip = skip.map(str::to_owned);
        set(step, "VIRTUAL_ENV", &environment);
        set(step, "UV_PROJECT_ENVIRONMENT", &environment);
        set(step, "PATH", &format!("{environment}/bin:{path}"));
        if foreign {
            // A pip that is found elsewhere works in this environment, or, if it is too old for that, not at all.
            set(step, "PIP_PYTHON", &python);
            set(step, "PIP_REQUIRE_VIRTUALENV", "1");
        }
        // The manifest's own uv serves the commands after it, unless a shell decides whether it is there at all.
        if self.site.uv.is_none() && command.purpose == Purpose::FetchUv && !foreign {
            self.site.uv = Some(format!("{environment}/bin/uv"));
        }
        Ok(())
    }
}

fn set(step: &mut Step, name: &str, value: &str) {
    step.remove.retain(|removed| removed != name);
    step.set.push((name.to_owned(), value.to_owned()));
}

/// pip's `install`, with its output made for a pipe.
fn pip_argv(python: &str) -> Vec<String> {
    let flags =
        ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"];
    [python].iter().chain(&flags).map(|word| (*word).to_owned()).collect()
}

/// uv with its output made for a pipe: one clean line for each event. Its colours stay in the record; whoever shows it
/// somewhere without colours takes them out.
fn uv_argv(uv: &str, words: &[&str]) -> Vec<String> {
    let flags = ["--color", "always", "--no-progress"];
    [uv].iter().chain(words).chain(&flags).map(|word| (*word).to_owned()).collect()
}
