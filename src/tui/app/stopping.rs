//! Stops, kills and signals: one question, none for a second press.

use crate::run::status::State;
use crate::tui::app::{App, Over, Page, Subject};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::layout::Pane;
use crate::tui::pane::signals::Signals;
use crate::tui::pane::stop::{Stop, Target};
use crate::tui::pane::toast::Tone;

/// Between two looks for orphans at all processes, while they are in sight; microseconds.
const LOOK_EVERY_US: u64 = 60_000_000;

impl App {
    /// Asks whether the selected tree is to end. One that is ending already gets KILL without a question.
    pub(super) fn ask_to_stop(&mut self, now: bool) -> Vec<Effect> {
        if let (None, Subject::Orphan(root)) = (self.pages.last(), self.subject()) {
            let stop = Stop::new(Target::Orphan(root), now);
            // What is proven to be plugdeck's own needs no question.
            if self.world.orphan(root).is_some_and(|tree| tree.call.is_none()) {
                return self.begin_stop(stop);
            }
            self.over = Some(Over::Stop(stop));
            return Vec::new();
        }
        let Some(run) = self.selected_run() else { return Vec::new() };
        match self.world.run(&run) {
            Some(known) if known.is_live() => {
                let second = known.state == State::Stopping;
                let stop = Stop::new(Target::Run(run), now || second);
                if second {
                    return self.begin_stop(stop);
                }
                self.over = Some(Over::Stop(stop));
            }
            Some(known) => {
                let text = format!("run {} has ended: {}", known.id.short(), known.state.word());
                self.say(Tone::Note, text);
            }
            None => {}
        }
        Vec::new()
    }

    /// An action while the question or its story lies over the screen; gives the box back where it stays.
    pub(super) fn act_on_stop(&mut self, action: Action, stop: Stop) -> Vec<Effect> {
        let begun = stop.has_begun();
        let over = begun && stop.is_over(&self.world);
        let may_kill = !(over || begun && stop.now);
        match action {
            Action::Confirm if !begun => return self.begin_stop(stop),
            // A first press asks, and a second one kills what has been agreed to end.
            Action::Kill if may_kill => return self.kill_now(stop),
            Action::Stop if may_kill && begun => return self.kill_now(stop),
            Action::Signal if !begun => {
                if let Some(process) = stop.processes(&self.world).first() {
                    self.over = Some(Over::Signals(Signals::new(process)));
                }
                return Vec::new();
            }
            Action::Confirm if over => return Vec::new(),
            _ => {}
        }
        self.over = Some(Over::Stop(stop));
        Vec::new()
    }

    fn kill_now(&mut self, mut stop: Stop) -> Vec<Effect> {
        stop.now = true;
        self.begin_stop(stop)
    }

    /// Ends the tree, and shows what happens.
    fn begin_stop(&mut self, mut stop: Stop) -> Vec<Effect> {
        let effect = match &stop.target {
            Target::Run(run) => match self.world.run(run) {
                Some(run) if run.is_live() => Effect::Stop { run: run.dir.clone(), now: stop.now },
                Some(run) => {
                    let text = format!("run {} had ended already", run.id.short());
                    self.say(Tone::Note, text);
                    return Vec::new();
                }
                None => return Vec::new(),
            },
            Target::Orphan(root) => {
                let Some(tree) = self.world.orphan(*root) else {
                    self.say(Tone::Note, format!("process {} had ended already", root.pid));
                    return Vec::new();
                };
                Effect::EndOrphan { orphans: tree.orphans.clone(), now: stop.now }
            }
        };
        stop.begin(&self.world, self.now);
        self.over = Some(Over::Stop(stop));
        vec![effect]
    }

    /// Offers signals for the selected process; of a run, for its first one.
    pub(super) fn choose_signal(&mut self) {
        let run = self.selected_run().and_then(|run| self.world.run(&run));
        let process = match (self.pages.last(), self.followed) {
            (None, Pane::Procs) => self.procs.selected_process(&self.world),
            (Some(Page::Form(_)), _) => None,
            (Some(Page::Run(_)), _) | (None, Pane::Agents | Pane::Runs | Pane::Main) => {
                run.and_then(|run| run.latest.as_ref()?.processes.first())
            }
        };
        match process {
            Some(process) => self.over = Some(Over::Signals(Signals::new(process))),
            None => self.say(Tone::Note, "no process is there to be signalled"),
        }
    }

    /// Looks for orphans at the start, and now and then while they would be seen.
    pub(super) fn look_for_orphans(&mut self, effects: &mut Vec<Effect>) {
        if self.shows_processes() && self.now.clock_us >= self.orphans_due_us {
            self.orphans_due_us = self.now.clock_us + LOOK_EVERY_US;
            effects.push(Effect::LookForOrphans);
        }
    }

    /// Whether the processes' pane is open.
    pub(super) fn shows_processes(&self) -> bool {
        self.pages.is_empty() && self.bench().procs.height > 1
    }
}
