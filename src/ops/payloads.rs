//! The payloads of earlier runs.

use std::collections::HashSet;

use crate::run::dir::RunDir;

/// Bytes of payloads that are read at most; older ones are left out.
const MOST: usize = 32 << 20;

/// The distinct payloads of these runs, in their order: the last digits of the newest run that had it, and its JSON.
/// A run that cannot be read is passed over.
#[must_use]
pub fn distinct(runs: &[RunDir]) -> Vec<(String, String)> {
    let (mut seen, mut bytes) = (HashSet::new(), 0);
    let mut found = Vec::new();
    for run in runs {
        let Some(payload) = run.read_spec().ok().and_then(|spec| spec.payload) else { continue };
        bytes += payload.get().len();
        if bytes > MOST {
            break;
        }
        if seen.insert(payload.get().to_owned()) {
            found.push((run.id().short().to_owned(), payload.get().to_owned()));
        }
    }
    found
}
