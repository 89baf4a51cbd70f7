//! Signals, only ever through a pidfd whose start time was checked: a bare pid is never signalled.

use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::process::id::ProcessId;
use crate::process::stack;

/// What became of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The process has it.
    Delivered,
    /// It had ended before.
    Gone,
    /// The system does not allow it: a process of another user.
    Refused,
}

/// Sends a signal to this very process.
#[must_use]
pub fn send(process: ProcessId, signal: Signal) -> Sent {
    match open(process) {
        Ok(pidfd) => match pidfd_send_signal(&pidfd, signal) {
            Ok(()) => Sent::Delivered,
            Err(Errno::SRCH) => Sent::Gone,
            Err(_) => Sent::Refused,
        },
        Err(_) => Sent::Gone,
    }
}

/// The signal that asks a Python for its stack.
#[must_use]
pub fn stack() -> Signal {
    // SAFETY: a real-time signal that the C library keeps for nothing (it has the first two or three).
    unsafe { Signal::from_raw_unchecked(stack::SIGNAL) }
}

/// Stops the calling process and its whole group, as a terminal's own suspend key does: a parent like cargo is
/// stopped too. Returns when the group goes on.
pub fn suspend_own_group() -> Result<(), Errno> {
    rustix::process::kill_current_process_group(Signal::TSTP)
}

/// A descriptor of a child that nobody has waited for: no other process can have its pid.
pub fn of_child(pid: i32) -> Result<OwnedFd, Errno> {
    pidfd_open(Pid::from_raw(pid).ok_or(Errno::SRCH)?, PidfdFlags::empty())
}

/// A descriptor of this very process; it becomes readable when the process ends.
pub fn open(process: ProcessId) -> Result<OwnedFd, Errno> {
    let pidfd = of_child(process.pid)?;
    // The descriptor holds the pid: if the start time is right now, it stays right.
    match ProcessId::of(process.pid) {
        Some(now) if now == process => Ok(pidfd),
        _ => Err(Errno::SRCH),
    }
}

/// The name of a signal, for example `SIGTERM`; `SIG64` where it has none.
#[must_use]
pub fn name(signal: i32) -> String {
    signal_hook::low_level::signal_name(signal).map_or_else(
        || match signal {
            libc::SIGKILL => "SIGKILL".to_owned(),
            libc::SIGSTKFLT => "SIGSTKFLT".to_owned(),
            libc::SIGPWR => "SIGPWR".to_owned(),
            n => format!("SIG{n}"),
        },
        str::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_another_start_time_is_never_signalled() {
        let this = ProcessId::current();
        let other = ProcessId { start_time: this.start_time + 1, ..this };
        assert_eq!(send(other, Signal::KILL), Sent::Gone);
    }

    #[test]
    fn signals_have_names() {
        for (number, expected) in [(9, "SIGKILL"), (11, "SIGSEGV"), (15, "SIGTERM"), (40, "SIG40")] {
            assert_eq!(name(number), expected);
        }
    }
}
