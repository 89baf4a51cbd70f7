//! Builds an agent's environment: a run of several steps. A build is refused while anything of that agent runs,
//! since a running agent is right neither in the old environment nor in the new one.

use std::path::Path;

use crate::agent::catalog::{Agent, Catalog};
use crate::agent::manifest::Severity;
use crate::ops::{Context, Rejected, Why, runs};
use crate::run::dir::RunDir;
use crate::run::spec::{FORMAT, Kind, Limits, RunSpec};
use crate::run::view::RunView;
use crate::venv::folder;
use crate::venv::machine::{Machine, Surroundings};
use crate::venv::plan::{self, Plan};
use crate::venv::probe::Found;
use crate::venv::stamp::{self, Environment, Stamp};
use crate::venv::swap;

/// What a person decided beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A `.venv` that plugdeck did not build may be replaced.
    pub replace_foreign: bool,
}

/// What would be done for this agent (`namespace/folder`). Starts nothing that lasts; takes some tenths of a
/// second, since every Python of the machine is asked for its version.
pub fn plan(context: &Context, agent: &str) -> Result<Plan, Rejected> {
    plan_for(context, &find(context, agent)?)
}

/// Whether building this agent would replace an environment that plugdeck did not build, which takes a person's
/// consent.
pub fn replaces_foreign(context: &Context, agent: &str) -> Result<bool, Rejected> {
    Ok(is_foreign(&find(context, agent)?.directory))
}

/// Starts the build of this agent; returns as soon as its supervisor runs. Nothing is recorded when it is
/// rejected.
pub fn start(context: &Context, agent: &str, options: Options) -> Result<RunView, Rejected> {
    let agent = find(context, agent)?;
    let name = agent.name.to_string();
    refuse_while_running(context, &name)?;
    swap::settle(&agent.directory).map_err(|error| Rejected::new(Why::Machine, error.to_string()))?;
    if stamp::look(&agent.directory) == Environment::Building {
        let message = format!("a build of {name} is already running; wait for it or stop it");
        return Err(Rejected::new(Why::Machine, message));
    }
    if is_foreign(&agent.directory) && !options.replace_foreign {
        let message = format!(
            "{} was not built by plugdeck; build with --yes to replace it",
            context.paths.shorten(&agent.directory.join(folder::ENVIRONMENT))
        );
        return Err(Rejected::new(Why::NotReady, message));
    }
    let plan = plan_for(context, &agent)?;
    let dir = launch(context, &spec(context, &agent, plan))?;
    RunView::open(dir).map_err(|error| {
        Rejected::new(Why::Machine, format!("the build of {name} has started and cannot be read: {error}"))
    })
}

// integrator: the one place where a build meets the supervisor, for example
// `supervisor::launch::start(&context.program, &runs::store(context), spec)`.
fn launch(context: &Context, spec: &RunSpec) -> Result<RunDir, Rejected> {
    let store = runs::store(context).runs;
    let message = format!("no supervisor can be started in {} for {}", store.display(), spec.agent);
    Err(Rejected::new(Why::Machine, message))
}

fn find(context: &Context, name: &str) -> Result<Agent, Rejected> {
    let catalog = Catalog::scan(&context.paths.agents());
    catalog.find(name).cloned().ok_or_else(|| {
        let message = format!("no agent {name:?} is installed; `plugdeck list` shows those that are");
        Rejected::new(Why::NotFound, message)
    })
}

fn plan_for(context: &Context, agent: &Agent) -> Result<Plan, Rejected> {
    let Some(manifest) = &agent.manifest else {
        let problem = agent.problems.iter().find(|problem| problem.severity == Severity::Error);
        let problem = problem.map_or("its manifest cannot be read", |problem| problem.message.as_str());
        return Err(Rejected::new(Why::NotReady, format!("{} cannot be built: {problem}", agent.name)));
    };
    let surroundings = Surroundings::from_env(&context.paths.home);
    let machine = Machine::look(&surroundings, &context.program, &agent.directory);
    plan::plan(&Found::look(&agent.directory, manifest), &machine)
        .map_err(|error| Rejected::new(Why::NotReady, format!("{} cannot be built: {error}", agent.name)))
}

fn refuse_while_running(context: &Context, agent: &str) -> Result<(), Rejected> {
    let live = runs::list(context, usize::MAX)
        .into_iter()
        .flatten()
        .find(|run| run.spec.agent == agent && run.state().is_live());
    let Some(run) = live else { return Ok(()) };
    let what = match run.spec.kind {
        Kind::Build => format!("a build of {agent} is already running"),
        Kind::Call => format!("{agent} is running {}", run.spec.method.as_deref().unwrap_or("a method")),
    };
    let message = format!("{what}: wait for run {} or stop it first", run.id.short());
    Err(Rejected::new(Why::Machine, message))
}

fn is_foreign(directory: &Path) -> bool {
    let environment = directory.join(folder::ENVIRONMENT);
    folder::exists(&environment) && Stamp::read(&environment).is_none()
}

fn spec(context: &Context, agent: &Agent, plan: Plan) -> RunSpec {
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    RunSpec {
        v: FORMAT,
        plugdeck: env!("CARGO_PKG_VERSION").into(),
        created_ms: jiff::Timestamp::now().as_millisecond(),
        kind: Kind::Build,
        agent: agent.name.to_string(),
        directory: agent.directory.clone(),
        method: None,
        payload: None,
        steps: plan.steps,
        limits: Limits {
            // A download or a compilation takes as long as it takes, and a person can stop it.
            timeout_ms: None,
            grace_ms: millis(context.settings.grace),
            sweep_ms: millis(context.settings.sweep),
        },
        variables: inherited(),
    }
}

/// Names of the variables that steps get from this process.
fn inherited() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<_> = names.filter(|name| !plan::REMOVED.contains(&name.as_str())).collect();
    names.sort();
    names
}
