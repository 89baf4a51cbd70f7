//! From fields to JSON and back: nothing is lost, whatever the payload holds.

use crate::agent::manifest::{Kind, Method, Parameter};
use crate::agent::payload::Payload;
use crate::ops::drafts::Content;
use crate::tui::pane::Asked;
use crate::tui::pane::form::field::Field;
use crate::tui::pane::form::tests::{NASTY, analyze_text, everything, filled, form, parameter, press};
use crate::tui::pane::form::{Form, Side, json};

/// Everything a payload's text says, with the spelling of every value.
fn meaning(text: &str) -> String {
    let whole = json::read(text, "").unwrap();
    json::write(&whole.payload, &whole.extra)
}

#[test]
fn json_to_form_to_json_loses_nothing() {
    for text in NASTY {
        let mut form = filled(&everything(), text);
        press(&mut form, "<F2>");
        assert_eq!(form.side, Side::Json);
        assert_eq!(form.json.text(), meaning(text));
        // There and back again.
        press(&mut form, "<F2><F2>");
        assert_eq!(form.json.text(), meaning(text));
    }
}

#[test]
fn form_to_json_to_form_changes_no_field() {
    for text in NASTY {
        let mut form = filled(&everything(), text);
        let fields = |form: &Form| -> Vec<_> {
            let shown =
                |f: &Field| (f.name.clone(), f.editor.text(), f.entry(), f.forced().map(|v| v.to_string()));
            form.fields.iter().map(shown).collect()
        };
        let before = fields(&form);
        press(&mut form, "<F2><F2>");
        assert_eq!(fields(&form), before);
        // An edit of one field leaves the spelling of the others.
        let others = |form: &Form| fields(form)[1..].to_vec();
        let rest = others(&form);
        press(&mut form, "!<F2><F2>");
        assert_eq!(others(&form), rest);
    }
}

#[test]
fn an_edit_and_its_undoing_give_the_same_text_back() {
    for text in NASTY {
        let mut form = filled(&everything(), text);
        let before = serde_json::to_string(&form.checked.payload).unwrap();
        press(&mut form, "!<backspace>");
        if form.fields[0].is_present() {
            let meant: Payload = serde_json::from_str(&before).unwrap();
            let again = &form.checked.payload;
            assert_eq!(
                again.parameters.get("text").map(ToString::to_string),
                meant.parameters.get("text").map(ToString::to_string).or(Some("\"\"".into()))
            );
        }
    }
}

#[test]
fn json_is_kept_as_typed_while_it_says_the_same() {
    let mut form = form(&analyze_text());
    press(&mut form, "<F2><ctrl-e>");
    form.json.replace("{\"parameters\":   {\"text\": \"\\u0041\"},\n\n\"method\":\"analyze_text\"}");
    press(&mut form, " <F2>");
    assert_eq!(form.side, Side::Fields);
    assert_eq!(form.fields[0].editor.text(), "A");
    press(&mut form, "<F2>");
    assert!(form.json.text().starts_with("{\"parameters\":   {\"text\": \"\\u0041\"},\n\n"));
    press(&mut form, "<F2>B<F2>");
    assert!(form.json.text().contains("\"text\": \"AB\""), "{}", form.json.text());
}

#[test]
fn undo_on_the_json_side_ends_at_the_payload_that_was_loaded() {
    let undo = |form: &mut Form| press(form, "<alt-u><alt-u><alt-u><alt-u>");
    let mut form = filled(&analyze_text(), r#"{"parameters":{"text":"x"}}"#);
    press(&mut form, "<F2>");
    let loaded = form.json.text();
    press(&mut form, "  ");
    assert_ne!(form.json.text(), loaded);
    undo(&mut form);
    assert_eq!(form.json.text(), loaded);
    // A draft that was put in before the side was ever seen is no step either.
    let mut form = self::form(&analyze_text());
    form.put(&Content { payload: loaded.clone(), ..Content::default() });
    press(&mut form, "<F2> ");
    undo(&mut form);
    assert_eq!(form.json.text(), loaded);
    // What was typed before a preset is one.
    form.replace(&Content { as_json: true, payload: "{}".into(), ..Content::default() });
    press(&mut form, " ");
    undo(&mut form);
    assert_eq!(form.json.text(), loaded);
}

#[test]
fn a_text_that_is_no_json_is_neither_left_nor_sent() {
    let mut form = form(&analyze_text());
    press(&mut form, "<F2>");
    form.json.replace("{\n  \"parameters\": {\"text\": oops}\n}");
    press(&mut form, " ");
    press(&mut form, "<F2>");
    assert_eq!(form.side, Side::Json);
    assert!(matches!(press(&mut form, "<ctrl-r><ctrl-r>"), Asked::Nothing));
    // The cursor stands where it is wrong.
    press(&mut form, "X");
    assert!(form.json.text().contains("Xoops"), "{}", form.json.text());
}

/// Payloads that nobody has thought of: the same ones at every run.
struct Made(u64);

impl Made {
    fn below(&mut self, limit: u64) -> u64 {
        // Good enough for variety, and the same on every machine.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn string(&mut self) -> String {
        const PIECES: [&str; 22] = [
            "",
            "a",
            "word ",
            "é",
            "\\u00e9",
            "\\n",
            "\\r\\n",
            "\\t",
            "\\\\",
            "\\\"",
            "\\/",
            "\\u0000",
            "\\ud83d\\ude00",
            "\\ud800",
            "日本",
            "👨‍👩‍👧",
            "e\u{301}",
            "\u{202e}",
            "\u{feff}",
            "\u{7f}",
            "\u{10fffd}",
            "שלום",
        ];
        let pieces: String = (0..self.below(6)).map(|_| self.one(&PIECES)).collect();
        format!("\"{pieces}\"")
    }

    fn blank(&mut self) -> &'static str {
        self.one(&["", "", "", " ", "\n  ", "\t"])
    }

    fn value(&mut self, levels: u64) -> String {
        match self.below(if levels == 0 { 4 } else { 6 }) {
            0 => self.one(&["null", "true", "false"]).to_owned(),
            1 => self
                .one(&["0", "-0", "1.0", "1e3", "1E+400", "12345678901234567890123", "-0.10", "7"])
                .to_owned(),
            2 | 3 => self.string(),
            4 => {
                let items: Vec<_> = (0..self.below(4)).map(|_| self.value(levels - 1)).collect();
                format!("[{}{}{}]", self.blank(), items.join(&format!(",{}", self.blank())), self.blank())
            }
            _ => format!("{{{}}}", self.pairs(levels - 1, &["host", "port", "x", "a b", "", "é"])),
        }
    }

    fn pairs(&mut self, levels: u64, names: &[&str]) -> String {
        let pairs: Vec<_> = (0..self.below(5))
            .map(|_| {
                let name = self.one(names);
                format!("{}\"{name}\"{}:{}{}", self.blank(), self.blank(), self.blank(), self.value(levels))
            })
            .collect();
        pairs.join(",")
    }

    fn payload(&mut self) -> String {
        let names = [
            "text",
            "title",
            "level",
            "count",
            "ratio",
            "deep",
            "tags",
            "options",
            "other",
            "names",
            "server",
            "not declared",
            "日本",
            "",
        ];
        let parameters = format!("\"parameters\":{{{}}}", self.pairs(3, &names));
        let method = self.one(&["everything", "other", ""]);
        let mut parts = vec![format!("\"method\": \"{method}\""), parameters];
        if self.below(3) == 0 {
            parts.push(format!("\"tool_context\": {}", self.value(2)));
        }
        if self.below(3) == 0 {
            parts.push(format!("\"extra\":{}", self.value(2)));
        }
        if self.below(2) == 0 {
            parts.reverse();
        }
        format!("{{{}}}", parts.join(","))
    }
}

/// Every kind of field, rows among them.
fn all_kinds() -> Method {
    let mut method = everything();
    let item = parameter("", Kind::String, false, None);
    method
        .parameters
        .push(Parameter { item: Some(Box::new(item)), ..parameter("names", Kind::Array, false, None) });
    method.parameters.push(Parameter {
        properties: vec![
            parameter("host", Kind::String, true, None),
            parameter("port", Kind::Integer, false, None),
        ],
        ..parameter("server", Kind::Object, false, None)
    });
    method
}

#[test]
fn whatever_a_payload_holds_both_ways_lose_nothing() {
    let method = all_kinds();
    let mut made = Made(6);
    for round in 0..3_000 {
        let text = made.payload();
        let meant = meaning(&text);
        // JSON → form → JSON.
        let mut form = filled(&method, &text);
        let values = |form: &Form| -> Vec<(String, Option<String>)> {
            form.fields.iter().map(|f| (f.name.clone(), f.forced().map(|value| value.to_string()))).collect()
        };
        let before = values(&form);
        press(&mut form, "<F2>");
        assert_eq!(form.json.text(), meant, "{round}: {text}");
        // Form → JSON → form.
        press(&mut form, "<F2>");
        assert_eq!(values(&form), before, "{round}: {text}");
        // Walking through all of it changes nothing either.
        for _ in 0..form.fields.len() * 3 {
            press(&mut form, "<tab>");
        }
        press(&mut form, "<F2>");
        assert_eq!(form.json.text(), meant, "{round}: {text}");
    }
}

#[test]
fn what_is_typed_into_a_field_is_what_the_json_says_and_the_other_way_round() {
    let mut made = Made(7);
    for round in 0..500 {
        let typed: String = serde_json::from_str(&made.string().replace("\\ud800", "")).unwrap_or_default();
        let mut form = form(&analyze_text());
        form.paste(&typed);
        let typed = typed.replace("\r\n", "\n");
        press(&mut form, "<F2>");
        let whole = json::read(&form.json.text(), "").unwrap();
        let text = whole.payload.parameters.get("text").map(|value| json::as_text(value).unwrap());
        assert_eq!(text.as_deref(), Some(typed.as_str()), "{round}");
        press(&mut form, "<F2>");
        assert_eq!(form.fields[0].editor.text(), typed, "{round}");
    }
}
