//! What keys do while something lies over the screen.

use crate::ops::build;
use crate::tui::app::{AfterBuild, App, Over};
use crate::tui::effect::forms::FormWork;
use crate::tui::effect::{Effect, ForLoop};
use crate::tui::keymap::Action;
use crate::tui::pane::dialog::Dialog;
use crate::tui::pane::list::distance;
use crate::tui::pane::{Asked, Look};

impl App {
    /// An action while something lies over the screen.
    pub(super) fn act_over(&mut self, action: Action) -> Vec<Effect> {
        if let Some(effects) = self.act_on_themes(action) {
            return effects;
        }
        if let Some(effects) = self.act_inside(action) {
            return effects;
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

    /// An action that what lies over the screen takes itself; `None` where it does not.
    fn act_inside(&mut self, action: Action) -> Option<Vec<Effect>> {
        let screen = self.above();
        let look = Look { theme: &self.theme, now: self.now, focused: true };
        let by = distance(action, screen.height / 2);
        let turns = matches!(action, Action::Next | Action::Previous);
        let taken = match self.over.as_mut()? {
            Over::Settings(page) => match page.act(action) {
                Asked::Nothing => true,
                Asked::Do(effects) => return Some(effects),
                Asked::NotMine => false,
            },
            Over::Help(help) => match (by, action) {
                (Some(by), _) => {
                    help.scroll(by, screen, look);
                    true
                }
                (None, Action::Narrow) => {
                    help.narrow();
                    true
                }
                (None, Action::Back) if help.widen() => true,
                (None, Action::Help | Action::Quit) => {
                    self.over = None;
                    true
                }
                (None, _) => false,
            },
            Over::Doctor(doctor) => match (by, action) {
                (Some(by), _) => {
                    doctor.scroll(by, screen, look);
                    true
                }
                (None, Action::CopyAs) => {
                    let what = "what was found";
                    let copy = doctor.text().map(|text| Effect::Form(FormWork::CopyText { what, text }));
                    return Some(copy.into_iter().collect());
                }
                (None, Action::Doctor | Action::Quit) => {
                    self.over = None;
                    true
                }
                (None, _) => false,
            },
            Over::Plan(plan) => {
                if let Some(wish) = plan.turn(action) {
                    return Some(vec![Effect::Plan { agent: plan.agent.clone(), wish }]);
                }
                if let Some(by) = by {
                    plan.scroll(by, screen, look);
                }
                by.is_some()
            }
            Over::Signals(signals) => signals.act(action),
            Over::Presets(presets) => presets.act(action),
            Over::Copy(menu) => menu.act(action),
            Over::Saving(saving) => {
                if turns {
                    saving.turn();
                }
                turns
            }
            Over::SaveAs(dialog) => {
                if turns {
                    dialog.turn(action == Action::Next);
                }
                turns
            }
            Over::Dialog(_) | Over::Stop(_) | Over::Themes(_) => false,
        };
        taken.then(Vec::new)
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
