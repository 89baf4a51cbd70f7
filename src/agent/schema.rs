//! Reads a manifest by AgentHub's schema: every departure from it is an error (and the manifest not valid),
//! and what can be understood all the same is kept, because at run time a name and methods are enough.

use crate::agent::fields::{Reader, Rule, is_whole_number, join, quote, shown, truth};
use crate::agent::manifest::{Kind, Manifest, Method, Parameter, Problem, Returns, Severity};
use crate::agent::shape;
use crate::yaml;
use crate::yaml::{Content, Node, Place};

/// Reads a manifest; see [`crate::agent::manifest::parse`].
pub(super) fn read(text: &str) -> (Option<Manifest>, Vec<Problem>) {
    let mut reader = Reader::default();
    let manifest = match yaml::parse(text) {
        Ok(document) => {
            for repeat in &document.repeats {
                let line = repeat.first.line;
                let message =
                    format!("this key stands on line {line} already, and only this one counts: keep one");
                reader.report(Severity::Warning, repeat.place, &repeat.path, message);
            }
            reader.manifest(document.root())
        }
        Err(fault) => {
            reader.report(Severity::Error, fault.place, "", fault.message);
            None
        }
    };
    (manifest, reader.problems)
}

impl Reader {
    fn manifest(&mut self, root: Option<Node<'_>>) -> Option<Manifest> {
        let Some(root) = root else {
            let message = "the manifest is empty: write name, version, description, author and interface";
            self.report(Severity::Error, Place::default(), "", message.to_owned());
            return None;
        };
        if !root.is_mapping() {
            let message = format!("the manifest is {}: write keys such as `name: …`", root.content());
            self.error(root, "", message);
            return None;
        }
        if let Some(dana) = root.get("dana_version") {
            let message =
                "this is a Dana agent (`dana_version`), which is not supported: only Python agents run";
            self.error(dana, "dana_version", message.to_owned());
            return None;
        }
        if let Some(message) = foreign(root) {
            self.error(root, "", message);
            return None;
        }
        self.text_keys(root, "");
        self.schema_version(root);
        let manifest = Manifest {
            name: self.text(root, "", "name", Rule::Filled),
            version: self.text(root, "", "version", Rule::Filled),
            description: self.text(root, "", "description", Rule::Required),
            author: self.text(root, "", "author", Rule::Required),
            python_version: self.text(root, "", "python_version", Rule::Optional),
            dependencies: self.dependencies(root),
            install_commands: self.install_commands(root),
            methods: self.methods(root),
        };
        self.text(root, "", "license", Rule::Optional);
        if let Some(tags) = root.get("tags") {
            self.texts(tags, "tags");
        }
        (root.get("name").is_some() && !manifest.methods.is_empty()).then_some(manifest)
    }

    /// `schema_version`, which may be anything that is a whole number in some way.
    fn schema_version(&mut self, root: Node<'_>) {
        let Some(node) = root.get("schema_version") else { return };
        let fits = match node.content() {
            Content::Boolean(_) | Content::Integer(_) => true,
            Content::Float(value) => value.fract() == 0.0,
            Content::Text => is_whole_number(node.written()),
            Content::Null
            | Content::Date
            | Content::Binary
            | Content::Set
            | Content::Sequence(_)
            | Content::Mapping(_)
            | Content::Merge
            | Content::Equals => false,
        };
        if !fits {
            let message = format!("`schema_version` must be a whole number, not {}: write 1", shown(node));
            self.error(node, "schema_version", message);
        }
    }

    fn methods(&mut self, root: Node<'_>) -> Vec<Method> {
        let Some(interface) = root.get("interface") else {
            let message = "`interface` is missing: add it with `methods` below it".to_owned();
            self.error(root, "interface", message);
            return Vec::new();
        };
        if !interface.is_mapping() {
            let message = format!("`interface` must be a mapping with `methods`, not {}", shown(interface));
            self.error(interface, "interface", message);
            return Vec::new();
        }
        self.text_keys(interface, "interface");
        let Some(methods) = interface.get("methods") else {
            let message = "`methods` is missing: name each method below it".to_owned();
            self.error(interface, "interface.methods", message);
            return Vec::new();
        };
        let path = "interface.methods";
        if !methods.is_mapping() {
            let message = format!("`methods` must be a mapping of names to methods, not {}", shown(methods));
            self.error(methods, path, message);
            return Vec::new();
        }
        self.text_keys(methods, path);
        let found: Vec<_> = methods.entries().map(|(name, node)| self.method(name, node, path)).collect();
        if found.is_empty() {
            self.error(methods, path, "`methods` is empty: name at least one method below it".to_owned());
        }
        found
    }

    fn method(&mut self, name: Node<'_>, node: Node<'_>, path: &str) -> Method {
        let path = &join(path, name.written());
        let mut method = Method { name: name.written().to_owned(), ..Method::default() };
        if !node.is_mapping() {
            let message = format!("a method must be a mapping with a description, not {}", shown(node));
            self.error(node, path, message);
            return method;
        }
        self.text_keys(node, path);
        method.description = self.text(node, path, "description", Rule::Required).unwrap_or_default();
        if let Some(parameters) = node.get("parameters").filter(|node| *node.content() != Content::Null) {
            method.parameters = self.parameters(parameters, &join(path, "parameters"));
        }
        if let Some(returns) = node.get("returns").filter(|node| *node.content() != Content::Null) {
            method.returns = Some(self.returns(returns, &join(path, "returns")));
        }
        method
    }

    /// Parameters; a list of `name: …` entries is wrong but clear enough to be called.
    fn parameters(&mut self, node: Node<'_>, path: &str) -> Vec<Parameter> {
        if node.is_mapping() {
            self.text_keys(node, path);
            return node.entries().map(|(name, node)| self.parameter(name.written(), node, path)).collect();
        }
        let message = format!("`parameters` must be a mapping of names to parameters, not {}", shown(node));
        self.error(node, path, message);
        node.items().filter_map(|item| Some(self.parameter(item.get("name")?.text()?, item, path))).collect()
    }

    fn parameter(&mut self, name: &str, node: Node<'_>, path: &str) -> Parameter {
        let path = &join(path, name);
        let mut parameter = Parameter { name: name.to_owned(), ..Parameter::default() };
        let mut type_name = None;
        if node.is_mapping() {
            self.text_keys(node, path);
            type_name = self.text(node, path, "type", Rule::Optional);
            parameter.description = self.text(node, path, "description", Rule::Optional).unwrap_or_default();
            parameter.required = self.required(node, path);
            parameter.default = self.default_value(node, path);
            parameter.options = self.options(node, path);
        } else {
            let named = node.text().filter(|text| Kind::from_name(text) != Kind::Unknown);
            let hint = named.map_or_else(|| "type: string".to_owned(), |text| format!("type: {text}"));
            let message =
                format!("a parameter must be a mapping, not {}: write `{hint}` below it", shown(node));
            self.error(node, path, message);
            type_name = named.map(str::to_owned).or(type_name);
        }
        parameter.type_name = type_name.unwrap_or_else(|| "string".to_owned());
        parameter.kind = Kind::from_name(&parameter.type_name);
        shape::read(&mut parameter, node);
        // A type that is no text is an error already.
        let type_node = node.get("type").filter(|node| node.text().is_some());
        if let Some(type_node) = type_node.filter(|_| parameter.kind == Kind::Unknown)
            && !parameter.type_name.eq_ignore_ascii_case("any")
        {
            let message = format!(
                "the type {} is not known, so any value is accepted: use string, integer, number, boolean, \
                 array or object",
                quote(&parameter.type_name)
            );
            self.warn(type_node, &join(path, "type"), message);
        }
        parameter
    }

    /// `required`, read as generously as AgentHub does: `yes`, `on`, 1 and "true" are true.
    fn required(&mut self, parameter: Node<'_>, path: &str) -> bool {
        let Some(node) = parameter.get("required") else { return false };
        let value = match node.content() {
            Content::Boolean(value) => Some(*value),
            Content::Integer(digits) => truth(digits),
            Content::Text => truth(node.written()),
            Content::Float(value) if *value == 0.0 => Some(false),
            Content::Float(value) if (*value - 1.0).abs() < f64::EPSILON => Some(true),
            Content::Float(_)
            | Content::Null
            | Content::Date
            | Content::Binary
            | Content::Set
            | Content::Sequence(_)
            | Content::Mapping(_)
            | Content::Merge
            | Content::Equals => None,
        };
        value.unwrap_or_else(|| {
            let message = format!("`required` must be true or false, not {}", shown(node));
            self.error(node, &join(path, "required"), message);
            false
        })
    }

    fn default_value(&mut self, parameter: Node<'_>, path: &str) -> Option<serde_json::Value> {
        let node = parameter.get("default")?;
        let value = node.to_json();
        if value.is_none() {
            let message =
                "this default is too large to be shown, so it is left out: make it smaller".to_owned();
            self.warn(node, &join(path, "default"), message);
        }
        value
    }

    fn options(&mut self, parameter: Node<'_>, path: &str) -> Vec<serde_json::Value> {
        let found = ["options", "enum", "choices"].iter().find_map(|key| Some((key, parameter.get(key)?)));
        let Some((key, node)) = found.filter(|(_, node)| *node.content() != Content::Null) else {
            return Vec::new();
        };
        if let (Content::Sequence(_), Some(serde_json::Value::Array(values))) =
            (node.content(), node.to_json())
        {
            return values;
        }
        let message = format!("`{key}` should be a list of values, not {}; it is ignored", shown(node));
        self.warn(node, &join(path, key), message);
        Vec::new()
    }

    fn returns(&mut self, node: Node<'_>, path: &str) -> Returns {
        let field = |key| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
        if node.is_mapping() {
            self.text_keys(node, path);
            return Returns { type_name: field("type"), description: field("description") };
        }
        let message = format!("`returns` must be a mapping, not {}: write `type: …` below it", shown(node));
        self.error(node, path, message);
        Returns { type_name: node.written().to_owned(), description: String::new() }
    }

    /// Requirements; older manifests sort them below `runtime`, which is wrong but clear.
    fn dependencies(&mut self, root: Node<'_>) -> Vec<String> {
        let Some(node) = root.get("dependencies").filter(|node| *node.content() != Content::Null) else {
            return Vec::new();
        };
        let found = self.texts(node, "dependencies");
        match node.get("runtime") {
            Some(runtime) => runtime.items().filter_map(Node::text).map(str::to_owned).collect(),
            None => found,
        }
    }

    fn install_commands(&mut self, root: Node<'_>) -> Vec<String> {
        let Some(node) = root.get("installation").filter(|node| *node.content() != Content::Null) else {
            return Vec::new();
        };
        if !node.is_mapping() {
            let message = format!("`installation` must be a mapping with `commands`, not {}", shown(node));
            self.error(node, "installation", message);
            return Vec::new();
        }
        self.text_keys(node, "installation");
        let Some(commands) = node.get("commands").filter(|node| *node.content() != Content::Null) else {
            return Vec::new();
        };
        if let Some(command) = commands.text() {
            return vec![command.to_owned()];
        }
        let found: Vec<_> = commands.items().filter_map(Node::text).map(str::to_owned).collect();
        if !matches!(commands.content(), Content::Sequence(_)) || found.len() < commands.items().count() {
            let message = "`commands` should be a list of texts; what is none is left out".to_owned();
            self.warn(commands, "installation.commands", message);
        }
        found
    }
}

/// Why a mapping is the file of another system; `None` when it may be AgentHub's.
fn foreign(root: Node<'_>) -> Option<String> {
    const KNOWN: [&str; 4] = ["name", "version", "description", "author"];
    if root.get("interface").is_some() {
        return None;
    }
    let signs = ["apiVersion", "kind"].iter().filter_map(|key| Some((key, root.get(key)?.text()?)));
    let signs: Vec<_> = signs.map(|(key, value)| quote(&format!("{key}: {value}"))).collect();
    let known = KNOWN.iter().filter(|key| root.get(key).is_some()).count();
    if signs.is_empty() && known == KNOWN.len() {
        return None;
    }
    let keys: Vec<_> = root.entries().map(|(key, _)| quote(key.written())).collect();
    let has = if !signs.is_empty() {
        format!("it has {}", signs.join(" and "))
    } else if keys.is_empty() {
        "it is empty".to_owned()
    } else if keys.len() > 4 {
        format!("it has {}, …", keys[..4].join(", "))
    } else {
        format!("it has only {}", keys.join(", "))
    };
    Some(format!("this is not an AgentHub manifest: {has}, but no `interface` with methods"))
}

#[cfg(test)]
mod tests {
    use crate::agent::manifest::{Kind, Manifest, Problem, Severity, parse};

    const HEAD: &str = "name: t\nversion: '1'\ndescription: d\nauthor: a\n";

    /// A whole manifest with this method body, indented by six.
    fn with_method(body: &str) -> String {
        format!("{HEAD}interface:\n  methods:\n    ping:\n      description: Ping\n{body}")
    }

    fn manifest(text: &str) -> Manifest {
        parse(text).0.expect("the manifest can be run")
    }

    /// The text has exactly these problems: `line:column severity path` and a part of the sentence.
    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let (_, problems) = parse(text);
        let found: Vec<_> = problems.iter().map(head).collect();
        let wanted: Vec<_> = expected.iter().map(|(head, _)| (*head).to_owned()).collect();
        assert_eq!(found, wanted, "{problems:#?}");
        for (problem, (_, part)) in problems.iter().zip(expected) {
            assert!(problem.message.contains(part), "{}", problem.message);
            assert!(!problem.message.contains('\n'), "{}", problem.message);
        }
    }

    fn head(problem: &Problem) -> String {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!("{}:{} {severity} {}", problem.line, problem.column, problem.path).trim_end().to_owned()
    }

    #[test]
    fn a_whole_manifest_is_read_in_file_order() {
        let text = with_method(
            "      parameters:\n        zeta: {type: string, required: yes, description: Z}\n        \
             alpha: {type: INT, default: 3}\n        mid: {type: 'list[str]', options: [a, 1]}\n      \
             returns: {type: string, description: R}\n",
        );
        check(&text, &[]);
        let manifest = manifest(&text);
        let method = manifest.method("ping").expect("ping is declared");
        let found: Vec<_> = method.parameters.iter().map(|p| (p.name.as_str(), p.kind, p.required)).collect();
        assert_eq!(
            found,
            [("zeta", Kind::String, true), ("alpha", Kind::Integer, false), ("mid", Kind::Array, false)]
        );
        assert_eq!(method.parameters[1].default, Some(3.into()));
        assert_eq!(method.parameters[1].type_name, "INT");
        assert_eq!(method.parameters[2].options, ["a".into(), serde_json::Value::from(1)]);
        assert_eq!(method.returns.as_ref().map(|r| r.description.as_str()), Some("R"));
        assert_eq!(manifest.nearest_method("pong"), ["ping"]);
    }

    #[test]
    fn texts_that_yaml_reads_otherwise_get_a_hint_at_their_quotes() {
        let version = |version: &str| with_method("").replace("version: '1'", &format!("version: {version}"));
        check(&version("1.0"), &[("2:10 error version", "write \"1.0\"")]);
        check(&version("2024-01-15"), &[("2:10 error version", "a date: write \"2024-01-15\"")]);
        check(&version("1:30"), &[("2:10 error version", "write \"1:30\"")]);
        check(&version("no"), &[("2:10 error version", "write \"no\"")]);
        check(&version("~"), &[("2:10 error version", "is empty")]);
        check(&version("[1]"), &[("2:10 error version", "not a list")]);
        check(&version("''"), &[("2:10 error version", "is empty")]);
        assert_eq!(manifest(&version("1.0")).version.as_deref(), Some("1.0"));
        assert_eq!(manifest(&version("~")).version, None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let text = "name: t\ninterface:\n  methods:\n    ping: {}\n";
        check(
            text,
            &[
                ("1:1 error version", "add `version: …`"),
                ("1:1 error description", "is missing"),
                ("1:1 error author", "is missing"),
                ("4:11 error interface.methods.ping.description", "is missing"),
            ],
        );
        assert_eq!(manifest(text).methods.len(), 1);
    }

    #[test]
    fn without_name_or_methods_nothing_runs() {
        let nameless = with_method("").replace("name: t\n", "");
        assert_eq!(parse(&nameless).0, None);
        for interface in ["[]", "x", "{x: 1}", "{methods: }", "{methods: []}", "{methods: {}}"] {
            let (manifest, problems) = parse(&format!("{HEAD}interface: {interface}\n"));
            assert_eq!(manifest, None, "{interface}");
            assert_eq!(problems.len(), 1, "{interface}: {problems:?}");
        }
    }

    #[test]
    fn a_file_that_is_no_manifest_gets_one_sentence() {
        check("# nothing\n", &[("0:0 error", "is empty")]);
        check("- a\n", &[("1:1 error", "a list")]);
        check("hello\n", &[("1:1 error", "a text")]);
        check("a: b: c\n", &[("1:5 error", "not YAML")]);
        check(
            "apiVersion: v1\nkind: Pod\n",
            &[("1:1 error", "it has `apiVersion: v1` and `kind: Pod`, but")],
        );
        check("{}\n", &[("1:1 error", "it is empty")]);
        check("name: x\nmodel: m\n", &[("1:1 error", "it has only `name`, `model`, but")]);
        check(&format!("{HEAD}dana_version: '1'\n"), &[("5:15 error dana_version", "not supported")]);
        check(HEAD, &[("1:1 error interface", "is missing")]);
    }

    #[test]
    fn null_parameters_and_returns_are_as_good_as_none() {
        check(&with_method("      parameters:\n      returns: ~\n"), &[]);
        check(&with_method("      parameters: {}\n      returns: {}\n"), &[]);
    }

    #[test]
    fn odd_parameters_are_errors_and_still_callable() {
        let path = "interface.methods.ping.parameters";
        let parameters = |rest: &str| with_method(&format!("      parameters: {rest}\n"));
        let at = |column: u32, rest: &str| format!("9:{column} error {path}{rest}");
        check(&parameters("none"), &[(&at(19, ""), "`none`")]);
        check(&parameters("{a: int}"), &[(&at(23, ".a"), "write `type: int`")]);
        check(&parameters("{a: }"), &[(&at(21, ".a"), "not nothing")]);
        check(&parameters("{a: {type: 5}}"), &[(&at(30, ".a.type"), "write \"5\"")]);
        check(&parameters("{a: {required: maybe}}"), &[(&at(34, ".a.required"), "`maybe`")]);
        check(&parameters("[{name: a, type: int}]"), &[(&at(19, ""), "a list")]);
        let kind = |rest: &str| manifest(&parameters(rest)).methods[0].parameters[0].kind;
        assert_eq!(kind("{a: int}"), Kind::Integer);
        assert_eq!(kind("[{name: a, type: int}]"), Kind::Integer);
        assert_eq!(kind("{a: }"), Kind::String);
    }

    #[test]
    fn required_is_read_generously() {
        let required = |value: &str| {
            let text = with_method(&format!("      parameters: {{a: {{required: {value}}}}}\n"));
            let (manifest, problems) = parse(&text);
            (
                manifest.expect("the manifest can be run").methods[0].parameters[0].required,
                problems.is_empty(),
            )
        };
        for value in ["true", "yes", "on", "1", "1.0", "'Y'", "\"TRUE\""] {
            assert_eq!(required(value), (true, true), "{value}");
        }
        for value in ["false", "no", "0", "0.0", "'off'"] {
            assert_eq!(required(value), (false, true), "{value}");
        }
        for value in ["2", "maybe", "", "[]", "0.5"] {
            assert_eq!(required(value), (false, false), "{value}");
        }
    }

    #[test]
    fn doubts_are_warnings() {
        let parameters = |rest: &str| with_method(&format!("      parameters: {{a: {{{rest}}}}}\n"));
        let path = "interface.methods.ping.parameters.a";
        check(&parameters("type: foo"), &[(&format!("9:30 warning {path}.type"), "`foo` is not known")]);
        check(&parameters("type: any"), &[]);
        check(&parameters("enum: x"), &[(&format!("9:30 warning {path}.enum"), "a list of values")]);
        check(&parameters("enum: "), &[]);
        check(&parameters("default: &d [*d]"), &[(&format!("9:36 warning {path}.default"), "too large")]);
        check(&format!("{}name: second\n", with_method("")), &[("9:1 warning name", "line 1")]);
        assert_eq!(manifest(&format!("{}name: second\n", with_method(""))).name.as_deref(), Some("second"));
    }

    #[test]
    fn keys_must_be_texts() {
        let text = with_method("").replace("ping:", "on:");
        check(&text, &[("7:5 error interface.methods.on", "put it in quotes")]);
        assert_eq!(manifest(&text).methods[0].name, "on");
        check(&format!("{}1: x\n", with_method("")), &[("9:1 error 1", "`1` is a number")]);
        check(
            &with_method("      returns: {~: x}\n"),
            &[("9:17 error interface.methods.ping.returns.~", "`~` is nothing: put it in quotes")],
        );
    }

    #[test]
    fn what_installs_an_agent_is_read_in_old_forms_too() {
        let with = |rest: &str| format!("{}{rest}", with_method(""));
        let text = with("dependencies: [a>=1, b]\ninstallation: {commands: [pip install ., uv sync]}\n");
        check(&text, &[]);
        let found = manifest(&text);
        assert_eq!(found.dependencies, ["a>=1", "b"]);
        assert_eq!(found.install_commands, ["pip install .", "uv sync"]);
        let text = with("dependencies: {python: '3', runtime: [a]}\ninstallation: {commands: make}\n");
        check(&text, &[("9:15 error dependencies", "a list of texts")]);
        assert_eq!(manifest(&text).dependencies, ["a"]);
        assert_eq!(manifest(&text).install_commands, ["make"]);
        check(&with("dependencies:\ninstallation:\n"), &[]);
        check(&with("tags: [1, two]\n"), &[("9:8 error tags.0", "write \"1\"")]);
        check(&with("installation: [a]\n"), &[("9:15 error installation", "a mapping")]);
    }

    #[test]
    fn schema_version_is_any_whole_number() {
        let with = |value: &str| format!("{}schema_version: {value}\n", with_method(""));
        for value in ["1", "2", "true", "1.0", "'1'", "' +1.0 '"] {
            check(&with(value), &[]);
        }
        for value in ["one", "1.5", "[1]", "'1.5'", "'1__0'"] {
            check(&with(value), &[("9:17 error schema_version", "a whole number")]);
        }
    }

    #[test]
    fn control_characters_never_reach_a_sentence_raw() {
        let (_, problems) = parse(&with_method("      parameters: {a: {type: \"\\e[31mred\\x07\"}}\n"));
        assert!(problems[0].message.contains("`red␇`"), "{}", problems[0].message);
    }
}
