//! Rows of a tree as lines of a screen.

use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::pane::sign;
use crate::tui::theme::Theme;
use crate::tui::widget::json_text;
use crate::tui::widget::json_tree::{Name, Tree, What, read};
use crate::tui::widget::line::{blank, cut, span, width};
use crate::tui::widget::wrap;

impl Tree {
    /// A row as it is shown at this width: one line, or several where it is long.
    #[must_use]
    pub fn lines(&self, at: usize, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
        let Some(row) = self.rows.get(at) else { return Vec::new() };
        // Deep rows stop moving to the right, so that something of them stays in sight.
        let indent = (row.depth * 2).min(columns / 3);
        if let What::Line { text, range } = &row.what {
            // The lines of a text that is the whole value, or of the raw view, begin at the margin; those below a
            // key stand further in than the keys beside it, which have a place for their sign.
            let indent = if row.depth > 0 { indent + 2 } else { 0 };
            let room = columns.saturating_sub(indent);
            let line = text::safe(&text.as_bytes()[range.clone()]);
            return wrap::rows(&line, room)
                .into_iter()
                .map(|row| {
                    let mut spans = vec![blank(indent)];
                    if self.raw && self.fault.is_none() {
                        spans.extend(json_text::spans(row, theme));
                    } else {
                        spans.push(span(row, theme.fg));
                    }
                    Line::from(spans)
                })
                .collect();
        }
        let mut head = vec![blank(indent), fold_sign(&row.what, theme)];
        head.extend(self.name(&row.name, columns / 2, theme));
        match &row.what {
            What::Short(range) => {
                let taken = width(&head);
                let written = self.text[range.clone()].trim();
                let value = match read::first(written) {
                    Some(b'"') => text::safe(read::quoted(written).as_bytes()),
                    Some(_) | None => text::safe(written.as_bytes()),
                };
                let mut rows = wrap::rows(&value, columns.saturating_sub(taken).max(1)).into_iter();
                head.extend(rows.next().map(|row| span(row, theme.fg)));
                let mut lines = vec![Line::from(head)];
                lines.extend(rows.map(|row| Line::from(vec![blank(taken), span(row, theme.fg)])));
                return lines;
            }
            What::Group { children, list, .. } => head.push(span(group(*children, *list).0, theme.dim)),
            What::Text { text, lines, left, .. } => {
                let count = match (left, lines) {
                    (0, 1) => format!("{} characters", text.chars().count()),
                    (0, lines) => format!("{lines} lines"),
                    (left, _) => format!("{} of text", sign::size(text.len() as u64 + left)),
                };
                head.push(span(count, theme.dim));
            }
            What::More { left, .. } => head.push(span(format!("{left} more — enter shows them"), theme.dim)),
            What::Cut { left } => {
                let more = format!("… {} more: the whole stands in {}", sign::size(*left), self.whole);
                return wrap::rows(&more, columns.saturating_sub(indent))
                    .into_iter()
                    .map(|row| Line::from(vec![blank(indent), span(row, theme.dim)]))
                    .collect();
            }
            What::Line { .. } => {}
        }
        vec![Line::from(cut(head, columns))]
    }

    fn name(&self, name: &Name, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
        match name {
            Name::None => Vec::new(),
            Name::Key(range) => {
                let key = text::safe(read::quoted(&self.text[range.clone()]).as_bytes());
                vec![span(text::fit(&key, columns), theme.syn), span(": ", theme.dim)]
            }
            Name::Index(index) => vec![span(format!("{index}: "), theme.dim)],
        }
    }
}

/// How many values a group has: alone, and with what it is.
pub fn group(children: usize, list: bool) -> (String, String) {
    let s = if children == 1 { "" } else { "s" };
    let count = if list { format!("{children} item{s}") } else { format!("{children} key{s}") };
    let kind = if list { "array" } else { "object" };
    let whole = format!("{kind} · {count}");
    (count, whole)
}

fn fold_sign(what: &What, theme: &Theme) -> Span<'static> {
    match what {
        What::Group { open: true, .. } | What::Text { open: true, .. } => span("▾ ", theme.dim),
        What::Group { open: false, .. } | What::Text { open: false, .. } => span("▸ ", theme.dim),
        What::Short(_) | What::Line { .. } | What::More { .. } | What::Cut { .. } => blank(2),
    }
}
