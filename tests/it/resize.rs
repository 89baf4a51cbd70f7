//! The terminal changes its size while something goes on: a run, typing, an open box. Nothing is lost, and the picture
//! is whole again.

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";

/// Through sizes of all kinds, down to one that says so.
fn shake(screen: &mut Screen) {
    for (columns, rows) in [(200, 60), (61, 16), (80, 24), (1, 1), (300, 10), (40, 100), (10, 3)] {
        screen.resize(columns, rows);
        screen.pump_once();
    }
    screen.resize(30, 4);
    screen.wait_for("too small: 60x15");
}

/// At this size the picture is whole: all its rows are there, none twice, and frames end where the screen ends.
#[track_caller]
fn is_whole(screen: &mut Screen, columns: u16, rows: u16, words: &[&str]) {
    screen.resize(columns, rows);
    screen.wait_until(&format!("{words:?} at {columns}×{rows}"), |text| {
        let lines: Vec<&str> = text.lines().collect();
        let breaks = |line: &&str| line.ends_with(['╮', '╯']) && line.chars().count() != usize::from(columns);
        lines.len() == usize::from(rows)
            && lines[0].starts_with(" plugdeck")
            && lines.iter().filter(|line| line.contains("plugdeck")).count() == 1
            && !lines.iter().any(breaks)
            && words.iter().all(|words| text.contains(words))
    });
}

#[test]
fn while_a_run_is_followed() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50", "-p", "every=0.05"]);
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 running");
    screen.send("2");
    screen.wait_for("err │ tick 5");
    shake(&mut screen);
    assert!(screen.text().starts_with("▶1 too small"), "{}", screen.text());
    is_whole(&mut screen, 120, 40, &["1 Agents", "2 Runs", "3 Procs", "follow ·", "err │ tick", "CPU"]);
    is_whole(&mut screen, 80, 24, &["1 Agents", "2 Runs", "3 Procs", "err │ tick"]);
    // It still follows, and its keys are its own.
    let last = |text: &str| {
        let ticks =
            text.lines().filter_map(|line| line.split("tick ").nth(1)?.split(' ').next()?.parse().ok());
        ticks.max().unwrap_or(0_u32)
    };
    let seen = last(&screen.text());
    screen.wait_until("more lines", |text| last(text) > seen);
    screen.send("x");
    screen.wait_for("Stop run");
    screen.send(ENTER);
    screen.wait_for("verified: 0 processes left");
}

#[test]
fn while_a_form_is_filled() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("Takes a text apart");
    screen.send(ENTER);
    screen.wait_for("1 problem");
    screen.send("before ");
    shake(&mut screen);
    // What is typed blindly is kept too.
    screen.send("meanwhile ");
    screen.resize(10, 3);
    screen.send("and after");
    is_whole(&mut screen, 80, 24, &["before meanwhile and after", "valid", "ctrl-r"]);
    screen.send("!");
    is_whole(&mut screen, 60, 15, &["before meanwhile and after!"]);
}

#[test]
fn while_a_box_is_open() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("Takes a text apart");
    screen.send(":");
    screen.wait_for("Commands");
    screen.send("th");
    shake(&mut screen);
    screen.send("eme li");
    is_whole(&mut screen, 100, 30, &["Commands", ": theme li", "light"]);
    screen.send(ESC);
    screen.wait_gone("Commands");
    screen.send("?");
    screen.wait_for("Keys: agents");
    shake(&mut screen);
    is_whole(&mut screen, 60, 15, &["Keys: agents"]);
    is_whole(&mut screen, 120, 40, &["Keys: agents", "half a page down", "1 Agents"]);
    screen.send(ESC);
    is_whole(&mut screen, 80, 24, &["Takes a text apart", "text-stats"]);
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
    screen.is_restored();
}
