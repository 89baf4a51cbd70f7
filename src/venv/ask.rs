//! A short question to another program: its answer within a deadline, or why there is none. The program gets no
//! input, and is ended when the time is over.

use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::process::id::ProcessId;
use crate::process::signal;

/// No answer is longer, in bytes.
const LONGEST: usize = 16 * 1024;

/// What the program printed on standard output. `Err` is a fragment such as `no answer within 5 s`.
pub fn ask(program: &Path, arguments: &[&str], deadline: Duration) -> Result<String, String> {
    let until = Instant::now() + deadline;
    let late = || format!("no answer within {} s", deadline.as_secs());
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let answer = read(&mut child, until);
    let ended = wait(&mut child, until);
    if ended.is_none() {
        // The child is not reaped yet, so its pid is still its own.
        let _ = child.kill();
        let _ = child.wait();
    }
    match (answer, ended) {
        (Some(answer), Some(status)) if status.success() => Ok(answer),
        (_, None) | (None, _) => Err(late()),
        (Some(_), Some(status)) => Err(status.to_string()),
    }
}

/// Reads to the end of the answer; `None` when it did not come in time.
fn read(child: &mut Child, until: Instant) -> Option<String> {
    let mut pipe = child.stdout.take()?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while answer.len() < LONGEST {
        if !ready(&pipe, until) {
            return None;
        }
        match pipe.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// Waits for the exit; `None` when it did not come in time.
fn wait(child: &mut Child, until: Instant) -> Option<std::process::ExitStatus> {
    let process = ProcessId::of(i32::try_from(child.id()).ok()?)?;
    let pidfd = signal::open(process).ok()?;
    if ready(&pidfd, until) { child.wait().ok() } else { None }
}

fn ready(file: &impl std::os::fd::AsFd, until: Instant) -> bool {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let Ok(timeout) = Timespec::try_from(left) else { return false };
        match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, deadline: Duration) -> Result<String, String> {
        ask(Path::new("/bin/sh"), &["-c", script], deadline)
    }

    #[test]
    fn an_answer_comes_back_and_an_exit_code_is_named() {
        assert_eq!(shell("echo hello", Duration::from_secs(10)), Ok("hello\n".into()));
        assert_eq!(shell("exit 3", Duration::from_secs(10)), Err("exit status: 3".into()));
        assert!(ask(Path::new("/nowhere/x"), &[], Duration::from_secs(1)).is_err());
    }

    #[test]
    fn a_program_that_waits_is_ended() {
        let begin = Instant::now();
        assert_eq!(shell("exec sleep 60", Duration::from_millis(20)), Err("no answer within 0 s".into()));
        assert_eq!(shell("exec >&-; exec sleep 60", Duration::from_millis(50)).ok(), None);
        assert!(begin.elapsed() < Duration::from_secs(30));
    }
}
