//! The keys of the form and of what opens over it.

use crossterm::event::KeyCode;

use crate::tui::keymap::table::{COPY, EDITOR, PRESETS, alt, alt_shift, char, ctrl, on, row};
use crate::tui::keymap::{Action, Binding, Key, Layer};

const EARLIER: &str = "an earlier payload of this method, the newest first; undo brings back what was there";
const LATER: &str = "a later payload; at the end what was typed last";
const CLEAR: &str = "take every value out; undo brings them back";
const UNDO: &[Key] = &[alt(KeyCode::Char('u')), ctrl('_'), ctrl('7'), ctrl('/')];
const SAVE: &str = "save what is filled in as a preset, under a name";
const INSERT: &str = "put the text of a file in; a field that is `@path` so far becomes it. `@` in an empty field offers files too";
const PICK: &str = "a value out of an earlier run's result or payload";

pub const FORMS: &[Binding] = &[
    row(
        Layer::Form,
        &[ctrl('r'), alt(KeyCode::Enter), on(KeyCode::F(5))],
        Action::Submit,
        "run",
        "run with this payload",
    ),
    row(
        Layer::Form,
        &[char('i'), on(KeyCode::Enter)],
        Action::EnterField,
        "edit field",
        "type into the field",
    ),
    row(Layer::Form, &[on(KeyCode::F(2))], Action::ToggleJson, "JSON", "form or the whole payload as JSON"),
    row(Layer::Form, &[char('j'), on(KeyCode::Down)], Action::Down, "", "next field"),
    row(Layer::Form, &[char('k'), on(KeyCode::Up)], Action::Up, "", "previous field"),
    row(Layer::Form, &[char('g'), on(KeyCode::Home)], Action::First, "", "first field"),
    row(Layer::Form, &[char('G'), on(KeyCode::End)], Action::Last, "", "last field"),
    row(Layer::Form, &[char(' '), on(KeyCode::Right)], Action::Right, "", "next choice"),
    row(Layer::Form, &[on(KeyCode::Left)], Action::Left, "", "previous choice"),
    row(
        Layer::Form,
        &[alt(KeyCode::Char('a'))],
        Action::Omit,
        "leave out",
        "leave the value out, or send it empty",
    ),
    row(Layer::Form, &[char('p')], Action::Presets, "presets", PRESETS),
    row(Layer::Form, &[char('y')], Action::CopyAs, "copy as", COPY),
    row(Layer::Form, &[ctrl('s')], Action::SavePreset, "", SAVE),
    row(Layer::Form, &[ctrl('g')], Action::EditText, "", EDITOR),
    row(Layer::Form, &[alt(KeyCode::Up)], Action::Earlier, "", EARLIER),
    row(Layer::Form, &[alt(KeyCode::Down)], Action::Later, "", LATER),
    row(Layer::Form, UNDO, Action::Undo, "", "undo"),
    row(Layer::Form, &[alt(KeyCode::Char('x'))], Action::Clear, "", CLEAR),
    row(Layer::Form, &[ctrl('o')], Action::InsertFile, "", INSERT),
    row(Layer::Form, &[alt(KeyCode::Char('v'))], Action::PickValue, "", PICK),
    row(Layer::Form, &[alt(KeyCode::Char('n'))], Action::Null, "", "null; again: the value as it was"),
    //
    row(
        Layer::Text,
        &[ctrl('r'), alt(KeyCode::Enter), on(KeyCode::F(5))],
        Action::Submit,
        "run",
        "run with this payload",
    ),
    row(Layer::Text, &[on(KeyCode::F(2))], Action::ToggleJson, "JSON", "form or the whole payload as JSON"),
    row(
        Layer::Text,
        &[alt(KeyCode::Char('a'))],
        Action::Omit,
        "leave out",
        "leave the value out, or send it empty",
    ),
    row(
        Layer::Text,
        &[alt(KeyCode::Char('j'))],
        Action::AsJson,
        "",
        "type JSON for this value: another type; of a list or an object, rows or JSON",
    ),
    row(Layer::Text, &[alt(KeyCode::Char('n'))], Action::Null, "", "null; again: the value as it was"),
    row(
        Layer::Text,
        &[ctrl(' ')],
        Action::Suggest,
        "",
        "the next of the options and the values of earlier runs; behind them the own one",
    ),
    row(
        Layer::Text,
        &[alt(KeyCode::Char('q'))],
        Action::LayOut,
        "",
        "lay JSON out over lines; its values stay",
    ),
    row(Layer::Text, &[alt_shift(KeyCode::Up)], Action::ItemUp, "", "the list's item up"),
    row(Layer::Text, &[alt_shift(KeyCode::Down)], Action::ItemDown, "", "the list's item down"),
    row(Layer::Text, &[ctrl('g'), on(KeyCode::F(4))], Action::EditText, "$EDITOR", EDITOR),
    row(Layer::Text, &[ctrl('o')], Action::InsertFile, "@file", INSERT),
    row(Layer::Text, &[alt(KeyCode::Char('v'))], Action::PickValue, "", PICK),
    row(Layer::Text, &[ctrl('s')], Action::SavePreset, "save preset", SAVE),
    row(Layer::Text, &[alt(KeyCode::Up)], Action::Earlier, "", EARLIER),
    row(Layer::Text, &[alt(KeyCode::Down)], Action::Later, "", LATER),
    row(Layer::Text, UNDO, Action::Undo, "", "undo"),
    row(Layer::Text, &[alt(KeyCode::Char('x'))], Action::Clear, "", CLEAR),
    //
    row(
        Layer::File,
        &[on(KeyCode::Enter)],
        Action::Confirm,
        "insert",
        "put the file's text in, or add its variables; into a folder",
    ),
    row(Layer::File, &[on(KeyCode::Down)], Action::Down, "choose", "next way to go on; tab completes"),
    row(Layer::File, &[on(KeyCode::Up)], Action::Up, "", "previous way to go on"),
    //
    row(
        Layer::Path,
        &[on(KeyCode::Down)],
        Action::Down,
        "choose",
        "next file; tab completes; esc or typing on keeps what is typed",
    ),
    row(
        Layer::Path,
        &[on(KeyCode::Enter)],
        Action::Confirm,
        "insert",
        "the text of the file that was chosen or typed out takes the field's place; else enter is enter",
    ),
    row(Layer::Path, &[on(KeyCode::Up)], Action::Up, "", "previous file"),
    //
    row(Layer::Pick, &[on(KeyCode::Enter)], Action::Confirm, "take it", "put this value into the field"),
    row(
        Layer::Pick,
        &[char(']')],
        Action::NextTab,
        "older run",
        "the run before; tab: its result or its payload",
    ),
    row(Layer::Pick, &[char('[')], Action::PreviousTab, "newer run", "the run after"),
    row(Layer::Pick, &[char(' ')], Action::Open, "unfold", "fold or unfold"),
    row(Layer::Pick, &[char('j'), on(KeyCode::Down)], Action::Down, "", "down"),
    row(Layer::Pick, &[char('k'), on(KeyCode::Up)], Action::Up, "", "up"),
    row(Layer::Pick, &[char('g'), on(KeyCode::Home)], Action::First, "", "to the beginning"),
    row(Layer::Pick, &[char('G'), on(KeyCode::End)], Action::Last, "", "to the end"),
    row(Layer::Pick, &[on(KeyCode::PageDown)], Action::PageDown, "", "a page down"),
    row(Layer::Pick, &[on(KeyCode::PageUp)], Action::PageUp, "", "a page up"),
    row(Layer::Pick, &[char('h'), on(KeyCode::Left)], Action::Left, "", "fold"),
    row(Layer::Pick, &[char('l'), on(KeyCode::Right)], Action::Right, "", "unfold"),
    //
    row(Layer::Name, &[on(KeyCode::Enter)], Action::Confirm, "", "save under this name; again: overwrite"),
    //
    row(Layer::SaveAs, &[on(KeyCode::Enter)], Action::Confirm, "", "save under this name; again: overwrite"),
    //
    row(
        Layer::Presets,
        &[on(KeyCode::Enter)],
        Action::Confirm,
        "",
        "load it; remove it, where that is asked",
    ),
    row(Layer::Presets, &[char('r')], Action::Rename, "", "another name, or another file"),
    row(Layer::Presets, &[char('d')], Action::Remove, "", "remove it; asks once"),
    row(Layer::Presets, &[char('j'), on(KeyCode::Down)], Action::Down, "", "down"),
    row(Layer::Presets, &[char('k'), on(KeyCode::Up)], Action::Up, "", "up"),
    //
    row(Layer::Copy, &[on(KeyCode::Enter)], Action::Confirm, "", "copy what is chosen"),
    row(Layer::Copy, &[char('c')], Action::CopyCommand, "", "`plugdeck run …`, for any shell"),
    row(Layer::Copy, &[char('d')], Action::CopyPython, "", "the direct python line"),
    row(Layer::Copy, &[char('a')], Action::CopyAgenthub, "", "`agenthub exec …`"),
    row(Layer::Copy, &[char('p')], Action::CopyPayload, "", "the payload"),
    row(Layer::Copy, &[char('y')], Action::CopyValue, "", "the selected value of a result"),
    row(Layer::Copy, &[char('P')], Action::CopyPath, "", "its path"),
    row(Layer::Copy, &[char('r')], Action::CopyResult, "", "the result as it was written"),
    row(Layer::Copy, &[char('j'), on(KeyCode::Down)], Action::Down, "", "down"),
    row(Layer::Copy, &[char('k'), on(KeyCode::Up)], Action::Up, "", "up"),
];
