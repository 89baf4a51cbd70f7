//! Named payloads of a method: in `plugdeck.presets.json` beside the agent, made to be shared in git, or in the
//! user's own settings. The user's own one wins over an agent's of the same name.
//!
//! The file is written sorted and indented; inside a preset keys keep their order and values their spelling. A file
//! that cannot be read as a whole is never written.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::agent::catalog::{Agent, AgentName};
use crate::agent::layout::indented;
use crate::agent::manifest::Method;
use crate::agent::payload::{self, Parameters};
use crate::ops::{Context, Rejected, Why, private};
use crate::run::dir;

/// The file in an agent's folder.
pub const FILE: &str = "plugdeck.presets.json";

/// Where a preset is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In the agent's folder.
    Agent,
    /// Among the user's settings.
    User,
}

/// One named payload.
#[derive(Clone, Debug)]
pub struct Preset {
    pub name: String,
    pub home: Home,
    pub values: Values,
}

/// What a preset holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    pub parameters: Parameters,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub tool_context: Option<Box<RawValue>>,
}

/// `null` is a value too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

/// Presets by method and name, sorted.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    presets: BTreeMap<String, BTreeMap<String, Values>>,
}

/// Why a preset was not saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    #[error("there is a preset of this name already")]
    Exists,
    /// One sentence.
    #[error("{0}")]
    Failed(String),
}

/// One writer at a time.
static WRITING: Mutex<()> = Mutex::new(());

/// The presets of a method, by name, the user's own first; and a sentence for each file that cannot be read.
#[must_use]
pub fn list(
    context: &Context,
    agent: &AgentName,
    directory: &Path,
    method: &str,
) -> (Vec<Preset>, Vec<String>) {
    let (mut presets, mut troubles) = (Vec::new(), Vec::new());
    for home in [Home::User, Home::Agent] {
        let Some(path) = file(context, agent, directory, home) else { continue };
        match read(context, &path) {
            Ok(mut file) => {
                let named = file.presets.remove(method).unwrap_or_default();
                presets.extend(named.into_iter().map(|(name, values)| Preset { name, home, values }));
            }
            Err(sentence) => troubles.push(sentence),
        }
    }
    presets.sort_by(|a, b| a.name.cmp(&b.name));
    (presets, troubles)
}

/// The preset of this name.
pub fn find(context: &Context, agent: &Agent, method: &str, name: &str) -> Result<Values, Rejected> {
    let (presets, troubles) = list(context, &agent.name, &agent.directory, method);
    if let Some(sentence) = troubles.first() {
        return Err(Rejected::new(Why::Request, sentence.clone()));
    }
    let names: Vec<_> = presets.iter().map(|preset| format!("{:?}", preset.name)).collect();
    let found = presets.into_iter().find(|preset| preset.name == name);
    found.map(|preset| preset.values).ok_or_else(|| {
        let hint = match names.as_slice() {
            [] => "it has none; ctrl-s in its form saves one".to_owned(),
            names => format!("it has {}", names.join(", ")),
        };
        Rejected::new(Why::NotFound, format!("{} {method} has no preset {name:?}: {hint}", agent.name))
    })
}

/// What does not fit the method any more: `unknown: a; missing: b; wrong: c`.
#[must_use]
pub fn misfit(method: &Method, values: &Values) -> Option<String> {
    let declared = |name: &str| method.parameters.iter().any(|parameter| parameter.name == name);
    let (mut unknown, mut missing, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for error in payload::check(method, &values.parameters) {
        match (declared(&error.parameter), values.parameters.contains_key(&error.parameter)) {
            (false, _) => unknown.push(error.parameter),
            (true, false) => missing.push(error.parameter),
            (true, true) => wrong.push(error.parameter),
        }
    }
    let groups = [("unknown", unknown), ("missing", missing), ("wrong", wrong)];
    let groups = groups.into_iter().filter(|(_, names)| !names.is_empty());
    let text = groups.map(|(word, names)| format!("{word}: {}", names.join(", "))).collect::<Vec<_>>();
    (!text.is_empty()).then(|| text.join("; "))
}

/// Saves a preset of a method; one that is there only with `overwrite`. `instead_of` is what it was called before,
/// and goes. What comes back is the file.
pub fn save(
    context: &Context,
    agent: &AgentName,
    directory: &Path,
    method: &str,
    preset: Preset,
    overwrite: bool,
    instead_of: Option<&(Home, String)>,
) -> Result<PathBuf, SaveError> {
    let goes = instead_of.filter(|(home, name)| (*home, name) != (preset.home, &preset.name));
    let path = change(context, agent, directory, preset.home, |file| {
        let named = file.presets.entry(method.to_owned()).or_default();
        if named.contains_key(&preset.name) && !overwrite {
            return Err(SaveError::Exists);
        }
        named.insert(preset.name, preset.values);
        Ok(())
    })?;
    if let Some((home, name)) = goes {
        remove(context, agent, directory, method, *home, name).map_err(SaveError::Failed)?;
    }
    Ok(path)
}

/// Removes a preset. The error is one sentence.
pub fn remove(
    context: &Context,
    agent: &AgentName,
    directory: &Path,
    method: &str,
    home: Home,
    name: &str,
) -> Result<(), String> {
    let removed = change(context, agent, directory, home, |file| {
        if let Some(named) = file.presets.get_mut(method) {
            named.remove(name);
            if named.is_empty() {
                file.presets.remove(method);
            }
        }
        Ok(())
    });
    removed.map(drop).map_err(|error| error.to_string())
}

/// The file of a home; `None`: for an agent that is named by its path, only the one in its folder.
#[must_use]
pub fn file(context: &Context, agent: &AgentName, directory: &Path, home: Home) -> Option<PathBuf> {
    match home {
        Home::Agent => Some(directory.join(FILE)),
        Home::User if agent.namespace.contains('/') || agent.namespace.is_empty() => None,
        Home::User => {
            let folder = context.paths.config.join("presets").join(&agent.namespace);
            Some(folder.join(format!("{}.json", agent.folder)))
        }
    }
}

fn change(
    context: &Context,
    agent: &AgentName,
    directory: &Path,
    home: Home,
    change: impl FnOnce(&mut File) -> Result<(), SaveError>,
) -> Result<PathBuf, SaveError> {
    let Some(path) = file(context, agent, directory, home) else {
        return Err(SaveError::Failed(format!("{agent} is named by its path: save into its folder")));
    };
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut file = read(context, &path).map_err(SaveError::Failed)?;
    change(&mut file)?;
    write(&path, &file, home).map_err(|error| {
        SaveError::Failed(format!("{} is not written: {error}", context.paths.shorten(&path)))
    })?;
    Ok(path)
}

/// Reads a file of presets; one that is not there has none. The error is one sentence with its line.
fn read(context: &Context, path: &Path) -> Result<File, String> {
    let broken = |error: &dyn std::fmt::Display| {
        format!("{} cannot be read, and is left as it is: {error}", context.paths.shorten(path))
    };
    match private::read(path) {
        Ok(None) => Ok(File::default()),
        Ok(Some(text)) => serde_json::from_str(&text).map_err(|error| broken(&error)),
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) => {
            Err(broken(&"it is a symbolic link, which is not followed"))
        }
        Err(error) => Err(broken(&error)),
    }
}

/// By write-then-rename: the user's own are private; those of an agent are as open as they were, or as its other files.
fn write(path: &Path, file: &File, home: Home) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let json = indented(&serde_json::to_string(file)?) + "\n";
    if home == Home::User {
        return private::write(folder, &name.to_string_lossy(), json.as_bytes()).map(drop);
    }
    let half = folder.join(format!(".{}.{}", name.display(), std::process::id()));
    private::remove(&half)?;
    let mode = dir::open(path).and_then(|old| old.metadata()).map(|old| old.permissions().mode() & 0o777);
    let written = || {
        let mut new = fs::OpenOptions::new().write(true).create_new(true).mode(0o666).open(&half)?;
        if let Ok(mode) = mode {
            new.set_permissions(fs::Permissions::from_mode(mode))?;
        }
        new.write_all(json.as_bytes())?;
        fs::rename(&half, path)
    };
    written().inspect_err(|_| drop(fs::remove_file(&half)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::manifest::{Kind, Parameter};
    use crate::ops::tests::context;

    fn name() -> AgentName {
        AgentName { namespace: "demo".into(), folder: "stats".into() }
    }

    fn preset(name: &str, home: Home, parameters: &str) -> Preset {
        let values = Values { parameters: payload::parameters(parameters).unwrap(), tool_context: None };
        Preset { name: name.into(), home, values }
    }

    #[test]
    fn the_file_is_made_for_git() {
        let home = tempfile::tempdir().unwrap();
        let context = context(home.path());
        let save = |preset, overwrite| save(&context, &name(), home.path(), "m", preset, overwrite, None);
        save(preset("zwei", Home::Agent, "{\"z\":1e3,\"a\":[ {}, 0.50]}"), false).unwrap();
        let path = save(preset("eins", Home::Agent, "{\"text\": \"ü \\ud800\"}"), false).unwrap();
        let text = "{\n  \"presets\": {\n    \"m\": {\n      \"eins\": {\n        \"parameters\": {\n          \"text\": \"ü \\ud800\"\n        }\n      },\n      \"zwei\": {\n        \"parameters\": {\n          \"z\": 1e3,\n          \"a\": [\n            {},\n            0.50\n          ]\n        }\n      }\n    }\n  }\n}\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(path, home.path().join(FILE));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let again = preset("eins", Home::Agent, "{}");
        assert_eq!(save(again.clone(), false), Err(SaveError::Exists));
        save(again, true).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let own = save(preset("eins", Home::User, "{\"own\": true}"), false).unwrap();
        assert_eq!(fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(own.ends_with("config/presets/demo/stats.json"));
        let (presets, troubles) = list(&context, &name(), home.path(), "m");
        let names: Vec<_> = presets.iter().map(|preset| (preset.name.as_str(), preset.home)).collect();
        assert_eq!(names, [("eins", Home::User), ("eins", Home::Agent), ("zwei", Home::Agent)]);
        assert!(troubles.is_empty());
        remove(&context, &name(), home.path(), "m", Home::Agent, "eins").unwrap();
        remove(&context, &name(), home.path(), "m", Home::Agent, "zwei").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\n  \"presets\": {}\n}\n");
    }

    #[test]
    fn a_damaged_file_is_said_with_its_line_and_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let context = context(home.path());
        let path = home.path().join(FILE);
        for damaged in [
            "{\n  \"presets\": {\n <<<<<<<",
            "{\"presets\": {},\n\"other\": 1}",
            "{\"presets\": {\"m\": {\n\"x\": {}}}}",
        ] {
            fs::write(&path, damaged).unwrap();
            let saved = save(&context, &name(), home.path(), "m", preset("a", Home::Agent, "{}"), true, None);
            let Err(SaveError::Failed(sentence)) = saved else { panic!("{saved:?}") };
            assert!(sentence.contains(" at line ") && sentence.contains("left as it is"), "{sentence}");
            assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
            assert_eq!(list(&context, &name(), home.path(), "m").1, [sentence]);
        }
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(list(&context, &name(), home.path(), "m").1[0].contains("link"));
    }

    #[test]
    fn a_preset_gets_another_name_or_another_file() {
        let home = tempfile::tempdir().unwrap();
        let context = context(home.path());
        let save = |name: &str, at, from: Option<(Home, &str)>| {
            let from = from.map(|(home, name)| (home, name.to_owned()));
            super::save(
                &context,
                &self::name(),
                home.path(),
                "m",
                preset(name, at, "{}"),
                false,
                from.as_ref(),
            )
        };
        let names = || {
            let presets = list(&context, &name(), home.path(), "m").0;
            presets.into_iter().map(|preset| (preset.name, preset.home)).collect::<Vec<_>>()
        };
        save("a", Home::Agent, None).unwrap();
        save("b", Home::Agent, Some((Home::Agent, "a"))).unwrap();
        assert_eq!(names(), [("b".to_owned(), Home::Agent)]);
        save("b", Home::User, Some((Home::Agent, "b"))).unwrap();
        assert_eq!(names(), [("b".to_owned(), Home::User)]);
        save("c", Home::User, None).unwrap();
        assert_eq!(save("c", Home::User, Some((Home::User, "b"))), Err(SaveError::Exists));
        assert_eq!(names().len(), 2);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let parameter = |name: &str, kind, required| Parameter {
            name: name.into(),
            kind,
            required,
            ..Parameter::default()
        };
        let method = Method {
            name: "m".into(),
            description: String::new(),
            parameters: vec![parameter("text", Kind::String, true), parameter("count", Kind::Integer, false)],
            returns: None,
        };
        let misfit = |parameters| misfit(&method, &preset("p", Home::User, parameters).values);
        assert_eq!(misfit("{\"text\": \"x\"}"), None);
        assert_eq!(
            misfit("{\"cuont\": 1, \"count\": \"x\"}").as_deref(),
            Some("unknown: cuont; missing: text; wrong: count")
        );
    }
}
