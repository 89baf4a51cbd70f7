//! Goes to the reasons why a run does not go on, and from there into the agent's code.

use crate::run::spec::RunId;
use crate::tui::app::{App, Page, Subject};
use crate::tui::effect::{Effect, ForLoop};
use crate::tui::layout::Pane;
use crate::tui::pane::run_page::RunPage;
use crate::tui::pane::toast::Tone;

impl App {
    /// Why the selected run or orphan does not go on; with none selected, the first one that seems stuck.
    pub(super) fn why(&mut self) {
        if let Some(Page::Run(page)) = self.pages.last_mut() {
            return page.why();
        }
        if let (None, Subject::Orphan(_)) = (self.pages.last(), self.subject()) {
            return self.orphan.ask_again();
        }
        match self.selected_run() {
            Some(run) => self.open_why(&run),
            None => self.why_of_stuck(),
        }
    }

    /// Goes to the first run that seems stuck.
    pub(super) fn why_of_stuck(&mut self) {
        let Some(run) = self.world.live().find(|run| run.stuck).map(|run| run.id.clone()) else {
            return self.say(Tone::Note, "no run seems stuck; on a run, w says what it waits for");
        };
        self.focus_on(Pane::Runs);
        self.runs.select(run.clone());
        self.open_why(&run);
    }

    fn open_why(&mut self, run: &RunId) {
        if let Some(run) = self.world.run(run) {
            let mut page = RunPage::new(run);
            page.why();
            self.pages.push(Page::Run(Box::new(page)));
        }
    }

    /// Looks at the orphan that the main pane shows.
    pub(super) fn look_at_orphan(&mut self, effects: &mut Vec<Effect>) {
        if !self.pages.is_empty() {
            return;
        }
        let tree = match self.subject() {
            Subject::Orphan(root) => self.world.orphan(root),
            Subject::Welcome
            | Subject::Agent(_)
            | Subject::Method { .. }
            | Subject::Namespace(_)
            | Subject::Unreadable(_)
            | Subject::Run(_)
            | Subject::Nothing => None,
        };
        effects.extend(self.orphan.ask(tree.map(AsRef::as_ref)));
    }

    /// Opens the frame in the agent's code in the person's editor.
    pub(super) fn open_frame(&mut self) -> Vec<Effect> {
        if let Some(place) = self.shown_page().and_then(|page| page.frame(&self.world)) {
            return vec![Effect::Loop(ForLoop::Edit(place))];
        }
        self.say(Tone::Note, "no frame in the agent's code is known");
        Vec::new()
    }

    /// The view of a run that is shown.
    pub(super) fn shown_page(&self) -> Option<&RunPage> {
        match self.pages.last() {
            Some(Page::Run(page)) => Some(page),
            Some(Page::Form(_)) => None,
            None => self.main_run.as_ref(),
        }
    }
}
