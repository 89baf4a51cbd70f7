//! Measuring in pairs.

use std::fs;
use std::time::Instant;

/// Pairs of measurements.
const ROUNDS: usize = 9;

/// One measurement of each, in turn, after one of each that does not count: their ratios.
pub fn in_turn(mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> Vec<f64> {
    ours();
    theirs();
    (0..ROUNDS).map(|_| ours() / theirs()).collect()
}

pub fn wall_of(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Processor time of all processes that were waited for meanwhile, theirs included: fields 16 and 17 of
/// `/proc/self/stat`, in hundredths of a second.
pub fn cpu_of(work: impl FnOnce()) -> f64 {
    let used = || -> f64 {
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        let fields = stat.rsplit_once(") ").unwrap().1.split(' ');
        fields.skip(13).take(2).map(|field| field.parse::<f64>().unwrap()).sum()
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
