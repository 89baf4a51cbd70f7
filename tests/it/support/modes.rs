//! The modes that a program has set in its terminal, read from the bytes it wrote.

use std::collections::BTreeMap;

/// The cursor's mode, which is on at first.
const CURSOR: &str = "?25";

/// What is not as it was at first: private modes, the stacks of titles and of keyboard flags.
pub fn left_on(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut modes: BTreeMap<String, bool> = BTreeMap::new();
    let (mut titles, mut keyboard) = (0, 0);
    for part in text.split("\u{1b}[").skip(1) {
        let Some(end) = part.find(|c: char| ('@'..='~').contains(&c)) else { continue };
        let (parameters, last) = (&part[..end], part[end..].chars().next());
        match (last, parameters) {
            (Some(last @ ('h' | 'l')), numbers) if numbers.starts_with('?') => {
                for number in numbers[1..].split(';') {
                    modes.insert(format!("?{number}"), last == 'h');
                }
            }
            (Some('t'), "22;0") => titles += 1,
            (Some('t'), "23;0") => titles -= 1,
            (Some('u'), flags) if flags.starts_with('>') => keyboard += 1,
            (Some('u'), flags) if flags.starts_with('<') => keyboard -= 1,
            _ => {}
        }
    }
    let mut left: Vec<_> =
        modes.into_iter().filter(|(mode, on)| *on != (mode == CURSOR)).map(|(mode, _)| mode).collect();
    if titles != 0 {
        left.push(format!("{titles} titles"));
    }
    if keyboard != 0 {
        left.push(format!("{keyboard} keyboard flags"));
    }
    left
}

/// The titles that were set, in order.
pub fn titles(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let titles = text.split("\u{1b}]2;").skip(1).filter_map(|rest| rest.split("\u{1b}\\").next());
    titles.map(str::to_owned).collect()
}

/// How often the bell rang.
pub fn bells(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).matches('\u{7}').count()
}
