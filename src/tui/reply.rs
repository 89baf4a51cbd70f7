//! Reads what an ended call answered. Done by the worker: a large result takes a while to read and to order, and
//! whoever looks at it must not wait for that.

use std::io;
use std::path::Path;

use crate::agent::protocol;
use crate::run::dir::RunDir;
use crate::run::output::Stream;
use crate::run::status::{Outcome, State};
use crate::run::view::RunView;
use crate::run::walk::StreamFile;
use crate::text;
use crate::tui::seen::{Reply, Row, Source};
use crate::tui::widget::json_tree::Tree;

/// Longest result that is read whole, in bytes; of a longer one the beginning is shown.
const LONGEST_RESULT: u64 = 16 << 20;

/// Bytes that are read of a longer one: what is shown of a text, also where all of it is escapes.
const BEGINNING: u64 = 2 << 20;

/// Bytes of standard output that are shown where there is no result.
const HEAD: u64 = 64 << 10;

/// Bytes at the end of standard error in which the last lines are looked for.
const TAIL: u64 = 16 << 10;

/// Lines of standard error that are shown beside an error.
const LAST_LINES: usize = 8;

/// What a call that has ended answered; else a sentence that says what is missing.
pub fn read(dir: &RunDir) -> Result<Reply, String> {
    let view = RunView::open(dir.clone()).map_err(|error| unreadable(dir, &error.to_string()))?;
    let outcome = match &view.status.outcome {
        Some(outcome) => outcome.clone(),
        None if view.lost => match dir.read_end() {
            Err(error) => {
                return Err(unreadable(dir, &format!("{error}, and the journal has no ending either")));
            }
            Ok(_) => lost(&view),
        },
        None => return Err(unreadable(dir, "no ending is recorded")),
    };
    parts(dir, outcome).map_err(|error| unreadable(dir, &error))
}

fn unreadable(dir: &RunDir, what: &str) -> String {
    text::safe(format!("the answer cannot be shown: {what} (in {})", dir.path.display()).as_bytes())
}

/// What is known of the end of a run whose supervisor is gone.
fn lost(view: &RunView) -> Outcome {
    let length = |path: &Path| path.metadata().map_or(0, |file| file.len());
    // A supervisor's end is its child's end, unless the child has put up with that.
    let lives = view.status.steps.iter().filter_map(|step| step.process).find(|process| process.is_alive());
    let who = view.status.supervisor.map_or_else(String::new, |supervisor| format!(" {}", supervisor.pid));
    let agent = match lives {
        Some(process) => format!("the agent still runs as process {}", process.pid),
        None => "the agent died with it; how it ended is not known".to_owned(),
    };
    Outcome {
        state: State::Lost,
        rule: None,
        error: Some(format!("the supervisor{who} is gone, {agent}")),
        exit_code: None,
        signal: None,
        duration_ms: u64::try_from(view.elapsed().as_millis()).unwrap_or(u64::MAX),
        stdout_bytes: length(&view.dir.stdout()),
        stderr_bytes: length(&view.dir.stderr()),
        stderr_lines: 0,
        peak_rss_bytes: 0,
        cpu_ms: 0,
        leftovers_killed: 0,
        leftovers: Vec::new(),
        warnings: Vec::new(),
        result: None,
    }
}

fn parts(dir: &RunDir, outcome: Outcome) -> Result<Reply, String> {
    let mut reply = Reply {
        run: dir.id(),
        result: None,
        missing: None,
        stdout: String::new(),
        says_error: false,
        last_stderr: Vec::new(),
        outcome,
    };
    let range = |stream: Stream, start, end| match StreamFile::of(dir, stream)
        .and_then(|mut source| source.range(start, end))
    {
        // A file that is not there is empty.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|error| format!("{}: {error}", stream.name())),
    };
    let path = dir.stdout();
    if let Some((start, end)) = reply.outcome.result {
        let length = end.saturating_sub(start);
        let wanted = if length > LONGEST_RESULT { BEGINNING } else { length };
        let mut bytes = range(Stream::Out, start, start + wanted)?;
        if (bytes.len() as u64) < wanted {
            reply.missing = Some(format!(
                "the recorded bytes are missing: the result stood at {start}–{end} of stdout, which has {} bytes now",
                path.metadata().map_or(0, |file| file.len())
            ));
        } else {
            let whole = text::safe(path.display().to_string().as_bytes());
            if wanted < length {
                drop_half_character(&mut bytes);
            }
            let left = length - bytes.len() as u64;
            reply.result = Some(Tree::new(&lossy(bytes), left, &whole));
        }
    } else {
        let bytes = range(Stream::Out, 0, HEAD)?;
        let answer = reply.outcome.error.as_ref().map(|_| protocol::read(&bytes).reply);
        reply.says_error = match (answer, &reply.outcome.error) {
            (Some(protocol::Reply::Error(said)), Some(error)) => said == *error,
            _ => false,
        };
        if !reply.says_error {
            reply.stdout = lossy(bytes);
        }
    }
    let length = StreamFile::of(dir, Stream::Err).and_then(|source| source.length()).unwrap_or(0);
    let stderr = lossy(range(Stream::Err, length.saturating_sub(TAIL), length)?);
    // Times would cost a walk over the whole timeline; nobody asks for them here.
    let row = |line: &str| Row {
        t_us: 0,
        source: Source::Output(Stream::Err),
        text: text::safe(line.as_bytes()),
        cut: 0,
    };
    let lines: Vec<_> = stderr.trim_end().lines().map(row).collect();
    reply.last_stderr = lines[lines.len().saturating_sub(LAST_LINES)..].to_vec();
    Ok(reply)
}

/// Takes away the beginning of a character at the end.
fn drop_half_character(bytes: &mut Vec<u8>) {
    if let Err(error) = std::str::from_utf8(bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
}

/// Bytes as text.
fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::run::dir::tests::spec;

    fn ended(stdout: &[u8], outcome: &Outcome) -> (tempfile::TempDir, RunDir) {
        let runs = tempfile::tempdir().unwrap();
        let dir = RunDir::create(runs.path(), &spec()).unwrap().dir;
        fs::write(dir.stdout(), stdout).unwrap();
        fs::write(dir.stderr(), "one\ntwo\n\n").unwrap();
        dir.write_end(outcome).unwrap();
        (runs, dir)
    }

    fn outcome(state: State, error: Option<&str>, result: Option<(u64, u64)>) -> Outcome {
        let runs = tempfile::tempdir().unwrap();
        let dir = RunDir::create(runs.path(), &spec()).unwrap().dir;
        let lost = lost(&RunView::open(dir).unwrap());
        Outcome { state, error: error.map(str::to_owned), result, ..lost }
    }

    #[test]
    fn a_result_is_read_and_missing_bytes_are_told() {
        let end = outcome(State::Succeeded, None, Some((11, 15)));
        let (_runs, dir) = ended(b"{\"result\": null}", &end);
        let reply = read(&dir).unwrap();
        assert_eq!(reply.result.unwrap().written(), "null");
        assert_eq!(reply.last_stderr.len(), 2);
        fs::write(dir.stdout(), "").unwrap();
        let reply = read(&dir).unwrap();
        assert!(reply.result.is_none() && reply.missing.unwrap().contains("bytes are missing"));
    }

    #[test]
    fn an_error_that_the_outcome_tells_is_not_told_again() {
        let end = outcome(State::Failed, Some("no"), None);
        let (_runs, dir) = ended(b"{\"error\": \"no\"}\n", &end);
        let reply = read(&dir).unwrap();
        assert!(reply.says_error && reply.stdout.is_empty());
    }

    #[test]
    fn of_a_huge_result_the_beginning_is_read() {
        let text = format!("\"{}\"", "ä".repeat(9 << 20));
        let end = outcome(State::Succeeded, None, Some((0, text.len() as u64)));
        let (_runs, dir) = ended(text.as_bytes(), &end);
        let tree = read(&dir).unwrap().result.unwrap();
        assert_eq!((tree.kind(), tree.bytes()), ("string", text.len() as u64));
        assert!(tree.written().len() as u64 <= BEGINNING && !tree.is_raw());
    }

    #[test]
    fn what_cannot_be_read_names_its_file() {
        let (_runs, dir) = ended(b"", &outcome(State::Succeeded, None, None));
        fs::write(dir.end(), "").unwrap();
        assert!(read(&dir).unwrap_err().contains("end.json: EOF"));
        fs::remove_file(dir.end()).unwrap();
        let lost = read(&dir).unwrap();
        assert!(lost.outcome.state == State::Lost && lost.outcome.error.unwrap().contains("is gone"));
        fs::remove_file(dir.spec()).unwrap();
        assert!(read(&dir).unwrap_err().contains("spec.json is missing"));
    }
}
