//! The options of a run, by keys.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::config::Settings;
use crate::ops::drafts::Draft;
use crate::ops::profile::Looked;
use crate::run::spec::Added;
use crate::tui::effect::lookup::{Found, Lookup};
use crate::tui::keymap::Action;
use crate::tui::message::Now;
use crate::tui::pane::form::options::Row;

/// The options that a run would be started with.
#[track_caller]
fn chosen(form: &mut Form) -> Options {
    let Asked::Do(effects) = press(form, "<ctrl-r>") else { panic!("not sent: {:?}", form.refused) };
    let [Effect::Call(request)] = effects.as_slice() else { panic!("{effects:?}") };
    request.options.clone()
}

/// Answers what the form asks about profiles.
fn answer(form: &mut Form, variables: Option<Result<Vec<String>, String>>) {
    let Some(Effect::LookAtProfiles { directory, added }) = form.ask_profiles() else { panic!("not asked") };
    let looked = Looked { profiles: vec![".env".into(), "dev".into()], variables, warnings: Vec::new() };
    form.learn_profiles(&directory, &added, looked);
}

#[test]
fn limits_are_typed_into_the_rows_behind_the_fields() {
    let mut form = form(&analyze_text());
    press(&mut form, "x<tab><tab><enter>");
    press(&mut form, "<tab>2.5<tab>OFF<tab>7.5s<tab><tab><tab>512M<tab>8<tab>10<enter>64<tab>");
    assert_eq!(form.stop(), Some(Stop::Context));
    let options = chosen(&mut form);
    let seconds = |seconds| Some(Duration::from_secs_f64(seconds));
    assert_eq!((options.timeout, options.silence, options.cpu), (seconds(2.5), None, seconds(10.0)));
    assert_eq!(options.silence_notice, seconds(7.5));
    assert_eq!(
        (options.memory_bytes, options.processes, options.open_files),
        (Some(512 << 20), Some(8), Some(64))
    );
    assert_eq!(form.options.time_limit(), "at most 2.5s");
}

#[test]
fn nothing_chosen_is_what_it_was() {
    let method = analyze_text();
    let usual = Options::usual(&Settings::default());
    let mut form = Form::new(&listed(), &method, Some(r#"{"parameters":{"text":"x"}}"#), &usual);
    assert!(form.ask_profiles().is_none(), "no file is looked at for options that are not shown");
    let options = chosen(&mut form);
    assert_eq!(format!("{options:?}"), format!("{usual:?}"));
}

#[test]
fn a_limit_that_cannot_be_read_is_shown_and_stops_the_run_until_it_is_right() {
    let mut form = form(&analyze_text());
    press(&mut form, "x<tab><tab><enter><tab><tab><tab><tab><tab><tab>2X<esc>");
    // Folded again: the refusal brings it into sight.
    press(&mut form, "gjj<left>");
    assert!(matches!(press(&mut form, "<ctrl-r>"), Asked::Nothing));
    assert_eq!(form.stop(), Some(Stop::Row(Row::Memory)));
    let sentence = "memory \"2X\": it must be a whole size above 0, for example 512M or 2G, or off";
    assert_eq!(form.refused.as_deref(), Some(sentence));
    press(&mut form, "i<backspace>G");
    assert_eq!(form.refused, None);
    assert_eq!(chosen(&mut form).memory_bytes, Some(2 << 30));
}

#[test]
fn a_profile_is_chosen_among_those_that_are_there() {
    let mut form = form(&analyze_text());
    press(&mut form, "x<tab><tab><enter>");
    answer(&mut form, Some(Ok(Vec::new())));
    press(&mut form, "<tab><tab><tab><tab><right> ");
    answer(&mut form, Some(Ok(vec!["TOKEN".into()])));
    assert!(form.ask_profiles().is_none(), "asked once");
    assert_eq!(chosen(&mut form).profile.as_deref(), Some("dev"));
    press(&mut form, " ");
    assert_eq!(chosen(&mut form).profile, None);
    press(&mut form, "<left><backspace>");
    assert_eq!(chosen(&mut form).profile, None);
}

#[test]
fn a_profile_that_cannot_be_had_is_said_and_can_be_tried_all_the_same() {
    let mut form = filled(&analyze_text(), r#"{"parameters":{"text":"x"}}"#);
    form.choose(&Options { profile: Some("gone".into()), ..Options::default() });
    answer(&mut form, Some(Err("no profile \"gone\"".into())));
    assert_eq!(form.options.refusal().as_deref(), Some("no profile \"gone\""));
    assert_eq!(chosen(&mut form).profile.as_deref(), Some("gone"));
    // What is found for another choice, or for another agent, is not taken for this one's.
    let other = Looked { variables: Some(Ok(Vec::new())), ..Looked::default() };
    form.learn_profiles(Path::new("/other"), &Added::default(), other);
    assert!(form.options.refusal().is_some());
}

#[test]
fn files_of_variables_are_added_by_their_paths() {
    let mut form = filled(&analyze_text(), r#"{"parameters":{"text":"x"}}"#);
    let found = |form: &mut Form, typed: &str, file: Result<&str, &str>| {
        let file = file.map(Into::into).map_err(str::to_owned);
        form.looked_up(Found::Variables { path: typed.into(), file });
    };
    form.select_stop(Stop::Row(Row::EnvFiles));
    form.lookups().for_each(drop);
    press(&mut form, "~");
    assert_eq!(form.layer(), Layer::File);
    let asked: Vec<_> = form.lookups().collect();
    assert!(
        matches!(asked.as_slice(), [Lookup::Paths { typed, variables: true }] if typed == "~"),
        "{asked:?}"
    );
    press(&mut form, "/a.env<enter>");
    assert!(matches!(form.lookups().last(), Some(Lookup::Variables { path }) if path == "~/a.env"));
    found(&mut form, "~/a.env", Err("~/a.env cannot be read"));
    assert_eq!(form.layer(), Layer::File, "the path can be mended");
    press(&mut form, "<backspace>V<enter>");
    found(&mut form, "~/a.enV", Ok("/home/me/a.enV"));
    assert_eq!((form.layer(), form.stop()), (Layer::Text, Some(Stop::Row(Row::EnvFiles))));
    // A pasted path is one; a file that is added again comes last.
    for (path, whole) in [("b", "/b"), ("c", "/c"), ("b", "/b")] {
        form.paste(&format!("{path}\n"));
        press(&mut form, "<enter>");
        found(&mut form, path, Ok(whole));
    }
    let files = |form: &mut Form| chosen(form).env_files;
    assert_eq!(files(&mut form), ["/home/me/a.enV", "/c", "/b"].map(std::path::PathBuf::from));
    press(&mut form, "<backspace>");
    assert_eq!(files(&mut form).len(), 2);
    press(&mut form, "<alt-a>");
    assert!(files(&mut form).is_empty());
}

#[test]
fn options_of_an_earlier_run_come_back_as_they_were() {
    let options = Options {
        timeout: None,
        silence: Some(Duration::from_millis(2_500)),
        silence_notice: Some(Duration::from_millis(500)),
        memory_bytes: Some((1 << 30) + 1),
        processes: Some(3),
        cpu: Some(Duration::from_millis(1)),
        open_files: Some(100),
        tool_context: None,
        profile: Some("dev".into()),
        env_files: vec!["/a b.env".into()],
    };
    let usual = Options { timeout: Some(Duration::MAX), ..Options::default() };
    let mut form = Form::new(&listed(), &analyze_text(), Some(r#"{"parameters":{"text":"x"}}"#), &usual);
    form.choose(&options);
    assert_eq!(format!("{:?}", chosen(&mut form)), format!("{options:?}"));
    // Kept while the form is left, also where the method has changed meanwhile.
    let changed = Method { description: "new".into(), ..analyze_text() };
    let mut form = form.resume(&listed(), &changed, &Options::default());
    assert_eq!(format!("{:?}", chosen(&mut form)), format!("{options:?}"));
    press(&mut form, "<tab><tab><enter><tab><tab><tab><tab><tab><backspace>");
    assert_eq!(chosen(&mut form).env_files, Vec::<std::path::PathBuf>::new());
}

#[test]
fn the_tool_context_is_one_with_the_json_side() {
    let mut form = form(&analyze_text());
    press(&mut form, "x<backtab>");
    assert_eq!(form.stop(), Some(Stop::Context));
    press(&mut form, "<enter>{\"k\": 1.50,<enter>\"a\": null}");
    let typed = "{\"k\": 1.50,\n\"a\": null}";
    let sent = |form: &mut Form| chosen(form).tool_context.map(|context| context.get().to_owned());
    assert_eq!(sent(&mut form).as_deref(), Some(typed));
    press(&mut form, "<F2>");
    assert!(form.json.text().contains(typed), "{}", form.json.text());
    form.json.replace(r#"{"parameters": {"text": "x"}, "tool_context": null}"#);
    form.check();
    press(&mut form, "<F2>");
    assert_eq!(sent(&mut form).as_deref(), Some("null"), "null is a value");
    press(&mut form, "<alt-a>");
    assert_eq!(sent(&mut form), None);
    press(&mut form, "<F2>");
    assert!(!form.json.text().contains("tool_context"));
}

#[test]
fn a_tool_context_that_is_no_json_is_said_first_and_then_sent_as_a_text() {
    let mut form = form(&analyze_text());
    press(&mut form, "x<backtab><enter>{a");
    problems(&form, &["tool_context is not JSON: line 1, column 2: a key must stand in double quotes"]);
    press(&mut form, "<tab>");
    assert!(matches!(press(&mut form, "<ctrl-r>"), Asked::Nothing));
    assert!(form.asked && form.stop() == Some(Stop::Context));
    assert_eq!(chosen(&mut form).tool_context.unwrap().get(), "\"{a\"");
    // To the other side and back it is what it was.
    press(&mut form, "<F2><F2>");
    assert_eq!(form.options.context.editor.text(), "{a");
}

#[test]
fn a_paste_goes_to_what_is_selected() {
    let mut form = form(&analyze_text());
    press(&mut form, "x<backtab>");
    form.paste("[1,\r\n2]");
    assert_eq!(form.options.context.editor.text(), "[1,\n2]");
    press(&mut form, "<backtab><enter><tab>");
    form.paste(" 20\n");
    let options = chosen(&mut form);
    assert_eq!(options.timeout, Some(Duration::from_secs(20)));
    assert_eq!(options.tool_context.unwrap().get(), "[1,\n2]");
}

#[test]
fn a_method_without_parameters_has_options_all_the_same() {
    let mut form = form(&Method { name: "m".into(), ..Method::default() });
    assert_eq!((form.stop(), form.layer()), (Some(Stop::Head), Layer::Form));
    press(&mut form, "<enter><tab>7");
    assert_eq!(chosen(&mut form).timeout, Some(Duration::from_secs(7)));
}

#[test]
fn letters_that_walk_away_from_a_heading_are_not_typed() {
    let mut form = form(&Method { name: "m".into(), ..Method::default() });
    press(&mut form, "<enter>jjjj");
    assert_eq!((form.stop(), form.layer()), (Some(Stop::Row(Row::Profile)), Layer::Form));
    assert_eq!(chosen(&mut form).timeout, None);
}

#[test]
fn what_is_typed_into_options_can_be_taken_back() {
    let mut form = form(&Method { name: "m".into(), ..Method::default() });
    press(&mut form, "<enter><tab>7<tab><backtab><alt-u>");
    assert_eq!(chosen(&mut form).timeout, None);
    press(&mut form, "<backtab><backtab><enter>5<alt-u>");
    assert!(chosen(&mut form).tool_context.is_none());
}

#[test]
fn what_was_chosen_comes_back_with_the_draft() {
    let method = analyze_text();
    let mut form = form(&method);
    assert!(form.typed().is_none());
    // Two options and no payload at all, one of them half typed.
    press(&mut form, "<tab><tab><enter><tab><tab><tab><tab><tab><tab>2X<tab>8<tab>");
    assert!(form.is_unkept());
    let content = form.typed().expect("options are worth keeping");
    let mut again = self::form(&method);
    again.found(&Draft { saved_ms: 0, content: content.clone() }, Now::default());
    assert_eq!(again.typed(), Some(content.clone()));
    let limits = content.options.unwrap().limits;
    assert_eq!((limits["memory"].as_str(), limits["processes"].as_str()), ("2X", "8"));
    // A key throws it all away, and another one brings it back.
    again.act(Action::Clear);
    assert!(again.typed().is_none());
    again.act(Action::Undo);
    assert_eq!(again.options.typed().unwrap().limits, limits);
}
