//! A run of the dashboard's list, as it was last seen.

use std::sync::Arc;
use std::time::Duration;

use crate::ops::{runs, words};
use crate::process::sampler::ProcessSample;
use crate::run::dir::RunDir;
use crate::run::event::Leftover;
use crate::run::samples::{Reader, Sample};
use crate::run::spec::{Kind, RunId};
use crate::run::status::State;
use crate::run::view::RunView;
use crate::text;
use crate::tui::seen::Run;

/// A run of the list.
pub struct Known {
    pub dir: RunDir,
    pub row: Arc<Run>,
    /// Only of live ones.
    pub live: Option<(RunView, Reader)>,
}

impl Known {
    /// Reads a run for the first time.
    pub fn open(dir: RunDir) -> Self {
        match RunView::open(dir.clone()) {
            Ok(view) => {
                let row = Arc::new(row_of(&view, None));
                let live = row.is_live().then(|| (view, Reader::default()));
                Self { dir, row, live }
            }
            Err(error) => Self { row: Arc::new(unreadable(&dir, &error)), dir, live: None },
        }
    }

    /// Looks at a live run again; whether something changed.
    pub fn look(&mut self) -> bool {
        let Some((view, samples)) = &mut self.live else { return self.look_at_left() };
        let records = view.refresh();
        let latest = samples.read_new(&self.dir.samples()).ok().and_then(|mut new| new.pop());
        let news = latest.is_some() || records.as_ref().is_ok_and(|records| !records.is_empty());
        if !news && view.state() == self.row.state {
            return false;
        }
        let latest = latest.or_else(|| self.row.latest.clone());
        let mut row = row_of(view, latest);
        row.ending = words::ending(&self.row.ending, records.as_deref().unwrap_or_default(), &view.status);
        self.row = Arc::new(row);
        if !self.row.is_live() {
            self.live = None;
        }
        true
    }

    /// Looks whether what could not be ended has ended after all; whether something changed.
    fn look_at_left(&mut self) -> bool {
        let lives = |(process, _): &(ProcessSample, String)| process.id().is_alive();
        if self.row.left.iter().all(lives) {
            return false;
        }
        let mut row = Run::clone(&self.row);
        row.left.retain(lives);
        self.row = Arc::new(row);
        true
    }
}

/// A process that could not be ended, and why. It uses nothing that anybody looks at.
fn left(left: &Leftover) -> (ProcessSample, String) {
    let process = ProcessSample {
        pid: left.process.pid,
        start_time: left.process.start_time,
        ppid: 0,
        state: '?',
        cpu_percent: 0.0,
        rss_bytes: 0,
        threads: 0,
        session: 0,
        command: left.command.as_ref().map(|command| text::safe(command.as_bytes())),
    };
    (process, text::safe(left.reason.as_bytes()))
}

/// A run as the list shows it.
pub fn row_of(view: &RunView, latest: Option<Sample>) -> Run {
    let state = view.state();
    let leftovers = view.status.outcome.iter().flat_map(|outcome| &outcome.leftovers);
    let same_boot = view.status.boot_id == crate::process::id::boot_id();
    let live_since_us = (state.is_live() && same_boot).then_some(view.status.started_clock_us);
    Run {
        id: view.id.clone(),
        dir: view.dir.clone(),
        kind: view.spec.kind,
        agent: text::safe(view.spec.agent.as_bytes()),
        method: view.spec.method.as_ref().map(|method| text::safe(method.as_bytes())),
        created_ms: view.spec.created_ms,
        state,
        stuck: runs::is_stuck(view),
        outcome: view.status.outcome.clone(),
        live_since_us,
        took: view.elapsed(),
        latest: latest.filter(|_| state.is_live()),
        sessions: view.status.steps.iter().filter_map(|step| Some(step.process?.pid)).collect(),
        ending: Arc::default(),
        left: leftovers.filter(|left| left.process.is_alive()).map(left).collect(),
        unreadable: None,
    }
}

fn unreadable(dir: &RunDir, error: &std::io::Error) -> Run {
    Run {
        id: RunId(text::safe(dir.id().0.as_bytes())),
        dir: dir.clone(),
        kind: Kind::Call,
        agent: String::new(),
        method: None,
        created_ms: 0,
        state: State::Lost,
        stuck: false,
        outcome: None,
        live_since_us: None,
        took: Duration::ZERO,
        latest: None,
        left: Vec::new(),
        sessions: Vec::new(),
        ending: Arc::default(),
        unreadable: Some(text::safe(error.to_string().as_bytes())),
    }
}
