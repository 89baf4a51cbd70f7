//! The event journal's writing end, and the samples'. Reading is [`crate::run::jsonl`]'s.

use std::fs::File;
use std::io::{self, Write as _};

use serde::Serialize;

/// Appends whole JSON lines to a private file.
pub struct Writer {
    file: File,
    length: u64,
}

impl Writer {
    /// Writes into this new file.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self { file, length: 0 }
    }

    /// Appends one line, so that a reader sees it whole or not at all: what a full disk took only half of is taken
    /// back, and the next line begins where this one would have.
    pub fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        match self.file.write_all(&bytes) {
            Ok(()) => {
                self.length += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                let _ = self.file.set_len(self.length);
                Err(error)
            }
        }
    }
}
