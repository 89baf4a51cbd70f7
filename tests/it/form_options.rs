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
    screen.send(&format!("{ENTER}jjj"));
    screen.wait_until("the profiles", |text| text.contains("none  dev"));
    screen.send(" ");
    screen.wait_for("1 variable: TOKEN");
    screen.send("ji60X");
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
