//! A signal of a person's choice to one process.

use rustix::process::Signal;

use crate::process::id::ProcessId;
use crate::process::signal::{self, Sent};

/// The signals that are offered, with what they usually do: the mildest first.
pub const CHOICES: &[(i32, &str)] = &[
    (libc::SIGTERM, "asks it to end"),
    (libc::SIGINT, "as ctrl-c would"),
    (libc::SIGHUP, "as a closed terminal would"),
    (libc::SIGQUIT, "ends it with a core, unless it does something else with it"),
    (libc::SIGUSR1, "whatever the program made of it; else ends it"),
    (libc::SIGUSR2, "whatever the program made of it; else ends it"),
    (libc::SIGSTOP, "stops it; CONT goes on"),
    (libc::SIGCONT, "lets it go on"),
    (libc::SIGKILL, "ends it at once, and nothing below it"),
];

/// Sends one of [`CHOICES`]: a sentence on what became of it, and whether the process has it.
#[must_use]
pub fn send(process: ProcessId, number: i32) -> (String, bool) {
    let (name, pid) = (signal::name(number), process.pid);
    let Some(signal) = Signal::from_named_raw(number) else {
        return (format!("{name} is no signal that can be sent"), false);
    };
    match signal::send(process, signal) {
        Sent::Delivered => (format!("{name} was sent to process {pid}"), true),
        Sent::Gone => (format!("process {pid} had ended before {name} came"), false),
        Sent::Refused => (format!("{name} to process {pid} was refused: it belongs to another user"), false),
    }
}
