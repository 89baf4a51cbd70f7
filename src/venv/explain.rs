//! Why a build's step failed, read from what uv or pip said: pure. Their wordings differ from version to version, so
//! matching is loose, and whoever shows an explanation shows their whole text too. What is not recognised is not
//! explained: no explanation is better than a wrong one.

mod clash;
mod compiling;
mod said;

use serde::Serialize;

use crate::venv::explain::said::{Said, after, between};

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub kind: Kind,
    /// One or two; of a conflict the two requirements, each with who asks for it. As the tool wrote them: not safe
    /// for a terminal where the tool's own text is not.
    pub lines: Vec<String>,
    /// What to do: one sentence.
    pub action: String,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Two requirements that no version satisfies.
    Conflict,
    MissingPackage,
    NoNetwork,
    /// No Python here, or none that a package accepts.
    NoPython,
    /// A package had to be built from its sources, and could not be.
    Compilation,
    NoDisk,
    /// A line that is no requirement.
    BadRequirement,
    /// A `pyproject.toml` that cannot be read.
    BadProject,
    /// A `uv.lock` that cannot be read, or is of something else.
    LockMismatch,
    /// Something asked a question; a build has nobody to answer.
    WaitsForInput,
}

impl Kind {
    /// What a person calls it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::MissingPackage => "missing package",
            Self::NoNetwork => "no network",
            Self::NoPython => "no python",
            Self::Compilation => "compilation",
            Self::NoDisk => "no disk space",
            Self::BadRequirement => "bad requirement",
            Self::BadProject => "bad pyproject.toml",
            Self::LockMismatch => "uv.lock does not match",
            Self::WaitsForInput => "waits for input",
        }
    }

    fn with(self, lines: Vec<String>) -> Explanation {
        let action = match self {
            Self::Conflict => {
                "Loosen or remove one of the two, or choose another version of who asks for it, and build again."
            }
            Self::MissingPackage => {
                "Correct the name or the version where it is asked for, or name the index that has it \
                 (UV_INDEX, PIP_EXTRA_INDEX_URL), and build again."
            }
            Self::NoNetwork => {
                "Check the connection, the proxy (HTTPS_PROXY) and the index (UV_DEFAULT_INDEX, PIP_INDEX_URL), and \
                 build again."
            }
            Self::NoPython => {
                "Install a Python that fits, for example with `uv python install`, or loosen what asks for it, and \
                 build again."
            }
            Self::Compilation => {
                "Install the compiler, header or library that is missing, or ask for a version that has a wheel for \
                 this Python, and build again."
            }
            Self::NoDisk => {
                "Make room (`plugdeck doctor` tells what is free), or move the cache (UV_CACHE_DIR, PIP_CACHE_DIR, \
                 TMPDIR), and build again."
            }
            Self::BadRequirement => "Correct this line and build again.",
            Self::BadProject => "Correct the agent's pyproject.toml and build again.",
            Self::LockMismatch => "Write it anew with `uv lock` in the agent's folder, and build again.",
            Self::WaitsForInput => {
                "Give what it asks for beforehand (a flag, a variable, stored credentials), and build again."
            }
        };
        Explanation { kind: self, lines, action: action.to_owned() }
    }
}

/// Reads why a step failed from all it said.
#[must_use]
pub fn explain(text: &str) -> Option<Explanation> {
    let said = Said::new(text);
    // The first that fits: a full disk looks like a failed compilation too, a conflict like a missing package.
    [
        no_disk,
        lock,
        project,
        requirement,
        clash::explain,
        no_python,
        no_network,
        missing,
        waits_for_input,
        compiling::explain,
    ]
    .into_iter()
    .find_map(|of| of(&said))
}

fn no_disk(said: &Said) -> Option<Explanation> {
    let line =
        said.line(&["No space left on device", "Disk quota exceeded", "os error 28)", "os error 122)"])?;
    Some(Kind::NoDisk.with(vec![line.to_owned()]))
}

fn lock(said: &Said) -> Option<Explanation> {
    let line = said.line(&[
        "he lockfile at ",
        "Could not find root package",
        "Failed to parse `uv.lock`",
        "Failed to parse: `uv.lock`",
        "Hash mismatch for",
        "THESE PACKAGES DO NOT MATCH THE HASHES",
        "uv.lock cannot be read",
    ])?;
    let mut lines = vec![line.to_owned()];
    lines.extend(said.toml_error());
    Some(Kind::LockMismatch.with(lines))
}

fn project(said: &Said) -> Option<Explanation> {
    let parsing = said.lines().iter().any(|line| {
        let failed = line.starts_with("Failed to parse") || line.starts_with("Failed to read");
        failed && line.contains("pyproject.toml") && !line.contains("settings discovery")
    });
    let reason = if parsing {
        said.toml_error().or_else(|| said.line(&["table", "field"]).map(str::to_owned))
    } else {
        let by_pip = said.line(&["TOMLDecodeError: "]).and_then(|line| after(line, "TOMLDecodeError: "));
        let by_backend = said.line(&["invalid pyproject.toml config: ", "configuration error: "]);
        let none =
            said.line(&["No `pyproject.toml` found", "No `project` table found", "neither 'setup.py' nor"]);
        by_pip.or(by_backend).or(none).map(str::to_owned)
    };
    Some(Kind::BadProject.with(vec![reason.map(|reason| format!("pyproject.toml: {reason}"))?]))
}

fn requirement(said: &Said) -> Option<Explanation> {
    // pip: Invalid requirement: 'this is !! bad' (from line 2 of requirements.txt)
    if let Some(rest) =
        said.line(&["Invalid requirement: "]).and_then(|line| after(line, "Invalid requirement: "))
    {
        let quoted = rest.split_once(' ').map_or(rest, |_| between(rest, "'", "'").unwrap_or(rest));
        let place = said.line(&["(from line "]).and_then(|line| between(line, "(from line ", ")"));
        let place = place.and_then(|place| place.split_once(" of "));
        let line = match place {
            Some((number, file)) => format!("{file}, line {number}: {quoted}"),
            None => format!("no requirement: {quoted}"),
        };
        let mut lines = vec![line];
        lines.extend(said.line(&["It looks like a path"]).map(str::to_owned));
        return Some(Kind::BadRequirement.with(lines));
    }
    // uv: the line stands below, with a caret under what is wrong with it.
    let head = said.line(&[
        "Couldn't parse requirement in",
        "Unsupported requirement in",
        "Failed to parse: `",
        "Could not open requirements file",
        "Unexpected '",
        "error: File not found: `",
    ])?;
    let at = said.lines().iter().position(|line| line == head)?;
    let reason = said.lines().get(at + 1).filter(|reason| !reason.is_empty());
    let culprit = said.above_caret(at);
    let file = between(head, "`", "`").filter(|_| head.contains("requirement in"));
    let mut lines = match (file, culprit) {
        (Some(file), Some(culprit)) => vec![format!("{file}: {culprit}")],
        (None, Some(culprit)) if head.starts_with("Failed to parse") => {
            vec![format!("no requirement: {culprit}")]
        }
        _ => vec![head.to_owned()],
    };
    lines.extend(reason.filter(|_| culprit.is_some()).cloned());
    Some(Kind::BadRequirement.with(lines))
}

fn no_python(said: &Said) -> Option<Explanation> {
    let line = said.line(&[
        "No interpreter found for",
        "which is incompatible with the project's Python requirement",
        "does not satisfy Python",
    ]);
    if let Some(line) = line {
        return Some(Kind::NoPython.with(vec![line.to_owned()]));
    }
    // pip: Package 'newer' requires a different Python: 3.11.7 not in '>=3.99'
    let line = said.line(&["requires a different Python: "]);
    if let Some((who, (have, wanted))) = line
        .and_then(|line| line.split_once(" requires a different Python: "))
        .and_then(|(who, rest)| Some((who, rest.split_once(" not in ")?)))
    {
        let name = between(who, "'", "'").unwrap_or(who);
        let wanted = wanted.trim_matches('\'');
        return Some(Kind::NoPython.with(vec![
            format!("{name} asks for Python{wanted}"),
            format!("the environment has Python {have}"),
        ]));
    }
    let ignored = said.line(&["require a different python version: "])?;
    let none = said.line(&["(from versions: none)"])?;
    let name = after(none, "satisfies the requirement ")?.split(" (").next()?;
    let wanted = after(ignored, "Requires-Python ")?.split(';').next_back()?;
    Some(Kind::NoPython.with(vec![format!("every version of {name} asks for another Python: {wanted}")]))
}

/// What tells that another machine was not reached.
const UNREACHED: &[&str] = &[
    "failed to lookup address",
    "dns error",
    "tcp connect error",
    "Connection refused",
    "Connection reset",
    "Network is unreachable",
    "No route to host",
    "Could not connect, are you offline",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Failed to establish a new connection",
    "connection broken by",
    "Could not resolve host",
    "Couldn't connect to server",
    "operation timed out",
    "Connection timed out",
    "timed out while",
    "certificate verify failed",
    "invalid peer certificate",
    "HTTP status ",
    "Network connectivity is disabled",
];

fn no_network(said: &Said) -> Option<Explanation> {
    let reason = said.last_line(UNREACHED)?;
    // A package that was fetched in the end and could not be built is no matter of the network.
    if reason.contains("connection broken by") && said.line(&["(from versions: none)", "Could not"]).is_none()
    {
        return None;
    }
    let reason = match after(reason, ": Failed to establish a new connection: ") {
        Some(rest) => rest.split(['\'', '"', ')']).next().unwrap_or(rest),
        None => reason,
    };
    let place = said
        .line(&["Failed to fetch: ", "Failed to download", "unable to access '", "Looking in indexes: "])
        .and_then(said::address);
    let mut lines: Vec<String> = place.map(|place| format!("{place} was not reached")).into_iter().collect();
    lines.push(reason.to_owned());
    Some(Kind::NoNetwork.with(lines))
}

/// What neither a resolver's reasoning nor the network explains; pip's words.
fn missing(said: &Said) -> Option<Explanation> {
    if let Some(line) = said.line(&["Distribution not found at"]) {
        return Some(Kind::MissingPackage.with(vec![line.to_owned()]));
    }
    let line = said.line(&["No matching distribution found for "])?;
    let (name, asker) = split_asker(after(line, "No matching distribution found for ")?);
    let versions = said.line(&["(from versions: "]);
    let asker = asker.or_else(|| versions.and_then(|line| split_asker(after(line, "the requirement ")?).1));
    let there = versions.and_then(|line| between(line, "(from versions: ", ")"));
    let first = match there {
        Some("none") | None => format!("{name} was not found"),
        Some(versions) => format!("{name} was not found, only {}", said::last_words(versions, ", ", 5)),
    };
    let who = asker.map_or_else(|| said::AGENT.to_owned(), str::to_owned);
    Some(Kind::MissingPackage.with(vec![first, format!("{who} asks for it")]))
}

/// `nosuch (from extra)` as the requirement and who asks for it.
fn split_asker(text: &str) -> (&str, Option<&str>) {
    let name = text.split(" (from").next().unwrap_or(text);
    let asker =
        between(text, "(from ", ")").filter(|who| !who.starts_with("versions") && !who.starts_with("-r "));
    (name, asker.map(|who| who.split("->").next().unwrap_or(who)))
}

fn waits_for_input(said: &Said) -> Option<Explanation> {
    let line = said.last_line(&[
        "EOFError: EOF when reading a line",
        "could not read Username",
        "could not read Password",
        "terminal prompts disabled",
        "Host key verification failed",
        "a terminal is required",
        "--no-input was passed",
    ])?;
    Some(Kind::WaitsForInput.with(vec![line.to_owned()]))
}

#[cfg(test)]
mod tests;
