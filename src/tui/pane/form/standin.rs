//! Signs for characters that a terminal must not get, or would not show.
//!
//! A text field holds any text an agent can be sent, control characters included. Each of them is drawn as a sign one
//! cell wide, so that a person can see it and aim at it; the text itself stays what it is.

/// What is drawn for a character; `None` for every one that may be drawn itself. None of those that have a sign are
/// ever part of a larger character.
pub fn sign(character: &str) -> Option<char> {
    match character.chars().next()? {
        '\t' => None,
        // U+2400 is the picture of NUL, and so on up to 0x1F.
        c @ '\0'..='\u{1f}' => Some(char::from_u32(0x2400 + u32::from(c)).unwrap_or('�')),
        '\u{7f}' => Some('␡'),
        c if is_hidden(c) => Some('�'),
        _ => None,
    }
}

/// Controls, separators, and marks that have no width or turn the direction of a line.
fn is_hidden(c: char) -> bool {
    match c {
        '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => true,
        c => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation as _;

    use super::*;

    #[test]
    fn what_cannot_be_shown_has_a_sign_of_its_own() {
        let text = "\u{1b}\r\u{7f}\u{9b}\u{202e}a\u{200b}\u{feff}\t👨‍👩‍👧e\u{301}";
        let signs: String = text.graphemes(true).map(|one| sign(one).unwrap_or('.')).collect();
        assert_eq!(signs, "␛␍␡��.��...");
    }
}
