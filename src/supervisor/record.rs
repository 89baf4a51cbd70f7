//! The recording side of the supervisor: journal and samples. A failure to record never stops the run.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::time::Duration;

use crate::process::id::ProcessId;
use crate::process::sampler::Sampler;
use crate::process::verdict::Growth;
use crate::run::dir::{RunDir, private};
use crate::run::event::{Event, Record};
use crate::run::journal::Writer;
use crate::run::samples::Sample;
use crate::run::view::clock_us;

/// When the first sample is taken: most trivial agents have ended by then and cost nothing.
pub const FIRST_SAMPLE: Duration = Duration::from_millis(100);

/// From one look at the tree to the next.
pub const SAMPLE_EVERY: Duration = Duration::from_secs(1);

/// Looks at the tree's memory that are remembered.
const REMEMBERED: usize = 60;

/// Less growth is none: a cache, a buffer.
const WORTH_TELLING: u64 = 8 << 20;

/// Journal and samples of one run.
pub struct Recording {
    dir: RunDir,
    started_us: u64,
    journal: Writer,
    samples: Option<Samples>,
    peak_rss_bytes: u64,
    /// When, in microseconds, and how much memory: the last looks, the newest last.
    memory: VecDeque<(u64, u64)>,
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
        Ok(Self {
            dir,
            started_us: clock_us(),
            journal,
            samples: None,
            peak_rss_bytes: 0,
            memory: VecDeque::new(),
        })
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

    /// Somebody else has looked, and seen so much resident memory.
    pub fn saw_memory(&mut self, bytes: u64) {
        self.peak_rss_bytes = self.peak_rss_bytes.max(bytes);
    }

    /// Memory that has grown until now, look by look.
    #[must_use]
    pub fn growth(&self) -> Option<Growth> {
        growth(&self.memory)
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
        if self.memory.len() == REMEMBERED {
            self.memory.pop_front();
        }
        self.memory.push_back((t_us, sample.rss_bytes()));
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

/// Growth that goes on: at least three looks with more memory than the one before, none with less, the last one not
/// long ago, and a twentieth of it all at least.
fn growth(memory: &VecDeque<(u64, u64)>) -> Option<Growth> {
    const LATELY: usize = 3;
    let mut looks = memory.iter().rev().copied().enumerate();
    let (_, (mut until, last)) = looks.next()?;
    let (mut later, mut first, mut rises, mut latest) = (last, (until, last), 0, None);
    for (back, look) in looks {
        if look.1 > later {
            break;
        }
        if look.1 < later {
            rises += 1;
            latest.get_or_insert(back);
            first = look;
        }
        later = look.1;
    }
    until = until.saturating_sub(first.0);
    let bytes = last - first.1;
    let grows = rises >= 3 && latest.is_some_and(|latest| latest <= LATELY);
    (grows && bytes >= WORTH_TELLING && bytes >= last / 20)
        .then(|| Growth { bytes, over: Duration::from_micros(until) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_growth_that_goes_on_is_growth() {
        const M: u64 = 1 << 20;
        let grown = |sizes: &[u64]| {
            growth(&(0u64..).zip(sizes).map(|(second, size)| (second * 1_000_000, size * M)).collect())
        };
        let expected = Growth { bytes: 30 * M, over: Duration::from_secs(3) };
        assert_eq!(grown(&[90, 10, 20, 30, 40]), Some(expected));
        assert_eq!(grown(&[10, 20, 30, 40, 40, 40, 40, 40, 40]), None, "it has ended");
        assert_eq!(grown(&[10, 20, 30, 40, 35]), None, "it has shrunk");
        assert_eq!(grown(&[1000, 1003, 1006, 1009]), None, "it is little");
        assert_eq!(grown(&[10, 40]), None, "it is a start");
    }
}
