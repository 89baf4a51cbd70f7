//! The steps of a build: what is done, how far it is, how long each took, on a common axis of time.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::run::spec::Step;
use crate::run::status::{State, StepStatus};
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Detail;
use crate::tui::tail::exit;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, put, row, span, spread};
use crate::tui::widget::select::select;

/// From this width on the bars of the waterfall are drawn.
const WATERFALL: u16 = 80;
/// Columns of the waterfall.
const BARS: u16 = 26;
/// Columns of the durations, at the right end.
const TIMES: u16 = 9;

/// Columns of air between what a step is and its bar.
const GAP: u16 = 2;

/// Where a step stands.
struct Standing {
    glyph: &'static str,
    colour: Color,
    running: bool,
    note: String,
    time: String,
}

/// Draws the steps, one a row. `area` has the padding column at both sides; `selected` is a step's index.
pub fn steps(buffer: &mut Buffer, area: Rect, detail: &Detail, selected: Option<usize>, look: Look) {
    let t = look.theme;
    let now_us = micros(detail.run.elapsed(look.now));
    let status = &detail.status;
    let scroll = selected.map_or(0, |at| (at + 1).saturating_sub(usize::from(area.height)));
    for (y, (index, step)) in (0..area.height).zip(detail.spec.steps.iter().enumerate().skip(scroll)) {
        let known = status.steps.get(index);
        let standing = standing(known, detail.run.is_live(), now_us, t);
        let place = row(area, y);
        let bars = if area.width >= WATERFALL { BARS } else { 0 };
        let title = sign::safe(&step.title);
        let name = match (standing.running, standing.glyph) {
            (true, _) => bold(title, t.bright),
            (false, "·" | "↷") => span(title, t.dim),
            (false, _) => span(title, t.fg),
        };
        let mut left = vec![
            span(format!(" {} ", index + 1), t.dim),
            bold(standing.glyph, standing.colour),
            blank(2),
            name,
        ];
        if !standing.note.is_empty() {
            left.push(span(format!("   {}", standing.note), t.dim));
        } else if !standing.running {
            left.push(span(format!("   {}", sign::safe(&step.reason)), t.dim));
        }
        let time = span(standing.time.clone(), if standing.running { t.info } else { t.fg });
        let width = usize::from(area.width.saturating_sub(bars + TIMES + GAP));
        put(
            buffer,
            Rect { width: area.width.saturating_sub(bars + TIMES + GAP), ..place },
            spread(left, Vec::new(), width),
        );
        let right = Rect { x: area.right() - TIMES.min(area.width), width: TIMES.min(area.width), ..place };
        put(buffer, right, spread(Vec::new(), vec![time, blank(1)], usize::from(right.width)));
        if bars > 0 {
            let place = Rect { x: right.x - bars, width: bars - 1, ..place };
            bar(buffer, place, known, standing.colour, now_us);
        }
        if selected == Some(index) {
            select(buffer, row(area, y), look.focused, t);
        }
    }
}

/// How a plan's steps are told before anything runs: number, title, reason.
#[must_use]
pub fn planned(steps: &[Step], columns: usize, t: &Theme) -> Vec<ratatui::text::Line<'static>> {
    let mut lines = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let skipped = step.skip.as_ref();
        let glyph = if skipped.is_some() { "↷" } else { "·" };
        let mut head = span(format!("{} {glyph}  ", index + 1), t.dim);
        // A command is anybody's code: all of it is shown.
        for title in crate::tui::widget::line::wrap(&sign::safe(&step.title), columns.saturating_sub(5)) {
            let title = if skipped.is_some() { span(title, t.dim) } else { bold(title, t.bright) };
            lines.push(ratatui::text::Line::from(vec![std::mem::replace(&mut head, blank(5)), title]));
        }
        let reason = skipped.map_or_else(|| step.reason.clone(), |reason| format!("skipped: {reason}"));
        for line in crate::tui::widget::line::wrap(&sign::safe(&reason), columns.saturating_sub(5)) {
            lines.push(ratatui::text::Line::from(vec![blank(5), span(line, t.dim)]));
        }
    }
    lines
}

/// The step where one wants to look first: the one that runs, or at which the build ended; of a build that went
/// well the longest one, which did the work.
#[must_use]
pub fn current(detail: &Detail) -> usize {
    let steps = &detail.status.steps;
    if detail.run.state == State::Succeeded {
        let took = |step: &StepStatus| Some(step.ended_us?.saturating_sub(step.started_us?));
        return (0..steps.len()).max_by_key(|index| took(&steps[*index])).unwrap_or(0);
    }
    let started = |step: &StepStatus| step.started_us.is_some() || step.error.is_some();
    steps.iter().rposition(started).unwrap_or(0)
}

fn standing(known: Option<&StepStatus>, live: bool, now_us: u64, t: &Theme) -> Standing {
    let new =
        |glyph, colour| Standing { glyph, colour, running: false, note: String::new(), time: String::new() };
    let Some(step) = known else { return new("·", t.dim) };
    if let Some(reason) = &step.skipped {
        let note = format!("skipped, {}", sign::safe(reason));
        return Standing { note, time: "–".to_owned(), ..new("↷", t.dim) };
    }
    if let Some(error) = &step.error {
        return Standing { note: sign::safe(error), ..new("✗", t.err) };
    }
    let Some(started) = step.started_us else { return new("·", t.dim) };
    let Some(ended) = step.ended_us else {
        let time = sign::took(Duration::from_micros(now_us.saturating_sub(started)));
        return match live {
            true => Standing { running: true, time, ..new("▶", t.info) },
            false => new("?", t.err),
        };
    };
    let time = sign::took(Duration::from_micros(ended.saturating_sub(started)));
    match (step.exit_code, step.signal) {
        (Some(0), None) => Standing { time, ..new("✓", t.ok) },
        (code, Some(signal)) => Standing { time, note: exit(code, Some(signal)), ..new("■", t.dim) },
        (code, None) => Standing { time, note: exit(code, None), ..new("✗", t.err) },
    }
}

/// A step's stretch of the whole build's time.
fn bar(buffer: &mut Buffer, area: Rect, known: Option<&StepStatus>, colour: Color, now_us: u64) {
    let Some(started) = known.and_then(|step| step.started_us) else { return };
    let ended = known.and_then(|step| step.ended_us).unwrap_or(now_us).max(started);
    let all = u128::from(now_us.max(ended).max(1));
    let columns = u128::from(area.width);
    let at =
        |t_us: u64| u16::try_from(u128::from(t_us) * columns / all).unwrap_or(area.width).min(area.width);
    let from = at(started).min(area.width.saturating_sub(1));
    let width = (at(ended).saturating_sub(from)).max(1);
    put(buffer, Rect { x: area.x + from, width, ..area }, span("━".repeat(usize::from(width)), colour));
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
