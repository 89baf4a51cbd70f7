//! Scenes made by hand, for what real processes do too seldom or too fast.

use super::*;
use crate::process::descriptors::{Descriptor, Target};
use crate::process::facts::{Signals, Thread};
use crate::process::id::ProcessId;
use crate::process::sockets::Protocol;
use crate::process::syscall::{Call, Doing};
use crate::process::wait::Wait;

const PEER: &str = "127.0.0.1:11434";
const SOCKET: u64 = 900;

fn thread(tid: i32, wait: Wait) -> Thread {
    let call = Call { name: "poll".into(), args: [0; 6], stack_pointer: 0 };
    Thread {
        tid,
        name: "python".into(),
        state: 'S',
        wchan: "do_poll".into(),
        doing: Doing::Call(call),
        wait,
        ran_ns: 0,
        queued_ns: 0,
        switches: 0,
    }
}

fn process(pid: i32, parent: i32, threads: Vec<Thread>, open: &[(i32, Target)]) -> Process {
    let open = open.iter().map(|(number, target)| Descriptor { number: *number, target: target.clone() });
    Process {
        id: ProcessId { pid, start_time: 1 },
        parent,
        command: format!("program {pid}"),
        state: 'S',
        rss_bytes: 100 << 20,
        io: 0,
        signals: Signals::default(),
        threads,
        open: Some(open.collect()),
        lock_holder: None,
    }
}

/// A tree in which nothing moves, with one connection to a model.
fn scene(processes: Vec<Process>) -> Scene {
    let socket = Socket {
        protocol: Protocol::Tcp,
        state: "ESTAB",
        local: Some("127.0.0.1:50000".parse().unwrap()),
        peer: Some(PEER.parse().unwrap()),
        path: None,
        received: 0,
        sent: 0,
    };
    Scene {
        agent: Some(1),
        before: processes.clone(),
        after: processes,
        between: Duration::from_secs(1),
        sockets: HashMap::from([(SOCKET, socket)]),
        silence: Some(Duration::from_secs(62)),
        ..Scene::default()
    }
}

#[track_caller]
fn check(scene: &Scene, kind: Kind, confidence: Confidence, pid: i32) -> String {
    let verdict = judge(scene);
    assert_eq!((verdict.kind, verdict.confidence, verdict.pid), (kind, confidence, Some(pid)), "{verdict:?}");
    verdict.sentence
}

fn many(read: Vec<i32>, timer: bool, epoll: bool) -> Wait {
    Wait::Many { read, write: vec![], timer, epoll }
}

fn asked(received: u64, since_received_ms: u64, since_sent_ms: u64) -> TcpInfo {
    TcpInfo { received, since_received_ms, since_sent_ms }
}

#[test]
fn an_answer_that_does_not_come_names_the_service_and_the_time() {
    let mut scene =
        scene(vec![process(1, 0, vec![thread(1, Wait::Read(7))], &[(7, Target::Socket(SOCKET))])]);
    let info = asked(0, 62_000, 62_000);
    scene.tcp.insert(SOCKET, (Some(info), info));
    scene.places.insert(1, "generate (llm.py:212)".into());
    let sentence = check(&scene, Kind::Socket, Confidence::High, 1);
    assert_eq!(sentence, "gets no answer from 127.0.0.1:11434 (Ollama) for 62 s, in generate (llm.py:212)");
    scene.tcp.insert(SOCKET, (Some(info), asked(900, 10, 62_000)));
    check(&scene, Kind::Healthy, Confidence::High, 1);
    scene.tcp.insert(SOCKET, (Some(asked(900, 0, 62_000)), asked(900, 2_000, 62_000)));
    check(&scene, Kind::Socket, Confidence::Maybe, 1);
}

#[test]
fn an_idle_connection_beside_an_event_loop_is_no_sure_reason() {
    let open = [(4, Target::Epoll(vec![7])), (7, Target::Socket(SOCKET))];
    let mut scene = scene(vec![process(1, 0, vec![thread(1, many(vec![7], true, true))], &open)]);
    scene.tcp.insert(SOCKET, (None, asked(500, 60_000, 60_001)));
    check(&scene, Kind::Socket, Confidence::Maybe, 1);
    scene.tcp.insert(SOCKET, (None, asked(500, 60_000, 9_000)));
    check(&scene, Kind::Socket, Confidence::High, 1);
}

#[test]
fn the_worker_that_knows_better_is_blamed_and_idle_ones_are_not() {
    let open = [(7, Target::Socket(SOCKET))];
    let threads = vec![thread(1, Wait::Lock), thread(2, Wait::Lock), thread(3, Wait::Read(7))];
    let tree = scene(vec![process(1, 0, threads, &open)]);
    check(&tree, Kind::Socket, Confidence::High, 1);
    assert_eq!(judge(&tree).tid, Some(3));
    // A heartbeat is no reason.
    let threads = vec![thread(1, Wait::Lock), thread(2, Wait::Sleep)];
    check(&scene(vec![process(1, 0, threads, &[])]), Kind::Sleep, Confidence::Maybe, 1);
}

#[test]
fn a_chain_of_waiting_leads_to_the_last_one() {
    let pipe = |reads| Target::Pipe { inode: 5, reads, writes: !reads };
    let tree = scene(vec![
        process(1, 0, vec![thread(1, Wait::Child(Some(2)))], &[]),
        process(2, 1, vec![thread(2, Wait::Read(3))], &[(3, pipe(true))]),
        process(4, 2, vec![thread(4, Wait::Read(7))], &[(1, pipe(false)), (7, Target::Socket(SOCKET))]),
    ]);
    let sentence = check(&tree, Kind::Socket, Confidence::High, 4);
    assert!(sentence.starts_with("process 4 (program 4) gets no answer"), "{sentence}");
}

#[test]
fn a_circle_is_told_and_ends() {
    let pipe = |inode, reads| Target::Pipe { inode, reads, writes: !reads };
    let tree = scene(vec![
        process(1, 0, vec![thread(1, Wait::Read(3))], &[(3, pipe(5, true)), (4, pipe(6, false))]),
        process(2, 1, vec![thread(2, Wait::Read(3))], &[(3, pipe(6, true)), (4, pipe(5, false))]),
    ]);
    assert!(check(&tree, Kind::Pipe, Confidence::High, 2).contains("circle"));
}

#[test]
fn what_moves_is_never_sure_and_what_is_hidden_is_unknown() {
    let mut moving = scene(vec![process(1, 0, vec![thread(1, Wait::Sleep)], &[])]);
    moving.before[0].threads[0].doing = Doing::Running;
    check(&moving, Kind::Sleep, Confidence::Maybe, 1);
    let mut restless = scene(vec![process(1, 0, vec![thread(1, Wait::Sleep)], &[])]);
    restless.after[0].threads[0].switches = 900;
    check(&restless, Kind::Busy, Confidence::Maybe, 1);
    let mut hidden = scene(vec![process(1, 0, vec![thread(1, Wait::Other)], &[])]);
    hidden.after[0].threads[0].doing = Doing::Hidden;
    hidden.before[0].threads[0].doing = Doing::Hidden;
    assert!(check(&hidden, Kind::Unknown, Confidence::None, 1).contains("does not show"));
    assert_eq!(judge(&Scene::default()).kind, Kind::Unknown);
}

#[test]
fn a_usual_pause_is_none() {
    let mut tree = scene(vec![process(1, 0, vec![thread(1, Wait::Sleep)], &[])]);
    tree.usual_gap = Some(Duration::from_secs(60));
    check(&tree, Kind::Healthy, Confidence::High, 1);
    tree.silence = Some(Duration::from_secs(600));
    check(&tree, Kind::Sleep, Confidence::High, 1);
}

#[test]
fn a_loop_is_sure_only_where_three_looks_have_met_it_in_one_function() {
    let mut busy = scene(vec![process(1, 0, vec![thread(1, Wait::Other)], &[])]);
    busy.after[0].threads[0].ran_ns = 1_000_000_000;
    busy.places.insert(1, "spin (agent.py:8)".into());
    // Two samples say less than three.
    assert_eq!(
        check(&busy, Kind::Busy, Confidence::Maybe, 1),
        "maybe: computes, busy for 100 % of the last 1.0 s, in spin (agent.py:8)"
    );
    busy.halfway_at = Duration::from_millis(500);
    busy.halfway.insert(1, 100_000_000);
    assert!(
        check(&busy, Kind::Busy, Confidence::Maybe, 1).contains("for 100 %"),
        "a pause in the first half"
    );
    busy.halfway.insert(1, 500_000_000);
    assert!(check(&busy, Kind::Busy, Confidence::Maybe, 1).contains("computes without a pause"));
    busy.stays.insert(1, 2);
    assert_eq!(
        check(&busy, Kind::Busy, Confidence::Maybe, 1),
        "maybe: turns in a loop, busy in three samples over 1.0 s, in spin (agent.py:8)"
    );
    busy.stays.insert(1, 3);
    assert!(check(&busy, Kind::Busy, Confidence::High, 1).contains("at 3 looks in a row"));
}

#[test]
fn a_time_limit_beside_a_file_lock_is_no_other_reason() {
    let open = [(9, Target::Path("/state/runs/20261122T140322-0f3a/lock".into()))];
    let threads =
        vec![thread(1, Wait::Lock), thread(2, many(vec![], true, true)), thread(3, Wait::FileLock(9))];
    let mut build = scene(vec![process(1, 0, threads, &open)]);
    build.after[0].lock_holder = Some((77, "uv sync".into()));
    assert_eq!(
        check(&build, Kind::FileLock, Confidence::High, 1),
        "waits for the lock on /state/runs/20261122T140322-0f3a/lock, held by 77 (uv sync)"
    );
    build.runs = Some("/state/runs".into());
    assert_eq!(
        check(&build, Kind::FileLock, Confidence::High, 1),
        "waits for run 20261122T140322-0f3a to end"
    );
}

#[test]
fn of_an_orphan_nobody_knows_how_long_it_is_silent() {
    let mut tree =
        scene(vec![process(1, 0, vec![thread(1, Wait::Connect(7))], &[(7, Target::Socket(SOCKET))])]);
    tree.silence = None;
    tree.sockets.get_mut(&SOCKET).unwrap().state = "SYN_SENT";
    assert_eq!(
        check(&tree, Kind::Connecting, Confidence::High, 1),
        "waits for a connection to 127.0.0.1:11434 (Ollama)"
    );
}
