//! What is planned in each situation, by its steps.

use std::path::PathBuf;

use super::*;
use crate::venv::machine::{Python, Uv};
use crate::venv::pyproject::Pyproject;
use crate::venv::version::Version;

fn python(version: &str) -> Python {
    Python {
        program: format!("/py/{version}/bin/python3").into(),
        version: Version::parse(version).unwrap(),
        usual: true,
        ensurepip: true,
    }
}

fn machine(uv: bool) -> Machine {
    Machine {
        program: "/bin/plugdeck".into(),
        path: "/usr/bin".into(),
        uv: uv.then(|| Uv { program: "/bin/uv".into(), version: "0.13.9".into() }),
        pythons: ["3.11.7", "3.13.0", "3.12.1"].map(python).into(),
        looked: "everywhere".into(),
        fetched: "/c/uv".into(),
    }
}

/// As nobody wishes for anything.
fn planned(found: &Found, machine: &Machine) -> Result<Plan, Error> {
    plan(found, machine, Path::new("/runs"), Wish::default())
}

fn found() -> Found {
    Found { directory: "/s/agents/ns/a".into(), ..Found::default() }
}

fn project(package: bool) -> Pyproject {
    let dependencies = vec!["x>=1".to_owned(), "-r evil".to_owned()];
    Pyproject { project: true, package, dependencies, ..Pyproject::default() }
}

/// The steps as lines: what is removed and where they run is the same for all and checked by itself.
fn lines(plan: &Plan) -> Vec<String> {
    let skip = |step: &Step| step.skip.as_ref().map_or(String::new(), |why| format!(" [{why}]"));
    plan.steps.iter().map(|step| format!("{}: {}{}", step.title, step.argv.join(" "), skip(step))).collect()
}

#[track_caller]
fn check(found: &Found, machine: &Machine, expected: &[&str]) {
    let plan = planned(found, machine).unwrap();
    assert_eq!(lines(&plan), expected);
    assert_eq!(plan.interpreter, "/py/3.13.0/bin/python3");
    for step in &plan.steps {
        assert_eq!(step.cwd, found.directory);
        for name in REMOVED {
            let is_set = step.set.iter().any(|(set, _)| set == name);
            assert!(is_set != step.remove.iter().any(|removed| removed == name), "{name} in {}", step.title);
        }
    }
}

#[test]
fn uv_builds_beside_what_is_there() {
    let made = "uv venv --python 3.13.0: /bin/uv venv --color always --no-progress --relocatable --prompt=a \
                --no-project --python /py/3.13.0/bin/python3 /s/agents/ns/a/.venv.new";
    let end = "swap it in: /bin/plugdeck __venv commit /s/agents/ns/a";
    let begin = |basis: &str| {
        format!(
            "make room: /bin/plugdeck __venv prepare /s/agents/ns/a beside {basis} /py/3.13.0/bin/python3 uv 0.13.9 /runs"
        )
    };
    let python = "--color always --no-progress";
    let new = "/s/agents/ns/a/.venv.new/bin/python";
    let one = |found: &Found, basis: &str, step: &str| {
        check(found, &machine(true), &[&begin(basis), made, step, end]);
    };
    let locked = Found { lock: true, pyproject: Some(project(true)), requirements: true, ..found() };
    one(&locked, "lock", &format!("uv sync --frozen: /bin/uv sync {python} --frozen --python {new}"));
    let environment = ("UV_PROJECT_ENVIRONMENT".to_owned(), "/s/agents/ns/a/.venv.new".to_owned());
    assert_eq!(planned(&locked, &machine(true)).unwrap().steps[2].set, [environment]);

    let unlocked = Found { lock: false, ..locked };
    one(&unlocked, "project", &format!("uv sync: /bin/uv sync {python} --python {new}"));
    let install = format!("/bin/uv pip install {python} --python {new}");
    let requirements = Found { requirements: true, dependencies: vec!["x".into()], ..found() };
    let step = format!("uv pip install -r requirements.txt: {install} -r requirements.txt");
    one(&requirements, "requirements", &step);
    one(&Found { setup: true, ..found() }, "package", &format!("uv pip install -e .: {install} -e ."));
    let dependencies = Found { dependencies: vec!["x>=1".into(), "--evil".into()], ..found() };
    one(&dependencies, "dependencies", &format!("uv pip install x>=1 --evil: {install} -- x>=1 --evil"));
    check(&found(), &machine(true), &[&begin("nothing"), made, end]);
}

#[test]
fn pip_builds_in_place() {
    let begin = |basis: &str| {
        format!(
            "make room: /bin/plugdeck __venv prepare /s/agents/ns/a in-place {basis} /py/3.13.0/bin/python3 pip /runs"
        )
    };
    let made = "python3.13 -m venv: /py/3.13.0/bin/python3 -m venv /s/agents/ns/a/.venv";
    let bare = "python3.13 -m venv --without-pip: /py/3.13.0/bin/python3 -m venv --without-pip \
                /s/agents/ns/a/.venv";
    let end = "accept it: /bin/plugdeck __venv commit /s/agents/ns/a";
    let install = "/s/agents/ns/a/.venv/bin/python -m pip install --no-input --disable-pip-version-check \
                   --progress-bar off";
    let one = |found: &Found, basis: &str, step: &str| {
        check(found, &machine(false), &[&begin(basis), made, step, end]);
    };
    let locked = Found { lock: true, pyproject: Some(project(true)), ..found() };
    let pins = "-c .venv/.plugdeck-pins.txt";
    let expected = [
        &begin("lock"),
        made,
        "read uv.lock: /bin/plugdeck __venv pin /s/agents/ns/a",
        &format!("pip install {pins} -e .: {install} {pins} -e ."),
        end,
    ];
    check(&locked, &machine(false), &expected);
    one(&Found { lock: false, ..locked }, "project", &format!("pip install -e .: {install} -e ."));
    let no_package = Found { pyproject: Some(project(false)), ..found() };
    one(&no_package, "project", &format!("pip install x>=1 -r evil: {install} -- x>=1 -r evil"));
    let requirements = Found { requirements: true, ..found() };
    let step = format!("pip install -r requirements.txt: {install} -r requirements.txt");
    one(&requirements, "requirements", &step);
    check(&found(), &machine(false), &[&begin("nothing"), bare, end]);
    let empty = Pyproject { project: true, ..Pyproject::default() };
    let empty = Found { pyproject: Some(empty), ..found() };
    check(&empty, &machine(false), &[&begin("project"), bare, end]);
}

#[test]
fn commands_alone_are_run_in_place_with_what_is_redundant_marked() {
    let commands = ["pip install uv", "uv venv .venv", "  ", "uv pip install 'x>=1'", "make -C m && echo ok"];
    let found = Found { commands: commands.map(str::to_owned).into(), ..found() };
    let begin = "make room: /bin/plugdeck __venv prepare /s/agents/ns/a in-place commands \
                 /py/3.13.0/bin/python3 uv 0.13.9 /runs";
    let made = "uv venv --python 3.13.0: /bin/uv venv --color always --no-progress --prompt=a --no-project \
                --python /py/3.13.0/bin/python3 /s/agents/ns/a/.venv";
    let python = "/s/agents/ns/a/.venv/bin/python";
    let expected = [
        begin,
        made,
        &format!("pip install uv: /bin/uv pip install --python {python} uv [uv is here already]"),
        "uv venv .venv: /bin/uv venv .venv [done already: the environment is there]",
        &format!("uv pip install 'x>=1': /bin/uv pip install --python {python} x>=1"),
        "make -C m && echo ok: /bin/sh -c make -C m && echo ok",
        "accept it: /bin/plugdeck __venv commit /s/agents/ns/a",
    ];
    check(&found, &machine(true), &expected);
    let step = &planned(&found, &machine(true)).unwrap().steps[5];
    let set: Vec<_> = step.set.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = [
        "VIRTUAL_ENV=/s/agents/ns/a/.venv",
        "UV_PROJECT_ENVIRONMENT=/s/agents/ns/a/.venv",
        "PATH=/s/agents/ns/a/.venv/bin:/usr/bin",
        "PIP_PYTHON=/s/agents/ns/a/.venv/bin/python",
        "PIP_REQUIRE_VIRTUALENV=1",
    ];
    assert_eq!(set, expected);
}

#[test]
fn a_command_that_calls_pip_gets_it() {
    let found = Found { commands: vec!["pip install x".into()], ..found() };
    let with_uv = lines(&planned(&found, &machine(true)).unwrap());
    assert_eq!(with_uv[1], "python3.13 -m venv: /py/3.13.0/bin/python3 -m venv /s/agents/ns/a/.venv");
    assert_eq!(with_uv[2], "pip install x: /s/agents/ns/a/.venv/bin/python -m pip --no-input install x");
}

#[test]
fn beside_a_project_only_commands_that_do_something_else_are_run() {
    let commands = ["uv venv .venv", "uv pip install -e .", "uv sync", "pip install 'quoted", "make models"];
    let found = Found { lock: true, pyproject: Some(project(true)), ..found() };
    let found = Found { commands: commands.map(str::to_owned).into(), ..found };
    let plan = planned(&found, &machine(true)).unwrap();
    let titles: Vec<_> = plan.steps.iter().map(|step| step.title.as_str()).collect();
    assert_eq!(
        titles,
        ["make room", "uv venv --python 3.13.0", "uv sync --frozen", "make models", "swap it in"]
    );
}

#[track_caller]
fn choice(requires_python: Option<&str>, python_version: Option<&str>, expected: &str) {
    let pyproject = requires_python.map(|text| Pyproject {
        project: true,
        requires_python: Some(text.into()),
        ..Pyproject::default()
    });
    let found = Found { pyproject, python_version: python_version.map(str::to_owned), ..found() };
    let said = match planned(&found, &machine(true)) {
        Ok(plan) => plan.steps[1].reason.clone(),
        Err(error) => error.to_string(),
    };
    assert_eq!(said, expected);
}

#[test]
fn the_interpreter_is_the_newest_that_satisfies_the_agent() {
    choice(None, None, "Python 3.13.0 is the newest of 3 Pythons");
    choice(None, Some("3.11+"), "Python 3.13.0 is the newest of 3 Pythons for python_version \"3.11+\"");
    let both = "Python 3.12.1 is the newest of 2 Pythons for requires-python \">=3.11,<3.13\" and python_version \
                \"3.11+\"";
    choice(Some(">=3.11,<3.13"), Some("3.11+"), both);
    choice(None, Some("3.12"), "Python 3.12.1 is the named one of 2 Pythons for python_version \"3.12\"");
    choice(None, Some("3.10"), "Python 3.13.0 is the newest of 3 Pythons for python_version \"3.10\"");
    choice(Some("==3.11.*"), None, "Python 3.11.7 is the only Python here for requires-python \"==3.11.*\"");
    let passed_over = "Python 3.13.0 is the newest of 3 Pythons; python_version \"latest\" is no version and was \
                       passed over";
    choice(None, Some("latest"), passed_over);
    let none = "no Python satisfies requires-python \">=3.99\": found 3.11.7, 3.13.0, 3.12.1 (looked \
                for everywhere); install one that fits, for example with `uv python install`";
    choice(Some(">=3.99"), None, none);
}

#[test]
fn an_unusual_python_is_taken_last_and_one_without_pip_only_by_uv() {
    let mut machine = machine(true);
    machine.pythons[1].usual = false;
    machine.pythons[2].ensurepip = false;
    assert_eq!(planned(&found(), &machine).unwrap().python_version, "3.12.1");
    machine.uv = None;
    assert_eq!(planned(&found(), &machine).unwrap().python_version, "3.11.7");
    machine.pythons.remove(0);
    let requirements = Found { requirements: true, python_version: Some("3.12".into()), ..found() };
    machine.pythons.remove(0);
    let error = planned(&requirements, &machine).unwrap_err().to_string();
    assert!(error.starts_with("/py/3.12.1/bin/python3 cannot make an environment with pip in it"), "{error}");
    machine.pythons.clear();
    let error = planned(&found(), &machine).unwrap_err().to_string();
    assert!(error.starts_with("no Python 3 was found: looked for everywhere;"), "{error}");
}

#[test]
fn what_cannot_be_recorded_or_read_is_refused() {
    use std::os::unix::ffi::OsStringExt as _;
    let directory = PathBuf::from(std::ffi::OsString::from_vec(b"/s/\xff".to_vec()));
    let error = planned(&Found { directory, ..found() }, &machine(true)).unwrap_err().to_string();
    assert!(error.contains("is not UTF-8"), "{error}");
    let broken = |package| {
        let pyproject = Some(Pyproject { wrong: Some("line 1: no".into()), ..project(package) });
        Found { pyproject, ..found() }
    };
    let error = planned(&broken(false), &machine(false)).unwrap_err().to_string();
    assert!(error.starts_with("/s/agents/ns/a/pyproject.toml cannot be read"), "{error}");
    // uv reads the file itself and says better what is wrong with it.
    assert!(planned(&broken(false), &machine(true)).is_ok());
    let quotes = Found { commands: vec!["pip install 'x".into()], ..found() };
    let error = planned(&quotes, &machine(true)).unwrap_err().to_string();
    assert!(
        error.starts_with("the manifest's installation command \"pip install 'x\" cannot be read"),
        "{error}"
    );
}

#[test]
fn the_manifest_is_followed_where_that_is_asked_for() {
    let commands = ["pip install uv", "uv venv .venv", "uv pip install x", "pip install y"];
    let commands = commands.map(str::to_owned).to_vec();
    let found = Found { lock: true, pyproject: Some(project(true)), commands, ..found() };
    let literal = Wish { literal: true, fetch_uv: false };
    let plan = plan(&found, &machine(false), Path::new("/runs"), literal).unwrap();
    let python = "/s/agents/ns/a/.venv/bin/python";
    let expected = [
        "make room: /bin/plugdeck __venv prepare /s/agents/ns/a in-place commands /py/3.13.0/bin/python3 pip /runs",
        "python3.13 -m venv: /py/3.13.0/bin/python3 -m venv /s/agents/ns/a/.venv",
        &format!("pip install uv: {python} -m pip --no-input install uv"),
        "uv venv .venv: /s/agents/ns/a/.venv/bin/uv venv .venv [done already: the environment is there]",
        &format!("uv pip install x: /s/agents/ns/a/.venv/bin/uv pip install --python {python} x"),
        &format!("pip install y: {python} -m pip --no-input install y"),
        "accept it: /bin/plugdeck __venv commit /s/agents/ns/a",
    ];
    assert_eq!(lines(&plan), expected);
    assert_eq!(plan.steps[2].reason, "the manifest's installation command, as asked for");
    let refused = |commands: &[&str]| {
        let commands = commands.iter().map(|text| (*text).to_owned()).collect();
        let found = Found { commands, ..found.clone() };
        super::plan(&found, &machine(true), Path::new("/runs"), literal).unwrap_err().to_string()
    };
    assert!(refused(&[" "]).starts_with("the manifest has no installation.commands to follow"));
    assert!(refused(&["make", "echo \"x"]).contains("\"echo \\\"x\" cannot be read"));
}

#[test]
fn a_uv_is_fetched_only_where_there_is_none() {
    let requirements = Found { requirements: true, ..found() };
    let wish = Wish { literal: false, fetch_uv: true };
    let fetched = |machine: &Machine| plan(&requirements, machine, Path::new("/runs"), wish).unwrap();
    assert_eq!(fetched(&machine(true)), planned(&requirements, &machine(true)).unwrap());
    assert!(planned(&requirements, &machine(false)).unwrap().lacks_uv);
    let mut machine = machine(false);
    // The newest cannot make an environment with pip in it; uv does not need that.
    machine.pythons[1].ensurepip = false;
    let plan = fetched(&machine);
    assert_eq!((plan.tool.as_str(), plan.lacks_uv), ("uv", true));
    let folder = plan.steps[1].argv[3].clone();
    assert!(folder.starts_with("/c/uv/new-"), "{folder}");
    let python = "/s/agents/ns/a/.venv.new/bin/python";
    let expected = [
        "make room: /bin/plugdeck __venv prepare /s/agents/ns/a beside requirements /py/3.13.0/bin/python3 uv /runs",
        &format!("python3.11 -m venv: /py/3.11.7/bin/python3 -m venv {folder}"),
        &format!(
            "pip install uv: {folder}/bin/python -m pip install --no-input --disable-pip-version-check \
             --progress-bar off uv"
        ),
        &format!("keep uv: /bin/plugdeck __venv keep-uv {folder}"),
        "uv venv --python 3.13.0: /c/uv/uv venv --color always --no-progress --relocatable --prompt=a --no-project \
         --python /py/3.13.0/bin/python3 /s/agents/ns/a/.venv.new",
        &format!(
            "uv pip install -r requirements.txt: /c/uv/uv pip install --color always --no-progress --python {python} \
             -r requirements.txt"
        ),
        "swap it in: /bin/plugdeck __venv commit /s/agents/ns/a",
    ];
    assert_eq!(lines(&plan), expected);
}
