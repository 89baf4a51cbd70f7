//! Looks at run directories made by hand.
