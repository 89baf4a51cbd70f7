//! The recorded runs: live and ended ones.

use crate::ops::Context;
use crate::run::store::Store;
use crate::run::view::RunView;

/// Where this user's runs are.
#[must_use]
pub fn store(context: &Context) -> Store {
    Store { runs: context.paths.runs() }
}

/// A run directory that cannot be read harms only itself: its id, and why.
pub type Listed = Result<RunView, (crate::run::spec::RunId, String)>;

/// The newest `most` runs, the newest first.
#[must_use]
pub fn list(context: &Context, most: usize) -> Vec<Listed> {
    let dirs = store(context).list().unwrap_or_default();
    dirs.into_iter()
        .take(most)
        .map(|dir| {
            let id = dir.id();
            RunView::open(dir).map_err(|error| (id, error.to_string()))
        })
        .collect()
}
