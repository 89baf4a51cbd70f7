//! What is looked for in a run's output: which lines are shown, and the way to the next line that is meant.

use crate::run::output::Stream;
use crate::tui::seen::Source;
use crate::tui::widget::needle::Needle;

/// Whose lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Streams {
    #[default]
    Both,
    Only(Source),
}

impl Streams {
    /// The next one round: both, standard output, standard error, the supervisor's.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Both => Self::Only(Source::Output(Stream::Out)),
            Self::Only(Source::Output(Stream::Out)) => Self::Only(Source::Output(Stream::Err)),
            Self::Only(Source::Output(Stream::Err)) => Self::Only(Source::Supervisor),
            Self::Only(Source::Supervisor) => Self::Both,
        }
    }

    /// As a person reads it; nothing for both.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Both => None,
            Self::Only(Source::Output(stream)) => Some(stream.name()),
            Self::Only(Source::Supervisor) => Some("supervisor"),
        }
    }

    /// Whether lines of this source are shown.
    #[must_use]
    pub fn show(self, source: Source) -> bool {
        match self {
            Self::Both => true,
            Self::Only(only) => only == source,
        }
    }
}

/// What is wanted of the lines besides a window of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub streams: Streams,
    /// Only lines with it are shown, …
    pub filter: Option<Needle>,
    /// … and so many before and after each.
    pub context: u16,
    /// To be counted.
    pub search: Option<Needle>,
    /// The row whose place among the hits is asked for.
    pub current: Option<u64>,
    pub seek: Option<Seek>,
}

impl Wanted {
    /// Every row is shown.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.streams == Streams::Both && self.filter.is_none()
    }
}

/// A way to go. Rows are numbered among all rows of the run, shown or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seek {
    /// Tells this one from others of the same view.
    pub id: u64,
    pub what: What,
    pub forward: bool,
    /// The first row that counts; backward, the one after it.
    pub from: u64,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A line with the search's text; at the end it goes on at the beginning.
    Hit,
    /// A line that tells an error, or begins a traceback.
    Trouble,
    /// A line before which nothing was printed for a while.
    Gap,
}

/// Which rows a page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    #[default]
    All,
    /// Those that are meant, and such around them: they need not be neighbours. Whether the last one there is, is here.
    Some { ends: bool },
}

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The number among all rows of each row of the page; empty where all are shown from the page's first on.
    pub numbers: Vec<u64>,
    pub shown: Shown,
    /// Lines with the search's text so far.
    pub hits: u64,
    /// Which of them the current row is, from 1.
    pub rank: Option<u64>,
    /// Not everything was looked through yet: for the search, and for what is shown.
    pub searching: bool,
    pub filtering: bool,
    pub sought: Option<Sought>,
}

impl Found {
    /// Whether some rows are left out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.shown != Shown::All
    }

    /// Whether it is known that nothing is shown below.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.shown == Shown::Some { ends: true }
    }
}

/// How a seek ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sought {
    pub id: u64,
    pub row: Option<u64>,
    /// It went on at the other end.
    pub wrapped: bool,
}
