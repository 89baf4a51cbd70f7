//! An agent's environment, and a build that says nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::process::locks::Wait;
use crate::run::samples::Sample;
use crate::run::spec::Step;
use crate::run::status::StepStatus;
use crate::tui::app::tests::given::{build, build_detail, build_window, listed, process};
use crate::venv::details::Details;
use crate::venv::disk::Disk;
use crate::venv::inputs::{Change, Inputs};
use crate::venv::packages::{Changes, Package};
use crate::venv::plan::{Plan, Wish};
use crate::venv::probe::Basis;
use crate::venv::stamp::{Environment, Stamp};

fn details() -> Details {
    let package = |name: &str, version: &str, bytes, editable: Option<&str>| Package {
        name: name.into(),
        version: version.into(),
        bytes,
        editable: editable.map(str::to_owned),
    };
    let names = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
    };
    let before = names(&[("rich", "13.7"), ("foo", "1.0")]);
    let after = names(&[("rich", "13.9"), ("httpx", "0.27")]);
    Details {
        state: Environment::Stale { python: Some("3.13.0".into()), reason: "uv.lock changed".into() },
        python: Some("3.13.0".into()),
        interpreter: Some("/home/me/.pyenv/versions/3.13.0/bin/python3.13".into()),
        stamp: Some(Stamp {
            v: 1,
            build: String::new(),
            plugdeck: "0.1.0".into(),
            built_ms: NOW.wall_ms - 2 * HOUR_MS,
            basis: Basis::Lock,
            tool: "uv 0.13.9".into(),
            interpreter: String::new(),
            real_interpreter: String::new(),
            inputs: Inputs::default(),
            installed: None,
            changes: Some(Changes::between(&before, &after)),
        }),
        inputs: vec![("uv.lock".into(), Change::Contents), ("pyproject.toml".into(), Change::None)],
        problems: vec!["uv.lock does not match pyproject.toml, which asks for httpx".into()],
        packages: vec![
            package(
                "coding-agent",
                "1.0.0",
                Some(9_200),
                Some("/home/me/.agenthub/agents/agentplug/coding-agent"),
            ),
            package("httpx", "0.27", Some(300_000), None),
            package("old-style", "1", None, None),
            package("rich", "13.9", Some(1_420_000), None),
        ],
        disk: Some(Disk { bytes: 48_000_000, shared_bytes: 41_000_000, files: 1_432, more: false }),
    }
}

/// The environment of coding-agent, which is stale.
pub(super) fn looking(width: u16, height: u16) -> App {
    let mut app = filled(width, height);
    app.update(Message::Agents(
        vec![listed(
            "coding-agent",
            Environment::Stale {
                python: Some("3.13.0".into()),
                reason: "uv.lock changed since the build".into(),
            },
        )],
        vec![],
    ));
    press(&mut app, "g j");
    let effects = press(&mut app, "]");
    let [Effect::Inspect { agent, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(screen(&app).contains("reading…"));
    let agent = agent.clone();
    assert!(app.update(Message::Inspected { agent, details: Arc::new(details()) }).is_empty());
    app
}

#[test]
fn an_environment_is_shown_80x24() {
    insta::assert_snapshot!(screen(&looking(80, 24)));
}

#[test]
fn an_environment_is_shown_by_size_120x40() {
    let mut app = looking(120, 40);
    press(&mut app, "4 s");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn an_environment_is_shown_160x50() {
    insta::assert_snapshot!(screen(&looking(160, 50)));
}

#[test]
fn an_environment_is_read_only_while_it_is_looked_at_and_again_when_something_changed() {
    let mut app = looking(120, 40);
    let again = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Inspect { .. }));
    assert!(!again(&press(&mut app, "4")));
    assert!(again(&app.update(agents())));
    // While one is being read no other is begun.
    assert!(!again(&app.update(agents())));
    press(&mut app, "]");
    let agent = "agentplug/coding-agent".to_owned();
    app.update(Message::Inspected { agent, details: Arc::new(details()) });
    assert!(!again(&app.update(agents())));
    assert!(again(&press(&mut app, "[")));
}

fn plan() -> Plan {
    let step = |title: &str, reason: &str| Step {
        title: title.into(),
        reason: reason.into(),
        argv: Vec::new(),
        cwd: "/".into(),
        set: Vec::new(),
        remove: Vec::new(),
        skip: None,
    };
    Plan {
        steps: vec![
            step("make room", "built in .venv.new: what is there stays until the new one works"),
            step("uv sync --frozen", "uv.lock and pyproject.toml found"),
        ],
        interpreter: "/usr/bin/python3.12".into(),
        python_version: "3.12.1".into(),
        tool: "uv 0.13.9".into(),
        lacks_uv: false,
        brings_uv: false,
        has_commands: false,
        warnings: Vec::new(),
    }
}

#[test]
fn what_a_build_would_do_stands_on_a_tab_of_its_own() {
    let mut app = looking(100, 30);
    let asked = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Plan { .. }));
    assert!(asked(&press(&mut app, "]")));
    assert!(screen(&app).contains("looking at the agent, uv and the Pythons"));
    let agent = "agentplug/coding-agent".to_owned();
    app.update(Message::Planned { agent, wish: Wish::default(), plan: Ok((plan(), false)) });
    insta::assert_snapshot!(screen(&app));
    assert!(!asked(&press(&mut app, "k j")));
}

/// The box that asks before a build, with as much to say as one can have.
pub(super) fn planning(width: u16, height: u16) -> App {
    let mut app = looking(width, height);
    press(&mut app, "b");
    let mut plan = plan();
    plan.interpreter =
        "/home/somebody/.local/share/uv/python/cpython-3.12.1-linux-x86_64-gnu/bin/python3.12".into();
    plan.warnings = vec!["pyproject.toml asks for python 3.11, and the manifest for 3.12 or newer".into()];
    let agent = "agentplug/coding-agent".to_owned();
    app.update(Message::Planned { agent, wish: Wish::default(), plan: Ok((plan, true)) });
    app
}

/// A build whose third step has said nothing for a while.
fn silent(wait: Option<Wait>) -> String {
    let mut app = filled(80, 24);
    let live = build(State::Running);
    app.update(Message::Runs(vec![live.clone()]));
    press(&mut app, "2 enter");
    let Message::Detail(mut detail) = build_detail(live.clone()) else { unreachable!() };
    let running = StepStatus { started_us: Some(0), ..StepStatus::default() };
    detail.status.steps = vec![running];
    detail.waits = wait;
    let processes =
        vec![process(41_233, 1, "/bin/uv sync"), process(41_240, 41_233, "/usr/lib/cc1plus -quiet x.cpp")];
    detail.latest = Some(Sample { t_us: 0, processes });
    app.update(Message::Detail(detail));
    let Message::Page(mut page) = build_window(&live) else { unreachable!() };
    page.rows.truncate(1);
    page.rows[0].t_us = 0;
    (page.first, page.total, page.last_us) = (0, 1, 0);
    app.update(Message::Page(page));
    screen(&app)
}

#[test]
fn a_silent_build_says_what_goes_on() {
    let shown = silent(None);
    assert!(shown.contains("silent 3 s · cc1plus running ─"), "{shown}");
    let file = "/agents/.venv/.lock".into();
    let shown = silent(Some(Wait { pid: 1, file, holder: Some((123, "uv".into())) }));
    assert!(shown.contains("silent 3 s · waits for a lock on .venv/.lock held by uv (pid 123) ─"), "{shown}");
}
