//! What the machine may refuse, and what others may have put in plugdeck's way: descriptors, processes, file sizes,
//! folders of somebody else, a clock that jumps.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::wait_for;

/// A user that is nobody's.
const NOBODY: u32 = 65_534;

/// Whether the tests may act as another user.
fn is_root(sandbox: &Sandbox) -> bool {
    let root = sandbox.path().metadata().unwrap().uid() == 0;
    if !root {
        eprintln!("skipped: only root can act as another user");
    }
    root
}

/// Runs a script that ends in plugdeck.
fn shell(sandbox: &Sandbox, script: &str) -> Output {
    Command::new("sh").args(["-c", script]).envs(sandbox.variables()).output().unwrap()
}

fn plugdeck(arguments: &str) -> String {
    format!("exec {} {arguments}", env!("CARGO_BIN_EXE_plugdeck"))
}

fn recorded(sandbox: &Sandbox) -> Output {
    sandbox.command(&["ps", "--all", "--json"]).output().unwrap()
}

/// Either it ran, or it was refused with a reason; and nothing is recorded by halves.
#[track_caller]
fn runs_or_is_rejected(output: &Output, recorded: &Output) -> String {
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {:?} {}", output, String::from_utf8_lossy(&output.stderr)));
    let state = report["state"].as_str().unwrap().to_owned();
    match state.as_str() {
        "succeeded" => assert_eq!(output.status.code(), Some(0)),
        "rejected" => {
            let error = report["error"].as_str().unwrap();
            assert!(error.contains("could not ") || error.contains(" cannot be read: "), "{report}");
        }
        // The agent's Python was refused something by itself, and said so.
        "failed" => assert_ne!(report["stderr_bytes"].as_u64(), Some(0), "{report}"),
        _ => panic!("{report}"),
    }
    let recorded: Value = serde_json::from_slice(&recorded.stdout).unwrap();
    for run in recorded.as_array().unwrap() {
        let state = run["state"].as_str().unwrap_or_default();
        assert!(["succeeded", "rejected", "failed"].contains(&state), "{run}");
    }
    state
}

#[test]
fn without_descriptors_a_run_is_rejected_or_whole() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let mut states = Vec::new();
    for limit in 3..32 {
        let output =
            shell(&sandbox, &format!("ulimit -n {limit}; {}", plugdeck("run faults/ok echo --json")));
        // With so few, no program that needs shared libraries can start: the system's own loader says so.
        let loader = String::from_utf8_lossy(&output.stderr).contains("shared libraries");
        if !loader {
            states.push(runs_or_is_rejected(&output, &recorded(&sandbox)));
        }
    }
    assert_eq!(states.first().map(String::as_str), Some("rejected"), "{states:?}");
    assert_eq!(states.last().map(String::as_str), Some("succeeded"), "{states:?}");
}

/// An interpreter that is quick: it has begun long before plugdeck looks at it.
#[test]
fn without_descriptors_nothing_runs_that_is_called_rejected() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let python = sandbox.agent("faults/ok").join(".venv/bin/python");
    let ran = sandbox.path().join("ran");
    fs::remove_file(&python).unwrap();
    let script = format!("#!/bin/sh\necho ran >> '{}'\necho '{{\"result\": 1}}'\n", ran.display());
    fs::write(&python, script).unwrap();
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
    let mut rejected = 0;
    for limit in 3..32 {
        let _ = fs::remove_file(&ran);
        let script = format!("ulimit -n {limit}; {}", plugdeck("run faults/ok echo --json"));
        let output = shell(&sandbox, &script);
        if output.status.code() == Some(0) {
            assert!(ran.exists(), "{limit}: {output:?}");
        } else {
            rejected += 1;
            assert!(!ran.exists(), "{limit}: {output:?}");
        }
    }
    assert!((1..28).contains(&rejected), "{rejected} of 29");
}

#[test]
fn a_file_size_limit_that_leaves_no_room_is_a_rejection() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    // Blocks of 512 or 1,024 bytes, as the shell has it.
    for limit in [0, 1, 8] {
        let output =
            shell(&sandbox, &format!("ulimit -f {limit}; {}", plugdeck("run faults/ok echo --json")));
        assert_eq!(runs_or_is_rejected(&output, &recorded(&sandbox)), "rejected");
        assert_eq!(output.status.code(), Some(125));
    }
    assert_eq!(fs::read_dir(sandbox.path().join("state/plugdeck/runs")).unwrap().count(), 0);
}

/// Gives all of this world to another user.
fn give_away(sandbox: &Sandbox) {
    let mut folders = vec![sandbox.path().to_path_buf()];
    while let Some(folder) = folders.pop() {
        chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if entry.file_type().unwrap().is_file() {
                chown(entry.path(), Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
    }
}

/// A script as a user to whom limits apply. `None` with a message where that cannot be.
fn as_nobody(sandbox: &Sandbox, script: &str) -> Option<Output> {
    let ids = NOBODY.to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &ids, "--regid", &ids, "--clear-groups", "sh", "-c"]).envs(sandbox.variables());
    // The program may lie where that user cannot go.
    let program = sandbox.path().join("plugdeck");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_plugdeck"), &program).unwrap();
    }
    let output = command.arg(script.replace(env!("CARGO_BIN_EXE_plugdeck"), program.to_str()?)).output();
    match output {
        Ok(output) if output.status.code() != Some(127) => Some(output),
        Ok(_) | Err(_) => {
            eprintln!("skipped: no setpriv or prlimit on this machine");
            None
        }
    }
}

#[test]
fn where_no_process_can_be_had_a_run_is_rejected() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let program = env!("CARGO_BIN_EXE_plugdeck");
    let script = |limit: u32| format!("exec prlimit --nproc={limit} {program} run faults/ok echo --json");
    if sandbox.path().metadata().unwrap().uid() != 0 {
        // This user has more processes than one.
        let output = shell(&sandbox, &script(1));
        if output.status.code() == Some(127) {
            eprintln!("skipped: no prlimit on this machine");
            return;
        }
        assert_eq!(runs_or_is_rejected(&output, &recorded(&sandbox)), "rejected");
        return;
    }
    // That user may not be allowed to enter the folder of this machine's Python.
    let python = sandbox.agent("faults/ok").join(".venv/bin/python");
    fs::remove_file(&python).unwrap();
    fs::write(&python, "#!/bin/sh\necho '{\"result\": 1}'\n").unwrap();
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(sandbox.agent("faults/ok").join(".venv/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
    give_away(&sandbox);
    // The first is plugdeck, the second the supervisor, the third the agent.
    for (limit, state) in [(1, "rejected"), (2, "rejected"), (50, "succeeded")] {
        let Some(output) = as_nobody(&sandbox, &script(limit)) else { return };
        let Some(recorded) = as_nobody(&sandbox, &plugdeck("ps --all --json")) else { return };
        assert_eq!(runs_or_is_rejected(&output, &recorded), state);
    }
}

#[test]
fn a_state_folder_may_be_a_link_of_ones_own() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    for (link, target) in [("state", "dotfiles/state"), ("state/plugdeck/runs", "big disk/runs")] {
        let (link, target) = (sandbox.path().join(link), sandbox.path().join(target));
        fs::create_dir_all(&target).unwrap();
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        let _ = fs::remove_dir_all(&link);
        symlink(&target, &link).unwrap();
        let (report, code) = sandbox.run(&["faults/ok", "echo"]);
        assert_eq!(code, 0, "{report}");
        assert_eq!(sandbox.plugdeck(&["ps", "--all", "--json"]).json()[0]["run"], report["run"]);
    }
    // Wider than it should be, but the user's own: it is narrowed.
    let runs = sandbox.path().join("big disk/runs");
    fs::set_permissions(&runs, fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(sandbox.run(&["faults/ok", "echo"]).1, 0);
    assert_eq!(runs.metadata().unwrap().mode() & 0o777, 0o700);
}

#[track_caller]
fn refuses_the_folder(sandbox: &Sandbox, parts: &[&str]) {
    let (report, code) = sandbox.run(&["faults/ok", "echo"]);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 125), "{report}");
    let error = report["error"].as_str().unwrap();
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn nothing_is_written_where_others_could_swap_it() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let state = sandbox.path().join("state");
    fs::create_dir(&state).unwrap();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o777)).unwrap();
    refuses_the_folder(&sandbox, &["/state can be written by everybody", "XDG_STATE_HOME"]);
    assert!(sandbox.runs().is_empty());
    fs::set_permissions(&state, fs::Permissions::from_mode(0o1777)).unwrap();
    assert_eq!(sandbox.run(&["faults/ok", "echo"]).1, 0);
}

#[test]
fn a_folder_of_runs_of_another_user_is_refused() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    if !is_root(&sandbox) {
        return;
    }
    let runs = sandbox.path().join("state/plugdeck/runs");
    fs::create_dir_all(&runs).unwrap();
    chown(&runs, Some(NOBODY), Some(NOBODY)).unwrap();
    refuses_the_folder(&sandbox, &["runs belongs to user 65534", "XDG_STATE_HOME"]);
    // A link to it is no better, and neither is a folder above.
    let theirs = sandbox.path().join("theirs");
    fs::rename(&runs, &theirs).unwrap();
    symlink(&theirs, &runs).unwrap();
    refuses_the_folder(&sandbox, &["theirs belongs to user 65534"]);
    fs::remove_file(&runs).unwrap();
    chown(sandbox.path().join("state/plugdeck"), Some(NOBODY), Some(NOBODY)).unwrap();
    refuses_the_folder(&sandbox, &["plugdeck belongs to user 65534", "could swap"]);
}

#[test]
fn a_link_that_others_could_swap_is_no_way_to_a_folder_of_ones_own() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (own, between) = (sandbox.path().join("own"), sandbox.path().join("between"));
    let plugdeck = sandbox.path().join("state/plugdeck");
    for folder in [&own, &between, &plugdeck] {
        fs::create_dir_all(folder).unwrap();
    }
    // From link to link: every one of them counts.
    symlink("../../between/link", plugdeck.join("runs")).unwrap();
    symlink("../own", between.join("link")).unwrap();
    assert_eq!(sandbox.run(&["faults/ok", "echo"]).1, 0);
    for (folder, name) in [(&plugdeck, "/state/plugdeck"), (&between, "/between")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
        refuses_the_folder(&sandbox, &[name, "can be written by everybody", "could swap"]);
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
    fs::remove_file(plugdeck.join("runs")).unwrap();
    symlink("runs", plugdeck.join("runs")).unwrap();
    assert_eq!(sandbox.run(&["faults/ok", "echo"]).1, 125);
}

#[test]
fn what_others_have_put_in_the_hooks_place_never_runs() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    assert_eq!(sandbox.run(&["faults/ok", "echo"]).1, 0);
    let folder = sandbox.path().join("state/plugdeck/hook").join(env!("CARGO_PKG_VERSION"));
    let hook = folder.join("sitecustomize.py");
    let original = fs::read(&hook).unwrap();
    // Nobody waits for a pipe, nor writes through a link.
    let elsewhere = sandbox.path().join("elsewhere");
    fs::write(&elsewhere, "raise SystemExit(9)").unwrap();
    let disturbances: [&dyn Fn(); 3] = [
        &|| assert!(Command::new("mkfifo").arg(&hook).status().unwrap().success()),
        &|| symlink(&elsewhere, &hook).unwrap(),
        &|| fs::write(&hook, "raise SystemExit(9)").unwrap(),
    ];
    for disturb in disturbances {
        fs::remove_file(&hook).unwrap();
        disturb();
        let (report, code) = sandbox.run(&["faults/ok", "echo", "--timeout", "20"]);
        assert_eq!(code, 0, "{report}");
        assert!(fs::read(&hook).unwrap() == original);
    }
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "raise SystemExit(9)");
    if !is_root(&sandbox) {
        return;
    }
    chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
    refuses_the_folder(&sandbox, &["/hook/", "belongs to user 65534"]);
}

#[test]
fn a_run_of_another_user_is_shown_and_not_believed() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    if !is_root(&sandbox) {
        return;
    }
    let (report, _) = sandbox.run(&["faults/ok", "echo"]);
    let run = report["run"].as_str().unwrap();
    let directory = PathBuf::from(report["directory"].as_str().unwrap());
    for entry in fs::read_dir(&directory).unwrap() {
        chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let done = sandbox.plugdeck(&["ps", "--all", "--json"]);
    assert_eq!(done.json()[0]["state"], Value::Null, "{}", done.stdout);
    assert!(done.stderr.contains("belongs to user 65534"), "{}", done.stderr);
    let done = sandbox.plugdeck(&["kill", run]);
    assert_eq!((done.code, done.stderr.contains("belongs to user 65534")), (125, true), "{}", done.stderr);
}

#[test]
fn a_run_that_is_a_link_is_no_run() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (report, _) = sandbox.run(&["faults/ok", "echo"]);
    let directory = PathBuf::from(report["directory"].as_str().unwrap());
    let elsewhere = sandbox.path().join("elsewhere");
    fs::rename(&directory, &elsewhere).unwrap();
    symlink(&elsewhere, &directory).unwrap();
    assert_eq!(sandbox.plugdeck(&["ps", "--all", "--json"]).json(), json!([]));
    assert_eq!(sandbox.plugdeck(&["logs", report["run"].as_str().unwrap()]).code, 3);
    // Nor is it removed, or what it leads to, when room is made.
    sandbox.configure("keep_runs: 0\n");
    assert_eq!(sandbox.run(&["faults/ok", "echo"]).1, 0);
    assert!(elsewhere.join("spec.json").exists() && directory.is_symlink());
}

/// Moves the clock of the day by the seconds that stand in the file which `CLOCK_SHIFT` names.
const CLOCK: &str = r#"
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long shift(void) {
    const char *path = getenv("CLOCK_SHIFT");
    FILE *file = path ? fopen(path, "re") : NULL;
    long seconds = 0;
    if (file) {
        if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
        fclose(file);
    }
    return seconds;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    int done = syscall(SYS_clock_gettime, clock, now);
    if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
    return done;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *now) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now) *now = exact.tv_sec;
    return exact.tv_sec;
}
"#;

/// The library that moves the clock. `None` with a message where none can be made.
fn clock_library(folder: &Path) -> Option<PathBuf> {
    let (source, library) = (folder.join("clock.c"), folder.join("clock.so"));
    fs::write(&source, CLOCK).unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    if built.is_ok_and(|status| status.success()) {
        return Some(library);
    }
    eprintln!("skipped: no C compiler on this machine");
    None
}

const DAY: i64 = 86_400;

#[test]
fn a_clock_that_jumps_changes_no_duration_and_no_deadline() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let Some(library) = clock_library(sandbox.path()) else { return };
    let shift = sandbox.path().join("shift");
    // By renaming: nobody reads half a number.
    let jump = |seconds: i64| {
        fs::write(sandbox.path().join("shift.new"), seconds.to_string()).unwrap();
        fs::rename(sandbox.path().join("shift.new"), &shift).unwrap();
    };
    let command = |arguments: &[&str]| {
        let mut command = sandbox.command(arguments);
        command.env("LD_PRELOAD", &library).env("CLOCK_SHIFT", &shift);
        command
    };
    for (first, then) in [(0, DAY), (0, -DAY), (DAY, -DAY)] {
        jump(first);
        let arguments = ["run", "--detach", "faults/slow", "tick", "-p", "seconds=50", "-p", "every=0.1"];
        let started = command(&[&arguments[..], &["--timeout", "2"]].concat()).output().unwrap();
        let started: Value = serde_json::from_slice(&started.stdout).unwrap();
        let run = started["run"].as_str().unwrap();
        let stderr = Path::new(started["directory"].as_str().unwrap()).join("stderr");
        wait_for("a line", || fs::metadata(&stderr).ok().filter(|file| file.len() > 0));
        jump(then);
        // A view that lives in the new time.
        let now: Value =
            serde_json::from_slice(&command(&["ps", "--json"]).output().unwrap().stdout).unwrap();
        assert!(now[0]["elapsed_ms"].as_u64().is_some_and(|ms| ms < 60_000), "{now}");
        let outcome = wait_for("the timeout", || {
            let journal = sandbox.journal(run);
            Some(journal.iter().find(|line| line["event"] == "ended")?["outcome"].clone())
        });
        assert_eq!(outcome["state"], "timed_out");
        let duration = outcome["duration_ms"].as_u64().unwrap();
        assert!((2_000..60_000).contains(&duration), "{outcome}");
        let times: Vec<u64> =
            sandbox.journal(run).iter().map(|line| line["t_us"].as_u64().unwrap()).collect();
        assert!(times.is_sorted() && times.last() < Some(&60_000_000), "{times:?}");
        if first == 0 {
            continue;
        }
        // What is written with the time of day has that clock's: so it did jump, for plugdeck too.
        let wall = sandbox.journal(run)[0]["wall_ms"].as_i64().unwrap();
        let real = i64::try_from(
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis(),
        );
        if (wall - real.unwrap()).abs() < 1_000 * DAY / 2 {
            eprintln!("skipped: this plugdeck asks the kernel itself for the time, so it cannot be moved");
        }
    }
}
