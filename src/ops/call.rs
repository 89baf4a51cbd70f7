//! Calls a method: checks first, then one run.

use std::time::Duration;

use serde_json::value::RawValue;

use crate::agent::catalog::Agent;
use crate::agent::payload::{self, Parameters, Payload};
use crate::ops::launch::{self, How, Prepared};
use crate::ops::{Context, Rejected, Why, agents};
use crate::run::spec::{FORMAT, Kind, RunSpec, Step};
use crate::run::view::RunView;
use crate::venv::stamp::Environment;

/// Variables of an activated environment, which would lead the agent's Python astray; and unbuffered output,
/// whose single raw write a signal cuts short.
const REMOVED: &[&str] =
    &["VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONUNBUFFERED"];

/// Bytes of one argument on Linux (`MAX_ARG_STRLEN` without the NUL).
pub const LARGEST_ARGUMENT: usize = 131_071;

/// What to call, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// `namespace/folder`, or a path that a person named.
    pub agent: String,
    pub method: String,
    pub parameters: Parameters,
    pub tool_context: Option<Box<RawValue>>,
    /// `None`: no limit.
    pub timeout: Option<Duration>,
    /// Silence that ends the run; `None`: none does.
    pub silence: Option<Duration>,
    /// Sends what the checks refuse.
    pub force: bool,
}

/// Starts a call; returns as soon as its agent runs. Nothing is recorded when it is rejected.
pub fn start(context: &Context, request: &Request) -> Result<RunView, Rejected> {
    prepare(context, request)?.start(context, How::Exec)
}

/// Checks a request; what comes out can be started.
pub fn prepare(context: &Context, request: &Request) -> Result<Prepared, Rejected> {
    let listed = agents::find(context, &request.agent)?;
    let agent = &listed.agent;
    check(agent, request)?;
    let name = agent.name.to_string();
    let word = shell_words::quote(&name);
    let python = match &listed.environment {
        Environment::Ready { .. } | Environment::Stale { .. } => agent.directory.join(".venv/bin/python"),
        Environment::None => {
            let sentence =
                format!("{} has no environment yet: `plugdeck build {word}` makes one", agent.name);
            return Err(Rejected::new(Why::NotReady, sentence));
        }
        Environment::Broken { reason } => {
            let sentence = format!(
                "the environment of {} is broken ({reason}): `plugdeck build {word}` makes it anew",
                agent.name
            );
            return Err(Rejected::new(Why::NotReady, sentence));
        }
        Environment::Building => {
            return Err(Rejected::new(Why::NotReady, launch::being_built(&agent.name.to_string())));
        }
    };
    let payload = Payload {
        method: request.method.clone(),
        parameters: request.parameters.clone(),
        tool_context: request.tool_context.clone(),
    };
    let payload = RawValue::from_string(payload.to_json())
        .map_err(|error| Rejected::new(Why::Request, format!("the payload is no JSON: {error}")))?;
    let payload_in_argv = in_argv(context, payload.get().len())?;
    let python = python.to_string_lossy().into_owned();
    let step = Step {
        title: format!("{} {}", agent.name, request.method),
        reason: "a call".to_owned(),
        argv: vec![python, "agent.py".to_owned()],
        cwd: agent.directory.clone(),
        set: Vec::new(),
        remove: REMOVED.iter().map(ToString::to_string).collect(),
        skip: None,
    };
    let spec = RunSpec {
        v: FORMAT,
        plugdeck: env!("CARGO_PKG_VERSION").to_owned(),
        created_ms: jiff::Timestamp::now().as_millisecond(),
        kind: Kind::Call,
        agent: agent.name.to_string(),
        directory: agent.directory.clone(),
        method: Some(request.method.clone()),
        payload: Some(payload),
        payload_in_argv,
        steps: vec![step],
        limits: launch::limits(context, request.timeout, request.silence),
        variables: launch::variables(),
    };
    Ok(Prepared::new(agent, spec))
}

/// Whether a payload of so many bytes goes as the argument, and whether it can.
fn in_argv(context: &Context, bytes: usize) -> Result<bool, Rejected> {
    // A folder with a colon in its name cannot stand on PYTHONPATH, so no hook would be found there.
    let colon = context.paths.runs().as_os_str().as_encoded_bytes().contains(&b':');
    let way_out = match (context.settings.payload_in_argv, colon) {
        (false, false) => return Ok(false),
        (true, _) => "set `payload: hook` in config.yaml",
        (false, true) => "set XDG_STATE_HOME to a folder without a colon in its name",
    };
    if bytes <= LARGEST_ARGUMENT {
        return Ok(true);
    }
    let sentence = format!(
        "the payload has {bytes} bytes and goes as an argument, which holds {LARGEST_ARGUMENT}: {way_out}, or send less"
    );
    Err(Rejected::new(Why::Request, sentence))
}

/// What the checks of agent, method and payload say; `force` lets all pass but an agent that cannot run.
fn check(agent: &Agent, request: &Request) -> Result<(), Rejected> {
    let Some(manifest) = &agent.manifest else {
        let reason = agent.reason().unwrap_or_else(|| "its manifest cannot be read".to_owned());
        return Err(Rejected::new(Why::Request, format!("{} cannot run: {reason}", agent.name)));
    };
    if request.force {
        return Ok(());
    }
    let Some(method) = manifest.method(&request.method) else {
        let near = manifest.nearest_method(&request.method);
        let names = match near.is_empty() {
            true => manifest.methods.iter().map(|method| method.name.clone()).collect(),
            false => near,
        };
        let sentence = format!(
            "{} declares no method {:?}; it has {}; --force sends it anyway",
            agent.name,
            request.method,
            names.join(", ")
        );
        return Err(Rejected::new(Why::NotFound, sentence));
    };
    let errors = payload::check(method, &request.parameters);
    if errors.is_empty() {
        return Ok(());
    }
    let sentences: Vec<_> = errors.into_iter().map(|error| error.message).collect();
    Err(Rejected::new(Why::Request, format!("{}; --force sends it anyway", sentences.join("; "))))
}
