//! Hears at once that something changed in the folders which are looked into, so that an idle dashboard sleeps. Where
//! the system tells nothing (it has no inotify, or too much is watched already), the folders are looked into often; and
//! now and then in any case, since nobody hears of what another machine does in a shared folder.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;

use crate::tui::tail::Ask;

/// From one notice to the next: a burst of changes is worth few looks.
const BURST: Duration = Duration::from_millis(100);

/// Bytes of notices read at once. What they say is not needed: a look finds it.
const NOTICES: usize = 16 * 1024;

/// What is heard.
#[derive(Default)]
pub struct Stirs {
    inotify: Option<Arc<OwnedFd>>,
}

impl Stirs {
    /// Tells of every change from now on, in a thread of its own.
    pub fn start(asks: SyncSender<Ask>) -> io::Result<Self> {
        let Ok(inotify) = inotify::init(CreateFlags::CLOEXEC).map(Arc::new) else {
            return Ok(Self::default());
        };
        let heard = Arc::clone(&inotify);
        std::thread::Builder::new().name("stirs".to_owned()).spawn(move || {
            let mut notices = [0; NOTICES];
            while rustix::io::retry_on_intr(|| rustix::io::read(&heard, &mut notices)).is_ok() {
                if asks.send(Ask::Stirred).is_err() {
                    return;
                }
                std::thread::sleep(BURST);
            }
        })?;
        Ok(Self { inotify: Some(inotify) })
    }

    /// Whether what happens in a folder is heard from now on; not below it.
    pub fn hear(&self, folder: &Path) -> bool {
        self.watch(folder).is_ok()
    }

    /// The same, or where it is not there yet, whether its coming is heard; so many folders above it are tried.
    pub fn hear_coming(&self, folder: &Path, above: usize) -> bool {
        let parent = folder.parent().filter(|_| above > 0);
        // It may have come while its parent was not heard yet.
        self.hear(folder)
            || parent.is_some_and(|parent| self.hear_coming(parent, above - 1) && !folder.exists())
    }

    /// The same for all of them, but for those that are not there.
    pub fn hear_all<'a>(&self, folders: impl IntoIterator<Item = &'a PathBuf>) -> bool {
        let heard = |folder| matches!(self.watch(folder), Ok(()) | Err(Errno::NOENT | Errno::NOTDIR));
        folders.into_iter().all(|folder| heard(folder))
    }

    /// Watching a folder again changes nothing.
    fn watch(&self, folder: &Path) -> Result<(), Errno> {
        let inotify = self.inotify.as_ref().ok_or(Errno::NOSYS)?;
        let changes = WatchFlags::ATTRIB
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVE
            | WatchFlags::ONLYDIR;
        inotify::add_watch(inotify.as_ref(), folder, changes).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn what_happens_in_a_folder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (asks, asked) = sync_channel(1);
        let stirs = Stirs::start(asks).unwrap();
        if !stirs.hear(folder.path()) {
            eprintln!("skipped: this machine has no inotify to spare");
            return;
        }
        fs::create_dir(folder.path().join("run")).unwrap();
        assert!(matches!(asked.recv(), Ok(Ask::Stirred)));
        let missing = folder.path().join("missing");
        assert!(!stirs.hear(&missing) && stirs.hear_all([&missing]));

        // Drained: what comes now is new.
        while asked.try_recv().is_ok() {}
        let deep = missing.join("runs");
        assert!(stirs.hear_coming(&deep, 2) && !stirs.hear_coming(&deep, 0));
        fs::create_dir(&missing).unwrap();
        assert!(matches!(asked.recv(), Ok(Ask::Stirred)));
        assert!(stirs.hear_coming(&deep, 1));
    }

    #[test]
    fn where_nothing_is_heard_that_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let deaf = Stirs::default();
        assert!(!deaf.hear(folder.path()) && !deaf.hear_all([&folder.path().to_path_buf()]));
    }
}
