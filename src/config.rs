//! The user's settings, with what holds where nothing is set.

use std::time::Duration;

/// What a person may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long a call may take. A real agent's own model timeout ends at 300.8 s: its answer should still come.
    pub call_timeout: Option<Duration>,
    /// From TERM to KILL.
    pub grace: Duration,
    /// From the first KILL until plugdeck gives up on what still lives.
    pub sweep: Duration,
    /// Most runs kept.
    pub keep_runs: usize,
    /// Most bytes of runs kept.
    pub keep_bytes: u64,
    /// Silence that is worth a notice.
    pub silence_notice: Duration,
    /// A theme's name; `None`: chosen by the terminal.
    pub theme: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            call_timeout: Some(Duration::from_secs(310)),
            grace: Duration::from_secs(2),
            sweep: Duration::from_secs(10),
            keep_runs: 500,
            keep_bytes: 5 << 30,
            silence_notice: Duration::from_secs(60),
            theme: None,
        }
    }
}
