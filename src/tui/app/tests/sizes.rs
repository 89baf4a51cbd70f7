//! The main screens in four sizes, each in one picture file: as they are, in nothing but ASCII, and by the roles of
//! their colours. A light theme shows the same words, and every cell in the same role.

use std::fmt::Write as _;
use std::sync::Arc;

use ratatui::style::Color;

use crate::run::status::State;
use crate::tui::app::tests::given::{app, outcome, run};
use crate::tui::app::tests::{builds, ending, env, forms, palette, settings, why, *};
use crate::tui::seen::{Reply, Row, Source};
use crate::tui::theme::{Palette, Theme, shelf};
use crate::tui::widget::json_tree::Tree;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

/// The size whose roles are kept.
const IN_ROLES: (u16, u16) = (120, 40);

/// A letter for every role of a theme, in the order in which it gives them; paper without a sign stays blank.
const LETTERS: &str = " sfBdlraAoweiWESIy1234";
const NAMES: &str = "s surface · f fg · B bright · d dim · l line · r rule · a accent · A on_accent · o ok · w warn · \
                     e err · i info · W warn_bg · E err_bg · S sel · I sel_idle · y syn · 1-4 graph · ? none";

type Builder = fn(u16, u16) -> App;

const SCREENS: [(&str, Builder); 15] = [
    ("method", filled),
    ("live_run", watching),
    ("run_page", |width, height| with(watching(width, height), "enter")),
    ("form", |width, height| with(forms::opened(width, height), "s u n n y tab")),
    ("soft_error", soft_error),
    ("why", |width, height| why::page(width, height, why::evidence())),
    ("stop", |width, height| with(watching(width, height), "x")),
    ("build", builds::failed),
    ("environment", env::looking),
    ("help", |width, height| with(filled(width, height), "?")),
    ("palette", |width, height| {
        let mut app = filled(width, height);
        app.update(palette::themes(&["theme nord", "action Quit"]));
        with(app, ":")
    }),
    ("settings", |width, height| settings::opened(width, height, "grace: 4\n")),
    ("orphan", |width, height| {
        let mut app = with(ending::orphaned(width, height), "3 G");
        ending::found(&mut app);
        app
    }),
    ("processes", |width, height| with(ending::orphaned(width, height), "3")),
    ("welcome", |width, height| {
        let mut app = app(width, height);
        app.update(Message::Agents(Vec::new(), Vec::new()));
        app.update(Message::Runs(Vec::new()));
        app
    }),
];

/// Screens with much to say on a terminal with little room.
#[test]
fn small_screens_cut_no_word_without_a_sign() {
    let screens: [(&str, Builder); 5] = [
        ("steps", builds::failed),
        ("why", |width, height| why::page(width, height, why::evidence())),
        ("settings", |width, height| settings::opened(width, height, "grace: 4\nkeep_runs: many\n")),
        ("plan", env::planning),
        ("stop", |width, height| with(watching(width, height), "x")),
    ];
    let mut pictures = String::new();
    for (name, build) in screens {
        for (width, height) in [(60, 15), (60, 20)] {
            let app = build(width, height);
            write!(pictures, "── {name} {width}×{height}\n{}\n", screen(&app)).unwrap();
        }
    }
    insta::assert_snapshot!(pictures);
}

fn with(mut app: App, keys: &str) -> App {
    press(&mut app, keys);
    app
}

/// The answer of a run that hides an error in a success.
fn soft_error(width: u16, height: u16) -> App {
    let mut app = with(filled(width, height), "2 j j enter");
    let run = app.world.runs()[2].clone();
    let result =
        r##""# Error generating code: All connection attempts failed\n# Please check your API key.""##;
    let row = |text: &str| Row {
        t_us: 0,
        source: Source::Output(crate::run::output::Stream::Err),
        text: text.to_owned(),
        cut: 0,
    };
    let reply = Reply {
        run: run.id.clone(),
        outcome: crate::run::status::Outcome {
            rule: Some("text-error-prefix".into()),
            ..outcome(State::SoftError, 2_100)
        },
        result: Some(Tree::new(result, 0, "/state/stdout")),
        missing: None,
        stdout: String::new(),
        says_error: false,
        last_stderr: vec![row("httpx.ConnectError: [Errno 111] Connection refused")],
    };
    app.update(Message::Replied { run: run.id.clone(), reply: Ok(Arc::new(reply)) });
    app
}

/// A theme in which no two roles have the same colour.
fn told_apart(like: &Theme) -> Theme {
    let mut theme = like.clone();
    for (at, colour) in (0..).zip(theme.roles_mut()) {
        *colour = Color::Rgb(1, 2, at);
    }
    theme
}

/// Which of the roles this colour of such a theme is.
fn role(colour: Color) -> Option<usize> {
    match colour {
        Color::Rgb(1, 2, at) => Some(usize::from(at)),
        _ => None,
    }
}

fn drawn(app: &App) -> Buffer {
    let mut buffer = Buffer::empty(app.screen);
    app.draw(&mut buffer);
    buffer
}

/// A letter a cell: the role of its sign, or of what is behind where there is none. Below, what lies behind the signs
/// of each row.
fn in_roles(buffer: &Buffer) -> String {
    let letter = |colour| role(colour).map_or('?', |at| LETTERS.chars().nth(at).unwrap());
    let (mut picture, mut behind) = (String::new(), String::new());
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut runs: Vec<(u16, u16, char)> = Vec::new();
        let mut covered = false;
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            // The other half of a wide sign is nobody's.
            if std::mem::replace(&mut covered, crate::text::width(cell.symbol()) > 1) {
                row.push(' ');
                continue;
            }
            let paper = letter(cell.bg);
            let blank = cell.symbol().trim().is_empty();
            row.push(match (blank, letter(cell.fg)) {
                (true, _) => paper,
                // Signs in the colour of the paper stand on solid chips.
                (false, ' ') => 'p',
                (false, letter) => letter,
            });
            match runs.last_mut() {
                Some(last) if last.2 == paper => last.1 = x,
                _ => runs.push((x, x, paper)),
            }
        }
        picture.push_str(row.trim_end());
        picture.push('\n');
        runs.retain(|(.., paper)| *paper != ' ');
        if !runs.is_empty() {
            let runs: Vec<_> = runs.iter().map(|(from, to, paper)| format!("{paper} {from}-{to}")).collect();
            writeln!(behind, "{y:>3}: {}", runs.join(", ")).unwrap();
        }
    }
    format!("{picture}── behind, by row and columns: p is the paper's colour · {NAMES}\n{behind}")
}

/// What is wrong: cells whose colours are no role's, or not the theme's of that role.
fn other_roles(app: &mut App, theme: &Theme) -> Vec<String> {
    let before = app.theme.clone();
    app.theme = told_apart(theme);
    let roles = drawn(app);
    app.theme = theme.clone();
    let seen = drawn(app);
    app.theme = before;
    let mut named = theme.clone();
    let colours: Vec<Color> = named.roles_mut().map(|colour| *colour).collect();
    let of = |colour: Color| role(colour).map_or(colour, |at| colours[at]);
    let cells = roles.content.iter().zip(&seen.content).enumerate();
    let wrong = cells.filter(|(at, (cell, seen))| {
        // The other half of a wide sign is nobody's.
        let covered =
            at.checked_sub(1).is_some_and(|left| crate::text::width(roles.content[left].symbol()) > 1);
        let seen_sign = !cell.symbol().trim().is_empty();
        let foreign = !covered && (role(cell.bg).is_none() || (seen_sign && role(cell.fg).is_none()));
        foreign
            || (of(cell.fg), of(cell.bg), cell.symbol(), cell.modifier)
                != (seen.fg, seen.bg, seen.symbol(), seen.modifier)
    });
    wrong
        .map(|(at, (roles, seen))| {
            let width = usize::from(app.screen.width);
            let (x, y) = (at % width, at / width);
            format!("{} {x},{y}: {:?} is drawn as {:?}", theme.name, roles, seen)
        })
        .collect()
}

#[test]
fn every_screen_looks_right_in_four_sizes_in_ascii_and_by_its_roles() {
    let mut wrong = Vec::new();
    for (name, build) in SCREENS {
        let (mut pictures, mut ascii, mut roles) = (String::new(), String::new(), String::new());
        for (width, height) in SIZES {
            let mut app = build(width, height);
            let text = screen(&app);
            writeln!(pictures, "── {width}×{height}\n{text}").unwrap();
            for light in [false, true] {
                let theme = shelf::built_in(light, Palette::Rgb);
                let found = other_roles(&mut app, &theme);
                wrong.extend(found.into_iter().take(3).map(|cell| format!("{name} {width}×{height} {cell}")));
            }
            app.theme = shelf::built_in(true, Palette::Rgb);
            // The theme's own name is told by the list of settings.
            assert_eq!(
                screen(&app).replace("light", "dark "),
                text.replace("light", "dark "),
                "{name} {width}×{height}"
            );
            if (width, height) == IN_ROLES {
                app.theme = told_apart(&app.theme);
                writeln!(roles, "── {width}×{height}, by role\n{}", in_roles(&drawn(&app))).unwrap();
            }
            app.looks.ascii = true;
            writeln!(ascii, "── {width}×{height}, ASCII\n{}", screen(&app)).unwrap();
        }
        insta::assert_snapshot!(name, format!("{pictures}{ascii}{roles}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a screen of this size says, with as many live runs.
fn small(width: u16, height: u16, live: usize) -> Vec<String> {
    let mut app = app(width, height);
    app.update(agents());
    let runs = (0..live).map(|at| run(&format!("00{at:02}"), "analyze_text", State::Running, 12_000, 12_000));
    let mut runs: Vec<_> = runs.collect();
    if let Some(first) = runs.first_mut() {
        *first = Arc::new(Run { stuck: true, ..(**first).clone() });
    }
    app.update(Message::Runs(runs));
    // At every size every page can be behind it.
    for keys in ["2 enter", "esc ?", "esc :", "esc x", "esc 1 enter", "esc ,"] {
        press(&mut app, keys);
        screen(&app);
    }
    screen(&app).lines().map(str::to_owned).collect()
}

#[test]
fn a_screen_that_is_too_small_says_so_and_shows_what_lives() {
    assert_eq!(
        small(40, 10, 2)[..4],
        [
            "▶2 ◐1 plugdeck: too small, 60x15 or more",
            "◐ 0000 0:12 analyze_text",
            "▶ 0001 0:12 analyze_text",
            ""
        ]
    );
    assert_eq!(small(40, 10, 0)[..2], ["plugdeck: too small, 60x15 or more", ""]);
    assert_eq!(
        small(20, 5, 9),
        [
            "▶9 ◐1 too small",
            "◐ 0000 0:12 analyze…",
            "▶ 0001 0:12 analyze…",
            "▶ 0002 0:12 analyze…",
            "… 6 more"
        ]
    );
    assert_eq!(small(59, 1, 1), ["▶1 ◐1 plugdeck: too small, 60x15 or more"]);
    assert_eq!(small(10, 3, 1), ["▶1 ◐1 too…", "◐ 0000 0:…", ""]);
    assert_eq!(small(1, 1, 1), ["…"]);
    assert!(small(0, 0, 1).is_empty());
    assert_eq!(small(0, 5, 1), [""; 5]);
    assert!(small(5, 0, 1).is_empty());
}

#[test]
fn every_pane_says_why_it_is_empty() {
    let mut app = app(120, 40);
    let says = |app: &App, words: &[&str]| {
        let drawn = screen(app);
        let missing: Vec<_> = words.iter().filter(|words| !drawn.contains(**words)).collect();
        assert!(missing.is_empty(), "{missing:?}\n{drawn}");
    };
    // Before anything was read.
    says(&app, &["│ reading…"]);
    let drawn = screen(&app);
    assert_eq!(drawn.lines().filter(|line| line.contains("reading… ╮")).count(), 2, "{drawn}");
    app.update(Message::Agents(Vec::new(), Vec::new()));
    app.update(Message::Runs(Vec::new()));
    says(&app, &["no agents yet", "no runs yet — enter on a method", "no agent processes", "No agents in"]);
    // A folder that cannot be read stands among the agents, with the reason.
    let denied = ("/agents/closed".into(), "Permission denied (os error 13)".into());
    app.update(Message::Agents(Vec::new(), vec![denied]));
    says(&app, &["✗ closed", "This folder could not be read", "Permission denied (os error 13)"]);
    // Words that nothing has are no empty store.
    let mut app = with(filled(120, 40), "/ z z z");
    says(&app, &["nothing has these words", "Analyze text"]);
    press(&mut app, "esc esc");
    // A method without a word about itself and without parameters.
    press(&mut app, "j");
    says(&app, &["takes no parameters"]);
    let mut app = with(app, "enter");
    says(&app, &["this method takes no parameters — ctrl-r runs it"]);
    press(&mut app, "esc esc 2");
    let live = app.world.runs()[0].clone();
    let Message::Detail(mut unseen) = detail(live.clone()) else { unreachable!() };
    (unseen.usage, unseen.latest) = (Arc::default(), None);
    app.update(Message::Detail(unseen));
    let Message::Page(mut silent) = window(&live) else { unreachable!() };
    silent.rows.clear();
    silent.total = 0;
    app.update(Message::Page(silent));
    says(&app, &["no output yet, 0:12", "no sample yet"]);
    press(&mut app, "enter ]");
    says(&app, &["running: the result comes at the end"]);
    press(&mut app, "]");
    says(&app, &["samples   no sample yet"]);
}
