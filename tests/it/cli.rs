//! The command line's contract: JSON, exit codes, wrong input.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

/// Every key that `run --json` has, at every ending.
pub const KEYS: &[&str] = &[
    "run",
    "agent",
    "method",
    "state",
    "result",
    "error",
    "exit_code",
    "signal",
    "signal_name",
    "duration_ms",
    "stdout_bytes",
    "stderr_bytes",
    "stderr_lines",
    "peak_rss_bytes",
    "cpu_ms",
    "leftovers_killed",
    "warnings",
    "directory",
];

#[track_caller]
fn ends(arguments: &[&str], state: &str, code: i32) -> Value {
    let agents =
        ["faults/ok", "faults/crash", "faults/soft-error", "faults/noise", "faults/slow", "faults/escape"];
    let sandbox = Sandbox::with(&agents);
    let (report, exit) = sandbox.run(arguments);
    assert_eq!((report["state"].as_str(), exit), (Some(state), code), "{report}");
    let keys: Vec<_> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, KEYS);
    report
}

#[test]
fn a_result_is_a_success() {
    let report = ends(&["faults/ok", "echo", "-p", "text=two words", "-p", "count=3"], "succeeded", 0);
    assert_eq!(report["result"]["parameters"], json!({"text": "two words", "count": 3}));
    assert_eq!(report["exit_code"], 0);
    assert!(report["peak_rss_bytes"].as_u64() > Some(1_000_000) && report["cpu_ms"].as_u64() > Some(0));
}

#[test]
fn errors_have_their_states_and_codes() {
    let report = ends(&["faults/crash", "exit_code", "-p", "code=3"], "failed", 1);
    assert_eq!(report["exit_code"], 3);
    let report = ends(&["faults/crash", "signal", "-p", "number=11"], "failed", 128 + 11);
    assert_eq!((&report["signal"], &report["signal_name"]), (&json!(11), &json!("SIGSEGV")));
    assert_eq!(report["exit_code"], Value::Null);
    let report = ends(&["faults/crash", "error_exit_0", "-p", "message=no luck"], "failed", 1);
    assert_eq!(report["error"], "no luck");
    ends(&["faults/soft-error", "failing"], "soft_error", 1);
    ends(&["faults/soft-error", "fine"], "succeeded", 0);
}

#[test]
fn a_timeout_takes_decimals_and_has_its_own_code() {
    let report = ends(&["faults/slow", "tick", "-p", "seconds=50", "--timeout", "0.3"], "timed_out", 124);
    assert!(report["duration_ms"].as_u64() >= Some(300));
    ends(&["faults/slow", "tick", "-p", "seconds=50", "--timeout", "0.0000000001"], "timed_out", 124);
}

#[test]
fn what_is_wrong_is_rejected_without_a_process() {
    let check = |arguments: &[&str], code: i32, parts: &[&str]| {
        let report = ends(arguments, "rejected", code);
        assert_eq!((&report["run"], &report["directory"]), (&Value::Null, &Value::Null));
        let error = report["error"].as_str().unwrap();
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    };
    check(&["faults/okk", "echo"], 3, &["faults/okk", "faults/ok"]);
    check(&["../faults/ok", "echo"], 3, &["../faults/ok"]);
    check(&["faults/ok", "ecko"], 3, &["ecko", "echo", "--force"]);
    check(&["faults/ok", "required"], 2, &["text"]);
    check(&["faults/ok", "echo", "-p", "txet=a"], 2, &["txet", "text"]);
    check(&["faults/ok", "echo", "-p", "count=many"], 2, &["count"]);
    check(&["faults/ok", "echo", "--params", "[1]"], 2, &["object"]);
    check(&["faults/ok", "echo", "--params", "{"], 2, &["line 1"]);
    check(&["faults/ok", "echo", "--params-file", "/nowhere.json"], 2, &["/nowhere.json"]);
    check(&["faults/ok", "echo", "-p", "text=@/nowhere.txt"], 2, &["/nowhere.txt"]);
    check(&["faults/ok", "echo", "-p", "text=@"], 2, &["-p text=@", "no file"]);
}

#[test]
fn force_sends_what_the_checks_refuse() {
    let report = ends(&["faults/ok", "undeclared", "--force"], "succeeded", 0);
    assert!(report["run"].is_string());
    ends(&["faults/ok", "echo", "-p", "txet=a", "--force"], "succeeded", 0);
    let arguments = ["faults/ok", "echo", "-p", "count=abc", "-p", "number=NaN", "--force"];
    let report = ends(&arguments, "succeeded", 0);
    assert_eq!(report["result"]["parameters"], json!({"count": "abc", "number": "NaN"}));
}

#[test]
fn an_environment_that_is_missing_is_said() {
    let sandbox = Sandbox::new();
    sandbox.install("faults/ok");
    let (report, code) = sandbox.run(&["faults/ok", "echo"]);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 4));
    assert!(report["error"].as_str().unwrap().contains("plugdeck build faults/ok"), "{report}");
    assert!(sandbox.runs().is_empty());
}

#[test]
fn a_state_folder_that_refuses_is_said() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    std::fs::write(sandbox.path().join("state"), "a file").unwrap();
    let (report, code) = sandbox.run(&["faults/ok", "echo"]);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 125));
}

#[test]
fn flags_that_make_no_sense_are_told_by_the_flags_themselves() {
    let sandbox = Sandbox::new();
    for arguments in
        [&["run", "a/b", "m", "-p", "novalue"][..], &["run", "a/b", "m", "--timeout", "soon"], &["dance"]]
    {
        let done = sandbox.plugdeck(arguments);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""));
        assert!(done.stderr.contains("--help"), "{}", done.stderr);
    }
}

#[test]
fn results_that_strict_readers_refuse_come_as_text_with_a_warning() {
    for method in ["nan", "lone_surrogate", "invalid_utf8"] {
        let report = ends(&["faults/noise", method], "succeeded", 0);
        assert!(report["result"].is_string(), "{report}");
        assert_eq!(report["warnings"].as_array().unwrap().len(), 1);
    }
    let report = ends(&["faults/noise", "deep", "-p", "levels=100"], "succeeded", 0);
    assert!(report["result"].is_array());
    let report = ends(&["faults/noise", "deep", "-p", "levels=1000"], "succeeded", 0);
    assert!(report["result"].is_string());
}

#[test]
fn nothing_an_agent_prints_reaches_the_terminal_raw() {
    let sandbox = Sandbox::with(&["faults/escape"]);
    let raw = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{2028}'..='\u{202e}');
    for (arguments, state) in [
        (&["print_codes"][..], "succeeded"),
        // Codes in the reply as they are make it no JSON.
        (&["print_codes", "-p", "raw=true"], "failed"),
        (&["split"], "succeeded"),
        (&["error"], "failed"),
    ] {
        let arguments = [&["run", "faults/escape"], arguments].concat();
        let code = i32::from(state != "succeeded");
        let done = sandbox.plugdeck(&[&arguments[..], &["--json"]].concat());
        assert_eq!((done.json()["state"].as_str(), done.code), (Some(state), code), "{}", done.stdout);
        assert!(!done.stdout.contains(raw), "{:?}", done.stdout);
        let run = done.json()["run"].as_str().unwrap().to_owned();
        for arguments in [&arguments[..], &["logs", &run]] {
            let done = sandbox.plugdeck(arguments);
            assert_eq!(done.code, if arguments[0] == "run" { code } else { 0 }, "{}", done.stderr);
            let shown = done.stdout + &done.stderr;
            assert!(shown.len() > 100 && !shown.contains(raw), "{shown:?}");
        }
    }
}

#[test]
fn standard_error_streams_and_the_result_is_data() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut command = sandbox.command(&["run", "demo/text-stats", "analyze", "--params-file", "-"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(br#"{"text": "a b a"}"#).unwrap();
    let output = child.wait_with_output().unwrap();
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["counts"]["words"], 3);
    assert!(String::from_utf8(output.stderr).unwrap().contains("succeeded"));
}

#[test]
fn the_list_has_every_agent_and_its_methods() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.install("demo/broken");
    sandbox.write("odd/empty", "agent.yaml", "");
    sandbox.write("odd/nonsense", "agent.yaml", "a: [");
    sandbox.write("odd/foreign", "agent.yaml", "apiVersion: v1\nkind: Pod\n");
    let list = sandbox.plugdeck(&["list", "--json"]).json();
    let row = |name: &str| list.as_array().unwrap().iter().find(|row| row["agent"] == name).unwrap().clone();
    assert_eq!(list.as_array().unwrap().len(), 5);
    let ok = row("faults/ok");
    assert_eq!((&ok["valid"], &ok["environment"]), (&json!(true), &json!("ready")));
    let keys: Vec<_> = ok.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "agent",
        "name",
        "version",
        "description",
        "valid",
        "problems",
        "methods",
        "environment",
        "directory",
    ];
    assert_eq!(keys, expected);
    let echo = &ok["methods"].as_array().unwrap().iter().find(|method| method["name"] == "echo").unwrap();
    let keys: Vec<_> = echo["parameters"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["name", "type", "required", "default", "description"]);
    let broken = row("demo/broken");
    assert_eq!((&broken["valid"], &broken["environment"]), (&json!(false), &json!("none")));
    assert!(broken["problems"][0]["line"].as_u64() > Some(1));
    for name in ["odd/empty", "odd/nonsense", "odd/foreign"] {
        let row = row(name);
        assert_eq!((&row["valid"], &row["name"]), (&json!(false), &Value::Null));
        assert!(!row["problems"][0]["message"].as_str().unwrap().is_empty());
        let (report, code) = sandbox.run(&[name, "m"]);
        assert_eq!((report["state"].as_str(), code), (Some("rejected"), 2), "{report}");
    }
    let mut info = sandbox.plugdeck(&["info", "faults/ok", "--json"]).json();
    assert!(info.as_object_mut().unwrap().remove("environment_details").unwrap().is_object());
    assert_eq!(info, ok);
}
