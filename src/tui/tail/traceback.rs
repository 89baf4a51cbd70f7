//! Python's tracebacks among lines of output: where one begins and ends, and what it says.
//!
//! Only what is complete counts: its head, its frames and the line of its exception, one after another and from the
//! same stream. Exceptions that were raised while others were handled are one traceback with them.

use std::borrow::Cow;
use std::ops::Range;

use crate::text;
use crate::tui::seen::{Row, Source};

const HEAD: &str = "Traceback (most recent call last):";

/// What stands between two exceptions of a chain.
const BETWEEN: [&str; 2] = [
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
];

/// Where libraries are: a frame elsewhere says more.
const LIBRARIES: [&str; 3] = ["/site-packages/", "/dist-packages/", "/lib/python"];

/// A traceback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traceback {
    /// Its lines, as places in what was searched.
    pub lines: Range<usize>,
    /// The lines of its exceptions, the last one last.
    pub exceptions: Vec<usize>,
    /// All frames; those that Python has left out as repeated count too.
    pub frames: usize,
    /// `ValueError`; safe.
    pub name: String,
    /// `bad input`; safe, and maybe empty.
    pub message: String,
    /// `agent.py:31 in run`: the last frame that is in no library, else the last one.
    pub place: Option<String>,
}

/// The complete tracebacks among these lines, in order.
#[must_use]
pub fn find(rows: &[&Row]) -> Vec<Traceback> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        match read(rows, at) {
            Some(traceback) => {
                at = traceback.lines.end;
                found.push(traceback);
            }
            None => at += 1,
        }
    }
    found
}

/// Whether a line may be one of a traceback's that tell where it is: then its neighbours are of interest.
#[must_use]
pub fn is_piece(row: &Row) -> bool {
    let text = plain(row);
    let text = text.trim_start();
    text == HEAD || text.starts_with("File \"")
}

/// Whether a traceback may begin with this line.
#[must_use]
pub fn is_head(row: &Row) -> bool {
    plain(row).trim_start() == HEAD
}

/// The name of the exception that a line tells, as a part of its text without colours; `None` where it tells none.
#[must_use]
pub fn exception(line: &str) -> Option<&str> {
    let (name, rest) = line.split_at(line.find(':').unwrap_or(line.len()));
    let word = |word: &str| {
        word == "<locals>"
            || word.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && word.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    (name.split('.').all(word) && (rest.is_empty() || rest.starts_with(": ") || rest == ":")).then_some(name)
}

/// A row's text without its colours.
fn plain(row: &Row) -> Cow<'_, str> {
    if row.text.contains('\u{1b}') {
        Cow::Owned(text::safe(row.text.as_bytes()))
    } else {
        Cow::Borrowed(&row.text)
    }
}

/// The traceback that begins at this line.
fn read(rows: &[&Row], from: usize) -> Option<Traceback> {
    let head = plain(rows[from]);
    let indent = head.strip_suffix(HEAD).filter(|indent| indent.bytes().all(|byte| byte == b' '))?;
    let source = rows[from].source;
    if source == Source::Supervisor {
        return None;
    }
    // The text behind the indentation of the whole, of the same stream and not cut.
    let line = |at: usize| -> Option<String> {
        let row = rows.get(at).filter(|row| row.source == source && row.cut == 0)?;
        let text = plain(row);
        match text.strip_prefix(indent) {
            Some(text) => Some(text.to_owned()),
            None => text.trim().is_empty().then(String::new),
        }
    };
    let mut found = Traceback {
        lines: from..from,
        exceptions: Vec::new(),
        frames: 0,
        name: String::new(),
        message: String::new(),
        place: None,
    };
    let mut at = from;
    loop {
        let (mut own, mut any) = (None, None);
        at += 1;
        while let Some(text) = line(at).filter(|text| text.starts_with("  ")) {
            if let Some(frame) = frame(&text) {
                found.frames += 1;
                let library = LIBRARIES.iter().any(|part| frame.0.contains(part)) || frame.0.starts_with('<');
                let place = Some(place(frame));
                own = if library { own } else { place.clone() };
                any = place;
            }
            found.frames += repeated(&text).unwrap_or(0);
            at += 1;
        }
        // Without a frame it is somebody's quotation.
        any.as_ref()?;
        let Some(text) = line(at) else { break };
        let Some(name) = exception(&text) else { break };
        text[name.len()..].trim_start_matches(':').trim().clone_into(&mut found.message);
        name.clone_into(&mut found.name);
        found.place = own.or(any);
        found.exceptions.push(at);
        found.lines.end = at + 1;
        let blank = |at: usize| line(at).is_some_and(|text| text.trim().is_empty());
        let goes_on = blank(at + 1)
            && line(at + 2).is_some_and(|text| BETWEEN.contains(&text.as_str()))
            && blank(at + 3)
            && line(at + 4).as_deref() == Some(HEAD);
        if !goes_on {
            break;
        }
        at += 4;
    }
    (!found.exceptions.is_empty()).then_some(found)
}

/// The file, the line and the function of a frame; a syntax error has no function.
fn frame(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let (file, rest) = text.strip_prefix("  File \"")?.split_once("\", line ")?;
    let (line, function) = match rest.split_once(", in ") {
        Some((line, function)) => (line, Some(function)),
        None => (rest, None),
    };
    line.bytes().all(|byte| byte.is_ascii_digit()).then_some((file, line, function))
}

/// `agent.py:31 in run`.
fn place((file, line, function): (&str, &str, Option<&str>)) -> String {
    let file = file.rsplit('/').next().unwrap_or(file);
    match function {
        Some("<module>") | None => format!("{file}:{line}"),
        Some(function) => format!("{file}:{line} in {function}"),
    }
}

/// How many more frames are like the one above.
fn repeated(text: &str) -> Option<usize> {
    text.strip_prefix("  [Previous line repeated ")?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::output::Stream;

    fn rows(text: &str) -> Vec<Row> {
        let source = Source::Output(Stream::Err);
        text.lines().map(|line| Row { t_us: 0, source, text: line.to_owned(), cut: 0 }).collect()
    }

    fn found(rows: &[Row]) -> Vec<Traceback> {
        find(&rows.iter().collect::<Vec<_>>())
    }

    const CHAIN: &str = r#"before
Traceback (most recent call last):
  File "/a/agent.py", line 30, in read_port
    return int(settings["port"])
           ~~~^^^^^^^^^^^^^^^^^^
ValueError: invalid literal for int() with base 10: 'eighty'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/a/agent.py", line 70, in <module>
    main()
  File "/a/agent.py", line 31, in run
    call()
  File "/a/.venv/lib/python3.11/site-packages/x/y.py", line 9, in call
    raise z.Broken()
z.Broken
after"#;

    #[test]
    fn a_chain_is_one_traceback_and_the_own_frame_is_its_place() {
        let rows = rows(CHAIN);
        let expected = Traceback {
            lines: 1..17,
            exceptions: vec![5, 16],
            frames: 4,
            name: "z.Broken".into(),
            message: String::new(),
            place: Some("agent.py:31 in run".into()),
        };
        assert_eq!(found(&rows), [expected]);
        // Without its end only the first one is complete.
        let found = found(&rows[..16]);
        assert_eq!((found[0].lines.clone(), found[0].name.as_str()), (1..6, "ValueError"));
        assert_eq!(found[0].message, "invalid literal for int() with base 10: 'eighty'");
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn what_is_not_complete_is_none() {
        let whole = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    f()\nE: x";
        assert_eq!(found(&rows(whole)).len(), 1);
        for text in [
            &whole[..whole.len() - 5],
            &whole[35..],
            "Traceback (most recent call last):\nE: x",
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    f()\nno exception is this",
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n\nE: x",
        ] {
            assert_eq!(found(&rows(text)), [], "{text}");
        }
        // A line of the other stream, or of the supervisor, stands in it.
        for source in [Source::Output(Stream::Out), Source::Supervisor] {
            let mut rows = rows(whole);
            rows.insert(2, Row { t_us: 0, source, text: "    beside".into(), cut: 0 });
            assert_eq!(found(&rows), []);
        }
    }

    #[test]
    fn indented_coloured_and_endless_ones_are_understood() {
        let text = "    Traceback (most recent call last):\n      File \"/a/b.py\", line 2, in f\n        f()\n      \
                    [Previous line repeated 996 more times]\n    \u{1b}[31mRecursionError\u{1b}[0m: deep";
        let found = found(&rows(text));
        assert_eq!(
            (found[0].frames, found[0].name.as_str(), found[0].message.as_str()),
            (997, "RecursionError", "deep")
        );
        let text = "Traceback (most recent call last):\n  File \"<string>\", line 1\n    a b\n      ^\nSyntaxError: no";
        let found = super::tests::found(&rows(text));
        assert_eq!(found[0].place.as_deref(), Some("<string>:1"));
    }

    #[test]
    fn an_exception_is_a_name_and_maybe_a_message() {
        for (line, name) in [
            ("ValueError: bad", Some("ValueError")),
            ("a.b.C", Some("a.b.C")),
            ("KeyError:", Some("KeyError")),
            ("a.f.<locals>.E: x", Some("a.f.<locals>.E")),
            ("two words", None),
            ("http://x", None),
            ("", None),
            ("7: x", None),
        ] {
            assert_eq!(exception(line), name, "{line}");
        }
    }
}
