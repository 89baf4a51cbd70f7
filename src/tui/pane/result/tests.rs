//! The result view by its keys, and how every kind of end is told.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::run::output::Stream;
use crate::run::spec::RunId;
use crate::run::status::{Outcome, State};
use crate::tui::keymap::Action;
use crate::tui::message::Now;
use crate::tui::pane::result::ResultView;
use crate::tui::pane::{Asked, Look};
use crate::tui::seen::{Reply, Row, Source};
use crate::tui::theme::{Palette, shelf};
use crate::tui::widget::json_tree::Tree;

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
        result: result.map(|text| Tree::new(text, 0, "/runs/x/stdout")),
        missing: None,
        stdout: String::new(),
        says_error: false,
        last_stderr: stderr.iter().map(row).collect(),
    }
}

fn view(reply: Reply) -> ResultView {
    ResultView::new(Arc::new(reply))
}

fn draw(view: &ResultView, width: u16, height: u16) -> String {
    let theme = shelf::built_in(false, Palette::Rgb);
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width, height });
    // As the run's page does: one column for the mark, one of air.
    let area = Rect { x: 2.min(width), width: width.saturating_sub(4), ..buffer.area };
    view.render(&mut buffer, area, false, Look { theme: &theme, now: Now::default(), focused: true });
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
    let view = view(reply(outcome, Some(result), &stderr));
    insta::assert_snapshot!("soft_error_100x30", draw(&view, 100, 25));
    insta::assert_snapshot!("soft_error_80x24", draw(&view, 80, 19));
}

#[test]
fn a_crash_looks_like_this() {
    let outcome = Outcome {
        exit_code: None,
        signal: Some(11),
        error: Some("ended by SIGSEGV".into()),
        warnings: vec!["2 processes were left behind".into()],
        leftovers_killed: 2,
        ..outcome(State::Failed)
    };
    let mut reply = reply(outcome, None, &[]);
    reply.stdout = "half a line {\"resu\u{1b}[2J".into();
    insta::assert_snapshot!("crash_80x24", draw(&view(reply), 80, 19));
}

#[test]
fn a_tree_folds_by_keys() {
    let result =
        r#"{"sentiment": "mixed", "key_points": ["late", "support"], "nested": {"deep": {"er": 1}}}"#;
    let mut view = view(reply(outcome(State::Succeeded), Some(result), &["last words"]));
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
        let stdout = "words".repeat(usize::from(stdout_bytes > 0));
        draw(&view(Reply { stdout, ..reply(outcome, result, &[]) }), 80, 19)
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
    let mut view = view(reply(outcome(State::Succeeded), Some(&format!("\"{text}\"")), &["the end"]));
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
    let mut view = view(reply(outcome(State::Failed), Some(&result), &["one", "two"]));
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

#[test]
fn of_what_a_run_took_whole_facts_are_shown_at_every_width() {
    let view = view(reply(outcome(State::Succeeded), Some("1"), &[]));
    for width in 40..=120 {
        let drawn = draw(&view, width, 20);
        let usage = drawn.lines().find(|line| line.contains("wall ")).unwrap();
        assert!(usage.contains("exit ") && !usage.contains('…'), "{width}\n{drawn}");
    }
}

#[test]
fn nothing_is_said_twice() {
    let said = |outcome: Outcome, result: Option<&str>, says_error| {
        let reply = Reply { says_error, ..reply(outcome, result, &["last words"]) };
        draw(&view(reply), 100, 25)
    };
    let failed = |error: &str| Outcome {
        error: Some(error.into()),
        exit_code: Some(3),
        stdout_bytes: 0,
        ..outcome(State::Failed)
    };
    for (outcome, once) in [
        (failed("exit code 3: leaving with exit code 3"), "▌ leaving with exit code 3"),
        (failed("the agent printed nothing on stdout"), "nothing on stdout"),
        (failed(&format!("KeyError: {}", "long ".repeat(20))), "KeyError"),
        (failed("two\nmore words"), "more words"),
        (failed("two\nmore words"), "two"),
        (failed(&format!("exit code 3: {}", "long ".repeat(40))), "exit code 3"),
    ] {
        let drawn = said(outcome, None, true);
        assert_eq!(drawn.matches(once).count(), 1, "{once}\n{drawn}");
        assert_eq!(drawn.matches("exit code 3").count(), 1 + once.matches(" exit code 3").count(), "{drawn}");
    }
    let own = said(Outcome { stdout_bytes: 90, ..failed("no such file") }, None, true);
    assert!(own.contains("no result: the agent answered with an error"), "{own}");
}

#[test]
fn the_exception_is_on_the_first_screen_where_it_can_be() {
    let stderr: Vec<String> = (1..8).map(|n| format!("  line {n} of a traceback")).collect();
    let mut stderr: Vec<&str> = stderr.iter().map(String::as_str).collect();
    stderr.push("ValueError: the last line");
    let long = "a line\n".repeat(40);
    let failed = Outcome { exit_code: Some(1), ..outcome(State::Failed) };
    let printed = Reply { stdout: long.clone(), ..reply(failed.clone(), None, &stderr) };
    assert!(draw(&view(printed), 100, 24).contains("ValueError: the last line"));

    let result = format!("[{}1]", "1,".repeat(8));
    let soft = Outcome { rule: Some("x".into()), ..outcome(State::SoftError) };
    let mut soft = view(reply(soft, Some(&result), &stderr));
    insta::assert_snapshot!("soft_error_exception_100x24", draw(&soft, 100, 24));
    soft.act(Action::Last);
    assert!(draw(&soft, 100, 24).contains("▌ValueError"));
    soft.act(Action::Up);
    assert!(draw(&soft, 100, 24).contains("▌  line 7"));
    assert!(draw(&soft, 100, 40).contains("last 8 of 34 lines"), "with room nothing is hidden");

    let well = draw(&view(reply(outcome(State::Succeeded), Some(&result), &stderr)), 100, 19);
    assert!(well.contains("last 8 of 34 lines"), "{well}");
}

#[test]
fn a_lost_run_says_what_is_known() {
    let outcome = Outcome {
        error: Some("the supervisor 4711 is gone, the agent died with it; how it ended is not known".into()),
        exit_code: None,
        duration_ms: 74_000,
        stderr_lines: 0,
        ..outcome(State::Lost)
    };
    let lost = view(Reply { stdout: "half".into(), ..reply(outcome, None, &["the last that was heard"]) });
    insta::assert_snapshot!("lost_100x24", draw(&lost, 100, 24));
}

#[test]
fn bytes_that_are_gone_are_not_called_bad_json() {
    let missing = Some("the recorded bytes are missing".to_owned());
    let drawn = draw(&view(Reply { missing, ..reply(outcome(State::Succeeded), None, &[]) }), 100, 24);
    assert!(
        drawn.contains("no result: the recorded bytes are missing") && !drawn.contains("JSON"),
        "{drawn}"
    );
}

/// Types a text into the search, and does what the worker does.
fn search(view: &mut ResultView, text: &str) {
    view.act(Action::Search);
    assert!(view.is_typing());
    for c in text.chars() {
        view.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    }
    work(view);
}

fn work(view: &mut ResultView) {
    if let Some(request) = view.ask_search() {
        let hits = request.haystack.find(&request.needle, || request.ticket.is_wanted());
        view.found(&request.ticket, &hits);
    }
}

const REPORT: &str = r#"{
  "summary": {"title": "Weekly numbers", "risk": "low"},
  "items": [
    {"name": "alpha", "note": "No errors at all."},
    {"name": "beta", "deep": {"deeper": {"deepest key": "an Error hides here", "n": 1.50}}}
  ],
  "generated_code": "def average(values):\n    \"\"\"No error for an empty list.\"\"\"\n    if not values:  # nothing\n        return 0\n\n    return sum(values) / len(values)\n",
  "text": "A long string that stands on several lines, because it is longer than a line can be on this screen.\n\nAnd a second paragraph with the word error in it."
}"#;

#[test]
fn a_search_unfolds_marks_counts_and_goes_round() {
    let mut view = view(reply(outcome(State::Succeeded), Some(REPORT), &[]));
    view.act(Action::FoldAll);
    search(&mut view, "error");
    insta::assert_snapshot!("searching_80x24", draw(&view, 80, 19));
    // The place is seen on the selected row too.
    let theme = shelf::built_in(false, Palette::Rgb);
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: 80, height: 19 });
    let area = Rect { x: 2, width: 76, ..buffer.area };
    view.render(&mut buffer, area, false, Look { theme: &theme, now: Now::default(), focused: true });
    let selected = (0..19).find(|y| buffer[(1, *y)].symbol() == "▌").unwrap();
    let marked = (0..80).filter(|x| buffer[(*x, selected)].bg == theme.warn).count();
    assert_eq!(marked, "error".len());
    assert_eq!(view.path().as_deref(), Some(".items[0].note"));
    assert!(draw(&view, 80, 19).contains("1/4"));
    view.act(Action::Confirm);
    assert!(!view.is_typing());
    let mut paths = Vec::new();
    for _ in 0..4 {
        view.act(Action::NextHit);
        paths.push(view.path().unwrap());
    }
    let deep = r#".items[1].deep.deeper["deepest key"]"#;
    assert_eq!(paths, [deep, ".generated_code", ".text", ".items[0].note"]);
    view.act(Action::PreviousHit);
    assert_eq!(view.path().as_deref(), Some(".text"));
    insta::assert_snapshot!("searched_120x40", draw(&view, 120, 33));
    // From where the cursor has gone.
    view.act(Action::First);
    view.act(Action::NextHit);
    assert_eq!(view.path().as_deref(), Some(".items[0].note"));
    // Esc forgets it, then it is the page's.
    assert!(matches!(view.act(Action::Back), Asked::Nothing));
    assert!(!draw(&view, 120, 33).contains("/4"));
    assert!(matches!(view.act(Action::Back), Asked::NotMine));
}

#[test]
fn a_search_says_what_it_does_not_find_and_what_is_wrong() {
    let mut view = view(reply(outcome(State::Succeeded), Some(REPORT), &[]));
    search(&mut view, "Errors");
    assert!(draw(&view, 80, 19).contains("not found"));
    search(&mut view, "/^(alpha|beta)$/");
    assert!(draw(&view, 80, 19).contains("1/2"));
    search(&mut view, "/a(/");
    assert!(draw(&view, 80, 19).contains("unclosed group"));
    view.act(Action::Confirm);
    assert!(!view.is_typing() && !draw(&view, 80, 19).contains("unclosed"));
    // An answer that comes too late is not taken.
    view.act(Action::Search);
    view.key(KeyEvent::new(KeyCode::Char('b'), KeyModifiers::NONE));
    let old = view.ask_search().unwrap();
    view.key(KeyEvent::new(KeyCode::Char('e'), KeyModifiers::NONE));
    assert!(!old.ticket.is_wanted());
    view.found(&old.ticket, &old.haystack.find(&old.needle, || true));
    assert!(draw(&view, 80, 19).contains("searching…"));
    work(&mut view);
    assert!(draw(&view, 80, 19).contains("2/4"), "{}", draw(&view, 80, 19));
    // The raw text is searched by its lines.
    view.act(Action::Confirm);
    view.act(Action::ToggleRaw);
    work(&mut view);
    let raw = draw(&view, 80, 19);
    assert!(raw.contains("1/4") && raw.contains("\"beta\""), "{raw}");
}

#[test]
fn what_was_printed_as_broken_json_has_a_caret_at_the_byte() {
    let stdout = "{\"result\": {\"text\": \"the rest of this is mis".to_owned();
    let failed = Outcome { stdout_bytes: stdout.len() as u64, ..outcome(State::Failed) };
    let broken = view(Reply { stdout, ..reply(failed, None, &["replying with 45 bytes"]) });
    insta::assert_snapshot!("broken_80x24", draw(&broken, 80, 19));
    assert_eq!((broken.path(), broken.has_result()), (None, None));
    let result = format!("{{\n{}  \"bad\": NaN,\n  \"after\": 1\n}}", "  \"good\": 1,\n".repeat(40));
    let drawn = draw(&view(reply(outcome(State::Succeeded), Some(&result), &[])), 80, 19);
    assert!(drawn.contains("▌ \"bad\": NaN") || drawn.contains("\"bad\": NaN"), "{drawn}");
    assert!(drawn.contains("         ^ expected value"), "{drawn}");
}

#[test]
fn code_moves_sideways_and_is_not_broken() {
    let line = format!("    call({})", "argument, ".repeat(20));
    let code = format!("def f():\n{line}\n").replace('\n', "\\n");
    let mut view = view(reply(outcome(State::Succeeded), Some(&format!("{{\"code\": \"{code}\"}}")), &[]));
    let drawn = draw(&view, 80, 19);
    assert!(drawn.contains("   2 │     call(argument, ") && drawn.contains('…'), "{drawn}");
    view.act(Action::FarRight);
    let moved = draw(&view, 80, 19);
    assert!(moved.contains("   2 │ rgument, "), "{moved}");
    view.act(Action::FarLeft);
    assert_eq!(draw(&view, 80, 19), drawn);
}
