//! Presets over the form: the line that saves one, and the list to choose from.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::agent::catalog::AgentName;
use crate::ops::presets::{Home, Preset, Values};
use crate::tui::keymap::Action;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::list::Cursor;
use crate::tui::pane::{Look, input, sign};
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{below, blank, bold, put, row, span, spread, wrap};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::widget::select::select;

/// Columns of the boxes.
const WIDTH: u16 = 72;

/// Most rows of the list.
const ROWS: u16 = 12;

/// Longest name, in characters.
const LONGEST: usize = 80;

/// Whose presets they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    pub agent: AgentName,
    pub directory: std::path::PathBuf,
    pub method: String,
}

/// The line that asks for a name.
#[derive(Debug)]
pub struct Saving {
    pub owner: Owner,
    pub values: Values,
    pub name: String,
    pub home: Home,
    /// There is one of this name: the next enter overwrites it.
    pub exists: bool,
    /// It is there already, under this name.
    pub instead_of: Option<(Home, String)>,
    /// The files of the agent and of the user, as a person reads them.
    files: [String; 2],
}

impl Saving {
    /// Asks for the name of these values; `name` is offered.
    #[must_use]
    pub fn new(owner: Owner, values: Values, name: String, files: [String; 2]) -> Self {
        Self { owner, values, name, home: Home::Agent, exists: false, instead_of: None, files }
    }

    /// Asks for another name, or another file, of a preset that is there.
    #[must_use]
    pub fn renaming(owner: Owner, preset: Preset, files: [String; 2]) -> Self {
        let instead_of = Some((preset.home, preset.name.clone()));
        let saving = Self::new(owner, preset.values, preset.name, files);
        Self { home: preset.home, instead_of, ..saving }
    }

    /// Takes a key that is not in the table.
    pub fn key(&mut self, key: KeyEvent) {
        self.exists = false;
        input::key(&mut self.name, key, LONGEST);
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        self.exists = false;
        input::paste(&mut self.name, text, LONGEST);
    }

    /// The other place to save at.
    pub fn turn(&mut self) {
        self.exists = false;
        self.home = match self.home {
            Home::Agent => Home::User,
            Home::User => Home::Agent,
        };
    }

    /// The name as it is saved; `None` while there is none.
    #[must_use]
    pub fn chosen(&self) -> Option<&str> {
        Some(self.name.trim()).filter(|name| !name.is_empty())
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let save = if self.exists { "overwrite it" } else { "save" };
        vec![Hint::new("enter", save), Hint::new("tab", "the other file"), Hint::new("esc", "back")]
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let does = if self.instead_of.is_some() { "Rename" } else { "Save" };
        let title = format!("{does} a preset of {}", sign::safe(&self.owner.method));
        let inner = dialog(buffer, centred(screen, WIDTH, 11), &title, Vec::new(), t);
        let columns = usize::from(inner.width);
        let name = sign::safe(&self.name);
        let room = columns.saturating_sub(8);
        let mut from = 0;
        while crate::text::width(&name[from..]) > room {
            from += name[from..].chars().next().map_or(1, char::len_utf8);
        }
        let line = vec![span("name  ", t.dim), bold(name[from..].to_owned(), t.bright), span("▏", t.accent)];
        put(buffer, row(inner, 0), Line::from(line));
        let (file, whose) = match self.home {
            Home::Agent => (&self.files[0], "in the agent's folder, to be shared with it"),
            Home::User => (&self.files[1], "your own, for this agent"),
        };
        put(buffer, row(inner, 2), Line::from(vec![span("into  ", t.dim), span(sign::safe(file), t.fg)]));
        put(buffer, row(inner, 3), Line::from(vec![blank(6), span(whose, t.dim)]));
        if self.exists {
            put(buffer, row(inner, 4), bold("▲ there is one of this name: enter overwrites it", t.warn));
        }
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&self.hints(), look));
    }
}

/// The list of presets.
#[derive(Debug)]
pub struct Presets {
    pub owner: Owner,
    /// `None` until it was read; each with what does not fit the method any more.
    list: Option<Vec<(Preset, Option<String>)>>,
    /// Files that cannot be read.
    troubles: Vec<String>,
    cursor: Cursor,
    /// The selected one is removed at the next enter.
    pub removes: bool,
}

impl Presets {
    /// The presets of a method, which are still to be read.
    #[must_use]
    pub fn new(owner: Owner) -> Self {
        Self { owner, list: None, troubles: Vec::new(), cursor: Cursor::default(), removes: false }
    }

    /// They have been read.
    pub fn learn(&mut self, list: Vec<(Preset, Option<String>)>, troubles: Vec<String>) {
        self.cursor.settle(None, list.len());
        (self.list, self.troubles, self.removes) = (Some(list), troubles, false);
    }

    /// The selected one, and what does not fit.
    #[must_use]
    pub fn selected(&self) -> Option<&(Preset, Option<String>)> {
        self.list.as_ref()?.get(self.cursor.selected())
    }

    /// Moves, or asks whether to remove; whether the action was taken.
    pub fn act(&mut self, action: Action) -> bool {
        let rows = self.list.as_ref().map_or(0, Vec::len);
        if action == Action::Remove {
            self.removes = self.selected().is_some();
            return true;
        }
        if action == Action::Back && self.removes {
            self.removes = false;
            return true;
        }
        let moved = self.cursor.act(action, ROWS, rows);
        self.removes &= !moved;
        moved
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        if self.removes {
            return vec![Hint::new("enter", "remove it"), Hint::new("esc", "keep it")];
        }
        match self.selected() {
            Some(_) => vec![
                Hint::new("enter", "load"),
                Hint::new("j k", "choose"),
                Hint::new("r", "rename"),
                Hint::new("d", "remove"),
                Hint::new("esc", "back"),
            ],
            None => vec![Hint::new("esc", "back")],
        }
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let list = self.list.as_deref().unwrap_or_default();
        let columns = usize::from(WIDTH.min(screen.width).saturating_sub(6));
        let mut below_list: Vec<_> = self
            .troubles
            .iter()
            .flat_map(|trouble| wrap(&sign::safe(trouble), columns))
            .map(|line| span(line, t.err))
            .collect();
        if self.list.is_none() {
            below_list.push(span("reading…", t.dim));
        } else if list.is_empty() && self.troubles.is_empty() {
            below_list.push(span("none yet: ctrl-s in the form saves one", t.dim));
        }
        if let Some((_, Some(misfit))) = self.selected() {
            let lines = wrap(&sign::safe(misfit), columns);
            below_list.extend(lines.into_iter().map(|line| span(line, t.warn)));
        }
        if let (true, Some((preset, _))) = (self.removes, self.selected()) {
            below_list.push(bold(format!("▲ remove {} for good?", sign::safe(&preset.name)), t.warn));
        }
        let rows = u16::try_from(list.len()).unwrap_or(ROWS).min(ROWS);
        let more = u16::try_from(below_list.len()).unwrap_or(0);
        let title = format!("Presets of {}", sign::safe(&self.owner.method));
        let area = centred(screen, WIDTH, rows + more + 7);
        let inner = dialog(buffer, area, &title, Vec::new(), t);
        let shown = rows.min(inner.height.saturating_sub(more + 2));
        let first = self.cursor.selected().saturating_sub(usize::from(shown.saturating_sub(1)));
        for (y, (at, (preset, misfit))) in (0..shown).zip(list.iter().enumerate().skip(first)) {
            let place = row(inner, y);
            let whose = match preset.home {
                Home::Agent => "the agent's",
                Home::User => "your own",
            };
            let left = vec![blank(2), bold(sign::safe(&preset.name), t.fg)];
            let mut right = vec![span(whose, t.dim), blank(1)];
            if misfit.is_some() {
                right.splice(0..0, [span("▲ does not fit", t.warn), blank(2)]);
            }
            put(buffer, place, spread(left, right, usize::from(place.width)));
            if at == self.cursor.selected() {
                select(buffer, place, true, t);
            }
        }
        for (y, line) in (shown + u16::from(shown > 0)..).zip(below_list) {
            put(buffer, row(below(inner, 0), y), line);
        }
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&self.hints(), look));
    }
}
