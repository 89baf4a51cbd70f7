//! What keys do while something lies over the screen.

use crate::ops::build;
use crate::tui::app::{AfterBuild, App, Over};
use crate::tui::effect::{Effect, ForLoop};
use crate::tui::keymap::Action;
use crate::tui::pane::Asked;
use crate::tui::pane::dialog::Dialog;
use crate::tui::pane::list::distance;

impl App {
    /// An action while something lies over the screen.
    pub(super) fn act_over(&mut self, action: Action) -> Vec<Effect> {
        if self.act_on_themes(action) {
            return Vec::new();
        }
        if let Some(Over::Settings(page)) = &mut self.over {
            match page.act(action) {
                Asked::Nothing => return Vec::new(),
                Asked::Do(effects) => return effects,
                Asked::NotMine => {}
            }
        }
        let screen = self.above();
        let look = crate::tui::pane::Look { theme: &self.theme, now: self.now, focused: true };
        if let Some(Over::Help(help)) = &mut self.over {
            if let Some(by) = distance(action, screen.height / 2) {
                help.scroll(by, screen, look);
                return Vec::new();
            }
            if action == Action::Narrow {
                help.narrow();
                return Vec::new();
            }
            if action == Action::Back && help.widen() {
                return Vec::new();
            }
            if matches!(action, Action::Help | Action::Quit) {
                self.over = None;
                return Vec::new();
            }
        }
        if let Some(Over::Plan(plan)) = &mut self.over {
            if let Some(by) = distance(action, screen.height / 2) {
                plan.scroll(by, screen, look);
                return Vec::new();
            }
            if let Some(wish) = plan.turn(action) {
                return vec![Effect::Plan { agent: plan.agent.clone(), wish }];
            }
        }
        if let Some(Over::Signals(signals)) = &mut self.over
            && signals.act(action)
        {
            return Vec::new();
        }
        if let Some(Over::Presets(presets)) = &mut self.over
            && presets.act(action)
        {
            return Vec::new();
        }
        if let Some(Over::Copy(menu)) = &mut self.over
            && menu.act(action)
        {
            return Vec::new();
        }
        if let (Some(Over::Saving(saving)), Action::Next | Action::Previous) = (&mut self.over, action) {
            saving.turn();
            return Vec::new();
        }
        if let (Some(Over::SaveAs(dialog)), Action::Next | Action::Previous) = (&mut self.over, action) {
            dialog.turn(action == Action::Next);
            return Vec::new();
        }
        match (action, self.over.take()) {
            (Action::Back, _) => {}
            (Action::Confirm, Some(Over::SaveAs(dialog))) => return self.confirm_save(dialog),
            (Action::Confirm, Some(Over::Saving(saving))) => return self.confirm_saving(saving),
            (Action::Rename, Some(Over::Presets(presets))) => self.rename_preset(presets),
            (Action::Confirm, Some(Over::Presets(presets))) => return self.confirm_preset(presets),
            (
                Action::Confirm
                | Action::CopyCommand
                | Action::CopyPython
                | Action::CopyAgenthub
                | Action::CopyPayload
                | Action::CopyValue
                | Action::CopyPath
                | Action::CopyResult,
                Some(Over::Copy(menu)),
            ) => return Self::confirm_copy(action, menu),
            (Action::Confirm, Some(Over::Dialog(dialog))) => return self.confirm(dialog),
            (Action::Confirm, Some(Over::Signals(signals))) => {
                return vec![Effect::Signal { process: signals.process, signal: signals.chosen() }];
            }
            (Action::Confirm | Action::Stop | Action::Kill | Action::Signal, Some(Over::Stop(stop))) => {
                return self.act_on_stop(action, stop);
            }
            (Action::Quit | Action::Interrupt, Some(Over::Dialog(Dialog::Quit { .. }))) => {
                return vec![Effect::Loop(ForLoop::Quit)];
            }
            (Action::Confirm, Some(Over::Plan(plan))) if plan.is_ready() => {
                let options = plan.options();
                return vec![Effect::Build { agent: plan.agent, options }];
            }
            (Action::Interrupt, _) => self.ask_to_quit(),
            (Action::Redraw, over) => {
                self.over = over;
                return vec![Effect::Loop(ForLoop::Redraw)];
            }
            (Action::Mouse | Action::Freeze, over) => {
                self.over = over;
                return self.act_on_view(action);
            }
            (Action::Suspend, over) => {
                self.over = over;
                return vec![Effect::Loop(ForLoop::Suspend)];
            }
            (_, over) => self.over = over,
        }
        Vec::new()
    }

    fn confirm(&mut self, dialog: Dialog) -> Vec<Effect> {
        match dialog {
            Dialog::Quit { .. } => vec![Effect::Loop(ForLoop::Quit)],
            Dialog::BuildFirst { request, .. } => {
                let agent = request.agent.clone();
                self.after_build = Some(AfterBuild { agent: agent.clone(), build: None, request });
                vec![Effect::Build { agent, options: build::Options::default() }]
            }
        }
    }
}
