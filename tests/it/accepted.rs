//! What a person calls "not an error": accepted for one method in the dashboard, obeyed everywhere, taken back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

const ENTER: &str = "\r";
const WARNING: &str =
    "the result looks like an error, but rule text-error-comment is accepted for this method";
const FAILING: [&str; 2] = ["faults/soft-error", "failing"];
const RAW: [&str; 4] =
    ["faults/soft-error", "raw", "-p", r##"value={"answer":"# Error calling a model: no"}"##];

/// State, exit code and warnings of a run.
#[track_caller]
fn ends(sandbox: &Sandbox, arguments: &[&str]) -> (String, i32, Vec<String>) {
    let (report, code) = sandbox.run(arguments);
    let warnings =
        report["warnings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned());
    (report["state"].as_str().unwrap().to_owned(), code, warnings.collect())
}

fn soft() -> (String, i32, Vec<String>) {
    ("soft_error".to_owned(), 1, Vec::new())
}

fn well() -> (String, i32, Vec<String>) {
    ("succeeded".to_owned(), 0, vec![WARNING.to_owned()])
}

#[test]
fn a_rule_is_accepted_for_one_method_and_taken_back() {
    let sandbox = Sandbox::with(&["faults/soft-error"]);
    assert_eq!(ends(&sandbox, &FAILING), soft());
    let first = sandbox.runs().remove(0);
    let recorded = fs::read(first.join("end.json")).unwrap();
    let mut screen = Screen::start(&sandbox, &[], 100, 30);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("i not an error");
    screen.send("i");
    screen.wait_for("✓ accepted from now on; this run stays as it was recorded");
    screen.wait_for("accepted  i takes it back");
    screen.wait_for("Rule text-error-comment accepted from now on; this run stays as recorded");
    screen.wait_for("i an error after all");
    let notes = sandbox.path().join("state/plugdeck/notes/accepted");
    let file = fs::read_dir(&notes).unwrap().flatten().next().unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    assert_eq!(ends(&sandbox, &FAILING), well());
    // The rule is named where the call is, and in no call that it is not accepted for.
    let spec = |run: usize| -> Value {
        serde_json::from_slice(&fs::read(sandbox.runs()[run].join("spec.json")).unwrap()).unwrap()
    };
    assert_eq!(
        (&spec(0)["accepted"], spec(1)["accepted"][0].as_str()),
        (&Value::Null, Some("text-error-comment"))
    );
    // Another rule of the method, and the same rule of another method, count as before.
    let other = [&FAILING[..], &["-p", "shape=nested_error"]].concat();
    assert_eq!(ends(&sandbox, &other), soft());
    assert_eq!(ends(&sandbox, &RAW), soft());
    // What was recorded stays.
    assert_eq!(fs::read(first.join("end.json")).unwrap(), recorded);

    // A call out of the dashboard obeys it too, and its page says so; from there it is taken back.
    screen.send("r");
    screen.wait_until("the success", |text| text.contains("✓ succeeded") && text.contains(WARNING));
    screen.send("i");
    screen.wait_for("from now on this counts as an error again");
    assert_eq!(fs::read_dir(&notes).unwrap().count(), 0);
    assert_eq!(ends(&sandbox, &FAILING), soft());
}

#[test]
fn what_is_no_soft_error_cannot_be_accepted() {
    let sandbox = Sandbox::with(&["faults/soft-error"]);
    assert_eq!(ends(&sandbox, &["faults/soft-error", "fine"]).1, 0);
    let mut screen = Screen::start(&sandbox, &[], 100, 30);
    screen.wait_for("1 kept");
    screen.send("2i");
    screen.wait_for("only a soft_error (!) can be called no error");
    assert!(!sandbox.path().join("state/plugdeck/notes/accepted").exists());
}

#[test]
fn a_damaged_file_is_warned_of_and_nothing_is_accepted() {
    let sandbox = Sandbox::with(&["faults/soft-error"]);
    let notes = sandbox.path().join("state/plugdeck/notes/accepted");
    fs::create_dir_all(&notes).unwrap();
    fs::write(notes.join("faults+soft-error+failing.json"), r#"{"v":1,"agent":"faults/so"#).unwrap();
    let (state, code, warnings) = ends(&sandbox, &FAILING);
    assert_eq!((state.as_str(), code, warnings.len()), ("soft_error", 1, 1));
    assert!(warnings[0].starts_with("no rule is accepted for failing: "), "{warnings:?}");
}
