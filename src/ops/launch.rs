//! From a checked request to a run that goes on: what calls and builds have in common.

use std::time::Duration;

use crate::agent::catalog::Agent;
use crate::agent::dotenv::Variables;
use crate::ops::{Context, Rejected, Why, runs};
use crate::run::spec::{Kind, Limits, RunSpec};
use crate::run::view::RunView;
use crate::supervisor::{launch, signals};
use crate::venv;
use crate::venv::folder::Hold;

/// A request that has passed its checks. Nothing of it is recorded before it is started.
#[derive(Debug)]
pub struct Prepared {
    pub spec: RunSpec,
    /// What the programs get beside the inherited variables. Nothing of it is recorded.
    pub variables: Variables,
    /// What the person should know although nothing was refused.
    pub warnings: Vec<String>,
}

/// The two ways to a supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A second start of the program: right from any process.
    Exec,
    /// A fork, which is cheaper and only for a single-threaded caller. On return INT, TERM and HUP are held back.
    Fork,
}

impl Prepared {
    /// A run of this agent. One whose manifest is only loosely valid runs, with a warning.
    #[must_use]
    pub fn new(agent: &Agent, spec: RunSpec) -> Self {
        let reason = agent.reason().map(|reason| format!("agent.yaml is not valid: {reason}"));
        Self { spec, variables: Variables::default(), warnings: reason.into_iter().collect() }
    }

    /// Starts the run; returns when its first program runs.
    pub fn start(&self, context: &Context, how: How) -> Result<RunView, Rejected> {
        let store = runs::store(context);
        let _shared = match self.spec.kind {
            Kind::Call => share(&self.spec)?,
            // Its first step takes the folder for itself.
            Kind::Build => None,
        };
        let started = match how {
            How::Exec => launch::start(&context.program, &store, &self.spec, &self.variables),
            How::Fork => launch::start_forked(&store, &self.spec, &self.variables),
        };
        let dir = started
            .map_err(|error| Rejected::new(Why::Machine, format!("the run could not be started: {error}")))?;
        let path = dir.path.display().to_string();
        RunView::started(dir, self.spec.clone())
            .map_err(|error| Rejected::new(Why::Machine, format!("{path} cannot be read: {error}")))
    }
}

/// Shares the agent's folder until the run has its directory, so that no build begins without seeing it.
fn share(spec: &RunSpec) -> Result<Option<Hold>, Rejected> {
    Hold::share(&spec.directory, || signals::pending().is_none()).map_err(|error| {
        let sentence = match error {
            venv::Error::Building { .. } => being_built(&spec.agent),
            other => other.to_string(),
        };
        Rejected::new(Why::NotReady, sentence)
    })
}

/// The sentence of a call that comes while its environment is being built.
#[must_use]
pub fn being_built(agent: &str) -> String {
    format!("the environment of {agent} is being built: try again when it is ready")
}

/// The limits of a run with this timeout, which ends after so much silence, if it is said. The file counts in
/// milliseconds, and no timeout is so short that it is none.
#[must_use]
pub fn limits(context: &Context, timeout: Option<Duration>, silence: Option<Duration>) -> Limits {
    Limits {
        timeout_ms: timeout.map(at_least_one_ms),
        grace_ms: ms(context.settings.grace),
        sweep_ms: ms(context.settings.sweep),
        keep_output: context.settings.keep_output,
        silence_notice_ms: Some(ms(context.settings.silence_notice)).filter(|notice| *notice > 0),
        silence_end_ms: silence.map(at_least_one_ms),
        ..Limits::default()
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Milliseconds of a time that is never so short that it is none.
#[must_use]
pub fn at_least_one_ms(duration: Duration) -> u64 {
    ms(duration).max(1)
}

/// Names of the variables that a run inherits; their values are nobody's business.
#[must_use]
pub fn variables() -> Vec<String> {
    let mut names: Vec<_> =
        std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}
