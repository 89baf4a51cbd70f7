//! Files of JSON lines that grow: the whole lines written since one last looked.

use std::fs;
use std::io::{self, Seek as _, SeekFrom};
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::run::dir;

/// Remembers how far a file was read.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    offset: u64,
    /// Lines so far that did not read as what they should be.
    pub damaged: usize,
}

impl Reader {
    /// The lines written since the last call; a torn last line is kept for later. A file that is not there yet
    /// has none.
    pub fn read_new<T: DeserializeOwned>(&mut self, path: &Path) -> io::Result<Vec<T>> {
        // Most looks find nothing new, and a view looks often at many runs: nothing is opened for that.
        let new = match fs::symlink_metadata(path) {
            Ok(found) if found.len() > self.offset => found.len() - self.offset,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(_) | Err(_) => return Ok(Vec::new()),
        };
        let mut file = dir::open(path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let bytes = dir::rest(&file, new)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.offset += whole as u64;
        let mut values = Vec::new();
        for line in bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(value) => values.push(value),
                Err(_) => self.damaged += 1,
            }
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use std::fs::File;

    use super::*;

    #[test]
    fn a_torn_last_line_is_kept_for_later_and_a_damaged_one_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let mut reader = Reader::default();
        assert!(reader.read_new::<u32>(&path).unwrap().is_empty());

        let mut file = File::create(&path).unwrap();
        file.write_all(b"rubbish\n12\n3").unwrap();
        assert_eq!(reader.read_new::<u32>(&path).unwrap(), [12]);
        file.write_all(b"4\n").unwrap();
        assert_eq!(reader.read_new::<u32>(&path).unwrap(), [34]);
        assert_eq!(reader.damaged, 1);
    }
}
