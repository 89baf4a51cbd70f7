//! Everything the dashboard knows of agents and runs, for the panes to draw from. Only the application changes it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::agent::manifest::Method;
use crate::ops::agents::Listed;
use crate::ops::marks::Mark;
use crate::process::id::ProcessId;
use crate::run::spec::{Kind, RunId};
use crate::run::status::State;
use crate::tui::seen::{Detail, OrphanTree, Page, Run};
use crate::venv::stamp::Environment;

/// What is known by now.
#[derive(Debug, Default)]
pub struct World {
    /// `None` until the store was read for the first time.
    pub agents: Option<Vec<Listed>>,
    /// Folders of the store that could not be read: path and reason.
    pub unreadable: Vec<(PathBuf, String)>,
    /// `None` until the folder of runs was read for the first time; the newest first.
    pub runs: Option<Vec<Arc<Run>>>,
    /// Those that are not listed, or not yet, too.
    pub runs_in_all: usize,
    /// Trees that nobody watches, as last seen.
    pub orphans: Vec<Arc<OrphanTree>>,
    /// Of the watched run.
    pub detail: Option<Box<Detail>>,
    /// Of the watched run.
    pub page: Option<Box<Page>>,
    /// What a person has marked, by run, in the order in which it stands there.
    pub marks: HashMap<RunId, Vec<Mark>>,
    /// The rules for soft errors that are accepted by now, by agent and method, as far as anybody has looked.
    pub accepted: HashMap<(String, String), Vec<String>>,
    last: HashMap<(String, String), Arc<Run>>,
    /// The runs that go on, and those that have left processes behind: few among thousands.
    live: Vec<Arc<Run>>,
    left: Vec<Arc<Run>>,
    /// Counts the looks at the runs.
    looks: u64,
}

/// How a method's earlier calls went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    pub runs: usize,
    /// The middle one of the durations of those that succeeded.
    pub median: Option<Duration>,
    pub peak_rss_bytes: u64,
}

impl World {
    /// Takes the newest look at the runs.
    pub fn set_runs(&mut self, runs: Vec<Arc<Run>>) {
        self.last.clear();
        for run in &runs {
            if let (Kind::Call, Some(method)) = (run.kind, &run.method) {
                self.last.entry((run.agent.clone(), method.clone())).or_insert_with(|| Arc::clone(run));
            }
        }
        let those = |is: fn(&Run) -> bool| runs.iter().filter(|run| is(run)).cloned().collect();
        self.live = those(Run::is_live);
        self.left = those(|run| !run.left.is_empty());
        self.looks += 1;
        self.runs = Some(runs);
    }

    /// All runs, the newest first.
    #[must_use]
    pub fn runs(&self) -> &[Arc<Run>] {
        self.runs.as_deref().unwrap_or_default()
    }

    /// All agents, sorted by name.
    #[must_use]
    pub fn agents(&self) -> &[Listed] {
        self.agents.as_deref().unwrap_or_default()
    }

    /// Whether the store is known and holds nothing, not even a folder that could not be read.
    #[must_use]
    pub fn has_no_agents(&self) -> bool {
        self.agents.as_ref().is_some_and(Vec::is_empty) && self.unreadable.is_empty()
    }

    /// The agent of this `namespace/folder` name.
    #[must_use]
    pub fn agent(&self, name: &str) -> Option<&Listed> {
        let (namespace, folder) = name.split_once('/')?;
        let is =
            |listed: &&Listed| listed.agent.name.namespace == namespace && listed.agent.name.folder == folder;
        self.agents().iter().find(is)
    }

    /// A method and its agent.
    #[must_use]
    pub fn method(&self, agent: &str, method: &str) -> Option<(&Listed, &Method)> {
        let listed = self.agent(agent)?;
        Some((listed, listed.agent.manifest.as_ref()?.method(method)?))
    }

    /// Where an agent's environment stands; a build that runs is seen at once.
    #[must_use]
    pub fn environment(&self, listed: &Listed) -> Environment {
        let name = listed.agent.name.to_string();
        let building = self.live().any(|run| run.kind == Kind::Build && run.agent == name);
        if building { Environment::Building } else { listed.environment.clone() }
    }

    /// The run of this id.
    #[must_use]
    pub fn run(&self, id: &RunId) -> Option<&Arc<Run>> {
        self.runs().iter().find(|run| run.id == *id)
    }

    /// The orphaned tree below this process.
    #[must_use]
    pub fn orphan(&self, root: ProcessId) -> Option<&Arc<OrphanTree>> {
        self.orphans.iter().find(|tree| tree.root == root)
    }

    /// The newest call of a method.
    #[must_use]
    pub fn last_run(&self, agent: &str, method: &str) -> Option<&Arc<Run>> {
        self.last.get(&(agent.to_owned(), method.to_owned()))
    }

    /// The newest build of an agent's environment.
    #[must_use]
    pub fn last_build(&self, agent: &str) -> Option<&Arc<Run>> {
        self.runs().iter().find(|run| run.kind == Kind::Build && run.agent == agent)
    }

    /// The runs that go on.
    pub fn live(&self) -> impl Iterator<Item = &Arc<Run>> {
        self.live.iter()
    }

    /// The runs that have left processes behind.
    #[must_use]
    pub fn left(&self) -> &[Arc<Run>] {
        &self.left
    }

    /// A number that is another one after each look at the runs.
    #[must_use]
    pub fn looks(&self) -> u64 {
        self.looks
    }

    /// How a method's earlier calls went.
    #[must_use]
    pub fn history(&self, agent: &str, method: &str) -> History {
        let mut history = History::default();
        let mut durations = Vec::new();
        for run in self.runs() {
            if run.kind != Kind::Call || run.agent != agent || run.method.as_deref() != Some(method) {
                continue;
            }
            history.runs += 1;
            if let Some(outcome) = &run.outcome {
                history.peak_rss_bytes = history.peak_rss_bytes.max(outcome.peak_rss_bytes);
            }
            if run.state == State::Succeeded {
                durations.push(run.took);
            }
        }
        durations.sort_unstable();
        history.median = durations.get(durations.len() / 2).copied();
        history
    }

    /// CPU and memory of all live runs together; `None` while there are none.
    #[must_use]
    pub fn usage(&self) -> Option<(f32, u64)> {
        let samples: Vec<_> = self.live().filter_map(|run| run.latest.as_ref()).collect();
        let sum = || {
            let cpu = samples.iter().map(|sample| sample.cpu_percent()).sum();
            (cpu, samples.iter().map(|sample| sample.rss_bytes()).sum())
        };
        (!samples.is_empty()).then(sum)
    }

    /// What is known of the watched run, if it is this one.
    #[must_use]
    pub fn detail_of(&self, run: &RunId) -> Option<&Detail> {
        self.detail.as_deref().filter(|detail| detail.run.id == *run)
    }

    /// The window of the watched run's output, if it is this one.
    #[must_use]
    pub fn page_of(&self, run: &RunId) -> Option<&Page> {
        self.page.as_deref().filter(|page| page.run == *run)
    }

    /// When a run started, as exactly as it is known; milliseconds since 1970.
    #[must_use]
    pub fn started_ms(&self, run: &Run) -> i64 {
        let started = self.detail_of(&run.id).map(|detail| detail.status.started_wall_ms);
        started.filter(|ms| *ms > 0).unwrap_or(run.created_ms)
    }

    /// The rules for soft errors that a person may accept, or has accepted, because of a run: the one that has seen an
    /// error in its result, else those it was called with.
    #[must_use]
    pub fn rules_of(&self, run: &Run) -> Vec<String> {
        let outcome = run.outcome.as_ref().filter(|_| run.kind == Kind::Call && run.unreadable.is_none());
        match outcome.map(|outcome| (outcome.state, &outcome.rule)) {
            Some((State::SoftError, rule)) => rule.iter().cloned().collect(),
            Some((State::Succeeded, _)) => {
                self.detail_of(&run.id).map_or_else(Vec::new, |detail| detail.spec.accepted.clone())
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// Whether all of these rules are accepted for a run's method by now.
    #[must_use]
    pub fn is_accepted(&self, run: &Run, rules: &[String]) -> bool {
        let place = (run.agent.clone(), run.method.clone().unwrap_or_default());
        let accepted = self.accepted.get(&place);
        !rules.is_empty() && accepted.is_some_and(|accepted| rules.iter().all(|rule| accepted.contains(rule)))
    }

    /// The marks in the output of a run, with their numbers.
    pub fn marks_of(&self, run: &RunId) -> impl Iterator<Item = (usize, Mark)> {
        (1..).zip(self.marks.get(run).into_iter().flatten().copied())
    }
}
