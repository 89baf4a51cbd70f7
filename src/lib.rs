//! plugdeck: the terminal dashboard for AgentHub agents.

mod agent;
mod cli;
mod config;
mod ops;
mod paths;
mod process;
mod run;
mod supervisor;
mod text;
mod tui;
mod venv;
mod yaml;

pub use cli::main;
