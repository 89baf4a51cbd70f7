//! One execution and its files: the contract between the supervisor, which writes a run directory, and the
//! views, which read it. The format and its version stand in the crate's documentation.

pub mod dir;
pub mod event;
pub mod evidence;
pub mod hole;
pub mod journal;
pub mod jsonl;
pub mod last;
pub mod output;
pub mod pace;
pub mod samples;
pub mod spec;
pub mod status;
pub mod store;
pub mod swept;
pub mod view;
pub mod walk;
