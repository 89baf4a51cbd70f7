//! Nothing outside the store runs, but what a person names by its path.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::support::sandbox::{Done, Sandbox};
use crate::support::tools::Tools;

fn fifo(path: &Path) {
    let _ = fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Moves an agent out of the store.
fn move_out(sandbox: &Sandbox, agent: &str, name: &str) -> PathBuf {
    let elsewhere = sandbox.path().join(name);
    fs::rename(sandbox.agent(agent), &elsewhere).unwrap();
    elsewhere
}

/// Refused by every verb that takes an agent; nothing is recorded.
#[track_caller]
fn refused(sandbox: &Sandbox, agent: &str, parts: &[&str]) {
    for arguments in [&["run", agent, "echo"][..], &["run", agent, "echo", "--force"], &["build", agent]] {
        let done = sandbox.plugdeck(&[arguments, &["--json"]].concat());
        let report = done.json();
        assert_eq!(report["state"], "rejected", "{arguments:?}: {report}");
        let error = report["error"].as_str().unwrap();
        assert!(parts.iter().all(|part| error.contains(part)), "{arguments:?}: {error}");
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    assert!(sandbox.runs().is_empty());
}

#[test]
fn names_that_lead_out_of_the_store_are_refused() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let outside = move_out(&sandbox, "faults/ok", "store/outside");
    sandbox.install("faults/ok");
    for (name, part) in [
        ("faults/../../outside", "not of the form"),
        ("faults/..", "climbs"),
        ("../outside", "leads nowhere"),
        ("faults/.ok", "begins with a dot"),
        ("faults/ok\u{1b}[31m", "control characters"),
        ("faults/ok\n", "control characters"),
        ("/etc/passwd", "is no folder"),
    ] {
        refused(&sandbox, name, &[part]);
    }
    symlink(&outside, sandbox.agent("faults/link")).unwrap();
    symlink(sandbox.path().join("store"), sandbox.path().join("store/agents/linked")).unwrap();
    let way_in = format!("`plugdeck run {} METHOD`", outside.display());
    refused(&sandbox, "faults/link", &["is a link", &way_in]);
    refused(&sandbox, "linked/outside", &["is a link", &way_in]);
    for file in ["agent.py", "agent.yaml"] {
        fs::remove_file(sandbox.agent("faults/ok").join(file)).unwrap();
        symlink(outside.join(file), sandbox.agent("faults/ok").join(file)).unwrap();
        refused(&sandbox, "faults/ok", &[file, "is a symbolic link"]);
        sandbox.install("faults/ok");
    }
    // What the refusal says is true.
    assert_eq!(sandbox.run(&[outside.to_str().unwrap(), "echo"]).1, 0);
}

#[test]
fn pipes_and_devices_for_files_never_hold_anybody() {
    let sandbox = Sandbox::with(&["faults/ok", "faults/slow", "faults/tty", "faults/busy"]);
    fifo(&sandbox.agent("faults/ok").join("agent.yaml"));
    fifo(&sandbox.agent("faults/slow").join("agent.py"));
    for file in ["pyproject.toml", "uv.lock", "requirements.txt"] {
        fifo(&sandbox.agent("faults/tty").join(file));
    }
    fs::remove_file(sandbox.agent("faults/busy").join("agent.yaml")).unwrap();
    symlink("/dev/zero", sandbox.agent("faults/busy").join("agent.yaml")).unwrap();
    let list = sandbox.plugdeck(&["list", "--json"]).json();
    assert_eq!(list.as_array().unwrap().len(), 4);
    refused(&sandbox, "faults/ok", &["agent.yaml is a named pipe"]);
    refused(&sandbox, "faults/slow", &["agent.py is a named pipe"]);
    refused(&sandbox, "faults/busy", &["agent.yaml is a symbolic link to /dev/zero"]);
    // The tools would wait for the pipe.
    for arguments in [&["build", "faults/tty", "--plan"][..], &["build", "faults/tty", "--yes"]] {
        let report = sandbox.plugdeck(&[arguments, &["--json"]].concat()).json();
        assert_eq!(report["state"], "rejected", "{report}");
        assert!(report["error"].as_str().unwrap().contains("pyproject.toml is a pipe"), "{report}");
    }
    assert_eq!(sandbox.run(&["faults/tty", "write"]).1, 0);
}

#[test]
fn a_folder_elsewhere_runs_when_a_person_names_its_path() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let folder = move_out(&sandbox, "faults/ok", "my agent");
    let real = folder.canonicalize().unwrap();
    let name = real.to_str().unwrap();
    symlink(&folder, sandbox.path().join("link")).unwrap();
    for path in ["./my agent", "./link", "../my agent/", ".", name] {
        let mut command = sandbox.command(&["run", path, "say", "--json"]);
        let below = if [".", "../my agent/"].contains(&path) { &folder } else { sandbox.path() };
        let done: Done = command.current_dir(below).output().unwrap().into();
        let report = done.json();
        assert_eq!((&report["state"], &report["agent"]), (&json!("succeeded"), &json!(name)), "{report}");
        let directory = Path::new(report["directory"].as_str().unwrap());
        let spec: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(directory.join("spec.json")).unwrap()).unwrap();
        assert_eq!(spec["directory"], name);
    }
    let rows = sandbox.plugdeck(&["ps", "--all", "--json"]).json();
    assert!(rows.as_array().unwrap().iter().all(|row| row["agent"] == name), "{rows}");
    let info = sandbox.plugdeck(&["info", name, "--json"]).json();
    assert_eq!((&info["agent"], &info["directory"]), (&json!(name), &json!(name)));
    assert!(sandbox.plugdeck(&["info", name]).stdout.contains("environment  ready"));
    assert_eq!(sandbox.plugdeck(&["list", "--json"]).json(), json!([]));
    // The next action works when it is copied.
    fs::remove_dir_all(folder.join(".venv")).unwrap();
    let (report, code) = sandbox.run(&[name, "echo"]);
    assert!(report["error"].as_str().unwrap().contains(&format!("`plugdeck build '{name}'`")), "{report}");
    assert_eq!(code, 4);
    // It is looked at as strictly as one of the store.
    fs::remove_file(folder.join("agent.py")).unwrap();
    fifo(&folder.join("agent.py"));
    let (report, _) = sandbox.run(&[name, "echo"]);
    assert!(report["error"].as_str().unwrap().contains("agent.py is a named pipe"), "{report}");
}

#[test]
fn a_folder_elsewhere_is_built_in_its_place() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let folder = move_out(&sandbox, "demo/text-stats", "mine");
    let tools = Tools::python_only();
    let name = folder.to_str().unwrap();
    let (report, code) = tools.plugdeck(&sandbox, &["build", name, "--json"]);
    assert_eq!((code, &report["agent"]), (0, &json!(name)), "{report}");
    assert!(folder.join(".venv/bin/python").exists());
    assert_eq!(sandbox.run(&[name, "sample"]).1, 0);
}
