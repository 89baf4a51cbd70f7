//! What the system allows this user: plugdeck needs no privilege, and this says what the limits mean.

use std::fs;

use rustix::process::{Resource, child_subreaper, getrlimit};

use crate::ops::doctor::Check;
use crate::process::id::ProcessId;
use crate::process::signal;

/// Fewer descriptors or processes are soon used up by an agent and its supervisor.
const FEW: u64 = 256;

pub fn checks() -> Vec<Check> {
    vec![supervision(), looking_inside(), limits()]
}

/// What supervisors are built on.
fn supervision() -> Check {
    let action = "run plugdeck on Linux 5.9 or newer, outside of a sandbox that forbids these calls";
    if let Err(error) = signal::open(ProcessId::current()) {
        return Check::problem("supervision", format!("the system gives no pidfd: {error}"), action);
    }
    match child_subreaper() {
        Ok(_) => Check::ok("supervision", "pidfd and child-subreaper are there; no other right is needed"),
        Err(error) => Check::problem("supervision", format!("no child-subreaper: {error}"), action),
    }
}

/// Yama's rule on who may look into a process.
fn looking_inside() -> Check {
    let scope = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").unwrap_or_default();
    let sentence = match scope.trim() {
        "" => "no Yama here: your processes may look into one another",
        "0" => "ptrace_scope 0: your processes may look into one another",
        "1" => "ptrace_scope 1: only an ancestor may look into a process, and an agent's supervisor is one",
        "2" => "ptrace_scope 2: only root may look into a process; what /proc tells everybody still shows",
        _ => "ptrace_scope 3: nobody may look into a process; what /proc tells everybody still shows",
    };
    Check::ok("ptrace", sentence)
}

fn limits() -> Check {
    let of = |resource| getrlimit(resource).current;
    let shown = |limit: Option<u64>| limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string());
    let (files, processes) = (of(Resource::Nofile), of(Resource::Nproc));
    let sentence = format!("{} open files, {} processes", shown(files), shown(processes));
    if let Some(size) = of(Resource::Fsize) {
        let sentence =
            format!("{sentence}, files of at most {size} bytes: what an agent prints beyond is not kept");
        return Check::note(
            "limits",
            sentence,
            "raise the limit (`ulimit -f unlimited`) before starting plugdeck",
        );
    }
    match [files, processes].into_iter().flatten().any(|limit| limit < FEW) {
        true => Check::note(
            "limits",
            sentence,
            "raise them (`ulimit -n 1024`, `ulimit -u 4096`) for agents with many",
        ),
        false => Check::ok("limits", sentence),
    }
}
