//! What an earlier run was asked for, to be repeated or filled in.

use std::fmt::Display;

use crate::agent::payload::Payload;
use crate::ops::call::{Options, Request};
use crate::ops::{Rejected, Why};
use crate::run::dir::RunDir;
use crate::run::spec::Kind;
use crate::tui::message::Message;

/// Its payload and options, for a form.
pub(super) fn recall(dir: &RunDir) -> Message {
    match dir.read_spec() {
        Ok(spec) => Message::Recalled {
            run: dir.id(),
            options: Box::new(Options::of(&spec, None)),
            agent: spec.agent,
            method: spec.method.unwrap_or_default(),
            payload: spec.payload.map(|payload| payload.get().to_owned()).unwrap_or_default(),
        },
        Err(error) => Message::Refused { reason: unreadable(dir, &error), call: None },
    }
}

/// The call that it was.
pub(super) fn request_of(dir: &RunDir) -> Result<Request, Rejected> {
    let spec = dir.read_spec().map_err(|error| unreadable(dir, &error))?;
    let Some(payload) = spec.payload.as_ref().filter(|_| spec.kind == Kind::Call) else {
        return Err(unreadable(dir, &"it is not a call"));
    };
    let payload: Payload = serde_json::from_str(payload.get()).map_err(|error| unreadable(dir, &error))?;
    let options = Options::of(&spec, payload.tool_context);
    Ok(Request {
        agent: spec.agent,
        method: payload.method,
        parameters: payload.parameters,
        options,
        force: false,
    })
}

fn unreadable(dir: &RunDir, error: &dyn Display) -> Rejected {
    let sentence = format!("the payload of run {} cannot be read: {error}", dir.id().short());
    Rejected::new(Why::Machine, sentence)
}
