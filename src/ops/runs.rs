//! The recorded runs: live and ended ones.

use std::io;

use crate::agent::protocol;
use crate::ops::{Context, Rejected, Why, sweep};
use crate::run::dir::RunDir;
use crate::run::output::{self, Stream};
use crate::run::samples::{self, Sample};
use crate::run::spec::RunId;
use crate::run::store::Store;
use crate::run::view::RunView;
use crate::run::walk::StreamFile;

/// Where this user's runs are.
#[must_use]
pub fn store(context: &Context) -> Store {
    Store { runs: context.paths.runs() }
}

/// A run directory that cannot be read harms only itself: its id, and why.
pub type Listed = Result<RunView, (RunId, String)>;

/// All runs, the newest first.
pub fn list(context: &Context) -> Result<Vec<Listed>, Rejected> {
    Ok(dirs(context)?.into_iter().map(open).collect())
}

/// The runs whose supervisor is alive, the newest first. Ended ones cost a look at their lock.
pub fn live(context: &Context) -> Result<Vec<Listed>, Rejected> {
    Ok(dirs(context)?.into_iter().filter(RunDir::is_supervised).map(open).collect())
}

/// The run with this id, or the beginning of its last four digits.
pub fn find(context: &Context, id: &str) -> Result<RunView, Rejected> {
    // A folder that cannot be read is no folder without this run.
    dirs(context)?;
    let dir = store(context).find(id).map_err(|error| Rejected::new(Why::NotFound, error.to_string()))?;
    open(dir).map_err(|(id, error)| Rejected::new(Why::Machine, format!("run {id} cannot be read: {error}")))
}

fn dirs(context: &Context) -> Result<Vec<RunDir>, Rejected> {
    let store = store(context);
    store.list().map_err(|error| {
        let folder = context.paths.shorten(&store.runs);
        Rejected::new(Why::Machine, format!("the runs in {folder} cannot be read: {error}"))
    })
}

fn open(dir: RunDir) -> Listed {
    let id = dir.id();
    RunView::open(dir).map_err(|error| (id, error.to_string()))
}

/// The last look at a run's processes; `None` when it ended before the first.
#[must_use]
pub fn last_sample(run: &RunView) -> Option<Sample> {
    samples::Reader::default().read_new(&run.dir.samples()).ok()?.pop()
}

/// For how long a live run has printed nothing; milliseconds.
#[must_use]
pub fn silence_ms(run: &RunView) -> Option<u64> {
    if !run.state().is_live() {
        return None;
    }
    let last_ms = output::last_us(&run.dir).unwrap_or(0) / 1_000;
    let elapsed = u64::try_from(run.elapsed().as_millis()).ok()?;
    Some(elapsed.saturating_sub(last_ms))
}

/// Whether a live run has been silent for longer than is worth a notice.
#[must_use]
pub fn is_stuck(run: &RunView) -> bool {
    let notice = run.spec.limits.silence_notice_ms;
    notice.zip(silence_ms(run)).is_some_and(|(notice, silence)| silence >= notice)
}

/// A run's result, as far as it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultText {
    None,
    /// JSON that any strict parser reads.
    Json(String),
    /// The agent's own text, which is no such JSON, and why: the end of a sentence that begins with "the result".
    Text(String, String),
}

/// Reads the result from the recorded output.
pub fn result(run: &RunView) -> io::Result<ResultText> {
    let Some((start, end)) = run.status.outcome.as_ref().and_then(|outcome| outcome.result) else {
        return Ok(ResultText::None);
    };
    let hole = run.holes.clone().look(&run.dir)?[Stream::Out.index()];
    let bytes = StreamFile::open(&run.dir, Stream::Out, hole)?.range(start, end)?;
    Ok(match protocol::strict(&bytes) {
        Ok(json) => ResultText::Json(json),
        Err(reason) => ResultText::Text(String::from_utf8_lossy(&bytes).into_owned(), reason),
    })
}

/// Removes old runs beyond the settings' limits, where it is time to look: of `kept` ones a sixteenth too many may
/// stand, so that not every call has to remove one; and their sizes are only looked at where they are to be `weighed`.
/// Called after a run has started or ended, never before.
pub fn prune_if_due(context: &Context, kept: usize, weighed: bool) {
    let most = context.settings.keep_runs;
    let sizes = weighed.then_some(context.settings.keep_bytes);
    if sizes.is_some() || kept > most + most / 16 {
        // What cannot be removed now is tried again the next time.
        let _ = store(context).prune(most, sizes);
        sweep::forget_missing(context);
    }
}
