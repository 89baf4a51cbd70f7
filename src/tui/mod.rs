//! The dashboard: a view over the run directories, and a caller of `ops`. Killed at any time, nothing is lost.

pub mod effect;
pub mod keymap;
pub mod message;
pub mod pane;
pub mod seen;
pub mod theme;
pub mod widget;
