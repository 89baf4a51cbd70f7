//! What an environment takes on the disk. uv links files from its cache instead of copying them: deleting the
//! environment gives their room back only when the cache goes too, so they are counted apart.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Files that are counted; an agent with a large model library has some 100,000.
const MOST: usize = 500_000;

/// Bytes in one of the blocks that `stat` counts.
const BLOCK: u64 = 512;

/// What the files of a folder take, in allocated bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// All of them; a file with several names counts once.
    pub bytes: u64,
    /// Of these, files that have names outside the folder too.
    pub shared_bytes: u64,
    pub files: u64,
    /// There are more than were counted.
    pub more: bool,
}

impl Disk {
    /// Counts everything beneath a folder; follows no link.
    #[must_use]
    pub fn count(folder: &Path) -> Self {
        let mut disk = Self::default();
        // Files with several names: how many of them were met, of how many, and their room.
        let mut linked: HashMap<(u64, u64), (u64, u64, u64)> = HashMap::new();
        let mut folders = vec![folder.to_path_buf()];
        let mut met = 0_usize;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                // Does not follow links.
                let Ok(file) = entry.metadata() else { continue };
                met += 1;
                if met > MOST {
                    folders = Vec::<PathBuf>::new();
                    disk.more = true;
                    break;
                }
                let bytes = file.blocks().saturating_mul(BLOCK);
                if file.is_dir() {
                    folders.push(entry.path());
                } else {
                    disk.files += 1;
                    if file.nlink() > 1 {
                        let known = linked.entry((file.dev(), file.ino()));
                        known.or_insert((0, file.nlink(), bytes)).0 += 1;
                        continue;
                    }
                }
                disk.bytes = disk.bytes.saturating_add(bytes);
            }
        }
        for (met, names, bytes) in linked.into_values() {
            disk.bytes = disk.bytes.saturating_add(bytes);
            if names > met {
                disk.shared_bytes = disk.shared_bytes.saturating_add(bytes);
            }
        }
        disk
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn every_file_counts_once_and_what_others_hold_too_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("environment/lib")).unwrap();
        let empty = Disk::count(&at("environment")).bytes;
        for name in ["environment/own", "environment/twice", "cached"] {
            fs::write(at(name), vec![1; 100_000]).unwrap();
        }
        fs::hard_link(at("environment/twice"), at("environment/lib/twice")).unwrap();
        fs::hard_link(at("cached"), at("environment/lib/cached")).unwrap();
        symlink("/", at("environment/lib/root")).unwrap();
        let room = fs::metadata(at("cached")).unwrap().blocks() * BLOCK;
        let disk = Disk::count(&at("environment"));
        assert!((disk.bytes - empty).abs_diff(3 * room) < 10_000, "{disk:?} {empty} {room}");
        assert_eq!((disk.shared_bytes, disk.files, disk.more), (room, 5, false));
    }
}
