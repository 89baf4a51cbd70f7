//! The README is true: its commands run, its verbs, flags and files exist.

use std::path::Path;
use std::process::Command;

use crate::support::sandbox::Sandbox;

const README: &str = include_str!("../../README.md");

#[test]
fn the_commands_of_the_readme_run() {
    let sandbox = Sandbox::new();
    sandbox.install("demo/text-stats");
    let folder = Path::new(env!("CARGO_BIN_EXE_plugdeck")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(folder.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let path = path.unwrap();
    let commands: Vec<_> = README.lines().filter_map(|line| line.strip_prefix("$ plugdeck ")).collect();
    assert!(commands.len() >= 3);
    for command in commands {
        let shell = ["-c".to_owned(), format!("plugdeck {command}")];
        let output = Command::new("sh").args(shell).envs(sandbox.variables()).env("PATH", &path).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "plugdeck {command}\n{said}");
    }
}

#[test]
fn every_verb_and_flag_stands_in_the_readme() {
    let sandbox = Sandbox::new();
    let help = sandbox.plugdeck(&["--help"]).stdout;
    let verbs: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() >= 8, "{help}");
    for verb in verbs {
        assert!(README.contains(&format!("`plugdeck {verb}")), "{verb}");
        let help = sandbox.plugdeck(&[verb, "--help"]).stdout;
        for flag in help.split_whitespace().filter(|word| word.starts_with("--")) {
            let flag = flag.trim_end_matches(['.', ',', ';', ']', '`']);
            assert!(flag == "--help" || README.contains(flag), "{verb} {flag}");
        }
    }
}

#[test]
fn the_pictures_of_the_readme_are_there() {
    let pictures = README.split("](screenshots/").skip(1).filter_map(|rest| rest.split(')').next());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let mut found = 0;
    for picture in pictures {
        assert!(folder.join(picture).is_file(), "{picture}");
        found += 1;
    }
    assert!(found > 0);
}
