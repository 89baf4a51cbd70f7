//! What is given away of a run: to the pager, to a file.

use std::sync::Arc;

use crate::ops::save::{SaveError, Saved};
use crate::run::dir::RunDir;
use crate::text;
use crate::tui::app::{App, Over};
use crate::tui::effect::{Effect, ForLoop, LinesWanted, To};
use crate::tui::pane::run_page::RunPage;
use crate::tui::pane::save_as::{SaveAs, Stage, offered};
use crate::tui::pane::sign;
use crate::tui::pane::toast::Tone;
use crate::tui::seen::Run;

impl App {
    fn shown_run(&self) -> Option<(&RunPage, &Arc<Run>)> {
        let page = self.shown_page()?;
        Some((page, self.world.run(&page.run).filter(|run| run.unreadable.is_none())?))
    }

    /// Shows in the pager what is selected.
    pub(super) fn view(&mut self) -> Vec<Effect> {
        let Some((page, run)) = self.shown_run() else { return Vec::new() };
        match page.view(run, &self.world) {
            Ok(view) => vec![Effect::Loop(ForLoop::View(Box::new(view)))],
            Err(sentence) => {
                self.say(Tone::Note, sentence);
                Vec::new()
            }
        }
    }

    /// Asks for the name of a file: for the lines that are selected, else for all that the page shows.
    pub(super) fn ask_to_save(&mut self) -> Vec<Effect> {
        let Some((page, run)) = self.shown_run() else { return Vec::new() };
        if let Some(lines) = page.selected_lines(&self.world, self.now) {
            let what = format!("{}-lines", run.what());
            let name = offered(&run.agent, &what, run.id.short(), "log");
            self.over = Some(Over::SaveAs(SaveAs::lines(run.dir.clone(), lines, name)));
            return Vec::new();
        }
        match page.saves(run) {
            Ok(choices) => self.over = SaveAs::new(run.dir.clone(), choices).map(Over::SaveAs),
            Err(sentence) => self.say(Tone::Note, sentence),
        }
        Vec::new()
    }

    /// Saves; the line stays until that is done.
    pub(super) fn confirm_save(&mut self, mut dialog: SaveAs) -> Vec<Effect> {
        let chosen = dialog.chosen();
        let effect = chosen.map(|(what, typed, overwrite)| {
            dialog.stage = Stage::Saving;
            let run = dialog.run.clone();
            match &dialog.lines {
                Some(lines) => {
                    Effect::Excerpt(LinesWanted { to: To::File { run, typed, overwrite }, ..lines.clone() })
                }
                None => Effect::Save { run, what, typed, overwrite },
            }
        });
        self.over = Some(Over::SaveAs(dialog));
        effect.into_iter().collect()
    }

    /// Something was saved, or not.
    pub(super) fn learn_saved(&mut self, run: &RunDir, saved: Result<Saved, SaveError>) {
        let dialog = match &mut self.over {
            Some(Over::SaveAs(dialog)) if dialog.run == *run && dialog.stage == Stage::Saving => Some(dialog),
            _ => None,
        };
        match (saved, dialog) {
            (Ok(Saved { path, written }), dialog) => {
                if let Some(dialog) = dialog {
                    let lines = dialog.lines.is_some();
                    self.over = None;
                    if let Some(page) = self.shown_page_mut().filter(|_| lines) {
                        page.unselect();
                    }
                }
                let lost = match written.lost {
                    0 => String::new(),
                    lost => format!("; {} more were printed and are not kept", text::size(lost)),
                };
                let path = sign::safe(&path.display().to_string());
                self.say(Tone::Good, format!("saved {} in {path}{lost}", text::size(written.bytes)));
            }
            (Err(SaveError::Exists(_)), Some(dialog)) => dialog.stage = Stage::Exists,
            (Err(SaveError::Failed(reason)), Some(dialog)) => dialog.stage = Stage::Failed(reason),
            // The line was left meanwhile.
            (Err(error), None) => self.say(Tone::Bad, sign::safe(&error.to_string())),
        }
    }
}
