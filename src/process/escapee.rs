//! Recognises processes that outlived a supervisor which has vanished: by the marker in their environment, by the
//! run's pipes among their descriptors, or as processes that were seen before. Only reads; what hides from all three
//! is not found.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;

use crate::process::id::{ProcessId, Stat};
use crate::process::tree;

/// The variable that every program of a run gets, with the run's id as its value.
pub const MARKER: &str = "PLUGDECK_RUN_ID";

/// By what the escapees of some runs are known. A run is its place in the caller's list.
#[derive(Debug, Default)]
pub struct Signs {
    /// Values of the marker.
    pub ids: HashMap<String, usize>,
    /// Inodes of pipes.
    pub pipes: HashMap<u64, usize>,
    /// Processes that were seen in the tree.
    pub seen: HashMap<ProcessId, usize>,
    /// When each run's supervisor had started: nothing older can be of its run, whatever its pipes are called.
    pub since: Vec<u64>,
}

/// Whether a process may have been given to its parent when its starter had gone. The system does not tell who adopts
/// (process 1, or a subreaper), but every run begins a session of its own, which nobody above it is in: what was given
/// to somebody above is in another session than its parent. All others keep their environment to themselves. What is
/// below an escapee is found from there.
fn may_be_adopted(stat: Stat) -> bool {
    Stat::read(stat.parent).is_none_or(|parent| parent.session != stat.session)
}

/// Every living escapee and its run, in one look at all processes. Only those of the calling user are read; who was
/// seen in the tree is known whoever it has become, and so is what an escapee has started. `spared` is asked, once
/// there is somebody, who must be left alone.
#[must_use]
pub fn find(signs: &Signs, spared: impl FnOnce() -> HashSet<ProcessId>) -> Vec<(ProcessId, usize)> {
    let user = rustix::process::geteuid().as_raw();
    let mut found: HashMap<ProcessId, usize> = HashMap::new();
    for pid in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = pid.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let Some(stat) = Stat::read(pid).filter(|stat| !stat.has_ended()) else { continue };
        let process = ProcessId { pid, start_time: stat.start_time };
        if let Some(run) = signs.run_of(process, stat, user) {
            found.insert(process, run);
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    let spared = spared();
    found.retain(|process, _| !spared.contains(process));
    for (escapee, run) in found.clone() {
        for child in tree::descendants(escapee.pid) {
            if !spared.contains(&child) && child.is_alive() {
                found.entry(child).or_insert(run);
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable_by_key(|(process, _)| (process.start_time, process.pid));
    found
}

impl Signs {
    fn run_of(&self, process: ProcessId, stat: Stat, user: u32) -> Option<usize> {
        if let Some(run) = self.seen.get(&process) {
            return Some(*run);
        }
        let young = |run: &usize| self.since.get(*run).is_some_and(|since| process.start_time >= *since);
        // Before anything costs: who is older than every run is of none.
        if !(0..self.since.len()).any(|run| young(&run))
            || fs::metadata(format!("/proc/{}", process.pid)).ok()?.uid() != user
        {
            return None;
        }
        let marked = if may_be_adopted(stat) { self.by_marker(process.pid).filter(young) } else { None };
        marked.or_else(|| self.by_pipe(process.pid).filter(young))
    }

    fn by_marker(&self, pid: i32) -> Option<usize> {
        let environ = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let value = |variable: &[u8]| {
            let value = variable.strip_prefix(MARKER.as_bytes())?.strip_prefix(b"=")?;
            self.ids.get(str::from_utf8(value).ok()?).copied()
        };
        environ.split(|byte| *byte == 0).find_map(value)
    }

    fn by_pipe(&self, pid: i32) -> Option<usize> {
        let inode = |link: std::path::PathBuf| -> Option<u64> {
            link.to_str()?.strip_prefix("pipe:[")?.strip_suffix(']')?.parse().ok()
        };
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
        descriptors
            .flatten()
            .filter_map(|descriptor| inode(fs::read_link(descriptor.path()).ok()?))
            .find_map(|inode| self.pipes.get(&inode).copied())
    }
}

/// Who must live whatever marks it carries: the calling process, all above it and below it (plugdeck may have been
/// started from a shell that an agent had started), and these supervisors with their trees.
#[must_use]
pub fn spared(supervisors: impl Iterator<Item = ProcessId>) -> HashSet<ProcessId> {
    let this = ProcessId::current();
    let mut spared: HashSet<_> = tree::descendants(this.pid).into_iter().collect();
    let mut above = Some(this);
    while let Some(process) = above {
        spared.insert(process);
        above = Stat::read(process.pid).map(|stat| stat.parent).and_then(ProcessId::of);
    }
    for supervisor in supervisors.filter(|supervisor| supervisor.is_alive()) {
        spared.insert(supervisor);
        spared.extend(tree::descendants(supervisor.pid));
    }
    spared
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// `sleep`, alive until it is dropped.
    struct Sleeper(Child);

    impl Sleeper {
        /// In a session of its own, as what was started in a run is.
        fn apart(marker: &str) -> Self {
            let script = "import os,time; os.setsid(); print(flush=True); time.sleep(50)";
            let mut command = Command::new("python3");
            command.args(["-c", script]).env(MARKER, marker).stdin(Stdio::null()).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut [0]).unwrap();
            Self(child)
        }

        fn start(set_up: impl FnOnce(&mut Command) -> &mut Command) -> Self {
            let mut command = Command::new("sleep");
            command.arg("50").env_clear().stdin(Stdio::null());
            set_up(&mut command);
            Self(command.spawn().unwrap())
        }

        fn id(&self) -> ProcessId {
            ProcessId::of(i32::try_from(self.0.id()).unwrap()).unwrap()
        }
    }

    impl Drop for Sleeper {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    #[test]
    fn each_of_the_three_signs_is_enough_and_without_one_nobody_is_found() {
        let since = ProcessId::current().start_time;
        let (_reader, writer) = std::io::pipe().unwrap();
        let inode = rustix::fs::fstat(writer.as_fd()).unwrap().st_ino;
        let marked = Sleeper::apart("this");
        let piped = Sleeper::start(|command| command.stdout(writer));
        let seen = Sleeper::start(|command| command);
        let others = [
            Sleeper::apart("that"),
            // Its starter lives: then nobody reads its environment.
            Sleeper::start(|command| command.env(MARKER, "this")),
            Sleeper::start(|command| command.env("MY_PLUGDECK_RUN_ID", "this")),
            Sleeper::start(|command| command.stdout(Stdio::piped())),
        ];
        let mut signs = Signs {
            ids: [("this".to_owned(), 0)].into(),
            pipes: [(inode, 0)].into(),
            seen: [(seen.id(), 0), (ProcessId { start_time: 1, ..others[0].id() }, 0)].into(),
            since: vec![since],
        };
        let found = |signs: &Signs, spared: &[&Sleeper]| -> Vec<i32> {
            let spared = spared.iter().map(|sleeper| sleeper.id()).chain([ProcessId::current()]).collect();
            let found = find(signs, || spared);
            // Other tests' children hold this one's descriptors for an instant.
            let ours: Vec<_> = [&marked, &piped, &seen].into_iter().chain(&others).map(Sleeper::id).collect();
            let mut pids: Vec<_> =
                found.iter().filter(|(id, _)| ours.contains(id)).map(|(id, _)| id.pid).collect();
            pids.sort_unstable();
            pids
        };
        let mut expected = [marked.id().pid, piped.id().pid, seen.id().pid];
        expected.sort_unstable();
        assert_eq!(found(&signs, &[]), expected);
        assert_eq!(found(&signs, &[&marked, &piped, &seen]), [0; 0]);
        // Nothing that is older than the run is of it; who was seen in it is.
        signs.since = vec![u64::MAX];
        assert_eq!(found(&signs, &[]), [seen.id().pid]);
    }

    #[test]
    fn whoever_looks_spares_itself_and_all_above_and_below_it() {
        let below = Sleeper::start(|command| command);
        let spared = spared(std::iter::empty());
        let parent = ProcessId::of(i32::try_from(std::os::unix::process::parent_id()).unwrap()).unwrap();
        assert!(spared.contains(&ProcessId::current()) && spared.contains(&parent));
        assert!(spared.contains(&below.id()));
    }
}
