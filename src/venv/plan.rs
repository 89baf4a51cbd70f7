//! What to do, from what is there: pure. Every step names its interpreter or its environment, and runs without the
//! variables that would lead it into another one: started from an activated project, a plain `uv pip install` puts
//! an agent's packages into the user's own environment, with exit code 0.

use crate::run::spec::Step;
use crate::venv::command::{Command, Purpose, Site};
use crate::venv::error::Error;
use crate::venv::folder::Place;
use crate::venv::machine::{Machine, Python};
use crate::venv::probe::{Basis, Found};
use crate::venv::swap::Begin;
use crate::venv::verb::Verb;
use crate::venv::version::Wanted;

/// Variables no step of a build inherits.
pub const REMOVED: [&str; 19] = [
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_PROJECT",
    "UV_WORKING_DIR",
    "UV_VENV_CLEAR",
    "UV_VENV_SEED",
    "UV_NO_SYNC",
    "PIP_PREFIX",
    "PIP_TARGET",
    "PIP_ROOT",
    "PIP_USER",
    "PIP_PYTHON",
    "PIP_REQUIRE_VIRTUALENV",
    "__PYVENV_LAUNCHER__",
];

/// How an environment will be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In order; each with its reason. The first and the last are plugdeck itself.
    pub steps: Vec<Step>,
    /// The Python the environment is made with, for example `/usr/bin/python3.12`.
    pub interpreter: String,
    /// Its version, for example `3.12.1`.
    pub python_version: String,
    /// `uv 0.13.9` or `pip`.
    pub tool: String,
}

/// Plans the build of an environment.
pub fn plan(found: &Found, machine: &Machine) -> Result<Plan, Error> {
    let basis = found.basis();
    let commands = commands(found, basis)?;
    let (python, why) = choose(found, machine)?;
    let place = match machine.uv {
        // Anybody's code may write the environment's path anywhere, so what it builds is not moved.
        Some(_) if basis != Basis::Commands => Place::Beside,
        _ => Place::InPlace,
    };
    let environment = found.directory.join(place.folder());
    let tool = machine.uv.as_ref().map_or_else(|| "pip".to_owned(), |uv| format!("uv {}", uv.version));
    let mut draft = Draft {
        found,
        machine,
        site: Site {
            python: text(&environment.join("bin/python"))?,
            environment,
            uv: machine.uv.as_ref().map(|uv| text(&uv.program)).transpose()?,
            pip: needs_pip(found, machine, basis, &commands),
        },
        steps: Vec::new(),
    };
    let interpreter = text(&python.program)?;
    let begin = Begin { place, basis, interpreter: interpreter.clone(), tool: tool.clone() };
    draft.prepare(begin)?;
    draft.make(python, &interpreter, &why)?;
    draft.install(basis)?;
    for command in &commands {
        draft.command(command, basis)?;
    }
    draft.commit(place)?;
    Ok(Plan { steps: draft.steps, interpreter, python_version: python.version.to_string(), tool })
}

/// The manifest's commands as far as they are to be run. Where something weightier says what to install, those that
/// only do the same in the usual way are left out, and one that cannot be read does not keep it from being built.
fn commands(found: &Found, basis: Basis) -> Result<Vec<Command>, Error> {
    let mut commands = Vec::new();
    for text in found.commands.iter().filter(|text| !text.trim().is_empty()) {
        match Command::parse(text) {
            Ok(command) if basis == Basis::Commands || command.purpose == Purpose::Other => {
                commands.push(command)
            }
            Ok(_) => {}
            Err(_) if basis != Basis::Commands => {}
            Err(problem) => return Err(Error::Command { command: text.clone(), problem }),
        }
    }
    Ok(commands)
}

/// Whether pip must be in the environment itself: it takes seconds to put it there.
fn needs_pip(found: &Found, machine: &Machine, basis: Basis, commands: &[Command]) -> bool {
    match (&machine.uv, basis) {
        (Some(_), Basis::Commands) => {
            commands.iter().any(|command| runs(command, machine) && command.calls_pip())
        }
        (Some(_), _) => false,
        (None, Basis::Nothing) => !commands.is_empty(),
        (None, Basis::Lock | Basis::Project) => {
            let project = found.pyproject.as_ref();
            project.is_none_or(|project| project.package || !project.dependencies.is_empty())
                || !commands.is_empty()
        }
        (None, _) => true,
    }
}

fn runs(command: &Command, machine: &Machine) -> bool {
    match command.purpose {
        Purpose::MakeEnvironment | Purpose::Activate => false,
        Purpose::FetchUv => machine.uv.is_none(),
        Purpose::PreparePip | Purpose::InstallProject | Purpose::Other => true,
    }
}

/// The newest Python that satisfies what the agent says, and why it is the one.
fn choose<'a>(found: &Found, machine: &'a Machine) -> Result<(&'a Python, String), Error> {
    if machine.pythons.is_empty() {
        return Err(Error::NoPython { looked: machine.looked.clone() });
    }
    let project = found.pyproject.as_ref().and_then(|project| project.requires_python.as_deref());
    let said = [("requires-python", project), ("python_version", found.python_version.as_deref())];
    let said: Vec<_> = said.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
    let wanted: Vec<_> = said.iter().filter_map(|(_, text)| Wanted::parse(text)).collect();
    let accepted = |python: &&Python| wanted.iter().all(|wanted| wanted.accepts(python.version));
    let favourite = wanted.iter().find_map(|wanted| wanted.favourite);
    let is_favourite = |python: &Python| favourite == Some((python.version.major, python.version.minor));
    let rank = |python: &&Python| {
        (python.usual, machine.uv.is_some() || python.ensurepip, is_favourite(python), python.version)
    };
    let said: Vec<_> = said.iter().map(|(name, text)| format!("{name} {text:?}")).collect();
    let said = said.join(" and ");
    // The first of equals: what stands first on PATH.
    let newest = machine.pythons.iter().rev().filter(accepted).max_by_key(rank);
    let Some(python) = newest else {
        let found: Vec<_> = machine.pythons.iter().map(|p| p.version.to_string()).collect();
        return Err(Error::NoInterpreter { wanted: said, found: found.join(", ") });
    };
    let of = match machine.pythons.iter().filter(accepted).count() {
        1 => "the only Python here".to_owned(),
        many if is_favourite(python) => format!("the named one of {many} Pythons"),
        many => format!("the newest of {many} Pythons"),
    };
    let why = match (said.is_empty(), wanted.is_empty()) {
        (true, _) => of,
        (false, true) => format!("{of}; {said} is no version and was passed over"),
        (false, false) => format!("{of} for {said}"),
    };
    Ok((python, why))
}

/// A plan in the making.
struct Draft<'a> {
    found: &'a Found,
    machine: &'a Machine,
    site: Site,
    steps: Vec<Step>,
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

    fn prepare(&mut self, begin: Begin) -> Result<(), Error> {
        let (title, reason) = match begin.place {
            Place::Beside => ("make room", "built in .venv.new: what is there stays until the new one works"),
            Place::InPlace => ("make room", "what is there waits in .venv.old and comes back if this fails"),
        };
        self.verb(title, reason, &Verb::Prepare { directory: self.found.directory.clone(), begin })
    }

    fn commit(&mut self, place: Place) -> Result<(), Error> {
        let (title, reason) = match place {
            Place::Beside => ("swap it in", "the new environment is checked, then takes the place of .venv"),
            Place::InPlace => ("accept it", "the new environment is checked, then .venv.old is deleted"),
        };
        self.verb(title, reason, &Verb::Commit { directory: self.found.directory.clone() })
    }

    /// The environment itself.
    fn make(&mut self, python: &Python, interpreter: &str, why: &str) -> Result<(), Error> {
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
    fn install(&mut self, basis: Basis) -> Result<(), Error> {
        let project = self.found.pyproject.clone().unwrap_or_default();
        let uv = self.site.uv.is_some();
        match basis {
            Basis::Lock if uv => self.sync(&["--frozen"], "uv.lock and pyproject.toml found")?,
            Basis::Project if uv => self.sync(&[], "pyproject.toml found")?,
            Basis::Lock | Basis::Project if project.package => {
                self.add(&["-e", "."], "pyproject.toml found; without uv, pip reads it");
            }
            Basis::Lock | Basis::Project if !project.dependencies.is_empty() => {
                let reason = "pyproject.toml's dependencies; it has no build system";
                self.requirements(&project.dependencies, reason);
            }
            Basis::Requirements => self.add(&["-r", "requirements.txt"], "requirements.txt found"),
            Basis::Package => {
                let file = if self.found.setup { "setup.py" } else { "pyproject.toml" };
                self.add(&["-e", "."], &format!("{file} found"));
            }
            Basis::Dependencies => {
                let dependencies = self.found.dependencies.clone();
                self.requirements(&dependencies, "the manifest's dependencies");
            }
            Basis::Lock | Basis::Project | Basis::Commands | Basis::Nothing => {}
        }
        Ok(())
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
    fn requirements(&mut self, requirements: &[String], reason: &str) {
        let mut words = vec!["--"];
        words.extend(requirements.iter().map(String::as_str));
        self.add(&words, reason);
    }

    fn add(&mut self, words: &[&str], reason: &str) {
        let mut argv = match &self.site.uv {
            Some(uv) => {
                let mut argv = uv_argv(uv, &["pip", "install"]);
                argv.extend(["--python".to_owned(), self.site.python.clone()]);
                argv
            }
            None => {
                let flags = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
                let mut argv = vec![self.site.python.clone()];
                argv.extend(flags.map(str::to_owned));
                argv.extend(["--progress-bar".to_owned(), "off".to_owned()]);
                argv
            }
        };
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        let tool = if self.site.uv.is_some() { "uv pip install" } else { "pip install" };
        let shown = words.iter().filter(|word| **word != "--").copied();
        let title = [tool].into_iter().chain(shown).collect::<Vec<_>>().join(" ");
        self.push(&title, reason, argv);
    }

    /// A command of the manifest, shown as it is written.
    fn command(&mut self, command: &Command, basis: Basis) -> Result<(), Error> {
        let environment = text(&self.site.environment)?;
        let (path, foreign) = (self.machine.path.clone(), command.is_foreign());
        let skip = match command.purpose {
            _ if runs(command, self.machine) => None,
            Purpose::FetchUv => Some("uv is here already"),
            _ => Some("done already: the environment is there"),
        };
        let reason = if basis == Basis::Commands {
            "the manifest's installation command; nothing else says what to install"
        } else {
            "the manifest's installation command, beside the packages"
        };
        let argv = command.argv(&self.site);
        let python = self.site.python.clone();
        let step = self.push(&command.text, reason, argv);
        step.skip = skip.map(str::to_owned);
        set(step, "VIRTUAL_ENV", &environment);
        set(step, "UV_PROJECT_ENVIRONMENT", &environment);
        set(step, "PATH", &format!("{environment}/bin:{path}"));
        if foreign {
            // A pip that is found elsewhere works in this environment, or, if it is too old for that, not at all.
            set(step, "PIP_PYTHON", &python);
            set(step, "PIP_REQUIRE_VIRTUALENV", "1");
        }
        Ok(())
    }
}

fn set(step: &mut Step, name: &str, value: &str) {
    step.remove.retain(|removed| removed != name);
    step.set.push((name.to_owned(), value.to_owned()));
}

/// uv with its output made for a pipe: one clean line for each event.
fn uv_argv(uv: &str, words: &[&str]) -> Vec<String> {
    let flags = ["--color", "never", "--no-progress"];
    [uv].iter().chain(words).chain(&flags).map(|word| (*word).to_owned()).collect()
}

fn text(path: &std::path::Path) -> Result<String, Error> {
    path.to_str().map(str::to_owned).ok_or_else(|| Error::Path(path.into()))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
