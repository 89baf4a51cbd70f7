//! The environment of the agent that is looked at: read by the worker, only while its page is shown, and again when
//! something in the store has changed.

use std::sync::Arc;

use crate::tui::app::{App, Subject};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::venv::details::Details;

/// What the main pane shows of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AgentTab {
    #[default]
    Overview,
    Env,
}

impl AgentTab {
    pub const NAMES: [&'static str; 2] = ["Overview", "Env"];

    /// Its place among the names.
    pub fn index(self) -> usize {
        match self {
            Self::Overview => 0,
            Self::Env => 1,
        }
    }
}

/// The environments' page.
#[derive(Debug, Default)]
pub(super) struct Inspection {
    pub tab: AgentTab,
    /// Packages by their size instead of by name.
    pub by_size: bool,
    /// Of the agent that was looked at last.
    known: Option<(String, Arc<Details>)>,
    /// The agent whose environment is being read.
    reading: Option<String>,
    /// Something has changed since it was read.
    outdated: bool,
}

impl Inspection {
    /// What is known of this agent's environment.
    pub fn of(&self, agent: &str) -> Option<&Details> {
        self.known.as_ref().filter(|(name, _)| name == agent).map(|(_, details)| details.as_ref())
    }

    /// Takes what was read.
    pub fn learn(&mut self, agent: String, details: Arc<Details>) {
        self.reading = None;
        self.known = Some((agent, details));
    }

    /// Something in the store is not as it was.
    pub fn outdate(&mut self) {
        self.outdated = true;
    }
}

impl App {
    /// Asks for the environment that is looked at, where it is not known as it is now.
    pub(super) fn inspect(&mut self, effects: &mut Vec<Effect>) {
        let Subject::Agent(agent) = self.subject() else { return };
        let shown = self.pages.is_empty() && self.inspection.tab == AgentTab::Env;
        let known = self.inspection.of(&agent).is_some() && !self.inspection.outdated;
        if !shown || known || self.inspection.reading.is_some() {
            return;
        }
        let Some(listed) = self.world.agent(&agent) else { return };
        effects.push(Effect::Inspect { agent: agent.clone(), directory: listed.agent.directory.clone() });
        self.inspection.reading = Some(agent);
        self.inspection.outdated = false;
    }

    /// The other tab of an agent's page; whether one is shown.
    pub(super) fn turn_agent_tab(&mut self) -> bool {
        if !matches!(self.subject(), Subject::Agent(_)) {
            return false;
        }
        self.inspection.tab = match self.inspection.tab {
            AgentTab::Overview => AgentTab::Env,
            AgentTab::Env => AgentTab::Overview,
        };
        self.scroll = 0;
        true
    }

    /// Sorts the packages the other way; of any other action, and where none are shown, nothing.
    pub(super) fn sort(&mut self, action: Action) {
        if action == Action::Sort && self.shows_packages() {
            self.inspection.by_size = !self.inspection.by_size;
        }
    }

    /// Whether there is something to sort.
    pub(super) fn shows_packages(&self) -> bool {
        matches!(self.subject(), Subject::Agent(_)) && self.inspection.tab == AgentTab::Env
    }
}
