//! Lines of output: folded, selected, and hard to draw.

use super::*;
use crate::run::output::Stream;
use crate::tui::seen::{Page as Window, Row, Source};

const TRACEBACK: [&str; 6] = [
    "Traceback (most recent call last):",
    "  File \"/agents/a/agent.py\", line 70, in main",
    "    run()",
    "  File \"/agents/a/agent.py\", line 31, in run",
    "    raise ValueError(\"bad input\")",
    "ValueError: bad input",
];

/// The page of a run in this state, with these lines; `tail` of them are the window, the others stand above.
fn showing(state: State, lines: &[&str], tail: usize) -> App {
    let mut app = filled(120, 40);
    let run = run("0f3a", "analyze_text", state, 12_000, 12_000);
    app.update(Message::Runs(vec![run.clone()]));
    press(&mut app, "2 enter");
    if state != State::Running {
        press(&mut app, "[");
    }
    let row = |(at, text): (u64, &&str)| Row {
        t_us: at * 1_000,
        source: Source::Output(Stream::Err),
        text: crate::text::safe_coloured(text.as_bytes()),
        cut: 0,
    };
    let mut above: Vec<Row> = (0..).zip(lines).map(row).collect();
    let rows = above.split_off(lines.len() - tail);
    app.update(Message::Page(Box::new(Window {
        run: run.id.clone(),
        first: above.len() as u64,
        above,
        rows,
        below: Vec::new(),
        total: lines.len() as u64,
        last_us: 0,
        bytes: 100,
        reading: false,
        found: crate::tui::find::Found::default(),
    })));
    app
}

fn wanted(effects: &[Effect]) -> Option<std::ops::Range<u64>> {
    effects.iter().find_map(|effect| match effect {
        Effect::Excerpt(wanted) => Some(wanted.rows.clone()),
        _ => None,
    })
}

#[test]
fn a_traceback_is_one_line_and_selected_as_a_whole_120x40() {
    let lines = [&["before"], &TRACEBACK[..], &["after"]].concat();
    // Its head stands above the window.
    let mut app = showing(State::Running, &lines, 3);
    let drawn = screen(&app);
    assert!(
        drawn.contains("▸ 2 frames · ValueError: bad input  (agent.py:31 in run)") && !drawn.contains("File"),
        "{drawn}"
    );
    press(&mut app, "V k");
    assert_eq!(app.layer(), Layer::Select);
    insta::assert_snapshot!(screen(&app));
    assert_eq!(wanted(&press(&mut app, "y")), Some(1..8));
    // Unfolded under the cursor, its lines are selected one by one.
    press(&mut app, "V k enter j");
    assert_eq!(wanted(&press(&mut app, "y")), Some(2..8));
    press(&mut app, "V esc");
    assert_eq!(app.layer(), Layer::Output);
    press(&mut app, "h");
    assert!(!screen(&app).contains("File"), "{}", screen(&app));
}

#[test]
fn what_a_failed_run_ended_with_is_open_and_can_be_folded() {
    let lines = [&TRACEBACK[..], &["between"], &TRACEBACK[..], &["exit 1"]].concat();
    let mut app = showing(State::Failed, &lines, 10);
    let drawn = screen(&app);
    assert!(drawn.matches("▾ Traceback").count() == 1 && drawn.matches("▸ ").count() == 2, "{drawn}");
    press(&mut app, "h");
    assert_eq!(screen(&app).matches("2 frames").count(), 2, "{}", screen(&app));
}

#[test]
fn lines_that_are_hard_to_draw_stay_in_their_pane_120x40() {
    let lines = [
        "ab\tcd\tef",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} 123 (abc)",
        "日本語のテキスト wide",
        "marks: e\u{301} a\u{308} Z\u{351}\u{36b}\u{343}a\u{347}l\u{321}go",
        "pictures: \u{26a0}\u{fe0f} 👩\u{200d}🔬 👍🏽 🇩🇪 1\u{fe0f}\u{20e3} end",
        "joined: क\u{94d}ष\u{93f} 한국어",
        "\u{1b}[31mred\u{1b}[0m \u{1b}[2Jcleared? \u{1b}]0;title\u{7}",
        "turned \u{202e}back\u{202c} nul \0 bell \u{7}",
        "\u{301}a mark first",
        &"日本".repeat(60),
    ];
    insta::assert_snapshot!(screen(&showing(State::Running, &lines, 10)));
}
