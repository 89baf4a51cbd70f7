//! Messages in, effects out; and what the screens look like.

mod builds;
mod chart;
mod doctor;
mod ending;
mod env;
mod forms;
mod given;
mod lines;
mod options;
mod palette;
mod pointing;
mod settings;
mod sizes;
mod themes;
mod told;
mod view;
mod why;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;

use super::*;
use crate::run::spec::Kind;
use crate::run::status::State;
use crate::tui::app::tests::given::{HOUR_MS, NOW, agents, answer, app, detail, run, runs, window};
use crate::tui::effect::ForLoop;
use crate::tui::effect::notes::NotesWork;
use crate::tui::keymap::Layer;
use crate::tui::seen::{From, Run};

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for name in keys.split(' ') {
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let event = match name {
            "enter" => plain(KeyCode::Enter),
            "esc" => plain(KeyCode::Esc),
            "tab" => plain(KeyCode::Tab),
            "left" => plain(KeyCode::Left),
            "shift-left" => KeyEvent::new(KeyCode::Left, KeyModifiers::SHIFT),
            name if name.starts_with("ctrl-") => {
                KeyEvent::new(KeyCode::Char(name.chars().last().unwrap()), KeyModifiers::CONTROL)
            }
            name => plain(KeyCode::Char(name.chars().next().unwrap())),
        };
        effects = app.update(Message::Key(event));
    }
    effects
}

fn screen(app: &App) -> String {
    let mut buffer = Buffer::empty(app.screen);
    app.draw(&mut buffer);
    let mut text = String::new();
    for y in 0..app.screen.height {
        let mut row = String::new();
        let mut skip = 0;
        for x in 0..app.screen.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                row.push_str(symbol);
                skip = crate::text::width(symbol).max(1);
            }
            skip -= 1;
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

fn filled(width: u16, height: u16) -> App {
    let mut app = app(width, height);
    app.update(agents());
    app.update(runs());
    app
}

fn watching(width: u16, height: u16) -> App {
    let mut app = filled(width, height);
    press(&mut app, "2");
    let live = app.world.runs()[0].clone();
    app.update(detail(live.clone()));
    app.update(window(&live));
    app
}

#[test]
fn a_method_is_shown_first_80x24() {
    insta::assert_snapshot!(screen(&filled(80, 24)));
}

#[test]
fn a_live_run_is_followed_120x40() {
    insta::assert_snapshot!(screen(&watching(120, 40)));
}

#[test]
fn a_live_run_is_followed_80x24() {
    insta::assert_snapshot!(screen(&watching(80, 24)));
}

#[test]
fn a_run_has_a_page_of_its_own_120x40() {
    let mut app = watching(120, 40);
    press(&mut app, "enter");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn a_wide_screen_has_the_last_runs_beside_a_method_200x50() {
    insta::assert_snapshot!(screen(&filled(200, 50)));
}

#[test]
fn a_stop_is_asked_for_with_its_processes_80x24() {
    let mut app = watching(80, 24);
    press(&mut app, "x");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn the_smallest_screen_names_the_method_and_tells_all_of_a_question() {
    let mut app = watching(60, 15);
    press(&mut app, "enter");
    let drawn = screen(&app);
    assert!(drawn.lines().next().unwrap().contains("0f3a  analyze_text"), "{drawn}");
    press(&mut app, "x");
    let drawn = screen(&app);
    for words in ["TERM, then KILL if still", "alive", "output so far are kept.", "esc keep it"] {
        assert!(drawn.contains(words), "{words}\n{drawn}");
    }
}

#[test]
fn the_demonstration_follows_where_there_is_nothing_else() {
    let mut app = app(80, 24);
    app.update(Message::Agents(Vec::new(), Vec::new()));
    assert!(matches!(press(&mut app, "d").as_slice(), [Effect::Loop(ForLoop::Demo)]));
}

#[test]
fn an_empty_store_says_what_can_be_done_80x24() {
    let mut app = app(80, 24);
    app.update(Message::Agents(Vec::new(), Vec::new()));
    app.update(Message::Runs(Vec::new()));
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn every_screen_can_be_drawn_at_every_size() {
    for (width, height) in [(1, 1), (20, 5), (59, 15), (60, 15), (61, 21), (99, 30), (160, 24), (250, 70)] {
        let mut app = watching(80, 24);
        app.update(Message::Resized(width, height));
        for keys in ["1", "2", "3", "4", "2 enter", "] ] ]", "esc ?", "esc x", "esc ctrl-c", "esc 1 enter"] {
            press(&mut app, keys);
            screen(&app);
        }
    }
}

#[test]
fn the_selected_live_run_is_watched_and_a_method_is_not() {
    let mut app = filled(120, 40);
    assert_eq!(app.watched, None);
    let effects = press(&mut app, "2");
    let [Effect::Notes(NotesWork::ReadMarks(run)), Effect::Watch(Some(watch))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((watch.run.short(), run), ("0f3a", &watch.run));
    assert!(watch.height > 10);
    assert!(matches!(press(&mut app, "1").as_slice(), [Effect::Watch(None)]));
}

#[test]
fn a_stop_is_asked_once_and_enter_does_it() {
    let mut app = watching(120, 40);
    assert!(press(&mut app, "x").is_empty());
    let effects = press(&mut app, "enter");
    assert!(matches!(effects.as_slice(), [Effect::Stop { now: false, .. }]), "{effects:?}");
    let effects = press(&mut app, "esc x X");
    assert!(matches!(effects.as_slice(), [Effect::Stop { now: true, .. }]), "{effects:?}");
    press(&mut app, "esc");
    assert!(press(&mut app, "x esc").is_empty());
    assert!(app.over.is_none());
}

#[test]
fn an_ended_run_is_not_stopped() {
    let mut app = watching(120, 40);
    press(&mut app, "j x");
    assert!(app.over.is_none() && app.toast.is_some());
}

#[test]
fn escape_never_quits_and_control_c_asks_first() {
    let mut app = filled(80, 24);
    assert!(press(&mut app, "esc esc esc").is_empty());
    assert!(press(&mut app, "ctrl-c").is_empty());
    assert!(matches!(press(&mut app, "ctrl-c").as_slice(), [Effect::Loop(ForLoop::Quit)]));
    assert!(matches!(press(&mut app, "esc q").as_slice(), [Effect::Loop(ForLoop::Quit)]));
}

#[test]
fn an_ended_run_brings_its_result_to_the_front_once() {
    let mut app = watching(120, 40);
    press(&mut app, "enter");
    let ended = run("0f3a", "analyze_text", State::Succeeded, 13_000, 13_000);
    let effects = app.update(Message::Runs(vec![ended]));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ReadReply(_))), "{effects:?}");
    assert_eq!(app.layer(), Layer::Result);
}

/// The runs whose answers are to be read.
fn read(effects: &[Effect]) -> Vec<String> {
    let dir = |effect: &Effect| match effect {
        Effect::ReadReply(dir) => Some(dir.id().short().to_owned()),
        _ => None,
    };
    effects.iter().filter_map(dir).collect()
}

#[test]
fn an_answer_that_cannot_be_read_stands_in_nobodys_way() {
    let mut app = filled(120, 40);
    assert_eq!(read(&press(&mut app, "2 j")), ["0f39"]);
    assert_eq!(read(&press(&mut app, "j")), [""; 0], "one at a time");
    let broken = app.world.runs()[1].id.clone();
    let effects = app.update(Message::Replied { run: broken, reply: Err("end.json is missing".into()) });
    assert_eq!(read(&effects), ["0f38"]);
    let next = app.world.runs()[2].clone();
    let effects = app.update(Message::Replied { run: next.id.clone(), reply: Ok(answer(&next)) });
    assert!(read(&effects).is_empty() && screen(&app).contains("sunny"), "{}", screen(&app));
    assert_eq!(read(&press(&mut app, "k")), ["0f39"]);
    let broken = app.world.runs()[1].id.clone();
    app.update(Message::Replied { run: broken, reply: Err("end.json is missing".into()) });
    assert!(screen(&app).contains("end.json is missing"), "{}", screen(&app));
}

#[test]
fn a_page_opened_from_the_workbench_has_the_answer_already() {
    let mut app = filled(120, 40);
    press(&mut app, "2 j");
    let run = app.world.runs()[1].clone();
    app.update(Message::Replied { run: run.id.clone(), reply: Ok(answer(&run)) });
    assert_eq!(read(&press(&mut app, "enter")), [""; 0]);
    assert!(screen(&app).contains("sunny"), "{}", screen(&app));
}

#[test]
fn a_lost_run_is_read_and_a_damaged_one_says_what_is_wrong() {
    let mut app = app(100, 28);
    app.update(agents());
    let lost = run("1057", "analyze_text", State::Lost, 74_000, 0);
    let lost = Arc::new(Run { outcome: None, ..(*lost).clone() });
    let damaged = run("beef", "", State::Lost, 0, 0);
    let damaged = Arc::new(Run {
        agent: String::new(),
        method: None,
        outcome: None,
        unreadable: Some("spec.json is missing".into()),
        ..(*damaged).clone()
    });
    app.update(Message::Runs(vec![lost, damaged]));
    assert_eq!(read(&press(&mut app, "2")), ["1057"]);
    press(&mut app, "j enter");
    insta::assert_snapshot!(screen(&app));
    for key in ["r", "e"] {
        assert!(press(&mut app, key).is_empty());
        let said = &app.toast.as_ref().unwrap().text;
        assert_eq!(said, "its payload cannot be read: spec.json is missing");
    }
}

#[test]
fn an_idle_dashboard_needs_no_time_and_no_frame() {
    let mut app = app(80, 24);
    app.update(agents());
    app.update(Message::Runs(vec![run("0f39", "analyze_text", State::Succeeded, 1, HOUR_MS)]));
    app.drawn();
    // Once a minute somebody may have become an orphan.
    assert_eq!(app.next_tick(), Some(Duration::from_secs(60)));
    app.update(Message::Tick(Now { clock_us: NOW.clock_us + 10_000_000, ..NOW }));
    assert!(!app.is_changed());
    app.update(runs());
    app.drawn();
    assert!(app.next_tick().is_some_and(|wait| wait <= Duration::from_secs(1)));
    app.update(Message::Tick(Now { clock_us: NOW.clock_us + 11_000_000, ..NOW }));
    assert!(app.is_changed());
}
