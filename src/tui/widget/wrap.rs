//! Text on several rows: broken at spaces where there are some, inside words where there are none.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// The rows of a safe line at this width; an empty line is one empty row. Nothing is left out but spaces at the ends
/// of rows.
#[must_use]
pub fn rows(line: &str, columns: usize) -> Vec<&str> {
    let starts = starts(line, columns);
    let ends = starts.iter().skip(1).copied().chain([line.len()]);
    let last = starts.len() - 1;
    let row = |(index, (start, end)): (usize, (usize, usize))| {
        let row = &line[start..end];
        if index == last { row } else { row.trim_end_matches(' ') }
    };
    starts.iter().copied().zip(ends).enumerate().map(row).collect()
}

/// Where the rows of a safe line begin at this width; the first one is 0.
#[must_use]
pub fn starts(line: &str, columns: usize) -> Vec<usize> {
    let mut starts = vec![0];
    let mut at = break_at(line, columns.max(1));
    while at < line.len() {
        starts.push(at);
        at += break_at(&line[at..], columns.max(1));
    }
    starts
}

/// Words on at most `most` rows; where they need more, the last row ends with `…`.
#[must_use]
pub fn words(text: &str, columns: usize, most: usize) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = rows(&text, columns);
    let mut kept: Vec<String> = all.iter().take(most).map(|row| (*row).to_owned()).collect();
    if let (true, Some(last)) = (all.len() > most, kept.last_mut()) {
        *last = crate::text::fit(&format!("{last} …"), columns).into_owned();
    }
    kept
}

/// Where to break a text: behind its last space that still fits, else where it is full; its end where all of it fits.
/// Only what fits is looked at, so that a line of any length is broken in one walk.
fn break_at(text: &str, columns: usize) -> usize {
    if let Some(full) = text.as_bytes().get(..=columns).filter(|full| full.is_ascii()) {
        return full.iter().rposition(|byte| *byte == b' ').map_or(columns, |space| space + 1);
    }
    let (mut used, mut space) = (0, None);
    for (at, cluster) in text.grapheme_indices(true) {
        if cluster == " " {
            // A space needs no room at the end of a row.
            space = Some(at + 1);
        }
        used += cluster.width();
        if used > columns {
            return match space {
                Some(space) if space > 0 => space,
                Some(_) | None if at > 0 => at,
                Some(_) | None => cluster.len(),
            };
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_break_at_spaces_and_lose_nothing_else() {
        assert_eq!(rows("one two three", 7), ["one two", "three"]);
        assert_eq!(rows("  indented text", 10), ["  indented", "text"]);
        assert_eq!(rows("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(rows("日本語", 5), ["日本", "語"]);
        assert_eq!(rows("日本", 1), ["日", "本"]);
        assert_eq!(rows("", 5), [""]);
    }

    #[test]
    fn plain_text_breaks_where_other_text_does() {
        for text in ["one two  three", "abcdefgh ij", "  indented far", "a b", "x          y"] {
            for columns in 1..12 {
                // A sign in another span of bytes takes the other way.
                let wide = text.replace('e', "é");
                let expected: Vec<_> = rows(&wide, columns).iter().map(|row| row.replace('é', "e")).collect();
                assert_eq!(rows(text, columns), expected, "{text:?} {columns}");
            }
        }
    }

    #[test]
    fn too_many_words_are_cut_with_a_sign() {
        assert_eq!(words("one\n two  three four", 9, 2), ["one two", "three …"]);
        assert_eq!(words("one two", 9, 2), ["one two"]);
    }
}
