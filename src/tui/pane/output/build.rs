//! The lines of a build, as uv or pip says them: their verbs stand out.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::tui::pane::{Look, sign};
use crate::tui::widget::coloured;
use crate::tui::widget::line::{bold, span};

/// A line of uv's or pip's with its verb in a column of its own.
pub(super) fn build_line(text: &str, look: Look) -> Vec<Span<'static>> {
    let t = look.theme;
    let plain = sign::safe(text);
    let trimmed = plain.trim_start();
    let (word, rest) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
    let verb = |colour, strong: bool| {
        let verb = format!("{:<12}", word.trim_end_matches(':'));
        let (subject, context) = subject(word, rest);
        let context = if context.is_empty() { String::new() } else { format!(" {context}") };
        let subject = if strong { bold(subject, t.bright) } else { bold(subject, t.fg) };
        vec![if strong { bold(verb, colour) } else { span(verb, colour) }, subject, span(context, t.dim)]
    };
    let package = |colour| {
        let (name, version) =
            rest.split_once("==").map_or((rest, String::new()), |(n, v)| (n, format!("=={v}")));
        vec![span(format!("{word:>11} "), colour), span(name.to_owned(), t.fg), span(version, t.dim)]
    };
    match word {
        "Resolved" | "Prepared" | "Installed" | "Uninstalled" | "Audited" | "Successfully" => {
            verb(t.ok, true)
        }
        "Downloading" | "Downloaded" | "Building" | "Built" | "Using" | "Creating" | "Collecting"
        | "Installing" | "Updating" | "Updated" => verb(t.info, false),
        "warning:" | "WARNING:" => {
            vec![bold(format!("{:<12}", "warning"), t.warn), span(rest.to_owned(), t.fg)]
        }
        "error:" | "ERROR:" => vec![bold(format!("{:<12}", "error"), t.err), span(rest.to_owned(), t.fg)],
        "+" if !rest.is_empty() => package(t.ok),
        "-" if !rest.is_empty() => package(t.err),
        "~" if !rest.is_empty() => package(t.warn),
        _ => coloured::spans(text, Style::new().fg(t.fg), t),
    }
}

/// What a verb's line is about, and the rest: `61 packages` of `61 packages in 247ms`.
fn subject<'a>(verb: &str, rest: &'a str) -> (String, &'a str) {
    let words = if rest.starts_with(|c: char| c.is_ascii_digit()) || matches!(verb, "Using" | "Creating") {
        2
    } else {
        1
    };
    let end = rest.match_indices(' ').nth(words - 1).map_or(rest.len(), |(at, _)| at);
    (rest[..end].to_owned(), rest[end..].trim_start())
}
