//! `run` and `build` hear signals at every moment of theirs, whoever keeps them waiting.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

use crate::cli::KEYS;
use crate::support::sandbox::{PYTHON, Sandbox};
use crate::support::{lives, send, wait_for};

/// An agent that says much more than a pipe holds, and then nothing for a long time.
const TALKER: &str = "import os, time\nos.write(2, b'a line of some length, again and again\\n' * 20000)\n\
                      time.sleep(50)\n";

/// plugdeck with pipes that nobody reads yet.
fn spawn(sandbox: &Sandbox, arguments: &[&str]) -> Child {
    sandbox.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The one run of a sandbox and its journal, once its program runs.
fn started(sandbox: &Sandbox) -> (String, Vec<Value>) {
    wait_for("the start of the run", || {
        let run = sandbox.runs().pop()?.file_name()?.to_string_lossy().into_owned();
        let journal = sandbox.journal(&run);
        journal.iter().any(|line| line["event"] == "started").then_some((run, journal))
    })
}

fn pid(journal: &[Value], event: &str) -> i64 {
    let line = journal.iter().find(|line| line["event"] == event).unwrap();
    line["pid"].as_i64().or_else(|| line["supervisor"]["pid"].as_i64()).unwrap()
}

/// Whether a signal, by its number, stands in a mask of a process's status.
fn in_mask(pid: u32, mask: &str, signal: u32) -> Option<()> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(mask))?;
    (u64::from_str_radix(line.trim_start_matches(':').trim(), 16).ok()? >> (signal - 1) & 1 == 1)
        .then_some(())
}

/// The report of a process that ended before anything had started.
#[track_caller]
fn ended_before_the_start(sandbox: &Sandbox, child: Child, code: i32) {
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys: Vec<_> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, KEYS);
    assert_eq!((report["state"].as_str(), output.status.code()), (Some("killed"), Some(code)), "{report}");
    assert_eq!(report["run"], Value::Null);
    assert!(sandbox.runs().is_empty());
}

#[test]
fn a_signal_before_the_start_has_its_answer() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    for (name, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        // Parameters that never come.
        let mut command = sandbox.command(&["run", "faults/ok", "echo", "--params-file", "-", "--json"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        wait_for("the readiness", || in_mask(child.id(), "SigBlk", 15));
        send(name, i64::from(child.id()));
        ended_before_the_start(&sandbox, child, code);
        drop(stdin);
    }
}

#[test]
fn a_signal_while_a_build_looks_for_pythons_has_its_answer() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let at = |name: &str| sandbox.path().join(name);
    let tools = at("tools");
    fs::create_dir(&tools).unwrap();
    symlink(&*PYTHON, tools.join("python3")).unwrap();
    // A Python that takes its time to say its version.
    let (asked, go) = (at("asked"), at("go"));
    let script = format!(
        "#!/bin/sh\n: > {}\nwhile [ ! -e {} ]; do /bin/sleep 0.05; done\n",
        asked.display(),
        go.display()
    );
    fs::write(tools.join("python3.13"), script).unwrap();
    fs::set_permissions(tools.join("python3.13"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = sandbox.command(&["build", "demo/text-stats", "--json"]);
    let child = command.env("PATH", &tools).stdout(Stdio::piped()).spawn().unwrap();
    wait_for("the question", || asked.exists().then_some(()));
    send("TERM", i64::from(child.id()));
    fs::write(&go, "").unwrap();
    ended_before_the_start(&sandbox, child, 143);
}

#[test]
fn a_supervisor_that_was_stopped_is_woken_to_do_its_work() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    sandbox.configure("grace: 0.1\nsweep: 0.1\n");
    let call = ["run", "faults/slow", "tick", "-p", "seconds=50", "--json", "--timeout"];
    let stopped = |timeout: &str| {
        let child = spawn(&sandbox, &[&call[..], &[timeout]].concat());
        let (run, journal) = started(&sandbox);
        send("STOP", pid(&journal, "starting"));
        (child, run)
    };
    let answer = |child: Child| {
        let output = child.wait_with_output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        (report["state"].as_str().map(str::to_owned), output.status.code())
    };
    // By the caller's own deadline.
    let (child, _) = stopped("1");
    assert_eq!(answer(child), (Some("timed_out".to_owned()), Some(124)));
    for run in sandbox.runs() {
        fs::remove_dir_all(run).unwrap();
    }
    // By whoever asks for the end.
    let (child, run) = stopped("0");
    assert_eq!(answer(spawn(&sandbox, &["kill", &run, "--json"])), (Some("killed".to_owned()), Some(0)));
    assert_eq!(answer(child), (Some("killed".to_owned()), Some(143)));
}

#[test]
fn a_supervisor_that_is_stopped_before_its_first_word_is_not_waited_for() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    sandbox.configure("grace: 0.1\nsweep: 0.1\n");
    let child = spawn(&sandbox, &["run", "faults/slow", "tick", "-p", "seconds=50", "--json"]);
    // As soon as there is somebody to stop.
    let supervisor = wait_for("the supervisor", || {
        let run = sandbox.runs().pop()?;
        let journal = sandbox.journal(&run.file_name()?.to_string_lossy());
        Some(journal.first()?["supervisor"]["pid"].as_i64().unwrap())
    });
    send("STOP", supervisor);
    send("TERM", i64::from(child.id()));
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["state"].as_str(), output.status.code()), (Some("killed"), Some(143)), "{report}");
    assert!(!lives(supervisor));
}

#[test]
fn a_supervisor_that_does_not_answer_is_ended_with_what_it_watched() {
    let sandbox = Sandbox::with(&["faults/daemon"]);
    sandbox.configure("grace: 0.1\nsweep: 0.1\n");
    let file = sandbox.path().join("daemon");
    let file = format!("pid_file={}", file.display());
    let call = ["run", "faults/daemon", "daemonize", "--json", "-p", "stay_seconds=50", "-p", &file];
    let mut child = spawn(&sandbox, &call);
    let (_, journal) = started(&sandbox);
    let daemon = wait_for("the daemon", || {
        fs::read_to_string(sandbox.path().join("daemon")).ok()?.trim().parse::<i64>().ok()
    });
    let (supervisor, agent) = (pid(&journal, "starting"), pid(&journal, "started"));
    // A process that is traced goes on for nobody else.
    let debugger = Command::new("gdb")
        .args(["-q", "-n", "-p", &supervisor.to_string(), "-ex", "shell sleep 60"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut debugger) = debugger else {
        eprintln!("skipped: there is no gdb here to hold a supervisor");
        send("TERM", i64::from(child.id()));
        child.wait().unwrap();
        return;
    };
    let status = format!("/proc/{supervisor}/status");
    wait_for("the debugger's hold", || {
        fs::read_to_string(&status).unwrap().contains("t (tracing stop)").then_some(())
    });
    send("TERM", i64::from(child.id()));
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["state"].as_str(), output.status.code()), (Some("lost"), Some(125)), "{report}");
    assert!(!lives(supervisor) && !lives(agent) && !lives(daemon));
    debugger.kill().unwrap();
    debugger.wait().unwrap();
}

/// Waits until a pipe that nobody reads holds nothing more.
fn wait_full(pipe: &ChildStderr) {
    let size = u64::try_from(rustix::pipe::fcntl_getpipe_size(pipe).unwrap()).unwrap();
    wait_for("a full pipe", || (rustix::io::ioctl_fionread(pipe).unwrap() > size - 8192).then_some(()));
}

#[test]
fn a_reader_that_does_not_read_makes_nobody_deaf() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.write("faults/ok", "agent.py", TALKER);
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let mut child = spawn(&sandbox, &["run", "faults/ok", "echo"]);
        let stderr = child.stderr.take().unwrap();
        wait_full(&stderr);
        let agent = pid(&started(&sandbox).1, "started");
        send(name, i64::from(child.id()));
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert!(!lives(agent));
        drop(stderr);
    }
}

#[test]
fn after_the_end_a_signal_ends_the_waiting_for_the_reader() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let mut child = spawn(&sandbox, &["run", "faults/flood", "lines", "-p", "count=20000"]);
    let stderr = child.stderr.take().unwrap();
    let (run, _) = started(&sandbox);
    wait_full(&stderr);
    wait_for("the end of the run", || {
        sandbox.journal(&run).iter().any(|line| line["event"] == "ended").then_some(())
    });
    assert!(child.try_wait().unwrap().is_none(), "plugdeck did not wait for its reader");
    send("TERM", i64::from(child.id()));
    assert_eq!(child.wait().unwrap().code(), Some(143));
    drop(stderr);
}

#[test]
fn a_late_reader_gets_every_line_in_order() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let mut child = spawn(&sandbox, &["run", "faults/flood", "lines", "-p", "count=20000"]);
    let stderr = child.stderr.take().unwrap();
    wait_full(&stderr);
    let lines: Vec<_> = BufReader::new(stderr).lines().map(Result::unwrap).collect();
    let report = fs::read_dir(sandbox.runs().pop().unwrap()).unwrap();
    let file = report.map(|entry| entry.unwrap().path()).find(|path| path.ends_with("stderr")).unwrap();
    let expected = fs::read_to_string(Path::new(&file)).unwrap();
    assert_eq!(lines.len(), 20_001);
    assert!(expected.lines().eq(lines[..20_000].iter().map(String::as_str)));
    assert!(lines[20_000].starts_with("succeeded after"), "{}", lines[20_000]);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_signal_that_was_ignored_from_the_start_stays_so() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let program = env!("CARGO_BIN_EXE_plugdeck");
    let script = format!("trap '' HUP INT; exec {program} run faults/slow tick -p seconds=50 --json");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).envs(sandbox.variables()).stdin(Stdio::null()).stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    let (_, journal) = started(&sandbox);
    assert!(in_mask(child.id(), "SigBlk", 15).is_some());
    for name in ["HUP", "INT"] {
        send(name, i64::from(child.id()));
    }
    assert!(in_mask(child.id(), "SigIgn", 1).is_some() && in_mask(child.id(), "SigIgn", 2).is_some());
    assert!(!journal.iter().any(|line| line["event"] == "stop_requested"));
    send("TERM", i64::from(child.id()));
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    // Had one of them counted, it would be the one the exit code tells of.
    assert_eq!((report["state"].as_str(), output.status.code()), (Some("killed"), Some(143)), "{report}");
}

#[test]
fn a_signal_while_an_agent_holds_its_own_folder_is_heard() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let folder = fs::File::open(sandbox.path().join("store/agents/faults/ok")).unwrap();
    folder.lock().unwrap();
    let command = &mut sandbox.command(&["run", "faults/ok", "echo", "--json"]);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    wait_for("the readiness", || in_mask(child.id(), "SigBlk", 15));
    send("TERM", i64::from(child.id()));
    ended_before_the_start(&sandbox, child, 143);
}
