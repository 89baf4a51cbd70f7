//! A stretch in which a run said nothing, and what went on meanwhile.

use std::path::Path;
use std::time::Duration;

use ratatui::text::Line;

use crate::ops::words;
use crate::process::locks::Wait;
use crate::process::sampler::ProcessSample;
use crate::run::samples::Sample;
use crate::text;
use crate::tui::pane::{Look, sign};
use crate::tui::seen::Detail;
use crate::tui::widget::line::{blank, bold, span, width};

/// Programs that are named.
const NAMED: usize = 3;

/// Below this use of a core a program counts as one that waits.
const IDLE: f32 = 1.0;

/// Longest path of a locked file, in columns.
const PATH: usize = 36;

/// `── silent 62 s ─────`, with what goes on meanwhile where that is known; with `warn` it is worth a look, and says
/// which key looks.
#[must_use]
pub fn line(time: Duration, doing: Option<&str>, columns: usize, warn: bool, look: Look) -> Line<'static> {
    let t = look.theme;
    let colour = if warn { t.warn } else { t.dim };
    let silent = format!(" {} ", words::silent(time));
    let key = if warn {
        vec![span("── ", colour), bold("w", t.accent), span(" why ", t.fg)]
    } else {
        Vec::new()
    };
    let taken = 7 + 2 + text::width(&silent) + width(&key) + 1;
    let room = columns.saturating_sub(taken);
    let doing = doing.map_or(String::new(), |doing| text::fit(&format!("· {doing} "), room).into_owned());
    let dashes = room.saturating_sub(text::width(&doing)).min(120);
    let silent = if warn { bold(silent, colour) } else { span(silent, colour) };
    let rest = vec![span(doing, t.fg), span("─".repeat(dashes), t.rule)];
    Line::from([vec![blank(7), span("──", colour), silent], key, rest].concat())
}

/// What a build does that says nothing: the lock it waits for, or the programs at the ends of its tree.
#[must_use]
pub fn doing(detail: &Detail) -> Option<String> {
    match &detail.waits {
        Some(wait) => Some(lock(wait, &detail.spec.directory)),
        None => programs(detail.latest.as_ref()?),
    }
}

fn lock(wait: &Wait, directory: &Path) -> String {
    let file = wait.file.strip_prefix(directory).unwrap_or(&wait.file).display().to_string();
    let file = sign::safe(&file);
    // The end of a path says most.
    let skip = file.chars().count().saturating_sub(PATH);
    let file =
        if skip == 0 { file } else { format!("…{}", file.chars().skip(skip + 1).collect::<String>()) };
    match &wait.holder {
        Some((pid, name)) if name.is_empty() => format!("waits for a lock on {file} held by process {pid}"),
        Some((pid, name)) => format!("waits for a lock on {file} held by {name} (pid {pid})"),
        None => format!("waits for a lock on {file}"),
    }
}

/// `cc1plus, ld running`: the busiest first, then the youngest.
fn programs(sample: &Sample) -> Option<String> {
    let living = || sample.processes.iter().filter(|one| one.state != 'Z');
    let mut ends: Vec<&ProcessSample> =
        living().filter(|one| !living().any(|other| other.ppid == one.pid)).collect();
    ends.sort_by(|a, b| b.cpu_percent.total_cmp(&a.cpu_percent).then(b.start_time.cmp(&a.start_time)));
    let busy = ends.iter().any(|one| one.cpu_percent >= IDLE);
    let mut names: Vec<String> = Vec::new();
    for one in ends.into_iter().filter(|one| !busy || one.cpu_percent >= IDLE) {
        let Some(name) = one.command.as_deref().map(name).filter(|name| !names.contains(name)) else {
            continue;
        };
        names.push(name);
    }
    let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
    names.truncate(NAMED);
    let verb = if busy { "running" } else { "waiting" };
    (!names.is_empty()).then(|| format!("{}{more} {verb}", names.join(", ")))
}

/// The program of a command line, without its folders.
fn name(command: &str) -> String {
    let program = command.split(' ').next().unwrap_or_default();
    sign::safe(program.rsplit('/').next().unwrap_or(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: i32, ppid: i32, cpu_percent: f32, command: &str) -> ProcessSample {
        ProcessSample {
            pid,
            start_time: u64::try_from(pid).unwrap(),
            ppid,
            state: 'S',
            cpu_percent,
            rss_bytes: 0,
            threads: 1,
            session: 0,
            command: Some(command.into()),
        }
    }

    #[track_caller]
    fn check(processes: &[ProcessSample], expected: Option<&str>) {
        let sample = Sample { t_us: 0, processes: processes.to_vec() };
        assert_eq!(programs(&sample).as_deref(), expected);
    }

    #[test]
    fn the_busy_ends_of_the_tree_are_named() {
        let uv = process(1, 0, 0.0, "/bin/uv sync");
        let python = process(2, 1, 0.0, "/x/python setup.py");
        let compiler = process(3, 2, 99.0, "/usr/lib/gcc/cc1plus -quiet");
        check(&[uv.clone(), python.clone(), compiler.clone()], Some("cc1plus running"));
        let others = [process(4, 2, 100.0, "ld"), process(5, 2, 98.0, "cc1plus")];
        let all = [vec![uv.clone(), python.clone(), compiler], others.to_vec()].concat();
        check(&all, Some("ld, cc1plus running"));
        check(&[uv.clone(), python], Some("python waiting"));
        check(&[ProcessSample { state: 'Z', ..uv }], None);
    }

    #[test]
    fn a_lock_is_named_by_the_end_of_its_path() {
        let wait = |file: &str, holder: Option<(i32, &str)>| Wait {
            pid: 7,
            file: file.into(),
            holder: holder.map(|(pid, name)| (pid, name.to_owned())),
        };
        let told = |wait: &Wait| lock(wait, Path::new("/agents/a"));
        assert_eq!(
            told(&wait("/agents/a/.venv/.lock", Some((123, "uv")))),
            "waits for a lock on .venv/.lock held by uv (pid 123)"
        );
        let long = format!("/{}/cache/.lock", "x".repeat(80));
        assert_eq!(told(&wait(&long, None)), format!("waits for a lock on …{}/cache/.lock", "x".repeat(23)));
    }
}
