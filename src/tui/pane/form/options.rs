//! What a person chooses for one call beside its parameters: limits, variables, tool context. They stand behind the
//! fields and are walked to in the same order.
//!
//! The tool context is a part of the payload, so the JSON side has it too. The others are not, and are kept with the
//! form.

mod draw;
mod kept;
mod keys;
mod row;

use std::path::{Path, PathBuf};

use crate::ops::call::Options;
use crate::ops::drafts;
use crate::ops::profile::Looked;
use crate::run::spec::Added;
use crate::text::amount;
use crate::tui::effect::Effect;
use crate::tui::pane::form::Form;
use crate::tui::pane::form::check::Problem;
use crate::tui::pane::form::editor::Editor;
use crate::tui::pane::form::field::{Field, Trouble};
use crate::tui::pane::form::json::JsonError;
use crate::tui::pane::form::options::row::{LIMITS, ROWS};
use crate::tui::pane::sign;

pub use crate::tui::pane::form::options::draw::Drawn;
pub use crate::tui::pane::form::options::row::Row;

/// What a person writes for no limit; an empty text says the same.
const OFF: &str = "off";

/// Where a person can be among the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The summary, which folds and unfolds the rows.
    Head,
    Row(Row),
    Context,
}

/// A text that is no limit: where it stands, and one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub row: Row,
    pub message: String,
}

/// The options under edit.
#[derive(Debug)]
pub struct Chosen {
    open: bool,
    limits: [Editor; LIMITS.len()],
    profile: Option<String>,
    env_files: Vec<PathBuf>,
    /// What was found last, and for what.
    looked: Option<(Added, Looked)>,
    /// What was looked for last.
    asked: Option<Added>,
    /// The payload's tool context; absent by default.
    pub context: Field,
    context_open: bool,
    /// What a new form has.
    untouched: drafts::Options,
}

impl Chosen {
    /// What holds where nothing is chosen.
    pub fn new(usual: &Options) -> Self {
        let mut chosen = Self {
            open: false,
            limits: LIMITS.map(|_| Editor::new("")),
            profile: None,
            env_files: Vec::new(),
            looked: None,
            asked: None,
            context: Field::undeclared("tool_context"),
            context_open: false,
            untouched: drafts::Options::default(),
        };
        chosen.set(usual);
        chosen.untouched = chosen.texts();
        chosen
    }

    /// Takes the options of an earlier run, save for the tool context: the payload has it.
    pub fn set(&mut self, options: &Options) {
        let Options { timeout, silence, silence_notice, memory_bytes, processes, cpu, open_files, .. } =
            options;
        self.limits = LIMITS.map(|row| {
            let text = match row {
                Row::Timeout => timeout.map(amount::in_seconds),
                Row::Silence => silence.map(amount::in_seconds),
                Row::Notice => silence_notice.map(amount::in_seconds),
                Row::Memory => memory_bytes.map(amount::in_size),
                Row::Processes => processes.map(|count| count.to_string()),
                Row::Cpu => cpu.map(amount::in_seconds),
                Row::OpenFiles => open_files.map(|count| count.to_string()),
                Row::Profile | Row::EnvFiles => None,
            };
            Editor::new(&text.unwrap_or_default())
        });
        self.profile.clone_from(&options.profile);
        self.env_files.clone_from(&options.env_files);
    }

    /// Takes over what was chosen in another form of the same method; the tool context comes with the payload.
    pub fn keep(&mut self, other: Self) {
        *self = Self {
            context: std::mem::replace(&mut self.context, Field::undeclared("tool_context")),
            ..other
        };
    }

    /// The options, without the tool context; or the first text that is no limit.
    pub fn read(&self) -> Result<Options, Wrong> {
        let seconds = |text: &str| amount::seconds(text);
        let some = |read: fn(&str) -> Result<u64, String>| move |text: &str| read(text).map(Some);
        Ok(Options {
            timeout: self.limit(Row::Timeout, seconds)?,
            silence: self.limit(Row::Silence, seconds)?,
            silence_notice: self.limit(Row::Notice, seconds)?,
            memory_bytes: self.limit(Row::Memory, some(amount::size))?,
            processes: self.limit(Row::Processes, some(amount::count))?,
            cpu: self.limit(Row::Cpu, seconds)?,
            open_files: self.limit(Row::OpenFiles, some(amount::count))?,
            tool_context: None,
            profile: self.profile.clone(),
            env_files: self.env_files.clone(),
        })
    }

    fn limit<T>(
        &self,
        row: Row,
        read: impl Fn(&str) -> Result<Option<T>, String>,
    ) -> Result<Option<T>, Wrong> {
        let text = self.text(row);
        let text = text.trim();
        if text.is_empty() || text.eq_ignore_ascii_case(OFF) {
            return Ok(None);
        }
        read(text)
            .map_err(|error| Wrong { row, message: format!("{} {text:?}: {error}, or {OFF}", row.label()) })
    }

    /// What is wrong with this row. A limit that cannot be read keeps a run from being started.
    fn wrong(&self, row: Row) -> Option<String> {
        let seconds = |text: &str| amount::seconds(text).map(drop);
        let wrong = |read: &dyn Fn(&str) -> Result<(), String>| {
            self.limit(row, |text| read(text).map(Some)).err().map(|wrong| wrong.message)
        };
        match row {
            Row::Timeout | Row::Silence | Row::Notice | Row::Cpu => wrong(&seconds),
            Row::Memory => wrong(&|text| amount::size(text).map(drop)),
            Row::Processes | Row::OpenFiles => wrong(&|text| amount::count(text).map(drop)),
            Row::Profile | Row::EnvFiles => self.looked(row)?.variables.as_ref()?.as_ref().err().cloned(),
        }
    }

    /// Every sentence of [`Self::wrong`].
    fn all_wrong(&self) -> Vec<String> {
        let rows = LIMITS.iter().chain(&[Row::Profile, Row::EnvFiles]);
        rows.filter_map(|row| self.wrong(*row)).collect()
    }

    /// What was found behind the chosen variables, told at this row: at the last one that adds any.
    fn looked(&self, row: Row) -> Option<&Looked> {
        let teller = if self.env_files.is_empty() { Row::Profile } else { Row::EnvFiles };
        // What was found for another choice says nothing.
        let is_this = |looked: &&(Added, Looked)| looked.0 == self.added();
        let looked = self.looked.as_ref().filter(|_| row == teller).filter(is_this)?;
        (!self.added().is_none()).then_some(&looked.1)
    }

    /// The names of the variables that are told of at this row, and what should be known of them.
    fn added_variables(&self, row: Row) -> Option<(String, &[String])> {
        let looked = self.looked(row)?;
        let sentence = match &looked.variables {
            None => "a pipe: it is read when the run starts".to_owned(),
            Some(Ok(names)) if names.is_empty() => "no variables".to_owned(),
            Some(Ok(names)) => {
                format!("{}: {}", sign::count(names.len(), "variable", "variables"), names.join(", "))
            }
            Some(Err(_)) => return None,
        };
        Some((sentence, &looked.warnings))
    }

    /// What keeps the tool context from being JSON.
    fn trouble(&self) -> Option<&JsonError> {
        match self.context.value()?.as_ref().err()? {
            Trouble::Json(error) => Some(error),
            Trouble::Kind(_) => None,
        }
    }

    /// What is wrong with the tool context; sent anyway, it goes as a text.
    pub fn problem(&self) -> Option<Problem> {
        let error = self.trouble()?;
        Some(Problem { parameter: None, message: format!("tool_context is not JSON: {error}") })
    }

    /// A limit as it is read: `off`, or with its unit.
    fn shown(&self, row: Row) -> String {
        let text = self.text(row);
        let text = sign::safe(text.trim());
        let seconds = matches!(row, Row::Timeout | Row::Silence | Row::Notice | Row::Cpu);
        match amount::seconds(&text) {
            _ if text.is_empty() || text.eq_ignore_ascii_case(OFF) => OFF.to_owned(),
            Ok(None) if seconds => OFF.to_owned(),
            Ok(Some(_)) if seconds => format!("{}s", text.trim_end_matches('s')),
            Ok(_) | Err(_) => text,
        }
    }

    /// The time limit, for one line of a summary.
    pub fn time_limit(&self) -> String {
        match self.shown(Row::Timeout) {
            limit if limit == OFF => "no time limit".to_owned(),
            limit => format!("at most {limit}"),
        }
    }

    /// Why a run would not be started with these.
    pub fn refusal(&self) -> Option<String> {
        self.all_wrong().into_iter().next()
    }

    fn added(&self) -> Added {
        Added { profile: self.profile.clone(), files: self.env_files.clone(), names: Vec::new() }
    }

    /// What is to be looked at now, if anything is.
    fn ask(&mut self) -> Option<Added> {
        let added = self.added();
        if (!self.open && added.is_none()) || self.asked.as_ref() == Some(&added) {
            return None;
        }
        self.asked = Some(added.clone());
        Some(added)
    }

    /// Has the files looked at anew: they may have been changed meanwhile.
    pub fn outdate(&mut self) {
        self.asked = None;
    }

    /// What there is to choose among: none, the profiles that were found, and one that is chosen all the same.
    fn profiles(&self) -> Vec<Option<&str>> {
        let found = self.looked.iter().flat_map(|(_, looked)| &looked.profiles);
        let mut profiles: Vec<_> =
            std::iter::once(None).chain(found.map(|name| Some(name.as_str()))).collect();
        if !profiles.contains(&self.profile.as_deref()) {
            profiles.push(self.profile.as_deref());
        }
        profiles
    }

    fn turn_profile(&mut self, step: isize) {
        let profiles = self.profiles();
        let now = profiles.iter().position(|name| *name == self.profile.as_deref()).unwrap_or(0);
        let next = (now.cast_signed() + step).rem_euclid(profiles.len().cast_signed());
        self.profile = profiles.get(next.unsigned_abs()).copied().flatten().map(str::to_owned);
    }

    /// Chooses one of those that are offered.
    fn choose_profile(&mut self, at: usize) {
        self.profile = self.profiles().get(at).copied().flatten().map(str::to_owned);
    }

    fn editor(&self, row: Row) -> Option<&Editor> {
        let at = LIMITS.iter().position(|limit| *limit == row)?;
        self.limits.get(at)
    }

    pub(super) fn editor_mut(&mut self, row: Row) -> Option<&mut Editor> {
        let at = LIMITS.iter().position(|limit| *limit == row)?;
        self.limits.get_mut(at)
    }

    fn text(&self, row: Row) -> String {
        self.editor(row).map(Editor::text).unwrap_or_default()
    }

    /// Where one can be now, from top to bottom.
    pub fn stops(&self) -> Vec<Stop> {
        let mut stops = vec![Stop::Head];
        if self.open {
            stops.extend(ROWS.map(Stop::Row));
        }
        stops.push(Stop::Context);
        stops
    }

    /// Whether keys can go into a text here.
    fn takes_text(&self, stop: Stop) -> bool {
        match stop {
            Stop::Head => false,
            Stop::Row(_) => true,
            Stop::Context => self.context_open,
        }
    }
}

impl Form {
    /// Which of the options is selected, if one is.
    pub(super) fn stop(&self) -> Option<Stop> {
        let at = self.selected.checked_sub(self.fields.len())?;
        self.options.stops().get(at).copied()
    }

    /// How many places there are to walk to: fields first.
    pub(super) fn places(&self) -> usize {
        self.fields.len() + self.options.stops().len()
    }

    /// Whether what is selected on the side of the fields has a text that keys can go into.
    pub(super) fn has_text(&self) -> bool {
        self.stop().is_none_or(|stop| self.options.takes_text(stop))
    }

    /// Selects one of the options; it is in sight then.
    pub(super) fn select_stop(&mut self, stop: Stop) {
        match stop {
            Stop::Head => {}
            Stop::Row(_) => self.options.open = true,
            Stop::Context => self.options.context_open = true,
        }
        if let Some(at) = self.options.stops().iter().position(|known| *known == stop) {
            self.selected = self.fields.len() + at;
        }
    }

    /// Takes the options of an earlier run.
    pub fn choose(&mut self, options: &Options) {
        self.options.set(options);
    }

    /// What is to be found out about profiles for showing the form.
    pub fn ask_profiles(&mut self) -> Option<Effect> {
        let added = self.options.ask()?;
        Some(Effect::LookAtProfiles { directory: self.listed.agent.directory.clone(), added })
    }

    /// Takes what was found.
    pub fn learn_profiles(&mut self, directory: &Path, added: &Added, looked: Looked) {
        if self.listed.agent.directory == directory && self.options.asked.as_ref() == Some(added) {
            self.options.looked = Some((added.clone(), looked));
        }
    }
}
