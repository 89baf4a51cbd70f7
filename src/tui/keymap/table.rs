//! The table of all keys; those of the form and of what opens over it stand in `forms`, those of finding one's way and
//! of the screen itself in `ways`.

mod forms;
mod lines;
mod ways;

use crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::keymap::{Action, Binding, Key, Layer};

const fn char(c: char) -> Key {
    Key { code: KeyCode::Char(c), modifiers: KeyModifiers::NONE }
}

const fn ctrl(c: char) -> Key {
    Key { code: KeyCode::Char(c), modifiers: KeyModifiers::CONTROL }
}

const fn on(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::NONE }
}

const fn shift(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::SHIFT }
}

const fn alt(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::ALT }
}

const fn alt_shift(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::ALT.union(KeyModifiers::SHIFT) }
}

const fn row(
    layer: Layer,
    keys: &'static [Key],
    action: Action,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding { layer, keys, action, label, help }
}

/// The help of the same key in several layers.
const WHY: &str = "why the run does not go on; looks at it now, where it is live";
const ACCEPT: &str =
    "not an error: the rule that says so is accepted for this method from now on; again: it counts again";
const STUCK: &str = "why the first run that seems stuck does not go on";
const COPY: &str = "copy the call: as a command for a shell, or its payload";
const PRESETS: &str = "the presets of the method: load or remove one";
const TIMES: &str = "times: since the start, the clock, since the line above, or off";
const EDITOR: &str = "the field's text, or the whole JSON text, in $VISUAL or $EDITOR";

/// All keys. The order inside a layer is the order in the footer and in the help.
pub const TABLES: [&[Binding]; 4] = [BENCH, lines::LINES, forms::FORMS, ways::WAYS];

const BENCH: &[Binding] = &[
    row(Layer::Everywhere, &[on(KeyCode::F(1))], Action::Help, "", "help for what has the focus"),
    row(Layer::Everywhere, &[on(KeyCode::Tab)], Action::Next, "", "next pane or field"),
    row(Layer::Everywhere, &[on(KeyCode::BackTab)], Action::Previous, "", "previous pane or field"),
    row(
        Layer::Everywhere,
        &[on(KeyCode::Esc)],
        Action::Back,
        "",
        "one step back; never quits, never stops a run",
    ),
    row(
        Layer::Everywhere,
        &[ctrl('c')],
        Action::Interrupt,
        "",
        "copies a selected text; else asks to quit, and twice quits at once; runs go on",
    ),
    row(Layer::Everywhere, &[ctrl('l')], Action::Redraw, "", "draw the screen anew"),
    row(Layer::Everywhere, &[ctrl('z')], Action::Suspend, "", "suspend; fg comes back"),
    row(Layer::Everywhere, &[ctrl('t')], Action::ChooseTheme, "", "choose a theme, shown as you go"),
    //
    row(Layer::Lists, &[char('j'), on(KeyCode::Down)], Action::Down, "", "down"),
    row(Layer::Lists, &[char('k'), on(KeyCode::Up)], Action::Up, "", "up"),
    row(Layer::Lists, &[char('g'), on(KeyCode::Home)], Action::First, "", "to the beginning"),
    row(Layer::Lists, &[char('G'), on(KeyCode::End)], Action::Last, "", "to the end"),
    row(Layer::Lists, &[ctrl('d')], Action::HalfDown, "", "half a page down"),
    row(Layer::Lists, &[ctrl('u')], Action::HalfUp, "", "half a page up"),
    row(Layer::Lists, &[on(KeyCode::PageDown)], Action::PageDown, "", "a page down"),
    row(Layer::Lists, &[on(KeyCode::PageUp)], Action::PageUp, "", "a page up"),
    row(
        Layer::Lists,
        &[char('h'), on(KeyCode::Left)],
        Action::Left,
        "",
        "fold; sideways in output, once no traceback on screen is open; back in time on a chart",
    ),
    row(
        Layer::Lists,
        &[char('l'), on(KeyCode::Right)],
        Action::Right,
        "",
        "unfold; sideways in output, once no traceback on screen is folded; on in time on a chart",
    ),
    row(Layer::Lists, &[char('1')], Action::FocusAgents, "", "agents"),
    row(Layer::Lists, &[char('2')], Action::FocusRuns, "", "runs"),
    row(Layer::Lists, &[char('3')], Action::FocusProcs, "", "processes"),
    row(Layer::Lists, &[char('4')], Action::FocusMain, "", "main pane"),
    row(Layer::Lists, &[char(']')], Action::NextTab, "", "next tab"),
    row(Layer::Lists, &[char('[')], Action::PreviousTab, "", "previous tab"),
    row(Layer::Lists, &[char(',')], Action::Settings, "", "the settings, to be changed in their file"),
    row(Layer::Lists, &[char('?')], Action::Help, "help", "help for what has the focus"),
    row(Layer::Lists, &[char('q')], Action::Quit, "quit", "quit; runs go on"),
    //
    row(Layer::Agents, &[on(KeyCode::Enter)], Action::Open, "open", "a method's form; fold or unfold"),
    row(
        Layer::Agents,
        &[char('r')],
        Action::Rerun,
        "rerun last",
        "run the method again with its last payload",
    ),
    row(Layer::Agents, &[char('e')], Action::Edit, "edit + rerun", "the form with the method's last payload"),
    row(
        Layer::Agents,
        &[char('b')],
        Action::Build,
        "build env",
        "show the plan for the agent's environment, then build",
    ),
    row(Layer::Agents, &[char('w')], Action::Why, "", STUCK),
    row(Layer::Agents, &[char('s')], Action::Sort, "", "an environment's packages by size, or by name"),
    row(Layer::Agents, &[char('p')], Action::Presets, "", PRESETS),
    //
    row(Layer::Runs, &[on(KeyCode::Enter)], Action::Open, "open", "the run's own page"),
    row(Layer::Runs, &[char('w')], Action::Why, "why", WHY),
    row(Layer::Runs, &[char('i')], Action::Accept, "not an error", ACCEPT),
    row(Layer::Runs, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Runs, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    row(Layer::Runs, &[char('S')], Action::Signal, "", "choose a signal for the run's first process"),
    row(Layer::Runs, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Runs, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Runs, &[char('b')], Action::Build, "build env", "build the environment of the run's agent"),
    row(Layer::Runs, &[char('y')], Action::CopyAs, "", COPY),
    //
    row(
        Layer::Procs,
        &[on(KeyCode::Enter)],
        Action::Open,
        "open",
        "the page of the process's run; of an orphan, its own",
    ),
    row(
        Layer::Procs,
        &[char('w')],
        Action::Why,
        "why",
        "why the process's run, or the orphan, does not go on",
    ),
    row(
        Layer::Procs,
        &[char('x')],
        Action::Stop,
        "stop tree",
        "stop the process's run, or end an orphan's tree; asks once",
    ),
    row(Layer::Procs, &[char('X')], Action::Kill, "", "kill them now; asks once"),
    row(Layer::Procs, &[char('S')], Action::Signal, "signal", "choose a signal for the process"),
    row(Layer::Procs, &[char('s')], Action::Sort, "sort", "newest first, by CPU, by memory, by age"),
    //
    row(Layer::Page, &[on(KeyCode::Enter)], Action::Open, "form", "the method's form"),
    row(Layer::Page, &[char('r')], Action::Rerun, "rerun last", "run the method again with its last payload"),
    row(Layer::Page, &[char('e')], Action::Edit, "edit + rerun", "the form with the method's last payload"),
    row(Layer::Page, &[char('b')], Action::Build, "build env", "build the agent's environment"),
    row(Layer::Page, &[char('w')], Action::Why, "", STUCK),
    row(Layer::Page, &[char('s')], Action::Sort, "sort", "an environment's packages by size, or by name"),
    row(Layer::Page, &[char('p')], Action::Presets, "", PRESETS),
    //
    row(
        Layer::Chart,
        &[on(KeyCode::Enter)],
        Action::ShowMoment,
        "show output",
        "the output from the cursor's time on",
    ),
    row(
        Layer::Chart,
        &[char('c')],
        Action::Cursor,
        "to top line",
        "the cursor to the time of the output's top line",
    ),
    row(Layer::Chart, &[char('H'), shift(KeyCode::Left)], Action::FarLeft, "", "ten steps back"),
    row(Layer::Chart, &[char('L'), shift(KeyCode::Right)], Action::FarRight, "", "ten steps on"),
    row(Layer::Chart, &[char('f')], Action::Follow, "follow", "follow the end of the output"),
    row(Layer::Chart, &[char('w')], Action::Why, "why", WHY),
    row(Layer::Chart, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Chart, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    row(Layer::Chart, &[char('S')], Action::Signal, "", "choose a signal for the run's first process"),
    row(Layer::Chart, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Chart, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Chart, &[char('W')], Action::Wrap, "wrap", "wrap long lines"),
    row(Layer::Chart, &[char('t')], Action::Times, "time", TIMES),
    //
    row(Layer::Result, &[on(KeyCode::Enter)], Action::Open, "unfold", "fold or unfold"),
    row(Layer::Result, &[char('i')], Action::Accept, "not an error", ACCEPT),
    row(
        Layer::Result,
        &[char('/')],
        Action::Search,
        "search",
        "search keys and values; /…/ is a regular expression",
    ),
    row(
        Layer::Result,
        &[char('y')],
        Action::CopyAs,
        "copy",
        "copy the selected value, its path, the result, the call",
    ),
    row(Layer::Result, &[char('s')], Action::Save, "save", "save the whole result to a file"),
    row(
        Layer::Result,
        &[char('v')],
        Action::View,
        "view",
        "the selected value in $PAGER; a string as its text",
    ),
    row(Layer::Result, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Result, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Result, &[char('n')], Action::NextHit, "", "next place of what was searched for"),
    row(Layer::Result, &[char('N')], Action::PreviousHit, "", "previous place"),
    row(Layer::Result, &[char('+')], Action::UnfoldAll, "", "unfold everything"),
    row(Layer::Result, &[char('-')], Action::FoldAll, "", "fold everything"),
    row(Layer::Result, &[char('T')], Action::ToggleRaw, "", "tree or raw text"),
    row(Layer::Result, &[char('H'), shift(KeyCode::Left)], Action::FarLeft, "", "code ten columns back"),
    row(
        Layer::Result,
        &[char('L'), shift(KeyCode::Right)],
        Action::FarRight,
        "",
        "code ten columns sideways",
    ),
    row(Layer::Result, &[char('w')], Action::Why, "why", WHY),
    row(Layer::Result, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Result, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    //
    row(Layer::Facts, &[char('w')], Action::Why, "why", WHY),
    row(Layer::Facts, &[char('i')], Action::Accept, "not an error", ACCEPT),
    row(Layer::Facts, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Facts, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Facts, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Facts, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    row(Layer::Facts, &[char('y')], Action::CopyAs, "", COPY),
    row(Layer::Facts, &[char('v')], Action::View, "", "the payload in $PAGER"),
    //
    row(
        Layer::Why,
        &[char('R'), char('w')],
        Action::Why,
        "look again",
        "look again: at its processes twice, one second apart, with one signal for the Python stack",
    ),
    row(Layer::Why, &[char('i')], Action::Accept, "not an error", ACCEPT),
    row(
        Layer::Why,
        &[char('o')],
        Action::OpenFrame,
        "open frame",
        "the frame in the agent's code, in $VISUAL or $EDITOR",
    ),
    row(
        Layer::Why,
        &[char('F')],
        Action::AllFrames,
        "all frames",
        "every frame and every open file, or the important ones",
    ),
    row(Layer::Why, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Why, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    row(Layer::Why, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Why, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Why, &[char('y')], Action::CopyAs, "", COPY),
    //
    row(Layer::Dialog, &[on(KeyCode::Enter)], Action::Confirm, "", "do it"),
    row(Layer::Dialog, &[char('q')], Action::Quit, "", "quit, where quitting is asked"),
    //
    row(Layer::Stop, &[on(KeyCode::Enter)], Action::Confirm, "", "do it; close, when it is done"),
    row(Layer::Stop, &[char('X')], Action::Kill, "", "kill now"),
    row(Layer::Stop, &[char('x')], Action::Stop, "", "once it is ending: kill now, without a question"),
    row(Layer::Stop, &[char('S')], Action::Signal, "", "choose a signal for the first process instead"),
    //
    row(Layer::Signals, &[on(KeyCode::Enter)], Action::Confirm, "", "send it"),
    row(Layer::Signals, &[char('j'), on(KeyCode::Down)], Action::Down, "", "down"),
    row(Layer::Signals, &[char('k'), on(KeyCode::Up)], Action::Up, "", "up"),
    //
    row(Layer::Themes, &[on(KeyCode::Enter)], Action::Confirm, "", "keep it, and write it into the settings"),
    row(Layer::Themes, &[char('j'), on(KeyCode::Down)], Action::Down, "", "next theme"),
    row(Layer::Themes, &[char('k'), on(KeyCode::Up)], Action::Up, "", "previous theme"),
    //
    row(
        Layer::Settings,
        &[on(KeyCode::Enter)],
        Action::Confirm,
        "",
        "turn it, take the next choice, or type its value",
    ),
    row(Layer::Settings, &[char('j'), on(KeyCode::Down)], Action::Down, "", "down"),
    row(Layer::Settings, &[char('k'), on(KeyCode::Up)], Action::Up, "", "up"),
    row(Layer::Settings, &[char('h'), on(KeyCode::Left)], Action::Left, "", "the choice before"),
    row(Layer::Settings, &[char('l'), on(KeyCode::Right)], Action::Right, "", "the next choice"),
    //
    row(Layer::Value, &[on(KeyCode::Enter)], Action::Confirm, "", "write it into the file"),
    //
    row(Layer::Plan, &[on(KeyCode::Enter)], Action::Confirm, "", "build as the plan says"),
    row(
        Layer::Plan,
        &[char('m')],
        Action::Literal,
        "",
        "as the manifest says: its own installation.commands; again: plugdeck's plan",
    ),
    row(
        Layer::Plan,
        &[char('u')],
        Action::FetchUv,
        "",
        "where there is no uv: fetch one with pip into plugdeck's cache; again: build with pip",
    ),
    row(Layer::Plan, &[char('j'), on(KeyCode::Down)], Action::Down, "", "down, where not all of it fits"),
    row(Layer::Plan, &[char('k'), on(KeyCode::Up)], Action::Up, "", "up"),
    //
    row(
        Layer::Welcome,
        &[char('d')],
        Action::Demo,
        "demo",
        "leave for the demonstration with the built-in agents",
    ),
];
