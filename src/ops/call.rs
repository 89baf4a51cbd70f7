//! Calls a method: checks first, then one run.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::agent::catalog::Agent;
use crate::agent::payload::{self, Parameters, Payload};
use crate::config::Settings;
use crate::ops::launch::{self, How, Prepared};
use crate::ops::profile::{self, Loaded};
use crate::ops::{Context, Rejected, Why, accepted, agents};
use crate::run::spec::{Added, FORMAT, Kind, Limits, RunSpec, Step};
use crate::run::view::RunView;
use crate::venv::stamp::Environment;

/// Variables of an activated environment, which would lead the agent's Python astray; and unbuffered output,
/// whose single raw write a signal cuts short.
pub(super) const REMOVED: &[&str] =
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
    pub options: Options,
    /// Sends what the checks refuse.
    pub force: bool,
}

/// What a person may choose for one call beside its parameters. `None`: no limit, and nothing added.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub timeout: Option<Duration>,
    /// Silence that ends the run.
    pub silence: Option<Duration>,
    /// Silence that is worth a notice; `None`: none is.
    pub silence_notice: Option<Duration>,
    /// Resident memory of the whole tree; more ends the run, as do the next two.
    pub memory_bytes: Option<u64>,
    /// Processes of the tree at one time.
    pub processes: Option<u64>,
    /// Processor time of the whole tree.
    pub cpu: Option<Duration>,
    /// Descriptors of each process; the system refuses more.
    pub open_files: Option<u64>,
    /// Goes with the parameters.
    pub tool_context: Option<Box<RawValue>>,
    /// A name out of [`profile::names`]: its variables are added to the inherited ones.
    pub profile: Option<String>,
    /// Files with more variables; later ones win.
    pub env_files: Vec<PathBuf>,
}

impl Options {
    /// What holds where nothing is said.
    #[must_use]
    pub fn usual(settings: &Settings) -> Self {
        let silence_notice = Some(settings.silence_notice).filter(|notice| !notice.is_zero());
        Self { timeout: settings.call_timeout, silence_notice, ..Self::default() }
    }

    /// Those of an earlier run, whose payload had this tool context. Its variables are read anew when it is repeated.
    #[must_use]
    pub fn of(spec: &RunSpec, tool_context: Option<Box<RawValue>>) -> Self {
        let Limits { memory_bytes, processes, cpu_ms, open_files, .. } = spec.limits;
        Self {
            timeout: spec.limits.timeout(),
            silence: spec.limits.silence_end(),
            silence_notice: spec.limits.silence_notice(),
            memory_bytes,
            processes,
            cpu: cpu_ms.map(Duration::from_millis),
            open_files,
            tool_context,
            profile: spec.added.profile.clone(),
            env_files: spec.added.files.clone(),
        }
    }

    fn limits(&self, context: &Context) -> Limits {
        Limits {
            silence_notice_ms: self.silence_notice.map(launch::at_least_one_ms),
            memory_bytes: self.memory_bytes,
            processes: self.processes,
            cpu_ms: self.cpu.map(|cpu| u64::try_from(cpu.as_millis()).unwrap_or(u64::MAX)),
            open_files: self.open_files,
            ..launch::limits(context, self.timeout, self.silence)
        }
    }

    /// Where variables come from; they have no names yet.
    #[must_use]
    pub fn added(&self) -> Added {
        let absolute = |file: &PathBuf| std::path::absolute(file).unwrap_or_else(|_| file.clone());
        let files = self.env_files.iter().map(absolute).collect();
        Added { profile: self.profile.clone(), files, names: Vec::new() }
    }
}

/// Starts a call of the dashboard; returns as soon as its agent runs. Nothing is recorded when it is rejected. A file
/// of variables that was a descriptor of somebody else's is none of the dashboard's.
pub fn start(context: &Context, request: &Request) -> Result<RunView, Rejected> {
    if let Some(file) = request.options.env_files.iter().find(|file| profile::is_descriptor(file)) {
        return Err(Rejected::new(Why::Request, profile::cannot_be_repeated(file)));
    }
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
        tool_context: request.options.tool_context.clone(),
    };
    let payload = RawValue::from_string(payload.to_json())
        .map_err(|error| Rejected::new(Why::Request, format!("the payload is no JSON: {error}")))?;
    let payload_in_argv = in_argv(context, payload.get().len())?;
    check_open_files(request.options.open_files)?;
    let mut added = request.options.added();
    let Loaded { variables, warnings } = profile::load(context, &agent.directory, &added, REMOVED)?;
    added.names = variables.names().map(str::to_owned).collect();
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
    let accepted = accepted::read(context, &name, &request.method);
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
        accepted: accepted.clone().unwrap_or_default(),
        steps: vec![step],
        limits: request.options.limits(context),
        variables: launch::variables(),
        added,
    };
    let mut prepared = Prepared::new(agent, spec);
    prepared.variables = variables;
    prepared.warnings.extend(warnings);
    // Without them a wrong guess is made again, which says so itself.
    prepared.warnings.extend(accepted.err());
    Ok(prepared)
}

/// Whether a program can be given so many descriptors: nobody may have more than plugdeck itself.
fn check_open_files(wanted: Option<u64>) -> Result<(), Rejected> {
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    match (wanted, most) {
        (Some(wanted), Some(most)) if wanted > most => {
            let sentence = format!("{wanted} open files are more than may be had here: at most {most}");
            Err(Rejected::new(Why::Request, sentence))
        }
        (Some(_) | None, _) => Ok(()),
    }
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
        let hint = match manifest.nearest_method(&request.method).as_slice() {
            [] => {
                let names: Vec<_> = manifest.methods.iter().map(|method| method.name.as_str()).collect();
                format!("it has {}", names.join(", "))
            }
            near => format!("did you mean {}?", near.join(" or ")),
        };
        let sentence = format!("{} declares no method {:?}; {hint}", agent.name, request.method);
        return Err(Rejected::new(Why::NotFound, or_force(&sentence)));
    };
    let errors = payload::check(method, &request.parameters);
    if errors.is_empty() {
        return Ok(());
    }
    let sentences: Vec<_> = errors.into_iter().map(|error| error.message).collect();
    Err(Rejected::new(Why::Request, or_force(&sentences.join("; "))))
}

/// A sentence, or a question, with the way round it.
fn or_force(sentence: &str) -> String {
    let sign = if sentence.ends_with('?') { "" } else { ";" };
    format!("{sentence}{sign} --force sends it anyway")
}
