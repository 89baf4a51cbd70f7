//! Forms that are left, kept and filled from elsewhere.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::ops::drafts::{Content, Draft, Keep};
use crate::ops::presets::{Home, Preset, SaveError, Values};
use crate::tui::app::tests::given::NOW;
use crate::tui::app::tests::{filled, press, screen};
use crate::tui::app::*;
use crate::tui::effect::forms::{FormNews, FormWork, PresetWork, Unkept};

const AGENT: &str = "agentplug/analysis-agent";

/// The forms that are not on the disk yet.
fn unkept(app: &mut App) -> Vec<Keep> {
    let form = |unkept| match unkept {
        Unkept::Form(keep) => Some(*keep),
        Unkept::Marks(_) => None,
    };
    app.unkept().into_iter().filter_map(form).collect()
}

/// What keys with a modifier do, and typed text.
pub fn keys(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for name in keys.split(' ') {
        let event = match name.split_once('-') {
            Some(("alt", "up")) => KeyEvent::new(KeyCode::Up, KeyModifiers::ALT),
            Some(("alt", "down")) => KeyEvent::new(KeyCode::Down, KeyModifiers::ALT),
            Some(("alt", c)) => KeyEvent::new(KeyCode::Char(c.chars().next().unwrap()), KeyModifiers::ALT),
            Some(("ctrl", c)) => {
                KeyEvent::new(KeyCode::Char(c.chars().next().unwrap()), KeyModifiers::CONTROL)
            }
            _ => {
                effects.extend(press(app, name));
                continue;
            }
        };
        effects.extend(app.update(Message::Key(event)));
    }
    effects
}

/// So many microseconds later.
fn later(app: &mut App, by_us: u64) -> Vec<Effect> {
    app.update(Message::Tick(Now { clock_us: app.now.clock_us + by_us, ..app.now }))
}

/// What is to be kept.
fn kept(effects: &[Effect]) -> Vec<Option<String>> {
    let payload = |keep: &Keep| keep.content.as_ref().map(|content| content.payload.clone());
    let keep = |effect: &Effect| match effect {
        Effect::Form(FormWork::Keep(keep)) => Some(payload(keep)),
        _ => None,
    };
    effects.iter().filter_map(keep).collect()
}

fn text(text: &str) -> String {
    format!("{{\n  \"method\": \"analyze_text\",\n  \"parameters\": {{\n    \"text\": \"{text}\"\n  }}\n}}")
}

/// The form of the first method, with nothing kept.
pub fn opened(width: u16, height: u16) -> App {
    let mut app = filled(width, height);
    let effects = press(&mut app, "enter");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Form(FormWork::ReadKept { .. }))));
    app
}

fn draft(payload: &str) -> Message {
    let content = Content { payload: payload.into(), ..Content::default() };
    let (agent, method) = (AGENT.into(), "analyze_text".into());
    let draft = Ok(Draft { saved_ms: NOW.wall_ms - 60_000, content });
    Message::Form(Box::new(FormNews::Kept { agent, method, draft }))
}

fn payloads() -> Message {
    let one = |run: &str, text: &str| {
        (run.to_owned(), format!("{{\"method\":\"analyze_text\",\"parameters\":{{\"text\":\"{text}\"}}}}"))
    };
    let found = vec![one("0f3a", "newest"), one("0f39", "older"), one("0f36", "oldest")];
    Message::Form(Box::new(FormNews::Payloads { agent: AGENT.into(), method: "analyze_text".into(), found }))
}

#[test]
fn what_is_typed_is_kept_a_moment_later_and_at_once_when_the_form_is_left() {
    let mut app = opened(80, 24);
    assert!(kept(&keys(&mut app, "a b")).is_empty());
    assert!(app.next_tick().is_some_and(|wait| wait <= Duration::from_millis(700)));
    assert!(kept(&later(&mut app, 100_000)).is_empty());
    keys(&mut app, "c");
    assert_eq!(kept(&later(&mut app, 600_000)), [Some(text("abc"))]);
    assert!(kept(&later(&mut app, 9_000_000)).is_empty(), "once");
    keys(&mut app, "d");
    assert_eq!(kept(&keys(&mut app, "esc esc")), [Some(text("abcd"))]);
    // Opened again it is as it was, and nothing is read.
    let effects = keys(&mut app, "enter");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Form(_))), "{effects:?}");
    // An untouched form has nothing to come back to.
    keys(&mut app, "alt-x");
    assert_eq!(kept(&later(&mut app, 1_000_000)), [None]);
    keys(&mut app, "alt-u");
    let unkept: Vec<_> = unkept(&mut app).into_iter().map(|keep| keep.content.unwrap().payload).collect();
    assert_eq!(unkept, [text("abcd")]);
}

#[test]
fn a_draft_is_restored_and_a_key_throws_it_away_80x24() {
    let mut app = opened(80, 24);
    app.update(draft(&text("half a text")));
    insta::assert_snapshot!(screen(&app));
    assert!(kept(&later(&mut app, 1_000_000)).is_empty(), "it is on the disk");
    keys(&mut app, "alt-x");
    let drawn = screen(&app);
    assert!(!drawn.contains("half a text") && drawn.contains("alt-u brings it back"), "{drawn}");
    assert_eq!(kept(&later(&mut app, 1_000_000)), [None]);
    keys(&mut app, "alt-u");
    assert!(screen(&app).contains("half a text"));
}

#[test]
fn a_draft_that_comes_late_takes_nothing_away() {
    let mut app = opened(80, 24);
    keys(&mut app, "q u i c k");
    app.update(draft(&text("half a text")));
    assert!(screen(&app).contains("quick") && !screen(&app).contains("half"));
    keys(&mut app, "alt-up");
    app.update(payloads());
    assert!(screen(&app).contains("half a text") && screen(&app).contains("draft of 14:02 · 1/4"));
    keys(&mut app, "alt-down");
    assert!(screen(&app).contains("quick"));
}

#[test]
fn earlier_payloads_stand_above_what_is_typed_120x40() {
    let mut app = opened(120, 40);
    let effects = keys(&mut app, "m i n e alt-up");
    let [Effect::Form(FormWork::ReadPayloads { runs, .. })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let runs: Vec<_> = runs.iter().map(|run| run.id().short().to_owned()).collect();
    assert_eq!(runs, ["0f3a", "0f39", "0f36"]);
    app.update(payloads());
    let shown = |app: &App, words: &[&str]| {
        let drawn = screen(app);
        assert!(words.iter().all(|word| drawn.contains(word)), "{words:?}\n{drawn}");
    };
    shown(&app, &["newest", "run 0f3a · 1/3"]);
    keys(&mut app, "alt-up");
    insta::assert_snapshot!(screen(&app));
    keys(&mut app, "alt-up");
    shown(&app, &["oldest", "run 0f36 · 3/3"]);
    assert!(keys(&mut app, "alt-up").is_empty());
    shown(&app, &["oldest", "no earlier payload"]);
    // What is only looked at is not kept in the place of what was typed.
    assert_eq!(kept(&later(&mut app, 5_000_000)), [Some(text("mine"))]);
    keys(&mut app, "alt-down alt-down alt-down");
    shown(&app, &["mine"]);
    // Undo goes the same way back, step by step.
    keys(&mut app, "alt-u");
    shown(&app, &["newest", "run 0f3a · 1/3"]);
    keys(&mut app, "alt-u alt-u alt-u alt-u alt-u");
    shown(&app, &["mine"]);
    assert!(!screen(&app).contains("run 0f"));
}

#[test]
fn an_earlier_payload_that_is_changed_is_what_is_typed_now() {
    let mut app = opened(80, 24);
    keys(&mut app, "m i n e alt-up");
    app.update(payloads());
    keys(&mut app, "!");
    let drawn = screen(&app);
    assert!(drawn.contains("newest!") && !drawn.contains("run 0f3a"), "{drawn}");
    assert_eq!(kept(&later(&mut app, 1_000_000)), [Some(text("newest!"))]);
    keys(&mut app, "alt-up");
    let drawn = screen(&app);
    assert!(drawn.contains("mine") && drawn.contains("typed before · 1/4"), "{drawn}");
    keys(&mut app, "alt-down");
    assert!(screen(&app).contains("newest!"));
}

#[test]
fn a_form_filled_from_a_run_does_not_lose_what_was_typed() {
    let mut app = opened(80, 24);
    keys(&mut app, "m i n e esc esc e");
    let payload = "{\"method\":\"analyze_text\",\"parameters\":{\"text\":\"newest\"}}".to_owned();
    let run = app.world.runs()[0].id.clone();
    app.update(Message::Recalled {
        run,
        agent: AGENT.into(),
        method: "analyze_text".into(),
        payload,
        options: Box::default(),
    });
    let drawn = screen(&app);
    assert!(drawn.contains("newest") && drawn.contains("run 0f3a"), "{drawn}");
    keys(&mut app, "alt-down");
    assert!(screen(&app).contains("mine"));
    keys(&mut app, "alt-up");
    app.update(payloads());
    assert!(screen(&app).contains("run 0f3a · 1/3"), "{}", screen(&app));
}

#[test]
fn half_written_values_come_back_as_they_were() {
    let mut app = opened(80, 24);
    keys(&mut app, "x alt-j");
    press(&mut app, "n");
    app.update(Message::Paste("ul".into()));
    let mut keep = unkept(&mut app);
    let keep = keep.pop().unwrap();
    let content = keep.content.unwrap();
    assert_eq!(content.half["text"].text, "\"x\"nul");
    let mut again = opened(80, 24);
    let draft = Ok(Draft { saved_ms: 0, content: content.clone() });
    let news = FormNews::Kept { agent: AGENT.into(), method: "analyze_text".into(), draft };
    again.update(Message::Form(Box::new(news)));
    keys(&mut again, "! alt-u");
    assert_eq!(unkept(&mut again).pop().unwrap().content, Some(content));
    // Half a JSON text too.
    let mut app = opened(80, 24);
    app.update(Message::Key(KeyEvent::new(KeyCode::F(2), KeyModifiers::NONE)));
    app.update(Message::Paste("oops {".into()));
    let content = unkept(&mut app).pop().unwrap().content.unwrap();
    assert!(content.as_json && content.payload.starts_with("oops {"));
    let mut again = opened(80, 24);
    let draft = Ok(Draft { saved_ms: 0, content });
    let news = FormNews::Kept { agent: AGENT.into(), method: "analyze_text".into(), draft };
    again.update(Message::Form(Box::new(news)));
    assert!(screen(&again).contains("oops {") && screen(&again).contains("not JSON"), "{}", screen(&again));
}

fn preset(name: &str, home: Home, parameters: &str) -> Preset {
    let parameters = crate::agent::payload::parameters(parameters).unwrap();
    Preset { name: name.into(), home, values: Values { parameters, tool_context: None } }
}

/// The presets that were read for the list that is shown.
fn presets(app: &App) -> Message {
    let Some(Over::Presets(list)) = &app.over else { panic!("no list") };
    let presets = vec![
        preset("long", Home::User, "{\"text\": \"very long\", \"analysis_type\": \"summary\"}"),
        preset("old", Home::Agent, "{\"txt\": 1, \"analysis_type\": 2}"),
    ];
    Message::Form(Box::new(FormNews::Presets { owner: list.owner.clone(), presets, troubles: Vec::new() }))
}

#[test]
fn a_preset_is_chosen_and_says_what_does_not_fit_80x24() {
    // From the method's page too.
    let mut app = filled(80, 24);
    press(&mut app, "p");
    assert!(matches!((&app.over, app.pages.last()), (Some(Over::Presets(_)), Some(Page::Form(_)))));
    let mut app = opened(80, 24);
    let effects = keys(&mut app, "m i n e esc p");
    assert!(
        matches!(effects.last(), Some(Effect::Form(FormWork::Preset(PresetWork::List(_))))),
        "{effects:?}"
    );
    let read = presets(&app);
    app.update(read);
    press(&mut app, "j");
    insta::assert_snapshot!(screen(&app));
    press(&mut app, "k enter");
    let drawn = screen(&app);
    assert!(drawn.contains("very long") && drawn.contains("preset long"), "{drawn}");
    keys(&mut app, "alt-u");
    assert!(screen(&app).contains("mine"));
    keys(&mut app, "p");
    let read = presets(&app);
    app.update(read);
    press(&mut app, "j enter");
    let drawn = screen(&app);
    assert!(drawn.contains("txt") && drawn.contains("old does not fit any more: unknown: txt;"), "{drawn}");
    // Removing asks first, and a step back keeps it.
    keys(&mut app, "esc p");
    let read = presets(&app);
    app.update(read);
    let effects = press(&mut app, "r 2 enter");
    let renames = matches!(
        effects.as_slice(),
        [Effect::Form(FormWork::Preset(PresetWork::Save { preset, instead_of: Some((Home::User, old)), .. }))]
            if preset.name == "long2" && old == "long"
    );
    assert!(renames, "{effects:?}");
    let Some(Over::Saving(saving)) = &app.over else { panic!("no line") };
    let (owner, name) = (saving.owner.clone(), "long2".to_owned());
    let saved = Ok("/config/presets/x.json".into());
    let news = FormNews::PresetSaved { owner, name, renamed: true, saved };
    app.update(Message::Form(Box::new(news)));
    let read = presets(&app);
    app.update(read);
    assert!(press(&mut app, "d esc").is_empty() && matches!(app.over, Some(Over::Presets(_))));
    let effects = press(&mut app, "d enter");
    let removed = |name: &str| name == "long";
    assert!(
        matches!(effects.as_slice(), [Effect::Form(FormWork::Preset(PresetWork::Remove { name, .. }))] if removed(name)),
        "{effects:?}"
    );
}

#[test]
fn a_preset_is_saved_under_a_name_and_overwritten_only_when_that_was_said_80x24() {
    let mut app = opened(80, 24);
    keys(&mut app, "m i n e ctrl-s s h o r t");
    app.update(Message::Paste(" ü\n".into()));
    press(&mut app, "tab");
    let effects = press(&mut app, "enter");
    let [Effect::Form(FormWork::Preset(PresetWork::Save { owner, preset, overwrite: false, .. }))] =
        effects.as_slice()
    else {
        panic!("{effects:?}")
    };
    assert_eq!((preset.name.as_str(), preset.home), ("short ü", Home::User));
    let saved = |saved| {
        let (owner, name) = (owner.clone(), preset.name.clone());
        Message::Form(Box::new(FormNews::PresetSaved { owner, name, renamed: false, saved }))
    };
    app.update(saved(Err(SaveError::Exists)));
    insta::assert_snapshot!(screen(&app));
    let effects = press(&mut app, "enter");
    let overwrites = matches!(
        effects.as_slice(),
        [Effect::Form(FormWork::Preset(PresetWork::Save { overwrite: true, .. }))]
    );
    assert!(overwrites, "{effects:?}");
    app.update(saved(Ok("/config/presets/x.json".into())));
    assert!(app.over.is_none() && screen(&app).contains("preset short ü"), "{}", screen(&app));
    keys(&mut app, "!");
    assert!(screen(&app).contains("preset short ü, changed"));
}

#[test]
fn a_text_comes_back_from_the_editor_as_one_edit() {
    use crate::tui::effect::ForLoop;
    let mut app = opened(80, 24);
    let effects = keys(&mut app, "m i n e ctrl-g");
    let Some(Effect::Loop(ForLoop::EditText(scratch))) = effects.last() else { panic!("{effects:?}") };
    assert_eq!((scratch.name.as_str(), scratch.text.as_str()), ("text.md", "mine"));
    assert_eq!(kept(&effects), [Some(text("mine"))], "the editor may take long");
    let back = |edited| Message::Form(Box::new(FormNews::Edited { back: scratch.back.clone(), edited }));
    app.update(back(Ok(Some("theirs".into()))));
    assert!(screen(&app).contains("theirs"));
    keys(&mut app, "alt-u");
    assert!(screen(&app).contains("mine") && !screen(&app).contains("theirs"));
    app.update(back(Ok(None)));
    assert!(screen(&app).contains("changed nothing") && screen(&app).contains("mine"));
}

#[test]
fn a_call_is_copied_from_a_form_and_from_a_run_80x24() {
    let mut app = opened(80, 24);
    keys(&mut app, "m i n e esc y");
    insta::assert_snapshot!(screen(&app));
    let effects = press(&mut app, "j enter");
    assert!(matches!(effects.as_slice(), [Effect::Form(FormWork::Copy { .. })]), "{effects:?}");
    let mut app = filled(80, 24);
    for keys in ["2 y c", "esc 2 enter y p"] {
        let effects = press(&mut app, keys);
        assert!(matches!(effects.as_slice(), [Effect::Form(FormWork::Copy { .. })]), "{keys}: {effects:?}");
    }
}
