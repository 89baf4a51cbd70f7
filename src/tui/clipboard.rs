//! The person's clipboard, by the terminal itself (OSC 52): it works over ssh, and needs no other program. Terminals
//! may refuse it without a word, so whoever copies says how it was done.

/// Bytes of a text in base64 that terminals still take; what is longer goes into a file.
const MOST: usize = 74_994;

/// What makes the terminal take a text into its clipboard; `None` where the text is too long for that. Inside tmux it
/// is passed through to the terminal around it.
#[must_use]
pub fn sequence(text: &str, tmux: bool) -> Option<String> {
    let encoded = base64(text.as_bytes());
    if encoded.len() > MOST {
        return None;
    }
    let plain = format!("\x1b]52;c;{encoded}\x07");
    // tmux itself takes the plain one where it is set so, and hands the wrapped one on where that is allowed.
    Some(if tmux { format!("{plain}\x1bPtmux;\x1b\x1b]52;c;{encoded}\x07\x1b\\") } else { plain })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            encoded.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_encoded_and_wrapped() {
        for (text, encoded) in
            [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("ü🧩?", "w7zwn6epPw==")]
        {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        assert_eq!(sequence("abc", false).as_deref(), Some("\x1b]52;c;YWJj\x07"));
        let wrapped = sequence("abc", true).unwrap();
        assert!(wrapped.ends_with("\x1bPtmux;\x1b\x1b]52;c;YWJj\x07\x1b\\"));
        assert!(sequence(&"x".repeat(56_244), false).is_some());
        assert_eq!(sequence(&"x".repeat(56_247), false), None);
    }
}
