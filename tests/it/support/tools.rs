//! What a build may find on this machine: chosen by the test, not by chance.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::sandbox::{PYTHON, Sandbox};

/// The tools a build may find: the python of these tests, a shell, and uv where it is asked for.
pub struct Tools {
    path: tempfile::TempDir,
}

impl Tools {
    /// No uv: pip builds.
    pub fn python_only() -> Self {
        let path = tempfile::tempdir().unwrap();
        symlink(&*PYTHON, path.path().join("python3")).unwrap();
        symlink("/bin/sh", path.path().join("sh")).unwrap();
        Self { path }
    }

    /// `None` with a message where this machine has no uv.
    pub fn with_uv() -> Option<Self> {
        let found = Command::new("uv").args(["--version"]).stdout(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            eprintln!("skipped: no uv on this machine");
            return None;
        }
        // The name on PATH may be a script that needs more than itself, so uv is asked where it is.
        let script = "import uv; print(uv.find_uv_bin())";
        let answer = Command::new(&*PYTHON).args(["-c", script]).output().unwrap();
        let by_pip = String::from_utf8(answer.stdout).unwrap();
        let uv = match by_pip.trim() {
            "" => {
                let answer = Command::new("sh").args(["-c", "command -v uv"]).output().unwrap();
                String::from_utf8(answer.stdout).unwrap().trim().to_owned()
            }
            path => path.to_owned(),
        };
        let tools = Self::python_only();
        symlink(uv, tools.path.path().join("uv")).unwrap();
        Some(tools)
    }

    /// Calls plugdeck with these tools and without a network: its JSON and its exit code.
    pub fn plugdeck(&self, sandbox: &Sandbox, arguments: &[&str]) -> (Value, i32) {
        let output = self.command(sandbox, arguments).output().unwrap();
        let code = output.status.code().unwrap();
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        (report, code)
    }

    /// plugdeck with these tools, without a network.
    pub fn command(&self, sandbox: &Sandbox, arguments: &[&str]) -> Command {
        let mut command = self.online(sandbox, arguments);
        command.env("UV_OFFLINE", "1").env("PIP_NO_INDEX", "1").env("UV_PYTHON_DOWNLOADS", "never");
        command
    }

    /// plugdeck with these tools, and whatever network there is.
    pub fn online(&self, sandbox: &Sandbox, arguments: &[&str]) -> Command {
        let mut command = sandbox.command(arguments);
        command.env("PATH", self.path.path()).env("PYENV_ROOT", sandbox.path());
        command
    }
}
