//! From fields to JSON and back: nothing is lost, whatever the payload holds.

use crate::agent::payload::Payload;
use crate::tui::pane::Asked;
use crate::tui::pane::form::field::Field;
use crate::tui::pane::form::tests::{NASTY, analyze_text, everything, filled, form, press};
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
