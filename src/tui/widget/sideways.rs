//! Lines that are longer than a pane: seen from a column on, or broken into several.

use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

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

/// The spans as lines of at most so many columns; at least one line.
#[must_use]
pub fn broken(spans: Vec<Span<'static>>, columns: usize) -> Vec<Vec<Span<'static>>> {
    let mut lines = vec![Vec::new()];
    let mut left = columns;
    for span in spans {
        let mut text = String::new();
        for cluster in span.content.graphemes(true) {
            let wide = cluster.width();
            if wide > left {
                if let Some(line) = lines.last_mut() {
                    line.push(Span::styled(std::mem::take(&mut text), span.style));
                }
                lines.push(Vec::new());
                left = columns;
            }
            left = left.saturating_sub(wide);
            text.push_str(cluster);
        }
        if let Some(line) = lines.last_mut() {
            line.push(Span::styled(text, span.style));
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
}
