//! The form by its keys, as the dashboard gives them to it. Its round trips and its looks have files of their own.

mod advice;
mod from_outside;
mod looks;
mod nested;
mod options;
mod round_trip;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::Value;

use crate::agent::catalog::{Agent, AgentName};
use crate::agent::manifest::{Kind, Method, Parameter};
use crate::ops::agents::Listed;
use crate::ops::call::Options;
use crate::tui::effect::Effect;
use crate::tui::keymap::{self, Layer};
use crate::tui::pane::Asked;
use crate::tui::pane::form::options::Stop;
use crate::tui::pane::form::{Form, Side};
use crate::venv::stamp::Environment;

fn listed() -> Listed {
    Listed {
        agent: Agent {
            name: AgentName { namespace: "agentplug".into(), folder: "analysis-agent".into() },
            directory: "/agents/agentplug/analysis-agent".into(),
            manifest: None,
            problems: Vec::new(),
        },
        environment: Environment::Ready { python: Some("3.12.1".into()) },
    }
}

fn parameter(name: &str, kind: Kind, required: bool, default: Option<Value>) -> Parameter {
    let type_name = format!("{kind:?}").to_lowercase();
    Parameter { name: name.into(), kind, type_name, required, default, ..Parameter::default() }
}

fn analyze_text() -> Method {
    Method {
        name: "analyze_text".into(),
        description: "Analyze text and provide insights".into(),
        parameters: vec![
            Parameter {
                description: "Text content to analyze".into(),
                ..parameter("text", Kind::String, true, None)
            },
            Parameter {
                description: "Type of analysis (sentiment, key_points, summary)".into(),
                ..parameter("analysis_type", Kind::String, false, Some("general".into()))
            },
        ],
        returns: None,
    }
}

/// A parameter of each kind.
fn everything() -> Method {
    Method {
        name: "everything".into(),
        description: String::new(),
        parameters: vec![
            parameter("text", Kind::String, true, None),
            parameter("title", Kind::String, false, Some("untitled".into())),
            Parameter {
                options: vec!["low".into(), "high".into()],
                ..parameter("level", Kind::String, false, None)
            },
            parameter("count", Kind::Integer, false, Some(3.into())),
            parameter("ratio", Kind::Number, false, None),
            parameter("deep", Kind::Boolean, false, Some(true.into())),
            parameter("tags", Kind::Array, false, None),
            parameter("options", Kind::Object, false, None),
            parameter("other", Kind::Unknown, false, None),
        ],
        returns: None,
    }
}

fn form(method: &Method) -> Form {
    Form::new(&listed(), method, None, &Options::default())
}

fn filled(method: &Method, payload: &str) -> Form {
    Form::new(&listed(), method, Some(payload), &Options::default())
}

/// Presses keys as a person reads them: words in `<>` are keys of the table's spelling, the rest is typed.
fn press(form: &mut Form, keys: &str) -> Asked {
    let mut last = Asked::Nothing;
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let event = if let Some((name, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'))
        {
            rest = after;
            named(name)
        } else {
            rest = &rest[c.len_utf8()..];
            KeyEvent::new(if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) }, KeyModifiers::NONE)
        };
        last = match keymap::action(&form.layer().stack(), event) {
            Some(action) => form.act(action),
            None => form.key(event),
        };
    }
    last
}

fn named(name: &str) -> KeyEvent {
    let (modifiers, name) = match name.split_once('-') {
        Some(("ctrl", name)) => (KeyModifiers::CONTROL, name),
        Some(("alt", name)) => match name.strip_prefix("shift-") {
            Some(name) => (KeyModifiers::ALT | KeyModifiers::SHIFT, name),
            None => (KeyModifiers::ALT, name),
        },
        _ => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "esc" => KeyCode::Esc,
        "enter" => KeyCode::Enter,
        "backspace" => KeyCode::Backspace,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "F2" => KeyCode::F(2),
        c => KeyCode::Char(c.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

#[track_caller]
fn sends(form: &Form, parameters: &str) {
    let sent = serde_json::to_string(&form.checked.payload.parameters).unwrap();
    assert_eq!(sent, parameters);
}

#[track_caller]
fn problems(form: &Form, expected: &[&str]) {
    let messages: Vec<_> = form.checked.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, expected);
}

#[test]
fn what_is_left_alone_is_absent_and_what_is_typed_is_sent() {
    let mut form = form(&analyze_text());
    sends(&form, "{}");
    press(&mut form, "two\nlines<tab>");
    sends(&form, r#"{"text":"two\nlines"}"#);
    press(&mut form, "tone<enter>");
    sends(&form, r#"{"text":"two\nlines","analysis_type":"tone"}"#);
    assert_eq!(form.stop(), Some(Stop::Head), "enter in a line goes on");
    press(&mut form, "<tab><tab>");
    assert_eq!(form.selected, 0, "round the end");
}

#[test]
fn an_empty_text_is_a_value_until_it_is_left_out() {
    let mut form = form(&analyze_text());
    press(&mut form, "a<backspace>");
    sends(&form, r#"{"text":""}"#);
    press(&mut form, "<backspace>");
    sends(&form, "{}");
    press(&mut form, "<alt-a>");
    sends(&form, r#"{"text":""}"#);
    press(&mut form, "lost?<alt-a>");
    sends(&form, "{}");
    press(&mut form, "<alt-u>");
    sends(&form, r#"{"text":"lost?"}"#);
}

#[test]
fn every_kind_is_typed_in_its_own_way() {
    let mut form = form(&everything());
    press(
        &mut form,
        "t<tab>head<tab><right><right><tab>12<tab>1e3<tab>  <tab>[1,\n2]<tab>{\"a\": null}<tab>free",
    );
    let sent = "{\"text\":\"t\",\"title\":\"head\",\"level\":\"high\",\"count\":12,\"ratio\":1e3,\"deep\":false,\
                \"tags\":[1,\n2],\"options\":{\"a\": null},\"other\":\"free\"}";
    sends(&form, sent);
    problems(&form, &[]);
    press(&mut form, "<backtab><backtab><backtab><left><left>");
    assert!(!form.checked.payload.parameters.contains_key("deep"), "a switch can be left out again");
}

#[test]
fn null_and_other_types_are_typed_as_json() {
    let mut form = form(&analyze_text());
    press(&mut form, "<alt-j>null");
    sends(&form, r#"{"text":null}"#);
    press(&mut form, "<ctrl-u>5");
    sends(&form, r#"{"text":5}"#);
    press(&mut form, "<alt-j>");
    sends(&form, r#"{"text":"5"}"#);
    press(&mut form, "<alt-j>");
    sends(&form, r#"{"text":"5"}"#);
    assert_eq!(form.fields[0].editor.text(), "\"5\"");
}

#[test]
fn choices_turn_with_the_arrows_and_can_be_typed_over() {
    let mut form = form(&analyze_text());
    press(&mut form, "x<tab><right><right>");
    sends(&form, r#"{"text":"x","analysis_type":"sentiment"}"#);
    press(&mut form, "al");
    sends(&form, r#"{"text":"x","analysis_type":"sentimental"}"#);
    press(&mut form, "<left>!");
    sends(&form, r#"{"text":"x","analysis_type":"sentimenta!l"}"#);
    press(&mut form, "<ctrl-e><ctrl-u><left>");
    assert!(form.fields[1].is_present(), "an own text is not turned away by the arrows");
}

#[test]
fn a_space_chooses_where_there_are_options_and_is_a_space_in_own_texts() {
    let mut form = form(&everything());
    press(&mut form, "t<tab><tab>  ");
    sends(&form, r#"{"text":"t","level":"high"}"#);
    assert_eq!(form.choosing().map(|hint| hint.key), Some("space ← →".to_owned()));
    press(&mut form, "er up");
    sends(&form, r#"{"text":"t","level":"higher up"}"#);
    assert_eq!(form.choosing().map(|hint| hint.key), Some("ctrl-space".to_owned()));
    assert_eq!(form.checked.problems.len(), 1);
    // Guessed ones are suggestions: a text may begin with one of them.
    let mut form = super::tests::form(&analyze_text());
    press(&mut form, "x<tab> <tab><backtab>");
    sends(&form, r#"{"text":"x","analysis_type":"general"}"#);
    press(&mut form, "<ctrl-e><ctrl-u>general tone");
    sends(&form, r#"{"text":"x","analysis_type":"general tone"}"#);
}

#[test]
fn what_is_wrong_is_said_first_and_sent_at_the_second_try() {
    let mut form = form(&everything());
    press(&mut form, "t<tab><tab><tab>12x");
    let wrong = form.checked.problems.clone();
    assert_eq!(wrong.len(), 1);
    assert_eq!(wrong[0].parameter.as_deref(), Some("count"));
    assert!(matches!(press(&mut form, "<ctrl-r>"), Asked::Nothing));
    assert!(form.asked);
    press(&mut form, "<esc>");
    assert!(!form.asked, "a step back takes the question away, and nothing else");
    assert_eq!(form.layer(), Layer::Text);
    press(&mut form, "<ctrl-r>");
    let Asked::Do(effects) = press(&mut form, "<ctrl-r>") else { panic!("not sent") };
    let [Effect::Call(request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(request.force);
    assert_eq!(request.agent, "agentplug/analysis-agent");
    assert_eq!(request.parameters["count"].get(), "\"12x\"", "what is not JSON goes as a text");
}

#[test]
fn a_valid_payload_is_sent_at_once() {
    let mut form = form(&analyze_text());
    let Asked::Do(effects) = press(&mut form, "hello<alt-enter>") else { panic!("not sent") };
    let [Effect::Call(request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((request.method.as_str(), request.force), ("analyze_text", false));
}

#[test]
fn escape_goes_out_step_by_step_and_keeps_everything() {
    let mut form = form(&analyze_text());
    press(&mut form, "kept<esc>");
    assert_eq!(form.layer(), Layer::Form);
    press(&mut form, "jk");
    press(&mut form, "j ");
    sends(&form, r#"{"text":"kept","analysis_type":"general"}"#);
    assert!(matches!(press(&mut form, "<esc>"), Asked::NotMine));
    press(&mut form, "ki!");
    sends(&form, r#"{"text":"kept!","analysis_type":"general"}"#);
}

#[test]
fn a_paste_is_one_edit_whatever_it_holds() {
    let mut form = form(&analyze_text());
    form.paste("a\tb\r\nc\u{1b}[31m\u{0}");
    sends(&form, r#"{"text":"a\tb\nc\u001b[31m\u0000"}"#);
    press(&mut form, "<alt-u>");
    sends(&form, "{}");
}

/// Payloads that editors elsewhere damage.
const NASTY: [&str; 12] = [
    r#"{"method":"everything","parameters":{}}"#,
    r#"{"method":"everything","parameters":{"other":1e3,"text":"","count":-0,"ratio":1.0}}"#,
    r#"{"method":"everything","parameters":{"count":123456789012345678901234567890,"ratio":1E+400}}"#,
    r#"{"method":"everything","parameters":{"zeta":{"b":1,"a":[{}]},"text":"x","alpha":"é\u00e9\ud83d\ude00"}}"#,
    r#"{"method":"everything","parameters":{"text":null,"title":false,"deep":null,"tags":"no","options":0}}"#,
    r#"{"method":"everything","parameters":{"text":"line\nline\r\n\ttab\u0000\u001b[2J\u202e","deep":"true"}}"#,
    r#"{"method":"everything","parameters":{"text":"\ud800 alone","title":"\u005c\/"}}"#,
    r#"{"method":"everything","parameters":{"":"empty key","a b":1,"\"":2,"text":"日本語 e\u0301 👨‍👩‍👧"}}"#,
    r#"{"method":"everything","parameters":{"level":"medium","count":"7","ratio":[ 1 ,2 ],"deep":0}}"#,
    r#"{"method":"other","parameters":{"text":"x"},"tool_context":{"k":[1.50]}}"#,
    r#"{"method":"everything","parameters":{"text":"x"},"tool_context":null,"extra":{"b":1,"a":2}}"#,
    "{\"method\":\"everything\",\"parameters\":{\"text\":\"\u{10fffd}\u{100041}\u{feff}\u{7f}\u{9b}\",\"tags\":[[[[]]]]}}",
];

#[test]
fn undeclared_keys_are_fields_too_and_can_be_left_out() {
    let mut form = filled(&analyze_text(), r#"{"parameters":{"speed":9,"text":"x"}}"#);
    sends(&form, r#"{"speed":9,"text":"x"}"#);
    assert_eq!(form.checked.problems.len(), 1);
    press(&mut form, "<backtab><backtab><backtab><alt-a>");
    sends(&form, r#"{"text":"x"}"#);
    problems(&form, &[]);
}

#[test]
fn a_payload_that_is_no_json_stays_a_text() {
    let form = filled(&analyze_text(), "{\"parameters\": NaN}");
    assert_eq!(form.side, Side::Json);
    assert_eq!(form.json.text(), "{\"parameters\": NaN}");
}
