//! What can go wrong between an agent's files and its environment. Every message is one sentence that names the
//! thing, and where there is something to do, what.

use std::io;
use std::path::PathBuf;

/// Why an environment cannot be planned, prepared or put in place.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No Python at all.
    #[error("no Python 3 was found: looked for {looked}; install Python 3.12 or newer")]
    NoPython { looked: String },
    /// There are Pythons, but none that the agent accepts.
    #[error(
        "no Python satisfies {wanted}: found {found} (looked for {looked}); install one that fits, for example with \
         `uv python install`"
    )]
    NoInterpreter { wanted: String, found: String, looked: String },
    /// Only for plans with pip.
    #[error(
        "{interpreter} cannot make an environment with pip in it: ensurepip is missing; install uv, or the \
         system's python3-venv package"
    )]
    NoPip { interpreter: String },
    /// A command of the manifest that is no command line.
    #[error("the manifest's installation command {command:?} cannot be read ({problem}); correct its quotes")]
    Command { command: String, problem: String },
    /// The manifest is to be followed, and says nothing.
    #[error("the manifest has no installation.commands to follow; build as plugdeck plans it")]
    NoCommands,
    /// What pip installed as uv is none.
    #[error("the uv that was fetched does not run ({0}); build with pip instead")]
    Fetched(String),
    /// Only for plans with pip, which is told the dependencies one by one.
    #[error("{} cannot be read ({wrong}); correct it", .path.display())]
    Project { path: PathBuf, wrong: String },
    /// Steps are recorded as JSON, which holds only text.
    #[error("the path {} is not UTF-8; rename the folder", .0.display())]
    Path(PathBuf),
    /// Something of the user's own has a name that plugdeck needs.
    #[error("{} is in the way and plugdeck did not make it; move it elsewhere", .0.display())]
    InTheWay(PathBuf),
    /// An environment stands in its agent's folder.
    #[error("{} cannot be written ({problem}), and an environment is made there; allow it", .folder.display())]
    ReadOnly { folder: PathBuf, problem: io::Error },
    /// Two builds at once.
    #[error("another build of {} is running (process {pid}); wait for it or stop it", .agent.display())]
    Building { agent: PathBuf, pid: i32 },
    /// The folder is held by another plugdeck that prepares, commits or cleans up.
    #[error("{} is being changed by another plugdeck; try again", .0.display())]
    Busy(PathBuf),
    /// The last step without the first, or of another build.
    #[error("no build of {} was prepared here; build it again", .0.display())]
    NotPrepared(PathBuf),
    /// The build's steps succeeded and left something that cannot be used.
    #[error("{} cannot be used: {problem}; the former environment stays", .environment.display())]
    Unusable { environment: PathBuf, problem: String },
    /// The hidden verb was called with words that no plan has.
    #[error("`__venv {0}` is not something a plan asks for")]
    Verb(String),
    /// The system refused.
    #[error("could not {act} {}: {source}", .path.display())]
    Io { act: &'static str, path: PathBuf, source: io::Error },
}

impl Error {
    /// Names the act and the path of a failed system call.
    pub(super) fn io(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { act, path, source }
    }
}
