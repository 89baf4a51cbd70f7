//! The command line's answers where something is in the way: settings, broken folders, readers that are gone.

use std::fs;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::cli::KEYS;
use crate::support::sandbox::{Done, Sandbox};
use crate::support::{lives, send, wait_for};

/// The one object that every refused verb prints.
#[track_caller]
fn refused(done: &Done, code: i32, part: &str) {
    let report = done.json();
    let keys: Vec<_> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, KEYS);
    assert_eq!((report["state"].as_str(), done.code), (Some("rejected"), code), "{report}");
    assert!(report["error"].as_str().unwrap().contains(part), "{report}");
    assert_eq!(done.stderr, "");
}

#[test]
fn settings_that_cannot_be_read_are_an_answer_too() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.configure("grcae: 1\n");
    for arguments in [
        &["run", "faults/ok", "echo"][..],
        &["build", "faults/ok"],
        &["build", "faults/ok", "--plan"],
        &["info", "faults/ok"],
        &["kill", "0000"],
        &["logs", "0000"],
        &["ps"],
        &["list"],
    ] {
        let done = sandbox.plugdeck(&[arguments, &["--json"]].concat());
        refused(&done, 2, "grcae");
        let done = sandbox.plugdeck(arguments);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""));
        assert!(done.stderr.contains("grcae"), "{}", done.stderr);
    }
}

#[test]
fn an_unknown_name_is_an_answer_of_every_verb() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    for arguments in [&["info", "a/b"][..], &["build", "a/b"], &["build", "a/b", "--plan"], &["kill", "a/b"]]
    {
        refused(&sandbox.plugdeck(&[arguments, &["--json"]].concat()), 3, "a/b");
    }
}

#[test]
fn a_folder_of_runs_that_cannot_be_read_is_not_an_empty_one() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    fs::create_dir_all(sandbox.path().join("state/plugdeck")).unwrap();
    fs::write(sandbox.path().join("state/plugdeck/runs"), "a file").unwrap();
    for arguments in [
        &["ps"][..],
        &["ps", "--all"],
        &["logs", "0000"],
        &["kill", "0000"],
        &["build", "faults/ok", "--yes"],
    ] {
        refused(&sandbox.plugdeck(&[arguments, &["--json"]].concat()), 125, "cannot be read");
    }
    assert_eq!(sandbox.plugdeck(&["list", "--json"]).json()[0]["agent"], "faults/ok");
}

#[test]
fn a_damaged_run_stays_in_the_list() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (whole, _) = sandbox.run(&["faults/ok", "echo"]);
    let (damaged, _) = sandbox.run(&["faults/ok", "echo"]);
    let run = damaged["run"].as_str().unwrap();
    let directory = damaged["directory"].as_str().unwrap();
    fs::write(std::path::Path::new(directory).join("spec.json"), "{").unwrap();
    let done = sandbox.plugdeck(&["ps", "--all", "--json"]);
    let rows = done.json();
    let row = |run: &Value| rows.as_array().unwrap().iter().find(|row| row["run"] == *run).unwrap();
    assert_eq!(row(&whole["run"])["state"], "succeeded");
    let expected = json!({"run": run, "agent": null, "method": null, "state": null, "elapsed_ms": null,
                          "silence_ms": null, "stuck": null, "processes": []});
    assert_eq!(*row(&damaged["run"]), expected);
    assert!(done.stderr.contains(run), "{}", done.stderr);
    assert!(sandbox.plugdeck(&["ps", "--all"]).stdout.contains(run));
    assert_eq!(sandbox.plugdeck(&["logs", run]).code, 125);
}

#[test]
fn the_reason_is_the_error_and_never_a_warning() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let manifest = fs::read_to_string(sandbox.agent("faults/ok").join("agent.yaml")).unwrap();
    sandbox.write("odd/double", "agent.yaml", &format!("{manifest}\nname: twice\n"));
    refused(&sandbox.plugdeck(&["run", "odd/double", "echo", "--json"]), 2, "agent.py");
    refused(&sandbox.plugdeck(&["build", "odd/double", "--json"]), 4, "agent.py");
    for arguments in [&["list"][..], &["info", "odd/double"]] {
        assert!(sandbox.plugdeck(arguments).stdout.contains("there is no agent.py"));
    }
    sandbox.write("faults/ok", "agent.yaml", &manifest.replace("license: MIT", "license: [MIT]"));
    let (report, code) = sandbox.run(&["faults/ok", "echo"]);
    assert_eq!((report["state"].as_str(), code), (Some("succeeded"), 0), "{report}");
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("agent.yaml is not valid: line 5: "), "{warning}");
    let done = sandbox.plugdeck(&["run", "faults/ok", "echo"]);
    assert!(done.stderr.contains(warning), "{}", done.stderr);
}

#[test]
fn retention_holds_for_detached_runs_too() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.configure("keep_runs: 1\n");
    for _ in 0..4 {
        sandbox.detach(&["faults/ok", "echo"]);
        wait_for("the end", || (sandbox.plugdeck(&["ps", "--json"]).json() == json!([])).then_some(()));
    }
    // The newest, and the one that was live when the last one looked; within a second their order is chance.
    assert!(sandbox.runs().len() <= 2, "{:?}", sandbox.runs());
}

#[test]
fn retention_holds_beside_many_runs() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.run(&["faults/ok", "echo"]);
    let runs = sandbox.path().join("state/plugdeck/runs");
    for second in 10..59 {
        for digits in ["0001", "0002"] {
            fs::create_dir(runs.join(format!("202601{second}T0000{second}-{digits}"))).unwrap();
        }
    }
    // So many may stand beside the limit that not every run has to remove one.
    sandbox.configure("keep_runs: 90\n");
    sandbox.run(&["faults/ok", "echo"]);
    assert_eq!(sandbox.runs().len(), 90);
}

#[test]
fn a_lost_run_is_killed_without_any_proof() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let run = sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50"]);
    let supervisor = sandbox.journal(&run)[0]["supervisor"]["pid"].as_i64().unwrap();
    send("KILL", supervisor);
    wait_for("the supervisor's end", || (!lives(supervisor)).then_some(()));
    let done = sandbox.plugdeck(&["kill", &run, "--json"]);
    assert_eq!((done.json()["state"].as_str(), done.code), (Some("lost"), 125));
    assert!(done.json()["error"].as_str().unwrap().contains("not known"), "{}", done.stdout);
    let done = sandbox.plugdeck(&["kill", &run]);
    assert_eq!(done.code, 125);
    assert!(done.stderr.contains("not known") && !done.stderr.contains("nothing of it"), "{}", done.stderr);
}

/// The end of plugdeck where nobody reads its standard output, from the beginning.
fn unread(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    sandbox.command(arguments).stdout(writer).output().unwrap()
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = Sandbox::with(&["faults/ok", "faults/crash", "faults/slow", "demo/text-stats"]);
    let run = sandbox.detach(&["faults/slow", "late_start", "-p", "seconds=50"]);
    for (arguments, code) in [
        (&["list"][..], 0),
        (&["list", "--json"], 0),
        (&["info", "faults/ok"], 0),
        (&["ps", "--all"], 0),
        // It prints nothing for a long time, and notices all the same.
        (&["logs", "-f", &run], 0),
        (&["run", "faults/ok", "echo", "--json"], 0),
        (&["run", "faults/crash", "exit_code", "-p", "code=3", "--json"], 1),
        (&["run", "faults/okk", "echo", "--json"], 3),
    ] {
        let output = unread(&sandbox, arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr.as_str()), (Some(code), ""), "{arguments:?}");
    }
    let output = unread(&sandbox, &["run", "faults/ok", "echo"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("succeeded after"));
}

#[test]
fn following_ends_when_its_reader_has_enough() {
    let sandbox = Sandbox::with(&["faults/slow", "faults/flood"]);
    let run = sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50", "-p", "every=0.1"]);
    let mut follower = sandbox.command(&["logs", "-f", &run]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    // The reader goes away at the end of this statement.
    BufReader::new(follower.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("tick 1"), "{first}");
    assert_eq!(follower.wait().unwrap().code(), Some(0));
    assert_eq!(sandbox.plugdeck(&["ps", "--json"]).json()[0]["run"], run.as_str());
    // Of far more than a pipe holds, too.
    let (report, _) = sandbox.run(&["faults/flood", "lines", "-p", "count=50000"]);
    let run = report["run"].as_str().unwrap();
    let mut reader = sandbox.command(&["logs", run]).stdout(Stdio::piped()).spawn().unwrap();
    BufReader::new(reader.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(reader.wait().unwrap().code(), Some(0));
}

#[test]
fn an_answer_that_cannot_be_written_is_no_success() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (report, _) = sandbox.run(&["faults/ok", "echo"]);
    let run = report["run"].as_str().unwrap();
    for arguments in [
        &["list", "--json"][..],
        &["list"],
        &["info", "faults/ok", "--json"],
        &["ps", "--all", "--json"],
        &["kill", run, "--json"],
        &["run", "faults/ok", "echo", "--json"],
        &["run", "faults/ok", "echo"],
        &["run", "faults/ok", "echo", "--detach"],
        &["run", "faults/okk", "echo", "--json"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = sandbox.command(arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(125), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

/// Not even a user whom the system does not list makes plugdeck look further: reading that list may end in a
/// segmentation fault in a program that the C library is linked into.
#[test]
fn without_a_home_nothing_is_guessed() {
    let sandbox = Sandbox::new();
    for home in [None, Some(""), Some("here")] {
        let mut command = sandbox.command(&["list"]);
        match home {
            Some(home) => command.env("HOME", home),
            None => command.env_remove("HOME"),
        };
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(125), "{home:?}: {stderr}");
        assert_eq!(stderr, "error: no home directory is known: set HOME to its full path\n");
    }
}
