//! `plugdeck logs --plain`: a run's story in plain lines.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::sandbox::Sandbox;

/// Time, who says it, what; and none of it moves or colours anything.
#[track_caller]
fn parts(line: &str) -> (f64, &str, &str) {
    assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    let mut parts = line.trim_start().splitn(3, ' ');
    (parts.next().unwrap().parse().unwrap(), parts.next().unwrap(), parts.next().unwrap_or_default())
}

#[test]
fn an_ended_run_is_told_from_its_beginning_to_its_end() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (report, _) = sandbox.run(&["faults/ok", "say", "-p", "word=\u{1b}[31mred\u{1b}[0m"]);
    let run = report["run"].as_str().unwrap();
    let done = sandbox.plugdeck(&["logs", "--plain", run]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let told: Vec<_> = done.stdout.lines().map(parts).collect();
    assert!(told.is_sorted_by(|a, b| a.0 <= b.0), "{}", done.stdout);
    let of = |who: &str| told.iter().filter(|part| part.1 == who).map(|part| part.2).collect::<Vec<_>>();
    let runs = of("run");
    assert!(runs[0].ends_with(" faults/ok say"), "{runs:?}");
    assert_eq!(runs[1..], ["starting", "running"]);
    let said = of("sup");
    assert!(said[0].starts_with("spawned pid ") && said.contains(&"exit 0"), "{said:?}");
    assert!(told.last().unwrap().2.starts_with("succeeded after "), "{}", done.stdout);
    assert!(of("err").iter().chain(&of("out")).any(|line| line.contains("red")), "{}", done.stdout);
    assert_eq!(sandbox.plugdeck(&["logs", "--plain", "--json", run]).code, 2);
}

#[test]
fn a_live_run_is_told_as_it_goes_on() {
    let sandbox = Sandbox::with(&["faults/silent"]);
    sandbox.configure("silence_notice: 0.3\ngrace: 0.2\n");
    let (report, _) = sandbox.run(&["faults/silent", "never_speaks", "-p", "seconds=50", "--detach"]);
    let run = report["run"].as_str().unwrap();
    let mut command = sandbox.command(&["logs", "-f", "--plain", run]);
    // A terminal that wants colours and knows nothing else.
    let mut child = command.env("TERM", "dumb").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |what: &str| {
        let mut told = Vec::new();
        for line in lines.by_ref() {
            let found = parts(&line).2.contains(what);
            told.push(line);
            if found {
                return told;
            }
        }
        panic!("{what:?} is not told: {told:?}");
    };
    assert!(until("running").iter().any(|line| parts(line).2 == "starting"));
    until("nothing printed for 0 s");
    sandbox.plugdeck(&["kill", run]);
    let told = until("killed after ");
    for (who, what) in [("sup", "a stop was asked for"), ("run", "stopping"), ("sup", "SIGTERM → ")] {
        assert!(
            told.iter().any(|line| parts(line).1 == who && parts(line).2.starts_with(what)),
            "{what}: {told:?}"
        );
    }
    assert!(child.wait().unwrap().success());
}
