//! Builds on the real machine: with pip's own venv, and with uv where there is one. No network.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::tools::Tools;
use crate::support::wait_for;

fn environment(sandbox: &Sandbox, agent: &str) -> Value {
    sandbox.plugdeck(&["info", agent, "--json"]).json()["environment"].clone()
}

#[track_caller]
fn builds_and_then_runs(tools: &Tools) {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    assert_eq!(environment(&sandbox, "demo/text-stats"), "none");
    let (report, code) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!((report["state"].as_str(), code), (Some("succeeded"), 0), "{report}");
    assert_eq!(environment(&sandbox, "demo/text-stats"), "ready");
    let journal = sandbox.journal(report["run"].as_str().unwrap());
    let steps = journal.iter().filter(|line| line["event"] == "started").count();
    assert!(steps >= 3, "{journal:?}");
    let (report, code) = sandbox.run(&["demo/text-stats", "sample"]);
    assert_eq!(code, 0, "{report}");
    // Built once more: what plugdeck built needs no consent, and stays usable.
    let (report, code) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(environment(&sandbox, "demo/text-stats"), "ready");
}

#[test]
fn an_agent_becomes_ready_without_uv() {
    builds_and_then_runs(&Tools::python_only());
}

#[test]
fn an_agent_becomes_ready_with_uv() {
    if let Some(tools) = Tools::with_uv() {
        builds_and_then_runs(&tools);
    }
}

#[track_caller]
fn fails_and_keeps_what_was_there(tools: &Tools) {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let (_, code) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!(code, 0);
    sandbox.write("demo/text-stats", "requirements.txt", "no-such-package-anywhere==1.0\n");
    let (report, code) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!((report["state"].as_str(), code), (Some("failed"), 1), "{report}");
    let logs = sandbox.plugdeck(&["logs", report["run"].as_str().unwrap()]).stdout;
    assert!(logs.contains("no-such-package-anywhere"), "{logs}");
    assert_eq!(environment(&sandbox, "demo/text-stats"), "stale");
    let (report, code) = sandbox.run(&["demo/text-stats", "sample"]);
    assert_eq!(code, 0, "{report}");
}

#[test]
fn a_failed_build_keeps_the_old_environment_without_uv() {
    fails_and_keeps_what_was_there(&Tools::python_only());
}

#[test]
fn a_failed_build_keeps_the_old_environment_with_uv() {
    if let Some(tools) = Tools::with_uv() {
        fails_and_keeps_what_was_there(&tools);
    }
}

#[test]
fn a_build_that_is_stopped_never_counts_as_ready() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    // A package whose build never ends.
    let package = sandbox.path().join("endless");
    fs::create_dir_all(&package).unwrap();
    fs::write(package.join("setup.py"), "import time\ntime.sleep(600)\n").unwrap();
    let requirement = format!("endless @ file://{}\n", package.display());
    sandbox.write("demo/text-stats", "requirements.txt", &requirement);
    let tools = Tools::python_only();
    let mut command = tools.command(&sandbox, &["build", "demo/text-stats", "--json"]);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    let run = wait_for("the run", || {
        let name = sandbox.runs().pop()?.file_name()?.to_string_lossy().into_owned();
        (!name.starts_with('.')).then_some(name)
    });
    wait_for("pip", || {
        (sandbox.journal(&run).iter().filter(|line| line["event"] == "started").count() >= 3).then_some(())
    });
    assert_eq!(environment(&sandbox, "demo/text-stats"), "building");
    let (refused, code) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!((refused["state"].as_str(), code), (Some("rejected"), 125), "{refused}");
    assert!(refused["error"].as_str().unwrap().contains(&run[run.len() - 4..]), "{refused}");
    sandbox.plugdeck(&["kill", &run]);
    let report: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(report["state"], "killed");
    assert_ne!(environment(&sandbox, "demo/text-stats"), "ready");
    assert_eq!(sandbox.run(&["demo/text-stats", "sample"]).1, 4);
}

#[test]
fn an_environment_of_somebody_else_is_used_and_replaced_only_with_consent() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let tools = Tools::python_only();
    assert_eq!(environment(&sandbox, "demo/text-stats"), "ready");
    let (report, code) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 4));
    assert!(report["error"].as_str().unwrap().contains("--yes"), "{report}");
    let (_, code) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--yes", "--json"]);
    assert_eq!(code, 0);
}

#[test]
fn a_plan_says_each_step_its_reason_and_its_interpreter() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let tools = Tools::python_only();
    let (plan, code) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--plan", "--json"]);
    assert_eq!((code, &plan["agent"]), (0, &json!("demo/text-stats")));
    let steps = plan["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| !step["reason"].as_str().unwrap().is_empty()));
    assert!(plan["interpreter"].as_str().is_some_and(|path| Path::new(path).is_absolute()), "{plan}");
    assert!(sandbox.runs().is_empty());
}
