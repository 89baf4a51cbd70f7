//! What keys do.

use crossterm::event::KeyEvent;

use crate::run::spec::{Kind, RunId};
use crate::tui::app::{App, Over, Page, Subject};
use crate::tui::effect::{Effect, ForLoop};
use crate::tui::keymap::{self, Action, Layer};
use crate::tui::layout::Pane;
use crate::tui::pane::Asked;
use crate::tui::pane::agents::Item;
use crate::tui::pane::dialog::Dialog;
use crate::tui::pane::help::Help;
use crate::tui::pane::list::distance;
use crate::tui::pane::plan::PlanDialog;
use crate::tui::pane::run_page::RunPage;
use crate::tui::pane::toast::Tone;

impl App {
    /// A key was pressed.
    pub(super) fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.changed = true;
        self.ended = None;
        // Errors stay until a key.
        self.toast.take_if(|toast| toast.until_us().is_none());
        if self.view.thaw() {
            return Vec::new();
        }
        let layer = self.layer();
        match keymap::action(&layer.stack(), key) {
            Some(action) => self.act(action),
            None if self.key_in_palette(key) || self.key_in_words(key) => Vec::new(),
            None => match (&mut self.over, self.pages.last_mut()) {
                (Some(Over::Saving(saving)), _) => {
                    saving.key(key);
                    Vec::new()
                }
                (Some(Over::Settings(page)), _) => {
                    page.key(key);
                    Vec::new()
                }
                (Some(Over::SaveAs(dialog)), _) => {
                    dialog.key(key);
                    Vec::new()
                }
                (None, Some(Page::Run(page))) => {
                    page.key(key);
                    Vec::new()
                }
                (None, None) if self.focus == Pane::Main => {
                    self.main_run.iter_mut().for_each(|page| page.key(key));
                    Vec::new()
                }
                (None, Some(Page::Form(form))) => match form.key(key) {
                    Asked::Nothing | Asked::NotMine => Vec::new(),
                    Asked::Do(effects) => effects,
                },
                _ => Vec::new(),
            },
        }
    }

    /// An action: of what lies over everything, else of the page that is shown, else of the workbench.
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        if self.commands.open.is_some() {
            return self.act_on_palette(action);
        }
        if action == Action::Palette {
            return self.open_palette();
        }
        if self.act_on_words(action) {
            return Vec::new();
        }
        if self.over.is_some() {
            return self.act_over(action);
        }
        let place = self.run_place();
        let look = crate::tui::pane::Look { theme: &self.theme, now: self.now, focused: true };
        match self.pages.last_mut() {
            Some(Page::Form(form)) => match form.act(action) {
                Asked::Nothing => return Vec::new(),
                Asked::Do(effects) => return effects,
                Asked::NotMine => {}
            },
            Some(Page::Run(page)) => {
                if page.act(action, place, &self.world, look) {
                    return Vec::new();
                }
            }
            None => {
                if self.act_on_bench(action) {
                    return Vec::new();
                }
            }
        }
        self.act_everywhere(action)
    }

    /// Moving and folding in the focused pane; whether the action was taken.
    fn act_on_bench(&mut self, action: Action) -> bool {
        let bench = self.bench();
        match self.focus {
            Pane::Agents => {
                self.scroll = 0;
                self.agents.act(action, bench.agents.height.saturating_sub(2), &self.world)
            }
            Pane::Runs => self.runs.act(action, bench.runs.height.saturating_sub(2), &self.world, self.now),
            Pane::Procs => self.procs.act(action, bench.procs.height.saturating_sub(2), &self.world),
            Pane::Main => {
                let place = self.run_place();
                let look = crate::tui::pane::Look { theme: &self.theme, now: self.now, focused: true };
                if let Some(page) = &mut self.main_run {
                    return page.act(action, place, &self.world, look);
                }
                let Some(by) = distance(action, bench.main.height.saturating_sub(2)) else { return false };
                self.scroll_text(by);
                true
            }
        }
    }

    fn act_everywhere(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Help => self.over = Some(Over::Help(Help::new(self.layer().stack()))),
            Action::Next | Action::Previous => self.next_pane(action == Action::Next),
            Action::Back => self.back(),
            Action::CopyLines => return self.copy_lines(),
            Action::Interrupt => return self.interrupt(),
            Action::Quit => return vec![Effect::Loop(ForLoop::Quit)],
            Action::Redraw => return vec![Effect::Loop(ForLoop::Redraw)],
            Action::Suspend => return vec![Effect::Loop(ForLoop::Suspend)],
            Action::ChooseTheme => return vec![Effect::ListThemes],
            Action::Settings | Action::Doctor => return self.open_machine(action),
            Action::FocusAgents | Action::FocusRuns | Action::FocusProcs | Action::FocusMain => {
                self.focus_by(action);
            }
            Action::NextTab | Action::PreviousTab => self.turn_tab(action),
            Action::Open => self.open(),
            Action::Narrow => self.narrow(),
            Action::Zoom | Action::EdgeLeft | Action::EdgeRight | Action::Mouse | Action::Freeze => {
                return self.act_on_view(action);
            }
            Action::Build => return self.plan(),
            Action::Rerun => return self.rerun(),
            Action::Edit => return self.edit(),
            Action::Stop | Action::Kill => return self.ask_to_stop(action == Action::Kill),
            Action::Signal => self.choose_signal(),
            Action::Sort => self.sort(action),
            Action::Why => self.why(),
            Action::OpenFrame => return self.open_frame(),
            Action::Cursor => self.say_no_cursor(),
            Action::Demo => return vec![Effect::Loop(ForLoop::Demo)],
            Action::Earlier | Action::Later => return self.step_form(action == Action::Later),
            Action::SavePreset => return self.save_preset(),
            Action::Presets => return self.choose_preset(),
            Action::EditText => return self.edit_text(),
            Action::CopyAs => return self.copy_as(),
            Action::View => return self.view(),
            Action::Save => return self.ask_to_save(),
            Action::Search => self.say(Tone::Note, "there is no result to search"),
            Action::Accept => return self.accept(),
            Action::Mark | Action::NextMark | Action::PreviousMark => return self.mark(action),
            // Of panes that have taken them before, or have nothing to do with them now.
            Action::Down
            | Action::Up
            | Action::First
            | Action::Last
            | Action::HalfDown
            | Action::HalfUp
            | Action::PageDown
            | Action::PageUp
            | Action::Left
            | Action::Right
            | Action::Follow
            | Action::Wrap
            | Action::Times
            | Action::SelectLines
            | Action::NextHit
            | Action::PreviousHit
            | Action::Filter
            | Action::MoreContext
            | Action::LessContext
            | Action::Streams
            | Action::NextTrouble
            | Action::PreviousTrouble
            | Action::NextGap
            | Action::PreviousGap
            | Action::ShowMoment
            | Action::FarLeft
            | Action::FarRight
            | Action::ToggleRaw
            | Action::UnfoldAll
            | Action::FoldAll
            | Action::AllFrames
            | Action::Submit
            | Action::ToggleJson
            | Action::EnterField
            | Action::Suggest
            | Action::Null
            | Action::ItemUp
            | Action::ItemDown
            | Action::LayOut
            | Action::InsertFile
            | Action::PickValue
            | Action::Omit
            | Action::AsJson
            | Action::Undo
            | Action::Clear
            | Action::Palette
            | Action::Confirm
            | Action::Literal
            | Action::FetchUv
            | Action::Remove
            | Action::Rename
            | Action::CopyCommand
            | Action::CopyPython
            | Action::CopyAgenthub
            | Action::CopyPayload
            | Action::CopyValue
            | Action::CopyPath
            | Action::CopyResult => {}
        }
        Vec::new()
    }

    /// Copies what is selected; where nothing is, it is a way to quit.
    fn interrupt(&mut self) -> Vec<Effect> {
        if self.layer() == Layer::Select {
            return self.copy_lines();
        }
        let copy = self.copy_selected();
        if copy.is_none() {
            self.ask_to_quit();
        }
        copy.into_iter().collect()
    }

    pub(super) fn ask_to_quit(&mut self) {
        self.over = Some(Over::Dialog(Dialog::Quit { live: self.world.live().count() }));
    }

    /// The run that actions are about.
    pub(super) fn selected_run(&self) -> Option<RunId> {
        match (self.pages.last(), self.subject()) {
            (Some(Page::Run(page)), _) => Some(page.run.clone()),
            (None, Subject::Run(run)) => Some(run),
            (Some(Page::Form(_)) | None, _) => None,
        }
    }

    /// The agent that actions are about.
    fn selected_agent(&self) -> Option<String> {
        if let Some(run) = self.selected_run() {
            return self.world.run(&run).map(|run| run.agent.clone());
        }
        match self.subject() {
            Subject::Agent(agent) | Subject::Method { agent, .. } => Some(agent),
            Subject::Welcome
            | Subject::Namespace(_)
            | Subject::Unreadable(_)
            | Subject::Run(_)
            | Subject::Orphan(_)
            | Subject::Nothing => None,
        }
    }

    /// Opens what is selected: a method's form, a run's page.
    pub(super) fn open(&mut self) {
        // A page is open already; what lies behind it is not meant.
        if !self.pages.is_empty() || self.is_on_nothing() {
            return;
        }
        match self.subject() {
            Subject::Method { agent, method } => self.open_form(&agent, &method, None),
            Subject::Run(run) => {
                if let Some(run) = self.world.run(&run) {
                    self.pages.push(Page::Run(Box::new(RunPage::new(run))));
                }
            }
            Subject::Agent(agent) => {
                // From the agent's page into its first method.
                let method = self
                    .world
                    .agent(&agent)
                    .and_then(|listed| Some(listed.agent.manifest.as_ref()?.methods.first()?.name.clone()));
                if let Some(method) = method {
                    self.agents.select(Item::Method { agent, method }, &self.world);
                    self.focus = Pane::Agents;
                }
            }
            Subject::Orphan(_) => self.focus = Pane::Main,
            Subject::Welcome | Subject::Namespace(_) | Subject::Unreadable(_) | Subject::Nothing => {}
        }
    }

    /// Whether the list that has the focus has no row: what the main pane shows then is of another list.
    pub(super) fn is_on_nothing(&self) -> bool {
        match self.focus {
            Pane::Runs => self.runs.selected().is_none(),
            Pane::Procs => self.procs.selected(&self.world).is_none(),
            Pane::Agents | Pane::Main => false,
        }
    }

    fn plan(&mut self) -> Vec<Effect> {
        let Some(agent) = self.selected_agent() else { return Vec::new() };
        let building = self.world.last_build(&agent).filter(|run| run.is_live()).map(|run| run.id.clone());
        if let Some(run) = building {
            self.pages.push(Page::Run(Box::new(RunPage::of(run, Kind::Build, true))));
            return Vec::new();
        }
        let dialog = PlanDialog::new(agent.clone());
        let wish = dialog.wish;
        self.over = Some(Over::Plan(dialog));
        vec![Effect::Plan { agent, wish }]
    }

    /// The call that a rerun or an edit is about: the selected run, or the last one of the selected method.
    fn earlier_call(&mut self) -> Option<crate::run::dir::RunDir> {
        let earlier = match (self.selected_run(), self.subject()) {
            (Some(run), _) => self.world.run(&run),
            (None, Subject::Method { agent, method }) => self.world.last_run(&agent, &method),
            (None, _) => None,
        };
        earlier.filter(|run| run.kind == Kind::Call && run.unreadable.is_none()).map(|run| run.dir.clone())
    }

    /// Says that the selected run's payload is beyond reach, if it is.
    fn is_damaged(&mut self) -> bool {
        let run = self.selected_run().and_then(|run| self.world.run(&run));
        let Some(text) = run.and_then(|run| {
            let reason = run.unreadable.as_ref()?;
            Some(format!("its payload cannot be read: {reason}"))
        }) else {
            return false;
        };
        self.say(Tone::Bad, text);
        true
    }

    fn rerun(&mut self) -> Vec<Effect> {
        if self.is_damaged() {
            return Vec::new();
        }
        match (self.earlier_call(), self.layer()) {
            (Some(dir), _) => vec![Effect::Rerun(dir)],
            (None, Layer::Build) => self.plan(),
            (None, _) => {
                self.say(Tone::Note, "no earlier run: enter fills the form");
                Vec::new()
            }
        }
    }

    fn edit(&mut self) -> Vec<Effect> {
        if self.is_damaged() {
            return Vec::new();
        }
        if let Some(dir) = self.earlier_call() {
            return vec![Effect::Recall(dir)];
        }
        self.open();
        Vec::new()
    }
}
