//! Messages in, effects out; and what the screens look like.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;

use super::*;
use crate::agent::catalog::{Agent, AgentName};
use crate::agent::manifest;
use crate::config::Settings;
use crate::ops::agents::Listed;
use crate::ops::{Rejected, Why};
use crate::paths::Paths;
use crate::process::sampler::ProcessSample;
use crate::run::dir::RunDir;
use crate::run::output::Stream;
use crate::run::samples::Sample;
use crate::run::spec::{FORMAT, Kind, Limits, RunSpec};
use crate::run::status::{Outcome, State, Status};
use crate::tui::effect::ForLoop;
use crate::tui::seen::{Detail, Page as Window, Row, Run, Source, Usage};
use crate::tui::theme::Palette;
use crate::venv::stamp::Environment;

const HOUR_MS: i64 = 3_600_000;
/// 2026-11-22, 14:03:22 UTC.
const NOW: Now = Now { clock_us: 1_000_000_000, wall_ms: 1_795_356_202_000, utc_offset: 0 };

const MANIFEST: &str = r#"
name: analysis-agent
version: "1.0.0"
description: Looks at texts
author: me
license: MIT
python_version: "3.11+"
interface:
  methods:
    analyze_text:
      description: Analyze text and provide insights
      parameters:
        text:
          type: string
          description: Text content to analyze
          required: true
        analysis_type:
          type: string
          description: Type of analysis (sentiment, ...)
          default: general
      returns:
        type: object
        description: Analysis results
    summarize_content:
      description: Say it in few words
"#;

fn app(width: u16, height: u16) -> App {
    let context = Context {
        paths: Paths {
            store: "/home/me/.agenthub".into(),
            state: "/state".into(),
            config: "/config".into(),
            cache: "/cache".into(),
            home: "/home/me".into(),
        },
        settings: Settings::default(),
        program: "/bin/plugdeck".into(),
    };
    App::new(&context, Theme::built_in(false, Palette::Rgb), Size::new(width, height), NOW)
}

fn listed(folder: &str, environment: Environment) -> Listed {
    let (manifest, problems) = manifest::parse(MANIFEST);
    let name = AgentName { namespace: "agentplug".into(), folder: folder.into() };
    let agent = Agent { directory: format!("/agents/{name}").into(), name, manifest, problems };
    Listed { agent, environment }
}

fn agents() -> Message {
    let ready = Environment::Ready { python: Some("3.11.7".into()) };
    let stale = Environment::Stale { python: None, reason: "uv.lock changed".into() };
    let broken = Listed {
        agent: Agent {
            name: AgentName { namespace: "local".into(), folder: "broken-agent".into() },
            directory: "/agents/local/broken-agent".into(),
            manifest: None,
            problems: manifest::parse("name: [").1,
        },
        environment: Environment::None,
    };
    let list = vec![
        listed("analysis-agent", ready),
        listed("coding-agent", stale),
        listed("research-agent", Environment::None),
        broken,
    ];
    Message::Agents(list, Vec::new())
}

fn outcome(state: State, ms: u64) -> Outcome {
    Outcome {
        state,
        rule: None,
        error: None,
        exit_code: Some(0),
        signal: None,
        duration_ms: ms,
        stdout_bytes: 151,
        stderr_bytes: 2_100,
        stderr_lines: 34,
        peak_rss_bytes: 96 << 20,
        cpu_ms: 1_400,
        leftovers_killed: 0,
        leftovers: vec![],
        warnings: vec![],
        result: None,
    }
}

fn process(pid: i32, ppid: i32, command: &str) -> ProcessSample {
    ProcessSample {
        pid,
        start_time: 1,
        ppid,
        state: 'S',
        cpu_percent: if pid == 41_240 { 61.0 } else { 0.0 },
        rss_bytes: 96 << 20,
        threads: 6,
        command: Some(command.into()),
    }
}

fn sample() -> Sample {
    let processes =
        vec![process(41_233, 1, "/x/.venv/bin/python agent.py"), process(41_240, 41_233, "node tool.js")];
    Sample { t_us: 12_000_000, processes }
}

/// A run of a method of analysis-agent; `ms` is how long it took, `ago` when it was.
fn run(id: &str, method: &str, state: State, ms: u64, ago: i64) -> Arc<Run> {
    let live = state.is_live();
    Arc::new(Run {
        id: RunId(format!("20261122T140322-{id}")),
        dir: RunDir { path: format!("/state/runs/20261122T140322-{id}").into() },
        kind: Kind::Call,
        agent: "agentplug/analysis-agent".into(),
        method: Some(method.into()),
        created_ms: NOW.wall_ms - ago,
        state,
        outcome: (!live).then(|| outcome(state, ms)),
        live_since_us: live.then(|| NOW.clock_us - ms * 1_000),
        took: Duration::from_millis(ms),
        latest: live.then(sample),
        unreadable: None,
    })
}

fn build(state: State) -> Arc<Run> {
    let call = run("b001", "", state, 3_200, 0);
    Arc::new(Run { kind: Kind::Build, method: None, ..(*call).clone() })
}

fn runs() -> Message {
    Message::Runs(vec![
        run("0f3a", "analyze_text", State::Running, 12_000, 12_000),
        run("0f39", "analyze_text", State::Succeeded, 12_400, HOUR_MS),
        run("0f38", "summarize_content", State::SoftError, 2_100, HOUR_MS),
        run("0f37", "summarize_content", State::Failed, 1_000, 2 * HOUR_MS),
        run("0f36", "analyze_text", State::TimedOut, 300_000, 30 * HOUR_MS),
    ])
}

fn spec(kind: Kind) -> RunSpec {
    RunSpec {
        v: FORMAT,
        plugdeck: "0.1.0".into(),
        created_ms: 0,
        kind,
        agent: "agentplug/analysis-agent".into(),
        directory: "/agents".into(),
        method: Some("analyze_text".into()),
        payload: None,
        steps: vec![],
        limits: Limits { timeout_ms: Some(310_000), grace_ms: 2_000, sweep_ms: 10_000 },
        variables: vec![],
    }
}

fn detail(run: Arc<Run>) -> Message {
    let usage = (0..13u8)
        .map(|n| Usage {
            t_us: u64::from(n) * 1_000_000,
            cpu_percent: if n < 4 { 88.0 } else { 3.0 },
            rss_bytes: u64::from(n.min(5)) * (20 << 20),
        })
        .collect();
    Message::Detail(Box::new(Detail {
        run,
        spec: Arc::new(spec(Kind::Call)),
        status: Status::default(),
        usage: Arc::new(usage),
        latest: Some(sample()),
        damaged: 0,
    }))
}

fn window(run: &Run) -> Message {
    let row = |t_us, source, text: &str| Row { t_us, source, text: text.into(), cut: 0 };
    let rows = vec![
        row(0, Source::Supervisor, "spawned pid 41233 · python agent.py"),
        row(410_000, Source::Output(Stream::Err), "🧩 AI model selected: ollama:llama3.2 (local=True)"),
        row(420_000, Source::Output(Stream::Out), "\u{1b}[31mred\u{1b}[0m and plain"),
        row(450_000, Source::Output(Stream::Err), "   🚀 Sending request to AI model..."),
    ];
    Message::Page(Box::new(Window {
        run: run.id.clone(),
        first: 0,
        total: 4,
        rows,
        last_us: 450_000,
        bytes: 100,
        reading: false,
    }))
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for name in keys.split(' ') {
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let event = match name {
            "enter" => plain(KeyCode::Enter),
            "esc" => plain(KeyCode::Esc),
            "tab" => plain(KeyCode::Tab),
            "ctrl-c" => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
            "ctrl-r" => KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL),
            name => plain(KeyCode::Char(name.chars().next().unwrap())),
        };
        effects = app.update(Message::Key(event));
    }
    effects
}

fn screen(app: &App) -> String {
    let mut buffer = Buffer::empty(app.screen);
    app.draw(&mut buffer, app.screen);
    let mut text = String::new();
    for y in 0..app.screen.height {
        let mut row = String::new();
        let mut skip = 0;
        for x in 0..app.screen.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                row.push_str(symbol);
                skip = crate::text::width(symbol).max(1);
            }
            skip -= 1;
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

fn filled(width: u16, height: u16) -> App {
    let mut app = app(width, height);
    app.update(agents());
    app.update(runs());
    app
}

fn watching(width: u16, height: u16) -> App {
    let mut app = filled(width, height);
    press(&mut app, "2");
    let live = app.world.runs()[0].clone();
    app.update(detail(live.clone()));
    app.update(window(&live));
    app
}

#[test]
fn a_method_is_shown_first_80x24() {
    insta::assert_snapshot!(screen(&filled(80, 24)));
}

#[test]
fn a_live_run_is_followed_120x40() {
    insta::assert_snapshot!(screen(&watching(120, 40)));
}

#[test]
fn a_live_run_is_followed_80x24() {
    insta::assert_snapshot!(screen(&watching(80, 24)));
}

#[test]
fn a_run_has_a_page_of_its_own_120x40() {
    let mut app = watching(120, 40);
    press(&mut app, "enter");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn a_stop_is_asked_for_with_its_processes_80x24() {
    let mut app = watching(80, 24);
    press(&mut app, "x");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn an_empty_store_says_what_can_be_done_80x24() {
    let mut app = app(80, 24);
    app.update(Message::Agents(Vec::new(), Vec::new()));
    app.update(Message::Runs(Vec::new()));
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn every_screen_can_be_drawn_at_every_size() {
    for (width, height) in [(1, 1), (20, 5), (59, 15), (60, 15), (61, 21), (99, 30), (160, 24), (250, 70)] {
        let mut app = watching(80, 24);
        app.update(Message::Resized(width, height));
        for keys in ["1", "2", "3", "4", "2 enter", "] ] ]", "esc ?", "esc x", "esc ctrl-c", "esc 1 enter"] {
            press(&mut app, keys);
            screen(&app);
        }
    }
}

#[test]
fn the_selected_live_run_is_watched_and_a_method_is_not() {
    let mut app = filled(120, 40);
    assert_eq!(app.watched, None);
    let effects = press(&mut app, "2");
    let [Effect::Watch(Some(watch))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(watch.run.short(), "0f3a");
    assert!(watch.height > 10);
    assert!(matches!(press(&mut app, "1").as_slice(), [Effect::Watch(None)]));
}

#[test]
fn a_stop_is_asked_once_and_enter_does_it() {
    let mut app = watching(120, 40);
    assert!(press(&mut app, "x").is_empty());
    let effects = press(&mut app, "enter");
    assert!(matches!(effects.as_slice(), [Effect::Stop { now: false, .. }]), "{effects:?}");
    let effects = press(&mut app, "x X");
    assert!(matches!(effects.as_slice(), [Effect::Stop { now: true, .. }]), "{effects:?}");
    assert!(press(&mut app, "x esc").is_empty());
    assert!(app.over.is_none());
}

#[test]
fn an_ended_run_is_not_stopped() {
    let mut app = watching(120, 40);
    press(&mut app, "j x");
    assert!(app.over.is_none() && app.toast.is_some());
}

#[test]
fn escape_never_quits_and_control_c_asks_first() {
    let mut app = filled(80, 24);
    assert!(press(&mut app, "esc esc esc").is_empty());
    assert!(press(&mut app, "ctrl-c").is_empty());
    assert!(matches!(press(&mut app, "ctrl-c").as_slice(), [Effect::Loop(ForLoop::Quit)]));
    assert!(matches!(press(&mut app, "esc q").as_slice(), [Effect::Loop(ForLoop::Quit)]));
}

#[test]
fn a_call_that_needs_a_build_runs_after_it() {
    let mut app = filled(80, 24);
    let request = Request {
        agent: "agentplug/analysis-agent".into(),
        method: "analyze_text".into(),
        parameters: crate::agent::payload::Parameters::new(),
        tool_context: None,
        timeout: None,
        force: false,
    };
    let reason = Rejected::new(Why::NotReady, "not built");
    app.update(Message::Refused { reason, call: Some(Box::new(request)) });
    let effects = press(&mut app, "enter");
    assert!(matches!(effects.as_slice(), [Effect::Build { .. }]), "{effects:?}");
    let started = build(State::Running);
    let agent = started.agent.clone();
    app.update(Message::Started { run: started.id.clone(), kind: Kind::Build, agent });
    app.update(Message::Runs(vec![started]));
    let effects = app.update(Message::Runs(vec![build(State::Succeeded)]));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Call(_))), "{effects:?}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ListAgents)));
    let again = app.update(Message::Runs(vec![build(State::Succeeded)]));
    assert!(!again.iter().any(|effect| matches!(effect, Effect::Call(_))));
}

#[test]
fn a_failed_build_keeps_the_call_from_running() {
    let mut app = filled(80, 24);
    let request = Request {
        agent: "agentplug/analysis-agent".into(),
        method: "analyze_text".into(),
        parameters: crate::agent::payload::Parameters::new(),
        tool_context: None,
        timeout: None,
        force: false,
    };
    let reason = Rejected::new(Why::NotReady, "not built");
    app.update(Message::Refused { reason, call: Some(Box::new(request)) });
    press(&mut app, "enter");
    let failed = build(State::Failed);
    let agent = failed.agent.clone();
    app.update(Message::Started { run: failed.id.clone(), kind: Kind::Build, agent });
    let effects = app.update(Message::Runs(vec![failed]));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Call(_))));
    assert!(app.toast.is_some());
}

#[test]
fn an_ended_run_brings_its_result_to_the_front_once() {
    let mut app = watching(120, 40);
    press(&mut app, "enter");
    let ended = run("0f3a", "analyze_text", State::Succeeded, 13_000, 13_000);
    let effects = app.update(Message::Runs(vec![ended]));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ReadReply(_))), "{effects:?}");
    assert_eq!(app.layer(), Layer::Result);
}

#[test]
fn an_idle_dashboard_needs_no_time_and_no_frame() {
    let mut app = app(80, 24);
    app.update(agents());
    app.update(Message::Runs(vec![run("0f39", "analyze_text", State::Succeeded, 1, HOUR_MS)]));
    app.drawn();
    assert_eq!(app.next_tick(), None);
    app.update(Message::Tick(Now { clock_us: NOW.clock_us + 10_000_000, ..NOW }));
    assert!(!app.is_changed());
    app.update(runs());
    app.drawn();
    assert!(app.next_tick().is_some_and(|wait| wait <= Duration::from_secs(1)));
    app.update(Message::Tick(Now { clock_us: NOW.clock_us + 11_000_000, ..NOW }));
    assert!(app.is_changed());
}
