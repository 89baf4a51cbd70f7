//! What goes to an agent and what comes back: payloads whole and private, replies to the letter, and nothing of it
//! raw on a terminal.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

#[test]
fn a_payload_goes_as_the_argument_where_the_settings_say_so() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (hooked, _) = sandbox.run(&["faults/ok", "surroundings"]);
    sandbox.configure("payload: argv\n");
    let (report, code) = sandbox.run(&["faults/ok", "surroundings"]);
    assert_eq!(code, 0, "{report}");
    let read = |report: &Value, key: &str| report["result"][key].as_u64().unwrap();
    for key in ["argument_count", "argument_bytes"] {
        assert_eq!(read(&report, key), read(&hooked, key), "{key}");
    }
    assert!(
        read(&hooked, "command_line_bytes") + read(&report, "argument_bytes")
            < read(&report, "command_line_bytes") + 2
    );
    // plugdeck leaves the agent's Python alone then.
    assert!(!Path::new(report["directory"].as_str().unwrap()).join("hook").exists());
}

#[test]
fn a_payload_too_large_for_an_argument_is_refused_before_anything_starts() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let around = json!({"method": "echo", "parameters": {"text": ""}}).to_string().len();
    let file = sandbox.path().join("payload.json");
    let run = |bytes: usize| {
        fs::write(&file, json!({"text": "x".repeat(bytes - around)}).to_string()).unwrap();
        sandbox.run(&["faults/ok", "echo", "--params-file", file.to_str().unwrap()])
    };
    sandbox.configure("payload: argv\n");
    let (report, code) = run(131_072);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 2), "{}", report["error"]);
    let error = report["error"].as_str().unwrap();
    assert!(error.contains("131072 bytes") && error.contains("payload: hook"), "{error}");
    assert!(sandbox.runs().is_empty());
    assert_eq!(run(131_071).1, 0);
    sandbox.configure("payload: hook\n");
    assert_eq!(run(131_072).1, 0);
}

#[test]
fn a_large_payload_and_a_folder_with_a_colon_are_refused_with_the_way_out() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let file = sandbox.path().join("payload.json");
    fs::write(&file, json!({"text": "x".repeat(200_000)}).to_string()).unwrap();
    let mut command =
        sandbox.command(&["run", "faults/ok", "echo", "--json", "--params-file", file.to_str().unwrap()]);
    let output = command.env("XDG_STATE_HOME", sandbox.path().join("st:ate")).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["state"], "rejected");
    assert!(report["error"].as_str().unwrap().contains("without a colon"), "{report}");
    assert!(!sandbox.path().join("st:ate").exists());
}

/// All the bytes of a run directory.
fn everything(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { everything(&path) } else { fs::read(&path).unwrap() });
    }
    all
}

#[test]
fn a_payload_is_read_by_nobody_and_secrets_are_kept_by_name_only() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let text = "payload-secret-".repeat(10_000);
    let file = sandbox.path().join("payload.json");
    fs::write(&file, json!({"text": text}).to_string()).unwrap();
    let mut command = sandbox.command(&["run", "faults/ok", "surroundings", "--json", "--force"]);
    command.args(["--params-file", file.to_str().unwrap()]).env("SERVICE_KEY", "value-secret");
    let report: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!(report["state"], "succeeded", "{report}");
    assert!(report["result"]["argument_bytes"].as_u64() > Some(150_000), "{report}");
    assert!(report["result"]["command_line_bytes"].as_u64() < Some(1_000), "{report}");
    assert!(report["result"]["variables"].as_array().unwrap().contains(&json!("SERVICE_KEY")));
    let kept = everything(Path::new(report["directory"].as_str().unwrap()));
    let kept = String::from_utf8_lossy(&kept);
    assert!(kept.contains("SERVICE_KEY") && !kept.contains("value-secret"));
}

#[test]
fn replies_are_read_to_the_letter() {
    let sandbox = Sandbox::with(&["faults/noise"]);
    let run = |method: &str| {
        let done = sandbox.plugdeck(&["run", "faults/noise", method, "--json"]);
        let raw = done.stdout.clone();
        (done.json(), raw)
    };
    for (method, state, result, warnings) in [
        ("around", "succeeded", json!("found"), 1),
        ("pretty", "succeeded", json!({"lines": [1, 2]}), 0),
        ("null_result", "succeeded", Value::Null, 0),
        ("null_error", "succeeded", json!("fine"), 0),
        ("duplicate_keys", "succeeded", json!("second"), 0),
        ("byte_order_mark", "failed", Value::Null, 0),
        ("both_keys", "failed", Value::Null, 0),
        ("empty_object", "failed", Value::Null, 0),
        ("not_an_object", "failed", Value::Null, 0),
        ("two_objects", "failed", Value::Null, 0),
        ("same_line", "failed", Value::Null, 0),
        ("cut_short", "failed", Value::Null, 0),
        ("not_json", "failed", Value::Null, 0),
        ("nothing", "failed", Value::Null, 0),
    ] {
        let (report, _) = run(method);
        assert_eq!(
            (report["state"].as_str(), &report["result"]),
            (Some(state), &result),
            "{method}: {report}"
        );
        assert_eq!(report["warnings"].as_array().unwrap().len(), warnings, "{method}: {report}");
        assert_eq!(report["error"].is_string(), state == "failed", "{method}: {report}");
    }
    // With a number that no machine word holds the result is the agent's own text, to the letter.
    let (report, _) = run("big_numbers");
    for number in
        ["123456789012345678901234567890", "0.1234567890123456789012345678901234567890", "1e400", "1.10"]
    {
        assert!(report["result"].as_str().unwrap().contains(number), "{report}");
    }
    // All others stay numbers, spelled as they were.
    let numbers =
        r#"{"n":[123456789012345678901234567890,0.1234567890123456789012345678901234567890,-0.0,1.10,1E+2]}"#;
    sandbox.write("faults/noise", "agent.py", &format!("print('{{\"result\": {numbers}}}')\n"));
    let (_, raw) = run("pretty");
    assert!(raw.contains(&format!("\"result\":{numbers}")), "{raw}");
}

#[test]
fn fifty_megabytes_come_back_whole() {
    let sandbox = Sandbox::with(&["faults/noise"]);
    let done = sandbox.plugdeck(&["run", "faults/noise", "big_result", "-p", "megabytes=50", "--json"]);
    let (start, rest) = done.stdout.split_once(r#""result":""#).unwrap();
    assert!(start.contains(r#""state":"succeeded""#), "{start}");
    let (result, _) = rest.split_once('"').unwrap();
    assert_eq!(result.len(), 50_000_000);
    assert!(result.as_bytes().chunks(10).all(|ten| ten == b"0123456789"));
}

#[test]
fn soft_errors_are_named_by_their_rule() {
    let sandbox = Sandbox::with(&["faults/soft-error"]);
    for (value, soft) in [
        (json!({"status": "error", "error": "no model"}), true),
        (json!({"status": "success", "error": null, "failed": 0}), false),
        (json!("# Error generating code: no model"), true),
        (json!("no errors were found"), false),
    ] {
        let value = format!("value={value}");
        let (report, code) = sandbox.run(&["faults/soft-error", "raw", "-p", &value, "--force"]);
        let state = if soft { "soft_error" } else { "succeeded" };
        assert_eq!((report["state"].as_str(), code), (Some(state), i32::from(soft)), "{value}: {report}");
        let directory = Path::new(report["directory"].as_str().unwrap());
        let end: Value = serde_json::from_slice(&fs::read(directory.join("end.json")).unwrap()).unwrap();
        assert_eq!(end["rule"].is_string(), soft, "{end}");
    }
}

#[test]
fn an_agent_has_no_terminal_and_no_input() {
    let sandbox = Sandbox::with(&["faults/tty", "faults/stdin", "faults/ok"]);
    let mut screen = Screen::start(&sandbox, &["run", "faults/tty", "write"], 100, 40);
    assert_eq!(screen.wait_exit(), 0);
    let shown = String::from_utf8_lossy(&screen.bytes).into_owned();
    assert!(shown.contains("\"opened\": false") && !shown.contains("was here"), "{shown}");
    let mut screen = Screen::start(&sandbox, &["run", "faults/ok", "surroundings"], 100, 40);
    assert_eq!(screen.wait_exit(), 0);
    let shown = String::from_utf8_lossy(&screen.bytes).into_owned();
    assert!(
        shown.contains("\"has_terminal\": false") && shown.contains("\"stdin_is_null\": true"),
        "{shown}"
    );
    // What is meant for plugdeck stays plugdeck's.
    let mut child = sandbox
        .command(&["run", "faults/stdin", "read", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"keys of the person\n").unwrap();
    let report: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(report["state"], "succeeded", "{report}");
    assert!(!report["result"].to_string().contains("keys"), "{report}");
}

/// A manifest whose every text would do something to a terminal.
const HOSTILE: &str = r#"name: "n\e]0;owned\a"
version: "1\e[2J"
description: "d\e[31m\u202e\x9b5m"
author: "a\e]52;c;cGx1Z2RlY2s=\a"
license: "l\ec"
interface:
  methods:
    "m\e[5A":
      description: "md\e[?1049h"
      parameters:
        "p\e[8m":
          type: "string\e[6n"
          description: "pd\r\u2028"
          default: "x\e[0c"
      returns:
        type: "object\a"
        description: "r\b"
"#;

#[test]
fn nothing_of_a_manifest_reaches_the_terminal_raw() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.write("faults/ok", "agent.yaml", HOSTILE);
    let raw = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{2028}'..='\u{202e}');
    let run = ["run", "faults/ok", "m\u{1b}[5A", "--force"];
    let (report, _) = sandbox.run(&run[1..]);
    let id = report["run"].as_str().unwrap();
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["info", "faults/ok"],
        &["info", "faults/ok", "--json"],
        &["ps", "--all"],
        &["ps", "--all", "--json"],
        &["logs", id],
        &["run", "faults/ok", "echo"],
        &run,
    ] {
        let done = sandbox.plugdeck(arguments);
        let shown = done.stdout + &done.stderr;
        assert!(!shown.is_empty() && !shown.contains(raw), "{arguments:?}: {shown:?}");
    }
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("faults");
    screen.send("jl");
    screen.wait_for("md");
    screen.send("q");
    screen.wait_exit();
    let written = String::from_utf8_lossy(&screen.bytes).into_owned();
    for code in ["owned\u{7}", "\u{1b}]52", "\u{1b}c", "\u{9b}", "\u{202e}", "\u{1b}[6n", "\u{1b}[5A"] {
        assert!(!written.contains(code), "{code:?}");
    }
}

/// As a daemon does it: all that was inherited is closed, and the numbers are used again.
const TAKES_ALL_DESCRIPTORS: &str = r#"
import json, os
os.closerange(3, 4096)
mine = []
try:
    while True:
        mine.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
child = os.fork()
if child == 0:
    for number in mine:
        os.fstat(number)
    os._exit(0)
print(json.dumps({"result": [len(mine) > 20, os.waitpid(child, 0)[1]]}))
"#;

#[test]
fn a_forked_child_keeps_the_descriptors_that_the_agent_opened() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.write("faults/ok", "agent.py", TAKES_ALL_DESCRIPTORS);
    let (report, _) = sandbox.run(&["faults/ok", "echo", "--open-files", "64"]);
    assert_eq!(report["result"], json!([true, 0]), "{report}");
}

#[test]
fn the_hook_is_compiled_once_even_where_agents_keep_no_bytecode() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let agent = sandbox.agent("faults/ok");
    let call = |variable: Option<&str>| {
        let mut command = sandbox.command(&["run", "faults/ok", "echo"]);
        command
            .env_remove("PYTHONDONTWRITEBYTECODE")
            .envs(variable.map(|value| ("PYTHONDONTWRITEBYTECODE", value)));
        assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    };
    call(Some("1"));
    let compiled = || -> Vec<_> {
        let folder = sandbox.path().join("state/plugdeck/hook").join(env!("CARGO_PKG_VERSION"));
        let files = fs::read_dir(folder.join("__pycache__")).unwrap();
        files
            .map(|file| file.unwrap())
            .map(|file| (file.file_name(), file.metadata().unwrap().modified().unwrap()))
            .collect()
    };
    let first = compiled();
    assert_eq!(first.len(), 1, "{first:?}");
    // Python itself takes it, and so does the next agent.
    call(None);
    call(Some("1"));
    assert_eq!(compiled(), first);
    assert!(!agent.join("__pycache__").exists());

    // What was compiled of another text is not kept.
    let hook = sandbox.path().join("state/plugdeck/hook").join(env!("CARGO_PKG_VERSION"));
    fs::write(hook.join("sitecustomize.py"), "").unwrap();
    call(Some("1"));
    let anew = compiled();
    assert_ne!(anew, first);
    call(Some("1"));
    assert_eq!(compiled(), anew);
}
