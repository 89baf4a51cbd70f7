//! Draws the pictures of `screenshots/` from the real program in a pseudo-terminal: SVG and PNG.
//!
//! `cargo test --features screenshots --test screenshots [-- NAME…]`. Fonts are this machine's: DejaVu Sans Mono, and
//! Noto Color Emoji for what agents print. The build's picture is of a real agent where `PLUGDECK_REAL_AGENTS` names
//! a folder of them, as `<namespace>/<name>`.

#[path = "../it/support/mod.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "shared with the tests, which use all of it")]
mod support;
mod svg;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::sandbox::Sandbox;
use support::screen::Screen;

const ENTER: &str = "\r";
const CTRL_R: &str = "\u{12}";
const DARK: svg::Window = svg::Window { foreground: "#d7dae3", background: "#14161c", edge: "#333946" };
const LIGHT: svg::Window = svg::Window { foreground: "#2b2f3a", background: "#fbfbfd", edge: "#d3d6e0" };

/// One picture: its name, and what to do before it is taken.
type Picture = (&'static str, fn(&str));

const PICTURES: &[Picture] = &[
    ("workbench", |name| workbench(name, "dark", DARK)),
    ("workbench-light", |name| workbench(name, "light", LIGHT)),
    ("method", method),
    ("form", form),
    ("run", run),
    ("result", result),
    ("soft-error", soft_error),
    ("stop", stop),
    ("build", build),
    ("why", why),
    ("orphans", orphans),
    ("search", search),
    ("commands", commands),
    ("themes", themes),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, take) in PICTURES {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            take(name);
            println!("screenshots/{name}");
        }
    }
}

/// The agents of the demonstration under the usual path, all ready.
fn world() -> Sandbox {
    let agents =
        ["chatty", "crasher", "hanger", "leaver", "memory-eater", "no-model", "slow-worker", "text-stats"];
    let agents: Vec<String> = agents.iter().map(|agent| format!("demo/{agent}")).collect();
    let sandbox = Sandbox::with(&agents.iter().map(String::as_str).collect::<Vec<_>>());
    sandbox.install("demo/broken");
    sandbox.install("demo/json-shaper");
    symlink(sandbox.path().join("store"), sandbox.path().join(".agenthub")).unwrap();
    sandbox
}

fn open(sandbox: &Sandbox, theme: &str, columns: u16, rows: u16) -> Screen {
    let store = sandbox.path().join(".agenthub");
    let variables = [("AGENTHUB_DIR", store.to_str().unwrap())];
    Screen::start_with(sandbox, &["--theme", theme], &variables, columns, rows)
}

fn take(screen: &Screen, name: &str, window: svg::Window) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    fs::create_dir_all(&folder).unwrap();
    let picture = svg::draw(screen.cells(), window);
    fs::write(folder.join(format!("{name}.svg")), &picture).unwrap();
    fs::write(folder.join(format!("{name}.png")), svg::png(&picture).unwrap()).unwrap();
}

/// Runs are in the order of their seconds.
fn next_second() {
    let second = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = second();
    support::wait_for("the next second", || (second() > now).then_some(()));
}

/// Runs that have ended, one of each kind.
fn history(sandbox: &Sandbox) {
    for call in [
        &["demo/text-stats", "sample"][..],
        &["demo/text-stats", "analyze", "-p", "text=so it goes"],
        &["demo/leaver", "leave_child"],
        &["demo/crasher", "exit_code"],
        &["demo/crasher", "signal"],
        &["demo/no-model", "generate_code", "-p", "prompt=add two numbers"],
        &["demo/hanger", "sleep_forever", "--timeout", "0.3"],
        &["demo/text-stats", "compare", "-p", "first=one two", "-p", "second=one three"],
    ] {
        sandbox.run(call);
        next_second();
    }
}

fn workbench(name: &str, theme: &str, window: svg::Window) {
    let sandbox = world();
    history(&sandbox);
    sandbox.detach(&["demo/chatty", "talk", "-p", "lines=2000", "-p", "delay_ms=150"]);
    next_second();
    sandbox.detach(&["demo/hanger", "wait_for_child"]);
    next_second();
    sandbox.detach(&["demo/slow-worker", "work", "-p", "steps=60", "-p", "load=0.7"]);
    let mut screen = open(&sandbox, theme, 120, 40);
    screen.wait_for("3 running");
    screen.send("2");
    // Until the graphs have a shape.
    screen.wait_until("some seconds of life", |text| text.contains("0:16"));
    take(&screen, name, window);
}

fn method(name: &str) {
    let sandbox = world();
    history(&sandbox);
    let mut screen = open(&sandbox, "dark", 80, 24);
    screen.wait_for("demo/");
    screen.send("Glj");
    screen.wait_for("Takes a text apart");
    take(&screen, name, DARK);
}

/// The form of `text-stats analyze`, with a text in it.
fn filled(sandbox: &Sandbox) -> Screen {
    let mut screen = open(sandbox, "dark", 100, 30);
    screen.wait_for("demo/");
    screen.send("Glj");
    screen.wait_for("Takes a text apart");
    screen.send(ENTER);
    screen.wait_for("1 problem");
    screen.send("The delivery was late but support fixed it in an hour.\rWould order again.");
    screen.wait_for("valid");
    screen
}

fn form(name: &str) {
    let sandbox = world();
    take(&filled(&sandbox), name, DARK);
}

fn result(name: &str) {
    let sandbox = world();
    let mut screen = filled(&sandbox);
    screen.send(CTRL_R);
    screen.wait_for("different_words");
    take(&screen, name, DARK);
}

fn run(name: &str) {
    let sandbox = world();
    sandbox.detach(&["demo/chatty", "talk", "-p", "lines=2000", "-p", "delay_ms=90"]);
    let mut screen = open(&sandbox, "dark", 100, 30);
    screen.wait_for("1 running");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("0:08 / 310s");
    take(&screen, name, DARK);
}

fn soft_error(name: &str) {
    // An agent whose log names no place of this machine.
    let sandbox = Sandbox::with(&["faults/soft-error"]);
    symlink(sandbox.path().join("store"), sandbox.path().join(".agenthub")).unwrap();
    sandbox.run(&["faults/soft-error", "failing"]);
    let mut screen = open(&sandbox, "dark", 100, 28);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("looks like an error");
    take(&screen, name, DARK);
}

fn stop(name: &str) {
    let sandbox = world();
    history(&sandbox);
    sandbox.detach(&["demo/slow-worker", "count_primes", "-p", "up_to=60000000"]);
    let mut screen = open(&sandbox, "dark", 100, 32);
    screen.wait_for("1 running");
    screen.send("2");
    screen.wait_for("0:04");
    screen.send("x");
    screen.wait_for("Stop run");
    take(&screen, name, DARK);
}

fn build(name: &str) {
    let sandbox = world();
    let agent = real_agent(&sandbox);
    let mut screen = open(&sandbox, "dark", 100, 28);
    screen.wait_for("demo/");
    let id = sandbox.plugdeck(&["build", "--json", &agent]).json()["run"].as_str().unwrap().to_owned();
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for(&id[id.len() - 4..]);
    screen.wait_for("✓ succeeded");
    take(&screen, name, DARK);
}

fn why(name: &str) {
    let sandbox = world();
    sandbox.configure("silence_notice: 4\n");
    sandbox.detach(&["demo/hanger", "wait_on_socket"]);
    let mut screen = open(&sandbox, "dark", 110, 36);
    screen.wait_for("◐");
    screen.send("2w");
    screen.wait_for("agent code");
    take(&screen, name, DARK);
}

fn orphans(name: &str) {
    let sandbox = world();
    history(&sandbox);
    // What another tool leaves behind: its shell ends, and the agent goes on.
    let agent = sandbox.agent("demo/hanger");
    let call = r#"{"method":"wait_on_socket","parameters":{}}"#;
    let script = "setsid .venv/bin/python agent.py \"$0\" > /dev/null 2>&1 < /dev/null & echo $!";
    let started = Command::new("sh").args(["-c", script, call]).current_dir(agent).output().unwrap();
    let mut screen = open(&sandbox, "dark", 110, 36);
    screen.wait_for("☠1 orphan");
    screen.send("3G");
    screen.wait_for("gets no answer");
    take(&screen, name, DARK);
    let pid = String::from_utf8(started.stdout).unwrap();
    assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().unwrap().success());
}

fn search(name: &str) {
    let sandbox = Sandbox::with(&["faults/flood"]);
    symlink(sandbox.path().join("store"), sandbox.path().join(".agenthub")).unwrap();
    sandbox.run(&["faults/flood", "tracebacks"]);
    let mut screen = open(&sandbox, "dark", 100, 28);
    screen.wait_for("1 kept");
    screen.send(&format!("2{ENTER}"));
    screen.wait_for("Output");
    screen.send("[");
    screen.wait_for("follow ·");
    for (keys, shown) in [("/", "esc"), ("attempt 1", "/11"), (ENTER, "n next"), ("n", "2/11"), ("n", "3/11")]
    {
        screen.send(keys);
        screen.wait_for(shown);
    }
    take(&screen, name, DARK);
}

fn commands(name: &str) {
    let sandbox = world();
    history(&sandbox);
    let mut screen = open(&sandbox, "dark", 110, 34);
    screen.wait_for("demo/");
    screen.send(":theme");
    screen.wait_for("choose a theme");
    take(&screen, name, DARK);
}

fn themes(name: &str) {
    let sandbox = world();
    history(&sandbox);
    sandbox.detach(&["demo/slow-worker", "work", "-p", "steps=60", "-p", "load=0.7"]);
    let mut screen = open(&sandbox, "dark", 110, 34);
    screen.wait_for("1 running");
    screen.send("2\u{14}");
    screen.wait_for("nord");
    screen.send("jjjj");
    screen.wait_until("some seconds of life", |text| text.contains("0:08"));
    take(&screen, name, DARK);
}

/// A real agent of this machine, copied without its environment; else one of the demonstration.
fn real_agent(sandbox: &Sandbox) -> String {
    let found = || -> Option<(String, PathBuf)> {
        let root = PathBuf::from(std::env::var_os("PLUGDECK_REAL_AGENTS")?);
        let namespace = fs::read_dir(&root).ok()?.flatten().next()?;
        let mut agents: Vec<_> = fs::read_dir(namespace.path()).ok()?.flatten().collect();
        agents.sort_by_key(fs::DirEntry::file_name);
        let agent = agents.into_iter().find(|agent| agent.path().join("uv.lock").is_file())?;
        let name = format!("{}/{}", namespace.file_name().display(), agent.file_name().display());
        Some((name, agent.path()))
    };
    let Some((name, from)) = found() else { return "demo/json-shaper".to_owned() };
    let folder = sandbox.agent(&name);
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    let copied = Command::new("cp").arg("-a").args([&from, &folder]).status().unwrap();
    assert!(copied.success());
    let _ = fs::remove_dir_all(folder.join(".venv"));
    name
}
