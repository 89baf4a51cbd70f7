//! One run directory: its files' names, its creation, and whether its supervisor is alive.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::process::id;
use crate::run::spec::{FORMAT, RunId, RunSpec};
use crate::run::status::Outcome;

/// Bytes kept for a full disk: given back so that the end record still fits.
const RESERVE: usize = 16 * 1024;

/// Bytes for which there is room before a file is read.
const MOST_AT_FIRST: u64 = 1 << 20;

/// Links on the way to a folder: the system itself follows no more.
const MOST_LINKS: usize = 40;

/// Names the files of one run. Reading is open to everybody of the same user; from the moment the directory has
/// its name, only the supervisor writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDir {
    pub path: PathBuf,
}

/// A new run directory and the lock that says its supervisor is alive.
pub struct Created {
    pub id: RunId,
    pub dir: RunDir,
    /// Handed to the supervisor; the lock lasts as long as any copy of this descriptor.
    pub lock: File,
}

impl RunDir {
    /// The run this directory holds.
    #[must_use]
    pub fn id(&self) -> RunId {
        RunId(self.path.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }

    /// Creates `<runs>/<id>`: under a dot-name first, so that nobody ever sees a run without its spec and lock.
    pub fn create(runs: &Path, spec: &RunSpec) -> io::Result<Created> {
        make_private(runs)?;
        secure(runs)?;
        loop {
            let id = new_id()?;
            let hidden = runs.join(format!(".{id}"));
            match fs::DirBuilder::new().mode(0o700).create(&hidden) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                other => other?,
            }
            if fs::symlink_metadata(&hidden)?.mode() & 0o777 != 0o700 {
                fs::set_permissions(&hidden, fs::Permissions::from_mode(0o700))?;
            }
            let path = runs.join(&id.0);
            match Self::fill(&hidden, spec) {
                Ok(lock) if !path.exists() => {
                    fs::rename(&hidden, &path)?;
                    return Ok(Created { id, dir: Self { path }, lock });
                }
                // The name is taken after all: again.
                Ok(_) => fs::remove_dir_all(&hidden)?,
                Err(error) => {
                    let _ = fs::remove_dir_all(&hidden);
                    return Err(error);
                }
            }
        }
    }

    /// Writes what a new run begins with; the lock is taken.
    fn fill(hidden: &Path, spec: &RunSpec) -> io::Result<File> {
        let new = Self { path: hidden.to_path_buf() };
        let mut asked = private(&new.spec())?;
        asked.write_all(&serde_json::to_vec(spec)?)?;
        // A second name for what was asked: what is locked needs no file of its own, and a file takes its time to make.
        let lock = match fs::hard_link(new.spec(), new.lock()) {
            Ok(()) => asked,
            // The file system knows one name for a file.
            Err(_) => private(&new.lock())?,
        };
        lock.try_lock().map_err(|error| io::Error::other(format!("the new lock is taken: {error}")))?;
        private(&new.reserve())?.write_all(&[0; RESERVE])?;
        Ok(lock)
    }

    /// Reads what was asked. An error names the file.
    pub fn read_spec(&self) -> io::Result<RunSpec> {
        let spec = || {
            let bytes = read(&self.spec())?;
            let version: Version = serde_json::from_slice(&bytes)?;
            if version.v > FORMAT {
                let sentence =
                    format!("written in format {}, by a newer plugdeck; this one reads {FORMAT}", version.v);
                return Err(io::Error::other(sentence));
            }
            Ok(serde_json::from_slice(&bytes)?)
        };
        spec().map_err(|error| named(&self.spec(), &error))
    }

    /// Reads how the run ended; `None` while it has not. An error names the file.
    pub fn read_end(&self) -> io::Result<Option<Outcome>> {
        let end = |bytes: Vec<u8>| Ok(Some(serde_json::from_slice::<End>(&bytes)?.outcome));
        match read(&self.end()).and_then(end) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.map_err(|error| named(&self.end(), &error)),
        }
    }

    /// Writes the end by write-then-rename, so that it is whole or not there. The reserve becomes the end: there its
    /// room is, and one file less is made and removed in each run.
    pub fn write_end(&self, outcome: &Outcome) -> io::Result<()> {
        let end = serde_json::to_vec(&End { v: FORMAT, outcome: outcome.clone() })?;
        let reserve = self.reserve();
        if overwrite(&reserve, &end).is_ok() {
            return fs::rename(reserve, self.end());
        }
        // It has been given back already, or the file system writes nothing in place.
        let _ = fs::remove_file(reserve);
        let half = self.path.join(".end.json");
        private(&half)?.write_all(&end)?;
        fs::rename(half, self.end())
    }

    /// Whether a supervisor holds the lock. It is tried for an instant only, and shared, so that two views
    /// never disturb one another.
    #[must_use]
    pub fn is_supervised(&self) -> bool {
        let taken = |lock: File| matches!(lock.try_lock_shared(), Err(fs::TryLockError::WouldBlock));
        open(&self.lock()).is_ok_and(taken)
    }

    /// Whether it is certain that no supervisor holds the lock: it could be had. A lock that cannot be opened tells
    /// nothing.
    #[must_use]
    pub fn is_free(&self) -> bool {
        open(&self.lock()).is_ok_and(|lock| lock.try_lock_shared().is_ok())
    }

    /// Returns when no supervisor holds the lock any more, which may take as long as the run.
    pub fn wait_for_supervisor(&self) -> io::Result<()> {
        loop {
            match open(&self.lock()).and_then(|lock| lock.lock_shared()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It was removed, so it had ended.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                done => return done,
            }
        }
    }

    /// What was asked.
    #[must_use]
    pub fn spec(&self) -> PathBuf {
        self.path.join("spec.json")
    }

    /// Held by the supervisor.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// The journal.
    #[must_use]
    pub fn events(&self) -> PathBuf {
        self.path.join("events.jsonl")
    }

    /// The tree's use of the machine over time.
    #[must_use]
    pub fn samples(&self) -> PathBuf {
        self.path.join("samples.jsonl")
    }

    /// The exact bytes of standard output.
    #[must_use]
    pub fn stdout(&self) -> PathBuf {
        self.path.join("stdout")
    }

    /// The exact bytes of standard error.
    #[must_use]
    pub fn stderr(&self) -> PathBuf {
        self.path.join("stderr")
    }

    /// What came when, on which stream.
    #[must_use]
    pub fn timeline(&self) -> PathBuf {
        self.path.join("timeline")
    }

    /// How the run ended.
    #[must_use]
    pub fn end(&self) -> PathBuf {
        self.path.join("end.json")
    }

    /// Given back when the disk is full.
    #[must_use]
    pub fn reserve(&self) -> PathBuf {
        self.path.join("reserve")
    }

    /// What was found when somebody looked.
    #[must_use]
    pub fn evidence(&self) -> PathBuf {
        self.path.join("evidence")
    }

    /// Stacks, written by the hook inside the agent.
    #[must_use]
    pub fn stacks(&self) -> PathBuf {
        self.path.join("stack")
    }

    /// The folder of the hook, which runs inside the agent. It stands beside the runs, one for each version.
    #[must_use]
    pub fn hook(&self) -> PathBuf {
        let state = self.path.ancestors().nth(2).unwrap_or(&self.path);
        state.join("hook").join(env!("CARGO_PKG_VERSION"))
    }
}

/// What stands first in every file of a run that has a format.
#[derive(Deserialize)]
struct Version {
    v: u32,
}

/// `end.json`.
#[derive(Serialize, Deserialize)]
struct End {
    v: u32,
    #[serde(flatten)]
    outcome: Outcome,
}

/// Opens a file of a run directory for reading. Anything but a regular file is refused, and never waited for: who
/// can write there could have put a FIFO in its place. So is what another user wrote: it could name any process as
/// one to be signalled.
pub fn open(path: &Path) -> io::Result<File> {
    Ok(opened(path)?.0)
}

fn opened(path: &Path) -> io::Result<(File, Metadata)> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(path)?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::other(format!("{} is no regular file", path.display())));
    }
    if found.uid() != id::user() {
        return Err(io::Error::other(format!("{} belongs to user {}", path.display(), found.uid())));
    }
    Ok((file, found))
}

/// An error that says which of a run's files it is about.
fn named(path: &Path, error: &io::Error) -> io::Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let sentence = match error.kind() {
        io::ErrorKind::NotFound => format!("{name} is missing"),
        _ => format!("{name}: {error}"),
    };
    io::Error::new(error.kind(), sentence)
}

/// Reads a file as [`open`] does.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let (file, found) = opened(path)?;
    rest(&file, found.len())
}

/// What is left to read of a file, about so many bytes: the file by itself would be asked for its length once more.
pub(super) fn rest(file: &File, about: u64) -> io::Result<Vec<u8>> {
    // No more at first than can be had for certain, whatever length the file pretends to have.
    let room = usize::try_from(about.min(MOST_AT_FIRST)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(room + 1);
    file.take(u64::MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes a folder that only this user enters, and what is missing above it, whatever the umask.
pub fn make_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_private(parent)?;
    }
    match fs::create_dir(folder) {
        // Somebody else was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => return Ok(()),
        other => other?,
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// Whether a folder is one that nobody else enters, and no link.
#[must_use]
pub fn is_private(folder: &Path) -> bool {
    let private =
        |found: Metadata| found.is_dir() && found.uid() == id::user() && found.mode() & 0o777 == 0o700;
    fs::symlink_metadata(folder).is_ok_and(private)
}

/// Makes sure that nobody else can read or swap what will stand in this folder. A link to a folder of the user's
/// own is as good as the folder, where nobody else can swap the link. What a group may do is the user's own
/// arrangement.
pub fn secure(folder: &Path) -> io::Result<()> {
    const WAY_OUT: &str = "set XDG_STATE_HOME to a folder of your own";
    let found = fs::metadata(folder)?;
    if found.uid() != id::user() {
        let real = fs::canonicalize(folder)?;
        let sentence = format!("{} belongs to user {}: {WAY_OUT}", real.display(), found.uid());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, sentence));
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    let above = folders_above(folder)?;
    // Inside a container, what belongs to the system can have any number.
    let system = above.first().map_or(0, |(_, root)| root.uid());
    for (above, found) in above {
        let sticky = found.mode() & 0o1000 != 0;
        let fault = if ![id::user(), 0, system].contains(&found.uid()) {
            format!("belongs to user {}", found.uid())
        } else if found.mode() & 0o002 != 0 && !sticky {
            "can be written by everybody".to_owned()
        } else {
            continue;
        };
        let sentence = format!("{} {fault}, who could swap what stands there: {WAY_OUT}", above.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, sentence));
    }
    Ok(())
}

/// Every folder that is walked through on the way to this one, from the root on: those above it, and those above every
/// link on the way.
fn folders_above(folder: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let mut path = std::path::absolute(folder)?;
    let mut above = Vec::new();
    'links: for _ in 0..MOST_LINKS {
        let downwards: Vec<_> = path.ancestors().map(Path::to_path_buf).collect();
        for at in downwards.into_iter().rev() {
            let found = fs::symlink_metadata(&at)?;
            if found.is_symlink() {
                let target = at.parent().unwrap_or(&at).join(fs::read_link(&at)?);
                let beneath = path.strip_prefix(&at).unwrap_or(Path::new(""));
                path = target.components().chain(beneath.components()).collect();
                continue 'links;
            }
            above.push((at, found));
        }
        // The last is the folder itself.
        above.pop();
        return Ok(above);
    }
    Err(io::Error::other(format!("{} has too many links on its way", folder.display())))
}

/// Puts these bytes in the place of all that an existing file holds.
fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file =
        OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(path)?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)
}

/// A new file that only this user reads, whatever the umask.
pub fn private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)?;
    if file.metadata()?.mode() & 0o777 != 0o600 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

fn new_id() -> io::Result<RunId> {
    let mut random = [0; 2];
    rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())?;
    let second = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S");
    Ok(RunId(format!("{second}-{:04x}", u16::from_be_bytes(random))))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::run::spec::{Added, KEEP_OUTPUT, Kind, Limits};

    /// A spec with nothing in it.
    pub fn spec() -> RunSpec {
        RunSpec {
            v: FORMAT,
            plugdeck: "0".into(),
            created_ms: 0,
            kind: Kind::Call,
            agent: "a/b".into(),
            directory: "/nowhere".into(),
            method: Some("m".into()),
            payload: None,
            payload_in_argv: false,
            accepted: Vec::new(),
            steps: vec![],
            limits: Limits { grace_ms: 1, sweep_ms: 1, keep_output: KEEP_OUTPUT, ..Limits::default() },
            variables: vec![],
            added: Added::default(),
        }
    }

    #[test]
    fn a_new_directory_is_private_and_supervised_while_its_lock_lives() {
        let runs = tempfile::tempdir().unwrap();
        let created = RunDir::create(runs.path(), &spec()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&created.dir.path), mode(&created.dir.spec())), (0o700, 0o600));
        assert!(created.dir.is_supervised());
        let inode = |path: &Path| fs::metadata(path).unwrap().ino();
        assert_eq!(inode(&created.dir.lock()), inode(&created.dir.spec()), "a file more than is needed");
        drop(created.lock);
        assert!(!created.dir.is_supervised());
        assert_eq!(created.dir.id(), created.id);
        assert_eq!(created.dir.read_spec().unwrap().agent, "a/b");
    }
}
