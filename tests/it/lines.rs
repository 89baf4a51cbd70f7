//! Lines of a run's output on a real terminal: the time beside them, folded tracebacks, what is selected and copied.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";

/// The output of the only run, on a page of its own.
fn open(sandbox: &Sandbox, columns: u16, rows: u16) -> Screen {
    let mut screen = Screen::start(sandbox, &[], columns, rows);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("esc back");
    // A run that has ended without being stopped begins with its result.
    screen.send("[");
    screen.wait_for("follow ·");
    screen
}

/// What the terminal was asked to copy last.
fn copied(screen: &Screen) -> Option<String> {
    let bytes = String::from_utf8_lossy(&screen.bytes);
    let encoded = bytes.rsplit("\u{1b}]52;c;").next()?.split('\u{7}').next()?;
    let digit = |c: u8| -> Option<u32> {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .iter()
            .position(|digit| *digit == c)
            .and_then(|at| u32::try_from(at).ok())
    };
    let mut decoded = Vec::new();
    for chunk in encoded.as_bytes().chunks(4) {
        let digits: Vec<u32> = chunk.iter().filter_map(|c| digit(*c)).collect();
        let bits = digits.iter().enumerate().fold(0, |bits, (at, digit)| bits | digit << (18 - 6 * at));
        decoded.extend(bits.to_be_bytes()[1..digits.len()].iter());
    }
    String::from_utf8(decoded).ok()
}

/// The line of the screen that has this text.
fn line(screen: &Screen, text: &str) -> String {
    screen.text().lines().find(|line| line.contains(text)).unwrap_or_default().to_owned()
}

fn printed(range: std::ops::RangeInclusive<usize>) -> String {
    range.map(|n| format!("{:.<49}", format!("line {n} "))).collect::<Vec<_>>().join("\n")
}

fn many(sandbox: &Sandbox, count: &str) {
    sandbox.run(&["faults/flood", "lines", "-p", &format!("count={count}"), "-p", "width=50"]);
}

#[test]
fn the_time_beside_the_lines_is_told_in_four_ways() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    sandbox.run(&["faults/flood", "odd"]);
    let mut screen = open(&sandbox, 120, 40);
    let time = |screen: &Screen| line(screen, "err │ plain").split("err").next().unwrap().trim().to_owned();
    assert!(time(&screen).parse::<f64>().is_ok(), "{}", screen.text());
    screen.send("t");
    screen.wait_until("the clock", |text| {
        let line = text.lines().find(|line| line.contains("err │ plain")).unwrap_or_default();
        line.split_whitespace().next().is_some_and(|time| time.len() == 8 && time.matches(':').count() == 2)
    });
    screen.send("t");
    screen.wait_for("+0.000 err");
    screen.send("t");
    screen.wait_until("no time", |text| text.lines().any(|line| line.starts_with("  err │ plain")));
    screen.send("t");
    screen.wait_gone("+0.000");
    assert!(time(&screen).parse::<f64>().is_ok(), "{}", screen.text());
}

#[test]
fn tracebacks_are_one_line_until_they_are_opened() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    sandbox.run(&["faults/flood", "tracebacks"]);
    let mut screen = open(&sandbox, 120, 40);
    screen.wait_for("▸ 6 frames · ValueError: bad input  (agent.py:");
    // A whole screen of them. The reply may have come into the middle of one, which is not folded then.
    assert!(screen.text().matches("▸ ").count() >= 10, "{}", screen.text());
    // Line by line to where none of these lines was shown before. A key that comes before the window it leads to goes by
    // rows instead of by what is shown, so how many are needed is the machine's.
    for _ in 0..400 {
        if screen.text().contains("attempt 0") {
            break;
        }
        screen.send("k");
        screen.pump_once();
    }
    screen.wait_until("the beginning", |text| text.contains("attempt 0") && !text.contains("attempt 25"));
    assert!(screen.text().matches("▸ ").count() >= 10, "{}", screen.text());
    // The first one on the screen; then it is folded again.
    screen.send(ENTER);
    screen.wait_until("an open one", |text| {
        text.contains("▾ Traceback (most recent call last):") && text.contains("raise ValueError")
    });
    screen.send("h");
    screen.wait_gone("▾");
    screen.send("G");
    screen.wait_for("giving up");
}

#[test]
fn what_a_failed_run_ended_with_is_open() {
    let sandbox = Sandbox::with(&["faults/crash"]);
    sandbox.run(&["faults/crash", "traceback"]);
    let mut screen = open(&sandbox, 120, 40);
    screen.wait_until("both exceptions", |text| {
        text.contains("▾ Traceback")
            && text.contains("ValueError: invalid literal")
            && text.contains("RuntimeError: the settings make no sense")
    });
    screen.send("h");
    screen.wait_gone("ValueError");
    let folded = line(&screen, "RuntimeError");
    assert!(folded.contains("▸ ") && folded.contains("frames · RuntimeError: the settings"), "{folded}");
}

#[test]
fn selected_lines_are_copied_as_they_were_printed() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    many(&sandbox, "3000");
    let mut screen = open(&sandbox, 120, 40);
    screen.send("gttt");
    screen.wait_until("no time", |text| text.lines().any(|line| line.starts_with("  err │ line 1 ")));
    // From the second row on, which is the first line, much further than the screen goes.
    screen.send("jV");
    screen.wait_for("1 line selected");
    screen.send(&"j".repeat(99));
    screen.wait_for("100 lines selected");
    screen.wait_for("line 100 ");
    screen.send("y");
    screen.wait_for("100 lines · 5.0 KB by OSC 52");
    assert_eq!(copied(&screen), Some(printed(1..=100)));
    screen.wait_gone("selected");
    // Upwards from the end; ctrl-c copies as well.
    screen.send("GVkkk\u{3}");
    screen.wait_for("4 lines ·");
    let last = copied(&screen).unwrap();
    assert!(last.contains("line 3000 ") && last.contains("exit 0") && last.lines().count() == 4, "{last}");
    // Esc leaves the selection, and only that.
    screen.send("V");
    screen.wait_for("1 line selected");
    screen.send(ESC);
    screen.wait_for("follow ·");
    assert!(screen.text().contains("esc back"));
}

#[test]
fn what_is_too_large_for_the_terminal_goes_into_a_private_file() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    many(&sandbox, "40000");
    let mut screen = open(&sandbox, 120, 40);
    screen.send("gtttjVGy");
    screen.wait_until("the toast", |text| text.contains("too large for a") && text.contains("lines-"));
    let folder = sandbox.path().join("state/plugdeck/notes/copied");
    let folder = if folder.exists() { folder } else { sandbox.path().join("state/plugdeck/copied") };
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&files[0]).unwrap();
    // The reply and the supervisor's words stand among them.
    let (lines, others): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("line "));
    assert_eq!(lines.join("\n"), printed(1..=40_000));
    assert!(others.len() == 3 && others[0].contains("result"), "{others:?}");
    assert!(!String::from_utf8_lossy(&screen.bytes).contains("\u{1b}]52;"));
}

#[test]
fn selected_lines_are_saved_as_they_are_copied() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    many(&sandbox, "40000");
    let mut screen = open(&sandbox, 120, 40);
    screen.send("gttt");
    screen.wait_until("no time", |text| text.lines().any(|line| line.starts_with("  err │ line 1 ")));
    screen.send("jVjj");
    screen.wait_for("3 lines selected");
    screen.send("s");
    screen.wait_for("3 selected lines, as y copies them");
    // Who leaves the box has lost nothing.
    screen.send(ESC);
    screen.wait_gone("as y copies them");
    screen.wait_for("3 lines selected");
    screen.send("s");
    screen.wait_for("/flood-lines-lines-");
    screen.send(&format!("\u{15}~/some.txt{ENTER}"));
    screen.wait_for("saved 150 B in ");
    screen.wait_gone("selected");
    let path = sandbox.path().join("some.txt");
    assert_eq!(fs::read_to_string(&path).unwrap(), printed(1..=3) + "\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    // A file that is there is asked about; then it has all of them, with the time where that is shown.
    screen.send("gtj");
    screen.wait_until("the time", |text| {
        text.lines().any(|line| line.contains("0.") && line.contains("err │ line 1 "))
    });
    screen.send("VG");
    screen.wait_for("lines selected");
    screen.send("s");
    screen.wait_for("selected lines, as y copies them");
    screen.send(&format!("\u{15}~/some.txt{ENTER}"));
    screen.wait_for("enter overwrites it");
    screen.send(ENTER);
    screen.wait_for("saved 2.");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().filter_map(|line| Some(line.split_once(" line ")?.1)).collect();
    assert_eq!(lines.len(), 40_000);
    assert!(text.lines().all(|line| line.trim_start().split(' ').next().unwrap().parse::<f64>().is_ok()));
    assert!(lines[39_999].starts_with("40000 "));
}

#[test]
fn dragging_over_lines_copies_them() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    many(&sandbox, "3000");
    let mut screen = open(&sandbox, 120, 40);
    screen.send("gttt");
    screen.wait_until("the beginning", |text| text.lines().any(|line| line.starts_with("  err │ line 1 ")));
    let row = |text: &str| screen.text().lines().position(|line| line.contains(text)).unwrap() + 1;
    let (first, last) = (row("line 2 "), row("line 5 "));
    screen.send(&format!("\u{1b}[<0;20;{last}M\u{1b}[<32;21;{}M\u{1b}[<32;30;{first}M", last - 1));
    screen.wait_for("4 lines selected");
    screen.send(&format!("\u{1b}[<0;30;{first}m"));
    screen.wait_for("4 lines · 199 B by OSC 52");
    assert_eq!(copied(&screen), Some(printed(2..=5)));
    // The wheel stops following, and the end brings it back.
    screen.send("G");
    screen.wait_for("follow ·");
    screen.send("\u{1b}[<64;20;20M");
    screen.wait_gone("follow ·");
    screen.send("f");
    screen.wait_for("follow ·");
}

#[test]
fn a_line_of_many_megabytes_is_no_trouble() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    sandbox.run(&["faults/flood", "huge_line", "-p", "megabytes=100"]);
    let mut screen = open(&sandbox, 120, 40);
    screen.wait_for("follow · 5 lines");
    screen.send("W");
    screen.wait_for("… 100.0 MB more");
    screen.send("k");
    screen.wait_for("err │ 000000000 000000000");
    screen.send("W");
    screen.wait_for("succeeded after");
    // Sideways and back; what was asked for last is answered last.
    screen.send(&format!("{}{}W", "l".repeat(50), "h".repeat(50)));
    screen.wait_until("the wrapped line", |text| text.matches("│ 000000000 000000000").count() > 20);
    screen.send("gVGy");
    screen.wait_for("5 lines · ");
    screen.wait_for("too large");
}

#[test]
fn lines_that_are_hard_to_draw_leave_every_border_in_its_place() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    sandbox.run(&["faults/flood", "odd"]);
    for (columns, rows) in [(120, 40), (80, 24)] {
        let mut screen = open(&sandbox, columns, rows);
        screen.wait_for("last two");
        if rows < 40 {
            screen.send("gj");
            screen.wait_for("err │ plain");
        }
        let text = screen.text();
        for shown in ["ab      cd      ef", "cleared?", "nul ␀ bell ␇ back ␈ del ␡", "100% done"] {
            assert!(text.contains(shown) || rows < 40, "{shown}\n{text}");
        }
        assert!(!text.contains("99%") && !text.contains("last one"), "{text}");
        // The borders beside the plain line are on every other row, in the same columns.
        let sign = |row: u16, column: u16| screen.cells().cell(row, column).unwrap().contents().to_owned();
        let first =
            u16::try_from(text.lines().position(|line| line.contains("err │ plain")).unwrap()).unwrap();
        let borders: Vec<_> = (40..columns).filter(|column| sign(first, *column) == "│").collect();
        assert!(!borders.is_empty(), "{text}");
        for row in first..first + if rows < 40 { 9 } else { 16 } {
            for column in &borders {
                let sign = sign(row, *column);
                assert!("│╭╮╰╯".contains(&*sign) && !sign.is_empty(), "row {row}, column {column}:\n{text}");
            }
        }
    }
}
