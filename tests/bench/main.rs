//! What plugdeck costs, as ratios: `cargo bench`, or `cargo bench -- run` and `cargo bench -- screen` for one half.
//! Real programs, each pair of measurements taken in turn, the median of several; a ratio stays meaningful when the
//! machine's speed drifts. Nothing here passes or fails.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should say where")]
#![expect(clippy::print_stdout, reason = "the figures are printed")]
#![expect(clippy::print_stderr, reason = "what the tests' support skips, it says")]

mod measure;
mod screen;
#[path = "../it/support/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod support;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use measure::{cpu_of, in_turn, pairs, say, wall_of};
use support::sandbox::Sandbox;

/// Pairs of a single run and a single bare call: where the machine's speed drifts, it drifts for both.
const PAIRS: usize = 200;

/// Runs at once.
const MANY: usize = 50;

/// Lines of a flood, 100 bytes each.
const LINES: u32 = 5_000_000;

fn main() {
    let halves: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |half: &str| halves.is_empty() || halves.iter().any(|word| word == half);
    println!("measured                                              median     min     max");
    if wanted("run") {
        // Removed at the end of all: after many files were removed, some file systems make new ones slowly for a while.
        let _kept = [one_run(), many_runs()];
        flood();
        supervisors();
    }
    if wanted("screen") {
        screen::all();
    }
}

/// A trivial call against the same program started by hand.
fn one_run() -> Sandbox {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let one = |command: fn(&Sandbox) -> Command| {
        cpu_of(|| assert!(quiet(command(&sandbox)).status().unwrap().success()))
    };
    let ratios = pairs(PAIRS, || one(call), || one(bare));
    say("processor time of a run / bare python", &ratios);
    sandbox
}

/// The same, many at once.
fn many_runs() -> Sandbox {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let at_once = |command: fn(&Sandbox) -> Command| {
        cpu_of(|| {
            let children: Vec<_> = (0..MANY).map(|_| quiet(command(&sandbox)).spawn().unwrap()).collect();
            for mut child in children {
                assert!(child.wait().unwrap().success());
            }
        })
    };
    let ratios = in_turn(|| at_once(call), || at_once(bare));
    say(&format!("processor time of {MANY} runs at once / bare"), &ratios);
    sandbox
}

/// A flood through supervisor and follower against `cat > file`.
fn flood() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let target = sandbox.path().join("flood");
    let agent = sandbox.agent("faults/flood");
    let payload =
        format!(r#"{{"method":"lines","parameters":{{"count":{LINES},"width":100,"stream":"stderr"}}}}"#);
    let through = || {
        let (count, file) = (format!("count={LINES}"), File::create(&target).unwrap());
        let mut command = sandbox.command(&["run", "faults/flood", "lines", "-p", &count, "-p", "width=100"]);
        assert!(command.stdout(Stdio::null()).stderr(file).status().unwrap().success());
        for run in sandbox.runs() {
            fs::remove_dir_all(run).unwrap();
        }
    };
    let piped = || {
        let script = format!(".venv/bin/python agent.py '{payload}' 2>&1 >/dev/null | cat > \"$0\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(&target).current_dir(&agent);
        assert!(command.status().unwrap().success());
    };
    let ratios = in_turn(|| wall_of(through), || wall_of(piped));
    say("wall time of 5 million lines / cat > file", &ratios);
    let ratios = in_turn(|| cpu_of(through), || cpu_of(piped));
    say("processor time of 5 million lines / cat", &ratios);
}

/// Memory of supervisors that wait.
fn supervisors() {
    let sandbox = Sandbox::with(&["faults/slow"]);
    let runs: Vec<_> =
        (0..MANY).map(|_| sandbox.detach(&["faults/slow", "tick", "-p", "seconds=50"])).collect();
    let supervisors: Vec<_> =
        runs.iter().map(|run| sandbox.journal(run)[0]["supervisor"]["pid"].as_i64().unwrap()).collect();
    // Until each has looked at its tree more than once, and given back what only the start needed.
    let looks = |run: &String| {
        let samples = sandbox.path().join("state/plugdeck/runs").join(run).join("samples.jsonl");
        fs::read_to_string(samples).map_or(0, |text| text.lines().count())
    };
    while runs.iter().any(|run| looks(run) < 2) {
        std::thread::yield_now();
    }
    for (name, field) in [("resident", "Rss:"), ("proportional", "Pss:")] {
        let megabytes: Vec<_> = supervisors
            .iter()
            .map(|pid| {
                let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
                let line = text.lines().find(|line| line.starts_with(field)).unwrap();
                line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
            })
            .collect();
        say(&format!("megabytes {name}, each of {MANY} supervisors"), &megabytes);
    }
}

/// plugdeck as an installation leaves it, which copies it: of what the linker has just written, each page is mapped by
/// itself, and that shows in a call.
static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugdeck");
    fs::copy(env!("CARGO_BIN_EXE_plugdeck"), &copy).unwrap();
    copy
});

fn call(sandbox: &Sandbox) -> Command {
    sandbox.command_of(&INSTALLED, &["run", "faults/ok", "echo"])
}

fn bare(sandbox: &Sandbox) -> Command {
    let agent = sandbox.agent("faults/ok");
    let mut command = Command::new(agent.join(".venv/bin/python"));
    command.args(["agent.py", r#"{"method":"echo","parameters":{}}"#]).current_dir(agent);
    // Python looks for more where a home has more.
    command.envs(sandbox.variables());
    command
}

fn quiet(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
