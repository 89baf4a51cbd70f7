//! The palette: opened over whatever has the focus, and what is chosen in it.

use crossterm::event::KeyEvent;

use crate::ops::recent;
use crate::tui::app::{App, Page};
use crate::tui::effect::Effect;
use crate::tui::keymap::{self, Action, Binding, Layer};
use crate::tui::layout::Pane;
use crate::tui::pane::agents::Item;
use crate::tui::pane::list::distance;
use crate::tui::pane::palette::{Entry, Palette, Target};
use crate::tui::pane::run_page::RunPage;
use crate::tui::pane::toast::Tone;
use crate::tui::theme::shelf::Choice;

/// The palette, and what it knows before it is opened.
#[derive(Debug, Default)]
pub(super) struct Commands {
    pub open: Option<Palette>,
    /// What was chosen last, the newest first.
    recent: Vec<String>,
    themes: Vec<Choice>,
}

impl Commands {
    /// Takes what was read for the next time it is opened; of what was chosen, only what was chosen before the start.
    pub fn learn(&mut self, recent: Vec<String>, themes: Vec<Choice>) {
        if self.recent.is_empty() {
            self.recent = recent;
        }
        self.themes = themes;
    }
}

impl App {
    /// Opens the palette with everything there is.
    pub(super) fn open_palette(&mut self) -> Vec<Effect> {
        let mut entries = self.actions(&self.layer().stack());
        entries.extend(self.places());
        self.commands.open = Some(Palette::new("Commands", entries, &self.commands.recent));
        vec![Effect::ReadPalette]
    }

    /// Opens it with the actions of what has the focus alone.
    pub(super) fn open_menu(&mut self, title: &str) {
        let entries = self.actions(&[self.layer()]);
        if !entries.is_empty() {
            self.commands.open = Some(Palette::new(title, entries, &[]));
        }
    }

    /// The actions of these layers that make sense now; moving comes last.
    fn actions(&self, layers: &[Layer]) -> Vec<Entry> {
        let (mut actions, mut moves) = (Vec::new(), Vec::new());
        for binding in bindings(layers).into_iter().filter(|binding| self.makes_sense(binding.action)) {
            let (name, about) =
                if binding.label.is_empty() { (binding.help, "") } else { (binding.label, binding.help) };
            let target = Target::Action(binding.action);
            let entry = Entry::new(target, name, about, "", binding.keys[0].name());
            let sideways = matches!(binding.action, Action::Left | Action::Right);
            let moves_only = sideways || distance(binding.action, 1).is_some();
            if moves_only { moves.push(entry) } else { actions.push(entry) }
        }
        actions.append(&mut moves);
        actions
    }

    /// Everything that can be gone to: runs that go on, agents and methods, themes, the other runs.
    fn places(&self) -> Vec<Entry> {
        let plain = String::new;
        let run = |run: &std::sync::Arc<crate::tui::seen::Run>| {
            let name = format!("{} {}", run.id.short(), run.what());
            let state = if run.unreadable.is_some() { "unreadable" } else { run.state.word() };
            Entry::new(Target::Run(run.clone()), &name, &run.agent, state, plain())
        };
        let mut places: Vec<Entry> = self.world.live().map(run).collect();
        for listed in self.world.agents() {
            let (name, agent) = (&listed.agent.name, listed.agent.name.to_string());
            places.push(Entry::new(
                Target::Agent(agent.clone()),
                &name.folder,
                &name.namespace,
                "agent",
                plain(),
            ));
            for method in listed.agent.manifest.iter().flat_map(|manifest| &manifest.methods) {
                let target = Target::Method { agent: agent.clone(), method: method.name.clone() };
                places.push(Entry::new(target, &method.name, &agent, "method", plain()));
            }
        }
        for choice in &self.commands.themes {
            if let Ok(theme) = &choice.theme {
                let target = Target::Theme(Box::new(theme.clone()));
                places.push(Entry::new(target, &choice.name, "", "theme", plain()));
            }
        }
        places.extend(self.world.runs().iter().filter(|run| !run.is_live()).map(run));
        places
    }

    /// A key that is no command, while the palette is open.
    pub(super) fn key_in_palette(&mut self, key: KeyEvent) -> bool {
        let Some(palette) = &mut self.commands.open else { return false };
        palette.key(key);
        true
    }

    /// A pasted text, while the palette is open.
    pub(super) fn paste_in_palette(&mut self, text: &str) -> bool {
        let Some(palette) = &mut self.commands.open else { return false };
        palette.paste(text);
        true
    }

    /// An action while the palette is open; what is meant for everywhere closes it first.
    pub(super) fn act_on_palette(&mut self, action: Action) -> Vec<Effect> {
        let above = self.above();
        let Some(palette) = &mut self.commands.open else { return Vec::new() };
        let action = match action {
            Action::Next => Action::Down,
            Action::Previous => Action::Up,
            other => other,
        };
        if palette.act(action, above) {
            return Vec::new();
        }
        if action == Action::Confirm {
            return self.confirm_palette();
        }
        self.commands.open = None;
        if matches!(action, Action::Back | Action::Palette) { Vec::new() } else { self.act(action) }
    }

    /// Does what is selected, or goes there.
    pub(super) fn confirm_palette(&mut self) -> Vec<Effect> {
        let Some(target) = self.commands.open.as_ref().and_then(Palette::chosen).cloned() else {
            return Vec::new();
        };
        self.commands.open = None;
        recent::used(&mut self.commands.recent, target.id());
        let mut effects = vec![Effect::KeepPalette(self.commands.recent.clone())];
        match target {
            Target::Action(action) => effects.extend(self.act(action)),
            Target::Agent(agent) => {
                self.go_to(Pane::Agents);
                self.agents.select(Item::Agent(agent), &self.world);
            }
            Target::Method { agent, method } => {
                self.go_to(Pane::Agents);
                self.agents
                    .select(Item::Method { agent: agent.clone(), method: method.clone() }, &self.world);
                self.open_form(&agent, &method, None);
            }
            Target::Run(run) => {
                // As it is now: while one types, runs end and old ones go.
                let Some(run) = self.world.run(&run.id).cloned() else {
                    self.say(Tone::Note, format!("run {} is not there any more", run.id.short()));
                    return effects;
                };
                self.go_to(Pane::Runs);
                self.runs.select(run.id.clone());
                self.pages.push(Page::Run(Box::new(RunPage::new(&run))));
            }
            Target::Theme(theme) => {
                self.theme = *theme;
                effects.extend(self.keep_theme());
            }
        }
        effects
    }

    /// Leaves everything that lies over a pane.
    fn go_to(&mut self, pane: Pane) {
        if self.over.is_some() {
            // A theme that is only looked at goes back.
            self.act_over(Action::Back);
            self.over = None;
        }
        self.focus_on(pane);
    }
}

/// The rows of these layers, each action once: with its key in the layer that decides. The palette is open already.
pub(super) fn bindings(layers: &[Layer]) -> Vec<&'static Binding> {
    let mut bindings: Vec<&Binding> = Vec::new();
    for binding in layers.iter().flat_map(|layer| keymap::rows(*layer)) {
        let is_there = bindings.iter().any(|other| other.action == binding.action);
        if !is_there && binding.action != Action::Palette {
            bindings.push(binding);
        }
    }
    bindings
}
