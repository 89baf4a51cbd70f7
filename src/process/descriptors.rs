//! What a process has open: descriptors and what they stand for. Files are never touched, only named: a look at one
//! on a network that hangs would hang the looker.

use std::fs;

use crate::process::proc;

/// Most descriptors looked at of one process.
const MOST: usize = 1_024;

/// One descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    pub number: i32,
    pub target: Target,
}

/// What a descriptor stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By inode.
    Socket(u64),
    /// By inode; which end.
    Pipe { inode: u64, reads: bool, writes: bool },
    /// With the descriptors it waits for.
    Epoll(Vec<i32>),
    /// A process that is waited for.
    Process(i32),
    /// `eventfd`, `timerfd`, …
    Anonymous(String),
    /// A file, a folder, a device, a FIFO.
    Path(String),
}

/// What a process has open, by number; `None` when it must not be seen.
#[must_use]
pub fn of(pid: i32) -> Option<Vec<Descriptor>> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let mut found: Vec<_> = entries
        .flatten()
        .take(MOST)
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            let link = fs::read_link(entry.path()).ok()?;
            let info = || proc::text(format!("/proc/{pid}/fdinfo/{number}")).unwrap_or_default();
            Some(Descriptor { number, target: target(&link.to_string_lossy(), info) })
        })
        .collect();
    found.sort_unstable_by_key(|descriptor| descriptor.number);
    Some(found)
}

/// Reads the link; only of some kinds the further facts are wanted.
fn target(link: &str, info: impl FnOnce() -> String) -> Target {
    let inode = |kind: &str| link.strip_prefix(kind)?.strip_suffix(']')?.parse::<u64>().ok();
    if let Some(inode) = inode("socket:[") {
        return Target::Socket(inode);
    }
    if let Some(inode) = inode("pipe:[") {
        let info = info();
        let flags = field(&info, "flags:").and_then(|flags| u32::from_str_radix(flags, 8).ok());
        let mode = flags.map_or(2, |flags| flags & 3);
        return Target::Pipe { inode, reads: mode != 1, writes: mode != 0 };
    }
    match link.strip_prefix("anon_inode:") {
        Some("[eventpoll]") => {
            let info = info();
            let waited = info.lines().filter_map(|line| field(line, "tfd:")?.parse().ok());
            Target::Epoll(waited.collect())
        }
        Some("[pidfd]") => {
            let pid = field(&info(), "Pid:").and_then(|pid| pid.parse().ok());
            Target::Process(pid.unwrap_or(0))
        }
        Some(name) => Target::Anonymous(name.trim_matches(['[', ']']).to_owned()),
        None => Target::Path(link.to_owned()),
    }
}

/// The first word after a name at the beginning of a line.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim_start().strip_prefix(name)?.split_whitespace().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_apart() {
        let epoll = "pos:\t0\nflags:\t02000002\ntfd:        5 events:       19 data: 5  pos:0 ino:1 sdev:8\n\
                     tfd:        9 events: 1 data: 9\n";
        for (link, info, expected) in [
            ("socket:[77]", "", Target::Socket(77)),
            ("pipe:[8]", "flags:\t01\n", Target::Pipe { inode: 8, reads: false, writes: true }),
            ("pipe:[8]", "flags:\t0100000\n", Target::Pipe { inode: 8, reads: true, writes: false }),
            ("anon_inode:[eventpoll]", epoll, Target::Epoll(vec![5, 9])),
            ("anon_inode:[pidfd]", "Pid:\t42\n", Target::Process(42)),
            ("anon_inode:[eventfd]", "", Target::Anonymous("eventfd".into())),
            ("/dev/null", "", Target::Path("/dev/null".into())),
        ] {
            assert_eq!(target(link, || info.to_owned()), expected, "{link}");
        }
    }

    #[test]
    fn an_own_pipe_has_two_ends() {
        let (_reader, _writer) = std::io::pipe().unwrap();
        let found = of(i32::try_from(std::process::id()).unwrap()).unwrap();
        let end = |reads| {
            found.iter().any(
                |d| matches!(d.target, Target::Pipe { reads: r, writes: w, .. } if r == reads && w != reads),
            )
        };
        assert!(end(true) && end(false), "{found:?}");
    }
}
