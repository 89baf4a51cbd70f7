//! The only place that prints. Standard output is data, standard error is talk.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, IsTerminal, Write as _};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;

use crate::cli::ear::Ear;
use crate::ops::sweep;
use crate::run::swept::Swept;
use crate::text;

/// Bytes written at once: a pipe that can be written takes as many without waiting (`PIPE_BUF`).
const CHUNK: usize = 4096;

/// For how long a reader of talk may take nothing, once a signal was heard.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// Prints text as it is; the caller has made it safe.
pub fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Others' bytes as one line for this stream: with their colours on a terminal whose user wants any.
#[must_use]
pub fn shown(line: &[u8], to: &impl IsTerminal) -> String {
    // Most lines have none, and looking at the terminal for each of millions takes longer than the lines.
    let has_colours = memchr::memchr2(b'\x1b', b'\x9b', line).is_some();
    let wanted = || std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if has_colours && wanted() && to.is_terminal() { text::safe_coloured(line) } else { text::safe(line) }
}

/// Prints one JSON value on one line.
pub fn json(value: &impl Serialize) -> io::Result<()> {
    data(&json_line(value)?)
}

/// Whether nobody reads standard output any more, which is looked at for so long: who prints seldom would learn it
/// late.
#[must_use]
pub fn reader_left_within(time: Duration) -> bool {
    let stdout = rustix::stdio::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let wait = Timespec::try_from(time).ok();
    poll(&mut fds, wait.as_ref()).is_ok() && fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// One JSON value and a newline, safe for a terminal.
pub fn json_line(value: &impl Serialize) -> io::Result<String> {
    Ok(safe_json(&serde_json::to_string(value)?) + "\n")
}

/// JSON text with everything spelled out that a terminal would obey or that turns the text around it. Outside its
/// strings JSON has none of these.
#[must_use]
pub fn safe_json(json: &str) -> String {
    let turns = |c: char| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let json = text::safe_json(json);
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match turns(c) {
            // Writing to a text cannot fail.
            true => drop(write!(safe, "\\u{:04x}", u32::from(c))),
            false => safe.push(c),
        }
    }
    safe
}

/// Says one line to the person, in one write: standard error has no buffer, and half a line could be read, or another
/// program's words stand in it.
pub fn talk(line: &str) {
    // There is nowhere to say that nothing can be said.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Says one line of others' bytes, made safe.
pub fn talk_bytes(line: &[u8]) {
    talk(&text::safe(line));
}

/// Says what was done about the escapees of lost runs.
pub fn swept(swept: &[Swept]) {
    for sentence in swept.iter().flat_map(sweep::sentences) {
        talk_bytes(sentence.as_bytes());
    }
}

/// Writes a little, without waiting where `poll` has said that there is room: how many bytes. A file always has
/// room for more.
pub fn some(to: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    let is_file = || {
        rustix::fs::fstat(&to).is_ok_and(|stat| {
            rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::RegularFile
        })
    };
    let most = if bytes.len() > CHUNK && is_file() { bytes.len() } else { bytes.len().min(CHUNK) };
    Ok(rustix::io::write(to, &bytes[..most])?)
}

/// Writes everything to a reader who may be slow, but hears signals while waiting for him: `Interrupted` when one
/// comes, or when one was heard before and nothing has been taken for so long.
pub fn patiently(to: impl AsFd, mut bytes: &[u8], ear: &mut Ear, most: Option<Duration>) -> io::Result<()> {
    while !bytes.is_empty() {
        let wait = most.filter(|_| ear.first().is_some()).and_then(|most| Timespec::try_from(most).ok());
        let mut fds = [PollFd::new(&to, PollFlags::OUT), PollFd::new(ear, PollFlags::IN)];
        let ready = match poll(&mut fds, wait.as_ref()) {
            Ok(ready) => ready,
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        let writable = !fds[0].revents().is_empty();
        if writable {
            match some(&to, bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
                Err(error) => return Err(error),
            }
        } else if ready == 0 || ear.heard() > 0 {
            return Err(ErrorKind::Interrupted.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_and_turns_nothing_around() {
        let json = "\"a\u{202e}b\u{9b}c\u{2066}\"";
        assert_eq!(safe_json(json), r#""a\u202eb\u009bc\u2066""#);
        assert_eq!(serde_json::from_str::<String>(&safe_json(json)).unwrap(), "a\u{202e}b\u{9b}c\u{2066}");
    }
}
