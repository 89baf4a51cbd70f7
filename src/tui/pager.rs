//! What is too much for a pane, shown by the pager of a person's choice. It gets safe text through a pipe, as from any
//! other program: nothing is left behind, and the first page is there before the last one is read.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use crate::ops::export;
use crate::run::dir::RunDir;
use crate::text;
use crate::tui::widget::json_tree::value::{self, Node};

/// What a shell answers for a program that is not there.
const NOT_FOUND: i32 = 127;

/// Pagers that are looked for where none is named, the better one first.
const USUAL: [(&str, &str); 2] = [("less", "less -R"), ("more", "more")];

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// A value of a result.
    Node(Node),
    /// A whole result; `raw`: as it was written.
    Result { run: RunDir, raw: bool },
    /// What a run has printed, line by line.
    Output(RunDir),
    /// JSON text, laid out over lines.
    Json(String),
}

impl View {
    /// Writes it as safe text with its colours.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Node(node) => safe(&node.readable(), out),
            Self::Result { run, raw } => {
                let mut bytes = Vec::new();
                export::result(run, &mut bytes)?;
                safe(&value::readable(&String::from_utf8_lossy(&bytes), *raw), out)
            }
            Self::Output(run) => export::lines(run, true, out).map(drop),
            Self::Json(json) => safe(&value::laid_out(json), out),
        }
    }
}

/// Lines of others' text, made safe.
fn safe(text: &str, out: &mut impl Write) -> io::Result<()> {
    for line in text.lines() {
        out.write_all(text::safe_coloured(line.as_bytes()).as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The pager that the variables name, else a usual one; as everywhere, `PAGER` holds a command of the shell. The error
/// is one sentence.
pub fn command(variable: impl Fn(&str) -> Option<String>) -> Result<Command, String> {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let path = set("PATH").unwrap_or_default();
    let is_there = |name: &str| path.split(':').any(|folder| Path::new(folder).join(name).is_file());
    let usual = || USUAL.iter().find(|(name, _)| is_there(name)).map(|(_, command)| (*command).to_owned());
    let pager = set("PAGER")
        .or_else(usual)
        .ok_or("no pager was found: install less, or set PAGER to a program that shows text")?;
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("exec {pager}"));
    if set("LESS").is_none() {
        // Else a plain `less` shows colours as signs.
        command.env("LESS", "-R");
    }
    Ok(command)
}

/// Shows it until the pager is left. The terminal must be the pager's meanwhile.
pub fn show(mut command: Command, view: View) -> io::Result<ExitStatus> {
    let mut pager = command.stdin(Stdio::piped()).spawn()?;
    let pipe = pager.stdin.take();
    let writer = thread::spawn(move || {
        let Some(pipe) = pipe else { return Ok(()) };
        let mut out = BufWriter::new(pipe);
        view.write(&mut out).and_then(|()| out.flush())
    });
    let status = pager.wait()?;
    // A writer that still reads ends at its next line: nobody takes that any more.
    if writer.is_finished()
        && let Ok(Err(error)) = writer.join()
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        return Err(error);
    }
    Ok(status)
}

/// How a pager has failed, in one sentence; `None` where it has not.
pub fn failure(ended: io::Result<ExitStatus>, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    match ended {
        Ok(status) if status.success() => None,
        Ok(status) if status.code() == Some(NOT_FOUND) => {
            let pager = variable("PAGER").unwrap_or_default();
            Some(format!("the pager {pager} was not found: set PAGER to a program that shows text"))
        }
        Ok(status) => Some(format!("the pager failed: {status}")),
        Err(error) => Some(format!("it cannot be shown: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::tui::widget::json_tree::Tree;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Result<&str, &str>) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let found = command(variable);
        let found = found.map(|found| found.get_args().last().unwrap().to_str().unwrap().to_owned());
        assert_eq!(found.as_deref().map_err(|error| error.split(':').next().unwrap()), expected);
    }

    #[test]
    fn the_pager_is_the_persons_else_a_usual_one() {
        let tools = tempfile::tempdir().unwrap();
        let path = tools.path().to_str().unwrap();
        check(&[("PAGER", "less -S +G"), ("PATH", path)], Ok("exec less -S +G"));
        check(&[("PATH", path)], Err("no pager was found"));
        check(&[("PAGER", " "), ("PATH", path)], Err("no pager was found"));
        fs::write(tools.path().join("more"), "").unwrap();
        check(&[("PATH", path)], Ok("exec more"));
        fs::write(tools.path().join("less"), "").unwrap();
        check(&[("PATH", &format!("/nowhere:{path}"))], Ok("exec less -R"));
    }

    #[test]
    fn what_a_pager_gets_is_safe_and_a_string_is_its_text() {
        let tree =
            Tree::new(r#"{"a": "one\u001b[31m\u001b[2J\u001b]0;title\u0007\n\ttwo", "b": [1]}"#, 0, "");
        let written = |view: &View| {
            let mut out = Vec::new();
            view.write(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let string = written(&View::Node(tree.node(0).unwrap()));
        assert_eq!(string, "one\u{1b}[31m\u{1b}[0m\n        two\n");
        assert_eq!(written(&View::Json("{\"b\":[1]}".into())), "{\n  \"b\": [\n    1\n  ]\n}\n");
    }

    #[test]
    fn a_pager_that_is_left_early_or_missing_is_told_rightly() {
        let show = |pager: &str| {
            let variable = |name: &str| (name == "PAGER").then(|| pager.to_owned());
            let long = View::Json(format!("[{}1]", "1,".repeat(1_000_000)));
            failure(show(command(variable).unwrap(), long), variable)
        };
        assert_eq!(show("head -n 1 > /dev/null"), None);
        assert_eq!(show("cat > /dev/null"), None);
        assert!(
            show("/no/pager -x 2> /dev/null").unwrap().contains("/no/pager -x 2> /dev/null was not found")
        );
        assert_eq!(show("sh -c 'exit 3'").unwrap(), "the pager failed: exit status: 3");
    }
}
