//! Where things are: built once from the environment and the flags, passed by value.

use std::ffi::OsString;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;

/// The folders plugdeck works with; all absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The store: `$AGENTHUB_DIR`, else `~/.agenthub`.
    pub store: PathBuf,
    /// plugdeck's own state: `$XDG_STATE_HOME/plugdeck`.
    pub state: PathBuf,
    /// The user's settings: `$XDG_CONFIG_HOME/plugdeck`.
    pub config: PathBuf,
    /// What can be made again: `$XDG_CACHE_HOME/plugdeck`.
    pub cache: PathBuf,
    /// The user's home, for showing paths as `~/…`.
    pub home: PathBuf,
}

/// No home directory is known, so no folder can be named.
#[derive(Debug, thiserror::Error)]
#[error("no home directory is known: set HOME")]
pub struct NoHome;

impl Paths {
    /// The folders of this user.
    pub fn from_env() -> Result<Self, NoHome> {
        let base = etcetera::base_strategy::Xdg::new().map_err(|_| NoHome)?;
        let home = base.home_dir().to_path_buf();
        let store = std::env::var_os("AGENTHUB_DIR")
            .filter(|dir: &OsString| !dir.is_empty())
            .map_or_else(|| home.join(".agenthub"), PathBuf::from);
        Ok(Self {
            store: std::path::absolute(&store).unwrap_or(store),
            state: base.state_dir().unwrap_or_else(|| home.join(".local/state")).join("plugdeck"),
            config: base.config_dir().join("plugdeck"),
            cache: base.cache_dir().join("plugdeck"),
            home,
        })
    }

    /// The folders of the demonstration: a store and runs of its own, everything else as for the user.
    #[must_use]
    pub fn demo(self) -> Self {
        let demo = self.cache.join("demo");
        Self { store: demo.join("store"), state: demo.join("state"), ..self }
    }

    /// Where the agents are: `<store>/agents/<namespace>/<folder>`.
    #[must_use]
    pub fn agents(&self) -> PathBuf {
        self.store.join("agents")
    }

    /// Where the run directories are.
    #[must_use]
    pub fn runs(&self) -> PathBuf {
        self.state.join("runs")
    }

    /// Where the user's sets of variables for runs are.
    #[must_use]
    pub fn profiles(&self) -> PathBuf {
        self.config.join("env")
    }

    /// Where the user's own themes are.
    #[must_use]
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// The user's settings.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.config.join("config.yaml")
    }

    /// What plugdeck itself notes on runs, beside them.
    #[must_use]
    pub fn notes(&self) -> PathBuf {
        self.state.join("notes")
    }

    /// A path as a person reads it: the home directory as `~`.
    #[must_use]
    pub fn shorten(&self, path: &std::path::Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if rest.as_os_str().is_empty() => "~".into(),
            Ok(rest) => format!("~/{}", rest.display()),
            Err(_) => path.display().to_string(),
        }
    }
}
