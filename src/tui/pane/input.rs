//! A line that is typed into a box: its end is where the keys go.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation as _;

/// Takes a key that is not in the table; `most` is in characters.
pub fn key(line: &mut String, key: KeyEvent, most: usize) {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('u' | 'w') if ctrl => line.clear(),
        KeyCode::Char(c) if !ctrl && !key.modifiers.contains(KeyModifiers::ALT) => insert(line, c, most),
        KeyCode::Backspace => {
            let last = line.grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
            line.truncate(last);
        }
        _ => {}
    }
}

/// Takes a pasted text.
pub fn paste(line: &mut String, text: &str, most: usize) {
    text.chars().for_each(|c| insert(line, c, most));
}

fn insert(line: &mut String, c: char, most: usize) {
    if !c.is_control() && line.chars().count() < most {
        line.push(c);
    }
}
