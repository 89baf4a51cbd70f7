//! Why a run does not go on: asks its supervisor to look, or reads what was found before the run was ended.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::ops::{Rejected, Why};
use crate::process::signal::{self, Sent};
use crate::run::dir::RunDir;
use crate::run::event::Event;
use crate::run::evidence::{self, Evidence};
use crate::run::view::RunView;

/// From the question to the answer: two looks one second apart, and two seconds beyond.
const PATIENCE: Duration = Duration::from_secs(3);

/// From one look at the journal to the next.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is known of a run: of a live one, as it is now; of one that has ended, what was found last. `None`: nobody
/// has looked at it before it ended.
pub fn look(run: &mut RunView) -> Result<Option<Evidence>, Rejected> {
    let short = run.id.short().to_owned();
    let unreadable = |error: std::io::Error| {
        Rejected::new(Why::Machine, format!("what was found of run {short} cannot be read: {error}"))
    };
    run.refresh().map_err(unreadable)?;
    if run.state().is_live() {
        ask(run)?;
        let deadline = Instant::now() + PATIENCE;
        while run.state().is_live() {
            let records = run.refresh().map_err(unreadable)?;
            let answer = records.iter().rev().find_map(|record| match record.event {
                Event::Evidence { n, .. } => Some(n),
                _ => None,
            });
            if let Some(n) = answer {
                return Evidence::read(&run.dir, n).map(Some).map_err(unreadable);
            }
            if Instant::now() >= deadline {
                let sentence = format!(
                    "the supervisor of run {short} does not answer; `plugdeck ps` shows its processes"
                );
                return Err(Rejected::new(Why::Machine, sentence));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
    kept(&run.dir)
}

/// What was found last, without looking again. `None`: nobody has looked.
pub fn kept(dir: &RunDir) -> Result<Option<Evidence>, Rejected> {
    evidence::last(dir).map(|n| Evidence::read(dir, n)).transpose().map_err(|error| {
        let sentence = format!("what was found of run {} cannot be read: {error}", dir.id().short());
        Rejected::new(Why::Machine, sentence)
    })
}

/// Asks the supervisor to look.
fn ask(run: &RunView) -> Result<(), Rejected> {
    let refused = |sentence: String| Err(Rejected::new(Why::Machine, sentence));
    let short = run.id.short();
    let Some(supervisor) = run.status.supervisor else {
        return refused(format!("run {short} is only starting: try again in a moment"));
    };
    match signal::send(supervisor, Signal::USR1) {
        // Gone: it ended in this moment, and the journal says how.
        Sent::Delivered | Sent::Gone => Ok(()),
        Sent::Refused => refused(format!("the supervisor of run {short} belongs to another user")),
    }
}
