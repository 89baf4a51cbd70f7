//! The time beside each line of output: four ways to tell it, each in a column of its own width.

use crate::tui::message::Now;
use crate::tui::pane::sign;

/// How the time of a line is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    Off,
    /// Seconds since the run started.
    Start,
    /// The time of day.
    Clock,
    /// Since the line above.
    Gap,
}

/// What the time of a line is told by.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Microseconds since the run started.
    pub t_us: u64,
    /// The same of the line above, where it is known.
    pub before_us: Option<u64>,
    /// When the run started; milliseconds since 1970.
    pub started_ms: i64,
}

impl Times {
    /// The next way.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::Start,
            Self::Start => Self::Clock,
            Self::Clock => Self::Gap,
            Self::Gap => Self::Off,
        }
    }

    /// Columns that it takes, with the space after it.
    #[must_use]
    pub fn columns(self) -> usize {
        match self {
            Self::Off => 1,
            Self::Start | Self::Gap => 7,
            Self::Clock => 9,
        }
    }

    /// The time of a line, without the space after it; empty where none is shown.
    #[must_use]
    pub fn of(self, moment: Moment, now: Now) -> String {
        match self {
            Self::Off => String::new(),
            Self::Start => format!("{:>6}", seconds(moment.t_us)),
            Self::Clock => {
                let since_ms = i64::try_from(moment.t_us / 1_000).unwrap_or(i64::MAX);
                sign::clock(moment.started_ms.saturating_add(since_ms), now)
            }
            Self::Gap => {
                let gap = moment.before_us.map(|before| gap(moment.t_us.saturating_sub(before)));
                format!("{:>6}", gap.unwrap_or_default())
            }
        }
    }
}

/// Seconds since the start, in at most six columns.
#[must_use]
pub fn seconds(t_us: u64) -> String {
    let hundredths = t_us / 10_000;
    match t_us / 1_000_000 {
        whole @ 0..1_000 => format!("{whole}.{:02}", hundredths % 100),
        whole @ 1_000..10_000 => format!("{whole}.{}", hundredths / 10 % 10),
        whole => whole.to_string(),
    }
}

/// Seconds between two lines, in at most six columns: short ones to the millisecond.
fn gap(us: u64) -> String {
    let thousandths = us / 1_000;
    match us / 1_000_000 {
        whole @ 0..10 => format!("+{whole}.{:03}", thousandths % 1_000),
        whole @ 10..100 => format!("+{whole}.{:02}", thousandths / 10 % 100),
        whole @ 100..1_000 => format!("+{whole}.{}", thousandths / 100 % 10),
        whole => format!("+{whole}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_fits_its_column() {
        let now = Now::default();
        let of =
            |times: Times, t_us, before_us| times.of(Moment { t_us, before_us, started_ms: 3_600_000 }, now);
        assert_eq!(of(Times::Off, 1, None), "");
        assert_eq!(of(Times::Start, 410_000, None), "  0.41");
        assert_eq!(of(Times::Start, 86_400_000_000, None), " 86400");
        assert_eq!(of(Times::Clock, 62_000_000, None), "01:01:02");
        assert_eq!(of(Times::Gap, 410_000, None), "      ");
        for (us, told) in [
            (0, "+0.000"),
            (12_345, "+0.012"),
            (12_345_678, "+12.34"),
            (123_456_789, "+123.4"),
            (86_400_000_000, "+86400"),
        ] {
            assert_eq!(of(Times::Gap, us + 5, Some(5)), told);
        }
        // A line that was completed after a later one began.
        assert_eq!(of(Times::Gap, 5, Some(9)), "+0.000");
        let mut times = Times::Start;
        for _ in 0..4 {
            times = times.next();
            for t_us in [0, 999_990_000, 9_999_900_000] {
                assert!(of(times, t_us, Some(0)).len() < times.columns(), "{times:?} {t_us}");
            }
        }
        assert_eq!(times, Times::Start);
    }
}
