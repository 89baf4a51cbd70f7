//! An environment as `plugdeck info` tells it: what made it, from what, what is in it, what it takes.

use serde::Serialize;

use crate::text;
use crate::venv::details::Details;
use crate::venv::disk::Disk;
use crate::venv::inputs::Change;
use crate::venv::packages::{Changes, Package};
use crate::venv::stamp::Environment;

/// `environment_details` of `info --json`. What does not apply, or is not known, is null.
#[derive(Serialize)]
pub struct EnvironmentRow<'a> {
    /// Why it is stale or broken.
    reason: Option<&'a str>,
    interpreter: Option<&'a str>,
    python_version: Option<&'a str>,
    /// Only of one that plugdeck built: with what, when, from what.
    tool: Option<&'a str>,
    built_ms: Option<i64>,
    basis: Option<&'static str>,
    inputs: Vec<InputRow<'a>>,
    /// What is wrong with the files that the next build reads.
    problems: &'a [String],
    disk_bytes: Option<u64>,
    shared_bytes: Option<u64>,
    packages: &'a [Package],
    /// How the last build changed the packages; null where there was nothing before it.
    changes: Option<&'a Changes>,
}

#[derive(Serialize)]
struct InputRow<'a> {
    name: &'a str,
    changed: bool,
}

impl<'a> EnvironmentRow<'a> {
    /// The object for these details.
    #[must_use]
    pub fn of(details: &'a Details) -> Self {
        let stamp = details.stamp.as_ref();
        let input =
            |(name, change): &'a (String, Change)| InputRow { name, changed: *change != Change::None };
        Self {
            reason: reason(&details.state),
            interpreter: details.interpreter.as_deref(),
            python_version: details.python.as_deref(),
            tool: stamp.map(|stamp| stamp.tool.as_str()),
            built_ms: stamp.map(|stamp| stamp.built_ms),
            basis: stamp.map(|stamp| stamp.basis.word()),
            inputs: details.inputs.iter().map(input).collect(),
            problems: &details.problems,
            disk_bytes: details.disk.map(|disk| disk.bytes),
            shared_bytes: details.disk.map(|disk| disk.shared_bytes),
            packages: &details.packages,
            changes: stamp.and_then(|stamp| stamp.changes.as_ref()),
        }
    }
}

fn reason(environment: &Environment) -> Option<&str> {
    match environment {
        Environment::Stale { reason, .. } | Environment::Broken { reason } => Some(reason),
        Environment::None | Environment::Ready { .. } | Environment::Building => None,
    }
}

/// The state's word and what belongs to it.
#[must_use]
pub fn state(environment: &Environment) -> String {
    let word = environment.word();
    match environment {
        Environment::None | Environment::Building => word.to_owned(),
        Environment::Ready { python } => match python {
            Some(version) => format!("{word}, python {version}"),
            None => word.to_owned(),
        },
        Environment::Stale { reason, .. } | Environment::Broken { reason } => format!("{word}: {reason}"),
    }
}

/// Facts and packages for a person: a label and a value each, and lines of packages.
#[must_use]
pub fn page(details: &Details) -> String {
    let safe = |part: &str| text::safe(part.as_bytes());
    let mut page = String::new();
    let mut fact = |name: &str, value: &str| page += &format!("  {name:<12} {}\n", safe(value));
    for problem in &details.problems {
        fact("problem", problem);
    }
    let Some(disk) = &details.disk else { return page };
    if let Some(interpreter) = &details.interpreter {
        fact("interpreter", interpreter);
    }
    match &details.stamp {
        Some(stamp) => {
            let built = jiff::Timestamp::from_millisecond(stamp.built_ms).unwrap_or_default();
            fact("built", &format!("{built:.0} by {} from {}", stamp.tool, stamp.basis.told()));
        }
        None => fact("built", "by somebody else"),
    }
    for (name, change) in details.inputs.iter().filter(|(_, change)| *change != Change::None) {
        fact("input", &format!("{name} {} since the build", change.word()));
    }
    fact("disk", &room(disk));
    if let Some(stamp) = &details.stamp {
        fact("last build", &stamp.told());
    }
    let mut packages = String::new();
    for package in &details.packages {
        let size = package.bytes.map_or(String::new(), megabytes);
        let editable =
            package.editable.as_ref().map_or(String::new(), |folder| format!("  editable, {folder}"));
        let line = format!("{:<32} {:<16} {size:>10}{editable}", package.name, package.version);
        packages += &format!("    {}\n", safe(&line));
    }
    page += &packages;
    page
}

fn room(disk: &Disk) -> String {
    let most = if disk.more { "more than " } else { "" };
    let shared = match disk.shared_bytes {
        0 => String::new(),
        shared => format!(", {} of them shared with other folders (hard links)", megabytes(shared)),
    };
    format!("{most}{} in {} files{shared}", megabytes(disk.bytes), disk.files)
}

#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
