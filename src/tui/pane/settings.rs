//! Every setting with its value, and the way to change it in the file.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::config::table::{AUTO, Kind, SETTINGS, Setting, Takes};
use crate::config::{Loaded, Problem, Settings};
use crate::tui::effect::Effect;
use crate::tui::effect::settings::{SettingsNews, SettingsWork};
use crate::tui::keymap::Action;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::list::Cursor;
use crate::tui::pane::{Asked, Look, input, sign};
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{below, blank, bold, put, row, span, spread};
use crate::tui::widget::popup::{centred, dialog};
use crate::tui::widget::select::{scroll, select};
use crate::tui::widget::wrap::words;

/// Columns of the box, and of a setting's name.
const WIDTH: u16 = 100;
const NAME: usize = 18;
/// Rows of the box that are no settings: border, padding, what the selected one does, what became of it, the keys.
const OTHER: u16 = 11;
/// Screens with fewer rows have the settings close together, in a box without air; its keys stand in the footer.
const ROOMY: u16 = 22;
/// Rows of such a box that are no settings: border, a free row, and what the selected one does and became together.
const TIGHT: u16 = 6;
/// Rows of what the selected one does, and of what became of it.
const DOC: u16 = 2;
/// Longest value that is typed, in characters.
const LONGEST: usize = 60;

/// The page.
#[derive(Debug)]
pub struct SettingsPage {
    /// The file, as a person reads it.
    file: String,
    /// `None` until it was read.
    loaded: Option<Loaded>,
    /// Every theme that can be used.
    themes: Vec<String>,
    cursor: Cursor,
    /// The value that is typed.
    typed: Option<String>,
    /// What became of the last change.
    became: Option<Result<String, String>>,
}

impl SettingsPage {
    /// The settings of this file, which is still to be read.
    #[must_use]
    pub fn new(file: String) -> Self {
        Self { file, loaded: None, themes: Vec::new(), cursor: Cursor::default(), typed: None, became: None }
    }

    /// The file was read, after a change or before any.
    pub fn learn(&mut self, news: &SettingsNews) {
        (self.loaded, self.themes) = (Some(news.loaded.clone()), news.themes.clone());
        match &news.changed {
            None => {}
            Some(Ok(setting)) => {
                let value = setting.written(&news.loaded.settings);
                let when = match setting.takes {
                    Takes::Now => "from now on",
                    Takes::NextRun => "from the next run on",
                };
                (self.typed, self.became) = (None, Some(Ok(format!("{}: {value}, {when}", setting.key))));
            }
            Some(Err(why)) => self.became = Some(Err(why.clone())),
        }
    }

    /// What was set cannot be used after all.
    pub fn failed(&mut self, why: &str) {
        self.became = Some(Err(why.to_owned()));
    }

    /// Whether a value is typed now.
    #[must_use]
    pub fn types(&self) -> bool {
        self.typed.is_some()
    }

    /// Takes a key that is not in the table.
    pub fn key(&mut self, key: KeyEvent) {
        if let Some(typed) = &mut self.typed {
            input::key(typed, key, LONGEST);
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        if let Some(typed) = &mut self.typed {
            input::paste(typed, text, LONGEST);
        }
    }

    /// Moves, changes, or stops typing.
    pub fn act(&mut self, action: Action) -> Asked {
        let setting = self.selected();
        match (action, self.typed.take()) {
            (Action::Back, Some(_)) => {
                self.became = None;
                Asked::Nothing
            }
            (Action::Confirm, Some(value)) => {
                let work = SettingsWork::Set { setting, value: value.clone() };
                // It stays until it was written.
                self.typed = Some(value);
                Asked::Do(vec![Effect::Settings(work)])
            }
            (_, typed @ Some(_)) => {
                self.typed = typed;
                Asked::NotMine
            }
            (Action::Confirm | Action::Right, None) => self.turn(setting, 1, action == Action::Confirm),
            (Action::Left, None) => self.turn(setting, -1, false),
            (other, None) => {
                let rows = u16::try_from(SETTINGS.len()).unwrap_or(u16::MAX);
                if !self.cursor.act(other, rows, SETTINGS.len()) {
                    return Asked::NotMine;
                }
                self.became = None;
                Asked::Nothing
            }
        }
    }

    /// The next choice; of what is no choice the value to type, where `typing` is meant.
    fn turn(&mut self, setting: &'static Setting, by: isize, typing: bool) -> Asked {
        let Some(loaded) = &self.loaded else { return Asked::Nothing };
        let now = setting.written(&loaded.settings);
        let choices: Vec<&str> = match setting.kind {
            Kind::Flag(_) => vec!["false", "true"],
            Kind::Word { words, .. } => words.to_vec(),
            Kind::Theme(_) => std::iter::once(AUTO).chain(self.themes.iter().map(String::as_str)).collect(),
            Kind::Seconds(_) | Kind::Limit(_) | Kind::Count(_) | Kind::Size(_) => {
                (self.became, self.typed) = (None, typing.then_some(now));
                return Asked::Nothing;
            }
        };
        // What is none of them, a theme that is not there any more, is left for the first.
        let at = choices.iter().position(|choice| setting.typed(choice) == now);
        let next = at.map_or(0, |at| (at + choices.len()).saturating_add_signed(by) % choices.len());
        let value = choices[next].to_owned();
        Asked::Do(vec![Effect::Settings(SettingsWork::Set { setting, value })])
    }

    fn selected(&self) -> &'static Setting {
        &SETTINGS[self.cursor.selected().min(SETTINGS.len() - 1)]
    }

    /// The keys, as in a dialog.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        if self.types() {
            return vec![Hint::new("enter", "set"), Hint::new("esc", "leave it")];
        }
        let does = match self.selected().kind {
            Kind::Flag(_) => "turn",
            Kind::Word { .. } | Kind::Theme(_) => "next",
            Kind::Seconds(_) | Kind::Limit(_) | Kind::Count(_) | Kind::Size(_) => "change",
        };
        vec![Hint::new("enter", does), Hint::new("j k", "choose"), Hint::new("esc", "back")]
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let t = look.theme;
        let rows = u16::try_from(SETTINGS.len()).unwrap_or(u16::MAX);
        let tight = screen.height < ROOMY;
        let area = centred(screen, WIDTH, rows.saturating_add(if tight { TIGHT } else { OTHER }));
        let fact = vec![span(sign::safe(&self.file), t.dim), blank(1)];
        let mut inner = dialog(buffer, area, "Settings", fact, t);
        if tight {
            inner = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..inner };
        }
        let Some(loaded) = &self.loaded else {
            put(buffer, row(inner, 0), span("reading…", t.dim));
            return;
        };
        let other = if tight { TIGHT - 2 } else { OTHER - 4 };
        let list = Rect { height: inner.height.saturating_sub(other), ..inner };
        let first = scroll(0, self.cursor.selected(), SETTINGS.len(), usize::from(list.height));
        for (y, (at, setting)) in (0..list.height).zip(SETTINGS.iter().enumerate().skip(first)) {
            let place = row(list, y);
            let (left, right) = cells(setting, loaded, look);
            put(buffer, place, spread(left, right, usize::from(place.width)));
            if at == self.cursor.selected() {
                select(buffer, place, true, t);
            }
        }
        let columns = usize::from(inner.width);
        let lines = |text: &str, colour, most| {
            let lines = words(text, columns, most);
            lines.into_iter().map(|line| Line::from(span(line, colour))).collect::<Vec<_>>()
        };
        let said = |text: &str, colour| lines(text, colour, usize::from(DOC));
        let setting = self.selected();
        let wrong = |problem: &&Problem| problem.key == Some(setting.key);
        let elsewhere = |problem: &&Problem| problem.key.is_none();
        let problems = &loaded.problems;
        let problem = problems.iter().find(wrong).or(problems.iter().find(elsewhere));
        let under = match (&self.typed, &self.became, problem) {
            (Some(typed), became, _) => {
                let name = format!("{}  ", setting.key);
                let mut lines = vec![Line::from(vec![
                    span(name, t.dim),
                    bold(sign::safe(typed), t.bright),
                    span("▏", t.accent),
                ])];
                if let Some(Err(why)) = became {
                    lines.extend(said(&sign::safe(why), t.err));
                }
                lines
            }
            (None, Some(Err(why)), _) => said(&sign::safe(why), t.err),
            (None, Some(Ok(what)), _) => said(&format!("✓ {}", sign::safe(what)), t.ok),
            (None, None, Some(problem)) => said(&format!("▲ {}", sign::safe(&problem.sentence)), t.warn),
            (None, None, None) => Vec::new(),
        };
        let room =
            if tight { (other - 1).saturating_sub(u16::try_from(under.len()).unwrap_or(0)) } else { DOC };
        let doc = lines(setting.doc, t.fg, usize::from(room.clamp(1, DOC)));
        let mut notes = doc;
        if !tight {
            notes.resize(usize::from(DOC), Line::default());
        }
        notes.extend(under.into_iter().take(usize::from(DOC)));
        for (y, line) in (0..).zip(notes) {
            put(buffer, row(below(inner, list.height + 1), y), line);
        }
        if !tight {
            put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&self.hints(), look));
        }
    }
}

/// A setting's row: its name and value, and how that stands to the default.
fn cells(setting: &'static Setting, loaded: &Loaded, look: Look) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let t = look.theme;
    let value = setting.written(&loaded.settings);
    let default = setting.written(&Settings::default());
    let wrong = loaded.problems.iter().any(|problem| problem.key == Some(setting.key));
    let note = match (wrong, value == default) {
        (true, _) => vec![span("▲ wrong in the file", t.warn)],
        (false, true) => vec![span("by default", t.dim)],
        (false, false) => vec![span(format!("by default {default}"), t.dim)],
    };
    let own = value != default;
    let value = sign::safe(&value);
    let value = if own { bold(value, t.bright) } else { span(value, t.fg) };
    let name = format!("{:<NAME$}", setting.key);
    (vec![blank(2), span(name, t.dim), value], [note, vec![blank(1)]].concat())
}
