//! The files of a build in an agent's folder: the marker of a build that is not finished, the lock under which the
//! folder changes, and the removal of environments, which follows no link.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::process::id::{self, ProcessId};
use crate::venv::error::Error;
use crate::venv::inputs::Inputs;
use crate::venv::probe::Basis;

/// The environment in use.
pub const ENVIRONMENT: &str = ".venv";
/// Built beside it.
pub const NEW: &str = ".venv.new";
/// Put aside.
pub const OLD: &str = ".venv.old";
/// Says that a build is not finished.
pub const MARKER: &str = ".venv.building";

/// Version of the marker and of the stamp.
pub const FORMAT: u32 = 1;

/// Markers and stamps are smaller, in bytes.
const LONGEST: u64 = 1 << 20;

/// How long a folder may be held by another plugdeck: deleting a large environment takes seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where an environment is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In `.venv.new`: only uv's relocatable environments survive the move.
    Beside,
    /// In `.venv`, the former one waiting in `.venv.old`.
    InPlace,
}

impl Place {
    /// The word that stands for it in arguments.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Beside => "beside",
            Self::InPlace => "in-place",
        }
    }

    /// The folder that is built, beneath the agent's.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Beside => NEW,
            Self::InPlace => ENVIRONMENT,
        }
    }
}

/// `.venv.building`: a build that has begun and not been put in place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    pub v: u32,
    /// Tells this build's stamp from every other's.
    pub build: String,
    /// The supervisor of the build: as long as it lives, nobody else touches anything.
    pub builder: ProcessId,
    pub boot_id: String,
    pub place: Place,
    pub basis: Basis,
    pub interpreter: String,
    pub tool: String,
    /// There was a `.venv` before.
    pub replaces: bool,
    /// It waits for calls to end: nothing has been made or moved yet.
    #[serde(default)]
    pub waiting: bool,
    pub inputs: Inputs,
}

impl Marker {
    /// Reads an agent's marker. `None` where there is none, which costs one system call.
    pub fn read(directory: &Path) -> Result<Option<Self>, Error> {
        let path = directory.join(MARKER);
        match read_small(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| Error::InTheWay(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", path)(error)),
        }
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, directory: &Path) -> Result<(), Error> {
        write_whole(&directory.join(MARKER), self)
    }

    /// Whether the build goes on.
    pub fn is_alive(&self) -> bool {
        self.builder.is_alive() && self.boot_id == id::boot_id()
    }
}

/// Reads a small regular file; links are not followed, and a FIFO holds nobody.
pub fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    read_at_most(path, LONGEST)
}

/// The same of a file that may be larger; what comes after so many bytes is left out.
pub fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file =
        OpenOptions::new().read(true).custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK)).open(path)?;
    let known = file.metadata()?;
    if !known.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file"));
    }
    // Without a hint a small file takes as many system calls as a large one.
    let room = usize::try_from(known.len().min(most)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(room.saturating_add(1));
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes JSON by write-then-rename.
pub fn write_whole(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let half = path.with_added_extension("half");
    let write = || -> io::Result<()> {
        let flags = flags(OFlags::NOFOLLOW);
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).custom_flags(flags).open(&half)?;
        file.write_all(&serde_json::to_vec_pretty(value)?)?;
        fs::rename(&half, path)
    };
    write().map_err(Error::io("write", path))
}

fn flags(flags: OFlags) -> i32 {
    i32::try_from(flags.bits()).unwrap_or(0)
}

/// Holds an agent's folder against every other plugdeck that prepares, commits or cleans up, until dropped.
///
/// A build and a call that begin in the same instant cannot miss one another: a build writes its marker while it
/// holds the folder alone and looks for runs after that; a call looks for the marker and makes its run directory
/// while it shares the folder. So either the call comes first and the build finds its run, or the marker is there
/// and the call is refused.
pub struct Hold {
    _folder: File,
}

impl Hold {
    /// Takes hold; waits at most half a minute.
    pub fn take(directory: &Path) -> Result<Self, Error> {
        let until = Instant::now() + PATIENCE;
        loop {
            match Self::attempt(directory)? {
                Some(hold) => return Ok(hold),
                None if Instant::now() > until => return Err(Error::Busy(directory.into())),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Shares the folder with other calls, against every build that would begin. `Err` while one goes on. `None` on
    /// a file system without locks: no call fails by that, and only such an instant stays open. `goes_on` is asked
    /// while somebody else holds it alone.
    pub fn share(directory: &Path, goes_on: impl Fn() -> bool) -> Result<Option<Self>, Error> {
        let until = Instant::now() + PATIENCE;
        let refuse_while_building = || match Marker::read(directory)? {
            Some(marker) if marker.is_alive() => {
                Err(Error::Building { agent: directory.into(), pid: marker.builder.pid })
            }
            Some(_) | None => Ok(()),
        };
        loop {
            let folder = File::open(directory).map_err(Error::io("open", directory))?;
            match folder.try_lock_shared() {
                Ok(()) => {
                    refuse_while_building()?;
                    return Ok(Some(Self { _folder: folder }));
                }
                Err(TryLockError::Error(_)) => {
                    refuse_while_building()?;
                    return Ok(None);
                }
                Err(TryLockError::WouldBlock) if Instant::now() > until || !goes_on() => {
                    return Err(Error::Busy(directory.into()));
                }
                Err(TryLockError::WouldBlock) => {
                    refuse_while_building()?;
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }

    /// Takes hold if nobody else does.
    pub fn attempt(directory: &Path) -> Result<Option<Self>, Error> {
        let folder = File::open(directory).map_err(Error::io("open", directory))?;
        match folder.try_lock() {
            Ok(()) => Ok(Some(Self { _folder: folder })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", directory)(error)),
        }
    }
}

/// Refuses a folder in which nothing can be made, before anything is tried.
pub fn writable(directory: &Path) -> Result<(), Error> {
    let access = rustix::fs::access(directory, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK);
    access.map_err(|error| Error::ReadOnly { folder: directory.into(), problem: error.into() })
}

/// Whether a build of this agent has begun and not ended.
pub fn is_marked(directory: &Path) -> bool {
    exists(&directory.join(MARKER))
}

/// Whether anything has this name, a dangling link too.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Removes `.venv.new` or `.venv.old` of an agent, if it is there. Of a link only the link goes.
pub fn remove(directory: &Path, name: &str) -> Result<(), Error> {
    debug_assert!(name == NEW || name == OLD, "nothing else is ever deleted");
    let path = directory.join(name);
    let removed = match fs::symlink_metadata(&path) {
        Ok(file) if file.is_dir() => fs::remove_dir_all(&path),
        Ok(_) => fs::remove_file(&path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Renames within an agent's folder; whatever had the new name must be gone.
pub fn rename(directory: &Path, from: &str, to: &str) -> Result<(), Error> {
    let (from, to): (PathBuf, PathBuf) = (directory.join(from), directory.join(to));
    fs::rename(&from, to).map_err(Error::io("rename", from))
}
