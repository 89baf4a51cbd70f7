//! A method's page: what it does, what it takes, what it answers; how its last calls went; where its agent stands.

use std::sync::Arc;

use ratatui::text::{Line, Span};

use crate::agent::manifest::{Method, Parameter, Problem, Severity};
use crate::ops::agents::Listed;
use crate::text;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Run;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, section, span, spread, wrap};
use crate::tui::world::World;
use crate::venv::stamp::Environment;

/// Narrowest and widest column of the parameters' names.
const NAMES: (usize, usize) = (10, 24);

/// Longest default shown, in columns.
const DEFAULT: usize = 40;

/// The page's lines, `columns` wide.
#[must_use]
pub fn lines(
    listed: &Listed,
    method: &Method,
    columns: usize,
    world: &World,
    look: Look,
) -> Vec<Line<'static>> {
    let t = look.theme;
    let agent = listed.agent.name.to_string();
    let mut lines = vec![Line::default()];
    if method.description.trim().is_empty() {
        lines.push(Line::from(span("no description in agent.yaml", t.dim)));
    }
    let description = text::safe_lines(method.description.trim().as_bytes());
    lines.extend(wrap(&description, columns).into_iter().map(|line| Line::from(bold(line, t.bright))));
    lines.push(Line::default());
    lines.extend(parameters(method, columns, t));
    lines.extend(last_runs(&agent, method, columns, world, look));
    lines.push(Line::default());
    lines.push(section(vec![bold("Env", t.bright)], Vec::new(), columns, t));
    lines.extend(environment(listed, columns, world, t));
    let path = format!("interface.methods.{}", method.name);
    let problems: Vec<_> =
        listed.agent.problems.iter().filter(|problem| problem.path.starts_with(&path)).collect();
    lines.extend(problems_section(&problems, columns, t));
    lines
}

/// A section of problems; nothing where there are none.
#[must_use]
pub fn problems_section(problems: &[&Problem], columns: usize, t: &Theme) -> Vec<Line<'static>> {
    if problems.is_empty() {
        return Vec::new();
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let count = match errors {
        0 => sign::count(problems.len(), "warning", "warnings"),
        errors => sign::count(errors, "error", "errors"),
    };
    let mut lines =
        vec![Line::default(), section(vec![bold("Lint", t.bright)], vec![span(count, t.dim)], columns, t)];
    for problem in problems {
        let (glyph, colour) = match problem.severity {
            Severity::Warning => ("▲", t.warn),
            Severity::Error => ("✗", t.err),
        };
        let sentence = wrap(&sign::safe(&problem.message), columns.saturating_sub(2));
        for (at, text) in sentence.into_iter().enumerate() {
            let lead = if at == 0 { bold(format!("{glyph} "), colour) } else { blank(2) };
            lines.push(Line::from(vec![lead, span(text, t.fg)]));
        }
        if problem.line > 0 {
            let place = format!("agent.yaml:{}:{}", problem.line, problem.column);
            lines.push(Line::from(vec![blank(2), span(place, t.dim)]));
        }
    }
    lines
}

/// What is known of an agent's environment.
#[must_use]
pub fn environment(listed: &Listed, columns: usize, world: &World, t: &Theme) -> Vec<Line<'static>> {
    let environment = world.environment(listed);
    let python = |python: &Option<String>| {
        python.as_ref().map_or("python".to_owned(), |version| format!("python {}", sign::safe(version)))
    };
    let reason = |reason: &str| {
        let lines = wrap(&sign::safe(reason), columns.saturating_sub(2));
        lines.into_iter().map(|line| Line::from(vec![blank(2), span(line, t.dim)])).collect::<Vec<_>>()
    };
    let key = |before: &str, after: &str| {
        vec![span(before.to_owned(), t.dim), bold("b", t.accent), span(after.to_owned(), t.dim)]
    };
    let head = |glyph: &str, colour, text: String, rest: Vec<Span<'static>>| {
        let mut spans = vec![bold(format!("{glyph} "), colour), span(text, t.fg)];
        spans.extend(rest);
        Line::from(spans)
    };
    match &environment {
        Environment::None => vec![head("○", t.dim, "not built".to_owned(), key("  ", " builds it"))],
        Environment::Ready { python: version } => vec![head("●", t.ok, python(version), Vec::new())],
        Environment::Stale { python: version, reason: why } => {
            let mut lines =
                vec![head("▲", t.warn, format!("{}, stale", python(version)), key("  ", " builds it anew"))];
            lines.extend(reason(why));
            lines
        }
        Environment::Broken { reason: why } => {
            let mut lines = vec![head("✗", t.err, "broken".to_owned(), key("  ", " builds it anew"))];
            lines.extend(reason(why));
            lines
        }
        Environment::Building => vec![head("▶", t.info, "is being built".to_owned(), Vec::new())],
    }
}

fn parameters(method: &Method, columns: usize, t: &Theme) -> Vec<Line<'static>> {
    let names = method.parameters.iter().map(|parameter| text::width(&sign::safe(&parameter.name)) + 4).max();
    let names = names.unwrap_or(0).clamp(NAMES.0, NAMES.1).max(if columns > 40 { 16 } else { 0 });
    let mut lines = Vec::new();
    if method.parameters.is_empty() {
        lines.push(Line::from(span("takes no parameters", t.dim)));
        lines.push(Line::default());
    }
    for parameter in &method.parameters {
        lines.push(head(parameter, names, t));
        let description = text::safe_lines(parameter.description.trim().as_bytes());
        for line in wrap(&description, columns.saturating_sub(2)) {
            lines.push(Line::from(vec![blank(2), span(line, t.dim)]));
        }
        if !parameter.options.is_empty() {
            let options: Vec<_> = parameter.options.iter().map(ToString::to_string).collect();
            for line in
                wrap(&sign::safe(&format!("one of {}", options.join(", "))), columns.saturating_sub(2))
            {
                lines.push(Line::from(vec![blank(2), span(line, t.dim)]));
            }
        }
        if let Some(range) = parameter.range() {
            lines.push(Line::from(vec![blank(2), span(sign::safe(&range), t.dim)]));
        }
        lines.push(Line::default());
    }
    if let Some(returns) = &method.returns {
        let description = sign::safe(&returns.description);
        let kind =
            if returns.type_name.is_empty() { "any".to_owned() } else { sign::safe(&returns.type_name) };
        let room = columns.saturating_sub(names + text::width(&kind) + 2);
        let mut rest = wrap(&description, room.max(10)).into_iter();
        lines.push(Line::from(vec![
            span(format!("{:<names$}", "returns"), t.dim),
            span(kind.clone(), t.fg),
            span(format!("  {}", rest.next().unwrap_or_default()), t.dim),
        ]));
        let indent = names + text::width(&kind) + 2;
        lines.extend(rest.map(|line| Line::from(vec![blank(indent), span(line, t.dim)])));
        lines.push(Line::default());
    }
    lines
}

/// `text *          string = "general"`.
fn head(parameter: &Parameter, names: usize, t: &Theme) -> Line<'static> {
    let name = sign::safe(&parameter.name);
    let name = text::fit(&name, names.saturating_sub(3)).into_owned();
    let mark = if parameter.required { " *" } else { "" };
    let pad = names.saturating_sub(text::width(&name) + mark.len());
    let kind = if parameter.type_name.is_empty() { "any" } else { parameter.type_name.as_str() };
    let mut spans =
        vec![bold(name, t.bright), bold(mark, t.accent), blank(pad), span(sign::safe(kind), t.fg)];
    if let Some(default) = &parameter.default {
        let default = sign::safe(&default.to_string());
        spans.push(span(format!(" = {}", text::fit(&default, DEFAULT)), t.dim));
    }
    Line::from(spans)
}

fn last_runs(agent: &str, method: &Method, columns: usize, world: &World, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let history = world.history(agent, &method.name);
    let count = match history.runs {
        0 => "none yet".to_owned(),
        runs => sign::count(runs, "run", "runs"),
    };
    let mut lines = vec![section(vec![bold("Last", t.bright)], vec![span(count, t.dim)], columns, t)];
    let Some(run) = world.last_run(agent, &method.name) else {
        let hint = vec![
            bold("enter", t.accent),
            span(" fills its form, ", t.dim),
            bold("ctrl-r", t.accent),
            span(" runs it", t.dim),
        ];
        lines.push(Line::from(hint));
        return lines;
    };
    let (glyph, colour) = sign::state(run.state, t);
    let mut left = vec![
        bold(format!("{glyph} "), colour),
        span(sign::elapsed(run, look.now), t.fg),
        span(format!("  {}", sign::ago(run.created_ms, look.now.wall_ms)), t.dim),
    ];
    if run.is_live() {
        left.truncate(2);
    }
    let mut right = Vec::new();
    if let Some(median) = history.median {
        right.extend([span("p50 ", t.dim), span(sign::took(median), t.fg)]);
    }
    if history.peak_rss_bytes > 0 {
        right.extend([span("  max ", t.dim), span(sign::memory(history.peak_rss_bytes), t.fg)]);
    }
    lines.push(spread(left, right, columns));
    if let Some(error) = run.outcome.as_ref().and_then(|outcome| outcome.error.as_ref()) {
        let error = sign::safe(error.lines().next().unwrap_or_default());
        lines.push(Line::from(vec![
            blank(2),
            span(text::fit(&error, columns.saturating_sub(2)).into_owned(), t.dim),
        ]));
    }
    lines
}

/// The runs of a method, or of all methods of an agent, the newest first: one a row, and below it what went wrong.
#[must_use]
pub fn earlier(
    agent: &str,
    method: Option<&str>,
    columns: usize,
    rows: usize,
    world: &World,
    look: Look,
) -> Vec<Line<'static>> {
    let t = look.theme;
    let mut lines = Vec::new();
    let is_of = |run: &&Arc<Run>| {
        run.agent == agent && method.is_none_or(|method| run.method.as_deref() == Some(method))
    };
    for run in world.runs().iter().filter(is_of) {
        if lines.len() >= rows {
            break;
        }
        let (glyph, colour) = sign::state(run.state, t);
        let mut left = vec![bold(format!("{glyph} "), colour), span(sign::safe(run.id.short()), t.dim)];
        if method.is_none() {
            left.push(span(format!("  {}", sign::safe(run.what())), t.fg));
        }
        left.push(span(format!("  {}", sign::ago(run.created_ms, look.now.wall_ms)), t.dim));
        let time_colour = if run.is_live() { colour } else { t.fg };
        lines.push(spread(left, vec![span(sign::elapsed(run, look.now), time_colour)], columns));
        if let Some(error) = run.outcome.as_ref().and_then(|outcome| outcome.error.as_ref()) {
            let error = sign::safe(error.lines().next().unwrap_or_default());
            let error = text::fit(&error, columns.saturating_sub(2)).into_owned();
            lines.push(Line::from(vec![blank(2), span(error, t.dim)]));
        }
    }
    if lines.is_empty() {
        lines.push(Line::from(span("none yet", t.dim)));
    }
    lines
}
