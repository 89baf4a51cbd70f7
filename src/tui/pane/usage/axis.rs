//! The time axis of the charts, and what a cursor on it stands for.

use std::time::Duration;

use ratatui::layout::Rect;

use crate::tui::pane::sign;
use crate::tui::seen::{Detail, Usage};

/// In microseconds.
const SECOND: u64 = 1_000_000;

/// Border and padding at both sides of a chart.
const FRAME: u16 = 4;

/// From the start of the run to its last sample.
#[derive(Clone, Copy, Debug)]
pub struct Axis<'a> {
    usage: &'a [Usage],
    /// Microseconds since the run started.
    end_us: u64,
    columns: u64,
}

/// What a cursor stands for: one second, or where a column of the chart is longer, all of that column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment<'a> {
    /// Microseconds since the run started.
    pub from_us: u64,
    /// The first microsecond after it.
    pub to_us: u64,
    /// Of the charts.
    pub column: u16,
    /// What was seen in it; often one sample, of a gap none.
    pub samples: &'a [Usage],
}

impl<'a> Axis<'a> {
    /// The axis of a chart with this frame; `None` while there is no sample, or no room.
    #[must_use]
    pub fn of(detail: &'a Detail, frame: Rect) -> Option<Self> {
        let columns = u64::from(frame.width.saturating_sub(FRAME));
        let end_us = detail.usage.last()?.t_us;
        (columns > 0).then_some(Self { usage: &detail.usage, end_us, columns })
    }

    /// The last time on it.
    #[must_use]
    pub fn end_us(&self) -> u64 {
        self.end_us
    }

    /// What a cursor at this time stands for.
    #[must_use]
    pub fn moment(&self, at_us: u64) -> Moment<'a> {
        let at_us = at_us.min(self.end_us);
        let (from_us, to_us) = if self.has_seconds() {
            let from = at_us / SECOND * SECOND;
            (from, from + SECOND)
        } else {
            self.span(self.column(at_us))
        };
        let before = |t_us: u64| self.usage.partition_point(|usage| usage.t_us < t_us);
        let samples = &self.usage[before(from_us)..before(to_us)];
        // Where its value begins to be drawn.
        let at = samples.first().map_or(at_us, |usage| usage.t_us);
        Moment { from_us, to_us, column: u16::try_from(self.column(at)).unwrap_or(u16::MAX), samples }
    }

    /// The time that many steps further; never beyond the ends.
    #[must_use]
    pub fn step(&self, at_us: u64, by: isize) -> u64 {
        let at_us = at_us.min(self.end_us);
        let by = i64::try_from(by).unwrap_or(i64::MAX);
        if self.has_seconds() {
            return (at_us / SECOND).saturating_add_signed(by).min(self.end_us / SECOND) * SECOND;
        }
        let (from, to) = self.span(self.column(at_us).saturating_add_signed(by).min(self.columns - 1));
        from + (to - from) / 2
    }

    /// The time of a column, counted from 0: of the first sample that is drawn there, where there is one.
    #[must_use]
    pub fn at_column(&self, column: u16) -> u64 {
        let (from, to) = self.span(u64::from(column).min(self.columns - 1));
        let first = self.usage.iter().map(|usage| usage.t_us).find(|t_us| *t_us >= from);
        first.filter(|t_us| *t_us < to).unwrap_or(from)
    }

    /// `3s`, `31.2–34.3s`, `1:02:10–1:03:02`.
    #[must_use]
    pub fn label(&self, moment: &Moment) -> String {
        let (from, to) = (Duration::from_micros(moment.from_us), Duration::from_micros(moment.to_us));
        let whole = |time: Duration| (time.as_millis() + 500) / 1_000;
        let live = |time: Duration| sign::live_time(time + Duration::from_millis(500));
        match (self.has_seconds(), self.end_us / SECOND) {
            (true, ..600) => format!("{}s", from.as_secs()),
            (true, _) => sign::live_time(from),
            (false, ..100) => format!("{:.1}–{:.1}s", from.as_secs_f64(), to.as_secs_f64()),
            (false, 100..600) => format!("{}–{}s", whole(from), whole(to)),
            (false, _) => format!("{}–{}", live(from), live(to)),
        }
    }

    /// Whether a second has a column of its own at least.
    fn has_seconds(&self) -> bool {
        self.end_us <= self.columns * SECOND
    }

    /// The column in which this time is drawn.
    fn column(&self, t_us: u64) -> u64 {
        let column = u128::from(t_us) * u128::from(self.columns) / u128::from(self.end_us.max(1));
        u64::try_from(column).unwrap_or(u64::MAX).min(self.columns - 1)
    }

    /// The time of a column; the end of the axis belongs to the last one.
    fn span(&self, column: u64) -> (u64, u64) {
        let begin = |column: u64| {
            let t_us = (u128::from(column) * u128::from(self.end_us)).div_ceil(u128::from(self.columns));
            u64::try_from(t_us).unwrap_or(u64::MAX)
        };
        let to = if column + 1 == self.columns { self.end_us + 1 } else { begin(column + 1) };
        (begin(column), to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: &[u64]) -> Vec<Usage> {
        let usage = |ms: &u64| Usage { t_us: ms * 1_000, cpu_percent: 1.0, rss_bytes: 1, processes: 1 };
        ms.iter().map(usage).collect()
    }

    fn axis(usage: &[Usage], columns: u64) -> Axis<'_> {
        Axis { usage, end_us: usage.last().unwrap().t_us, columns }
    }

    #[test]
    fn a_wide_chart_goes_by_seconds_and_a_gap_has_no_sample() {
        let usage = at(&[100, 1_100, 2_100, 5_100, 6_100]);
        let axis = axis(&usage, 40);
        let seen = |at_us| {
            let moment = axis.moment(at_us);
            (axis.label(&moment), moment.samples.len())
        };
        assert_eq!(seen(2_999_999), ("2s".to_owned(), 1));
        assert_eq!(seen(4_000_000), ("4s".to_owned(), 0));
        assert_eq!(seen(u64::MAX), ("6s".to_owned(), 1), "never beyond the end");
        assert_eq!(axis.step(2_500_000, 1), 3_000_000);
        assert_eq!(axis.step(2_500_000, -9), 0);
        assert_eq!(axis.step(2_500_000, 9), 6_000_000);
        // Where the value of 5.1 s begins, and not a column of the second before.
        let column = axis.moment(5_000_000).column;
        assert_eq!(axis.at_column(column), 5_100_000);
    }

    #[test]
    fn every_sample_belongs_to_exactly_one_column_of_a_narrow_chart() {
        let usage = at(&(0..997).map(|n| n * 1_003 + 100).collect::<Vec<_>>());
        for columns in [1, 7, 20, 63, 996] {
            let axis = axis(&usage, columns);
            let (mut at_us, mut counted, mut end) = (0, 0, 0);
            for column in 0..columns {
                let moment = axis.moment(at_us);
                assert_eq!((u64::from(moment.column), moment.from_us), (column, end), "{columns}");
                counted += moment.samples.len();
                end = moment.to_us;
                at_us = axis.step(at_us, 1);
            }
            assert_eq!(counted, usage.len(), "{columns}");
        }
    }

    #[test]
    fn a_column_tells_from_when_to_when_it_goes() {
        let label = |end_ms: u64| {
            let usage = at(&[100, end_ms]);
            let axis = axis(&usage, 20);
            axis.label(&axis.moment(end_ms * 1_000 / 2))
        };
        assert_eq!(label(60_000), "30.0–33.0s");
        assert_eq!(label(300_000), "150–165s");
        assert_eq!(label(7_200_000), "1:00:00–1:06:00");
    }

    #[test]
    fn one_sample_is_an_axis_too() {
        let usage = at(&[0]);
        let axis = axis(&usage, 20);
        assert_eq!((axis.moment(5).samples.len(), axis.step(0, 1), axis.at_column(19)), (1, 0, 0));
    }
}
