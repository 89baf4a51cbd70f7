//! The manifest reader against the verdicts of AgentHub's own one, over a folder of manifests.
//!
//! `PLUGDECK_MANIFESTS` names a folder of `ID.yaml` files, each with an `ID.verdict.json` beside it; without
//! it the test says so and passes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::agent::manifest::{Manifest, Parameter, Severity, parse};

/// Where the reader differs from the verdicts on purpose, and why.
const DIFFERENCES: [(&str, &str); 1] = [(
    "crafted-dana",
    "a Dana agent meets the schema, but AgentHub does not list it and Python cannot run it: refused by name",
)];

/// Method keys that are no texts: called as they are written, since the wire carries texts only.
const NAMES_AS_WRITTEN: [(&str, &str); 4] =
    [("$int:1", "1"), ("$float:1.5", "1.5"), ("$NoneType:None", "~"), ("$bool:True", "on")];

/// Runtime methods that a verdict lists at most, and characters it keeps of a long text.
const LISTED_METHODS: usize = 50;
const KEPT_CHARACTERS: usize = 500;

#[test]
fn the_verdicts_of_agenthub_are_met() {
    let Some(folder) = std::env::var_os("PLUGDECK_MANIFESTS") else {
        eprintln!("skipped: set PLUGDECK_MANIFESTS to a folder of manifests with their verdicts");
        return;
    };
    let mut checked = 0;
    let mut different = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            checked += 1;
            different.extend(differences(&path).into_iter().map(|difference| (id.clone(), difference)));
        }
    }
    eprintln!("{checked} manifests checked");
    let unexpected: Vec<_> =
        different.iter().filter(|(id, _)| !DIFFERENCES.iter().any(|(known, _)| known == id)).collect();
    assert!(unexpected.is_empty(), "{} of {checked}: {unexpected:#?}", unexpected.len());
    assert!(checked > 0, "the folder holds no manifests");
}

fn differences(path: &Path) -> Vec<String> {
    let verdict = fs::read(path.with_extension("verdict.json")).expect("each manifest has a verdict");
    let verdict: Value = serde_json::from_slice(&verdict).expect("the verdict is JSON");
    // The catalogue refuses what is not UTF-8 before any parsing.
    let (manifest, problems) = fs::read_to_string(path).map(|text| parse(&text)).unwrap_or_default();
    let mut found = Vec::new();
    let mut compare = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            found.push(format!("{what}: {ours}, not {theirs}: {problems:?}"));
        }
    };
    let errors = problems.iter().any(|problem| problem.severity == Severity::Error);
    let valid = manifest.is_some() && !errors;
    compare("valid", valid.to_string(), (verdict["verdict"] == "valid").to_string());
    let theirs = runtime_names(&verdict);
    let mut ours = our_names(manifest.as_ref());
    if theirs.len() == LISTED_METHODS {
        ours.truncate(LISTED_METHODS);
    }
    compare("methods", format!("{ours:?}"), format!("{theirs:?}"));
    if let Some(methods) = verdict["parsed"]["methods"].as_object() {
        for (name, method) in methods {
            let theirs = method["parameters"].as_array().cloned().unwrap_or_default();
            let theirs = theirs.iter().map(|p| (text(&p["name"]), text(&p["type"]), p["required"] == true));
            let ours = manifest.as_ref().and_then(|manifest| manifest.method(name));
            let ours = ours.map(|method| method.parameters.iter().map(our_parameter).collect::<Vec<_>>());
            compare(
                name,
                format!("{:?}", ours.unwrap_or_default()),
                format!("{:?}", theirs.collect::<Vec<_>>()),
            );
        }
        for key in ["name", "version", "description", "author"] {
            let ours = manifest.as_ref().and_then(|manifest| match key {
                "name" => manifest.name.clone(),
                "version" => manifest.version.clone(),
                "description" => manifest.description.clone(),
                _ => manifest.author.clone(),
            });
            let ours = ours.unwrap_or_default().chars().take(KEPT_CHARACTERS).collect();
            compare(key, ours, text(&verdict["parsed"][key]));
        }
    }
    found
}

fn our_parameter(parameter: &Parameter) -> (String, String, bool) {
    (parameter.name.clone(), parameter.type_name.clone(), parameter.required)
}

fn our_names(manifest: Option<&Manifest>) -> Vec<String> {
    manifest
        .map(|manifest| manifest.methods.iter().map(|method| method.name.clone()).collect())
        .unwrap_or_default()
}

/// The methods AgentHub would offer at run time; a manifest without any is the same as one that does not load.
fn runtime_names(verdict: &Value) -> Vec<String> {
    let names = verdict["runtime_methods"].as_array().filter(|_| verdict["runtime_loads"] == true);
    let as_written = |name: &Value| {
        let name = text(name);
        NAMES_AS_WRITTEN
            .iter()
            .find(|(tagged, _)| *tagged == name)
            .map_or(name, |(_, as_written)| (*as_written).to_owned())
    };
    names.into_iter().flatten().map(as_written).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
