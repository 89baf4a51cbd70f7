//! A run as plain lines: what it printed, and between that what happened to it, in the words of the dashboard.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use crate::ops::words;
use crate::run::dir::RunDir;
use crate::run::event::Record;
use crate::run::jsonl::Reader;
use crate::run::output::{Line, Stream};
use crate::run::spec::{Kind, RunSpec};
use crate::run::status::{State, Status};
use crate::run::view::RunView;
use crate::text;

/// How far a run's story was told.
pub struct Story {
    dir: RunDir,
    spec: RunSpec,
    journal: Reader,
    status: Status,
    /// The last state that was said.
    said: Option<State>,
    /// What happened and was not said yet, by time: microseconds, who says it, what.
    waiting: VecDeque<(u64, &'static str, String)>,
    /// Of what was said last; `None`: nothing yet.
    last_us: Option<u64>,
}

impl Story {
    /// From the beginning.
    #[must_use]
    pub fn new(run: &RunView) -> Self {
        let what = match run.spec.kind {
            Kind::Build => "build",
            Kind::Call => run.spec.method.as_deref().unwrap_or("?"),
        };
        let title = format!("{} {} {what}", run.id.short(), run.spec.agent);
        Self {
            dir: run.dir.clone(),
            spec: run.spec.clone(),
            journal: Reader::default(),
            status: Status::default(),
            said: None,
            waiting: VecDeque::from([(0, "run", text::safe(title.as_bytes()))]),
            last_us: None,
        }
    }

    /// Reads what has happened since. To be called before the output is read: what was printed before it is there
    /// then.
    pub fn look(&mut self) -> io::Result<()> {
        let records: Vec<Record> = self.journal.read_new(&self.dir.events())?;
        for record in records {
            self.status.apply(&record);
            let state = self.status.state();
            // How it ended stands in the last line of the journal.
            if state.is_live() && self.said.replace(state) != Some(state) {
                self.waiting.push_back((record.t_us, "run", state.word().to_owned()));
            }
            if let Some(note) = words::note(&record, &self.spec) {
                self.waiting.push_back((record.t_us, "sup", note));
            }
        }
        Ok(())
    }

    /// These lines, and before each what happened before it.
    pub fn lines(&mut self, lines: &[Line]) -> String {
        let mut told = String::new();
        for line in lines {
            while let Some((t_us, who, what)) = self.waiting.pop_front_if(|(t_us, ..)| *t_us <= line.t_us) {
                self.tell(t_us, who, &what, &mut told);
            }
            let who = match line.stream {
                Stream::Out => "out",
                Stream::Err => "err",
            };
            let mut what = match line.lost {
                0 => text::safe(line.visible()),
                lost => text::not_kept(line.stream.name(), lost),
            };
            if line.cut > 0 {
                what += &words::cut(line.cut);
            }
            self.tell(line.t_us, who, &what, &mut told);
        }
        told
    }

    /// What has happened after all that was printed by now.
    pub fn rest(&mut self) -> String {
        let mut told = String::new();
        while let Some((t_us, who, what)) = self.waiting.pop_front() {
            self.tell(t_us, who, &what, &mut told);
        }
        told
    }

    /// The end of the story, where there will be no more of it now.
    pub fn end(&mut self, state: State) -> String {
        let mut told = self.rest();
        if state == State::Lost {
            let last_us = self.last_us.unwrap_or(0);
            self.tell(last_us, "run", state.word(), &mut told);
        }
        told
    }

    fn tell(&mut self, t_us: u64, who: &str, what: &str, told: &mut String) {
        let pause = Duration::from_micros(t_us.saturating_sub(self.last_us.unwrap_or(t_us)));
        self.last_us = Some(t_us.max(self.last_us.unwrap_or(0)));
        let seconds = Duration::from_micros(t_us).as_secs_f64();
        if pause >= words::PAUSE {
            told.push_str(&format!("{seconds:>8.2} run {}\n", words::silent(pause)));
        }
        told.push_str(&format!("{seconds:>8.2} {who} {what}\n"));
    }
}
