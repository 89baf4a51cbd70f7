//! Shapes that every screen is put together from. They know nothing of agents or runs: they draw text and numbers
//! into a buffer, by the roles of a theme. All text that enters them has been made safe before.

pub mod bar;
pub mod callout;
pub mod coloured;
pub mod graph;
pub mod json_text;
pub mod json_tree;
pub mod line;
pub mod needle;
pub mod pane;
pub mod popup;
pub mod prompt;
pub mod select;
pub mod sideways;
pub mod tabs;
pub mod wrap;
