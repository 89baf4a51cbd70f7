//! Times and counts as a person reads them, the same everywhere.

use std::time::Duration;

/// A time that goes on: `0:07`, `1:02:03`.
#[must_use]
pub fn live_time(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A time that is over: `0.27s`, `12.4s`, `300s`, `1h 02m`.
#[must_use]
pub fn took(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match time.as_secs() {
        0 if seconds < 0.995 => format!("{seconds:.2}s"),
        0..100 => format!("{seconds:.1}s"),
        100..3600 => format!("{seconds:.0}s"),
        whole => format!("{}h {:02}m", whole / 3600, whole / 60 % 60),
    }
}

/// A count and its noun: `1 run`, `3 runs`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_at_every_length() {
        let check = |ms: u64, live: &str, over: &str| {
            let time = Duration::from_millis(ms);
            assert_eq!((live_time(time).as_str(), took(time).as_str()), (live, over));
        };
        check(270, "0:00", "0.27s");
        check(997, "0:00", "1.0s");
        check(12_400, "0:12", "12.4s");
        check(300_000, "5:00", "300s");
        check(3_723_000, "1:02:03", "1h 02m");
    }
}
