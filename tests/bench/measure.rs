//! Measuring in pairs.

use std::time::{Duration, Instant};

/// Pairs of measurements.
const ROUNDS: usize = 9;

/// One measurement of each, in turn, after one of each that does not count: their ratios.
pub fn in_turn(ours: impl FnMut() -> f64, theirs: impl FnMut() -> f64) -> Vec<f64> {
    pairs(ROUNDS, ours, theirs)
}

/// The same with so many pairs.
pub fn pairs(count: usize, mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> Vec<f64> {
    ours();
    theirs();
    (0..count).map(|_| ours() / theirs()).collect()
}

pub fn wall_of(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Processor time of all processes that were waited for meanwhile, theirs included, in seconds.
#[expect(unsafe_code, reason = "the files that tell it count in hundredths of a second")]
pub fn cpu_of(work: impl FnOnce()) -> f64 {
    let used = || {
        // SAFETY: the structure is plain numbers, for which zero is valid, and the call fills it.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
            usage
        };
        let seconds = |time: libc::timeval| {
            Duration::from_micros(u64::try_from(time.tv_sec * 1_000_000 + time.tv_usec).unwrap_or(0))
        };
        (seconds(usage.ru_utime) + seconds(usage.ru_stime)).as_secs_f64()
    };
    let before = used();
    work();
    used() - before
}

pub fn say(what: &str, figures: &[f64]) {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (min, median, max) = (sorted[0], sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
    println!("{what:<52}{median:>8.2}{min:>8.2}{max:>8.2}");
}
