//! What builds environments: Pythons, uv, pip.

use crate::ops::Context;
use crate::ops::doctor::Check;
use crate::venv::machine::{Machine, Surroundings};

pub fn checks(context: &Context) -> Vec<Check> {
    // Whoever asks for a check wants to know how it is now.
    let surroundings = Surroundings { answers: None, ..Surroundings::from_env(&context.paths.home) };
    // No agent's folder is to be avoided: an environment in use is not looked into.
    let machine = Machine::look(&surroundings, &context.program, &context.paths.agents());
    vec![python(context, &machine), uv(context, &machine), pip(&machine)]
}

fn python(context: &Context, machine: &Machine) -> Check {
    let mut pythons: Vec<_> = machine.pythons.iter().collect();
    pythons.sort_by_key(|python| std::cmp::Reverse(python.version));
    let Some(newest) = pythons.first() else {
        let sentence = format!("no Python 3 was found: looked for {}", machine.looked);
        return Check::problem("python", sentence, "install Python 3.12 or newer");
    };
    let versions: Vec<_> = pythons.iter().map(|python| python.version.to_string()).collect();
    let newest = context.paths.shorten(&newest.program);
    Check::ok("python", format!("{}; the newest is {newest}", versions.join(", ")))
}

fn uv(context: &Context, machine: &Machine) -> Check {
    match &machine.uv {
        Some(uv) => Check::ok("uv", format!("{} at {}", uv.version, context.paths.shorten(&uv.program))),
        None => Check::note(
            "uv",
            "no uv 0.5 or newer is on PATH: pip builds, which takes longer and puts the old environment aside meanwhile",
            "install uv (`pip install uv`) for faster builds beside the old environment",
        ),
    }
}

/// Whether a build without uv can work.
fn pip(machine: &Machine) -> Check {
    let able: Vec<_> = machine.pythons.iter().filter(|python| python.ensurepip).collect();
    if let Some(python) = able.iter().max_by_key(|python| (python.usual, python.version)) {
        return Check::ok("pip", format!("Python {} can make an environment with pip in it", python.version));
    }
    let sentence = "no Python here can put pip into an environment (ensurepip is missing)";
    let action = "install the system's python3-venv package";
    match machine.uv {
        // uv needs neither pip nor ensurepip.
        Some(_) => Check::note("pip", sentence, action),
        None => Check::problem("pip", sentence, format!("{action}, or uv")),
    }
}
