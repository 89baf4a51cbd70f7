//! The mouse in forms: clicks, drags and the wheel on fields, options and the payload's text.

use crossterm::event::{MouseButton, MouseEventKind};

use crate::agent::manifest;
use crate::ops::agents::Listed;
use crate::ops::profile::Looked;
use crate::tui::app::tests::forms::keys;
use crate::tui::app::tests::given::listed;
use crate::tui::app::tests::view::{click, click_on, find, mouse};
use crate::tui::app::tests::*;
use crate::venv::stamp::Environment;

const MANIFEST: &str = r#"
name: all
version: "1.0.0"
description: Everything
author: me
interface:
  methods:
    all:
      description: A field of each kind
      parameters:
        text: {type: string, required: true, description: Any text}
        level: {type: string, default: low, options: [low, high]}
        deep: {type: boolean}
        tags: {type: list, items: {type: string}}
        server: {type: object, properties: {host: {type: string}, secure: {type: boolean}}}
        last: {type: string, description: The last one}
"#;

const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

/// The form of a method with a parameter of each kind.
fn opened(width: u16, height: u16) -> App {
    let mut app = app(width, height);
    let agent = listed("all", Environment::Ready { python: None });
    let agent = crate::agent::catalog::Agent { manifest: manifest::parse(MANIFEST).0, ..agent.agent };
    let all = Listed { agent, environment: Environment::Ready { python: None } };
    app.update(Message::Agents(vec![all], Vec::new()));
    press(&mut app, "enter");
    assert!(screen(&app).contains("string · multi-line"), "{}", screen(&app));
    app
}

/// The payload's text; the form is on that side afterwards.
#[track_caller]
fn payload(app: &mut App) -> serde_json::Value {
    click_on(app, "JSON");
    let Some(Page::Form(form)) = app.pages.last() else { panic!() };
    let text = form.call().expect("a payload").payload.to_json();
    click_on(app, "Form");
    serde_json::from_str::<serde_json::Value>(&text).unwrap()["parameters"].take()
}

fn paste(app: &mut App, text: &str) {
    app.update(Message::Paste(text.into()));
}

/// A moment later, so that the next click is no double one.
fn pause(app: &mut App) {
    app.update(Message::Tick(Now { clock_us: app.now.clock_us + 600_000, ..app.now }));
}

#[test]
fn a_click_puts_the_cursor_at_the_character_80x24() {
    for size in [(80, 24), (120, 40)] {
        let mut app = opened(size.0, size.1);
        paste(&mut app, "It was 日本 late\ne\u{301}nd");
        let (x, y) = find(&app, "It was");
        // On the second cell of the first wide character, then behind the text's last line, then below it.
        click(&mut app, x + 8, y);
        paste(&mut app, "<");
        click(&mut app, x + 30, y);
        paste(&mut app, ">");
        click(&mut app, x + 1, y + 1);
        paste(&mut app, "|");
        click(&mut app, x + 9, y + 2);
        paste(&mut app, "!");
        assert_eq!(payload(&mut app)["text"], "It was <日本 late>\ne\u{301}|nd!");
    }
}

#[test]
fn a_click_goes_to_the_field_that_it_points_at_and_loses_nothing() {
    let mut app = opened(120, 40);
    keys(&mut app, "a b c");
    click_on(&mut app, "last  string");
    keys(&mut app, "x y z");
    click_on(&mut app, "abc");
    keys(&mut app, "d");
    assert_eq!(payload(&mut app), serde_json::json!({"text": "dabc", "last": "xyz"}));
    // Into a form whose fields were left too.
    keys(&mut app, "esc");
    assert_eq!(app.layer(), Layer::Form);
    click_on(&mut app, "dabc");
    assert_eq!(app.layer(), Layer::Text);
}

#[test]
fn offered_values_and_switches_are_chosen_by_a_click() {
    let mut app = opened(120, 40);
    click_on(&mut app, "high");
    click_on(&mut app, "true");
    let (x, y) = find(&app, "secure");
    assert_eq!(payload(&mut app), serde_json::json!({"level": "high", "deep": true}));
    // Inside an object too.
    let places = screen(&app).lines().nth(y.into()).unwrap().to_owned();
    let at = places[..places.find("false").unwrap()].chars().count();
    assert!(usize::from(x) < at);
    click(&mut app, u16::try_from(at).unwrap(), y);
    click_on(&mut app, "left out");
    assert_eq!(payload(&mut app), serde_json::json!({"level": "high", "server": {"secure": false}}));
    // What was there before comes back.
    let (x, y) = find(&app, "one of  low");
    click(&mut app, x + 8, y);
    assert_eq!(payload(&mut app)["level"], "low");
    click(&mut app, x + 8, y);
    keys(&mut app, "alt-u");
    assert_eq!(payload(&mut app)["level"], "high");
}

#[test]
fn a_row_inside_a_list_is_clicked_like_a_field() {
    let mut app = opened(120, 40);
    click_on(&mut app, "a new item");
    keys(&mut app, "u n o");
    click_on(&mut app, "a new item");
    keys(&mut app, "d u e");
    let (x, y) = find(&app, "uno");
    click(&mut app, x + 2, y);
    keys(&mut app, "-");
    assert_eq!(payload(&mut app)["tags"], serde_json::json!(["un-o", "due"]));
}

#[test]
fn a_drag_selects_text_and_a_double_click_a_word() {
    let mut app = opened(80, 24);
    paste(&mut app, "one snake_case three\nfour");
    let (x, y) = find(&app, "one snake_case");
    click(&mut app, x + 6, y);
    mouse(&mut app, UP, x + 6, y);
    click(&mut app, x + 6, y);
    mouse(&mut app, UP, x + 6, y);
    paste(&mut app, "two");
    pause(&mut app);
    click(&mut app, x + 8, y);
    mouse(&mut app, DRAG, x + 3, y + 1);
    mouse(&mut app, DRAG, x + 2, y + 1);
    mouse(&mut app, UP, x + 2, y + 1);
    let effects = keys(&mut app, "ctrl-c");
    let copied = format!("{effects:?}");
    assert!(copied.contains("three\\nfo"), "{copied}");
    // The button is up: nothing is selected any further, and who else selects is not said.
    mouse(&mut app, DRAG, x, y);
    paste(&mut app, "…");
    assert_eq!(payload(&mut app)["text"], "one two …ur");
}

#[test]
fn the_wheel_scrolls_a_box_that_has_more_and_else_the_form() {
    let mut app = opened(80, 24);
    let lines: Vec<String> = (0..40).map(|line| format!("line {line}.")).collect();
    paste(&mut app, &lines.join("\n"));
    let (x, y) = find(&app, "line 39.");
    assert!(!screen(&app).contains("line 29."));
    mouse(&mut app, MouseEventKind::ScrollUp, x, y);
    mouse(&mut app, MouseEventKind::ScrollUp, x, y);
    mouse(&mut app, MouseEventKind::ScrollUp, x, y);
    let drawn = screen(&app);
    assert!(drawn.contains("line 29.") && !drawn.contains("line 39."), "{drawn}");
    // A key is for where the cursor is.
    keys(&mut app, "!");
    assert!(screen(&app).contains("line 39.!"), "{}", screen(&app));

    let (_, y) = find(&app, "level");
    assert!(!screen(&app).contains("last  string"));
    for _ in 0..6 {
        mouse(&mut app, MouseEventKind::ScrollDown, 20, y);
    }
    let drawn = screen(&app);
    assert!(drawn.contains("last  string") && !drawn.contains("line 39"), "{drawn}");
    keys(&mut app, "?");
    assert!(screen(&app).contains("line 39.!?"), "{}", screen(&app));
    for _ in 0..20 {
        mouse(&mut app, MouseEventKind::ScrollDown, 1, 20);
    }
    let drawn = screen(&app);
    assert!(drawn.contains("tool_context"), "the page ends where the options do: {drawn}");
}

#[test]
fn another_size_brings_what_is_selected_into_sight() {
    let mut app = opened(80, 24);
    for _ in 0..20 {
        mouse(&mut app, MouseEventKind::ScrollDown, 1, 20);
    }
    assert!(!screen(&app).contains("Any text"));
    app.update(Message::Resized(80, 60));
    let drawn = screen(&app);
    assert!(drawn.contains("Any text") && drawn.contains("tool_context"), "{drawn}");
}

#[test]
fn what_is_clicked_stays_under_the_pointer() {
    let mut app = opened(80, 24);
    for _ in 0..2 {
        mouse(&mut app, MouseEventKind::ScrollDown, 20, 20);
    }
    let before = find(&app, "server  object");
    click(&mut app, before.0, before.1);
    assert_eq!(find(&app, "server"), (before.0 + 1, before.1), "its title is a chip now: {}", screen(&app));
    let row = find(&app, "host");
    click(&mut app, row.0 + 10, row.1);
    keys(&mut app, "h");
    assert_eq!(find(&app, "host").1, row.1);
}

#[test]
fn options_and_the_tool_context_are_opened_by_a_click() {
    let mut app = opened(120, 60);
    let effects = click_on(&mut app, "Options");
    let asked = effects.into_iter().find_map(|effect| match effect {
        Effect::LookAtProfiles { directory, added } => Some((directory, added)),
        _ => None,
    });
    let (directory, added) = asked.expect("profiles are looked for");
    let profiles = vec!["dev".into(), "staging".into()];
    let looked = Looked { profiles, variables: None, warnings: Vec::new() };
    app.update(Message::Profiles { directory, added, looked });
    let (x, y) = find(&app, "memory");
    click(&mut app, x + 12, y);
    keys(&mut app, "2 G");
    click_on(&mut app, "staging");
    click_on(&mut app, "tool_context");
    paste(&mut app, "{\"k\": 1}");
    let drawn = screen(&app);
    assert!(drawn.contains("2G") && drawn.contains("▾ tool_context"), "{drawn}");
    click_on(&mut app, "▾ Options");
    let drawn = screen(&app);
    assert!(drawn.contains("profile staging · memory 2G"), "{drawn}");
    click_on(&mut app, "▾ tool_context");
    assert!(screen(&app).contains("▸ tool_context   {\"k\": 1}"), "{}", screen(&app));
}

#[test]
fn what_a_click_unfolds_comes_into_sight() {
    let mut app = opened(80, 24);
    for _ in 0..20 {
        mouse(&mut app, MouseEventKind::ScrollDown, 1, 20);
    }
    assert!(!screen(&app).contains("open files"));
    click_on(&mut app, "Options");
    let drawn = screen(&app);
    assert!(drawn.contains("▾ Options") && drawn.contains("open files"), "{drawn}");
}

#[test]
fn the_text_of_the_payload_is_clicked_dragged_and_scrolled() {
    for size in [(80, 24), (120, 40)] {
        let mut app = opened(size.0, size.1);
        let lines: Vec<String> = (0..90).map(|line| line.to_string()).collect();
        paste(&mut app, &format!("here {}", lines.join(" ")));
        click_on(&mut app, "JSON");
        let (x, y) = find(&app, "here");
        click(&mut app, x, y);
        mouse(&mut app, DRAG, x + 4, y);
        mouse(&mut app, UP, x + 4, y);
        paste(&mut app, "there");
        click_on(&mut app, "Form");
        assert!(payload(&mut app)["text"].as_str().unwrap().starts_with("there 0 1"), "{}", screen(&app));
    }
    let mut app = opened(80, 24);
    click_on(&mut app, "JSON");
    paste(&mut app, &format!("{}!", "\n".repeat(60)));
    assert!(screen(&app).contains("!{"));
    for _ in 0..9 {
        mouse(&mut app, MouseEventKind::ScrollUp, 20, 10);
    }
    assert!(!screen(&app).contains("!{"), "{}", screen(&app));
    // What is no JSON is not left.
    click_on(&mut app, "Form");
    assert!(screen(&app).contains("not JSON"), "{}", screen(&app));
}

#[test]
fn the_button_runs_the_form_as_its_key_does() {
    let mut app = opened(120, 40);
    keys(&mut app, "a b");
    let effects = click_on(&mut app, "ctrl-r  run");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Call { .. })), "{effects:?}");
}

#[test]
fn clicks_at_every_cell_are_taken_at_every_size() {
    for (width, height) in [(60, 15), (80, 24), (200, 30)] {
        for side in ["Form", "JSON"] {
            let mut app = opened(width, height);
            paste(&mut app, "e\u{301} 日本\n\ttab");
            click_on(&mut app, side);
            for y in 1..height - 1 {
                for x in (0..width).step_by(9) {
                    click(&mut app, x, y);
                    mouse(&mut app, DRAG, width - x - 1, height - y);
                    mouse(&mut app, UP, x, y);
                    mouse(&mut app, MouseEventKind::ScrollDown, x, y);
                }
                screen(&app);
            }
        }
    }
}
