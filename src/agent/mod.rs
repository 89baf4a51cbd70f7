//! What can be run: agents on disk, their manifests, the payload and the wire. Names no other room.

pub mod catalog;
pub mod manifest;
pub mod payload;
pub mod protocol;
