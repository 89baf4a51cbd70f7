//! Trouble on the machine: limits, full disks, damaged files. The agent is not harmed, and the run says what
//! happened.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

/// Calls plugdeck from a shell that has set something up before.
#[track_caller]
fn from_shell(sandbox: &Sandbox, setup: &str, arguments: &str) -> (Value, Option<i32>) {
    let script = format!("{setup}; exec {} {arguments}", env!("CARGO_BIN_EXE_plugdeck"));
    let output = Command::new("sh").args(["-c", &script]).envs(sandbox.variables()).output().unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.code())
}

#[test]
fn a_file_size_limit_ends_recording_and_not_the_agent() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let call = "run faults/flood lines -p count=2000 --json";
    // Blocks of 512 or 1,024 bytes, as the shell has it: less than the 200 kB that come, more than a journal.
    let (report, code) = from_shell(&sandbox, "ulimit -f 60", call);
    assert_eq!((&report["state"], code), (&json!("succeeded"), Some(0)), "{report}");
    assert_eq!(report["stderr_bytes"].as_u64(), Some(200_000));
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("stderr could not be recorded from byte "), "{warning}");
    let kept =
        fs::metadata(std::path::Path::new(report["directory"].as_str().unwrap()).join("stderr")).unwrap();
    assert!(warning.contains(&format!("from byte {} on", kept.len())), "{warning}");
}

#[test]
fn a_result_that_was_not_wholly_recorded_is_none() {
    let sandbox = Sandbox::with(&["faults/noise"]);
    let (report, _) =
        from_shell(&sandbox, "ulimit -f 60", "run faults/noise big_result -p megabytes=1 --json");
    assert_eq!((&report["state"], &report["result"]), (&json!("failed"), &Value::Null), "{report}");
    assert!(report["error"].as_str().unwrap().contains("not wholly recorded"), "{report}");
}

#[test]
fn a_umask_that_forbids_everything_does_not_lock_anybody_out() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (report, code) = from_shell(&sandbox, "umask 0777", "run faults/ok echo --json");
    assert_eq!((&report["state"], code), (&json!("succeeded"), Some(0)), "{report}");
    for folder in ["state", "state/plugdeck", "state/plugdeck/runs"] {
        let mode = fs::metadata(sandbox.path().join(folder)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{folder}");
    }
}

#[test]
fn a_state_folder_with_a_colon_takes_the_second_way_for_the_payload() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let setup = "export XDG_STATE_HOME=\"$HOME/st:ate\"";
    let (report, code) = from_shell(&sandbox, setup, "run faults/ok echo -p text=hello --json");
    assert_eq!((&report["result"]["parameters"]["text"], code), (&json!("hello"), Some(0)), "{report}");
}

#[test]
fn a_damaged_run_directory_harms_only_itself() {
    let sandbox = Sandbox::with(&["faults/ok"]);
    let (good, _) = sandbox.run(&["faults/ok", "echo"]);
    let runs = sandbox.path().join("state/plugdeck/runs");
    for (id, file, text) in [
        ("20250101T000000-0001", "spec.json", ""),
        ("20250101T000000-0002", "spec.json", "{\"v\": 99}"),
        ("20250101T000000-0003", "end.json", "rubbish"),
    ] {
        fs::create_dir_all(runs.join(id)).unwrap();
        fs::write(runs.join(id).join(file), text).unwrap();
    }
    // Nobody must wait for the other end of these.
    for (id, file) in [("20250101T000000-0004", "spec.json"), ("20250101T000000-0005", "lock")] {
        fs::create_dir_all(runs.join(id)).unwrap();
        assert!(Command::new("mkfifo").arg(runs.join(id).join(file)).status().unwrap().success());
    }
    // A journal whose last line is torn, beside an end that fitted.
    let path = std::path::Path::new(good["directory"].as_str().unwrap());
    let journal = fs::read_to_string(path.join("events.jsonl")).unwrap();
    let torn = &journal[..journal.trim_end().rfind('\n').unwrap() + 20];
    fs::write(path.join("events.jsonl"), torn).unwrap();
    let all = sandbox.plugdeck(&["ps", "--all", "--json"]).json();
    let row = all.as_array().unwrap().iter().find(|row| row["run"] == good["run"]).unwrap();
    assert_eq!(row["state"], "succeeded");
    assert_eq!(sandbox.plugdeck(&["ps", "--json"]).json(), json!([]));
}

#[test]
fn a_full_disk_is_said_and_the_end_still_fits() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let state = sandbox.path().join("small");
    fs::create_dir(&state).unwrap();
    let program = env!("CARGO_BIN_EXE_plugdeck");
    let script = format!(
        "mount -t tmpfs -o size=256k none {state} || exit 77; \
         XDG_STATE_HOME={state} {program} run faults/flood lines -p count=20000 --json; \
         cat {state}/plugdeck/runs/*/end.json > /dev/null || exit 78",
        state = state.display()
    );
    let unshare = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
        .envs(sandbox.variables())
        .output();
    let output = match unshare {
        Ok(output) if output.status.code() == Some(0) => output,
        Ok(output) if output.status.code() == Some(78) => panic!("no end.json"),
        _ => {
            eprintln!("skipped: this machine allows no small file system of one's own");
            return;
        }
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["state"], "succeeded", "{report}");
    assert!(report["warnings"][0].as_str().unwrap().contains("No space left"), "{report}");
}
