//! Lines as rows of a screen: broken between words where that can be. Only rows that are asked for are made, so a
//! text costs what is shown of it. A very long line is broken at every so many bytes besides, for the same reason.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::width;
use crate::tui::pane::form::editor::text::{Place, Text};
use crate::tui::pane::form::standin;

/// Columns a tab stop is wide.
const TAB: usize = 4;

/// Bytes of a line that are wrapped at a time.
const BLOCK: usize = 16 << 10;

/// A part of a line that is one row; bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub line: usize,
    pub start: usize,
    pub end: usize,
}

impl Row {
    /// Where the row begins.
    pub fn place(self) -> Place {
        Place { line: self.line, at: self.start }
    }
}

/// Cells that a character takes in a column; never none, so that a cursor can stand on it.
pub fn cells(character: &str, column: usize) -> usize {
    match character {
        "\t" => TAB - column % TAB,
        _ if standin::sign(character).is_some() => 1,
        _ => width(character).max(1),
    }
}

/// The blocks of a line.
fn blocks(line: &str) -> usize {
    line.len().div_ceil(BLOCK).max(1)
}

/// The block that a byte of a line is in.
fn block_of(line: &str, at: usize) -> usize {
    let block = at / BLOCK;
    // A block begins with a whole character, which may be a little earlier.
    let next = line.floor_char_boundary((block + 1) * BLOCK) <= at;
    (block + usize::from(next)).min(blocks(line) - 1)
}

/// The rows of one block.
fn rows_of(text: &Text, line: usize, block: usize, columns: usize) -> Vec<Row> {
    let whole = text.line(line);
    let from = whole.floor_char_boundary(block * BLOCK);
    let to =
        if block + 1 == blocks(whole) { whole.len() } else { whole.floor_char_boundary((block + 1) * BLOCK) };
    let mut rows = Vec::new();
    let (mut start, mut column) = (from, 0);
    // Where the row may end: behind a blank, or beside a wide character.
    let mut end = None;
    for (at, character) in whole[from..to].grapheme_indices(true) {
        let at = from + at;
        let is_blank = character == " ";
        if is_blank && column >= columns {
            // A blank behind the last column is not seen.
            end = Some(at + 1);
            continue;
        }
        let mut taken = cells(character, column);
        if taken == 2 {
            end = Some(at);
        }
        while column + taken > columns && at > start {
            let cut = end.take().filter(|end| *end > start).unwrap_or(at);
            rows.push(Row { line, start, end: cut });
            (start, column) = (cut, 0);
            for character in whole[cut..at].graphemes(true) {
                column += cells(character, column);
            }
            taken = cells(character, column);
        }
        column += taken;
        if is_blank || character == "\t" || character == "-" || taken == 2 {
            end = Some(at + character.len());
        }
    }
    rows.push(Row { line, start, end: to });
    // The cursor needs a cell behind the text.
    if to == whole.len() && column >= columns && to > start {
        rows.push(Row { line, start: to, end: to });
    }
    rows
}

/// The rows of the block that holds a place, and which of them does.
fn holding(text: &Text, place: Place, columns: usize) -> (usize, Vec<Row>, usize) {
    let block = block_of(text.line(place.line), place.at);
    let rows = rows_of(text, place.line, block, columns);
    let index = rows.iter().rposition(|row| row.start <= place.at).unwrap_or(0);
    (block, rows, index)
}

/// The row that holds a place.
pub fn row(text: &Text, place: Place, columns: usize) -> Row {
    let (_, rows, index) = holding(text, place, columns);
    rows[index]
}

/// At most so many rows, from the one that holds a place on.
pub fn from(text: &Text, place: Place, columns: usize, most: usize) -> Vec<Row> {
    let (mut block, mut rows, index) = holding(text, place, columns);
    let mut line = place.line;
    rows.drain(..index);
    while rows.len() < most {
        block += 1;
        if block >= blocks(text.line(line)) {
            (line, block) = (line + 1, 0);
            if line >= text.lines() {
                break;
            }
        }
        rows.extend(rows_of(text, line, block, columns));
    }
    rows.truncate(most);
    rows
}

/// At most so many rows, up to the one that holds a place.
pub fn up_to(text: &Text, place: Place, columns: usize, most: usize) -> Vec<Row> {
    let (mut block, mut rows, index) = holding(text, place, columns);
    let mut line = place.line;
    rows.truncate(index + 1);
    rows.reverse();
    while rows.len() < most {
        if let Some(before) = block.checked_sub(1) {
            block = before;
        } else {
            let Some(before) = line.checked_sub(1) else { break };
            line = before;
            block = blocks(text.line(line)) - 1;
        }
        rows.extend(rows_of(text, line, block, columns).into_iter().rev());
    }
    rows.truncate(most);
    rows.reverse();
    rows
}

/// The column of a byte in its row.
pub fn column(text: &Text, row: Row, at: usize) -> usize {
    let mut column = 0;
    for character in text.line(row.line)[row.start..at.clamp(row.start, row.end)].graphemes(true) {
        column += cells(character, column);
    }
    column
}

/// The byte of a row that stands in a column, or the last one a cursor can be at in it.
pub fn at_column(text: &Text, row: Row, wanted: usize) -> Place {
    let line = text.line(row.line);
    let mut column = 0;
    let mut last = row.start;
    for (at, character) in line[row.start..row.end].grapheme_indices(true) {
        let taken = cells(character, column);
        last = row.start + at;
        if column + taken > wanted {
            return Place { line: row.line, at: last };
        }
        column += taken;
    }
    // The end of a row in the middle of a line is the beginning of the next.
    let ends_here = row.end == line.len();
    Place { line: row.line, at: if ends_here { row.end } else { last } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, columns: usize, expected: &[&str]) {
        let text = Text::new(line);
        let rows = from(&text, Place::default(), columns, usize::MAX);
        let rows: Vec<_> = rows.iter().map(|row| &text.line(row.line)[row.start..row.end]).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn lines_break_between_words_and_long_words_anywhere() {
        check("one two three", 8, &["one two ", "three"]);
        check("one  two", 4, &["one  ", "two"]);
        check("exactly", 7, &["exactly", ""]);
        check("exactly it", 7, &["exactly ", "it"]);
        check("abcdefghij kl", 4, &["abcd", "efgh", "ij ", "kl"]);
        check("", 4, &[""]);
        check("\ta\tb", 6, &["\t", "a\tb"]);
        check("日本語", 5, &["日本", "語"]);
        check("e\u{301}e\u{301}e\u{301}", 2, &["e\u{301}e\u{301}", "e\u{301}"]);
        check("abc", 0, &["a", "b", "c", ""]);
    }

    #[test]
    fn rows_are_the_same_from_wherever_they_are_made() {
        let line = "word ".repeat(10_000) + &"日本語 é".repeat(5_000);
        let text = Text::new(&format!("first\n{line}\n\nlast"));
        let all = from(&text, Place::default(), 33, usize::MAX);
        assert!(all.len() > 1_000);
        for (index, expected) in all.iter().enumerate().step_by(97) {
            assert_eq!(row(&text, expected.place(), 33), *expected);
            assert_eq!(from(&text, expected.place(), 33, 5), all[index..(index + 5).min(all.len())]);
            assert_eq!(up_to(&text, expected.place(), 33, 5), all[(index + 1).saturating_sub(5)..=index]);
        }
        assert_eq!(up_to(&text, text.end(), 33, usize::MAX), all);
    }

    #[test]
    fn columns_lead_to_bytes_and_back() {
        let text = Text::new("a\t日é");
        let row = row(&text, Place::default(), 20);
        for (at, column) in [(0, 0), (1, 1), (2, 4), (5, 6), (7, 7)] {
            assert_eq!(super::column(&text, row, at), column);
            assert_eq!(at_column(&text, row, column), Place { line: 0, at });
        }
        assert_eq!(at_column(&text, row, 2).at, 1, "in the middle of a tab");
        assert_eq!(at_column(&text, row, 99).at, 7);
    }
}
