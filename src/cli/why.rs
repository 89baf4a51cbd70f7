//! `plugdeck why RUN` and `plugdeck stack RUN`: what a run waits for, and where in its code.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use crate::cli::failure::{self, Failure};
use crate::cli::print;
use crate::ops::{Context, runs, why};
use crate::process::verdict::{Confidence, Kind, seconds};
use crate::run::evidence::{
    Evidence, File, KernelThread, LastOutput, Looked, Occasion, Python, PythonThread, Socket,
};
use crate::run::status::State;
use crate::run::view::RunView;
use crate::text;

/// Columns of the words at the left.
const LEFT: usize = 10;

/// Open files shown to people; JSON has them all.
const FILES: usize = 12;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the last four digits
    run: String,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What `why --json` prints: a contract.
#[derive(Serialize)]
struct Answer<'a> {
    run: String,
    state: State,
    kind: Kind,
    confidence: Confidence,
    sentence: &'a str,
    /// Of the process that is to blame.
    pid: Option<i32>,
    silence_ms: Option<u64>,
    cpu_percent: Option<f32>,
    rss_bytes: Option<u64>,
    python: Python,
    kernel: Option<Kernel<'a>>,
    sockets: &'a [Socket],
    files: &'a [File],
    last_output: Option<&'a LastOutput>,
}

#[derive(Serialize)]
struct Kernel<'a> {
    state: char,
    wchan: &'a str,
    syscall: Option<&'a str>,
}

/// What `stack --json` prints.
#[derive(Serialize)]
struct Stacks<'a> {
    run: String,
    state: State,
    processes: Vec<Stack<'a>>,
}

#[derive(Serialize)]
struct Stack<'a> {
    pid: i32,
    command: &'a str,
    #[serde(flatten)]
    python: &'a Python,
}

/// `plugdeck why`.
pub fn perform(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let mut run = runs::find(context, &args.run)?;
    let found = why::look_further(context, &mut run)?;
    if args.json {
        return Ok(failure::printed(print::json(&answer(&run, found.as_ref())), 0));
    }
    print::data(&match &found {
        Some(evidence) => page(&run, evidence),
        None => format!("{}\n", nothing(&run)),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// `plugdeck stack`.
pub fn perform_stack(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let mut run = runs::find(context, &args.run)?;
    let found = why::look_further(context, &mut run)?;
    let processes = found.as_ref().map(|evidence| evidence.processes.as_slice()).unwrap_or_default();
    if args.json {
        fn one(process: &Looked) -> Stack<'_> {
            Stack { pid: process.id.pid, command: &process.command, python: &process.python }
        }
        let stacks = Stacks {
            run: run.id.to_string(),
            state: run.state(),
            processes: processes.iter().map(one).collect(),
        };
        return Ok(failure::printed(print::json(&stacks), 0));
    }
    let mut text = match &found {
        Some(evidence) => format!("{}\n", heading(&run, evidence)),
        None => format!("{}\n", nothing(&run)),
    };
    for process in processes {
        text += &format!("\n{} {}\n", process.id.pid, text::safe(process.command.as_bytes()));
        text += &stack(process, run.spec.directory.as_path(), "  ");
    }
    print::data(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn answer<'a>(run: &RunView, found: Option<&'a Evidence>) -> Answer<'a> {
    let blamed = found.and_then(Evidence::blamed);
    let kernel = found.and_then(blamed_thread);
    Answer {
        run: run.id.to_string(),
        state: run.state(),
        kind: found.map_or(Kind::Unknown, |evidence| evidence.verdict.kind),
        confidence: found.map_or(Confidence::None, |evidence| evidence.verdict.confidence),
        sentence: found.map_or(NOTHING, |evidence| &evidence.verdict.sentence),
        pid: found.and_then(|evidence| evidence.verdict.pid),
        silence_ms: found.and_then(|evidence| evidence.silence_ms),
        cpu_percent: found.map(|evidence| evidence.cpu_percent),
        rss_bytes: found.map(|evidence| evidence.rss_bytes),
        python: found.and_then(Evidence::stack_of).map(|process| process.python.clone()).unwrap_or_default(),
        kernel: kernel.map(|thread| Kernel {
            state: thread.state,
            wchan: &thread.wchan,
            syscall: thread.syscall.as_deref(),
        }),
        sockets: blamed.map(|process| process.sockets.as_slice()).unwrap_or_default(),
        files: blamed.map(|process| process.files.as_slice()).unwrap_or_default(),
        last_output: found.and_then(|evidence| evidence.last_output.as_ref()),
    }
}

const NOTHING: &str = "the run has ended, and nobody looked at it before";

fn nothing(run: &RunView) -> String {
    format!("run {}: {NOTHING}", text::safe(run.id.short().as_bytes()))
}

/// The thread that the verdict is about; the first one, where it is about none.
fn blamed_thread(evidence: &Evidence) -> Option<&KernelThread> {
    let threads = &evidence.blamed()?.kernel;
    threads.iter().find(|thread| Some(thread.tid) == evidence.verdict.tid).or(threads.first())
}

fn heading(run: &RunView, evidence: &Evidence) -> String {
    let what = format!("{} {}", run.spec.agent, run.spec.method.as_deref().unwrap_or("(build)"));
    let when = format!("{} after its start", seconds(Duration::from_micros(evidence.t_us)));
    let occasion = match evidence.why {
        // Nobody counts its time any more.
        Occasion::Asked if evidence.silence_ms.is_none() => {
            "what it has left behind, looked at now".to_owned()
        }
        Occasion::Asked => format!("looked at {when}"),
        Occasion::Timeout => format!("looked at {when}, when its time was over, before the first signal"),
        Occasion::Stop => format!("looked at {when}, before the first signal of its stop"),
    };
    let id = text::safe(run.id.short().as_bytes());
    format!("run {id}  {}  {}, {occasion}", text::safe(what.as_bytes()), run.state().word())
}

/// The page for people.
fn page(run: &RunView, evidence: &Evidence) -> String {
    let ms = |ms| seconds(Duration::from_millis(ms));
    let verdict = &evidence.verdict;
    let mut page = format!("{}\n\n", heading(run, evidence));
    let kind = verdict.kind.word();
    page += &row("verdict", &format!("{kind}: {}", text::safe(verdict.sentence.as_bytes())));
    let facts = format!(
        "confidence {}{} · CPU {:.0} % · {} of memory",
        verdict.confidence.word(),
        evidence
            .silence_ms
            .map_or(String::new(), |silence| format!(" · nothing printed for {}", ms(silence))),
        evidence.cpu_percent,
        text::size(evidence.rss_bytes)
    );
    page += &row("", &facts);
    if let Some(process) = evidence.stack_of() {
        let whose = format!("process {} {}", process.id.pid, text::safe(process.command.as_bytes()));
        let taken =
            if process.python.threads.is_empty() { "" } else { " · a stack was taken, by one signal" };
        page += "\n";
        page += &row("python", &format!("{whose}{taken}"));
        page += &stack(process, run.spec.directory.as_path(), &" ".repeat(LEFT));
        page += "\n";
    }
    if let Some(blamed) = evidence.blamed() {
        if let Some(thread) = blamed_thread(evidence) {
            let call = thread.syscall.as_deref().unwrap_or("system call not shown");
            let wchan = if thread.wchan.is_empty() { "-" } else { &thread.wchan };
            let line = format!("process {} · state {} · {wchan} · {call}", blamed.id.pid, thread.state);
            page += &row("kernel", &text::safe(line.as_bytes()));
        }
        for (at, line) in socket_table(&blamed.sockets).iter().enumerate() {
            page += &row(if at == 0 { "sockets" } else { "" }, line);
        }
        for (at, file) in blamed.files.iter().take(FILES).enumerate() {
            let line = format!("fd {}  {}", file.fd, file.path);
            page += &row(if at == 0 { "files" } else { "" }, &text::safe(line.as_bytes()));
        }
        if blamed.files.len() > FILES {
            page += &row("", &format!("and {} more", blamed.files.len() - FILES));
        }
        let trend = format!(
            "in {}: {} switches · {} read and written · memory {}{}",
            ms(evidence.between_ms),
            blamed.switches,
            text::size(blamed.io_bytes),
            if blamed.rss_change < 0 { "-" } else { "+" },
            text::size(blamed.rss_change.unsigned_abs())
        );
        page += &row("trend", &trend);
    }
    if let Some(last) = &evidence.last_output {
        let line = format!("{} ago, {}: {}", ms(last.age_ms), last.stream, last.text);
        page += &row("last line", &text::safe(line.as_bytes()));
    }
    for (at, process) in evidence.processes.iter().enumerate() {
        let line = format!(
            "{} {} {:.0} % {}  {}",
            process.id.pid,
            process.state,
            process.cpu_percent,
            text::size(process.rss_bytes),
            process.command
        );
        page += &row(if at == 0 { "tree" } else { "" }, &text::safe(line.as_bytes()));
    }
    for sentence in &evidence.left_out {
        page += &row("left out", &text::safe(sentence.as_bytes()));
    }
    page
}

/// The sockets as a table with its heads; nothing where there are none.
fn socket_table(sockets: &[Socket]) -> Vec<String> {
    if sockets.is_empty() {
        return Vec::new();
    }
    let safe = |row: [String; 7]| row.map(|cell| text::safe(cell.as_bytes()));
    let rows: Vec<_> =
        std::iter::once(Socket::heads()).chain(sockets.iter().map(Socket::row)).map(safe).collect();
    // What does not fit into a terminal is cut by nobody: it may be read by a program.
    text::table(&rows, usize::MAX)
}

fn row(left: &str, right: &str) -> String {
    format!("{left:<LEFT$}{right}\n")
}

/// All threads of a process, the first frame in the agent's own code marked; files of the agent's folder without it.
fn stack(process: &Looked, agent: &Path, indent: &str) -> String {
    let mut text = String::new();
    for thread in &process.python.threads {
        text += &format!("{indent}{}\n", text::safe(thread.thread.as_bytes()));
        text += &frames(thread, agent, indent);
    }
    if let Some(reason) = &process.python.reason {
        text += &format!("{indent}no stack was taken: {}\n", text::safe(reason.as_bytes()));
    }
    text
}

fn frames(thread: &PythonThread, agent: &Path, indent: &str) -> String {
    let marked = thread.frames.iter().position(|frame| frame.in_agent);
    let line = |(at, frame): (usize, &crate::run::evidence::Frame)| {
        let (mark, note) = if marked == Some(at) { ("▸", "  ← agent code") } else { (" ", "") };
        let function = text::safe(frame.function.as_bytes());
        let file = Path::new(&frame.file);
        let file = file.strip_prefix(agent).unwrap_or(file).to_string_lossy();
        format!("{indent}{mark} {function:<22} {}:{}{note}\n", text::safe(file.as_bytes()), frame.line)
    };
    thread.frames.iter().enumerate().map(line).collect()
}
