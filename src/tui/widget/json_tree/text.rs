//! The rows of a text: its lines, long ones in pieces.

use std::sync::Arc;

use crate::tui::widget::json_tree::code::{Kind, Numbers, Part};
use crate::tui::widget::json_tree::{MOST, More, Name, Row, What};

/// Most characters of a piece of a line: a row stays smaller than a screen however long the line is. A piece ends
/// behind a word where it can.
const PIECE: usize = 400;

/// The rows of a text, and one for the bytes after it that are not shown.
pub fn text_rows(text: &Arc<str>, kind: Kind, left: u64, depth: usize) -> Vec<Row> {
    let mut rows = lines(text, kind, 0, depth);
    if left > 0 {
        rows.push(Row { depth, name: Name::None, what: What::Cut { left } });
    }
    rows
}

/// The rows of a text's lines from this byte on, where a line or a piece of one begins.
pub fn lines(text: &Arc<str>, kind: Kind, from: usize, depth: usize) -> Vec<Row> {
    let end_of_line = |from: usize| text[from..].find('\n').map_or(text.len(), |newline| from + newline);
    let mut numbers = Numbers::new(kind, &text[..from]);
    let mut rows = Vec::new();
    let (mut at, mut end) = (from, end_of_line(from));
    let mut begins = from == 0 || text[..from].ends_with('\n');
    let mut number = None;
    loop {
        let piece = text[at..end].char_indices().nth(PIECE).map_or(end, |(most, _)| {
            let words = text[at..at + most].rfind(' ').filter(|space| *space > most / 2);
            at + words.map_or(most, |space| space + 1)
        });
        if begins {
            number = numbers.next(&text[at..end]);
        }
        let part = match number {
            None => Part::Prose,
            Some(number) if begins => Part::Code(number),
            Some(_) => Part::GoesOn,
        };
        let what = What::Line { text: Arc::clone(text), range: at..piece, part };
        rows.push(Row { depth, name: Name::None, what });
        // A piece is followed by the next at once, a line by its newline.
        begins = piece == end;
        at = if begins { end + 1 } else { piece };
        if at > text.len() {
            return rows;
        }
        if begins {
            end = end_of_line(at);
        }
        if rows.len() >= MOST {
            let left = text[at..].split('\n').count();
            let what = What::More { of: More::Text(Arc::clone(text), kind), from: at, left };
            rows.push(Row { depth, name: Name::None, what });
            return rows;
        }
    }
}
