//! One setting changed in the text of a file, all else as the person wrote it: comments, order, the space between.

use std::ops::Range;

use crate::config::Loaded;
use crate::config::table::{SETTINGS, Setting};
use crate::yaml;

/// The text with this setting at this value: its line changed, or one added at the end.
///
/// # Errors
/// One sentence, when the value cannot be one, or the file is written in a way that one line cannot change.
pub fn set(text: &str, setting: &Setting, value: &str) -> Result<String, String> {
    let before = Loaded::parse(text);
    let wanted = Loaded::parse(&format!("{}: {}\n", setting.key, setting.typed(value)));
    if value.trim().is_empty() || !wanted.problems.is_empty() || wanted.set != [setting.key] {
        return Err(format!("{} must be {}", setting.key, setting.expected()));
    }
    let written = setting.written(&wanted.settings);
    let changed = match place(text, setting.key) {
        Some(at) => replaced(text, at, &written),
        None if text.is_empty() || text.ends_with('\n') => {
            Some(format!("{text}{}: {written}\n", setting.key))
        }
        None => Some(format!("{text}\n{}: {written}\n", setting.key)),
    };
    // Whatever way the file is written: only this setting may differ afterwards.
    let is_right = |changed: &String| {
        let after = Loaded::parse(changed);
        after.set.contains(&setting.key)
            && SETTINGS.iter().all(|other| {
                let right = if other.key == setting.key { &wanted } else { &before };
                other.written(&after.settings) == other.written(&right.settings)
            })
            && after.problems.iter().all(|problem| problem.key != Some(setting.key))
    };
    let broken = before.problems.iter().find(|problem| problem.key.is_none_or(|key| key == setting.key));
    changed.filter(is_right).ok_or_else(|| match broken {
        Some(problem) => format!("correct the file first: {}", problem.sentence),
        None => format!("{} is written in its own way there: change it in the file", setting.key),
    })
}

/// Where the key stands: the bytes of its line behind the colon.
fn place(text: &str, key: &str) -> Option<Range<usize>> {
    let document = yaml::parse(text).ok()?;
    let (found, _) = document.root()?.entries().find(|(found, _)| found.written() == key)?;
    let line = usize::try_from(found.place().line).ok()?;
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let colon = text[start..end].find(key)? + key.len();
    let colon = colon + text[start + colon..end].find(':')? + 1;
    Some(start + colon..end)
}

/// The text with the value of this line replaced, the space before it and the comment behind it kept.
fn replaced(text: &str, at: Range<usize>, value: &str) -> Option<String> {
    let rest = &text[at.clone()];
    let old = rest.trim_start();
    let gap = if old.is_empty() || old.starts_with('#') { " " } else { &rest[..rest.len() - old.len()] };
    let length = match old.chars().next() {
        None | Some('#') => 0,
        Some(quote @ ('"' | '\'')) => old[1..].find(quote)? + 2,
        Some(_) => old.find(" #").unwrap_or(old.len()),
    };
    let (old, comment) = old.split_at(length);
    let space = &old[old.trim_end().len()..];
    let space = if comment.starts_with('#') && space.is_empty() { " " } else { space };
    Some(format!("{}{gap}{value}{space}{comment}{}", &text[..at.start], &text[at.end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::table;

    #[track_caller]
    fn check(text: &str, key: &str, value: &str, expected: &str) {
        assert_eq!(set(text, table::find(key).unwrap(), value).as_deref(), Ok(expected));
    }

    #[track_caller]
    fn refused(text: &str, key: &str, value: &str, part: &str) {
        let error = set(text, table::find(key).unwrap(), value).unwrap_err();
        assert!(error.contains(part), "{error}");
    }

    #[test]
    fn one_line_changes_and_its_comment_stays() {
        check(
            "# mine\ngrace:   2   # soon\n\nascii: false\n",
            "grace",
            "3.50",
            "# mine\ngrace:   3.5   # soon\n\nascii: false\n",
        );
        check("\"theme\" : 'no # rd' # x\n", "theme", "mono", "\"theme\" : mono # x\n");
        check("theme: mono\r\nbell: true\r\n", "theme", "nord", "theme: nord\r\nbell: true\r\n");
        check("bell:\n", "bell", "true", "bell: true\n");
        check("bell: # why not\nascii: true", "bell", "true", "bell: true # why not\nascii: true");
        check("grace: soon\n", "grace", "1", "grace: 1\n");
    }

    #[test]
    fn what_is_missing_is_added_at_the_end() {
        check("", "bell", "true", "bell: true\n");
        check("# nothing yet", "bell", "true", "# nothing yet\nbell: true\n");
        check("grcae: 1\n", "keep_bytes", "2G", "grcae: 1\nkeep_bytes: 2G\n");
    }

    #[test]
    fn what_one_line_cannot_change_is_left_alone() {
        refused("{bell: false}\n", "bell", "true", "in its own way");
        refused("{bell: true}\n", "grace", "1", "in its own way");
        refused("bell: false\nbell: true\n", "bell", "false", "correct the file first: line 2");
        refused("bell: a: b\n", "grace", "2", "correct the file first: line 1");
        refused("", "grace", "soon", "grace must be a number of seconds");
        refused("", "grace", "1\nbell: true", "grace must be");
        refused("", "theme", "", "theme must be");
    }
}
