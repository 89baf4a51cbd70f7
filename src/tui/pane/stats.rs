//! The numbers of a run, and the payload it was called with.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::run::spec::{Kind, RunSpec};
use crate::run::status::State;
use crate::text::amount;
use crate::tui::pane::{Look, indented, sign};
use crate::tui::seen::Detail;
use crate::tui::tail::exit;
use crate::tui::widget::line::{blank, bold, fact, section, span, wrap};

/// What the end of a whole tree proves, and what it does not.
const PROOF: &str = "no descendant is left; services and containers that it asked others to start are not its \
                     descendants";

/// The lines of the numbers, `columns` wide.
#[must_use]
pub fn numbers(detail: &Detail, columns: usize, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let run = &detail.run;
    let value = |text: String| vec![span(text, t.fg)];
    let mut lines = vec![Line::default()];
    let (glyph, colour) = sign::state(run.state, t);
    let mut state = vec![bold(format!("{glyph} {}", run.state.word()), colour)];
    if let Some(outcome) = &run.outcome {
        if outcome.exit_code.is_some() || outcome.signal.is_some() {
            state.push(span(format!("  {}", exit(outcome.exit_code, outcome.signal)), t.dim));
        }
        if let Some(rule) = &outcome.rule {
            state.push(span(format!("  rule {}", sign::safe(rule)), t.dim));
        }
    }
    lines.push(fact("state", state, t));
    if let Some(error) = run.outcome.as_ref().and_then(|outcome| outcome.error.as_ref()) {
        let error = crate::text::safe_lines(error.as_bytes());
        for (at, line) in wrap(&error, columns.saturating_sub(10)).into_iter().take(6).enumerate() {
            lines.push(fact(if at == 0 { "error" } else { "" }, value(line), t));
        }
    }
    let started =
        format!("{} {}", sign::day(run.created_ms, look.now), sign::clock(run.created_ms, look.now));
    lines.push(fact("started", value(started), t));
    let limit = detail
        .spec
        .limits
        .timeout()
        .map_or("no limit".to_owned(), |limit| format!("of {}", sign::took(limit)));
    lines.push(fact(
        "wall",
        vec![span(sign::elapsed(run, look.now), t.fg), span(format!("  {limit}"), t.dim)],
        t,
    ));
    match &run.outcome {
        Some(outcome) => {
            let cpu = Duration::from_millis(outcome.cpu_ms);
            lines.push(fact("cpu", value(sign::took(cpu)), t));
            lines.push(fact("peak", value(sign::memory(outcome.peak_rss_bytes)), t));
            lines.push(fact("stdout", value(sign::size(outcome.stdout_bytes)), t));
            let stderr_lines = usize::try_from(outcome.stderr_lines).unwrap_or(usize::MAX);
            let stderr = format!(
                "{} · {}",
                sign::size(outcome.stderr_bytes),
                sign::count(stderr_lines, "line", "lines")
            );
            lines.push(fact("stderr", value(stderr), t));
            if outcome.leftovers_killed > 0 {
                let killed = usize::try_from(outcome.leftovers_killed).unwrap_or(usize::MAX);
                let text = format!("{} ended", sign::count(killed, "process", "processes"));
                lines.push(fact("left over", vec![span(text, t.warn)], t));
            }
            for leftover in &outcome.leftovers {
                let text = format!("still there: {}", sign::safe(&leftover.sentence()));
                for (at, line) in wrap(&text, columns.saturating_sub(10)).into_iter().enumerate() {
                    lines.push(fact(if at == 0 { "left over" } else { "" }, vec![span(line, t.err)], t));
                }
            }
            if outcome.leftovers.is_empty() && matches!(outcome.state, State::Killed | State::TimedOut) {
                for (at, line) in wrap(PROOF, columns.saturating_sub(10)).into_iter().enumerate() {
                    lines.push(fact(if at == 0 { "proof" } else { "" }, vec![span(line, t.dim)], t));
                }
            }
            for warning in &outcome.warnings {
                for (at, line) in
                    wrap(&sign::safe(warning), columns.saturating_sub(10)).into_iter().enumerate()
                {
                    let lead = if at == 0 { bold("▲ ", t.warn) } else { blank(2) };
                    lines.push(fact(if at == 0 { "warning" } else { "" }, vec![lead, span(line, t.fg)], t));
                }
            }
        }
        None => {
            if let Some(latest) = detail.usage.last() {
                lines.push(fact("cpu now", value(sign::percent(latest.cpu_percent)), t));
                lines.push(fact("memory", value(sign::memory(latest.rss_bytes)), t));
            }
        }
    }
    if detail.usage.is_empty() {
        let words = if run.is_live() { "no sample yet" } else { "ended before the first sample" };
        lines.push(fact("samples", vec![span(words, t.dim)], t));
    }
    if detail.damaged > 0 {
        let text =
            format!("{} could not be read", sign::count(detail.damaged, "journal line", "journal lines"));
        lines.push(fact("journal", vec![span(text, t.warn)], t));
    }
    lines.push(fact("run", value(run.id.to_string()), t));
    lines.push(fact("folder", value(sign::safe(&run.dir.path.display().to_string())), t));
    lines
}

/// The lines of the payload, and how the program was started.
#[must_use]
pub fn payload(detail: &Detail, columns: usize, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let mut lines = vec![Line::default()];
    match &detail.spec.payload {
        Some(payload) => {
            let size = sign::size(payload.get().len() as u64);
            lines.push(section(vec![bold("Payload", t.bright)], vec![span(size, t.dim)], columns, t));
            lines.extend(indented::lines(payload.get(), columns, t));
        }
        None => lines.push(Line::from(span("a build has no payload", t.dim))),
    }
    if detail.spec.kind == Kind::Call {
        lines.push(Line::default());
        lines.extend(options(&detail.spec, columns, look));
    }
    for step in &detail.spec.steps {
        lines.push(Line::default());
        let title = vec![bold("Command", t.bright), span(format!("  {}", sign::safe(&step.title)), t.dim)];
        lines.push(section(title, Vec::<Span>::new(), columns, t));
        let command = step.argv.join(" ");
        for line in wrap(&sign::safe(&command), columns) {
            lines.push(Line::from(span(line, t.fg)));
        }
        lines.push(fact("in", vec![span(sign::safe(&step.cwd.display().to_string()), t.fg)], t));
        for (name, value) in &step.set {
            lines.push(fact("set", vec![span(sign::safe(&format!("{name}={value}")), t.fg)], t));
        }
        if !step.remove.is_empty() {
            lines.push(fact("without", vec![span(sign::safe(&step.remove.join(" ")), t.dim)], t));
        }
    }
    lines
}

/// The options of the run, as far as they were chosen.
fn options(spec: &RunSpec, columns: usize, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let seconds = |time| format!("{}s", amount::in_seconds(time));
    let limits = &spec.limits;
    let files = spec.added.files.iter().map(|file| sign::safe(&file.to_string_lossy()));
    let names = &spec.added.names;
    let variables = if names.is_empty() { "none".to_owned() } else { sign::safe(&names.join(", ")) };
    let chosen = [
        ("timeout", Some(limits.timeout().map_or("off".to_owned(), seconds))),
        ("silence", limits.silence_end().map(seconds)),
        ("notice", Some(limits.silence_notice().map_or("off".to_owned(), seconds))),
        ("memory", limits.memory_bytes.map(amount::in_size)),
        ("processes", limits.processes.map(|count| count.to_string())),
        ("cpu", limits.cpu_ms.map(|cpu| seconds(Duration::from_millis(cpu)))),
        ("files", limits.open_files.map(|count| format!("{count} open in each process"))),
        ("profile", spec.added.profile.as_deref().map(sign::safe)),
        ("env files", (!spec.added.files.is_empty()).then(|| files.collect::<Vec<_>>().join(", "))),
        ("variables", (!spec.added.is_none()).then_some(variables)),
    ];
    let mut lines = vec![section(vec![bold("Options", t.bright)], Vec::<Span>::new(), columns, t)];
    for (label, value) in chosen {
        let value = value.map(|value| wrap(&value, columns.saturating_sub(10))).unwrap_or_default();
        for (at, line) in value.into_iter().enumerate() {
            lines.push(fact(if at == 0 { label } else { "" }, vec![span(line, t.fg)], t));
        }
    }
    lines
}
