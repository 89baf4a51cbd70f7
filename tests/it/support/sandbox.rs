//! A home, a store and run directories that belong to one test; what still runs at its end is stopped.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

/// The interpreter that the fixtures' environments use.
pub static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let answer = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let path = answer.expect("the tests need python3").stdout;
    PathBuf::from(String::from_utf8(path).unwrap().trim())
});

/// One test's world.
pub struct Sandbox {
    home: tempfile::TempDir,
}

/// What a call of plugdeck gave back.
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    /// Standard output as the one JSON value it must be.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:?} {:?}", self.stdout, self.stderr))
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("plugdeck died of a signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Sandbox {
    /// A world with nothing in it.
    pub fn new() -> Self {
        Self { home: tempfile::Builder::new().prefix("plugdeck-test-").tempdir().unwrap() }
    }

    /// A world with these agents of `tests/agents`, each with an environment.
    pub fn with(agents: &[&str]) -> Self {
        let sandbox = Self::new();
        for agent in agents {
            sandbox.install(agent);
            sandbox.make_ready(agent);
        }
        sandbox
    }

    /// Puts an agent of `tests/agents` into the store, without an environment.
    pub fn install(&self, agent: &str) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agents").join(agent);
        for file in ["agent.yaml", "agent.py"] {
            self.write(agent, file, &fs::read_to_string(source.join(file)).unwrap());
        }
    }

    /// Writes a file of an agent.
    pub fn write(&self, agent: &str, file: &str, text: &str) {
        let folder = self.agent(agent);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), text).unwrap();
    }

    /// Writes the user's settings.
    pub fn configure(&self, settings: &str) {
        let folder = self.path().join("config/plugdeck");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.yaml"), settings).unwrap();
    }

    /// Gives an agent an environment that plugdeck did not build: what `python -m venv` makes, without pip.
    pub fn make_ready(&self, agent: &str) {
        let environment = self.agent(agent).join(".venv");
        fs::create_dir_all(environment.join("bin")).unwrap();
        symlink(&*PYTHON, environment.join("bin/python")).unwrap();
        let home = PYTHON.parent().unwrap().display();
        let lines = format!("home = {home}\ninclude-system-site-packages = false\n");
        fs::write(environment.join("pyvenv.cfg"), lines).unwrap();
    }

    /// An agent's folder.
    pub fn agent(&self, agent: &str) -> PathBuf {
        self.path().join("store/agents").join(agent)
    }

    pub fn path(&self) -> &Path {
        self.home.path()
    }

    /// The run directories, the oldest first; those that are just being made or removed are none.
    pub fn runs(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path().join("state/plugdeck/runs")) else { return Vec::new() };
        let mut runs: Vec<_> = entries
            .map(|entry| entry.unwrap())
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
            .map(|entry| entry.path())
            .collect();
        // Names tell the second; of two in one second the specification knows which came first.
        runs.sort_by_cached_key(|run| {
            let name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let second = name.split('-').next().unwrap_or_default().to_owned();
            let spec = fs::read(run.join("spec.json")).unwrap_or_default();
            let created =
                serde_json::from_slice::<Value>(&spec).ok().and_then(|spec| spec["created_ms"].as_i64());
            (second, created, name)
        });
        runs
    }

    /// The variables of this world.
    pub fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("HOME", self.path().to_owned()),
            ("AGENTHUB_DIR", self.path().join("store")),
            ("XDG_STATE_HOME", self.path().join("state")),
            ("XDG_CONFIG_HOME", self.path().join("config")),
            ("XDG_CACHE_HOME", self.path().join("cache")),
        ]
    }

    /// plugdeck in this world.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(Path::new(env!("CARGO_BIN_EXE_plugdeck")), arguments)
    }

    /// The same with a copy of plugdeck.
    pub fn command_of(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).envs(self.variables()).env("RUST_BACKTRACE", "0").stdin(Stdio::null());
        command
    }

    /// Calls plugdeck and waits for its end.
    #[track_caller]
    pub fn plugdeck(&self, arguments: &[&str]) -> Done {
        self.command(arguments).output().unwrap().into()
    }

    /// `plugdeck run … --json`: the object and the exit code.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> (Value, i32) {
        let done = self.plugdeck(&[&["run"], arguments, &["--json"]].concat());
        assert!(done.stderr.is_empty(), "{:?}", done.stderr);
        (done.json(), done.code)
    }

    /// Starts a run and leaves it to its supervisor: its id.
    #[track_caller]
    pub fn detach(&self, arguments: &[&str]) -> String {
        let done = self.plugdeck(&[&["run", "--detach"], arguments].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert_eq!(done.json()["state"], "running");
        done.json()["run"].as_str().unwrap().to_owned()
    }

    /// The journal of a run, line by line.
    pub fn journal(&self, run: &str) -> Vec<Value> {
        let path = self.path().join("state/plugdeck/runs").join(run).join("events.jsonl");
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let Ok(Value::Array(live)) =
            serde_json::from_slice(&self.command(&["ps", "--json"]).output().unwrap().stdout)
        else {
            return;
        };
        for run in live {
            let _ = self.command(&["kill", run["run"].as_str().unwrap_or_default()]).output();
        }
    }
}
