//! A result that is searched, viewed, copied and saved: by keys, on the real program.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::wait_for;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const DOWN: &str = "j";

/// A world with an ended call that has answered with this value: the page of its result, on a terminal.
fn page(value: &Value, variables: &[(&str, &str)], columns: u16, rows: u16) -> (Sandbox, Screen) {
    let sandbox = Sandbox::with(&["faults/soft-error"]);
    sandbox.run(&["faults/soft-error", "raw", "-p", &format!("value={value}")]);
    let screen = open(&sandbox, variables, columns, rows);
    (sandbox, screen)
}

/// The page of the last run.
fn open(sandbox: &Sandbox, variables: &[(&str, &str)], columns: u16, rows: u16) -> Screen {
    let mut screen = Screen::start_with(sandbox, &[], variables, columns, rows);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("Payload");
    screen
}

/// A program that puts what it reads into a file, which is there when all of it has come.
fn keeper(sandbox: &Sandbox) -> String {
    let path = sandbox.path().join("keeper");
    fs::write(&path, "#!/bin/sh\ncat > \"$HOME/.half\"\necho \"$1\" > \"$HOME/arguments\"\nmv \"$HOME/.half\" \"$HOME/kept\"\n")
        .unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn kept(sandbox: &Sandbox) -> String {
    let path = sandbox.path().join("kept");
    let text = wait_for("what the pager got", || fs::read_to_string(&path).ok());
    fs::remove_file(path).unwrap();
    text
}

#[test]
fn a_result_is_searched_and_the_place_has_a_path() {
    let items: Vec<_> = (0..400).map(|n| json!({"name": format!("item {n}"), "more": {"n": n}})).collect();
    let value = json!({"items": items, "odd key": ["Item 7", "nothing"]});
    let (_sandbox, mut screen) = page(&value, &[], 100, 30);
    screen.wait_for("object · 2 keys");
    screen.send("-/item 7");
    // 7 and 70 to 79 among the items, and one with a capital.
    screen.wait_until("the first place", |text| text.contains("1/12") && text.contains(".items[7].name"));
    screen.send(ENTER);
    screen.wait_for("esc back");
    screen.send("n");
    screen.wait_until("the second", |text| text.contains("2/12") && text.contains(".items[70].name"));
    screen.send("NN");
    screen.wait_until("the last", |text| text.contains("12/12") && text.contains(r#".["odd key"][0]"#));
    screen.send("/Item");
    screen.wait_for("1/1");
    screen.send(ESC);
    screen.wait_gone("1/1");
    screen.send(&format!("/nowhere{ENTER}"));
    screen.wait_for("not found");
    // The first esc leaves the search, the second one the page.
    screen.send(ESC);
    screen.wait_gone("not found");
    screen.wait_for("Payload");
    screen.send(ESC);
    screen.wait_for("1 Agents");
}

#[test]
fn the_selected_value_its_path_and_the_result_are_copied() {
    let (_sandbox, mut screen) = page(&json!({"a": {"text": "one\ntwo"}}), &[], 100, 30);
    screen.wait_for("\"text\"");
    let copied = |screen: &mut Screen, key: &str, says: &str| {
        screen.send("y");
        screen.wait_for("Copy as");
        screen.bytes.clear();
        screen.send(key);
        screen.wait_for(says);
        let bytes = String::from_utf8_lossy(&screen.bytes).into_owned();
        let (_, rest) = bytes.split_once("\u{1b}]52;c;").unwrap();
        rest.split('\u{7}').next().unwrap().to_owned()
    };
    screen.send(DOWN);
    screen.wait_for(".a.text");
    assert_eq!(copied(&mut screen, "y", "the selected value · 7 B"), "b25lCnR3bw==");
    assert_eq!(copied(&mut screen, "P", "its path · 7 B"), "LmEudGV4dA==");
    screen.send("k");
    screen.wait_gone(".a.text");
    assert_eq!(copied(&mut screen, "y", "the selected value · 20 B"), "eyJ0ZXh0IjogIm9uZVxudHdvIn0=");
}

#[test]
fn the_pager_gets_safe_text_and_gives_the_terminal_back() {
    let hostile = "first\u{1b}[2J\u{1b}]0;title\u{7}\n\t\u{1b}[31mred";
    let sandbox = Sandbox::with(&["faults/soft-error", "faults/ok"]);
    sandbox.run(&["faults/soft-error", "raw", "-p", &format!("value={}", json!({"t": hostile, "n": [1]}))]);
    let pager = format!("{} argument", keeper(&sandbox));
    let mut screen = open(&sandbox, &[("PAGER", &pager)], 100, 30);
    screen.wait_for("\"t\"");
    screen.send("v");
    assert_eq!(kept(&sandbox), "first\n        \u{1b}[31mred\u{1b}[0m\n");
    assert_eq!(fs::read_to_string(sandbox.path().join("arguments")).unwrap(), "argument\n");
    screen.wait_for("object · 2 keys");
    screen.send("-j");
    screen.wait_for(".n");
    screen.send("v");
    assert_eq!(kept(&sandbox), "[\n  1\n]\n");
    // The payload, from its tab; then what was printed, from that of another run.
    screen.send("[");
    screen.wait_for("Output");
    screen.send("]]]]");
    screen.wait_for("Command");
    screen.send("v");
    assert!(kept(&sandbox).starts_with("{\n  \"method\": \"raw\",\n"));
    screen.wait_for("Command");
    drop(screen);
    let (report, _) = sandbox.run(&["faults/ok", "say", "-p", "lines=500", "-p", "word=pager"]);
    let mut screen = Screen::start_with(&sandbox, &[], &[("PAGER", &pager)], 100, 30);
    screen.wait_for("2 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("Last stderr");
    screen.send("[");
    screen.wait_for("500");
    screen.send("v");
    let printed = kept(&sandbox);
    let run = Path::new(report["directory"].as_str().unwrap());
    let stderr = fs::read_to_string(run.join("stderr")).unwrap();
    // The reply on stdout stands where it came.
    let (reply, said): (Vec<_>, Vec<_>) = printed.lines().partition(|line| line.starts_with('{'));
    assert!(reply.len() == 1 && said.len() >= 500 && said.iter().copied().eq(stderr.lines()), "{printed}");
    screen.wait_for("Output");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
}

#[test]
fn a_pager_that_is_not_there_or_fails_is_said_in_one_sentence() {
    for (variables, says) in [
        (vec![("PAGER", "/no/such/pager -x")], "the pager /no/such/pager -x was not found"),
        (vec![("PAGER", "sh -c 'exit 3'")], "the pager failed: exit status: 3"),
        (vec![("PAGER", ""), ("PATH", "/nowhere")], "no pager was found: install less"),
    ] {
        let (_sandbox, mut screen) = page(&json!({"a": 1}), &variables, 100, 30);
        screen.wait_for("\"a\"");
        screen.send("v");
        screen.wait_until(says, |text| text.contains(says) && text.contains("\"a\": 1"));
    }
}

#[test]
fn a_result_is_saved_and_an_existing_file_is_asked_about() {
    let (sandbox, mut screen) = page(&json!({"a": ["ü", 1.50]}), &[], 200, 30);
    screen.wait_for("\"a\"");
    let run = sandbox.runs()[0].file_name().unwrap().to_string_lossy().into_owned();
    let name = format!("soft-error-raw-{}.json", &run[run.len() - 4..]);
    let file = sandbox.path().join(&name);
    screen.send("s");
    screen.wait_for(&format!("./{name}"));
    screen.send(ENTER);
    let says = format!("saved 22 B in {}", file.display());
    screen.wait_for(&says);
    assert_eq!(fs::read_to_string(&file).unwrap(), r#"{"a": ["\u00fc", 1.5]}"#);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    // There is one now: asked about, kept by esc, overwritten by a second enter.
    fs::write(&file, "mine").unwrap();
    screen.send(&format!("s{ENTER}"));
    screen.wait_for("there is a file of this name");
    screen.send(ESC);
    screen.wait_gone("there is a file of this name");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    screen.send(&format!("s{ENTER}"));
    screen.wait_for("overwrite it");
    screen.send(ENTER);
    screen.wait_gone("Save to a file");
    assert_eq!(fs::read_to_string(&file).unwrap().len(), 22);
    // Another name, in the home; a folder that is not there is said in the box.
    screen.send("s\u{15}~/none/x.json");
    screen.wait_for("~/none/x.json");
    screen.send(ENTER);
    screen.wait_for("there is no folder");
    screen.send("\u{15}~/x.json");
    screen.wait_gone("there is no folder");
    screen.send(ENTER);
    screen.wait_gone("Save to a file");
    assert_eq!(fs::read(sandbox.path().join("x.json")).unwrap(), fs::read(&file).unwrap());
    // Of the output each stream byte for byte.
    screen.send("[");
    screen.wait_for("sup");
    screen.send("s\t");
    screen.wait_for("stdout, byte for byte");
    screen.send(&format!("\u{15}out{ENTER}"));
    screen.wait_gone("Save to a file");
    assert_eq!(
        fs::read(sandbox.path().join("out")).unwrap(),
        fs::read(sandbox.runs()[0].join("stdout")).unwrap()
    );
}

#[test]
fn fifty_megabytes_are_shown_quickly_searched_and_saved_whole() {
    let sandbox = Sandbox::with(&["faults/noise"]);
    sandbox.run(&["faults/noise", "big_result", "-p", "megabytes=50", "-p", "lines=true"]);
    let pager = keeper(&sandbox);
    let mut screen = open(&sandbox, &[("PAGER", &pager)], 100, 30);
    screen.wait_for("string · 50.5 MB");
    screen.send("/789012");
    screen.wait_for("of the beginning");
    screen.send(&format!("{ENTER}Gg"));
    screen.wait_for("n N");
    screen.send(ESC);
    screen.wait_gone("n N");
    screen.send(&format!("s\u{15}whole.json{ENTER}"));
    screen.wait_for("saved 50.5 MB");
    let saved = fs::read(sandbox.path().join("whole.json")).unwrap();
    let stdout = fs::read(sandbox.runs()[0].join("stdout")).unwrap();
    let prefix = b"{\"result\": ".len();
    assert!(saved.len() > 50_000_000 && saved == stdout[prefix..prefix + saved.len()]);
    assert_eq!(&stdout[prefix + saved.len()..], b"}\n");
    screen.send("v");
    let text: String = serde_json::from_slice(&saved).unwrap();
    assert!(kept(&sandbox) == text, "the pager gets all of it");
    screen.wait_for("string · 50.5 MB");
}

#[test]
fn nothing_an_empty_object_and_a_running_call_are_told_apart() {
    let said = |agent: &str, method: &str| {
        let sandbox = Sandbox::with(&[agent]);
        sandbox.run(&[agent, method]);
        let mut screen = open(&sandbox, &[], 100, 30);
        screen.wait_for("Result");
        screen.wait_for("wall");
        screen.text()
    };
    let nothing = said("faults/noise", "nothing");
    assert!(nothing.contains("no result") && nothing.contains("nothing on stdout"), "{nothing}");
    let broken = said("faults/noise", "cut_short");
    assert!(broken.contains("rest of this is mis") && broken.contains("^ EOF while parsing"), "{broken}");
    let nan = said("faults/noise", "nan");
    assert!(nan.contains("^ expected value"), "{nan}");
    let (_sandbox, screen) = page(&json!({}), &[], 100, 30);
    let mut screen = screen;
    screen.wait_for("the result is an empty object");
    let sandbox = Sandbox::with(&["faults/slow"]);
    sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50"]);
    let mut screen = open(&sandbox, &[], 100, 30);
    screen.send("]");
    screen.wait_for("running: the result comes at the end");
    screen.send("/s");
    screen.wait_for("there is no result to save");
}
