//! plugdeck from outside: the real binary, real agents, a real terminal. Needs Rust and python3, and no network.

mod cli;
mod supervisor;
mod support;
mod tidy;
