//! Builds that fail for every reason there is a name for, with uv and with pip: real tools, small packages made
//! here, no network but a closed or an empty port of this machine.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::sandbox::{Done, PYTHON, Sandbox};
use crate::support::screen::Screen;
use crate::support::tools::Tools;

const AGENT: &str = "demo/text-stats";

/// A failed build: its report, and all that its tools said.
struct Failed {
    report: Value,
    log: String,
}

/// What a build may find, with uv where `uv` is asked for; `None` where this machine has none.
fn tools(uv: bool) -> Option<Tools> {
    if uv { Tools::with_uv() } else { Some(Tools::python_only()) }
}

/// An agent, the packages it may ask for, and the index that has nothing else.
struct World {
    sandbox: Sandbox,
    wheels: PathBuf,
    index: String,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.install(AGENT);
        let wheels = sandbox.path().join("wheels");
        for (name, version, requires, python) in [
            ("base", "1.0", "", ""),
            ("base", "2.0", "", ""),
            ("left", "1.0", "base<2", ""),
            ("right", "1.0", "base>=2", ""),
            ("newer", "1.0", "", ">=3.99"),
        ] {
            wheel(&wheels, name, version, requires, python);
        }
        Self { sandbox, wheels, index: empty_index() }
    }

    fn write(&self, file: &str, text: &str) {
        self.sandbox.write(AGENT, file, text);
    }

    /// A command whose tools find these packages and no others.
    fn command(&self, tools: &Tools, arguments: &[&str]) -> Command {
        let mut command = tools.online(&self.sandbox, arguments);
        command
            .env("UV_FIND_LINKS", &self.wheels)
            .env("UV_DEFAULT_INDEX", &self.index)
            .env("UV_HTTP_RETRIES", "0")
            .env("UV_PYTHON_DOWNLOADS", "never")
            .env("PIP_FIND_LINKS", &self.wheels)
            .env("PIP_INDEX_URL", &self.index)
            .env("PIP_RETRIES", "0")
            .env_remove("PIP_NO_INDEX")
            .env_remove("UV_OFFLINE");
        command
    }

    /// A build that must fail, and leave the agent as it was: without an environment.
    #[track_caller]
    fn fails(&self, tools: &Tools, more: &[(&str, &str)]) -> Failed {
        let mut command = self.command(tools, &["build", AGENT, "--json"]);
        let done = Done::from(command.envs(more.iter().copied()).output().unwrap());
        let report = done.json();
        assert_eq!((&report["state"], done.code), (&json!("failed"), 1), "{report}");
        let info = self.sandbox.plugdeck(&["info", AGENT, "--json"]).json();
        assert_eq!(info["environment"], "none");
        let log = self.sandbox.plugdeck(&["logs", report["run"].as_str().unwrap()]).stdout;
        Failed { report, log }
    }

    /// A build that fails for this reason with both tools; `lines` are parts of the explanation's.
    #[track_caller]
    fn explains(&self, uv: bool, more: &[(&str, &str)], kind: &str, lines: &[&str]) {
        let Some(tools) = tools(uv) else { return };
        let failed = self.fails(&tools, more);
        let explanation = &failed.report["explanation"];
        assert_eq!(explanation["kind"], kind, "uv: {uv}; {}\n{}", failed.report, failed.log);
        let told = explanation["lines"].as_array().unwrap();
        assert!((1..=2).contains(&told.len()), "{explanation}");
        let all: Vec<_> = told.iter().map(|line| line.as_str().unwrap()).collect();
        for (line, part) in all.iter().zip(lines) {
            assert!(line.contains(part), "{part:?} in {all:?}\n{}", failed.log);
        }
        assert_eq!(all.len(), lines.len(), "{all:?}");
    }
}

/// Makes a wheel: a package with nothing in it but its name and what it asks for.
fn wheel(folder: &Path, name: &str, version: &str, requires: &str, python: &str) {
    const MAKER: &str = "\
import os, sys, zipfile
folder, name, version, requires, python = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
info = f'{name}-{version}.dist-info'
metadata = f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n'
metadata += f'Requires-Dist: {requires}\\n' if requires else ''
metadata += f'Requires-Python: {python}\\n' if python else ''
files = {
    f'{name}/__init__.py': '',
    f'{info}/METADATA': metadata,
    f'{info}/WHEEL': 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
}
files[f'{info}/RECORD'] = ''.join(f'{file},,\\n' for file in files) + f'{info}/RECORD,,\\n'
with zipfile.ZipFile(f'{folder}/{name}-{version}-py3-none-any.whl', 'w') as wheel:
    for file, text in files.items():
        wheel.writestr(file, text)
";
    let made = Command::new(&*PYTHON)
        .args(["-c", MAKER, folder.to_str().unwrap(), name, version, requires, python])
        .status()
        .unwrap();
    assert!(made.success());
}

/// An index without a single package, for as long as the tests run.
fn empty_index() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 4096]);
            let _ =
                stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    format!("http://{address}/simple")
}

/// A `pyproject.toml` of a package that is built by `backend.py` beside it: nothing has to be fetched for that.
const IN_TREE: &str = "\
[build-system]
requires = []
build-backend = 'backend'
backend-path = ['.']
[project]
name = 'agent-comp'
version = '0.1'
requires-python = '>=3.8'
";

/// A build backend that compiles what cannot be compiled.
const BACKEND: &str = "\
import os, subprocess, sys
def build():
    with open('broken.c', 'w') as file:
        file.write('#include \"no_such_header.h\"\\nint main() { return x }\\n')
    print('compiling broken.c', flush=True)
    subprocess.run(['/usr/bin/cc', '-c', 'broken.c', '-o', 'broken.o'], check=True)
def build_wheel(folder, config_settings=None, metadata_directory=None):
    build()
def build_editable(folder, config_settings=None, metadata_directory=None):
    build()
def metadata(folder, config_settings=None):
    info = 'agent_comp-0.1.dist-info'
    os.makedirs(os.path.join(folder, info))
    with open(os.path.join(folder, info, 'METADATA'), 'w') as file:
        file.write('Metadata-Version: 2.1\\nName: agent-comp\\nVersion: 0.1\\n')
    return info
prepare_metadata_for_build_wheel = prepare_metadata_for_build_editable = metadata
";

#[test]
fn two_requirements_that_clash_are_told_with_who_asks_for_them() {
    let world = World::new();
    world.write("requirements.txt", "left\nright\n");
    for uv in [true, false] {
        let Some(tools) = tools(uv) else { continue };
        let failed = world.fails(&tools, &[]);
        let explanation = &failed.report["explanation"];
        assert_eq!(explanation["kind"], "conflict", "{}\n{}", failed.report, failed.log);
        let mut lines: Vec<_> =
            explanation["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        lines.sort_unstable();
        let [left, right] = lines.as_slice() else { panic!("{explanation}") };
        assert!(left.starts_with("left") && left.ends_with("asks for base<2"), "{left}");
        assert!(right.starts_with("right") && right.ends_with("asks for base>=2"), "{right}");
        // The tool's own text stands there as well.
        let own = if uv { "No solution found" } else { "ResolutionImpossible" };
        assert!(failed.log.contains(own), "{}", failed.log);
    }
}

#[test]
fn a_person_reads_the_tools_own_text_then_the_two_lines_and_what_to_do() {
    let world = World::new();
    world.write("requirements.txt", "left\nright\n");
    let done = Done::from(world.command(&Tools::python_only(), &["build", AGENT]).output().unwrap());
    let talk = done.stderr;
    let at = |part: &str| talk.find(part).unwrap_or_else(|| panic!("{part:?} in {talk}"));
    let own = at("ResolutionImpossible");
    let error = at("\nerror: step 3 of 4, pip install -r requirements.txt: exit code 1");
    let left = at("asks for base<2\n");
    let right = at("asks for base>=2\n");
    let next = at("\nnext: Loosen or remove one of the two");
    assert!(own < error && error < left.min(right) && left.max(right) < next, "{talk}");
    assert!(talk.contains("\nconflict: ") && next < at("\nfailed after"), "{talk}");
}

#[test]
fn a_project_that_clashes_with_what_it_asks_for_is_told() {
    let world = World::new();
    let project = "[project]\nname = 'agent-one'\nversion = '0.1'\nrequires-python = '>=3.8'\n";
    world.write("pyproject.toml", &format!("{project}dependencies = ['left>=1.0', 'base>=2']\n"));
    for uv in [true, false] {
        let Some(tools) = tools(uv) else { continue };
        let failed = world.fails(&tools, &[]);
        assert_eq!(failed.report["explanation"]["kind"], "conflict", "{}\n{}", failed.report, failed.log);
        let lines = failed.report["explanation"]["lines"].to_string();
        assert!(lines.contains("the agent asks for base>=2"), "{lines}");
        assert!(lines.contains("asks for base<2"), "{lines}");
    }
}

#[test]
fn a_package_that_nobody_has_is_missing() {
    let world = World::new();
    world.write("requirements.txt", "no-such-thing==1.0\n");
    world.explains(true, &[], "missing_package", &["no-such-thing was not found", "the agent asks for"]);
    world.explains(
        false,
        &[],
        "missing_package",
        &["no-such-thing==1.0 was not found", "the agent asks for"],
    );
    world.write("requirements.txt", "base==3.0\n");
    world.explains(true, &[], "missing_package", &["base==3.0", "the agent asks for base==3.0"]);
    world.explains(false, &[], "missing_package", &["only 1.0, 2.0", "the agent asks for it"]);
}

#[test]
fn without_a_network_the_address_is_told() {
    let world = World::new();
    world.write("requirements.txt", "no-such-thing==1.0\n");
    let closed = "http://me:secret@127.0.0.1:9/simple";
    let variables = [("UV_DEFAULT_INDEX", closed), ("PIP_INDEX_URL", closed), ("PIP_RETRIES", "1")];
    let lines = ["http://127.0.0.1:9/simple", "Connection refused"];
    world.explains(true, &variables, "no_network", &lines);
    world.explains(false, &variables, "no_network", &lines);
    // Forbidden is not missing either.
    world.explains(
        true,
        &[("UV_OFFLINE", "1")],
        "no_network",
        &["not found in the cache", "the agent asks for"],
    );
}

#[test]
fn a_package_for_another_python_is_told_with_both() {
    let world = World::new();
    world.write("requirements.txt", "newer\n");
    for uv in [true, false] {
        world.explains(uv, &[], "no_python", &["asks for Python>=3.99", "the environment has Python 3."]);
    }
}

#[test]
fn no_python_at_all_is_refused_with_what_was_looked_at() {
    let world = World::new();
    let project = "[project]\nname = 'agent-one'\nversion = '0.1'\nrequires-python = '>=3.99'\n";
    world.write("pyproject.toml", project);
    let tools = Tools::python_only();
    let done = Done::from(world.command(&tools, &["build", AGENT, "--json"]).output().unwrap());
    let report = done.json();
    assert_eq!((&report["state"], done.code), (&json!("rejected"), 4), "{report}");
    let error = report["error"].as_str().unwrap();
    for part in
        ["requires-python \">=3.99\"", "found 3.", "looked for python3.", "on PATH", "uv python install"]
    {
        assert!(error.contains(part), "{part:?} in {error}");
    }
    assert!(world.sandbox.runs().is_empty());
}

#[test]
fn of_a_failed_compilation_the_compilers_first_error_is_told() {
    if !Path::new("/usr/bin/cc").exists() {
        eprintln!("skipped: no C compiler on this machine");
        return;
    }
    let world = World::new();
    world.write("pyproject.toml", IN_TREE);
    world.write("backend.py", BACKEND);
    for uv in [true, false] {
        world.explains(uv, &[], "compilation", &["agent-comp could not be built", "error: no_such_header.h"]);
    }
}

#[test]
fn a_bad_line_an_unreadable_project_and_a_foreign_lock_are_told() {
    let world = World::new();
    world.write("requirements.txt", "base\nthis is !! bad\n");
    world.explains(true, &[], "bad_requirement", &["requirements.txt: this is !! bad", "Expected one of"]);
    world.explains(false, &[], "bad_requirement", &["requirements.txt, line 2: this is !! bad"]);
    // uv reads it and says so; pip would be told the dependencies one by one, and nothing may be guessed of them.
    let broken = "[build-system]\nrequires = []\n[project]\nname = 'agent-one\nversion = '0.1'\n";
    world.write("pyproject.toml", broken);
    world.explains(true, &[], "bad_project", &["pyproject.toml: "]);
    let refused = world.command(&Tools::python_only(), &["build", AGENT, "--json"]).output().unwrap();
    let refused = Done::from(refused).json();
    assert_eq!(refused["state"], "rejected");
    assert!(refused["error"].as_str().unwrap().contains("pyproject.toml cannot be read"), "{refused}");
    let project = "[project]\nname = 'agent-one'\nversion = '0.1'\nrequires-python = '>=3.8'\n";
    world.write("pyproject.toml", project);
    world.write("uv.lock", "version = 1\nrubbish [\n");
    world.explains(true, &[], "lock_mismatch", &["uv.lock", "line 2, column 9"]);
    let other = "version = 1\nrequires-python = '>=3.8'\n\n[[package]]\nname = 'other'\nversion = '1'\n";
    world.write("uv.lock", &format!("{other}source = {{ virtual = '.' }}\n"));
    world.explains(true, &[], "lock_mismatch", &["agent-one"]);
}

#[test]
fn a_full_disk_is_told_and_the_agent_stays_as_it_was() {
    let world = World::new();
    world.write("requirements.txt", "base\n");
    let tools = Tools::python_only();
    let store = world.sandbox.path().join("store");
    let small = world.sandbox.path().join("small");
    fs::create_dir(&small).unwrap();
    // The agents' disk is nearly full; the runs are elsewhere.
    let script = format!(
        "/bin/mount -t tmpfs -o size=2m none {small} && /bin/cp -r {store}/. {small} || exit 77; \
         AGENTHUB_DIR={small} {program} build {AGENT} --json; /bin/ls -A {small}/agents/{AGENT} >&2",
        small = small.display(),
        store = store.display(),
        program = env!("CARGO_BIN_EXE_plugdeck"),
    );
    let inner = world.command(&tools, &[]);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "/bin/sh", "-c", &script]);
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = match command
        .env("PATH", inner.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap())
        .output()
    {
        Ok(output) if output.status.code() == Some(0) => output,
        Ok(output) if output.status.code() != Some(77) && output.status.code() != Some(1) => {
            panic!("{}", String::from_utf8_lossy(&output.stderr))
        }
        _ => {
            eprintln!("skipped: this machine allows no small file system of one's own");
            return;
        }
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["state"], &report["explanation"]["kind"]),
        (&json!("failed"), &json!("no_disk")),
        "{report}"
    );
    assert!(report["explanation"]["lines"][0].as_str().unwrap().contains("No space left"), "{report}");
    let files = String::from_utf8(output.stderr).unwrap();
    assert!(!files.lines().any(|file| file == ".venv"), "{files}");
}

#[test]
fn the_page_of_a_failed_build_shows_why_above_the_tools_own_text() {
    let world = World::new();
    world.write("requirements.txt", "left\nright\n");
    let tools = Tools::python_only();
    world.fails(&tools, &[]);
    let mut screen = Screen::start(&world.sandbox, &[], 100, 40);
    screen.wait_for("1 kept");
    screen.send("2\r");
    screen.wait_for("left 1.0 asks for base<2");
    screen.wait_for("right 1.0 asks for base>=2");
    screen.wait_until("the action and pip's text", |text| {
        let why = text.find("asks for base<2").unwrap_or(usize::MAX);
        let action = text.find("Loosen or remove one of the two").unwrap_or(0);
        let own = text.find("because these package versions have conflicting").unwrap_or(0);
        text.contains("conflict") && why < action && action < own
    });
}
