//! What the system says about processes: identity, signals, the tree, its use of the machine.
//! Names no other room but text; everything here works without any right beyond the user's own.

pub mod ending;
pub mod escapee;
pub mod forest;
pub mod id;
pub mod locks;
pub mod orphans;
pub mod sampler;
pub mod signal;
pub mod sweep;
pub mod tree;
