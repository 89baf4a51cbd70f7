//! What is told of a search and a filter: on the frame, in the line that is written in, and where nothing is found.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::text;
use crate::tui::find::What;
use crate::tui::pane::output::Output;
use crate::tui::pane::output::input::For;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Page;
use crate::tui::widget::line::{bold, put, row, span};
use crate::tui::widget::needle::Needle;

/// Columns of a filter's text on the frame.
const SHORT: usize = 16;

impl Output {
    /// Draws the line that is written in.
    pub(super) fn render_input(&self, buffer: &mut Buffer, area: Rect, page: Option<&Page>, look: Look) {
        let Some(input) = &self.finding.input else { return };
        let fact = match (input.of, page) {
            (For::Search, Some(page)) => hits(page, look),
            (For::Search, None) | (For::Filter, _) => Vec::new(),
        };
        input.render(buffer, row(area, area.height.saturating_sub(1)), fact, look);
    }

    /// Why nothing is shown, where that is because of a filter.
    pub(super) fn render_nothing(&self, buffer: &mut Buffer, area: Rect, page: &Page, look: Look) -> bool {
        if self.finding.is_all() {
            return false;
        }
        let t = look.theme;
        let text = match (&self.finding.filter, self.finding.streams.name()) {
            _ if page.found.filtering => "searching…".to_owned(),
            (Some(filter), None) => format!("no line has {}", quoted(filter)),
            (Some(filter), Some(stream)) => format!("no line of {stream} has {}", quoted(filter)),
            (None, stream) => format!("nothing on {}", stream.unwrap_or_default()),
        };
        let (key, does) =
            if self.finding.filter.is_some() { ("esc", "shows all lines") } else { ("O", "next stream") };
        let line =
            vec![span(format!(" {text}  "), t.dim), bold(key, t.accent), span(format!(" {does}"), t.dim)];
        put(buffer, row(area, 0), line);
        true
    }

    /// What is looked for, for the frame.
    pub(super) fn found_fact(&self, page: &Page, look: Look) -> Vec<Span<'static>> {
        let t = look.theme;
        let finding = &self.finding;
        let mut facts = Vec::new();
        if let Some(stream) = finding.streams.name() {
            facts.push(vec![bold(stream, t.fg)]);
        }
        if let Some(filter) = &finding.filter {
            let mut fact = vec![bold(format!("& {}", text::fit(&sign::safe(filter.typed()), SHORT)), t.fg)];
            if finding.context > 0 {
                fact.push(span(format!(" +{}", finding.context), t.dim));
            }
            facts.push(fact);
        }
        if finding.search.is_some() {
            facts.push(hits(page, look));
        }
        if finding.seek.is_some_and(|seek| seek.what != What::Hit) {
            facts.push(vec![span("looking…", t.dim)]);
        }
        let mut spans = Vec::new();
        for fact in facts {
            spans.extend(fact);
            spans.push(span(" · ", t.dim));
        }
        spans
    }
}

/// `3/17`; with `+` while there may be more.
fn hits(page: &Page, look: Look) -> Vec<Span<'static>> {
    let t = look.theme;
    let found = &page.found;
    let more = if found.searching { "+" } else { "" };
    match (found.rank, found.hits) {
        (_, 0) if found.searching => vec![span("searching…", t.dim)],
        (_, 0) => vec![bold("no hit", t.warn)],
        (Some(rank), hits) => vec![bold(format!("{rank}/{}{more}", hits.max(rank)), t.fg)],
        (None, hits) => vec![bold(format!("–/{hits}{more}"), t.fg)],
    }
}

/// A pattern in a sentence.
pub(super) fn quoted(pattern: &Needle) -> String {
    format!("\"{}\"", text::fit(&sign::safe(pattern.typed()), 40))
}
