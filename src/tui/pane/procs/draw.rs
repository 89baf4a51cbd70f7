//! Draws the pane, and trees of processes elsewhere. Columns fall away where there is no room: first the threads and
//! the age, then memory, state and command.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::process::forest;
use crate::process::sampler::ProcessSample;
use crate::text;
use crate::tui::message::Now;
use crate::tui::pane::procs::{Entry, Of, Order, Procs};
use crate::tui::pane::{Look, sign};
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, put, row, span, spread, width};
use crate::tui::widget::pane::{Frame, padded_area, title};
use crate::tui::widget::select::select;
use crate::tui::world::World;

/// A process that uses more than this is worth a brighter number; 100 is one core.
const BUSY: f32 = 50.0;

/// From this width on there is room for commands, states and memory.
const WIDE: usize = 36;

/// From this width on there is room for threads and age too.
const WIDEST: usize = 44;

/// A command that gets fewer columns than this beside its agent's name says nothing.
const WORTH: usize = 10;

/// The head of the commands, with the air before it: a part of it would say nothing.
const COMMAND: &str = "  COMMAND";

/// Longest name of an agent, in columns.
const NAME: usize = 20;

/// Which numbers are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    Cpu,
    Some,
    All,
}

impl Columns {
    fn at(columns: usize) -> Self {
        match columns {
            ..WIDE => Self::Cpu,
            WIDE..WIDEST => Self::Some,
            _ => Self::All,
        }
    }

    fn heads(self) -> &'static str {
        match self {
            Self::Cpu => " CPU",
            Self::Some => "S  CPU   MEM",
            Self::All => "S  CPU   MEM THR  AGE",
        }
    }

    fn of(self, process: &ProcessSample, now: Now, t: &Theme) -> Vec<Span<'static>> {
        let rest = (self == Self::All)
            .then(|| format!(" {:>3} {:>4}", process.threads, sign::age(process.start_time, now)));
        self.numbers(process.state, process.cpu_percent, process.rss_bytes, rest, t)
    }

    fn numbers(
        self,
        state: char,
        cpu: f32,
        memory: u64,
        rest: Option<String>,
        t: &Theme,
    ) -> Vec<Span<'static>> {
        let colour = if cpu > BUSY { t.bright } else { t.fg };
        let cpu = span(format!("{:>4}", sign::percent(cpu)), colour);
        let rest = rest.unwrap_or_default();
        match self {
            Self::Cpu => vec![cpu],
            Self::Some | Self::All => vec![
                span(format!("{state} "), if state == 'D' || state == 'T' { t.warn } else { t.dim }),
                cpu,
                span(format!(" {:>5}", sign::memory(memory)), t.fg),
                span(rest, t.dim),
            ],
        }
    }

    /// The sum of a tree; states and ages have none.
    fn sum(self, processes: &[ProcessSample], t: &Theme) -> Vec<Span<'static>> {
        let cpu = processes.iter().map(|process| process.cpu_percent).sum();
        let memory = processes.iter().map(|process| process.rss_bytes).sum();
        let threads: u32 = processes.iter().map(|process| process.threads).sum();
        let rest = (self == Self::All).then(|| format!(" {threads:>3} {:>4}", ""));
        self.numbers('Σ', cpu, memory, rest, t)
    }
}

/// The order that the head at this column of the pane stands for; the names and numbers of processes are the usual
/// one.
pub(super) fn order_at(x: usize, columns: usize) -> Order {
    let heads = Columns::at(columns).heads();
    let from = columns.saturating_sub(heads.len() + 1);
    let is = |name: &str| {
        // With the blanks before it: numbers stand at the right.
        heads.find(name).is_some_and(|at| (from + at.saturating_sub(2)..from + at + 3).contains(&x))
    };
    match () {
        () if is("CPU") => Order::Cpu,
        () if is("MEM") => Order::Memory,
        () if is("AGE") => Order::Age,
        () => Order::Newest,
    }
}

impl Procs {
    /// Draws the pane.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, world: &World, look: Look) {
        let t = look.theme;
        let entries = self.entries(world);
        let processes = entries.iter().filter(|entry| entry.process.is_some()).count();
        let mut fact = Vec::new();
        if let Some(order) = self.order.word() {
            fact.push(span(format!("{order} · "), t.dim));
        }
        if !world.orphans.is_empty() {
            fact.extend([bold(format!("☠{}", world.orphans.len()), t.err), span(" · ", t.dim)]);
        }
        fact.push(span(processes.to_string(), t.dim));
        let fact = if entries.is_empty() { Vec::new() } else { fact };
        let inner =
            Frame::new(title("3", "Procs", look.focused, t), look.focused).fact(fact).draw(buffer, area, t);
        if entries.is_empty() {
            put(buffer, row(padded_area(inner), 0), span("no agent processes", t.dim));
            return;
        }
        let columns = usize::from(inner.width);
        let shown = Columns::at(columns);
        let pid = entries.iter().filter_map(|entry| Some(digits(entry.process?.pid))).max().unwrap_or(0);
        let names = format!("   {:<pid$} AGENT", "PID");
        let numbers = vec![span(format!("{} ", shown.heads()), t.dim)];
        let fits = names.len() + COMMAND.len() + width(&numbers) + 2 <= columns;
        let command = if shown == Columns::Cpu || !fits { "" } else { COMMAND };
        let heads = vec![span(format!("{names}{command}"), t.dim)];
        put(buffer, row(inner, 0), spread(heads, numbers, columns));
        for (y, entry) in (1..inner.height).zip(entries.iter().skip(self.cursor.offset())) {
            let selected = self.selected.as_ref() == Some(&entry.key);
            let line = entry.line(columns, pid, selected && look.focused, look);
            let place = row(inner, y);
            put(buffer, place, line);
            if selected {
                select(buffer, place, look.focused, t);
            }
        }
    }
}

impl Entry<'_> {
    fn line(&self, columns: usize, pid: usize, selected: bool, look: Look) -> ratatui::text::Line<'static> {
        let t = look.theme;
        let shown = Columns::at(columns);
        let (glyph, colour) = match &self.of {
            Of::Run(run) | Of::Left(run, _) => sign::state(run.state, t),
            Of::Orphan(_) | Of::Orphans(..) => ("☠", t.err),
        };
        let alone = self.branch.is_empty();
        // Below the head of a run its sign would be there twice.
        let below_head = matches!(&self.of, Of::Run(run) if self.process.is_some()
            && run.latest.as_ref().is_some_and(|sample| sample.processes.len() > 1));
        let glyph = if alone && !below_head { bold(glyph, colour) } else { blank(1) };
        let mut line = vec![blank(1), glyph, blank(1)];
        let Some(process) = self.process else {
            let (name, sum) = match &self.of {
                Of::Run(run) | Of::Left(run, _) => {
                    let name = format!("{} {}", sign::safe(run.id.short()), sign::short_agent(&run.agent));
                    let processes = run.latest.as_ref().map_or(&[][..], |sample| &sample.processes);
                    (bold(name, if selected { t.bright } else { t.fg }), shown.sum(processes, t))
                }
                Of::Orphan(_) => (blank(0), Vec::new()),
                Of::Orphans(count, _) => {
                    (bold("orphans", t.err), vec![span(sign::count(*count, "process", "processes"), t.dim)])
                }
            };
            line.push(name);
            return spread(line, with_air(sum), columns);
        };
        let own_session = matches!(&self.of, Of::Run(run) if run.has_left_session(process));
        let mut left = process_left(process, &self.branch, pid, (selected, own_session), t);
        let mut right = match &self.of {
            Of::Left(_, reason) => {
                // That it is a process is plain here.
                let reason = reason.strip_prefix("process of ").unwrap_or(reason);
                vec![span(if shown == Columns::Cpu { "left" } else { reason }.to_owned(), t.err)]
            }
            Of::Run(_) | Of::Orphan(_) | Of::Orphans(..) => shown.of(process, look.now, t),
        };
        let agent = match &self.of {
            Of::Run(run) | Of::Left(run, _) => Some(run.agent.as_str()),
            Of::Orphan(tree) | Of::Orphans(_, tree) => tree.call.as_ref().map(|call| call.agent.as_str()),
        };
        if let (Some(agent), true) = (agent, alone && !below_head) {
            // Whose it is says more than that it is a Python.
            let name = text::fit(&sign::short_agent(agent), NAME).into_owned();
            left.splice(1..1, [bold(name, if selected { t.bright } else { t.fg }), blank(2)]);
            let taken = 3 + width(&left[..left.len() - 2]) + width(&right) + 2;
            if shown == Columns::Cpu || columns < taken + WORTH {
                left.truncate(2);
            }
        }
        line.extend(left);
        right = with_air(right);
        spread(line, right, columns)
    }
}

fn with_air(mut right: Vec<Span<'static>>) -> Vec<Span<'static>> {
    right.push(blank(1));
    right
}

/// Draws a tree of processes, one a row, into an area; what does not fit is counted in the last row. `left_session`
/// tells who has left the session of its agent.
pub fn tree(
    buffer: &mut Buffer,
    area: Rect,
    processes: &[ProcessSample],
    left_session: impl Fn(&ProcessSample) -> bool,
    look: Look,
) {
    let t = look.theme;
    let columns = Columns::at(usize::from(area.width));
    let tree = forest::rows(processes, |process| (process.pid, process.ppid));
    let pid = processes.iter().map(|process| digits(process.pid)).max().unwrap_or(0);
    let room = usize::from(area.height);
    let shown = if tree.len() > room { room.saturating_sub(1) } else { room };
    for (y, (branch, process)) in (0..area.height).zip(tree.iter().take(shown)) {
        let left = process_left(process, branch, pid, (false, left_session(process)), t);
        put(buffer, row(area, y), spread(left, columns.of(process, look.now, t), usize::from(area.width)));
    }
    if tree.len() > room && room > 0 {
        let more = format!("… {} more", tree.len() - shown);
        put(buffer, row(area, area.height - 1), span(more, t.dim));
    }
}

/// The heads of the number columns of a [`tree`] in so many columns.
#[must_use]
pub fn tree_heads(columns: u16, t: &Theme) -> Vec<Span<'static>> {
    vec![span(Columns::at(usize::from(columns)).heads(), t.dim)]
}

fn process_left(
    process: &ProcessSample,
    branch: &str,
    pid_columns: usize,
    (selected, own_session): (bool, bool),
    t: &Theme,
) -> Vec<Span<'static>> {
    let command = process.command.as_deref().unwrap_or("–");
    let command = short_command(command);
    let ended = process.state == 'Z';
    let colour = if ended { t.dim } else { t.fg };
    let mark = if own_session { format!("{branch}⚑ ") } else { branch.to_owned() };
    vec![
        span(format!("{:<pid_columns$} ", process.pid), t.dim),
        span(mark, if own_session { t.warn } else { t.line }),
        if selected { bold(command, t.bright) } else { span(command, colour) },
        span(if ended { "  zombie" } else { "" }, t.warn),
    ]
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
