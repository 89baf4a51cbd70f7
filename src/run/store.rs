//! All run directories of a user: listed, found, and pruned.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

use crate::run::dir::{Created, RunDir};
use crate::run::spec::{RunId, RunSpec};

/// The folder that holds the run directories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub runs: PathBuf,
}

/// What is still half made after this time stays so: its caller was killed.
const HALF_MADE: Duration = Duration::from_secs(60);

/// No run, or more than one, has the id that was asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    #[error("no run {0:?}; `plugdeck ps --all` lists them")]
    None(String),
    #[error("{0:?} could be {list}; type more digits", list = list(.1))]
    Several(String, Vec<RunId>),
}

fn list(ids: &[RunId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

impl Store {
    /// Makes a new run directory, with its lock taken.
    pub fn create(&self, spec: &RunSpec) -> io::Result<Created> {
        RunDir::create(&self.runs, spec)
    }

    /// How many run directories there are: one look at the folder.
    pub fn count(&self) -> io::Result<usize> {
        Ok(self.names()?.len())
    }

    /// How many folders there are, without a look at each: every one of them is a link to the one above. `None`: not
    /// counted by this file system (btrfs and overlays do not).
    #[must_use]
    pub fn folders(&self) -> Option<usize> {
        let links = fs::metadata(&self.runs).ok()?.nlink();
        usize::try_from(links).ok()?.checked_sub(2)
    }

    /// Every run directory, the newest first. A store that is not there yet has none. Links are passed over:
    /// a run directory is always a directory of its own.
    pub fn list(&self) -> io::Result<Vec<RunDir>> {
        let mut dirs = self.unsorted()?;
        dirs.sort_by(|a, b| b.path.file_name().cmp(&a.path.file_name()));
        for same in dirs.chunk_by_mut(|a, b| second(a) == second(b)).filter(|same| same.len() > 1) {
            // The digits after the second are random: the file system knows which came first.
            same.sort_by_cached_key(|dir| {
                std::cmp::Reverse(dir.path.metadata().and_then(|dir| dir.created()).ok())
            });
        }
        Ok(dirs)
    }

    /// So many run directories, the newest ones, in no order, which is cheaper than all of them in order; and how many
    /// there are.
    pub fn newest(&self, most: usize) -> io::Result<(Vec<RunDir>, usize)> {
        let mut names = self.names()?;
        let kept = names.len();
        if kept > most {
            names.select_nth_unstable_by(most, |a, b| b.cmp(a));
            names.truncate(most);
        }
        Ok((names.into_iter().map(|name| RunDir { path: self.runs.join(name) }).collect(), kept))
    }

    fn unsorted(&self) -> io::Result<Vec<RunDir>> {
        Ok(self.names()?.into_iter().map(|name| RunDir { path: self.runs.join(name) }).collect())
    }

    fn names(&self) -> io::Result<Vec<OsString>> {
        let entries = match fs::read_dir(&self.runs) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        Ok(entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.file_name())
            .filter(|name| !name.as_encoded_bytes().starts_with(b"."))
            .collect())
    }

    /// The run with this id: whole, its beginning, or the beginning of its last four digits.
    pub fn find(&self, wanted: &str) -> Result<RunDir, FindError> {
        let dirs = self.list().unwrap_or_default();
        let exact = dirs.iter().find(|dir| dir.id().0 == wanted);
        let mut found: Vec<_> = match exact {
            Some(dir) => vec![dir.clone()],
            None if wanted.is_empty() => Vec::new(),
            None => dirs
                .into_iter()
                .filter(|dir| dir.id().0.starts_with(wanted) || dir.id().short().starts_with(wanted))
                .collect(),
        };
        match found.len() {
            0 => Err(FindError::None(wanted.to_owned())),
            1 => Ok(found.remove(0)),
            _ => {
                let ids = found.iter().map(RunDir::id).take(3).collect();
                Err(FindError::Several(wanted.to_owned(), ids))
            }
        }
    }

    /// Removes the oldest ended runs until at most `most_runs` and `most_bytes` are kept (`None`: their sizes are not
    /// looked at, which takes a look at every file), and what a caller that
    /// was killed has left half made. Live ones count, and stay. What cannot be removed harms only itself. Returns
    /// how many were removed.
    pub fn prune(&self, most_runs: usize, most_bytes: Option<u64>) -> io::Result<usize> {
        let mut bytes = 0;
        let mut removed = 0;
        for (newer, dir) in self.list()?.into_iter().enumerate() {
            bytes += if most_bytes.is_some() { size(&dir) } else { 0 };
            if (newer >= most_runs || most_bytes.is_some_and(|most| bytes > most))
                && newer > 0
                && !dir.is_supervised()
            {
                // Out of sight first: nobody lists a run that is half removed.
                let hidden = self.runs.join(format!(".{}", dir.id()));
                if fs::rename(&dir.path, &hidden).is_ok() {
                    let _ = fs::remove_dir_all(&hidden);
                    removed += 1;
                }
            }
        }
        for entry in fs::read_dir(&self.runs)?.flatten() {
            let hidden = RunDir { path: entry.path() };
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && entry.file_name().as_encoded_bytes().starts_with(b".") && !hidden.is_supervised()
            {
                // One that is being made this moment has no lock for an instant.
                let age = entry.metadata().and_then(|folder| folder.modified()).map(|made| made.elapsed());
                if matches!(age, Ok(Ok(age)) if age > HALF_MADE) {
                    let _ = fs::remove_dir_all(&hidden.path);
                }
            }
        }
        Ok(removed)
    }
}

/// The part of an id that says when.
fn second(dir: &RunDir) -> String {
    let id = dir.id().0;
    id.split('-').next().unwrap_or_default().to_owned()
}

/// What a run takes on disk, in bytes. Only the files that can grow large are looked at: all runs are weighed at once.
#[must_use]
pub fn size(dir: &RunDir) -> u64 {
    let large = [dir.stdout(), dir.stderr(), dir.samples()];
    large.iter().filter_map(|file| fs::symlink_metadata(file).ok()).map(|file| file.blocks() * 512).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::dir::tests::spec;

    fn store(ids: &[&str]) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { runs: folder.path().into() };
        for id in ids {
            let created = store.create(&spec()).unwrap();
            fs::rename(created.dir.path, folder.path().join(id)).unwrap();
        }
        (folder, store)
    }

    #[test]
    fn runs_are_found_by_what_tells_them_apart() {
        let (_folder, store) =
            store(&["20260101T000000-0f3a", "20260102T000000-0f3b", "20260103T000000-aaaa"]);
        assert_eq!(store.find("0f3a").unwrap().id().0, "20260101T000000-0f3a");
        assert_eq!(store.find("20260103T000000-aaaa").unwrap().id().short(), "aaaa");
        assert_eq!(store.find("zz").unwrap_err(), FindError::None("zz".into()));
        let several = "\"0f3\" could be 20260102T000000-0f3b or 20260101T000000-0f3a; type more digits";
        assert_eq!(store.find("0f3").unwrap_err().to_string(), several);
    }

    #[test]
    fn runs_of_one_second_stand_in_the_order_of_their_making() {
        let (folder, store) = store(&[]);
        for id in ["20260101T000000-0b", "20260101T000000-0a", "20260101T000000-0c", "20260102T000000-00"] {
            fs::create_dir(folder.path().join(id)).unwrap();
            // Birth times have the grain of the kernel's clock tick.
            let born = || folder.path().join(id).metadata().and_then(|dir| dir.created());
            let Ok(before) = born() else {
                eprintln!("skipped: this file system keeps no time of birth");
                return;
            };
            let probe = folder.path().join("probe");
            while fs::write(&probe, "").and_then(|()| probe.metadata()).unwrap().created().unwrap() <= before
            {
                fs::remove_file(&probe).unwrap();
            }
            fs::remove_file(&probe).unwrap();
        }
        let listed: Vec<_> = store.list().unwrap().iter().map(|dir| dir.id().short().to_owned()).collect();
        assert_eq!(listed, ["00", "0c", "0a", "0b"]);
    }

    #[test]
    fn the_oldest_ended_runs_go_and_live_ones_stay() {
        let (folder, store) =
            store(&["20260101T000000-0001", "20260102T000000-0002", "20260103T000000-0003"]);
        let live = store.create(&spec()).unwrap();
        fs::rename(&live.dir.path, folder.path().join("20250101T000000-0000")).unwrap();
        assert!(store.folders().is_none_or(|folders| folders == 4), "{:?}", store.folders());
        assert_eq!(store.prune(2, None).unwrap(), 1);
        let left: Vec<_> = store.list().unwrap().iter().map(|dir| dir.id().0).collect();
        assert_eq!(left, ["20260103T000000-0003", "20260102T000000-0002", "20250101T000000-0000"]);
        assert_eq!(store.prune(10, Some(0)).unwrap(), 0);
        fs::write(store.list().unwrap()[1].stdout(), "printed").unwrap();
        assert_eq!(store.prune(10, Some(0)).unwrap(), 1);
    }
}
