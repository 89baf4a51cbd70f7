//! Looks at run directories made by hand.

use std::fs::{self, File};
use std::io::Write as _;

mod finding;

use super::*;
use crate::process::id::{ProcessId, boot_id};
use crate::run::event::{Event, Record};
use crate::run::output::{Stream, record};
use crate::run::spec::{Added, FORMAT, KEEP_OUTPUT, Kind, Limits, RunSpec};
use crate::run::status::State;
use crate::run::view::clock_us;
use crate::tui::find::Wanted;
use crate::tui::seen::{From, Page, Run, Source};

/// A store of runs, and the tail that looks at it.
struct Bench {
    folder: tempfile::TempDir,
    tail: Tail,
    now: Instant,
}

/// A run directory whose "supervisor" is this test.
struct Written {
    dir: RunDir,
    lock: Option<File>,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { runs: folder.path().join("runs") };
        let tail = Tail::new(store, folder.path().join("agents"));
        Self { folder, tail, now: Instant::now() }
    }

    fn run(&self) -> Written {
        let spec = RunSpec {
            v: FORMAT,
            plugdeck: "0".into(),
            created_ms: 0,
            kind: Kind::Call,
            agent: "demo/\u{1b}[31magent".into(),
            directory: "/".into(),
            method: Some("talk".into()),
            payload: None,
            payload_in_argv: false,
            accepted: Vec::new(),
            steps: vec![],
            limits: Limits { grace_ms: 1, sweep_ms: 1, keep_output: KEEP_OUTPUT, ..Limits::default() },
            variables: vec![],
            added: Added::default(),
        };
        let created = RunDir::create(&self.folder.path().join("runs"), &spec).unwrap();
        let written = Written { dir: created.dir, lock: Some(created.lock) };
        written.event(
            0,
            Event::Starting {
                wall_ms: 0,
                clock_us: clock_us(),
                boot_id: boot_id().to_owned(),
                supervisor: ProcessId::current(),
            },
        );
        written
    }

    /// Looks as if enough time had passed for everything to be due.
    fn look(&mut self) -> Vec<Message> {
        self.now += Duration::from_secs(60);
        self.tail.look(self.now)
    }

    fn runs(&mut self) -> Option<Vec<Arc<Run>>> {
        self.look().into_iter().find_map(|message| match message {
            Message::Runs(runs) => Some(runs),
            _ => None,
        })
    }

    fn watch(&mut self, run: &Written, from: From, height: u16) -> Page {
        self.watch_within(run, None, from, height)
    }

    fn watch_within(&mut self, run: &Written, within: Option<(u64, u64)>, from: From, height: u16) -> Page {
        self.want(run, within, from, height, Wanted::default())
    }

    fn want(
        &mut self,
        run: &Written,
        within: Option<(u64, u64)>,
        from: From,
        height: u16,
        wanted: Wanted,
    ) -> Page {
        let watch = Watch { run: run.dir.id(), within, from, height, wanted };
        self.tail.ask(Ask::Watch(Some(Box::new(watch))));
        let page = self.look().into_iter().find_map(|message| match message {
            Message::Page(page) => Some(*page),
            _ => None,
        });
        page.unwrap()
    }
}

impl Written {
    fn event(&self, t_us: u64, event: Event) {
        let mut line = serde_json::to_vec(&Record::new(t_us, event)).unwrap();
        line.push(b'\n');
        append(&self.dir.events(), &line);
    }

    fn print(&self, t_us: u64, stream: Stream, bytes: &[u8]) {
        append(&self.dir.stdout(), if stream == Stream::Out { bytes } else { b"" });
        append(&self.dir.stderr(), if stream == Stream::Err { bytes } else { b"" });
        append(&self.dir.timeline(), &record(t_us, stream, u32::try_from(bytes.len()).unwrap()));
    }

    fn exited(&self, t_us: u64) {
        self.event(t_us, Event::Exited { step: 0, exit_code: Some(0), signal: None });
    }
}

fn append(path: &std::path::Path, bytes: &[u8]) {
    fs::File::options().create(true).append(true).open(path).unwrap().write_all(bytes).unwrap();
}

fn texts(page: &Page) -> Vec<String> {
    let tag = |source| match source {
        Source::Output(Stream::Out) => "out",
        Source::Output(Stream::Err) => "err",
        Source::Supervisor => "sup",
    };
    page.rows.iter().map(|row| format!("{} {}", tag(row.source), row.text)).collect()
}

#[test]
fn runs_appear_change_and_go_by_themselves() {
    let mut bench = Bench::new();
    assert!(bench.runs().unwrap().is_empty());
    assert!(bench.runs().is_none(), "nothing has changed");

    let mut run = bench.run();
    let runs = bench.runs().unwrap();
    assert_eq!((runs[0].state, runs[0].agent.as_str()), (State::Starting, "demo/agent"));
    assert!(runs[0].live_since_us.is_some());

    run.event(1, Event::Started { step: 0, process: ProcessId::current(), argv: vec![], pipes: [0, 0] });
    assert_eq!(bench.runs().unwrap()[0].state, State::Running);

    run.lock = None;
    let runs = bench.runs().unwrap();
    assert_eq!((runs[0].state, runs[0].is_live()), (State::Lost, false));

    fs::remove_dir_all(&run.dir.path).unwrap();
    assert!(bench.runs().unwrap().is_empty());
}

#[test]
fn of_many_runs_the_newest_are_there_at_once() {
    let mut bench = Bench::new();
    let runs = bench.folder.path().join("runs");
    for number in 0..1_201 {
        fs::create_dir_all(runs.join(format!("20260101T{number:06}-0000"))).unwrap();
    }
    let first = bench.runs().unwrap();
    assert_eq!((first.len(), first[0].id.0.as_str()), (500, "20260101T001200-0000"));
    assert_eq!(bench.runs().unwrap().len(), 1_000);
    let whole = bench.runs().unwrap();
    assert_eq!((whole.len(), whole[1_200].id.0.as_str()), (1_201, "20260101T000000-0000"));
    fs::create_dir(runs.join("20260101T001201-0000")).unwrap();
    let more = bench.runs().unwrap();
    assert_eq!((more.len(), more[0].id.0.as_str()), (1_202, "20260101T001201-0000"));
}

#[test]
fn a_damaged_run_is_listed_with_its_reason() {
    let mut bench = Bench::new();
    let run = bench.run();
    fs::write(run.dir.spec(), "rubbish").unwrap();
    let runs = bench.runs().unwrap();
    assert!(runs[0].unreadable.is_some() && !runs[0].is_live());
}

#[test]
fn the_supervisors_lines_stand_between_the_agents_own() {
    let mut bench = Bench::new();
    let run = bench.run();
    run.event(
        5,
        Event::Started {
            step: 0,
            process: ProcessId::current(),
            argv: vec!["/bin/sh".into()],
            pipes: [0, 0],
        },
    );
    run.print(10, Stream::Err, b"one\ntwo\n");
    run.event(15, Event::Skipped { step: 0, reason: "why".into() });
    run.print(20, Stream::Out, b"three\n");
    run.print(30, Stream::Out, b"open");
    run.exited(40);
    let pid = ProcessId::current().pid;
    let all = [
        format!("sup spawned pid {pid} · sh"),
        "err one".into(),
        "err two".into(),
        "sup skipped: why".into(),
        "out three".into(),
        "out open".into(),
        "sup exit 0".into(),
    ];
    assert_eq!(texts(&bench.watch(&run, From::End, 20)), all);
    for first in 0..all.len() {
        for height in 1..=all.len() - first {
            let page = bench.watch(&run, From::Row(first as u64), u16::try_from(height).unwrap());
            assert_eq!(texts(&page), all[first..first + height], "{height} rows from {first}");
            assert_eq!((page.first, page.total), (first as u64, 7));
        }
    }
    assert_eq!(texts(&bench.watch(&run, From::End, 2)), all[5..]);
}

#[test]
fn of_one_step_only_its_own_lines_are_shown_and_why_it_failed() {
    let mut bench = Bench::new();
    let run = bench.run();
    let skipped = || Event::Skipped { step: 0, reason: "why".into() };
    run.event(5, skipped());
    run.print(10, Stream::Err, b"error: of the first\nfirst\n");
    run.event(20, skipped());
    run.print(30, Stream::Err, b"second\n  \x1b[31m\xc3\x97\x1b[0m No solution\n  because\nopen");
    run.exited(40);
    let within = |bench: &mut Bench, range, from, height| {
        let page = bench.watch_within(&run, Some(range), from, height);
        (texts(&page), page.first, page.total)
    };
    let (first, at, total) = within(&mut bench, (5, 20), From::End, 9);
    assert_eq!(first, ["sup skipped: why", "err error: of the first", "err first"]);
    assert_eq!((at, total), (0, 3));
    let (second, at, total) = within(&mut bench, (20, u64::MAX), From::Trouble, 3);
    assert!(second[0].contains("No solution"), "{second:?}");
    assert_eq!((second[1].as_str(), second[2].as_str()), ("err   because", "err open"));
    assert_eq!((at, total), (2, 6));
    let (row, at, _) = within(&mut bench, (20, u64::MAX), From::Row(1), 1);
    assert_eq!((row[0].as_str(), at), ("err second", 1));
}

#[test]
fn a_window_of_a_long_output_is_all_that_is_sent() {
    let mut bench = Bench::new();
    let run = bench.run();
    let text: Vec<u8> = (0..100_000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
    run.print(1, Stream::Out, &text);
    let page = bench.watch(&run, From::End, 3);
    assert_eq!(texts(&page), ["out line 99997", "out line 99998", "out line 99999"]);
    assert_eq!(page.total, 100_000);
    run.print(2, Stream::Out, b"\x1b[31mred\x1b[2K\n");
    assert_eq!(bench.watch(&run, From::End, 1).rows[0].text, "\u{1b}[31mred\u{1b}[0m");
}

#[test]
fn an_ended_run_is_not_looked_at_again_and_again() {
    let mut bench = Bench::new();
    let mut run = bench.run();
    run.print(1, Stream::Out, b"done\n");
    run.lock = None;
    bench.watch(&run, From::End, 5);
    let messages = bench.look();
    assert!(messages.iter().all(|message| !matches!(message, Message::Page(_) | Message::Detail(_))));
    assert!(bench.tail.watched.as_ref().unwrap().is_over());
}

#[test]
fn a_lost_run_took_as_long_as_anything_tells() {
    let mut bench = Bench::new();
    let mut run = bench.run();
    run.print(3_000_000, Stream::Err, b"still here\n");
    std::fs::write(run.dir.samples(), "{\"t_us\":74000000,\"processes\":[]}\n{\"t_us\":75").unwrap();
    run.lock = None;
    let runs = bench.runs().unwrap();
    assert_eq!((runs[0].state, runs[0].took.as_secs()), (State::Lost, 74));
}

#[test]
fn a_window_can_begin_at_a_time() {
    let mut bench = Bench::new();
    let run = bench.run();
    let skipped = || Event::Skipped { step: 0, reason: "why".into() };
    run.event(5, skipped());
    run.print(10, Stream::Err, b"one\ntwo\n");
    run.event(20, skipped());
    run.print(30, Stream::Out, b"three\nop");
    run.print(35, Stream::Err, b"other");
    run.event(40, skipped());
    let all = ["sup skipped: why", "err one", "err two", "sup skipped: why", "out three"];
    let all = [&all[..], &["out op", "err other", "sup skipped: why"]].concat();
    assert_eq!(texts(&bench.watch(&run, From::Row(0), 20)), all);
    for (t_us, row) in [(0, 0), (5, 0), (6, 1), (10, 1), (11, 3), (20, 3), (30, 4), (31, 6), (36, 7), (40, 7)]
    {
        let page = bench.watch(&run, From::Time(t_us), 2);
        assert_eq!(
            (page.first, texts(&page)[0].as_str()),
            (row, all[usize::try_from(row).unwrap()]),
            "{t_us}"
        );
    }
    // Nothing is as late: the end.
    assert_eq!(texts(&bench.watch(&run, From::Time(41), 2)), all[6..]);
}

#[test]
fn what_is_told_of_is_looked_at_rarely_and_then_at_once() {
    let mut bench = Bench::new();
    fs::create_dir_all(bench.folder.path().join("runs")).unwrap();
    fs::create_dir_all(bench.folder.path().join("agents/demo/ok")).unwrap();
    let wait = |bench: &Bench| bench.tail.next_look().saturating_duration_since(bench.now);
    bench.tail.look(bench.now);
    assert_eq!(wait(&bench), FOLDER);
    let (asks, _asked) = std::sync::mpsc::sync_channel(8);
    bench.tail.stirs = Stirs::start(asks).unwrap();
    if !bench.tail.stirs.hear(bench.folder.path()) {
        eprintln!("skipped: this machine has no inotify to spare");
        return;
    }
    bench.now += AGENTS;
    bench.tail.look(bench.now);
    assert_eq!(wait(&bench), TOLD);
    bench.tail.ask(Ask::Stirred);
    assert!(bench.tail.next_look() <= Instant::now());
    // The agents are worth a look only some time after the last one.
    bench.tail.look(bench.now);
    assert_eq!(wait(&bench), AGENTS);
}
