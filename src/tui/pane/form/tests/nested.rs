//! Lists and objects as rows.

use crate::agent::manifest::{Kind, Method, Parameter};
use crate::tui::pane::form::field::Entry;
use crate::tui::pane::form::tests::looks::draw;
use crate::tui::pane::form::tests::{filled, form, parameter, press, problems, sends};

fn listed(name: &str, item: Parameter) -> Parameter {
    Parameter { item: Some(Box::new(item)), ..parameter(name, Kind::Array, false, None) }
}

/// Names, numbers, an object with a list in it, and a list that nothing is said of.
fn nested() -> Method {
    let server = Parameter {
        properties: vec![
            Parameter {
                description: "Where it listens".into(),
                ..parameter("host", Kind::String, true, None)
            },
            parameter("port", Kind::Integer, false, Some(80.into())),
            parameter("secure", Kind::Boolean, false, None),
            listed("paths", parameter("", Kind::String, false, None)),
        ],
        ..parameter("server", Kind::Object, false, None)
    };
    Method {
        name: "nested".into(),
        parameters: vec![
            listed("names", parameter("", Kind::String, false, None)),
            server,
            parameter("bag", Kind::Array, false, None),
        ],
        ..Method::default()
    }
}

#[test]
fn items_are_added_moved_and_taken_out_by_keys() {
    let mut form = form(&nested());
    sends(&form, "{}");
    press(&mut form, "one<enter>two<enter>three");
    sends(&form, r#"{"names":["one", "two", "three"]}"#);
    press(&mut form, "<alt-shift-up><alt-shift-up><alt-shift-up>");
    sends(&form, r#"{"names":["three", "one", "two"]}"#);
    press(&mut form, "<alt-shift-down>");
    sends(&form, r#"{"names":["one", "three", "two"]}"#);
    // Left out is gone at the next step; the next row is where it was.
    press(&mut form, "<alt-a><tab>!");
    sends(&form, r#"{"names":["one", "two!"]}"#);
    press(&mut form, "<backspace><alt-a><backtab><alt-a><tab>");
    sends(&form, "{}");
    assert_eq!(form.selected, 0);
    press(&mut form, "<tab>");
    assert_eq!(form.selected, 1, "behind the place for a new item is the next field");
    press(&mut form, "<backtab>");
    assert_eq!(form.selected, 0);
}

#[test]
fn an_object_has_a_row_for_each_key_and_lists_inside() {
    let mut form = form(&nested());
    press(&mut form, "<tab>localhost<tab>8080<tab>t<tab>/a<tab>/b");
    sends(&form, r#"{"server":{"host": "localhost", "port": 8080, "secure": true, "paths": ["/a", "/b"]}}"#);
    problems(&form, &[]);
    insta::assert_snapshot!("nested_80x24", draw(&form, 80, 22));
    insta::assert_snapshot!("nested_120x40", draw(&form, 120, 38));
    press(&mut form, "<backtab><backtab><backtab><backspace>x");
    problems(&form, &["`server.port` must be an integer, not `\"808x\"`"]);
    press(&mut form, "<backspace><alt-n>");
    sends(&form, r#"{"server":{"host": "localhost", "port": null, "secure": true, "paths": ["/a", "/b"]}}"#);
}

#[test]
fn rows_and_json_are_two_sides_of_one_value() {
    let text = r#"{"parameters":{"names":[ "a","b\u0041" ],"server":{"extra":1e3, "port":8.0, "host":"h"},"bag":[1,"x",null]}}"#;
    let mut form = filled(&nested(), text);
    let spelled =
        r#"{"names":[ "a","b\u0041" ],"server":{"extra":1e3, "port":8.0, "host":"h"},"bag":[1,"x",null]}"#;
    sends(&form, spelled);
    press(&mut form, "<alt-j>");
    assert_eq!(form.fields[0].editor.text(), r#"[ "a","b\u0041" ]"#);
    press(&mut form, "<alt-j><F2><F2>");
    sends(&form, spelled);
    // One changes: the others keep their spelling, keys their order.
    press(&mut form, "!");
    assert!(form.checked.payload.parameters["names"].get() == r#"["a!", "b\u0041"]"#);
    press(&mut form, "<tab><tab><tab>!");
    assert_eq!(
        form.checked.payload.parameters["server"].get(),
        r#"{"extra": 1e3, "port": 8.0, "host": "h!"}"#
    );
    // A list that nothing is said of is JSON, and rows on request: JSON, or else a text.
    form.selected = 2;
    assert_eq!(form.fields[2].entry(), Entry::Json);
    press(&mut form, "<alt-j><backspace>word<tab><tab><tab>{\"k\":1}");
    assert_eq!(form.checked.payload.parameters["bag"].get(), r#"["word", "x", null, {"k":1}]"#);
}

#[test]
fn what_rows_cannot_show_without_loss_is_json() {
    for value in [r#""no list""#, "null", "{\"a\":1}"] {
        let form = filled(&nested(), &format!(r#"{{"parameters":{{"names":{value}}}}}"#));
        assert_eq!(form.fields[0].entry(), Entry::Json, "{value}");
        sends(&form, &format!(r#"{{"names":{value}}}"#));
    }
    let twice = r#"{"host":"a","host":"b"}"#;
    let form = filled(&nested(), &format!(r#"{{"parameters":{{"server":{twice}}}}}"#));
    assert_eq!(form.fields[1].entry(), Entry::Json);
    let long = format!("[{}1]", "1,".repeat(300));
    let form = filled(&nested(), &format!(r#"{{"parameters":{{"names":{long}}}}}"#));
    assert_eq!(form.fields[0].entry(), Entry::Json);
    assert!(form.checked.problems[0].message.starts_with("`names[0]` must be a text"));
}

#[test]
fn the_selected_item_of_a_long_list_is_in_sight() {
    let items: Vec<_> = (0..150).map(|n| format!("\"item {n}\"")).collect();
    let mut form = filled(&nested(), &format!(r#"{{"parameters":{{"names":[{}]}}}}"#, items.join(",")));
    for step in 0..150 {
        let drawn = draw(&form, 80, 22);
        assert!(drawn.contains(&format!("item {step} ")), "{step}\n{drawn}");
        press(&mut form, "<tab>");
    }
    for (width, height) in [(1, 1), (20, 6), (60, 13)] {
        draw(&form, width, height);
    }
}
