//! The event journal's writing end. Reading it is [`crate::run::view::RunView`]'s.

use std::fs::File;
use std::io::{self, Write as _};

use serde::Serialize;

/// Appends whole JSON lines to a private file.
pub struct Writer {
    file: File,
}

impl Writer {
    /// Writes at the end of this file.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self { file }
    }

    /// Appends one line in one write, so that a reader sees it whole or not at all.
    pub fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.file.write_all(&bytes)
    }
}
