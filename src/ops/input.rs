//! Reads a file that a person names. It may be a pipe or a terminal, whose reader must not become deaf.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// From one question whether to go on to the next, while a file gives nothing.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Bytes asked for at once.
const CHUNK: usize = 64 * 1024;

/// Reads all of a file; `-` is standard input. Waits only as long as `go_on` says; then the error is `Interrupted`.
/// More than `most` bytes are an error too.
pub fn read(path: &Path, most: usize, go_on: impl Fn() -> bool) -> io::Result<Vec<u8>> {
    let mut file = match path.to_str() {
        Some("-") => File::from(rustix::stdio::stdin().try_clone_to_owned()?),
        // Opening a pipe must not wait for its writer.
        _ => File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?,
    };
    let mut bytes = Vec::new();
    loop {
        let wait = Timespec::try_from(LOOK_EVERY).ok();
        let ready = poll(&mut [PollFd::new(&file, PollFlags::IN)], wait.as_ref());
        if !go_on() {
            return Err(io::Error::new(ErrorKind::Interrupted, "it gave nothing in time"));
        }
        if ready == Ok(0) {
            continue;
        }
        let before = bytes.len();
        bytes.resize(before + CHUNK, 0);
        let read = file.read(&mut bytes[before..]);
        bytes.truncate(before + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) => return Ok(bytes),
            Ok(_) if bytes.len() > most => {
                return Err(io::Error::other(format!("it has more than {most} bytes")));
            }
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
}
