//! A place in a file, opened in the editor of a person's choice.

use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

/// Editors that take `FILE:LINE` behind this option; all others take `+LINE FILE`.
const WITH_OPTION: &[(&str, &str)] =
    &[("code", "-g"), ("code-insiders", "-g"), ("codium", "-g"), ("cursor", "-g"), ("windsurf", "-g")];

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Absolute, so that it is never taken for an option.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: u32,
}

/// How the editor that the variables name is started at a place; `None` where they name none. As everywhere, they
/// hold a command of the shell, which itself must not stay: the key that interrupts would end it.
pub fn command(place: &Place, variable: impl Fn(&str) -> Option<String>) -> Option<Command> {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR"))?;
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("exec {editor} \"$@\"")).arg(&editor);
    let program = editor.split_whitespace().next().and_then(|program| program.rsplit('/').next());
    match WITH_OPTION.iter().find(|(name, _)| Some(*name) == program) {
        Some((_, option)) => {
            let mut file = place.file.clone().into_os_string();
            file.push(format!(":{}", place.line));
            command.arg(option).arg(file)
        }
        None => command.arg(format!("+{}", place.line)).arg(&place.file),
    };
    Some(command)
}

/// What is said when an editor did not do its work.
#[must_use]
pub fn failure(ended: io::Result<ExitStatus>) -> Option<String> {
    match ended {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("the editor failed: {status}")),
        Err(error) => Some(format!("the editor does not start: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Option<&[&str]>) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let place = Place { file: "/a b/agent.py".into(), line: 12 };
        let command = command(&place, variable);
        let arguments = command
            .as_ref()
            .map(|command| command.get_args().map(|argument| argument.to_str().unwrap()).collect::<Vec<_>>());
        assert_eq!(arguments.as_deref(), expected);
    }

    #[test]
    fn editors_are_told_the_line_in_their_own_way() {
        check(&[], None);
        check(&[("EDITOR", " ")], None);
        check(&[("EDITOR", "vi")], Some(&["-c", "exec vi \"$@\"", "vi", "+12", "/a b/agent.py"]));
        check(
            &[("EDITOR", "vi"), ("VISUAL", "/usr/bin/code -w")],
            Some(&["-c", "exec /usr/bin/code -w \"$@\"", "/usr/bin/code -w", "-g", "/a b/agent.py:12"]),
        );
    }
}
