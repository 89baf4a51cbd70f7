//! A cursor on the charts of a run, and the way to the output of its time and back.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::tui::app::tests::given::{sample, spec};
use crate::tui::seen::{Detail, Row, Source, Usage};

/// A run that was looked at at these times, in milliseconds: each time with more CPU, memory and processes.
fn looked_at(run: Arc<Run>, times: impl IntoIterator<Item = u64>) -> Message {
    let usage = (0u8..).zip(times).map(|(n, ms)| Usage {
        t_us: ms * 1_000,
        cpu_percent: f32::from(n % 100),
        rss_bytes: u64::from(n) << 20,
        processes: usize::from(n / 5 + 1),
    });
    Message::Detail(Box::new(Detail {
        run,
        spec: Arc::new(spec(Kind::Call)),
        status: crate::run::status::Status::default(),
        usage: Arc::new(usage.collect()),
        latest: Some(sample()),
        waits: None,
        damaged: 0,
    }))
}

/// A window of lines that were printed at these times, in milliseconds.
fn printed(run: &Run, first: u64, times: &[u64]) -> Message {
    let row = |ms: &u64| Row {
        t_us: ms * 1_000,
        source: Source::Output(crate::run::output::Stream::Err),
        text: format!("printed at {ms}"),
        cut: 0,
    };
    Message::Page(Box::new(crate::tui::seen::Page {
        run: run.id.clone(),
        first,
        rows: times.iter().map(row).collect(),
        above: Vec::new(),
        below: Vec::new(),
        total: 500,
        last_us: 11_000_000,
        bytes: 100,
        reading: false,
        found: crate::tui::find::Found::default(),
    }))
}

/// The page of a live run: a sample at the beginning of each second, of seconds 5 and 6 none.
fn with_a_gap(width: u16, height: u16) -> App {
    let mut app = watching(width, height);
    press(&mut app, "enter");
    let run = app.world.runs()[0].clone();
    app.update(looked_at(run.clone(), [100, 1_100, 2_100, 3_100, 4_100, 7_100, 8_100, 9_100, 10_100]));
    app.update(printed(&run, 3, &[2_500, 2_900, 9_000]));
    app
}

/// The upper border of the charts.
fn border(app: &App, name: &str) -> String {
    let screen = screen(app);
    let line = screen.lines().find(|line| line.contains(&format!("{name} "))).unwrap();
    let from = line.find(name).unwrap();
    line[from..].split(['─', '╮']).next().unwrap().trim().to_owned()
}

fn axis(app: &App) -> String {
    let screen = screen(app);
    screen.lines().rfind(|line| line.contains('▲')).unwrap_or_default().to_owned()
}

fn from(effects: &[Effect]) -> Option<From> {
    effects.iter().find_map(|effect| match effect {
        Effect::Watch(Some(watch)) => Some(watch.from),
        _ => None,
    })
}

#[test]
fn the_cursor_tells_what_was_used_and_that_nothing_was_seen_in_a_gap() {
    let mut app = with_a_gap(120, 40);
    press(&mut app, "c");
    // The end is followed.
    assert_eq!((border(&app, "CPU"), border(&app, "Memory")), ("CPU  8%".into(), "Memory 8M".into()));
    assert!(screen(&app).contains("peak 8M · 2 procs"), "{}", screen(&app));
    press(&mut app, "left l left h left");
    assert_eq!((border(&app, "CPU"), border(&app, "Memory")), ("CPU  5%".into(), "Memory 5M".into()));
    assert!(axis(&app).contains("▲ 7s"), "{}", axis(&app));
    press(&mut app, "h");
    assert_eq!(border(&app, "CPU"), "CPU  no sample");
    assert_eq!(border(&app, "Memory"), "Memory no sample");
    assert!(axis(&app).contains("▲ 6s") && !screen(&app).contains("procs ╮"), "{}", screen(&app));
    insta::assert_snapshot!(screen(&app));
    press(&mut app, "g");
    assert_eq!(border(&app, "CPU"), "CPU  0%");
    assert!(screen(&app).contains("1 proc "), "{}", screen(&app));
    press(&mut app, "left G l shift-left");
    assert_eq!(border(&app, "CPU"), "CPU  0%");
    press(&mut app, "L");
    assert_eq!(border(&app, "CPU"), "CPU  8%");
}

#[test]
fn the_cursor_leads_to_the_output_of_its_second_and_back() {
    let mut app = with_a_gap(120, 40);
    assert_eq!(app.layer(), Layer::Output);
    press(&mut app, "c g l l l");
    assert_eq!(app.layer(), Layer::Chart);
    assert_eq!(from(&press(&mut app, "enter")), Some(From::Time(3_000_000)));
    let run = app.world.runs()[0].clone();
    app.update(printed(&run, 5, &[9_000, 9_100]));
    // The cursor still moves, and lines are scrolled as ever, from where the jump has led.
    assert_eq!(from(&press(&mut app, "left k")), Some(From::Row(4)));
    app.update(printed(&run, 4, &[2_900, 9_000, 9_100]));
    press(&mut app, "G c");
    assert!(axis(&app).contains("▲ 2s"), "{}", axis(&app));
    assert_eq!(border(&app, "CPU"), "CPU  2%");
    assert_eq!(from(&press(&mut app, "f")), Some(From::End));
}

#[test]
fn where_nothing_was_printed_any_more_that_is_said() {
    let mut app = with_a_gap(120, 40);
    press(&mut app, "c enter");
    let run = app.world.runs()[0].clone();
    app.update(printed(&run, 3, &[2_500, 2_900, 9_000]));
    assert!(screen(&app).contains("nothing printed from 10 on"), "{}", screen(&app));
    app.update(printed(&run, 6, &[10_500]));
    assert!(!screen(&app).contains("nothing printed"), "{}", screen(&app));
}

#[test]
fn escape_takes_the_cursor_away_before_it_leaves_the_page() {
    let mut app = with_a_gap(120, 40);
    press(&mut app, "c esc");
    assert!(app.pages.len() == 1 && !screen(&app).contains('▲'));
    assert_eq!(app.layer(), Layer::Output);
    press(&mut app, "esc");
    assert!(app.pages.is_empty());
    // In the main pane it is the same; on another tab there is no cursor to take away.
    press(&mut app, "4 c esc");
    assert_eq!(app.focus, Pane::Main);
    press(&mut app, "c ] esc");
    assert_eq!(app.focus, Pane::Runs);
}

#[test]
fn the_cursor_stays_at_its_second_while_samples_come_and_when_the_run_ends() {
    let mut app = with_a_gap(120, 40);
    press(&mut app, "c g l l");
    let live = app.world.runs()[0].clone();
    for seconds in [20, 37, 38] {
        app.update(looked_at(live.clone(), (0..=seconds).map(|n| n * 1_000 + 100)));
        assert_eq!(border(&app, "CPU"), "CPU  2%", "{seconds}");
        assert!(axis(&app).contains("▲ 2s"), "{}", axis(&app));
    }
    let ended = run("0f3a", "analyze_text", State::Succeeded, 13_000, 13_000);
    app.update(Message::Runs(vec![ended.clone()]));
    app.update(looked_at(ended, (0..=38).map(|n| n * 1_000 + 100)));
    assert_eq!((app.layer(), border(&app, "CPU")), (Layer::Chart, "CPU  2%".into()));
}

#[test]
fn a_column_of_many_seconds_tells_the_lowest_and_the_highest_80x24() {
    let mut app = watching(80, 24);
    let live = app.world.runs()[0].clone();
    press(&mut app, "4");
    app.update(looked_at(live, (0..=240).map(|n| n * 1_000 + 100)));
    press(&mut app, "c g l l");
    // The third of twenty columns, 12 seconds each.
    assert!(axis(&app).contains("▲ 24–36s"), "{}", axis(&app));
    assert_eq!((border(&app, "CPU"), border(&app, "Mem")), ("CPU  24–35%".into(), "Mem 24M–35M".into()));
    insta::assert_snapshot!(screen(&app));
    assert_eq!(from(&press(&mut app, "enter")), Some(From::Time(24_010_000)));
}

#[test]
fn near_the_end_the_time_stands_before_its_sign_60x20() {
    let mut app = watching(60, 20);
    let live = app.world.runs()[0].clone();
    press(&mut app, "enter");
    app.update(looked_at(live, (0..=240).map(|n| n * 1_000 + 100)));
    press(&mut app, "c");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn without_a_sample_or_without_room_there_is_no_cursor_and_the_reason_is_said() {
    let said = |app: &mut App| {
        press(app, "c");
        app.toast.take().map(|toast| toast.text)
    };
    let mut app = with_a_gap(120, 40);
    let live = app.world.runs()[0].clone();
    app.update(looked_at(live, []));
    assert_eq!(said(&mut app).as_deref(), Some("no sample yet: the charts begin with the first one"));
    let ended = run("0f3a", "analyze_text", State::Killed, 80, 80);
    app.update(Message::Runs(vec![ended.clone()]));
    app.update(looked_at(ended, []));
    assert_eq!(said(&mut app).as_deref(), Some("the run ended before the first sample"));
    assert!(screen(&app).contains("ended before the first sample"), "{}", screen(&app));
    let mut app = with_a_gap(60, 15);
    assert!(said(&mut app).is_some_and(|words| words.contains("more room")));
    assert_eq!(app.layer(), Layer::Output);
    // A window that becomes smaller takes it away: no key goes to what is not seen.
    let mut app = with_a_gap(120, 40);
    press(&mut app, "c");
    app.update(Message::Resized(60, 15));
    assert_eq!(app.layer(), Layer::Output);
}

#[test]
fn a_click_sets_the_cursor_and_a_second_one_there_shows_the_output() {
    let mut app = with_a_gap(120, 40);
    let mut click = |column, row| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        let effects =
            app.update(Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        (from(&effects), axis(&app))
    };
    // The frame of the CPU begins at column 76: 40 columns of graph for ten seconds.
    let (to, drawn) = click(78 + 8, 6);
    assert!(to.is_none() && drawn.contains("▲ 2s"), "{drawn}");
    // On the memory's it is the same; the second goes on where it has begun before.
    let (to, drawn) = click(78 + 12, 13);
    assert!(to.is_none() && drawn.contains("▲ 3s"), "{drawn}");
    assert_eq!(click(78 + 14, 6).0, Some(From::Time(3_000_000)));
    let (to, drawn) = click(30, 6);
    assert!(to.is_none() && drawn.contains("▲ 3s"), "{drawn}");
}
