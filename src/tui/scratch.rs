//! A text on its way through the editor of a person's choice: a private file in a folder of its own, which goes when
//! the text is back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ops::private;
use crate::tui::editor::Place;

/// The text, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scratch {
    /// The private folder that the file's own folder is made in.
    pub folder: PathBuf,
    /// The file's name; its ending tells the editor what it is.
    pub name: String,
    pub text: String,
    pub back: Back,
}

/// Where an edited text goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    pub agent: String,
    pub method: String,
    /// A parameter; `None`: the whole payload.
    pub field: Option<String>,
}

impl Scratch {
    fn own_folder(&self) -> PathBuf {
        self.folder.join(std::process::id().to_string())
    }

    /// Writes the file. The error is one sentence.
    pub fn begin(&self) -> Result<Place, String> {
        self.forget_dead();
        let written = private::write(&self.own_folder(), &self.name, self.text.as_bytes());
        written
            .map(|file| Place { file, line: 1 })
            .map_err(|error| format!("the text cannot be handed to an editor: {error}"))
    }

    /// Takes the text back, and the file away; `None`: nothing was changed. A file that is no text stays, and the
    /// sentence says where.
    pub fn end(&self) -> Result<Option<String>, String> {
        let path = self.own_folder().join(&self.name);
        let bytes = fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            format!("nothing changed: it is not UTF-8 text, and is in {} for now", path.display())
        })?;
        self.discard();
        // Editors end the last line, whether it was ended or not.
        let text = match text.strip_suffix('\n') {
            Some(without) if !self.text.ends_with('\n') => without.to_owned(),
            Some(_) | None => text,
        };
        Ok((text != self.text).then_some(text))
    }

    /// Removes what dashboards that were killed have left: texts may be secrets.
    fn forget_dead(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if !Path::new("/proc").join(entry.file_name()).exists() {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Takes the file away, and whatever the editor has put beside it.
    pub fn discard(&self) {
        let _ = fs::remove_dir_all(self.own_folder());
    }
}

/// The ending that suits a value: `json` for JSON, else by the parameter's name.
#[must_use]
pub fn ending(name: &str, json: bool) -> &'static str {
    const CODE: [&str; 4] = ["code", "script", "python", "source"];
    const PROSE: [&str; 8] =
        ["prompt", "markdown", "text", "content", "message", "instructions", "document", "description"];
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match json {
        true => "json",
        false if has(&CODE) => "py",
        false if has(&PROSE) => "md",
        false => "txt",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(folder: &std::path::Path, text: &str) -> Scratch {
        let back = Back { agent: "a/b".into(), method: "m".into(), field: None };
        Scratch { folder: folder.into(), name: "text.md".into(), text: text.into(), back }
    }

    #[test]
    fn a_text_comes_back_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        for (before, saved, after) in [
            ("one", "one\n", None),
            ("one", "two\n", Some("two")),
            ("one\n", "one\n", None),
            ("one\n", "one", Some("one")),
            ("", "\r\n\tü", Some("\r\n\tü")),
        ] {
            let scratch = scratch(folder.path(), before);
            let place = scratch.begin().unwrap();
            assert_eq!(fs::read_to_string(&place.file).unwrap(), before);
            fs::write(&place.file, saved).unwrap();
            assert_eq!(scratch.end().unwrap().as_deref(), after);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
        // Of a dashboard that was killed meanwhile.
        fs::create_dir(folder.path().join("4194305")).unwrap();
        let scratch = scratch(folder.path(), "x");
        let place = scratch.begin().unwrap();
        fs::write(&place.file, b"\xff").unwrap();
        assert!(scratch.end().unwrap_err().contains("text.md") && place.file.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn endings_suit_the_value() {
        let endings = [("code", false), ("user_prompt", false), ("tone", false), ("code", true)];
        assert_eq!(endings.map(|(name, json)| ending(name, json)), ["py", "md", "txt", "json"]);
    }
}
