//! What the form says of values before they are sent, and the values that are no texts.

use crate::agent::manifest::{Kind, Method, Parameter};
use crate::tui::effect::Effect;
use crate::tui::pane::Asked;
use crate::tui::pane::form::tests::looks::draw;
use crate::tui::pane::form::tests::{
    analyze_text, everything, filled, form, parameter, press, problems, sends,
};

/// A key as a person might paste it; put together here, so that nobody who looks for keys stops at this file.
fn key() -> String {
    format!("sk-{}", "a1B2".repeat(10))
}

fn bounded() -> Method {
    Method {
        name: "tune".into(),
        parameters: vec![Parameter {
            minimum: Some(0.into()),
            maximum: Some(2.into()),
            ..parameter("temperature", Kind::Number, false, None)
        }],
        ..Method::default()
    }
}

#[test]
fn a_key_is_named_under_its_field_and_sent_without_a_question() {
    let mut form = form(&analyze_text());
    form.paste(&format!("use {}", key()));
    problems(&form, &[]);
    let drawn = draw(&form, 80, 22);
    assert!(
        drawn.contains("`text` looks like a key (sk-…): the payload is kept in the run's folder"),
        "{drawn}"
    );
    assert!(drawn.contains("✓ valid"), "{drawn}");
    press(&mut form, "<F2>");
    assert!(draw(&form, 80, 22).contains("▲ `text` looks like a key (sk-…)"));
    assert!(matches!(press(&mut form, "<ctrl-r>"), Asked::Do(_)));
}

#[test]
fn a_payload_larger_than_an_argument_is_said_to_be() {
    let mut form = form(&analyze_text());
    form.paste(&"x".repeat(131_000));
    assert!(form.checked.notes.is_empty(), "{:?}", form.checked.notes);
    form.paste(&"x".repeat(100));
    assert!(draw(&form, 100, 28).contains("▲ an argument holds 131071 bytes"), "{}", draw(&form, 100, 28));
}

#[test]
fn a_number_says_its_bounds_and_what_is_beyond_them() {
    let mut form = form(&bounded());
    assert!(draw(&form, 80, 22).contains("number · 0 … 2"), "{}", draw(&form, 80, 22));
    press(&mut form, "3");
    problems(&form, &["`temperature` must be 0 … 2, not `3`"]);
    press(&mut form, "<ctrl-r>");
    let Asked::Do(effects) = press(&mut form, "<ctrl-r>") else { panic!("not sent") };
    let [Effect::Call(request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(request.parameters["temperature"].get(), "3", "advice can be passed over");
}

#[test]
fn null_has_a_key_and_gives_the_value_back() {
    let mut form = form(&everything());
    press(&mut form, "t<tab>two<alt-n>");
    sends(&form, r#"{"text":"t","title":null}"#);
    press(&mut form, "<alt-n>");
    sends(&form, r#"{"text":"t","title":"two"}"#);
    press(&mut form, "<tab><alt-n>");
    sends(&form, r#"{"text":"t","title":"two","level":null}"#);
    press(&mut form, "<alt-n>");
    sends(&form, r#"{"text":"t","title":"two"}"#);
    press(&mut form, "<tab>7<alt-n><alt-n>8");
    sends(&form, r#"{"text":"t","title":"two","count":78}"#);
    press(&mut form, "<esc><alt-n>");
    sends(&form, r#"{"text":"t","title":"two","count":null}"#);
    press(&mut form, "<alt-a>");
    sends(&form, r#"{"text":"t","title":"two"}"#);
}

#[test]
fn a_type_nobody_knows_is_json_or_else_a_text() {
    let mut form = filled(&everything(), r#"{"parameters":{"text":"t","other":"free"}}"#);
    let last = form.fields.len() - 1;
    form.selected = last;
    let drawn = draw(&form, 100, 28);
    assert!(drawn.contains("unknown · JSON, or else a text"), "{drawn}");
    press(&mut form, "<ctrl-u>{\"a\":1}");
    sends(&form, r#"{"text":"t","other":{"a":1}}"#);
    press(&mut form, "}");
    sends(&form, r#"{"text":"t","other":"{\"a\":1}}"}"#);
}

#[test]
fn json_is_laid_out_on_request_alone_and_brackets_show_their_partner() {
    let mut form = form(&everything());
    form.selected = form.fields.iter().position(|field| field.name == "options").unwrap();
    press(&mut form, "{\"a\":{\"b\":1e3}}");
    sends(&form, r#"{"options":{"a":{"b":1e3}}}"#);
    let marked = |form: &crate::tui::pane::form::Form| {
        let theme = crate::tui::theme::shelf::built_in(false, crate::tui::theme::Palette::Rgb);
        let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 80, 40));
        let area = buffer.area;
        let look =
            crate::tui::pane::Look { theme: &theme, now: crate::tui::message::Now::default(), focused: true };
        form.render(&mut buffer, area, look);
        let underlined = |cell: &&ratatui::buffer::Cell| {
            cell.modifier.contains(ratatui::style::Modifier::UNDERLINED) && "{}".contains(cell.symbol())
        };
        buffer.content.iter().filter(underlined).count()
    };
    assert_eq!(marked(&form), 2);
    press(&mut form, "<left><left><left>");
    assert_eq!(marked(&form), 0);
    press(&mut form, "<alt-q>");
    sends(&form, "{\"options\":{\n  \"a\": {\n    \"b\": 1e3\n  }\n}}");
    press(&mut form, "<alt-u>");
    sends(&form, r#"{"options":{"a":{"b":1e3}}}"#);
    press(&mut form, "<F2><alt-q>");
    assert!(
        form.json.text().contains("\n    \"options\": {\n      \"a\": {\n        \"b\": 1e3\n"),
        "{}",
        form.json.text()
    );
    // What is no JSON is left alone.
    press(&mut form, "x<alt-q>");
    assert!(form.json.text().ends_with('x'));
}
