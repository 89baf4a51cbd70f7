//! The Python stacks of the process that tells most: the frame in the agent's own code stands out.

use std::path::Path;

use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use crate::process::stack::SIGNAL;
use crate::run::evidence::{Evidence, Frame, Looked, PythonThread};
use crate::text;
use crate::tui::pane::why::{Scene, painted};
use crate::tui::pane::{Look, sign};
use crate::tui::theme::{Depth, Theme};
use crate::tui::widget::line::{blank, bold, section, span, spread, wrap};

/// Innermost frames that are shown although they are a library's.
const INNERMOST: usize = 3;

/// Longest name of a function, in columns.
const FUNCTION: usize = 28;

/// The first frame in the agent's own code: of the thread to blame, else of the first that has one.
#[must_use]
pub fn marked(evidence: &Evidence) -> Option<&Frame> {
    let process = evidence.stack_of()?;
    threads(evidence, process)
        .into_iter()
        .find_map(|thread| thread.frames.iter().find(|frame| frame.in_agent))
}

/// The thread to blame first, then as they came.
fn threads<'a>(evidence: &Evidence, process: &'a Looked) -> Vec<&'a PythonThread> {
    let blamed = evidence.verdict.tid.filter(|tid| *tid != process.id.pid).map(|tid| tid.to_string());
    let mut threads: Vec<_> = process.python.threads.iter().collect();
    threads.sort_by_key(|thread| Some(&thread.thread) != blamed.as_ref());
    threads
}

impl Scene<'_> {
    /// The section of the stacks; where there are none, why.
    pub(super) fn stack(&self, columns: usize, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let Some(process) = self.evidence.stack_of() else { return Vec::new() };
        let threads = threads(self.evidence, process);
        let first =
            threads.first().map_or(String::new(), |thread| format!("{} · ", sign::safe(&thread.thread)));
        let whose = vec![span(format!("{first}process {}", process.id.pid), t.dim)];
        let mut lines = vec![section(vec![bold("Python stack", t.bright)], whose, columns, t)];
        let marked = marked(self.evidence);
        for (at, thread) in threads.iter().enumerate() {
            if at > 0 {
                lines.push(span(sign::safe(&thread.thread), t.dim).into());
            }
            lines.extend(self.frames(thread, at == 0, marked, columns, t));
        }
        let note = match &process.python.reason {
            Some(reason) => format!("no stack was taken: {}", sign::safe(reason)),
            None if threads.is_empty() => "no stack was taken".to_owned(),
            None => {
                let clock = sign::clock(self.at_ms, look.now);
                format!("a stack was taken at {clock} (signal {SIGNAL}, once)")
            }
        };
        lines.extend(wrap(&note, columns).into_iter().map(|line| span(line, t.dim).into()));
        lines
    }

    /// The frames of a thread; of libraries only the innermost ones, unless all are asked for.
    fn frames(
        &self,
        thread: &PythonThread,
        first: bool,
        marked: Option<&Frame>,
        columns: usize,
        t: &Theme,
    ) -> Vec<Line<'static>> {
        let innermost = if first { INNERMOST } else { 1 };
        let own = thread.frames.iter().position(|frame| frame.in_agent);
        let is_shown = |at: usize| {
            let is_own = if first { thread.frames[at].in_agent } else { Some(at) == own };
            self.all || at < innermost || is_own
        };
        let (shown, hidden): (Vec<_>, Vec<_>) = (0..thread.frames.len()).partition(|at| is_shown(*at));
        let function = |at: &usize| text::width(&thread.frames[*at].function);
        let names = shown.iter().map(function).max().unwrap_or(0).min(FUNCTION);
        let mut lines = Vec::new();
        let mut before = None;
        for at in shown {
            let left_out = at - before.map_or(0, |before: usize| before + 1);
            if left_out > 0 {
                lines.push(more(left_out, t));
            }
            before = Some(at);
            let frame = &thread.frames[at];
            lines.push(self.frame(
                frame,
                marked.is_some_and(|marked| std::ptr::eq(marked, frame)),
                names,
                columns,
                t,
            ));
        }
        let after = hidden.iter().filter(|at| before.is_none_or(|before| **at > before)).count();
        if after > 0 {
            lines.push(more(after, t));
        }
        lines
    }

    fn frame(&self, frame: &Frame, marked: bool, names: usize, columns: usize, t: &Theme) -> Line<'static> {
        let function = sign::safe(&frame.function);
        let function = text::fit(&function, names);
        let pad = blank(names.saturating_sub(text::width(&function)) + 2);
        let place = format!("{}:{}", self.short(&frame.file), frame.line);
        if marked {
            let note = vec![span("← agent code ", t.accent)];
            let line = vec![bold(format!("▸ {function}"), t.bright), pad, bold(place, t.bright)];
            return chosen(spread(line, note, columns), t);
        }
        let (sign, colour) = if frame.in_agent { ("▸ ", t.fg) } else { ("  ", t.dim) };
        Line::from(vec![span(format!("{sign}{function}"), colour), pad, span(place, colour)])
    }

    /// A file as short as it stays plain: without the agent's folder, without where libraries are installed.
    fn short(&self, file: &str) -> String {
        let own = self.directory.and_then(|directory| Path::new(file).strip_prefix(directory).ok());
        let file = own.and_then(Path::to_str).unwrap_or(file);
        let library = file.rsplit_once("/site-packages/").map(|(_, library)| library);
        let standard = || {
            let (_, rest) = file.rsplit_once("/python3")?;
            rest.split_once('/').map(|(_, standard)| standard)
        };
        sign::safe(library.or_else(standard).unwrap_or(file))
    }
}

/// That frames of libraries are left out.
fn more(count: usize, t: &Theme) -> Line<'static> {
    let frames = sign::count(count, "frame", "frames");
    span(format!("  … {frames} of libraries"), t.dim).into()
}

/// The line that stands out.
fn chosen(line: Line<'static>, t: &Theme) -> Line<'static> {
    match t.depth {
        Depth::Full => painted(line.spans, Style::new().bg(t.sel)),
        Depth::Sixteen | Depth::Mono => {
            let style = Style::reset().add_modifier(Modifier::REVERSED | Modifier::BOLD);
            line.spans.into_iter().map(|span| span.style(style)).collect()
        }
    }
}
