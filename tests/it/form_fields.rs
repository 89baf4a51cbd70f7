//! The fields of a form on a real terminal: every type by its keys, and where values come from.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

const ENTER: &str = "\r";
const TAB: &str = "\t";
const ESC: &str = "\u{1b}";
const CTRL_O: &str = "\u{f}";
const CTRL_R: &str = "\u{12}";
const CTRL_SPACE: &str = "\0";
const ALT_A: &str = "\u{1b}a";
const ALT_J: &str = "\u{1b}j";
const ALT_N: &str = "\u{1b}n";
const ALT_Q: &str = "\u{1b}q";
const ALT_U: &str = "\u{1b}u";
const ALT_V: &str = "\u{1b}v";
const DOWN: &str = "\u{1b}[B";
const LEFT_SELECTING: &str = "\u{1b}[1;2D";
const UP_MOVING: &str = "\u{1b}[1;4A";

/// An agent that answers with the parameters it was given.
const MANIFEST: &str = r#"
name: echo
version: "1.0.0"
description: Gives back what it gets.
author: plugdeck
interface:
  methods:
    echo:
      description: Gives back what it gets.
      parameters:
        text: {type: string, required: true, description: Any text}
        count: {type: integer, minimum: 1, maximum: 9}
        share: {type: number, default: 0.5}
        deep: {type: boolean}
        level: {type: string, default: low, options: [low, high]}
        tags: {type: list, items: {type: string}}
        server: {type: object, properties: {host: {type: string}, port: {type: integer}}}
        bag: {type: object}
        other: {type: whatever}
"#;

const AGENT: &str =
    "import json, sys\nprint(json.dumps({'result': json.loads(sys.argv[1])['parameters']}))\n";

pub fn echo() -> Sandbox {
    let sandbox = Sandbox::with(&["faults/ok"]);
    fs::create_dir_all(sandbox.agent("local/echo")).unwrap();
    sandbox.write("local/echo", "agent.yaml", MANIFEST);
    sandbox.write("local/echo", "agent.py", AGENT);
    sandbox.make_ready("local/echo");
    sandbox
}

/// The form of the only method, opened.
pub fn form(sandbox: &Sandbox, columns: u16, rows: u16) -> Screen {
    let mut screen = Screen::start(sandbox, &[], columns, rows);
    screen.wait_for("echo");
    screen.send("G");
    screen.wait_for("Any text");
    screen.send(ENTER);
    screen.wait_for("1 problem");
    screen
}

/// The payload of the newest run, as it was recorded.
#[track_caller]
pub fn sent(sandbox: &Sandbox) -> Value {
    // Names of one second stand in any order.
    let created = |run: &PathBuf| run.metadata().unwrap().created().unwrap();
    let run = sandbox.runs().into_iter().max_by_key(created).unwrap();
    let spec: Value = serde_json::from_str(&fs::read_to_string(run.join("spec.json")).unwrap()).unwrap();
    spec["payload"]["parameters"].clone()
}

#[test]
fn every_type_has_its_keys() {
    let sandbox = echo();
    let mut screen = form(&sandbox, 120, 40);
    // Text: lines, a selection, undo.
    screen.send("two\rlines");
    screen.wait_for("2 lines");
    screen.send(&LEFT_SELECTING.repeat(5));
    screen.send("rows");
    screen.wait_until("what was typed", |text| text.contains("│ rows") && !text.contains("│ lines"));
    // Numbers: out of bounds, then in.
    screen.send(&format!("{TAB}12"));
    screen.wait_for("must be 1 … 9");
    screen.send("\u{7f}");
    screen.wait_for("valid");
    screen.send(&format!("{TAB}1e-3"));
    // A switch, options, the list's rows.
    screen.send(&format!("{TAB}f{TAB} {TAB}b{ENTER}a{UP_MOVING}"));
    screen.wait_until("the items", |text| text.contains("│ 0  a") && text.contains("│ 1  b"));
    // An object by its keys; null in one of them.
    screen.send(&format!("{TAB}{TAB}{TAB}localhost{TAB}8{ALT_N}"));
    screen.wait_for("2 keys");
    // JSON, laid out on request; an unknown type.
    screen.send(&format!("{TAB}{{\"a\":1,\"b\":[]"));
    screen.wait_for("is never closed");
    screen.send("}");
    screen.wait_for("valid");
    screen.send(ALT_Q);
    screen.wait_for("4 lines");
    screen.send(&format!("{TAB}free"));
    screen.wait_for("│ free");
    screen.send(CTRL_R);
    screen.wait_for("succeeded");
    let expected = json!({
        "text": "two\nrows", "count": 1, "share": 1e-3, "deep": false, "level": "low", "tags": ["a", "b"],
        "server": {"host": "localhost", "port": null}, "bag": {"a": 1, "b": []}, "other": "free",
    });
    assert_eq!(sent(&sandbox), expected);
}

#[test]
fn wrong_values_are_sent_at_the_second_try_and_absent_ones_not_at_all() {
    let sandbox = echo();
    let mut screen = form(&sandbox, 80, 24);
    // A null where a text must be, a text where a number must be, an empty text as JSON.
    screen.send(ALT_N);
    screen.wait_for("typed as JSON");
    screen.send(&format!("{TAB}many"));
    screen.wait_for("must be an integer");
    screen.send(&format!("{TAB}1{ALT_A}{TAB}{TAB}{ALT_J}\"\""));
    screen.send(CTRL_R);
    screen.wait_for("send it anyway?");
    screen.send(CTRL_R);
    screen.wait_for("succeeded");
    assert_eq!(sent(&sandbox), json!({"text": null, "count": "many", "level": ""}));
}

#[test]
fn a_files_text_is_found_by_its_path_and_a_key_in_it_is_told() {
    let sandbox = echo();
    let folder = sandbox.path().join("texts/deep");
    fs::create_dir_all(&folder).unwrap();
    let key = format!("sk-{}", "a1B2".repeat(8));
    fs::write(folder.join("notes.md"), format!("first\nuse {key}\n")).unwrap();
    fs::write(folder.join("noise.bin"), b"\0\0").unwrap();
    let mut screen = form(&sandbox, 120, 40);
    screen.send(&format!("{CTRL_O}{}/te", sandbox.path().display()));
    screen.wait_for("texts/");
    screen.send(TAB);
    screen.wait_for("texts/deep/");
    screen.send(&format!("{TAB}no"));
    screen.wait_until("the files", |text| text.contains("noise.bin") && text.contains("notes.md"));
    // A tab goes on as far as there is one way, then to the next offer.
    screen.send(&format!("{TAB}{ENTER}"));
    screen.wait_for("noise.bin is binary");
    screen.send(&format!("{DOWN}{ENTER}"));
    screen.wait_until("the text and the warning", |text| {
        text.contains("│ first") && text.contains("`text` looks like a key (sk-…)")
    });
    screen.send(CTRL_R);
    screen.wait_for("succeeded");
    assert_eq!(sent(&sandbox)["text"], format!("first\nuse {key}\n"));
}

#[test]
fn what_an_earlier_run_was_given_and_has_answered_can_be_taken() {
    let sandbox = echo();
    for text in ["first words", "second words"] {
        let (_, code) = sandbox.run(&["local/echo", "echo", "-p", &format!("text={text}"), "-p", "count=7"]);
        assert_eq!(code, 0);
    }
    let mut screen = form(&sandbox, 120, 40);
    screen.wait_until("the earlier values", |text| text.contains("earlier  second words  first words"));
    screen.send(&format!("{CTRL_SPACE}{CTRL_SPACE}"));
    screen.wait_for("│ first words");
    screen.send(ALT_U);
    screen.wait_for("│ second words");
    // The answer of the newest run, the payload of the one before.
    screen.send(&format!("{TAB}{ALT_V}"));
    screen.wait_until("the answer", |text| text.contains("run 1 of 2") && text.contains("\"count\": 7"));
    screen.send(&format!("j{ENTER}"));
    screen.wait_for("│ 7");
    screen.send(&format!("\u{1b}[Z{ALT_V}"));
    screen.wait_for("run 1 of 2");
    screen.send("]");
    screen.wait_until("the run before", |text| text.contains("run 2 of 2") && text.contains("first words"));
    screen.send(TAB);
    screen.wait_for("\"method\": \"echo\"");
    screen.send(&format!("jj{ENTER}"));
    screen.wait_for("│ first words");
    screen.send(CTRL_R);
    screen.wait_for("succeeded");
    assert_eq!(sent(&sandbox), json!({"text": "first words", "count": 7}));
}

#[test]
fn a_paste_of_ten_thousand_lines_is_one_edit_and_two_megabytes_can_be_typed_in() {
    let sandbox = echo();
    let mut screen = form(&sandbox, 80, 24);
    let lines: String = (0..10_000).map(|n| format!("line {n}\r")).collect::<Vec<_>>().concat();
    screen.send(&format!("\u{1b}[200~{lines}\u{1b}[201~"));
    screen.wait_for("10001 lines");
    screen.send("END");
    screen.wait_for("│ END");
    screen.send(&format!("{ALT_U}{ALT_U}"));
    screen.wait_until("nothing again", |text| text.contains("required") && !text.contains("line 9999"));
    // Wide, combining, from right to left, joined by invisible signs.
    screen.send(ESC);
    screen.wait_for("edit field");
    screen.send("i日本 e\u{301} שלום 👨‍👩‍👧 end");
    screen.wait_for("end");
    fs::write(sandbox.path().join("large"), "0123456789 abcdefghij\n".repeat(100_000)).unwrap();
    screen.send(&format!("{CTRL_O}{}/large{ENTER}", sandbox.path().display()));
    screen.wait_for("100001 lines · 2.2 MB");
    screen.send("last words");
    screen.wait_for("│ last words");
    screen.send(DOWN);
    screen.send(CTRL_R);
    screen.wait_for("succeeded");
    let text = sent(&sandbox)["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("日本 e\u{301} שלום 👨‍👩‍👧 end0123456789 abc") && text.ends_with("\nlast words"));
}
