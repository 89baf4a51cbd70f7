//! What every test stands on: a home of its own, the agents of `tests/agents`, and waiting for conditions.

pub mod modes;
pub mod sandbox;
pub mod screen;
pub mod tools;
pub mod wheel;

use std::process::Command;
use std::time::{Duration, Instant};

/// The one ceiling for every wait: far above what any machine needs, so that only what hangs meets it.
const CEILING: Duration = Duration::from_secs(60);

/// Waits until there is something; tests wait on conditions, never on time.
#[track_caller]
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + CEILING;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process with this pid exists and has not ended.
pub fn lives(pid: i64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Sends a signal by its name.
#[track_caller]
pub fn send(name: &str, pid: i64) {
    assert!(Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap().success());
}
