//! What can be run: agents on disk, their manifests, the payload and the wire. Names no other room.

pub mod catalog;
#[cfg(test)]
mod corpus;
pub mod dotenv;
mod fields;
mod folder;
mod json;
pub mod layout;
pub mod manifest;
pub mod payload;
pub mod protocol;
mod schema;
mod shape;
mod soft_error;
