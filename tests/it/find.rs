//! Searching, filtering and jumping in a run's output, on a real terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::wait_for;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";

const MANIFEST: &str = r#"name: wordy
version: "1.0.0"
description: Says very much, and what matters stands somewhere in it.
interface:
  methods:
    talk:
      description: Prints numbered lines; some have a needle, half of those in two colours; two are tracebacks.
      parameters:
        lines: {type: integer, description: How many lines., required: true}
      returns: {type: object, description: How many lines had a needle.}
"#;

const AGENT: &str = r#"import json, sys, traceback
lines = json.loads(sys.argv[1])["parameters"]["lines"]
needles = 0
for number in range(1, lines + 1):
    word = ""
    if number % 10000 == 0:
        needles += 1
        word = " need\033[31mle\033[0m" if needles % 2 else " needle"
    sys.stderr.write(f"line {number}{word}\n")
    if number in (lines // 4, lines // 2):
        try:
            raise ValueError(f"after line {number}")
        except ValueError:
            traceback.print_exc()
print(json.dumps({"result": {"found": needles}}))
"#;

/// A run of so many lines with a needle in every 10,000th, and its page with the output.
fn page(lines: &str) -> (Sandbox, Screen) {
    let sandbox = Sandbox::new();
    sandbox.write("faults/wordy", "agent.yaml", MANIFEST);
    sandbox.write("faults/wordy", "agent.py", AGENT);
    sandbox.make_ready("faults/wordy");
    let (run, _) = sandbox.run(&["faults/wordy", "talk", "-p", &format!("lines={lines}")]);
    assert_eq!(run["state"], "succeeded", "{run}");
    let mut screen = Screen::start(&sandbox, &[], 120, 30);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("found");
    screen.send("[");
    screen.wait_for("follow ·");
    (sandbox, screen)
}

/// The lines of the agent's that are shown, from the first one on.
fn shown(screen: &str) -> Vec<String> {
    let text = |line: &str| Some(line.split_once("err │ ")?.1.split("  ").next()?.trim_end().to_owned());
    screen.lines().filter_map(text).collect()
}

/// The texts on a ground of their own: the hits.
fn lit(screen: &Screen) -> Vec<String> {
    let cells = screen.cells();
    let (rows, columns) = cells.size();
    let (rows, columns) = (rows.get(), columns.get());
    let paper = cells.cell(rows - 2, 0).map(vt100::Cell::bgcolor);
    let mut lit = Vec::new();
    // What is said at the bottom has a ground of its own too.
    for y in 4..rows - 5 {
        let mut text = String::new();
        for cell in (14..columns / 2).filter_map(|x| cells.cell(y, x)) {
            if Some(cell.bgcolor()) != paper || cell.inverse() {
                text += cell.contents();
            }
        }
        if !text.is_empty() {
            lit.push(text);
        }
    }
    lit
}

#[test]
fn a_search_counts_and_leads_from_hit_to_hit() {
    let (_sandbox, mut screen) = page("200000");
    screen.send("/");
    screen.wait_for("esc leave");
    screen.send("needle");
    // From what is shown at the end.
    screen.wait_for("20/20 ·");
    screen.send(ENTER);
    screen.wait_for("n next");
    screen.send("n");
    screen.wait_for(" 1/20 ·");
    assert!(screen.text().contains("on from the beginning"), "{}", screen.text());
    // The first one has its colour in the middle of the word.
    assert_eq!(lit(&screen), ["needle"], "{}", screen.text());
    assert!(shown(&screen.text()).contains(&"line 10000 needle".to_owned()), "{}", screen.text());
    screen.send("nn");
    screen.wait_for(" 3/20 ·");
    assert!(shown(&screen.text()).contains(&"line 30000 needle".to_owned()), "{}", screen.text());
    screen.send("N");
    screen.wait_for(" 2/20 ·");
    screen.send("NN");
    screen.wait_for("20/20 ·");
    screen.send("/");
    screen.send("/line 1(2|3)\\d{4} n/");
    screen.wait_for(" 1/2 ");
    screen.send(ENTER);
    screen.send("n");
    screen.wait_for("2/2 ·");
    assert_eq!(lit(&screen), ["line 130000 n"]);
    screen.send(ESC);
    screen.wait_gone("2/2 ·");
    assert!(lit(&screen).is_empty(), "{}", screen.text());
    screen.send("/");
    screen.send("/(/");
    screen.wait_for("no regular expression: unclosed group");
    screen.send(&format!("\u{15}\u{1b}[200~nowhere\u{1b}[201~{ENTER}"));
    screen.wait_for("no hit");
}

#[test]
fn a_filter_shows_its_lines_those_around_and_leads_back() {
    let (_sandbox, mut screen) = page("40000");
    screen.send("gjjjjj");
    screen.wait_for("6 of 40");
    let before = shown(&screen.text());
    screen.send(&format!("&needle{ENTER}"));
    screen.wait_until("the four lines", |text| {
        shown(text) == ["line 10000 needle", "line 20000 needle", "line 30000 needle", "line 40000 needle"]
    });
    screen.send("+");
    screen.wait_for("& needle +1");
    screen.wait_for("line 9999 ");
    let around = ["line 9999", "line 10000 needle", "Traceback (most recent call last):", "line 19999"];
    assert_eq!(shown(&screen.text())[..4], around, "{}", screen.text());
    screen.send("-");
    screen.wait_gone("line 9999 ");
    screen.send(ESC);
    screen.wait_for("6 of 40");
    assert_eq!(shown(&screen.text()), before);
    // Whoever is led elsewhere in it stays there.
    screen.send(&format!("&needle{ENTER}"));
    screen.wait_for("line 40000 needle");
    screen.send(&format!("/20000{ENTER}"));
    screen.wait_for(" 1/1 ·");
    screen.send(ESC);
    screen.wait_gone(" 1/1 ·");
    screen.send("&\u{15}");
    screen.send(ENTER);
    screen.wait_for("line 20001");
    assert_eq!(shown(&screen.text())[..2], ["line 19999", "line 20000 needle"], "{}", screen.text());
}

#[test]
fn jumps_streams_and_marks() {
    let (_sandbox, mut screen) = page("40000");
    screen.send("g}");
    screen.wait_for("ValueError: after line 10000");
    screen.send("}");
    screen.wait_for("ValueError: after line 20000");
    screen.send("}");
    screen.wait_for("no error and no traceback after this line");
    screen.send("{");
    screen.wait_for("ValueError: after line 10000");
    screen.send("m");
    screen.wait_for("── mark 1 · ");
    let text = screen.text();
    let mark = text.lines().position(|line| line.contains("mark 1")).unwrap();
    assert!(text.lines().nth(mark + 1).unwrap().contains("ValueError: after line 10000"), "{text}");
    screen.send(")");
    screen.wait_for("no silence of 10 s or more after this line");
    // A hit in a folded traceback unfolds it; whoever leaves the search finds it folded again.
    screen.send("/raise Value");
    screen.wait_for("raise ValueError(");
    screen.wait_for(" 1/2 ");
    screen.send(ESC);
    screen.wait_gone("raise ValueError(");
    screen.send("O");
    screen.wait_for("stdout · ");
    screen.wait_for("{\"result\": {\"found\": 4}}");
    screen.send("O");
    screen.wait_for("stderr · ");
    screen.send("O");
    screen.wait_for("supervisor · ");
    screen.wait_for("sup │ exit 0");
    screen.send("Og");
    screen.wait_for("sup │ spawned");
    screen.wait_for("line 1 ");
}

/// The line above which the mark of this number stands.
fn marked(text: &str, number: usize) -> String {
    let mut lines = text.lines().skip_while(|line| !line.contains(&format!("── mark {number} · ")));
    lines.nth(1).unwrap_or_default().to_owned()
}

/// The files of marks that a world has, and what stands in them.
fn marks_of(sandbox: &Sandbox) -> Vec<Value> {
    let folder = sandbox.path().join("state/plugdeck/notes/marks");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let read = |entry: fs::DirEntry| serde_json::from_slice(&fs::read(entry.path()).ok()?).ok();
    entries.filter_map(read).collect()
}

/// The output of the run that was shown before, in a dashboard that is started anew.
fn again(sandbox: &Sandbox) -> Screen {
    let mut screen = Screen::start(sandbox, &[], 120, 30);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("found");
    screen.send("[");
    screen.wait_for("follow ·");
    screen
}

#[test]
fn marks_are_kept_reached_and_taken_away() {
    let (sandbox, mut screen) = page("40000");
    screen.send("u");
    screen.wait_for("no mark here yet: m makes one");
    // One in the middle, one at the top, one at the end; they are numbered as they stand.
    screen.send("g}");
    screen.wait_for("ValueError: after line 10000");
    screen.send("m");
    screen.wait_for("── mark 1 · ");
    screen.send("gjjm");
    screen.wait_until("the mark above", |text| marked(text, 1).contains("line 2 "));
    screen.send("G");
    screen.wait_for("follow ·");
    // What was made last is kept too, however soon the dashboard ends.
    screen.send("mq");
    assert_eq!(screen.wait_exit(), 0);
    let files = marks_of(&sandbox);
    assert_eq!(files[0]["marks"].as_array().map(Vec::len), Some(3), "{files:?}");
    let folder = sandbox.path().join("state/plugdeck/notes/marks");
    let file = fs::read_dir(&folder).unwrap().flatten().next().unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let mut screen = again(&sandbox);
    screen.wait_for("── mark 3 · ");
    screen.send("U");
    screen.wait_for("mark 2 of 3");
    screen.wait_until("the mark's line", |text| marked(text, 2).contains("ValueError: after line 10000"));
    screen.send("U");
    screen.wait_for("mark 1 of 3");
    screen.wait_until("the mark's line", |text| marked(text, 1).contains("line 2 "));
    screen.send("U");
    screen.wait_for("no mark before this line");
    screen.send("uu");
    screen.wait_for("mark 3 of 3");
    screen.wait_for("follow ·");
    screen.send("U");
    screen.wait_for("mark 2 of 3");
    screen.send("m");
    screen.wait_gone("── mark 2 · ");
    screen.send("u");
    screen.wait_for("mark 2 of 2");
    screen.send("m");
    screen.wait_gone("── mark 2 · ");
    screen.send("U");
    screen.wait_for("mark 1 of 1");
    screen.send("m");
    screen.wait_gone("── mark 1 · ");
    // Where there are none, no file is left.
    wait_for("no file", || marks_of(&sandbox).is_empty().then_some(()));
}

#[test]
fn a_damaged_file_of_marks_is_said_and_hinders_nobody() {
    let (sandbox, screen) = page("4000");
    drop(screen);
    let run = sandbox.runs()[0].file_name().unwrap().to_str().unwrap().to_owned();
    let folder = sandbox.path().join("state/plugdeck/notes/marks");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{run}.json")), r#"{"v":1,"run":"x","marks":[{"row":3"#).unwrap();
    let mut screen = again(&sandbox);
    screen.wait_for("are not shown: ");
    screen.send("gm");
    screen.wait_for("── mark 1 · ");
    wait_for("the new file", || {
        marks_of(&sandbox).iter().any(|file| file["run"] == run.as_str()).then_some(())
    });
}
