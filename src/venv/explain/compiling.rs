//! A package that could not be built from its sources: which one, and the first line that names an error.

use crate::venv::explain::said::{Said, after, between};
use crate::venv::explain::{Explanation, Kind};

/// Lines that begin what a build said.
const BEGINNINGS: &[&str] = &["[stdout]", "[stderr]", "lines of output]"];

/// What only compilers, linkers and their callers say.
const COMPILERS: &[&str] = &[
    ": fatal error: ",
    ": error: ",
    "error[E",
    "undefined reference",
    "cannot find -l",
    "CMake Error",
    "unable to execute '",
    "error: command '",
    "Rust compiler",
    "the Rust package manager, is not installed",
];

pub fn explain(said: &Said) -> Option<Explanation> {
    let package = package(said);
    let lines = said.lines();
    let from = lines.iter().position(|line| BEGINNINGS.iter().any(|begin| line.contains(begin)));
    let told = &lines[from.map_or(0, |at| at + 1)..];
    let compiler = told.iter().find(|line| COMPILERS.iter().any(|part| line.contains(part)));
    if package.is_none() && compiler.is_none() {
        return None;
    }
    // Without a compiler's word: the exception's last line, which is the first one that is no part of the trace.
    let first = compiler.or_else(|| told.iter().find(|line| is_exception(line)));
    let mut explained: Vec<String> =
        package.map(|package| format!("{package} could not be built from its sources")).into_iter().collect();
    explained.extend(first.cloned());
    Some(Kind::Compilation.with(explained))
}

/// `agent-comp` of the many ways to say that it failed.
fn package(said: &Said) -> Option<&str> {
    let line = said.line(&["Failed to build", "Failed building wheel for ", "Building wheel for "]);
    let line = line.or_else(|| said.line(&["did not run successfully"]))?;
    let quoted = between(line, "`", "`").or_else(|| between(line, "'", "'"));
    let plain = ["Failed building wheel for ", "Building wheel for ", "Failed to build "]
        .iter()
        .find_map(|words| after(line, words));
    let name = quoted.or(plain).unwrap_or("a package").split(" @ ").next()?.split(" (").next()?;
    Some(name.rsplit('/').next().unwrap_or(name))
}

/// `ValueError: no`, `package.errors.SomeError: no`: a name that is an exception's.
fn is_exception(line: &str) -> bool {
    let Some((name, _)) = line.split_once(": ") else { return false };
    let ends = ["Error", "Exception", "Exit", "Interrupt"].iter().any(|end| name.ends_with(end));
    ends && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
}
