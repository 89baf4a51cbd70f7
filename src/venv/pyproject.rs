//! The four things of a `pyproject.toml` that a plan needs. Reads only as much TOML as real projects use, never
//! fails: uv and pip read the file properly and say in their own words what is wrong with it. What surely is no TOML
//! is told with its line, for pages that are shown before anything is built.

/// What a `pyproject.toml` says, as far as it could be read.
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
}

impl Pyproject {
    /// Reads what is there.
    pub fn parse(text: &str) -> Self {
        Self::read(text).0
    }

    /// The same, with the first line that cannot be read, counted from 1, and what is wrong with it.
    pub fn read(text: &str) -> (Self, Option<(usize, &'static str)>) {
        let mut wrong = None;
        let mut found = Self::default();
        let (mut build_system, mut package, mut poetry) = (false, None, None);
        let mut reader = Reader { rest: text, problem: None };
        let mut section = String::new();
        while reader.next_statement() {
            let begin = text.len() - reader.rest.len();
            let blame = |known: Option<(usize, &'static str)>, problem: Option<&'static str>| {
                known.or_else(|| problem.map(|problem| (text[..begin].matches('\n').count() + 1, problem)))
            };
            if let Some(header) = reader.header() {
                wrong = blame(wrong, reader.problem.take());
                section = header;
                found.project |= section == "project";
                build_system |= section == "build-system";
                continue;
            }
            let Some(key) = reader.key() else {
                wrong = blame(wrong, Some("has no `=`"));
                reader.skip_line();
                continue;
            };
            let path = if section.is_empty() { key } else { format!("{section}.{key}") };
            let value = reader.value();
            wrong = blame(wrong, reader.problem.take());
            found.project |= path.starts_with("project.");
            build_system |= path.starts_with("build-system.");
            match path.as_str() {
                "project.requires-python" => found.requires_python = value.first(),
                "project.dependencies" => found.dependencies = value.0,
                "tool.poetry.dependencies.python" => poetry = value.first(),
                "tool.uv.package" => package = value.first(),
                _ => {}
            }
        }
        found.package = package.map_or(build_system, |word| word != "false");
        found.requires_python = found.requires_python.or(poetry);
        (found, wrong)
    }
}

/// The strings inside a value, in order; a bare word is one too.
struct Value(Vec<String>);

impl Value {
    fn first(self) -> Option<String> {
        self.0.into_iter().next()
    }
}

struct Reader<'a> {
    rest: &'a str,
    /// What was wrong with the last statement.
    problem: Option<&'static str>,
}

impl Reader<'_> {
    /// Passes over space, newlines and comments; false at the end.
    fn next_statement(&mut self) -> bool {
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            if !self.rest.starts_with('#') {
                return !self.rest.is_empty();
            }
            self.skip_line();
        }
    }

    fn skip_line(&mut self) {
        self.rest = self.rest.find('\n').map_or("", |at| &self.rest[at + 1..]);
    }

    /// `[a.b]` or `[[a.b]]`, without quotes and spaces.
    fn header(&mut self) -> Option<String> {
        let line = self.rest.strip_prefix('[')?.lines().next()?;
        if !line.contains(']') {
            self.problem = Some("has no `]`");
        }
        let name: String = line.trim_start_matches('[').chars().take_while(|c| *c != ']').collect();
        self.skip_line();
        Some(plain(&name))
    }

    /// What stands before the `=` of this line.
    fn key(&mut self) -> Option<String> {
        let (key, rest) = self.rest.split_once('=')?;
        if key.contains('\n') {
            return None;
        }
        self.rest = rest;
        Some(plain(key))
    }

    fn value(&mut self) -> Value {
        let mut strings = Vec::new();
        let (mut depth, mut any) = (0_u32, false);
        loop {
            // Inside brackets a value goes on over lines and comments; outside it ends with its line.
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            let Some(c) = self.rest.chars().next() else {
                if depth > 0 {
                    self.problem = Some("begins a list or a table that is not closed");
                }
                break;
            };
            any |= !matches!(c, '\n' | '#');
            match c {
                '\n' if depth == 0 => break,
                '#' => {
                    self.rest = self.rest.find('\n').map_or("", |at| &self.rest[at..]);
                    continue;
                }
                '"' | '\'' => {
                    strings.push(self.string(c));
                    continue;
                }
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                '\n' | ',' | '=' => {}
                _ => {
                    let end = self.rest.find([',', ']', '}', '=', '#', '\n', '"', '\'', '[', '{']);
                    let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                    strings.push(word.trim().to_owned());
                    self.rest = rest;
                    continue;
                }
            }
            self.rest = &self.rest[c.len_utf8()..];
        }
        if !any {
            self.problem = Some("has no value");
        }
        Value(strings)
    }

    /// The string that begins here; one that is not closed ends with its line.
    fn string(&mut self, quote: char) -> String {
        let triple = if quote == '"' { "\"\"\"" } else { "'''" };
        if let Some(text) = self.rest.strip_prefix(triple) {
            if !text.contains(triple) {
                self.problem = Some("begins a text that is not closed");
            }
            let (text, rest) = text.split_once(triple).unwrap_or((text, ""));
            self.rest = rest;
            return text.to_owned();
        }
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                _ if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return text;
                }
                '\n' => {
                    self.problem = Some("begins a text that is not closed");
                    self.rest = &self.rest[at..];
                    return text;
                }
                '\\' if quote == '"' => text.extend(chars.next().map(|(_, c)| c)),
                _ => text.push(c),
            }
        }
        self.problem = Some("begins a text that is not closed");
        self.rest = "";
        text
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && *c != '"' && *c != '\'').collect()
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
        assert_eq!(found, Pyproject { project: true, package: true, requires_python, dependencies });
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
        let check = |text, problem| assert_eq!(Pyproject::read(text).1, problem, "{text:?}");
        check("[project]\nname = 'x'\ndependencies = [\n 'a', # b\n]\nurl = 'a=b'\n", None);
        check("[project]\nname 'x'\n", Some((2, "has no `=`")));
        check("[project\nname = 'x'\n", Some((1, "has no `]`")));
        check("[project]\n\nname = \"x\n", Some((3, "begins a text that is not closed")));
        check("a = 1\nb = [\n'c'\n", Some((2, "begins a list or a table that is not closed")));
        check("a = \"\"\"\n", Some((1, "begins a text that is not closed")));
        check("a = # b\n", Some((1, "has no value")));
    }

    #[test]
    fn rubbish_is_survived() {
        for text in
            ["", "[", "[project", "= =\n[[[", "a = \"open", "x = [\"", "\u{feff}[project]", "k = '''", "\\"]
        {
            let _ = Pyproject::parse(text);
        }
        assert!(Pyproject::parse("rubbish\n== 3\n[project]\nname='x'").project);
    }
}
