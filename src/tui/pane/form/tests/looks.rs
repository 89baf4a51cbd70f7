//! How the form looks, at several sizes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::message::Now;
use crate::tui::pane::Look;
use crate::tui::pane::form::Form;
use crate::tui::pane::form::tests::{NASTY, analyze_text, everything, filled, form, press};
use crate::tui::theme::{Palette, shelf};

/// Every cell of the page, one line a row.
pub(super) fn draw(form: &Form, width: u16, height: u16) -> String {
    let theme = shelf::built_in(false, Palette::Rgb);
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width, height });
    let area = buffer.area;
    buffer.set_style(area, theme.paper());
    form.render(&mut buffer, area, Look { theme: &theme, now: Now::default(), focused: true });
    let row = |y| {
        let mut row = String::new();
        let mut behind = 0;
        for x in 0..width {
            // Behind a wide sign stands a cell of it.
            if x >= behind {
                row.push_str(buffer[(x, y)].symbol());
                behind = x + u16::try_from(crate::text::width(buffer[(x, y)].symbol())).unwrap().max(1);
            }
        }
        row
    };
    (0..height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}

const FILLED: &str = r#"{"method":"analyze_text","parameters":{
    "text":"The delivery was late but support fixed it in an hour.\nWould order again.","analysis_type":"sentiment"}}"#;

#[test]
fn a_filled_form_looks_like_this() {
    insta::assert_snapshot!("filled_100x30", draw(&filled(&analyze_text(), FILLED), 100, 28));
    insta::assert_snapshot!("filled_80x24", draw(&filled(&analyze_text(), FILLED), 80, 22));
}

#[test]
fn every_kind_and_what_is_wrong_looks_like_this() {
    let mut form = filled(&everything(), NASTY[8]);
    insta::assert_snapshot!("wrong_100x60", draw(&form, 100, 58));
    press(&mut form, "<ctrl-r>");
    insta::assert_snapshot!("asked_80x24", draw(&form, 80, 22));
}

#[test]
fn broken_json_looks_like_this() {
    let mut form = filled(&analyze_text(), FILLED);
    press(&mut form, "<F2>");
    form.json.go_to(4, 30);
    press(&mut form, "\"");
    insta::assert_snapshot!("broken_json_80x24", draw(&form, 80, 22));
}

#[test]
fn the_selected_field_is_in_sight_at_every_size() {
    let mut form = form(&everything());
    for (width, height) in [(60, 13), (80, 22), (100, 28), (200, 58), (20, 6), (1, 1), (0, 0)] {
        for index in 0..form.fields.len() {
            form.selected = index;
            let drawn = draw(&form, width, height);
            if width >= 60 {
                assert!(
                    drawn.contains(&format!("╭  {} ", form.fields[index].name)),
                    "{width}×{height}\n{drawn}"
                );
            }
        }
    }
}

#[test]
fn every_script_and_sign_looks_like_this() {
    let mut form = form(&analyze_text());
    form.paste(
        "日本語のテキスト: wide signs, two cells each, so that a line of them breaks in between 日本語\n",
    );
    form.paste("combining: e\u{301}a\u{308}\u{323} Z\u{351}\u{36b}\n\u{301} alone\n");
    form.paste("שלום עולם and مرحبا, turned by a sign: \u{202e}abc\u{202c}\n");
    form.paste("👍🏽 👨‍👩‍👧 ⚠️ 🇯🇵 🧩\ntabs\there\tand \u{1b}[31m control \u{0} signs\u{200b}\u{feff}");
    insta::assert_snapshot!("scripts_80x24", draw(&form, 80, 22));
    insta::assert_snapshot!("scripts_120x40", draw(&form, 120, 38));
}
