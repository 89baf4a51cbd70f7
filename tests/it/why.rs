//! Why a run does not go on: each way of being stuck is named, its place in the agent's code with it, and looking
//! harms nobody.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::{lives, send, wait_for};

/// A method of `faults/stuck`, what it is, and whether a process below the agent is to blame.
const KINDS: &[(&str, &str, bool)] = &[
    ("wait_socket", "socket", false),
    ("wait_socket_with_timeout", "socket", false),
    ("wait_in_thread", "socket", false),
    ("wait_in_child", "socket", true),
    ("async_socket", "socket", false),
    ("connect", "connecting", false),
    ("dribble", "healthy", false),
    ("stdin", "stdin", false),
    ("child", "child", true),
    ("child_output", "child", true),
    ("child_stdin", "stdin", true),
    ("sleep", "sleep", false),
    ("select_sleep", "sleep", false),
    ("async_sleep", "sleep", false),
    ("lock", "lock", false),
    ("async_future", "lock", false),
    ("file_lock", "file_lock", false),
    ("busy", "busy", false),
    ("stopped", "stopped", false),
    ("pipe_full", "pipe_full", false),
    ("child_pipe_full", "pipe_full", true),
    ("fifo", "pipe", false),
    ("pipe", "pipe", false),
    ("wait_signal", "signal", false),
    ("pause", "signal", false),
    ("zombie", "zombie", false),
    ("memory", "memory_growing", false),
    ("healthy", "healthy", false),
];

/// Servers that are no help: one takes requests and never answers, one sends a byte now and then, one takes nobody.
struct Servers {
    silent: u16,
    dripping: u16,
    full: u16,
    _full: TcpListener,
}

impl Servers {
    fn start() -> Self {
        let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let (silent, dripping, full) = (listen(), listen(), listen());
        let ports = (port(&silent), port(&dripping), port(&full));
        std::thread::spawn(move || silent.incoming().map_while(Result::ok).collect::<Vec<_>>());
        std::thread::spawn(move || {
            for mut stream in dripping.incoming().map_while(Result::ok) {
                std::thread::spawn(move || {
                    // From one byte to the next it waits for its client to go.
                    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
                    while stream.write_all(b"x").is_ok() && !matches!(stream.read(&mut [0; 1024]), Ok(0)) {}
                });
            }
        });
        rustix::net::listen(&full, 0).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], ports.2));
        for _ in 0..4 {
            std::thread::spawn(move || {
                let _kept = TcpStream::connect_timeout(&address, Duration::from_secs(50));
                std::thread::park_timeout(Duration::from_secs(50));
            });
        }
        let servers = Self { silent: ports.0, dripping: ports.1, full: ports.2, _full: full };
        wait_for("a full backlog", || servers.is_full().then_some(()));
        servers
    }

    /// Whether somebody waits in vain for a connection to the full one: a request that is answered by nobody.
    fn is_full(&self) -> bool {
        let port = format!(":{:04X} 02 ", self.full);
        std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&port)
    }

    /// The parameters of a method.
    fn port(&self, method: &str) -> Option<u16> {
        match method {
            "connect" => Some(self.full),
            "dribble" => Some(self.dripping),
            "wait_socket"
            | "wait_socket_with_timeout"
            | "wait_in_thread"
            | "wait_in_child"
            | "async_socket" => Some(self.silent),
            _ => None,
        }
    }
}

/// A run of `faults/stuck`, once it has said that it is about to be stuck.
fn stuck(sandbox: &Sandbox, servers: &Servers, method: &str) -> String {
    let port = servers.port(method).map(|port| format!("port={port}"));
    let mut arguments = vec!["faults/stuck", method];
    arguments.extend(port.iter().flat_map(|port| ["-p", port]));
    let run = sandbox.detach(&arguments);
    let stderr = sandbox.path().join("state/plugdeck/runs").join(&run).join("stderr");
    wait_for(method, || (stderr.metadata().ok()?.len() > 0).then_some(()));
    run
}

fn agent_pid(sandbox: &Sandbox, run: &str) -> i64 {
    wait_for("the agent's start", || {
        sandbox.journal(run).iter().find(|line| line["event"] == "started")?["pid"].as_i64()
    })
}

/// Every frame of all threads.
fn frames(answer: &Value) -> Vec<&Value> {
    let threads = answer["python"]["threads"].as_array().unwrap();
    threads.iter().flat_map(|thread| thread["frames"].as_array().unwrap()).collect()
}

#[test]
fn each_way_of_being_stuck_is_named_with_its_place() {
    let (sandbox, servers) = (Sandbox::with(&["faults/stuck"]), Servers::start());
    let check = |(method, kind, below): &(&str, &str, bool)| {
        let run = stuck(&sandbox, &servers, method);
        let agent = agent_pid(&sandbox, &run);
        // What says that it is about to be stuck is not stuck yet: the first answer may be an earlier truth. After
        // it, whoever is not right must not be sure.
        let mut first = true;
        let answer = wait_for(&format!("{method} as {kind}"), || {
            let answer = sandbox.plugdeck(&["why", &run, "--json"]).json();
            let right = answer["kind"] == *kind;
            assert!(right || first || answer["confidence"] != "high", "{method}: {answer}");
            first = false;
            right.then_some(answer)
        });
        assert_eq!(answer["pid"].as_i64() != Some(agent), *below, "{method}: {answer}");
        let keys: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "run",
            "state",
            "kind",
            "confidence",
            "sentence",
            "pid",
            "silence_ms",
            "cpu_percent",
            "rss_bytes",
            "python",
            "kernel",
            "sockets",
            "files",
            "last_output",
        ];
        assert_eq!(keys, expected);
        let own = |file: &Value| file["path"].as_str().unwrap().contains("stack");
        assert!(!answer["files"].as_array().unwrap().iter().any(own), "{method}: {answer}");
        // Asked where it could be without harm.
        if ["stopped", "pause"].contains(method) {
            assert!(
                frames(&answer).is_empty() && answer["python"]["reason"].is_string(),
                "{method}: {answer}"
            );
        } else if *method != "wait_in_child" {
            let found = frames(&answer)
                .iter()
                .any(|frame| frame["function"] == **method && frame["in_agent"] == true);
            assert!(found, "{method}: {answer}");
        }
        if let Some(port) = servers.port(method) {
            assert!(answer["sentence"].as_str().unwrap().contains(&port.to_string()), "{answer}");
        }
        assert!(lives(agent), "{method}: looking has ended it");
        sandbox.plugdeck(&["kill", &run]);
    };
    // Not all at once: what has no processor cannot be told from what waits.
    for some in KINDS.chunks(7) {
        std::thread::scope(|scope| {
            for one in some {
                scope.spawn(move || check(one));
            }
        });
    }
}

#[test]
fn a_busy_loop_is_sure_when_three_looks_have_met_it_in_one_function() {
    let (sandbox, servers) = (Sandbox::with(&["faults/stuck"]), Servers::start());
    let run = stuck(&sandbox, &servers, "busy");
    let look = || sandbox.plugdeck(&["why", &run, "--json"]).json();
    // A machine with more to do than processors may meet it between two turns, and then begins to count anew.
    let mut busy = Vec::new();
    wait_for("three busy looks in a row", || {
        let answer = look();
        if answer["kind"] != "busy" || frames(&answer).is_empty() {
            busy.clear();
            return None;
        }
        busy.push(answer);
        (busy.len() >= 3 && busy.last()?["confidence"] == "high").then_some(())
    });
    assert!(busy[..2].iter().all(|answer| answer["confidence"] == "maybe"), "{busy:?}");
    let sentences = [&busy[0], &busy[busy.len() - 1]].map(|answer| answer["sentence"].as_str().unwrap());
    assert!(sentences[0].starts_with("maybe: ") && sentences[0].contains("busy (agent.py:"), "{sentences:?}");
    assert!(sentences[1].contains("in one function: busy in three samples over 1"), "{sentences:?}");
    assert!(sentences[1].contains("looks in a row, in busy (agent.py:"), "{sentences:?}");
}

#[test]
fn an_ordinary_user_sees_the_same() {
    let known = Command::new("setpriv").arg("--version").stdout(Stdio::null()).status();
    if !known.is_ok_and(|status| status.success()) || !rustix::process::geteuid().is_root() {
        eprintln!("skipped: no root, or no setpriv");
        return;
    }
    let (sandbox, servers) = (Sandbox::with(&["faults/stuck"]), Servers::start());
    let python = sandbox.agent("faults/stuck").join(".venv/bin/python");
    let as_user = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program).args(arguments);
        command.envs(sandbox.variables()).stdin(Stdio::null());
        command
    };
    // The program and the interpreter may stand where only root looks.
    let program = sandbox.path().join("plugdeck");
    std::fs::copy(env!("CARGO_BIN_EXE_plugdeck"), &program).unwrap();
    let system = Path::new("/usr/bin/python3");
    if !system.exists() {
        eprintln!("skipped: no python3 that everybody may use");
        return;
    }
    std::fs::remove_file(&python).unwrap();
    std::os::unix::fs::symlink(system, &python).unwrap();
    std::fs::set_permissions(sandbox.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    Command::new("chown").args(["-R", "65534:65534"]).arg(sandbox.path()).status().unwrap();
    let call = |arguments: &[&str]| -> Value {
        let output = as_user(&program, arguments).output().unwrap();
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    };
    for (method, kind) in [("wait_socket_with_timeout", "socket"), ("lock", "lock"), ("child", "child")] {
        let port = format!("port={}", servers.silent);
        let mut arguments = vec!["run", "--detach", "faults/stuck", method];
        if servers.port(method).is_some() {
            arguments.extend(["-p", &port]);
        }
        let run = call(&arguments)["run"].as_str().unwrap().to_owned();
        wait_for(method, || {
            let answer = call(&["why", &run, "--json"]);
            let found = frames(&answer).iter().any(|frame| frame["function"] == method);
            (answer["kind"] == kind && found).then_some(())
        });
        call(&["kill", &run, "--json"]);
    }
}

#[test]
fn what_a_run_did_before_its_end_is_kept() {
    let (sandbox, servers) = (Sandbox::with(&["faults/stuck"]), Servers::start());
    let stopped = stuck(&sandbox, &servers, "wait_socket");
    sandbox.plugdeck(&["kill", &stopped]);
    let port = format!("port={}", servers.silent);
    let timed_out = sandbox.detach(&["faults/stuck", "wait_socket", "-p", &port, "--timeout", "2"]);
    for (run, state, why) in [(stopped, "killed", "stop"), (timed_out, "timed_out", "timeout")] {
        let journal = wait_for("the end", || {
            let journal = sandbox.journal(&run);
            (journal.last()?["event"] == "ended").then_some(journal)
        });
        let at = |event: &str| journal.iter().position(|line| line["event"] == event);
        assert!(at("stop_requested") < at("evidence") && at("evidence") < at("signalled"), "{journal:?}");
        assert_eq!(journal[at("evidence").unwrap()]["why"], why);
        let answer = sandbox.plugdeck(&["why", &run, "--json"]).json();
        assert_eq!((&answer["state"], &answer["kind"]), (&json!(state), &json!("socket")), "{answer}");
        assert!(frames(&answer).iter().any(|frame| frame["function"] == "wait_socket"), "{answer}");
        let page = sandbox.plugdeck(&["why", &run]).stdout;
        assert!(page.contains("← agent code") && page.contains(&servers.silent.to_string()), "{page}");
    }
}

#[test]
fn a_second_request_to_end_waits_for_no_evidence_and_none_is_invented() {
    let (sandbox, servers) = (Sandbox::with(&["faults/stuck"]), Servers::start());
    let run = stuck(&sandbox, &servers, "sleep");
    let supervisor = sandbox.journal(&run)[0]["supervisor"]["pid"].as_i64().unwrap();
    // Both are heard together by a supervisor that goes on; a signal that is pending twice comes once, so the second
    // is sent when the first was heard.
    send("TERM", supervisor);
    wait_for("the stop", || {
        sandbox.journal(&run).iter().any(|line| line["event"] == "stop_requested").then_some(())
    });
    send("TERM", supervisor);
    let journal = wait_for("the end", || {
        let journal = sandbox.journal(&run);
        (journal.last()?["event"] == "ended").then_some(journal)
    });
    let first = journal.iter().find(|line| line["event"] == "signalled").unwrap();
    let recorded = journal.iter().any(|line| line["event"] == "evidence");
    // Whoever is quick enough skips the record: then the first signal is KILL.
    assert_eq!(first["signal"], json!(if recorded { 15 } else { 9 }), "{journal:?}");
    let answer = sandbox.plugdeck(&["why", &run, "--json"]).json();
    let kind = if recorded { "sleep" } else { "unknown" };
    assert_eq!((answer["kind"].as_str(), &answer["state"]), (Some(kind), &json!("killed")));
}

#[test]
fn a_process_that_would_die_of_the_signal_is_never_asked() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let code = "import faulthandler, json, os, sys, time\n\
        if '{HOW}' == 'unregister':\n    faulthandler.unregister(61)\n\
        else:\n    os.closerange(3, 4096)\n    open('/dev/null')\n\
        print('ready', file=sys.stderr)\ntime.sleep(40)\nprint(json.dumps({'result': 1}))\n";
    for (how, reason) in [("unregister", "does not listen"), ("close", "stack file is closed")] {
        sandbox.write("faults/ok", "agent.py", &code.replace("{HOW}", how));
        let run = sandbox.detach(&["faults/ok", "echo"]);
        let stderr = sandbox.path().join("state/plugdeck/runs").join(&run).join("stderr");
        wait_for("the agent", || (stderr.metadata().ok()?.len() > 0).then_some(()));
        let answer = sandbox.plugdeck(&["why", &run, "--json"]).json();
        assert!(answer["python"]["reason"].as_str().unwrap().contains(reason), "{answer}");
        assert_eq!(answer["kind"], "sleep");
        assert!(lives(agent_pid(&sandbox, &run)));
        sandbox.plugdeck(&["kill", &run]);
    }
}

#[test]
fn pipes_are_drained_while_the_tree_is_looked_at() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let run = sandbox.detach(&["faults/flood", "lines", "-p", "count=3000000", "-p", "stream=stderr"]);
    let stderr = sandbox.path().join("state/plugdeck/runs").join(&run).join("stderr");
    let printed = || stderr.metadata().map_or(0, |file| file.len());
    wait_for("output", || (printed() > 0).then_some(()));
    let before = printed();
    let answer = sandbox.plugdeck(&["why", &run, "--json"]).json();
    // Far more than a pipe holds.
    assert!(printed() > before + (1 << 20), "{answer}");
    sandbox.plugdeck(&["kill", &run]);
}

#[test]
fn stack_shows_every_thread_of_every_python() {
    let (sandbox, servers) = (Sandbox::with(&["faults/stuck"]), Servers::start());
    let run = stuck(&sandbox, &servers, "wait_in_thread");
    wait_for("both threads", || {
        let stacks = sandbox.plugdeck(&["stack", &run, "--json"]).json();
        let threads = stacks["processes"][0]["threads"].as_array()?.clone();
        let names: Vec<_> = threads.iter().map(|thread| thread["thread"].as_str().unwrap()).collect();
        let inner = threads.get(1)?["frames"].as_array()?;
        (names[0] == "MainThread" && names[1].parse::<i32>().is_ok() && inner[0]["function"] == "wait_socket")
            .then_some(())
    });
    assert!(sandbox.plugdeck(&["stack", &run]).stdout.contains("▸ wait_in_thread"));
}

#[test]
fn a_forked_python_and_one_that_was_started_have_stacks_of_their_own() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let code = "import os, subprocess, sys, time\n\
        def first():\n    time.sleep(40)\n\
        def forked():\n    time.sleep(40)\n\
        if os.fork() == 0:\n    forked()\n\
        subprocess.Popen([sys.executable, '-c', 'def started():\\n    import time\\n    time.sleep(40)\\nstarted()'])\n\
        first()\n";
    sandbox.write("faults/ok", "agent.py", code);
    let run = sandbox.detach(&["faults/ok", "echo"]);
    let agent = agent_pid(&sandbox, &run);
    let innermost =
        |process: &Value| Some(process["threads"][0]["frames"][0]["function"].as_str()?.to_owned());
    let found = wait_for("three stacks", || {
        let stacks = sandbox.plugdeck(&["stack", &run, "--json"]).json();
        let mut found = Vec::new();
        for process in stacks["processes"].as_array()? {
            found.push((innermost(process)?, process["pid"].as_i64()? == agent));
        }
        found.sort();
        (found.len() == 3).then_some(found)
    });
    let expected = [("first", true), ("forked", false), ("started", false)];
    assert_eq!(found, expected.map(|(function, is_agent)| (function.to_owned(), is_agent)));
    let folder = sandbox.path().join("state/plugdeck/runs").join(&run).join("stack");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2, "the first one writes into memory");
    sandbox.plugdeck(&["kill", &run]);
}

#[test]
fn silence_is_noticed_and_ends_a_run_only_where_that_was_asked_for() {
    let sandbox = Sandbox::with(&["faults/stuck"]);
    sandbox.configure("silence_notice: 0.5\n");
    let run = sandbox.detach(&["faults/stuck", "sleep"]);
    wait_for("the notice", || {
        sandbox.journal(&run).iter().any(|line| line["event"] == "silence").then_some(())
    });
    let row = sandbox.plugdeck(&["ps", "--json"]).json()[0].clone();
    assert_eq!((&row["state"], &row["stuck"]), (&json!("running"), &json!(true)));
    sandbox.plugdeck(&["kill", &run]);
    let (report, code) = sandbox.run(&["faults/stuck", "sleep", "--silence", "1"]);
    assert_eq!((report["state"].as_str(), code), (Some("killed"), 143));
    assert!(report["error"].as_str().unwrap().contains("nothing was printed for 1 s"), "{report}");
}

#[test]
fn a_run_has_a_notice_of_its_own_whatever_the_settings_say() {
    let sandbox = Sandbox::with(&["faults/stuck"]);
    sandbox.configure("silence_notice: 0\n");
    let usual = sandbox.detach(&["faults/stuck", "sleep"]);
    let noticed = |run: &str| sandbox.journal(run).iter().any(|line| line["event"] == "silence");
    let stuck = |run: &str| {
        let rows = sandbox.plugdeck(&["ps", "--json"]).json();
        let row = rows.as_array().unwrap().iter().find(|row| row["run"] == run).cloned().unwrap();
        row["stuck"] == true
    };
    let own = sandbox.detach(&["faults/stuck", "sleep", "--silence-notice", "0.5s"]);
    // What it prints at its start may come after a first notice.
    wait_for("the notice", || (noticed(&own) && stuck(&own)).then_some(()));
    assert!(!stuck(&usual) && !noticed(&usual));
    // The dashboard goes by it too, and its copy of the call has it.
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_until("one of two", |text| text.contains("▶ 2") && text.contains("◐ 1 stuck"));
    screen.send("2gyc");
    screen.wait_for("OSC 52");
    sandbox.plugdeck(&["kill", &own]);
    sandbox.plugdeck(&["kill", &usual]);
    // And the other way round: a run that may be silent.
    sandbox.configure("silence_notice: 0.5\n");
    let usual = sandbox.detach(&["faults/stuck", "sleep"]);
    let own = sandbox.detach(&["faults/stuck", "sleep", "--silence-notice", "off"]);
    wait_for("the usual notice", || (noticed(&usual) && stuck(&usual)).then_some(()));
    wait_for("a silence as long", || {
        let rows = sandbox.plugdeck(&["ps", "--json"]).json();
        let row = rows.as_array().unwrap().iter().find(|row| row["run"] == own.as_str()).cloned()?;
        (row["silence_ms"].as_u64()? > 600).then_some(())
    });
    assert!(!stuck(&own) && !noticed(&own));
}

#[test]
fn a_run_that_nobody_looked_at_says_so() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (report, _) = sandbox.run(&["faults/ok", "echo"]);
    let answer = sandbox.plugdeck(&["why", report["run"].as_str().unwrap(), "--json"]).json();
    assert_eq!((&answer["kind"], &answer["confidence"]), (&json!("unknown"), &json!("none")));
    assert!(answer["sentence"].as_str().unwrap().contains("nobody looked"));
    assert_eq!(sandbox.plugdeck(&["why", "ffffff", "--json"]).code, 3);
}

#[test]
fn the_dashboard_says_why_opens_the_place_and_keeps_what_was_found_before_the_stop() {
    let (sandbox, servers) = (Sandbox::with(&["faults/stuck"]), Servers::start());
    sandbox.configure("silence_notice: 1\ngrace: 0.3\n");
    let run = stuck(&sandbox, &servers, "wait_socket");
    let editor = sandbox.path().join("editor");
    // An editor that must not be ended by the key that interrupts.
    let script = "#!/bin/sh\ntrap 'echo interrupted' INT\necho \"opened $@\"\nuntil read line; do :; done\necho \"$@\" > \"$0.said\"\n";
    std::fs::write(&editor, script).unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).unwrap();
    let variables = [("VISUAL", ""), ("EDITOR", editor.to_str().unwrap())];
    let mut screen = Screen::start_with(&sandbox, &[], &variables, 120, 40);
    screen.wait_until("agents and runs", |text| text.contains("env ok") && text.contains("◐ 1 stuck"));
    // No run is selected: it goes to the stuck one.
    screen.send("w");
    let port = servers.silent.to_string();
    let says = |text: &str| text.contains("no answer from 127.0.0.1") && text.contains(&port);
    screen.wait_until("the verdict", says);
    screen.wait_until("its place", |text| {
        text.contains("wait_socket") && text.contains("agent code") && text.contains("a stack was taken at")
    });
    let line = sandbox.plugdeck(&["why", &run, "--json"]).json();
    let line = frames(&line).iter().find(|frame| frame["in_agent"] == true).unwrap()["line"].to_string();
    screen.send("o");
    let place = format!("+{line} {}", sandbox.agent("faults/stuck").join("agent.py").display());
    screen.wait_for("opened");
    screen.send("\u{3}");
    screen.wait_for("interrupted");
    screen.send("\n");
    screen.wait_until("the page again", says);
    let said = std::fs::read_to_string(sandbox.path().join("editor.said")).unwrap();
    assert_eq!(said.trim(), place);
    screen.send("x");
    screen.wait_for("Stop");
    screen.send("\r");
    screen.wait_for("verified: 0 processes left");
    screen.send("\u{1b}");
    screen.wait_gone("verified");
    screen.wait_until("the black box", |text| text.contains("found when it was stopped") && says(text));
    screen.send("\u{1b}");
    screen.wait_for("2 Runs");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
}
