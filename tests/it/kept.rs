//! What an agent printed is kept to the byte, and above the cap its beginning and its end at their true offsets.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::sandbox::{PYTHON, Sandbox};
use crate::support::screen::Screen;

/// The smallest cap there is, and what is given back at once.
const CAP: u64 = 1 << 20;
const STRIDE: u64 = CAP / 16;

/// What `flood lines` prints, without its newlines.
fn line(number: u64, width: usize) -> String {
    format!("{:.<width$}", format!("line {number} "), width = width - 1)
}

fn lines(numbers: std::ops::RangeInclusive<u64>, width: usize) -> Vec<u8> {
    numbers.flat_map(|number| (line(number, width) + "\n").into_bytes()).collect()
}

fn directory(report: &Value) -> PathBuf {
    report["directory"].as_str().unwrap().into()
}

/// Bytes of both streams by the timeline alone.
fn timed(directory: &Path) -> u64 {
    let timeline = fs::read(directory.join("timeline")).unwrap();
    let length = |record: &[u8]| u64::from(u32::from_le_bytes(record[12..16].try_into().unwrap()));
    timeline.chunks_exact(16).map(length).sum()
}

/// The journal's words on holes.
fn holes(directory: &Path) -> Vec<Value> {
    let journal = fs::read_to_string(directory.join("events.jsonl")).unwrap();
    let records = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.filter(|record| record["event"] == "hole").collect()
}

/// The line that stands in the place of what is not kept.
#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn said(stream: &str, bytes: u64) -> String {
    format!("── {:.1} MB of {stream} not kept ──", bytes as f64 / 1e6)
}

/// A sandbox with the smallest cap; `None` with a message where this file system has no holes.
fn capped(agents: &[&str]) -> Option<Sandbox> {
    let sandbox = Sandbox::with(agents);
    let probe = sandbox.path().join("probe");
    fs::write(&probe, [0; 8192]).unwrap();
    let punched = Command::new("fallocate").args(["-p", "-o", "0", "-l", "4096"]).arg(&probe).output();
    if !punched.is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: holes cannot be made here");
        return None;
    }
    sandbox.configure(&format!("keep_output: {CAP}\n"));
    Some(sandbox)
}

#[test]
fn strange_output_is_kept_to_the_byte() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let huge: Vec<u8> =
        (0..10).flat_map(|number| format!("{number:09} ").repeat(100_000).into_bytes()).collect();
    let letter =
        |number: u32| if number % 40 == 39 { b'\n' } else { b'a' + u8::try_from(number % 26).unwrap() };
    for (arguments, expected) in [
        (&["lines", "-p", "count=1000000", "-p", "width=20"][..], lines(1..=1_000_000, 20)),
        (&["huge_line", "-p", "megabytes=10"], [&huge[..], b"\n"].concat()),
        (&["dribble", "-p", "delay_ms=0"], (0..2_000).map(letter).chain([b'\n']).collect()),
    ] {
        let (report, code) = sandbox.run(&[&["faults/flood"], arguments].concat());
        assert_eq!((&report["state"], code), (&json!("succeeded"), 0), "{report}");
        let stderr = fs::read(directory(&report).join("stderr")).unwrap();
        assert!(stderr == expected, "{arguments:?}: {} bytes, expected {}", stderr.len(), expected.len());
        assert_eq!(report["stderr_bytes"], json!(expected.len()));
        let stdout = report["stdout_bytes"].as_u64().unwrap();
        assert_eq!(timed(&directory(&report)), stdout + expected.len() as u64);
        assert_eq!(holes(&directory(&report)), [] as [Value; 0]);
    }
    let (report, _) = sandbox.run(&["faults/flood", "garbage", "-p", "kilobytes=3000"]);
    let script = "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
    let sum = Command::new(&*PYTHON).args(["-c", script]).arg(directory(&report).join("stderr")).output();
    assert_eq!(report["result"]["sha256"], String::from_utf8(sum.unwrap().stdout).unwrap().trim());
}

#[test]
fn above_the_cap_the_middle_is_given_back() {
    let Some(sandbox) = capped(&["faults/flood"]) else { return };
    for (stream, number) in [("stderr", 2), ("stdout", 1)] {
        let choice = format!("stream={stream}");
        let (report, code) = sandbox.run(&["faults/flood", "lines", "-p", "count=300000", "-p", &choice]);
        assert_eq!((&report["state"], code), (&json!("succeeded"), 0), "{report}");
        assert_eq!(report["result"]["last"], line(300_000, 100));
        let directory = directory(&report);
        let path = directory.join(stream);
        let allocated: u64 = ["stdout", "stderr"]
            .iter()
            .map(|file| directory.join(file).metadata().unwrap().blocks() * 512)
            .sum();
        assert!(allocated <= CAP + STRIDE, "{allocated} bytes on disk");
        let [first, last] = &holes(&directory)[..] else { panic!("{:?}", holes(&directory)) };
        assert_eq!((&first["stream"], &first["to"]), (&json!(number), &Value::Null));
        assert_eq!((&first["from"], &last["stream"]), (&last["from"], &json!(number)));
        let (from, to) = (last["from"].as_u64().unwrap(), last["to"].as_u64().unwrap());
        // What is kept is what was printed, at its own offset; and most of the cap is used.
        let printed = lines(1..=300_000, 100);
        let total = report[format!("{stream}_bytes")].as_u64().unwrap();
        let file = File::open(&path).unwrap();
        assert_eq!(file.metadata().unwrap().len(), total);
        let mut head = vec![0; usize::try_from(from).unwrap()];
        file.read_exact_at(&mut head, 0).unwrap();
        assert!(head == printed[..head.len()]);
        let mut tail = vec![0; printed.len() - usize::try_from(to).unwrap()];
        file.read_exact_at(&mut tail, to).unwrap();
        assert!(tail == printed[printed.len() - tail.len()..]);
        assert!(from + total - to > CAP / 8 * 7, "{from} and {}", total - to);
        let both = report["stdout_bytes"].as_u64().unwrap() + report["stderr_bytes"].as_u64().unwrap();
        assert_eq!(timed(&directory), both);
        // One line says it, where the bytes would stand.
        let run = report["run"].as_str().unwrap();
        let logs = sandbox.plugdeck(&["logs", run]).stdout;
        let found: Vec<_> = logs.lines().filter(|line| line.contains("not kept")).collect();
        let lost = said(stream, to - from);
        assert!(matches!(found[..], [only] if only.ends_with(&lost)), "{found:?}");
        assert!(logs.len() < 2 << 20 && logs.contains(&line(1, 100)) && logs.contains(&line(300_000, 100)));
        let rows = sandbox.plugdeck(&["logs", "--json", run]).stdout;
        let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
        let gaps: Vec<_> = rows.iter().filter_map(|row| row["not_kept"].as_u64()).collect();
        assert_eq!(gaps, [to - from]);
        let warnings = report["warnings"].to_string();
        assert!(warnings.contains(&format!("{from} to {to} are not")), "{warnings}");
    }
}

#[test]
fn a_result_that_lost_its_middle_is_none() {
    let Some(sandbox) = capped(&["faults/noise"]) else { return };
    let (report, code) = sandbox.run(&["faults/noise", "big_result", "-p", "megabytes=5"]);
    assert_eq!((&report["state"], &report["result"], code), (&json!("failed"), &Value::Null, 1), "{report}");
    let error = report["error"].as_str().unwrap();
    assert!(error.starts_with("the last line of stdout began before byte "), "{error}");
}

#[test]
fn who_follows_a_flood_misses_only_what_is_said_to_be_missing() {
    let Some(sandbox) = capped(&["faults/flood"]) else { return };
    let run = sandbox.detach(&["faults/flood", "lines", "-p", "count=1000000"]);
    let follower = sandbox.command(&["logs", "-f", "--json", &run]).stdout(Stdio::piped()).spawn().unwrap();
    let rows = String::from_utf8(follower.wait_with_output().unwrap().stdout).unwrap();
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let (mut told, mut gaps) = (0, 0);
    for row in rows.iter().filter(|row| row["stream"] == "err") {
        let text = row["text"].as_str().unwrap();
        assert!(!text.contains('\0'), "{row}");
        match row["not_kept"].as_u64() {
            None => told += text.len() as u64 + 1,
            Some(lost) => (told, gaps) = (told + lost, gaps + 1),
        }
    }
    // The piece of a line before a gap may have no newline.
    assert!((100_000_000..=100_000_000 + gaps).contains(&told), "{told} bytes with {gaps} gaps");
    let last = rows.iter().rfind(|row| row["stream"] == "err").unwrap();
    assert_eq!(last["text"], line(1_000_000, 100));
}

#[test]
fn the_dashboard_shows_one_line_for_what_is_not_kept() {
    let Some(sandbox) = capped(&["faults/flood"]) else { return };
    let (report, _) = sandbox.run(&["faults/flood", "lines", "-p", "count=2000", "-p", "width=10000"]);
    let hole = &holes(&directory(&report))[1];
    let lost = hole["to"].as_u64().unwrap() - hole["from"].as_u64().unwrap();
    let line = said("stderr", lost);
    let mut screen = Screen::start(&sandbox, &[], 120, 60);
    screen.wait_for("1 kept");
    screen.send("24");
    screen.wait_for("\"lines\": 2000");
    screen.send("[");
    screen.wait_for("f follow");
    screen.wait_for("err │ line 2000 ");
    screen.send("g");
    screen.wait_for("line 1 ");
    screen.wait_for(&line);
    let text = screen.text();
    assert_eq!(text.matches("not kept").count(), 1, "{text}");
    assert!(text.contains("line 26 ") && !text.contains("line 30 "), "{text}");
}

#[test]
fn without_holes_recording_stops_at_the_cap_and_the_last_bytes_have_a_file() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    sandbox.configure(&format!("keep_output: {CAP}\n"));
    let state = sandbox.path().join("ram");
    let out = sandbox.path().join("out");
    fs::create_dir(&state).unwrap();
    let program = env!("CARGO_BIN_EXE_plugdeck");
    let script = format!(
        "mount -t ramfs none {state} || exit 77; export XDG_STATE_HOME={state}; \
         {program} run faults/flood lines -p count=300000 -p stream=stdout --json; \
         cd {state}/plugdeck/runs/*; {program} logs $(basename $PWD) > logs; cp -r . {out}",
        state = state.display(),
        out = out.display()
    );
    let unshare = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
        .envs(sandbox.variables())
        .output();
    let Some(output) = unshare.ok().filter(|output| output.status.success()) else {
        eprintln!("skipped: this machine allows no file system without holes");
        return;
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["state"], "succeeded", "{report}");
    assert_eq!(report["result"]["last"], line(300_000, 100));
    let printed = lines(1..=300_000, 100);
    let (head, tail) = (fs::read(out.join("stdout")).unwrap(), fs::read(out.join("stdout.tail")).unwrap());
    assert!((CAP..=CAP + STRIDE).contains(&(head.len() as u64)), "{}", head.len());
    assert!(head == printed[..head.len()]);
    assert_eq!(tail.len(), 16 << 20);
    let total = usize::try_from(report["stdout_bytes"].as_u64().unwrap()).unwrap();
    assert!(tail.starts_with(&printed[total - tail.len()..]));
    assert_eq!(timed(&out), total as u64 + report["stderr_bytes"].as_u64().unwrap());
    let hole = holes(&out).into_iter().rfind(|hole| hole["stream"] == 1).unwrap();
    assert_eq!((&hole["from"], &hole["to"]), (&json!(head.len()), &json!(total - tail.len())));
    assert_eq!(hole["tail"], true);
    let logs = fs::read_to_string(out.join("logs")).unwrap();
    assert_eq!(logs.matches("MB of stdout not kept ──").count(), 1);
    assert!(logs.contains(&line(300_000, 100)) && logs.lines().last().unwrap().contains("{\"result\""));
}

#[test]
fn a_very_long_line_is_listed_with_what_follows_in_the_file() {
    let sandbox = Sandbox::with(&["faults/flood"]);
    let (report, code) = sandbox.run(&["faults/flood", "huge_line", "-p", "megabytes=1"]);
    assert_eq!(code, 0, "{report}");
    let run = report["run"].as_str().unwrap();
    let logs = sandbox.plugdeck(&["logs", run]).stdout;
    assert_eq!(logs.lines().filter(|line| line.ends_with(" more") && line.contains(" … ")).count(), 1);
    let rows = sandbox.plugdeck(&["logs", "--json", run]).stdout;
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let long: Vec<_> = rows.iter().filter(|row| !row["left_out"].is_null()).collect();
    assert_eq!(long.len(), 1);
    let text = u64::try_from(long[0]["text"].as_str().unwrap().len()).unwrap();
    assert!(text + long[0]["left_out"].as_u64().unwrap() >= 1_000_000, "{text}");
}
