//! Which existing names a mistyped one may have meant.

/// Names proposed at most.
const MOST: usize = 3;

/// Characters of a name that are compared; enough for any name a person types.
const LONGEST: usize = 100;

/// The existing names most like `wanted`, the nearest first: few edits away, or beginning with it.
#[must_use]
pub fn nearest<'a>(wanted: &str, existing: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().take(LONGEST).collect();
    let mut found: Vec<(usize, &str)> = existing
        .filter_map(|name| {
            let candidate: Vec<char> = name.to_lowercase().chars().take(LONGEST).collect();
            let edits = distance(&wanted, &candidate);
            let begins = wanted.len() > 1 && candidate.starts_with(&wanted);
            (begins || edits <= (wanted.len() / 3).max(1)).then_some((edits, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(MOST).map(|(_, name)| name.to_owned()).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours between two words.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut edits = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                edits = edits.min(before_last[j - 2] + 1);
            }
            row.push(edits);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &str, existing: &[&str], expected: &[&str]) {
        assert_eq!(nearest(wanted, existing.iter().copied()), expected);
    }

    #[test]
    fn typos_find_what_was_meant() {
        let methods = ["generate_code", "explain_code", "validate_code"];
        check("genrate_code", &methods, &["generate_code"]);
        check("Generate_Code", &methods, &["generate_code"]);
        check("expalin_code", &methods, &["explain_code"]);
        check("gen", &methods, &["generate_code"]);
        check("weather", &methods, &[]);
        check("", &methods, &[]);
    }

    #[test]
    fn the_nearest_come_first_and_three_at_most() {
        check("aaaa", &["aabb", "aaab", "aaaa", "aaac", "zzzz"], &["aaaa", "aaab", "aaac"]);
    }
}
