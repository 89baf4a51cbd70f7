//! What a person notes on runs, and what was noted earlier: marks in their output, and that a result is no error.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::ops::marks::{Keep, MOST, Mark};
use crate::run::spec::RunId;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::effect::forms::Unkept;
use crate::tui::effect::notes::{NotesNews, NotesWork};
use crate::tui::keymap::Action;
use crate::tui::pane::sign;
use crate::tui::pane::toast::Tone;
use crate::tui::seen::Run;

/// How far what is noted is read and written.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The run whose marks were asked for last.
    asked: Option<RunId>,
    /// The runs whose marks have been read.
    read: HashSet<RunId>,
    /// The runs whose marks were changed here: nothing that is read is newer. With the number of what is on its way
    /// to the disk.
    changed: HashMap<RunId, Option<u64>>,
    /// Counts what was written.
    number: u64,
    /// That nothing can be kept was said.
    complained: bool,
    /// The run whose accepted rules were asked for last, and the number of the last question about them.
    judged: Option<RunId>,
    asks: u64,
}

impl App {
    /// Reads what was noted on a run that is shown.
    pub(super) fn read_notes(&mut self, effects: &mut Vec<Effect>) {
        self.read_accepted(effects);
        self.read_marks(effects);
    }

    fn read_accepted(&mut self, effects: &mut Vec<Effect>) {
        let judged = self.judged().map(|(run, _)| run);
        let id = judged.as_ref().map(|run| run.id.clone());
        if id == self.notes.judged {
            return;
        }
        self.notes.judged = id;
        if let Some(run) = judged {
            self.notes.asks += 1;
            let (agent, method) = (run.agent.clone(), run.method.clone().unwrap_or_default());
            let number = self.notes.asks;
            effects.push(Effect::Notes(NotesWork::ReadAccepted { agent, method, number }));
        }
    }

    /// The run that is selected, and the rules that can be accepted because of it, where there are any.
    pub(super) fn judged(&self) -> Option<(Arc<Run>, Vec<String>)> {
        let run = self.world.run(&self.selected_run()?)?;
        let rules = self.world.rules_of(run);
        (!rules.is_empty()).then(|| (Arc::clone(run), rules))
    }

    /// Accepts the rule by which the selected run is no success, for its method and from now on; or takes that back.
    pub(super) fn accept(&mut self) -> Vec<Effect> {
        let Some((run, rules)) = self.judged() else {
            self.say(Tone::Note, "only a soft_error (!) can be called no error");
            return Vec::new();
        };
        self.notes.asks += 1;
        let (agent, method) = (run.agent.clone(), run.method.clone().unwrap_or_default());
        vec![Effect::Notes(NotesWork::Accept { agent, method, rules, number: self.notes.asks })]
    }

    fn learn_accepted(
        &mut self,
        place: (String, String),
        turned: &[String],
        number: u64,
        accepted: Result<Vec<String>, String>,
    ) {
        match accepted {
            Ok(accepted) => {
                if turned.is_empty() {
                    // Only looked at.
                } else if turned.iter().all(|rule| accepted.contains(rule)) {
                    self.say(Tone::Good, "accepted from now on; this run stays as it was recorded");
                } else {
                    self.say(Tone::Note, "from now on this counts as an error again");
                }
                if number >= self.notes.asks {
                    self.world.accepted.insert(place, accepted);
                }
            }
            Err(sentence) => self.say(Tone::Bad, sign::safe(&sentence)),
        }
    }

    /// Reads the marks of a run whose output was opened.
    fn read_marks(&mut self, effects: &mut Vec<Effect>) {
        let shown = self.shown_page().filter(|page| page.shows_lines()).map(|page| page.run.clone());
        if shown == self.notes.asked {
            return;
        }
        self.notes.asked.clone_from(&shown);
        let wanted = shown.filter(|run| !self.notes.changed.contains_key(run));
        effects.extend(wanted.map(|run| Effect::Notes(NotesWork::ReadMarks(run))));
    }

    /// Marks a place in the output that is shown, or takes the mark there away.
    pub(super) fn mark(&mut self, action: Action) -> Vec<Effect> {
        // The way to others is only there where output is shown, which has gone it before.
        if action != Action::Mark {
            return Vec::new();
        }
        let mark = self
            .shown_page()
            .and_then(|page| Some((page.run.clone(), page.mark(self.run_place(), &self.world, self.now)?)));
        let Some((run, mark)) = mark else { return Vec::new() };
        let marks = self.world.marks.entry(run.clone()).or_default();
        match marks.binary_search_by_key(&mark.row, |mark| mark.row) {
            Ok(at) => drop(marks.remove(at)),
            Err(at) if marks.len() < MOST => marks.insert(at, mark),
            Err(_) => {
                self.say(Tone::Note, format!("there are {MOST} marks in this output already"));
                return Vec::new();
            }
        }
        self.keep_marks(run)
    }

    /// Writes the marks of a run; before the earlier ones were read that waits for them.
    fn keep_marks(&mut self, run: RunId) -> Vec<Effect> {
        if !self.notes.read.contains(&run) {
            return Vec::new();
        }
        self.notes.number += 1;
        let number = self.notes.number;
        self.notes.changed.insert(run.clone(), Some(number));
        vec![Effect::Notes(NotesWork::KeepMarks(self.marks_to_keep(run, number)))]
    }

    fn marks_to_keep(&self, run: RunId, number: u64) -> Keep {
        let marks = self.world.marks.get(&run).cloned().unwrap_or_default();
        Keep { number, run, marks }
    }

    /// The marks that may not be on the disk yet, when the dashboard ends.
    pub(super) fn unkept_marks(&self) -> Vec<Unkept> {
        let on_way = self.notes.changed.iter().filter_map(|(run, number)| Some((run, (*number)?)));
        on_way.map(|(run, number)| Unkept::Marks(self.marks_to_keep(run.clone(), number))).collect()
    }

    /// What has come back.
    pub(super) fn learn_notes(&mut self, news: NotesNews) -> Vec<Effect> {
        match news {
            NotesNews::Accepted { agent, method, turned, number, accepted } => {
                self.learn_accepted((agent, method), &turned, number, accepted);
            }
            NotesNews::Marks { run, marks } => return self.learn_marks(run, marks),
            NotesNews::MarksKept { run, number, kept } => {
                if let Some(on_way) = self.notes.changed.get_mut(&run) {
                    on_way.take_if(|last| *last == number);
                }
                if let Err(sentence) = kept
                    && !std::mem::replace(&mut self.notes.complained, true)
                {
                    self.say(Tone::Bad, sign::safe(&sentence));
                }
            }
        }
        Vec::new()
    }

    fn learn_marks(&mut self, run: RunId, found: Result<Vec<Mark>, String>) -> Vec<Effect> {
        let is_first = self.notes.read.insert(run.clone());
        if self.notes.changed.contains_key(&run) {
            return Vec::new();
        }
        let mut marks = match found {
            Ok(marks) => marks,
            Err(sentence) => {
                if is_first {
                    self.say(Tone::Note, sign::safe(&sentence));
                }
                Vec::new()
            }
        };
        // What was marked before the earlier marks were here.
        let early = self.world.marks.remove(&run).filter(|_| is_first).unwrap_or_default();
        let is_early = !early.is_empty();
        for mark in early {
            if let Err(at) = marks.binary_search_by_key(&mark.row, |mark| mark.row) {
                marks.insert(at, mark);
            }
        }
        marks.truncate(MOST);
        self.world.marks.insert(run.clone(), marks);
        if is_early { self.keep_marks(run) } else { Vec::new() }
    }
}
