//! What can be run: agents on disk, their manifests, the payload and the wire. Names no other room.

pub mod catalog;
#[cfg(test)]
mod corpus;
mod fields;
mod folder;
mod json;
pub mod manifest;
mod nearest;
pub mod payload;
pub mod protocol;
mod schema;
mod shape;
mod soft_error;
