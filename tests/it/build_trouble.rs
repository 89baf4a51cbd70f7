//! Builds that go wrong or are ended: one clear sentence, and what was there before is there again.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::tools::Tools;
use crate::support::{lives, send, wait_for};

const AGENT: &str = "demo/text-stats";

/// An agent with an environment that plugdeck built, and then with these installation commands.
fn ready(tools: &Tools, commands: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.install(AGENT);
    let (report, code) = tools.plugdeck(&sandbox, &["build", AGENT, "--json"]);
    assert_eq!(code, 0, "{report}");
    fs::write(sandbox.agent(AGENT).join(".venv/sign"), "old").unwrap();
    let manifest = fs::read_to_string(sandbox.agent(AGENT).join("agent.yaml")).unwrap();
    let commands = serde_json::to_string(commands).unwrap();
    sandbox.write(AGENT, "agent.yaml", &format!("{manifest}\ninstallation: {{commands: {commands}}}\n"));
    sandbox
}

/// The environment is the one from before, it can be used, and nothing else is left of a build.
#[track_caller]
fn is_as_before(sandbox: &Sandbox) {
    let (report, code) = sandbox.run(&[AGENT, "sample"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(fs::read_to_string(sandbox.agent(AGENT).join(".venv/sign")).unwrap(), "old");
    for name in [".venv.new", ".venv.old", ".venv.building"] {
        assert!(!sandbox.agent(AGENT).join(name).exists(), "{name} is left");
    }
}

fn literal(tools: &Tools, sandbox: &Sandbox) -> (Value, i32) {
    tools.plugdeck(sandbox, &["build", AGENT, "--literal", "--json"])
}

#[test]
fn a_command_with_broken_quotes_is_refused_before_anything_starts() {
    let tools = Tools::python_only();
    let sandbox = ready(&tools, &["echo fine", "echo 'open"]);
    let runs = sandbox.runs();
    let (report, code) = literal(&tools, &sandbox);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 4), "{report}");
    let error = report["error"].as_str().unwrap();
    assert!(error.contains("\"echo 'open\" cannot be read") && error.contains("quotes"), "{error}");
    assert_eq!(sandbox.runs(), runs);
    is_as_before(&sandbox);
}

#[test]
fn a_command_that_waits_for_input_gets_none_and_ends() {
    let tools = Tools::python_only();
    for (command, sentence) in [
        ("python -c 'input(\"Name? \")'", "EOFError: EOF when reading a line"),
        ("read answer && echo $answer", "read answer && echo $answer: exit code 1"),
        ("cat < /dev/tty && true", "/dev/tty"),
    ] {
        let sandbox = ready(&tools, &[command]);
        let (report, code) = literal(&tools, &sandbox);
        assert_eq!((report["state"].as_str(), code), (Some("failed"), 1), "{report}");
        let error = report["error"].as_str().unwrap();
        assert!(error.contains(sentence), "{error}");
        is_as_before(&sandbox);
    }
}

#[test]
fn an_environment_of_another_kind_is_replaced_only_with_consent() {
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("precious"), "").unwrap();
    let is_a_file = |at: &Path| fs::write(at, "a file").unwrap();
    let is_a_link = |at: &Path| symlink(elsewhere.path(), at).unwrap();
    let is_a_folder = |at: &Path| {
        fs::create_dir(at).unwrap();
        fs::write(at.join("mine"), "").unwrap();
    };
    let kinds: [&dyn Fn(&Path); 3] = [&is_a_file, &is_a_link, &is_a_folder];
    for tools in [Some(Tools::python_only()), Tools::with_uv()].into_iter().flatten() {
        for make in kinds {
            let sandbox = Sandbox::new();
            sandbox.install(AGENT);
            let environment = sandbox.agent(AGENT).join(".venv");
            make(&environment);
            let kind = || environment.symlink_metadata().unwrap().file_type();
            let before = kind();
            let (report, code) = tools.plugdeck(&sandbox, &["build", AGENT, "--json"]);
            assert_eq!((report["state"].as_str(), code), (Some("rejected"), 4), "{report}");
            let error = report["error"].as_str().unwrap();
            assert!(error.contains(".venv was not built by plugdeck") && error.contains("--yes"), "{error}");
            assert_eq!(kind(), before);
            // A build that fails puts it back as it was.
            sandbox.write(AGENT, "requirements.txt", "no-such-package-anywhere\n");
            let (report, _) = tools.plugdeck(&sandbox, &["build", AGENT, "--yes", "--json"]);
            assert_eq!((report["state"].as_str(), kind()), (Some("failed"), before), "{report}");
            sandbox.write(AGENT, "requirements.txt", "");
            let (report, code) = tools.plugdeck(&sandbox, &["build", AGENT, "--yes", "--json"]);
            assert_eq!(code, 0, "{report}");
            assert_eq!(sandbox.run(&[AGENT, "sample"]).1, 0);
        }
    }
    assert!(elsewhere.path().join("precious").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let tools = Tools::python_only();
    let sandbox = ready(&tools, &[]);
    let folder = sandbox.agent(AGENT);
    let runs = sandbox.runs();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let (report, code) = tools.plugdeck(&sandbox, &["build", AGENT, "--json"]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 125), "{report}");
    assert!(report["error"].as_str().unwrap().contains("cannot be written"), "{report}");
    assert_eq!(sandbox.runs(), runs);
    is_as_before(&sandbox);
}

/// A command that leaves its tree in every way there is, and goes on; it writes down who belongs to it.
const FORKS: &str = "import os, time, subprocess\n\
    def note(): open(f'pids/{os.getpid()}', 'w').close()\n\
    os.makedirs('pids', exist_ok=True)\n\
    if os.fork() == 0:\n    os.setsid()\n    if os.fork() != 0: os._exit(0)\n    note()\n    time.sleep(600)\n\
    if os.fork() == 0:\n    import signal\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    note()\n    time.sleep(600)\n\
    note()\n\
    open('pids/all', 'w').close()\n\
    time.sleep(600)\n";

/// A build in the middle of such a command: the build, its run, and the processes of the command.
fn forking(tools: &Tools, sandbox: &Sandbox) -> (Child, String, Vec<i64>) {
    sandbox.write(AGENT, "forks.py", FORKS);
    let before = sandbox.runs();
    let build = tools
        .command(sandbox, &["build", AGENT, "--literal", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pids = wait_for("the command's processes", || {
        let folder = sandbox.agent(AGENT).join("pids");
        let names = fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names: Vec<_> = names.collect();
        (names.len() == 4).then(|| names.iter().filter_map(|name| name.parse().ok()).collect())
    });
    let run = sandbox.runs().into_iter().find(|run| !before.contains(run)).unwrap();
    (build, run.file_name().unwrap().to_string_lossy().into_owned(), pids)
}

#[test]
fn a_build_that_is_stopped_ends_its_whole_tree_and_the_old_environment_is_back() {
    for tools in [Some(Tools::python_only()), Tools::with_uv()].into_iter().flatten() {
        let sandbox = ready(&tools, &["python forks.py"]);
        sandbox.configure("grace: 0.2\n");
        let (build, run, pids) = forking(&tools, &sandbox);
        assert_eq!(pids.len(), 3);
        assert!(pids.iter().all(|pid| lives(*pid)));
        assert!(sandbox.agent(AGENT).join(".venv.old/sign").exists());
        assert_eq!(sandbox.plugdeck(&["kill", &run]).code, 0);
        assert!(!pids.iter().any(|pid| lives(*pid)));
        let report: Value = serde_json::from_slice(&build.wait_with_output().unwrap().stdout).unwrap();
        assert_eq!(report["state"], "killed");
        // Before anybody looks: others may use the environment.
        assert!(sandbox.agent(AGENT).join(".venv/sign").exists());
        is_as_before(&sandbox);
    }
}

#[test]
fn the_old_environment_is_back_after_a_supervisor_was_killed() {
    let tools = Tools::python_only();
    let sandbox = ready(&tools, &["python forks.py"]);
    let (build, run, pids) = forking(&tools, &sandbox);
    let starting = &sandbox.journal(&run)[0];
    let supervisor = starting["supervisor"]["pid"].as_i64().unwrap();
    send("KILL", i64::from(build.id()));
    send("KILL", supervisor);
    wait_for("its end", || (!lives(supervisor)).then_some(()));
    assert!(sandbox.agent(AGENT).join(".venv.old/sign").exists());
    // Both who would have ended them are gone: the next one that looks does it.
    let done = sandbox.plugdeck(&["ps"]);
    assert!(done.stderr.contains("left behind when its supervisor vanished"), "{}", done.stderr);
    assert!(!pids.into_iter().any(lives));
    is_as_before(&sandbox);
}

#[test]
fn on_a_terminal_the_silence_of_a_build_is_counted_and_wiped_away() {
    let tools = Tools::python_only();
    let sandbox = ready(&tools, &["mkfifo gate && read answer < gate", "echo awake"]);
    let mut screen = Screen::start(&sandbox, &["build", AGENT, "--literal"], 100, 40);
    screen.wait_for("… silent for 4 s: mkfifo gate && read answer < gate");
    assert!(!screen.text().contains("silent for 3 s"), "{}", screen.text());
    fs::write(sandbox.agent(AGENT).join("gate"), "go\n").unwrap();
    assert_eq!(screen.wait_exit(), 0);
    let text = screen.text();
    assert!(text.contains("\nawake") && !text.contains("silent for"), "{text}");
}
