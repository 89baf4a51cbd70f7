//! What a run's tree uses of the machine over time: two graphs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::pane::{Look, sign};
use crate::tui::seen::{Detail, Usage};
use crate::tui::widget::graph::{graph, resample};
use crate::tui::widget::line::{below, bold, put, row, span, spread};
use crate::tui::widget::pane::{Frame, padded_area};

/// One core.
const CORE: f64 = 100.0;

/// Air above the highest value of a graph of memory.
const HEADROOM: f64 = 1.1;

/// Draws the CPU's graph in a frame.
pub fn cpu(buffer: &mut Buffer, area: Rect, detail: Option<&Detail>, look: Look) {
    let values: Vec<_> = series(detail, |usage| f64::from(usage.cpu_percent));
    let peak = highest(&values);
    let average = values.iter().map(|(_, value)| value).sum::<f64>() / count(values.len());
    // The scale is whole cores: a graph at its top means "all that this many cores can do".
    let scale = (peak / CORE).ceil().max(1.0) * CORE;
    let now = values.last().map_or("–".to_owned(), |(_, value)| format!("{value:.0}%"));
    let fact =
        if values.is_empty() { String::new() } else { format!("peak {peak:.0}% · avg {average:.0}%") };
    chart(buffer, area, ("CPU", now, fact), &values, scale, look);
}

/// Draws the memory's graph in a frame.
#[expect(clippy::cast_precision_loss, reason = "a graph has some dozens of steps")]
pub fn memory(buffer: &mut Buffer, area: Rect, detail: Option<&Detail>, look: Look) {
    let values = series(detail, |usage| usage.rss_bytes as f64);
    let usage = detail.map_or(&[][..], |detail| &detail.usage);
    let peak = usage.iter().map(|usage| usage.rss_bytes).max().unwrap_or(0);
    let now = usage.last().map_or("–".to_owned(), |usage| sign::memory(usage.rss_bytes));
    let processes =
        detail.and_then(|detail| detail.latest.as_ref()).map_or(0, |sample| sample.processes.len());
    let mut fact = if values.is_empty() { String::new() } else { format!("peak {}", sign::memory(peak)) };
    if processes > 0 {
        fact = format!("{fact} · {}", sign::count(processes, "proc", "procs"));
    }
    chart(buffer, area, ("Memory", now, fact), &values, peak as f64 * HEADROOM, look);
}

fn chart(
    buffer: &mut Buffer,
    area: Rect,
    (name, now, fact): (&str, String, String),
    values: &[(u64, f64)],
    scale: f64,
    look: Look,
) {
    let t = look.theme;
    let title: Vec<Span> = vec![bold(name, t.fg), bold(format!(" {now}"), t.g[3])];
    let inner = Frame::new(title, false).fact(vec![span(fact, t.dim)]).draw(buffer, area, t);
    let inner = padded_area(inner);
    let Some((to, _)) = values.last() else {
        put(buffer, row(inner, 0), span("no sample yet", t.dim));
        return;
    };
    let axis = row(inner, inner.height.saturating_sub(1));
    let seconds = to / 1_000_000;
    let end = if seconds < 600 {
        format!("{seconds}s")
    } else {
        sign::live_time(std::time::Duration::from_secs(seconds))
    };
    put(buffer, axis, spread(vec![span("0s", t.dim)], vec![span(end, t.dim)], usize::from(axis.width)));
    let area = Rect { height: inner.height.saturating_sub(1), ..below(inner, 0) };
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let scaled: Vec<_> = values.iter().map(|(at, value)| (*at, value / scale)).collect();
    graph(buffer, area, &resample(&scaled, 0, *to, usize::from(area.width) * 2), t);
}

fn series(detail: Option<&Detail>, value: impl Fn(&Usage) -> f64) -> Vec<(u64, f64)> {
    detail
        .map_or_else(Vec::new, |detail| detail.usage.iter().map(|usage| (usage.t_us, value(usage))).collect())
}

fn highest(values: &[(u64, f64)]) -> f64 {
    values.iter().map(|(_, value)| *value).fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "some thousands at most")]
fn count(number: usize) -> f64 {
    number.max(1) as f64
}
