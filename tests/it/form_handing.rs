//! Presets, texts in an editor, and commands that are copied: by keys, on the real program.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::sandbox::{PYTHON, Sandbox};
use crate::support::screen::Screen;
use crate::support::wait_for;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const CTRL_G: &str = "\u{7}";
const CTRL_S: &str = "\u{13}";
const F2: &str = "\u{1b}OQ";

fn form(sandbox: &Sandbox, variables: &[(&str, &str)]) -> Screen {
    let mut screen = Screen::start_with(sandbox, &[], variables, 100, 40);
    screen.wait_for("Takes a text apart");
    screen.send(ENTER);
    screen.wait_for("1 problem");
    screen
}

#[test]
fn a_preset_is_saved_shared_and_used_and_the_environment_stays_ready() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    assert_eq!(sandbox.plugdeck(&["build", "demo/text-stats", "--yes"]).code, 0);
    let mut screen = form(&sandbox, &[]);
    screen.send("one two one");
    screen.wait_for("valid");
    screen.send(&format!("{CTRL_S}twice{ENTER}"));
    screen.wait_for("saved as twice");
    let file = sandbox.agent("demo/text-stats").join("plugdeck.presets.json");
    let before = fs::read_to_string(&file).unwrap();
    assert!(before.starts_with("{\n  \"presets\": {\n    \"analyze\": {\n      \"twice\": {"), "{before}");
    // The same name again is asked for.
    screen.send(&format!("!{CTRL_S}{ENTER}"));
    screen.wait_for("enter overwrites it");
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    screen.send(ENTER);
    screen.wait_for("saved as twice");
    assert!(fs::read_to_string(&file).unwrap().contains("one two one!"));
    assert_eq!(sandbox.plugdeck(&["list", "--json"]).json()[0]["environment"], "ready");
    // In the list it is loaded, from a form that was emptied.
    screen.send("\u{1b}x");
    screen.wait_for("1 problem");
    screen.send(ESC);
    screen.wait_for("edit field");
    screen.send("p");
    screen.wait_until("the list", |text| text.contains("Presets of analyze") && text.contains("twice"));
    screen.send(ENTER);
    screen.wait_for("one two one!");
    // The command line has it too; what else is given wins.
    let (run, code) = sandbox.run(&["demo/text-stats", "analyze", "--preset", "twice", "-p", "top=1"]);
    assert_eq!((code, &run["result"]["counts"]["words"]), (0, &json!(3)), "{run}");
    let (run, _) = sandbox.run(&["demo/text-stats", "analyze", "--preset", "twice", "-p", "text=one"]);
    assert_eq!(run["result"]["counts"]["words"], 1, "{run}");
    let refused = sandbox.plugdeck(&["run", "demo/text-stats", "analyze", "--preset", "thrice"]);
    assert!(refused.code == 3 && refused.stderr.contains("it has \"twice\""), "{}", refused.stderr);
    // A damaged file is said with its line, and stays as it is.
    fs::write(&file, "{\n<<<<<<<").unwrap();
    let refused = sandbox.plugdeck(&["run", "demo/text-stats", "analyze", "--preset", "twice"]);
    assert!(refused.code == 2 && refused.stderr.contains("line 2"), "{}", refused.stderr);
    screen.send(&format!("{CTRL_S}{ENTER}"));
    screen.wait_until("the reason", |text| text.contains("left as it is") && text.contains("2 column 1"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\n<<<<<<<");
}

/// A program that stands in for an editor.
fn editor(sandbox: &Sandbox, name: &str, script: &str) -> String {
    let path = sandbox.path().join(name);
    fs::write(&path, format!("#!/bin/sh\nfor file; do :; done\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn texts_go_through_the_editor_and_back() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let seen = sandbox.path().join("seen");
    let script = format!(
        "stat -c %a \"$file\" > {0}; basename \"$file\" >> {0}; sed -i 's/typed/edited/' \"$file\"",
        seen.display()
    );
    let editor_path = editor(&sandbox, "editor", &script);
    let mut screen = form(&sandbox, &[("EDITOR", &editor_path)]);
    screen.send("typed text");
    screen.wait_for("valid");
    screen.send(CTRL_G);
    screen.wait_for("edited text");
    assert_eq!(fs::read_to_string(&seen).unwrap(), "600\ntext.md\n");
    assert_eq!(fs::read_dir(sandbox.path().join("state/plugdeck/notes/edit")).unwrap().count(), 0);
    screen.send("\u{1b}u");
    screen.wait_for("typed text");
    // The whole payload, on the JSON side.
    screen.send(F2);
    screen.wait_for("\"parameters\"");
    screen.send(CTRL_G);
    screen.wait_for("\"edited text\"");
    assert!(fs::read_to_string(&seen).unwrap().ends_with("payload.json\n"));
    screen.send(CTRL_G);
    screen.wait_for("changed nothing");
    screen.send("q");
    drop(screen);
    for (script, says) in
        [("echo lost > \"$file\"; exit 3", "nothing changed: the editor failed"), (":", "changed nothing")]
    {
        let sandbox = Sandbox::with(&["demo/text-stats"]);
        let editor_path = editor(&sandbox, "editor", script);
        let mut screen = form(&sandbox, &[("VISUAL", &editor_path)]);
        screen.send("typed text");
        screen.wait_for("valid");
        screen.send(CTRL_G);
        screen.wait_until(says, |text| text.contains(says) && text.contains("typed text"));
    }
    let mut screen = form(&Sandbox::with(&["demo/text-stats"]), &[("VISUAL", ""), ("EDITOR", "")]);
    screen.send(&format!("typed{CTRL_G}"));
    screen.wait_for("set VISUAL or EDITOR");
}

#[test]
fn an_at_offers_files_and_what_is_typed_stays() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let folder = sandbox.path().join("words");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("short.txt"), "from the file\n").unwrap();
    let mut screen = form(&sandbox, &[]);
    // No file goes on like this: it is a text.
    screen.send("@nobody knows");
    screen.wait_for("@nobody knows");
    screen.wait_for("valid");
    screen.send("\u{1b}x");
    screen.wait_for("1 problem");
    screen.send(&format!("@{}/w", sandbox.path().display()));
    screen.wait_until("the offer", |text| text.contains("text of a file") && text.contains("/words/"));
    screen.send("\t");
    screen.wait_for("short.txt");
    screen.send(ESC);
    screen.wait_gone("short.txt");
    // The text is as far as it was completed.
    let field = format!("@{}/words/", sandbox.path().display());
    screen.wait_for(&field);
    screen.send("\u{7f}/");
    screen.wait_for(&field);
    assert!(!screen.text().contains("text of a file"));
    screen.send("\u{15}@");
    screen.wait_gone(&field);
    screen.send(&format!("{}/words/s", sandbox.path().display()));
    screen.wait_for("short.txt");
    screen.send(&format!("\t{ENTER}"));
    screen.wait_for("from the file");
    screen.send("\u{1b}u");
    screen.wait_for(&format!("{field}short.txt"));
}

/// What the program has put into the terminal's clipboard last.
fn clipboard(screen: &mut Screen) -> Vec<u8> {
    let bytes = wait_for("a copy", || {
        screen.pump_once();
        let text = String::from_utf8_lossy(&screen.bytes).into_owned();
        let from = text.rfind("\u{1b}]52;c;")? + "\u{1b}]52;c;".len();
        let encoded = &text[from..];
        Some(encoded[..encoded.find('\u{7}')?].to_owned())
    });
    screen.bytes.clear();
    let decode = "import base64,sys; sys.stdout.buffer.write(base64.b64decode(sys.argv[1]))";
    Command::new(&*PYTHON).args(["-c", decode, &bytes]).output().unwrap().stdout
}

/// Pastes a command into a shell whose `plugdeck` is this one.
fn paste(sandbox: &Sandbox, command: &[u8]) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_plugdeck")).parent().unwrap();
    let mut path = OsString::from(program);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let file: PathBuf = sandbox.path().join("pasted");
    fs::write(&file, command).unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(String::from_utf8(command.to_vec()).unwrap()).current_dir("/");
    let output =
        shell.envs(sandbox.variables()).env_remove("AGENTHUB_DIR").env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The payload that the only run but these was given, byte for byte.
fn payload(sandbox: &Sandbox, but: &[PathBuf]) -> String {
    let mut runs = sandbox.runs();
    runs.retain(|run| !but.contains(run));
    let [run] = runs.as_slice() else { panic!("{runs:?}") };
    let spec = fs::read_to_string(run.join("spec.json")).unwrap();
    let from = spec.find("\"payload\":").unwrap() + "\"payload\":".len();
    let mut values = serde_json::Deserializer::from_str(&spec[from..]).into_iter::<Value>();
    values.next().unwrap().unwrap();
    spec[from..from + values.byte_offset()].to_owned()
}

#[test]
fn a_selected_text_is_copied_cut_and_typed_over() {
    const SHIFT_LEFT: &str = "\u{1b}[1;2D";
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = form(&sandbox, &[]);
    screen.send("one 你好é");
    screen.wait_for("one 你好é");
    screen.send(&format!("{SHIFT_LEFT}{SHIFT_LEFT}\u{3}"));
    screen.wait_for("the selected text · 5 B by OSC 52");
    assert_eq!(String::from_utf8(clipboard(&mut screen)).unwrap(), "好é");
    // It is still selected: what is typed takes its place, and what was copied comes back.
    screen.send("X\u{19}");
    screen.wait_for("one 你X好é");
    screen.send(&format!("{SHIFT_LEFT}{SHIFT_LEFT}{SHIFT_LEFT}\u{18}"));
    screen.wait_until("what is left", |text| text.contains("one 你 ") && !text.contains('X'));
    screen.send("\u{19}\u{3}");
    screen.wait_until("the question", |text| text.contains("Quit plugdeck") || text.contains("quit too"));
    screen.send(ESC);
    screen.wait_for("one 你X好é");
}

#[test]
fn a_copied_command_gives_the_agent_the_same_bytes() {
    let hostile =
        "it's \"quoted\" $HOME `id` $(id) \\ !! %s \n\tnext line\r\n🧩 é \u{202e} *?[a] ~ # ; & | <>";
    let large = "ä'\"$\n".repeat(40_000);
    for (text, context) in [(hostile, Some("{\"k\": [1.50, \"it's\"]}")), (&large, None), ("", None)] {
        let sandbox = Sandbox::with(&["faults/ok"]);
        let parameters = json!({ "text": text, "list": ["-x", null], "unknown": "$(id)" }).to_string();
        let file = sandbox.path().join("parameters.json");
        fs::write(&file, parameters).unwrap();
        let mut arguments = vec!["faults/ok", "echo", "--force", "--params-file", file.to_str().unwrap()];
        // Limits go with the payload.
        arguments.extend(["--timeout", "44.5", "--memory", "300M", "--silence", "20"]);
        arguments.extend(["--silence-notice", "off"]);
        arguments.extend(context.iter().flat_map(|context| ["--tool-context", context]));
        let (first, code) = sandbox.run(&arguments);
        assert_eq!((code, &first["result"]["parameters"]["text"]), (0, &json!(text)));
        let sent = payload(&sandbox, &[]);
        let mut screen = Screen::start(&sandbox, &[], 100, 40);
        screen.wait_for("kept");
        screen.send("2gyc");
        screen.wait_for("OSC 52");
        let command = clipboard(&mut screen);
        assert_eq!(text.len() > 8_192, String::from_utf8_lossy(&command).contains("--params-file"));
        let before = sandbox.runs();
        paste(&sandbox, &command);
        assert!(payload(&sandbox, &before) == sent, "not the same bytes");
        let said = String::from_utf8_lossy(&command);
        let flags = ["--timeout=44.5", "--memory=300M", "--silence=20", "--silence-notice=0"];
        assert!(flags.iter().all(|flag| said.contains(flag)), "{said}");
        if text.len() > 8_192 {
            screen.send("yd");
            screen.wait_for("an argument holds");
            continue;
        }
        screen.send("yd");
        let reply: Value = serde_json::from_str(&paste(&sandbox, &clipboard(&mut screen))).unwrap();
        assert_eq!(reply["result"], first["result"]);
        screen.send("yp");
        assert_eq!(String::from_utf8(clipboard(&mut screen)).unwrap(), sent);
    }
}
