//! What could not be ended is named with its reason wherever its run is shown. Needs root, which alone can make a
//! process that an ordinary user's plugdeck may not end.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::process::Command;

use serde_json::Value;

use crate::support::sandbox::{Done, Sandbox};
use crate::support::screen::Screen;
use crate::support::{lives, wait_for};

/// The user nobody.
const NOBODY: &str = "65534";

/// A stand-in for an agent's interpreter that leaves a process of root behind.
const LEAVER: &str = "#!/bin/sh\n./becomes-root --reuid 0 --regid 0 --clear-groups sleep 49 >/dev/null 2>&1 &\n\
                      while [ \"$(tr '\\0' ' ' </proc/$!/cmdline)\" != 'sleep 49 ' ]; do :; done\n\
                      echo \"{\\\"result\\\": $!}\"\n";

/// Makes an ordinary user of whoever starts plugdeck.
const AS_NOBODY: [&str; 7] =
    ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", env!("CARGO_BIN_EXE_plugdeck")];

/// plugdeck as an ordinary user.
fn as_nobody(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = Command::new(AS_NOBODY[0]);
    command.args(&AS_NOBODY[1..]).args(arguments).envs(sandbox.variables()).current_dir("/");
    command
}

/// Everything in the sandbox belongs to nobody; `None` with a message where this machine does not allow the test.
fn prepared() -> Option<Sandbox> {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.configure("grace: 0.1\nsweep: 0.2\n");
    let folder = sandbox.agent("faults/ok");
    let python = folder.join(".venv/bin/python");
    fs::remove_file(&python).unwrap();
    fs::write(&python, LEAVER).unwrap();
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join(".venv/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
    let mut folders = vec![sandbox.path().to_owned()];
    while let Some(path) = folders.pop() {
        if chown(&path, Some(65_534), Some(65_534)).is_err() {
            eprintln!("skipped: needs root");
            return None;
        }
        if path.is_dir() {
            folders.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    let helper = folder.join("becomes-root");
    let allowed = fs::copy("/usr/bin/setpriv", &helper).is_ok()
        && fs::set_permissions(&helper, fs::Permissions::from_mode(0o4755)).is_ok()
        && as_nobody(&sandbox, &["--version"]).output().is_ok_and(|done| done.status.success());
    let root = || {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(&helper);
        command.args(["--reuid", "0", "true"]).status().is_ok_and(|status| status.success())
    };
    if !allowed || !root() {
        eprintln!("skipped: no setuid programs, no setpriv, or no way to plugdeck for other users here");
        return None;
    }
    Some(sandbox)
}

#[test]
fn what_could_not_be_ended_is_named_with_its_reason_everywhere() {
    let Some(sandbox) = prepared() else { return };
    let plugdeck = |arguments: &[&str]| Done::from(as_nobody(&sandbox, arguments).output().unwrap());
    let done = plugdeck(&["run", "faults/ok", "echo", "--json"]);
    let report = done.json();
    let pid = report["result"].as_i64().unwrap();
    let named = format!("process {pid} sleep 49 (process of another user)");
    assert!(lives(pid) && report.to_string().contains(&named), "{report} {}", done.stderr);
    let run = report["run"].as_str().unwrap();
    let left = &sandbox.journal(run).pop().unwrap()["outcome"]["leftovers"][0];
    assert_eq!((left["pid"].as_i64(), left["reason"].as_str()), (Some(pid), Some("process of another user")));
    for arguments in [&["ps"][..], &["ps", "--all"], &["logs", run], &["kill", run]] {
        let done = plugdeck(arguments);
        assert!(done.stderr.contains(&named), "{arguments:?}: {}", done.stderr);
    }
    let mut screen = Screen::start_command(&sandbox, &AS_NOBODY, &[], 160, 48);
    // The processes, then the run's own page.
    screen.wait_until("the process", |text| text.contains("sleep 49") && text.contains("another user"));
    screen.send("2\r");
    screen.wait_for("could not be ended");
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
    wait_for("its end", || (!lives(pid)).then_some(()));
    screen.send("\u{1b}");
    screen.wait_for("no agent processes");
    let done: Value = plugdeck(&["ps", "--json"]).json();
    assert_eq!(done, serde_json::json!([]));
    assert!(!plugdeck(&["ps"]).stderr.contains("still there"));
}
