//! Memory and CPU of given processes, through sysinfo. Only the processes asked for are read, never all of them:
//! for all processes the cost would grow with the machine (122 ms at 3,240 processes against 4 ms for 150 own).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use crate::process::id::{ProcessId, Stat};
use crate::text;

/// Longest command line kept, in bytes.
const COMMAND: usize = 400;

/// One process at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessSample {
    pub pid: i32,
    pub start_time: u64,
    pub ppid: i32,
    /// The kernel's letter: R running, S sleeping, D disk wait, T stopped, Z zombie.
    pub state: char,
    /// 100 is one core; since the sample before.
    pub cpu_percent: f32,
    pub rss_bytes: u64,
    pub threads: u32,
    /// 0 in recordings of earlier versions.
    #[serde(default)]
    pub session: i32,
    /// Made safe. Only in a process's first sample of a recording; `run::samples` carries it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl ProcessSample {
    /// Which process it is.
    #[must_use]
    pub fn id(&self) -> ProcessId {
        ProcessId { pid: self.pid, start_time: self.start_time }
    }
}

/// Keeps what sysinfo needs to turn two looks into a percentage.
pub struct Sampler {
    system: System,
    known: HashMap<i32, u64>,
}

impl Sampler {
    /// A sampler that has seen nothing; `None` where the system has no process information.
    #[must_use]
    pub fn new() -> Option<Self> {
        Some(Self { system: System::new().ok()?, known: HashMap::new() })
    }

    /// Looks at these processes; ones that are gone are left out. The first percentage of a process is 0.
    pub fn sample(&mut self, processes: &[ProcessId]) -> Vec<ProcessSample> {
        let pids: Vec<_> =
            processes.iter().filter_map(|p| u32::try_from(p.pid).ok()).map(sysinfo::Pid::from_u32).collect();
        let kind = ProcessRefreshKind::nothing()
            .without_tasks()
            .with_cpu()
            .with_memory()
            .with_cmd(UpdateKind::OnlyIfNotSet);
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&pids), true, kind);
        let samples: Vec<_> = processes.iter().filter_map(|process| self.one(*process)).collect();
        self.known = samples.iter().map(|sample| (sample.pid, sample.start_time)).collect();
        samples
    }

    fn one(&self, process: ProcessId) -> Option<ProcessSample> {
        let seen = self.system.process(sysinfo::Pid::from_u32(u32::try_from(process.pid).ok()?))?;
        let stat = Stat::read(process.pid).filter(|stat| stat.start_time == process.start_time)?;
        let new = self.known.get(&process.pid) != Some(&process.start_time);
        Some(ProcessSample {
            pid: process.pid,
            start_time: process.start_time,
            ppid: stat.parent,
            state: stat.state,
            cpu_percent: seen.cpu_usage(),
            rss_bytes: seen.memory(),
            threads: stat.threads,
            session: stat.session,
            command: new.then(|| command_line(seen)),
        })
    }
}

/// The command line as one safe line; a process without one (a zombie) shows its name.
fn command_line(process: &sysinfo::Process) -> String {
    let words: Vec<_> = process.cmd().iter().map(|word| word.to_string_lossy()).collect();
    let line =
        if words.is_empty() { format!("[{}]", process.name().to_string_lossy()) } else { words.join(" ") };
    text::safe(&line.as_bytes()[..line.floor_char_boundary(COMMAND)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_process_has_memory_and_a_command_only_the_first_time() {
        let mut sampler = Sampler::new().unwrap();
        let this = ProcessId::current();
        let first = sampler.sample(&[this]);
        assert!(first[0].rss_bytes > 100_000 && first[0].command.is_some());
        assert!(sampler.sample(&[this])[0].command.is_none());
    }
}
