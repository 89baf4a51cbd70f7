//! `plugdeck doctor`: every check says something, and no secret is ever among it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::tools::Tools;

/// The check of this name.
#[track_caller]
fn of<'a>(checks: &'a Value, name: &str) -> &'a Value {
    let found = checks.as_array().unwrap().iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {checks}"))
}

#[test]
fn a_sound_machine_has_no_problem_and_every_check_has_a_sentence() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.run(&["faults/ok", "echo"]);
    let (checks, code) = Tools::python_only().plugdeck(&sandbox, &["doctor", "--json"]);
    assert_eq!(code, 0, "{checks}");
    let keys = ["check", "state", "sentence", "action"];
    for check in checks.as_array().unwrap() {
        assert_eq!(check.as_object().unwrap().keys().collect::<Vec<_>>(), keys);
        assert!(!check["sentence"].as_str().unwrap().is_empty(), "{check}");
        assert_eq!(check["action"].is_null(), check["state"] == "ok", "{check}");
    }
    assert_eq!(
        (&of(&checks, "python")["state"], &of(&checks, "state")["state"]),
        (&json!("ok"), &json!("ok"))
    );
    let uv = of(&checks, "uv");
    assert!(uv["state"] == "note" && uv["sentence"].as_str().unwrap().contains("pip builds"), "{uv}");
    let runs = of(&checks, "runs")["sentence"].as_str().unwrap();
    assert!(runs.starts_with("1 kept in ") && runs.ends_with("0 live"), "{runs}");
    let page = Tools::python_only().command(&sandbox, &["doctor"]).output().unwrap();
    let page = String::from_utf8(page.stdout).unwrap();
    assert!(page.lines().any(|line| line.starts_with("▲ uv           ")), "{page}");
    if let Some(tools) = Tools::with_uv() {
        let (checks, _) = tools.plugdeck(&sandbox, &["doctor", "--json"]);
        assert_eq!(of(&checks, "uv")["state"], "ok", "{checks}");
    }
}

#[test]
fn a_key_is_named_and_never_read_aloud() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.path().join("store")).unwrap();
    fs::write(sandbox.path().join("store/.env"), "GROQ_API_KEY=value-of-groq\nvalue-alone\n").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://name:value-of-user@{}/v1", listener.local_addr().unwrap());
    for json in [true, false] {
        let arguments: &[&str] = if json { &["doctor", "--json"] } else { &["doctor"] };
        let mut command = Tools::python_only().command(&sandbox, arguments);
        command
            .env("OPENAI_API_KEY", "value-of-openai")
            .env_remove("ANTHROPIC_API_KEY")
            .env("OLLAMA_API_URL", &server);
        let output = command.output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.contains("value-"), "{said}");
        assert!(
            said.contains("set: OPENAI_API_KEY") && said.contains("not set: ANTHROPIC_API_KEY"),
            "{said}"
        );
        assert!(
            said.contains(".env sets GROQ_API_KEY;") && said.contains("OLLAMA_API_URL answers"),
            "{said}"
        );
    }
}

#[test]
fn what_cannot_work_is_a_problem_with_an_action_and_exit_code_1() {
    let sandbox = Sandbox::new();
    sandbox.configure("grcae: 1\n");
    fs::write(sandbox.path().join("store"), "").unwrap();
    let tools = Tools::python_only();
    let output = tools
        .command(&sandbox, &["doctor", "--json"])
        .env("PATH", sandbox.path())
        .env("OLLAMA_API_URL", "http://127.0.0.1:9")
        .output()
        .unwrap();
    let checks: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{checks}");
    for name in ["python", "pip", "settings", "store"] {
        assert_eq!(of(&checks, name)["state"], "problem", "{checks}");
        assert!(of(&checks, name)["action"].is_string(), "{checks}");
    }
    assert!(of(&checks, "settings")["sentence"].as_str().unwrap().contains("grcae"), "{checks}");
    assert!(of(&checks, "store")["sentence"].as_str().unwrap().contains("is no folder"), "{checks}");
    let models = of(&checks, "models");
    assert!(
        models["sentence"].as_str().unwrap().contains("OLLAMA_API_URL is set and nobody answers"),
        "{models}"
    );
    // Every other verb still refuses settings that it cannot read.
    assert_eq!(sandbox.plugdeck(&["list"]).code, 2);
}

#[test]
fn a_state_folder_that_others_can_enter_is_noted() {
    let sandbox = Sandbox::new();
    let state = sandbox.path().join("state/plugdeck");
    fs::create_dir_all(&state).unwrap();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).unwrap();
    let (checks, code) = Tools::python_only().plugdeck(&sandbox, &["doctor", "--json"]);
    let check = of(&checks, "state");
    assert_eq!((&check["state"], code), (&json!("note"), 0), "{checks}");
    assert!(check["sentence"].as_str().unwrap().contains("open to others"), "{check}");
}

#[test]
fn the_dashboard_says_the_same_and_copies_it() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let printed = sandbox.plugdeck(&["doctor"]).stdout;
    let mut screen = Screen::start(&sandbox, &[], 120, 50);
    screen.wait_for("faults");
    screen.send("D");
    screen.wait_for("This machine");
    screen.wait_gone("looking…");
    // Lines that are short enough for the box; the terminal is another one.
    let rest = |line: &str| line.chars().skip(15).collect::<String>();
    let short = |line: &&str| line.chars().count() < 80 && !line.starts_with("✓ terminal");
    let sentences: Vec<String> = printed.lines().filter(short).map(rest).collect();
    assert!(sentences.len() > 5, "{printed}");
    let drawn = screen.text();
    for sentence in sentences.iter().filter(|line| !line.trim_start().starts_with('→')) {
        assert!(drawn.contains(sentence.as_str()), "{sentence:?} in\n{drawn}");
    }
    screen.send("y");
    screen.wait_for("✓ what was found · ");
    assert!(String::from_utf8_lossy(&screen.bytes).contains("\u{1b}]52;c;"));
    screen.send("\u{1b}");
    screen.wait_gone("This machine");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
}
