//! Variables from files: they reach the agent, and stand nowhere else.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::wait_for;

/// What must be found in the agent, and in no file.
const SECRET: &str = "sk-4f7d0e5c/hunter2 $HOME";

/// Says its variables backwards, so that what it says is no value; waits where it is told to.
const AGENT: &str = r#"
import json, os, sys, time
parameters = json.loads(sys.argv[1])["parameters"]
names = ("TOKEN", "OTHER", "PLUGDECK_RUN_ID", "PYTHONPATH", "PYTHONUNBUFFERED")
reply = {name: os.environ[name][::-1] for name in names if name in os.environ}
reply["path"] = sys.path
print(json.dumps({"result": reply}), flush=True)
time.sleep(parameters.get("count", 0))
"#;

/// A world in which an agent tells of its variables, and a user has a profile `dev`.
fn world() -> Sandbox {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.write("faults/ok", "agent.py", AGENT);
    profile(&sandbox, "dev", &format!("# for work\nexport TOKEN='{SECRET}'\n"));
    sandbox
}

fn profile(sandbox: &Sandbox, name: &str, text: &str) {
    let folder = sandbox.path().join("config/plugdeck/env");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.env")), text).unwrap();
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

/// Fails where a file below this folder holds the secret; returns how many files there are.
fn search(folder: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += search(&path);
        } else {
            let bytes = fs::read(&path).unwrap();
            let found = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!found && !String::from_utf8_lossy(&bytes).contains("hunter2"), "{}", path.display());
            files += 1;
        }
    }
    files
}

/// Fails where a supervisor of this run shows the secret, in its command line or its variables.
fn search_supervisor(sandbox: &Sandbox, run: &str) {
    let journal = sandbox.journal(run);
    let supervisor = journal[0]["supervisor"]["pid"].as_i64().unwrap();
    for file in ["cmdline", "environ"] {
        let text = fs::read(format!("/proc/{supervisor}/{file}")).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("hunter2"), "{file}");
    }
}

/// The reply of a run that goes on.
fn said(sandbox: &Sandbox, run: &str) -> String {
    let stdout = sandbox.path().join("state/plugdeck/runs").join(run).join("stdout");
    wait_for("the reply", || fs::read_to_string(&stdout).ok().filter(|text| text.ends_with('\n')))
}

fn spec(run: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(run.join("spec.json")).unwrap()).unwrap()
}

#[test]
fn the_values_of_a_profile_reach_the_agent_and_no_file() {
    let sandbox = world();
    let (report, code) = sandbox.run(&["faults/ok", "echo", "--profile", "dev"]);
    assert_eq!((code, &report["result"]["TOKEN"]), (0, &json!(backwards(SECRET))), "{report}");
    let spec = spec(&sandbox.runs()[0]);
    assert_eq!(spec["added"], json!({"profile": "dev", "names": ["TOKEN"]}));
    // While it runs, when it is looked at, and when it is ended.
    let run = sandbox.detach(&["faults/ok", "echo", "-p", "count=50", "--profile", "dev"]);
    assert!(said(&sandbox, &run).contains(&backwards(SECRET)));
    search_supervisor(&sandbox, &run);
    assert_eq!(sandbox.plugdeck(&["why", &run]).code, 0);
    assert!(!sandbox.plugdeck(&["ps", "--json"]).stdout.contains("hunter2"));
    sandbox.plugdeck(&["kill", &run]);
    assert!(search(&sandbox.path().join("state")) > 10);
}

#[test]
fn a_run_that_the_dashboard_repeats_has_its_profile_again() {
    let sandbox = world();
    let arguments = ["--profile", "dev", "--memory", "1G", "--tool-context", "[1.50]", "-p", "count=50"];
    let id = sandbox.detach(&[&["faults/ok", "echo"], &arguments[..]].concat());
    said(&sandbox, &id);
    sandbox.plugdeck(&["kill", &id]);
    let first = sandbox.runs().remove(0);
    // The value of the day counts, not that of the first run.
    let new = "hunter2-anew";
    profile(&sandbox, "dev", &format!("TOKEN={new}"));
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 kept");
    screen.send("2r");
    let run = wait_for("the second run", || sandbox.runs().into_iter().find(|run| *run != first));
    let id = run.file_name().unwrap().to_str().unwrap();
    let reply = said(&sandbox, id);
    assert!(reply.contains(&backwards(new)), "{reply}");
    search_supervisor(&sandbox, id);
    let (first, second) = (spec(&first), spec(&run));
    for part in ["added", "limits", "payload"] {
        assert_eq!(first[part], second[part]);
    }
    assert!(search(&sandbox.path().join("state")) > 10);
}

#[test]
fn files_that_are_not_there_any_more_are_said_when_a_run_is_repeated() {
    let sandbox = world();
    let gone = sandbox.path().join("gone.env");
    fs::write(&gone, "TOKEN=gone").unwrap();
    let (report, code) = sandbox.run(&["faults/ok", "echo", "--env-file", gone.to_str().unwrap()]);
    assert_eq!((code, &report["result"]["TOKEN"]), (0, &json!("enog")), "{report}");
    fs::remove_file(&gone).unwrap();
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 kept");
    screen.send("2r");
    screen.wait_for("~/gone.env: cannot be read: it is not there; put it back, or");
    assert_eq!(sandbox.runs().len(), 1);
    drop(screen);
    // What a shell makes of a command is a pipe of its own: the descriptor is another file to the dashboard.
    let program = env!("CARGO_BIN_EXE_plugdeck");
    let script = format!("{program} run --json faults/ok echo --env-file <(echo TOKEN=piped)");
    let mut shell = std::process::Command::new("bash");
    let Ok(output) = shell.args(["-c", &script]).envs(sandbox.variables()).output() else {
        return eprintln!("skipped: there is no bash here");
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["result"]["TOKEN"], backwards("piped"), "{report}");
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("2 kept");
    screen.send("2gr");
    screen.wait_until("the sentence", |text| {
        text.contains("was a pipe of the shell") && text.contains("again")
    });
    screen.send("yc");
    screen.wait_until("nothing to copy", |text| {
        !text.contains("Copy as") && text.contains("was a pipe of the shell")
    });
    // Its form says the same, where it can be taken out.
    screen.send("e");
    screen.wait_until("the form", |text| {
        text.contains("✗ not like this   /dev/fd/") && text.contains("was a pipe")
    });
    assert_eq!(sandbox.runs().len(), 2);
}

#[test]
fn later_files_win_and_what_is_plugdecks_own_stays() {
    let sandbox = world();
    let write = |name: &str, text: &str| {
        let path = sandbox.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let one = write("one", "TOKEN=one\nOTHER=one\nPYTHONPATH=/nowhere/a:/nowhere/b\n");
    let two = write("two", "OTHER=\"two\\n$TOKEN\"\nPYTHONUNBUFFERED=1\n");
    let arguments = ["faults/ok", "echo", "--profile", "dev", "--env-file", &one, "--env-file", &two];
    let mut command = sandbox.command(&[&["run"], &arguments[..], &["--json"]].concat());
    let output = command.env("PYTHONPATH", "/nowhere/own").env("OTHER", "inherited").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let result = &report["result"];
    let values = [&result["TOKEN"], &result["OTHER"]].map(|value| backwards(value.as_str().unwrap()));
    assert_eq!(values, ["one", "two\n$TOKEN"], "{report}");
    // That there is a result at all says that the hook has handed the payload over.
    let path: Vec<_> = result["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let nowhere: Vec<_> = path.iter().filter(|entry| entry.starts_with("/nowhere")).collect();
    assert_eq!(nowhere, [&"/nowhere/a", &"/nowhere/b"]);
    assert!(result.get("PYTHONUNBUFFERED").is_none(), "{report}");
    assert!(report["warnings"].to_string().contains("PYTHONUNBUFFERED is not passed"), "{report}");
    assert_eq!(backwards(result["PLUGDECK_RUN_ID"].as_str().unwrap()), report["run"].as_str().unwrap());
    let added = &spec(&sandbox.runs()[0])["added"];
    assert_eq!(
        added,
        &json!({"profile": "dev", "files": [one, two], "names": ["TOKEN", "OTHER", "PYTHONPATH"]})
    );
    let own = write("own", "A=1\nPLUGDECK_STACK_DIR=hunter2\n");
    let (report, code) = sandbox.run(&["faults/ok", "echo", "--env-file", &own]);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 2));
    let error = report["error"].as_str().unwrap();
    assert!(
        error.contains("PLUGDECK_STACK_DIR") && error.contains("own") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn a_profile_of_the_agent_is_taken_where_the_user_has_none() {
    let sandbox = world();
    sandbox.write("faults/ok", ".env", "TOKEN=plain");
    sandbox.write("faults/ok", ".env.test", "TOKEN=test");
    sandbox.write("faults/ok", ".env.dev", "TOKEN=dev");
    let token = |arguments: &[&str]| {
        let (report, _) = sandbox.run(&[&["faults/ok", "echo"], arguments].concat());
        let token = report["result"]["TOKEN"].as_str().map(backwards);
        (token, report["warnings"].to_string())
    };
    assert_eq!(token(&[]).0, None, "nothing is loaded by itself");
    assert_eq!(token(&["--profile", ".env"]), (Some("plain".into()), "[]".into()));
    assert_eq!(token(&["--profile", "test"]), (Some("test".into()), "[]".into()));
    let (value, warnings) = token(&["--profile", "dev"]);
    assert_eq!(value.as_deref(), Some(SECRET));
    assert!(warnings.contains("taken from ~/config/plugdeck/env/dev.env, not from ~/store"), "{warnings}");
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place_and_without_its_text() {
    let sandbox = world();
    sandbox.write("faults/ok", ".env.test", "");
    let refused = |arguments: &[&str]| {
        let (report, code) = sandbox.run(&[&["faults/ok", "echo"], arguments].concat());
        assert_eq!((report["state"].as_str(), code), (Some("rejected"), 2), "{report}");
        let error = report["error"].as_str().unwrap().to_owned();
        assert!(!error.contains("hunter2"), "{error}");
        error
    };
    let error = refused(&["--profile", "prod"]);
    for part in ["\"prod\"", "~/config/plugdeck/env/prod.env", ".env.prod", "there are dev, test"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(refused(&["--profile", "../../x"]).contains("no name of a profile"));
    assert!(refused(&["--env-file", "/nowhere.env"]).contains("/nowhere.env: cannot be read"));
    profile(&sandbox, "bad", "A=1\n\nhunter2\n");
    assert!(refused(&["--profile", "bad"]).contains("~/config/plugdeck/env/bad.env: line 3: "));
    profile(&sandbox, "open", "A=1\nB=\"hunter2\nC=3\n");
    assert!(refused(&["--profile", "open"]).contains("line 2: "));
    assert_eq!(sandbox.runs().len(), 0);
}

#[test]
fn the_tool_context_reaches_the_agent_as_it_was_given() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let file = sandbox.path().join("context.json");
    fs::write(&file, "{\"file\": [0, null]}\n").unwrap();
    let at = format!("@{}", file.display());
    for (given, expected) in [("{\"a\": \"b\"}", json!({"a": "b"})), (&at, json!({"file": [0, null]}))] {
        let (report, _) = sandbox.run(&["faults/ok", "echo", "--tool-context", given]);
        assert_eq!(report["result"]["tool_context"], expected);
    }
    let mut command = sandbox.command(&["run", "faults/ok", "echo", "--json", "--tool-context", "-"]);
    let output = command.stdin(fs::File::open(&file).unwrap()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["result"]["tool_context"], json!({"file": [0, null]}));
    let (report, code) = sandbox.run(&["faults/ok", "echo", "--tool-context", "{"]);
    assert_eq!(code, 2);
    assert!(report["error"].as_str().unwrap().contains("--tool-context is no JSON"), "{report}");
}
