//! What to do, from what is there: pure.

use crate::run::spec::Step;

/// How an environment will be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In order; each with its reason.
    pub steps: Vec<Step>,
    /// The Python the environment is made with, for example `/usr/bin/python3.12`.
    pub interpreter: String,
    /// Its version, for example `3.12.1`.
    pub python_version: String,
    /// `uv 0.13.9` or `pip`.
    pub tool: String,
}
