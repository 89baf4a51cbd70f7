//! The two streams of a program.

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    Out,
    Err,
}

impl Stream {
    /// The number in the timeline and in events: 1 for standard output, 2 for standard error.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Out => 1,
            Self::Err => 2,
        }
    }

    /// The name of its file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Out => "stdout",
            Self::Err => "stderr",
        }
    }

    /// Its place among the two.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.number() - 1)
    }
}
