//! Messages in, effects out; and what the screens look like.
