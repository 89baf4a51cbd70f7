//! What was chosen in the dashboard's palette last, kept for the next time: one private file, in `notes/palette`
//! beside the runs.

use std::io;

use crate::ops::{Context, private};

/// So many choices are kept.
pub const MOST: usize = 20;

const FILE: &str = "recent.json";

/// The choices, the last one first; none where there are none, or where they cannot be read.
#[must_use]
pub fn read(context: &Context) -> Vec<String> {
    let text = private::read(&context.paths.notes().join("palette").join(FILE)).ok().flatten();
    let mut recent: Vec<String> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    recent.truncate(MOST);
    recent
}

/// Keeps the choices.
pub fn keep(context: &Context, recent: &[String]) -> io::Result<()> {
    let folder = context.paths.notes().join("palette");
    private::write(&folder, FILE, &serde_json::to_vec(recent)?).map(drop)
}

/// Puts a choice first.
pub fn used(recent: &mut Vec<String>, choice: String) {
    recent.retain(|other| *other != choice);
    recent.insert(0, choice);
    recent.truncate(MOST);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_choice_is_the_first_one_and_the_list_stays_short() {
        let mut recent = Vec::new();
        (0..30).for_each(|number: u32| used(&mut recent, number.to_string()));
        used(&mut recent, "25".to_owned());
        assert_eq!((recent.len(), &recent[..3]), (MOST, &["25".to_owned(), "29".into(), "28".into()][..]));
    }
}
