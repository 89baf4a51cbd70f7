//! Every key, once: this table makes the footer, the help and the README's section.
//!
//! What has the focus decides which layers apply, the most particular one first. Keys of the everywhere layer hold
//! in text fields too, so nothing printable is among them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::widget::bar::Hint;

/// What a group of keys belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Also while a text field has the focus.
    Everywhere,
    /// Everything that is not a text field or a dialog.
    Lists,
    Agents,
    Runs,
    Procs,
    /// A method's or an agent's page in the main pane.
    Page,
    Output,
    Result,
    /// The numbers and the payload of a run: nothing but moving.
    Facts,
    Build,
    /// A form while no text field of it has the focus.
    Form,
    /// A text field of a form, or its JSON editor.
    Text,
    Dialog,
    Help,
    Welcome,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    // Everywhere.
    Help,
    Next,
    Previous,
    Back,
    Interrupt,
    Redraw,
    Suspend,
    SwitchTheme,
    // Lists and viewers.
    Down,
    Up,
    First,
    Last,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    Left,
    Right,
    FocusAgents,
    FocusRuns,
    FocusProcs,
    FocusMain,
    NextTab,
    PreviousTab,
    Quit,
    // What is selected.
    Open,
    Build,
    Rerun,
    Edit,
    Stop,
    Kill,
    // Output.
    Follow,
    Wrap,
    Times,
    // Result.
    ToggleRaw,
    // Form.
    Submit,
    ToggleJson,
    EnterField,
    LeaveField,
    Editor,
    Suggest,
    EarlierPayload,
    LaterPayload,
    // Popups.
    Confirm,
    Demo,
}

/// One key as it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub modifiers: KeyModifiers,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub layer: Layer,
    pub keys: &'static [Key],
    pub action: Action,
    /// Two or three words for the footer; empty: not shown there.
    pub label: &'static str,
    /// One phrase for the help.
    pub help: &'static str,
}

const fn char(c: char) -> Key {
    Key { code: KeyCode::Char(c), modifiers: KeyModifiers::NONE }
}

const fn ctrl(c: char) -> Key {
    Key { code: KeyCode::Char(c), modifiers: KeyModifiers::CONTROL }
}

const fn on(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::NONE }
}

const fn alt(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::ALT }
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

/// All keys. The order inside a layer is the order in the footer and in the help.
pub const TABLE: &[Binding] = &[
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
        "asks to quit; twice quits at once; runs go on",
    ),
    row(Layer::Everywhere, &[ctrl('l')], Action::Redraw, "", "draw the screen anew"),
    row(Layer::Everywhere, &[ctrl('z')], Action::Suspend, "", "suspend; fg comes back"),
    row(Layer::Everywhere, &[ctrl('t')], Action::SwitchTheme, "", "next theme"),
    //
    row(Layer::Lists, &[char('j'), on(KeyCode::Down)], Action::Down, "", "down"),
    row(Layer::Lists, &[char('k'), on(KeyCode::Up)], Action::Up, "", "up"),
    row(Layer::Lists, &[char('g'), on(KeyCode::Home)], Action::First, "", "to the beginning"),
    row(Layer::Lists, &[char('G'), on(KeyCode::End)], Action::Last, "", "to the end"),
    row(Layer::Lists, &[ctrl('d')], Action::HalfDown, "", "half a page down"),
    row(Layer::Lists, &[ctrl('u')], Action::HalfUp, "", "half a page up"),
    row(Layer::Lists, &[on(KeyCode::PageDown)], Action::PageDown, "", "a page down"),
    row(Layer::Lists, &[on(KeyCode::PageUp)], Action::PageUp, "", "a page up"),
    row(Layer::Lists, &[char('h'), on(KeyCode::Left)], Action::Left, "", "fold; sideways in output"),
    row(Layer::Lists, &[char('l'), on(KeyCode::Right)], Action::Right, "", "unfold; sideways in output"),
    row(Layer::Lists, &[char('1')], Action::FocusAgents, "", "agents"),
    row(Layer::Lists, &[char('2')], Action::FocusRuns, "", "runs"),
    row(Layer::Lists, &[char('3')], Action::FocusProcs, "", "processes"),
    row(Layer::Lists, &[char('4')], Action::FocusMain, "", "main pane"),
    row(Layer::Lists, &[char(']')], Action::NextTab, "", "next tab"),
    row(Layer::Lists, &[char('[')], Action::PreviousTab, "", "previous tab"),
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
    //
    row(Layer::Runs, &[on(KeyCode::Enter)], Action::Open, "open", "the run's own page"),
    row(Layer::Runs, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Runs, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    row(Layer::Runs, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Runs, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Runs, &[char('b')], Action::Build, "build env", "build the environment of the run's agent"),
    //
    row(Layer::Procs, &[on(KeyCode::Enter)], Action::Open, "open run", "the page of the process's run"),
    row(Layer::Procs, &[char('x')], Action::Stop, "stop run", "stop the process's run; asks once"),
    row(Layer::Procs, &[char('X')], Action::Kill, "", "kill the process's run now; asks once"),
    //
    row(Layer::Page, &[on(KeyCode::Enter)], Action::Open, "form", "the method's form"),
    row(Layer::Page, &[char('r')], Action::Rerun, "rerun last", "run the method again with its last payload"),
    row(Layer::Page, &[char('e')], Action::Edit, "edit + rerun", "the form with the method's last payload"),
    row(Layer::Page, &[char('b')], Action::Build, "build env", "build the agent's environment"),
    //
    row(Layer::Output, &[on(KeyCode::Enter)], Action::Open, "open", "the run's own page"),
    row(Layer::Output, &[char('f')], Action::Follow, "follow", "follow the end of the output"),
    row(Layer::Output, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Output, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    row(Layer::Output, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Output, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Output, &[char('W')], Action::Wrap, "wrap", "wrap long lines"),
    row(Layer::Output, &[char('t')], Action::Times, "time", "times: since start, or off"),
    //
    row(Layer::Result, &[on(KeyCode::Enter)], Action::Open, "unfold", "fold or unfold"),
    row(Layer::Result, &[char('T')], Action::ToggleRaw, "raw", "tree or raw text"),
    row(Layer::Result, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Result, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Result, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Result, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    //
    row(Layer::Facts, &[char('r')], Action::Rerun, "rerun", "run again with the same payload"),
    row(Layer::Facts, &[char('e')], Action::Edit, "edit + rerun", "the form with this run's payload"),
    row(Layer::Facts, &[char('x')], Action::Stop, "stop", "stop the run's processes; asks once"),
    row(Layer::Facts, &[char('X')], Action::Kill, "", "kill the run's processes now; asks once"),
    //
    row(
        Layer::Build,
        &[on(KeyCode::Enter)],
        Action::Open,
        "",
        "start what the plan says; the lines of a step",
    ),
    row(Layer::Build, &[char('x')], Action::Stop, "cancel", "cancel the build; asks once"),
    row(Layer::Build, &[char('X')], Action::Kill, "", "kill the build's processes now; asks once"),
    row(
        Layer::Build,
        &[char('r'), char('b')],
        Action::Build,
        "build again",
        "show the plan, then build again",
    ),
    row(Layer::Build, &[char('f')], Action::Follow, "follow", "follow the end of the log"),
    row(Layer::Build, &[char('W')], Action::Wrap, "wrap", "wrap long lines"),
    row(Layer::Build, &[char('t')], Action::Times, "time", "times: since start, or off"),
    //
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
    //
    row(
        Layer::Text,
        &[ctrl('r'), alt(KeyCode::Enter), on(KeyCode::F(5))],
        Action::Submit,
        "run",
        "run with this payload",
    ),
    row(Layer::Text, &[on(KeyCode::F(2))], Action::ToggleJson, "JSON", "form or the whole payload as JSON"),
    row(Layer::Text, &[alt(KeyCode::Up)], Action::EarlierPayload, "", "the payload of an earlier run"),
    row(Layer::Text, &[alt(KeyCode::Down)], Action::LaterPayload, "", "the payload of a later run"),
    row(Layer::Text, &[ctrl(' ')], Action::Suggest, "", "choose among the options"),
    row(Layer::Text, &[ctrl('g'), on(KeyCode::F(4))], Action::Editor, "", "edit the field in $EDITOR"),
    //
    row(Layer::Dialog, &[on(KeyCode::Enter)], Action::Confirm, "", "do it"),
    row(Layer::Dialog, &[char('X')], Action::Kill, "", "kill now, where a stop is asked"),
    row(Layer::Dialog, &[char('q')], Action::Quit, "", "quit, where quitting is asked"),
    //
    row(Layer::Welcome, &[char('d')], Action::Demo, "demo", "how to try the built-in agents"),
];

impl Key {
    /// The key of an event: shift is part of a character, and not told twice.
    #[must_use]
    pub fn of(event: KeyEvent) -> Self {
        let mut modifiers =
            event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        if matches!(event.code, KeyCode::Char(_) | KeyCode::BackTab) {
            modifiers -= KeyModifiers::SHIFT;
        }
        Self { code: event.code, modifiers }
    }

    /// As a person reads it: `ctrl-r`, `enter`, `↓`.
    #[must_use]
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "space".into(),
            KeyCode::Char(c) => c.to_string(),
            KeyCode::F(n) => format!("F{n}"),
            KeyCode::Enter => "enter".into(),
            KeyCode::Esc => "esc".into(),
            KeyCode::Tab => "tab".into(),
            KeyCode::BackTab => "shift-tab".into(),
            KeyCode::Up => "↑".into(),
            KeyCode::Down => "↓".into(),
            KeyCode::Left => "←".into(),
            KeyCode::Right => "→".into(),
            other => other.to_string(),
        };
        let control = if self.modifiers.contains(KeyModifiers::CONTROL) { "ctrl-" } else { "" };
        let alt = if self.modifiers.contains(KeyModifiers::ALT) { "alt-" } else { "" };
        format!("{control}{alt}{name}")
    }
}

impl Binding {
    /// The keys of this row, as a person reads them.
    #[must_use]
    pub fn key_names(&self) -> String {
        self.keys.iter().map(|key| key.name()).collect::<Vec<_>>().join(", ")
    }
}

/// What a key asks for, where these layers apply; the first one that knows it decides.
#[must_use]
pub fn action(layers: &[Layer], event: KeyEvent) -> Option<Action> {
    let key = Key::of(event);
    layers.iter().find_map(|layer| rows(*layer).find(|row| row.keys.contains(&key)).map(|row| row.action))
}

/// The rows of one layer.
pub fn rows(layer: Layer) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |row| row.layer == layer)
}

/// The footer's hints for these layers: rows with a label whose action makes sense now.
#[must_use]
pub fn hints(layers: &[Layer], enabled: impl Fn(Action) -> bool) -> Vec<Hint> {
    layers
        .iter()
        .flat_map(|layer| rows(*layer))
        .filter(|row| !row.label.is_empty() && enabled(row.action))
        .map(|row| Hint::new(row.keys[0].name(), row.label))
        .collect()
}

impl Layer {
    /// Its heading in the help and in the README.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Lists => "Lists and viewers",
            Self::Agents => "Agents",
            Self::Runs => "Runs",
            Self::Procs => "Processes",
            Self::Page => "A method's page",
            Self::Output => "Output",
            Self::Result => "Result",
            Self::Facts => "Stats and payload",
            Self::Build => "Build",
            Self::Form => "Form",
            Self::Text => "Text field",
            Self::Dialog => "Dialog",
            Self::Help => "Help",
            Self::Welcome => "Welcome",
        }
    }

    /// Every layer, in the order of the help.
    pub const ALL: [Self; 15] = [
        Self::Everywhere,
        Self::Lists,
        Self::Agents,
        Self::Runs,
        Self::Procs,
        Self::Page,
        Self::Output,
        Self::Result,
        Self::Facts,
        Self::Build,
        Self::Form,
        Self::Text,
        Self::Dialog,
        Self::Help,
        Self::Welcome,
    ];

    /// The layers that hold together with this one, itself first.
    #[must_use]
    pub fn stack(self) -> Vec<Self> {
        match self {
            Self::Everywhere => vec![self],
            Self::Form | Self::Text | Self::Dialog => vec![self, Self::Everywhere],
            Self::Lists => vec![self, Self::Everywhere],
            Self::Agents
            | Self::Runs
            | Self::Procs
            | Self::Page
            | Self::Output
            | Self::Result
            | Self::Facts
            | Self::Build
            | Self::Help
            | Self::Welcome => vec![self, Self::Lists, Self::Everywhere],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_at_once() {
        for layer in Layer::ALL {
            let mut seen = HashSet::new();
            for row in layer.stack().into_iter().flat_map(rows) {
                for key in row.keys {
                    assert!(seen.insert(*key), "{layer:?}: {} is there twice", key.name());
                }
            }
        }
    }

    #[test]
    fn nothing_printable_is_taken_from_text_fields() {
        for row in Layer::Text.stack().into_iter().flat_map(rows) {
            for key in row.keys {
                let printable = matches!(key.code, KeyCode::Char(_)) && key.modifiers.is_empty();
                assert!(!printable, "{}", key.name());
            }
        }
    }

    #[test]
    fn shift_is_part_of_a_character() {
        let event = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(action(&Layer::Runs.stack(), event), Some(Action::Last));
    }

    /// The README's section on keys is this text.
    #[test]
    fn the_table_is_the_readme_section() {
        let mut text = String::new();
        for layer in Layer::ALL.into_iter().filter(|layer| rows(*layer).next().is_some()) {
            text += &format!("\n**{}**\n\n| key | does |\n|---|---|\n", layer.title());
            for row in rows(layer) {
                text += &format!("| `{}` | {} |\n", row.key_names().replace(", ", "` `"), row.help);
            }
        }
        insta::assert_snapshot!(text);
    }
}
