//! The keys of the palette, of narrowing a list, and of the screen itself.

use crossterm::event::KeyCode;

use crate::tui::keymap::table::{char, ctrl, on, row};
use crate::tui::keymap::{Action, Binding, Layer};

const PALETTE: &str = "commands: every action, agent, method, run and theme by name";

const DOCTOR: &str = "doctor: what plugdeck finds on this machine, and what to do about what is missing";

pub const WAYS: &[Binding] = &[
    row(Layer::Everywhere, &[ctrl('p')], Action::Palette, "", PALETTE),
    //
    row(Layer::Lists, &[char(':')], Action::Palette, "commands", PALETTE),
    row(
        Layer::Lists,
        &[char('z')],
        Action::Zoom,
        "",
        "zoom: the focused pane alone; z or esc brings the rest back",
    ),
    row(Layer::Lists, &[char('<')], Action::EdgeLeft, "", "the edge between left and main pane to the left"),
    row(
        Layer::Lists,
        &[char('>')],
        Action::EdgeRight,
        "",
        "the edge between left and main pane to the right",
    ),
    row(
        Layer::Lists,
        &[char('M')],
        Action::Mouse,
        "",
        "mouse on or off: off, the terminal selects text by itself",
    ),
    row(
        Layer::Lists,
        &[char('Z')],
        Action::Freeze,
        "",
        "freeze the picture until the next key; data goes on",
    ),
    row(Layer::Lists, &[char('D')], Action::Doctor, "", DOCTOR),
    //
    row(
        Layer::Agents,
        &[char('/')],
        Action::Narrow,
        "filter",
        "only the agents and methods with these words",
    ),
    //
    row(
        Layer::Runs,
        &[char('/')],
        Action::Narrow,
        "filter",
        "only the runs with these words in agent, method, id or state",
    ),
    //
    row(Layer::Help, &[char('/')], Action::Narrow, "search", "only the keys with these words"),
    //
    row(Layer::Doctor, &[char('y')], Action::CopyAs, "copy", "copy all of it"),
    //
    row(Layer::Palette, &[on(KeyCode::Enter)], Action::Confirm, "", "do it, or go there"),
    row(Layer::Palette, &[on(KeyCode::Down), ctrl('n')], Action::Down, "", "down; tab too"),
    row(Layer::Palette, &[on(KeyCode::Up)], Action::Up, "", "up; shift-tab too"),
    row(Layer::Palette, &[on(KeyCode::PageDown)], Action::PageDown, "", "a page down"),
    row(Layer::Palette, &[on(KeyCode::PageUp)], Action::PageUp, "", "a page up"),
    //
    row(
        Layer::Filter,
        &[on(KeyCode::Enter)],
        Action::Confirm,
        "keep",
        "keep the list so; esc brings all of it back",
    ),
    row(Layer::Filter, &[on(KeyCode::Down), ctrl('n')], Action::Down, "", "down"),
    row(Layer::Filter, &[on(KeyCode::Up)], Action::Up, "", "up"),
    row(Layer::Filter, &[on(KeyCode::PageDown)], Action::PageDown, "", "a page down"),
    row(Layer::Filter, &[on(KeyCode::PageUp)], Action::PageUp, "", "a page up"),
];
