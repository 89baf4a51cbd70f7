//! What one process uses, from one read of `/proc/PID/stat`: cheaper than a sample, for looking often.

use crate::process::id::{self, ProcessId};
use crate::process::proc;

/// One process at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    pub id: ProcessId,
    /// At most 15 bytes, as the kernel has it: not safe to show.
    pub name: String,
    /// Shared pages count for every process that has them.
    pub rss_bytes: u64,
    /// Processor time of its own.
    pub cpu_ms: u64,
    /// Processor time of its children that have ended and that it has taken note of, and of theirs. A process that
    /// ignores its children's ends (`SIGCHLD` ignored) is told nothing by the system, so neither are others.
    pub ended_ms: u64,
}

impl Usage {
    /// Reads it; `None` when this very process is gone.
    #[must_use]
    pub fn read(process: ProcessId) -> Option<Self> {
        let stat = proc::text(format!("/proc/{}/stat", process.pid)).ok()?;
        let usage = Self::parse(process.pid, &stat, id::ticks_per_second(), page_size())?;
        (usage.id == process).then_some(usage)
    }

    /// The name in parentheses may hold spaces and parentheses itself, so the fields begin after the last one.
    fn parse(pid: i32, stat: &str, ticks: u64, page: u64) -> Option<Self> {
        let (head, tail) = stat.rsplit_once(") ")?;
        let name = head.split_once('(')?.1.to_owned();
        let mut fields = tail.split(' ');
        let mut number = |skip| fields.nth(skip)?.parse::<u64>().ok();
        let [user, system, ended_user, ended_system] = [number(11)?, number(0)?, number(0)?, number(0)?];
        let start_time = number(4)?;
        let ms = |count: u64| count * 1_000 / ticks;
        Some(Self {
            id: ProcessId { pid, start_time },
            name,
            rss_bytes: number(1)? * page,
            cpu_ms: ms(user + system),
            ended_ms: ms(ended_user + ended_system),
        })
    }
}

fn page_size() -> u64 {
    u64::try_from(rustix::param::page_size()).unwrap_or(4_096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_after_the_last_parenthesis() {
        let stat = "42 (a) b (c) S 7 42 41 0 -1 4194304 1 2 3 4 150 6 70 8 20 0 6 0 123456 99 10 18446744073709551615";
        let expected = Usage {
            id: ProcessId { pid: 42, start_time: 123_456 },
            name: "a) b (c".into(),
            rss_bytes: 40_960,
            cpu_ms: 1_560,
            ended_ms: 780,
        };
        assert_eq!(Usage::parse(42, stat, 100, 4_096), Some(expected));
    }

    #[test]
    fn the_calling_process_uses_memory_and_another_start_time_does_not() {
        let this = ProcessId::current();
        assert!(Usage::read(this).unwrap().rss_bytes > 100_000);
        assert_eq!(Usage::read(ProcessId { start_time: this.start_time + 1, ..this }), None);
    }
}
