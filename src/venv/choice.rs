//! Which Python an environment is made with, and why that one.

use crate::venv::error::Error;
use crate::venv::machine::{Machine, Python};
use crate::venv::probe::Found;
use crate::venv::version::Wanted;

/// The newest Python that satisfies what the agent says, and why it is the one.
pub fn choose<'a>(found: &Found, machine: &'a Machine) -> Result<(&'a Python, String), Error> {
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
        let looked = machine.looked.clone();
        return Err(Error::NoInterpreter { wanted: said, found: found.join(", "), looked });
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
