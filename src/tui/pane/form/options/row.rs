//! The rows of the options: what they are called, in their order.

/// One choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    Timeout,
    Silence,
    /// Silence that is worth a notice.
    Notice,
    Profile,
    /// Files with more variables, for this run alone.
    EnvFiles,
    Memory,
    Processes,
    Cpu,
    OpenFiles,
}

/// The limits, in the order in which they are shown.
pub const LIMITS: [Row; 7] =
    [Row::Timeout, Row::Silence, Row::Notice, Row::Memory, Row::Processes, Row::Cpu, Row::OpenFiles];

/// Every row, from top to bottom.
pub const ROWS: [Row; 9] = [
    Row::Timeout,
    Row::Silence,
    Row::Notice,
    Row::Profile,
    Row::EnvFiles,
    Row::Memory,
    Row::Processes,
    Row::Cpu,
    Row::OpenFiles,
];

impl Row {
    pub fn label(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Silence => "silence",
            Self::Notice => "notice",
            Self::Profile => "profile",
            Self::EnvFiles => "env files",
            Self::Memory => "memory",
            Self::Processes => "processes",
            Self::Cpu => "cpu",
            Self::OpenFiles => "open files",
        }
    }

    /// What its value means.
    pub fn help(self) -> &'static str {
        match self {
            Self::Timeout => "seconds after which the run is ended",
            Self::Silence => "seconds without output that end the run",
            Self::Notice => "seconds without output until it is stuck ◐",
            Self::Profile => "",
            Self::EnvFiles => "type the path of a file with NAME=value lines",
            Self::Memory => "of all its processes together: 512M, 2G",
            Self::Processes => "more than this at one time end the run",
            Self::Cpu => "seconds that all its processes may compute",
            Self::OpenFiles => "of each process; it is refused more",
        }
    }
}
