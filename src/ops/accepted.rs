//! Rules for soft errors that a person has called wrong for a method: one private file for each method, in
//! `notes/accepted` beside the runs. Calls of the method are judged without them; a run that has ended stays as it is.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::ops::{Context, private};

/// The format of the files.
const FORMAT: u32 = 1;

/// A method's file.
#[derive(Serialize, Deserialize)]
struct File {
    v: u32,
    agent: String,
    method: String,
    rules: Vec<String>,
}

/// One writer at a time.
static WRITING: Mutex<()> = Mutex::new(());

/// The rules that are accepted for a method, by the agent's `namespace/folder`. The error is one sentence.
pub fn read(context: &Context, agent: &str, method: &str) -> Result<Vec<String>, String> {
    let (folder, name) = place(context, agent, method);
    let path = folder.join(name);
    let broken = |error: &dyn std::fmt::Display| {
        let path = context.paths.shorten(&path);
        format!("no rule is accepted for {method}: {path} cannot be read, and can be removed: {error}")
    };
    let Some(text) = private::read(&path).map_err(|error| broken(&error))? else { return Ok(Vec::new()) };
    let file: File = serde_json::from_str(&text).map_err(|error| broken(&error))?;
    if (file.v, file.agent.as_str(), file.method.as_str()) != (FORMAT, agent, method) {
        return Err(broken(&"it is of another plugdeck, or of another method"));
    }
    Ok(file.rules)
}

/// Accepts these rules for a method, or takes that back where all of them are accepted: those that are accepted then.
/// The error is one sentence.
pub fn turn(context: &Context, agent: &str, method: &str, rules: &[String]) -> Result<Vec<String>, String> {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut accepted = read(context, agent, method)?;
    let takes_back = rules.iter().all(|rule| accepted.contains(rule));
    accepted.retain(|rule| !rules.contains(rule));
    if !takes_back {
        accepted.extend_from_slice(rules);
    }
    let (folder, name) = place(context, agent, method);
    let written = if accepted.is_empty() {
        private::remove(&folder.join(name))
    } else {
        let file =
            File { v: FORMAT, agent: agent.to_owned(), method: method.to_owned(), rules: accepted.clone() };
        serde_json::to_vec(&file)
            .map_err(std::io::Error::from)
            .and_then(|bytes| private::write(&folder, &name, &bytes).map(drop))
    };
    written.map_err(|error| {
        format!("what is accepted for {method} is not written in {}: {error}", context.paths.shorten(&folder))
    })?;
    Ok(accepted)
}

fn place(context: &Context, agent: &str, method: &str) -> (PathBuf, String) {
    let name = format!("{}.json", private::name_of_method(agent, method));
    (context.paths.notes().join("accepted"), name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::tests::context;

    #[test]
    fn rules_are_accepted_for_one_method_and_taken_back() {
        let home = tempfile::tempdir().unwrap();
        let context = context(home.path());
        let read = |method| read(&context, "a/b", method);
        let turn = |rules: &[&str]| {
            let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
            turn(&context, "a/b", "m", &rules).unwrap()
        };
        assert_eq!(read("m"), Ok(Vec::new()));
        assert_eq!(turn(&["x"]), ["x"]);
        assert_eq!(turn(&["y"]), ["x", "y"]);
        assert_eq!((read("m").unwrap().len(), read("n").unwrap().len()), (2, 0));
        assert_eq!(turn(&["x"]), ["y"]);
        assert_eq!(turn(&["x", "y"]), ["x", "y"]);
        assert!(turn(&["x", "y"]).is_empty());
        let folder = context.paths.notes().join("accepted");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        for damaged in ["{", r#"{"v":9,"agent":"a/b","method":"m","rules":[]}"#] {
            std::fs::write(folder.join("a+b+m.json"), damaged).unwrap();
            let sentence = read("m").unwrap_err();
            assert!(sentence.starts_with("no rule is accepted for m: "), "{sentence}");
            assert_eq!(super::turn(&context, "a/b", "m", &["x".to_owned()]), Err(sentence));
        }
    }
}
