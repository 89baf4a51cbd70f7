//! The settings: printed, checked, and changed on their page.

use std::fs;

use serde_json::json;

use crate::support::sandbox::Sandbox;

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
    let file = report["file"].as_str().unwrap();
    assert!(fs::metadata(file).is_ok() && report["exists"] == json!(true), "{report}");
}
