//! Searching, filtering, marking: keys in, what is wanted of the tail out.
