//! Waiting for the calls of an agent to end: a running agent is right neither in the old environment nor in the new
//! one.

use std::fs;
use std::path::Path;

use crate::run::dir::RunDir;
use crate::run::spec::{Kind, RunSpec};
use crate::run::store::Store;
use crate::venv::error::Error;

/// Returns when no call of the agent in this folder goes on, and says for which it waits. New ones do not come: the
/// build is marked by now.
pub fn for_calls(directory: &Path, runs: &Path, mut say: impl FnMut(&str)) -> Result<(), Error> {
    let store = Store { runs: runs.to_path_buf() };
    loop {
        let dirs = store.list().map_err(Error::io("list", runs))?;
        let Some((dir, spec)) = dirs.into_iter().find_map(|dir| call_of(dir, directory)) else {
            return Ok(());
        };
        say(&sentence(&dir, &spec));
        dir.wait_for_supervisor().map_err(Error::io("wait for", dir.path))?;
    }
}

/// What this run is, where it is a call of this agent that goes on. One that cannot be read might be of any agent:
/// it stands in nobody's way.
fn call_of(dir: RunDir, directory: &Path) -> Option<(RunDir, RunSpec)> {
    if !dir.is_supervised() {
        return None;
    }
    let spec = dir.read_spec().ok()?;
    let here = || matches!((fs::canonicalize(&spec.directory), fs::canonicalize(directory)), (Ok(a), Ok(b)) if a == b);
    (spec.kind == Kind::Call && (spec.directory == directory || here())).then_some((dir, spec))
}

fn sentence(dir: &RunDir, spec: &RunSpec) -> String {
    let method = spec.method.as_deref().unwrap_or_default();
    let since = jiff::Timestamp::from_millisecond(spec.created_ms).unwrap_or_default();
    let since = since.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S");
    format!("waiting for run {} ({} {method}, since {since}) to end", dir.id().short(), spec.agent)
}
