//! Why a run does not go on: asked for when a person wants to know, and shown with what it rests on.

use std::sync::Arc;

use super::*;
use crate::process::id::ProcessId;
use crate::process::verdict::{Confidence, Kind as Cause, Verdict};
use crate::run::evidence::{
    Evidence, File, Frame, KernelThread, LastOutput, Looked, Occasion, Python, PythonThread, Socket,
};

fn frame(function: &str, file: &str, line: u32, in_agent: bool) -> Frame {
    Frame { file: file.into(), line, function: function.into(), in_agent }
}

fn process(pid: i32, ppid: i32, command: &str) -> Looked {
    Looked {
        id: ProcessId { pid, start_time: 1 },
        ppid,
        command: command.into(),
        state: 'S',
        cpu_percent: 0.0,
        rss_bytes: 96 << 20,
        rss_change: 0,
        switches: 0,
        io_bytes: 0,
        kernel: vec![KernelThread {
            tid: pid,
            name: "python".into(),
            state: 'S',
            wchan: "wait_woken".into(),
            syscall: Some("recvfrom(fd 7)".into()),
        }],
        python: Python::default(),
        sockets: Vec::new(),
        files: Vec::new(),
    }
}

/// A call of a model server that does not answer, found 62 s after the start.
pub(super) fn evidence() -> Evidence {
    let library = "/agents/.venv/lib/python3.11/site-packages";
    let frames = vec![
        frame("recv_into", "/usr/lib/python3.11/socket.py", 708, false),
        frame("readinto", &format!("{library}/httpcore/_backends/sync.py"), 128, false),
        frame("send", &format!("{library}/httpx/_client.py"), 914, false),
        frame("request", &format!("{library}/httpx/_client.py"), 800, false),
        frame("post", &format!("{library}/httpx/_client.py"), 1100, false),
        frame("generate", "/agents/llm_service.py", 212, true),
        frame("analyze\u{1b}[31m_text", "/agents/agent.py", 121, true),
        frame("main", "/agents/agent.py", 402, true),
    ];
    let waiting = vec![
        frame("wait", "/usr/lib/python3.11/threading.py", 320, false),
        frame("get", "/usr/lib/python3.11/queue.py", 171, false),
    ];
    let thread = |thread: &str, frames| PythonThread { thread: thread.into(), frames };
    let agent = Looked {
        python: Python {
            threads: vec![thread("MainThread", frames), thread("41238", waiting)],
            reason: None,
        },
        sockets: vec![Socket {
            fd: 7,
            state: "ESTAB".into(),
            local: "127.0.0.1:51544".into(),
            peer: "127.0.0.1:11434".into(),
            service: Some("Ollama".into()),
            received: 0,
            sent: 0,
        }],
        files: (0..9).map(|fd| File { fd, path: format!("/tmp/file {fd}") }).collect(),
        ..process(41_233, 1, "/x/.venv/bin/python agent.py")
    };
    Evidence {
        v: 1,
        n: 1,
        t_us: 62_000_000,
        why: Occasion::Asked,
        verdict: Verdict {
            kind: Cause::Socket,
            confidence: Confidence::High,
            sentence:
                "gets no answer from 127.0.0.1:11434 (Ollama) for 62 s, in generate (llm_service.py:212)"
                    .into(),
            pid: Some(41_233),
            tid: Some(41_233),
        },
        between_ms: 1_000,
        silence_ms: Some(62_000),
        cpu_percent: 0.0,
        rss_bytes: 167 << 20,
        last_output: Some(LastOutput {
            age_ms: 62_000,
            stream: "stderr".into(),
            text: "   🚀 Sending request to AI model...".into(),
        }),
        processes: vec![agent, process(41_240, 41_233, "node tool.js")],
        left_out: Vec::new(),
    }
}

#[test]
fn silence_stands_in_the_list_and_is_counted_80x24() {
    let mut app = filled(80, 24);
    seems_stuck(&mut app);
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn silence_stands_in_the_list_and_is_counted_120x40() {
    let mut app = filled(120, 40);
    seems_stuck(&mut app);
    insta::assert_snapshot!(screen(&app));
}

pub(super) fn seems_stuck(app: &mut App) -> Arc<Run> {
    let live = app.world.runs()[0].clone();
    let stuck = Arc::new(Run { stuck: true, ..(*live).clone() });
    let others = app.world.runs()[1..].to_vec();
    app.update(Message::Runs([vec![stuck.clone()], others].concat()));
    stuck
}

fn found(run: &Run, evidence: Evidence) -> Message {
    Message::Looked { run: run.id.clone(), found: Ok(Some(Arc::new(evidence))) }
}

#[track_caller]
fn asks(effects: &[Effect], anew: bool) {
    let looks: Vec<_> = effects
        .iter()
        .filter_map(|effect| if let Effect::Look { anew, .. } = effect { Some(*anew) } else { None })
        .collect();
    assert_eq!(looks, [anew], "{effects:?}");
}

/// The page of a stuck run with what was found.
pub(super) fn page(width: u16, height: u16, evidence: Evidence) -> App {
    let mut app = watching(width, height);
    let run = seems_stuck(&mut app);
    app.update(detail(run.clone()));
    asks(&press(&mut app, "w"), true);
    assert!(screen(&app).contains("looking, 1 s…"), "{}", screen(&app));
    app.update(found(&run, evidence));
    app
}

#[test]
fn a_stuck_run_says_why_80x24() {
    insta::assert_snapshot!(screen(&page(80, 24, evidence())));
}

#[test]
fn a_stuck_run_says_why_120x40() {
    insta::assert_snapshot!(screen(&page(120, 40, evidence())));
}

#[test]
fn a_stuck_run_says_why_160x50() {
    let mut app = page(160, 50, evidence());
    press(&mut app, "F");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn what_is_not_known_is_called_unknown_80x24() {
    let mut unknown = evidence();
    unknown.verdict = Verdict {
        kind: Cause::Unknown,
        confidence: Confidence::None,
        sentence: "what it waits for is not known: it sleeps in the kernel, in poll".into(),
        pid: Some(41_233),
        tid: None,
    };
    unknown.processes[0].python =
        Python { threads: Vec::new(), reason: Some("it does not handle the signal".into()) };
    unknown.left_out = vec!["the sockets of process 41240: permission denied".into()];
    let mut app = page(80, 24, unknown);
    assert!(!screen(&app).contains("open frame"));
    assert!(press(&mut app, "o").is_empty());
    press(&mut app, "G");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn an_ended_run_that_nobody_looked_at_says_so_80x24() {
    let mut app = watching(80, 24);
    press(&mut app, "j");
    asks(&press(&mut app, "w"), false);
    let run = app.world.runs()[1].clone();
    app.update(Message::Looked { run: run.id.clone(), found: Ok(None) });
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn with_nothing_selected_the_first_stuck_run_is_gone_to() {
    let mut app = filled(120, 40);
    assert!(press(&mut app, "w").is_empty() && screen(&app).contains("no run seems stuck"));
    seems_stuck(&mut app);
    asks(&press(&mut app, "w"), true);
    assert!(screen(&app).contains("◐ stuck"), "{}", screen(&app));
    // One question at a time.
    assert!(!press(&mut app, "R").iter().any(|effect| matches!(effect, Effect::Look { .. })));
}

#[test]
fn passing_by_reads_what_is_known_and_the_end_brings_the_black_box() {
    let mut app = watching(120, 40);
    press(&mut app, "enter ] ]");
    let effects = press(&mut app, "]");
    asks(&effects, false);
    let live = app.world.runs()[0].clone();
    app.update(Message::Looked { run: live.id.clone(), found: Ok(None) });
    assert!(screen(&app).contains("nobody has looked at this run yet"));
    let ended = run("0f3a", "analyze_text", State::Killed, 62_000, 62_000);
    asks(&app.update(Message::Runs(vec![ended.clone()])), false);
    app.update(found(&ended, Evidence { why: Occasion::Stop, ..evidence() }));
    assert!(screen(&app).contains("found when it was stopped"), "{}", screen(&app));
}

#[test]
fn the_marked_frame_is_opened_and_colours_of_others_are_not_drawn() {
    let mut app = page(120, 40, evidence());
    assert!(!screen(&app).contains('\u{1b}'));
    let effects = press(&mut app, "o");
    let [Effect::Loop(ForLoop::Edit(place))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((place.file.to_str(), place.line), (Some("/agents/llm_service.py"), 212));
    app.update(Message::NotOpened("set VISUAL or EDITOR".into()));
    assert!(screen(&app).contains("set VISUAL or EDITOR"));
}

#[test]
fn silence_that_is_worth_a_look_names_the_key() {
    let mut app = watching(120, 40);
    assert!(!screen(&app).contains("w why ──"));
    let live = app.world.runs()[0].clone();
    let old = Arc::new(Run { live_since_us: Some(NOW.clock_us - 62_000_000), ..(*live).clone() });
    app.update(Message::Runs(vec![old]));
    assert!(screen(&app).contains("── silent 61 s ── w why ──"), "{}", screen(&app));
}
