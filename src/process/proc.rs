//! Files below `/proc`. They tell no length, so whoever does not know them reads one in many small pieces, and a look
//! at a tree reads many.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Bytes that hold nearly every one of them.
const ROOM: usize = 4096;

/// Reads one, most often in a single piece.
pub fn text(path: impl AsRef<Path>) -> io::Result<String> {
    let mut text = String::with_capacity(ROOM);
    // The file by itself would be asked for a length first.
    File::open(path)?.take(u64::MAX).read_to_string(&mut text)?;
    Ok(text)
}
