//! What a form gives away and takes back: presets, a text in the editor, a call for the clipboard.

use crate::ops::presets::{self, Home, Preset, SaveError};
use crate::run::spec::Kind;
use crate::tui::app::{App, Over, Page, Subject};
use crate::tui::effect::forms::{FormNews, FormWork, PresetWork};
use crate::tui::effect::{Effect, ForLoop};
use crate::tui::keymap::{Action, Layer};
use crate::tui::pane::copy_menu::{Chosen, CopyMenu, Source};
use crate::tui::pane::presets::{Owner, Presets, Saving};
use crate::tui::pane::sign;
use crate::tui::pane::toast::Tone;
use crate::tui::scratch::Back;

impl App {
    /// Asks for the name of a preset of what the form holds.
    pub(super) fn save_preset(&mut self) -> Vec<Effect> {
        let Some(Page::Form(form)) = self.pages.last() else { return Vec::new() };
        let Some((method, values)) = form.values() else {
            self.say(Tone::Bad, "what is no JSON cannot be saved: mend the text first");
            return Vec::new();
        };
        let owner = Owner { method, ..form.owner() };
        let name = form.preset().unwrap_or_default().to_owned();
        let files = self.files(&owner);
        self.over = Some(Over::Saving(Saving::new(owner, values, name, files)));
        Vec::new()
    }

    /// The agent's and the user's file, as a person reads them.
    fn files(&self, owner: &Owner) -> [String; 2] {
        [Home::Agent, Home::User].map(|home| {
            let file = presets::file(&self.context, &owner.agent, &owner.directory, home);
            file.map(|file| self.context.paths.shorten(&file)).unwrap_or_default()
        })
    }

    /// Asks for another name of the preset that is selected.
    pub(super) fn rename_preset(&mut self, list: Presets) {
        self.over = Some(match list.selected().cloned() {
            Some((preset, _)) => {
                let files = self.files(&list.owner);
                Over::Saving(Saving::renaming(list.owner, preset, files))
            }
            None => Over::Presets(list),
        });
    }

    /// Shows the presets of the form's method, or of the method that is selected.
    pub(super) fn choose_preset(&mut self) -> Vec<Effect> {
        if let (None, Subject::Method { agent, method }) = (self.pages.last(), self.subject()) {
            self.open_form(&agent, &method, None);
        }
        let Some(Page::Form(form)) = self.pages.last() else { return Vec::new() };
        let owner = form.owner();
        self.over = Some(Over::Presets(Presets::new(owner.clone())));
        vec![Effect::Form(FormWork::Preset(PresetWork::List(owner)))]
    }

    /// Saves the preset; the line stays until that is done.
    pub(super) fn confirm_saving(&mut self, saving: Saving) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(name) = saving.chosen() {
            let preset = Preset { name: name.to_owned(), home: saving.home, values: saving.values.clone() };
            let owner = saving.owner.clone();
            let (overwrite, instead_of) = (saving.exists, saving.instead_of.clone());
            let work = PresetWork::Save { owner, preset, overwrite, instead_of };
            effects.push(Effect::Form(FormWork::Preset(work)));
        }
        self.over = Some(Over::Saving(saving));
        effects
    }

    /// Loads the preset that is selected, or removes it where that was asked.
    pub(super) fn confirm_preset(&mut self, list: Presets) -> Vec<Effect> {
        let Some((preset, misfit)) = list.selected().cloned() else {
            self.over = Some(Over::Presets(list));
            return Vec::new();
        };
        if list.removes {
            let work = PresetWork::Remove { owner: list.owner.clone(), home: preset.home, name: preset.name };
            self.over = Some(Over::Presets(list));
            return vec![Effect::Form(FormWork::Preset(work))];
        }
        let Owner { agent, method, .. } = list.owner;
        if let Some(form) = self.form_of(&agent.to_string(), &method) {
            form.load_preset(&preset);
        }
        if let Some(misfit) = misfit {
            let text = format!("{} does not fit any more: {misfit}", preset.name);
            self.say(Tone::Bad, sign::safe(&text));
        }
        Vec::new()
    }

    /// What became of presets, texts and copies.
    pub(super) fn learn_of_handing(&mut self, news: FormNews) {
        match news {
            FormNews::Presets { owner, presets, troubles } => {
                let method = self.world.method(&owner.agent.to_string(), &owner.method);
                let misfit = |preset: &Preset| presets::misfit(method?.1, &preset.values);
                let list = presets.into_iter().map(|preset| (misfit(&preset), preset));
                let list = list.map(|(misfit, preset)| (preset, misfit)).collect();
                if let Some(Over::Presets(shown)) = &mut self.over
                    && shown.owner == owner
                {
                    shown.learn(list, troubles);
                }
            }
            FormNews::PresetSaved { owner, name, renamed, saved } => match (saved, &mut self.over) {
                (Err(SaveError::Exists), Some(Over::Saving(saving))) => saving.exists = true,
                (Ok(_), over) if renamed => {
                    *over = Some(Over::Presets(Presets::new(owner.clone())));
                    self.outbox.push(Effect::Form(FormWork::Preset(PresetWork::List(owner))));
                }
                (Ok(path), over) => {
                    over.take_if(|over| matches!(over, Over::Saving(_)));
                    if let Some(form) = self.form_of(&owner.agent.to_string(), &owner.method) {
                        form.is_preset(&name);
                    }
                    let text = format!("saved as {name} in {}", self.context.paths.shorten(&path));
                    self.say(Tone::Good, sign::safe(&text));
                }
                (Err(error), over) => {
                    over.take_if(|over| matches!(over, Over::Saving(_)));
                    self.say(Tone::Bad, sign::safe(&error.to_string()));
                }
            },
            FormNews::PresetRemoved { name, removed } => match removed {
                Ok(()) => self.say(Tone::Good, format!("{} is removed", sign::safe(&name))),
                Err(sentence) => self.say(Tone::Bad, sign::safe(&sentence)),
            },
            FormNews::Edited { back, edited } => self.edited(&back, edited),
            FormNews::Copied(copied) => match copied {
                Ok(copied) => {
                    self.say_of_copy(Tone::Good, sign::safe(&copied.says));
                    let sequence = copied.sequence.map(|text| Effect::Loop(ForLoop::Terminal(text)));
                    self.outbox.extend(sequence);
                }
                Err(sentence) => {
                    self.say_of_copy(Tone::Bad, format!("not copied: {}", sign::safe(&sentence)));
                }
            },
            FormNews::NotKept(_) | FormNews::Kept { .. } | FormNews::Payloads { .. } => {}
        }
    }

    /// Says what became of a copy, where it was asked for.
    fn say_of_copy(&mut self, tone: Tone, text: String) {
        match &mut self.over {
            Some(Over::Doctor(doctor)) => doctor.say(tone, text),
            Some(_) | None => self.say(tone, text),
        }
    }

    /// Hands the selected text to the editor.
    pub(super) fn edit_text(&mut self) -> Vec<Effect> {
        let folder = self.context.paths.notes().join("edit");
        let (number, now) = (self.keeping.next(), self.now.wall_ms);
        let Some(Page::Form(form)) = self.pages.last_mut() else { return Vec::new() };
        let Some(scratch) = form.scratch(folder) else {
            self.say(Tone::Note, "this value is chosen with ← and →");
            return Vec::new();
        };
        // The editor may take long.
        let keep = Box::new(form.keep(number, now));
        vec![Effect::Form(FormWork::Keep(keep)), Effect::Loop(ForLoop::EditText(Box::new(scratch)))]
    }

    fn edited(&mut self, back: &Back, edited: Result<Option<String>, String>) {
        match edited {
            Ok(Some(text)) => {
                if let Some(form) = self.form_of(&back.agent, &back.method) {
                    form.take_edited(back.field.as_deref(), &text);
                }
            }
            Ok(None) => self.say(Tone::Note, "the editor has changed nothing"),
            Err(sentence) => self.say(Tone::Bad, sign::safe(&sentence)),
        }
    }

    /// The selected text of a form, on its way to the clipboard.
    pub(super) fn copy_selected(&mut self) -> Option<Effect> {
        let Some(Page::Form(form)) = self.pages.last_mut() else { return None };
        let what = "the selected text";
        form.copy_selected().map(|text| Effect::Form(FormWork::CopyText { what, text }))
    }

    /// Shows what the call can be copied as: the form's, or the selected run's.
    pub(super) fn copy_as(&mut self) -> Vec<Effect> {
        let parts = match (self.shown_page(), self.selected_run()) {
            (Some(page), Some(run)) if page.run == run && self.layer() == Layer::Result => {
                self.world.run(&run).map(|run| page.parts(run)).unwrap_or_default()
            }
            (Some(_) | None, _) => Vec::new(),
        };
        let source = if let Some(Page::Form(form)) = self.pages.last() {
            match form.call() {
                Ok(call) => Source::Call(Box::new(call)),
                Err(reason) => {
                    self.say(Tone::Bad, reason);
                    return Vec::new();
                }
            }
        } else {
            match self.selected_run().and_then(|run| self.world.run(&run)) {
                Some(run) if run.kind == Kind::Call => Source::Run(run.dir.clone()),
                Some(_) => {
                    self.say(Tone::Note, "a build has no payload");
                    return Vec::new();
                }
                None => return Vec::new(),
            }
        };
        self.over = Some(Over::Copy(CopyMenu::new(source, parts)));
        Vec::new()
    }

    /// Copies what an action of the menu means.
    pub(super) fn confirm_copy(action: Action, menu: CopyMenu) -> Vec<Effect> {
        let work = match menu.chosen(action).cloned() {
            Some(Chosen::Call(what)) => FormWork::Copy { source: menu.source, what },
            Some(Chosen::Part(part)) => FormWork::CopyPart(part),
            None => return Vec::new(),
        };
        vec![Effect::Form(work)]
    }
}
