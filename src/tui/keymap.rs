//! Every key, once: this table makes the footer, the help and the README's section.
//!
//! What has the focus decides which layers apply, the most particular one first. Keys of the everywhere layer hold
//! in text fields too, so nothing printable is among them.

mod key;
pub mod table;

use crossterm::event::KeyEvent;

use crate::tui::keymap::table::TABLES;
use crate::tui::widget::bar::Hint;

pub use crate::tui::keymap::key::Key;

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
    /// Lines of the output, while some are selected.
    Select,
    /// The charts beside the output, while there is a cursor on them.
    Chart,
    Result,
    /// The line of a search.
    Search,
    /// The numbers and the payload of a run: nothing but moving.
    Facts,
    /// Why a run does not go on.
    Why,
    Build,
    /// A form while no text field of it has the focus.
    Form,
    /// A text field of a form, or its JSON editor.
    Text,
    /// The path of a file whose text or whose variables are wanted.
    File,
    /// The same, while it is typed into the field, behind an `@`.
    Path,
    /// A value to choose out of an earlier run.
    Pick,
    Dialog,
    /// The question whether a tree is to end, and the story of its end.
    Stop,
    /// A signal to choose.
    Signals,
    /// A theme to choose.
    Themes,
    /// The settings, and the value of one that is typed.
    Settings,
    Value,
    /// The plan of a build, before it is built.
    Plan,
    /// The name of a preset to save.
    Name,
    /// The name of a file to save.
    SaveAs,
    /// A preset to choose.
    Presets,
    /// What to copy.
    Copy,
    /// Everything that can be done or gone to, by name.
    Palette,
    /// The words that narrow a list.
    Filter,
    Help,
    /// What plugdeck finds on this machine.
    Doctor,
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
    ChooseTheme,
    Settings,
    Palette,
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
    Narrow,
    Zoom,
    EdgeLeft,
    EdgeRight,
    Mouse,
    Freeze,
    Doctor,
    // What is selected.
    Open,
    Build,
    Rerun,
    Edit,
    Stop,
    Kill,
    Signal,
    // Output.
    Follow,
    Wrap,
    Times,
    SelectLines,
    CopyLines,
    Search,
    NextHit,
    PreviousHit,
    Filter,
    MoreContext,
    LessContext,
    Streams,
    NextTrouble,
    PreviousTrouble,
    NextGap,
    PreviousGap,
    Mark,
    NextMark,
    PreviousMark,
    Accept,
    // The charts.
    Cursor,
    ShowMoment,
    FarLeft,
    FarRight,
    // Why.
    Why,
    AllFrames,
    OpenFrame,
    // Result.
    ToggleRaw,
    UnfoldAll,
    FoldAll,
    // What a run has given, elsewhere.
    View,
    Save,
    // Form.
    Submit,
    ToggleJson,
    EnterField,
    Omit,
    AsJson,
    Null,
    ItemUp,
    ItemDown,
    LayOut,
    InsertFile,
    PickValue,
    Suggest,
    Undo,
    Clear,
    Earlier,
    Later,
    SavePreset,
    Presets,
    EditText,
    // An agent's packages.
    Sort,
    // Popups.
    Confirm,
    Literal,
    FetchUv,
    CopyAs,
    Remove,
    Rename,
    CopyCommand,
    CopyPython,
    CopyAgenthub,
    CopyPayload,
    CopyValue,
    CopyPath,
    CopyResult,
    Demo,
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

/// What the key of this name asks for, as hints show it.
#[must_use]
pub fn named(layers: &[Layer], name: &str) -> Option<Action> {
    let has = |row: &&Binding| row.keys.iter().any(|key| key.name() == name);
    layers.iter().find_map(|layer| rows(*layer).find(has).map(|row| row.action))
}

/// The rows of one layer.
pub fn rows(layer: Layer) -> impl Iterator<Item = &'static Binding> {
    TABLES.into_iter().flatten().filter(move |row| row.layer == layer)
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
            Self::Select => "Selecting lines",
            Self::Chart => "Charts, with a cursor",
            Self::Result => "Result",
            Self::Search => "Search or filter, while it is written",
            Self::Facts => "Stats and payload",
            Self::Why => "Why",
            Self::Build => "Build",
            Self::Form => "Form",
            Self::Text => "Text field",
            Self::File => "Path of a file",
            Self::Path => "Text field that begins with @",
            Self::Pick => "Value of an earlier run",
            Self::Dialog => "Dialog",
            Self::Stop => "Stopping",
            Self::Signals => "Signal",
            Self::Themes => "Themes",
            Self::Settings => "Settings",
            Self::Value => "Value of a setting",
            Self::Plan => "The plan of a build",
            Self::Name => "Saving a preset",
            Self::SaveAs => "Saving a file",
            Self::Presets => "Presets",
            Self::Copy => "Copy as",
            Self::Palette => "Commands",
            Self::Filter => "Narrowing a list",
            Self::Help => "Help",
            Self::Doctor => "This machine",
            Self::Welcome => "Welcome",
        }
    }

    /// Every layer, in the order of the help.
    pub const ALL: [Self; 35] = [
        Self::Everywhere,
        Self::Lists,
        Self::Agents,
        Self::Runs,
        Self::Procs,
        Self::Page,
        Self::Output,
        Self::Select,
        Self::Chart,
        Self::Result,
        Self::Search,
        Self::Facts,
        Self::Why,
        Self::Build,
        Self::Form,
        Self::Text,
        Self::File,
        Self::Path,
        Self::Pick,
        Self::Dialog,
        Self::Stop,
        Self::Signals,
        Self::Themes,
        Self::Settings,
        Self::Value,
        Self::Plan,
        Self::Name,
        Self::SaveAs,
        Self::Presets,
        Self::Copy,
        Self::Palette,
        Self::Filter,
        Self::Help,
        Self::Doctor,
        Self::Welcome,
    ];

    /// The layers that hold together with this one, itself first.
    #[must_use]
    pub fn stack(self) -> Vec<Self> {
        match self {
            Self::Everywhere => vec![self],
            Self::Lists
            | Self::Search
            | Self::SaveAs
            | Self::Form
            | Self::Text
            | Self::File
            | Self::Pick
            | Self::Dialog
            | Self::Stop
            | Self::Signals
            | Self::Themes
            | Self::Settings
            | Self::Value
            | Self::Plan
            | Self::Name
            | Self::Presets
            | Self::Copy
            | Self::Palette
            | Self::Filter => vec![self, Self::Everywhere],
            Self::Path => vec![self, Self::Text, Self::Everywhere],
            Self::Agents
            | Self::Runs
            | Self::Procs
            | Self::Page
            | Self::Output
            | Self::Select
            | Self::Chart
            | Self::Result
            | Self::Facts
            | Self::Why
            | Self::Build
            | Self::Help
            | Self::Doctor
            | Self::Welcome => vec![self, Self::Lists, Self::Everywhere],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crossterm::event::{KeyCode, KeyModifiers};

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
        for row in [Layer::Text, Layer::Name, Layer::Palette, Layer::Filter]
            .into_iter()
            .flat_map(|layer| layer.stack().into_iter().flat_map(rows))
        {
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
        let readme = include_str!("../../README.md");
        let section =
            readme.split("<!-- keys -->\n").nth(1).and_then(|rest| rest.split("<!-- /keys -->").next());
        assert!(section == Some(&text), "the README's section on keys should be:\n{text}");
    }
}
