//! How an agent becomes runnable: what is there, what to do about it, and what was done. Starts nothing itself:
//! a plan is steps, and a build is a run.

pub mod plan;
pub mod probe;
pub mod stamp;

pub const VERB: &str = "__venv";
pub fn perform(_rest: &[std::ffi::OsString]) -> Result<(), String> {
    Ok(())
}
