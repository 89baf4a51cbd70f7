//! The hidden process beside every run: parent of the agent, child-subreaper, sole writer of the run directory.
//!
//! It is synchronous and single-threaded on purpose: it owns every wait (an any-child wait steals exits from
//! whoever else waits), and the agent's death signal belongs to the thread that started it.

pub mod capture;
#[expect(unsafe_code, reason = "what must happen between fork and exec")]
pub mod child;
pub mod evidence;
pub mod hole;
pub mod launch;
pub mod machine;
pub mod outcome;
pub mod portray;
#[expect(unsafe_code, reason = "system calls that have no safe wrapper")]
pub mod raw;
pub mod reap;
pub mod record;
pub mod reply;
pub mod ring;
pub mod serve;
#[expect(unsafe_code, reason = "signals that are read from a descriptor")]
pub mod signals;
#[expect(unsafe_code, reason = "a new process in the memory of its parent")]
pub mod spawn;
pub mod watch;
pub mod witness;
