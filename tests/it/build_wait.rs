//! Builds and calls of one agent at the same time: nobody gets an environment pulled from under it.

use std::fs;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::sandbox::{PYTHON, Sandbox};
use crate::support::tools::Tools;
use crate::support::wait_for;

/// A call that ends when there is a file `go`, and says whether its environment stayed the same meanwhile.
const HELD: &str = "import json, os, time\n\
    def inode(): return os.stat('.venv').st_ino\n\
    before = inode()\n\
    end = time.monotonic() + 50\n\
    while not os.path.exists('go') and time.monotonic() < end: time.sleep(0.01)\n\
    print(json.dumps({'result': {'same': inode() == before}}))\n";

const MANIFEST: &str = "name: held\nversion: '1'\ndescription: d\nauthor: a\nlicense: MIT\npython_version: '3.8+'\n\
    interface:\n  methods:\n    work:\n      description: w\n      parameters: {}\n      returns: {type: object, description: r}\n";

/// An agent whose call lasts as long as a test wants, with an environment built by plugdeck.
fn held(tools: &Tools) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("demo/held", "agent.yaml", MANIFEST);
    sandbox.write("demo/held", "agent.py", HELD);
    let (report, code) = tools.plugdeck(&sandbox, &["build", "demo/held", "--json"]);
    assert_eq!(code, 0, "{report}");
    sandbox
}

fn spawn(tools: &Tools, sandbox: &Sandbox, arguments: &[&str]) -> Child {
    tools.command(sandbox, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[track_caller]
fn report(child: Child) -> Value {
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The newest run but these, once it says on standard error that it waits: its id and what it says.
#[track_caller]
fn waiting(sandbox: &Sandbox, but: &[&str]) -> (String, String) {
    wait_for("a build that waits", || {
        sandbox.runs().into_iter().find_map(|dir| {
            let run = dir.file_name()?.to_string_lossy().into_owned();
            let said = fs::read_to_string(dir.join("stderr")).ok()?;
            (!but.contains(&run.as_str()) && said.contains("waiting for run") && said.ends_with('\n'))
                .then_some((run, said))
        })
    })
}

#[track_caller]
fn build_waits_for_a_call(tools: &Tools) {
    let sandbox = held(tools);
    let call = sandbox.detach(&["demo/held", "work"]);
    let build = spawn(tools, &sandbox, &["build", "demo/held", "--json"]);
    let (_, said) = waiting(&sandbox, &[&call]);
    let sentence = format!("waiting for run {} (demo/held work, since ", &call[call.len() - 4..]);
    assert!(said.starts_with(&sentence) && said.ends_with(") to end\n"), "{said:?}");
    assert_eq!(sandbox.plugdeck(&["info", "demo/held", "--json"]).json()["environment"], "building");
    // No new call comes meanwhile, and no second build.
    let (refused, code) = sandbox.run(&["demo/held", "work"]);
    assert_eq!(code, 4, "{refused}");
    assert!(refused["error"].as_str().unwrap().contains("demo/held is being built"), "{refused}");
    let (refused, code) = tools.plugdeck(&sandbox, &["build", "demo/held", "--json"]);
    assert_eq!(code, 125, "{refused}");
    sandbox.write("demo/held", "go", "");
    assert_eq!(report(build)["state"], "succeeded");
    let call = sandbox.plugdeck(&["ps", "--all", "--json"]).json();
    let call = call.as_array().unwrap().iter().find(|run| run["method"] == "work").unwrap().clone();
    assert_eq!(call["state"], "succeeded", "{call}");
    let (after, _) = sandbox.run(&["demo/held", "work"]);
    assert_eq!(after["result"]["same"], true, "{after}");
}

#[test]
fn a_build_waits_for_the_call_of_its_agent_without_uv() {
    build_waits_for_a_call(&Tools::python_only());
}

#[test]
fn a_build_waits_for_the_call_of_its_agent_with_uv() {
    if let Some(tools) = Tools::with_uv() {
        build_waits_for_a_call(&tools);
    }
}

#[test]
fn why_of_a_build_names_the_run_it_waits_for() {
    let tools = Tools::python_only();
    let sandbox = held(&tools);
    let call = sandbox.detach(&["demo/held", "work"]);
    let build = spawn(&tools, &sandbox, &["build", "demo/held", "--json"]);
    let (run, _) = waiting(&sandbox, &[&call]);
    wait_for("the sentence", || {
        let answer = sandbox.plugdeck(&["why", &run, "--json"]).json();
        (answer["confidence"] == "high").then(|| {
            assert_eq!(answer["kind"], "file_lock", "{answer}");
            assert_eq!(answer["sentence"], format!("waits for run {call} to end"), "{answer}");
        })
    });
    sandbox.write("demo/held", "go", "");
    assert_eq!(report(build)["state"], "succeeded");
}

#[test]
fn why_of_a_build_names_the_lock_of_uv_and_who_holds_it() {
    let Some(tools) = Tools::with_uv() else { return };
    let sandbox = held(&tools);
    let cache = sandbox.path().join("uv-cache");
    fs::create_dir(&cache).unwrap();
    let lock = cache.canonicalize().unwrap().join(".lock");
    // As `uv cache prune` holds it.
    let mut holder = std::process::Command::new(&*PYTHON);
    let script =
        "import fcntl,sys; f=open(sys.argv[1],'w'); fcntl.flock(f,2); print(flush=True); sys.stdin.read()";
    holder.args(["-c", script]).arg(&lock).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut holder = holder.spawn().unwrap();
    std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut [0]).unwrap();
    let runs: Vec<_> = sandbox.runs();
    let mut build = tools.command(&sandbox, &["build", "demo/held", "--json"]);
    let build =
        build.env("UV_CACHE_DIR", &cache).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let dir = wait_for("the build's run", || sandbox.runs().into_iter().find(|dir| !runs.contains(dir)));
    let run = dir.file_name().unwrap().to_string_lossy().into_owned();
    let answer = wait_for("the lock", || {
        let done = sandbox.plugdeck(&["why", &run, "--json"]);
        let answer = (done.code == 0).then(|| done.json())?;
        (answer["kind"] == "file_lock" && answer["confidence"] == "high").then_some(answer)
    });
    let expected = format!("waits for the lock on {}, held by {} (", lock.display(), holder.id());
    assert!(answer["sentence"].as_str().unwrap().contains(&expected), "{answer}");
    drop(holder.stdin.take());
    holder.wait().unwrap();
    assert_eq!(report(build)["state"], "succeeded");
}

#[test]
fn a_build_that_waits_can_be_stopped_and_leaves_no_mark() {
    let tools = Tools::python_only();
    let sandbox = held(&tools);
    let call = sandbox.detach(&["demo/held", "work"]);
    let build = spawn(&tools, &sandbox, &["build", "demo/held", "--json"]);
    let (run, _) = waiting(&sandbox, &[&call]);
    let marker = sandbox.agent("demo/held").join(".venv.building");
    assert!(marker.exists());
    sandbox.plugdeck(&["kill", &run]);
    assert_eq!(report(build)["state"], "killed");
    assert!(!marker.exists(), "the one who waited for the build has put it right");
    // The call went on undisturbed, and so do others.
    sandbox.write("demo/held", "go", "");
    let (after, code) = sandbox.run(&["demo/held", "work"]);
    assert_eq!((code, &after["result"]["same"]), (0, &Value::Bool(true)), "{after}");
    let first = wait_for("the first call", || {
        let done = sandbox.plugdeck(&["logs", &call]);
        done.stdout.contains("\"same\": true").then_some(done)
    });
    assert_eq!(first.code, 0);
}

#[test]
fn calls_that_come_while_a_build_begins_never_meet_it() {
    let tools = Tools::with_uv().unwrap_or_else(Tools::python_only);
    let sandbox = held(&tools);
    sandbox.write("demo/held", "go", "");
    sandbox.write("demo/held", "agent.py", &HELD.replace("while not", "time.sleep(0.5)\nwhile not"));
    for _ in 0..3 {
        let mut build = spawn(&tools, &sandbox, &["build", "demo/held", "--json"]);
        let mut came = 0;
        while build.try_wait().unwrap().is_none() {
            let (report, _) = sandbox.run(&["demo/held", "work"]);
            let refused = report["error"].as_str().is_some_and(|error| error.contains("is being built"));
            assert!(refused || report["result"]["same"] == true, "{report}");
            came += usize::from(!refused);
        }
        assert_eq!(report(build)["state"], "succeeded");
        assert!(came > 0);
    }
}

/// A marker of a build that waits, whose builder is this test.
fn marker() -> String {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let start: u64 = stat.rsplit_once(") ").unwrap().1.split(' ').nth(19).unwrap().parse().unwrap();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    serde_json::json!({
        "v": 1, "build": "b", "builder": {"pid": std::process::id(), "start_time": start},
        "boot_id": boot.trim(), "place": "in-place", "basis": "nothing", "interpreter": "p", "tool": "pip",
        "replaces": true, "waiting": true, "inputs": {"files": []},
    })
    .to_string()
}

#[test]
fn a_call_that_found_no_mark_looks_again_before_it_has_its_run() {
    let tools = Tools::python_only();
    let sandbox = held(&tools);
    sandbox.write("demo/held", "go", "");
    let folder = sandbox.agent("demo/held").canonicalize().unwrap();
    // A build in the instant before its mark.
    let hold = fs::File::open(&folder).unwrap();
    hold.try_lock().unwrap();
    let runs = sandbox.runs();
    let mut call = spawn(&tools, &sandbox, &["run", "demo/held", "work", "--json"]);
    wait_for("a call that has found no mark", || {
        assert!(call.try_wait().unwrap().is_none(), "it must wait for the folder");
        let files = fs::read_dir(format!("/proc/{}/fd", call.id())).ok()?;
        files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|to| to == folder)).then_some(())
    });
    let mark = folder.join(".venv.building");
    fs::write(&mark, marker()).unwrap();
    drop(hold);
    let refused = report(call);
    assert!(refused["error"].as_str().unwrap().contains("demo/held is being built"), "{refused}");
    assert_eq!(sandbox.runs(), runs);
    fs::remove_file(mark).unwrap();
    assert_eq!(sandbox.run(&["demo/held", "work"]).1, 0);
}

#[test]
fn of_two_builds_at_once_one_builds_and_the_other_says_so() {
    let tools = Tools::python_only();
    let sandbox = held(&tools);
    for _ in 0..3 {
        let both = [(); 2].map(|()| spawn(&tools, &sandbox, &["build", "demo/held", "--json"]));
        let reports = both.map(report);
        let well = reports.iter().filter(|report| report["state"] == "succeeded").count();
        assert!(well >= 1, "{reports:?}");
        for other in reports.iter().filter(|report| report["state"] != "succeeded") {
            let error = other["error"].as_str().unwrap();
            assert!(error.contains("build of") && error.contains("running"), "{error}");
        }
        assert_eq!(sandbox.plugdeck(&["info", "demo/held", "--json"]).json()["environment"], "ready");
    }
}

#[test]
fn several_agents_build_at_once() {
    let uv = Tools::with_uv();
    for tools in [Some(Tools::python_only()), uv].into_iter().flatten() {
        let sandbox = Sandbox::new();
        let agents = ["demo/text-stats", "demo/chatty", "demo/slow-worker"];
        for agent in agents {
            sandbox.install(agent);
        }
        let builds = agents.map(|agent| spawn(&tools, &sandbox, &["build", agent, "--json"]));
        for build in builds {
            let report = report(build);
            assert_eq!(report["state"], "succeeded", "{report}");
        }
        for agent in agents {
            assert_eq!(sandbox.plugdeck(&["info", agent, "--json"]).json()["environment"], "ready");
        }
    }
}
