//! Themes: chosen while they are seen, told without colour, readable wherever they are drawn.

use ratatui::style::Color;

use crate::config::{Loaded, table};
use crate::tui::app::tests::given::orphans;
use crate::tui::app::tests::*;
use crate::tui::effect::settings::{SettingsNews, SettingsWork};
use crate::tui::theme::contrast::{SHAPE, TEXT, coloured, ratio};
use crate::tui::theme::{Depth, Palette, Theme, shelf};

fn choices(palette: Palette) -> Message {
    let mut choices = shelf::all(std::path::Path::new("/nonexistent"), palette);
    choices.push(shelf::Choice {
        name: "mine".into(),
        theme: Err("/config/themes/mine.yaml: line 2, column 7: bg: red is not a colour".into()),
        own: true,
    });
    Message::Themes(choices)
}

fn choosing(width: u16, height: u16) -> App {
    let mut app = watching(width, height);
    let key = KeyEvent::new(KeyCode::Char('t'), KeyModifiers::CONTROL);
    assert!(matches!(app.update(Message::Key(key)).as_slice(), [Effect::ListThemes]));
    app.update(choices(Palette::Rgb));
    app
}

fn corner(app: &App) -> Color {
    let mut buffer = Buffer::empty(app.screen);
    app.draw(&mut buffer);
    buffer[(0, 5)].bg
}

#[test]
fn a_theme_is_seen_while_it_is_chosen_and_esc_brings_the_old_one_back() {
    let mut app = choosing(120, 40);
    let dark = corner(&app);
    press(&mut app, "j");
    assert_eq!(app.theme.name, "light");
    assert_ne!(corner(&app), dark);
    insta::assert_snapshot!(screen(&app));
    press(&mut app, "j j");
    assert_eq!((app.theme.depth, corner(&app)), (Depth::Mono, Color::Reset));
    press(&mut app, "esc");
    assert_eq!((app.theme.name.as_str(), corner(&app)), ("dark", dark));
    assert!(app.over.is_none() && app.toast.is_none());
}

/// What is to be written into the settings.
fn written(effects: &[Effect]) -> Vec<(&'static str, String)> {
    let set = |effect: &Effect| match effect {
        Effect::Settings(SettingsWork::Set { setting, value }) => Some((setting.key, value.clone())),
        _ => None,
    };
    effects.iter().filter_map(set).collect()
}

fn news(file: &str, changed: Result<(), &str>) -> Message {
    let changed = changed.map(|()| table::find("theme").unwrap()).map_err(str::to_owned);
    let loaded = Loaded::parse(file);
    Message::Settings(Box::new(SettingsNews { loaded, themes: Vec::new(), changed: Some(changed) }))
}

/// What the toast says, without its line ends.
fn said(app: &App) -> &str {
    &app.toast.as_ref().unwrap().text
}

#[test]
fn a_theme_that_is_chosen_is_written_into_the_settings() {
    let mut app = choosing(80, 24);
    assert_eq!(written(&press(&mut app, "j enter")), [("theme", "light".to_owned())]);
    assert_eq!(app.theme.name, "light");
    app.update(news("theme: light\n", Ok(())));
    assert_eq!(said(&app), "theme light, written to ~/.config/plugdeck/config.yaml");
    // What the terminal says later does not take it away, and neither does the same choice once more.
    assert!(app.update(Message::Paper { light: false }).is_empty());
    press(&mut app, "ctrl-t");
    app.update(choices(Palette::Rgb));
    assert!(written(&press(&mut app, "enter")).is_empty());
}

#[test]
fn a_theme_that_cannot_be_written_holds_until_the_end_and_says_why() {
    for (why, sentence) in [
        (
            "~/.config/plugdeck/config.yaml cannot be changed: Permission denied",
            "theme light holds until you quit. ~/.config/plugdeck/config.yaml cannot be changed: Permission denied",
        ),
        (
            "correct the file first: line 1: no mapping",
            "theme light holds until you quit. ~/.config/plugdeck/config.yaml: correct the file first: line 1: no \
             mapping",
        ),
    ] {
        let mut app = choosing(80, 24);
        press(&mut app, "j enter");
        app.update(news("", Err(why)));
        assert_eq!(said(&app), sentence);
        assert_eq!((app.theme.name.as_str(), app.looks.named), ("light", true));
    }
}

#[test]
fn what_wins_over_a_chosen_theme_is_named() {
    let mut app = choosing(80, 24);
    app.looks.asked = Some("dark".into());
    press(&mut app, "j enter");
    app.update(news("theme: light\n", Ok(())));
    assert!(said(&app).ends_with("config.yaml; where `--theme dark` is given, that wins"), "{}", said(&app));
    // What was tried on the command line is kept by enter alone.
    let mut app = choosing(80, 24);
    app.looks.asked = Some("dark".into());
    assert_eq!(written(&press(&mut app, "enter")), [("theme", "dark".to_owned())]);
    app.update(news("theme: dark\n", Ok(())));
    assert!(said(&app).ends_with("config.yaml"), "{}", said(&app));
    app.looks.colourless = true;
    app.update(news("theme: dark\n", Ok(())));
    assert!(said(&app).ends_with("; NO_COLOR wins over its colours"), "{}", said(&app));
}

#[test]
fn a_theme_that_cannot_be_used_says_why_and_cannot_be_kept() {
    let mut app = choosing(80, 24);
    for _ in 0..20 {
        press(&mut app, "j");
    }
    let drawn = screen(&app);
    assert!(drawn.contains("✗ cannot be used") && drawn.contains("bg: red is not a colour"), "{drawn}");
    assert_eq!(app.theme.name, "dark");
    press(&mut app, "enter");
    assert!(app.over.is_some());
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn light_paper_brings_the_light_theme_unless_one_was_named() {
    let mut app = filled(80, 24);
    assert!(app.update(Message::Paper { light: false }).is_empty());
    let effects = app.update(Message::Paper { light: true });
    assert!(matches!(effects.as_slice(), [Effect::LoadTheme(name)] if name == "light"), "{effects:?}");
    app.update(Message::Theme(Ok(shelf::built_in(true, Palette::Rgb))));
    assert!(app.toast.is_none() && app.theme.name == "light");
    app.looks.named = true;
    assert!(app.update(Message::Paper { light: false }).is_empty());
}

/// Screens that show every kind of thing.
fn scenes() -> Vec<(&'static str, App)> {
    let with = |keys: &str| {
        let mut app = watching(120, 40);
        app.update(orphans());
        press(&mut app, keys);
        app
    };
    let mut stuck = filled(120, 40);
    why::seems_stuck(&mut stuck);
    let mut form = filled(120, 40);
    press(&mut form, "j j enter");
    let mut told = filled(100, 30);
    told.say(Tone::Bad, "this did not work");
    let mut chart = with("enter");
    press(&mut chart, "c");
    vec![
        ("agents", filled(120, 40)),
        ("runs", with("2")),
        ("procs", with("3")),
        ("orphan", with("3 G")),
        ("page", with("enter")),
        ("chart", chart),
        ("stop", with("x")),
        ("signal", with("S")),
        ("help", with("?")),
        ("stuck", stuck),
        ("form", form),
        ("toast", told),
        ("themes", choosing(120, 40)),
        ("wide", filled(200, 50)),
        ("small", filled(40, 10)),
    ]
}

/// Lines, blocks, braille and the sign between two names: what is seen as a shape and not read.
fn is_shape(symbol: &str) -> bool {
    symbol.chars().all(|c| matches!(c, '▸' | '\u{2500}'..='\u{259f}' | '\u{2800}'..='\u{28ff}'))
}

/// What of a screen is too faint.
fn faint(name: &str, app: &App, theme: &Theme) -> Vec<String> {
    let mut buffer = Buffer::empty(app.screen);
    app.draw(&mut buffer);
    let mut faint = Vec::new();
    for y in 0..app.screen.height {
        for x in 0..app.screen.width {
            let cell = &buffer[(x, y)];
            let symbol = cell.symbol();
            let shape = is_shape(symbol);
            // Decoration, and what lies dimmed behind a question.
            let behind = app.over.is_some() && (cell.fg, cell.bg) == (theme.line, theme.bg);
            if symbol.trim().is_empty() || behind || (shape && cell.fg == theme.rule) {
                continue;
            }
            let found = ratio(cell.fg, cell.bg);
            if found < if shape { SHAPE } else { TEXT } {
                let place = format!("{name} {x},{y} {symbol:?} {:?} on {:?}: {found:.2}", cell.fg, cell.bg);
                faint.push(format!("{} {place}", theme.name));
            }
        }
    }
    faint
}

#[test]
fn whatever_is_drawn_can_be_read_in_every_shipped_theme() {
    let mut wrong = Vec::new();
    for (name, mut app) in scenes() {
        for (theme, _) in coloured() {
            app.theme = theme.clone();
            wrong.extend(faint(name, &app, &theme));
        }
    }
    assert!(wrong.is_empty(), "{} places\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

#[test]
fn nothing_but_ascii_is_drawn_where_that_is_asked_for() {
    for (name, mut app) in scenes() {
        // What an agent wrote is its own.
        for palette in [Palette::Rgb, Palette::Mono] {
            app.theme = shelf::built_in(false, palette);
            app.looks.ascii = true;
            let drawn = screen(&app).replace(['🧩', '🚀'], "");
            let foreign: Vec<char> = drawn.chars().filter(|c| !c.is_ascii()).collect();
            assert!(foreign.is_empty(), "{name}: {foreign:?}\n{drawn}");
        }
    }
}

#[test]
fn a_live_run_is_followed_in_ascii_120x40() {
    let mut app = watching(120, 40);
    app.looks.ascii = true;
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn a_method_is_shown_in_ascii_80x24() {
    let mut app = filled(80, 24);
    app.looks.ascii = true;
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn without_colours_the_screen_says_the_same() {
    for (name, mut app) in scenes() {
        let coloured = screen(&app);
        for palette in [Palette::Sixteen, Palette::Mono] {
            app.theme = shelf::built_in(false, palette);
            // Frames are thick and selections have another mark; everything else is the same.
            let plain = |text: &str| {
                let mark = |c| match c {
                    '┏' => '╭',
                    '┓' => '╮',
                    '┗' => '╰',
                    '┛' => '╯',
                    '━' => '─',
                    '┃' => '│',
                    '▌' | '›' => ' ',
                    c => c,
                };
                let lines = text.chars().map(mark).collect::<String>();
                lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
            };
            assert_eq!(plain(&screen(&app)), plain(&coloured), "{name} {palette:?}");
        }
    }
}
