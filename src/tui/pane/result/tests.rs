//! The result view by its keys, and how every kind of end is told.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::run::output::Stream;
use crate::run::spec::RunId;
use crate::run::status::{Outcome, State};
use crate::tui::keymap::Action;
use crate::tui::message::Now;
use crate::tui::pane::result::ResultView;
use crate::tui::pane::{Asked, Look};
use crate::tui::seen::{Reply, Row, Source};
use crate::tui::theme::{Palette, Theme};

fn outcome(state: State) -> Outcome {
    Outcome {
        state,
        rule: None,
        error: None,
        exit_code: Some(0),
        signal: None,
        duration_ms: 2_100,
        stdout_bytes: 151,
        stderr_bytes: 900,
        stderr_lines: 34,
        peak_rss_bytes: 88 << 20,
        cpu_ms: 1_400,
        leftovers_killed: 0,
        leftovers: Vec::new(),
        warnings: Vec::new(),
        result: None,
    }
}

fn reply(outcome: Outcome, result: Option<&str>, stderr: &[&str]) -> Reply {
    let row =
        |text: &&str| Row { t_us: 0, source: Source::Output(Stream::Err), text: (*text).to_owned(), cut: 0 };
    Reply {
        run: RunId("20261122T140322-0f38".into()),
        outcome,
        result: result.map(str::to_owned),
        cut: 0,
        stdout: String::new(),
        last_stderr: stderr.iter().map(row).collect(),
    }
}

fn draw(view: &ResultView, width: u16, height: u16) -> String {
    let theme = Theme::built_in(false, Palette::Rgb);
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width, height });
    // As the run's page does: one column for the mark, one of air.
    let area = Rect { x: 2.min(width), width: width.saturating_sub(4), ..buffer.area };
    view.render(&mut buffer, area, Look { theme: &theme, now: Now::default(), focused: true });
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}

#[test]
fn an_error_hidden_in_a_success_looks_like_this() {
    let outcome = Outcome { rule: Some("text-error-prefix".into()), ..outcome(State::SoftError) };
    let result = r##""# Error generating code: All connection attempts failed\n# Please check your API key and internet connection.""##;
    let stderr = [
        "  File \"llm_service.py\", line 212, in generate",
        "httpx.ConnectError: [Errno 111] Connection refused",
    ];
    let view = ResultView::new(reply(outcome, Some(result), &stderr));
    insta::assert_snapshot!("soft_error_100x30", draw(&view, 100, 25));
    insta::assert_snapshot!("soft_error_80x24", draw(&view, 80, 19));
}

#[test]
fn a_crash_looks_like_this() {
    let outcome = Outcome {
        exit_code: None,
        signal: Some(11),
        error: Some("the agent was ended by SIGSEGV".into()),
        warnings: vec!["2 processes were left behind".into()],
        leftovers_killed: 2,
        ..outcome(State::Failed)
    };
    let mut reply = reply(outcome, None, &[]);
    reply.stdout = "half a line {\"resu\u{1b}[2J".into();
    insta::assert_snapshot!("crash_80x24", draw(&ResultView::new(reply), 80, 19));
}

#[test]
fn a_tree_folds_by_keys() {
    let result =
        r#"{"sentiment": "mixed", "key_points": ["late", "support"], "nested": {"deep": {"er": 1}}}"#;
    let mut view = ResultView::new(reply(outcome(State::Succeeded), Some(result), &["last words"]));
    insta::assert_snapshot!("tree_80x24", draw(&view, 80, 19));
    for action in [Action::Down, Action::Down, Action::Left] {
        assert!(matches!(view.act(action), Asked::Nothing));
    }
    for action in [Action::Down, Action::Open] {
        view.act(action);
    }
    insta::assert_snapshot!("folded_60x15", draw(&view, 60, 10));
    view.act(Action::ToggleRaw);
    assert!(draw(&view, 100, 19).contains(result));
    assert!(matches!(view.act(Action::Rerun), Asked::NotMine));
}

#[test]
fn nothing_null_and_empty_are_different_things() {
    let said = |result: Option<&str>, stdout_bytes| {
        let outcome = Outcome { stdout_bytes, ..outcome(State::Succeeded) };
        draw(&ResultView::new(reply(outcome, result, &[])), 80, 19)
    };
    for (result, bytes, words) in [
        (None, 0, "no result: the agent printed nothing on stdout"),
        (None, 9, "no result: this is what the agent printed on stdout"),
        (Some("null"), 9, "the result is null"),
        (Some("{ }"), 9, "the result is an empty object"),
        (Some("[]"), 9, "the result is an empty array"),
        (Some("\"\""), 9, "the result is an empty text"),
        (Some("{\"a\": NaN}"), 9, "shown as text, it is not strict JSON: "),
    ] {
        let drawn = said(result, bytes);
        assert!(drawn.contains(words), "{drawn}");
    }
}

#[test]
fn every_row_of_a_long_result_can_be_reached() {
    let text: String =
        (0..3_000).fold(String::new(), |text, n| text + &format!("line {n}: {}\\n", "x".repeat(n % 90)));
    let mut view =
        ResultView::new(reply(outcome(State::Succeeded), Some(&format!("\"{text}\"")), &["the end"]));
    for size in [(80, 19), (60, 10), (200, 50)] {
        view.act(Action::First);
        let mut seen = String::new();
        for _ in 0..4_000 {
            seen += &draw(&view, size.0, size.1);
            view.act(Action::PageDown);
            if seen.contains("the end") {
                break;
            }
        }
        for n in 0..3_000 {
            assert!(seen.contains(&format!("line {n}:")), "line {n} at {size:?}");
        }
    }
}

#[test]
fn the_cursor_is_in_sight_at_every_size() {
    let result = format!("[{}1]", "[\"a\"],".repeat(100));
    let mut view = ResultView::new(reply(outcome(State::Failed), Some(&result), &["one", "two"]));
    for (width, height) in [(0, 0), (1, 1), (20, 4), (60, 11), (80, 19), (200, 56)] {
        for action in
            [Action::Last, Action::First, Action::HalfDown, Action::HalfUp, Action::PageUp, Action::Up]
        {
            view.act(action);
            let drawn = draw(&view, width, height);
            assert!(width < 60 || drawn.contains('▌'), "{action:?} at {width}×{height}\n{drawn}");
        }
    }
}
