//! Where things are: built once from the environment and the flags, passed by value.

use std::path::PathBuf;

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
#[error("no home directory is known: set HOME to its full path")]
pub struct NoHome;

impl Paths {
    /// The folders of this user, as the XDG base directory specification has them.
    ///
    /// Without `HOME` the system's list of users is not asked: the C library loads further libraries to read it, and
    /// one that is linked into the program (see `src/build.rs`) can end in a segmentation fault there.
    pub fn from_env() -> Result<Self, NoHome> {
        let set = |name: &str| std::env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let absolute = |name: &str| set(name).filter(|folder| folder.is_absolute());
        let home = absolute("HOME").ok_or(NoHome)?;
        let folder =
            |name: &str, usual: &str| absolute(name).unwrap_or_else(|| home.join(usual)).join("plugdeck");
        let store = set("AGENTHUB_DIR").unwrap_or_else(|| home.join(".agenthub"));
        Ok(Self {
            store: std::path::absolute(&store).unwrap_or(store),
            state: folder("XDG_STATE_HOME", ".local/state"),
            config: folder("XDG_CONFIG_HOME", ".config"),
            cache: folder("XDG_CACHE_HOME", ".cache"),
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
