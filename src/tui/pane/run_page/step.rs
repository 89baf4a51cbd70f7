//! The step of a build whose lines are shown: which one it is, and what of the log is its own.

use ratatui::layout::Rect;

use crate::run::spec::Kind;
use crate::run::status::{State, StepStatus};
use crate::tui::pane::run_page::{Place, RunPage, Tab};
use crate::tui::pane::steps;
use crate::tui::seen::Detail;
use crate::tui::widget::line::below;
use crate::tui::world::World;

/// Rows for a step's lines and their head that why it failed does not take away.
const LEAST_LOG: u16 = 5;

/// The parts of a build's steps view.
pub(super) struct StepParts {
    pub steps: Rect,
    /// For why the build failed; empty where nothing is to be said or the lines below need the room.
    pub why: Rect,
    pub head: Rect,
    pub log: Rect,
}

impl RunPage {
    /// The time of the selected step, where only its lines are shown: until the next one begins.
    pub(super) fn within(&self, world: &World) -> Option<(u64, u64)> {
        if self.tab != Tab::Steps {
            return None;
        }
        let detail = world.detail_of(&self.run)?;
        let (all, at) = (&detail.status.steps, self.selected_step(detail));
        let next = all.iter().skip(at + 1).find_map(|step| step.started_us);
        // Of a step that did not run there are no lines, but maybe one of the supervisor's that says so.
        let begin = all.get(at).and_then(|step| step.started_us).unwrap_or_else(|| {
            all.iter().take(at).rev().find_map(|step| step.ended_us).map_or(0, |ended| ended + 1)
        });
        Some((begin, next.unwrap_or(u64::MAX)))
    }

    pub(super) fn selected_step(&self, detail: &Detail) -> usize {
        self.step.unwrap_or_else(|| steps::current(detail))
    }

    /// Selects another step of a build, and shows its lines.
    pub(super) fn move_step(&mut self, down: bool, world: &World) {
        let Some(detail) = world.detail_of(&self.run) else { return };
        let last = detail.spec.steps.len().saturating_sub(1);
        let at = self.selected_step(detail);
        self.step = Some(if down { (at + 1).min(last) } else { at.saturating_sub(1) });
        self.show_step(world);
    }

    /// Shows the lines of the selected step of a build, or of all: why it failed, else its end while it goes on, else
    /// its beginning.
    pub(super) fn show_step(&mut self, world: &World) {
        let (Kind::Build, Some(detail)) = (self.kind, world.detail_of(&self.run)) else { return };
        let failed = |step: &StepStatus| step.error.is_some() || step.exit_code.is_some_and(|code| code != 0);
        let step = detail.status.steps.get(self.selected_step(detail));
        match step {
            _ if self.tab == Tab::Log && detail.status.steps.iter().any(failed) => self.output.find_trouble(),
            _ if self.tab == Tab::Log => self.output.follow(),
            Some(step) if failed(step) => self.output.find_trouble(),
            Some(step) if step.ended_us.is_some() => self.output.begin(),
            Some(_) | None => self.output.follow(),
        }
    }

    /// Brings the reason into sight, once, when a build has failed.
    pub(super) fn explain(&mut self, world: &World) {
        let ready = world.detail_of(&self.run).is_some_and(|detail| detail.run.state == State::Failed);
        if !self.explained && ready {
            self.explained = true;
            if self.output.follows() {
                self.show_step(world);
            }
        }
    }

    pub(super) fn step_parts(&self, place: Place, world: &World) -> StepParts {
        let inside = place.inside(place.content());
        let count = world.detail_of(&self.run).map_or(1, |detail| detail.spec.steps.len());
        let count = u16::try_from(count).unwrap_or(u16::MAX).min(inside.height / 2).max(1);
        let steps = Rect { height: count.min(inside.height), ..inside };
        let rest = below(inside, count + 1);
        let why = u16::try_from(self.why_rows(inside)).unwrap_or(u16::MAX);
        let why = if why > 0 && rest.height >= why + LEAST_LOG { why } else { 0 };
        let gap = u16::from(why > 0);
        let below_why = below(rest, why + gap);
        StepParts {
            steps,
            why: Rect { height: why, ..rest },
            head: Rect { height: below_why.height.min(1), ..below_why },
            log: below(below_why, 1),
        }
    }
}
