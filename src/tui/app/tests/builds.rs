//! Builds: what is shown of one that failed, and the call that waits for one.

use crate::ops::call::Options;
use crate::ops::{Rejected, Why};
use crate::tui::app::tests::given::{build, build_detail, build_window};
use crate::tui::app::tests::*;
use crate::venv::explain::{self, Explanation};

/// The page of a build that has failed, with what it printed and why it failed.
pub(super) fn failed(width: u16, height: u16) -> App {
    let mut app = filled(width, height);
    let failed = build(State::Failed);
    app.update(Message::Runs(vec![failed.clone()]));
    press(&mut app, "2 enter");
    app.update(build_detail(failed.clone()));
    app.update(build_window(&failed));
    app.update(clash(&failed));
    app
}

#[test]
fn a_failed_build_shows_the_lines_that_say_why_100x30() {
    let mut app = filled(100, 30);
    let failed = build(State::Failed);
    app.update(Message::Runs(vec![failed.clone()]));
    press(&mut app, "2 enter");
    let effects = app.update(build_detail(failed.clone()));
    let [Effect::Watch(Some(watch))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((watch.within, watch.from), (Some((2_000_000, u64::MAX)), From::Trouble));
    app.update(build_window(&failed));
    insta::assert_snapshot!(screen(&app));
    let effects = press(&mut app, "k");
    let [Effect::Watch(Some(watch))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((watch.within, watch.from), (Some((1_000_000, 2_000_000)), From::Row(0)));
}

/// Two lines and what to do, as a reading of the build's output gives them.
fn clash(run: &Run) -> Message {
    let lines = ["all of right asks for base>=2", "left (which deep asks for) asks for base<2"];
    let explanation = Explanation {
        kind: explain::Kind::Conflict,
        lines: lines.map(str::to_owned).to_vec(),
        action:
            "Loosen or remove one of the two, or choose another version of who asks for it, and build again."
                .to_owned(),
    };
    Message::Explained { run: run.id.clone(), explanation: Some(explanation) }
}

#[test]
fn why_a_build_failed_is_asked_once_and_stands_above_its_lines_100x30() {
    let mut app = filled(100, 30);
    let failed = build(State::Failed);
    let asked =
        |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::Explain(_))).count();
    app.update(Message::Runs(vec![failed.clone()]));
    let effects = press(&mut app, "2 enter");
    assert_eq!(asked(&effects), 1, "{effects:?}");
    assert_eq!(asked(&app.update(build_detail(failed.clone()))), 0);
    app.update(build_window(&failed));
    app.update(clash(&failed));
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn on_a_small_screen_the_tools_own_lines_keep_their_room() {
    for (height, shown) in [(24, true), (15, false)] {
        let drawn = screen(&failed(60, height));
        assert_eq!(drawn.contains("asks for base>=2"), shown, "{drawn}");
        assert!(drawn.contains("No solution found"), "{drawn}");
    }
}

/// A call was asked for whose environment is not there.
fn refuse(app: &mut App) {
    let request = Request {
        agent: "agentplug/analysis-agent".into(),
        method: "analyze_text".into(),
        parameters: crate::agent::payload::Parameters::new(),
        options: Options::default(),
        force: false,
    };
    let reason = Rejected::new(Why::NotReady, "not built");
    app.update(Message::Refused { reason, call: Some(Box::new(request)) });
}

#[test]
fn a_call_that_needs_a_build_runs_after_it() {
    let mut app = filled(80, 24);
    refuse(&mut app);
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
    refuse(&mut app);
    press(&mut app, "enter");
    let failed = build(State::Failed);
    let agent = failed.agent.clone();
    app.update(Message::Started { run: failed.id.clone(), kind: Kind::Build, agent });
    let effects = app.update(Message::Runs(vec![failed]));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Call(_))));
    assert!(app.toast.is_some());
}
