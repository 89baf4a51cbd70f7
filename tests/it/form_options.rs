//! The options of a run, chosen in the form on a real terminal.

use std::fs;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::wait_for;

const ENTER: &str = "\r";
const CTRL_R: &str = "\u{12}";

/// Tells its variable backwards, so that what it says is not the value; then grows, up to a bound.
const AGENT: &str = r#"
import json, os, sys, time
print("said", os.environ["TOKEN"][::-1], json.loads(sys.argv[1]).get("tool_context"), file=sys.stderr, flush=True)
eaten = []
for _ in range(400):
    if len(eaten) < 60:
        eaten.append(bytearray(b"x") * 5_000_000)
    time.sleep(0.05)
"#;

const MANIFEST: &str = r#"
name: ok
version: "1.0.0"
description: Grows
author: plugdeck
license: MIT
python_version: "3.8+"
interface:
  methods:
    grow:
      description: Grows and grows.
"#;

#[test]
fn a_file_of_variables_and_a_notice_are_chosen_for_one_run() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.write("faults/ok", "agent.py", AGENT);
    sandbox.write("faults/ok", "agent.yaml", MANIFEST);
    let file = sandbox.path().join(".env.mine");
    fs::write(&file, "TOKEN=hunter2\nOTHER=hunter2\n").unwrap();
    let mut screen = Screen::start(&sandbox, &[], 100, 40);
    screen.wait_for("Grows and grows");
    screen.send(ENTER);
    screen.wait_for("▸ Options   timeout 310s");
    // The notice, then the files; the path is completed, hidden as it is.
    screen.send(&format!("{ENTER}\t\t\t"));
    screen.wait_for("until it is stuck");
    screen.send("\u{7f}\u{7f}45s\t\t");
    screen.wait_for("space add a file");
    screen.send("~");
    screen.wait_for("variables of a file, for this run");
    screen.send("/");
    screen.wait_for("~/.env.mine");
    screen.send(&format!("\u{1b}[B{ENTER}"));
    screen.wait_for("2 variables: TOKEN, OTHER");
    assert!(!screen.text().contains("hunter2"));
    screen.send(CTRL_R);
    screen.wait_for("said 2retnuh");
    let run = sandbox.runs().remove(0);
    let spec = spec(&run);
    assert_eq!(spec["limits"]["silence_notice_ms"], 45_000);
    assert_eq!(spec["added"], json!({"files": [file], "names": ["TOKEN", "OTHER"]}));
    assert!(!fs::read_to_string(run.join("spec.json")).unwrap().contains("hunter2"));
    screen.send("]]]]");
    screen.wait_until("what was chosen", |text| {
        text.contains("notice    45s") && text.contains(".env.mine") && text.contains("variables TOKEN")
    });
    screen.send("e");
    screen.wait_for("notice 45s · profile none · 1 env file");
}

/// A run's `spec.json`.
fn spec(run: &std::path::Path) -> Value {
    serde_json::from_str(&fs::read_to_string(run.join("spec.json")).unwrap()).unwrap()
}

#[test]
fn a_limit_and_a_profile_from_the_form_hold_for_the_run_and_for_the_next_one() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.write("faults/ok", "agent.py", AGENT);
    sandbox.write("faults/ok", "agent.yaml", MANIFEST);
    sandbox.write("faults/ok", ".env.dev", "# mine\nTOKEN=hunter2\n");
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("Grows and grows");
    screen.send(ENTER);
    screen.wait_for("▸ Options   timeout 310s · silence off · profile none · limits off");
    // Unfolded, down to the profile; then to the memory.
    screen.send(&format!("{ENTER}jjjj"));
    screen.wait_until("the profiles", |text| text.contains("none  dev"));
    screen.send(" ");
    screen.wait_for("1 variable: TOKEN");
    screen.send("jji60X");
    screen.wait_for("whole size above 0");
    screen.send(CTRL_R);
    screen.wait_for("not started");
    assert!(sandbox.runs().is_empty());
    screen.send("\u{7f}M\t\t\t\t");
    screen.wait_for("valid");
    screen.send("i[1.50]");
    screen.wait_for("\"tool_context\": [1.50]");
    screen.send(CTRL_R);
    screen.wait_for("said 2retnuh [1.5]");
    screen.wait_for("■ killed");
    // Its numbers say why; its payload, what was chosen.
    screen.send("]]");
    screen.wait_for("memory limit 60 MiB reached");
    screen.send("]]");
    screen.wait_until("what was chosen", |text| {
        text.contains("memory    60M") && text.contains("profile   dev") && text.contains("variables TOKEN")
    });
    // Edited and run again, without a word: the same options.
    screen.send("e");
    screen.wait_for("▸ Options   timeout 310s · silence off · profile dev · memory 60M");
    screen.wait_for("▸ tool_context   [1.50]");
    screen.send(CTRL_R);
    let runs = wait_for("the second run", || Some(sandbox.runs()).filter(|runs| runs.len() == 2));
    screen.wait_for("■ killed");
    let specs: Vec<Value> = runs.iter().map(|run| spec(run)).collect();
    for key in ["limits", "added", "payload"] {
        assert_eq!(specs[0][key], specs[1][key], "{key}");
    }
    assert_eq!(specs[1]["limits"]["memory_bytes"], 60 << 20);
    assert_eq!(specs[1]["added"], json!({"profile": "dev", "names": ["TOKEN"]}));
    for run in runs {
        for file in fs::read_dir(run).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file())
        {
            assert!(!String::from_utf8_lossy(&fs::read(&file).unwrap()).contains("hunter2"), "{file:?}");
        }
    }
}
