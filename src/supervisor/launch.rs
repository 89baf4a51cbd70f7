//! The caller's half: makes the run directory, starts the supervisor, waits for its word.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::run::dir::RunDir;
use crate::run::spec::RunSpec;
use crate::run::store::Store;
use crate::supervisor::serve::{READY, serve};

/// The hidden verb: `plugdeck __supervise DIR`.
pub const VERB: &str = "__supervise";

/// Why a run could not be started. The run directory stays and says the same, where there is one.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    #[error("no run directory could be made in {path}: {source}")]
    Directory { path: String, source: io::Error },
    #[error("no supervisor could be started: {0}")]
    Supervisor(io::Error),
    #[error("{0}")]
    NotStarted(String),
}

/// Starts a run; returns when its first program runs. `program` is plugdeck itself.
pub fn start(program: &Path, store: &Store, spec: &RunSpec) -> Result<RunDir, LaunchError> {
    let created = store
        .create(spec)
        .map_err(|source| LaunchError::Directory { path: store.runs.display().to_string(), source })?;
    let (mut ear, mouth) = io::pipe().map_err(LaunchError::Supervisor)?;
    // The lock travels as standard input and the mouth as standard output, so nothing unsafe is needed here.
    let mut supervisor = Command::new(program)
        .arg0(format!("plugdeck-supervisor {}", created.id))
        .arg(VERB)
        .arg(&created.dir.path)
        .stdin(created.lock)
        .stdout(mouth)
        .stderr(Stdio::null())
        .current_dir("/")
        .spawn()
        .map_err(LaunchError::Supervisor)?;
    let mut word = Vec::new();
    let heard = ear.read_to_end(&mut word);
    // The supervisor outlives its caller; while the caller lives, somebody must take note of its end.
    std::thread::spawn(move || supervisor.wait());
    match heard {
        Ok(_) if word == READY => Ok(created.dir),
        Ok(0) => Err(LaunchError::NotStarted("the supervisor ended before it had begun".to_owned())),
        Ok(_) => Err(LaunchError::NotStarted(String::from_utf8_lossy(&word).into_owned())),
        Err(error) => Err(LaunchError::Supervisor(error)),
    }
}

/// The other half of [`start`]: what `plugdeck __supervise DIR` does.
pub fn supervise(dir: &Path) -> ExitCode {
    let dir = RunDir { path: dir.to_path_buf() };
    let _ = rustix::thread::set_name(c"plugdeck-superv");
    match take_descriptors().and_then(|(lock, ready)| serve(&dir, lock, ready)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Moves lock and mouth away from 0 and 1, and leaves the null device there.
fn take_descriptors() -> io::Result<(File, OwnedFd)> {
    let lock = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let ready = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    Ok((lock.into(), ready))
}
