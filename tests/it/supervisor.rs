//! The supervisor's promises, each against an agent that breaks the rule on purpose.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::{lives, wait_for};

/// Sends a signal by its name.
fn signal(name: &str, pid: i64) {
    assert!(Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap().success());
}

/// The pid of a live run's agent, once it is recorded.
fn agent_pid(sandbox: &Sandbox, run: &str) -> i64 {
    wait_for("the agent's start", || {
        sandbox.journal(run).iter().find(|line| line["event"] == "started")?["pid"].as_i64()
    })
}

fn supervisor_pid(sandbox: &Sandbox, run: &str) -> i64 {
    sandbox.journal(run)[0]["supervisor"]["pid"].as_i64().unwrap()
}

fn outcome(sandbox: &Sandbox, run: &str) -> Option<Value> {
    let journal = sandbox.journal(run);
    Some(journal.iter().find(|line| line["event"] == "ended")?["outcome"].clone())
}

#[test]
fn a_child_that_holds_the_pipes_does_not_hold_the_run() {
    let sandbox = Sandbox::with(&["faults/holder"]);
    let (report, _) = sandbox.run(&["faults/holder", "hold", "-p", "seconds=50", "--timeout", "20"]);
    assert_eq!((&report["state"], &report["leftovers_killed"]), (&json!("succeeded"), &json!(1)));
    assert!(!lives(report["result"]["child"].as_i64().unwrap()));
}

#[test]
fn closed_streams_do_not_end_a_run() {
    let sandbox = Sandbox::with(&["faults/closes"]);
    let (report, _) = sandbox.run(&["faults/closes", "close", "-p", "seconds=1"]);
    assert_eq!(report["state"], "succeeded");
    assert!(report["duration_ms"].as_u64() >= Some(1_000), "{report}");
}

#[test]
fn whatever_an_agent_leaves_behind_is_ended_and_counted() {
    let sandbox = Sandbox::with(&["faults/forker", "faults/daemon", "demo/leaver"]);
    let (report, _) = sandbox.run(&["faults/forker", "leave_children", "-p", "children=10"]);
    assert_eq!((&report["state"], &report["leftovers_killed"]), (&json!("succeeded"), &json!(10)));
    for pid in report["result"]["children"].as_array().unwrap() {
        assert!(!lives(pid.as_i64().unwrap()), "{pid} lives");
    }
    let (report, _) = sandbox.run(&["faults/daemon", "daemonize"]);
    assert_eq!((&report["state"], &report["leftovers_killed"]), (&json!("succeeded"), &json!(1)));
    assert!(!lives(report["result"]["daemon"].as_i64().unwrap()));
    let (report, _) = sandbox.run(&["demo/leaver", "leave_child"]);
    assert_eq!((&report["state"], &report["leftovers_killed"]), (&json!("succeeded"), &json!(1)));
}

/// Trees that do not want to end: how they are called, and what the agent says when its tree stands.
const STUBBORN: &[(&[&str], &str)] = &[
    // Children and grandchildren in sessions of their own.
    (&["faults/forker", "leave_children", "-p", "generations=2", "-p", "stay_seconds=40"], "leaving 10"),
    // Forked twice, without variables or streams.
    (&["faults/daemon", "daemonize", "-p", "stay_seconds=40"], "the daemon is process"),
    // Each dies when its successor lives.
    (&["faults/respawner", "chain", "-p", "pause_ms=30", "-p", "stay_seconds=40"], "has begun"),
    // Moves on by being told to end.
    (&["faults/respawner", "dodge", "-p", "stay_seconds=40"], "the dodger is ready"),
    (&["faults/deaf", "ignore", "-p", "children=3", "-p", "seconds=40"], "deaf:"),
    // Listed as zombies while another thread of theirs goes on.
    (&["faults/deaf", "lose_head", "-p", "seconds=40"], "headless"),
    (&["faults/deaf", "lose_head", "-p", "seconds=40", "-p", "in_child=true"], "headless"),
    (&["faults/stopped", "stop_child", "-p", "seconds=40"], "stops itself"),
    (&["faults/stopped", "stop_self", "-p", "seconds=40"], "stops itself"),
    (&["faults/zombies", "leave_unreaped", "-p", "seconds=40"], "have died"),
];

fn with_stubborn_agents() -> Sandbox {
    let agents: std::collections::BTreeSet<_> = STUBBORN.iter().map(|(arguments, _)| arguments[0]).collect();
    let sandbox = Sandbox::with(&agents.into_iter().collect::<Vec<_>>());
    sandbox.configure("grace: 0.3\n");
    sandbox
}

/// Waits until the agent has said that its tree stands.
fn wait_said(sandbox: &Sandbox, run: &str, said: &str) {
    let stderr = sandbox.path().join("state/plugdeck/runs").join(run).join("stderr");
    wait_for(said, || std::fs::read_to_string(&stderr).ok()?.contains(said).then_some(()));
}

/// Whether nothing is left of a run: neither the supervisor, nor whoever was signalled or seen, nor whoever carries
/// the run's mark.
#[track_caller]
fn is_gone(sandbox: &Sandbox, run: &str, arguments: &[&str]) {
    assert_eq!(outcome(sandbox, run).unwrap()["leftovers"], json!([]), "{arguments:?}");
    let supervisor = supervisor_pid(sandbox, run);
    wait_for("the supervisor's end", || (!lives(supervisor)).then_some(()));
    let journal = sandbox.journal(run);
    let signalled: Vec<_> = journal.iter().filter_map(|line| line["pids"].as_array()).collect();
    assert!(signalled.first().is_some_and(|pids| !pids.is_empty()), "{arguments:?}: nobody was told to end");
    for pid in signalled.into_iter().flatten().filter_map(Value::as_i64) {
        assert!(!lives(pid), "{arguments:?}: {pid} lives");
    }
    let mark = format!("PLUGDECK_RUN_ID={run}");
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let environ = std::fs::read(process.path().join("environ")).unwrap_or_default();
        let marked = environ.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes());
        assert!(!marked, "{arguments:?}: {} lives", process.path().display());
    }
}

#[test]
fn a_timeout_ends_the_whole_tree_however_it_resists() {
    let sandbox = with_stubborn_agents();
    let runs: Vec<_> = STUBBORN
        .iter()
        .map(|(arguments, said)| {
            let run = sandbox.detach(&[arguments, &["--timeout", "3"][..]].concat());
            wait_said(&sandbox, &run, said);
            (run, arguments)
        })
        .collect();
    for (run, arguments) in runs {
        let outcome = wait_for("the end", || outcome(&sandbox, &run));
        assert_eq!(outcome["state"], "timed_out", "{arguments:?}");
        is_gone(&sandbox, &run, arguments);
    }
}

#[test]
fn a_stop_ends_the_whole_tree_however_it_resists() {
    let sandbox = with_stubborn_agents();
    for (arguments, said) in STUBBORN {
        let run = sandbox.detach(arguments);
        wait_said(&sandbox, &run, said);
        let done = sandbox.plugdeck(&["kill", &run]);
        assert_eq!(done.code, 0, "{arguments:?}: {}", done.stderr);
        assert!(done.stderr.contains("nothing of it is left (services and containers"), "{}", done.stderr);
        assert_eq!(outcome(&sandbox, &run).unwrap()["state"], "killed", "{arguments:?}");
        is_gone(&sandbox, &run, arguments);
    }
}

#[test]
fn a_killed_follower_harms_nothing_and_another_one_sees_it_all() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let arguments = ["-p", "seconds=50", "-p", "every=0.05", "--timeout", "4"];
    let run = sandbox.detach(&[&["faults/slow", "tick"], &arguments[..]].concat());
    for name in ["INT", "TERM", "HUP", "KILL"] {
        let mut follower = sandbox.command(&["logs", "-f", &run]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(follower.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("tick 1"), "{line}");
        signal(name, i64::from(follower.id()));
        assert!(!follower.wait().unwrap().success());
    }
    assert!(lives(agent_pid(&sandbox, &run)));
    let followed = sandbox.plugdeck(&["logs", "-f", &run]).stdout;
    assert!(
        followed.lines().count() > 20 && followed.lines().next().unwrap().ends_with("tick 1"),
        "{followed}"
    );
    assert_eq!(outcome(&sandbox, &run).unwrap()["state"], "timed_out");
}

#[test]
fn every_byte_is_kept() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let (report, _) = sandbox.run(&["faults/flood", "lines", "-p", "count=200000", "-p", "stream=stderr"]);
    let directory = std::path::Path::new(report["directory"].as_str().unwrap());
    let stderr = std::fs::read_to_string(directory.join("stderr")).unwrap();
    assert_eq!(report["stderr_lines"], json!(stderr.lines().count()));
    assert_eq!(stderr.lines().count(), 200_000);
    assert!(stderr.lines().last().unwrap().contains("200000"));
    let timeline = std::fs::read(directory.join("timeline")).unwrap();
    let recorded: u64 = timeline
        .chunks_exact(16)
        .map(|record| u64::from(u32::from_le_bytes(record[12..16].try_into().unwrap())))
        .sum();
    assert_eq!(
        Some(recorded),
        report["stdout_bytes"].as_u64().zip(report["stderr_bytes"].as_u64()).map(|(a, b)| a + b)
    );
}

#[test]
fn a_run_directory_is_private_whatever_the_umask() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let program = env!("CARGO_BIN_EXE_plugdeck");
    let script = format!("umask 000; exec {program} run faults/ok surroundings --json");
    let output = Command::new("sh").args(["-c", &script]).envs(sandbox.variables()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let directory = std::path::Path::new(report["directory"].as_str().unwrap());
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(directory), 0o700);
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        // The agent's own Python may leave its byte code beside the hook.
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
}

#[test]
fn an_agent_starts_as_from_a_shell() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let folder = sandbox.agent("faults/ok");
    // What a caller may have set, the agent finds; what it ignores or has open, the agent does not.
    let odd = "umask 027; ulimit -n 333; ulimit -c 0";
    let surroundings = |script: String| {
        let output = Command::new("nice")
            .args(["-n", "3", "sh", "-c", &script])
            .envs(sandbox.variables())
            .current_dir(&folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["result"].clone()
    };
    let program = env!("CARGO_BIN_EXE_plugdeck");
    let leaks = "trap '' USR2 QUIT; exec 7</dev/zero 9>/dev/null";
    let mut run = surroundings(format!("{odd}; {leaks}; exec {program} run faults/ok surroundings --json"));
    // The stack signal is the hook's.
    for place in ["signals", "status"] {
        let caught = u64::from_str_radix(run[place]["SigCgt"].as_str().unwrap(), 16).unwrap();
        assert_ne!(caught & 1 << 60, 0);
        run[place]["SigCgt"] = json!(format!("{:016x}", caught & !(1 << 60)));
    }
    let payload = r#"{"method":"surroundings","parameters":{}}"#;
    let python = folder.join(".venv/bin/python");
    // What the tests themselves were told to ignore is nothing a shell hands on.
    let python = format!("env --default-signal {}", python.display());
    let direct = surroundings(format!("{odd}; exec {python} agent.py '{payload}'"));
    for key in [
        "argument_count",
        "argument_bytes",
        "argv0",
        "cwd",
        "executable",
        "file",
        "limits",
        "module",
        "nice",
        "out_of_memory_score",
        "prefix",
        "signals",
        "stdin_is_null",
        "sys_path_0",
        "umask",
    ] {
        assert!(!direct[key].is_null(), "{key}");
        assert_eq!(run[key], direct[key], "{key}");
    }
    // Whatever the tests themselves have inherited. The stack's file is high up, out of the agent's way.
    let descriptors: Vec<_> = run["descriptors"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(descriptors, ["0", "1", "2", "325"]);
    let facts = run["status"].as_object().unwrap();
    assert!(facts.contains_key("SigIgn") && facts.contains_key("NoNewPrivs"), "{facts:?}");
    for key in facts.keys().filter(|key| {
        ["Sig", "Shd", "Cap", "Uid", "Gid", "Groups", "Umask", "NoNew", "Seccomp", "Cpus", "Mems", "THP"]
            .iter()
            .any(|start| key.starts_with(start))
            // How many signals of the whole user are waiting.
            && *key != "SigQ"
    }) {
        assert_eq!(run["status"][key], direct["status"][key], "{key}");
    }
    let variables = |found: &Value| -> BTreeSet<String> {
        found["variables"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let more: Vec<_> = variables(&run).difference(&variables(&direct)).cloned().collect();
    let expected = ["PLUGDECK_RUN_ID", "PLUGDECK_STACK_DIR", "PYTHONPATH"];
    assert!(more.iter().all(|name| expected.contains(&name.as_str())), "{more:?}");
    assert_eq!((&run["session"], &run["group"]), (&run["pid"], &run["pid"]));
    assert_eq!((&run["has_terminal"], &run["stdin_is_null"]), (&json!(false), &json!(true)));
}

#[test]
fn a_payload_of_any_size_travels_and_stands_in_no_argument_list() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let text = "x".repeat(3 << 20);
    sandbox.write("faults/ok", "payload.json", &json!({ "text": text }).to_string());
    let file = sandbox.agent("faults/ok").join("payload.json");
    let (report, code) = sandbox.run(&["faults/ok", "echo", "--params-file", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{}", report["error"]);
    assert_eq!(report["result"]["parameters"]["text"].as_str().unwrap().len(), text.len());
    let journal = sandbox.journal(report["run"].as_str().unwrap());
    let argv = journal.iter().find(|line| line["event"] == "started").unwrap()["argv"].clone();
    assert_eq!(argv.as_array().unwrap().len(), 2);
}

#[test]
fn run_stops_its_run_on_a_signal_and_says_by_which() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    for (name, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let before = sandbox.runs().len();
        let arguments = ["run", "faults/slow", "tick", "-p", "seconds=50", "--json"];
        let child = sandbox.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let run = wait_for("the run", || {
            let newest = sandbox.runs().into_iter().rfind(|path| !path.to_string_lossy().contains("/."))?;
            (sandbox.runs().len() > before)
                .then(|| newest.file_name().unwrap().to_string_lossy().into_owned())
        });
        let agent = agent_pid(&sandbox, &run);
        signal(name, i64::from(child.id()));
        let output = child.wait_with_output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((report["state"].as_str(), output.status.code()), (Some("killed"), Some(code)));
        assert!(!lives(agent));
    }
}

#[test]
fn a_killed_caller_leaves_the_run_to_its_supervisor() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let arguments = ["run", "faults/slow", "tick", "-p", "seconds=50", "--timeout", "2"];
    let mut child = sandbox.command(&arguments).stderr(Stdio::null()).spawn().unwrap();
    let run = wait_for("the run", || {
        let run = sandbox.runs().pop()?.file_name()?.to_string_lossy().into_owned();
        (!run.starts_with('.')).then_some(run)
    });
    let agent = agent_pid(&sandbox, &run);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(lives(agent));
    let outcome = wait_for("the timeout", || outcome(&sandbox, &run));
    assert_eq!(outcome["state"], "timed_out");
    assert!(!lives(agent));
}

#[test]
fn a_detached_run_is_listed_followed_and_killed_with_proof() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let run = sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50"]);
    let agent = agent_pid(&sandbox, &run);
    let live = wait_for("the first sample", || {
        let live = sandbox.plugdeck(&["ps", "--json"]).json();
        (!live[0]["processes"].as_array()?.is_empty()).then_some(live)
    });
    let keys: Vec<_> = live[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["run", "agent", "method", "state", "elapsed_ms", "silence_ms", "stuck", "processes"]);
    let process = &live[0]["processes"][0];
    let keys: Vec<_> = process.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["pid", "ppid", "state", "cpu_percent", "rss_bytes", "command"]);
    assert_eq!((&live[0]["run"], process["pid"].as_i64()), (&json!(run), Some(agent)));

    wait_for("the first line", || sandbox.plugdeck(&["logs", &run]).stdout.contains("tick 1").then_some(()));
    let follower = sandbox.command(&["logs", "-f", &run]).stdout(Stdio::piped()).spawn().unwrap();
    let done = sandbox.plugdeck(&["kill", &run[run.len() - 4..], "--json"]);
    assert_eq!((done.code, &done.json()["state"]), (0, &json!("killed")));
    assert!(!lives(agent));
    let followed = String::from_utf8(follower.wait_with_output().unwrap().stdout).unwrap();
    assert!(followed.contains("tick 1"), "{followed}");
    assert_eq!(sandbox.plugdeck(&["ps", "--json"]).json(), json!([]));
    assert_eq!(sandbox.plugdeck(&["kill", "ffffff"]).code, 3);
}

#[test]
fn without_its_supervisor_an_agent_dies_and_the_run_is_lost() {
    let sandbox = Sandbox::with(&["faults/slow", "faults/kills-parent"]);
    let run = sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50"]);
    let agent = agent_pid(&sandbox, &run);
    signal("KILL", supervisor_pid(&sandbox, &run));
    wait_for("the agent's end", || (!lives(agent)).then_some(()));
    let row = sandbox.plugdeck(&["ps", "--all", "--json"]).json()[0].clone();
    assert_eq!(row["state"], "lost");
    let (report, code) = sandbox.run(&["faults/kills-parent", "attack", "-p", "confirm=true"]);
    assert_eq!((report["state"].as_str(), code), (Some("lost"), 125));
}

#[test]
fn what_a_vanished_supervisor_leaves_behind_is_ended_by_the_caller() {
    let sandbox = Sandbox::with(&["faults/deaf"]);
    let arguments = ["run", "faults/deaf", "ignore", "-p", "seconds=50", "-p", "children=2", "--json"];
    let child = sandbox.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let run = wait_for("the run", || Some(sandbox.runs().pop()?.file_name()?.to_string_lossy().into_owned()));
    let agent = agent_pid(&sandbox, &run);
    let children = wait_for("the agent's children", || {
        let text = std::fs::read_to_string(format!("/proc/{agent}/task/{agent}/children")).ok()?;
        let children: Vec<i64> = text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
        (children.len() == 2).then_some(children)
    });
    signal("KILL", supervisor_pid(&sandbox, &run));
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["state"].as_str(), output.status.code()), (Some("lost"), Some(125)));
    assert!(!lives(agent) && !children.into_iter().any(lives));
}

#[test]
fn a_hundred_runs_at_once_all_end_right() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let words: Vec<String> = (0..100).map(|number| format!("run-{number}-")).collect();
    let children: Vec<_> = words
        .iter()
        .map(|word| {
            let word = format!("word={word}");
            let arguments = ["run", "faults/ok", "say", "--json", "-p", &word, "-p", "lines=50"];
            sandbox.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut ids = BTreeSet::new();
    for (child, word) in children.into_iter().zip(&words) {
        let output = child.wait_with_output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (report["state"].as_str(), output.status.code()),
            (Some("succeeded"), Some(0)),
            "{report}"
        );
        assert_eq!((report["result"].as_str(), output.stderr.as_slice()), (Some(word.as_str()), &b""[..]));
        let stderr = std::path::Path::new(report["directory"].as_str().unwrap()).join("stderr");
        let expected: Vec<_> = (1..=50).map(|number| format!("{word} {number}")).collect();
        assert_eq!(std::fs::read_to_string(stderr).unwrap().lines().collect::<Vec<_>>(), expected);
        ids.insert(report["run"].as_str().unwrap().to_owned());
    }
    assert_eq!((ids.len(), sandbox.runs().len()), (100, 100));
    assert_eq!(sandbox.plugdeck(&["ps", "--json"]).json(), json!([]));
}

#[test]
fn an_interpreter_that_cannot_start_is_rejected_with_the_reason() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let python = sandbox.agent("faults/ok").join(".venv/bin/python");
    std::fs::remove_file(&python).unwrap();
    std::fs::write(&python, "#!/nowhere/python\n").unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (report, code) = sandbox.run(&["faults/ok", "echo"]);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 125));
    assert!(report["error"].as_str().unwrap().contains(python.to_str().unwrap()), "{report}");
}
