//! The dashboard on a real terminal: keys in, screen out.

use std::fs;
use std::process::Stdio;

use crate::support::sandbox::{PYTHON, Sandbox};
use crate::support::screen::Screen;
use crate::support::wait_for;
use crate::support::{lives, send};

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const CTRL_R: &str = "\u{12}";
const F2: &str = "\u{1b}OQ";

/// The only run's agent, as its journal says.
fn agent_pid(sandbox: &Sandbox) -> i64 {
    wait_for("the agent's start", || {
        let run = sandbox.runs().pop()?;
        let journal = sandbox.journal(&run.file_name()?.to_string_lossy());
        journal.iter().find(|line| line["event"] == "started")?["pid"].as_i64()
    })
}

#[test]
fn with_keys_alone_an_agent_is_built_called_and_its_result_read() {
    let sandbox = Sandbox::new();
    let mut screen = Screen::start(&sandbox, &["demo"], 120, 40);
    screen.wait_for("text-stats");
    // The last agent, unfolded, its first method.
    screen.send("Glj");
    screen.wait_for("Takes a text apart");
    screen.send(ENTER);
    screen.wait_for("1 problem");
    screen.send("so it goes so");
    screen.wait_for("valid");
    screen.send(CTRL_R);
    screen.wait_for("Build, then run?");
    screen.send(ENTER);
    screen.wait_for("succeeded");
    screen.wait_for("\"different_words\": 3");
    // Back at the workbench: both runs, and the environment is there.
    screen.send(ESC);
    screen.wait_for("2 kept");
    screen.wait_for("env ok");
    screen.send("2");
    screen.wait_until("both runs", |text| text.contains("analyze") && text.contains("build"));
    // The same values again.
    screen.send("e");
    screen.wait_for("so it goes so");
    screen.send(CTRL_R);
    screen.wait_for("succeeded");
    screen.send(ESC);
    screen.wait_for("3 kept");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
    screen.is_restored();
    // Started again: what was is there.
    let mut screen = Screen::start(&sandbox, &["demo"], 80, 24);
    screen.wait_for("3 kept");
}

#[test]
fn a_build_shows_its_plan_and_its_steps() {
    let sandbox = Sandbox::new();
    let mut screen = Screen::start(&sandbox, &["demo"], 120, 40);
    screen.wait_for("text-stats");
    screen.send("Gb");
    screen.wait_until("the plan", |text| text.contains("venv") && text.contains("text-stats"));
    screen.send(ENTER);
    screen.wait_until("the end of the build", |text| text.contains("succeeded") && text.contains("✓"));
    screen.wait_for("venv");
}

#[test]
fn a_plan_can_follow_the_manifest_and_fetch_uv_and_shows_it_before_it_runs() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let manifest = fs::read_to_string(sandbox.agent("demo/text-stats").join("agent.yaml")).unwrap();
    let commands = (1..=12).map(|number| format!("\"echo {number} > said\""));
    let commands = commands.collect::<Vec<_>>().join(", ");
    let manifest = format!("{manifest}\ndependencies: [tiny]\ninstallation: {{commands: [{commands}]}}\n");
    sandbox.write("demo/text-stats", "agent.yaml", &manifest);
    let path = sandbox.path().join("tools");
    fs::create_dir(&path).unwrap();
    std::os::unix::fs::symlink(&*PYTHON, path.join("python3")).unwrap();
    let home = sandbox.path().to_str().unwrap();
    let variables = [("PATH", path.to_str().unwrap()), ("PYENV_ROOT", home)];
    let mut screen = Screen::start_with(&sandbox, &[], &variables, 80, 24);
    screen.wait_for("text-stats");
    screen.send("b");
    screen.wait_until("pip's plan", |text| text.contains("no uv was found") && text.contains("install tiny"));
    screen.send("u");
    screen.wait_until("the fetch", |text| text.contains("pip install uv") && text.contains("with pip"));
    screen.send("u");
    screen.wait_for("no uv was found");
    screen.send("m");
    screen.wait_until("the commands", |text| text.contains("echo 1 > said") && text.contains("more lines"));
    screen.send("jjjjjjjjjjjjjjjjjjjjjjjjjjjj");
    screen.wait_until("their end", |text| {
        text.contains("echo 12 > said") && text.contains("anybody's code") && !text.contains("more line")
    });
    assert!(sandbox.runs().is_empty());
    screen.send(ENTER);
    screen.wait_until("the end of the build", |text| text.contains("succeeded"));
    assert_eq!(fs::read_to_string(sandbox.agent("demo/text-stats").join("said")).unwrap(), "12\n");
}

#[test]
fn the_form_and_its_json_hold_the_same_payload() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = Screen::start(&sandbox, &[], 100, 40);
    screen.wait_for("text-stats");
    screen.wait_for("analyze");
    screen.wait_for("Takes a text apart");
    screen.send(ENTER);
    screen.wait_for("1 problem");
    // A paste is one text, whatever stands in it.
    screen.send("\u{1b}[200~two\nlines\u{1b}[201~");
    screen.wait_for("2 lines");
    // Left and opened again: what was typed is there.
    screen.send(ESC);
    screen.wait_for("edit field");
    screen.send(ESC);
    screen.wait_for("1 Agents");
    screen.send(ENTER);
    screen.wait_for("2 lines");
    screen.send("\tten");
    screen.wait_for("1 problem");
    screen.send("\u{7f}\u{7f}\u{7f}7");
    screen.wait_for("valid");
    screen.send(F2);
    screen.wait_until("the JSON", |text| text.contains("two\\nlines") && text.contains("\"top\": 7"));
    screen.send(F2);
    screen.wait_for("two");
    screen.send(CTRL_R);
    screen.wait_for("\"lines\": 2");
}

#[test]
fn a_killed_dashboard_loses_nothing() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let run = sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50", "-p", "every=0.1"]);
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 running");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("tick 5");
    screen.child.kill().unwrap();
    screen.child.wait().unwrap();
    let stderr = sandbox.path().join("state/plugdeck/runs").join(&run).join("stderr");
    let ticks = || std::fs::read_to_string(&stderr).unwrap().lines().count();
    let before = ticks();
    wait_for("what it prints meanwhile", || (ticks() > before + 10).then_some(()));
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 running");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for(&format!("tick {}", before + 10));
    screen.send("g");
    screen.wait_for("tick 1");
}

#[test]
fn whatever_ends_the_dashboard_its_own_runs_go_on_and_keep_their_time() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    sandbox.configure("timeout: 4\ngrace: 0.3\n");
    let mut begun = Vec::new();
    for signal in ["INT", "TERM", "HUP", "KILL"] {
        let mut screen = Screen::start(&sandbox, &[], 120, 40);
        screen.wait_for("tick");
        screen.send(ENTER);
        screen.wait_for("valid");
        screen.send(CTRL_R);
        screen.wait_for("tick 1");
        let mut runs =
            sandbox.runs().into_iter().map(|run| run.file_name().unwrap().to_string_lossy().into_owned());
        let run = runs.find(|run| !begun.iter().any(|(_, known)| known == run)).unwrap();
        send(signal, i64::from(screen.child.process_id().unwrap()));
        screen.wait_exit();
        let journal = sandbox.journal(&run);
        let started = journal.iter().find(|line| line["event"] == "started").unwrap();
        assert!(lives(started["pid"].as_i64().unwrap()), "{signal}");
        begun.push((signal, run));
    }
    for (signal, run) in begun {
        // Followed again from its beginning to the end that its supervisor makes.
        let followed = sandbox.plugdeck(&["logs", "-f", &run]).stdout;
        assert!(followed.lines().next().is_some_and(|line| line.ends_with("tick 1")), "{signal}: {followed}");
        let ended = sandbox.journal(&run).pop().unwrap();
        assert_eq!(ended["outcome"]["state"], "timed_out", "{signal}: {ended}");
    }
}

#[test]
fn stopping_asks_once_and_ends_the_tree() {
    let sandbox = Sandbox::with(&["faults/deaf"]);
    let run = sandbox.detach(&["faults/deaf", "ignore", "-p", "seconds=50", "-p", "children=2"]);
    let agent = agent_pid(&sandbox);
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 running");
    screen.send("2x");
    screen.wait_for(&format!("Stop run {}?", &run[run.len() - 4..]));
    // Esc keeps it.
    screen.send(ESC);
    screen.wait_gone("Stop run");
    assert!(lives(agent));
    screen.send("x");
    screen.wait_for("Stop run");
    screen.send(ENTER);
    // What happens at which second, then the proof.
    screen.wait_for("✓ verified: 0 processes left");
    let text = screen.text();
    assert!(text.contains("s  SIGTERM → 3 processes") && text.contains("SIGKILL → 3 processes"), "{text}");
    assert!(text.contains("■") && !lives(agent));
}

#[test]
fn several_runs_live_side_by_side_each_with_its_own_view() {
    let sandbox = Sandbox::with(&["faults/slow", "faults/busy"]);
    sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50"]);
    sandbox.detach(&["faults/busy", "spin", "-p", "seconds=50"]);
    let mut screen = Screen::start(&sandbox, &[], 160, 48);
    screen.wait_for("2 running");
    screen.send("2g");
    screen.wait_for("spawned pid");
    screen.send("j");
    screen.wait_for("tick 1");
}

#[test]
fn a_broken_agent_is_there_with_its_reason() {
    let sandbox = Sandbox::new();
    sandbox.write("odd/nonsense", "agent.yaml", "name: [\n");
    sandbox.write("odd/nonsense", "agent.py", "");
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_until("its place and its sign", |text| text.contains("nonsense") && text.contains("✗"));
    screen.send("G");
    screen.wait_for("agent.yaml:");
}

#[test]
fn an_empty_store_says_what_can_be_done() {
    let sandbox = Sandbox::new();
    let mut screen = Screen::start(&sandbox, &[], 80, 24);
    screen.wait_for("No agents in");
    screen.wait_for("plugdeck demo");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
}

#[test]
fn the_demonstration_opens_from_an_empty_store() {
    let sandbox = Sandbox::new();
    let mut screen = Screen::start(&sandbox, &[], 100, 30);
    screen.wait_for("No agents in");
    screen.send("d");
    screen.wait_for("text-stats");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
}

#[test]
fn help_shows_the_keys_of_what_has_the_focus() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = Screen::start(&sandbox, &[], 100, 40);
    screen.wait_for("text-stats");
    screen.send("?");
    screen.wait_for("half a page down");
    screen.send(ESC);
    screen.wait_gone("half a page down");
}

#[test]
fn every_size_is_safe_and_a_tiny_one_says_so() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50"]);
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 running");
    for (columns, rows) in [(200, 60), (60, 15), (80, 24), (10, 3), (1, 1), (300, 10), (40, 100), (120, 40)] {
        screen.resize(columns, rows);
    }
    screen.resize(50, 12);
    screen.wait_for("too small");
    screen.resize(120, 40);
    screen.wait_for("1 running");
}

#[test]
fn no_color_means_none_and_the_selection_is_still_seen() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = Screen::start_with(&sandbox, &[], &[("NO_COLOR", "1")], 80, 24);
    screen.wait_for("text-stats");
    let coloured = |cell: &vt100::Cell| {
        cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default
    };
    let (mut reversed, mut found) = (false, Vec::new());
    for row in 0..24 {
        for column in 0..80 {
            let cell = screen.cells().cell(row, column).unwrap();
            reversed |= cell.inverse();
            if coloured(cell) {
                found.push((row, column));
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
    assert!(reversed && screen.text().contains('›'));
}

#[test]
fn without_a_terminal_the_dashboard_says_so() {
    let sandbox = Sandbox::new();
    let output = sandbox.command(&[]).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("terminal") && said.lines().count() == 1, "{said}");
    // With a terminal around, too, while standard output is a file.
    let script = format!("exec {} > out", env!("CARGO_BIN_EXE_plugdeck"));
    let mut screen = Screen::start_command(&sandbox, &["sh", "-c", &script], &[], 80, 24);
    assert_ne!(screen.wait_exit(), 0);
    assert!(screen.text().contains("standard output is no terminal"), "{}", screen.text());
    assert_eq!(std::fs::read(sandbox.path().join("out")).unwrap(), b"");
}
