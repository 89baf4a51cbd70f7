//! The manifest's `installation.commands`: anybody's code. Which of them only say in other words what a plan does
//! anyway, and how the others are run so that they change the new environment and no other.

use std::path::{Path, PathBuf};

/// One command of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// As the manifest writes it.
    pub text: String,
    /// Program and arguments; `None` for what only a shell understands.
    words: Option<Vec<String>>,
    pub purpose: Purpose,
}

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `uv venv`, `python -m venv .venv`.
    MakeEnvironment,
    /// `source .venv/bin/activate`.
    Activate,
    /// `pip install uv`, also with a download where that fails.
    FetchUv,
    /// `python -m ensurepip`, `pip install --upgrade pip`.
    PreparePip,
    /// `uv sync`, `pip install -e .`, `pip install -r requirements.txt`.
    InstallProject,
    /// Anything else.
    Other,
}

/// Where commands are to take effect.
#[derive(Clone, Debug)]
pub struct Site {
    /// The environment's folder, absolute.
    pub environment: PathBuf,
    /// Its Python, absolute.
    pub python: String,
    /// uv's program; `None`: `uv pip` becomes pip, other uses take what is on `PATH`.
    pub uv: Option<String>,
    /// pip is in the environment; otherwise `pip install` becomes `uv pip install`.
    pub pip: bool,
}

impl Command {
    /// Reads a command; the error says what is wrong with it, for example with its quotes.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = shell_words::split(text).map_err(|error| error.to_string())?;
        if words.is_empty() {
            return Err("nothing to run".into());
        }
        let operator = |word: &String| {
            matches!(word.as_str(), "&&" | "||" | "|" | "&" | ";" | ">" | ">>" | "<") || word.ends_with(';')
        };
        let shell = words.iter().any(operator) || text.contains(['$', '`', '\n']);
        let purpose = if shell { purpose_of_script(text) } else { purpose(&words) };
        Ok(Self { text: text.trim().to_owned(), words: (!shell).then_some(words), purpose })
    }

    /// Whether there is anything to do for it in an environment that has just been made.
    pub fn runs(&self, uv_is_here: bool) -> bool {
        match self.purpose {
            Purpose::MakeEnvironment | Purpose::Activate => false,
            Purpose::FetchUv => !uv_is_here,
            Purpose::PreparePip | Purpose::InstallProject | Purpose::Other => true,
        }
    }

    /// Whether pip itself is called.
    pub fn calls_pip(&self) -> bool {
        match &self.words {
            Some(words) => pip(words).is_some() || words.get(2).is_some_and(|word| word == "ensurepip"),
            None => self.text.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with("pip")),
        }
    }

    /// Whether it brings a uv into an environment where there is none.
    pub fn brings_uv(&self) -> bool {
        self.purpose == Purpose::FetchUv
    }

    /// Whether it is uv itself, for more than pip can do.
    pub fn needs_uv(&self) -> bool {
        self.words.as_ref().is_some_and(|words| words[0] == "uv" && uv_pip(words).is_none())
    }

    /// Program and arguments with the environment's interpreter named wherever the command leaves it open.
    pub fn argv(&self, site: &Site) -> Vec<String> {
        let Some(words) = &self.words else {
            let folder = site.environment.file_name().unwrap_or_default().to_string_lossy();
            let text = without_the_done(&self.text).replace(".venv/", &format!("{folder}/"));
            return vec!["/bin/sh".into(), "-c".into(), text];
        };
        let uv = || site.uv.clone().unwrap_or_else(|| "uv".into());
        if let Some(rest) = uv_pip(words) {
            if site.uv.is_none() && site.pip {
                return pip_argv(site, rest);
            }
            return uv_pip_argv(uv(), site, rest);
        }
        if let Some(rest) = pip(words) {
            return match &site.uv {
                Some(uv) if !site.pip => uv_pip_argv(uv.clone(), site, rest),
                _ => pip_argv(site, rest),
            };
        }
        let mut argv: Vec<String> = words.iter().map(|word| inside(word, &site.environment)).collect();
        if is_python(&words[0]) {
            argv[0].clone_from(&site.python);
        } else if words[0] == "uv" {
            argv[0] = uv();
            if words.get(1).is_some_and(|word| word == "sync") {
                argv.splice(2..2, ["--python".to_owned(), site.python.clone()]);
            }
        }
        argv
    }

    /// Whether a part of it is left out, because an environment that has just been made needs it no more.
    pub fn leaves_out(&self) -> bool {
        self.words.is_none() && without_the_done(&self.text) != self.text
    }

    /// Whether a shell or a program plugdeck does not know runs it: then only variables can point the way.
    pub fn is_foreign(&self) -> bool {
        self.words
            .as_ref()
            .is_none_or(|words| !is_python(&words[0]) && words[0] != "uv" && pip(words).is_none())
    }
}

/// A chain of commands without those of its parts that make or activate the environment: it is there, and a second
/// one would be refused. A chain that goes elsewhere first means another environment.
fn without_the_done(script: &str) -> String {
    let parts: Vec<&str> = script.split("&&").collect();
    let words = |part: &str| shell_words::split(part).unwrap_or_default();
    let odd = |part: &&str| words(part).first().is_none_or(|word| word == "cd");
    if script.contains('\n') || parts.iter().any(odd) {
        return script.to_owned();
    }
    let done = |part: &&str| {
        !part.contains(['|', '&', ';', '$', '`', '<', '>', '(', ')'])
            && matches!(purpose(&words(part)), Purpose::MakeEnvironment | Purpose::Activate)
    };
    if !parts.iter().any(done) {
        return script.to_owned();
    }
    let left: Vec<&str> = parts.into_iter().filter(|part| !done(part)).map(str::trim).collect();
    left.join(" && ")
}

fn uv_pip_argv(uv: String, site: &Site, rest: &[String]) -> Vec<String> {
    let mut argv = vec![uv, "pip".into()];
    argv.extend(rest.first().cloned());
    argv.extend(["--python".into(), site.python.clone()]);
    argv.extend(rest.iter().skip(1).map(|word| inside(word, &site.environment)));
    argv
}

fn pip_argv(site: &Site, rest: &[String]) -> Vec<String> {
    let mut argv = vec![site.python.clone(), "-m".into(), "pip".into(), "--no-input".into()];
    argv.extend(rest.iter().map(|word| inside(word, &site.environment)));
    argv
}

/// A path into `.venv` as a path into the environment that is being built.
fn inside(word: &str, environment: &Path) -> String {
    match word.strip_prefix("./").unwrap_or(word).strip_prefix(".venv/") {
        Some(rest) => environment.join(rest).to_string_lossy().into_owned(),
        None => word.to_owned(),
    }
}

fn is_python(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let version = name.strip_prefix("python");
    let ours = !word.contains('/') || word.trim_start_matches("./").starts_with(".venv/");
    ours && version.is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// The words after `pip`, however pip is called.
fn pip(words: &[String]) -> Option<&[String]> {
    let name = words.first()?.rsplit('/').next()?;
    if name.strip_prefix("pip").is_some_and(|v| v.chars().all(|c| c.is_ascii_digit() || c == '.')) {
        return Some(&words[1..]);
    }
    let module = is_python(&words[0]) && words.len() >= 3 && words[1] == "-m" && words[2] == "pip";
    module.then(|| &words[3..])
}

/// The words after `uv pip`.
fn uv_pip(words: &[String]) -> Option<&[String]> {
    (words.len() >= 2 && words[0] == "uv" && words[1] == "pip").then(|| &words[2..])
}

fn purpose(words: &[String]) -> Purpose {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    match word(0) {
        "uv" if word(1) == "venv" => return Purpose::MakeEnvironment,
        "uv" if matches!(word(1), "sync" | "lock") => return Purpose::InstallProject,
        "source" | "." if word(1).ends_with("bin/activate") => return Purpose::Activate,
        "virtualenv" => return Purpose::MakeEnvironment,
        name if is_python(name) && word(1) == "-m" => match word(2) {
            "venv" | "virtualenv" => return Purpose::MakeEnvironment,
            "ensurepip" => return Purpose::PreparePip,
            _ => {}
        },
        _ => {}
    }
    match uv_pip(words).or_else(|| pip(words)) {
        Some([install, rest @ ..]) if install == "install" => what_is_installed(rest),
        _ => Purpose::Other,
    }
}

fn what_is_installed(words: &[String]) -> Purpose {
    let mut purpose = None;
    for word in words {
        let this = match word.as_str() {
            "-U" | "--upgrade" | "-q" | "--quiet" | "-e" | "--editable" | "-r" | "--requirement" => continue,
            "pip" | "setuptools" | "wheel" => Purpose::PreparePip,
            "uv" => Purpose::FetchUv,
            "." | "./" | "requirements.txt" | "./requirements.txt" => Purpose::InstallProject,
            _ => return Purpose::Other,
        };
        if purpose.is_some_and(|before| before != this) {
            return Purpose::Other;
        }
        purpose = Some(this);
    }
    purpose.unwrap_or(Purpose::Other)
}

/// A script has a purpose plugdeck knows when each of its parts has, in their first alternatives: the last one's.
fn purpose_of_script(text: &str) -> Purpose {
    let mut purposes = text.split("&&").map(|part| {
        let first = part.split("||").next().unwrap_or(part);
        match shell_words::split(first) {
            Ok(words) if !words.is_empty() && !first.contains(['|', ';', '$', '`', '\n']) => purpose(&words),
            _ => Purpose::Other,
        }
    });
    let Some(mut all) = purposes.next() else { return Purpose::Other };
    for purpose in purposes {
        all = if all == Purpose::Other { all } else { purpose };
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, purpose: Purpose, argv: &str) {
        let site = Site {
            environment: "/a/.venv.new".into(),
            python: "PY".into(),
            uv: Some("UV".into()),
            pip: false,
        };
        let command = Command::parse(text).unwrap();
        assert_eq!((command.purpose, command.argv(&site).join(" ").as_str()), (purpose, argv), "{text}");
    }

    #[test]
    fn commands_are_understood_and_name_their_interpreter() {
        check("uv venv .venv", Purpose::MakeEnvironment, "UV venv .venv");
        check("python3 -m venv .venv", Purpose::MakeEnvironment, "PY -m venv .venv");
        check("source .venv/bin/activate", Purpose::Activate, "source /a/.venv.new/bin/activate");
        check("pip install uv", Purpose::FetchUv, "UV pip install --python PY uv");
        check("python -m ensurepip --upgrade", Purpose::PreparePip, "PY -m ensurepip --upgrade");
        let upgrade = "UV pip install --python PY --upgrade pip";
        check("python -m pip install --upgrade pip", Purpose::PreparePip, upgrade);
        check("uv pip install -e .", Purpose::InstallProject, "UV pip install --python PY -e .");
        check(
            "pip3 install -r requirements.txt",
            Purpose::InstallProject,
            "UV pip install --python PY -r requirements.txt",
        );
        check("uv sync", Purpose::InstallProject, "UV sync --python PY");
        check("uv pip install -e '.[all]'", Purpose::Other, "UV pip install --python PY -e .[all]");
        check("pip install 'torch>=2'", Purpose::Other, "UV pip install --python PY torch>=2");
        check(".venv/bin/python setup_db.py", Purpose::Other, "PY setup_db.py");
        check("python -m spacy download en", Purpose::Other, "PY -m spacy download en");
        check("make models", Purpose::Other, "make models");
        let shell = "pip install uv || curl -L host/install.sh | sh";
        check(shell, Purpose::FetchUv, &format!("/bin/sh -c {shell}"));
        check("pip install uv && make", Purpose::Other, "/bin/sh -c pip install uv && make");
        check("make && pip install uv", Purpose::Other, "/bin/sh -c make && pip install uv");
        check("cd x; .venv/bin/pip list", Purpose::Other, "/bin/sh -c cd x; .venv.new/bin/pip list");
        let chain = "/bin/sh -c pip install uv && uv pip install a || b";
        check("pip install uv && uv venv && uv pip install a || b", Purpose::Other, chain);
        check("python3 -m venv .venv && . .venv/bin/activate && make", Purpose::Other, "/bin/sh -c make");
        check("cd x && uv venv && y", Purpose::Other, "/bin/sh -c cd x && uv venv && y");
        let quoted = "/bin/sh -c sh -c 'uv venv && x'";
        check(
            "sh -c 'uv venv && x'",
            Purpose::Other,
            quoted.strip_prefix("/bin/sh -c ").unwrap().replace('\'', "").as_str(),
        );
        check(
            "uv venv && echo 'a && uv venv && b'",
            Purpose::Other,
            "/bin/sh -c uv venv && echo 'a && uv venv && b'",
        );
    }

    #[test]
    fn pip_is_called_as_a_module_where_it_is_there() {
        let site = Site { environment: "/a/.venv".into(), python: "PY".into(), uv: None, pip: true };
        for (text, expected) in [
            ("pip install x", "PY -m pip --no-input install x"),
            ("uv pip install x", "PY -m pip --no-input install x"),
            ("uv run x", "uv run x"),
        ] {
            assert_eq!(Command::parse(text).unwrap().argv(&site).join(" "), expected);
        }
        assert!(Command::parse("pip install 'x").is_err());
    }
}
