//! Processes with their sums and orders, stops with their proof, orphans, signals.

use std::sync::Arc;

use crate::ops::clean::Cleaned;
use crate::ops::why::Found;
use crate::process::ending::{Done, Step};
use crate::process::id::ProcessId;
use crate::run::event::Leftover;
use crate::run::evidence::Python;
use crate::tui::app::tests::given::{NOW, orphans, outcome};
use crate::tui::app::tests::why::evidence;
use crate::tui::app::tests::*;

/// What another tool has left is known.
pub(super) fn orphaned(width: u16, height: u16) -> App {
    let mut app = watching(width, height);
    app.update(orphans());
    app
}

#[test]
fn processes_stand_in_their_trees_with_a_sum_120x40() {
    let mut app = orphaned(120, 40);
    press(&mut app, "3");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn the_order_of_processes_can_be_changed_and_is_told() {
    let mut app = orphaned(160, 50);
    let at = |app: &App, text: &str| screen(app).lines().position(|line| line.contains(text));
    press(&mut app, "3");
    assert!(!screen(&app).contains("by cpu"));
    press(&mut app, "s");
    assert!(screen(&app).contains("by cpu ·"), "{}", screen(&app));
    press(&mut app, "s s");
    assert!(screen(&app).contains("by age ·"));
    // A tree stays a tree whatever the order.
    assert!(at(&app, "41233").unwrap() < at(&app, "└ node").unwrap());
    press(&mut app, "s");
    assert!(!screen(&app).contains("by age"));
}

#[test]
fn an_orphan_has_a_page_and_is_counted_80x24() {
    let mut app = orphaned(80, 24);
    press(&mut app, "3 G");
    assert!(matches!(app.subject(), Subject::Orphan(_)));
    insta::assert_snapshot!(screen(&app));
}

/// The looks at orphans that are asked for: at whom, and whether stacks may be asked for.
fn looks(effects: &[Effect]) -> Vec<(i32, bool)> {
    let look = |effect: &Effect| match effect {
        Effect::LookAtOrphan { orphans, ask } => Some((orphans[0].root.pid, *ask)),
        _ => None,
    };
    effects.iter().filter_map(look).collect()
}

/// What was found of it: nobody knows what it has printed, and nobody has asked it for its stack.
pub(super) fn found(app: &mut App) -> Vec<Effect> {
    let mut evidence = evidence();
    (evidence.silence_ms, evidence.last_output) = (None, None);
    evidence.verdict.sentence = "gets no answer from 127.0.0.1:11434 (Ollama) for 62 s".into();
    evidence.verdict.pid = Some(39_870);
    evidence.processes[0].id.pid = 39_870;
    let reason = Some("what another tool has started has no stack hook".into());
    evidence.processes[0].python = Python { threads: Vec::new(), reason };
    evidence.left_out = vec!["the system does not show the calls of process 39871".into()];
    let found = Found { evidence, directory: "/agents".into() };
    let root = ProcessId { pid: 39_870, start_time: 1 };
    app.update(Message::OrphanLooked { root, found: Arc::new(found) })
}

#[test]
fn an_orphan_in_sight_is_looked_at_once_and_asked_only_by_a_key() {
    let mut app = orphaned(120, 40);
    // In the list alone it is not looked at.
    assert_eq!(looks(&press(&mut app, "3")), []);
    assert_eq!(looks(&press(&mut app, "G")), [(39_870, false)]);
    assert!(screen(&app).contains("looking at what it does"), "{}", screen(&app));
    // One look at a time: the key's comes after.
    assert_eq!(looks(&press(&mut app, "w")), []);
    assert_eq!(looks(&found(&mut app)), [(39_870, true)]);
    assert!(screen(&app).contains("looking again"), "{}", screen(&app));
    assert_eq!(looks(&found(&mut app)), []);
    assert_eq!(looks(&app.update(orphans())), []);
    // Who comes back to it sees it anew.
    press(&mut app, "g");
    assert!(!screen(&app).contains("no answer"), "{}", screen(&app));
    assert_eq!(looks(&press(&mut app, "G")), [(39_870, false)]);
}

#[test]
fn an_orphan_says_why_120x40() {
    let mut app = orphaned(120, 40);
    press(&mut app, "3 G");
    found(&mut app);
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn an_orphan_is_ended_after_a_question_and_with_proof() {
    let mut app = orphaned(100, 30);
    assert!(press(&mut app, "3 G x").is_empty());
    assert!(screen(&app).contains("End orphan 39870?"), "{}", screen(&app));
    let effects = press(&mut app, "enter");
    let [Effect::EndOrphan { orphans, now: false }] = effects.as_slice() else { panic!("{effects:?}") };
    let (root, tree) = (orphans[0].root, orphans.clone());
    app.update(Message::OrphanStep {
        root,
        step: Step { at_ms: 0, done: Done::Terminated(vec![39_870, 39_871]) },
    });
    app.update(Message::Tick(Now { clock_us: NOW.clock_us + 2_040_000, ..NOW }));
    app.update(Message::OrphanStep { root, step: Step { at_ms: 2_040, done: Done::Killed(vec![39_871]) } });
    let text = screen(&app);
    assert!(text.contains("0.0s  SIGTERM → 2 processes: 39870, 39871"), "{text}");
    assert!(text.contains("2.0s  SIGKILL → 1 process: 39871") && !text.contains("verified"), "{text}");
    // A second press kills, without a question; a third has nothing to add.
    assert!(matches!(press(&mut app, "x").as_slice(), [Effect::EndOrphan { now: true, .. }]));
    assert!(press(&mut app, "x").is_empty());
    let cleaned = |left: Option<&str>| -> Vec<Cleaned> {
        let one = |orphan: &crate::ops::orphans::Orphan| Cleaned {
            orphan: orphan.clone(),
            left: left.filter(|_| orphan.process != root).map(str::to_owned),
        };
        tree.iter().map(one).collect()
    };
    app.update(Message::OrphanEnded { root, cleaned: cleaned(Some("disk wait")) });
    assert!(screen(&app).contains("✗ still there: 39871 sleep 9 (disk wait)"), "{}", screen(&app));
    let effects = app.update(Message::OrphanEnded { root, cleaned: cleaned(None) });
    assert!(screen(&app).contains("✓ verified: 0 processes left"), "{}", screen(&app));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::EndOrphan { .. })));
    press(&mut app, "enter");
    assert!(app.over.is_none());
}

#[test]
fn a_stop_tells_what_happens_and_proves_its_end_80x24() {
    let mut app = watching(80, 24);
    press(&mut app, "x enter");
    let mut stopping = Run::clone(&run("0f3a", "analyze_text", State::Stopping, 14_000, 14_000));
    let said = |text: &str| text.to_owned();
    let mut steps = vec![(0, said("SIGTERM → 2 processes: 41233, 41240")), (300_000, said("41233 exit 0"))];
    stopping.ending = Arc::new(steps.clone());
    app.update(Message::Runs(vec![Arc::new(stopping.clone())]));
    assert!(screen(&app).contains("0.3s  41233 exit 0") && !screen(&app).contains("verified"));
    steps.push((2_000_000, said("SIGKILL → 1 process: 41240")));
    let mut ended = Run { state: State::Killed, latest: None, live_since_us: None, ..stopping };
    (ended.ending, ended.outcome) = (Arc::new(steps), Some(outcome(State::Killed, 16_000)));
    app.update(Message::Runs(vec![Arc::new(ended.clone())]));
    insta::assert_snapshot!(screen(&app));
    let left = Leftover {
        process: ProcessId { pid: 41_240, start_time: 1 },
        command: Some("node tool.js".into()),
        reason: "disk wait".into(),
    };
    ended.outcome.as_mut().unwrap().leftovers = vec![left];
    app.update(Message::Runs(vec![Arc::new(ended)]));
    let text = screen(&app);
    assert!(
        text.contains("still there: 41240 node tool.js (disk wait)") && !text.contains("verified"),
        "{text}"
    );
    press(&mut app, "esc");
    assert!(app.over.is_none());
}

#[test]
fn before_it_is_agreed_to_a_second_x_does_nothing_and_while_it_ends_it_kills() {
    let mut app = watching(100, 30);
    assert!(press(&mut app, "x x").is_empty());
    assert!(matches!(press(&mut app, "enter").as_slice(), [Effect::Stop { now: false, .. }]));
    assert!(matches!(press(&mut app, "x").as_slice(), [Effect::Stop { now: true, .. }]));
    assert!(press(&mut app, "x X").is_empty());
    // Also when the box was left meanwhile.
    let mut app = watching(100, 30);
    press(&mut app, "x enter esc");
    app.update(Message::Runs(vec![run("0f3a", "analyze_text", State::Stopping, 14_000, 14_000)]));
    assert!(matches!(press(&mut app, "x").as_slice(), [Effect::Stop { now: true, .. }]));
    assert!(screen(&app).contains("Stopping 0f3a"));
}

#[test]
fn a_signal_is_chosen_for_the_selected_process() {
    let mut app = orphaned(80, 24);
    press(&mut app, "3 G S j j j j j j");
    assert!(screen(&app).contains("Signal for 39871"), "{}", screen(&app));
    let effects = press(&mut app, "enter");
    let [Effect::Signal { process, signal }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((process.pid, *signal), (39_871, libc::SIGSTOP));
    app.update(Message::Signalled { sentence: "SIGSTOP was sent".into(), delivered: true });
    assert!(screen(&app).contains("SIGSTOP was sent"));
    // Without processes there is nobody to be signalled.
    let mut app = filled(80, 24);
    press(&mut app, "2 j S");
    assert!(app.over.is_none() && app.toast.is_some());
}

#[test]
fn orphans_are_looked_for_at_the_start_and_once_a_minute_while_they_would_be_seen() {
    let looks = |effects: Vec<Effect>| effects.iter().any(|effect| matches!(effect, Effect::LookForOrphans));
    let tick = |app: &mut App, seconds: u64| {
        app.update(Message::Tick(Now { clock_us: NOW.clock_us + seconds * 1_000_000, ..NOW }))
    };
    let mut app = given::app(120, 40);
    assert!(looks(app.update(agents())));
    app.update(runs());
    assert!(!looks(tick(&mut app, 59)));
    assert!(looks(tick(&mut app, 60)));
    // On a run's page nobody would see them.
    press(&mut app, "2 enter");
    assert!(!looks(tick(&mut app, 200)));
    assert!(looks(press(&mut app, "esc")));
}
