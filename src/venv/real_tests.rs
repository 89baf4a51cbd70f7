//! Builds whatever real agents stand in the folder named by `PLUGDECK_REAL_AGENTS`, each with uv and with pip, on
//! copies of them; without that variable there is nothing to do.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::agent::manifest;
use crate::process::id::ProcessId;
use crate::run::spec::Step;
use crate::venv::machine::{Machine, Surroundings};
use crate::venv::plan::{Plan, plan};
use crate::venv::probe::Found;
use crate::venv::stamp::{Environment, look};
use crate::venv::verb::{NAME, Verb};

#[test]
fn real_agents_become_runnable() {
    let Some(folder) = std::env::var_os("PLUGDECK_REAL_AGENTS") else {
        eprintln!("skipped: PLUGDECK_REAL_AGENTS names no folder of agents");
        return;
    };
    let home = std::env::home_dir().unwrap();
    for agent in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
        let Ok(text) = fs::read_to_string(agent.join("agent.yaml")) else { continue };
        let manifest = manifest::parse(&text).0.unwrap_or_default();
        for with_uv in [true, false] {
            let copy = tempfile::tempdir().unwrap();
            let directory = copy.path().join(agent.file_name().unwrap());
            assert!(Command::new("cp").arg("-r").arg(&agent).arg(&directory).status().unwrap().success());
            let begun = Instant::now();
            let surroundings = Surroundings::from_env(&home);
            let mut machine = Machine::look(&surroundings, Path::new("/plugdeck"), &directory);
            eprintln!("\n{} (uv: {with_uv}): looked around in {:?}", agent.display(), begun.elapsed());
            if !with_uv {
                machine.uv = None;
            }
            let plan = plan(&Found::look(&directory, &manifest), &machine).unwrap();
            build(&plan);
            assert!(
                matches!(look(&directory), Environment::Ready { python: Some(_) }),
                "{:?}",
                look(&directory)
            );
            let answer = Command::new(directory.join(".venv/bin/python"))
                .args(["agent.py", r#"{"method": "no_such_method", "parameters": {}}"#])
                .current_dir(&directory)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let (stdout, stderr) =
                (String::from_utf8_lossy(&answer.stdout), String::from_utf8_lossy(&answer.stderr));
            assert!(stdout.contains("\"error\""), "{stdout}\n{stderr}");
            eprintln!("  the agent says {}", stdout.trim());
        }
    }
}

fn build(plan: &Plan) {
    for step in &plan.steps {
        let begun = Instant::now();
        if step.skip.is_none() {
            perform(step);
        }
        eprintln!("  {:6.2} s  {} ({})", begun.elapsed().as_secs_f64(), step.title, step.reason);
        eprintln!("            {}", step.argv.join(" "));
    }
}

fn perform(step: &Step) {
    if step.argv[1] == NAME {
        Verb::parse(&step.argv[2..]).unwrap().perform(ProcessId::current()).unwrap();
        return;
    }
    let mut command = Command::new(&step.argv[0]);
    command.args(&step.argv[1..]).current_dir(&step.cwd).stdin(Stdio::null());
    for name in &step.remove {
        command.env_remove(name);
    }
    command.envs(step.set.iter().map(|(name, value)| (name, value)));
    let output = command.output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {text}", step.argv.join(" "));
}
