//! A process is its pid **and** its start time: pids are used again, the pair is not (until the next boot).

use std::fs;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::process::proc;
use crate::text;

/// Longest command line in bytes: a sentence names several, and a path of an environment is long.
const COMMAND: usize = 120;

/// One process of this boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProcessId {
    pub pid: i32,
    /// Clock ticks after boot: field 22 of `/proc/PID/stat`.
    pub start_time: u64,
}

impl ProcessId {
    /// The process that has this pid now; `None` when there is none.
    #[must_use]
    pub fn of(pid: i32) -> Option<Self> {
        Some(Self { pid, start_time: Stat::read(pid)?.start_time })
    }

    /// The calling process.
    #[must_use]
    pub fn current() -> Self {
        let pid = rustix::process::getpid().as_raw_nonzero().get();
        Self { pid, start_time: Stat::read(pid).map_or(0, |stat| stat.start_time) }
    }

    /// Its command line as one safe line, or its name in brackets; `None` when it is gone.
    #[must_use]
    pub fn command(self) -> Option<String> {
        self.command_line(COMMAND)
    }

    /// The same, cut to so many bytes, with a `…` where something was cut.
    #[must_use]
    pub fn command_line(self, most: usize) -> Option<String> {
        let words = fs::read(format!("/proc/{}/cmdline", self.pid)).ok()?;
        let line = if words.is_empty() {
            format!("[{}]", proc::text(format!("/proc/{}/comm", self.pid)).ok()?.trim_end())
        } else {
            String::from_utf8_lossy(&words).replace('\0', " ")
        };
        let line = line.trim_end();
        let (shown, rest) = line.split_at(line.floor_char_boundary(most));
        let sign = if rest.is_empty() { "" } else { "…" };
        (Self::of(self.pid) == Some(self)).then(|| text::safe(shown.as_bytes()) + sign)
    }

    /// How long ago it was started, in milliseconds; time in which the machine slept counts.
    #[must_use]
    pub fn age_ms(self) -> u64 {
        uptime_ms().saturating_sub(self.start_time * 1_000 / ticks_per_second())
    }

    /// Whether this very process still exists (a zombie does not count: it has ended).
    #[must_use]
    pub fn is_alive(self) -> bool {
        Stat::read(self.pid).is_some_and(|stat| stat.start_time == self.start_time && !stat.has_ended())
    }
}

/// The fields of `/proc/PID/stat` that plugdeck uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// That of a thread that lives, as long as one does: the first may have ended long before the others.
    pub state: char,
    pub parent: i32,
    pub session: i32,
    pub threads: u32,
    pub start_time: u64,
}

impl Stat {
    /// Reads the fields; `None` when the process is gone.
    #[must_use]
    pub fn read(pid: i32) -> Option<Self> {
        let mut stat = Self::parse(&proc::text(format!("/proc/{pid}/stat")).ok()?)?;
        if stat.has_ended() && stat.threads > 1 {
            let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
            let states = threads.filter_map(|thread| {
                let of = Self::parse(&proc::text(thread.path().join("stat")).ok()?)?;
                (!of.has_ended()).then_some(of.state)
            });
            stat.state = states.last().unwrap_or(stat.state);
        }
        Some(stat)
    }

    /// Whether nothing of it runs any more: its parent has only to take note.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }

    /// The name in parentheses may hold spaces and parentheses itself, so the fields begin after the last one.
    fn parse(stat: &str) -> Option<Self> {
        let mut fields = stat.rsplit_once(") ")?.1.split(' ');
        let mut field = |skip| fields.nth(skip);
        Some(Self {
            state: field(0)?.chars().next()?,
            parent: field(0)?.parse().ok()?,
            session: field(1)?.parse().ok()?,
            threads: field(13)?.parse().ok()?,
            start_time: field(1)?.parse().ok()?,
        })
    }
}

/// Changes with every boot; a [`ProcessId`] of another boot names nothing.
#[must_use]
pub fn boot_id() -> &'static str {
    static BOOT: OnceLock<String> = OnceLock::new();
    let read = || proc::text("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned();
    BOOT.get_or_init(read)
}

/// Milliseconds since the machine was started; time in which it slept counts, as it does in start times.
#[must_use]
pub fn uptime_ms() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    u64::try_from(now.tv_sec * 1_000 + now.tv_nsec / 1_000_000).unwrap_or(0)
}

/// Ticks of [`ProcessId::start_time`] in a second.
#[must_use]
pub fn ticks_per_second() -> u64 {
    rustix::param::clock_ticks_per_second().max(1)
}

/// The user as whom this process acts.
#[must_use]
pub fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_after_the_last_parenthesis() {
        let stat = "42 (a) b (c) S 7 42 41 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 6 0 123456 1 2";
        let expected = Stat { state: 'S', parent: 7, session: 41, threads: 6, start_time: 123_456 };
        assert_eq!(Stat::parse(stat), Some(expected));
    }

    #[test]
    fn the_calling_process_is_alive_and_another_start_time_is_not() {
        let this = ProcessId::current();
        assert!(this.is_alive());
        assert!(!ProcessId { start_time: this.start_time + 1, ..this }.is_alive());
    }

    #[test]
    fn a_process_is_as_old_as_its_start_is_ago() {
        // Started by the tests a moment ago, on a machine that may be slow.
        let age = ProcessId::current().age_ms();
        assert!(age < 600_000, "{age}");
        assert!(ProcessId { pid: 1, start_time: 0 }.age_ms() > age);
    }
}
