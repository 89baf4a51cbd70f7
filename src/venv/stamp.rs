//! Whether an agent's environment can be used, and what it was built from.

use std::path::Path;

/// Where an agent's environment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Environment {
    /// There is no `.venv`.
    None,
    Ready {
        /// For example `3.12.1`, when `.venv/pyvenv.cfg` says it.
        python: Option<String>,
    },
    /// Usable, but something changed since the build; the reason is one sentence.
    Stale { python: Option<String>, reason: String },
    /// There, but not usable; the reason is one sentence.
    Broken { reason: String },
    /// A build of it is running.
    Building,
}

impl Environment {
    /// One word, the same in JSON, on screen and in the documentation.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ready { .. } => "ready",
            Self::Stale { .. } => "stale",
            Self::Broken { .. } => "broken",
            Self::Building => "building",
        }
    }

    /// Whether a method can be called in it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        matches!(self, Self::Ready { .. } | Self::Stale { .. })
    }
}

/// Looks at the environment of the agent in this folder. Never says [`Environment::Building`]: whether a build
/// runs is known by the runs.
#[must_use]
pub fn look(directory: &Path) -> Environment {
    let _ = directory;
    if directory.join(".venv/bin/python").exists() {
        Environment::Ready { python: None }
    } else {
        Environment::None
    }
}
