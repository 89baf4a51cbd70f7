//! Pieces of lines: coloured text, lines with a left and a right end, sections, facts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::text;
use crate::tui::theme::Theme;

/// Columns that stay free between the left and the right end of a line.
const GAP: usize = 2;

/// Columns of the label in a list of facts.
pub const LABEL: u16 = 10;

/// Text in a colour.
pub fn span(text: impl Into<String>, colour: Color) -> Span<'static> {
    Span::styled(text.into(), Style::new().fg(colour))
}

/// Bold text in a colour.
pub fn bold(text: impl Into<String>, colour: Color) -> Span<'static> {
    Span::styled(text.into(), Style::new().fg(colour).add_modifier(Modifier::BOLD))
}

/// Columns with nothing in them.
pub fn blank(columns: usize) -> Span<'static> {
    Span::raw(" ".repeat(columns))
}

/// Columns that these spans take.
#[must_use]
pub fn width(spans: &[Span]) -> usize {
    spans.iter().map(|span| text::width(&span.content)).sum()
}

/// The spans cut to at most `columns`, with `…` where something was cut.
#[must_use]
pub fn cut(spans: Vec<Span<'static>>, columns: usize) -> Vec<Span<'static>> {
    if width(&spans) <= columns {
        return spans;
    }
    let mut left = columns;
    let mut kept = Vec::new();
    for span in spans {
        let wide = text::width(&span.content);
        // One column is kept back for the sign of the cut.
        if wide < left {
            left -= wide;
            kept.push(span);
        } else {
            // A space more than fits, so that the sign appears even where this span alone would fit.
            let text = format!("{} ", span.content);
            kept.push(Span::styled(text::fit(&text, left).into_owned(), span.style));
            break;
        }
    }
    kept
}

/// A line of exactly `columns`: the right end stays whole, the left one is cut before the two meet.
#[must_use]
pub fn spread(left: Vec<Span<'static>>, right: Vec<Span<'static>>, columns: usize) -> Line<'static> {
    let right = cut(right, columns);
    let room = match width(&right) {
        0 => columns,
        taken => columns.saturating_sub(taken + GAP),
    };
    let mut spans = cut(left, room);
    spans.push(blank(columns.saturating_sub(width(&spans) + width(&right))));
    spans.extend(right);
    Line::from(spans)
}

/// A text broken into lines of at most `columns`, between words where it can be.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let (mut line, mut taken) = (String::new(), 0);
        for word in together(paragraph, columns) {
            let wide = text::width(&word);
            if taken > 0 && taken + 1 + wide > columns {
                lines.push(std::mem::take(&mut line));
                taken = 0;
            }
            if taken > 0 {
                line.push(' ');
                taken += 1;
            }
            if taken + wide <= columns {
                line.push_str(&word);
                taken += wide;
                continue;
            }
            for cluster in word.graphemes(true) {
                if taken + text::width(cluster) > columns {
                    lines.push(std::mem::take(&mut line));
                    taken = 0;
                }
                line.push_str(cluster);
                taken += text::width(cluster);
            }
        }
        lines.push(line);
    }
    lines
}

/// What a text is broken between: words, and a unit stays with its number. Of facts with a sign between them the short
/// ones stay whole, and no line begins with the sign.
fn together(text: &str, columns: usize) -> Vec<String> {
    const UNITS: [&str; 9] = ["s", "ms", "min", "h", "d", "B", "KB", "MB", "GB"];
    let mut words: Vec<String> = Vec::new();
    for (at, fact) in text.split(" · ").enumerate() {
        if let (1.., Some(last)) = (at, words.last_mut()) {
            last.push_str(" ·");
        }
        let is_one = fact.len() < text.len() && text::width(fact) <= columns / 2;
        let first = words.len();
        for word in fact.split_whitespace() {
            let is_unit = UNITS.contains(&word.trim_end_matches([',', '.', ';', ':', ')']));
            let last = words.get_mut(first..).and_then(<[String]>::last_mut);
            match last {
                Some(last) if is_one || (is_unit && last.ends_with(|c: char| c.is_ascii_digit())) => {
                    last.push(' ');
                    last.push_str(word);
                }
                Some(_) | None => words.push(word.to_owned()),
            }
        }
    }
    words
}

/// Draws lines from the top of an area, beginning with the one at `scroll`.
pub fn page(buffer: &mut Buffer, area: Rect, lines: Vec<Line<'static>>, scroll: usize) {
    let scroll = scroll.min(lines.len().saturating_sub(usize::from(area.height)));
    for (y, line) in (0..area.height).zip(lines.into_iter().skip(scroll)) {
        put(buffer, row(area, y), line);
    }
}

/// Draws a line at the top of an area, cut to its width.
pub fn put(buffer: &mut Buffer, area: Rect, line: impl Into<Line<'static>>) {
    if area.is_empty() {
        return;
    }
    let line = line.into();
    let spans = cut(line.spans, usize::from(area.width));
    buffer.set_line(area.x, area.y, &Line { spans, ..line }, area.width);
}

/// A row of an area, counted from its top; empty when it lies below.
#[must_use]
pub fn row(area: Rect, at: u16) -> Rect {
    if at >= area.height {
        return Rect { height: 0, ..area };
    }
    Rect { y: area.y + at, height: 1, ..area }
}

/// What is left of an area below its first rows.
#[must_use]
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// Draws a decorative rule over the area's first row.
pub fn rule(buffer: &mut Buffer, area: Rect, theme: &Theme) {
    put(buffer, area, span("─".repeat(usize::from(area.width)), theme.rule));
}

/// `Name ─────── fact`: the head of a section.
#[must_use]
pub fn section(
    name: Vec<Span<'static>>,
    fact: Vec<Span<'static>>,
    columns: usize,
    theme: &Theme,
) -> Line<'static> {
    let fact_width = if fact.is_empty() { 0 } else { width(&fact) + 1 };
    let mut spans = cut(name, columns.saturating_sub(fact_width + 3));
    spans.push(blank(1));
    let dashes = columns.saturating_sub(width(&spans) + fact_width);
    spans.push(span("─".repeat(dashes), theme.rule));
    if !fact.is_empty() {
        spans.push(blank(1));
        spans.extend(fact);
    }
    Line::from(spans)
}

/// `today ───────`: the head of a group inside a list, quieter than a section.
#[must_use]
pub fn group(name: &str, columns: usize, theme: &Theme) -> Line<'static> {
    let taken = text::width(name) + 2;
    let dashes = columns.saturating_sub(taken + 1);
    Line::from(vec![blank(1), span(format!("{name} "), theme.dim), span("─".repeat(dashes), theme.rule)])
}

/// A label and its value.
#[must_use]
pub fn fact(label: &str, value: Vec<Span<'static>>, theme: &Theme) -> Line<'static> {
    let columns = usize::from(LABEL);
    let mut spans = vec![span(format!("{:<columns$}", text::fit(label, columns - 1)), theme.dim)];
    spans.extend(value);
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(line: &Line) -> String {
        line.spans.iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn the_right_end_stays_and_the_left_one_is_cut_before_they_meet() {
        let line = |left: &str, right: &str, columns| {
            flat(&spread(vec![Span::raw(left.to_owned())], vec![Span::raw(right.to_owned())], columns))
        };
        assert_eq!(line("left", "right", 12), "left   right");
        assert_eq!(line("longer left", "right", 12), "long…  right");
        assert_eq!(line("left", "", 6), "left  ");
        assert_eq!(line("left", "right", 3), "ri…");
    }

    #[test]
    fn text_breaks_between_words_and_inside_long_ones() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a\n\nb", 7), ["a", "", "b"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(
            wrap("CPU 0% · 167M", 8),
            ["CPU 0% ·", "167M"],
            "no line begins with a sign between facts"
        );
        assert_eq!(wrap("one · CPU 0% · b", 12), ["one ·", "CPU 0% · b"], "a short fact stays whole");
        assert_eq!(wrap("for 62 s, in f", 6), ["for", "62 s,", "in f"], "a unit stays with its number");
        assert_eq!(wrap("a sees 3 gulls", 8), ["a sees 3", "gulls"]);
    }

    #[test]
    fn a_cut_counts_columns_and_shows() {
        let cut = |columns| {
            let spans = vec![Span::raw("ab"), Span::raw("日本"), Span::raw("c")];
            flat(&Line::from(super::cut(spans, columns)))
        };
        assert_eq!(cut(7), "ab日本c");
        assert_eq!(cut(6), "ab日…");
        assert_eq!(cut(5), "ab日…");
        assert_eq!(cut(4), "ab…");
        assert_eq!(cut(2), "a…");
        assert_eq!(cut(0), "");
    }
}
