//! The palette, the filters, zoom and the mouse on a real terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const CTRL_P: &str = "\u{10}";
const MOUSE: [&str; 3] = ["?1000", "?1002", "?1006"];

/// A click of a button of the mouse on this text, as a terminal reports it; 0 is the left one, 2 the right one.
#[track_caller]
fn click(screen: &mut Screen, button: u8, text: &str) {
    let drawn = screen.text();
    let found = drawn.lines().enumerate().find_map(|(row, line)| {
        let at = line.find(text)?;
        Some((row + 1, line[..at].chars().count() + 1))
    });
    let (row, column) = found.unwrap_or_else(|| panic!("no {text:?} in:\n{drawn}"));
    screen.send(&format!("\u{1b}[<{button};{column};{row}M\u{1b}[<{button};{column};{row}m"));
}

/// How the mode was switched last, if at all.
fn last(screen: &Screen, mode: &str) -> Option<bool> {
    let bytes = String::from_utf8_lossy(&screen.bytes);
    let at = |end: &str| bytes.rfind(&format!("\u{1b}[{mode}{end}"));
    at("h").max(at("l")).map(|_| at("h") > at("l"))
}

fn start(columns: u16, rows: u16) -> (Sandbox, Screen) {
    let sandbox = Sandbox::with(&["demo/text-stats", "demo/chatty"]);
    let mut screen = Screen::start(&sandbox, &[], columns, rows);
    screen.wait_for("text-stats");
    (sandbox, screen)
}

#[test]
fn the_palette_runs_an_action_opens_a_run_and_switches_the_theme_and_remembers_it() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let (report, _) = sandbox.run(&["demo/text-stats", "sample"]);
    let id = report["run"].as_str().unwrap().to_owned();
    let short = id.rsplit('-').next().unwrap().to_owned();
    let mut screen = Screen::start(&sandbox, &[], 100, 30);
    screen.wait_for("1 kept");
    // An action, by a part of its name.
    screen.send(":");
    screen.wait_for(" Commands ");
    screen.send("build env");
    screen.send(ENTER);
    screen.wait_for("venv");
    screen.send(ESC);
    screen.wait_for("1 Agents");
    // A run, by its id; from inside a text field too.
    screen.send(ENTER);
    screen.wait_for("1 problem");
    screen.send(CTRL_P);
    screen.wait_for(" Commands ");
    screen.send(&short);
    screen.wait_until("the run alone", |text| text.contains("1 of "));
    screen.send(ENTER);
    screen.wait_until("its page", |text| text.lines().next().is_some_and(|line| line.contains(&short)));
    // A theme.
    screen.send(":");
    screen.wait_for(" Commands ");
    screen.send("theme light");
    screen.wait_for("use it");
    screen.send(ENTER);
    screen.wait_for_paper(vt100::Color::Rgb(251, 251, 253));
    screen.wait_for("theme light, written to");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
    // What was chosen last comes first the next time, and nobody else reads it.
    let file = sandbox.path().join("state/plugdeck/notes/palette/recent.json");
    let kept: Vec<String> = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept[..2], ["theme light".to_owned(), format!("run {id}")]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let mut screen = Screen::start(&sandbox, &[], 100, 30);
    screen.wait_for("1 kept");
    screen.send(":");
    screen.wait_until("the last choice", |text| text.contains("▌ light"));
}

#[test]
fn agents_are_filtered_and_the_best_one_is_two_keys_away() {
    let (_sandbox, mut screen) = start(80, 24);
    screen.send("/");
    screen.wait_for("whole list");
    screen.send("anlz");
    screen.wait_until("the one method", |text| text.contains("analyze") && !text.contains("chatty"));
    screen.send(ENTER);
    screen.wait_gone("whole list");
    screen.send(ENTER);
    screen.wait_for("text-stats ▸ analyze");
    screen.send(ESC);
    screen.wait_for("edit field");
    screen.send(ESC);
    screen.wait_for("/anlz");
    screen.send(ESC);
    screen.wait_for("chatty");
}

#[test]
fn a_pane_is_zoomed_and_comes_back() {
    let (_sandbox, mut screen) = start(80, 24);
    screen.send("z");
    screen.wait_gone("2 Runs");
    screen.wait_for("no zoom");
    screen.resize(120, 40);
    screen.wait_until("the wide pane", |text| {
        text.lines().nth(1).is_some_and(|line| line.chars().count() == 120)
    });
    screen.send(ESC);
    screen.wait_for("2 Runs");
}

#[test]
fn hints_are_clicked_and_the_right_button_shows_what_can_be_done() {
    let (_sandbox, mut screen) = start(100, 30);
    click(&mut screen, 0, "? help");
    screen.wait_for("Keys: agents");
    click(&mut screen, 0, "esc close");
    screen.wait_gone("Keys: agents");
    click(&mut screen, 2, "text-stats");
    screen.wait_for("Agents: what to do");
    click(&mut screen, 0, "show the plan");
    screen.wait_until("the plan", |text| text.contains("venv") && text.contains("text-stats"));
    click(&mut screen, 0, "esc");
    screen.wait_gone("venv");
}

#[test]
fn the_mouse_is_given_back_and_taken_again() {
    let (sandbox, mut screen) = start(80, 24);
    assert!(MOUSE.iter().all(|mode| last(&screen, mode) == Some(true)));
    screen.send("M");
    screen.wait_for("the mouse is off");
    assert!(MOUSE.iter().all(|mode| last(&screen, mode) == Some(false)));
    screen.send("M");
    screen.wait_for("the mouse is on");
    assert!(MOUSE.iter().all(|mode| last(&screen, mode) == Some(true)));
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
    assert!(MOUSE.iter().all(|mode| last(&screen, mode) == Some(false)));
    // Never taken, where that was asked: on the command line, or by the settings.
    let mut screen = Screen::start(&sandbox, &["--no-mouse"], 80, 24);
    screen.wait_for("text-stats");
    assert!(MOUSE.iter().all(|mode| last(&screen, mode).is_none()));
    sandbox.configure("mouse: false\n");
    let mut screen = Screen::start(&sandbox, &[], 80, 24);
    screen.wait_for("text-stats");
    assert!(MOUSE.iter().all(|mode| last(&screen, mode).is_none()));
    screen.send("M");
    screen.wait_for("the mouse is on");
    assert!(MOUSE.iter().all(|mode| last(&screen, mode) == Some(true)));
}
