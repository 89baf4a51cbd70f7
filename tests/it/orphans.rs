//! Orphans: found by a look that changes nothing, ended by `clean` and by the dashboard with proof; what is not
//! proven to be an agent's is left alone.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::sandbox::{PYTHON, Sandbox};
use crate::support::screen::Screen;
use crate::support::{lives, send, wait_for};

/// Starts a program as another tool would that is then killed: in a session of the tool's, and nobody waits for it.
const LEAVE: &str = r#"
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir(sys.argv[1])
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        with open(sys.argv[2] + ".new", "w") as file:
            file.write(str(os.getpid()))
        os.rename(sys.argv[2] + ".new", sys.argv[2])
        os.execvp(sys.argv[3], sys.argv[3:])
    os._exit(0)
os.wait()
"#;

/// An orphan that ends with its test.
struct Left(i64);

impl Left {
    fn new(sandbox: &Sandbox, folder: &Path, name: &str, line: &[&str]) -> Self {
        let file = sandbox.path().join(format!("{name}.pid"));
        let mut command = Command::new(&*PYTHON);
        command.args(["-c", LEAVE]).arg(folder).arg(&file).args(line);
        assert!(command.status().unwrap().success());
        let pid: i64 = wait_for("its pid", || fs::read_to_string(&file).ok()?.parse().ok());
        let program = line[0].rsplit('/').next().unwrap();
        // Until the exec it is a copy of the tool.
        wait_for("its program", || {
            let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            let first = line.split(|byte| *byte == 0).next()?.rsplit(|byte| *byte == b'/').next()?.to_vec();
            (first == program.as_bytes() && !line.windows(5).any(|word| word == b"fork(")).then_some(())
        });
        Self(pid)
    }

    /// An agent of the store, called as every tool calls it.
    fn agent(sandbox: &Sandbox, agent: &str, name: &str, payload: &Value) -> Self {
        let folder = sandbox.agent(agent);
        let python = folder.join(".venv/bin/python");
        Self::new(sandbox, &folder, name, &[python.to_str().unwrap(), "agent.py", &payload.to_string()])
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .args(["-KILL", &self.0.to_string()])
            .stderr(std::process::Stdio::null())
            .status();
    }
}

fn ticking() -> Value {
    json!({ "method": "tick", "parameters": { "seconds": 50 } })
}

/// The pids of a list of orphans.
fn pids(rows: &Value) -> Vec<i64> {
    rows.as_array().unwrap().iter().map(|row| row["pid"].as_i64().unwrap()).collect()
}

fn look(sandbox: &Sandbox) -> Value {
    sandbox.plugdeck(&["ps", "--orphans", "--json"]).json()
}

#[test]
fn what_another_tool_left_is_listed_and_ended_only_when_asked_for() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let orphan = Left::agent(&sandbox, "faults/slow", "orphan", &ticking());
    let rows = look(&sandbox);
    assert_eq!(pids(&rows), [orphan.0]);
    assert_eq!((&rows[0]["origin"], &rows[0]["run"]), (&json!("foreign"), &Value::Null));
    assert_eq!((&rows[0]["agent"], &rows[0]["method"]), (&json!("faults/slow"), &json!("tick")));
    assert!(
        rows[0]["command"].as_str().unwrap().contains("agent.py") && rows[0]["age_ms"].is_u64(),
        "{rows}"
    );
    assert!(sandbox.plugdeck(&["ps", "--orphans"]).stdout.contains("another tool's faults/slow tick"));
    // No look and no clean-up of plugdeck's own ends it.
    sandbox.plugdeck(&["ps"]);
    let done = sandbox.plugdeck(&["clean", "--json"]);
    assert_eq!((done.code, done.json()), (0, json!([])));
    assert!(
        done.stderr.contains("1 process of another tool: `plugdeck clean --foreign` ends it"),
        "{}",
        done.stderr
    );
    let dry = sandbox.plugdeck(&["clean", "--foreign", "--dry-run", "--json"]).json();
    assert_eq!((pids(&dry), &dry[0]["ended"]), (vec![orphan.0], &json!(false)));
    assert!(lives(orphan.0));
    let done = sandbox.plugdeck(&["clean", "--foreign", "--json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let rows = done.json();
    assert_eq!(
        (pids(&rows), &rows[0]["ended"], &rows[0]["left"]),
        (vec![orphan.0], &json!(true), &Value::Null)
    );
    assert!(!lives(orphan.0));
    assert_eq!(look(&sandbox), json!([]));
}

#[test]
fn the_whole_tree_is_ended_what_ignores_term_too() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    sandbox.configure("grace: 0.2\n");
    let script = "import os, signal, subprocess, time\n\
                  signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
                  subprocess.Popen(['sleep', '50'], start_new_session=True)\n\
                  open('ready', 'w').close()\n\
                  time.sleep(50)\n";
    sandbox.write("faults/slow", "agent.py", script);
    let orphan = Left::agent(&sandbox, "faults/slow", "orphan", &ticking());
    let ready = sandbox.agent("faults/slow").join("ready");
    wait_for("the child", || ready.exists().then_some(()));
    let tree = pids(&look(&sandbox));
    assert_eq!((tree.len(), tree[0]), (2, orphan.0), "{tree:?}");
    let done = sandbox.plugdeck(&["clean", "--foreign"]);
    assert!(done.stderr.contains("2 ended; verified: 0 processes left"), "{}", done.stderr);
    assert!(tree.iter().all(|pid| !lives(*pid)));
}

#[test]
fn what_merely_stands_in_the_store_or_has_its_starter_is_never_listed_or_ended() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let folder = sandbox.agent("faults/slow");
    let python = folder.join(".venv/bin/python");
    let python = python.to_str().unwrap();
    let editor = sandbox.path().join("vim");
    fs::copy("/bin/sleep", &editor).unwrap();
    let payload = ticking().to_string();
    let bystanders = [
        Left::new(&sandbox, &folder, "sleep", &["sleep", "50"]),
        Left::new(
            &sandbox,
            &folder,
            "shell",
            &["sh", "-c", "while sleep 1; do :; done", "agent.py", &payload],
        ),
        Left::new(&sandbox, &folder, "editor", &[editor.to_str().unwrap(), "50"]),
        Left::new(&sandbox, &folder, "script", &[python, "-c", "import time; time.sleep(50)"]),
        Left::new(&sandbox, &folder, "other", &[python, "-m", "http.server", "0"]),
    ];
    // The same call, but whoever started it lives: a shell that waits for it.
    let watched = format!("{python} agent.py '{payload}' >/dev/null 2>&1 & echo $!; wait");
    let mut shell = Command::new("sh");
    shell.args(["-c", &watched]).current_dir(&folder).stdout(std::process::Stdio::piped());
    let mut shell = shell.spawn().unwrap();
    let mut line = String::new();
    let mut reader = std::io::BufReader::new(shell.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
    let child: i64 = line.trim().parse().unwrap();
    assert_eq!(look(&sandbox), json!([]));
    let done = sandbox.plugdeck(&["clean", "--foreign", "--json"]);
    let live = bystanders.iter().map(|bystander| bystander.0).chain([child]).all(lives);
    send("KILL", child);
    shell.wait().unwrap();
    assert_eq!(done.json(), json!([]));
    assert!(live, "somebody was ended");
}

/// Starts a run with a daemon that keeps the mark in its environment; both live on. The run's id and the daemon's.
fn daemonize(sandbox: &Sandbox) -> (String, i64) {
    let pid_file = sandbox.path().join("daemon.pid");
    let file = format!("pid_file={}", pid_file.display());
    let arguments = ["-p", "seconds=50", "-p", "stay_seconds=50", "-p", "keep=environment", "-p", &file];
    let run = sandbox.detach(&[&["faults/daemon", "daemonize"], &arguments[..]].concat());
    let daemon: i64 = wait_for("the daemon", || fs::read_to_string(&pid_file).ok()?.parse().ok());
    (run, daemon)
}

#[test]
fn a_look_lists_what_a_lost_run_left_behind_and_clean_ends_it() {
    let sandbox = Sandbox::with(&["faults/daemon"]);
    let (run, daemon) = daemonize(&sandbox);
    assert_eq!(look(&sandbox), json!([]), "what is watched is no orphan");
    send("KILL", sandbox.journal(&run)[0]["supervisor"]["pid"].as_i64().unwrap());
    let rows = wait_for("the orphan", || Some(look(&sandbox)).filter(|rows| pids(rows) == [daemon]));
    assert_eq!((&rows[0]["origin"], &rows[0]["run"]), (&json!("plugdeck"), &json!(run)));
    let dry = sandbox.plugdeck(&["clean", "--dry-run", "--json"]).json();
    assert_eq!(pids(&dry), [daemon]);
    assert!(lives(daemon), "a look has ended it");
    assert!(!sandbox.path().join("state/plugdeck/notes").exists(), "a look has noted something");
    let done = sandbox.plugdeck(&["clean", "--json"]);
    assert_eq!((done.code, pids(&done.json()), &done.json()[0]["ended"]), (0, vec![daemon], &json!(true)));
    assert!(!lives(daemon));
    assert_eq!(look(&sandbox), json!([]));
}

#[test]
fn why_of_a_lost_run_tells_what_it_left_behind_does_and_harms_nobody() {
    let sandbox = Sandbox::with(&["faults/daemon"]);
    let (run, daemon) = daemonize(&sandbox);
    send("KILL", sandbox.journal(&run)[0]["supervisor"]["pid"].as_i64().unwrap());
    wait_for("the orphan", || Some(look(&sandbox)).filter(|rows| pids(rows) == [daemon]));
    let answer = wait_for("its sleep", || {
        let answer = sandbox.plugdeck(&["why", &run, "--json"]).json();
        (answer["kind"] == "sleep").then_some(answer)
    });
    assert_eq!((&answer["state"], &answer["pid"]), (&json!("lost"), &json!(daemon)), "{answer}");
    assert_eq!((&answer["silence_ms"], &answer["last_output"]), (&Value::Null, &Value::Null), "{answer}");
    // It has brought the hook along with its environment, so it was asked for its stack, and goes on.
    let shown = answer["kernel"]["syscall"].is_string();
    let threads = answer["python"]["threads"].as_array().unwrap();
    assert_eq!(threads.len(), usize::from(shown), "{answer}");
    assert!(shown || answer["python"]["reason"].as_str().unwrap().contains("does not show"), "{answer}");
    assert!(lives(daemon), "looking has ended it");
    let page = sandbox.plugdeck(&["why", &run]).stdout;
    assert!(
        page.contains("what it has left behind, looked at now") && !page.contains("nothing printed"),
        "{page}"
    );
    sandbox.plugdeck(&["clean", "--json"]);
    assert!(!lives(daemon));
    assert_eq!(sandbox.plugdeck(&["why", &run, "--json"]).json()["kind"], "unknown");
}

#[test]
fn a_process_that_left_its_agents_session_is_marked() {
    let sandbox = Sandbox::with(&["faults/daemon"]);
    let arguments = ["-p", "seconds=50", "-p", "stay_seconds=50"];
    let run = sandbox.detach(&[&["faults/daemon", "daemonize"], &arguments[..]].concat());
    let text = wait_for("both processes", || {
        Some(sandbox.plugdeck(&["ps"]).stdout).filter(|text| text.contains("2 together"))
    });
    assert!(text.matches(" 1 thr ").count() == 2, "{text}");
    assert!(
        text.lines().last().unwrap().ends_with("⚑ own session") && text.matches('⚑').count() == 1,
        "{text}"
    );
    sandbox.plugdeck(&["kill", &run]);
}

#[test]
fn the_dashboard_shows_an_orphan_and_ends_it_after_a_question_with_proof() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let orphan = Left::agent(&sandbox, "faults/slow", "orphan", &ticking());
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("☠1 orphan");
    screen.send("3G");
    screen.wait_until("its page", |text| text.contains("tick of faults/slow") && text.contains("Believed"));
    screen.send("x");
    screen.wait_for(&format!("End orphan {}?", orphan.0));
    screen.send("\u{1b}");
    screen.wait_gone("End orphan");
    assert!(lives(orphan.0), "a question has ended it");
    screen.send("x");
    screen.wait_for("End orphan");
    screen.send("\r");
    screen.wait_for("✓ verified: 0 processes left");
    assert!(screen.text().contains("SIGTERM → 1 process"), "{}", screen.text());
    assert!(!lives(orphan.0));
    screen.send("\r");
    screen.wait_gone("☠1");
}

#[test]
fn the_page_of_an_orphan_says_why_and_sends_it_nothing() {
    let sandbox = Sandbox::with(&["faults/stuck"]);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let payload = json!({ "method": "wait_socket_with_timeout", "parameters": { "port": port } });
    let orphan = Left::agent(&sandbox, "faults/stuck", "orphan", &payload);
    // It would die of the stack signal: another tool has started it, without the hook.
    let _asked = silent.accept().unwrap();
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("☠1 orphan");
    screen.send("3G");
    let table = format!(":{port}");
    screen.wait_until("why", |text| {
        text.contains("gets no answer from 127.0.0.1:") && text.contains("sockets") && text.contains(&table)
    });
    screen.send("w");
    screen.wait_for("looking again");
    screen.wait_for("looked at");
    screen.send("4G");
    screen.wait_for("no stack was taken: what another tool has started");
    assert!(lives(orphan.0), "looking has ended it");
}

#[test]
fn a_signal_of_choice_reaches_the_selected_process() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let run = sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50"]);
    let journal = sandbox.journal(&run);
    let agent = journal.iter().find(|line| line["event"] == "started").unwrap()["pid"].as_i64().unwrap();
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for(&agent.to_string());
    screen.send("3S");
    screen.wait_for(&format!("Signal for {agent}"));
    screen.send("jjjjjj");
    screen.wait_for("send STOP");
    screen.send("\r");
    screen.wait_for("SIGSTOP was sent");
    let state =
        || fs::read_to_string(format!("/proc/{agent}/stat")).ok()?.rsplit_once(") ")?.1.chars().next();
    wait_for("its halt", || (state() == Some('T')).then_some(()));
}
