//! From the form to a run.

use crate::agent::payload::Payload;
use crate::ops::call::{Options, Request};
use crate::tui::effect::Effect;
use crate::tui::pane::Asked;
use crate::tui::pane::form::options::Stop;
use crate::tui::pane::form::{Form, Side};

impl Form {
    /// Asks for a run. Where something is wrong it is said first, and the next time it is sent anyway; a text
    /// that is no JSON cannot be sent at all.
    pub(super) fn submit(&mut self) -> Asked {
        self.refused = None;
        self.tried = true;
        if let (Side::Json, Err(error)) = (self.side, &self.whole) {
            self.json.go_to(error.line, error.column);
            self.typing = true;
            return Asked::Nothing;
        }
        let options = match self.options.read() {
            Ok(options) => options,
            Err(wrong) => {
                self.select_stop(Stop::Row(wrong.row));
                self.refused = Some(wrong.message);
                return Asked::Nothing;
            }
        };
        let force = !self.checked.problems.is_empty();
        if force && !self.asked {
            self.asked = true;
            let first = self.checked.problems.iter().find_map(|problem| problem.parameter.as_deref());
            if let Some(index) = first.and_then(|name| self.fields.iter().position(|f| f.name == name)) {
                self.selected = index;
            } else if self.options.problem().is_some() {
                self.select_stop(Stop::Context);
            }
            return Asked::Nothing;
        }
        self.asked = false;
        let Payload { method, parameters, tool_context } = self.checked.payload.clone();
        let agent = self.listed.agent.name.to_string();
        let options = Options { tool_context, ..options };
        let request = Request { agent, method, parameters, options, force };
        Asked::Do(vec![Effect::Call(Box::new(request))])
    }
}
