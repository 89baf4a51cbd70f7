//! What the state learns from outside: looks at the runs, answers of the worker.

use std::collections::HashSet;
use std::sync::Arc;

use crate::ops::call::Request;
use crate::ops::clean::Cleaned;
use crate::ops::{Rejected, Why};
use crate::process::id::ProcessId;
use crate::run::spec::{Kind, RunId};
use crate::run::status::State;
use crate::tui::app::{App, Over, Page};
use crate::tui::effect::Effect;
use crate::tui::layout::Pane;
use crate::tui::message::Message;
use crate::tui::pane::dialog::Dialog;
use crate::tui::pane::run_page::RunPage;
use crate::tui::pane::sign;
use crate::tui::pane::stop::{Stop, Target};
use crate::tui::pane::toast::{Toast, Tone};
use crate::tui::seen::Run;
use crate::venv::plan::Wish;

impl App {
    /// Takes what was seen or done outside.
    pub(super) fn learn(&mut self, message: Message) -> Vec<Effect> {
        match message {
            Message::Runs(runs) => return self.learn_runs(runs),
            Message::RunsInAll(number) => self.world.runs_in_all = number,
            Message::Detail(detail) => self.world.detail = Some(detail),
            Message::Page(page) => self.learn_page(page),
            Message::Excerpt(excerpt) => return vec![Effect::GiveLines(excerpt)],
            Message::AgentsChanged => return vec![Effect::ListAgents],
            Message::Agents(agents, unreadable) => {
                self.world.agents = Some(agents);
                self.world.unreadable = unreadable;
                self.inspection.outdate();
            }
            Message::Started { run, kind, agent } => self.started(run, kind, &agent),
            Message::Refused { reason, call } => self.refused(&reason, call),
            Message::Planned { agent, wish, plan } => {
                if wish == Wish::default() {
                    self.inspection.learn_plan(&agent, &plan);
                }
                if let Some(Over::Plan(dialog)) = &mut self.over
                    && dialog.agent == agent
                    && dialog.wish == wish
                {
                    dialog.plan = Some(plan);
                }
            }
            Message::Replied { run, reply } => {
                self.reading = None;
                self.each_run(|page| page.replied(&run, &reply));
                self.reply = reply.ok();
            }
            Message::Searched { run, ticket, hits } => {
                self.each_run(|page| page.searched(&run, &ticket, &hits));
            }
            Message::Saved { run, saved } => self.learn_saved(&run, saved),
            Message::Explained { run, explanation } => {
                self.each_run(|page| page.explained(&run, explanation.as_ref()));
            }
            Message::Looked { run, found } => {
                self.each_run(|page| page.looked(&run, &found));
            }
            Message::Inspected { agent, details } => self.inspection.learn(agent, details),
            Message::Recalled { run, agent, method, payload, options } => {
                self.open_form(&agent, &method, Some((run.short(), &payload)));
                if let Some(Page::Form(form)) = self.pages.last_mut()
                    && form.is_of(&agent, &method)
                {
                    form.choose(&options);
                }
            }
            Message::Profiles { directory, added, looked } => {
                if let Some(Page::Form(form)) = self.pages.last_mut() {
                    form.learn_profiles(&directory, &added, looked);
                }
            }
            Message::Form(news) => self.learn_of_form(*news),
            Message::Notes(news) => return self.learn_notes(news),
            // It was done behind the person's back, so it stays until a key.
            Message::Swept(sentences) => self.say(Tone::Bad, sentences.join("; ")),
            Message::Orphans(orphans) => self.world.orphans = orphans,
            Message::OrphanLooked { root, found } => self.orphan.learn(root, found, self.now),
            Message::OrphanStep { root, step } => {
                let clock_us = self.now.clock_us;
                if let Some(stop) = self.stop_of(root) {
                    stop.step(&step, clock_us);
                }
            }
            Message::OrphanEnded { root, cleaned } => self.orphan_ended(root, &cleaned),
            Message::Signalled { sentence, delivered } => {
                self.say(if delivered { Tone::Good } else { Tone::Bad }, sentence);
            }
            Message::Found(found) => {
                if let Some(Page::Form(form)) = self.pages.last_mut() {
                    form.looked_up(*found);
                }
            }
            Message::Theme(Ok(theme)) => self.theme = theme,
            Message::Settings(news) => return self.learn_settings(&news),
            Message::Themes(choices) => self.choose_theme(choices),
            Message::Palette { recent, themes } => self.commands.learn(recent, themes),
            Message::Examined(checks) => self.examined(checks),
            Message::Paper { light } => return self.learn_paper(light),
            Message::Theme(Err(reason)) => self.theme_failed(&reason),
            Message::NotOpened(reason) => self.say(Tone::Bad, sign::safe(&reason)),
            Message::Tick(_)
            | Message::Key(_)
            | Message::Mouse(_)
            | Message::Paste(_)
            | Message::Resized(..)
            | Message::Resumed => {}
        }
        Vec::new()
    }

    fn orphan_ended(&mut self, root: ProcessId, cleaned: &[Cleaned]) {
        let left = cleaned.iter().filter(|one| one.left.is_some()).count();
        if let Some(stop) = self.stop_of(root) {
            stop.ended(cleaned);
        } else if left == 0 {
            self.say(Tone::Good, format!("orphan {} ended; verified: 0 processes left", root.pid));
        } else {
            let left = sign::count(left, "process", "processes");
            self.say(Tone::Bad, format!("of orphan {} there is still {left}", root.pid));
        }
        // Whether something has come out of it shows the next look.
        self.orphans_due_us = 0;
    }

    fn each_run(&mut self, tell: impl FnMut(&mut RunPage)) {
        self.pages.iter_mut().filter_map(Page::run).chain(&mut self.main_run).for_each(tell);
    }

    /// The box that tells of the end of this orphaned tree, while it is there.
    fn stop_of(&mut self, root: ProcessId) -> Option<&mut Stop> {
        match &mut self.over {
            Some(Over::Stop(stop)) if stop.target == Target::Orphan(root) => Some(stop),
            _ => None,
        }
    }

    fn learn_runs(&mut self, runs: Vec<Arc<Run>>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let building = builds(self.world.live());
        effects.extend(self.tell_of_ends(&runs));
        self.world.set_runs(runs);
        self.runs.forget_missing(&self.world);
        // A build that has ended has changed an environment.
        if builds(self.world.live()) != building {
            effects.push(Effect::ListAgents);
        }
        self.tell_of_builds(&building);
        let lost = |run: &&Arc<Run>| run.state == State::Lost && run.unreadable.is_none();
        let lost: HashSet<RunId> = self.world.runs().iter().filter(lost).map(|run| run.id.clone()).collect();
        if !lost.is_subset(&self.lost) {
            effects.push(Effect::SweepLost);
        }
        self.lost = lost;
        let waiting = self.after_build.take_if(|after| {
            let build = after.build.as_ref().and_then(|id| self.world.run(id));
            build.is_some_and(|build| !build.is_live())
        });
        if let Some(after) = waiting {
            let build = after.build.as_ref().and_then(|id| self.world.run(id));
            if build.is_some_and(|build| build.state == State::Succeeded) {
                effects.push(Effect::Call(after.request));
            } else {
                let agent = sign::safe(&after.agent);
                self.say(
                    Tone::Bad,
                    format!("{agent} was not built, so {} did not run", sign::safe(&after.request.method)),
                );
            }
        }
        effects
    }

    /// A run is there: it is shown, in the place of the form it came from.
    fn started(&mut self, run: RunId, kind: Kind, agent: &str) {
        if kind == Kind::Build
            && let Some(after) = &mut self.after_build
            && after.agent == agent
        {
            after.build = Some(run.clone());
        }
        self.over = None;
        self.runs.select(run.clone());
        match self.pages.last() {
            // From the workbench a rerun is watched there; a call from a form gets its page.
            None if kind == Kind::Call => {
                self.focus = Pane::Runs;
                self.followed = Pane::Runs;
            }
            Some(Page::Form(_) | Page::Run(_)) | None => {
                let keep = kind == Kind::Build && matches!(self.pages.last(), Some(Page::Form(_)));
                if !keep {
                    self.leave_page();
                    for page in std::mem::take(&mut self.pages) {
                        match page {
                            Page::Form(form) => self.keep(form),
                            Page::Run(_) => self.pages.push(page),
                        }
                    }
                }
                self.pages.push(Page::Run(Box::new(RunPage::of(run, kind, true))));
            }
        }
    }

    fn refused(&mut self, reason: &Rejected, call: Option<Box<Request>>) {
        if let (Why::NotReady, Some(request)) = (reason.why, call) {
            let reason = sign::safe(&reason.message);
            self.over = Some(Over::Dialog(Dialog::BuildFirst { request, reason }));
            return;
        }
        self.after_build = None;
        if let Some(Page::Form(form)) = self.pages.last_mut() {
            form.refused(reason);
        } else {
            self.say(Tone::Bad, sign::safe(&reason.message));
        }
    }

    /// Says that builds have come to their end, where that is not seen anyway.
    fn tell_of_builds(&mut self, building: &[RunId]) {
        let shown = match self.pages.last() {
            Some(Page::Run(page)) => Some(page.run.clone()),
            Some(Page::Form(_)) | None => None,
        };
        for id in building.iter().filter(|id| shown.as_ref() != Some(id)) {
            let Some(build) = self.world.run(id).filter(|build| !build.is_live()).cloned() else { continue };
            let agent = sign::safe(&build.agent);
            if build.state == State::Succeeded {
                self.say(Tone::Good, format!("{agent} is built"));
            } else {
                self.say(Tone::Bad, format!("{agent} was not built: {}", build.state.word()));
            }
        }
    }

    pub(super) fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.toast = Some(Toast::new(tone, text, self.now));
    }
}

/// The builds among some runs.
fn builds<'a>(runs: impl Iterator<Item = &'a Arc<Run>>) -> Vec<RunId> {
    runs.filter(|run| run.kind == Kind::Build).map(|run| run.id.clone()).collect()
}
