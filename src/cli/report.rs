//! What `--json` says of a run: one object, the same keys at every ending.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::ops::explain;
use crate::ops::runs::{self, ResultText};
use crate::process::signal;
use crate::run::event::Leftover;
use crate::run::status::State;
use crate::run::view::RunView;
use crate::venv::explain::Explanation;

/// What is known of a run whose supervisor is gone.
pub const LOST: &str = "the supervisor vanished: the agent died with it, but how it had ended, and whether anything \
                        that it started still runs, is not known";

/// The answer to `run`, `build` and `kill`, and to every verb that was refused. What does not apply is null.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub run: Option<String>,
    pub agent: Option<String>,
    pub method: Option<String>,
    pub state: Option<State>,
    pub result: Option<Box<RawValue>>,
    pub error: Option<String>,
    /// Only of a build whose failed step is understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
    pub signal_name: Option<String>,
    pub duration_ms: Option<u64>,
    pub stdout_bytes: Option<u64>,
    pub stderr_bytes: Option<u64>,
    pub stderr_lines: Option<u64>,
    pub peak_rss_bytes: Option<u64>,
    pub cpu_ms: Option<u64>,
    pub leftovers_killed: Option<u32>,
    pub warnings: Vec<String>,
    pub directory: Option<String>,
}

impl Report {
    /// The report of a verb about this agent, before anything is known.
    #[must_use]
    pub fn about(agent: &str, method: Option<&str>) -> Self {
        Self { agent: Some(agent.to_owned()), method: method.map(str::to_owned), ..Self::default() }
    }

    /// It was refused.
    #[must_use]
    pub fn rejected(self, error: &str) -> Self {
        Self { state: Some(State::Rejected), error: Some(error.to_owned()), ..self }
    }

    /// It was stopped before anything ran.
    #[must_use]
    pub fn killed(self, error: &str) -> Self {
        Self { state: Some(State::Killed), error: Some(error.to_owned()), ..self }
    }

    /// How the run ends cannot be known here. It may go on, so this is no refusal.
    #[must_use]
    pub fn unknown(self, error: &str) -> Self {
        Self { state: Some(State::Lost), error: Some(error.to_owned()), ..self }
    }

    /// With warnings from before the run.
    #[must_use]
    pub fn warned(mut self, warnings: &[String]) -> Self {
        self.warnings.extend_from_slice(warnings);
        self
    }

    /// The report of a run as it stands.
    #[must_use]
    pub fn of(run: &RunView) -> Self {
        let mut report = Self {
            run: Some(run.id.to_string()),
            agent: Some(run.spec.agent.clone()),
            method: run.spec.method.clone(),
            state: Some(run.state()),
            duration_ms: u64::try_from(run.elapsed().as_millis()).ok(),
            directory: Some(run.dir.path.display().to_string()),
            ..Self::default()
        };
        let Some(outcome) = &run.status.outcome else {
            if run.lost {
                report.error = Some(LOST.to_owned());
            }
            return report;
        };
        report.error.clone_from(&outcome.error);
        report.explanation = explain::is_failed_build(run).then(|| explain::explain(&run.dir)).flatten();
        report.exit_code = outcome.exit_code;
        report.signal = outcome.signal;
        report.signal_name = outcome.signal.map(signal::name);
        report.stdout_bytes = Some(outcome.stdout_bytes);
        report.stderr_bytes = Some(outcome.stderr_bytes);
        report.stderr_lines = Some(outcome.stderr_lines);
        report.peak_rss_bytes = Some(outcome.peak_rss_bytes);
        report.cpu_ms = Some(outcome.cpu_ms);
        report.leftovers_killed = Some(outcome.leftovers_killed);
        report.warnings.clone_from(&outcome.warnings);
        let left = |left: &Leftover| format!("process {} could not be ended", left.sentence());
        report.warnings.extend(outcome.leftovers.iter().map(left));
        match runs::result(run) {
            Ok(ResultText::None) => {}
            Ok(ResultText::Json(json)) => report.result = RawValue::from_string(json).ok(),
            Ok(ResultText::Text(text, reason)) => {
                report.result = serde_json::value::to_raw_value(&text).ok();
                report.warnings.push(format!("the result {reason}, so it is given as the agent's own text"));
            }
            Err(error) => report.warnings.push(format!("the result could not be read: {error}")),
        }
        report
    }
}
