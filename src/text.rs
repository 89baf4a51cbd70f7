//! Bytes of others become text here, and only here: nothing an agent prints reaches a terminal raw.
//!
//! Whole escape sequences (CSI, OSC, DCS, …) are parsed; colours (SGR) are kept where asked for, the rest
//! is dropped; tabs are expanded; every other control character is shown as a visible sign.

pub mod amount;
pub mod nearest;
pub mod spell;

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr as _};

/// Columns a tab stop is wide.
const TAB: usize = 8;

/// Makes one line safe for a terminal, without colours. Invalid UTF-8 becomes `�`, a newline inside is shown.
#[must_use]
pub fn safe(bytes: &[u8]) -> String {
    clean(bytes, Keep { colours: false, newlines: false, exact: false })
}

/// One line for use elsewhere: as printed, but without escape sequences, and with every other control character but
/// tabs as a sign. Pasted, it can do no more than text can.
#[must_use]
pub fn plain(bytes: &[u8]) -> String {
    clean(bytes, Keep { colours: false, newlines: false, exact: true })
}

/// One line as `safe` gives it; plain text costs nothing.
#[must_use]
pub fn shown(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if plain_bytes(bytes) == bytes.len() => Cow::Borrowed(text),
        Ok(_) | Err(_) => Cow::Owned(safe(bytes)),
    }
}

/// Makes one line safe for a terminal and keeps its colours (SGR), ended by a reset where one is open.
#[must_use]
pub fn safe_coloured(bytes: &[u8]) -> String {
    clean(bytes, Keep { colours: true, newlines: false, exact: false })
}

/// A size of data: `118 B`, `2.1 KB`, `9.8 MB`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// A size of memory, in the units in which limits are given: `118 B`, `512 MiB`, `1.7 GiB`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
pub fn binary_size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..0x400 => return format!("{bytes} B"),
        0x400..0x10_0000 => (1u64 << 10, "KiB"),
        0x10_0000..0x4000_0000 => (1 << 20, "MiB"),
        _ => (1 << 30, "GiB"),
    };
    match bytes % unit {
        0 => format!("{} {name}", bytes / unit),
        _ => format!("{:.1} {name}", bytes as f64 / unit as f64),
    }
}

/// The line that stands where so many bytes of a stream are not kept.
#[must_use]
pub fn not_kept(stream: &str, bytes: u64) -> String {
    format!("── {} of {stream} not kept ──", size(bytes))
}

/// Makes text of several lines safe for a terminal, without colours: newlines stay newlines.
#[must_use]
pub fn safe_lines(bytes: &[u8]) -> String {
    clean(bytes, Keep { colours: false, newlines: true, exact: false })
}

/// Terminal columns that a safe text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    // Nearly all of what a frame shows, many times a second.
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Cuts a safe text to at most `columns`, with `…` in the last one where something was cut.
#[must_use]
pub fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut cut = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        used += cluster.width();
        if used + 1 > columns {
            break;
        }
        cut.push_str(cluster);
    }
    if columns > 0 {
        cut.push('…');
    }
    Cow::Owned(cut)
}

/// Cuts a safe text to at most `columns`, with `…` in the first one where something was cut: for what says most at
/// its end, as addresses and paths do.
#[must_use]
pub fn fit_end(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut used = 1;
    for cluster in text.graphemes(true).rev() {
        used += cluster.width();
        if used > columns {
            break;
        }
        kept.push(cluster);
    }
    let sign = if columns > 0 { "…" } else { "" };
    Cow::Owned(std::iter::once(sign).chain(kept.into_iter().rev()).collect())
}

/// Columns between two cells of a table, and how narrow a cell may become.
const BETWEEN: usize = 2;
const NARROWEST: usize = 9;

/// Safe cells in columns, a line for each row; where they take more than `columns`, wide ones give way, those
/// at the left first.
#[must_use]
pub fn table<const N: usize>(rows: &[[String; N]], columns: usize) -> Vec<String> {
    let mut widths: [usize; N] =
        std::array::from_fn(|at| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0));
    while widths.iter().sum::<usize>() + BETWEEN * N.saturating_sub(1) > columns {
        let Some(wide) = widths.iter_mut().find(|width| **width > NARROWEST) else { break };
        *wide -= 1;
    }
    let line = |row: &[String; N]| {
        let mut line = String::new();
        for (cell, width_of) in row.iter().zip(widths) {
            let cell = fit_end(cell, width_of);
            line += &cell;
            line += &" ".repeat(width_of - width(&cell) + BETWEEN);
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Writes control characters that JSON allows raw (DEL and C1) as `\u00XX`, so that JSON text is safe to print.
/// Outside strings valid JSON has none of them, so a plain replacement is exact.
#[must_use]
pub fn safe_json(json: &str) -> Cow<'_, str> {
    let risky = |c: char| ('\u{7f}'..='\u{9f}').contains(&c);
    if !json.contains(risky) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if risky(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

#[derive(Clone, Copy)]
struct Keep {
    colours: bool,
    newlines: bool,
    /// Tabs, joiners and what chooses between pictures stay.
    exact: bool,
}

fn clean(bytes: &[u8], keep: Keep) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let mut coloured = false;
    let mut column = 0;
    let mut rest = text.as_ref();
    loop {
        // Most output is plain: it is taken at once.
        let plain = plain_bytes(rest.as_bytes());
        out.push_str(&rest[..plain]);
        column += plain;
        rest = &rest[plain..];
        let Some(c) = rest.chars().next() else { break };
        if let Some((sequence, after)) = escape_sequence(rest) {
            if keep.colours && is_colour(sequence) {
                // The 8-bit form of CSI is rewritten: some terminals read it as text.
                out.push_str("\u{1b}[");
                out.push_str(sequence.trim_start_matches(['\u{1b}', '[', '\u{9b}']));
                coloured = true;
            }
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\n' if keep.newlines => {
                out.push('\n');
                column = 0;
            }
            '\t' | '\u{200b}' | '\u{fe0e}' | '\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}' if keep.exact => {
                out.push(c);
            }
            '\t' => {
                let spaces = TAB - column % TAB;
                out.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            // U+2400 is the picture of NUL, and so on up to 0x1F.
            '\0'..='\u{1f}' => {
                out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('�'));
                column += 1;
            }
            '\u{7f}' => {
                out.push('␡');
                column += 1;
            }
            // C1 controls, line and paragraph separators, and what turns the direction of a whole line.
            '\u{80}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                out.push('�');
                column += 1;
            }
            // Invisible and without meaning in a line of output: byte order mark, zero-width space, marks.
            '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
            // These make a picture wide or narrow, in some terminals and not in others: without them all draw the
            // same number of columns. The joiner of pictures below is left out for the same reason.
            | '\u{fe0e}' | '\u{fe0f}' => {}
            // The same is true of the colours of skin.
            '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}'
                if out.chars().next_back().and_then(UnicodeWidthChar::width) == Some(2) => {}
            c => {
                out.push(c);
                column += UnicodeWidthChar::width(c).unwrap_or(0);
            }
        }
    }
    if coloured {
        out.push_str("\u{1b}[0m");
    }
    out
}

/// How many plain ASCII bytes stand at the start, looked at many at once.
fn plain_bytes(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte);
    // Without a way out in the middle the compiler makes vector instructions of it.
    let all = |chunk: &&[u8]| chunk.iter().fold(true, |plain, byte| plain & is_plain(byte));
    let whole: usize = bytes.chunks(32).take_while(all).map(<[u8]>::len).sum();
    whole + bytes[whole..].iter().take_while(|byte| is_plain(byte)).count()
}

/// The escape sequence at the start of `text` and what follows it. One that never ends takes the rest of its
/// line, so that its body does not stay as junk.
fn escape_sequence(text: &str) -> Option<(&str, &str)> {
    let mut chars = text.char_indices();
    let body = match chars.next()?.1 {
        '\u{1b}' => match chars.next() {
            Some((_, '[')) => return Some(control_sequence(text, 2)),
            Some((_, ']' | 'P' | 'X' | '^' | '_')) => 2,
            // Two or three characters: charset choice, keypad mode and the like.
            Some((_, ' '..='/')) => {
                let end = text[1..].find(|c: char| !(' '..='/').contains(&c)).map_or(text.len(), |at| {
                    let at = at + 1;
                    at + text[at..]
                        .chars()
                        .next()
                        .filter(|c| ('0'..='~').contains(c))
                        .map_or(0, char::len_utf8)
                });
                return Some(text.split_at(end));
            }
            Some((at, c @ '0'..='~')) => return Some(text.split_at(at + c.len_utf8())),
            _ => return None,
        },
        '\u{9b}' => return Some(control_sequence(text, '\u{9b}'.len_utf8())),
        '\u{9d}' | '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}' => '\u{9d}'.len_utf8(),
        _ => return None,
    };
    // A string sequence: up to BEL, ST, or the end of the line.
    let end = text[body..].char_indices().find_map(|(at, c)| match c {
        '\u{7}' => Some(body + at + 1),
        '\u{9c}' => Some(body + at + c.len_utf8()),
        '\u{1b}' if text[body + at..].starts_with("\u{1b}\\") => Some(body + at + 2),
        '\u{1b}' | '\n' | '\u{18}' | '\u{1a}' => Some(body + at),
        _ => None,
    });
    Some(text.split_at(end.unwrap_or(text.len())))
}

/// A CSI sequence whose parameters begin at `from`: parameters and intermediates, then one final character.
fn control_sequence(text: &str, from: usize) -> (&str, &str) {
    let end = text[from..].find(|c: char| !(' '..='?').contains(&c)).map_or(text.len(), |at| {
        let at = from + at;
        at + text[at..].chars().next().filter(|c| ('@'..='~').contains(c)).map_or(0, char::len_utf8)
    });
    text.split_at(end)
}

fn is_colour(sequence: &str) -> bool {
    sequence.strip_suffix('m').is_some_and(|head| {
        head.trim_start_matches(['\u{1b}', '[', '\u{9b}'])
            .chars()
            .all(|c| c.is_ascii_digit() || c == ';' || c == ':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, plain: &str) {
        assert_eq!(safe(raw.as_bytes()), plain);
    }

    #[test]
    fn whole_sequences_go_and_leave_no_junk() {
        check("a\u{1b}[31mred\u{1b}[0m", "ared");
        check("\u{1b}]0;title\u{7}text", "text");
        check("\u{1b}]52;c;c2VjcmV0\u{1b}\\text", "text");
        check("\u{1b}P1$r0m\u{1b}\\text", "text");
        check("\u{1b}[?1049h\u{1b}[2J\u{1b}[Htext", "text");
        check("\u{1b}(0text\u{1b}c", "text");
        check("\u{9b}31mtext\u{9d}0;x\u{9c}!", "text!");
        check("open \u{1b}]0;never ends", "open ");
        check("open \u{1b}[12", "open ");
    }

    #[test]
    fn other_controls_are_shown() {
        check("bell\u{7} nul\0 back\u{8}", "bell␇ nul␀ back␈");
        check("a\nb", "a␊b");
        check("\u{1b}", "␛");
        check("\u{202e}evil", "�evil");
        assert_eq!(safe(b"\xff\xfe"), "��");
        assert_eq!(safe_lines(b"a\nb"), "a\nb");
    }

    #[test]
    fn pictures_have_the_same_width_everywhere() {
        check("\u{26a0}\u{fe0f} careful", "\u{26a0} careful");
        check("👩\u{200d}🔬 measuring", "👩🔬 measuring");
        check("👍🏽 well", "👍 well");
        assert_eq!(
            plain("👍🏽 \u{26a0}\u{fe0f}\ta\u{1b}[31mb\u{7}\u{202e}".as_bytes()),
            "👍🏽 \u{26a0}\u{fe0f}\tab␇�"
        );
        // Between letters it decides how they are written.
        check("क\u{94d}\u{200d}ष", "क\u{94d}\u{200d}ष");
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        check("ab\tc", "ab      c");
    }

    #[test]
    fn colours_stay_where_asked_for_and_are_closed() {
        assert_eq!(safe_coloured(b"\x1b[1;31mred\x1b[2K"), "\u{1b}[1;31mred\u{1b}[0m");
        assert_eq!(safe_coloured("\u{9b}31mred".as_bytes()), "\u{1b}[31mred\u{1b}[0m");
        assert_eq!(safe_coloured(b"\x1b[>4;1mtext"), "text");
    }

    #[test]
    fn json_controls_are_written_out() {
        assert_eq!(safe_json("\"a\u{9b}b\u{7f}\""), "\"a\\u009bb\\u007f\"");
        assert_eq!(safe_json("\"é\""), "\"é\"");
    }

    #[test]
    fn fitting_counts_columns_not_bytes() {
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("ok", 5), "ok");
        assert_eq!(fit("ok", 0), "");
        assert_eq!((fit_end("127.0.0.1:443", 6).as_ref(), fit_end("日本語", 4).as_ref()), ("…1:443", "…語"));
        assert_eq!((fit_end("ok", 2).as_ref(), fit_end("ok", 0).as_ref()), ("ok", ""));
    }

    #[test]
    fn a_table_is_aligned_and_gives_way_at_the_left_and_at_the_beginning() {
        let rows = [["fd", "local", "peer"], ["7", "127.0.0.1:51544", "日本.example:443"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows, 40), ["fd  local            peer", "7   127.0.0.1:51544  日本.example:443"]);
        assert_eq!(table(&rows, 31), ["fd  local      peer", "7   ….1:51544  日本.example:443"]);
        assert_eq!(table(&rows, 9)[1], "7   ….1:51544  …mple:443");
    }
}
