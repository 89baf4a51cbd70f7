//! What the supervisor notices of a run beside its end: silence, and what the tree is doing when somebody asks or
//! when it is about to be ended.

use std::time::{Duration, Instant};

use crate::process::cause::SAME_PLACE;
use crate::run::dir::RunDir;
use crate::run::event::Event;
use crate::run::evidence::{Evidence, LastOutput, Occasion};
use crate::run::output::Stream;
use crate::run::pace::{self, Pace};
use crate::run::spec::{Limits, RunSpec};
use crate::run::walk::StreamFile;
use crate::supervisor::capture::Capture;
use crate::supervisor::evidence::{Gathering, Whose};
use crate::supervisor::portray::{self, Known};
use crate::supervisor::record::Recording;

/// Notices of silence in one journal: a run of days must not fill it.
const NOTICES: u32 = 100;

/// Bytes at the end of a stream in which its last line is looked for.
const LAST_LINE: u64 = 4_096;

/// One run's witness.
#[derive(Default)]
pub struct Witness {
    gathering: Option<Gathering>,
    /// Evidence written so far.
    taken: u32,
    /// The silence that was noticed last: since when, in microseconds.
    noticed: Option<u64>,
    notices: u32,
    ended: bool,
}

impl Witness {
    /// Begins to gather. What is being gathered already serves as well, but before the end everything has to be
    /// quick, and begins anew.
    pub fn look(&mut self, occasion: Occasion, dir: &RunDir, spec: &RunSpec) {
        if occasion == Occasion::Asked && self.gathering.is_some() {
            return;
        }
        let (folder, agent) = (Ok(dir.stacks()), spec.directory.clone());
        self.gathering = Some(Gathering::new(occasion, Whose::Own, folder, agent, Instant::now()));
    }

    /// Leaves what is being gathered.
    pub fn leave(&mut self) {
        self.gathering = None;
    }

    /// Goes on gathering; returns why it was begun when it is done.
    pub fn go_on(&mut self, dir: &RunDir, agent: Option<i32>, recording: &mut Recording) -> Option<Occasion> {
        if !self.gathering.as_mut()?.step(Instant::now()) {
            return None;
        }
        let gathering = self.gathering.take()?;
        let occasion = gathering.occasion;
        let t_us = recording.now_us();
        let pace = pace::of(dir).unwrap_or_default();
        let silence = Duration::from_micros(t_us.saturating_sub(pace.last.map_or(0, |(last, _)| last)));
        let known = Known {
            n: self.taken + 1,
            t_us,
            agent,
            silence: Some(silence),
            usual_gap: pace.usual,
            growth: recording.growth(),
            last_output: last_output(dir, pace, silence),
            runs: dir.path.parent().and_then(|runs| runs.canonicalize().ok()),
            earlier: self.earlier(dir),
        };
        let evidence = portray::of(gathering, known);
        // Where it cannot be kept, there is nothing to tell of; the run goes on.
        if evidence.write(dir).is_ok() {
            self.taken = evidence.n;
            recording.event(Event::Evidence { n: evidence.n, why: occasion });
        }
        Some(occasion)
    }

    /// What the looks before have found, the last one first: as many as tell a loop from work.
    fn earlier(&self, dir: &RunDir) -> Vec<Evidence> {
        let numbers = (1..=self.taken).rev().take(SAME_PLACE - 1);
        numbers.map_while(|n| Evidence::read(dir, n).ok()).collect()
    }

    /// Notes a silence that is worth it, once; returns whether it has lasted longer than the run may be silent.
    pub fn listen(&mut self, limits: &Limits, capture: &Capture, recording: &mut Recording) -> bool {
        let last = capture.last_us;
        let silence = Duration::from_micros(recording.now_us().saturating_sub(last));
        let worth = limits.silence_notice().is_some_and(|notice| silence >= notice);
        if worth && self.noticed != Some(last) && self.notices < NOTICES {
            self.noticed = Some(last);
            self.notices += 1;
            let silence_ms = u64::try_from(silence.as_millis()).unwrap_or(u64::MAX);
            recording.event(Event::Silence { silence_ms });
        }
        let over = limits.silence_end().is_some_and(|end| silence >= end);
        over && !std::mem::replace(&mut self.ended, over)
    }

    /// When there is something to do.
    #[must_use]
    pub fn due(&self, limits: &Limits, capture: &Capture, recording: &Recording) -> Option<Instant> {
        let now = Instant::now();
        let silence = Duration::from_micros(recording.now_us().saturating_sub(capture.last_us));
        let notice = limits.silence_notice().filter(|_| self.noticed != Some(capture.last_us));
        let end = limits.silence_end().filter(|_| !self.ended);
        let silence = [notice, end]
            .into_iter()
            .flatten()
            .map(|due| now + due.saturating_sub(silence))
            .filter(|due| *due > now);
        silence.chain(self.gathering.as_ref().map(|gathering| gathering.due(now))).min()
    }
}

/// The last line that has something in it, on the stream that spoke last.
fn last_output(dir: &RunDir, pace: Pace, silence: Duration) -> Option<LastOutput> {
    let (_, stream) = pace.last?;
    let text = last_line(dir, stream).unwrap_or_default();
    let age_ms = u64::try_from(silence.as_millis()).unwrap_or(u64::MAX);
    Some(LastOutput { age_ms, stream: stream.name().to_owned(), text })
}

fn last_line(dir: &RunDir, stream: Stream) -> std::io::Result<String> {
    let mut file = StreamFile::of(dir, stream)?;
    let end = file.length()?;
    let bytes = file.range(end.saturating_sub(LAST_LINE), end)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned())
}
