//! What the system says about processes: identity, signals, the tree, its use of the machine.
//! Names no other room but text; everything here works without any right beyond the user's own.

pub mod cause;
pub mod descriptors;
pub mod diag;
pub mod ending;
pub mod escapee;
pub mod facts;
pub mod forest;
pub mod id;
pub mod locks;
pub mod orphans;
pub mod proc;
pub mod sampler;
#[expect(unsafe_code, reason = "a real-time signal has no name")]
pub mod signal;
pub mod sockets;
pub mod stack;
pub mod sweep;
pub mod syscall;
pub mod tree;
pub mod usage;
pub mod verdict;
pub mod wait;
