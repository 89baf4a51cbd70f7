//! The palette does and finds everything; lists and the help are narrowed by words.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::ops::agents::Listed;
use crate::tui::app::palette::bindings;
use crate::tui::app::tests::given::listed;
use crate::tui::app::tests::*;
use crate::tui::keymap::table::TABLES;
use crate::tui::keymap::{self, Action};
use crate::tui::theme::{Palette, shelf};
use crate::venv::stamp::Environment;

pub(super) fn themes(recent: &[&str]) -> Message {
    Message::Palette {
        recent: recent.iter().map(|id| (*id).to_owned()).collect(),
        themes: shelf::all(std::path::Path::new("/nonexistent"), Palette::Rgb),
    }
}

fn write(app: &mut App, text: &str) {
    for c in text.chars() {
        app.update(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    }
}

/// Opens the palette, types, and takes the first entry.
fn take(app: &mut App, words: &str) -> Vec<Effect> {
    press(app, "ctrl-p");
    write(app, words);
    press(app, "enter")
}

#[test]
fn every_action_of_the_table_is_in_the_palette_of_its_layer() {
    let typed = [Layer::Palette, Layer::Filter];
    for row in TABLES.into_iter().flatten().filter(|row| !typed.contains(&row.layer)) {
        let offered = bindings(&row.layer.stack());
        let is_there = offered.iter().any(|other| other.action == row.action);
        assert!(is_there || row.action == Action::Palette, "{:?} of {:?}", row.action, row.layer);
    }
    // Each only once, with the key that holds there.
    let offered = bindings(&Layer::Why.stack());
    let actions: HashSet<String> = offered.iter().map(|row| format!("{:?}", row.action)).collect();
    assert_eq!(actions.len(), offered.len());
    assert!(offered.iter().all(|row| {
        let named = keymap::named(&Layer::Why.stack(), &row.keys[0].name());
        named == Some(row.action)
    }));
}

#[test]
fn the_palette_shows_actions_with_their_keys_and_what_was_chosen_last_first_80x24() {
    let mut app = filled(80, 24);
    app.update(themes(&["theme nord", "run 20261122T140322-0f38", "action Quit", "agent gone/away"]));
    press(&mut app, ":");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn typed_words_find_runs_agents_methods_and_themes_120x40() {
    let mut app = filled(120, 40);
    app.update(themes(&[]));
    press(&mut app, "ctrl-p");
    write(&mut app, "an text");
    insta::assert_snapshot!(screen(&app));
    // Words that nothing has.
    write(&mut app, " zzz");
    assert!(screen(&app).contains("nothing has these words"), "{}", screen(&app));
    assert!(press(&mut app, "enter").is_empty());
    press(&mut app, "esc");
    assert_eq!(app.layer(), Layer::Agents);
}

#[test]
fn an_action_behaves_as_its_key_where_the_focus_was() {
    let mut app = watching(120, 40);
    take(&mut app, "stop the run");
    assert!(matches!(app.over, Some(Over::Stop(_))), "{}", screen(&app));
    // Over a dialog it is the dialog's own, and esc leaves it as it was.
    press(&mut app, "ctrl-p esc");
    assert!(matches!(app.over, Some(Over::Stop(_))));
    let effects = take(&mut app, "do it");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Stop { now: false, .. })), "{effects:?}");
    // What makes no sense is not offered: an ended run is not stopped.
    let mut app = filled(120, 40);
    press(&mut app, "2 j");
    press(&mut app, "ctrl-p");
    write(&mut app, "stop the run");
    assert!(!screen(&app).contains("asks once"), "{}", screen(&app));
}

#[test]
fn in_a_form_it_lies_over_the_text_and_gives_it_back() {
    let mut app = filled(120, 40);
    press(&mut app, "enter");
    write(&mut app, "typed");
    press(&mut app, "ctrl-p");
    assert_eq!(app.layer(), Layer::Palette);
    write(&mut app, "json");
    app.update(Message::Paste(" or\n".into()));
    press(&mut app, "esc");
    assert_eq!(app.layer(), Layer::Text);
    assert!(screen(&app).contains("typed"), "{}", screen(&app));
    take(&mut app, "whole payload as json");
    assert!(screen(&app).contains("\"typed\""), "{}", screen(&app));
}

#[test]
fn a_run_a_method_an_agent_and_a_theme_are_gone_to_and_remembered() {
    let mut app = filled(120, 40);
    app.update(themes(&[]));
    let effects = take(&mut app, "0f38");
    assert!(screen(&app).lines().next().unwrap().contains("0f38"), "{}", screen(&app));
    let Some(Effect::KeepPalette(kept)) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(kept, &["run 20261122T140322-0f38"]);
    take(&mut app, "summarize research");
    let header = screen(&app).lines().next().unwrap().to_owned();
    assert!(header.contains("research-agent ▸ summarize_content"), "{header}");
    press(&mut app, "esc esc");
    take(&mut app, "broken agent");
    assert!(app.pages.is_empty() && screen(&app).contains("broken-agent"));
    assert_eq!(app.layer(), Layer::Agents);
    let effects = take(&mut app, "theme light");
    assert_eq!((app.theme.name.as_str(), app.looks.named), ("light", true));
    let Some(Effect::KeepPalette(kept)) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(kept[0], "theme light");
    assert_eq!(kept.len(), 4);
    // The last choice is one key away; what the disk says later is older.
    app.update(themes(&["action Quit"]));
    press(&mut app, "4 ctrl-p");
    assert!(screen(&app).contains("▌ light"), "{}", screen(&app));
}

#[test]
fn from_a_theme_that_is_only_looked_at_one_goes_back() {
    let mut app = filled(120, 40);
    app.update(Message::Themes(shelf::all(std::path::Path::new("/nonexistent"), Palette::Rgb)));
    press(&mut app, "j");
    assert_eq!(app.theme.name, "light");
    take(&mut app, "0f38");
    assert!(app.over.is_none() && app.theme.name == "dark");
}

#[test]
fn agents_are_narrowed_and_esc_brings_all_back_80x24() {
    let mut app = filled(80, 24);
    press(&mut app, "/");
    write(&mut app, "cod sum");
    insta::assert_snapshot!(screen(&app));
    // Enter keeps it, and the next one opens the form of the best.
    press(&mut app, "enter");
    assert_eq!(app.layer(), Layer::Agents);
    press(&mut app, "enter");
    assert!(screen(&app).lines().next().unwrap().contains("coding-agent ▸ summarize_content"));
    press(&mut app, "esc");
    assert!(screen(&app).contains("/cod sum"), "{}", screen(&app));
    press(&mut app, "esc");
    let all = screen(&app);
    assert!(all.contains("analysis-agent") && !all.contains("/cod"), "{all}");
    assert!(all.contains("▌      summarize_content"), "{all}");
    // While it is typed, esc selects what was selected before.
    press(&mut app, "g /");
    write(&mut app, "zzz");
    assert!(screen(&app).contains("nothing has these words"), "{}", screen(&app));
    // Nothing to keep: the words can be mended.
    press(&mut app, "enter ctrl-u");
    write(&mut app, "research");
    assert!(screen(&app).contains("▸ research-age"), "{}", screen(&app));
    press(&mut app, "esc");
    let all = screen(&app);
    assert!(all.contains("▌▾ agentplug/") && !all.contains("/research"), "{all}");
}

#[test]
fn runs_are_narrowed_by_agent_method_id_and_state_120x40() {
    let mut app = filled(120, 40);
    press(&mut app, "2 /");
    write(&mut app, "summ failed");
    insta::assert_snapshot!(screen(&app));
    for (words, id) in [("0f36", "0f36"), ("timed", "0f36"), ("soft", "0f38"), ("analysis running", "0f3a")] {
        press(&mut app, "ctrl-u");
        write(&mut app, words);
        assert_eq!(app.runs.selected().unwrap().short(), id, "{words}");
    }
    press(&mut app, "esc");
    assert_eq!(app.runs.selected().unwrap().short(), "0f3a");
    // A run that is started is shown, whatever the words were.
    press(&mut app, "/");
    write(&mut app, "failed");
    press(&mut app, "enter");
    let new = run("0f40", "analyze_text", State::Running, 1, 1);
    app.update(Message::Started { run: new.id.clone(), kind: Kind::Call, agent: new.agent.clone() });
    app.update(Message::Runs(vec![new]));
    assert!(screen(&app).contains("0f40") && !screen(&app).contains("/failed"), "{}", screen(&app));
}

#[test]
fn what_is_narrowed_says_how_many_of_all_it_shows() {
    let mut app = filled(120, 40);
    assert!(screen(&app).contains("─ 4 ╮"), "{}", screen(&app));
    press(&mut app, "/");
    assert!(screen(&app).contains("/▏  4 ╮"), "no words yet: {}", screen(&app));
    write(&mut app, "agent");
    assert!(screen(&app).contains("/agent▏  4 of 4 ╮"), "{}", screen(&app));
    write(&mut app, " research");
    assert!(screen(&app).contains("/agent research▏ ╮"), "{}", screen(&app));
    assert!(screen(&app).contains("─ 1 of 4 ╯"), "{}", screen(&app));
    press(&mut app, "ctrl-u");
    write(&mut app, "zzz");
    assert!(screen(&app).contains("/zzz▏  0 of 4 ╮"), "{}", screen(&app));
    press(&mut app, "esc 2 /");
    write(&mut app, "failed");
    let all = app.world.runs().len();
    assert!(screen(&app).contains(&format!("/failed▏  1 of {all} ╮")), "{}", screen(&app));
    // In a narrow pane the count is short, and in a closed one it stands alone.
    let mut app = filled(80, 24);
    press(&mut app, "/");
    write(&mut app, "research");
    assert!(screen(&app).contains("/research▏ ╮"), "{}", screen(&app));
    assert!(screen(&app).contains("─ 1 of 4 ╯"), "{}", screen(&app));
    press(&mut app, "enter 2");
    assert!(screen(&app).contains("─ 1 of 4"), "{}", screen(&app));
    press(&mut app, "? /");
    write(&mut app, "null");
    assert!(screen(&app).contains("/null▏  2 of "), "{}", screen(&app));
}

#[test]
fn help_begins_with_what_has_the_focus_and_is_searched_80x24() {
    let mut app = watching(80, 24);
    press(&mut app, "?");
    insta::assert_snapshot!(screen(&app));
    press(&mut app, "/");
    write(&mut app, "null");
    let found = screen(&app);
    assert!(found.contains("Text field") && found.contains("elsewhere"), "{found}");
    assert!(!found.contains("half a page"), "{found}");
    press(&mut app, "enter esc");
    assert!(screen(&app).contains("Keys: runs") && screen(&app).contains("the run's own page"));
    press(&mut app, "esc");
    assert!(app.over.is_none());
    // All of the table is in it.
    press(&mut app, "? G");
    assert!(screen(&app).contains("demonstration"), "{}", screen(&app));
}

/// A thousand agents and ten thousand runs.
fn many() -> App {
    let mut app = app(120, 40);
    let agents: Vec<Listed> =
        (0..1_000).map(|number| listed(&format!("agent-{number:04}"), Environment::None)).collect();
    app.update(Message::Agents(agents, Vec::new()));
    let call = run("0000", "analyze_text", State::Succeeded, 1_000, HOUR_MS);
    let runs = (0..10_000).map(|number| {
        let id = crate::run::spec::RunId(format!("20261122T140322-{number:04x}"));
        let agent = format!("agentplug/agent-{:04}", number % 1_000);
        Arc::new(Run {
            id,
            agent,
            created_ms: call.created_ms - i64::from(number) * 60_000,
            ..(*call).clone()
        })
    });
    app.update(Message::Runs(runs.collect()));
    app
}

/// What this thread has used of the processor: what else the machine does is not counted.
fn used() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(used).unwrap()
}

/// The slowest key of these, with the frame after it, in milliseconds.
fn slowest(app: &mut App, words: &str) -> u128 {
    let times = words.chars().map(|c| {
        let begin = used();
        app.update(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        app.draw(&mut Buffer::empty(app.screen));
        used().saturating_sub(begin).as_micros()
    });
    times.max().unwrap_or(0) / 1_000
}

#[test]
fn among_thousands_of_agents_and_runs_each_key_is_answered_at_once() {
    let mut app = many();
    let begin = used();
    press(&mut app, ":");
    let opened = used().saturating_sub(begin).as_millis();
    let palette = slowest(&mut app, "0777 sum");
    assert!(screen(&app).contains("summarize_content  agentplug/agent-0777"), "{}", screen(&app));
    press(&mut app, "esc /");
    let agents = slowest(&mut app, "0777");
    press(&mut app, "enter 2 /");
    let runs = slowest(&mut app, "1f4 su");
    assert_eq!(app.runs.selected().unwrap().short(), "01f4");
    // Only what is built to be fast is measured.
    if !cfg!(debug_assertions) {
        let times = [opened, palette, agents, runs];
        assert!(times.iter().all(|time| *time < 16), "opening, palette, agents, runs: {times:?} ms");
    }
}
