//! The last bytes of a stream, in a file of its own: for file systems that give nothing back from the middle.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::run::dir::private;

/// Bytes kept.
pub const SIZE: u64 = 16 << 20;

/// Bytes moved at once when the file is put in order.
const CHUNK: usize = 64 * 1024;

/// Written round and round until the end, then put in order.
pub struct Ring {
    file: File,
    path: PathBuf,
    written: u64,
}

impl Ring {
    /// A new one beside the file that it will become.
    pub fn new(target: &Path) -> io::Result<Self> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let path = target.with_file_name(format!(".{name}"));
        let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Self { file, path, written: 0 })
    }

    /// Takes the next bytes of the stream; less than [`SIZE`].
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let at = self.written % SIZE;
        let room = usize::try_from(SIZE - at).unwrap_or(usize::MAX);
        let (first, rest) = bytes.split_at(bytes.len().min(room));
        self.file.write_all_at(first, at)?;
        self.file.write_all_at(rest, 0)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Makes the file that is asked for, with the oldest byte first; how many bytes it has.
    pub fn finish(self, target: &Path) -> io::Result<u64> {
        if self.written <= SIZE {
            self.file.set_len(self.written)?;
            fs::rename(&self.path, target)?;
            return Ok(self.written);
        }
        let mut ordered = private(target)?;
        let oldest = self.written % SIZE;
        let done = self.copy(oldest, SIZE, &mut ordered).and_then(|()| self.copy(0, oldest, &mut ordered));
        // Half of it would have no true offsets.
        let _ = fs::remove_file(if done.is_ok() { &self.path } else { target });
        done.map(|()| SIZE)
    }

    fn copy(&self, mut from: u64, to: u64, target: &mut File) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        while from < to {
            let length = usize::try_from(to - from).unwrap_or(CHUNK).min(CHUNK);
            self.file.read_exact_at(&mut buffer[..length], from)?;
            io::Write::write_all(target, &buffer[..length])?;
            from += length as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_are_there_in_order() {
        let text: Vec<u8> = (0u32..6_000_000).flat_map(u32::to_le_bytes).collect();
        let size = usize::try_from(SIZE).unwrap();
        for length in [10, size, size + 100_000, text.len()] {
            let folder = tempfile::tempdir().unwrap();
            let target = folder.path().join("stdout.tail");
            let mut ring = Ring::new(&target).unwrap();
            for part in text[..length].chunks(65_537) {
                ring.write(part).unwrap();
            }
            assert_eq!(ring.finish(&target).unwrap(), SIZE.min(length as u64));
            let kept = fs::read(&target).unwrap();
            assert!(kept == text[length - length.min(size)..length], "{length}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }
}
