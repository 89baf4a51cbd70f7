//! Draws the pictures of `screenshots/` from the real program in a pseudo-terminal.

fn main() {}
