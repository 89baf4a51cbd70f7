//! Forms in the application: opened, left, kept for the next time.

use std::time::Duration;

use crate::ops::drafts::Keep;
use crate::run::spec::Kind;
use crate::tui::app::{App, Page};
use crate::tui::effect::Effect;
use crate::tui::effect::forms::{FormNews, FormWork, Unkept};
use crate::tui::pane::form::Form;
use crate::tui::pane::form::history::Step;
use crate::tui::pane::sign;
use crate::tui::pane::toast::Tone;

/// From a change to the moment it is kept: what is typed meanwhile is kept with it. Microseconds.
const KEEP_AFTER_US: u64 = 700_000;

/// What is to be kept of forms, and when.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// Counts what was kept.
    number: u64,
    /// When the shown form is kept; microseconds of the monotonic clock.
    due_us: Option<u64>,
    /// Left forms on their way to the disk.
    left: Vec<Keep>,
    /// That nothing can be kept was said.
    complained: bool,
}

impl App {
    /// Opens the form of a method: as it was left, or with the payload of an earlier run.
    pub(super) fn open_form(&mut self, agent: &str, method: &str, run: Option<(&str, &str)>) {
        let Some((listed, method)) = self.world.method(agent, method) else {
            let agent_name = sign::safe(agent);
            let text = match self.world.agent(agent) {
                Some(_) => format!("{agent_name} declares no {} any more", sign::safe(method)),
                None => format!("{agent_name} is not in the store: r runs it again as it was"),
            };
            self.say(Tone::Bad, text);
            return;
        };
        let place = (listed.agent.name.to_string(), method.name.clone());
        let (left, usual) = (self.drafts.remove(&place), &self.usual);
        let known = left.is_some();
        let form = match (run, left) {
            (None, Some(left)) => left.resume(listed, method, usual),
            (None, None) => Form::new(listed, method, None, usual),
            (Some((run, payload)), left) => {
                let typed = left.and_then(|mut left| left.typed());
                Form::new(listed, method, Some(payload), usual).recalled(run, typed)
            }
        };
        self.pages.push(Page::Form(Box::new(form)));
        if !known {
            let (agent, method) = place;
            self.outbox.push(Effect::Form(FormWork::ReadKept { agent, method }));
        }
    }

    /// Leaves the page on top, if there is one. A form is kept for the next time.
    pub(super) fn leave_page(&mut self) -> bool {
        match self.pages.pop() {
            Some(Page::Form(form)) => self.keep(form),
            Some(Page::Run(_)) => {}
            None => return false,
        }
        true
    }

    /// Keeps a form that is left.
    pub(super) fn keep(&mut self, mut form: Box<Form>) {
        if form.is_unkept() {
            let keep = form.keep(self.keeping.next(), self.now.wall_ms);
            self.keeping.left.push(keep);
        }
        self.drafts.insert(form.of(), form);
    }

    /// Sends off what is to be kept now; what changes is kept a moment later.
    pub(super) fn keep_forms(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        match self.pages.last_mut() {
            Some(Page::Form(form)) if form.is_unkept() => {
                let due = *self.keeping.due_us.get_or_insert(now.clock_us + KEEP_AFTER_US);
                if due <= now.clock_us {
                    self.keeping.due_us = None;
                    let keep = form.keep(self.keeping.next(), now.wall_ms);
                    self.keeping.left.push(keep);
                }
            }
            Some(Page::Form(_) | Page::Run(_)) | None => self.keeping.due_us = None,
        }
        let left = self.keeping.left.drain(..);
        effects.extend(left.map(|keep| Effect::Form(FormWork::Keep(Box::new(keep)))));
        effects.append(&mut self.outbox);
    }

    /// Until a form is to be kept.
    pub(super) fn until_kept(&self) -> Option<Duration> {
        let due = self.keeping.due_us?;
        Some(Duration::from_micros(due.saturating_sub(self.now.clock_us)))
    }

    /// What is not kept yet, when the dashboard ends.
    pub fn unkept(&mut self) -> Vec<Unkept> {
        for page in &mut self.pages {
            if let Page::Form(form) = page
                && form.is_unkept()
            {
                let keep = form.keep(self.keeping.next(), self.now.wall_ms);
                self.keeping.left.push(keep);
            }
        }
        let left =
            std::mem::take(&mut self.keeping.left).into_iter().map(|keep| Unkept::Form(Box::new(keep)));
        left.chain(self.unkept_marks()).collect()
    }

    /// What has come back for a form.
    pub(super) fn learn_of_form(&mut self, news: FormNews) {
        let now = self.now;
        match news {
            FormNews::NotKept(sentence) => {
                if !std::mem::replace(&mut self.keeping.complained, true) {
                    self.say(Tone::Bad, sign::safe(&sentence));
                }
            }
            FormNews::Kept { agent, method, draft } => match draft {
                Ok(draft) => {
                    if let Some(form) = self.form_of(&agent, &method) {
                        form.found(&draft, now);
                    }
                }
                Err(sentence) => self.say(Tone::Bad, sign::safe(&sentence)),
            },
            FormNews::Payloads { agent, method, found } => {
                let end = self.form_of(&agent, &method).is_some_and(|form| form.payloads(found));
                if end {
                    self.say(Tone::Note, NO_EARLIER);
                }
            }
            FormNews::Presets { .. }
            | FormNews::PresetSaved { .. }
            | FormNews::PresetRemoved { .. }
            | FormNews::Edited { .. }
            | FormNews::Copied(_) => self.learn_of_handing(news),
        }
    }

    /// Goes to an earlier payload of the method, or back.
    pub(super) fn step_form(&mut self, later: bool) -> Vec<Effect> {
        let Some(Page::Form(form)) = self.pages.last_mut() else { return Vec::new() };
        match form.step(later) {
            Step::Done => Vec::new(),
            Step::End => {
                self.say(Tone::Note, if later { "this is what was typed last" } else { NO_EARLIER });
                Vec::new()
            }
            Step::Wanted => {
                let (agent, method) = form.of();
                let mine = |run: &&std::sync::Arc<crate::tui::seen::Run>| {
                    run.kind == Kind::Call
                        && run.unreadable.is_none()
                        && run.agent == agent
                        && run.method.as_deref() == Some(&method)
                };
                let runs = self.world.runs().iter().filter(mine).map(|run| run.dir.clone()).collect();
                vec![Effect::Form(FormWork::ReadPayloads { agent, method, runs })]
            }
        }
    }

    /// The forms that are open.
    pub(super) fn forms(&mut self) -> impl Iterator<Item = &mut Form> {
        self.pages.iter_mut().filter_map(|page| match page {
            Page::Form(form) => Some(form.as_mut()),
            Page::Run(_) => None,
        })
    }

    /// This method's form, shown or left.
    pub(super) fn form_of(&mut self, agent: &str, method: &str) -> Option<&mut Form> {
        let is_shown = self.forms().any(|form| form.is_of(agent, method));
        if is_shown {
            return self.forms().filter(|form| form.is_of(agent, method)).last();
        }
        self.drafts.get_mut(&(agent.to_owned(), method.to_owned())).map(Box::as_mut)
    }
}

const NO_EARLIER: &str = "no earlier payload of this method";

impl Keeping {
    pub(super) fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}
