//! What is told to a person who looks elsewhere.

use crate::tui::app::tests::given::run;
use crate::tui::app::tests::*;

fn seen(app: &mut App, states: &[(&str, &str, State)]) -> bool {
    let runs = states.iter().map(|(id, method, state)| run(id, method, *state, 1_000, 1_000)).collect();
    let effects = app.update(Message::Runs(runs));
    effects.iter().any(|effect| matches!(effect, Effect::Loop(ForLoop::Terminal(bell)) if bell == "\u{7}"))
}

#[test]
fn the_title_counts_what_goes_on_and_names_what_ended_last_until_a_key() {
    let mut app = app(80, 24);
    assert_eq!(app.title().as_deref(), Some("plugdeck"));
    seen(&mut app, &[("0003", "explain", State::Failed)]);
    assert_eq!(app.title().as_deref(), Some("plugdeck"), "it had ended before");
    let two = [("0002", "explain", State::Running), ("0001", "write\u{1b}]2;me", State::Stopping)];
    seen(&mut app, &two);
    assert_eq!(app.title().as_deref(), Some("▶ 2 · plugdeck"));
    seen(&mut app, &[two[0], ("0001", "write", State::Killed)]);
    assert_eq!(app.title().as_deref(), Some("▶ 1 · plugdeck"));
    seen(&mut app, &[("0002", "explain", State::Succeeded), ("0001", "write", State::Killed)]);
    assert_eq!(app.title().as_deref(), Some("✓ explain · plugdeck"));
    app.looks.ascii = true;
    assert_eq!(app.title().as_deref(), Some("+ explain . plugdeck"));
    app.looks.ascii = false;
    press(&mut app, "j");
    assert_eq!(app.title().as_deref(), Some("plugdeck"));
    // Of a run that is too short to be seen alive the end is told too; its name is the agent's, and made safe.
    seen(
        &mut app,
        &[("0004", "a\u{1b}]2;b\u{7}\n", State::SoftError), ("0002", "explain", State::Succeeded)],
    );
    let title = app.title().unwrap();
    assert!(title.starts_with("! a") && title.chars().all(|c| !c.is_control()), "{title:?}");
    app.context.settings.title = false;
    assert_eq!(app.title(), None);
}

#[test]
fn the_bell_rings_once_for_what_has_ended_where_it_is_wanted() {
    let mut app = app(80, 24);
    let live = [("0002", "explain", State::Running), ("0001", "write", State::Running)];
    let over = [("0002", "explain", State::Succeeded), ("0001", "write", State::Lost)];
    seen(&mut app, &live);
    assert!(!seen(&mut app, &over));
    app.context.settings.bell = true;
    seen(&mut app, &live);
    assert!(!seen(&mut app, &live));
    assert!(seen(&mut app, &over));
    assert!(!seen(&mut app, &over));
}
