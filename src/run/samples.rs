//! `samples.jsonl`: what the tree used over time, one line a look.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::process::sampler::ProcessSample;
use crate::run::jsonl;

/// The whole tree at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Microseconds since the run started.
    pub t_us: u64,
    pub processes: Vec<ProcessSample>,
}

impl Sample {
    /// Resident memory of the tree, in bytes; shared pages count once for every process.
    #[must_use]
    pub fn rss_bytes(&self) -> u64 {
        self.processes.iter().map(|process| process.rss_bytes).sum()
    }

    /// CPU of the tree; 100 is one core.
    #[must_use]
    pub fn cpu_percent(&self) -> f32 {
        self.processes.iter().map(|process| process.cpu_percent).sum()
    }
}

/// Reads new samples and carries each process's command on from its first one.
#[derive(Debug, Default)]
pub struct Reader {
    lines: jsonl::Reader,
    commands: HashMap<(i32, u64), String>,
}

impl Reader {
    /// The samples written since the last call.
    pub fn read_new(&mut self, path: &Path) -> io::Result<Vec<Sample>> {
        let mut samples: Vec<Sample> = self.lines.read_new(path)?;
        for process in samples.iter_mut().flat_map(|sample| &mut sample.processes) {
            let key = (process.pid, process.start_time);
            match &process.command {
                Some(command) => drop(self.commands.insert(key, command.clone())),
                None => process.command = self.commands.get(&key).cloned(),
            }
        }
        Ok(samples)
    }
}
