//! What is found on this machine, in its box.

use crate::ops::doctor::{Check, Standing, page};
use crate::tui::app::tests::*;
use crate::tui::effect::forms::{Copied, FormNews, FormWork};

fn checks() -> Vec<Check> {
    let check = |name, state, sentence: &str, action: Option<&str>| Check {
        name,
        state,
        sentence: sentence.to_owned(),
        action: action.map(str::to_owned),
    };
    vec![
        check("python", Standing::Ok, "3.12.1, 3.11.7; the newest is /usr/bin/python3.12", None),
        check(
            "uv",
            Standing::Note,
            "no uv 0.5 or newer is on PATH: pip builds, which takes longer and puts the old environment aside meanwhile",
            Some("install uv (`pip install uv`) for faster builds beside the old environment"),
        ),
        check(
            "pip",
            Standing::Problem,
            "no Python here can put pip into an environment",
            Some("install one"),
        ),
        check("models", Standing::Ok, "a server on port 11434\u{1b}[31m", None),
    ]
}

fn opened(width: u16, height: u16) -> App {
    let mut app = filled(width, height);
    assert!(matches!(press(&mut app, "D").as_slice(), [Effect::Examine]));
    app
}

#[test]
fn it_is_looked_at_behind_the_box_and_closed_with_esc() {
    let mut app = opened(80, 24);
    assert!(screen(&app).contains("looking…") && !screen(&app).contains("y copy"), "{}", screen(&app));
    assert!(press(&mut app, "y").is_empty());
    app.update(Message::Examined(checks()));
    let drawn = screen(&app);
    for words in ["This machine", "1 problem · 1 note", "✓ ok", "▲ note", "✗ problem", "→ install one"]
    {
        assert!(drawn.contains(words), "{words}\n{drawn}");
    }
    press(&mut app, "esc");
    assert!(app.over.is_none());
    // What comes late opens nothing, and the key is one in every list, the palette among them.
    app.update(Message::Examined(checks()));
    assert!(app.over.is_none());
    for keys in ["2 D", "3 D", "4 D"] {
        press(&mut app, keys);
        assert!(matches!(app.over, Some(Over::Doctor(_))), "{keys}");
        press(&mut app, "D");
        assert!(app.over.is_none(), "{keys}");
    }
    press(&mut app, ":");
    "doctor: what".chars().for_each(|c| {
        app.update(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    });
    assert!(matches!(press(&mut app, "enter").last(), Some(Effect::Examine)));
}

#[test]
fn every_check_is_a_sign_a_word_and_its_sentence_80x24() {
    let mut app = opened(80, 24);
    app.update(Message::Examined(checks()));
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn a_small_screen_scrolls_60x15() {
    let mut app = opened(60, 15);
    app.update(Message::Examined(checks()));
    insta::assert_snapshot!(screen(&app));
    assert!(!screen(&app).contains("11434"));
    press(&mut app, "G");
    assert!(screen(&app).contains("11434"), "{}", screen(&app));
}

#[test]
fn all_of_it_is_copied_as_the_command_line_prints_it() {
    let mut app = opened(80, 24);
    app.update(Message::Examined(checks()));
    let effects = press(&mut app, "y");
    let [Effect::Form(FormWork::CopyText { text, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*text, page(&checks()));
    assert!(text.starts_with("✓ python       3.12.1") && !text.contains('\u{1b}'), "{text}");
    let copied = Copied { says: "copied 300 B via OSC 52".into(), sequence: None };
    app.update(Message::Form(Box::new(FormNews::Copied(Ok(copied)))));
    assert!(screen(&app).contains("✓ copied 300 B via OSC 52"), "{}", screen(&app));
    press(&mut app, "j");
    assert!(!screen(&app).contains("copied"), "{}", screen(&app));
}
