//! The four things of a `pyproject.toml` that a plan needs, and what is wrong with one that cannot be read.

use toml::{Table, Value};

/// What a `pyproject.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pyproject {
    /// There is a `[project]` table: without it uv has nothing to sync.
    pub project: bool,
    /// The project itself is to be installed: it has a `[build-system]`, and `tool.uv.package` is not false.
    pub package: bool,
    /// `project.requires-python`, else Poetry's `python` dependency.
    pub requires_python: Option<String>,
    /// `project.dependencies`.
    pub dependencies: Vec<String>,
    /// Why it cannot be read, for example `line 3: invalid key`; then it counts as a project, so that whoever builds
    /// it says so too.
    pub wrong: Option<String>,
}

impl Pyproject {
    /// Reads what is there.
    pub fn parse(text: &str) -> Self {
        match text.trim_start_matches('\u{feff}').parse::<Table>() {
            Ok(table) => Self::read(&table),
            Err(error) => {
                let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
                let message = error.message().lines().collect::<Vec<_>>().join("; ");
                Self::broken(format!("line {line}: {message}"))
            }
        }
    }

    fn broken(wrong: String) -> Self {
        Self { project: true, wrong: Some(wrong), ..Self::default() }
    }

    fn read(table: &Table) -> Self {
        let at = |path: &[&str]| {
            let (first, rest) = path.split_first()?;
            rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
        };
        let text = |path: &[&str]| at(path).and_then(Value::as_str).map(str::to_owned);
        let strings = |value: &Value| -> Option<Vec<String>> {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let Some(dependencies) = at(&["project", "dependencies"]).map_or(Some(Vec::new()), strings) else {
            return Self::broken("project.dependencies is no list of texts".to_owned());
        };
        let package = at(&["tool", "uv", "package"]).and_then(Value::as_bool);
        Self {
            project: table.contains_key("project"),
            package: package.unwrap_or_else(|| table.contains_key("build-system")),
            requires_python: text(&["project", "requires-python"])
                .or_else(|| text(&["tool", "poetry", "dependencies", "python"])),
            dependencies,
            wrong: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_project_is_read() {
        let found = Pyproject::parse(
            r#"
            [build-system]
            requires = ["setuptools>=61.0", "wheel"]
            [project]
            name = "x" # "y"
            authors = [{ name = "me", email = 'a@b' }]
            requires-python = ">=3.11"
            description = """
            requires-python = "no"
            """
            dependencies = [
                "a[b]>=1,<2",   # ] not the end
                'c; python_version < "3.12"',
                "d\"e",
            ]
            [project.optional-dependencies]
            dependencies = ["no"]
            "#,
        );
        let dependencies = vec!["a[b]>=1,<2".into(), "c; python_version < \"3.12\"".into(), "d\"e".into()];
        let requires_python = Some(">=3.11".into());
        assert_eq!(
            found,
            Pyproject { project: true, package: true, requires_python, dependencies, wrong: None }
        );
    }

    #[test]
    fn other_shapes_are_read() {
        let dotted = Pyproject::parse("project.requires-python = '>=3.9'\nproject.dependencies=[]");
        assert!(dotted.project && !dotted.package && dotted.requires_python.as_deref() == Some(">=3.9"));
        let poetry = Pyproject::parse("[tool.poetry.dependencies]\npython = \"^3.10\"\n[build-system]\n");
        assert!(!poetry.project && poetry.package && poetry.requires_python.as_deref() == Some("^3.10"));
        let no_package = Pyproject::parse("[project]\n[build-system]\n[tool.uv]\npackage = false\n");
        assert!(no_package.project && !no_package.package);
        assert_eq!(Pyproject::parse("[tool.black]\nline-length = 88\n"), Pyproject::default());
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        let check = |text, line: &str| {
            let found = Pyproject::parse(text);
            assert!(found.project && found.wrong.as_deref().unwrap().starts_with(line), "{text}: {found:?}");
        };
        check("[project\nname = 'x'", "line 1: ");
        check("[project]\n\nrubbish\n", "line 3: ");
        check("[project]\ndependencies = ['a'\n[build-system]\n", "line 3: ");
        check("[project]\nname = \"x\n", "line 2: ");
        check("[project]\ndependencies = ['a', 1]\n", "project.dependencies");
        for text in ["[", "= =\n[[[", "a = \"open", "x = [\"", "\u{feff}[project", "k = '''", "\\", "é\n[é"]
        {
            assert!(Pyproject::parse(text).wrong.is_some(), "{text}");
        }
    }
}
