//! The processes of all live runs, each run's as a tree; below them what could not be ended with its run.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::process::sampler::ProcessSample;
use crate::run::spec::RunId;
use crate::text;
use crate::tui::keymap::Action;
use crate::tui::pane::list::Cursor;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Run;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, put, row, span, spread, width};
use crate::tui::widget::pane::{Frame, padded_area, title};
use crate::tui::widget::select::select;
use crate::tui::world::World;

/// A process that uses more than this is worth a brighter number; 100 is one core.
const BUSY: f32 = 50.0;

/// From this width on there is room for commands and memory.
const WIDE: usize = 36;

/// Columns of the two numbers at the right end.
const NUMBERS: usize = 12;

/// A command that gets fewer columns than this beside its agent's name says nothing.
const WORTH: usize = 12;

/// Longest name of an agent, in columns.
const NAME: usize = 20;

/// The list's state. Processes come and go: what is selected is known by pid and start time.
#[derive(Debug, Default)]
pub struct Procs {
    selected: Option<(i32, u64)>,
    cursor: Cursor,
}

/// A process in its run's tree.
struct Entry<'a> {
    run: &'a Run,
    /// `├ `, `└ ` and the like.
    branch: String,
    process: &'a ProcessSample,
    /// Why it could not be ended with its run.
    left: Option<&'a str>,
}

impl Procs {
    /// The run of the selected process.
    #[must_use]
    pub fn selected_run(&self, world: &World) -> Option<RunId> {
        let entries = entries(world);
        let of = |entry: &&Entry| Some((entry.process.pid, entry.process.start_time)) == self.selected;
        entries.iter().find(of).map(|entry| entry.run.id.clone())
    }

    /// Fits the state to what is there now.
    pub fn settle(&mut self, world: &World, height: u16) {
        let entries = entries(world);
        let at = self.selected.and_then(|selected| {
            entries.iter().position(|entry| (entry.process.pid, entry.process.start_time) == selected)
        });
        self.cursor.settle(at, entries.len());
        self.land(&entries, height);
    }

    /// Moves; whether the action was one that moves.
    pub fn act(&mut self, action: Action, height: u16, world: &World) -> bool {
        let entries = entries(world);
        let moved = self.cursor.act(action, height.saturating_sub(1), entries.len());
        self.land(&entries, height);
        moved
    }

    /// Moves the selection by rows, for the wheel.
    pub fn wheel(&mut self, rows: isize, height: u16, world: &World) {
        let entries = entries(world);
        self.cursor.step(rows, height.saturating_sub(1), entries.len());
        self.land(&entries, height);
    }

    /// Selects the row that stands at this height of the pane; whether it was selected before.
    pub fn click(&mut self, y: u16, world: &World) -> bool {
        let entries = entries(world);
        // The first row holds the heads of the columns.
        let Some(at) = usize::from(y).checked_sub(1).map(|y| y + self.cursor.offset()) else { return false };
        let again = at == self.cursor.selected();
        if at < entries.len() {
            self.cursor.settle(Some(at), entries.len());
            self.selected = entries.get(at).map(|entry| (entry.process.pid, entry.process.start_time));
        }
        again
    }

    fn land(&mut self, entries: &[Entry], height: u16) {
        self.cursor.fit(height.saturating_sub(1), entries.len());
        self.selected =
            entries.get(self.cursor.selected()).map(|entry| (entry.process.pid, entry.process.start_time));
    }

    /// Draws the pane.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, world: &World, look: Look) {
        let t = look.theme;
        let entries = entries(world);
        let fact = if entries.is_empty() { Vec::new() } else { vec![span(entries.len().to_string(), t.dim)] };
        let inner =
            Frame::new(title("3", "Procs", look.focused, t), look.focused).fact(fact).draw(buffer, area, t);
        if entries.is_empty() {
            put(buffer, row(padded_area(inner), 0), span("no agent processes", t.dim));
            return;
        }
        let columns = usize::from(inner.width);
        let pid = entries.iter().map(|entry| digits(entry.process.pid)).max().unwrap_or(0);
        let wide = columns >= WIDE;
        let heads =
            vec![span(format!("   {:<pid$} AGENT{}", "PID", if wide { "  COMMAND" } else { "" }), t.dim)];
        let numbers_heads = vec![span(if wide { "CPU    MEM " } else { "CPU " }, t.dim)];
        put(buffer, row(inner, 0), spread(heads, numbers_heads, columns));
        for (y, entry) in (1..inner.height).zip(entries.iter().skip(self.cursor.offset())) {
            let selected = self.selected == Some((entry.process.pid, entry.process.start_time));
            let (glyph, colour) = sign::state(entry.run.state, t);
            let is_root = entry.branch.is_empty();
            let glyph = if is_root { bold(glyph, colour) } else { blank(1) };
            let mut line = vec![blank(1), glyph, blank(1)];
            let mut left = process_left(entry.process, &entry.branch, pid, selected && look.focused, t);
            if is_root {
                // Whose it is says more than that it is a Python.
                let name = text::fit(&sign::short_agent(&entry.run.agent), NAME).into_owned();
                let name = bold(name, if selected { t.bright } else { t.fg });
                left.splice(1..1, [name, blank(2)]);
                let taken = 3 + width(&left[..left.len() - 2]) + NUMBERS;
                if !wide || columns < taken + WORTH {
                    left.truncate(2);
                }
            }
            line.extend(left);
            let mut right = match entry.left {
                Some(reason) => {
                    // That it is a process is plain here.
                    let reason = reason.strip_prefix("process of ").unwrap_or(reason);
                    vec![span(if wide { reason } else { "left" }.to_owned(), t.err)]
                }
                None => numbers(entry.process, t),
            };
            right.truncate(if wide { 2 } else { 1 });
            right.push(blank(1));
            let place = row(inner, y);
            put(buffer, place, spread(line, right, columns));
            if selected {
                select(buffer, place, look.focused, t);
            }
        }
    }
}

/// Draws a tree of processes, one a row, into an area; what does not fit is counted in the last row.
pub fn tree(buffer: &mut Buffer, area: Rect, processes: &[ProcessSample], t: &Theme) {
    let tree = branches(processes);
    let pid = processes.iter().map(|process| digits(process.pid)).max().unwrap_or(0);
    let room = usize::from(area.height);
    let shown = if tree.len() > room { room.saturating_sub(1) } else { room };
    for (y, (branch, process)) in (0..area.height).zip(tree.iter().take(shown)) {
        let left = process_left(process, branch, pid, false, t);
        put(buffer, row(area, y), spread(left, numbers(process, t), usize::from(area.width)));
    }
    if tree.len() > room && room > 0 {
        let more = format!("… {} more", tree.len() - shown);
        put(buffer, row(area, area.height - 1), span(more, t.dim));
    }
}

/// The heads of the number columns of [`tree`].
#[must_use]
pub fn tree_heads(t: &Theme) -> Vec<Span<'static>> {
    vec![span("CPU    MEM", t.dim)]
}

fn process_left(
    process: &ProcessSample,
    branch: &str,
    pid_columns: usize,
    selected: bool,
    t: &Theme,
) -> Vec<Span<'static>> {
    let command = process.command.as_deref().unwrap_or("–");
    let command = short_command(command);
    let ended = process.state == 'Z';
    let colour = if ended { t.dim } else { t.fg };
    vec![
        span(format!("{:<pid_columns$} ", process.pid), t.dim),
        span(branch.to_owned(), t.line),
        if selected { bold(command, t.bright) } else { span(command, colour) },
        span(if ended { "  zombie" } else { "" }, t.warn),
    ]
}

fn numbers(process: &ProcessSample, t: &Theme) -> Vec<Span<'static>> {
    let cpu = sign::percent(process.cpu_percent);
    let memory = sign::memory(process.rss_bytes);
    let cpu_colour = if process.cpu_percent > BUSY { t.bright } else { t.fg };
    vec![span(format!("{cpu:>4}"), cpu_colour), span(format!("  {memory:>5}"), t.fg)]
}

/// A command line with its program's folders left out: what tells processes apart comes after.
fn short_command(command: &str) -> String {
    let (program, rest) = command.split_once(' ').unwrap_or((command, ""));
    let name = program.rsplit('/').next().unwrap_or(program);
    format!("{name} {rest}").trim_end().to_owned()
}

fn digits(pid: i32) -> usize {
    pid.to_string().len()
}

/// How many processes there are to show.
#[must_use]
pub fn count(world: &World) -> usize {
    let live: usize =
        world.live().filter_map(|run| run.latest.as_ref()).map(|sample| sample.processes.len()).sum();
    live + world.runs().iter().map(|run| run.left.len()).sum::<usize>()
}

fn entries(world: &World) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for run in world.live() {
        let processes = run.latest.as_ref().map_or(&[][..], |sample| &sample.processes);
        for (branch, process) in branches(processes) {
            entries.push(Entry { run, branch, process, left: None });
        }
    }
    for run in world.runs() {
        for (process, reason) in &run.left {
            entries.push(Entry { run, branch: String::new(), process, left: Some(reason) });
        }
    }
    entries
}

/// The processes as a tree: each with the branches that lead to it.
fn branches(processes: &[ProcessSample]) -> Vec<(String, &ProcessSample)> {
    let mut rows = Vec::new();
    let known = |pid: i32| processes.iter().any(|process| process.pid == pid);
    let roots: Vec<_> = processes.iter().filter(|process| !known(process.ppid)).collect();
    for root in roots {
        rows.push((String::new(), root));
        grow(processes, root.pid, "", &mut rows);
    }
    rows
}

fn grow<'a>(all: &'a [ProcessSample], parent: i32, stem: &str, rows: &mut Vec<(String, &'a ProcessSample)>) {
    let children: Vec<_> =
        all.iter().filter(|process| process.ppid == parent && process.pid != parent).collect();
    let last = children.len().saturating_sub(1);
    for (at, child) in children.into_iter().enumerate() {
        // Two samples can disagree about who is whose parent: a process is shown once.
        if rows.iter().any(|(_, process)| process.pid == child.pid) {
            continue;
        }
        rows.push((format!("{stem}{}", if at == last { "└ " } else { "├ " }), child));
        grow(all, child.pid, &format!("{stem}{}", if at == last { "  " } else { "│ " }), rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_every_process_once_under_its_parent() {
        let process = |pid, ppid| ProcessSample {
            pid,
            start_time: 1,
            ppid,
            state: 'S',
            cpu_percent: 0.0,
            rss_bytes: 0,
            threads: 1,
            session: 0,
            command: None,
        };
        let all = [process(10, 1), process(11, 10), process(13, 10), process(12, 11), process(20, 1)];
        let rows: Vec<_> = branches(&all).into_iter().map(|(b, p)| format!("{b}{}", p.pid)).collect();
        assert_eq!(rows, ["10", "├ 11", "│ └ 12", "└ 13", "20"]);
    }
}
