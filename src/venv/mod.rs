//! How an agent becomes runnable: what is there, what to do about it, and what was done. A build is a run: a plan
//! is its steps, and this room starts nothing that lasts.
//!
//! The first and the last step of every plan are plugdeck itself (see [`verb`]): the first marks the build and
//! makes room, the last checks what was built and puts it in place. Between the two, and after a build that was
//! killed between the two, the marker `.venv.building` says that what stands there is not ready.
//!
//! | path in the agent's folder | what |
//! |---|---|
//! | `.venv` | the environment in use |
//! | `.venv.new` | built by uv beside it (relocatable), then exchanged with it; or what waits to be deleted |
//! | `.venv.old` | the former environment while pip builds in place; put back when that build fails |
//! | `.venv.building` | the marker: who builds, where, from what |
//! | `.venv/.plugdeck.json` | the stamp: what it was built from |
//!
//! A build never takes an environment from under a run: see [`swap::prepare`] and [`folder::Hold`].

mod answers;
mod ask;
mod choice;
mod command;
pub mod details;
pub mod disk;
mod draft;
pub mod error;
pub mod explain;
pub mod fetched;
pub mod folder;
pub mod inputs;
pub mod machine;
pub mod packages;
mod pins;
pub mod plan;
pub mod probe;
mod pyproject;
pub mod stamp;
pub mod swap;
pub mod verb;
mod version;
mod wait;

pub use error::Error;
