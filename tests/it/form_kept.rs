//! What was typed into a form is there again, whatever ended the dashboard.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::wait_for;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const F2: &str = "\u{1b}OQ";
const ALT_UP: &str = "\u{1b}[1;3A";
const ALT_DOWN: &str = "\u{1b}[1;3B";

fn drafts(sandbox: &Sandbox) -> PathBuf {
    sandbox.path().join("state/plugdeck/notes/drafts")
}

/// The draft's file when it holds this text.
fn kept(sandbox: &Sandbox, text: &str) {
    wait_for("the draft", || {
        let file = fs::read_dir(drafts(sandbox)).ok()?.flatten().next()?;
        fs::read_to_string(file.path()).ok()?.contains(text).then_some(())
    });
}

fn form(sandbox: &Sandbox) -> Screen {
    let mut screen = Screen::start(sandbox, &[], 100, 40);
    screen.wait_for("Takes a text apart");
    screen.send(ENTER);
    screen.wait_for("ctrl-r");
    screen
}

#[test]
fn a_killed_dashboard_leaves_what_was_typed() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = form(&sandbox);
    screen.wait_for("1 problem");
    screen.send("\u{1b}[200~a \"secret\"\n🧩 text\u{1b}[201~\t12x");
    screen.wait_for("not `12x`");
    kept(&sandbox, "12x");
    for (path, mode) in
        [(drafts(&sandbox), 0o700), (drafts(&sandbox).join("demo+text-stats+analyze.json"), 0o600)]
    {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
    screen.child.kill().unwrap();
    screen.child.wait().unwrap();
    let mut screen = form(&sandbox);
    screen.wait_until("the draft", |text| {
        text.contains("restored") && text.contains("a \"secret\"") && text.contains("not `12x`")
    });
    // On the JSON side what is no JSON yet comes back too.
    screen.send(&format!("{F2}\u{1b}[200~oops {{\u{1b}[201~"));
    screen.wait_for("not JSON");
    kept(&sandbox, "oops {");
    screen.child.kill().unwrap();
    screen.child.wait().unwrap();
    let mut screen = form(&sandbox);
    screen.wait_until("half a JSON text", |text| text.contains("oops {") && text.contains("not JSON"));
    // Thrown away, nothing is left of it.
    screen.send("\u{1b}x");
    screen.wait_gone("oops {");
    wait_for("no draft", || (fs::read_dir(drafts(&sandbox)).unwrap().count() == 0).then_some(()));
}

#[test]
fn quitting_at_once_keeps_what_was_typed_last() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = form(&sandbox);
    screen.wait_for("1 problem");
    screen.send("typed in a hurry\u{3}\u{3}");
    screen.wait_exit();
    kept(&sandbox, "typed in a hurry");
}

#[test]
fn earlier_payloads_come_from_the_runs() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    for text in ["first words", "second words", "first words"] {
        sandbox.run(&["demo/text-stats", "analyze", "-p", &format!("text={text}")]);
    }
    let mut screen = Screen::start(&sandbox, &[], 100, 40);
    screen.wait_for("3 kept");
    screen.wait_for("Takes a text apart");
    screen.send(ENTER);
    screen.wait_for("1 problem");
    screen.send("mine");
    screen.wait_for("valid");
    screen.send(ALT_UP);
    screen.wait_until("the newest", |text| text.contains("first words") && text.contains("1/2"));
    screen.send(ALT_UP);
    screen.wait_until("the one before", |text| text.contains("second words") && text.contains("2/2"));
    screen.send(&format!("{ALT_DOWN}{ALT_DOWN}"));
    screen.wait_for("mine");
    screen.send(ESC);
    screen.wait_for("edit field");
}
