//! Stand-ins: one visible cell for each character that a terminal must not get, or would not show.
//!
//! A text field holds any text an agent can be sent, control characters included. The text area draws those as
//! nothing at all, so a person could neither see nor aim at them. While a text is in the editor they are
//! therefore private-use characters, one cell wide, which are drawn as a sign; reading the text turns them back.
//! Real characters of that plane are escaped, so nothing is lost.

use std::borrow::Cow;

/// First code point of plane 16: U+100000 + c stands for the character c of the first plane.
const PLANE: u32 = 0x10_0000;

/// Stands before a real character of plane 16.
const ESCAPE: char = '\u{10fffd}';

/// The text as the editor holds it.
pub fn hide(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_hidden(c) || is_private(c)) {
        return Cow::Borrowed(text);
    }
    let mut hidden = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_private(c) {
            hidden.extend([ESCAPE, c]);
        } else if is_hidden(c) {
            hidden.push(char::from_u32(PLANE + u32::from(c)).unwrap_or('�'));
        } else {
            hidden.push(c);
        }
    }
    Cow::Owned(hidden)
}

/// The text a person means.
pub fn reveal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_private) {
        return Cow::Borrowed(text);
    }
    let mut revealed = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == ESCAPE {
            revealed.extend(chars.next());
        } else {
            revealed.push(meant(c).unwrap_or(c));
        }
    }
    Cow::Owned(revealed)
}

/// What is drawn for a stand-in; `None` for every other character.
pub fn sign(c: char) -> Option<char> {
    Some(match meant(c)? {
        // U+2400 is the picture of NUL, and so on up to 0x1F.
        c @ '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('�'),
        '\u{7f}' => '␡',
        _ => '�',
    })
}

fn meant(c: char) -> Option<char> {
    if is_private(c) { char::from_u32(u32::from(c) - PLANE) } else { None }
}

fn is_private(c: char) -> bool {
    u32::from(c) >= PLANE
}

/// Controls, separators, and marks that have no width or turn the direction of a line.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
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
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for text in [
            "",
            "plain\ttext\nof two lines",
            "\u{1b}[31m bell\u{7} nul\0 del\u{7f} c1\u{9b}",
            "\u{202e}turned\u{feff}",
            "private \u{100001}\u{10fffd}\u{10fffd}a",
            "\r\n family 👨‍👩‍👧 e\u{301}",
        ] {
            assert_eq!(reveal(&hide(text)), text);
            assert!(!hide(text).contains(is_hidden), "{text:?}");
        }
    }

    #[test]
    fn stand_ins_have_signs() {
        let signs: String = hide("\u{1b}\u{7f}\u{202e}a").chars().filter_map(sign).collect();
        assert_eq!(signs, "␛␡�");
    }
}
