//! The screen in nothing but ASCII: every sign that plugdeck draws has its stand-in here, and only here. It is put
//! into the finished frame, so no drawing code needs to know.
//!
//! What others wrote (output, results, names) stays as it is, but for the signs that plugdeck uses itself: those
//! look the same whoever wrote them. In the files, and in what is copied from them, nothing changes.

use ratatui::buffer::Buffer;

/// Signs and their stand-ins, each one column wide.
const SIGNS: &[(&str, char)] = &[
    // States and flags; no two the same.
    ("◌", ':'),
    ("▶", '>'),
    ("▼", 'v'),
    ("✓", '+'),
    ("✗", 'x'),
    ("◷", 'T'),
    ("■", '#'),
    ("⊘", '%'),
    ("◐", '~'),
    ("☠", '@'),
    ("●", 'o'),
    ("○", '.'),
    ("▲", '^'),
    ("↷", '-'),
    ("⚑", '*'),
    ("Σ", '='),
    // Marks, arrows and punctuation.
    ("▾", 'v'),
    ("▸›→", '>'),
    ("←", '<'),
    ("↑", '^'),
    ("↓", 'v'),
    ("▌", '>'),
    ("·", '.'),
    ("…", '~'),
    ("–—", '-'),
    ("×", 'x'),
    // What nothing else can show.
    ("␡�", '?'),
    // Lines.
    ("─┄", '-'),
    ("━═", '='),
    ("│┃║▏", '|'),
    ("╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛", '+'),
];

/// What marks a selected row, and stands beside callouts and toasts.
const BAR: &str = "▌";

/// Braille dots in the two columns of a graph's cell, from few to many.
const GRAPH: [char; 9] = [' ', '_', '_', '.', '.', '-', '-', '=', '#'];

/// Replaces every sign of a frame that has a stand-in.
pub fn translate(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width);
    for at in 0..buffer.content.len() {
        // On one row the bar marks what is selected, on several it is the side of a callout or a toast.
        let above = at.checked_sub(width).is_some_and(|above| buffer.content[above].symbol() == "|");
        let below = buffer.content.get(at + width).is_some_and(|below| below.symbol() == BAR);
        let cell = &mut buffer.content[at];
        if cell.symbol() == BAR && (above || below) {
            cell.set_char('|');
        }
        let mut characters = cell.symbol().chars();
        if let (Some(character), None) = (characters.next(), characters.next())
            && let Some(stand_in) = stand_in(character)
        {
            cell.set_char(stand_in);
        }
    }
}

/// A text with the stand-ins of its signs.
#[must_use]
pub fn text(text: &str) -> String {
    text.chars().map(|character| stand_in(character).unwrap_or(character)).collect()
}

/// The stand-in of a character; `None` for ASCII, and for what plugdeck never draws by itself.
fn stand_in(character: char) -> Option<char> {
    match character {
        ..='\u{7f}' => None,
        // Pictures of control characters.
        '\u{2400}'..='\u{2420}' => Some('?'),
        '\u{2800}'..='\u{28ff}' => {
            let dots = (u32::from(character) - 0x2800).count_ones();
            GRAPH.get(usize::try_from(dots).ok()?).copied()
        }
        _ => SIGNS.iter().find(|(signs, _)| signs.contains(character)).map(|(_, stand_in)| *stand_in),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use ratatui::layout::Rect;

    use super::*;

    /// The signs in the program's own words: everything under `src` but comments and tests.
    fn drawn(folder: &Path, found: &mut Vec<(char, String)>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("tests")
                || name == "snapshots"
                || name == "ascii.rs"
                || name.ends_with("_tests.rs")
            {
                continue;
            }
            if path.is_dir() {
                drawn(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap();
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                let signs = line.chars().filter(|character| !character.is_ascii());
                found.extend(signs.map(|sign| (sign, format!("{}: {}", path.display(), line.trim()))));
            }
        }
    }

    #[test]
    fn every_sign_that_is_drawn_has_a_stand_in() {
        let mut found = Vec::new();
        drawn(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 100);
        let without: Vec<_> = found.iter().filter(|(sign, _)| stand_in(*sign).is_none()).collect();
        assert!(without.is_empty(), "{without:#?}");
    }

    #[test]
    fn states_keep_a_sign_of_their_own() {
        let states: Vec<char> =
            "◌▶▼✓!✗◷■⊘?◐☠●○▲".chars().map(|sign| stand_in(sign).unwrap_or(sign)).collect();
        assert_eq!(states.iter().collect::<HashSet<_>>().len(), states.len(), "{states:?}");
    }

    #[test]
    fn a_bar_of_several_rows_is_no_mark_of_a_selection() {
        let mut buffer = Buffer::with_lines(["▌a", " b", "▌c", "▌d", "▌e"]);
        translate(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines([">a", " b", "|c", "|d", "|e"]));
    }

    #[test]
    fn the_words_of_others_stay() {
        let area = Rect::new(0, 0, 13, 2);
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, "✓ é 日本 👍 e\u{301}", ratatui::style::Style::new());
        buffer.set_string(0, 1, "⣀⡇⣿⠁ ── …", ratatui::style::Style::new());
        translate(&mut buffer);
        let row = |y| (0..13).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        assert_eq!(row(0), "+ é 日 本  👍  e\u{301}");
        assert_eq!(row(1), "_.#_ -- ~    ");
    }
}
