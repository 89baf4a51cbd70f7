//! Texts of files, values of earlier runs.

use crate::ops::earlier::{Call, Texts};
use crate::run::dir::RunDir;
use crate::run::status::State;
use crate::tui::effect::lookup::{Found, Lookup};
use crate::tui::keymap::Layer;
use crate::tui::pane::form::tests::looks::draw;
use crate::tui::pane::form::tests::{analyze_text, everything, form, press, sends};
use crate::tui::pane::form::{Form, json};

/// What the form wants to know, as far as it is about a path or a run.
fn asked(form: &mut Form) -> Vec<Lookup> {
    form.lookups().filter(|lookup| !matches!(lookup, Lookup::Values { .. })).collect()
}

fn offer(form: &mut Form, typed: &str, offers: &[&str]) {
    let offers = offers.iter().map(ToString::to_string).collect();
    form.looked_up(Found::Paths { typed: typed.into(), offers });
}

fn file(form: &mut Form, path: &str, text: &str) {
    form.looked_up(Found::File { path: path.into(), text: Ok(text.into()) });
}

#[test]
fn a_path_is_completed_and_its_text_inserted_as_one_edit() {
    let mut form = form(&analyze_text());
    press(&mut form, "say: <ctrl-o>");
    assert_eq!(form.layer(), Layer::File);
    let asked_for = asked(&mut form);
    assert!(
        matches!(asked_for.as_slice(), [Lookup::Paths { typed, .. }] if typed.is_empty()),
        "{asked_for:?}"
    );
    offer(&mut form, "", &["node.txt", "notes/"]);
    press(&mut form, "<tab>");
    offer(&mut form, "no", &["node.txt", "notes/"]);
    insta::assert_snapshot!("file_80x24", draw(&form, 80, 22));
    press(&mut form, "<tab><tab><enter>");
    assert!(matches!(asked(&mut form).last(), Some(Lookup::Paths { typed, .. }) if typed == "notes/"));
    offer(&mut form, "notes/", &["notes/a.md"]);
    press(&mut form, "<tab><enter>");
    assert!(matches!(asked(&mut form).last(), Some(Lookup::File { path }) if path == "notes/a.md"));
    file(&mut form, "notes/a.md", "one\r\ntwo\n");
    assert_eq!(form.layer(), Layer::Text);
    sends(&form, r#"{"text":"say: one\r\ntwo\n"}"#);
    press(&mut form, "<alt-u>");
    sends(&form, r#"{"text":"say: "}"#);
}

#[test]
fn what_is_no_text_is_a_sentence_and_esc_leaves_everything_as_it_was() {
    let mut form = form(&analyze_text());
    press(&mut form, "x<ctrl-o>a.png<enter>");
    form.looked_up(Found::File { path: "a.png".into(), text: Err("a.png is binary, not a text".into()) });
    assert!(draw(&form, 80, 22).contains("a.png is binary"), "{}", draw(&form, 80, 22));
    press(&mut form, "<esc>");
    assert_eq!(form.layer(), Layer::Text);
    sends(&form, r#"{"text":"x"}"#);
    // An answer that comes late is nobody's any more.
    file(&mut form, "a.png", "late");
    sends(&form, r#"{"text":"x"}"#);
}

#[test]
fn an_at_and_a_path_become_the_files_text() {
    let mut form = form(&analyze_text());
    press(&mut form, "@notes.md<ctrl-o><enter>");
    assert!(matches!(asked(&mut form).last(), Some(Lookup::File { path }) if path == "notes.md"));
    file(&mut form, "notes.md", "all of it");
    sends(&form, r#"{"text":"all of it"}"#);
}

#[test]
fn an_at_in_an_empty_field_offers_files_and_loses_nothing() {
    let mut form = form(&analyze_text());
    press(&mut form, "@");
    // Until there is something to offer, the field is a field.
    assert_eq!(form.layer(), Layer::Text);
    assert!(matches!(asked(&mut form).as_slice(), [Lookup::Paths { typed, .. }] if typed.is_empty()));
    offer(&mut form, "", &["node.txt", "notes/"]);
    assert_eq!(form.layer(), Layer::Path);
    press(&mut form, "no<left><backspace>");
    assert_eq!(asked(&mut form).len(), 3);
    sends(&form, r#"{"text":"@o"}"#);
    // What is offered for an earlier text is not for this one.
    offer(&mut form, "no", &["node.txt"]);
    press(&mut form, "<esc>");
    assert_eq!(form.layer(), Layer::Text);
    press(&mut form, "<right> is typed on");
    offer(&mut form, "o", &["of"]);
    assert_eq!(form.layer(), Layer::Text, "esc was the last word");
    sends(&form, r#"{"text":"@o is typed on"}"#);
}

#[test]
fn what_goes_on_like_no_path_stays_as_it_is_typed() {
    let mut form = form(&analyze_text());
    press(&mut form, "@");
    offer(&mut form, "", &["alone.txt"]);
    press(&mut form, "all: read\n");
    offer(&mut form, "all: read", &[]);
    assert_eq!(form.layer(), Layer::Text);
    press(&mut form, "this<alt-a><alt-u>");
    sends(&form, r#"{"text":"@all: read\nthis"}"#);
    // A path that comes back is offered again, and enter without a choice is enter.
    let mut form = self::form(&analyze_text());
    press(&mut form, "@ax<backspace>");
    offer(&mut form, "a", &["alone.txt"]);
    assert_eq!(form.layer(), Layer::Path);
    press(&mut form, "\nnext");
    assert_eq!(form.layer(), Layer::Text);
    sends(&form, r#"{"text":"@a\nnext"}"#);
    // Pasted lines are pasted, and a key with another meaning has it.
    let mut form = self::form(&analyze_text());
    press(&mut form, "@");
    offer(&mut form, "", &["alone.txt"]);
    form.paste("one\ntwo");
    sends(&form, r#"{"text":"@one\ntwo"}"#);
    let mut form = self::form(&analyze_text());
    press(&mut form, "@");
    offer(&mut form, "", &["alone.txt"]);
    press(&mut form, "<F2>");
    assert!(form.json.text().contains(r#""text": "@""#), "{}", form.json.text());
}

#[test]
fn a_file_behind_an_at_takes_the_fields_place_and_undo_brings_the_path_back() {
    let mut form = form(&analyze_text());
    press(&mut form, "@n");
    offer(&mut form, "n", &["node.txt", "notes/"]);
    press(&mut form, "<tab><down>");
    offer(&mut form, "no", &["node.txt", "notes/"]);
    press(&mut form, "<down><down><enter>");
    assert!(matches!(asked(&mut form).last(), Some(Lookup::Paths { typed, .. }) if typed == "notes/"));
    sends(&form, r#"{"text":"@notes/"}"#);
    offer(&mut form, "notes/", &["notes/a.md"]);
    press(&mut form, "a.md");
    offer(&mut form, "notes/a.md", &["notes/a.md"]);
    insta::assert_snapshot!("at_80x24", draw(&form, 80, 22));
    // Typed out whole, it needs no choice.
    press(&mut form, "<enter>");
    assert!(matches!(asked(&mut form).last(), Some(Lookup::File { path }) if path == "notes/a.md"));
    file(&mut form, "notes/a.md", "all of it");
    assert_eq!(form.layer(), Layer::Text);
    sends(&form, r#"{"text":"all of it"}"#);
    press(&mut form, "<alt-u>");
    sends(&form, r#"{"text":"@notes/a.md"}"#);
}

#[test]
fn among_json_a_files_text_is_json_or_a_string() {
    let mut form = form(&everything());
    form.selected = form.fields.iter().position(|field| field.name == "tags").unwrap();
    press(&mut form, "<ctrl-o>a<enter>");
    file(&mut form, "a", " [1, 1e3]\n");
    sends(&form, r#"{"tags":[1, 1e3]}"#);
    press(&mut form, "<F2><ctrl-o>a<enter>");
    form.json.replace("");
    file(&mut form, "a", "two\n\"words\"");
    assert_eq!(form.json.text(), r#""two\n\"words\"""#);
}

fn call(name: &str) -> Call {
    let dir = RunDir { path: format!("/runs/{name}").into() };
    Call { dir, agent: "agentplug/other".into(), method: "list".into() }
}

fn texts(form: &mut Form, name: &str, payload: &str, result: Option<&str>) {
    let texts = Texts { payload: payload.into(), result: result.map(str::to_owned), state: State::Succeeded };
    form.looked_up(Found::Texts { run: call(name).dir, texts: Ok(texts) });
}

#[test]
fn a_value_of_an_earlier_run_is_picked_by_its_place() {
    let mut form = form(&analyze_text());
    press(&mut form, "old<alt-v>");
    assert!(matches!(asked(&mut form).as_slice(), [Lookup::Calls]));
    form.looked_up(Found::Calls(vec![call("20260101T120000Z-0f3a"), call("20260101T110000Z-0f39")]));
    assert!(
        matches!(asked(&mut form).as_slice(), [Lookup::Texts(dir)] if *dir == call("20260101T120000Z-0f3a").dir)
    );
    let result = r#"{"items": [{"name": "first\nline", "n": 1e3}], "left": 2}"#;
    texts(&mut form, "20260101T120000Z-0f3a", r#"{"method":"list","parameters":{}}"#, Some(result));
    press(&mut form, "jj");
    insta::assert_snapshot!("pick_80x24", draw(&form, 80, 22));
    press(&mut form, "<enter>");
    sends(&form, r#"{"text":"first\nline"}"#);
    press(&mut form, "<alt-u>");
    sends(&form, r#"{"text":"old"}"#);
    // The payload of the run before; what is no text goes into a text as JSON.
    press(&mut form, "<alt-v>");
    form.looked_up(Found::Calls(vec![call("20260101T120000Z-0f3a"), call("20260101T110000Z-0f39")]));
    press(&mut form, "]");
    assert!(
        matches!(asked(&mut form).last(), Some(Lookup::Texts(dir)) if *dir == call("20260101T110000Z-0f39").dir)
    );
    texts(&mut form, "20260101T110000Z-0f39", r#"{"parameters":{"k":[1, 2]}}"#, None);
    press(&mut form, "j<enter>");
    sends(&form, r#"{"text":"[1, 2]"}"#);
}

#[test]
fn earlier_values_are_offered_behind_the_choices_and_before_the_own_one() {
    let mut form = form(&analyze_text());
    let values = ["\"summary\"", "\"tone\"", "1e3"].map(|value| json::value(value).unwrap()).to_vec();
    let found = |agent: &str| Found::Values {
        agent: agent.into(),
        method: "analyze_text".into(),
        values: vec![("analysis_type".into(), values.clone()), ("gone".into(), values.clone())],
    };
    form.looked_up(found("somebody/else"));
    assert!(form.fields[1].earlier.is_empty());
    form.looked_up(found("agentplug/analysis-agent"));
    press(&mut form, "t<tab>mine");
    insta::assert_snapshot!("earlier_80x24", draw(&form, 80, 22));
    // The four choices first: `summary` is one of them.
    for value in
        ["\"general\"", "\"sentiment\"", "\"key_points\"", "\"summary\"", "\"tone\"", "1e3", "\"mine\""]
    {
        press(&mut form, "<ctrl- >");
        sends(&form, &format!(r#"{{"text":"t","analysis_type":{value}}}"#));
    }
}
