//! Environments looked at: what is in them, what changed, and why a build is silent. No network.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;
use crate::support::tools::Tools;

/// A package that pip installs without a network: `name-version-py3-none-any.whl` in this folder.
fn wheel(folder: &Path, name: &str, version: &str) {
    let script = "import sys,zipfile\n\
        folder,name,version=sys.argv[1:]\n\
        info=f'{name}-{version}.dist-info/'\n\
        with zipfile.ZipFile(f'{folder}/{name}-{version}-py3-none-any.whl','w') as z:\n\
        \tz.writestr(f'{name}.py','x=1\\n'*100)\n\
        \tz.writestr(info+'METADATA',f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n')\n\
        \tz.writestr(info+'WHEEL','Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n\
        \tz.writestr(info+'RECORD',f'{name}.py,,600\\n{info}METADATA,,\\n{info}WHEEL,,\\n{info}RECORD,,\\n')\n";
    let made =
        std::process::Command::new("python3").args(["-c", script]).arg(folder).args([name, version]).status();
    assert!(made.unwrap().success());
}

/// Builds the agent from these requirements; what its last step said.
#[track_caller]
fn build(sandbox: &Sandbox, tools: &Tools, requirements: &str) -> String {
    let wheels = sandbox.path().join("wheels");
    sandbox.write("demo/text-stats", "requirements.txt", requirements);
    let mut command = tools.command(sandbox, &["build", "demo/text-stats"]);
    command.env("PIP_FIND_LINKS", &wheels).env("UV_FIND_LINKS", &wheels).env("UV_NO_INDEX", "1");
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

fn info(sandbox: &Sandbox) -> Value {
    sandbox.plugdeck(&["info", "demo/text-stats", "--json"]).json()
}

#[track_caller]
fn tells_what_changed(tools: &Tools, tool: &str) {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let wheels = sandbox.path().join("wheels");
    fs::create_dir(&wheels).unwrap();
    for (name, version) in [("one", "1.0"), ("one", "1.5"), ("two", "2.0"), ("three", "3.0")] {
        wheel(&wheels, name, version);
    }
    assert_eq!(info(&sandbox)["environment_details"]["disk_bytes"], Value::Null);
    let said = build(&sandbox, tools, "one==1.0\ntwo\n");
    assert!(said.contains("installed\n"), "{said}");
    let said = build(&sandbox, tools, "one==1.5\nthree\n");
    assert!(said.contains("changed: one 1.0 → 1.5; added: three 3.0; removed: two 2.0\n"), "{said}");
    let known = info(&sandbox);
    let details = &known["environment_details"];
    assert_eq!(known["environment"], "ready");
    assert!(details["tool"].as_str().unwrap().starts_with(tool), "{details}");
    assert_eq!(details["changes"]["changed"], json!([["one", "1.0", "1.5"]]));
    assert_eq!(details["inputs"][0], json!({"name": "requirements.txt", "changed": false}));
    assert!(details["disk_bytes"].as_u64().unwrap() > 1000 && details["built_ms"].is_i64(), "{details}");
    let packages = details["packages"].as_array().unwrap();
    let one = packages.iter().find(|package| package["name"] == "one").unwrap();
    assert_eq!(one["version"], "1.5");
    assert!(one["bytes"].as_u64().unwrap() >= 400, "{one}");
    // Running it is no change; what others do to it is.
    assert_eq!(sandbox.run(&["demo/text-stats", "sample"]).1, 0);
    assert_eq!(info(&sandbox)["environment"], "ready");
    let python = sandbox.agent("demo/text-stats").join(".venv/bin/python");
    let script = "import site,os,sys\nos.mkdir(site.getsitepackages()[0]+'/four-4.0.dist-info')";
    assert!(std::process::Command::new(python).args(["-c", script]).status().unwrap().success());
    let known = info(&sandbox);
    assert_eq!(known["environment"], "stale");
    let reason = known["environment_details"]["reason"].as_str().unwrap();
    assert!(reason.contains("by somebody else since the build (added: four 4.0)"), "{reason}");
}

#[test]
fn a_build_tells_what_changed_without_uv() {
    tells_what_changed(&Tools::python_only(), "pip");
}

#[test]
fn a_build_tells_what_changed_with_uv() {
    if let Some(tools) = Tools::with_uv() {
        tells_what_changed(&tools, "uv");
    }
}

#[test]
fn uvs_colours_are_kept_and_shown_only_where_they_are_wanted() {
    let Some(tools) = Tools::with_uv() else { return };
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    fs::create_dir(sandbox.path().join("wheels")).unwrap();
    wheel(&sandbox.path().join("wheels"), "one", "1.0");
    let said = build(&sandbox, &tools, "one\n");
    assert!(said.contains(" + one==1.0") && !said.contains('\u{1b}'), "{said:?}");
    let run = sandbox.runs().pop().unwrap();
    let recorded = fs::read_to_string(run.join("stderr")).unwrap();
    assert!(recorded.contains("\u{1b}["), "{recorded:?}");
    let id = run.file_name().unwrap().to_str().unwrap();
    assert!(!sandbox.plugdeck(&["logs", id]).stdout.contains('\u{1b}'));
    let on_terminal = |variables: &[(&str, &str)]| {
        let mut screen = Screen::start_with(&sandbox, &["logs", id], variables, 120, 40);
        screen.wait_exit();
        assert!(screen.text().contains("+ one==1.0"), "{}", screen.text());
        screen.bytes.windows(2).any(|two| two == b"\x1b[")
    };
    assert!(on_terminal(&[]) && !on_terminal(&[("NO_COLOR", "1")]));
    // The reason of a failure is text.
    sandbox.write("demo/text-stats", "requirements.txt", "no-such-package-anywhere\n");
    let (report, _) = tools.plugdeck(&sandbox, &["build", "demo/text-stats", "--json"]);
    let error = report["error"].as_str().unwrap();
    assert!(report["state"] == "failed" && !error.contains('\u{1b}'), "{error:?}");
}

#[test]
fn the_page_of_an_environment_has_its_packages_and_what_is_wrong() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let wheels = sandbox.path().join("wheels");
    fs::create_dir(&wheels).unwrap();
    wheel(&wheels, "one", "1.0");
    // The environment's python is a link to the one that these tools name.
    let tools = Tools::python_only();
    build(&sandbox, &tools, "one\n");
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.wait_for("text-stats");
    screen.send("g");
    screen.wait_for("Namespace");
    screen.send("j");
    screen.wait_for("Overview");
    screen.send("]");
    screen.wait_until("the packages", |screen| {
        screen.contains("Packages")
            && screen.contains("one")
            && screen.contains("requirements.txt  unchanged")
    });
    sandbox.write("demo/text-stats", "requirements.txt", "one\nthis is none\n");
    screen.wait_for("requirements.txt line 2 is no requirement");
    screen.wait_for("requirements.txt changed since the build");
}

#[test]
fn a_silent_build_says_which_lock_it_waits_for() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let lock = sandbox.agent("demo/text-stats").join("here.lock");
    fs::write(&lock, "").unwrap();
    let wait = "python -c \"import fcntl; fcntl.flock(open('here.lock'), fcntl.LOCK_EX)\"";
    let manifest = sandbox.agent("demo/text-stats").join("agent.yaml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("{text}\ninstallation:\n  commands:\n    - {}\n", json!(wait))).unwrap();
    let script = "import fcntl,sys\nf=open(sys.argv[1])\nfcntl.flock(f,fcntl.LOCK_EX)\nprint(flush=True)\nsys.stdin.read()";
    let mut holder = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(&lock)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut byte = [0];
    std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut byte).unwrap();
    let tools = Tools::python_only();
    let mut child =
        tools.command(&sandbox, &["build", "demo/text-stats"]).stderr(Stdio::null()).spawn().unwrap();
    let mut screen = Screen::start(&sandbox, &[], 120, 40);
    screen.send("2");
    screen.wait_for("Steps");
    screen.send("\r");
    screen.wait_for("waits for a lock on here.lock held by python3 (pid");
    assert!(screen.text().contains(&format!("(pid {})", holder.id())), "{}", screen.text());
    holder.stdin.take().unwrap().flush().unwrap();
    holder.wait().unwrap();
    screen.wait_gone("waits for a lock");
    assert!(child.wait().unwrap().success());
}
