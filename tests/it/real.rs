//! Opt-in: builds and calls whatever real agents stand under the folder that `PLUGDECK_REAL_AGENTS` names, as
//! `<namespace>/<name>`. Needs what they need: uv or pip, and a registry.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use crate::support::sandbox::Sandbox;
use crate::support::tools::Tools;

#[test]
fn real_agents_build_and_answer() {
    let Some(folder) = std::env::var_os("PLUGDECK_REAL_AGENTS") else {
        eprintln!("skipped: PLUGDECK_REAL_AGENTS names no folder of agents");
        return;
    };
    for tools in [Tools::with_uv(), Some(Tools::python_only())].into_iter().flatten() {
        build_and_call(Path::new(&folder), &tools);
    }
}

fn build_and_call(folder: &Path, tools: &Tools) {
    let sandbox = Sandbox::new();
    for namespace in folders(folder) {
        for agent in folders(&namespace) {
            let name = format!("{}/{}", file_name(&namespace), file_name(&agent));
            copy(&agent, &sandbox.agent(&name));
        }
    }
    let list = sandbox.plugdeck(&["list", "--json"]).json();
    let agents = list.as_array().unwrap();
    assert!(!agents.is_empty(), "no agents under {}", folder.display());
    for agent in agents {
        let name = agent["agent"].as_str().unwrap();
        let built = tools.online(&sandbox, &["build", name, "--json"]).output().unwrap();
        let built: Value = serde_json::from_slice(&built.stdout).unwrap();
        assert_eq!(built["state"], "succeeded", "{built}");
        let method = &agent["methods"][0];
        let text = |parameter: &Value| (parameter["name"].as_str().unwrap().to_owned(), "hello".into());
        let parameters: Map<String, Value> = method["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|parameter| parameter["required"] == true && parameter["type"] == "string")
            .map(text)
            .collect();
        let parameters = Value::Object(parameters).to_string();
        let (report, _) = sandbox.run(&[name, method["name"].as_str().unwrap(), "--params", &parameters]);
        // Without a model an agent says so: as a result, as an error, but it says it.
        assert!(
            ["succeeded", "soft_error", "failed"].contains(&report["state"].as_str().unwrap()),
            "{report}"
        );
        assert!(!report["result"].is_null() || !report["error"].is_null(), "{report}");
    }
}

fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir() && !file_name(path).starts_with('.')).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The agent's own files: no environment, no history.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(file_name(&path));
        if path.is_dir() {
            if ![".venv", ".git"].contains(&file_name(&path).as_str()) {
                copy(&path, &target);
            }
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
