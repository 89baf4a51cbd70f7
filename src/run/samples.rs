//! `samples.jsonl`: what the tree used over time, one line a look.

use std::collections::HashMap;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::process::sampler::ProcessSample;
use crate::run::dir;
use crate::run::jsonl;

/// Bytes at the end of the file in which the last moment is looked for: far more than a line is long.
const TAIL: u64 = 256 << 10;

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

/// Time of the last look at a run, from the file's end alone; microseconds since the run started.
pub fn last_us(path: &Path) -> io::Result<u64> {
    #[derive(Deserialize)]
    struct Moment {
        t_us: u64,
    }
    let mut file = dir::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let moment = |line: &[u8]| serde_json::from_slice(line).ok().map(|moment: Moment| moment.t_us);
    Ok(bytes.split(|byte| *byte == b'\n').rev().find_map(moment).unwrap_or(0))
}
