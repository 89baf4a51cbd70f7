//! The cursor on a run's charts, on a real terminal: while the run lives, and after it has ended and the dashboard was
//! started again.

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";

/// A click on the last column of the first chart, on a page of 120 columns.
const CLICK: &str = "\u{1b}[<0;118;7M\u{1b}[<0;118;7m";

/// Seconds of the first line of the agent's that is shown.
fn top(screen: &str) -> Option<f64> {
    let line = screen.lines().find(|line| line.contains("err │ tick"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Seconds at the end of the time axis.
fn end(screen: &str) -> Option<u64> {
    let axis = screen.lines().find(|line| line.contains(" 0s ") && line.ends_with("s │"))?;
    axis.trim_end_matches("s │").split_whitespace().next_back()?.parse().ok()
}

/// From the beginning two seconds on, and to what was printed then.
#[track_caller]
fn jump(screen: &mut Screen) {
    screen.send("c");
    screen.wait_for("▲");
    screen.send("gll");
    screen.wait_for("▲ 2s");
    screen.send(ENTER);
    screen.wait_until("the lines from 2 s on", |text| top(text).is_some_and(|t| (2.0..4.0).contains(&t)));
    let text = screen.text();
    assert!(!text.contains("follow ·") && text.contains("▲ 2s"), "{text}");
}

#[test]
fn a_cursor_on_the_charts_leads_to_the_output_of_its_second_and_back() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let run = sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50", "-p", "every=0.1"]);
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 running");
    screen.send(&format!("2{ENTER}"));
    screen.wait_until("four seconds of samples", |text| end(text) >= Some(4));
    jump(&mut screen);
    // What comes meanwhile moves neither the cursor nor the lines.
    let (before, lines) = (end(&screen.text()), top(&screen.text()));
    screen.wait_until("new samples", |text| end(text) > before);
    assert!(screen.text().contains("▲ 2s") && top(&screen.text()) == lines, "{}", screen.text());
    // And back: the cursor goes where the output was scrolled to.
    screen.send(ESC);
    screen.wait_gone("▲");
    screen.send("g");
    screen.wait_for("spawned pid");
    screen.send("c");
    screen.wait_for("▲ 0s");
    screen.send(CLICK);
    screen.wait_until("the cursor at the end", |text| text.contains("s ▲ │"));
    screen.send(ESC);
    screen.wait_gone("▲");
    assert!(screen.text().contains("esc back"), "{}", screen.text());
    drop(screen);
    sandbox.plugdeck(&["kill", &run]);
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_until("the charts", |text| end(text) >= Some(4));
    jump(&mut screen);
}

#[test]
fn a_run_that_ended_before_the_first_sample_says_so() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (run, _) = sandbox.run(&["faults/ok", "say"]);
    let id = run["run"].as_str().unwrap();
    let samples = sandbox.path().join("state/plugdeck/runs").join(id).join("samples.jsonl");
    if samples.exists() {
        // The machine was slow, and it was looked at after all.
        std::fs::remove_file(samples).unwrap();
    }
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("exit 0");
    screen.send("[");
    screen.wait_for("ended before the first sample");
    screen.send("c");
    screen.wait_for("the run ended before the first sample");
}
