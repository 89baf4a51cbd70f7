//! What to do, from what is there: pure. Every step names its interpreter or its environment, and runs without the
//! variables that would lead it into another one: started from an activated project, a plain `uv pip install` puts
//! an agent's packages into the user's own environment, with exit code 0.

use std::path::Path;

use crate::run::spec::Step;
use crate::venv::choice::choose;
use crate::venv::command::{Command, Purpose, Site};
use crate::venv::draft::Draft;
use crate::venv::error::Error;
use crate::venv::fetched;
use crate::venv::folder::Place;
use crate::venv::machine::{Machine, Uv};
use crate::venv::probe::{Basis, Found};
use crate::venv::swap::Begin;

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

/// What a person decided about a build.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The manifest's own `installation.commands`, and nothing else.
    pub literal: bool,
    /// Where there is no uv, one is fetched.
    pub fetch_uv: bool,
}

/// How an environment will be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In order; each with its reason. The first and the last are plugdeck itself.
    pub steps: Vec<Step>,
    /// The Python the environment is made with, for example `/usr/bin/python3.12`.
    pub interpreter: String,
    /// Its version, for example `3.12.1`.
    pub python_version: String,
    /// `uv 0.13.9`, `uv` where it is yet to be fetched, or `pip`.
    pub tool: String,
    /// The machine has no uv, fetched or not.
    pub lacks_uv: bool,
    /// One of the manifest's commands brings a uv into the environment, for the commands after it.
    pub brings_uv: bool,
    /// The manifest has commands that could be followed instead.
    pub has_commands: bool,
    /// What will not be as one may expect, a sentence each.
    pub warnings: Vec<String>,
}

/// Plans the build of an environment. `runs` is where the run directories are.
pub fn plan(found: &Found, machine: &Machine, runs: &Path, wish: Wish) -> Result<Plan, Error> {
    let basis = if wish.literal { Basis::Commands } else { found.basis() };
    let commands = commands(found, basis)?;
    if wish.literal && commands.is_empty() {
        return Err(Error::NoCommands);
    }
    let lacks_uv = machine.uv.is_none();
    let fetched = Uv { program: machine.fetched.join(fetched::PROGRAM), version: String::new() };
    let machine = &match lacks_uv && wish.fetch_uv {
        true => Machine { uv: Some(fetched), ..machine.clone() },
        false => machine.clone(),
    };
    let of_project = matches!(basis, Basis::Lock | Basis::Project);
    let wrong = found.pyproject.as_ref().and_then(|project| project.wrong.clone());
    // uv reads the file itself and says what is wrong with it; pip would be told the dependencies one by one.
    if let (true, Some(wrong), None) = (of_project, wrong, &machine.uv) {
        return Err(Error::Project { path: found.directory.join("pyproject.toml"), wrong });
    }
    let (python, why) = choose(found, machine)?;
    let place = match machine.uv {
        // Anybody's code may write the environment's path anywhere, so what it builds is not moved.
        Some(_) if basis != Basis::Commands => Place::Beside,
        _ => Place::InPlace,
    };
    let environment = found.directory.join(place.folder());
    let tool = machine.uv.as_ref().map_or_else(|| "pip".to_owned(), |uv| format!("uv {}", uv.version));
    let tool = tool.trim_end().to_owned();
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
    draft.prepare(begin, runs)?;
    if lacks_uv && wish.fetch_uv {
        draft.fetch(python)?;
    }
    draft.make(python, &interpreter, &why)?;
    draft.install(basis)?;
    let reason = match basis {
        _ if wish.literal => "the manifest's installation command, as asked for",
        Basis::Commands => "the manifest's installation command; nothing else says what to install",
        Basis::Lock
        | Basis::Project
        | Basis::Requirements
        | Basis::Package
        | Basis::Dependencies
        | Basis::Nothing => "the manifest's installation command, beside the packages",
    };
    for command in &commands {
        draft.command(command, reason)?;
    }
    draft.commit(place)?;
    let python_version = python.version.to_string();
    let has_commands = found.commands.iter().any(|command| !command.trim().is_empty());
    let brings_uv = machine.uv.is_none() && commands.iter().any(Command::brings_uv);
    let mismatch = found.mismatch.iter().filter(|_| basis == Basis::Lock && machine.uv.is_some());
    let warnings = mismatch.cloned().chain(without_uv(machine, &commands)).collect();
    let steps = draft.steps;
    Ok(Plan { steps, interpreter, python_version, tool, lacks_uv, brings_uv, has_commands, warnings })
}

/// The first command that cannot do without uv, where none is there by then.
fn without_uv(machine: &Machine, commands: &[Command]) -> Option<String> {
    // What pip, a shell or a program of somebody else's brings along is not known.
    let known = |command: &&Command| !command.brings_uv() && !command.is_foreign() && !command.calls_pip();
    let mut before = commands.iter().take_while(known);
    let command = before.find(|command| command.runs(false) && command.needs_uv())?;
    machine.uv.is_none().then(|| {
        format!("the manifest's command `{}` needs uv, and none was found: let one be fetched", command.text)
    })
}

/// The manifest's commands as far as they are to be run. Where something weightier says what to install, those that
/// only do the same in the usual way are left out, and one that cannot be read does not keep it from being built.
fn commands(found: &Found, basis: Basis) -> Result<Vec<Command>, Error> {
    let mut commands = Vec::new();
    for text in found.commands.iter().filter(|text| !text.trim().is_empty()) {
        match Command::parse(text) {
            Ok(command) if basis == Basis::Commands || command.purpose == Purpose::Other => {
                commands.push(command);
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
            commands.iter().any(|command| command.runs(true) && command.calls_pip())
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

/// A path as text.
pub(super) fn text(path: &Path) -> Result<String, Error> {
    path.to_str().map(str::to_owned).ok_or_else(|| Error::Path(path.into()))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
