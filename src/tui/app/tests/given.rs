//! Agents, runs and output to look at.

use std::sync::Arc;

use crate::agent::catalog::{Agent, AgentName};
use crate::agent::manifest;
use crate::config::Settings;
use crate::ops::agents::Listed;
use crate::ops::orphans::{Origin, Orphan};
use crate::paths::Paths;
use crate::process::orphans::Call;
use crate::process::sampler::ProcessSample;
use crate::run::dir::RunDir;
use crate::run::output::Stream;
use crate::run::samples::Sample;
use crate::run::spec::{Added, FORMAT, KEEP_OUTPUT, Kind, Limits, RunSpec, Step};
use crate::run::status::{Outcome, State, Status, StepStatus};
use crate::tui::app::*;
use crate::tui::seen::{Detail, OrphanTree, Page as Window, Reply, Row, Run, Source, Usage};
use crate::tui::theme::{Palette, shelf};
use crate::tui::widget::json_tree::Tree;
use crate::venv::stamp::Environment;

pub(super) const HOUR_MS: i64 = 3_600_000;
/// 2026-11-22, 14:03:22 UTC.
pub(super) const NOW: Now =
    Now { clock_us: 1_000_000_000, uptime_ms: 1_000_000, wall_ms: 1_795_356_202_000, utc_offset: 0 };

pub(super) const MANIFEST: &str = r#"
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

pub(super) fn app(width: u16, height: u16) -> App {
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
    let looks = Looks {
        theme: shelf::built_in(false, Palette::Rgb),
        named: false,
        asked: None,
        colourless: false,
        light: false,
        ascii: false,
        mouse: true,
        settings: "~/.config/plugdeck/config.yaml".into(),
        trouble: None,
    };
    App::new(&context, looks, Size::new(width, height), NOW)
}

pub(super) fn listed(folder: &str, environment: Environment) -> Listed {
    let (manifest, problems) = manifest::parse(MANIFEST);
    let name = AgentName { namespace: "agentplug".into(), folder: folder.into() };
    let agent = Agent { directory: format!("/agents/{name}").into(), name, manifest, problems };
    Listed { agent, environment }
}

pub(super) fn agents() -> Message {
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

pub(super) fn outcome(state: State, ms: u64) -> Outcome {
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

pub(super) fn process(pid: i32, ppid: i32, command: &str) -> ProcessSample {
    ProcessSample {
        pid,
        start_time: 1,
        ppid,
        state: 'S',
        cpu_percent: if pid == 41_240 { 61.0 } else { 0.0 },
        rss_bytes: 96 << 20,
        threads: 6,
        session: 41_233,
        command: Some(command.into()),
    }
}

pub(super) fn sample() -> Sample {
    let processes =
        vec![process(41_233, 1, "/x/.venv/bin/python agent.py"), process(41_240, 41_233, "node tool.js")];
    Sample { t_us: 12_000_000, processes }
}

/// What another tool has left: an agent with a child.
pub(super) fn orphans() -> Message {
    let root = ProcessId { pid: 39_870, start_time: 1 };
    let processes = vec![
        process(39_870, 1, "/agents/.venv/bin/python agent.py {...}"),
        process(39_871, 39_870, "sleep 9"),
    ];
    let call = Call { agent: "agentplug/coding-agent".into(), method: "explain_code".into() };
    let orphans = processes.iter().map(|process| Orphan {
        process: process.id(),
        parent: process.ppid,
        root,
        command: process.command.clone().unwrap(),
        origin: Origin::Foreign,
        run: None,
        call: Some(call.clone()),
    });
    let orphans = orphans.collect();
    Message::Orphans(vec![Arc::new(OrphanTree { root, run: None, call: Some(call), processes, orphans })])
}

/// A run of a method of analysis-agent; `ms` is how long it took, `ago` when it was.
pub(super) fn run(id: &str, method: &str, state: State, ms: u64, ago: i64) -> Arc<Run> {
    let live = state.is_live();
    Arc::new(Run {
        id: RunId(format!("20261122T140322-{id}")),
        dir: RunDir { path: format!("/state/runs/20261122T140322-{id}").into() },
        kind: Kind::Call,
        agent: "agentplug/analysis-agent".into(),
        method: Some(method.into()),
        created_ms: NOW.wall_ms - ago,
        state,
        stuck: false,
        outcome: (!live).then(|| outcome(state, ms)),
        live_since_us: live.then(|| NOW.clock_us - ms * 1_000),
        took: Duration::from_millis(ms),
        latest: live.then(sample),
        left: Vec::new(),
        sessions: vec![41_233],
        ending: Arc::default(),
        unreadable: None,
    })
}

/// What a run answered.
pub(super) fn answer(run: &Run) -> Arc<Reply> {
    Arc::new(Reply {
        run: run.id.clone(),
        outcome: outcome(State::Succeeded, 12_400),
        result: Some(Tree::new("{\"mood\": \"sunny\"}", 0, "/state/stdout")),
        missing: None,
        stdout: String::new(),
        says_error: false,
        last_stderr: Vec::new(),
    })
}

pub(super) fn build(state: State) -> Arc<Run> {
    let call = run("b001", "", state, 3_200, 0);
    Arc::new(Run { kind: Kind::Build, method: None, ..(*call).clone() })
}

pub(super) fn runs() -> Message {
    Message::Runs(vec![
        run("0f3a", "analyze_text", State::Running, 12_000, 12_000),
        run("0f39", "analyze_text", State::Succeeded, 12_400, HOUR_MS),
        run("0f38", "summarize_content", State::SoftError, 2_100, HOUR_MS),
        run("0f37", "summarize_content", State::Failed, 1_000, 2 * HOUR_MS),
        run("0f36", "analyze_text", State::TimedOut, 300_000, 30 * HOUR_MS),
    ])
}

pub(super) fn spec(kind: Kind) -> RunSpec {
    RunSpec {
        v: FORMAT,
        plugdeck: "0.1.0".into(),
        created_ms: 0,
        kind,
        agent: "agentplug/analysis-agent".into(),
        directory: "/agents".into(),
        method: Some("analyze_text".into()),
        payload: None,
        payload_in_argv: false,
        accepted: Vec::new(),
        steps: vec![],
        limits: Limits {
            timeout_ms: Some(310_000),
            grace_ms: 2_000,
            sweep_ms: 10_000,
            keep_output: KEEP_OUTPUT,
            silence_notice_ms: Some(60_000),
            ..Limits::default()
        },
        variables: vec![],
        added: Added::default(),
    }
}

pub(super) fn detail(run: Arc<Run>) -> Message {
    let usage = (0..13u8)
        .map(|n| Usage {
            t_us: u64::from(n) * 1_000_000,
            cpu_percent: if n < 4 { 88.0 } else { 3.0 },
            rss_bytes: u64::from(n.min(5)) * (20 << 20),
            processes: 2,
        })
        .collect();
    Message::Detail(Box::new(Detail {
        run,
        spec: Arc::new(spec(Kind::Call)),
        status: Status::default(),
        usage: Arc::new(usage),
        latest: Some(sample()),
        waits: None,
        damaged: 0,
    }))
}

pub(super) fn window(run: &Run) -> Message {
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
        above: Vec::new(),
        below: Vec::new(),
        last_us: 450_000,
        bytes: 100,
        reading: false,
        found: crate::tui::find::Found::default(),
    }))
}

/// Of a build whose third step has failed.
pub(super) fn build_detail(run: Arc<Run>) -> Message {
    let step = |title: &str| Step {
        title: title.into(),
        reason: "pyproject.toml found".into(),
        argv: vec!["uv".into()],
        cwd: "/agents".into(),
        set: vec![],
        remove: vec![],
        skip: None,
    };
    let ended = |from: u64, code| StepStatus {
        started_us: Some(from * 1_000_000),
        ended_us: Some(from * 1_000_000 + 900_000),
        exit_code: Some(code),
        ..StepStatus::default()
    };
    let steps = ["make room", "uv venv --python 3.11", "uv sync", "swap it in"].map(step).to_vec();
    Message::Detail(Box::new(Detail {
        run,
        spec: Arc::new(RunSpec { steps, ..spec(Kind::Build) }),
        status: Status {
            steps: vec![ended(0, 0), ended(1, 0), ended(2, 1), StepStatus::default()],
            ..Status::default()
        },
        usage: Arc::default(),
        latest: None,
        waits: None,
        damaged: 0,
    }))
}

/// What such a build printed in its failed step, from the error on.
pub(super) fn build_window(run: &Run) -> Message {
    let row = |t_us, source, text: &str| Row { t_us, source, text: text.into(), cut: 0 };
    let rows = vec![
        row(2_700_000, Source::Output(Stream::Err), "  × No solution found when resolving dependencies:"),
        row(
            2_700_000,
            Source::Output(Stream::Err),
            "  ╰─▶ Because there are no versions of no-such-package and your project depends on no-such-package, \
             we can conclude that your project's requirements are unsatisfiable.",
        ),
        row(2_900_000, Source::Supervisor, "step 3 exit 1"),
        row(2_910_000, Source::Supervisor, "failed after 2.9s"),
    ];
    let (first, total) = (3, 7);
    Message::Page(Box::new(Window {
        run: run.id.clone(),
        first,
        rows,
        above: Vec::new(),
        below: Vec::new(),
        total,
        last_us: 2_700_000,
        bytes: 900,
        reading: false,
        found: crate::tui::find::Found::default(),
    }))
}
