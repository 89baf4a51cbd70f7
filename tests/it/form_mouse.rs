//! The mouse in a form on a real terminal: what a terminal reports of clicks, drags and the wheel.

use serde_json::json;

use crate::form_fields::{echo, form, sent};
use crate::support::screen::Screen;

/// Row and column of a text, from 1.
#[track_caller]
fn place(screen: &Screen, text: &str) -> (usize, usize) {
    let drawn = screen.text();
    let found = drawn.lines().enumerate().find_map(|(row, line)| {
        let at = line.find(text)?;
        Some((row + 1, line[..at].chars().count() + 1))
    });
    found.unwrap_or_else(|| panic!("no {text:?} in:\n{drawn}"))
}

/// A click so many columns behind the beginning of a text.
#[track_caller]
fn click(screen: &mut Screen, text: &str, behind: usize) {
    let (row, column) = place(screen, text);
    let at = format!("0;{};{row}", column + behind);
    screen.send(&format!("\u{1b}[<{at}M\u{1b}[<{at}m"));
}

#[test]
fn a_form_is_filled_in_with_the_mouse() {
    let sandbox = echo();
    let mut screen = form(&sandbox, 120, 40);
    screen.send("It was late");
    screen.wait_for("It was late");
    // Another field, a value of those offered, a switch; then back into the middle of the first text.
    click(&mut screen, "count  integer", 0);
    screen.send("7");
    screen.wait_until("the number", |text| text.contains("│ 7"));
    click(&mut screen, "one of", 13);
    screen.wait_until("the value", |text| text.contains("│ high"));
    click(&mut screen, " true  false", 9);
    click(&mut screen, "It was late", 7);
    screen.send("never ");
    screen.wait_for("It was never late");
    // A word by a double click, then what was dragged over.
    click(&mut screen, "was never", 5);
    click(&mut screen, "was never", 5);
    screen.send("quite");
    screen.wait_for("It was quite late");
    let (row, column) = place(&screen, "It was quite");
    let at = |column: usize| format!("{column};{row}");
    let (from, to) = (at(column), at(column + 3));
    screen.send(&format!("\u{1b}[<0;{from}M\u{1b}[<32;{to}M\u{1b}[<0;{to}m"));
    screen.send("He ");
    screen.wait_for("He was quite late");
    click(&mut screen, "ctrl-r  run", 2);
    screen.wait_for("succeeded");
    let expected = json!({"text": "He was quite late", "count": 7, "level": "high", "deep": false});
    assert_eq!(sent(&sandbox), expected);
}

#[test]
fn the_wheel_and_the_tabs_of_a_form_answer_to_the_pointer() {
    let sandbox = echo();
    let mut screen = form(&sandbox, 80, 24);
    let lines: Vec<String> = (0..30).map(|line| format!("line {line}.")).collect();
    screen.send(&format!("\u{1b}[200~{}\u{1b}[201~", lines.join("\n")));
    screen.wait_for("line 29.");
    assert!(!screen.text().contains("line 5."), "{}", screen.text());
    let (row, column) = place(&screen, "line 29.");
    screen.send(&format!("\u{1b}[<64;{column};{row}M").repeat(10));
    screen.wait_for("line 0.");
    let row = place(&screen, "Any text").0;
    screen.send(&format!("\u{1b}[<65;{column};{row}M").repeat(12));
    screen.wait_for("tool_context");
    assert!(!screen.text().contains("line"), "{}", screen.text());
    click(&mut screen, "Options", 0);
    screen.wait_for("timeout");
    click(&mut screen, "JSON", 1);
    screen.wait_for("line 29.");
    click(&mut screen, "Form", 1);
    screen.wait_for("Options");
}
