//! The settings: printed, checked, and changed on their page.

use std::fs;

use serde_json::json;

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

#[test]
fn config_prints_a_file_that_says_the_same() {
    let sandbox = Sandbox::new();
    let printed = sandbox.plugdeck(&["config"]);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    assert!(printed.stderr.contains("config/plugdeck/config.yaml is not there"), "{}", printed.stderr);
    sandbox.configure("# mine\ngrace: 0.5\ntimeout: 0\nkeep_bytes: 1048576\n");
    let printed = sandbox.plugdeck(&["config"]);
    assert!(printed.stderr.contains("config/plugdeck/config.yaml is read"), "{}", printed.stderr);
    for line in ["(by default 2)\ngrace: 0.5\n", "\ntimeout: 0\n", "\nkeep_bytes: 1M\n", "\nbell: false\n"] {
        assert!(printed.stdout.contains(line), "{line:?} in\n{}", printed.stdout);
    }
    sandbox.configure(&printed.stdout);
    assert_eq!(sandbox.plugdeck(&["config"]).stdout, printed.stdout);
}

#[test]
fn config_says_what_is_wrong_and_what_holds_instead() {
    let sandbox = Sandbox::new();
    sandbox.configure("grace: soon\nbel: true\ntheme: nord\n");
    let printed = sandbox.plugdeck(&["config"]);
    assert_eq!(printed.code, 1);
    for part in [
        "config.yaml: line 1, column 8: grace must be a number of seconds, 0 or more; until then it is 2",
        "config.yaml: line 2, column 1: there is no setting bel: did you mean bell?",
    ] {
        assert!(printed.stderr.contains(part), "{}", printed.stderr);
    }
    assert!(printed.stdout.contains("\ngrace: 2\n") && printed.stdout.contains("\ntheme: nord\n"));
    let report = sandbox.plugdeck(&["config", "--json"]).json();
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(2), "{report}");
    let grace = report["settings"].as_array().unwrap().iter().find(|row| row["key"] == "grace").unwrap();
    assert_eq!((&grace["value"], &grace["default"], &grace["set"]), (&json!(2), &json!(2), &json!(true)));
    sandbox.configure("theme: nrod\n");
    let printed = sandbox.plugdeck(&["config"]);
    assert!(
        printed.code == 1 && printed.stderr.contains("there is no theme nrod: there are "),
        "{}",
        printed.stderr
    );
    let file = report["file"].as_str().unwrap();
    assert!(fs::metadata(file).is_ok() && report["exists"] == json!(true), "{report}");
}

#[test]
fn a_setting_is_changed_on_its_page_and_holds_at_once() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    sandbox.configure("# mine\ngrace: 2   # is enough\nascii: false\nbel: true\n");
    let file = sandbox.path().join("config/plugdeck/config.yaml");
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    // What is wrong is said, and stops nothing.
    screen.wait_for("there is no setting bel: did you mean bell?");
    screen.wait_for("faults");
    screen.send(",");
    screen.wait_for("Settings");
    screen.send("j\r");
    screen.wait_for("grace  2▏");
    screen.send("\x7f0.5\r");
    screen.wait_for("✓ grace: 0.5, from the next run on");
    screen.send("jjjjjjjj");
    screen.wait_for("nothing but ASCII");
    screen.send("\r");
    screen.wait_for("+ ascii: true, from now on");
    assert!(screen.text().is_ascii(), "{}", screen.text());
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "# mine\ngrace: 0.5   # is enough\nascii: true\nbel: true\n"
    );
    // A setting that is not there yet is added.
    screen.send("jjj\r");
    screen.wait_for("+ bell: true, from now on");
    assert!(fs::read_to_string(&file).unwrap().ends_with("bel: true\nbell: true\n"));
    screen.send("\x1b");
    screen.wait_gone("Settings");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
}
