//! The environment of the agent that is looked at: read by the worker, only while its page is shown, and again when
//! something in the store has changed.

use std::sync::Arc;

use crate::tui::app::{App, Subject};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::pane::plan::Planned;
use crate::tui::widget::tabs;
use crate::venv::details::Details;
use crate::venv::plan::Wish;

/// What the main pane shows of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AgentTab {
    #[default]
    Overview,
    Env,
    Plan,
}

impl AgentTab {
    pub const NAMES: [&'static str; 3] = ["Overview", "Env", "Plan"];

    /// Its place among the names.
    pub fn index(self) -> usize {
        match self {
            Self::Overview => 0,
            Self::Env => 1,
            Self::Plan => 2,
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
    /// What a build of the agent that was looked at last would do.
    plan: Option<(String, Planned)>,
    /// The agent whose plan is being made.
    planning: Option<String>,
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

    /// What a build of this agent would do, as far as that is known.
    pub fn plan_of(&self, agent: &str) -> Option<&Planned> {
        self.plan.as_ref().filter(|(name, _)| name == agent).map(|(_, plan)| plan)
    }

    /// Takes a plan.
    pub fn learn_plan(&mut self, agent: &str, plan: &Planned) {
        self.planning = None;
        self.plan = Some((agent.to_owned(), plan.clone()));
    }

    /// Something in the store is not as it was.
    pub fn outdate(&mut self) {
        self.outdated = true;
        self.plan = None;
    }
}

impl App {
    /// Asks for the environment that is looked at, where it is not known as it is now.
    pub(super) fn inspect(&mut self, effects: &mut Vec<Effect>) {
        let Subject::Agent(agent) = self.subject() else { return };
        let wants_plan = self.pages.is_empty() && self.inspection.tab == AgentTab::Plan;
        if wants_plan && self.inspection.plan_of(&agent).is_none() && self.inspection.planning.is_none() {
            effects.push(Effect::Plan { agent: agent.clone(), wish: Wish::default() });
            self.inspection.planning = Some(agent.clone());
        }
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

    /// Another tab of an agent's page, where one is shown.
    pub(super) fn turn_agent_tab(&mut self, forward: bool) {
        if !matches!(self.subject(), Subject::Agent(_)) {
            return;
        }
        self.inspection.tab = match (self.inspection.tab, forward) {
            (AgentTab::Overview, true) | (AgentTab::Plan, false) => AgentTab::Env,
            (AgentTab::Env, true) | (AgentTab::Overview, false) => AgentTab::Plan,
            (AgentTab::Plan, true) | (AgentTab::Env, false) => AgentTab::Overview,
        };
        self.scroll = 0;
    }

    /// Turns to the tab of an agent's page whose name stands at this column of the title.
    pub(super) fn click_agent_tab(&mut self, column: u16, focused: bool) {
        let tabs = [AgentTab::Overview, AgentTab::Env, AgentTab::Plan];
        let active = self.inspection.tab.index();
        if matches!(self.subject(), Subject::Agent(_))
            && let Some(at) = tabs::title_at(&AgentTab::NAMES, active, focused, column)
        {
            (self.inspection.tab, self.scroll) = (tabs[at], 0);
        }
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
