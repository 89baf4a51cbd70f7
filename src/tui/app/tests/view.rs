//! Zoom, the edge, a frozen picture, and what the mouse does.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::tui::app::tests::given::orphans;
use crate::tui::app::tests::*;

pub(super) fn mouse(app: &mut App, kind: MouseEventKind, column: u16, row: u16) -> Vec<Effect> {
    app.update(Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

pub(super) fn click(app: &mut App, column: u16, row: u16) -> Vec<Effect> {
    mouse(app, MouseEventKind::Down(MouseButton::Left), column, row)
}

/// Where a text stands on the screen.
#[track_caller]
pub(super) fn find(app: &App, text: &str) -> (u16, u16) {
    let drawn = screen(app);
    let found = drawn.lines().enumerate().find_map(|(y, line)| {
        let at = line.find(text)?;
        Some((u16::try_from(line[..at].chars().count()).unwrap(), u16::try_from(y).unwrap()))
    });
    found.unwrap_or_else(|| panic!("{text}\n{drawn}"))
}

#[track_caller]
pub(super) fn click_on(app: &mut App, text: &str) -> Vec<Effect> {
    let (column, row) = find(app, text);
    click(app, column, row)
}

#[test]
fn a_pane_alone_has_the_screen_and_esc_brings_the_rest_back_80x24() {
    let mut app = watching(80, 24);
    press(&mut app, "z");
    insta::assert_snapshot!(screen(&app));
    // It follows the focus.
    press(&mut app, "4");
    let drawn = screen(&app);
    assert!(drawn.contains("Output") && !drawn.contains("2 Runs"), "{drawn}");
    press(&mut app, "esc");
    assert!(screen(&app).contains("2 Runs"));
    press(&mut app, "3 z z 1");
    assert!(screen(&app).contains("Doc"), "{}", screen(&app));
    for key in ["1", "2", "3", "4"] {
        for size in [(60, 15), (80, 24), (200, 60)] {
            let mut app = watching(size.0, size.1);
            press(&mut app, &format!("{key} z"));
            screen(&app);
        }
    }
}

#[test]
fn the_edge_moves_by_keys_and_by_the_mouse_within_limits() {
    let mut app = filled(120, 40);
    let edge = |app: &App| app.bench().main.x;
    let before = edge(&app);
    press(&mut app, ">");
    assert_eq!(edge(&app), before + 4);
    press(&mut app, "< <");
    assert_eq!(edge(&app), before - 4);
    press(&mut app, &vec!["<"; 40].join(" "));
    let least = edge(&app);
    press(&mut app, ">");
    assert_eq!((least, edge(&app)), (20, 24));
    let left = MouseButton::Left;
    mouse(&mut app, MouseEventKind::Down(left), 24, 10);
    mouse(&mut app, MouseEventKind::Drag(left), 60, 12);
    assert_eq!(edge(&app), 61);
    mouse(&mut app, MouseEventKind::Drag(left), 119, 12);
    assert_eq!(edge(&app), 120 - 29);
    mouse(&mut app, MouseEventKind::Up(left), 119, 12);
    mouse(&mut app, MouseEventKind::Drag(left), 50, 12);
    assert_eq!(edge(&app), 120 - 29);
    // That was a drag of nothing: who selects text is told, once.
    assert!(screen(&app).contains("M turns the mouse off"), "{}", screen(&app));
    app.toast = None;
    mouse(&mut app, MouseEventKind::Drag(left), 50, 13);
    assert!(app.toast.is_none());
}

#[test]
fn a_frozen_picture_stands_still_until_a_key_that_does_nothing_else() {
    let mut app = watching(80, 24);
    press(&mut app, "Z");
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut picture = |app: &mut App| {
        terminal.draw(|frame| app.render(frame)).unwrap();
        app.drawn();
        terminal.backend().to_string()
    };
    let frozen = picture(&mut app);
    assert!(frozen.contains("the picture is frozen"), "{frozen}");
    app.update(Message::Runs(Vec::new()));
    assert!(!app.is_changed());
    assert_eq!(picture(&mut app), frozen);
    assert!(press(&mut app, "q").is_empty() && app.over.is_none());
    assert!(app.is_changed());
    assert!(picture(&mut app).contains("no runs yet"));
}

#[test]
fn a_click_on_a_hint_or_a_tab_does_it() {
    let mut app = watching(120, 40);
    click_on(&mut app, "x stop");
    assert!(matches!(app.over, Some(Over::Stop(_))));
    click_on(&mut app, "esc keep it");
    assert!(app.over.is_none(), "{}", screen(&app));
    click_on(&mut app, ": commands");
    assert_eq!(app.layer(), Layer::Palette);
    // A click beside the box leaves it, one on a row does it.
    click(&mut app, 1, 1);
    assert_eq!(app.layer(), Layer::Runs);
    // The tabs of the main pane, without and with the focus.
    click_on(&mut app, "Stats");
    assert_eq!(app.layer(), Layer::Facts);
    click_on(&mut app, "Why");
    assert_eq!(app.layer(), Layer::Why);
    click_on(&mut app, "Output");
    assert_eq!(app.layer(), Layer::Output);
    // And of an agent's page.
    let mut app = filled(120, 40);
    press(&mut app, "h");
    click_on(&mut app, "Env  Plan");
    assert!(app.shows_packages(), "{}", screen(&app));
    click_on(&mut app, "Overview");
    assert!(!app.shows_packages(), "{}", screen(&app));
}

#[test]
fn a_double_click_opens_and_two_slow_clicks_do_not() {
    let mut app = filled(120, 40);
    let (column, row) = find(&app, "summarize_content");
    click(&mut app, column, row);
    app.update(Message::Tick(Now { clock_us: NOW.clock_us + 900_000, ..NOW }));
    click(&mut app, column, row);
    assert!(app.pages.is_empty());
    click(&mut app, column, row);
    assert!(matches!(app.pages.last(), Some(Page::Form(_))));
}

#[test]
fn the_right_button_offers_what_can_be_done_with_what_it_points_at() {
    let mut app = filled(120, 40);
    let (column, row) = find(&app, "0f39");
    mouse(&mut app, MouseEventKind::Down(MouseButton::Right), column, row);
    assert_eq!(app.runs.selected().unwrap().short(), "0f39");
    let menu = screen(&app);
    assert!(menu.contains("Runs: what to do") && menu.contains("rerun"), "{menu}");
    assert!(!menu.contains("half a page") && !menu.contains("asks once"), "{menu}");
    let effects = click_on(&mut app, "run again with the same payload");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Rerun(_))), "{effects:?}");
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_and_the_wheel_turns_what_is_under_it() {
    let mut app = watching(120, 40);
    app.update(orphans());
    press(&mut app, "3");
    for (head, word) in [("MEM", "by mem"), ("CPU", "by cpu"), ("PID", "")] {
        let heads = screen(&app).lines().find(|line| line.contains("PID")).unwrap().to_owned();
        let column = heads[..heads.find(head).unwrap()].chars().count();
        let row = find(&app, "PID").1;
        click(&mut app, u16::try_from(column).unwrap(), row);
        let drawn = screen(&app);
        assert_eq!(
            (drawn.contains("by mem"), drawn.contains("by cpu")),
            (word == "by mem", word == "by cpu")
        );
    }
    press(&mut app, "1");
    let (column, row) = find(&app, "0f38");
    let before = app.runs.selected().cloned();
    mouse(&mut app, MouseEventKind::ScrollDown, column, row);
    assert_ne!(app.runs.selected().cloned(), before);
    assert_eq!(app.layer(), Layer::Agents);
    press(&mut app, ":");
    mouse(&mut app, MouseEventKind::ScrollDown, 60, 20);
    assert!(!screen(&app).contains("▌ open"), "{}", screen(&app));
}

#[test]
fn the_mouse_is_switched_off_and_on_with_a_word() {
    let mut app = filled(80, 24);
    let effects = press(&mut app, "M");
    assert!(matches!(effects.as_slice(), [Effect::Loop(ForLoop::Mouse(false))]), "{effects:?}");
    assert!(screen(&app).contains("the mouse is off"), "{}", screen(&app));
    let effects = press(&mut app, "M");
    assert!(matches!(effects.as_slice(), [Effect::Loop(ForLoop::Mouse(true))]), "{effects:?}");
}

#[test]
fn a_terminal_that_shrank_before_its_event_came_is_drawn_in_its_new_size() {
    let mut app = filled(200, 60);
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(60, 15)).unwrap();
    terminal.draw(|frame| app.render(frame)).unwrap();
    assert_eq!(app.screen, Rect::new(0, 0, 60, 15));
}

#[test]
fn where_a_list_is_empty_enter_opens_nothing_of_another_one() {
    let mut app = app(120, 40);
    app.update(agents());
    press(&mut app, "3");
    let drawn = screen(&app);
    assert!(drawn.contains("no agent processes"), "{drawn}");
    for hint in ["enter open", "x stop", "S signal", "s sort"] {
        assert!(!drawn.lines().last().unwrap().contains(hint), "{hint}\n{drawn}");
    }
    press(&mut app, "enter");
    assert_eq!(screen(&app), drawn);
    press(&mut app, "1 enter");
    assert_ne!(screen(&app), drawn);
}
