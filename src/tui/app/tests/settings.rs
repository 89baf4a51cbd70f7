//! The page of settings, and what a changed one changes.

use std::time::Duration;

use crate::config::Loaded;
use crate::config::table;
use crate::tui::app::tests::*;
use crate::tui::effect::settings::{SettingsNews, SettingsWork};

fn news(file: &str, changed: Option<Result<&'static str, &str>>) -> Message {
    let changed = changed.map(|changed| match changed {
        Ok(key) => Ok(table::find(key).unwrap()),
        Err(why) => Err(why.to_owned()),
    });
    let themes = vec!["dark".to_owned(), "light".to_owned()];
    Message::Settings(Box::new(SettingsNews { loaded: Loaded::parse(file), themes, changed }))
}

pub(super) fn opened(width: u16, height: u16, file: &str) -> App {
    let mut app = filled(width, height);
    let effects = app.update(Message::Key(KeyEvent::new(KeyCode::Char(','), KeyModifiers::NONE)));
    assert!(matches!(effects.as_slice(), [Effect::Settings(SettingsWork::Read)]), "{effects:?}");
    app.update(news(file, None));
    app
}

/// What a key wants to be written: the setting and its value.
fn written(app: &mut App, code: KeyCode) -> Option<(&'static str, String)> {
    let effects = app.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    effects.into_iter().find_map(|effect| match effect {
        Effect::Settings(SettingsWork::Set { setting, value }) => Some((setting.key, value)),
        _ => None,
    })
}

#[test]
fn every_setting_is_listed_80x24() {
    insta::assert_snapshot!(screen(&opened(80, 24, "grace: 0.5\nkeep_runs: many\ntheme: nord\n")));
}

#[test]
fn every_setting_is_listed_120x40() {
    insta::assert_snapshot!(screen(&opened(120, 40, "bel: true\n")));
}

#[test]
fn a_small_screen_scrolls_to_the_selected_one() {
    let mut app = opened(60, 15, "");
    for _ in table::SETTINGS {
        press(&mut app, "j");
    }
    let last = table::SETTINGS.last().unwrap();
    assert!(screen(&app).contains(last.key), "{}", screen(&app));
}

#[test]
fn a_number_is_typed_and_stays_until_it_is_right() {
    let mut app = opened(80, 24, "");
    press(&mut app, "j enter");
    assert_eq!(app.layer(), Layer::Value);
    written(&mut app, KeyCode::Backspace);
    press(&mut app, "x");
    assert_eq!(written(&mut app, KeyCode::Enter), Some(("grace", "x".to_owned())));
    app.update(news("", Some(Err("grace must be a number of seconds, 0 or more"))));
    assert!(screen(&app).contains("grace must be a number of seconds"), "{}", screen(&app));
    written(&mut app, KeyCode::Backspace);
    press(&mut app, "4");
    assert_eq!(written(&mut app, KeyCode::Enter), Some(("grace", "4".to_owned())));
    let effects = app.update(news("grace: 4\n", Some(Ok("grace"))));
    let used = effects.iter().find_map(|effect| match effect {
        Effect::Loop(ForLoop::UseSettings(settings)) => Some(settings.grace),
        _ => None,
    });
    assert_eq!(used, Some(Duration::from_secs(4)), "{effects:?}");
    assert!(screen(&app).contains("✓ grace: 4, from the next run on"), "{}", screen(&app));
    // Typing is left first, then the page.
    press(&mut app, "enter");
    press(&mut app, "esc");
    assert_eq!(app.layer(), Layer::Settings);
    press(&mut app, "esc");
    assert!(app.over.is_none());
}

#[test]
fn choices_turn_and_hold_at_once() {
    let mut app = opened(120, 40, "");
    while !screen(&app).contains("The theme's name") {
        press(&mut app, "j");
    }
    assert_eq!(written(&mut app, KeyCode::Left), Some(("theme", "light".to_owned())));
    assert_eq!(written(&mut app, KeyCode::Enter), Some(("theme", "dark".to_owned())));
    let effects = app.update(news("theme: light\n", Some(Ok("theme"))));
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::LoadTheme(name) if name == "light")),
        "{effects:?}"
    );
    assert_eq!(written(&mut app, KeyCode::Enter), Some(("theme", "auto".to_owned())));
    press(&mut app, "j");
    assert_eq!(written(&mut app, KeyCode::Enter), Some(("ascii", "true".to_owned())));
    app.update(news("theme: light\nascii: true\n", Some(Ok("ascii"))));
    assert!(screen(&app).is_ascii(), "{}", screen(&app));
}
