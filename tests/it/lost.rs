//! The fourth promise of the supervisor: when it vanishes, the run is lost, and whoever looks next ends what the
//! agent had left behind, known by the marker in its environment, by the run's pipes, or by the last samples.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::sandbox::{Done, Sandbox};
use crate::support::screen::Screen;
use crate::support::{lives, send, wait_for};

/// A detached run that has started a daemon with only this tie to it, and the daemon's pid.
fn with_daemon(sandbox: &Sandbox, keep: &str) -> (String, i64) {
    let pid_file = sandbox.path().join(format!("{keep}.pid"));
    let (keep, file) = (format!("keep={keep}"), format!("pid_file={}", pid_file.display()));
    let arguments = ["-p", "seconds=50", "-p", "stay_seconds=50", "-p", &keep, "-p", &file];
    let run = sandbox.detach(&[&["faults/daemon", "daemonize"], &arguments[..]].concat());
    let daemon = wait_for("the daemon", || fs::read_to_string(&pid_file).ok()?.parse().ok());
    (run, daemon)
}

fn directory(sandbox: &Sandbox, run: &str) -> PathBuf {
    sandbox.path().join("state/plugdeck/runs").join(run)
}

/// Waits until the daemon stands in the samples.
fn wait_sampled(sandbox: &Sandbox, run: &str, daemon: i64) {
    let samples = directory(sandbox, run).join("samples.jsonl");
    wait_for("its sample", || {
        fs::read_to_string(&samples).ok()?.contains(&format!("\"pid\":{daemon},")).then_some(())
    });
}

/// Kills the supervisor and waits until it and the agent are gone.
fn lose(sandbox: &Sandbox, run: &str) {
    let journal = sandbox.journal(run);
    let agent = journal.iter().find(|line| line["event"] == "started").unwrap()["pid"].as_i64().unwrap();
    let supervisor = journal[0]["supervisor"]["pid"].as_i64().unwrap();
    send("KILL", supervisor);
    wait_for("the end of both", || (!lives(supervisor) && !lives(agent)).then_some(()));
}

fn note(sandbox: &Sandbox, run: &str) -> Option<Value> {
    let path = sandbox.path().join("state/plugdeck/notes").join(format!("{run}.json"));
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// A daemon that is known by one sign alone is ended by `ps`, which says so, and only once.
#[track_caller]
fn is_ended(keep: &str, sampled: bool) {
    let sandbox = Sandbox::with(&["faults/daemon"]);
    let (run, daemon) = with_daemon(&sandbox, keep);
    if sampled {
        wait_sampled(&sandbox, &run, daemon);
    }
    lose(&sandbox, &run);
    assert!(lives(daemon), "nothing has escaped");
    if !sampled {
        // Whether a sample met it is chance: here it must be known without one.
        let _ = fs::remove_file(directory(&sandbox, &run).join("samples.jsonl"));
    }
    let before = fs::read_dir(directory(&sandbox, &run)).unwrap().count();
    let done = sandbox.plugdeck(&["ps"]);
    assert!(!lives(daemon), "{keep}: {}", done.stderr);
    let said = format!("ended 1 process that run {} left behind", &run[run.len() - 4..]);
    assert!(done.stderr.contains(&said) && done.stderr.contains(&format!(": {daemon} (")), "{}", done.stderr);
    assert_eq!(note(&sandbox, &run).unwrap()["ended"][0]["pid"].as_i64(), Some(daemon));
    assert_eq!(
        fs::read_dir(directory(&sandbox, &run)).unwrap().count(),
        before,
        "somebody wrote into the run"
    );
    let again = sandbox.plugdeck(&["ps", "--all", "--json"]);
    assert_eq!((again.stderr.as_str(), &again.json()[0]["state"]), ("", &json!("lost")));
}

#[test]
fn an_escapee_is_known_by_the_marker_in_its_environment() {
    is_ended("environment", false);
}

#[test]
fn an_escapee_is_known_by_the_runs_pipes() {
    is_ended("streams", false);
}

#[test]
fn an_escapee_is_known_by_the_last_samples() {
    is_ended("nothing", true);
}

#[test]
fn escapees_of_a_live_run_and_of_nobody_stay_untouched() {
    let sandbox = Sandbox::with(&["faults/daemon", "faults/slow"]);
    let (lost, escapee) = with_daemon(&sandbox, "environment");
    let (live, daemon) = with_daemon(&sandbox, "streams");
    // What was started from a shell that the agent had started carries its marker: a run of its own, the shell, and
    // plugdeck itself.
    let tick = ["run", "--detach", "faults/slow", "tick", "-p", "seconds=50"];
    let own = Done::from(sandbox.command(&tick).env("PLUGDECK_RUN_ID", &lost).output().unwrap()).json();
    lose(&sandbox, &lost);
    let script = format!("{} ps --json; echo the shell lives", env!("CARGO_BIN_EXE_plugdeck"));
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).envs(sandbox.variables()).env("PLUGDECK_RUN_ID", &lost);
    let done = Done::from(shell.output().unwrap());
    let (rows, shell) = done.stdout.split_once('\n').unwrap();
    assert_eq!(shell, "the shell lives\n", "{}", done.stdout);
    assert!(done.stderr.contains("ended 1 process ") && !lives(escapee) && lives(daemon), "{}", done.stderr);
    let rows: Value = serde_json::from_str(rows).unwrap();
    assert!(rows.as_array().unwrap().iter().any(|row| row["run"] == own["run"]), "{rows}");
    let supervisor = sandbox.journal(own["run"].as_str().unwrap())[0]["supervisor"]["pid"].as_i64().unwrap();
    assert!(lives(supervisor));
    // A supervisor that is only stopped is not lost.
    let supervisor = sandbox.journal(&live)[0]["supervisor"]["pid"].as_i64().unwrap();
    send("STOP", supervisor);
    let done = sandbox.plugdeck(&["ps"]);
    send("CONT", supervisor);
    assert!(done.stderr.is_empty() && lives(daemon), "{}", done.stderr);
    assert_eq!(note(&sandbox, &live), None);
}

#[test]
fn what_moves_is_ended_too_and_the_next_run_does_it_as_well() {
    let sandbox = Sandbox::with(&["faults/respawner", "faults/ok"]);
    let arguments = ["-p", "pause_ms=20", "-p", "stay_seconds=50"];
    let run = sandbox.detach(&[&["faults/respawner", "chain"], &arguments[..]].concat());
    let begun = directory(&sandbox, &run).join("stderr");
    wait_for("the chain", || fs::read_to_string(&begun).ok()?.contains("has begun").then_some(()));
    lose(&sandbox, &run);
    let done = sandbox.plugdeck(&["run", "faults/ok", "echo"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("left behind when its supervisor vanished"), "{}", done.stderr);
    let marker = format!("PLUGDECK_RUN_ID={run}");
    let marked = fs::read_dir("/proc").unwrap().flatten().filter(|process| {
        let environ = fs::read(process.path().join("environ")).unwrap_or_default();
        environ.split(|byte| *byte == 0).any(|variable| variable == marker.as_bytes())
    });
    assert_eq!(marked.count(), 0);
}

#[test]
fn an_agent_that_attacks_its_parent_takes_nobody_into_safety() {
    let sandbox = Sandbox::with(&["faults/kills-parent"]);
    let run = sandbox.detach(&["faults/kills-parent", "attack", "-p", "confirm=true"]);
    wait_for("the attack", || {
        let rows = sandbox.plugdeck(&["ps", "--all", "--json"]).json();
        (rows[0]["state"] == "lost").then_some(())
    });
    let agent = sandbox.journal(&run).iter().find(|line| line["event"] == "started").unwrap()["pid"].as_i64();
    wait_for("the agent's end", || (!lives(agent.unwrap())).then_some(()));
}

#[test]
fn killing_a_lost_run_by_name_looks_again() {
    let sandbox = Sandbox::with(&["faults/daemon"]);
    let (run, daemon) = with_daemon(&sandbox, "environment");
    lose(&sandbox, &run);
    let notes = sandbox.path().join("state/plugdeck/notes");
    fs::create_dir_all(&notes).unwrap();
    let looked = json!({ "v": 1, "run": run, "ended": [], "left": [] });
    fs::write(notes.join(format!("{run}.json")), looked.to_string()).unwrap();
    assert_eq!(sandbox.plugdeck(&["ps"]).stderr.lines().count(), 1);
    assert!(lives(daemon));
    let done = sandbox.plugdeck(&["kill", &run]);
    assert_eq!(done.code, 125);
    assert!(done.stderr.contains("ended 1 process") && !lives(daemon), "{}", done.stderr);
}

#[test]
fn the_dashboard_ends_escapees_and_says_so() {
    let sandbox = Sandbox::with(&["faults/daemon"]);
    let (run, daemon) = with_daemon(&sandbox, "environment");
    let mut screen = Screen::start(&sandbox, &[], 160, 40);
    screen.wait_for("1 running");
    lose(&sandbox, &run);
    screen.wait_for("ended 1 process");
    assert!(!lives(daemon));
}

#[test]
fn children_that_the_caller_had_before_are_nobodys_escapees() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let others = sandbox.path().join("others");
    // A script's own background job, and the script becomes plugdeck.
    let script = "(sleep 50 & echo $! > \"$1\".half; mv \"$1\".half \"$1\"; wait) & shift 2; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(&others).args(["", env!("CARGO_BIN_EXE_plugdeck")]);
    command.args(["run", "faults/slow", "tick", "-p", "seconds=50", "--json"]).envs(sandbox.variables());
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let other: i64 = wait_for("the job", || fs::read_to_string(&others).ok()?.trim().parse().ok());
    let run = wait_for("the start", || {
        let run = sandbox.runs().pop()?.file_name()?.to_string_lossy().into_owned();
        sandbox.journal(&run).iter().any(|line| line["event"] == "started").then_some(run)
    });
    lose(&sandbox, &run);
    assert_eq!(child.wait().unwrap().code(), Some(125));
    assert!(lives(other), "the script's own job was ended");
    send("KILL", other);
}
