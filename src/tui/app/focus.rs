//! What has the focus: the keys that apply then, and the ways to the other panes and tabs.

use crate::tui::app::{App, Over, Page, Subject};
use crate::tui::keymap::{Action, Layer};
use crate::tui::layout::Pane;
use crate::tui::pane::Look;
use crate::tui::pane::run_page::RunPage;

impl App {
    /// The layer of what has the focus.
    pub(super) fn layer(&self) -> Layer {
        if self.commands.open.is_some() {
            return Layer::Palette;
        }
        if self.typing().is_some() {
            return Layer::Filter;
        }
        match (&self.over, self.pages.last()) {
            (Some(Over::Help(_)), _) => Layer::Help,
            (Some(Over::Doctor(_)), _) => Layer::Doctor,
            (Some(Over::Dialog(_)), _) => Layer::Dialog,
            (Some(Over::Plan(_)), _) => Layer::Plan,
            (Some(Over::Stop(_)), _) => Layer::Stop,
            (Some(Over::Signals(_)), _) => Layer::Signals,
            (Some(Over::Themes(_)), _) => Layer::Themes,
            (Some(Over::Settings(page)), _) => {
                if page.types() {
                    Layer::Value
                } else {
                    Layer::Settings
                }
            }
            (Some(Over::Saving(_)), _) => Layer::Name,
            (Some(Over::Presets(_)), _) => Layer::Presets,
            (Some(Over::Copy(_)), _) => Layer::Copy,
            (Some(Over::SaveAs(_)), _) => Layer::SaveAs,
            (None, Some(Page::Form(form))) => form.layer(),
            (None, Some(Page::Run(page))) => page.layer(),
            (None, None) => match (self.focus, self.subject()) {
                (Pane::Agents | Pane::Main, Subject::Welcome) => Layer::Welcome,
                (Pane::Agents, _) => Layer::Agents,
                (Pane::Runs, _) => Layer::Runs,
                (Pane::Procs, _) | (Pane::Main, Subject::Orphan(_)) => Layer::Procs,
                (Pane::Main, Subject::Run(_)) => self.main_run.as_ref().map_or(Layer::Output, RunPage::layer),
                (Pane::Main, _) => Layer::Page,
            },
        }
    }

    /// Goes to the pane of this key.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all actions, these name a pane")]
    pub(super) fn focus_by(&mut self, action: Action) {
        match action {
            Action::FocusAgents => self.focus_on(Pane::Agents),
            Action::FocusRuns => self.focus_on(Pane::Runs),
            Action::FocusProcs => self.focus_on(Pane::Procs),
            _ => self.focus_on(Pane::Main),
        }
    }

    /// One step back; at the bottom nothing happens.
    pub(super) fn back(&mut self) {
        if self.leave_page() {
            return;
        }
        if self.widen() || std::mem::take(&mut self.view.zoom) {
            return;
        }
        if self.focus == Pane::Main {
            self.focus = self.followed;
        } else if self.focus != Pane::Agents {
            self.focus_on(Pane::Agents);
        }
    }

    pub(super) fn focus_on(&mut self, pane: Pane) {
        while self.leave_page() {}
        if self.focus != pane {
            self.keep_words();
        }
        self.focus = pane;
        if pane != Pane::Main && self.followed != pane {
            self.followed = pane;
            self.scroll = 0;
        }
    }

    pub(super) fn next_pane(&mut self, forward: bool) {
        const ORDER: [Pane; 4] = [Pane::Agents, Pane::Runs, Pane::Procs, Pane::Main];
        if !self.pages.is_empty() {
            return self.turn_tab(if forward { Action::NextTab } else { Action::PreviousTab });
        }
        let at = ORDER.iter().position(|pane| *pane == self.focus).unwrap_or(0);
        self.focus_on(ORDER[(at + if forward { 1 } else { ORDER.len() - 1 }) % ORDER.len()]);
    }

    pub(super) fn turn_tab(&mut self, action: Action) {
        let place = self.run_place();
        let look = Look { theme: &self.theme, now: self.now, focused: true };
        match self.pages.last_mut() {
            Some(Page::Run(page)) => drop(page.act(action, place, &self.world, look)),
            Some(Page::Form(_)) => {}
            None => {
                if let Some(page) = &mut self.main_run {
                    page.act(action, place, &self.world, look);
                } else {
                    self.turn_agent_tab(action == Action::NextTab);
                }
            }
        }
    }
}
