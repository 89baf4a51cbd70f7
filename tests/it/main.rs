//! plugdeck from outside: the real binary, real agents, a real terminal. Needs Rust and python3, and no network.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says why")]

mod accepted;
mod build;
mod build_plan;
mod build_trouble;
mod build_wait;
mod chart;
mod cli;
mod cli_answers;
mod cli_signals;
mod doctor;
mod environment;
mod exact;
mod explain;
mod find;
mod form_fields;
mod form_handing;
mod form_kept;
mod form_mouse;
mod form_options;
mod kept;
mod leftovers;
mod limits;
mod lines;
mod lost;
mod machine;
mod orphans;
mod outside;
mod palette;
mod profiles;
mod readme;
mod real;
mod resize;
mod restored;
mod result;
mod settings;
mod story;
mod supervisor;
mod support;
mod themes;
mod tidy;
mod trouble;
mod tui;
mod why;
