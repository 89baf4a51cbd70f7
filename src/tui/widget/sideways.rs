//! Lines that are longer than a pane: seen from a column on, or broken into several.

use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::tui::widget::line::width;
use crate::tui::widget::wrap;

/// The spans without their first columns.
#[must_use]
pub fn after(spans: Vec<Span<'static>>, columns: usize) -> Vec<Span<'static>> {
    if columns == 0 {
        return spans;
    }
    let mut left = columns;
    let mut rest = Vec::new();
    for span in spans {
        if left == 0 {
            rest.push(span);
            continue;
        }
        let mut text = String::new();
        for cluster in span.content.graphemes(true) {
            if left == 0 {
                text.push_str(cluster);
            } else {
                left = left.saturating_sub(cluster.width());
            }
        }
        rest.push(Span::styled(text, span.style));
    }
    rest
}

/// The spans as lines of at most so many columns, broken behind spaces where there are some; at least one line. Where
/// a line is full, the space behind it is left out: it has no room, and nobody would see it.
#[must_use]
pub fn broken(spans: Vec<Span<'static>>, columns: usize) -> Vec<Vec<Span<'static>>> {
    let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
    let mut starts = wrap::starts(&text, columns).into_iter().skip(1).peekable();
    let mut lines = vec![Vec::new()];
    let mut at = 0;
    for span in spans {
        let mut rest = span.content.as_ref();
        while let Some(cut) = starts.peek().map(|start| start - at).filter(|cut| *cut < rest.len()) {
            let (before, after) = rest.split_at(cut);
            if let Some(line) = lines.last_mut() {
                line.push(Span::styled(before.to_owned(), span.style));
            }
            lines.push(Vec::new());
            (rest, at) = (after, at + cut);
            starts.next();
        }
        at += rest.len();
        if let Some(line) = lines.last_mut() {
            line.push(Span::styled(rest.to_owned(), span.style));
        }
    }
    for line in lines.iter_mut().filter(|line| width(line) > columns) {
        let last = line.iter_mut().rfind(|span| !span.content.is_empty());
        let Some(last) = last else { continue };
        if let Some(shown) = last.content.strip_suffix(' ') {
            last.content = shown.to_owned().into();
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_signs_are_never_cut_in_two() {
        let spans = || vec![Span::raw("ab"), Span::raw("日本c")];
        let flat = |spans: Vec<Span>| spans.iter().map(|span| span.content.as_ref()).collect::<String>();
        assert_eq!(flat(after(spans(), 3)), "本c");
        let lines: Vec<_> = broken(spans(), 3).into_iter().map(flat).collect();
        assert_eq!(lines, ["ab", "日", "本c"]);
    }

    #[test]
    fn lines_break_between_words_and_keep_every_sign() {
        let flat = |spans: Vec<Span>| spans.iter().map(|span| span.content.as_ref()).collect::<String>();
        let cases = [
            "one two three",
            "  × a   b",
            "one  two",
            "abcdefgh ij",
            "",
            "   ",
            "a bcdefg h",
            "  indented far",
        ];
        for text in cases {
            for columns in 1..12 {
                for cut in 0..=text.chars().count() {
                    let at = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
                    let spans = vec![Span::raw(text[..at].to_owned()), Span::raw(text[at..].to_owned())];
                    let lines: Vec<_> = broken(spans, columns).into_iter().map(flat).collect();
                    let rest = lines.iter().fold(text, |rest, line| {
                        let rest = rest.strip_prefix(line.as_str()).unwrap();
                        match line.width() == columns {
                            true => rest.strip_prefix(' ').unwrap_or(rest),
                            false => rest,
                        }
                    });
                    assert_eq!(rest, "", "{lines:?}");
                    assert!(lines.iter().all(|line| line.width() <= columns), "{lines:?}");
                }
            }
        }
        let lines: Vec<_> = broken(vec![Span::raw("one two three")], 7).into_iter().map(flat).collect();
        assert_eq!(lines, ["one two", "three"]);
    }
}
