//! The caller's half: makes the run directory, starts the supervisor, waits for its word.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use crate::agent::dotenv::Variables;
use crate::process::id::ProcessId;
use crate::process::signal;
use crate::run::dir::RunDir;
use crate::run::spec::{RunId, RunSpec};
use crate::run::store::Store;
use crate::supervisor::child;
use crate::supervisor::raw;
use crate::supervisor::serve::{Errand, READY, serve};
use crate::supervisor::signals;

/// The hidden verb: `plugdeck __supervise DIR`.
pub const VERB: &str = "__supervise";

/// Why a run could not be started. A run directory stays only where its journal says the same.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    #[error("no run directory could be made in {path}: {source}")]
    Directory { path: String, source: io::Error },
    #[error("no supervisor could be started: {0}")]
    Supervisor(io::Error),
    #[error("{0}")]
    NotStarted(String),
}

/// Starts a run; returns when its first program runs. `program` is plugdeck itself; the variables are for the run's
/// programs, and stand in no file, argument or environment on their way.
pub fn start(
    program: &Path,
    store: &Store,
    spec: &RunSpec,
    variables: &Variables,
) -> Result<RunDir, LaunchError> {
    let created = store
        .create(spec)
        .map_err(|source| LaunchError::Directory { path: store.runs.display().to_string(), source })?;
    let refused = |error| {
        withdraw(&created.dir);
        LaunchError::Supervisor(error)
    };
    let (ear, mouth) = io::pipe().map_err(refused)?;
    let variables = child::memory_file("variables", &variables.to_bytes()).map_err(refused)?;
    // The lock travels as standard input, the mouth as standard output and the variables as standard error, so
    // nothing unsafe is needed here.
    let mut supervisor = Command::new(program)
        .arg0(title(&created.id))
        .arg(VERB)
        .arg(&created.dir.path)
        .stdin(created.lock)
        .stdout(mouth)
        .stderr(variables)
        .current_dir("/")
        .spawn()
        .map_err(refused)?;
    let heard = listen(ear, created.dir, i32::try_from(supervisor.id()).unwrap_or(0), PATIENCE);
    // The supervisor outlives its caller; while the caller lives, somebody must take note of its end. Where no thread
    // can be had, a zombie stays until the caller ends.
    let _ = std::thread::Builder::new().spawn(move || supervisor.wait());
    heard
}

/// The same for a single-threaded caller: a fork, which is cheaper than a second start of the program. Must not
/// be called where other threads run. On return INT, TERM and HUP are held back in the caller: one that came before it
/// has an inbox for them would end the caller and leave the run to itself.
pub fn start_forked(store: &Store, spec: &RunSpec, variables: &Variables) -> Result<RunDir, LaunchError> {
    let created = store
        .create(spec)
        .map_err(|source| LaunchError::Directory { path: store.runs.display().to_string(), source })?;
    let refused = |error| {
        withdraw(&created.dir);
        LaunchError::Supervisor(error)
    };
    let (ear, mouth) = io::pipe().map_err(refused)?;
    signals::hold();
    // Should the supervisor vanish, what it leaves behind falls to the caller.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    if let Some(supervisor) = raw::fork().map_err(refused)? {
        drop((mouth, created.lock));
        return listen(ear, created.dir, supervisor, PATIENCE);
    }
    drop(ear);
    raw::retitle(&title(&created.id));
    let done = null_streams().and_then(|()| {
        let (spec, variables) = (Some(spec.clone()), variables.clone());
        serve(&created.dir, mouth.into(), Errand { lock: created.lock, spec, variables })
    });
    raw::leave(done.is_ok())
}

/// What a process list shows.
fn title(id: &RunId) -> String {
    format!("plugdeck-supervisor {id}")
}

/// For the supervisor's word: it comes when the first program runs, after some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// From one look at a signal that is held back to the next, while there is no word.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Waits for the word of the supervisor, a child of this process that nobody has waited for. One that is stopped says
/// nothing: its run is there once its journal has begun, and whoever attends it has ways to insist. Before that it is
/// ended, so that nothing runs later of which a person was told that it could not start.
fn listen(
    mut ear: io::PipeReader,
    dir: RunDir,
    supervisor: i32,
    patience: Duration,
) -> Result<RunDir, LaunchError> {
    let begun = || dir.events().metadata().is_ok_and(|journal| journal.len() > 0);
    let deadline = Instant::now() + patience;
    while !has_word(&ear).map_err(LaunchError::Supervisor)? {
        let over = Instant::now() >= deadline;
        if begun() && (over || signals::pending().is_some()) {
            return Ok(dir);
        }
        if over {
            if let Some(supervisor) = ProcessId::of(supervisor) {
                let _ = signal::send(supervisor, Signal::KILL);
            }
            // Its end shows at the ear. In a disk wait it comes later, but before anything else that it could do.
            let _ = has_word(&ear);
            if begun() {
                return Ok(dir);
            }
            withdraw(&dir);
            return Err(LaunchError::NotStarted("its supervisor does not answer".to_owned()));
        }
    }
    let mut word = Vec::new();
    let error = match ear.read_to_end(&mut word) {
        Ok(_) if word == READY => return Ok(dir),
        Ok(0) => LaunchError::NotStarted("the supervisor ended before it had begun".to_owned()),
        Ok(_) => LaunchError::NotStarted(String::from_utf8_lossy(&word).into_owned()),
        Err(error) => LaunchError::Supervisor(error),
    };
    if !begun() {
        withdraw(&dir);
    }
    Err(error)
}

/// Whether there is something to read, an end too.
fn has_word(ear: &io::PipeReader) -> io::Result<bool> {
    let wait = Timespec::try_from(LOOK_EVERY).ok();
    match poll(&mut [PollFd::new(ear, PollFlags::IN)], wait.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Removes a run of which nothing is recorded but that it was asked for: it would stand in the list as lost.
fn withdraw(dir: &RunDir) {
    // What cannot be removed is shown as lost, which is true as well.
    let _ = std::fs::remove_dir_all(&dir.path);
}

/// The other half of [`start`]: what `plugdeck __supervise DIR` does.
pub fn supervise(dir: &Path) -> ExitCode {
    let dir = RunDir { path: dir.to_path_buf() };
    raw::retitle(&title(&dir.id()));
    match take_descriptors().and_then(|(ready, errand)| serve(&dir, ready, errand)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Moves lock and mouth away from 0 and 1, reads the variables from 2, and leaves the null device there.
fn take_descriptors() -> io::Result<(OwnedFd, Errand)> {
    let mut variables = Vec::new();
    let read = File::from(rustix::stdio::stderr().try_clone_to_owned()?).read_to_end(&mut variables);
    // A dashboard that is older than this program, which was replaced meanwhile, gives the null device for writing.
    if let Err(error) = read
        && error.raw_os_error() != Some(libc::EBADF)
    {
        return Err(error);
    }
    let lock = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let ready = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    null_streams()?;
    let variables = Variables::from_bytes(&variables);
    Ok((ready, Errand { lock: lock.into(), spec: None, variables }))
}

/// The null device as standard input, output and error.
fn null_streams() -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    /// A supervisor that says nothing: what its caller makes of that, and whether it was ended.
    fn silent(journal: &str) -> (Result<RunDir, LaunchError>, bool, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().join("run") };
        std::fs::create_dir(&dir.path).unwrap();
        std::fs::write(dir.events(), journal).unwrap();
        let (ear, mouth) = io::pipe().unwrap();
        let mut supervisor = Command::new("sleep").arg("50").stdout(mouth).spawn().unwrap();
        let pid = i32::try_from(supervisor.id()).unwrap();
        let heard = listen(ear, dir, pid, Duration::ZERO);
        let _ = signal::send(ProcessId::of(pid).unwrap(), Signal::TERM);
        let ended = supervisor.wait().unwrap().signal() == Some(libc::SIGKILL);
        (heard, ended, folder)
    }

    #[test]
    fn a_supervisor_that_never_began_is_ended_and_one_that_has_is_left_to_who_attends_it() {
        let (heard, ended, folder) = silent("");
        assert_eq!(
            (heard.unwrap_err().to_string().as_str(), ended),
            ("its supervisor does not answer", true)
        );
        assert!(!folder.path().join("run").exists());
        let (heard, ended, _folder) = silent("{}\n");
        assert!(heard.is_ok() && !ended);
    }
}
