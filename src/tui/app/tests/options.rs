//! The options of a run in the form, and on the run's page.

use super::*;
use crate::ops::profile::Looked;
use crate::run::spec::{Added, Limits, RunSpec};
use crate::tui::app::tests::given::spec;
use crate::tui::seen::Detail;

/// The options that an earlier run had.
fn earlier() -> Options {
    Options {
        timeout: Some(Duration::from_secs(300)),
        silence_notice: Some(Duration::from_secs(60)),
        memory_bytes: Some(512 << 20),
        profile: Some("dev".into()),
        ..Options::default()
    }
}

/// The form of an earlier run, whose profile was looked at.
fn recalled(width: u16, height: u16, variables: Result<Vec<String>, String>) -> App {
    let mut app = filled(width, height);
    let payload =
        r#"{"method":"analyze_text","parameters":{"text":"It was late."},"tool_context":{"k":1.50}}"#;
    let effects = app.update(Message::Recalled {
        run: app.world.runs()[1].id.clone(),
        agent: "agentplug/analysis-agent".into(),
        method: "analyze_text".into(),
        payload: payload.into(),
        options: Box::new(earlier()),
    });
    let asked = effects.into_iter().find_map(|effect| match effect {
        Effect::LookAtProfiles { directory, added } => Some((directory, added)),
        _ => None,
    });
    let (directory, added) = asked.expect("the profile is looked at");
    assert_eq!(added, Added { profile: Some("dev".into()), ..Added::default() });
    let profiles = vec![".env".into(), "dev".into(), "staging".into()];
    let warnings = vec!["profile dev: taken from ~/dev.env, not from ~/.env.dev".into()];
    app.update(Message::Profiles {
        directory,
        added,
        looked: Looked { profiles, variables: Some(variables), warnings },
    });
    app
}

fn names() -> Vec<String> {
    vec!["OPENAI_API_KEY".into(), "BASE_URL".into()]
}

#[test]
fn options_are_one_row_behind_the_fields_80x24() {
    insta::assert_snapshot!(screen(&recalled(80, 24, Ok(names()))));
}

#[test]
fn options_unfold_into_rows_80x24() {
    let mut app = recalled(80, 24, Ok(names()));
    press(&mut app, "tab tab enter tab tab tab tab");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn options_that_are_wrong_say_so_120x40() {
    let mut app = recalled(120, 40, Err("~/dev.env: line 2: write it as NAME=value".into()));
    press(&mut app, "tab tab enter tab x tab tab tab tab tab tab tab tab tab enter");
    insta::assert_snapshot!(screen(&app));
}

#[test]
fn a_run_that_is_edited_is_called_with_its_options() {
    let mut app = recalled(80, 24, Ok(names()));
    let effects = press(&mut app, "ctrl-r");
    let [Effect::Call(request)] = effects.as_slice() else { panic!("{effects:?}") };
    let context = request.options.tool_context.as_ref().map(|context| context.get());
    assert_eq!(context, Some("{\"k\":1.50}"));
    let options = Options { tool_context: None, ..request.options.clone() };
    assert_eq!(format!("{options:?}"), format!("{:?}", earlier()));
}

#[test]
fn options_are_there_when_a_form_is_opened_again() {
    let mut app = recalled(80, 24, Ok(names()));
    press(&mut app, "esc esc");
    assert!(app.pages.is_empty());
    press(&mut app, "1 g l j j enter");
    let text = screen(&app);
    assert!(text.contains("profile dev · memory 512M"), "{text}");
}

#[test]
fn a_run_shows_what_was_chosen_for_it_80x24() {
    let mut app = watching(80, 24);
    let run = app.world.runs()[0].clone();
    let Message::Detail(detail) = detail(run) else { panic!() };
    let limits = Limits {
        silence_end_ms: Some(2_500),
        silence_notice_ms: Some(30_000),
        memory_bytes: Some(512 << 20),
        processes: Some(8),
        cpu_ms: Some(10_000),
        open_files: Some(64),
        ..spec(Kind::Call).limits
    };
    let added = Added {
        profile: Some("dev".into()),
        files: vec!["/home/me/more.env".into()],
        names: vec!["OPENAI_API_KEY".into(), "BASE_URL".into()],
    };
    let payload = serde_json::value::to_raw_value(&["short"]).ok();
    let spec = Arc::new(RunSpec { payload, limits, added, ..spec(Kind::Call) });
    app.update(Message::Detail(Box::new(Detail { spec, ..*detail })));
    press(&mut app, "enter [");
    insta::assert_snapshot!(screen(&app));
}
