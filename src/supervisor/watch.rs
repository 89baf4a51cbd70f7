//! The limits that are held by looking: memory, processes, processor time. What happens between two looks is seen
//! at the second, so a run may have had a little more by then; the sentence says how much.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::process::usage::Usage;
use crate::run::spec::Limits;
use crate::supervisor::raw;
use crate::supervisor::reap;
use crate::supervisor::record::Recording;
use crate::text;

/// From a program's start to the first look.
const FIRST: Duration = Duration::from_millis(100);

/// From one look to the next.
const EVERY: Duration = Duration::from_millis(250);

/// A look at a large tree takes its time: after it there is a pause of so many times as much.
const PAUSE: u32 = 20;

/// Bytes of a command line that are read, and columns of it that are shown.
const COMMAND: (usize, usize) = (400, 40);

/// One run's limits, and the one that was reached.
#[derive(Debug)]
pub struct Watch {
    limits: Limits,
    next: Option<Instant>,
    sentence: Option<String>,
}

impl Watch {
    /// Watches nothing until it begins.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, next: None, sentence: None }
    }

    /// A program has started.
    pub fn begin(&mut self) {
        let Limits { memory_bytes, processes, cpu_ms, .. } = self.limits;
        let any = memory_bytes.or(processes).or(cpu_ms).is_some();
        self.next = any.then(|| Instant::now() + FIRST);
    }

    /// The tree is being ended, for whatever reason.
    pub fn leave(&mut self) {
        self.next = None;
    }

    /// When the next look is due.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.next
    }

    /// Which limit was reached, when, and by whom.
    #[must_use]
    pub fn sentence(&self) -> Option<&str> {
        self.sentence.as_deref()
    }

    /// Looks at the tree where that is due; returns whether a limit is reached.
    pub fn look(&mut self, recording: &mut Recording) -> bool {
        let begun = Instant::now();
        if self.next.is_none_or(|next| begun < next) {
            return false;
        }
        // From the top down: what is taken note of meanwhile is missing in this look, and nothing is in it twice.
        let reaped_ms = raw::usage_of_reaped().cpu_ms;
        let tree: Vec<_> = reap::descendants().into_iter().filter_map(Usage::read).collect();
        let seen = Seen { tree: &tree, reaped_ms };
        recording.saw_memory(seen.memory());
        self.next = Some(Instant::now() + EVERY.max(begun.elapsed() * PAUSE));
        self.sentence = seen.sentence(&self.limits, recording.now_us(), command);
        self.sentence.is_some()
    }
}

/// A process as a person knows it: `python agent.py`.
fn command(process: &Usage) -> String {
    let name = || text::safe(process.name.as_bytes());
    shorten(&process.id.command_line(COMMAND.0).unwrap_or_else(name))
}

/// Without the folders of its program.
fn shorten(command: &str) -> String {
    let (program, rest) = command.split_at(command.find(' ').unwrap_or(command.len()));
    let program = program.rsplit('/').next().unwrap_or(program);
    text::fit(&format!("{program}{rest}"), COMMAND.1).into_owned()
}

/// What one look has found.
struct Seen<'a> {
    /// Parents before children.
    tree: &'a [Usage],
    /// Processor time of what the supervisor has taken note of.
    reaped_ms: u64,
}

impl Seen<'_> {
    fn memory(&self) -> u64 {
        self.tree.iter().map(|process| process.rss_bytes).sum()
    }

    /// The first limit that is exceeded, in words.
    fn sentence(&self, limits: &Limits, t_us: u64, command: impl Fn(&Usage) -> String) -> Option<String> {
        let at = clock(t_us);
        let share = |of: fn(&Usage) -> u64| self.tree.iter().max_by_key(|process| of(process));
        let over = |limit: Option<u64>, used: u64| limit.filter(|limit| used > *limit);
        let used = self.memory();
        if let Some(limit) = over(limits.memory_bytes, used) {
            let most = share(|process| process.rss_bytes)?;
            return Some(format!(
                "memory limit {} reached at {at} with {}, {} {}",
                text::binary_size(limit),
                text::binary_size(used),
                command(most),
                text::binary_size(most.rss_bytes)
            ));
        }
        let used = self.tree.len() as u64;
        if let Some(limit) = over(limits.processes, used) {
            let (name, count) = self.most_frequent()?;
            return Some(format!(
                "process limit {limit} reached at {at} with {used}, {count} of them {name}"
            ));
        }
        let alive: u64 = self.tree.iter().map(|process| process.cpu_ms).sum();
        let ended = self.reaped_ms + self.tree.iter().map(|process| process.ended_ms).sum::<u64>();
        if let Some(limit) = over(limits.cpu_ms, alive + ended) {
            let most = share(|process| process.cpu_ms);
            let (name, share) = match most.filter(|most| most.cpu_ms >= ended) {
                Some(most) => (command(most), most.cpu_ms),
                None => ("processes that have ended".to_owned(), ended),
            };
            let [limit, used, share] = [limit, alive + ended, share].map(seconds);
            return Some(format!("CPU limit {limit} s reached at {at} with {used} s, {name} {share} s"));
        }
        None
    }

    /// The name that most of the processes have, and how many have it.
    fn most_frequent(&self) -> Option<(String, u64)> {
        let mut counts = HashMap::new();
        for process in self.tree {
            *counts.entry(process.name.as_str()).or_insert(0) += 1;
        }
        let (name, count) = counts.into_iter().max_by_key(|(name, count)| (*count, *name))?;
        Some((text::safe(name.as_bytes()), count))
    }
}

/// Tenths, where they say something: `1`, `2.5`.
fn seconds(ms: u64) -> String {
    match (ms / 1_000, ms % 1_000 / 100) {
        (whole, 0) => whole.to_string(),
        (whole, tenths) => format!("{whole}.{tenths}"),
    }
}

/// `0:42`, `1:02:03`.
fn clock(t_us: u64) -> String {
    let seconds = t_us / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::id::ProcessId;

    const MIB: u64 = 1 << 20;

    fn process(pid: i32, name: &str, rss_mib: u64, cpu_ms: u64, ended_ms: u64) -> Usage {
        let id = ProcessId { pid, start_time: 1 };
        Usage { id, name: name.into(), rss_bytes: rss_mib * MIB, cpu_ms, ended_ms }
    }

    #[track_caller]
    fn check(limits: Limits, reaped_ms: u64, expected: Option<&str>) {
        let tree = [
            process(1, "python", 100, 500, 300),
            process(2, "worker", 1_740, 1_500, 0),
            process(3, "worker", 10, 0, 100),
        ];
        let seen = Seen { tree: &tree, reaped_ms };
        let named = |process: &Usage| format!("{} {}", process.name, process.id.pid);
        assert_eq!(seen.sentence(&limits, 42_900_000, named).as_deref(), expected);
    }

    #[test]
    fn a_limit_is_reached_by_more_than_it_allows() {
        let memory = |mib| Limits { memory_bytes: Some(mib * MIB), ..Limits::default() };
        check(memory(1_850), 0, None);
        let sentence = "memory limit 1.5 GiB reached at 0:42 with 1.8 GiB, worker 2 1.7 GiB";
        check(memory(1_536), 0, Some(sentence));
        let processes = |processes| Limits { processes: Some(processes), ..Limits::default() };
        check(processes(3), 0, None);
        check(processes(2), 0, Some("process limit 2 reached at 0:42 with 3, 2 of them worker"));
        check(Limits::default(), 1 << 40, None);
    }

    #[test]
    fn processor_time_is_that_of_the_living_and_of_the_ended() {
        let cpu = |cpu_ms| Limits { cpu_ms: Some(cpu_ms), ..Limits::default() };
        check(cpu(2_400), 0, None);
        check(cpu(2_300), 0, Some("CPU limit 2.3 s reached at 0:42 with 2.4 s, worker 2 1.5 s"));
        let ended = "CPU limit 5 s reached at 0:42 with 5.4 s, processes that have ended 3.4 s";
        check(cpu(5_000), 3_000, Some(ended));
        check(cpu(5_400), 3_000, None);
    }

    #[test]
    fn only_limits_that_are_looked_for_are_due() {
        let mut watch = Watch::new(Limits { open_files: Some(1), timeout_ms: Some(1), ..Limits::default() });
        watch.begin();
        assert_eq!(watch.due(), None);
        let mut watch = Watch::new(Limits { cpu_ms: Some(1), ..Limits::default() });
        assert_eq!(watch.due(), None);
        watch.begin();
        assert!(watch.due().is_some());
        watch.leave();
        assert_eq!(watch.due(), None);
    }

    #[test]
    fn a_program_is_named_without_its_folders() {
        assert_eq!(shorten("/a/.venv/bin/python agent.py"), "python agent.py");
        assert_eq!(shorten("[python]"), "[python]");
        assert_eq!(shorten(&format!("/b/sh -c {}", "x".repeat(99))).chars().count(), 40);
    }

    #[test]
    fn hours_are_told_where_there_are_some() {
        assert_eq!((clock(59_999_999), clock(3_723_000_000)), ("0:59".to_owned(), "1:02:03".to_owned()));
    }
}
