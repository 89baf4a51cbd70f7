//! The rhythm of a run's output, from the end of its timeline: when it came last, and how far apart it usually is.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use crate::run::dir::{self, RunDir};
use crate::run::output::{RECORD, Stream};

/// Records looked at, from the last one backwards.
const RECORDS: u64 = 4_096;

/// What comes closer together is one output: microseconds.
const JOINED: u64 = 50_000;

/// Pauses before one speaks of a rhythm.
const ENOUGH: usize = 3;

/// The rhythm of a run's output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Of the last output: when, in microseconds since the run started, and on which stream.
    pub last: Option<(u64, Stream)>,
    /// The median of the pauses between outputs.
    pub usual: Option<Duration>,
}

/// Reads the end of the timeline.
pub fn of(dir: &RunDir) -> io::Result<Pace> {
    let mut timeline = dir::open(&dir.timeline())?;
    let records = timeline.metadata()?.len() / RECORD as u64;
    let first = records.saturating_sub(RECORDS);
    timeline.seek(SeekFrom::Start(first * RECORD as u64))?;
    let mut bytes = Vec::new();
    timeline.take((records - first) * RECORD as u64).read_to_end(&mut bytes)?;
    let records = bytes.chunks_exact(RECORD).map(|record| {
        let t_us = record[..8].try_into().map_or(0, u64::from_le_bytes);
        (t_us, if record[8] == Stream::Err.number() { Stream::Err } else { Stream::Out })
    });
    Ok(pace(records))
}

fn pace(records: impl Iterator<Item = (u64, Stream)>) -> Pace {
    let mut last: Option<(u64, Stream)> = None;
    let mut gaps = Vec::new();
    for (t_us, stream) in records {
        let gap = last.map_or(0, |(last, _)| t_us.saturating_sub(last));
        if gap >= JOINED {
            gaps.push(gap);
        }
        last = Some((t_us, stream));
    }
    gaps.sort_unstable();
    let usual = (gaps.len() >= ENOUGH).then(|| Duration::from_micros(gaps[gaps.len() / 2]));
    Pace { last, usual }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_pause_is_the_middle_one_and_bursts_are_joined() {
        let times = [0, 10, 1_000_000, 1_000_020, 2_000_000, 3_100_000, 9_000_000];
        let found = pace(times.into_iter().map(|t_us| (t_us, Stream::Err)));
        assert_eq!(found.last, Some((9_000_000, Stream::Err)));
        assert_eq!(found.usual, Some(Duration::from_micros(1_100_000)));
        assert_eq!(pace([(0, Stream::Out), (400_000, Stream::Out)].into_iter()).usual, None);
    }
}
