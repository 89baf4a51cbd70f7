//! Builds an agent's environment: a run of several steps. While a call of that agent goes on the build waits for it,
//! as its first step, since a running agent is right neither in the old environment nor in the new one.

use std::path::Path;

use crate::agent::catalog::Agent;
use crate::agent::manifest::Manifest;
use crate::ops::launch::{self, How, Prepared};
use crate::ops::{Context, Rejected, Why, agents, runs};
use crate::run::spec::{Added, FORMAT, Kind, RunSpec};
use crate::run::view::RunView;
use crate::venv::fetched;
use crate::venv::folder;
use crate::venv::machine::{Machine, Surroundings};
use crate::venv::plan::{self, Plan, Wish};
use crate::venv::probe::{self, Found};
use crate::venv::stamp::{self, Environment, Stamp};
use crate::venv::swap;

/// What a person decided beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A `.venv` that plugdeck did not build may be replaced.
    pub replace_foreign: bool,
    pub wish: Wish,
}

/// A build that can be started.
#[derive(Debug)]
pub struct Ready {
    pub run: Prepared,
    pub plan: Plan,
}

/// What would be done for this agent (`namespace/folder`). Starts nothing that lasts; takes some tenths of a
/// second, since every Python of the machine is asked for its version.
pub fn plan(context: &Context, agent: &str, wish: Wish) -> Result<Plan, Rejected> {
    plan_for(context, &agents::find(context, agent)?.agent, wish)
}

/// Puts right what an ended build of this agent has left behind, where there is something to do. The next look at
/// the agent would do it too, but others may use the environment before that.
pub fn settle(context: &Context, agent: &str) {
    // Whatever is wrong is said by that next look.
    let _ = agents::find(context, agent);
    tidy(context, &Surroundings::from_env(&context.paths.home));
}

/// Removes the uv that was half fetched, where no build fetches it any more.
fn tidy(context: &Context, surroundings: &Surroundings) {
    fetched::tidy(&surroundings.fetched, |folder| {
        let names = |run: RunView| {
            let words = run.spec.steps.iter().flat_map(|step| &step.argv);
            words.into_iter().any(|word| Path::new(word) == folder)
        };
        // What cannot be read may be the build that goes on.
        runs::live(context).map_or(true, |live| live.into_iter().any(|run| run.map_or(true, names)))
    });
}

/// Whether building this agent would replace an environment that plugdeck did not build, which takes a person's
/// consent.
pub fn replaces_foreign(context: &Context, agent: &str) -> Result<bool, Rejected> {
    Ok(is_foreign(&agents::find(context, agent)?.agent.directory))
}

/// Starts the build of this agent; returns as soon as its supervisor runs. Nothing is recorded when it is
/// rejected.
pub fn start(context: &Context, agent: &str, options: Options) -> Result<RunView, Rejected> {
    prepare(context, agent, options)?.run.start(context, How::Exec)
}

/// Checks whether this agent can be built now; what comes out can be started.
pub fn prepare(context: &Context, agent: &str, options: Options) -> Result<Ready, Rejected> {
    let agent = agents::find(context, agent)?.agent;
    let name = agent.name.to_string();
    buildable(&agent)?;
    refuse_while_building(context, &name)?;
    swap::settle(&agent.directory).map_err(|error| Rejected::new(Why::Machine, error.to_string()))?;
    if stamp::look(&agent.directory) == Environment::Building {
        let message = format!("a build of {name} is already running; wait for it or stop it");
        return Err(Rejected::new(Why::Machine, message));
    }
    if is_foreign(&agent.directory) && !options.replace_foreign {
        let message = format!(
            "{} was not built by plugdeck; `plugdeck build {} --yes` replaces it",
            context.paths.shorten(&agent.directory.join(folder::ENVIRONMENT)),
            shell_words::quote(&name)
        );
        return Err(Rejected::new(Why::NotReady, message));
    }
    folder::writable(&agent.directory).map_err(|error| Rejected::new(Why::Machine, error.to_string()))?;
    let plan = plan_for(context, &agent, options.wish)?;
    Ok(Ready { run: Prepared::new(&agent, spec(context, &agent, &plan)), plan })
}

/// The manifest, where there is one. Nothing is touched in a folder before this: it may be a link to anywhere.
fn buildable(agent: &Agent) -> Result<&Manifest, Rejected> {
    agent.manifest.as_ref().ok_or_else(|| {
        let reason = agent.reason().unwrap_or_else(|| "its manifest cannot be read".to_owned());
        Rejected::new(Why::NotReady, format!("{} cannot be built: {reason}", agent.name))
    })
}

fn plan_for(context: &Context, agent: &Agent, wish: Wish) -> Result<Plan, Rejected> {
    let manifest = buildable(agent)?;
    if let Some(file) = probe::endless(&agent.directory) {
        let sentence =
            format!("{} cannot be built: {file} is a pipe or a device: put a file in its place", agent.name);
        return Err(Rejected::new(Why::NotReady, sentence));
    }
    let surroundings = Surroundings::from_env(&context.paths.home);
    tidy(context, &surroundings);
    let machine = Machine::look(&surroundings, &context.program, &agent.directory);
    plan::plan(&Found::look(&agent.directory, manifest), &machine, &context.paths.runs(), wish)
        .map_err(|error| Rejected::new(Why::NotReady, format!("{} cannot be built: {error}", agent.name)))
}

fn refuse_while_building(context: &Context, agent: &str) -> Result<(), Rejected> {
    // A live run that cannot be read might be of any agent: it stands in nobody's way.
    let mut live = runs::live(context)?.into_iter().flatten();
    match live.find(|run| run.spec.agent == agent && run.spec.kind == Kind::Build) {
        None => Ok(()),
        Some(run) => {
            let run = run.id.short();
            let message =
                format!("a build of {agent} is already running: wait for run {run} or stop it first");
            Err(Rejected::new(Why::Machine, message))
        }
    }
}

fn is_foreign(directory: &Path) -> bool {
    let environment = directory.join(folder::ENVIRONMENT);
    folder::exists(&environment) && Stamp::read(&environment).is_none()
}

fn spec(context: &Context, agent: &Agent, plan: &Plan) -> RunSpec {
    RunSpec {
        v: FORMAT,
        plugdeck: env!("CARGO_PKG_VERSION").into(),
        created_ms: jiff::Timestamp::now().as_millisecond(),
        kind: Kind::Build,
        agent: agent.name.to_string(),
        directory: agent.directory.clone(),
        method: None,
        payload: None,
        payload_in_argv: false,
        accepted: Vec::new(),
        steps: plan.steps.clone(),
        // A download or a compilation takes as long as it takes, and a person can stop it.
        limits: launch::limits(context, None, None),
        variables: launch::variables(),
        added: Added::default(),
    }
}
