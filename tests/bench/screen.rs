//! What the dashboard costs: its first frame and its idling beside those of htop and btop, a flood through a pane
//! that is looked at, and a store of a thousand agents and ten thousand runs.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::measure::{in_turn, say, wall_of};
use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

/// For how long an idle program is watched.
const IDLE: Duration = Duration::from_secs(10);

/// Looks at an idle program.
const IDLE_ROUNDS: usize = 3;

/// Lines of 100 bytes: 100 MB.
const LINES: u32 = 1_000_000;

/// How each program is known to have drawn itself.
const PLUGDECK: (&[&str], &str) = (&[env!("CARGO_BIN_EXE_plugdeck")], "1 Agents");
const HTOP: (&[&str], &str) = (&["htop"], "F10");
const BTOP: (&[&str], &str) = (&["btop"], "menu");

/// Measures all of it.
pub fn all() {
    let sandbox = Sandbox::with(&["faults/ok", "faults/flood"]);
    for (program, name) in [(HTOP, "htop"), (BTOP, "btop")] {
        if !is_there(program.0[0]) {
            println!("{name} is not on this machine: nothing to compare with");
            continue;
        }
        let ratios = in_turn(|| first_frame(&sandbox, PLUGDECK), || first_frame(&sandbox, program));
        say(&format!("wall time to the first frame / {name}"), &ratios);
    }
    idle(&sandbox);
    flood(&sandbox);
    keys(&sandbox);
    large_store();
}

fn is_there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

fn start(sandbox: &Sandbox, (command, shown): (&[&str], &str)) -> Screen {
    let mut screen = Screen::start_command(sandbox, command, &[], 120, 40);
    until(&mut screen, shown);
    screen
}

/// Waits until this is shown, as closely as can be: the screen's own waiting lets a frame come to its end.
fn until(screen: &mut Screen, shown: &str) {
    let end = Instant::now() + Duration::from_secs(120);
    while !screen.text().contains(shown) {
        assert!(Instant::now() < end, "waited in vain for {shown:?} in:\n{}", screen.text());
        screen.pump_once();
    }
}

fn first_frame(sandbox: &Sandbox, program: (&[&str], &str)) -> f64 {
    let begin = Instant::now();
    let screen = start(sandbox, program);
    let took = begin.elapsed().as_secs_f64();
    drop(screen);
    took
}

/// Processor time of a process and its threads, in seconds.
fn cpu(pid: u32) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let nanoseconds = |task: fs::DirEntry| {
        let text = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        text.split(' ').next().and_then(|first| first.parse::<f64>().ok()).unwrap_or(0.0)
    };
    tasks.map(|task| nanoseconds(task.unwrap())).sum::<f64>() / 1e9
}

/// Resident memory, in megabytes.
fn memory(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Nothing runs and nothing is typed: both programs beside each other, for the same seconds.
fn idle(sandbox: &Sandbox) {
    if !is_there("htop") {
        return;
    }
    let (mut ours, mut theirs) = (start(sandbox, PLUGDECK), start(sandbox, HTOP));
    let pids = [&ours, &theirs].map(|screen| screen.child.process_id().unwrap());
    // What the start still has to do, until the threads that did it are gone: what they used goes with them.
    watch(&mut ours, &mut theirs, IDLE + IDLE / 2);
    let mut written = 0;
    let ratios: Vec<f64> = (0..IDLE_ROUNDS)
        .map(|_| {
            let (before, bytes) = (pids.map(cpu), ours.bytes.len());
            watch(&mut ours, &mut theirs, IDLE);
            written += ours.bytes.len() - bytes;
            let used = pids.map(cpu);
            (used[0] - before[0]) / (used[1] - before[1])
        })
        .collect();
    say("processor time of the idle dashboard / htop", &ratios);
    #[expect(clippy::cast_precision_loss, reason = "a few bytes")]
    say("bytes the idle dashboard wrote", &[written as f64]);
}

fn watch(ours: &mut Screen, theirs: &mut Screen, time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        ours.pump_once();
        theirs.pump_once();
    }
}

/// A hundred megabytes through a run whose output is looked at.
fn flood(sandbox: &Sandbox) {
    let target = sandbox.path().join("flood");
    let agent = sandbox.agent("faults/flood");
    let payload =
        format!(r#"{{"method":"lines","parameters":{{"count":{LINES},"width":100,"stream":"stderr"}}}}"#);
    let seen = || {
        let mut screen = start(sandbox, PLUGDECK);
        wall_of(|| {
            let end = look_at_flood(sandbox, &mut screen, LINES);
            until(&mut screen, "succeeded");
            fs::remove_dir_all(end.parent().unwrap()).unwrap();
        })
    };
    let piped = || {
        let script = format!(".venv/bin/python agent.py '{payload}' 2>&1 >/dev/null | cat > \"$0\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(&target).current_dir(&agent);
        wall_of(|| assert!(command.status().unwrap().success()))
    };
    let ratios = in_turn(seen, piped);
    say("wall time of 100 MB through a pane / cat > file", &ratios);
}

/// Begins a flood and looks at it: the file that will tell of its end.
fn look_at_flood(sandbox: &Sandbox, screen: &mut Screen, lines: u32) -> PathBuf {
    let run = sandbox.detach(&["faults/flood", "lines", "-p", &format!("count={lines}"), "-p", "width=100"]);
    until(screen, &run[run.len() - 4..]);
    screen.send("2\r");
    until(screen, "stdout");
    sandbox.path().join("state/plugdeck/runs").join(run).join("end.json")
}

/// How long a key waits while a gigabyte goes through, and how much memory that takes.
fn keys(sandbox: &Sandbox) {
    let mut screen = start(sandbox, PLUGDECK);
    let pid = screen.child.process_id().unwrap();
    let before = memory(pid);
    let end = look_at_flood(sandbox, &mut screen, 10 * LINES);
    let mut waits = Vec::new();
    while !end.exists() {
        for (key, is_open) in [("?", true), ("\x1b", false)] {
            let sent = Instant::now();
            screen.send(key);
            while screen.text().contains("Keys:") != is_open {
                screen.pump_once();
            }
            waits.push(sent.elapsed().as_secs_f64() * 1e3);
        }
    }
    say("milliseconds from a key to its frame in 1 GB", &waits);
    until(&mut screen, "succeeded");
    say("megabytes more than before that 1 GB", &[memory(pid) - before]);
}

/// A thousand agents and ten thousand runs against a store with two and one.
fn large_store() {
    let (small, large) = (Sandbox::with(&["faults/ok"]), Sandbox::with(&["faults/ok"]));
    for sandbox in [&small, &large] {
        sandbox.configure("keep_runs: 20000\n");
        let (report, code) = sandbox.run(&["faults/ok", "echo"]);
        assert_eq!(code, 0, "{report}");
    }
    let manifest = fs::read_to_string(large.agent("faults/ok").join("agent.yaml")).unwrap();
    for number in 0..1_000 {
        large.write(&format!("many/agent-{number}"), "agent.yaml", &manifest);
        large.write(&format!("many/agent-{number}"), "agent.py", "");
    }
    let run = large.runs().remove(0);
    for number in 0..10_000 {
        let copy = run.with_file_name(format!("20200101T{number:06}-{number:04x}"));
        fs::create_dir(&copy).unwrap();
        for file in ["spec.json", "end.json", "events.jsonl", "stdout", "stderr", "timeline", "lock"] {
            fs::copy(run.join(file), copy.join(file)).unwrap();
        }
    }
    let ratios = in_turn(|| first_frame(&large, PLUGDECK), || first_frame(&small, PLUGDECK));
    say("first frame of 1,000 agents and 10,000 runs / small", &ratios);
    let whole: Vec<f64> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            let mut screen = start(&large, PLUGDECK);
            until(&mut screen, "10001 kept");
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    say("milliseconds until all of them are listed", &whole);
}
