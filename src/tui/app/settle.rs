//! After every message: everything is fitted to what is known now.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::tui::app::{App, Page, Subject};
use crate::tui::effect::Effect;
use crate::tui::pane::run_page::RunPage;

impl App {
    /// Fits everything to what is known now, and asks for what is missing.
    pub(super) fn settle(&mut self, effects: &mut Vec<Effect>) {
        let bench = self.bench();
        let rows = |area: Rect| area.height.saturating_sub(2);
        self.agents.settle(&self.world);
        self.agents.fit(rows(bench.agents), &self.world);
        self.runs.settle(&self.world, rows(bench.runs), self.now);
        self.procs.settle(&self.world, rows(bench.procs));
        self.follow_run();
        self.inspect(effects);
        self.look_for_orphans(effects);
        self.look_at_orphan(effects);
        for page in self.pages.iter_mut().filter_map(Page::run) {
            page.settle(&self.world);
        }
        for page in self.pages.iter_mut().filter_map(Page::run).chain(&mut self.main_run) {
            if let Some(reply) = self.reply.as_ref().filter(|_| page.wants_reply(&self.world)) {
                page.replied(&reply.run, &Ok(Arc::clone(reply)));
            }
            effects.extend(page.ask_why(&self.world).map(Effect::Explain));
            effects.extend(page.ask_look(&self.world, self.now));
            effects.extend(page.ask_search());
        }
        if let Some(Page::Form(form)) = self.pages.last_mut() {
            effects.extend(form.ask_profiles());
        }
        if let Some(Page::Form(form)) = self.pages.last_mut() {
            effects.extend(form.lookups().map(Effect::LookUp));
        }
        self.fit_cursor();
        self.say_found();
        self.read_notes(effects);
        self.keep_forms(effects);
        let place = self.run_place();
        let shown = match self.pages.last() {
            Some(Page::Run(page)) => Some(page.as_ref()),
            Some(Page::Form(_)) => None,
            None => self.main_run.as_ref(),
        };
        let watch = shown.map(|page| page.watch(place, &self.world));
        if self.reading.is_none()
            && let Some(page) = shown.filter(|page| page.wants_reply(&self.world))
            && let Some(run) = self.world.run(&page.run)
        {
            self.reading = Some(page.run.clone());
            effects.push(Effect::ReadReply(run.dir.clone()));
        }
        if watch != self.watched {
            self.watched.clone_from(&watch);
            effects.push(Effect::Watch(watch));
        }
    }

    /// Keeps the main pane's view of a run on the run that is followed.
    fn follow_run(&mut self) {
        let Subject::Run(id) = self.subject() else {
            self.main_run = None;
            return;
        };
        if self.main_run.as_ref().is_none_or(|page| page.run != id) {
            self.main_run = self.world.run(&id).map(|run| RunPage::new(run));
        }
        if let Some(page) = &mut self.main_run {
            page.settle(&self.world);
        }
    }
}
