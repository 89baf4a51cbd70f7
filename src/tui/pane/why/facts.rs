//! What stands below a verdict besides the stacks: the kernel's view, sockets, files, output, processes, use.

use std::time::Duration;

use ratatui::text::Line;

use crate::process::sampler::ProcessSample;
use crate::process::verdict::seconds;
use crate::run::evidence::{KernelThread, Looked, Socket};
use crate::text;
use crate::tui::message::Now;
use crate::tui::pane::why::{Scene, drawn, labelled};
use crate::tui::pane::{Look, procs, sign};
use crate::tui::theme::Theme;
use crate::tui::widget::graph::{graph, resample};
use crate::tui::widget::line::{LABEL, blank, bold, fact, section, span, spread};

/// Open files that are shown, unless all are asked for.
const FILES: usize = 6;

/// The time that the charts show.
const CHART_US: u64 = 60_000_000;

/// Rows of a chart.
const ROWS: usize = 2;

/// Columns of the number behind a chart.
const NUMBER: usize = 6;

impl Scene<'_> {
    /// The process to blame and its thread: the one that the verdict is about, else the first.
    fn kernel_of(&self) -> Option<(&Looked, Option<&KernelThread>)> {
        let blamed = self.evidence.blamed()?;
        let threads = &blamed.kernel;
        let tid = self.evidence.verdict.tid;
        Some((blamed, threads.iter().find(|thread| Some(thread.tid) == tid).or(threads.first())))
    }

    /// The kernel's view as a section.
    pub(super) fn kernel(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        let Some((process, thread)) = self.kernel_of() else { return Vec::new() };
        let whose = vec![span(format!("process {}", process.id.pid), t.dim)];
        let mut lines = vec![section(vec![bold("Kernel", t.bright)], whose, columns, t)];
        if let Some(thread) = thread {
            let state = format!("{} {}", thread.state, word(thread.state));
            lines.extend(labelled("state", &state, columns, t));
            let call = sign::safe(thread.syscall.as_deref().unwrap_or("not shown"));
            lines.extend(labelled("syscall", &call, columns, t));
            lines.extend(labelled("wchan", &wchan(thread), columns, t));
        }
        lines
    }

    /// The same in one row.
    pub(super) fn kernel_rows(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        let Some((process, Some(thread))) = self.kernel_of() else { return Vec::new() };
        let call = sign::safe(thread.syscall.as_deref().unwrap_or("system call not shown"));
        let text = format!(
            "process {} · {} {} · {} · {call}",
            process.id.pid,
            thread.state,
            word(thread.state),
            wchan(thread)
        );
        labelled("kernel", &text, columns, t)
    }

    pub(super) fn sockets(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        let sockets = self.evidence.blamed().map(|process| process.sockets.as_slice()).unwrap_or_default();
        if sockets.is_empty() {
            return Vec::new();
        }
        let safe = |row: [String; 7]| row.map(|cell| sign::safe(&cell));
        let rows: Vec<_> =
            std::iter::once(Socket::heads()).chain(sockets.iter().map(Socket::row)).map(safe).collect();
        let rows = text::table(&rows, columns.saturating_sub(usize::from(LABEL))).into_iter().enumerate();
        let line = |(at, row)| match at {
            0 => fact("sockets", vec![span(row, t.dim)], t),
            _ => fact("", vec![span(row, t.fg)], t),
        };
        rows.map(line).collect()
    }

    pub(super) fn files(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        let files = self.evidence.blamed().map(|process| process.files.as_slice()).unwrap_or_default();
        let shown = if self.all { files.len() } else { FILES };
        let mut lines = Vec::new();
        for (at, file) in files.iter().take(shown).enumerate() {
            let text = sign::safe(&format!("fd {}  {}", file.fd, file.path));
            lines.extend(labelled(if at == 0 { "files" } else { "" }, &text, columns, t));
        }
        if files.len() > shown {
            lines.push(fact("", vec![span(format!("… {} more", files.len() - shown), t.dim)], t));
        }
        lines
    }

    pub(super) fn trend(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        let Some(blamed) = self.evidence.blamed() else { return Vec::new() };
        let text = format!(
            "in {}: {} · {} read and written · memory {}{}",
            seconds(Duration::from_millis(self.evidence.between_ms)),
            sign::count(usize::try_from(blamed.switches).unwrap_or(usize::MAX), "switch", "switches"),
            sign::size(blamed.io_bytes),
            if blamed.rss_change < 0 { "-" } else { "+" },
            sign::size(blamed.rss_change.unsigned_abs())
        );
        labelled("trend", &text, columns, t)
    }

    pub(super) fn last_output(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        // Nobody listens to an orphan.
        if self.evidence.silence_ms.is_none() {
            return Vec::new();
        }
        let Some(last) = &self.evidence.last_output else {
            return labelled("last line", "nothing was printed", columns, t);
        };
        let age = seconds(Duration::from_millis(last.age_ms));
        let text = format!("{age} before, {}: {}", sign::safe(&last.stream), sign::safe(&last.text));
        labelled("last line", &text, columns, t)
    }

    /// All processes of the run, as old as they were then.
    pub(super) fn tree(&self, columns: usize, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let since = u64::try_from(look.now.wall_ms.saturating_sub(self.at_ms)).unwrap_or(0);
        let now = Now { uptime_ms: look.now.uptime_ms.saturating_sub(since), ..look.now };
        let processes: Vec<_> = self.evidence.processes.iter().map(sample).collect();
        let heads = procs::tree_heads(u16::try_from(columns).unwrap_or(u16::MAX), t);
        let mut lines = vec![section(vec![bold("Process tree", t.bright)], heads, columns, t)];
        lines.extend(drawn(columns, processes.len(), |buffer, area| {
            procs::tree(buffer, area, &processes, |_| false, Look { now, ..look });
        }));
        lines
    }

    /// What the run used in the last minute.
    #[expect(clippy::cast_precision_loss, reason = "a graph has some dozens of steps")]
    pub(super) fn charts(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        let usage = self.usage;
        let Some(last) = usage.last() else { return Vec::new() };
        let from = last.t_us.saturating_sub(CHART_US);
        let title = format!("Last {} s", (last.t_us - from) / 1_000_000);
        let mut lines = vec![section(vec![bold(title, t.bright)], Vec::new(), columns, t)];
        let room = columns.saturating_sub(usize::from(LABEL) + NUMBER + 1);
        let mut chart = |name: &str, now: String, values: Vec<(u64, f64)>, least: f64| {
            let most = values.iter().map(|(_, value)| *value).fold(least, f64::max);
            let scaled: Vec<_> = values.into_iter().map(|(at, value)| (at, value / most)).collect();
            let rows = drawn(room, ROWS, |buffer, area| {
                graph(buffer, area, &resample(&scaled, from, last.t_us, room * 2), t);
            });
            for (at, row) in rows.into_iter().enumerate() {
                let is_last = at + 1 == ROWS;
                let line = fact(if is_last { name } else { "" }, row.spans, t);
                let number = if is_last { bold(now.clone(), t.g[3]) } else { blank(0) };
                lines.push(spread(line.spans, vec![number], columns));
            }
        };
        let cpu = usage.iter().map(|usage| (usage.t_us, f64::from(usage.cpu_percent))).collect();
        chart("cpu", sign::percent(last.cpu_percent), cpu, 100.0);
        let memory = usage.iter().map(|usage| (usage.t_us, usage.rss_bytes as f64)).collect();
        chart("memory", sign::memory(last.rss_bytes), memory, 1.0);
        lines
    }
}

fn wchan(thread: &KernelThread) -> String {
    if thread.wchan.is_empty() { "–".to_owned() } else { sign::safe(&thread.wchan) }
}

/// What the kernel's letter stands for.
fn word(state: char) -> &'static str {
    match state {
        'R' => "running",
        'S' => "sleeping",
        'D' => "waits for the disk",
        'T' => "stopped",
        't' => "traced",
        'Z' => "zombie",
        _ => "",
    }
}

fn sample(process: &Looked) -> ProcessSample {
    ProcessSample {
        pid: process.id.pid,
        start_time: process.id.start_time,
        ppid: process.ppid,
        session: 0,
        state: process.state,
        cpu_percent: process.cpu_percent,
        rss_bytes: process.rss_bytes,
        threads: u32::try_from(process.kernel.len()).unwrap_or(u32::MAX),
        command: Some(sign::safe(&process.command)),
    }
}
