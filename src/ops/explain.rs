//! Why a build failed, for whoever shows it: a reading of what was recorded, so it is there for old runs as well.

use crate::run::dir::RunDir;
use crate::run::last;
use crate::run::spec::Kind;
use crate::run::status::State;
use crate::run::view::RunView;
use crate::venv::explain::{self, Explanation};

/// Bytes at the end of each of a step's streams in which the reason is looked for.
const MOST: u64 = 256 << 10;

/// What the failed step of this run says, if the run is a build that failed and the words are known.
#[must_use]
pub fn explain(dir: &RunDir) -> Option<Explanation> {
    let mut run = RunView::open(dir.clone()).ok().filter(is_failed_build)?;
    run.refresh().ok()?;
    let step = run.status.steps.iter().rev().find_map(|step| step.started_us)?;
    let said = last::since(dir, step, MOST).ok()?;
    explain::explain(&String::from_utf8_lossy(&said))
}

/// Whether there is something to explain.
#[must_use]
pub fn is_failed_build(run: &RunView) -> bool {
    run.spec.kind == Kind::Build && run.state() == State::Failed
}
