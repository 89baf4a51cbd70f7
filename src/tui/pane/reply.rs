//! What an ended call answered, as text: the claim, the result or the error, and the last lines of standard error.

use ratatui::text::{Line, Span};

use crate::run::status::{Outcome, State};
use crate::text;
use crate::tui::pane::{Look, json_text, sign};
use crate::tui::seen::{Detail, Reply};
use crate::tui::widget::line::{bold, section, span, wrap};

/// The page's lines, `columns` wide.
#[must_use]
pub fn lines(detail: &Detail, reply: Option<&Reply>, columns: usize, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let mut lines = vec![Line::default()];
    let Some(reply) = reply else {
        let text = if detail.run.is_live() { "running: the result comes at the end" } else { "reading…" };
        lines.push(Line::from(span(text, t.dim)));
        return lines;
    };
    let outcome = &reply.outcome;
    let (glyph, colour) = sign::state(outcome.state, t);
    lines.push(Line::from(vec![bold(format!("{glyph} "), colour), bold(claim(outcome), t.bright)]));
    if let Some(error) = &outcome.error {
        let error = text::safe_lines(error.as_bytes());
        lines.extend(wrap(&error, columns).into_iter().map(|line| Line::from(span(line, t.fg))));
    }
    let mut head = |name: &str, fact: String| {
        lines.push(Line::default());
        lines.push(section(vec![bold(name.to_owned(), t.bright)], vec![span(fact, t.dim)], columns, t));
    };
    if let Some(result) = &reply.result {
        head("Result", sign::size(result.len() as u64 + reply.cut));
        lines.extend(json_text::lines(result, columns, t));
        if reply.cut > 0 {
            let more = format!("… {} more, in stdout of the run's folder", sign::size(reply.cut));
            lines.push(Line::from(span(more, t.warn)));
        }
    } else if !reply.stdout.is_empty() {
        head("Standard output", sign::size(outcome.stdout_bytes));
        for line in text::safe_lines(reply.stdout.as_bytes()).lines() {
            lines.push(Line::from(span(line.to_owned(), t.fg)));
        }
    } else {
        head("Result", "none".to_owned());
        lines.push(Line::from(span("the agent printed nothing on stdout", t.dim)));
    }
    if !reply.last_stderr.is_empty() && outcome.state != State::Succeeded {
        lines.push(Line::default());
        let fact: Vec<Span> = vec![span(format!("{} lines in all", outcome.stderr_lines), t.dim)];
        lines.push(section(vec![bold("Last stderr", t.bright)], fact, columns, t));
        lines.extend(reply.last_stderr.iter().map(|line| Line::from(span(line.clone(), t.fg))));
    }
    lines
}

/// How it ended, as one sentence.
fn claim(outcome: &Outcome) -> String {
    match outcome.state {
        State::Succeeded => "Succeeded".to_owned(),
        State::SoftError => "Exit 0, but the result looks like an error".to_owned(),
        State::Failed => "Failed".to_owned(),
        State::TimedOut => "The time was over".to_owned(),
        State::Killed => "It was stopped".to_owned(),
        State::Rejected => "It was refused before anything ran".to_owned(),
        State::Lost => "The supervisor vanished: how the agent ended is not known".to_owned(),
        State::Starting | State::Running | State::Stopping => "It goes on".to_owned(),
    }
}
