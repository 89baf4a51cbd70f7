//! What a person can choose about a build: the manifest's own commands, and a uv where there is none.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::sandbox::{PYTHON, Sandbox};
use crate::support::tools::Tools;
use crate::support::wheel::wheel;

/// An agent with these installation commands, given as YAML, and a package `tiny` that they may install.
fn with_commands(commands: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let manifest = fs::read_to_string(sandbox.agent("demo/text-stats").join("agent.yaml")).unwrap();
    let manifest = format!("{manifest}\ninstallation:\n  commands: {commands}\n");
    sandbox.write("demo/text-stats", "agent.yaml", &manifest);
    wheel(&sandbox.path().join("wheels"), "tiny", "1.0", &[("tiny.py", "")]);
    sandbox
}

/// plugdeck with these tools and the wheels of this world.
#[track_caller]
fn plugdeck(tools: &Tools, sandbox: &Sandbox, arguments: &[&str]) -> (Value, i32, String) {
    let wheels = sandbox.path().join("wheels");
    let mut command = tools.command(sandbox, arguments);
    let output = command.env("UV_FIND_LINKS", &wheels).env("PIP_FIND_LINKS", &wheels).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    (report, output.status.code().unwrap(), said)
}

/// Whether a package stands in an environment.
fn has(environment: &Path, package: &str) -> bool {
    let lib = fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    lib.into_iter().any(|python| python.path().join("site-packages").join(package).exists())
}

#[track_caller]
fn follows_the_manifest(tools: &Tools) {
    let commands =
        "[\"pip install uv || true\", \"uv venv .venv\", \"pip install tiny\", \"echo it > said\"]";
    let sandbox = with_commands(commands);
    // What plugdeck would do by itself cannot be done.
    sandbox.write("demo/text-stats", "requirements.txt", "no-such-package-anywhere==1.0\n");
    let (plan, _, _) =
        plugdeck(tools, &sandbox, &["build", "demo/text-stats", "--literal", "--plan", "--json"]);
    let steps = plan["steps"].as_array().unwrap();
    let titles: Vec<_> = steps.iter().map(|step| step["title"].as_str().unwrap()).collect();
    assert!(
        titles.ends_with(&["uv venv .venv", "pip install tiny", "echo it > said", "accept it"]),
        "{titles:?}"
    );
    assert!(!titles.iter().any(|title| title.contains("requirements")), "{titles:?}");
    let made = steps.iter().find(|step| step["title"] == "uv venv .venv").unwrap();
    assert_eq!(made["skip"], "done already: the environment is there");
    assert!(sandbox.runs().is_empty());

    let (report, code, _) = plugdeck(tools, &sandbox, &["build", "demo/text-stats", "--literal", "--json"]);
    assert_eq!((report["state"].as_str(), code), (Some("succeeded"), 0), "{report}");
    let journal = sandbox.journal(report["run"].as_str().unwrap());
    assert!(journal.iter().any(|line| line["event"] == "skipped"), "{journal:?}");
    assert!(has(&sandbox.agent("demo/text-stats").join(".venv"), "tiny.py"));
    assert_eq!(fs::read_to_string(sandbox.agent("demo/text-stats").join("said")).unwrap(), "it\n");
    assert_eq!(sandbox.run(&["demo/text-stats", "sample"]).1, 0);
    assert_eq!(sandbox.plugdeck(&["info", "demo/text-stats", "--json"]).json()["environment"], "ready");
}

#[test]
fn the_manifest_is_followed_to_the_letter_without_uv() {
    follows_the_manifest(&Tools::python_only());
}

#[test]
fn the_manifest_is_followed_to_the_letter_with_uv() {
    if let Some(tools) = Tools::with_uv() {
        follows_the_manifest(&tools);
    }
}

#[test]
fn a_text_is_one_command_and_is_shown_before_it_runs() {
    let sandbox = with_commands("echo one > one && echo two > two");
    let tools = Tools::python_only();
    let output = tools.command(&sandbox, &["build", "demo/text-stats", "--literal"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let command = "3. echo one > one && echo two > two   (the manifest's installation command, as asked for)";
    assert!(said.lines().any(|line| line == command), "{said}");
    assert!(sandbox.agent("demo/text-stats").join("two").exists());
}

#[test]
fn without_commands_there_is_nothing_to_follow() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let (report, code, _) =
        plugdeck(&Tools::python_only(), &sandbox, &["build", "demo/text-stats", "--literal", "--json"]);
    assert_eq!((report["state"].as_str(), code), (Some("rejected"), 4), "{report}");
    let error = report["error"].as_str().unwrap();
    assert!(error.contains("no installation.commands to follow"), "{error}");
    assert!(sandbox.runs().is_empty());
}

/// A package named uv: a program that makes environments as uv does, as far as these tests need it.
fn fake_uv(sandbox: &Sandbox) {
    let script = format!(
        "#!/bin/sh\ncase $1 in\n--version) echo 'uv 9.9.9';;\n\
         venv) for last; do :; done; {} -m venv --without-pip \"$last\" && echo 'relocatable = true' >> \"$last/pyvenv.cfg\";;\n\
         *) echo \"fake uv: $*\" >&2;;\nesac\n",
        PYTHON.display()
    );
    wheel(&sandbox.path().join("wheels"), "uv", "9.9.9", &[("uv-9.9.9.data/scripts/uv", &script)]);
}

#[test]
fn a_uv_is_fetched_on_request_and_found_later_on() {
    let sandbox = with_commands("[]");
    let agents = ["demo/text-stats", "demo/chatty"];
    sandbox.install(agents[1]);
    fake_uv(&sandbox);
    let tools = Tools::python_only();
    let cache = sandbox.path().join("cache/plugdeck/uv");

    // Never silently.
    let (plan, _, said) = plugdeck(&tools, &sandbox, &["build", agents[0], "--plan", "--json"]);
    assert_eq!((&plan["tool"], said.lines().count()), (&Value::from("pip"), 1), "{said}");
    assert!(said.contains("--fetch-uv"), "{said}");
    assert!(!cache.exists());

    // Two at once.
    let wheels = sandbox.path().join("wheels");
    let builds = agents.map(|agent| {
        let mut command = tools.command(&sandbox, &["build", agent, "--fetch-uv", "--json"]);
        command.env("PIP_FIND_LINKS", &wheels).stdout(Stdio::piped()).spawn().unwrap()
    });
    for build in builds {
        let report: Value = serde_json::from_slice(&build.wait_with_output().unwrap().stdout).unwrap();
        assert_eq!(report["state"], "succeeded", "{report}");
    }
    let left: Vec<_> = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["uv"]);
    assert_eq!(sandbox.run(&[agents[0], "sample"]).1, 0);

    let (plan, _, said) = plugdeck(&tools, &sandbox, &["build", agents[0], "--plan", "--fetch-uv", "--json"]);
    assert_eq!(plan["tool"], "uv 9.9.9");
    assert_eq!(said, "uv 9.9.9 is here already: --fetch-uv changes nothing\n");
    assert!(!plan.to_string().contains("keep-uv"), "{plan}");
}

#[test]
fn a_uv_that_cannot_be_fetched_leaves_what_was_there() {
    let sandbox = with_commands("[]");
    let tools = Tools::python_only();
    let (_, code, _) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!(code, 0);
    let (report, code, _) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--fetch-uv", "--json"]);
    assert_eq!((report["state"].as_str(), code), (Some("failed"), 1), "{report}");
    assert!(report["error"].as_str().unwrap().contains("pip install uv"), "{report}");
    assert_eq!(fs::read_dir(sandbox.path().join("cache/plugdeck/uv")).unwrap().count(), 0);
    assert_eq!(sandbox.plugdeck(&["info", "demo/text-stats", "--json"]).json()["environment"], "ready");
    // What runs nowhere is not kept either.
    wheel(&sandbox.path().join("wheels"), "uv", "1.0", &[("uv-1.0.data/scripts/uv", "#!/bin/sh\nexit 1\n")]);
    let (report, _, _) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--fetch-uv", "--json"]);
    assert!(report["error"].as_str().unwrap().contains("does not run (exit status: 1)"), "{report}");
    assert!(!sandbox.path().join("cache/plugdeck/uv/uv").exists());
    assert_eq!(sandbox.run(&["demo/text-stats", "sample"]).1, 0);
}

/// Every file of a folder, by its path and its time.
fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let found = entry.metadata().unwrap();
        if found.is_dir() {
            files.extend(self::files(&entry.path()));
        } else {
            files.push(format!("{} {:?}", entry.path().display(), found.modified().unwrap()));
        }
    }
    files.sort();
    files
}

#[track_caller]
fn leaves_an_activated_environment_alone(tools: &Tools, flags: &[&str]) {
    let sandbox = with_commands("[\"pip install tiny\", \"python -m pip --version || true\"]");
    sandbox.write("demo/text-stats", "requirements.txt", "tiny\n");
    let active = sandbox.path().join("active");
    let made = std::process::Command::new(&*PYTHON).args(["-m", "venv"]).arg(&active).status().unwrap();
    assert!(made.success());
    let before = files(&active);
    let wheels = sandbox.path().join("wheels");
    let arguments = [&["build", "demo/text-stats", "--json"], flags].concat();
    let mut command = tools.command(&sandbox, &arguments);
    let path = command.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned();
    let folders = std::iter::once(active.join("bin")).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap());
    for name in [
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "UV_PROJECT_ENVIRONMENT",
        "PIP_PREFIX",
        "PIP_TARGET",
        "PIP_ROOT",
        "PYTHONHOME",
    ] {
        command.env(name, &active);
    }
    command.env("PYTHONPATH", active.join("lib")).env("UV_PYTHON", active.join("bin/python"));
    command.env("PIP_PYTHON", active.join("bin/python")).env("PIP_USER", "1").env("UV_SYSTEM_PYTHON", "1");
    command.env("UV_FIND_LINKS", &wheels).env("PIP_FIND_LINKS", &wheels);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    assert!(has(&sandbox.agent("demo/text-stats").join(".venv"), "tiny.py"), "{said}");
    assert_eq!(files(&active), before);
}

#[test]
fn an_activated_environment_stays_untouched() {
    leaves_an_activated_environment_alone(&Tools::python_only(), &[]);
    if let Some(tools) = Tools::with_uv() {
        leaves_an_activated_environment_alone(&tools, &[]);
    }
}

#[test]
fn an_activated_environment_stays_untouched_by_the_manifests_commands() {
    let tools = Tools::with_uv().unwrap_or_else(Tools::python_only);
    leaves_an_activated_environment_alone(&tools, &["--literal"]);
}

#[test]
fn the_manifests_own_uv_serves_the_commands_after_it() {
    let tools = Tools::python_only();
    let sandbox = with_commands("[\"pip install uv\", \"uv venv\", \"uv sync --all-extras\"]");
    fake_uv(&sandbox);
    let (report, code, said) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(said, "no uv was found; the manifest's own commands install one into the environment\n");
    assert_eq!(report["warnings"], serde_json::json!([]));
    let logs = sandbox.plugdeck(&["logs", report["run"].as_str().unwrap()]).stdout;
    assert!(logs.contains("fake uv: sync --python") && logs.contains("--all-extras"), "{logs}");
}

#[test]
fn a_command_that_cannot_do_without_uv_is_told_before_it_runs() {
    let sandbox = with_commands("[\"uv venv\", \"uv pip install tiny\", \"uv sync\"]");
    let plan = ["build", "demo/text-stats", "--plan", "--json"];
    let (said, ..) = plugdeck(&Tools::python_only(), &sandbox, &plan);
    let sentence = "the manifest's command `uv sync` needs uv, and none was found: let one be fetched";
    assert_eq!(said["warnings"], serde_json::json!([sentence]));
    if let Some(tools) = Tools::with_uv() {
        assert_eq!(plugdeck(&tools, &sandbox, &plan).0["warnings"], serde_json::json!([]));
    }
}

#[test]
fn the_part_of_a_command_that_is_done_is_left_out() {
    let sandbox = with_commands("uv venv .venv && . .venv/bin/activate && pip install tiny");
    let tools = Tools::python_only();
    let (report, code, _) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--literal", "--json"]);
    assert_eq!(code, 0, "{report}");
    assert!(has(&sandbox.agent("demo/text-stats").join(".venv"), "tiny.py"));
    let (plan, ..) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--plan", "--json"]);
    let reason = plan["steps"][2]["reason"].as_str().unwrap();
    assert!(reason.ends_with("its part that makes the environment is done already"), "{plan}");
}

#[test]
fn a_lock_that_lacks_what_the_project_asks_for_is_said_before_and_after() {
    let Some(tools) = Tools::with_uv() else { return };
    let sandbox = with_commands("[]");
    let project = "[project]\nname = \"p\"\nversion = \"1\"\nrequires-python = \">=3.8\"\ndependencies = [\"tiny>=1\"]\n";
    sandbox.write("demo/text-stats", "pyproject.toml", project);
    let lock = "version = 1\nrequires-python = \">=3.8\"\n\n[[package]]\nname = \"p\"\nversion = \"1\"\nsource = { virtual = \".\" }\n";
    sandbox.write("demo/text-stats", "uv.lock", lock);
    let sentence = "uv.lock does not match pyproject.toml, which asks for tiny>=1: uv builds what the lock says; \
                    `uv lock` in the agent's folder writes it anew";
    let (plan, ..) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--plan", "--json"]);
    assert_eq!(plan["warnings"], serde_json::json!([sentence]));
    assert_eq!(plan["steps"][2]["reason"], "uv.lock found, but it does not match pyproject.toml");
    // A warning and no failure.
    let (report, code, _) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!((code, &report["warnings"]), (0, &serde_json::json!([sentence])), "{report}");
    let logs = sandbox.plugdeck(&["logs", report["run"].as_str().unwrap()]).stdout;
    assert!(logs.contains(&format!("warning: {sentence}")), "{logs}");
    assert!(!has(&sandbox.agent("demo/text-stats").join(".venv"), "tiny.py"));
    // pip takes what the project asks for: nothing to say.
    let (plan, ..) =
        plugdeck(&Tools::python_only(), &sandbox, &["build", "demo/text-stats", "--plan", "--json"]);
    assert_eq!(plan["warnings"], serde_json::json!([]));
}

#[test]
fn a_file_that_requirements_include_makes_the_environment_stale() {
    let sandbox = with_commands("[]");
    sandbox.write("demo/text-stats", "requirements.txt", "-r more.txt\n");
    sandbox.write("demo/text-stats", "more.txt", "");
    let tools = Tools::python_only();
    let (report, code, _) = plugdeck(&tools, &sandbox, &["build", "demo/text-stats", "--json"]);
    assert_eq!(code, 0, "{report}");
    let state = || sandbox.plugdeck(&["info", "demo/text-stats", "--json"]).json();
    assert_eq!(state()["environment"], "ready");
    sandbox.write("demo/text-stats", "more.txt", "tiny\n");
    assert_eq!(state()["environment_details"]["reason"], "more.txt changed since the build");
}
