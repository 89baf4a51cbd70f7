//! The recording side of the supervisor: journal and samples. A failure to record never stops the run.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use crate::process::id::ProcessId;
use crate::process::sampler::Sampler;
use crate::run::dir::{RunDir, private};
use crate::run::event::{Event, Record};
use crate::run::journal::Writer;
use crate::run::samples::Sample;
use crate::run::view::clock_us;

/// When the first sample is taken: most trivial agents have ended by then and cost nothing.
pub const FIRST_SAMPLE: Duration = Duration::from_millis(100);

/// From one look at the tree to the next.
pub const SAMPLE_EVERY: Duration = Duration::from_secs(1);

/// Journal and samples of one run.
pub struct Recording {
    dir: RunDir,
    started_us: u64,
    journal: Writer,
    samples: Option<Samples>,
    peak_rss_bytes: u64,
}

/// Made at the first sample.
struct Samples {
    sampler: Sampler,
    writer: Writer,
    /// When a sample was last written; microseconds since the start.
    written_us: Option<u64>,
    seen: HashSet<ProcessId>,
    /// The last look, where it was not written.
    unwritten: Option<Sample>,
}

impl Recording {
    /// Opens the journal; time is counted from now.
    pub fn new(dir: RunDir) -> io::Result<Self> {
        let journal = Writer::new(private(&dir.events())?);
        Ok(Self { dir, started_us: clock_us(), journal, samples: None, peak_rss_bytes: 0 })
    }

    /// The moment the run started, on the monotonic clock; microseconds.
    pub fn started_us(&self) -> u64 {
        self.started_us
    }

    /// Microseconds since the run started.
    pub fn now_us(&self) -> u64 {
        clock_us().saturating_sub(self.started_us)
    }

    /// The largest sum of resident memory that was seen.
    pub fn peak_rss_bytes(&self) -> u64 {
        self.peak_rss_bytes
    }

    /// Appends an event. When the disk is full, the reserve is given back and the line is tried once more.
    pub fn event(&mut self, event: Event) {
        let line = Record::new(self.now_us(), event);
        if self.journal.append(&line).is_err() && std::fs::remove_file(self.dir.reserve()).is_ok() {
            // A second failure leaves the line out: the run goes on.
            let _ = self.journal.append(&line);
        }
    }

    /// Looks at these processes, and writes what is due.
    pub fn sample(&mut self, processes: &[ProcessId]) {
        let t_us = self.now_us();
        if self.samples.is_none() {
            self.samples = Samples::new(&self.dir);
        }
        let Some(samples) = &mut self.samples else { return };
        let sample = Sample { t_us, processes: samples.sampler.sample(processes) };
        self.peak_rss_bytes = self.peak_rss_bytes.max(sample.rss_bytes());
        samples.write_if_due(sample);
    }

    /// Writes the last look, if it was not written.
    pub fn finish_samples(&mut self) {
        if let Some(samples) = &mut self.samples
            && let Some(last) = samples.unwritten.take()
        {
            let _ = samples.writer.append(&last);
        }
    }
}

impl Samples {
    fn new(dir: &RunDir) -> Option<Self> {
        Some(Self {
            sampler: Sampler::new()?,
            writer: Writer::new(private(&dir.samples()).ok()?),
            written_us: None,
            seen: HashSet::new(),
            unwritten: None,
        })
    }

    /// Long runs are written more thinly, but a process's first and last sample always.
    fn write_if_due(&mut self, sample: Sample) {
        let id = |process: &crate::process::sampler::ProcessSample| ProcessId {
            pid: process.pid,
            start_time: process.start_time,
        };
        let now: HashSet<_> = sample.processes.iter().map(id).collect();
        let appeared = now.difference(&self.seen).next().is_some();
        let ended = self.seen.difference(&now).next().is_some();
        self.seen = now;
        if ended && let Some(before) = self.unwritten.take() {
            let _ = self.writer.append(&before);
        }
        let due = self.written_us.is_none_or(|written| sample.t_us - written >= spacing(sample.t_us));
        if due || appeared || ended {
            self.written_us = Some(sample.t_us);
            self.unwritten = None;
            let _ = self.writer.append(&sample);
        } else {
            self.unwritten = Some(sample);
        }
    }
}

/// Microseconds from one written sample to the next: every look for ten minutes, then every 5 s, after an hour
/// every 30 s. A little less than the exact figure, since looks come a little late.
fn spacing(t_us: u64) -> u64 {
    const SECOND: u64 = 1_000_000;
    match t_us / SECOND {
        0..600 => 0,
        600..3_600 => 5 * SECOND - SECOND / 2,
        _ => 30 * SECOND - SECOND / 2,
    }
}
