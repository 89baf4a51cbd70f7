//! How states, sizes and times are shown: the same sign, colour and spelling everywhere.

use ratatui::style::Color;
use ratatui::text::Span;

use crate::process::id;
use crate::run::status::State;
use crate::text;
use crate::tui::message::Now;
use crate::tui::seen::Run;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{bold, span};
use crate::venv::stamp::Environment;

pub use crate::text::size;
pub use crate::text::spell::{count, live_time, took};

/// A live run that has been silent for long.
pub const STUCK: &str = "◐";

/// The glyph and the colour of a run's state.
#[must_use]
pub fn state(state: State, theme: &Theme) -> (&'static str, Color) {
    match state {
        State::Starting => ("◌", theme.info),
        State::Running => ("▶", theme.info),
        State::Stopping => ("▼", theme.warn),
        State::Succeeded => ("✓", theme.ok),
        State::SoftError => ("!", theme.warn),
        State::Failed => ("✗", theme.err),
        State::TimedOut => ("◷", theme.err),
        State::Killed => ("■", theme.dim),
        State::Rejected => ("⊘", theme.err),
        State::Lost => ("?", theme.err),
    }
}

/// The glyph and the colour of a run: of its state, or that it seems stuck.
#[must_use]
pub fn run(run: &Run, theme: &Theme) -> (&'static str, Color) {
    if run.stuck { (STUCK, theme.warn) } else { state(run.state, theme) }
}

/// A run on its page: its state, or that it seems stuck.
#[must_use]
pub fn chip(run: &Run, theme: &Theme) -> Span<'static> {
    if run.stuck {
        return Span::styled(format!(" {STUCK} stuck "), theme.solid(theme.warn));
    }
    state_chip(run.state, theme)
}

/// The state of a page's subject: a solid chip when it wants attention, else coloured text.
#[must_use]
pub fn state_chip(of: State, theme: &Theme) -> Span<'static> {
    let (glyph, colour) = state(of, theme);
    match of {
        State::Starting | State::Running | State::Succeeded | State::Killed => {
            bold(format!("{glyph} {}", of.word()), colour)
        }
        State::Stopping
        | State::SoftError
        | State::Failed
        | State::TimedOut
        | State::Rejected
        | State::Lost => Span::styled(format!(" {glyph} {} ", of.word()), theme.solid(colour)),
    }
}

/// The sign and a word or two for an agent's environment; `long` where there is room.
#[must_use]
pub fn environment(environment: &Environment, long: bool, theme: &Theme) -> Vec<Span<'static>> {
    let env = if long { "env " } else { "" };
    let (glyph, colour, word) = match environment {
        Environment::None => ("○", theme.dim, "no env".to_owned()),
        Environment::Ready { .. } => ("●", theme.ok, format!("{env}ok")),
        Environment::Stale { .. } => ("▲", theme.warn, format!("{env}stale")),
        Environment::Broken { .. } => ("✗", theme.err, format!("{env}broken")),
        Environment::Building => ("▶", theme.info, "building".to_owned()),
    };
    vec![span(glyph, colour), span(format!(" {word}"), theme.dim)]
}

/// How long ago something was: `now`, `2m ago`, `3h ago`, `5d ago`.
#[must_use]
pub fn ago(then_ms: i64, now_ms: i64) -> String {
    match now_ms.saturating_sub(then_ms) / 1000 {
        ..5 => "now".to_owned(),
        seconds @ 5..60 => format!("{seconds}s ago"),
        seconds @ 60..3_600 => format!("{}m ago", seconds / 60),
        seconds @ 3_600..86_400 => format!("{}h ago", seconds / 3_600),
        seconds => format!("{}d ago", seconds / 86_400),
    }
}

/// How old a process is that started at this tick of the clock: `41s`, `12m`, `3h`, `5d`.
#[must_use]
pub fn age(start_time: u64, now: Now) -> String {
    let seconds = (now.uptime_ms / 1_000).saturating_sub(start_time / id::ticks_per_second());
    match seconds {
        ..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Memory, as short as can be: `812K`, `96M`, `1.4G`.
#[must_use]
pub fn memory(bytes: u64) -> String {
    const K: u64 = 1 << 10;
    match bytes {
        0 => "0".to_owned(),
        b if b < 1 << 20 => format!("{}K", b.div_ceil(K)),
        b if b < 1 << 30 => format!("{}M", b >> 20),
        b => format!("{}.{}G", b >> 30, (b >> 20) % K * 10 / K),
    }
}

/// A share of one core: `0%`, `61%`.
#[must_use]
pub fn percent(percent: f32) -> String {
    format!("{percent:.0}%")
}

/// The name of an agent where room is short: `coding` for `agentplug/coding-agent`.
#[must_use]
pub fn short_agent(agent: &str) -> String {
    let folder = agent.rsplit('/').next().unwrap_or(agent);
    safe(folder.strip_suffix("-agent").unwrap_or(folder))
}

/// How long a run took, or has been going on.
#[must_use]
pub fn elapsed(run: &Run, now: Now) -> String {
    let time = run.elapsed(now);
    if run.is_live() { live_time(time) } else { took(time) }
}

/// A text of others on one line.
#[must_use]
pub fn safe(text: &str) -> String {
    text::safe(text.as_bytes())
}

/// The day of a moment as a person says it: `today`, `yesterday`, `2026-11-20`.
#[must_use]
pub fn day(then_ms: i64, now: Now) -> String {
    let day = day_number(then_ms, now);
    match day_number(now.wall_ms, now) - day {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        _ => date(day),
    }
}

/// The same as a number that tells days apart; what is still to come counts as today.
#[must_use]
pub fn day_number(then_ms: i64, now: Now) -> i64 {
    let number = |ms: i64| (ms / 1000 + i64::from(now.utc_offset)).div_euclid(86_400);
    number(then_ms).min(number(now.wall_ms))
}

/// The clock time of a moment: `14:03:22`.
#[must_use]
pub fn clock(then_ms: i64, now: Now) -> String {
    let second = (then_ms / 1000 + i64::from(now.utc_offset)).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// A day counted from 1970 as a date of the Gregorian calendar, by Howard Hinnant's `civil_from_days`.
fn date(day: i64) -> String {
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_names() {
        let now = Now { clock_us: 0, uptime_ms: 0, wall_ms: 1_795_356_202_000, utc_offset: 7_200 };
        assert_eq!(day(now.wall_ms, now), "today");
        assert_eq!(day(now.wall_ms - 86_400_000, now), "yesterday");
        assert_eq!(day(0, now), "1970-01-01");
        assert_eq!(day(951_782_400_000, now), "2000-02-29");
        assert_eq!(clock(951_782_400_000, now), "02:00:00");
    }

    #[test]
    fn sizes_are_short_at_every_length() {
        assert_eq!([0, 900, 96 << 20, 1_503_238_553].map(memory), ["0", "1K", "96M", "1.3G"]);
        assert_eq!([118, 2_100, 9_800_000].map(size), ["118 B", "2.1 KB", "9.8 MB"]);
    }
}
