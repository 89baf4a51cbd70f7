//! What a run may use: memory, processes, processor time, descriptors. Who wants more is ended, and is told why.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::lives;
use crate::support::sandbox::Sandbox;

/// What was asked of this run.
fn spec(report: &Value) -> String {
    fs::read_to_string(Path::new(report["directory"].as_str().unwrap()).join("spec.json")).unwrap()
}

/// Every process that the run's samples and its look before the end have seen.
fn seen(report: &Value) -> Vec<i64> {
    let folder = Path::new(report["directory"].as_str().unwrap());
    let samples = fs::read_to_string(folder.join("samples.jsonl")).unwrap();
    let looks = samples.lines().map(str::to_owned);
    let evidence = fs::read_to_string(folder.join("evidence/1.json")).unwrap();
    looks
        .chain([evidence])
        .flat_map(|look| {
            serde_json::from_str::<Value>(&look).unwrap()["processes"].as_array().unwrap().clone()
        })
        .map(|process| process["pid"].as_i64().unwrap())
        .collect()
}

/// A run that ends at this limit: its report, after all that was promised of its end is checked.
#[track_caller]
fn ends(sandbox: &Sandbox, arguments: &[&str], sentence: &str) -> Value {
    let (report, code) = sandbox.run(arguments);
    assert_eq!((report["state"].as_str(), code), (Some("killed"), 143), "{report}");
    assert!(report["error"].as_str().unwrap().starts_with(sentence), "{report}");
    let journal = sandbox.journal(report["run"].as_str().unwrap());
    let of = |event: &str| journal.iter().find(|line| line["event"] == event).cloned().unwrap_or_default();
    assert_eq!(of("stop_requested")["cause"], "limit");
    assert_eq!(of("ended")["outcome"]["leftovers"], json!([]));
    let pids = seen(&report);
    assert!(!pids.is_empty() && !pids.iter().any(|pid| lives(*pid)), "{pids:?}");
    report
}

/// The number after this word.
fn number_after(report: &Value, word: &str) -> f64 {
    let sentence = report["error"].as_str().unwrap();
    sentence.split_once(word).unwrap().1.split([' ', ',']).next().unwrap().parse().unwrap()
}

#[test]
fn more_memory_than_the_limit_ends_the_run() {
    let sandbox = Sandbox::with(&["faults/memory"]);
    let arguments = ["faults/memory", "eat", "-p", "megabytes=200", "-p", "seconds=50", "--memory", "100M"];
    let report = ends(&sandbox, &arguments, "memory limit 100 MiB reached at 0:");
    assert!(report["error"].as_str().unwrap().contains(" MiB, python agent.py "), "{report}");
    assert!(report["peak_rss_bytes"].as_u64().unwrap() > 100 << 20, "{report}");
    assert!(number_after(&report, "with ") > 100.0);
}

#[test]
fn more_processes_than_the_limit_end_the_run() {
    let sandbox = Sandbox::with(&["faults/forker"]);
    let arguments = ["-p", "children=20", "-p", "stay_seconds=50", "--processes", "5"];
    let arguments = [&["faults/forker", "leave_children"], &arguments[..]].concat();
    let report = ends(&sandbox, &arguments, "process limit 5 reached at 0:");
    let (_, counts) = report["error"].as_str().unwrap().split_once("with ").unwrap();
    let (all, same) = counts.split_once(", ").unwrap();
    assert!(all.parse::<u32>().unwrap() > 5, "{report}");
    assert_eq!(same, format!("{all} of them python"));
}

#[test]
fn the_processor_time_of_all_processes_together_ends_the_run() {
    let sandbox = Sandbox::with(&["faults/busy"]);
    let arguments = ["faults/busy", "spin", "-p", "seconds=50", "-p", "processes=3", "--cpu", "1"];
    let report = ends(&sandbox, &arguments, "CPU limit 1 s reached at 0:");
    // None of the three has had that much alone when all three together have.
    assert!(number_after(&report, "python agent.py ") < number_after(&report, "with "), "{report}");
    assert!(
        number_after(&report, "with ") * 1_000.0 <= report["cpu_ms"].as_f64().unwrap() + 10.0,
        "{report}"
    );
}

#[test]
fn the_processor_time_of_processes_that_have_ended_counts_once() {
    let sandbox = Sandbox::with(&["faults/busy"]);
    // What an agent says of its own when it is told to end hides nothing.
    let agent = r#"
import os, signal, sys, time
def told(*_):
    print('{"error": "told to end"}', flush=True)
    os._exit(1)
signal.signal(signal.SIGTERM, told)
end = time.monotonic() + 50
while time.monotonic() < end:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        while time.process_time() < 0.1:
            pass
        os._exit(0)
    os.waitpid(pid, 0)
"#;
    sandbox.write("faults/busy", "agent.py", agent);
    let report = ends(&sandbox, &["faults/busy", "spin", "--cpu", "1.5"], "CPU limit 1.5 s reached at 0:");
    assert!(report["error"].as_str().unwrap().contains(", processes that have ended "), "{report}");
    assert!(
        number_after(&report, "with ") * 1_000.0 <= report["cpu_ms"].as_f64().unwrap() + 10.0,
        "{report}"
    );
}

#[test]
fn descriptors_are_limited_by_the_system_in_the_agent_alone() {
    let sandbox = Sandbox::with(&["faults/descriptors", "faults/ok"]);
    let arguments = ["faults/descriptors", "open_many", "-p", "seconds=0", "--open-files", "64"];
    let (report, _) = sandbox.run(&arguments);
    let result = &report["result"];
    assert!(result["opened"].as_u64().unwrap() < 64, "{report}");
    assert!(result["problem"].as_str().unwrap().contains("Too many open files"), "{report}");
    let (report, _) = sandbox.run(&["faults/ok", "surroundings", "--open-files", "64"]);
    assert_eq!(report["result"]["limits"]["RLIMIT_NOFILE"], json!([64, 64]));
    let (report, code) = sandbox.run(&["faults/ok", "echo", "--open-files", "99999999999"]);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 2));
    assert!(report["error"].as_str().unwrap().contains("at most "), "{report}");
}

#[test]
fn a_run_within_its_limits_is_left_alone_and_they_are_recorded() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let limits = ["--memory", "2G", "--processes", "50", "--cpu", "40.5", "--open-files", "200"];
    let (report, code) = sandbox.run(&[&["faults/ok", "echo"], &limits[..]].concat());
    assert_eq!((report["state"].as_str(), code), (Some("succeeded"), 0), "{report}");
    let recorded = serde_json::from_str::<Value>(&spec(&report)).unwrap()["limits"].clone();
    let expected =
        json!({"memory_bytes": 2_147_483_648_u64, "processes": 50, "cpu_ms": 40_500, "open_files": 200});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(recorded[name], *value, "{recorded}");
    }
    // What is not limited is not mentioned.
    let spec = spec(&sandbox.run(&["faults/ok", "echo"]).0);
    assert!(
        !spec.contains("memory_bytes") && !spec.contains("open_files") && !spec.contains("added"),
        "{spec}"
    );
}
