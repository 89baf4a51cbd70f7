//! What a run's tree uses of the machine over time: two graphs, with one cursor through both.

mod axis;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

pub use axis::{Axis, Moment};

use crate::text;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::{Detail, Usage};
use crate::tui::theme::Depth;
use crate::tui::widget::graph::{graph, resample};
use crate::tui::widget::line::{below, bold, put, row, span, spread, width};
use crate::tui::widget::pane::{Frame, chip, padded_area};

/// One core.
const CORE: f64 = 100.0;

/// Air above the highest value of a graph of memory.
const HEADROOM: f64 = 1.1;

/// Columns of a frame below which its name is short while a cursor tells more.
const NARROW: u16 = 30;

/// Columns of a frame's upper border that are neither its name nor a fact, and those between the two.
const CORNERS: usize = 6;
const APART: usize = 3;

/// What is shown at the cursor.
#[derive(Clone)]
struct Pointed {
    column: u16,
    label: String,
    /// `None`: nothing was seen then.
    cpu: Option<String>,
    memory: Option<String>,
    processes: Option<String>,
}

/// One of the graphs.
struct Chart {
    title: Vec<Span<'static>>,
    /// The first that fits is shown.
    facts: Vec<String>,
    values: Vec<(u64, f64)>,
    /// The value at the top.
    scale: f64,
}

/// The graphs of a run.
pub struct Charts<'a> {
    pub cpu: Rect,
    pub memory: Rect,
    pub detail: Option<&'a Detail>,
    /// Where the cursor is, in microseconds since the run started.
    pub cursor: Option<u64>,
}

impl Charts<'_> {
    /// Draws CPU and memory, each in its frame. While there is a cursor, they have the focus together.
    pub fn render(&self, buffer: &mut Buffer, look: Look) {
        let axis = self.detail.and_then(|detail| Axis::of(detail, self.cpu));
        let pointed = axis.zip(self.cursor).map(|(axis, at_us)| pointed(&axis, &axis.moment(at_us)));
        self.chart(buffer, self.cpu, self.of_cpu(pointed.as_ref(), look), pointed.as_ref(), look);
        // It may be a column wider.
        let axis = self.detail.and_then(|detail| Axis::of(detail, self.memory));
        let column = axis.zip(self.cursor).map(|(axis, at_us)| axis.moment(at_us).column);
        let pointed = pointed.zip(column).map(|(pointed, column)| Pointed { column, ..pointed });
        self.chart(buffer, self.memory, self.of_memory(pointed.as_ref(), look), pointed.as_ref(), look);
    }

    fn of_cpu(&self, pointed: Option<&Pointed>, look: Look) -> Chart {
        let t = look.theme;
        let values = self.series(|usage| f64::from(usage.cpu_percent));
        let peak = values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let average = values.iter().map(|(_, value)| value).sum::<f64>() / count(values.len());
        let now = values.last().map_or("–".to_owned(), |(_, value)| format!("{value:.0}%"));
        let (name, value) = match pointed {
            Some(pointed) => {
                let name = if look.focused { chip("CPU", t) } else { bold("CPU", t.fg) };
                (name, at_cursor(pointed.cpu.as_ref(), look))
            }
            None => (bold("CPU", t.fg), bold(format!(" {now}"), t.g[3])),
        };
        let fact = (!values.is_empty()).then(|| format!("peak {peak:.0}% · avg {average:.0}%"));
        // The scale is whole cores: a graph at its top means "all that this many cores can do".
        let scale = (peak / CORE).ceil().max(1.0) * CORE;
        Chart { title: vec![name, value], facts: fact.into_iter().collect(), values, scale }
    }

    #[expect(clippy::cast_precision_loss, reason = "a graph has some dozens of steps")]
    fn of_memory(&self, pointed: Option<&Pointed>, look: Look) -> Chart {
        let t = look.theme;
        let values = self.series(|usage| usage.rss_bytes as f64);
        let usage = self.detail.map_or(&[][..], |detail| &detail.usage);
        let peak = usage.iter().map(|usage| usage.rss_bytes).max().unwrap_or(0);
        let now = usage.last().map_or("–".to_owned(), |usage| sign::memory(usage.rss_bytes));
        let name = if pointed.is_some() && self.memory.width < NARROW { "Mem" } else { "Memory" };
        let value = match pointed {
            Some(pointed) => at_cursor(pointed.memory.as_ref(), look),
            None => bold(format!(" {now}"), t.g[3]),
        };
        let peak_words = format!("peak {}", sign::memory(peak));
        let latest =
            self.detail.and_then(|detail| detail.latest.as_ref()).map_or(0, |one| one.processes.len());
        let processes = match pointed {
            Some(pointed) => pointed.processes.clone(),
            None => (latest > 0).then(|| sign::count(latest, "proc", "procs")),
        };
        let facts = match processes {
            _ if values.is_empty() => Vec::new(),
            Some(processes) => vec![format!("{peak_words} · {processes}"), processes],
            None => vec![peak_words],
        };
        Chart { title: vec![bold(name, t.fg), value], facts, values, scale: peak as f64 * HEADROOM }
    }

    fn series(&self, value: impl Fn(&Usage) -> f64) -> Vec<(u64, f64)> {
        let usage = self.detail.map_or(&[][..], |detail| &detail.usage);
        usage.iter().map(|usage| (usage.t_us, value(usage))).collect()
    }

    fn chart(&self, buffer: &mut Buffer, area: Rect, chart: Chart, pointed: Option<&Pointed>, look: Look) {
        let t = look.theme;
        let room = usize::from(area.width).saturating_sub(CORNERS + APART + width(&chart.title));
        let fact = chart.facts.into_iter().find(|fact| text::width(fact) <= room);
        let frame = Frame::new(chart.title, pointed.is_some() && look.focused);
        let inner =
            frame.fact(fact.map(|fact| span(fact, t.dim)).into_iter().collect()).draw(buffer, area, t);
        let inner = padded_area(inner);
        let Some((to, _)) = chart.values.last() else {
            let live = self.detail.is_none_or(|detail| detail.run.is_live());
            let words = if live { "no sample yet" } else { "ended before the first sample" };
            put(buffer, row(inner, 0), span(words, t.dim));
            return;
        };
        let axis = row(inner, inner.height.saturating_sub(1));
        let seconds = to / 1_000_000;
        let end = if seconds < 600 {
            format!("{seconds}s")
        } else {
            sign::live_time(std::time::Duration::from_secs(seconds))
        };
        let ends = end.len();
        put(buffer, axis, spread(vec![span("0s", t.dim)], vec![span(end, t.dim)], usize::from(axis.width)));
        let area = Rect { height: inner.height.saturating_sub(1), ..below(inner, 0) };
        let scale = if chart.scale > 0.0 { chart.scale } else { 1.0 };
        let scaled: Vec<_> = chart.values.iter().map(|(at, value)| (*at, value / scale)).collect();
        graph(buffer, area, &resample(&scaled, 0, *to, usize::from(area.width) * 2), t);
        if let Some(pointed) = pointed {
            cursor(buffer, area, axis, pointed, ends, look);
        }
    }
}

/// Draws the cursor over a graph, and its time below, in the place of an end of the axis that it comes near to.
fn cursor(buffer: &mut Buffer, graph: Rect, axis: Rect, pointed: &Pointed, end: usize, look: Look) {
    let t = look.theme;
    let column = Rect { x: graph.x + pointed.column.min(graph.width.saturating_sub(1)), width: 1, ..graph };
    let colour = if look.focused { t.accent } else { t.dim };
    for y in column.top()..column.bottom() {
        let cell = &mut buffer[(column.x, y)];
        if cell.symbol() == " " {
            cell.set_symbol("│");
        }
        cell.set_style(Style::new().fg(colour));
    }
    match t.depth {
        Depth::Full => {
            let tint = if look.focused { t.sel } else { t.sel_idle };
            buffer.set_style(column, Style::new().bg(tint));
        }
        Depth::Sixteen | Depth::Mono if look.focused => {
            buffer.set_style(column, Style::new().add_modifier(Modifier::REVERSED));
        }
        Depth::Sixteen | Depth::Mono => {}
    }
    // The sign stands below the column, and the time on the side where it fits.
    let mut label = format!("▲ {}", pointed.label);
    let columns = u16::try_from(text::width(&label)).unwrap_or(u16::MAX).min(axis.width);
    let mut from = column.x;
    if from + columns > axis.right() {
        label = format!("{} ▲", pointed.label);
        from = (column.x + 1).saturating_sub(columns).max(axis.x);
    }
    let blanked = |from: u16, to: u16| Rect { x: from, width: to.saturating_sub(from), ..axis };
    let end = axis.right().saturating_sub(u16::try_from(end).unwrap_or(u16::MAX));
    if from < axis.x + 4 {
        put(buffer, blanked(axis.x, from), span("  ", t.dim));
    }
    if from + columns + 2 > end {
        let free = blanked(from + columns, axis.right());
        put(buffer, free, span(" ".repeat(usize::from(free.width)), t.dim));
    }
    put(buffer, blanked(from, axis.right()), bold(label, if look.focused { t.accent } else { t.dim }));
}

fn at_cursor(value: Option<&String>, look: Look) -> Span<'static> {
    match value {
        Some(value) => bold(format!(" {value}"), look.theme.g[3]),
        None => span(" no sample", look.theme.dim),
    }
}

/// What was seen in a moment: of several samples the lowest and the highest.
fn pointed(axis: &Axis, moment: &Moment) -> Pointed {
    let cpu = moment.samples.iter().map(|usage| usage.cpu_percent);
    let memory = moment.samples.iter().map(|usage| usage.rss_bytes);
    let processes = moment.samples.iter().map(|usage| usage.processes);
    let cpu = cpu.clone().min_by(f32::total_cmp).zip(cpu.max_by(f32::total_cmp));
    let cpu = cpu.map(|(low, high)| (format!("{low:.0}"), format!("{high:.0}")));
    let memory = memory.clone().min().zip(memory.max());
    let memory = memory.map(|(low, high)| (sign::memory(low), sign::memory(high)));
    let processes = processes.clone().min().zip(processes.max());
    Pointed {
        column: moment.column,
        label: axis.label(moment),
        cpu: cpu.map(|range| format!("{}%", between(range))),
        memory: memory.map(between),
        processes: processes.map(|(low, high)| {
            let word = if high == 1 { "proc" } else { "procs" };
            format!("{} {word}", between((low.to_string(), high.to_string())))
        }),
    }
}

/// `3–88`, or one of them where both read the same.
fn between((low, high): (String, String)) -> String {
    if low == high { low } else { format!("{low}–{high}") }
}

#[expect(clippy::cast_precision_loss, reason = "some thousands at most")]
fn count(number: usize) -> f64 {
    number.max(1) as f64
}
