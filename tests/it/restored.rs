//! The terminal is given back as it was, whatever ends the dashboard.

use std::io::Read as _;
use std::process::{Command, Stdio};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::support::modes::{self, bells, titles};
use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::{send, wait_for};

/// A dashboard that has set everything it sets.
fn opened(sandbox: &Sandbox) -> (Screen, i64) {
    let mut screen = Screen::start(sandbox, &[], 80, 24);
    screen.wait_for("text-stats");
    assert!(screen.is_raw() && screen.cells().alternate_screen());
    let on = modes::left_on(&screen.bytes);
    for mode in ["?1000", "?1002", "?1004", "?1006", "?1049", "?2004", "?25", "1 titles"] {
        assert!(on.iter().any(|one| one == mode), "{mode} in {on:?}");
    }
    let pid = i64::from(screen.child.process_id().unwrap());
    (screen, pid)
}

/// A run that goes on until it is killed: its id.
fn silent_run(sandbox: &Sandbox) -> String {
    let (run, _) = sandbox.run(&["faults/silent", "never_speaks", "-p", "seconds=50", "--detach"]);
    run["run"].as_str().unwrap().to_owned()
}

#[test]
fn after_quitting() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let (mut screen, _) = opened(&sandbox);
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
    screen.is_restored();
    let (mut screen, _) = opened(&sandbox);
    screen.send("\u{3}");
    screen.wait_for("quit");
    screen.send("\u{3}");
    screen.wait_exit();
    screen.is_restored();
}

#[test]
fn after_every_signal_that_asks_for_an_end() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    for signal in ["TERM", "HUP", "INT", "QUIT"] {
        let (mut screen, pid) = opened(&sandbox);
        send(signal, pid);
        assert_ne!(screen.wait_exit(), 0, "{signal}");
        screen.is_restored();
    }
}

#[test]
fn after_it_was_stopped_and_went_on() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let (mut screen, pid) = opened(&sandbox);
    let state = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    send("STOP", pid);
    wait_for("the stop", || state().contains(") T ").then_some(()));
    let drawn = screen.bytes.len();
    send("CONT", pid);
    wait_for("a new frame", || {
        screen.pump_once();
        (screen.bytes.len() > drawn).then_some(())
    });
    screen.wait_for("text-stats");
    screen.send("q");
    screen.wait_exit();
    screen.is_restored();
}

#[test]
fn a_closed_terminal_ends_the_dashboard_and_no_run() {
    let sandbox = Sandbox::with(&["faults/silent"]);
    let run = silent_run(&sandbox);
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_plugdeck"));
    sandbox.variables().iter().for_each(|(name, value)| command.env(name, value));
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains("never_speaks") {
        let length = reader.read(&mut buffer).unwrap();
        seen.extend_from_slice(&buffer[..length]);
    }
    // Nobody has the other side any more: its window was closed.
    drop((reader, pair.master));
    wait_for("the end of the dashboard", || child.try_wait().unwrap());
    let listed = sandbox.plugdeck(&["ps", "--json"]).json();
    assert_eq!(listed[0]["state"], "running", "{listed}");
    sandbox.plugdeck(&["kill", &run]);
}

#[test]
fn while_an_editor_has_it() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    // The editor shows how it finds the terminal.
    let editor = sandbox.path().join("editor");
    std::fs::write(&editor, "#!/bin/sh\nstty -a > \"$HOME/found\"\n").unwrap();
    let mode = Command::new("chmod").args(["+x", editor.to_str().unwrap()]).status();
    assert!(mode.unwrap().success());
    if Command::new("stty").arg("--version").stdout(Stdio::null()).status().is_err() {
        return eprintln!("skipped: there is no stty here");
    }
    let variables = [("VISUAL", editor.to_str().unwrap())];
    let mut screen = Screen::start_with(&sandbox, &[], &variables, 80, 24);
    screen.wait_for("text-stats");
    screen.send("\r");
    screen.wait_for("ctrl-r");
    screen.send("typed");
    screen.wait_for("typed");
    screen.send("\u{7}");
    let found = wait_for("the editor", || {
        screen.pump_once();
        std::fs::read_to_string(sandbox.path().join("found")).ok().filter(|found| found.contains("icanon"))
    });
    assert!(found.contains(" icanon") && found.contains(" echo ") && !found.contains("-icanon"), "{found}");
}

#[test]
fn the_title_and_the_bell_tell_of_a_run_and_the_title_comes_back() {
    let sandbox = Sandbox::with(&["demo/text-stats", "faults/silent"]);
    sandbox.configure("bell: true\n");
    let (mut screen, _) = opened(&sandbox);
    assert_eq!(titles(&screen.bytes), ["plugdeck"]);
    let run = silent_run(&sandbox);
    screen.wait_for("▶ 1");
    assert_eq!(titles(&screen.bytes).last().map(String::as_str), Some("▶ 1 · plugdeck"));
    assert_eq!(bells(&screen.bytes), 0);
    sandbox.plugdeck(&["kill", &run]);
    wait_for("the bell", || {
        screen.pump_once();
        (bells(&screen.bytes) > 0).then_some(())
    });
    screen.wait_for("■");
    assert_eq!(titles(&screen.bytes).last().map(String::as_str), Some("■ never_speaks · plugdeck"));
    screen.send("q");
    screen.wait_exit();
    screen.is_restored();
}
